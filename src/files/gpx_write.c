/*
 * GPX 1.1 (topografix.com/GPX/1/1): a `trk` a device, a `trkseg` between two silences. What GPX has
 * no element for stands in `extensions`: speed and course as Garmin's TrackPointExtension 2 has
 * them, in m/s and degrees; all values as elements of ours, named and in units as in a CSV file.
 *
 *     <trkpt lat="22.562788" lon="113.940838"><ele>12.3</ele><time>2026-11-23T01:12:00Z</time>
 *     <src>lbs</src><fix>none</fix><sat>9</sat><hdop>0.8</hdop><extensions>...</extensions></trkpt>
 *
 * `src` says where a place is from that no GPS receiver with a lock told.
 */
#include <string.h>

#include "files/text.h"
#include "files/track_format_private.h"

enum { KMH_E2_PER_MS_E3 = 36 };

static void put_element(struct json_out *out, const char *name, struct bytes text)
{
    text_put(out, "<");
    text_put(out, name);
    text_put(out, ">");
    text_put_xml(out, text);
    text_put(out, "</");
    text_put(out, name);
    text_put(out, ">");
}

static void begin_gpx(struct track_writer *w)
{
    text_put(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<gpx version=\"1.1\" creator=\"odograph\" "
                     "xmlns=\"http://www.topografix.com/GPX/1/1\" "
                     "xmlns:gpxtpx=\"http://www.garmin.com/xmlschemas/TrackPointExtension/v2\" "
                     "xmlns:odo=\"urn:odograph:track:1\">\n<metadata>");
    put_element(w->out, "name", bytes_of_text(w->title));
    text_put(w->out, "</metadata>\n");
}

static void begin_trk(struct track_writer *w)
{
    text_put(w->out, "<trk>");
    put_element(w->out, "name", bytes_of_text(w->subject->name));
    text_put(w->out, "<desc>DeviceID ");
    text_put_xml(w->out, bytes_of_text(w->subject->device_id));
    text_put(w->out, ", times in UTC, local zone ");
    text_put_xml(w->out, bytes_of_text(w->subject->zone_name));
    text_put(w->out, "</desc><extensions>");
    put_element(w->out, "odo:device_id", bytes_of_text(w->subject->device_id));
    put_element(w->out, "odo:zone", bytes_of_text(w->subject->zone_name));
    text_put(w->out, "</extensions>\n");
}

/* A value of ours, <odo:fuel_l>12.3</odo:fuel_l>. */
static void put_value(struct json_out *out, const struct fix *f, size_t i)
{
    const char *name = value_name(i);
    text_put(out, "<odo:");
    text_put(out, name);
    text_put(out, ">");
    if (value_is_text(i)) {
        struct json_out text = {0};
        value_write(&text, f, i);
        text_put_xml(out, json_text(&text));
        json_free(&text);
    } else {
        value_write(out, f, i);
    }
    text_put(out, "</odo:");
    text_put(out, name);
    text_put(out, ">");
}

static void put_extras(struct json_out *out, struct bytes packed)
{
    struct extras_reader r = extras_begin(packed);
    struct extra e;
    while (extras_next(&r, &e)) {
        char name[EXTRA_NAME_SIZE];
        struct json_out text = {0};
        extra_name(&e, name);
        extra_write_value(&text, &e);
        text_put(out, "<odo:extra name=\"");
        text_put_xml(out, bytes_of_text(name));
        text_put(out, "\">");
        text_put_xml(out, json_text(&text));
        text_put(out, "</odo:extra>");
        json_free(&text);
    }
}

/* Speed and course as Garmin has them. */
static void put_movement(struct json_out *out, const struct fix *f)
{
    if ((f->has & (FIX_HAS_SPEED | FIX_HAS_COURSE)) == 0) {
        return;
    }
    text_put(out, "<gpxtpx:TrackPointExtension>");
    if ((f->has & FIX_HAS_SPEED) != 0) {
        text_put(out, "<gpxtpx:speed>");
        text_put_decimal(
            out, ((int64_t)f->speed_kmh_e2 * 100 + KMH_E2_PER_MS_E3 / 2) / KMH_E2_PER_MS_E3, 3);
        text_put(out, "</gpxtpx:speed>");
    }
    if ((f->has & FIX_HAS_COURSE) != 0) {
        text_put(out, "<gpxtpx:course>");
        text_put_decimal(out, f->course_cdeg, 2);
        text_put(out, "</gpxtpx:course>");
    }
    text_put(out, "</gpxtpx:TrackPointExtension>");
}

static void put_extensions(struct json_out *out, const struct track_record *r)
{
    char words[TRACK_ALARMS_SIZE];
    text_put(out, "<extensions>");
    put_movement(out, r->report);
    put_element(out, "odo:position", bytes_of_text(place_word(place_of(r->report, r->shown))));
    for (size_t i = 0; i < values_count(); i++) {
        if (value_is_told(r->report, i)) {
            put_value(out, r->report, i);
        }
    }
    text_put(out, "<odo:total_km>");
    text_put_decimal(out, (int64_t)r->odometer_m_e2, KILOMETRE_DECIMALS);
    text_put(out, "</odo:total_km>");
    text_put(out, "<odo:received_utc>");
    text_put_utc(out, r->report->rcv_time_s);
    text_put(out, "</odo:received_utc>");
    track_alarms(r->report, words);
    if (words[0] != '\0') {
        put_element(out, "odo:alarms", bytes_of_text(words));
    }
    track_marks(r->report, words);
    if (words[0] != '\0') {
        put_element(out, "odo:marks", bytes_of_text(words));
    }
    put_extras(out, r->extras);
    text_put(out, "</extensions>");
}

static void put_point(struct json_out *out, const struct track_record *r)
{
    const struct fix *f = r->report;
    enum place_kind kind = place_of(f, r->shown);
    text_put(out, "<trkpt lat=\"");
    text_put_decimal(out, r->shown->lat_e7, DEGREE_DECIMALS);
    text_put(out, "\" lon=\"");
    text_put_decimal(out, r->shown->lon_e7, DEGREE_DECIMALS);
    text_put(out, "\">");
    if ((f->has & FIX_HAS_ALTITUDE) != 0) {
        text_put(out, "<ele>");
        text_put_decimal(out, f->altitude_dm, 1);
        text_put(out, "</ele>");
    }
    text_put(out, "<time>");
    text_put_utc(out, f->gps_time_s);
    text_put(out, "</time>");
    if (kind != PLACE_GPS) {
        put_element(out, "src", bytes_of_text(place_word(kind)));
        text_put(out, "<fix>none</fix>");
    }
    if ((f->has & FIX_HAS_SATELLITES) != 0) {
        text_put(out, "<sat>");
        text_put_decimal(out, f->satellites, 0);
        text_put(out, "</sat>");
    }
    if ((f->has & FIX_HAS_HDOP) != 0) {
        text_put(out, "<hdop>");
        text_put_decimal(out, f->hdop_e2, 2);
        text_put(out, "</hdop>");
    }
    put_extensions(out, r);
    text_put(out, "</trkpt>\n");
}

static void end_segment(struct track_writer *w)
{
    text_put(w->out, w->has_segment ? "</trkseg>\n" : "");
    w->has_segment = false;
}

static void write_record(struct track_writer *w, const struct track_record *r)
{
    if (track_breaks_before(w, r, false)) {
        end_segment(w);
    }
    text_put(w->out, w->has_segment ? "" : "<trkseg>\n");
    w->has_segment = true;
    put_point(w->out, r);
}

static void end_trk(struct track_writer *w)
{
    end_segment(w);
    text_put(w->out, "</trk>\n");
}

static void end_gpx(struct track_writer *w)
{
    text_put(w->out, "</gpx>\n");
}

const struct track_format gpx_format = {
    .name = "gpx",
    .type = "application/gpx+xml",
    .begin = begin_gpx,
    .device = begin_trk,
    .record = write_record,
    .device_end = end_trk,
    .end = end_gpx,
};
