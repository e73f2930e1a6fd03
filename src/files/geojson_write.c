/*
 * GeoJSON (RFC 7946): a FeatureCollection with a Point a record. Its properties are named as the
 * columns of a CSV file, in the same units; what the report did not tell is not there.
 */
#include "files/text.h"
#include "files/track_format_private.h"

static void begin_geojson(struct track_writer *w)
{
    json_object_begin(w->out);
    json_name(w->out, "type");
    json_write_string(w->out, "FeatureCollection");
    json_name(w->out, "name");
    json_write_string(w->out, w->title);
    json_name(w->out, "features");
    json_array_begin(w->out);
}

static void put_degrees(struct json_out *out, int32_t angle_e7)
{
    struct json_out text = {0};
    text_put_decimal(&text, angle_e7, DEGREE_DECIMALS);
    json_raw(out, json_text(&text));
    json_free(&text);
}

static void put_geometry(struct json_out *out, const struct track_record *r)
{
    json_name(out, "geometry");
    json_object_begin(out);
    json_name(out, "type");
    json_write_string(out, "Point");
    json_name(out, "coordinates");
    json_array_begin(out);
    put_degrees(out, r->shown->lon_e7);
    put_degrees(out, r->shown->lat_e7);
    if ((r->report->has & FIX_HAS_ALTITUDE) != 0) {
        json_decimal(out, r->report->altitude_dm, 1);
    }
    json_array_end(out);
    json_object_end(out);
}

static void put_text(struct json_out *out, const char *name, const char *text)
{
    json_name(out, name);
    json_write_string(out, text);
}

static void put_value(struct json_out *out, const struct fix *f, size_t i)
{
    struct json_out text = {0};
    value_write(&text, f, i);
    struct bytes written = json_text(&text);
    json_name(out, value_name(i));
    if (value_is_switch(i)) {
        json_bool(out, bytes_eq(written, "1"));
    } else if (value_is_text(i)) {
        json_string_bytes(out, written);
    } else {
        json_raw(out, written);
    }
    json_free(&text);
}

static void put_times(struct track_writer *w, const struct fix *f)
{
    struct json_out text = {0};
    struct json_out *out = w->out;
    w->out = &text;
    track_put_local(w, f->gps_time_s);
    w->out = out;
    json_name(out, "time");
    json_string_bytes(out, json_text(&text));
    put_text(out, "zone", w->subject->zone_name);
    json_drop(&text);
    text_put_utc(&text, f->gps_time_s);
    json_name(out, "time_utc");
    json_string_bytes(out, json_text(&text));
    json_free(&text);
}

static void put_properties(struct track_writer *w, const struct track_record *r)
{
    struct json_out *out = w->out;
    char words[TRACK_ALARMS_SIZE];
    put_text(out, "device_id", w->subject->device_id);
    put_text(out, "name", w->subject->name);
    put_times(w, r->report);
    put_text(out, "position", place_word(place_of(r->report, r->shown)));
    for (size_t i = 0; i < values_count(); i++) {
        if (value_is_told(r->report, i)) {
            put_value(out, r->report, i);
        }
    }
    track_alarms(r->report, words);
    if (words[0] != '\0') {
        put_text(out, "alarms", words);
    }
    if (r->extras.len > 0) {
        json_name(out, "extra");
        extras_write(out, r->extras);
    }
    json_name(out, "total_km");
    json_decimal(out, (int64_t)r->odometer_m_e2, KILOMETRE_DECIMALS);
    put_text(out, "status", r->status);
}

static void write_record(struct track_writer *w, const struct track_record *r)
{
    struct json_out *out = w->out;
    json_object_begin(out);
    put_text(out, "type", "Feature");
    put_geometry(out, r);
    json_name(out, "properties");
    json_object_begin(out);
    put_properties(w, r);
    json_object_end(out);
    json_object_end(out);
}

static void write_nothing(struct track_writer *w)
{
    (void)w; /* a feature tells its device by itself */
}

static void end_geojson(struct track_writer *w)
{
    json_array_end(w->out);
    json_object_end(w->out);
    text_put(w->out, "\n");
}

const struct track_format geojson_format = {
    .name = "geojson",
    .type = "application/geo+json",
    .tells_status = true,
    .begin = begin_geojson,
    .device = write_nothing,
    .record = write_record,
    .device_end = write_nothing,
    .end = end_geojson,
};
