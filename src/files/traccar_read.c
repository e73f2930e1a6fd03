/*
 * Two tables of a Traccar data base (its schema as published, versions 4 to 6), each as CSV with a
 * first line of names, in whatever order and case:
 *
 *     tc_devices     id, name, uniqueid, phone, model, category
 *     tc_positions   deviceid (id of tc_devices), protocol, servertime, fixtime, valid, latitude,
 *                    longitude, altitude (m), speed (knots), course, network, attributes (JSON)
 *
 * Times have no zone there; they are UTC, unless the reading says another one. A NULL is an empty
 * field, NULL or \N. What stands in `attributes` is in traccar_values.c.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/reader.h"
#include "base/units.h"
#include "files/traccar_values.h"
#include "files/values.h"

enum { DEVICES_MAX = 1000000 };

struct traccar_devices {
    GHashTable *ids; /* "17" of tc_devices -> DeviceID; owned */
};

void traccar_devices_free(struct traccar_devices *d)
{
    if (d != NULL) {
        g_hash_table_destroy(d->ids);
        free(d);
    }
}

/* ---- columns ---- */

struct table {
    struct track_reading *reading;
    struct csv_reader csv;
    const char *const *names; /* of the columns that are carried; the first is needed most */
    size_t name_count;
    size_t needed;                                /* so many of them must be there */
    size_t columns[CSV_FIELDS_MAX];               /* index in names; name_count: none of them */
    char titles[CSV_FIELDS_MAX][TRACK_NAME_SIZE]; /* of the others, with the table before it */
    const char *title;
    size_t count;
};

static size_t column_of(const struct table *t, struct bytes name)
{
    size_t i = 0;
    while (i < t->name_count && !bytes_eq_nocase(name, t->names[i])) {
        i++;
    }
    return i;
}

static enum err read_head(struct table *t)
{
    bool has[CSV_FIELDS_MAX] = {false};
    if (csv_next(&t->csv) != ERR_OK) {
        return track_fail_file(t->reading, ERR_MALFORMED, 1, "no line with the names of columns");
    }
    t->count = t->csv.count;
    for (size_t i = 0; i < t->count; i++) {
        struct bytes name = csv_field(&t->csv, i);
        t->columns[i] = column_of(t, name);
        has[t->columns[i]] = true;
        char text[TRACK_NAME_SIZE];
        bytes_to_text(name, text, sizeof(text));
        (void)snprintf(t->titles[i], TRACK_NAME_SIZE, "%s.%.40s", t->title, text);
    }
    for (size_t i = 0; i < t->needed; i++) {
        if (!has[i]) {
            char why[TRACK_WHY_SIZE];
            (void)snprintf(why, sizeof(why), "%s lacks the column %s", t->title, t->names[i]);
            return track_fail_file(t->reading, ERR_MALFORMED, 1, why);
        }
    }
    return ERR_OK;
}

static bool is_null(struct bytes text)
{
    return text.len == 0 || bytes_eq_nocase(text, "null") || bytes_eq(text, "\\N");
}

/* The field of a column by its index in names; empty where it is NULL. */
static struct bytes field_of(const struct table *t, size_t name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->columns[i] == name) {
            struct bytes text = csv_field(&t->csv, i);
            return is_null(text) ? (struct bytes){0} : text;
        }
    }
    return (struct bytes){0};
}

/* Tells of the fields that hold something and are not carried. */
static void leave_out_others(const struct table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct bytes text = csv_field(&t->csv, i);
        bool says = !is_null(text) && !bytes_eq(text, "{}") && !bytes_eq(text, "0");
        if (t->columns[i] == t->name_count && says) {
            track_leave_out(t->reading, bytes_of_text(t->titles[i]));
        }
    }
}

/* Whether the record has its fields; else it is told as a fault. */
static bool is_whole(const struct table *t)
{
    if (t->csv.count == t->count) {
        return true;
    }
    t->reading->sink->fault(t->reading->sink->context, t->csv.line,
                            "not as many fields as there are columns");
    return false;
}

/* Calls `take` for each record behind the first line. */
static enum err read_records(struct table *t, void (*take)(struct table *t))
{
    enum err e = csv_next(&t->csv);
    while (track_goes_on(t->reading, &t->csv, &e)) {
        if (e == ERR_OK && is_whole(t)) {
            take(t);
        }
        e = csv_next(&t->csv);
    }
    return e;
}

static enum err read_table(struct table *t, void (*take)(struct table *t))
{
    csv_reader_init(&t->csv, t->reading->file);
    enum err e = read_head(t);
    e = e == ERR_OK ? read_records(t, take) : e;
    csv_reader_clear(&t->csv);
    return e;
}

/* ---- tc_devices ---- */

enum { DEVICE_ROW, DEVICE_UNIQUE, DEVICE_NAME, DEVICE_PHONE, DEVICE_MODEL, DEVICE_CATEGORY };
static const char *const device_names[] = {
    [DEVICE_ROW] = "id",      [DEVICE_UNIQUE] = "uniqueid", [DEVICE_NAME] = "name",
    [DEVICE_PHONE] = "phone", [DEVICE_MODEL] = "model",     [DEVICE_CATEGORY] = "category",
};

static const char *copy_field(const struct table *t, size_t name, struct arena *arena)
{
    return (const char *)arena_copy(arena, field_of(t, name)).at;
}

static void take_device(struct table *t)
{
    struct traccar_devices *all = t->reading->traccar;
    struct arena arena = {0};
    struct bytes id = field_of(t, DEVICE_UNIQUE);
    const struct file_device d = {
        .device_id = copy_field(t, DEVICE_UNIQUE, &arena),
        .name = copy_field(t, DEVICE_NAME, &arena),
        .sim = copy_field(t, DEVICE_PHONE, &arena),
        .model = copy_field(t, DEVICE_MODEL, &arena),
        .is_person = bytes_eq_nocase(field_of(t, DEVICE_CATEGORY), "person"),
    };
    const struct track_sink *sink = t->reading->sink;
    if (!device_id_is_valid(id)) {
        sink->fault(sink->context, t->csv.line, "the uniqueid is no DeviceID: " DEVICE_ID_RULE);
    } else if (g_hash_table_size(all->ids) < DEVICES_MAX) {
        (void)g_hash_table_insert(all->ids, mem_copy_text(copy_field(t, DEVICE_ROW, &arena)),
                                  mem_copy_text(d.device_id));
        leave_out_others(t);
        if (sink->device != NULL) {
            sink->device(sink->context, &d);
        }
    }
    arena_free(&arena);
}

enum err traccar_read_devices(struct track_reading *r)
{
    struct table *t = mem_new(sizeof(*t));
    *t = (struct table){
        .reading = r,
        .names = device_names,
        .name_count = sizeof(device_names) / sizeof(device_names[0]),
        .needed = DEVICE_UNIQUE + 1,
        .title = "tc_devices",
    };
    if (r->traccar == NULL) {
        r->traccar = mem_new(sizeof(*r->traccar));
        r->traccar->ids = g_hash_table_new_full(g_str_hash, g_str_equal, free, free);
    }
    enum err e = read_table(t, take_device);
    free(t);
    return e;
}

/* ---- tc_positions ---- */

enum {
    POSITION_DEVICE,
    POSITION_FIX_TIME,
    POSITION_LAT,
    POSITION_LON,
    POSITION_PROTOCOL,
    POSITION_SERVER_TIME,
    POSITION_VALID,
    POSITION_ALTITUDE,
    POSITION_SPEED,
    POSITION_COURSE,
    POSITION_NETWORK,
    POSITION_ATTRIBUTES,
    POSITION_ID,
};
static const char *const position_names[] = {
    [POSITION_DEVICE] = "deviceid",
    [POSITION_FIX_TIME] = "fixtime",
    [POSITION_LAT] = "latitude",
    [POSITION_LON] = "longitude",
    [POSITION_PROTOCOL] = "protocol",
    [POSITION_SERVER_TIME] = "servertime",
    [POSITION_VALID] = "valid",
    [POSITION_ALTITUDE] = "altitude",
    [POSITION_SPEED] = "speed",
    [POSITION_COURSE] = "course",
    [POSITION_NETWORK] = "network",
    [POSITION_ATTRIBUTES] = "attributes",
    [POSITION_ID] = "id",
};

static void take_movement(const struct table *t, struct track_draft *d)
{
    char room[TRACCAR_NUMBER_SIZE];
    int64_t v = 0;
    struct bytes text = traccar_number(field_of(t, POSITION_SPEED), room);
    if (text.len > 0 && parse_decimal_e7(text, &v) && v >= 0) {
        fix_set_speed_kmh_e2(&d->fix, units_kmh_e2_from_knots_e7((uint64_t)v));
    } else if (text.len > 0) {
        track_draft_fail(d, "the speed is none");
    }
    text = traccar_number(field_of(t, POSITION_COURSE), room);
    if (text.len > 0 && value_decimal(text, 2, &v) && v >= 0) {
        fix_set_course_cdeg(&d->fix, (uint64_t)v);
    } else if (text.len > 0) {
        track_draft_fail(d, "the course is none");
    }
    text = traccar_number(field_of(t, POSITION_ALTITUDE), room);
    if (text.len > 0 && value_decimal(text, 1, &v)) {
        fix_set_altitude_dm(&d->fix, v);
    } else if (text.len > 0) {
        track_draft_fail(d, "the altitude is none");
    }
}

static void take_place(const struct table *t, struct track_draft *d)
{
    char lat[TRACCAR_NUMBER_SIZE];
    char lon[TRACCAR_NUMBER_SIZE];
    struct bytes valid = field_of(t, POSITION_VALID);
    bool is_valid = bytes_eq(valid, "1") || bytes_eq_nocase(valid, "t") ||
                    bytes_eq_nocase(valid, "true") || valid.len == 0;
    track_draft_set_place(d, traccar_number(field_of(t, POSITION_LAT), lat),
                          traccar_number(field_of(t, POSITION_LON), lon));
    place_apply(&d->fix, is_valid ? PLACE_GPS : PLACE_NO_LOCK);
}

static void take_device_of(const struct table *t, struct track_draft *d, struct arena *arena)
{
    const struct traccar_devices *all = t->reading->traccar;
    const char *row = copy_field(t, POSITION_DEVICE, arena);
    const char *id = all == NULL ? NULL : g_hash_table_lookup(all->ids, row);
    if (id == NULL) {
        track_draft_fail(d, "its device is in no row of tc_devices");
        return;
    }
    bytes_to_text(bytes_of_text(id), d->device_id, sizeof(d->device_id));
}

static void take_position(struct table *t)
{
    struct arena arena = {0};
    struct track_draft *d = arena_new(&arena, sizeof(*d));
    track_draft_begin(d, &arena);
    take_device_of(t, d, &arena);
    track_draft_set_time(d, t->reading, field_of(t, POSITION_FIX_TIME));
    (void)track_read_time(t->reading, field_of(t, POSITION_SERVER_TIME), &d->rcv_time_s);
    take_place(t, d);
    take_movement(t, d);
    extras_set_text(&d->extras, EXTRA_SOURCE, 0, field_of(t, POSITION_PROTOCOL));
    traccar_take_network(t->reading, d, field_of(t, POSITION_NETWORK));
    traccar_take_attributes(t->reading, d, field_of(t, POSITION_ATTRIBUTES));
    leave_out_others(t);
    track_draft_give(d, t->reading, t->csv.line);
    arena_free(&arena);
}

enum err traccar_read_positions(struct track_reading *r)
{
    struct table *t = mem_new(sizeof(*t));
    *t = (struct table){
        .reading = r,
        .names = position_names,
        .name_count = sizeof(position_names) / sizeof(position_names[0]),
        .needed = POSITION_LON + 1,
        .title = "tc_positions",
    };
    enum err e = read_table(t, take_position);
    free(t);
    return e;
}
