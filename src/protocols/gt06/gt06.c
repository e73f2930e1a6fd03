/*
 * GT06: trackers of Concox, Jimi and many makers that speak their protocol.
 *
 *     78 78  0d  01  ................  00 01  8c dd  0d 0a
 *     head   len type content          serial crc    end
 *
 *     79 79  00 26  94  ......  the same with a length of two bytes
 *
 * len counts type to crc, so it is the content + 5; crc is CRC-16/X-25 over len to serial. Numbers
 * are big-endian. Where the end mark is not where the length says, the frame goes to the first
 * 0d 0a and is refused; but two Wi-Fi reports (17, 69) of some makers use the length byte as a
 * count and have neither serial nor CRC (lbs.c). A frame that lost bytes on its way takes the
 * next one with it so: a whole frame, whose length, CRC and end mark agree, is looked for inside.
 * Before a head only blanks are passed over: anything else may be the rest of a location.
 *
 * A type means the same in a short and in a long frame, but for those that `types` names twice.
 *
 * A connection begins with a login (01): the IMEI in 8 bytes of BCD (its first digit is 0), the
 * model u16 and perhaps the zone of the device's clock u16: bits 4-15 hhmm as a decimal number, bit
 * 3 west. No other frame names the device.
 *
 * The server answers with the same type, no content, the same serial, in a short frame even to a
 * long one; `types` below says which types it answers and which otherwise:
 *
 *     8A       the UTC time, YY MM DD hh mm ss, serial 0
 *     2A, A7   an address request (17 with a telephone number too): type 97, long, "NA&&NA&&0##":
 *              we do not name places to trackers
 *     17, 69   78 78 00, the type, the time of the frame, 0d 0a
 *     32, 33, 41 of a long frame: in a long frame
 *
 * Plain locations are not answered, as the devices do not wait for it: a location counts as
 * acknowledged with the next reply, that to a heartbeat at the latest. A device that nobody has
 * registered gets its login, heartbeat and time request answered, nothing else; behind a location
 * not even those, as the answer would cover it (gateway/replies.c).
 *
 * Not carried: fuel of the OBD reports (its unit is not known). Pictures (35, 36 and 41 of X1 and
 * WD-209) are not taken. What differs by model alone cannot be told from a frame:
 * alarm codes of LW, Seeworld, VL103 and TRX16I devices (status.c).
 *
 * Source: the Concox GT06 and Jimi protocol documents, and real frames.
 */
#include "protocols/gt06/gt06.h"
#include "protocols/login78.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc.h"
#include "protocols/framing.h"

enum {
    FRAME_MAX = 4096,
    FRAME_MIN = 10,
    BLANKS_MAX = 64, /* before a head */
    SHORT_HEAD_LEN = 3,
    LONG_HEAD_LEN = 4,
    END_LEN = 2,
    COUNTED_MIN = 5, /* what the length counts of a frame without content */
};

/* The forms of a frame, by enum form. */
enum form { FORM_SHORT, FORM_LONG, FORMS };
static const struct framing forms[FORMS] = {
    [FORM_SHORT] = {.head = {{0x78, 0x78}, 2},
                    .end = {{'\r', '\n'}, END_LEN},
                    .length_at = 2,
                    .length_width = 1,
                    .uncounted = SHORT_HEAD_LEN + END_LEN,
                    .sum_from = 2,
                    .sum = crc16_x25,
                    .len_min = FRAME_MIN,
                    .len_max = FRAME_MAX},
    [FORM_LONG] = {.head = {{0x79, 0x79}, 2},
                   .end = {{'\r', '\n'}, END_LEN},
                   .length_at = 2,
                   .length_width = 2,
                   .uncounted = LONG_HEAD_LEN + END_LEN,
                   .sum_from = 2,
                   .sum = crc16_x25,
                   .len_min = FRAME_MIN,
                   .len_max = FRAME_MAX},
};

enum {
    TYPE_LOGIN = 0x01,
    TYPE_LOCATION = 0x12,
    TYPE_HEARTBEAT = 0x13,
    TYPE_ALARM = 0x16,
    TYPE_LOCATION_ACC = 0x22,
    TYPE_TIME = 0x8a,
    TYPE_ADDRESS_REPLY = 0x97,
};

/* How a frame is answered. */
enum reply_kind {
    REPLY_NONE,
    REPLY_SAME, /* same type, no content, same serial, short */
    REPLY_LONG, /* the same in a long frame */
    REPLY_TIME,
    REPLY_ADDRESS,
    REPLY_BARE, /* the time of a Wi-Fi frame */
};

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    uint8_t kind; /* enum reply_kind */
    uint8_t type;
    bool always; /* answered to an unregistered device too */
    uint8_t time[6];
    uint16_t serial;
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static enum err decode_login(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { ZONED_LEN = 12, WEST = 1 << 3, HOUR_MAX = 14, MINUTE_MAX = 59 };
    struct reader r = reader_init(f->content);
    uint64_t imei = read_bcd(&r, 8) % UINT64_C(1000000000000000);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (f->content.len >= ZONED_LEN) {
        read_skip(&r, 2);
        unsigned zone = read_u16be(&r);
        unsigned hour = (zone >> 4) / 100;
        unsigned minute = (zone >> 4) % 100;
        int offset_min = (int)(hour * 60 + minute);
        if (hour <= HOUR_MAX && minute <= MINUTE_MAX) {
            s->utc_offset_min = (int16_t)((zone & WEST) != 0 ? -offset_min : offset_min);
            s->is_offset_told = true;
        }
    }
    (void)snprintf(s->device_id, sizeof(s->device_id), "%015llu", (unsigned long long)imei);
    decoded_add(out, MESSAGE_LOGIN);
    return ERR_OK;
}

static enum err decode_other(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    (void)s;
    (void)f;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

/* An A3 that is too short to be a location is a heartbeat. It says nothing that we know. */
static enum err decode_alive(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    (void)s;
    (void)f;
    decoded_add(out, MESSAGE_HEARTBEAT);
    return ERR_OK;
}

/*
 * A 36 may be as long as the location of a VL103. It is a heartbeat where the items behind its
 * status fill it exactly.
 */
static enum err decode_location_or_items(struct session *s, const struct gt06_frame *f,
                                         struct decoded *out)
{
    enum { STATUS_LEN = 5, TYPE_LEN = 2 };
    struct reader r = reader_init(f->content);
    read_skip(&r, STATUS_LEN);
    while (reader_left(&r) > 0) {
        read_skip(&r, TYPE_LEN);
        read_skip(&r, read_u8(&r));
    }
    return reader_ok(&r) ? gt06_decode_heartbeat(s, f, out) : gt06_decode_location(s, f, out);
}

struct type {
    uint8_t type;
    bool is_long;
    uint8_t len_min; /* of the content; several layouts share a type */
    uint8_t len_max; /* ANY: no limit */
    uint8_t reply;   /* enum reply_kind */
    bool always;     /* answered to an unregistered device too */
    gt06_decoder *decode;
};

enum { ANY = 255 };

/*
 * In order of type. The special lengths of a type come before its other lengths, as the first row
 * that fits wins.
 */
static const struct type types[] = {
    {TYPE_LOGIN, false, 0, ANY, REPLY_SAME, true, decode_login},
    {0x10, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x11, false, 0, 17, REPLY_NONE, false, gt06_decode_lbs},
    {0x11, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {TYPE_LOCATION, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {TYPE_HEARTBEAT, false, 0, ANY, REPLY_SAME, true, gt06_decode_heartbeat},
    {0x15, false, 0, ANY, REPLY_SAME, false, gt06_decode_string},
    {TYPE_ALARM, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x17, false, 31, 32, REPLY_ADDRESS, false, gt06_decode_lbs},
    {0x17, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x18, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x19, false, 0, ANY, REPLY_SAME, false, gt06_decode_lbs_status},
    {0x1a, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x1e, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x21, false, 0, ANY, REPLY_NONE, false, gt06_decode_string_long},
    {0x21, true, 0, ANY, REPLY_NONE, false, gt06_decode_string_long},
    {TYPE_LOCATION_ACC, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x23, false, 0, ANY, REPLY_SAME, true, gt06_decode_heartbeat_voltage},
    {0x24, false, 41, 41, REPLY_NONE, false, gt06_decode_location},
    {0x24, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x25, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x26, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x27, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x28, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x2a, false, 0, ANY, REPLY_ADDRESS, false, decode_other},
    {0x2c, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x2d, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x2e, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x31, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x32, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x32, true, 0, ANY, REPLY_LONG, false, gt06_decode_az735},
    {0x33, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0x33, true, 0, ANY, REPLY_LONG, false, gt06_decode_az735},
    {0x34, false, 50, 50, REPLY_SAME, false, gt06_decode_cells},
    {0x34, false, 0, ANY, REPLY_NONE, false, gt06_decode_location}, /* X1 */
    {0x35, false, 0, ANY, REPLY_NONE, false, decode_other},         /* announces a picture */
    {0x36, true, 0, ANY, REPLY_NONE, false, decode_other},          /* part of a picture */
    {0x36, false, 48, 48, REPLY_SAME, true, decode_location_or_items},
    {0x36, false, 0, ANY, REPLY_SAME, true, gt06_decode_heartbeat},
    {0x37, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x38, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0x39, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x40, false, 0, ANY, REPLY_SAME, false, gt06_decode_bms},
    {0x41, true, 0, ANY, REPLY_LONG, false, decode_other}, /* part of a picture */
    {0x61, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0x65, true, 0, ANY, REPLY_NONE, false, gt06_decode_obd},
    {0x66, true, 0, ANY, REPLY_NONE, false, gt06_decode_obd},
    {0x70, true, 0, ANY, REPLY_SAME, false, gt06_decode_modular},
    {0x80, false, 0, ANY, REPLY_NONE, false, decode_other},
    {0x81, false, 0, ANY, REPLY_NONE, false, decode_other},
    {0x82, false, 0, ANY, REPLY_NONE, false, decode_other},
    {TYPE_TIME, false, 0, ANY, REPLY_TIME, true, decode_other},
    {0x8c, true, 0, ANY, REPLY_NONE, false, gt06_decode_obd},
    {0x94, false, 0, ANY, REPLY_NONE, false, gt06_decode_power},
    {0x94, true, 0, ANY, REPLY_NONE, false, gt06_decode_info},
    {0x95, false, 0, ANY, REPLY_SAME, false, gt06_decode_camera_alarm},
    {0x9b, false, 0, ANY, REPLY_NONE, false, gt06_decode_serial},
    {0x9b, true, 0, ANY, REPLY_NONE, false, gt06_decode_serial},
    {0xa0, false, 0, ANY, REPLY_NONE, false, gt06_decode_location},
    {0xa1, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0xa2, false, 59, 59, REPLY_SAME, false, gt06_decode_location},
    {0xa2, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0xa3, false, 7, 7, REPLY_SAME, true, gt06_decode_heartbeat_a3},
    {0xa3, false, 19, 19, REPLY_SAME, true, gt06_decode_heartbeat_a3},
    {0xa3, false, 0, 30, REPLY_SAME, true, decode_alive},
    {0xa3, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0xa4, false, 0, ANY, REPLY_SAME, false, gt06_decode_location},
    {0xa5, false, 0, ANY, REPLY_SAME, false, gt06_decode_lbs_status},
    {0xa7, false, 0, ANY, REPLY_ADDRESS, false, gt06_decode_lbs_status},
    {0xa9, false, 0, ANY, REPLY_SAME, false, gt06_decode_cells},
    {0xf1, true, 0, ANY, REPLY_NONE, false, gt06_decode_device_status},
    {0xf3, false, 0, ANY, REPLY_NONE, false, gt06_decode_wifi},
};

/*
 * Wi-Fi frames without CRC, and types that are not in the table; short frames of these are
 * answered.
 */
static const struct type bare_type = {0, false, 0, ANY, REPLY_BARE, false, gt06_decode_wifi};
static const struct type other_short = {0, false, 0, ANY, REPLY_SAME, false, decode_other};
static const struct type other_long = {0, true, 0, ANY, REPLY_NONE, false, decode_other};

/* The row of the frame's type and length among those of short or of long frames, or NULL. */
static const struct type *row_find(const struct gt06_frame *f, bool is_long)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct type *row = &types[i];
        if (row->type == f->type && row->is_long == is_long && f->content.len >= row->len_min &&
            (row->len_max == ANY || f->content.len <= row->len_max)) {
            return row;
        }
    }
    return NULL;
}

/* Where a type is only known in short frames, a long frame of it says the same. */
static const struct type *type_find(const struct gt06_frame *f)
{
    if (f->is_bare) {
        return &bare_type;
    }
    const struct type *row = row_find(f, f->is_long);
    if (row == NULL && f->is_long) {
        row = row_find(f, false);
    }
    if (row == NULL) {
        row = f->is_long ? &other_long : &other_short;
    }
    return row;
}

static enum err gt06_resync(struct bytes in, size_t *skip)
{
    return framing_resync(forms, FORMS, in, skip);
}

static enum err begins_frame(struct bytes first)
{
    enum err e = framing_claims(&forms[FORM_SHORT], first);
    return e == ERR_MALFORMED ? framing_claims(&forms[FORM_LONG], first) : e;
}

/* The form of a frame that begins with a head. */
static const struct framing *form_of(struct bytes in)
{
    return &forms[in.at[0] == forms[FORM_LONG].head.at[0] ? FORM_LONG : FORM_SHORT];
}

/* The length of the frame that `in` begins with, by the first end mark. */
static enum err split_at_mark(struct bytes in, size_t *len)
{
    for (size_t n = LONG_HEAD_LEN + END_LEN; n <= in.len; n++) {
        if (in.at[n - 2] == '\r' && in.at[n - 1] == '\n') {
            *len = n;
            return ERR_OK;
        }
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

/* The length of the frame that `in`, which begins with a head, begins with. */
static enum err split_frame(struct bytes in, size_t *len)
{
    enum err e = framing_len(form_of(in), in, len);
    if (e != ERR_MALFORMED) {
        return e;
    }
    size_t bare = gt06_bare_len(in);
    if (bare > in.len) {
        return ERR_MORE;
    }
    if (bare > 0) {
        *len = bare;
        return ERR_OK;
    }
    return split_at_mark(in, len);
}

/* Whether a byte may stand between frames without being the rest of one. */
static bool is_blank(uint8_t byte)
{
    return byte == '\r' || byte == '\n' || byte == ' ' || byte == '\0';
}

enum err gt06_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t blanks = 0;
    while (blanks < in.len && is_blank(in.at[blanks])) {
        blanks++;
    }
    struct bytes from_head = bytes_slice(in, blanks, SIZE_MAX);
    enum err e = from_head.len == 0 ? ERR_MORE : begins_frame(from_head);
    if (blanks > BLANKS_MAX || e == ERR_MALFORMED) {
        return ERR_MALFORMED;
    }
    size_t len = 0;
    e = e == ERR_OK ? split_frame(from_head, &len) : e;
    if (e == ERR_OK) {
        *frame = bytes_slice(from_head, 0, len);
        *used = blanks + len;
    }
    return e;
}

enum err gt06_frame_parse(struct bytes in, struct gt06_frame *f)
{
    if (in.len < FRAME_MIN || begins_frame(in) != ERR_OK) {
        return ERR_MALFORMED;
    }
    const struct framing *form = form_of(in);
    size_t len = 0;
    f->is_long = form == &forms[FORM_LONG];
    size_t head_len = f->is_long ? LONG_HEAD_LEN : SHORT_HEAD_LEN;
    f->type = in.at[head_len];
    if (framing_len(form, in, &len) == ERR_OK && len == in.len) {
        struct reader r = reader_init(bytes_slice(in, head_len + 1, SIZE_MAX));
        if (reader_left(&r) + 1 < COUNTED_MIN + END_LEN) {
            return ERR_MALFORMED;
        }
        f->content = read_bytes(&r, reader_left(&r) - COUNTED_MIN - END_LEN + 1);
        f->serial = read_u16be(&r);
        return framing_is_sound(form, in) ? ERR_OK : ERR_CHECKSUM;
    }
    if (gt06_bare_len(in) != in.len) {
        return ERR_MALFORMED;
    }
    f->is_bare = true;
    f->wifi_count = in.at[2];
    f->content = bytes_slice(in, head_len + 1, in.len - head_len - 1 - END_LEN);
    return ERR_OK;
}

static enum err gt06_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct gt06_frame f = {0};
    enum err e = gt06_frame_parse(frame, &f);
    if (e != ERR_OK) {
        return e;
    }
    const struct type *type = type_find(&f);
    e = type->decode(s, &f, out);
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        return e;
    }
    gt06_add_extras(&f, out);
    bool is_report = out->len > 0 && out->at[0].kind == MESSAGE_FIX;
    struct hint hint = {.kind = type->reply,
                        .type = f.type,
                        .always = type->always && !is_report,
                        .serial = f.serial};
    if (f.is_bare) {
        memcpy(hint.time, f.content.at, sizeof(hint.time));
    }
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.kind != REPLY_NONE;
    memcpy(out->device_id, s->device_id, sizeof(out->device_id));
    return ERR_OK;
}

void gt06_write_frame(struct writer *out, bool is_long, uint8_t type, struct bytes content,
                      uint16_t serial)
{
    const struct framing *form = &forms[is_long ? FORM_LONG : FORM_SHORT];
    size_t from = framing_begin(form, out);
    write_u8(out, type);
    write_bytes(out, content);
    write_u16be(out, serial);
    framing_end(form, out, from);
}

void gt06_write_time(struct writer *w, int64_t time_s)
{
    struct civil c = civil_from_s(time_s);
    write_u8(w, (uint8_t)(c.year - 2000));
    write_u8(w, (uint8_t)c.month);
    write_u8(w, (uint8_t)c.day);
    write_u8(w, (uint8_t)c.hour);
    write_u8(w, (uint8_t)c.minute);
    write_u8(w, (uint8_t)c.second);
}

static void reply_time(int64_t now_s, struct writer *out)
{
    uint8_t at[6];
    struct writer content = writer_init(at, sizeof(at));
    gt06_write_time(&content, now_s);
    gt06_write_frame(out, false, TYPE_TIME, writer_bytes(&content), 0);
}

static void reply_address(struct writer *out)
{
    static const char text[] = "NA&&NA&&0##";
    uint8_t at[1 + 4 + sizeof(text)];
    struct writer content = writer_init(at, sizeof(at));
    write_u8(&content, sizeof(text) - 1);
    write_u32be(&content, 0); /* flag */
    write_text(&content, text);
    gt06_write_frame(out, true, TYPE_ADDRESS_REPLY, writer_bytes(&content), 0);
}

static void reply_bare(const struct hint *hint, struct writer *out)
{
    write_u16be(out, 0x7878);
    write_u8(out, 0);
    write_u8(out, hint->type);
    write_bytes(out, (struct bytes){hint->time, sizeof(hint->time)});
    write_u16be(out, 0x0d0a);
}

static void gt06_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                       int64_t now_s, struct writer *out)
{
    (void)s;
    struct hint hint;
    memcpy(&hint, from->at, sizeof(hint));
    if (outcome == OUTCOME_REFUSED || (outcome == OUTCOME_UNREGISTERED && !hint.always)) {
        return;
    }
    switch ((enum reply_kind)hint.kind) {
    case REPLY_NONE:
        break;
    case REPLY_SAME:
    case REPLY_LONG:
        gt06_write_frame(out, hint.kind == REPLY_LONG, hint.type, (struct bytes){0}, hint.serial);
        break;
    case REPLY_TIME:
        reply_time(now_s, out);
        break;
    case REPLY_ADDRESS:
        reply_address(out);
        break;
    case REPLY_BARE:
        reply_bare(&hint, out);
        break;
    }
}

/*
 * A short frame may be one of Anytrek, whose length has two bytes, the second of them 0, or a login
 * of Topin, which ends where ours has its serial number.
 */
static enum protocol_claim gt06_claims(struct bytes first)
{
    enum { LENGTH_AT = 2, TYPE_AT = 3, LOGIN_LENGTH = 13, LOGIN_TYPE = 1 };
    enum err e = begins_frame(first);
    if (e != ERR_OK || form_of(first) == &forms[FORM_LONG]) {
        return claim_of(e);
    }
    if (first.len <= TYPE_AT) {
        return CLAIM_LIKELY;
    }
    if (first.at[TYPE_AT] == 0) {
        return CLAIM_NO;
    }
    bool is_login = first.at[LENGTH_AT] == LOGIN_LENGTH && first.at[TYPE_AT] == LOGIN_TYPE;
    enum err topin = is_login ? login78_is_topin(first) : ERR_MALFORMED;
    return topin == ERR_MORE ? CLAIM_LIKELY : topin == ERR_OK ? CLAIM_NO : CLAIM_YES;
}

const struct protocol protocol_gt06 = {
    .name = "gt06",
    .doc = "Concox, Jimi and relatives: GT06 frames, 0x7878 and 0x7979; locations are not answered",
    .port = 5023,
    .frame_max = FRAME_MAX,
    .fixes_unanswered = true,
    .claims = gt06_claims,
    .split = gt06_split,
    .resync = gt06_resync,
    .decode = gt06_decode,
    .reply = gt06_reply,
    .command = gt06_command,
    .device = &gt06_device,
};
