/*
 * JT/T 808 locations and what carries them.
 *
 *     alarm u32, status u32, lat u32 and lon u32 (degrees * 1e6), altitude i16 (m), speed u16
 *     (0.1 km/h), course u16, BCD time YYMMDDhhmmss: 28 bytes; then items (items.c)
 *
 *     0200  a location                      0201, 0500  a serial u16 and a location
 *     0704  count u16, kind u8 (0: at intervals, else sent late), {len u16, location}
 *     0210  {len u8, location}, or 7 bytes: battery % u8, BCD time
 *     0002, 0506  nothing, or 3 bytes: battery % u8, signal u8, status u8
 *     0107  type u16, maker 5, model 20, terminal 7, ICCID BCD 10 (2019: maker 11, model 30,
 *           terminal 30), {len u8, hardware}, {len u8, firmware}, positioning u8, radio u8
 *
 * Status bits: 0 ACC, 1 GPS fix, 2 south, 3 west, 10 fuel or power cut, 16 the driver's door open,
 * 26 charging, where it is set. Some models give a bit a meaning of their own (4 motion). These are
 * not read, except those of AOVX, which the frame or the device's model tells (aovx.c).
 *
 * The alarm word: `alarm_rows` below. What has no counterpart among our alarms is left out: faults
 * of modules (4, 9 to 11), parking too long (19), zones and routes (20 to 23: but see item 12),
 * theft and fuel (24 to 27), and bits of the standard that are vendors' own (12 to 14).
 *
 * Behind the 28 bytes some trackers send a fixed tail of 18: skip 4, odometer u32 km, voltage u16
 * 0.1 V, area u32, signal u8, skip 3. Items of 18 bytes in all are told from it by their ids and
 * lengths, which must end where the message does.
 *
 * Source: JT/T 808-2019 sections 8.12, 8.18 and 8.25 and tables 23 to 27; the vectors' facts.
 */
#include "protocols/jt808/jt808.h"

#include <string.h>

#include "base/units.h"
#include "protocols/fields.h"

enum { LOCATION_LEN = 28, TAIL_LEN = 18 };
enum {
    STATUS_ACC = 1 << 0,
    STATUS_VALID = 1 << 1,
    STATUS_SOUTH = 1 << 2,
    STATUS_WEST = 1 << 3,
    STATUS_CUT = 1 << 10,
    STATUS_DOOR = 1 << 16,
    STATUS_CHARGING = 1 << 26,
};

static const struct alarm_row alarm_rows[] = {
    {0, ALARM_BIT(SOS)},          {1, ALARM_BIT(OVERSPEED)},     {2, ALARM_BIT(FATIGUE)},
    {5, ALARM_BIT(GPS_ANTENNA)},  {6, ALARM_BIT(GPS_ANTENNA)},   {7, ALARM_BIT(LOW_BATTERY)},
    {8, ALARM_BIT(POWER_OFF)},    {15, ALARM_BIT(VIBRATION)},    {16, ALARM_BIT(COVER_OPEN)},
    {17, ALARM_BIT(COVER_OPEN)}, /* tampering */
    {18, ALARM_BIT(LOW_BATTERY)}, {28, ALARM_BIT(DISPLACEMENT)}, {29, ALARM_BIT(COLLISION)},
    {30, ALARM_BIT(ROLLOVER)},
};

const struct alarm_table jt808_alarms = ALARM_TABLE(alarm_rows);

void jt808_read_time(struct reader *r, const struct session *s, struct fix *f)
{
    struct civil c;
    if (field_civil_of_bcd(read_bytes(r, FIELD_CIVIL_LEN), DATE_YMD, &c)) {
        field_set_local_time(f, s, &c);
    }
}

void jt808_read_place(struct reader *r, struct fix *f)
{
    uint32_t status = read_u32be(r);
    int64_t lat_e7 = (int64_t)read_u32be(r) * 10;
    int64_t lon_e7 = (int64_t)read_u32be(r) * 10;
    if (!reader_ok(r)) {
        return;
    }
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status & STATUS_ACC) != 0);
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (status & STATUS_CUT) != 0);
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, (status & STATUS_DOOR) != 0);
    if ((status & STATUS_CHARGING) != 0) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, true);
    }
    fix_set_position(f, (status & STATUS_SOUTH) != 0 ? -lat_e7 : lat_e7,
                     (status & STATUS_WEST) != 0 ? -lon_e7 : lon_e7, (status & STATUS_VALID) != 0);
}

void jt808_read_motion(struct reader *r, struct fix *f)
{
    int16_t altitude_m = (int16_t)read_u16be(r);
    uint16_t speed_kmh_e1 = read_u16be(r);
    uint16_t course_deg = read_u16be(r);
    if (reader_ok(r)) {
        fix_set_altitude_dm(f, altitude_m * INT64_C(10));
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh_e1(speed_kmh_e1));
        fix_set_course_cdeg(f, course_deg * UINT64_C(100));
    }
}

void jt808_set_source(struct fix *f)
{
    if ((f->flags & FIX_VALID) != 0) {
        return;
    }
    if (f->wifi_count > 0) {
        f->source = FIX_WIFI;
    } else if ((f->has & FIX_HAS_CELL) != 0) {
        f->source = FIX_LBS;
    }
}

/* Whether `r` holds nothing but items, one behind the other. No item has the id 0. */
static bool is_items(struct reader r)
{
    while (reader_left(&r) > 0) {
        uint8_t id = read_u8(&r);
        read_skip(&r, read_u8(&r));
        if (id == 0) {
            return false;
        }
    }
    return reader_ok(&r);
}

static void read_tail(struct reader *r, struct fix *f)
{
    read_skip(r, 4);
    fix_set_odometer_m(f, read_u32be(r) * UINT64_C(1000));
    jt808_set_voltage(f, read_u16be(r) * UINT32_C(100));
    read_skip(r, 4); /* area */
    fix_set_gsm(f, read_u8(r));
}

/*
 * What the alarm word and the bits of makers in the status of a whole location mean. Its items may
 * name the maker; else its device's model decides, so that the frame asks for that. A word of 0
 * tells that there is none of what it means to anybody.
 */
static void set_alarms(const struct session *s, struct bytes body, struct fix *f,
                       struct decoded *out)
{
    struct reader r = reader_init(body);
    uint32_t alarm = read_u32be(&r);
    uint32_t status = read_u32be(&r);
    fix_set_alarms_told(f, jt808_item_alarms());
    if (alarm == 0) {
        fix_set_alarms_told(f, alarm_table_all(&jt808_alarms) | jt808_aovx_alarms());
    }
    if (alarm == 0 && (status & JT808_FROM_MEMORY) == 0) {
        return; /* no alarm, as nearly always, whoever made it */
    }
    const struct profile *profile = jt808_aovx_of(bytes_slice(body, LOCATION_LEN, SIZE_MAX));
    if (profile == NULL) {
        out->asks_profile = true;
        profile = s->profile;
    }
    if (!jt808_set_profile_bits(f, profile, alarm, status)) {
        f->alarms = alarm_table_of_bits(&jt808_alarms, alarm);
        fix_set_alarms_told(f, alarm_table_all(&jt808_alarms));
    }
}

static void read_items(struct reader *r, struct message *m, struct arena *arena)
{
    struct extras x;
    extras_init(&x, arena);
    jt808_read_items(r, &m->fix, &x);
    if (x.count > 0) {
        m->extras = extras_pack(&x);
    }
}

/* A whole location; false where it is too short for one. */
static bool read_location(const struct session *s, struct bytes body, struct message *m,
                          struct decoded *out)
{
    enum { ALARM_LEN = 4 };
    struct fix *f = &m->fix;
    struct reader r = reader_init(body);
    read_skip(&r, ALARM_LEN);
    jt808_read_place(&r, f);
    jt808_read_motion(&r, f);
    jt808_read_time(&r, s, f);
    if (!reader_ok(&r)) {
        return false;
    }
    set_alarms(s, body, f, out);
    if (reader_left(&r) == TAIL_LEN && !is_items(r)) {
        read_tail(&r, f);
    } else {
        read_items(&r, m, out->arena);
    }
    jt808_set_source(f);
    return true;
}

static enum err add_location(const struct session *s, struct bytes body, bool is_late,
                             struct decoded *out)
{
    if (out->len == PROTOCOL_MESSAGES_MAX) {
        return ERR_TOO_LONG;
    }
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix.flags |= is_late ? FIX_REUPLOAD : 0;
    return read_location(s, body, m, out) ? ERR_OK : ERR_MALFORMED;
}

enum err jt808_decode_location(const struct session *s, const struct jt808_message *m,
                               struct decoded *out)
{
    return add_location(s, m->body, false, out);
}

/* Status bit 12: the doors are locked. */
static uint8_t doors_of(struct bytes location)
{
    enum { LOCKED = 1 << 12 };
    struct reader r = reader_init(location);
    read_skip(&r, 4);
    bool is_locked = (read_u32be(&r) & LOCKED) != 0;
    return is_locked ? ANSWER_DOORS_LOCKED : ANSWER_DOORS_UNLOCKED;
}

enum err jt808_decode_answer(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    enum { SERIAL_LEN = 2, POSITION = 0x0201, QUERY_POSITION = 0x8201 };
    struct bytes location = bytes_slice(m->body, SERIAL_LEN, SIZE_MAX);
    enum err e = add_location(s, location, false, out);
    if (e != ERR_OK) {
        return e;
    }
    bool is_position = m->id == POSITION;
    struct reader r = reader_init(m->body);
    decoded_add(out, MESSAGE_RESPONSE)->answer = (struct message_answer){
        .tie = read_u16be(&r),
        .message_id = is_position ? QUERY_POSITION : JT808_DOORS,
        .is_told = true,
        .doors = is_position ? ANSWER_DOORS_UNTOLD : doors_of(location),
    };
    return ERR_OK;
}

/*
 * Reads one item of a batch. An item that cannot be read ends the batch. Where the batch came in
 * fragments, these have been answered and nobody sends the other items again; so such an item is
 * only counted, as each item has a length of its own.
 */
static enum err add_item(const struct session *s, const struct jt808_message *m, struct bytes body,
                         bool is_late, struct decoded *out)
{
    size_t had = out->len;
    enum err e = add_location(s, body, is_late, out);
    if (e != ERR_MALFORMED || !m->is_joined) {
        return e;
    }
    out->len = had;
    out->unreadable++;
    return ERR_OK;
}

/* The result of a batch, at whose end `r` is: ERR_MALFORMED where nothing of it could be read. */
static enum err end_batch(const struct jt808_message *m, const struct reader *r, enum err e,
                          const struct decoded *out)
{
    bool is_bad =
        m->is_joined ? out->len == 0 && (out->unreadable > 0 || !reader_ok(r)) : !reader_ok(r);
    return e == ERR_OK && is_bad ? ERR_MALFORMED : e;
}

enum err jt808_decode_batch(const struct session *s, const struct jt808_message *m,
                            struct decoded *out)
{
    enum err e = ERR_OK;
    enum { ONE_LEN_MIN = 2 + LOCATION_LEN };
    struct reader r = reader_init(m->body);
    size_t count = read_u16be(&r); /* only a hint: what is there counts */
    size_t count_max = m->body.len / ONE_LEN_MIN;
    decoded_reserve(out, count < count_max ? count : count_max);
    bool is_late = read_u8(&r) > 0;
    while (e == ERR_OK && reader_ok(&r) && reader_left(&r) > 0) {
        struct bytes body = read_bytes(&r, read_u16be(&r));
        e = add_item(s, m, reader_ok(&r) ? body : (struct bytes){0}, is_late, out);
    }
    return end_batch(m, &r, e, out);
}

/* The 7 bytes of 0210 that are no location. */
static void add_battery(const struct session *s, struct bytes body, struct decoded *out)
{
    struct fix *f = &decoded_add(out, MESSAGE_FIX)->fix;
    struct reader r = reader_init(body);
    fix_set_battery_percent(f, read_u8(&r));
    jt808_read_time(&r, s, f);
}

enum err jt808_decode_batch_short(const struct session *s, const struct jt808_message *m,
                                  struct decoded *out)
{
    enum { BATTERY_LEN = 7 };
    enum err e = ERR_OK;
    struct reader r = reader_init(m->body);
    if (m->body.len == BATTERY_LEN) {
        add_battery(s, m->body, out);
        return ERR_OK;
    }
    while (e == ERR_OK && reader_ok(&r) && reader_left(&r) > 0) {
        struct bytes body = read_bytes(&r, read_u8(&r));
        e = add_item(s, m, reader_ok(&r) ? body : (struct bytes){0}, false, out);
    }
    return end_batch(m, &r, e, out);
}

enum err jt808_decode_heartbeat(const struct session *s, const struct jt808_message *m,
                                struct decoded *out)
{
    enum { VALUES_LEN = 3 };
    (void)s;
    struct fix *f = &decoded_add(out, MESSAGE_HEARTBEAT)->fix;
    if (m->body.len == VALUES_LEN) {
        fix_set_battery_percent(f, m->body.at[0]);
        fix_set_gsm(f, m->body.at[1]);
    }
    return ERR_OK;
}

/* The lengths of the first members of 0107; a 2019 terminal may send any of them. */
static const struct attributes {
    uint8_t maker_len;
    uint8_t model_len;
    uint8_t terminal_len;
} attributes[] = {{11, 30, 30}, {5, 30, 30}, {5, 20, 7}};

enum {
    ICCID_LEN = 10,
    LAYOUTS = sizeof(attributes) / sizeof(attributes[0]),
    OLD_LAYOUT = LAYOUTS - 1
};

/* A reader at the SIM card. */
static struct reader read_attributes(struct bytes body, const struct attributes *a)
{
    struct reader r = reader_init(body);
    read_skip(&r, 2 + (size_t)a->maker_len + a->model_len + a->terminal_len);
    return r;
}

/* Whether the two versions behind the SIM card, and two bytes, end where the body does. */
static bool attributes_fit(struct reader r)
{
    read_skip(&r, ICCID_LEN);
    if (reader_ok(&r) && reader_left(&r) == 0) {
        return true; /* some leave the rest out */
    }
    read_skip(&r, read_u8(&r));
    read_skip(&r, read_u8(&r));
    read_skip(&r, 2);
    return reader_ok(&r) && reader_left(&r) == 0;
}

enum err jt808_decode_attributes(const struct session *s, const struct jt808_message *m,
                                 struct decoded *out)
{
    (void)s;
    size_t first = m->id_len == JT808_ID_2019 ? 0 : OLD_LAYOUT;
    size_t n = first;
    while (n < LAYOUTS && !attributes_fit(read_attributes(m->body, &attributes[n]))) {
        n++;
    }
    struct reader r = read_attributes(m->body, &attributes[n < LAYOUTS ? n : first]);
    struct bytes iccid = read_bytes(&r, ICCID_LEN);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    struct fix fix = {0};
    jt808_set_iccid_bcd(iccid, &fix);
    decoded_add(out, fix.has != 0 ? MESSAGE_FIX : MESSAGE_OTHER)->fix = fix;
    struct message *answer = decoded_add(out, MESSAGE_RESPONSE);
    answer->text =
        bytes_of_text(fix.has != 0 ? arena_format(out->arena, "ICCID:%s", fix.iccid) : "");
    answer->answer =
        (struct message_answer){.message_id = JT808_ATTRIBUTES_QUERY, .is_told = fix.has == 0};
    return ERR_OK;
}
