/*
 * KML 2.2 (OGC 07-147r2) with Google's gx:Track: times and places in pairs. A Placemark is a
 * stretch between two silences of places of one kind, since a line through the masts of mobile
 * cells is no way that anybody drove; its style shows which kind it is of.
 *
 *     <Placemark><name>8020</name><styleUrl>#gps</styleUrl><gx:Track>
 *     <when>2026-11-23T01:12:00Z</when><gx:coord>113.940838 22.562788 12.3</gx:coord> ...
 */
#include "files/text.h"
#include "files/track_format_private.h"

static void put_style(struct json_out *out, enum place_kind kind, const char *line)
{
    text_put(out, "<Style id=\"");
    text_put(out, place_word(kind));
    text_put(out, "\"><LineStyle><color>");
    text_put(out, line);
    text_put(out, "</color><width>3</width></LineStyle></Style>\n");
}

static void begin_kml(struct track_writer *w)
{
    text_put(w->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<kml xmlns=\"http://www.opengis.net/kml/2.2\" "
                     "xmlns:gx=\"http://www.google.com/kml/ext/2.2\">\n<Document><name>");
    text_put_xml(w->out, bytes_of_text(w->title));
    text_put(w->out, "</name>\n");
    put_style(w->out, PLACE_GPS, "ffeb6325"); /* alpha, blue, green, red */
    put_style(w->out, PLACE_NO_LOCK, "80eb6325");
    put_style(w->out, PLACE_LBS, "80808080");
    put_style(w->out, PLACE_WIFI, "80808080");
    put_style(w->out, PLACE_LAST, "80eb6325");
}

static void begin_folder(struct track_writer *w)
{
    text_put(w->out, "<Folder><name>");
    text_put_xml(w->out, bytes_of_text(w->subject->name));
    text_put(w->out, "</name><description>DeviceID ");
    text_put_xml(w->out, bytes_of_text(w->subject->device_id));
    text_put(w->out, ", times in UTC, local zone ");
    text_put_xml(w->out, bytes_of_text(w->subject->zone_name));
    text_put(w->out, "</description>\n");
}

static void end_segment(struct track_writer *w)
{
    text_put(w->out, w->has_segment ? "</gx:Track></Placemark>\n" : "");
    w->has_segment = false;
}

static void begin_segment(struct track_writer *w, enum place_kind kind)
{
    text_put(w->out, "<Placemark><name>");
    text_put_xml(w->out, bytes_of_text(w->subject->name));
    text_put(w->out, "</name><styleUrl>#");
    text_put(w->out, place_word(kind));
    text_put(w->out, "</styleUrl><gx:Track>\n");
    w->has_segment = true;
}

static void write_record(struct track_writer *w, const struct track_record *r)
{
    struct json_out *out = w->out;
    if (track_breaks_before(w, r, true)) {
        end_segment(w);
    }
    if (!w->has_segment) {
        begin_segment(w, place_of(r->report, r->shown));
    }
    text_put(out, "<when>");
    text_put_utc(out, r->report->gps_time_s);
    text_put(out, "</when><gx:coord>");
    text_put_decimal(out, r->shown->lon_e7, DEGREE_DECIMALS);
    text_put(out, " ");
    text_put_decimal(out, r->shown->lat_e7, DEGREE_DECIMALS);
    text_put(out, " ");
    text_put_decimal(out, (r->report->has & FIX_HAS_ALTITUDE) != 0 ? r->report->altitude_dm : 0, 1);
    text_put(out, "</gx:coord>\n");
}

static void end_folder(struct track_writer *w)
{
    end_segment(w);
    text_put(w->out, "</Folder>\n");
}

static void end_kml(struct track_writer *w)
{
    text_put(w->out, "</Document></kml>\n");
}

const struct track_format kml_format = {
    .name = "kml",
    .type = "application/vnd.google-earth.kml+xml",
    .begin = begin_kml,
    .device = begin_folder,
    .record = write_record,
    .device_end = end_folder,
    .end = end_kml,
};
