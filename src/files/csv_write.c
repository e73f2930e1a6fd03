/*
 * CSV (RFC 4180) in UTF-8 with a byte order mark, by which spreadsheets know it: a line a record.
 *
 *     device_id,name,time,zone,time_utc,received_utc,lat,lon,position,altitude_m,...,extra,status
 *
 * `time` is local, with its offset, `zone` the name of that clock. A value that the report did not
 * tell is empty. `total_km` and `status` are what the platform shows; all else is the report's own.
 * `extra` is an object of JSON.
 */
#include "files/text.h"
#include "files/track_format_private.h"

static void begin_csv(struct track_writer *w)
{
    struct json_out *out = w->out;
    text_put(out, "\xef\xbb\xbf"
                  "device_id,name,time,zone,time_utc,received_utc,lat,lon,position");
    for (size_t i = 0; i < values_count(); i++) {
        text_put(out, ",");
        text_put(out, value_name(i));
    }
    text_put(out, ",iccid,cell,alarms,marks,extra,total_km,status\r\n");
}

static void put_text(struct json_out *out, const char *text)
{
    text_put(out, ",");
    text_put_csv(out, bytes_of_text(text));
}

/* MCC-MNC-LAC-CID. */
static void put_cell(struct json_out *out, const struct fix *f)
{
    text_put(out, ",");
    if ((f->has & FIX_HAS_CELL) != 0 && f->cell.cid <= INT64_MAX) {
        const int64_t numbers[] = {f->cell.mcc, f->cell.mnc, f->cell.lac, (int64_t)f->cell.cid};
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            text_put(out, i > 0 ? "-" : "");
            text_put_decimal(out, numbers[i], 0);
        }
    }
}

static void put_extra(struct json_out *out, struct bytes packed)
{
    text_put(out, ",");
    if (packed.len > 0) {
        struct json_out json = {0};
        extras_write(&json, packed);
        text_put_csv(out, json_text(&json));
        json_free(&json);
    }
}

static void put_place(struct json_out *out, const struct track_record *r)
{
    text_put(out, ",");
    text_put_decimal(out, r->shown->lat_e7, DEGREE_DECIMALS);
    text_put(out, ",");
    text_put_decimal(out, r->shown->lon_e7, DEGREE_DECIMALS);
    text_put(out, ",");
    text_put(out, place_word(place_of(r->report, r->shown)));
}

static void put_values(struct json_out *out, const struct fix *f)
{
    for (size_t i = 0; i < values_count(); i++) {
        text_put(out, ",");
        if (value_is_told(f, i)) {
            value_write(out, f, i);
        }
    }
}

static void write_record(struct track_writer *w, const struct track_record *r)
{
    struct json_out *out = w->out;
    const struct fix *f = r->report;
    char words[TRACK_ALARMS_SIZE];
    text_put_csv(out, bytes_of_text(w->subject->device_id));
    put_text(out, w->subject->name);
    text_put(out, ",");
    track_put_local(w, f->gps_time_s);
    put_text(out, w->subject->zone_name);
    text_put(out, ",");
    text_put_utc(out, f->gps_time_s);
    text_put(out, ",");
    text_put_utc(out, f->rcv_time_s);
    put_place(out, r);
    put_values(out, f);
    put_text(out, f->iccid);
    put_cell(out, f);
    track_alarms(f, words);
    put_text(out, words);
    track_marks(f, words);
    put_text(out, words);
    put_extra(out, r->extras);
    text_put(out, ",");
    text_put_decimal(out, (int64_t)r->odometer_m_e2, KILOMETRE_DECIMALS);
    put_text(out, r->status);
    text_put(out, "\r\n");
}

static void write_nothing(struct track_writer *w)
{
    (void)w; /* a row tells its device by itself */
}

const struct track_format csv_format = {
    .name = "csv",
    .type = "text/csv; charset=utf-8",
    .tells_status = true,
    .begin = begin_csv,
    .device = write_nothing,
    .record = write_record,
    .device_end = write_nothing,
    .end = write_nothing,
};
