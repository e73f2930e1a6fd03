/*
 * A message as JSON, member by member. What is not in the message is not written, so that a vector
 * shows all that a frame said. The plain numbers and switches come from the rows of fix_map.h.
 */
#include "protocols/describe.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/hex.h"
#include "model/extra.h"

enum { MAC_TEXT_SIZE = 18 };

static const char *type_text(const struct message *m)
{
    switch (m->kind) {
    case MESSAGE_LOGIN:
        return "login";
    case MESSAGE_HEARTBEAT:
        return "heartbeat";
    case MESSAGE_FIX:
        if (m->fix.alarms != 0) {
            return "alarm";
        }
        return (m->fix.has & FIX_HAS_LOCK) != 0 ? "lock" : "fix";
    case MESSAGE_RESPONSE:
        return "response";
    case MESSAGE_FRAGMENT:
    case MESSAGE_OTHER:
        break;
    }
    return "other";
}

static bool has(const struct fix *f, enum fix_has member)
{
    return (f->has & (uint32_t)member) != 0;
}

/* `value` / 10^decimals without zeros at its end: 13.7, not 13.70. */
static void write_decimal(struct json_out *j, int64_t value, unsigned decimals)
{
    while (decimals > 0 && value % 10 == 0) {
        value /= 10;
        decimals--;
    }
    json_decimal(j, value, decimals);
}

static void name_decimal(struct json_out *j, const char *name, int64_t value, unsigned decimals)
{
    json_name(j, name);
    write_decimal(j, value, decimals);
}

static void name_text(struct json_out *j, const char *name, const char *text)
{
    json_name(j, name);
    json_write_string(j, text);
}

static void name_int(struct json_out *j, const char *name, int64_t value)
{
    json_name(j, name);
    json_int(j, value);
}

static void name_bool(struct json_out *j, const char *name, bool value)
{
    json_name(j, name);
    json_bool(j, value);
}

static void name_time(struct json_out *j, const char *name, int64_t time_s)
{
    char time[CLOCK_ISO_SIZE];
    clock_format_iso(time_s, time);
    name_text(j, name, time);
}

/* The time. Where the tracker told another one, that time too, and why it does not count. */
static void describe_time(struct json_out *j, const struct fix *f)
{
    if (has(f, FIX_HAS_TIME)) {
        name_time(j, "gps_time", f->gps_time_s);
    }
    if ((f->flags & (FIX_TIME_REPLACED | FIX_TIME_MOVED)) != 0) {
        name_time(j, "original_time", f->original_time_s);
        name_text(j, "time_is", (f->flags & FIX_TIME_MOVED) != 0 ? "moved" : "replaced");
    }
}

static void describe_position(struct json_out *j, const struct message *m)
{
    const struct fix *f = &m->fix;
    describe_time(j, f);
    if (m->kind == MESSAGE_FIX || has(f, FIX_HAS_POSITION)) {
        name_bool(j, "valid", (f->flags & FIX_VALID) != 0);
    }
    if (has(f, FIX_HAS_POSITION)) {
        name_decimal(j, "lat", f->lat_e7, 7);
        name_decimal(j, "lon", f->lon_e7, 7);
    }
}

static void describe_numbers(struct json_out *j, const struct fix *f)
{
    static const struct {
        const char *key;
        uint32_t has;
        unsigned decimals;
    } rows[] = {
#define NUMBER(member, type, has, bit, kept, column, usual, setter, low, high, key, decimals)      \
    {key, FIX_HAS_##has, decimals},
        FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
    };
    const int64_t values[] = {
#define NUMBER(member, ...) (int64_t) f->member,
        FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
    };
    check(f->odometer_m <= INT64_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((f->has & rows[i].has) != 0 && rows[i].key != NULL) {
            name_decimal(j, rows[i].key, values[i], rows[i].decimals);
        }
    }
}

static void describe_switches(struct json_out *j, const struct fix *f)
{
    static const struct {
        const char *key;
        uint32_t has;
        uint32_t flag;
    } rows[] = {
#define SWITCH(has, bit, flag, flag_bit, key) {key, FIX_HAS_##has, FIX_##flag},
        FIX_SWITCH_MAP(SWITCH)
#undef SWITCH
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((f->has & rows[i].has) != 0) {
            name_bool(j, rows[i].key, (f->flags & rows[i].flag) != 0);
        }
    }
}

static void describe_temperatures(struct json_out *j, const struct fix *f)
{
    if (f->temperature_count == 0) {
        return;
    }
    json_name(j, "temperatures_c");
    json_array_begin(j);
    for (size_t i = 0; i < f->temperature_count; i++) {
        if (f->temperature_c_e2[i] == FIX_TEMPERATURE_ABSENT) {
            json_write_null(j);
            continue;
        }
        write_decimal(j, f->temperature_c_e2[i], 2);
    }
    json_array_end(j);
}

static void describe_alarms(struct json_out *j, const struct fix *f)
{
    if (f->alarms == 0) {
        return;
    }
    json_name(j, "alarms");
    json_array_begin(j);
    for (unsigned type = 0; type < ALARM_COUNT; type++) {
        if ((f->alarms >> type & 1U) != 0) {
            json_write_string(j, alarm_text((enum alarm_type)type));
        }
    }
    json_array_end(j);
}

static void describe_transport(struct json_out *j, const struct message *m)
{
    static const char *const sources[] = {
        [FIX_GPS] = "gps",
        [FIX_LBS] = "lbs",
        [FIX_WIFI] = "wifi",
    };
    if (m->kind == MESSAGE_FIX) {
        check(m->fix.source < sizeof(sources) / sizeof(sources[0]));
        name_text(j, "source", sources[m->fix.source]);
        name_bool(j, "reupload", (m->fix.flags & FIX_REUPLOAD) != 0);
    }
}

static void describe_cell(struct json_out *j, const struct cell *c)
{
    char cid[24];
    int len = snprintf(cid, sizeof(cid), "%" PRIu64, c->cid);
    json_name(j, "cell");
    json_object_begin(j);
    name_int(j, "mcc", c->mcc);
    name_int(j, "mnc", c->mnc);
    name_int(j, "lac", c->lac);
    json_name(j, "cid");
    json_raw(j, (struct bytes){(const uint8_t *)cid, (size_t)len});
    json_object_end(j);
}

static void describe_wifi(struct json_out *j, const struct fix *f)
{
    if (f->wifi_count == 0) {
        return;
    }
    json_name(j, "wifi");
    json_array_begin(j);
    for (size_t i = 0; i < f->wifi_count; i++) {
        const uint8_t *mac = f->wifi[i].mac;
        char text[MAC_TEXT_SIZE];
        (void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                       mac[3], mac[4], mac[5]);
        json_object_begin(j);
        name_text(j, "mac", text);
        name_int(j, "rssi_dbm", f->wifi[i].rssi_dbm);
        json_object_end(j);
    }
    json_array_end(j);
}

static void describe_further(struct json_out *j, const struct fix *f)
{
    if (has(f, FIX_HAS_LOCK)) {
        name_text(j, "lock", fix_lock_text((enum fix_lock)f->lock));
    }
    if (has(f, FIX_HAS_CELL)) {
        describe_cell(j, &f->cell);
    }
    describe_wifi(j, f);
    if ((f->flags & FIX_POWER_SAVE) != 0) {
        name_bool(j, "power_save", true);
    }
}

static void describe_extra(struct json_out *j, const struct extra *e)
{
    const struct extra_row *row = extra_row(extra_key_of(e));
    check(row != NULL);
    json_object_begin(j);
    name_text(j, "name", row->name);
    if (extra_index_of(e) > 0) {
        name_int(j, "index", extra_index_of(e));
    }
    json_name(j, "value");
    if (e->is_text) {
        json_string_bytes(j, e->text);
    } else if (row->kind == EXTRA_IS_SWITCH) {
        json_bool(j, e->number != 0);
    } else {
        write_decimal(j, e->number, row->decimals);
    }
    if (row->unit[0] != '\0') {
        name_text(j, "unit", row->unit);
    }
    json_object_end(j);
}

static void describe_extras(struct json_out *j, struct bytes packed)
{
    if (packed.len == 0) {
        return;
    }
    struct extras_reader r = extras_begin(packed);
    struct extra e;
    json_name(j, "extras");
    json_array_begin(j);
    while (extras_next(&r, &e)) {
        describe_extra(j, &e);
    }
    json_array_end(j);
}

static void describe_fragment(struct json_out *j, const struct message_fragment *fragment)
{
    json_name(j, "part");
    json_object_begin(j);
    name_int(j, "key", fragment->key);
    name_int(j, "number", fragment->number);
    name_int(j, "total", fragment->total);
    json_object_end(j);
}

static void describe_ack(struct json_out *j, struct bytes ack)
{
    char hex[PROTOCOL_REPLY_MAX * 2 + 1];
    if (ack.len > 0) {
        check(ack.len <= PROTOCOL_REPLY_MAX);
        hex_encode(ack, hex);
        name_text(j, "ack", hex);
    }
}

void protocol_describe(struct json_out *j, const struct protocol *p, const struct decoded *d,
                       const struct message *m, struct bytes ack)
{
    json_object_begin(j);
    name_text(j, "protocol", p->name);
    name_text(j, "type", type_text(m));
    if (d->device_id[0] != '\0') {
        name_text(j, "device_id", d->device_id);
    }
    describe_position(j, m);
    describe_numbers(j, &m->fix);
    describe_switches(j, &m->fix);
    describe_temperatures(j, &m->fix);
    if (has(&m->fix, FIX_HAS_ICCID)) {
        name_text(j, "iccid", m->fix.iccid);
    }
    describe_alarms(j, &m->fix);
    describe_transport(j, m);
    describe_further(j, &m->fix);
    describe_extras(j, m->extras);
    if (m->kind == MESSAGE_RESPONSE) {
        json_name(j, "text");
        json_string_bytes(j, m->text);
    }
    if (m->kind == MESSAGE_FRAGMENT) {
        describe_fragment(j, &m->fragment);
    }
    describe_ack(j, ack);
    json_object_end(j);
}
