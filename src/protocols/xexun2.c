/*
 * Xexun, binary: over TCP, big-endian, between two flags:
 *
 *     faaf  0014  0003    1234567890123450   001b    f964   .......   faaf
 *     flag  type  serial  IMEI, BCD 8, a 0   length  sum    payload   flag
 *                         behind it          `- bits 0 to 9
 *
 * Between the flags fa af is written fb bf 01, and fb bf as fb bf 02; length and sum are of the
 * bytes before that. The sum is that of all bytes, folded to 16 bits and inverted. Where two flags
 * follow each other the first ended a frame that is lost.
 *
 * Every type but 07, an answer to a command, is answered by its head and the payload 01. A device
 * that gets an answer to 07 takes it for a command, for ever. Type 14 is reports: a count u8, a
 * length u16 each, and
 *
 *     index u8 | time u32 | signal u8 | battery u16: bit 15 charging, per cent | mask u8
 *     mask: 0 alarm u32, 1 position, 3 number u32, 4 version 20, IMSI 8, ICCID 10, 5 parameters 12
 *     position: a mask u8, then by its bits
 *         0  satellites u8, lon f32, lat f32, dddmm.mmmm       1  n u8, {MAC 6, dBm i8}
 *         2  n u8, {MCC u16, MNC u16, LAC u32, CID u32, dBm}   3  n u8, 12 bytes each
 *         5  speed u16, 0.1 km/h, course u16, 0.1 deg          6  as 0 with f64
 *         7  length u16, {kind u8, length u16, ..}; 'G': lon f64, lat f64, valid u8, satellites u8,
 *            .. u8, speed u16, course u16, altitude f32
 *
 * What bits 2 of the mask and 4 of the position mean is not known: the rest of the report is passed
 * over there. A command is type 07 with a text, such as tracking_send=60,60 or reset.
 *
 * Source: the vectors' facts, section 5.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/framing.h"
#include "protocols/words.h"

enum {
    PAYLOAD_MAX = 1023,
    FLAG_LEN = 2,
    HEAD_LEN = 2 + 2 + FIELD_IMEI_LEN + 2 + 2, /* behind the flag */
    PLAIN_MAX = HEAD_LEN + PAYLOAD_MAX,
    FRAME_MAX = 2 * FLAG_LEN + PLAIN_MAX * 3 / 2 + 1,
    TYPE_ANSWER = 0x07,
    TYPE_REPORTS = 0x14
};

static const uint8_t flag[] = {0xfa, 0xaf};
static const uint8_t escape[] = {0xfb, 0xbf};

static const struct alarm_row alarm_rows[] = {
    {0, ALARM_BIT(SOS)}, {1, ALARM_BIT(REMOVAL)}, {15, ALARM_BIT(ROLLOVER)}};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

/* ---- frames ---- */

static bool has_pair(struct bytes in, size_t at, const uint8_t pair[2])
{
    return at + 1 < in.len && in.at[at] == pair[0] && in.at[at + 1] == pair[1];
}

static enum protocol_claim xexun2_claims(struct bytes first)
{
    bool begins = first.at[0] == flag[0] && (first.len == 1 || first.at[1] == flag[1]);
    return !begins ? CLAIM_NO : first.len == 1 ? CLAIM_MORE : CLAIM_YES;
}

/* The length of the frame whose flag `in` begins with. */
static enum err len_of(struct bytes in, size_t *len)
{
    if (xexun2_claims(in) == CLAIM_NO) {
        return ERR_MALFORMED;
    }
    for (size_t at = FLAG_LEN; at + 1 < in.len && at < FRAME_MAX; at++) {
        if (has_pair(in, at, flag)) {
            *len = at + FLAG_LEN;
            return at < FLAG_LEN + HEAD_LEN ? ERR_MALFORMED : ERR_OK;
        }
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

static enum err begins_frame(struct bytes in)
{
    return xexun2_claims(in) == CLAIM_YES ? ERR_OK : ERR_MALFORMED;
}

/* The flags of frames that are lost. */
static size_t lost_of(struct bytes in)
{
    size_t lost = 0;
    while (has_pair(in, lost, flag) && has_pair(in, lost + FLAG_LEN, flag)) {
        lost += FLAG_LEN;
    }
    return lost;
}

static const struct framing_rule rule = {
    .len_max = FRAME_MAX, .lost = lost_of, .len_of = len_of, .begins = begins_frame};

/* Takes the escapes out of what stands between the flags. */
static struct bytes unescaped(struct bytes in, uint8_t out[PLAIN_MAX])
{
    enum { ESCAPED_FLAG = 1, ESCAPED_ESCAPE = 2 };
    size_t len = 0;
    for (size_t i = 0; i < in.len && len < PLAIN_MAX; i++) {
        unsigned code = has_pair(in, i, escape) && i + 2 < in.len ? in.at[i + 2] : 0;
        bool is_escape = code == ESCAPED_FLAG || code == ESCAPED_ESCAPE;
        if (is_escape && len + 1 < PLAIN_MAX) {
            memcpy(out + len, code == ESCAPED_FLAG ? flag : escape, sizeof(flag));
            len += sizeof(flag);
            i += 2;
        } else {
            out[len++] = in.at[i];
        }
    }
    return (struct bytes){out, len};
}

static uint16_t sum_of(struct bytes in)
{
    enum { BITS = 16 };
    uint32_t sum = 0;
    for (size_t i = 0; i < in.len; i++) {
        sum += in.at[i];
    }
    while (sum >> BITS != 0) {
        sum = (sum & UINT16_MAX) + (sum >> BITS);
    }
    return sum == UINT16_MAX ? UINT16_MAX : (uint16_t)~sum;
}

/* ---- what a report says ---- */

/* Of "dddmm.mmmm" as a number; false where it cannot be one. */
static bool angle_of(double ddmm, int64_t *angle_e7)
{
    const double ddmm_max = 18000;
    const double e7 = 1e7;
    if (!(fabs(ddmm) <= ddmm_max)) {
        return false;
    }
    int64_t size_e7 = field_angle_of_ddmm((uint64_t)llround(fabs(ddmm) * e7));
    *angle_e7 = ddmm < 0 ? -size_e7 : size_e7;
    return true;
}

static void set_place(struct fix *f, double lon, double lat, bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (angle_of(lat, &lat_e7) && angle_of(lon, &lon_e7)) {
        fix_set_position(f, lat_e7, lon_e7, is_valid);
    }
}

static void read_place(struct reader *r, bool is_long, struct fix *f)
{
    unsigned satellites = read_u8(r);
    double lon = is_long ? field_read_f64(r) : field_read_f32(r);
    double lat = is_long ? field_read_f64(r) : field_read_f32(r);
    if (reader_ok(r)) {
        fix_set_satellites(f, satellites);
        set_place(f, lon, lat, true);
    }
}

static void read_wifi(struct reader *r, struct fix *f)
{
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        struct bytes mac = read_bytes(r, FIELD_MAC_LEN);
        int8_t rssi_dbm = (int8_t)read_u8(r);
        if (reader_ok(r)) {
            fix_add_wifi(f, mac.at, rssi_dbm);
        }
    }
}

static void read_cells(struct reader *r, struct fix *f)
{
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count; i++) {
        uint16_t mcc = read_u16be(r);
        uint16_t mnc = read_u16be(r);
        uint32_t lac = read_u32be(r);
        uint32_t cid = read_u32be(r);
        read_skip(r, 1);
        if (reader_ok(r) && mcc > 0) {
            fix_set_cell(f, (struct cell){mcc, mnc, lac, cid});
        }
    }
}

static void read_motion(struct reader *r, struct fix *f)
{
    enum { E1_TO_E2 = 10 };
    uint64_t speed_e1 = read_u16be(r);
    uint64_t course_e1 = read_u16be(r);
    if (reader_ok(r)) {
        fix_set_speed_kmh_e2(f, speed_e1 * E1_TO_E2);
        fix_set_course_cdeg(f, course_e1 * E1_TO_E2);
    }
}

static void read_gps(struct reader *r, struct fix *f)
{
    const double altitude_max_m = 100000;
    double lon = field_read_f64(r);
    double lat = field_read_f64(r);
    bool is_valid = read_u8(r) == 1;
    unsigned satellites = read_u8(r);
    read_skip(r, 1);
    if (!reader_ok(r)) {
        return;
    }
    set_place(f, lon, lat, is_valid);
    fix_set_satellites(f, satellites);
    read_motion(r, f);
    double altitude_m = field_read_f32(r);
    if (reader_ok(r) && fabs(altitude_m) < altitude_max_m) {
        fix_set_altitude_dm(f, llround(altitude_m * 10));
    }
}

static void read_further(struct reader *r, struct fix *f)
{
    struct reader parts = reader_init(read_bytes(r, read_u16be(r)));
    while (reader_left(&parts) > 0) {
        unsigned kind = read_u8(&parts);
        struct reader part = reader_init(read_bytes(&parts, read_u16be(&parts)));
        if (kind == 'G') {
            read_gps(&part, f);
        }
    }
}

/* False: what follows cannot be found. */
static bool read_position(struct reader *r, struct fix *f)
{
    enum { PLACE, WIFI, CELLS, FLIGHT, UNKNOWN, MOTION, LONG_PLACE, FURTHER, FLIGHT_LEN = 12 };
    unsigned mask = read_u8(r);
    if ((mask >> PLACE & 1) != 0) {
        read_place(r, false, f);
    }
    if ((mask >> WIFI & 1) != 0) {
        read_wifi(r, f);
    }
    if ((mask >> CELLS & 1) != 0) {
        read_cells(r, f);
    }
    if ((mask >> FLIGHT & 1) != 0) {
        read_skip(r, (size_t)read_u8(r) * FLIGHT_LEN);
    }
    if ((mask >> UNKNOWN & 1) != 0) {
        return false;
    }
    if ((mask >> MOTION & 1) != 0) {
        read_motion(r, f);
    }
    if ((mask >> LONG_PLACE & 1) != 0) {
        read_place(r, true, f);
    }
    if ((mask >> FURTHER & 1) != 0) {
        read_further(r, f);
    }
    return reader_ok(r);
}

static void read_identity(struct reader *r, struct fix *f)
{
    enum { VERSION_LEN = 20, IMSI_LEN = 8, ICCID_LEN = 10 };
    read_skip(r, VERSION_LEN + IMSI_LEN);
    field_set_iccid_bcd(f, read_bytes(r, ICCID_LEN));
}

/* Reads a report; false where it is cut off before its mask. */
static bool read_report(struct bytes in, struct fix *f)
{
    enum { ALARM, POSITION, UNKNOWN, NUMBER, IDENTITY, CHARGING = 0x8000, NUMBER_LEN = 4 };
    struct reader r = reader_init(in);
    read_skip(&r, 1);
    fix_set_time(f, read_u32be(&r));
    fix_set_gsm(f, read_u8(&r));
    unsigned battery = read_u16be(&r);
    unsigned mask = read_u8(&r);
    if (!reader_ok(&r)) {
        return false;
    }
    fix_set_battery_percent(f, battery & ~(unsigned)CHARGING);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (battery & CHARGING) != 0);
    f->alarms = (mask >> ALARM & 1) != 0 ? alarm_table_of_bits(&alarms, read_u32be(&r)) : 0;
    fix_set_alarms_told(f, alarm_table_all(&alarms));
    bool goes_on = (mask >> POSITION & 1) == 0 || read_position(&r, f);
    if (!goes_on || (mask >> UNKNOWN & 1) != 0) {
        return true;
    }
    read_skip(&r, (mask >> NUMBER & 1) != 0 ? NUMBER_LEN : 0);
    if ((mask >> IDENTITY & 1) != 0) {
        read_identity(&r, f);
    }
    return true;
}

static void read_reports(struct bytes payload, struct decoded *out)
{
    struct reader r = reader_init(payload);
    unsigned count = read_u8(&r);
    struct reader lens = r;
    read_skip(&r, (size_t)count * 2);
    for (unsigned i = 0; i < count; i++) {
        struct fix fix = {0};
        struct bytes report = read_bytes(&r, read_u16be(&lens));
        if (reader_ok(&r) && read_report(report, &fix)) {
            decoded_add(out, MESSAGE_FIX)->fix = fix;
        } else {
            out->unreadable++;
        }
    }
}

static void add_answer(struct bytes payload, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    struct bytes text = bytes_slice(field_trimmed(payload), 0, MESSAGE_TEXT_MAX / 2);
    char *at = arena_new(out->arena, MESSAGE_TEXT_MAX + 1);
    bool is_text = text.len > 0 && field_is_printable(text);
    if (is_text) {
        bytes_to_text(text, at, MESSAGE_TEXT_MAX + 1);
    } else {
        hex_encode(bytes_slice(payload, 0, MESSAGE_TEXT_MAX / 2), at);
    }
    m->text = bytes_of_text(at);
}

/* The IMEI of 15 digits with a 0 behind it. */
static bool read_imei(struct bytes bcd, char out[DEVICE_ID_SIZE])
{
    enum { DIGITS = 15, TEN = 10 };
    struct reader r = reader_init(bcd);
    unsigned long long number = read_bcd(&r, FIELD_IMEI_LEN);
    (void)snprintf(out, DEVICE_ID_SIZE, "%0*llu", DIGITS, number / TEN);
    return reader_ok(&r);
}

enum { KEPT_LEN = 4 + FIELD_IMEI_LEN }; /* type, serial number and IMEI */

static enum err xexun2_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    enum { TYPE_LEN = 2 };
    uint8_t plain[PLAIN_MAX];
    (void)s;
    struct bytes in =
        unescaped(bytes_slice(frame, FLAG_LEN, frame.len - 2 * (size_t)FLAG_LEN), plain);
    struct reader r = reader_init(in);
    unsigned type = read_u16be(&r);
    read_skip(&r, TYPE_LEN);
    struct bytes imei = read_bytes(&r, FIELD_IMEI_LEN);
    size_t length = read_u16be(&r) & PAYLOAD_MAX;
    uint16_t sum = read_u16be(&r);
    struct bytes payload = read_rest(&r);
    if (!reader_ok(&r) || payload.len != length || !read_imei(imei, out->device_id)) {
        return ERR_MALFORMED;
    }
    if (sum_of(payload) != sum) {
        return ERR_CHECKSUM;
    }
    if (type == TYPE_REPORTS) {
        read_reports(payload, out);
    } else if (type == TYPE_ANSWER) {
        add_answer(payload, out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    memcpy(out->hint.at, plain, KEPT_LEN);
    memcpy(out->slot.at, imei.at, FIELD_IMEI_LEN);
    out->wants_reply = type != TYPE_ANSWER;
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_escaped(struct writer *out, struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        bool is_flag = has_pair(in, i, flag);
        if (is_flag || has_pair(in, i, escape)) {
            write_bytes(out, (struct bytes){escape, sizeof(escape)});
            write_u8(out, is_flag ? 1 : 2);
            i++;
        } else {
            write_u8(out, in.at[i]);
        }
    }
}

/* `head` is type, serial number and IMEI. */
static void write_frame(struct writer *out, struct bytes head, struct bytes payload)
{
    uint8_t at[PLAIN_MAX];
    struct writer w = writer_init(at, sizeof(at));
    write_bytes(&w, head);
    write_u16be(&w, (uint16_t)payload.len);
    write_u16be(&w, sum_of(payload));
    write_bytes(&w, payload);
    write_bytes(out, (struct bytes){flag, sizeof(flag)});
    write_escaped(out, writer_bytes(&w));
    write_bytes(out, (struct bytes){flag, sizeof(flag)});
}

static void xexun2_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    static const uint8_t taken = 1;
    (void)s;
    (void)now_s;
    if (outcome == OUTCOME_STORED) {
        write_frame(out, (struct bytes){hint->at, KEPT_LEN}, (struct bytes){&taken, 1});
    }
}

static enum command_fate xexun2_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *what,
                                        struct command_note *note, struct writer *out)
{
    enum { TEXT_MAX = 1000, SERIAL = 1, IMEI_AT = 4 };
    static const struct word_commands known = {.len_max = TEXT_MAX};
    uint8_t room[COMMAND_RAW_MAX];
    uint8_t head[KEPT_LEN] = {0, TYPE_ANSWER, 0, SERIAL};
    struct bytes text = {0};
    (void)s;
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    memcpy(head + IMEI_AT, slot->at, FIELD_IMEI_LEN);
    write_frame(out, (struct bytes){head, sizeof(head)}, text);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_xexun2 = {
    .name = "xexun2",
    .doc = "Xexun trackers, in binary between flags",
    .port = 5233,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = xexun2_claims,
    .rule = &rule,
    .decode = xexun2_decode,
    .reply = xexun2_reply,
    .command = xexun2_command,
};
