/*
 * Anytrek: trackers of trailers and assets, over TCP. Numbers are little-endian:
 *
 *     7878   3500    30    0012345678901234  ....   0000      0d0a
 *     head   length  type  8 bytes of BCD    below  checksum
 *            `- all but it, the head and the end
 *
 * The second byte of the length is 0, where GT06 has a type. Behind the identity:
 *
 *     firmware u16 | battery u16, 0.01 V | signal u8 | YY MM DD hh mm ss | satellites, low half |
 *     lat u32, lon u32, 1/1800000 deg | km/h u8 | flags u16 as of GT06 | two numbers u32 |
 *     state u8: 0 charging, 1 ignition, 4 an alarm | current u16 | odometer u32, m | 4 bytes
 *
 * The identity is a byte and the first 14 digits of the IMEI; its check digit is added. Devices
 * send 0 for the checksum, so it is not looked at. Every report is answered by its type, with
 * neither error nor a new interval; without an answer it comes again. The alarm is of no known
 * kind: it is kept as an event. How commands are written is not known; the interval that an answer
 * could carry is in no known unit.
 *
 * Source: the vectors' facts, section 8. The unit of the signal is not known.
 */
#include <stdio.h>
#include <string.h>

#include "protocols/fields.h"
#include "protocols/framing.h"

enum {
    FRAME_MAX = 6 + UINT8_MAX,
    EXTRA_LEN = 6,
    HEAD_LEN = 4,
    TYPE_AT = 4,
    LEN_MIN = 59,
    END_LEN = 2,
    TYPE_REPORT = 0x30
};

/* Whether `in` may begin with a frame: ERR_OK with its length, ERR_MORE, ERR_MALFORMED. */
static enum err len_of(struct bytes in, size_t *len)
{
    static const uint8_t head[] = {0x78, 0x78};
    size_t there = in.len < sizeof(head) ? in.len : sizeof(head);
    if (memcmp(in.at, head, there) != 0 || (in.len >= HEAD_LEN && in.at[HEAD_LEN - 1] != 0)) {
        return ERR_MALFORMED;
    }
    if (in.len < HEAD_LEN) {
        return ERR_MORE;
    }
    *len = (size_t)in.at[2] + EXTRA_LEN;
    bool is_short = *len <= TYPE_AT + END_LEN;
    bool has_end = in.len < *len || (in.at[*len - 2] == '\r' && in.at[*len - 1] == '\n');
    return is_short || !has_end ? ERR_MALFORMED : ERR_OK;
}

static enum protocol_claim anytrek_claims(struct bytes first)
{
    size_t len = 0;
    enum err e = len_of(first, &len);
    if (e != ERR_OK || first.len <= TYPE_AT) {
        return e == ERR_MALFORMED ? CLAIM_NO : CLAIM_MORE;
    }
    return first.at[TYPE_AT] == TYPE_REPORT && len >= LEN_MIN ? CLAIM_YES : CLAIM_NO;
}

static const struct framing_rule rule = {.len_max = FRAME_MAX, .len_of = len_of};

static bool read_identity(struct reader *r, char out[DEVICE_ID_SIZE])
{
    enum { BODY_LEN = 7 };
    read_skip(r, 1);
    unsigned long long body = read_bcd(r, BODY_LEN);
    (void)snprintf(out, DEVICE_ID_SIZE, "%014llu%u", body, field_luhn(body));
    return reader_ok(r);
}

static void read_report(struct reader *r, struct message *m, struct decoded *out)
{
    enum { SATELLITES = 0x0f, CHARGING = 1, IGNITION = 2, ALARM = 1 << 4, NUMBERS_LEN = 8 };
    enum { E2_TO_MILLI = 10, PER_UNIT = 100 };
    struct fix *f = &m->fix;
    struct extras x;
    extras_init(&x, out->arena);
    read_skip(r, 2);
    fix_set_battery_mv(f, (uint64_t)read_u16le(r) * E2_TO_MILLI);
    read_skip(r, 1);
    field_set_time_of_bytes(f, read_bytes(r, FIELD_CIVIL_LEN));
    fix_set_satellites(f, read_u8(r) & SATELLITES);
    uint32_t lat = read_u32le(r);
    uint32_t lon = read_u32le(r);
    uint64_t speed_kmh = read_u8(r);
    field_set_flagged_place(f, lat, lon, read_u16le(r));
    if (fix_has_position(f)) {
        fix_set_speed_kmh_e2(f, speed_kmh * PER_UNIT);
    }
    read_skip(r, NUMBERS_LEN);
    unsigned state = read_u8(r);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (state & CHARGING) != 0);
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (state & IGNITION) != 0);
    if ((state & ALARM) != 0) {
        extras_set(&x, EXTRA_EVENT, 0, state);
    }
    read_skip(r, 2);
    fix_set_odometer_m(f, read_u32le(r));
    fix_set_alarms_told(f, 0);
    m->extras = extras_pack(&x);
}

static enum err anytrek_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    (void)s;
    unsigned type = frame.at[TYPE_AT];
    struct reader r = reader_init(bytes_slice(frame, TYPE_AT + 1, SIZE_MAX));
    if (!read_identity(&r, out->device_id) || (type == TYPE_REPORT && frame.len < LEN_MIN)) {
        return ERR_MALFORMED;
    }
    if (type == TYPE_REPORT) {
        read_report(&r, decoded_add(out, MESSAGE_FIX), out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    out->hint.at[0] = (uint8_t)type;
    out->wants_reply = true;
    return ERR_OK;
}

static void anytrek_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                          int64_t now_s, struct writer *out)
{
    enum { LENGTH = 7, HEAD = 0x7878 };
    (void)s;
    (void)now_s;
    if (outcome != OUTCOME_STORED) {
        return;
    }
    write_u16be(out, HEAD);
    write_u16le(out, LENGTH);
    write_u8(out, hint->at[0]);
    write_u8(out, 0);    /* error */
    write_u16le(out, 0); /* interval: as it is */
    write_u8(out, 0);    /* the alarm stays */
    write_u16le(out, 0);
    write_text(out, "\r\n");
}

const struct protocol protocol_anytrek = {
    .name = "anytrek",
    .doc = "Anytrek trackers of trailers and assets",
    .port = 5177,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = anytrek_claims,
    .rule = &rule,
    .decode = anytrek_decode,
    .reply = anytrek_reply,
};
