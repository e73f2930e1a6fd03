/*
 * Queclink binary ("HEX"): the same trackers as gl200text, set so. Numbers are big-endian:
 *
 *     +RSP +BSP +EVT +BVT   type u8 | mask u32 | length u16 | device u8, protocol u16, firmware u16
 *                           | identity 8 | body
 *     +INF +BNF             type u8 | mask u16 | length u16 | ...
 *     +CRD +BRD +LGN        2 | length u16 | ...
 *     +ACK                  type u8 | mask u8 | length u8 | device ... identity | command u8,
 * serial u16 +HBD                  mask u8 | length u8 | device ... identity all end time of
 * sending 7 | count u16 | CRC-16/CCITT-FALSE from byte 4 | 0d0a 2b 00                 length u16 |
 * flags u8 | IMEI, BCD 8 | device u16 | version u16 | u8 | u8, bytes | records | count u16 | check
 * u8 | 24
 *
 * The length is that of the whole frame. An identity is two decimal digits a byte, the last byte
 * one digit, or a name with NULs behind it. BSP, BVT and BNF were kept while there was no network.
 * What a mask leaves out is not known, so that a body is read as with the usual mask and counts as
 * unreadable where it does not fit. Of +INF and +CRD only the identity is read. In which form these
 * devices want to be answered is not known; they are set not to wait. Commands are the texts that
 * the text protocol has, queclink.c; the answer, +ACK, returns their serial.
 *
 * Source: the vectors' facts, section 2. The check of 2b 00 is not known there and not looked at.
 */
#include <stdio.h>
#include <string.h>

#include "base/crc.h"
#include "base/hex.h"
#include "protocols/fields.h"
#include "protocols/figures.h"
#include "protocols/framing.h"
#include "protocols/queclink.h"
#include "protocols/words.h"

enum { FRAME_MAX = 8192, HEAD_LEN = 4, IDENTITY_LEN = 8, TAIL_LEN = 13, E6_TO_E7 = 10 };

/* A head, and where the parts of its frame stand; 0: they are not read. */
static const struct form {
    const char *head;
    uint8_t length_at;
    uint8_t length_width;
    uint8_t identity_at;
    uint8_t version_at; /* of device, protocol and firmware */
    bool is_stored;
} forms[] = {
    {"+RSP", 9, 2, 16, 11, false}, {"+BSP", 9, 2, 16, 11, true}, {"+EVT", 9, 2, 16, 11, false},
    {"+BVT", 9, 2, 16, 11, true},  {"+INF", 7, 2, 9, 17, false}, {"+BNF", 7, 2, 9, 17, true},
    {"+CRD", 6, 2, 0, 0, false},   {"+BRD", 6, 2, 0, 0, true},   {"+LGN", 6, 2, 0, 0, false},
    {"+ACK", 6, 1, 12, 7, false},  {"+HBD", 5, 1, 11, 6, false},
};

/* The form that `in` begins with; NULL: none, or not yet, which *may_be tells. */
static const struct form *form_of(struct bytes in, bool *may_be)
{
    size_t there = in.len < HEAD_LEN ? in.len : HEAD_LEN;
    *may_be = false;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (memcmp(in.at, forms[i].head, there) == 0) {
            *may_be = true;
            return there == HEAD_LEN ? &forms[i] : NULL;
        }
    }
    return NULL;
}

/* "+ACK:" is text. */
static bool is_text(struct bytes in)
{
    return in.len > HEAD_LEN && in.at[HEAD_LEN] == ':' && bytes_begin(in, "+ACK");
}

static bool is_new(struct bytes in)
{
    return in.len > 1 && in.at[0] == '+' && in.at[1] == 0;
}

static enum protocol_claim gl200binary_claims(struct bytes first)
{
    bool may_be = false;
    if (is_new(first)) {
        return CLAIM_YES;
    }
    const struct form *form = form_of(first, &may_be);
    if (form == NULL || first.len == HEAD_LEN) {
        return may_be ? CLAIM_MORE : CLAIM_NO;
    }
    return is_text(first) ? CLAIM_NO : CLAIM_YES;
}

/* The length of the frame that `in` begins with. */
static enum err len_of(struct bytes in, size_t *len)
{
    enum { NEW_LENGTH_AT = 2, NEW_MIN = 24, OLD_MIN = HEAD_LEN + TAIL_LEN + 2 };
    bool may_be = false;
    const struct form *form = is_new(in) ? NULL : form_of(in, &may_be);
    if (!is_new(in) && (form == NULL || is_text(in))) {
        return may_be && !is_text(in) ? ERR_MORE : ERR_MALFORMED;
    }
    struct reader r = reader_init(in);
    read_skip(&r, form == NULL ? NEW_LENGTH_AT : form->length_at);
    *len = form != NULL && form->length_width == 1 ? read_u8(&r) : read_u16be(&r);
    if (!reader_ok(&r)) {
        return ERR_MORE;
    }
    size_t least = form == NULL ? NEW_MIN : OLD_MIN;
    return *len < least ? ERR_MALFORMED : *len > FRAME_MAX ? ERR_TOO_LONG : ERR_OK;
}

/* It ends as it must, and its checksum is right. */
static bool is_sound(struct bytes frame)
{
    enum { SUM_AND_END = 4, NEW_END = '$' };
    if (is_new(frame)) {
        return frame.at[frame.len - 1] == NEW_END;
    }
    struct reader r = reader_init(bytes_slice(frame, frame.len - SUM_AND_END, SIZE_MAX));
    uint16_t told = read_u16be(&r);
    struct bytes covered = bytes_slice(frame, HEAD_LEN, frame.len - HEAD_LEN - SUM_AND_END);
    return bytes_eq(read_rest(&r), "\r\n") && told == crc16_ccitt_false(covered);
}

static const struct framing_rule rule = {
    .len_max = FRAME_MAX, .len_of = len_of, .is_sound = is_sound};

/* ---- identity and times ---- */

static bool read_identity(struct bytes in, char out[DEVICE_ID_SIZE])
{
    enum { TWO_DIGITS = 100, TEN = 10 };
    size_t len = 0;
    bool is_number = in.len == IDENTITY_LEN && in.at[IDENTITY_LEN - 1] < TEN;
    for (size_t i = 0; i < in.len; i++) {
        is_number = is_number && in.at[i] < TWO_DIGITS;
    }
    if (!is_number) {
        struct bytes name = bytes_slice(in, 0, bytes_find(in, 0));
        bytes_to_text(name, out, DEVICE_ID_SIZE);
        return device_id_is_possible(name);
    }
    for (size_t i = 0; i + 1 < IDENTITY_LEN; i++) {
        out[len++] = (char)('0' + in.at[i] / TEN);
        out[len++] = (char)('0' + in.at[i] % TEN);
    }
    out[len++] = (char)('0' + in.at[IDENTITY_LEN - 1]);
    out[len] = '\0';
    return true;
}

static void read_time(struct reader *r, struct fix *f)
{
    struct civil c = {.year = read_u16be(r)};
    c.month = read_u8(r);
    c.day = read_u8(r);
    c.hour = read_u8(r);
    c.minute = read_u8(r);
    c.second = read_u8(r);
    if (reader_ok(r) && civil_is_valid(&c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

/* A number that is written in decimal digits, two a byte: 0724 is 724. */
static uint16_t read_operator(struct reader *r)
{
    uint16_t raw = read_u16be(r);
    unsigned value = 0;
    for (unsigned shift = 16; shift > 0; shift -= 4) {
        value = value * 10 + (raw >> (shift - 4) & 0x0fU);
    }
    return (uint16_t)value;
}

/* ---- reports ---- */

static void read_place(struct reader *r, struct fix *f)
{
    enum { TENTH = 10 };
    uint8_t accuracy = read_u8(r);
    uint64_t speed_kmh = read_u16be(r);
    uint64_t tenths = read_u8(r);
    uint64_t course = read_u16be(r);
    int16_t altitude = (int16_t)read_u16be(r);
    int64_t lon_e6 = (int32_t)read_u32be(r);
    int64_t lat_e6 = (int32_t)read_u32be(r);
    read_time(r, f);
    struct cell cell = {.mcc = read_operator(r), .mnc = read_operator(r)};
    cell.lac = read_u16be(r);
    cell.cid = read_u16be(r);
    read_skip(r, 1);
    if (!reader_ok(r)) {
        return;
    }
    fix_set_position(f, lat_e6 * E6_TO_E7, lon_e6 * E6_TO_E7, accuracy > 0);
    fix_set_speed_kmh_e2(f, speed_kmh * 100 + tenths * TENTH);
    fix_set_course_cdeg(f, course * 100);
    fix_set_altitude_dm(f, altitude * INT64_C(10));
    if (cell.mcc != 0) {
        fix_set_cell(f, cell);
    }
}

/* State codes as in the text: off, on or without a wire, at rest or moving. */
static void set_state(struct fix *f, unsigned state)
{
    enum { OFF = 1, ON = 2, REST = 1, NIBBLE = 4, LOW = 0x0f };
    if (state >> NIBBLE == OFF || state >> NIBBLE == ON) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, state >> NIBBLE == ON);
    }
    if (state >> NIBBLE != 0) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, (state & LOW) != REST);
    }
}

enum event { BPL = 6, IDF = 17, GSS = 21, CRA = 23, GES = 26, GPJ = 31, JDS = 33, UPC = 34 };
enum more_event { UPD = 15, RMD = 35, VGN = 45, VGF = 46 };

/* How many bytes an event has before its places, but the battery of a low one. */
static size_t extra_len(unsigned type)
{
    static const struct {
        uint8_t type;
        uint8_t len;
    } rows[] = {{BPL, 2}, {UPD, 3}, {IDF, 4}, {GSS, 5}, {CRA, 1}, {GES, 12},
                {GPJ, 2}, {JDS, 1}, {UPC, 3}, {RMD, 1}, {VGN, 7}, {VGF, 7}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].type == type) {
            return rows[i].len;
        }
    }
    return 0;
}

static void set_event(unsigned type, struct bytes extra, struct fix *f)
{
    if (type == BPL) {
        struct reader r = reader_init(extra);
        fix_set_battery_mv(f, read_u16be(&r));
        f->alarms |= ALARM_BIT(LOW_BATTERY);
        fix_set_alarms_told(f, ALARM_BIT(LOW_BATTERY));
    } else if (type == CRA) {
        f->alarms |= ALARM_BIT(COLLISION);
        fix_set_alarms_told(f, ALARM_BIT(COLLISION));
    } else if (type == VGN || type == VGF) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, type == VGN);
    }
}

/* Reads a report from its battery on; ERR_MALFORMED: it is not as the usual mask has it. */
static enum err read_report(struct reader *r, unsigned type, bool is_event, bool is_stored,
                            struct decoded *out)
{
    enum { PHONE = 3, RESERVED = 8, PACKED = 100 };
    struct fix head = {0};
    fix_set_battery_percent(&head, read_u8(r));
    fix_set_power_mv(&head, read_u16be(r));
    read_skip(r, !is_event && type == RESERVED ? 2 : 0);
    set_state(&head, read_u8(r));
    fix_set_satellites(&head, read_u8(r));
    read_skip(r, is_event ? 0 : 1);
    read_skip(r, !is_event && type == PHONE ? read_u8(r) : 0); /* whose digits end with an f */
    if (is_event) {
        set_event(type, read_bytes(r, extra_len(type)), &head);
    }
    unsigned count = type == PACKED && !is_event ? 0 : read_u8(r);
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        struct message *m = decoded_add(out, MESSAGE_FIX);
        m->fix = head;
        m->fix.flags |= is_stored ? FIX_REUPLOAD : 0;
        read_place(r, &m->fix);
    }
    return reader_ok(r) && count > 0 ? ERR_OK : ERR_MALFORMED; /* mileages may follow */
}

/* The version as the text protocol writes it, of the device and its protocol, for a command. */
static void keep_version(const struct form *form, struct bytes frame, struct decoded *out)
{
    enum { VERSION_LEN = 3, VERSION_SIZE = 7 };
    char version[VERSION_SIZE];
    struct bytes told = bytes_slice(frame, form->version_at, VERSION_LEN);
    if (form->version_at > 0 && told.len == VERSION_LEN) {
        (void)snprintf(version, sizeof(version), "%02X%02X%02X", told.at[0], told.at[1],
                       told.at[2]);
        word_keep((char *)out->slot.at, DEVICE_SLOT_BYTES, bytes_of_text(version));
    }
}

static enum err read_old(const struct form *form, struct bytes frame, struct decoded *out)
{
    struct bytes body = bytes_slice(frame, 0, frame.len - TAIL_LEN);
    struct reader r = reader_init(bytes_slice(body, form->identity_at + IDENTITY_LEN, SIZE_MAX));
    unsigned type = frame.at[HEAD_LEN];
    bool is_event = bytes_begin(frame, "+EVT") || bytes_begin(frame, "+BVT");
    struct bytes identity = bytes_slice(body, form->identity_at, IDENTITY_LEN);
    if (form->identity_at > 0 && !read_identity(identity, out->device_id)) {
        return ERR_MALFORMED;
    }
    keep_version(form, frame, out);
    if (is_event || bytes_begin(frame, "+RSP") || bytes_begin(frame, "+BSP")) {
        if (read_report(&r, type, is_event, form->is_stored, out) != ERR_OK) {
            out->len = 0;
            out->unreadable++;
        }
    } else if (bytes_begin(frame, "+ACK")) {
        struct message *m = decoded_add(out, MESSAGE_RESPONSE);
        read_skip(&r, 1);
        m->answer.tie = read_u16be(&r);
        m->answer.result = ANSWER_RECEIVED;
    } else {
        decoded_add(out, MESSAGE_HEARTBEAT);
    }
    return ERR_OK;
}

/* ---- the new form ---- */

static size_t read_length(struct reader *r)
{
    enum { TWO_BYTES = 0x80, LOW = 0x7f, BYTE_BITS = 8 };
    size_t first = read_u8(r);
    return (first & TWO_BYTES) != 0 ? (first & LOW) << BYTE_BITS | read_u8(r) : first;
}

static void read_new_place(struct reader r, struct report *out)
{
    enum { FIX_MASK = 0x0c, FIX_VALUE = 0x08 };
    static const struct figure place[] = {
        {.len = 4, .is_signed = true, .times = E6_TO_E7, .part = FIGURE_LON_E7},
        {.len = 4, .is_signed = true, .times = E6_TO_E7, .part = FIGURE_LAT_E7},
        {.len = 4, .set = item_time_s},
        {.len = 2, .times = 10, .set = item_speed_kmh_e2},
        {.len = 1, .times = 10, .set = item_hdop_e2},
        {.len = 2, .times = 100, .set = item_course_cdeg},
        {.len = 3, .is_signed = true, .set = item_altitude_dm},
        {.len = 1, .set = item_satellites},
    };
    static const struct figures row = {FIGURES(place)};
    bool is_valid = (read_u8(&r) & FIX_MASK) == FIX_VALUE;
    (void)figures_read(&row, &r, out);
    out->fix.flags &= is_valid ? UINT32_MAX : ~(uint32_t)FIX_VALID;
}

static bool read_new_record(struct reader *r, struct decoded *out)
{
    enum { PLACE = 0x52, WIDE = 0x80, NUMBER_AND_IDS = 4 };
    size_t before = reader_left(r);
    size_t len = read_length(r);
    size_t head = before - reader_left(r);
    struct reader in = reader_init(read_bytes(r, len < head ? 0 : len - head));
    struct report report;
    report_begin(&report, out);
    fix_set_time(&report.fix, read_u32be(&in));
    read_skip(&in, NUMBER_AND_IDS);
    while (reader_ok(&in) && reader_left(&in) > 0) {
        size_t id = read_length(&in);
        struct bytes item = read_bytes(&in, read_length(&in));
        if (id == PLACE && reader_ok(&in)) {
            read_new_place(reader_init(item), &report);
        }
    }
    if (!reader_ok(r) || !reader_ok(&in) || len <= head) {
        return false;
    }
    report_add(&report, MESSAGE_FIX, out);
    return true;
}

static enum err read_new(struct bytes frame, struct decoded *out)
{
    enum { FLAGS_AT = 4, NUMBERED = 0x80, TYPES_LEN = 5, END_LEN = 4 };
    char digits[2 * IDENTITY_LEN + 1];
    struct reader r = reader_init(bytes_slice(frame, FLAGS_AT, frame.len - FLAGS_AT - END_LEN));
    unsigned flags = read_u8(&r);
    read_skip(&r, (flags & NUMBERED) != 0 ? 2 : 0);
    struct bytes imei = read_bytes(&r, IDENTITY_LEN);
    read_skip(&r, TYPES_LEN);
    read_skip(&r, read_u8(&r));
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    hex_encode(imei, digits);
    if (!word_is_digits(bytes_of_text(digits + 1))) { /* the first one fills the byte */
        return ERR_MALFORMED;
    }
    bytes_to_text(bytes_of_text(digits + 1), out->device_id, DEVICE_ID_SIZE);
    bool is_read = true;
    while (is_read && reader_left(&r) > 0) {
        is_read = read_new_record(&r, out);
    }
    out->unreadable += is_read ? 0 : 1;
    return ERR_OK;
}

static enum err gl200binary_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    bool may_be = false;
    (void)s;
    if (is_new(frame)) {
        return read_new(frame, out);
    }
    const struct form *form = form_of(frame, &may_be);
    return form == NULL ? ERR_MALFORMED : read_old(form, frame, out);
}

const struct protocol protocol_gl200binary = {
    .name = "gl200binary",
    .doc = "Queclink trackers that are set to binary (HEX) frames",
    .port = 5004,
    .frame_max = FRAME_MAX,
    .claims = gl200binary_claims,
    .rule = &rule,
    .decode = gl200binary_decode,
    .command = queclink_command,
};
