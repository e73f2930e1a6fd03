/*
 * GT02: Concox GT02 and TR02, early GT02A. Big-endian, over TCP; every frame names its tracker:
 *
 *     6868   25      00    00   0123456789012345  0008    10    ........   0d0a
 *     head   length  volt  GSM  IMEI, BCD 8       serial  type
 *            `- all between it and the end
 *
 *     1a  heartbeat: levels of supply (0 to 6) and network (0 to 4), satellites -> 54681a0d0a
 *     10  YY MM DD hh mm ss, lat u32 and lon u32 in 1/1800000 deg, km/h u8, course u16, 3 bytes,
 *         status u32: 0 valid, 1 north, 2 east, 3 charging
 *     1c  length u8, text: an answer
 *
 * There is no checksum and no login. A GT02A mixes in frames of GT06: 7979 with a length u16, which
 * are passed over but for type 94, kind 0: the supply in 0.01 V. How commands are written is not
 * known.
 *
 * Source: the vectors' facts, section 6. That times are UTC, and bit 3, nobody documents.
 */
#include <string.h>

#include "protocols/fields.h"
#include "protocols/framing.h"

enum {
    FRAME_MAX = 1100,
    HEAD_LEN = 3,
    END_LEN = 2,
    FIXED_LEN = 13, /* from the levels to the type */
    IMEI_AT = 5,
    TYPE_AT = 15,
    CONTENT_AT = 16,
    TYPE_LOCATION = 0x10,
    TYPE_HEARTBEAT = 0x1a,
    TYPE_TEXT = 0x1c
};

static const struct framing forms[] = {
    {.head = {{0x68, 0x68}, 2},
     .end = {{'\r', '\n'}, 2},
     .length_at = 2,
     .length_width = 1,
     .uncounted = HEAD_LEN + END_LEN,
     .len_min = HEAD_LEN + FIXED_LEN + END_LEN,
     .len_max = FRAME_MAX},
    {.head = {{0x79, 0x79}, 2},
     .end = {{'\r', '\n'}, 2},
     .length_at = 2,
     .length_width = 2,
     .uncounted = 6,
     .len_min = 11,
     .len_max = FRAME_MAX},
};
static const struct framing_rule rule = {.len_max = FRAME_MAX, FRAMING_FORMS(forms)};

/* A connection begins with a frame of its own, of a type that it has. */
static enum protocol_claim gt02_claims(struct bytes first)
{
    char id[DEVICE_ID_SIZE];
    enum err e = framing_claims(&forms[0], first);
    bool has_type = first.len > TYPE_AT;
    if (e == ERR_OK && first.len > 2 && first.at[2] < FIXED_LEN) {
        return CLAIM_NO;
    }
    if (e != ERR_OK || !has_type) {
        return e == ERR_MALFORMED ? CLAIM_NO : CLAIM_MORE;
    }
    unsigned type = first.at[TYPE_AT];
    bool is_type = type == TYPE_LOCATION || type == TYPE_HEARTBEAT || type == TYPE_TEXT;
    return is_type && field_imei_of_bcd(bytes_slice(first, IMEI_AT, FIELD_IMEI_LEN), id) ? CLAIM_YES
                                                                                         : CLAIM_NO;
}

static void read_location(struct reader *r, struct fix *f)
{
    enum { VALID = 1, NORTH = 2, EAST = 4, CHARGING = 8, RESERVED_LEN = 3, PER_UNIT = 100 };
    struct bytes time = read_bytes(r, FIELD_CIVIL_LEN);
    int64_t lat_e7 = field_angle_of_u32(read_u32be(r));
    int64_t lon_e7 = field_angle_of_u32(read_u32be(r));
    unsigned speed_kmh = read_u8(r);
    unsigned course = read_u16be(r);
    read_skip(r, RESERVED_LEN);
    uint32_t status = read_u32be(r);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_position(f, (status & NORTH) != 0 ? lat_e7 : -lat_e7,
                     (status & EAST) != 0 ? lon_e7 : -lon_e7, (status & VALID) != 0);
    fix_set_speed_kmh_e2(f, (uint64_t)speed_kmh * PER_UNIT);
    fix_set_course_cdeg(f, (uint64_t)course * PER_UNIT);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (status & CHARGING) != 0);
    field_set_time_of_bytes(f, time);
}

static void read_heartbeat(struct bytes frame, struct fix *f)
{
    enum { VOLT_AT = 3, GSM_AT = 4, VOLT_MAX = 6, PERCENT = 100 };
    unsigned level = frame.at[VOLT_AT];
    if (level <= VOLT_MAX) {
        fix_set_battery_percent(f, (level * PERCENT + VOLT_MAX / 2) / VOLT_MAX);
    }
    fix_set_gsm_bars(f, frame.at[GSM_AT]);
}

/* What a frame of GT06 in between says: ERR_CHECKSUM. */
static enum err decode_long(struct bytes frame, struct decoded *out)
{
    enum { LONG_HEAD_LEN = 4, TYPE_INFO = 0x94, E2_TO_MILLI = 10 };
    struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
    struct reader r = reader_init(bytes_slice(frame, LONG_HEAD_LEN, SIZE_MAX));
    bool is_supply = read_u8(&r) == TYPE_INFO && read_u8(&r) == 0;
    uint64_t supply_e2 = read_u16be(&r);
    if (is_supply && reader_left(&r) >= FIELD_CIVIL_LEN) {
        fix_set_power_mv(&m->fix, supply_e2 * E2_TO_MILLI);
    } else {
        m->kind = MESSAGE_OTHER;
    }
    return ERR_OK;
}

static enum err decode_own(struct bytes frame, struct decoded *out)
{
    unsigned type = frame.at[TYPE_AT];
    struct reader r = reader_init(bytes_slice(frame, CONTENT_AT, frame.len - CONTENT_AT - END_LEN));
    if (!field_imei_of_bcd(bytes_slice(frame, IMEI_AT, FIELD_IMEI_LEN), out->device_id)) {
        return ERR_MALFORMED;
    }
    if (type == TYPE_LOCATION) {
        struct fix fix = {0};
        read_location(&r, &fix);
        decoded_add(out, MESSAGE_FIX)->fix = fix;
        return reader_ok(&r) ? ERR_OK : ERR_MALFORMED;
    }
    if (type == TYPE_HEARTBEAT) {
        read_heartbeat(frame, &decoded_add(out, MESSAGE_HEARTBEAT)->fix);
        return ERR_OK;
    }
    size_t len = read_u8(&r);
    struct bytes text = field_trimmed(read_bytes(&r, len));
    bool is_text = type == TYPE_TEXT && reader_ok(&r) && field_is_printable(text);
    struct message *m = decoded_add(out, is_text ? MESSAGE_RESPONSE : MESSAGE_OTHER);
    m->text = is_text ? text : (struct bytes){0};
    return ERR_OK;
}

static enum err gt02_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    bool is_long = frame.at[0] == forms[1].head.at[0];
    enum err e = is_long ? decode_long(frame, out) : decode_own(frame, out);
    if (e != ERR_OK) {
        return e;
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    out->wants_reply = !is_long && frame.at[TYPE_AT] == TYPE_HEARTBEAT;
    return ERR_OK;
}

static void gt02_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                       int64_t now_s, struct writer *out)
{
    (void)s;
    (void)hint;
    (void)now_s;
    if (outcome != OUTCOME_REFUSED) {
        write_text(out, "Th\x1a\r\n");
    }
}

const struct protocol protocol_gt02 = {
    .name = "gt02",
    .doc = "Concox GT02 and TR02, early GT02A",
    .port = 5022,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = gt02_claims,
    .rule = &rule,
    .decode = gt02_decode,
    .reply = gt02_reply,
};
