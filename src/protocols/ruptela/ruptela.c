/*
 * Ruptela: FM-Eco, FM-Pro, FM-Tco, FM-Plug, HCV, LCV and Plug5 trackers, over TCP. Numbers are
 * big-endian:
 *
 *     0032    00007048860ddf79  01    ...............  2d70
 *     length  IMEI, a number    type  what it says     CRC-16/KERMIT of IMEI to payload
 *     `- counts IMEI to payload
 *
 * Down the same without the IMEI. There is no login: every frame names its tracker. A frame whose
 * checksum is wrong is dropped, and comes again. What cannot be read but has a right one is
 * acknowledged and counted, as else it would come for ever.
 *
 *     01, 44   records, extended ones       -> 64, 01 taken, 00 send again
 *     09       trouble codes                -> 6d 01
 *     0f       who the tracker is           -> 73 01
 *     10       heartbeat                    -> 74 01
 *     25       parts of files; not kept, and no further part is asked for
 *     02 to 07, 11   answers to commands
 *
 * A record: time u32 | its number in that second u8 | 44: parts u8 | priority u8 | lon i32 | lat
 * i32, 1e-7 deg | altitude u16, 0.1 m, heights below 0 as i16 | course u16, 0.01 deg | satellites |
 * speed u16 km/h | HDOP u8, 0.1 | what caused it u8 or u16 | elements of 1, 2, 4 and 8 bytes, each
 * group with its count. An extended record comes in parts, whose elements belong together. A clock
 * that was never set shows the first days of 2000: such a record has no time.
 *
 * Source: the vectors' facts, section 1. That 00 asks to send again is not proven there.
 */
#include "protocols/ruptela/ruptela.h"

#include <stdio.h>
#include <string.h>

#include "base/crc.h"
#include "base/hex.h"
#include "protocols/fields.h"
#include "protocols/framing.h"

enum {
    LENGTH_LEN = 2,
    IMEI_LEN = 8,
    CRC_LEN = 2,
    TYPE_AT = LENGTH_LEN + IMEI_LEN,
    BODY_MIN = IMEI_LEN + 1,
    FRAME_EXTRA = LENGTH_LEN + CRC_LEN,
    UP_DOWN = 0x63 /* an acknowledgement of 01 is 64 */
};

static const uint64_t imei_max = 999999999999999;

enum type {
    TYPE_RECORDS = 0x01,
    TYPE_CONFIG = 0x02,
    TYPE_TEXT = 0x07,
    TYPE_CODES = 0x09,
    TYPE_IDENTITY = 0x0f,
    TYPE_HEARTBEAT = 0x10,
    TYPE_OUTPUT = 0x11,
    TYPE_FILE = 0x25,
    TYPE_EXTENDED = 0x44
};

static bool is_type(unsigned type)
{
    return (type >= TYPE_RECORDS && type <= TYPE_TEXT) || type == TYPE_CODES ||
           (type >= TYPE_IDENTITY && type <= TYPE_OUTPUT) || type == TYPE_FILE ||
           type == TYPE_EXTENDED;
}

static const struct framing forms[] = {{.length_width = LENGTH_LEN,
                                        .uncounted = FRAME_EXTRA,
                                        .sum_from = LENGTH_LEN,
                                        .sum = crc16_kermit,
                                        .len_min = BODY_MIN + FRAME_EXTRA,
                                        .len_max = RUPTELA_FRAME_MAX}};

/* Whether an IMEI and a type stand behind the length, as far as they are there. */
static enum err fits(struct bytes in)
{
    enum { IMEI_TOP_MAX = 3, THIRD = 2, FOURTH = 3 };
    if (in.at[0] > (RUPTELA_FRAME_MAX >> 8) || (in.len > THIRD && in.at[THIRD] != 0) ||
        (in.len > FOURTH && in.at[FOURTH] > IMEI_TOP_MAX)) {
        return ERR_MALFORMED;
    }
    if (in.len <= TYPE_AT) {
        return ERR_MORE;
    }
    uint64_t imei = field_number(bytes_slice(in, LENGTH_LEN, IMEI_LEN));
    return imei <= imei_max && is_type(in.at[TYPE_AT]) ? ERR_OK : ERR_MALFORMED;
}

static const struct framing_rule rule = {
    .len_max = RUPTELA_FRAME_MAX, FRAMING_FORMS(forms), .fits = fits};

/* A length of 01xx begins as a frame of Galileosky may: sure by the checksum alone. */
static enum protocol_claim ruptela_claims(struct bytes first)
{
    return framing_rule_claim(&rule, first);
}

/* ---- records ---- */

static bool set_place(struct reader *r, struct fix *f)
{
    int64_t lon_e7 = (int32_t)read_u32be(r);
    int64_t lat_e7 = (int32_t)read_u32be(r);
    bool is_place = lon_e7 != INT32_MIN && lat_e7 != INT32_MIN;
    if (is_place && reader_ok(r)) {
        fix_set_position(f, lat_e7, lon_e7, true);
    }
    return is_place;
}

static void set_time(uint32_t time_s, struct fix *f)
{
    const uint32_t set_from_s = 946684800 + 7 * 86400; /* 2000-01-08 */
    if (time_s >= set_from_s) {
        fix_set_time(f, time_s);
    }
}

static void read_place(struct reader *r, struct fix *f)
{
    bool is_place = set_place(r, f);
    uint16_t altitude_dm = read_u16be(r);
    uint64_t course_cdeg = read_u16be(r);
    uint8_t satellites = read_u8(r);
    uint64_t speed_kmh = read_u16be(r);
    uint64_t hdop_e1 = read_u8(r);
    if (!is_place || !reader_ok(r)) {
        return;
    }
    if (satellites == 0 || satellites == UINT8_MAX) {
        f->flags &= ~(uint32_t)FIX_VALID;
    }
    if (satellites != UINT8_MAX) {
        fix_set_satellites(f, satellites);
    }
    fix_set_altitude_dm(f, (int16_t)altitude_dm);
    if (course_cdeg != UINT16_MAX) {
        fix_set_course_cdeg(f, course_cdeg);
    }
    if (speed_kmh != UINT16_MAX) {
        fix_set_speed_kmh_e2(f, speed_kmh * 100);
    }
    if (hdop_e1 != UINT8_MAX) {
        fix_set_hdop_e2(f, hdop_e1 * 10);
    }
}

static void read_group(struct reader *r, bool is_extended, size_t width, struct ruptela_record *out)
{
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        unsigned id = is_extended ? read_u16be(r) : read_u8(r);
        struct bytes value = read_bytes(r, width);
        if (reader_ok(r)) {
            ruptela_read_io(id, value, out);
        }
    }
}

static void read_elements(struct reader *r, bool is_extended, struct ruptela_record *out)
{
    enum { WIDTH_MAX = 8 };
    for (size_t width = 1; width <= WIDTH_MAX; width *= 2) {
        read_group(r, is_extended, width, out);
    }
}

/* Reads a record; what of it is a further part of the one before, adds to that. */
static void read_record(struct reader *r, bool is_extended, struct ruptela_record *record,
                        struct decoded *out)
{
    enum { PART_MASK = 0x0f };
    uint32_t time_s = read_u32be(r);
    read_skip(r, 1);
    unsigned part = is_extended ? read_u8(r) & PART_MASK : 0;
    read_skip(r, 1);
    if (part == 0 || out->len == 0) {
        *record = (struct ruptela_record){0};
        extras_init(&record->extras, out->arena);
        set_time(time_s, &record->fix);
        fix_set_alarms_told(&record->fix, 0);
    }
    struct fix place = {0};
    bool is_new = part == 0 || out->len == 0;
    read_place(r, is_new ? &record->fix : &place);
    unsigned event = is_extended ? read_u16be(r) : read_u8(r);
    extras_set(&record->extras, EXTRA_EVENT, 0, event);
    read_elements(r, is_extended, record);
    if (!reader_ok(r)) {
        return;
    }
    ruptela_finish_io(record);
    struct message *m = is_new ? decoded_add(out, MESSAGE_FIX) : &out->at[out->len - 1];
    m->fix = record->fix;
    m->extras = extras_pack(&record->extras);
}

static void read_records(struct reader *r, bool is_extended, struct decoded *out)
{
    struct ruptela_record *record = arena_new(out->arena, sizeof(*record));
    read_skip(r, 1); /* how many wait */
    unsigned count = read_u8(r);
    unsigned done = 0;
    while (done < count) {
        read_record(r, is_extended, record, out);
        if (!reader_ok(r)) {
            break;
        }
        done++;
    }
    out->unreadable += count - done;
}

static void read_codes(struct reader *r, struct decoded *out)
{
    enum { CODE_LEN = 5 };
    unsigned count = read_u8(r);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        struct extras x;
        struct fix f = {0};
        extras_init(&x, out->arena);
        read_skip(r, 1);
        set_time(read_u32be(r), &f);
        (void)set_place(r, &f);
        f.flags |= read_u8(r) == 2 ? FIX_REUPLOAD : 0;
        extras_set_text(&x, EXTRA_TROUBLE_CODE, 0, read_bytes(r, CODE_LEN));
        fix_set_alarms_told(&f, 0);
        if (reader_ok(r)) {
            struct message *m = decoded_add(out, MESSAGE_FIX);
            m->fix = f;
            m->extras = extras_pack(&x);
        }
    }
}

/* ---- the frame ---- */

/* A text where it is one, else its digits. */
static void add_answer(unsigned type, struct bytes payload, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    struct bytes text = bytes_slice(field_trimmed(payload), 0, MESSAGE_TEXT_MAX / 2);
    m->answer.message_id = (uint16_t)type;
    m->text = text;
    if (text.len == 0 || !field_is_printable(text)) {
        char *hex = arena_new(out->arena, MESSAGE_TEXT_MAX + 1);
        hex_encode(bytes_slice(payload, 0, MESSAGE_TEXT_MAX / 2), hex);
        m->text = bytes_of_text(hex);
    }
}

static void read_payload(unsigned type, struct reader *r, struct decoded *out)
{
    switch (type) {
    case TYPE_RECORDS:
    case TYPE_EXTENDED:
        read_records(r, type == TYPE_EXTENDED, out);
        break;
    case TYPE_CODES:
        read_codes(r, out);
        break;
    case TYPE_IDENTITY:
        decoded_add(out, MESSAGE_LOGIN);
        break;
    case TYPE_HEARTBEAT:
        decoded_add(out, MESSAGE_HEARTBEAT);
        break;
    case TYPE_FILE:
        decoded_add(out, MESSAGE_OTHER);
        break;
    default:
        add_answer(type, read_rest(r), out);
        break;
    }
}

static enum err ruptela_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(bytes_slice(frame, LENGTH_LEN, frame.len - FRAME_EXTRA));
    (void)snprintf(out->device_id, sizeof(out->device_id), "%015llu",
                   (unsigned long long)read_u64be(&r));
    unsigned type = read_u8(&r);
    read_payload(type, &r, out);
    out->hint.at[0] = (uint8_t)type;
    out->wants_reply = type == TYPE_RECORDS || type == TYPE_EXTENDED || type == TYPE_CODES ||
                       type == TYPE_IDENTITY || type == TYPE_HEARTBEAT;
    return ERR_OK;
}

void ruptela_write(struct writer *out, unsigned type, struct bytes payload)
{
    size_t from = out->len + LENGTH_LEN;
    write_u16be(out, (uint16_t)(payload.len + 1));
    write_u8(out, (uint8_t)type);
    write_bytes(out, payload);
    if (writer_ok(out)) {
        write_u16be(out, crc16_kermit((struct bytes){out->at + from, out->len - from}));
    }
}

static void ruptela_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                          int64_t now_s, struct writer *out)
{
    unsigned type = hint->at[0] == TYPE_EXTENDED ? TYPE_RECORDS : hint->at[0];
    bool is_data = type == TYPE_RECORDS || type == TYPE_CODES;
    uint8_t taken = outcome == OUTCOME_REFUSED && is_data ? 0 : 1;
    unsigned down = type == TYPE_RECORDS ? type + UP_DOWN : type + UP_DOWN + 1;
    (void)s;
    (void)now_s;
    if (outcome != OUTCOME_UNREGISTERED || !is_data) {
        ruptela_write(out, down, (struct bytes){&taken, 1});
    }
}

const struct protocol protocol_ruptela = {
    .name = "ruptela",
    .doc = "Ruptela FM, HCV, LCV and Plug trackers: records and extended records",
    .port = 5046,
    .frame_max = RUPTELA_FRAME_MAX,
    .tcp_only = true,
    .claims = ruptela_claims,
    .rule = &rule,
    .decode = ruptela_decode,
    .reply = ruptela_reply,
    .command = ruptela_command,
};
