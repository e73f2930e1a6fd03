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
#include <stdio.h>
#include <string.h>

#include "protocols/fields.h"
#include "protocols/figures.h"
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
    size_t end = in.len < FRAME_MAX ? in.len : FRAME_MAX;
    size_t at = FLAG_LEN;
    while (at < end && !has_pair(in, at, flag)) {
        at += 1 + bytes_find(bytes_slice(in, at + 1, end - at - 1), flag[0]);
    }
    if (at >= end) {
        return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    *len = at + FLAG_LEN;
    return at < FLAG_LEN + HEAD_LEN ? ERR_MALFORMED : ERR_OK;
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

typedef void part_reader(struct reader *r, struct report *out);

static void read_angles(struct reader *r, struct report *out)
{
    static const struct figure angles[] = {
        {.len = 1, .set = item_satellites},
        {.len = 4, .is_real = true, .is_ddmm = true, .part = FIGURE_LON_E7},
        {.len = 4, .is_real = true, .is_ddmm = true, .part = FIGURE_LAT_E7},
    };
    static const struct figures row = {FIGURES(angles)};
    (void)figures_read(&row, r, out);
}

static void read_long_angles(struct reader *r, struct report *out)
{
    static const struct figure angles[] = {
        {.len = 1, .set = item_satellites},
        {.len = 8, .is_real = true, .is_ddmm = true, .part = FIGURE_LON_E7},
        {.len = 8, .is_real = true, .is_ddmm = true, .part = FIGURE_LAT_E7},
    };
    static const struct figures row = {FIGURES(angles)};
    (void)figures_read(&row, r, out);
}

static void read_wifi(struct reader *r, struct report *out)
{
    field_read_wifi(r, read_u8(r), FIELD_DBM, &out->fix);
}

static void read_cells(struct reader *r, struct report *out)
{
    static const struct figure cell[] = {
        {.len = 2, .part = FIGURE_MCC},
        {.len = 2, .part = FIGURE_MNC},
        {.len = 4, .part = FIGURE_LAC},
        {.len = 4, .part = FIGURE_CID},
        {.len = 1},
    };
    static const struct figures row = {FIGURES(cell)};
    for (unsigned count = read_u8(r); count > 0; count--) {
        (void)figures_read(&row, r, out);
    }
}

static void skip_flight(struct reader *r, struct report *out)
{
    enum { FLIGHT_LEN = 12 };
    (void)out;
    read_skip(r, (size_t)read_u8(r) * FLIGHT_LEN);
}

static void read_motion(struct reader *r, struct report *out)
{
    static const struct figure motion[] = {
        {.len = 2, .times = 10, .set = item_speed_kmh_e2},
        {.len = 2, .times = 10, .set = item_course_cdeg},
    };
    static const struct figures row = {FIGURES(motion)};
    (void)figures_read(&row, r, out);
}

static void read_gps(struct reader *r, struct report *out)
{
    static const struct figure place[] = {
        {.len = 8, .is_real = true, .is_ddmm = true, .part = FIGURE_LON_E7},
        {.len = 8, .is_real = true, .is_ddmm = true, .part = FIGURE_LAT_E7},
        {.len = 1, .part = FIGURE_VALID},
        {.len = 1, .set = item_satellites},
        {.len = 1},
    };
    static const struct figures row = {FIGURES(place)};
    static const struct figure height = {
        .len = 4, .is_real = true, .times = 10, .set = item_altitude_dm};
    static const struct figures height_row = {.rows = &height, .count = 1};
    (void)figures_read(&row, r, out);
    read_motion(r, out);
    (void)figures_read(&height_row, r, out);
}

static void read_further(struct reader *r, struct report *out)
{
    struct reader parts = reader_init(read_bytes(r, read_u16be(r)));
    while (reader_left(&parts) > 0) {
        unsigned kind = read_u8(&parts);
        struct reader part = reader_init(read_bytes(&parts, read_u16be(&parts)));
        if (kind == 'G') {
            read_gps(&part, out);
        }
    }
}

/* False: what follows cannot be found. */
static bool read_position(struct reader *r, struct report *out)
{
    /* By the bits of the mask; what the one without means is not known. */
    static const struct {
        void (*read)(struct reader *r, struct report *out);
    } parts[] = {{read_angles}, {read_wifi},   {read_cells},       {skip_flight},
                 {NULL},        {read_motion}, {read_long_angles}, {read_further}};
    unsigned mask = read_u8(r);
    for (size_t bit = 0; bit < sizeof(parts) / sizeof(parts[0]); bit++) {
        if ((mask >> bit & 1) != 0 && parts[bit].read == NULL) {
            return false;
        }
        if ((mask >> bit & 1) != 0) {
            parts[bit].read(r, out);
        }
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
static bool read_report(struct bytes in, struct report *out)
{
    enum { ALARM, POSITION, UNKNOWN, NUMBER, IDENTITY, NUMBER_LEN = 4 };
    static const struct figure front[] = {
        {.len = 1},
        {.len = 4, .set = item_time_s},
        {.len = 1, .set = item_gsm},
        {.len = 2, .bits = 15, .set = item_battery_percent, .is_shared = true},
        {.len = 2, .bit = 15, .bits = 1, .set = item_charging},
    };
    static const struct figures row = {FIGURES(front)};
    struct reader r = reader_init(in);
    (void)figures_read(&row, &r, out);
    unsigned mask = read_u8(&r);
    if (!reader_ok(&r)) {
        return false;
    }
    out->fix.alarms = (mask >> ALARM & 1) != 0 ? alarm_table_of_bits(&alarms, read_u32be(&r)) : 0;
    fix_set_alarms_told(&out->fix, alarm_table_all(&alarms));
    bool goes_on = (mask >> POSITION & 1) == 0 || read_position(&r, out);
    if (!goes_on || (mask >> UNKNOWN & 1) != 0) {
        return true;
    }
    read_skip(&r, (mask >> NUMBER & 1) != 0 ? NUMBER_LEN : 0);
    if ((mask >> IDENTITY & 1) != 0) {
        read_identity(&r, &out->fix);
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
        struct report report;
        struct bytes in = read_bytes(&r, read_u16be(&lens));
        report_begin(&report, out);
        if (reader_ok(&r) && read_report(in, &report)) {
            report_add(&report, MESSAGE_FIX, out);
        } else {
            out->unreadable++;
        }
    }
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
        report_add_answer(payload, out);
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
