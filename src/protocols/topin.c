/*
 * Topin: ZhongXun and 365GPS trackers, ZX302, ZX303, ZX612, A50, over TCP. Big-endian; there is no
 * serial number and no checksum, and only the login names the tracker:
 *
 *     7878   15      10    ........   0d0a
 *     head   length  type  content
 *
 * What the length counts hangs on the type, so that the end is looked for where the type has it:
 *
 *     01               13, whatever it is; the whole is 15   17 18 19 1a 69   access points
 *     10 11            what it says, without the type        13               as the others, or one
 * more others           the type and what it says
 *
 *     01  IMEI BCD 8, version          -> 01, or 44 for nobody's device; then the time
 *     08 09  GPS with angles of degrees u8, a sign and millionths; 09 kept
 *     10 11  GPS; 11 kept              -> length, type, its time
 *     13  battery %, .., signal %      -> the whole frame
 *     17 19  access points and cells, kept; 18 1a 69 the same at once  -> length, type, its time
 *     30  asks for the time            -> the time
 *     94 vibration, 99 SOS, without a place
 *
 * Times are UTC, in 10 and 11 as numbers, in 17 to 69 in BCD. A newer cell has 9 bytes, not 5;
 * the end mark tells which. Of commands none is documented but for numbers: "hex:" and the bytes
 * from the type on are written as a frame, and nothing tells of an answer.
 *
 * Source: the vectors' facts, section 5.
 */
#include <string.h>

#include "protocols/fields.h"
#include "protocols/figures.h"
#include "protocols/framing.h"
#include "protocols/login78.h"
#include "protocols/words.h"

enum {
    LENGTH_AT = 2,
    TYPE_AT = 3,
    CONTENT_AT = 4,
    END_LEN = 2,
    AP_LEN = FIELD_MAC_LEN + 1,
    CELL_LEN = 5,
    LONG_CELL_LEN = 9,
    CELLS_HEAD_LEN = 4, /* count, MCC, MNC */
    FRAME_MAX = CONTENT_AT + FIELD_CIVIL_LEN + UINT8_MAX * (AP_LEN + LONG_CELL_LEN) +
                CELLS_HEAD_LEN + 1 + END_LEN
};

enum type {
    TYPE_LOGIN = 0x01,
    TYPE_GPS2 = 0x08,
    TYPE_GPS = 0x10,
    TYPE_GPS_KEPT = 0x11,
    TYPE_STATUS = 0x13,
    TYPE_TIME = 0x30
};

static const struct alarm_row alarm_rows[] = {
    {0, ALARM_BIT(VIBRATION)}, {1, ALARM_BIT(OVERSPEED)}, {4, ALARM_BIT(LOW_BATTERY)}};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

/* ---- reports ---- */

static void read_gps(struct reader *r, struct report *out)
{
    enum { SATELLITES = 0x0f, PER_UNIT = 100, PER_M = 10, TAIL_LEN = 3 };
    struct fix *f = &out->fix;
    field_set_time_of_bytes(f, read_bytes(r, FIELD_CIVIL_LEN));
    fix_set_satellites(f, read_u8(r) & SATELLITES);
    uint32_t lat = read_u32be(r);
    uint32_t lon = read_u32be(r);
    uint64_t speed_kmh = read_u8(r);
    unsigned flags = read_u16be(r);
    field_set_flagged_place(f, lat, lon, flags);
    if (fix_has_position(f)) {
        fix_set_speed_kmh_e2(f, speed_kmh * PER_UNIT);
    }
    if ((flags & 1U << 14) != 0) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (flags & 1U << 15) != 0);
    }
    if (reader_left(r) >= TAIL_LEN) {
        fix_set_altitude_dm(f, (int64_t)(int16_t)read_u16be(r) * PER_M);
        f->alarms |= alarm_table_of_bits(&alarms, read_u8(r));
    }
    fix_set_alarms_told(f, alarm_table_all(&alarms));
}

/* Degrees, a sign, and millionths in 20 bits. */
static int64_t read_angle_e7(struct reader *r)
{
    enum { E7 = 10000000, MILLION_TO_E7 = 10, MILLIONS = 0xfffff, SIGN = 20 };
    int64_t degrees = read_u8(r);
    uint32_t rest = read_u24be(r);
    int64_t angle_e7 = degrees * E7 + (int64_t)(rest & MILLIONS) * MILLION_TO_E7;
    return rest >> SIGN != 0 ? -angle_e7 : angle_e7;
}

static void read_gps2(struct reader *r, struct report *out)
{
    static const struct figure motion[] = {
        {.len = 8}, /* of a second place */
        {.len = 1, .times = 100, .set = item_speed_kmh_e2},
        {.len = 1, .times = 200, .set = item_course_cdeg},
        {.len = 1, .set = item_satellites},
    };
    static const struct figures row = {FIGURES(motion)};
    field_set_time_of_bytes(&out->fix, read_bytes(r, FIELD_CIVIL_LEN));
    int64_t lat_e7 = read_angle_e7(r);
    int64_t lon_e7 = read_angle_e7(r);
    fix_set_position(&out->fix, lat_e7, lon_e7, true);
    (void)figures_read(&row, r, out);
}

static void read_cells(struct reader *r, struct fix *f)
{
    unsigned count = read_u8(r);
    uint16_t mcc = read_u16be(r);
    uint16_t mnc = read_u8(r);
    bool is_long = count > 0 && reader_left(r) >= (size_t)count * LONG_CELL_LEN;
    for (unsigned i = 0; i < count; i++) {
        uint32_t lac = is_long ? read_u32be(r) : read_u16be(r);
        uint32_t cid = is_long ? read_u32be(r) : read_u16be(r);
        read_skip(r, 1);
        if (reader_ok(r) && mcc > 0) {
            fix_set_cell(f, (struct cell){mcc, mnc, lac, cid});
        }
    }
}

/* The length counts the access points; `r` is of the whole frame. */
static void read_wifi(struct reader *r, struct report *out)
{
    struct fix *f = &out->fix;
    field_set_time_of_bcd(f, read_bytes(r, FIELD_CIVIL_LEN), DATE_YMD);
    field_read_wifi(r, r->in.at[LENGTH_AT], FIELD_LOSS_DB, f);
    read_cells(r, f);
    if (reader_left(r) > 0) {
        f->alarms |= alarm_table_of_bits(&alarms, read_u8(r));
    }
    fix_set_alarms_told(f, alarm_table_all(&alarms));
}

static void read_status(struct reader *r, struct decoded *out)
{
    enum { UNKNOWN_LEN = 3, PERCENT = 100, CSQ_MAX = 31 };
    struct report report;
    struct fix *f = &report.fix;
    report_begin(&report, out);
    fix_set_battery_percent(f, read_u8(r));
    read_skip(r, UNKNOWN_LEN);
    unsigned signal = reader_left(r) > 0 ? read_u8(r) : UINT8_MAX;
    if (signal <= PERCENT) {
        fix_set_gsm(f, (signal * CSQ_MAX + PERCENT / 2) / PERCENT);
    }
    if (reader_left(r) > UNKNOWN_LEN) {
        read_skip(r, UNKNOWN_LEN);
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, read_u8(r) == 1);
    }
    unsigned heart_rate = reader_left(r) > 0 ? read_u8(r) : 0;
    if (heart_rate > 0) {
        extras_set(&report.extras, EXTRA_HEART_RATE, 0, heart_rate);
    }
    report_add(&report, MESSAGE_HEARTBEAT, out);
}

/* The types that are reports. */
static const struct report_type {
    void (*read)(struct reader *r, struct report *out);
    alarm_set alarms; /* where nothing is read */
    uint8_t type;
    bool is_kept;
} report_types[] = {
    {read_gps2, 0, TYPE_GPS2, false},    {read_gps2, 0, 0x09, true},
    {read_gps, 0, TYPE_GPS, false},      {read_gps, 0, TYPE_GPS_KEPT, true},
    {read_wifi, 0, 0x17, true},          {read_wifi, 0, 0x18, false},
    {read_wifi, 0, 0x19, true},          {read_wifi, 0, 0x1a, false},
    {read_wifi, 0, 0x69, false},         {NULL, ALARM_BIT(VIBRATION), 0x94, false},
    {NULL, ALARM_BIT(SOS), 0x99, false},
};

/* The row of a type; NULL: it is no report. */
static const struct report_type *report_type_of(unsigned type)
{
    for (size_t i = 0; i < sizeof(report_types) / sizeof(report_types[0]); i++) {
        if (report_types[i].type == type) {
            return &report_types[i];
        }
    }
    return NULL;
}

static bool is_wifi(unsigned type)
{
    const struct report_type *row = report_type_of(type);
    return row != NULL && row->read == read_wifi;
}

static void read_report(const struct report_type *row, struct reader *r, struct decoded *out)
{
    struct report report;
    report_begin(&report, out);
    if (row->read != NULL) {
        row->read(r, &report);
    }
    report.fix.alarms |= row->alarms;
    fix_set_alarms_told(&report.fix, row->alarms);
    report.fix.flags |= row->is_kept ? (uint32_t)FIX_REUPLOAD : 0;
    report_add(&report, MESSAGE_FIX, out);
}

/* ---- frames ---- */

/* Whether a frame of `len` bytes ends as one: ERR_MORE, it has not come; ERR_MALFORMED. */
static enum err ends_at(struct bytes in, size_t len)
{
    if (in.len < len) {
        return ERR_MORE;
    }
    return in.at[len - 2] == '\r' && in.at[len - 1] == '\n' ? ERR_OK : ERR_MALFORMED;
}

/* Tries the lengths in turn, of which the shorter stands first. */
static enum err first_end(struct bytes in, const size_t *lens, size_t count, size_t *len)
{
    enum err e = ERR_MALFORMED;
    for (size_t i = 0; i < count && e == ERR_MALFORMED; i++) {
        *len = lens[i];
        e = ends_at(in, lens[i]);
    }
    return e;
}

static enum err wifi_len(struct bytes in, size_t *len)
{
    size_t count_at = CONTENT_AT + FIELD_CIVIL_LEN + (size_t)in.at[LENGTH_AT] * AP_LEN;
    if (in.len <= count_at) {
        return ERR_MORE;
    }
    size_t cells = in.at[count_at];
    size_t fixed = count_at + CELLS_HEAD_LEN + END_LEN;
    const size_t lens[] = {fixed + cells * CELL_LEN, fixed + cells * CELL_LEN + 1,
                           fixed + cells * LONG_CELL_LEN, fixed + cells * LONG_CELL_LEN + 1};
    return first_end(in, lens, sizeof(lens) / sizeof(lens[0]), len);
}

static enum err len_of(struct bytes in, size_t *len)
{
    enum { OTHER_EXTRA = 5 };
    static const uint8_t head[] = {0x78, 0x78};
    size_t there = in.len < sizeof(head) ? in.len : sizeof(head);
    if (memcmp(in.at, head, there) != 0) {
        return ERR_MALFORMED;
    }
    if (in.len <= TYPE_AT) {
        return ERR_MORE;
    }
    unsigned type = in.at[TYPE_AT];
    size_t length = in.at[LENGTH_AT];
    if (is_wifi(type)) {
        return wifi_len(in, len);
    }
    bool is_gps = type == TYPE_GPS || type == TYPE_GPS_KEPT;
    size_t plain =
        type == TYPE_LOGIN ? (size_t)LOGIN78_TOPIN_LEN : length + OTHER_EXTRA + (is_gps ? 1 : 0);
    const size_t lens[] = {plain - 1, plain};
    bool may_be_short = type == TYPE_STATUS && length > 1;
    return may_be_short ? first_end(in, lens, 2, len) : first_end(in, &lens[1], 1, len);
}

/* Only a login begins a connection: without it nothing tells whose the other frames are. */
static enum protocol_claim topin_claims(struct bytes first)
{
    if (first.at[0] != 0x78 || (first.len > 1 && first.at[1] != 0x78)) {
        return CLAIM_NO;
    }
    return claim_of(login78_is_topin(first));
}

static const struct framing_rule rule = {.len_max = FRAME_MAX, .len_of = len_of};

/* ---- what a frame says ---- */

/* What reply() needs to know: what stands behind the head of the answer. */
struct hint {
    uint8_t len;
    uint8_t type; /* 0 or one that is answered by the time */
    bool is_data;
    uint8_t at[PROTOCOL_HINT_BYTES - 3];
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* Keeps what the answer repeats of the frame, from the length on. */
static void note_answer(struct bytes frame, struct hint *hint)
{
    unsigned type = frame.at[TYPE_AT];
    const struct report_type *row = report_type_of(type);
    hint->is_data = row != NULL && (row->read == read_gps || row->read == read_wifi);
    hint->type = type == TYPE_LOGIN || type == TYPE_TIME ? (uint8_t)type : 0;
    size_t len = hint->is_data         ? 2 + FIELD_CIVIL_LEN
                 : type == TYPE_STATUS ? frame.len - LENGTH_AT - END_LEN
                 : type == TYPE_LOGIN  ? 2
                                       : 0;
    if (len <= sizeof(hint->at)) {
        memcpy(hint->at, frame.at + LENGTH_AT, len);
        hint->len = (uint8_t)len;
    }
}

static enum err read_frame(struct bytes frame, struct decoded *out)
{
    unsigned type = frame.at[TYPE_AT];
    struct reader r = reader_init(bytes_slice(frame, 0, frame.len - END_LEN));
    read_skip(&r, CONTENT_AT);
    if (type == TYPE_LOGIN) {
        decoded_add(out, MESSAGE_LOGIN);
        return field_imei_of_bcd(read_bytes(&r, FIELD_IMEI_LEN), out->device_id) ? ERR_OK
                                                                                 : ERR_MALFORMED;
    }
    const struct report_type *row = report_type_of(type);
    bool is_empty = type == TYPE_GPS2 && reader_left(&r) == 0;
    if (row != NULL && !is_empty) {
        read_report(row, &r, out);
    } else if (type == TYPE_STATUS) {
        read_status(&r, out);
    } else {
        decoded_add(out, is_empty || type == TYPE_TIME ? MESSAGE_HEARTBEAT : MESSAGE_OTHER);
    }
    return reader_ok(&r) ? ERR_OK : ERR_MALFORMED;
}

static enum err topin_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct hint hint = {0};
    enum err e = read_frame(frame, out);
    if (e != ERR_OK) {
        return e;
    }
    note_answer(frame, &hint);
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.len > 0 || hint.type != 0;
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_frame(struct writer *out, struct bytes from_length)
{
    write_text(out, "xx"); /* 78 78 */
    write_bytes(out, from_length);
    write_text(out, "\r\n");
}

static void write_time(struct writer *out, int64_t now_s)
{
    struct civil c = civil_from_s(now_s);
    const uint8_t at[] = {FIELD_CIVIL_LEN + 1,      TYPE_TIME,         (uint8_t)(c.year >> 8),
                          (uint8_t)(c.year & 0xff), (uint8_t)c.month,  (uint8_t)c.day,
                          (uint8_t)c.hour,          (uint8_t)c.minute, (uint8_t)c.second};
    write_frame(out, (struct bytes){at, sizeof(at)});
}

static void write_login(const struct hint *hint, bool is_known, struct writer *out)
{
    enum { ACCEPTED = 0x01, UNKNOWN = 0x44 };
    const uint8_t at[] = {hint->at[0], hint->at[1], is_known ? ACCEPTED : UNKNOWN};
    write_frame(out, (struct bytes){at, sizeof(at)});
}

static void topin_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_known = outcome == OUTCOME_STORED;
    if (outcome == OUTCOME_REFUSED || (hint.is_data && !is_known)) {
        return;
    }
    if (hint.type == TYPE_LOGIN) {
        write_login(&hint, is_known, out);
    } else if (hint.len > 0) {
        write_frame(out, (struct bytes){hint.at, hint.len});
    }
    if (hint.type == TYPE_TIME || (hint.type == TYPE_LOGIN && is_known)) {
        write_time(out, now_s);
    }
}

static enum command_fate topin_command(struct session *s, const struct device_slot *slot,
                                       const struct command_request *asked,
                                       struct command_note *note, struct writer *out)
{
    enum { RAW_MAX = 128 };
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes raw = {0};
    (void)s;
    (void)slot;
    note->is_unaddressed = true;
    note->is_unanswered = true;
    enum command_fate fate = bytes_of_command(asked, RAW_MAX, room, &raw);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    write_text(out, "xx");
    write_u8(out, (uint8_t)raw.len);
    write_bytes(out, raw);
    write_text(out, "\r\n");
    return COMMAND_IS_WRITTEN;
}

const struct protocol protocol_topin = {
    .name = "topin",
    .doc = "Topin, ZhongXun and 365GPS trackers (ZX302, ZX303, ZX612)",
    .port = 5199,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = topin_claims,
    .rule = &rule,
    .decode = topin_decode,
    .reply = topin_reply,
    .command = topin_command,
};
