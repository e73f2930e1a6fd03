/*
 * Xexun, third form: X05, P02 and other devices of "API 03", over TCP. Big-endian:
 *
 *     fc   0049    03       20    01      0123456789012345  ........   cf18          ...  cf
 *     head length  version  type  serial  IMEI, BCD 8       body       CRC-16/CCITT-FALSE end
 *          `- version to body                                          of version to body
 *
 * Every type but 21, an answer to a command, is answered by its type and serial number with a 0:
 * without that the device closes. Type 20 is a list of kind, length and value, an empty one a
 * heartbeat:
 *
 *     64  time u32, lat f64, lon f64, altitude f32, .. u8, satellites, signal, km/h u16,
 *         then perhaps course u16 0.1 deg, accuracy u16, seconds u8
 *     65  time u32, count u8, {MAC 6, dBm i8}     66  time u32, MCC u16, MNC u16, LAC u32, CID u32,
 * .. 69  time u32, alarm u8, n u8, n bytes       6a  battery %, .. u16, signal, .., moving,
 *         charging, steps u16, temperature i8, .., heart rate, pressure u8 x2, oxygen; all ones:
 * none
 *
 * All kinds of a frame are one report, at the time of its place, else of the first that has one;
 * a further alarm is a report of its own. Without a fix the angles are no numbers. The newest paper
 * has the speed in 0.1 km/h under the same version; which one a device follows nothing tells, so it
 * is taken in km/h. A command is type 21 with a text, as nothing else is known.
 *
 * Source: the vectors' facts, section 6.
 */
#include <math.h>
#include <string.h>

#include "base/crc.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/framing.h"
#include "protocols/report.h"
#include "protocols/words.h"

enum {
    FRAME_MAX = 4096,
    VERSION_AT = 3,
    TYPE_AT = 4,
    IMEI_AT = 6,
    BODY_AT = IMEI_AT + FIELD_IMEI_LEN,
    TAIL_LEN = 3, /* checksum and end */
    VERSION = 3,
    TYPE_REPORT = 0x20,
    TYPE_ANSWER = 0x21
};

static const struct framing forms[] = {{.head = {{0xfc}, 1},
                                        .end = {{0xcf}, 1},
                                        .length_at = 1,
                                        .length_width = 2,
                                        .uncounted = 6,
                                        .sum_from = VERSION_AT,
                                        .sum = crc16_ccitt_false,
                                        .len_min = BODY_AT + TAIL_LEN,
                                        .len_max = FRAME_MAX}};

static const struct alarm_row alarm_rows[] = {
    {1, ALARM_BIT(SOS)},          {2, ALARM_BIT(LOW_BATTERY)}, {4, ALARM_BIT(REMOVAL)},
    {5, ALARM_BIT(DISPLACEMENT)}, {7, ALARM_BIT(ROLLOVER)},    {8, ALARM_BIT(COLLISION)},
    {12, ALARM_BIT(POWER_OFF)},
};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

static enum protocol_claim xexun3_claims(struct bytes first)
{
    enum err e = framing_claims(forms, first);
    if (e != ERR_OK || first.len <= VERSION_AT) {
        return e == ERR_MALFORMED ? CLAIM_NO : CLAIM_MORE;
    }
    return first.at[VERSION_AT] == VERSION ? CLAIM_YES : CLAIM_NO;
}

static const struct framing_rule rule = {.len_max = FRAME_MAX, FRAMING_FORMS(forms)};

/* ---- what a report says ---- */

static void set_first_time(struct fix *f, uint32_t time_s)
{
    if (f->gps_time_s == 0) {
        fix_set_time(f, time_s);
    }
}

static void read_place(struct reader *r, struct report *out)
{
    enum { PER_UNIT = 100, COURSE_UNIT = 10 };
    const double e7 = 1e7;
    const double altitude_max_m = 100000;
    struct fix *f = &out->fix;
    uint32_t time_s = read_u32be(r);
    double lat = field_read_f64(r);
    double lon = field_read_f64(r);
    double altitude_m = field_read_f32(r);
    read_skip(r, 1);
    unsigned satellites = read_u8(r);
    read_skip(r, 1);
    uint64_t speed_kmh = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_time(f, time_s);
    if (!(fabs(lat) <= 90) || !(fabs(lon) <= 180)) {
        return;
    }
    fix_set_position(f, llround(lat * e7), llround(lon * e7), true);
    fix_set_satellites(f, satellites);
    if (fabs(altitude_m) < altitude_max_m) {
        fix_set_altitude_dm(f, llround(altitude_m * 10));
    }
    if (speed_kmh != UINT16_MAX) {
        fix_set_speed_kmh_e2(f, speed_kmh * PER_UNIT);
    }
    if (reader_left(r) >= 2) {
        fix_set_course_cdeg(f, (uint64_t)read_u16be(r) * COURSE_UNIT);
    }
}

static void read_wifi(struct reader *r, struct report *out)
{
    set_first_time(&out->fix, read_u32be(r));
    field_read_wifi(r, read_u8(r), FIELD_DBM, &out->fix);
}

static void read_cell(struct reader *r, struct report *out)
{
    set_first_time(&out->fix, read_u32be(r));
    uint16_t mcc = read_u16be(r);
    uint16_t mnc = read_u16be(r);
    uint32_t lac = read_u32be(r);
    uint32_t cid = read_u32be(r);
    if (reader_ok(r) && mcc > 0) {
        fix_set_cell(&out->fix, (struct cell){mcc, mnc, lac, cid});
    }
}

static void read_alarm(struct reader *r, struct report *out)
{
    enum { CODE_ICCID = 17, ICCID_LEN = 10, DOOR_OPEN = 15, DOOR_SHUT = 16 };
    set_first_time(&out->fix, read_u32be(r));
    unsigned code = read_u8(r);
    struct bytes more = read_bytes(r, read_u8(r));
    if (!reader_ok(r)) {
        return;
    }
    out->fix.alarms |= alarm_table_of_code(&alarms, code);
    if (code == CODE_ICCID) {
        field_set_iccid_bcd(&out->fix, bytes_slice(more, 0, ICCID_LEN));
    } else if (code == DOOR_OPEN || code == DOOR_SHUT) {
        fix_set_switch(&out->fix, FIX_HAS_DOOR, FIX_DOOR_OPEN, code == DOOR_OPEN);
    } else {
        extras_set(&out->extras, EXTRA_EVENT, 0, code);
    }
}

/* A byte that is 255 where nothing is known. */
static void read_extra(struct reader *r, struct report *out, enum extra_key key, unsigned index)
{
    unsigned value = reader_left(r) > 0 ? read_u8(r) : UINT8_MAX;
    if (value != UINT8_MAX && value > 0) {
        extras_set(&out->extras, key, index, value);
    }
}

static void read_status(struct reader *r, struct report *out)
{
    enum { PER_DEGREE = 100, NET_LEN = 2 };
    struct fix *f = &out->fix;
    unsigned percent = read_u8(r);
    read_skip(r, NET_LEN);
    fix_set_gsm(f, read_u8(r));
    read_skip(r, 1);
    unsigned motion = read_u8(r);
    unsigned charging = read_u8(r);
    unsigned steps = read_u16be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_battery_percent(f, percent);
    if (motion <= 1) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, motion == 1);
    }
    if (charging <= 1) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, charging == 1);
    }
    if (steps != UINT16_MAX) {
        extras_set(&out->extras, EXTRA_STEPS, 0, steps);
    }
    unsigned temperature = reader_left(r) > 0 ? read_u8(r) : UINT8_MAX;
    if (temperature != UINT8_MAX) {
        fix_set_temperature(f, 0, (int64_t)(int8_t)temperature * PER_DEGREE);
    }
    read_skip(r, reader_left(r) > 0 ? 1 : 0);
    read_extra(r, out, EXTRA_HEART_RATE, 0);
    read_extra(r, out, EXTRA_BLOOD_PRESSURE, 0);
    read_extra(r, out, EXTRA_BLOOD_PRESSURE, 1);
    read_extra(r, out, EXTRA_BLOOD_OXYGEN, 0);
}

static const struct {
    uint8_t kind;
    void (*read)(struct reader *r, struct report *out);
} kinds[] = {
    {0x64, read_place}, {0x65, read_wifi},   {0x66, read_cell},
    {0x69, read_alarm}, {0x6a, read_status},
};

/* False: it says nothing that is known. */
static bool read_kind(unsigned kind, struct bytes value, struct report *out)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].kind == kind) {
            struct reader r = reader_init(value);
            kinds[i].read(&r, out);
            return true;
        }
    }
    return false;
}

static void read_report(struct bytes body, struct decoded *out)
{
    struct report report;
    struct reader r = reader_init(body);
    bool has_kind = false;
    report_begin(&report, out);
    while (reader_left(&r) > 0) {
        unsigned kind = read_u8(&r);
        struct bytes value = read_bytes(&r, read_u8(&r));
        has_kind = (reader_ok(&r) && read_kind(kind, value, &report)) || has_kind;
    }
    out->unreadable += reader_ok(&r) ? 0 : 1;
    if (has_kind) {
        fix_set_alarms_told(&report.fix, alarm_table_all(&alarms));
        report_add(&report, MESSAGE_FIX, out);
    } else {
        decoded_add(out, MESSAGE_HEARTBEAT);
    }
}

static enum err xexun3_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    enum { HINT_LEN = 2 + FIELD_IMEI_LEN };
    (void)s;
    if (frame.at[VERSION_AT] != VERSION) {
        return ERR_MALFORMED;
    }
    struct bytes imei = bytes_slice(frame, IMEI_AT, FIELD_IMEI_LEN);
    if (!field_imei_of_bcd(imei, out->device_id)) {
        return ERR_MALFORMED;
    }
    unsigned type = frame.at[TYPE_AT];
    struct bytes body = bytes_slice(frame, BODY_AT, frame.len - BODY_AT - TAIL_LEN);
    if (type == TYPE_REPORT) {
        read_report(body, out);
    } else if (type == TYPE_ANSWER) {
        (void)report_add_answer(body, out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    memcpy(out->hint.at, frame.at + TYPE_AT, HINT_LEN);
    memcpy(out->slot.at, imei.at, imei.len);
    out->wants_reply = type != TYPE_ANSWER;
    return ERR_OK;
}

/* ---- what the server says ---- */

/* `head` is type, serial number and IMEI. */
static void write_frame(struct writer *out, struct bytes head, struct bytes body)
{
    size_t from = framing_begin(forms, out);
    write_u8(out, VERSION);
    write_bytes(out, head);
    write_bytes(out, body);
    framing_end(forms, out, from);
}

static void xexun3_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    enum { HEAD_LEN = 2 + FIELD_IMEI_LEN };
    static const uint8_t taken = 0;
    (void)s;
    (void)now_s;
    if (outcome == OUTCOME_STORED) {
        write_frame(out, (struct bytes){hint->at, HEAD_LEN}, (struct bytes){&taken, 1});
    }
}

static enum command_fate xexun3_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *what,
                                        struct command_note *note, struct writer *out)
{
    enum { TEXT_MAX = 1024, SERIAL = 1 };
    static const struct word_commands known = {.len_max = TEXT_MAX};
    uint8_t room[COMMAND_RAW_MAX];
    uint8_t head[2 + FIELD_IMEI_LEN] = {TYPE_ANSWER, SERIAL};
    struct bytes text = {0};
    (void)s;
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    memcpy(head + 2, slot->at, FIELD_IMEI_LEN);
    write_frame(out, (struct bytes){head, sizeof(head)}, text);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_xexun3 = {
    .name = "xexun3",
    .doc = "Xexun X05, P02 and others of its third form",
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = xexun3_claims,
    .rule = &rule,
    .decode = xexun3_decode,
    .reply = xexun3_reply,
    .command = xexun3_command,
};
