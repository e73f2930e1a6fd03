/*
 * Tracks as CSV: ours (csv_write.c), and any other with a first line of names. What counts is the
 * name of a column, not its place:
 *
 *     device_id           whose fix it is; where it is missing, --device says so
 *     time_utc, or time   when; `time` may have an offset, else it is local (track_read_time())
 *     lat, lon            degrees, WGS-84; both empty: the report told no place
 *     position            where that is from (enum place_kind); gps unless given
 *     received_utc, alarms, marks, extra, iccid, cell, and the values of values.h
 *
 * name, zone, total_km, status and time beside time_utc say nothing that is not known by the rest.
 * Every other column is left out, and said to be.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "base/mem.h"
#include "base/reader.h"
#include "files/text.h"
#include "files/track_read_private.h"
#include "files/values.h"

enum column {
    COLUMN_DEVICE,
    COLUMN_TIME,
    COLUMN_TIME_UTC,
    COLUMN_RECEIVED,
    COLUMN_LAT,
    COLUMN_LON,
    COLUMN_POSITION,
    COLUMN_ICCID,
    COLUMN_CELL,
    COLUMN_ALARMS,
    COLUMN_MARKS,
    COLUMN_EXTRA,
    COLUMNS,
    COLUMN_KNOWN = COLUMNS, /* it says nothing new */
    COLUMN_OTHER,
    COLUMN_VALUES /* that value of values.h, and those behind it */
};

static const char *const column_names[COLUMNS] = {
    [COLUMN_DEVICE] = "device_id",      [COLUMN_TIME] = "time",   [COLUMN_TIME_UTC] = "time_utc",
    [COLUMN_RECEIVED] = "received_utc", [COLUMN_LAT] = "lat",     [COLUMN_LON] = "lon",
    [COLUMN_POSITION] = "position",     [COLUMN_ICCID] = "iccid", [COLUMN_CELL] = "cell",
    [COLUMN_ALARMS] = "alarms",         [COLUMN_MARKS] = "marks", [COLUMN_EXTRA] = "extra",
};

static const char *const known_names[] = {"name", "zone", "total_km", "status"};

struct csv_reading {
    struct track_reading *reading;
    struct csv_reader csv;
    size_t columns[CSV_FIELDS_MAX];              /* enum column */
    char names[CSV_FIELDS_MAX][TRACK_NAME_SIZE]; /* of those that are left out */
    size_t count;
    bool has[COLUMNS];
    struct arena arena; /* of one record */
    struct track_draft draft;
};

/* ---- the first line ---- */

static size_t column_of(struct bytes name)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (bytes_eq_nocase(name, column_names[i])) {
            return i;
        }
    }
    for (size_t i = 0; i < sizeof(known_names) / sizeof(known_names[0]); i++) {
        if (bytes_eq_nocase(name, known_names[i])) {
            return COLUMN_KNOWN;
        }
    }
    size_t value = value_find(name);
    return value < values_count() ? COLUMN_VALUES + value : COLUMN_OTHER;
}

static enum err read_head(struct csv_reading *c)
{
    if (csv_next(&c->csv) != ERR_OK) {
        return track_fail_file(c->reading, ERR_MALFORMED, 1, "no line with the names of columns");
    }
    c->count = c->csv.count;
    for (size_t i = 0; i < c->count; i++) {
        size_t column = column_of(csv_field(&c->csv, i));
        c->columns[i] = column;
        bytes_to_text(csv_field(&c->csv, i), c->names[i], TRACK_NAME_SIZE);
        if (column < COLUMNS) {
            c->has[column] = true;
        }
    }
    if (!c->has[COLUMN_LAT] || !c->has[COLUMN_LON] ||
        (!c->has[COLUMN_TIME] && !c->has[COLUMN_TIME_UTC])) {
        return track_fail_file(c->reading, ERR_MALFORMED, 1,
                               "wants the columns lat, lon, and time or time_utc");
    }
    return ERR_OK;
}

/* ---- a record ---- */

static void set_device(struct csv_reading *c, struct bytes text)
{
    text = text_without_guard(text);
    if (text.len > DEVICE_ID_MAX) {
        track_draft_fail(&c->draft, TRACK_LONG_ID);
        return;
    }
    bytes_to_text(text, c->draft.device_id, sizeof(c->draft.device_id));
}

/* MCC-MNC-LAC-CID. */
static void set_cell(struct csv_reading *c, struct bytes text)
{
    uint64_t v[4] = {0};
    struct reader r = reader_init(text);
    bool is_good = true;
    for (size_t i = 0; i < 4; i++) {
        is_good = parse_u64(read_field(&r, '-'), &v[i]) && is_good;
    }
    if (!is_good || v[0] > UINT16_MAX || v[1] > UINT16_MAX || v[2] > UINT32_MAX) {
        track_draft_fail(&c->draft, "the cell is none");
        return;
    }
    fix_set_cell(&c->draft.fix, (struct cell){.mcc = (uint16_t)v[0],
                                              .mnc = (uint16_t)v[1],
                                              .lac = (uint32_t)v[2],
                                              .cid = v[3]});
}

static void set_extra(struct csv_reading *c, struct bytes text)
{
    struct json_value *object = NULL;
    if (json_read(text, &c->arena, &object) != ERR_OK || object->kind != JSON_KIND_OBJECT) {
        track_draft_fail(&c->draft, "extra is no object of JSON");
        return;
    }
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        bool is_plain = v->kind == JSON_KIND_NUMBER || v->kind == JSON_KIND_STRING;
        if (!is_plain || !extra_read(&c->draft.extras, v->name, v->text)) {
            track_leave_out(c->reading, v->name);
        }
    }
}

static void set_received(struct csv_reading *c, struct bytes text)
{
    if (!track_read_time(c->reading, text, &c->draft.rcv_time_s)) {
        track_draft_fail(&c->draft, "received_utc is no time");
    }
}

static void set_iccid(struct csv_reading *c, struct bytes text)
{
    char iccid[FIX_ICCID_SIZE];
    bytes_to_text(text_without_guard(text), iccid, sizeof(iccid));
    fix_set_iccid(&c->draft.fix, iccid);
}

/* What needs no other column. */
static void take_column(struct csv_reading *c, size_t column, struct bytes text)
{
    switch (column) {
    case COLUMN_DEVICE:
        set_device(c, text);
        break;
    case COLUMN_RECEIVED:
        set_received(c, text);
        break;
    case COLUMN_ICCID:
        set_iccid(c, text);
        break;
    case COLUMN_CELL:
        set_cell(c, text);
        break;
    case COLUMN_ALARMS:
        if (!track_draft_set_alarms(&c->draft, text_without_guard(text))) {
            track_draft_fail(&c->draft, "an alarm that is none");
        }
        break;
    case COLUMN_MARKS:
        track_draft_set_marks(&c->draft, text);
        break;
    case COLUMN_EXTRA:
        set_extra(c, text);
        break;
    default:
        if (column >= COLUMN_VALUES) {
            track_draft_set_value(&c->draft, column - COLUMN_VALUES, text_without_guard(text));
        }
        break;
    }
}

/* The field of a column; empty where the record has none. */
static struct bytes field_of(const struct csv_reading *c, size_t column)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->columns[i] == column) {
            return csv_field(&c->csv, i);
        }
    }
    return (struct bytes){0};
}

static void take_place(struct csv_reading *c)
{
    struct bytes lat = field_of(c, COLUMN_LAT);
    struct bytes lon = field_of(c, COLUMN_LON);
    struct bytes word = field_of(c, COLUMN_POSITION);
    enum place_kind kind = PLACE_GPS;
    if (word.len > 0 && !place_find(word, &kind)) {
        track_draft_fail(&c->draft, "the position is from nowhere that is known");
    }
    if (kind == PLACE_LAST || (lat.len == 0 && lon.len == 0)) {
        return;
    }
    track_draft_set_place(&c->draft, lat, lon);
    place_apply(&c->draft.fix, kind);
}

static void take_record(struct csv_reading *c)
{
    struct bytes utc = field_of(c, COLUMN_TIME_UTC);
    arena_clear(&c->arena);
    track_draft_begin(&c->draft, &c->arena);
    if (c->csv.count != c->count) {
        track_draft_fail(&c->draft, "not as many fields as there are columns");
    }
    track_draft_set_time(&c->draft, c->reading, utc.len > 0 ? utc : field_of(c, COLUMN_TIME));
    take_place(c);
    for (size_t i = 0; i < c->count; i++) {
        struct bytes text = csv_field(&c->csv, i);
        if (text.len > 0 && c->columns[i] == COLUMN_OTHER) {
            track_leave_out(c->reading, bytes_of_text(c->names[i]));
        } else if (text.len > 0) {
            take_column(c, c->columns[i], text);
        }
    }
    track_draft_give(&c->draft, c->reading, c->csv.line);
}

static enum err read_records(struct csv_reading *c)
{
    enum err e = csv_next(&c->csv);
    while (track_goes_on(c->reading, &c->csv, &e)) {
        if (e == ERR_OK) {
            take_record(c);
        }
        e = csv_next(&c->csv);
    }
    return e;
}

enum err csv_tracks_read(struct track_reading *r)
{
    struct csv_reading *c = mem_new(sizeof(*c));
    c->reading = r;
    csv_reader_init(&c->csv, r->file);
    enum err e = read_head(c);
    e = e == ERR_OK ? read_records(c) : e;
    csv_reader_clear(&c->csv);
    arena_free(&c->arena);
    free(c);
    return e;
}
