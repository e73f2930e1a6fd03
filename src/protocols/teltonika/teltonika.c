/*
 * Teltonika: FMB, FMC, FMM, TFT, TMT and older trackers. Numbers are big-endian. Over TCP:
 *
 *     00 0f | IMEI, ASCII                                     login -> 01 taken, 00 not
 *     ff                                                      to keep the link open
 *     00 00 00 00 | length u32 | codec u8 | count u8 | records or text | count u8 | CRC-16/ARC u32
 *                                `- length and checksum cover this      -'
 *
 * Records are answered with their number as u32; fewer than sent, and the tracker sends all of them
 * again, so one that cannot be stored is answered with 0. Over UDP, without a checksum:
 *
 *     length u16 | packet u16 | 01 | AVL packet u8 | IMEI length u16 | IMEI | codec .. count
 *     answered: 00 05 | packet u16 | 01 | AVL packet u8 | count u8
 *
 * A second login on one connection is another tracker. Codecs: 8, 8 Extended, 16 and 7 are records
 * (records.c); 12 and 14 answer a command, 13 is what a serial port of the tracker heard, and none
 * of these is answered.
 *
 *     12  type 06 | length u32 | text        13  type 06 | length u32 | time u32 | text
 *     14  type 06 | length u32 | IMEI 8 BCD | text; type 11: the command named another IMEI
 *
 * Records whose checksum is right and that still cannot be read would come again for ever: they are
 * answered and counted as unreadable.
 *
 * Source: the maker's "Teltonika Data Sending Protocols"; the vectors' facts, section 3, and of
 * commands and UDP, section 9.
 */
#include "protocols/teltonika/teltonika.h"

#include <string.h>

#include "base/crc.h"
#include "base/hex.h"
#include "protocols/fields.h"

enum {
    PING = 0xff,
    LOGIN_HEAD_LEN = 2,
    IMEI_MIN = 8,
    IMEI_MAX = 17,
    CODEC_AT = TELTONIKA_PREAMBLE_LEN,
    BODY_MIN = 3, /* codec and two counts */
    CHANNEL_LEN = 8,
    CHANNEL_TYPE_AT = 4,
    CHANNEL_TYPE = 1,
    DATAGRAM_MAX = 4095 /* the trackers send at most 1,024 bytes */
};

/* What a frame is, by its first bytes. */
enum kind { KIND_NONE, KIND_MORE, KIND_PING, KIND_LOGIN, KIND_DATA, KIND_DATAGRAM };

static bool are_digits(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] < '0' || in.at[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool is_codec(unsigned codec)
{
    return teltonika_has_records(codec) || codec == TELTONIKA_12 || codec == TELTONIKA_13 ||
           codec == TELTONIKA_14;
}

static size_t length_of(struct bytes in)
{
    return (size_t)in.at[0] << 8 | in.at[1];
}

static enum kind kind_of_login(struct bytes in)
{
    struct bytes imei = bytes_slice(in, LOGIN_HEAD_LEN, length_of(in));
    if (!are_digits(imei)) {
        return KIND_NONE;
    }
    return imei.len > 0 ? KIND_LOGIN : KIND_MORE;
}

static enum kind kind_of_data(struct bytes in)
{
    static const uint8_t zeros[4] = {0};
    size_t seen = in.len < sizeof(zeros) ? in.len : sizeof(zeros);
    if (memcmp(in.at, zeros, seen) != 0) {
        return KIND_NONE;
    }
    if (in.len <= CODEC_AT) {
        return KIND_MORE;
    }
    return is_codec(in.at[CODEC_AT]) ? KIND_DATA : KIND_NONE;
}

static enum kind kind_of_datagram(struct bytes in)
{
    bool is_other = in.len > CHANNEL_TYPE_AT && in.at[CHANNEL_TYPE_AT] != CHANNEL_TYPE;
    if (is_other || length_of(in) > DATAGRAM_MAX) {
        return KIND_NONE;
    }
    if (in.len < CHANNEL_LEN) {
        return KIND_MORE;
    }
    size_t imei_len = length_of(bytes_slice(in, CHANNEL_LEN - 2, 2));
    struct bytes imei = bytes_slice(in, CHANNEL_LEN, imei_len);
    if (imei_len < IMEI_MIN || imei_len > IMEI_MAX || !are_digits(imei) ||
        length_of(in) < CHANNEL_LEN - 2 + imei_len + BODY_MIN) {
        return KIND_NONE;
    }
    return in.len > CHANNEL_LEN + imei_len ? KIND_DATAGRAM : KIND_MORE;
}

static enum kind kind_of(struct bytes in)
{
    if (in.at[0] == PING) {
        return KIND_PING;
    }
    if (in.len < LOGIN_HEAD_LEN) {
        return in.at[0] <= DATAGRAM_MAX >> 8 ? KIND_MORE : KIND_NONE;
    }
    size_t length = length_of(in);
    if (length == 0) {
        return kind_of_data(in);
    }
    return length >= IMEI_MIN && length <= IMEI_MAX ? kind_of_login(in) : kind_of_datagram(in);
}

/* A first byte of 0 to 3 may be Ruptela's, whose third byte is 0 where here is a digit. */
static enum protocol_claim teltonika_claims(struct bytes first)
{
    switch (kind_of(first)) {
    case KIND_NONE:
        return CLAIM_NO;
    case KIND_PING:
        return first.len == 1 ? CLAIM_MORE : teltonika_claims(bytes_slice(first, 1, SIZE_MAX));
    case KIND_MORE:
        return CLAIM_MORE;
    case KIND_LOGIN:
    case KIND_DATA:
    case KIND_DATAGRAM:
        break;
    }
    return CLAIM_YES;
}

static enum err len_of(struct bytes in, size_t *len)
{
    switch (kind_of(in)) {
    case KIND_NONE:
        return ERR_MALFORMED;
    case KIND_MORE:
        return ERR_MORE;
    case KIND_PING:
        *len = 1;
        return ERR_OK;
    case KIND_LOGIN:
    case KIND_DATAGRAM:
        *len = LOGIN_HEAD_LEN + length_of(in);
        return ERR_OK;
    case KIND_DATA:
        break;
    }
    struct reader r = reader_init(bytes_slice(in, sizeof(uint32_t), sizeof(uint32_t)));
    uint32_t body = read_u32be(&r);
    if (body < BODY_MIN) {
        return ERR_MALFORMED;
    }
    *len = (size_t)body + TELTONIKA_PREAMBLE_LEN + TELTONIKA_CRC_LEN;
    return *len > TELTONIKA_FRAME_MAX ? ERR_TOO_LONG : ERR_OK;
}

static enum err teltonika_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t len = 0;
    enum err e = len_of(in, &len);
    if (e == ERR_OK && len > in.len) {
        return ERR_MORE;
    }
    if (e == ERR_OK) {
        *frame = bytes_slice(in, 0, len);
        *used = len;
    }
    return e;
}

static bool is_sound(struct bytes frame)
{
    struct bytes body = bytes_slice(frame, TELTONIKA_PREAMBLE_LEN,
                                    frame.len - TELTONIKA_PREAMBLE_LEN - TELTONIKA_CRC_LEN);
    struct reader r = reader_init(bytes_slice(frame, frame.len - TELTONIKA_CRC_LEN, SIZE_MAX));
    return read_u32be(&r) == crc16_arc(body);
}

/* The next whole and sound frame of data. What is summed up on the way is bounded. */
static enum err teltonika_resync(struct bytes in, size_t *skip)
{
    size_t budget = 4 * (size_t)TELTONIKA_FRAME_MAX;
    for (size_t n = 1; n < in.len && n < TELTONIKA_FRAME_MAX; n++) {
        struct bytes from = bytes_slice(in, n, SIZE_MAX);
        size_t len = 0;
        bool is_whole = from.at[0] == 0 && kind_of(from) == KIND_DATA &&
                        len_of(from, &len) == ERR_OK && len <= from.len && len <= budget;
        budget -= is_whole ? len : 0;
        if (is_whole && is_sound(bytes_slice(from, 0, len))) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

/* ---- decoding ---- */

/* What reply() needs to know; kept in struct reply_hint. */
struct hint {
    uint8_t kind; /* enum kind */
    uint8_t count;
    uint8_t avl_packet;
    uint16_t packet;
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static void add_text(struct decoded *out, struct bytes text, enum answer_result result)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    struct bytes shown = bytes_slice(field_trimmed(text), 0, MESSAGE_TEXT_MAX);
    m->answer.result = (uint8_t)result;
    m->text = shown;
    if (!field_is_printable(shown)) {
        size_t len = shown.len < MESSAGE_TEXT_MAX / 2 ? shown.len : MESSAGE_TEXT_MAX / 2;
        char *hex = arena_new(out->arena, 2 * len + 1);
        hex_encode(bytes_slice(shown, 0, len), hex);
        m->text = bytes_of_text(hex);
    }
}

/* "GTSL|6|1|0|DRIVER|1|": a card reader at the serial port. Else a text of the tracker. */
static void read_serial(struct bytes text, uint32_t time_s, struct decoded *out)
{
    enum { FIELDS_BEFORE_DRIVER = 4 };
    struct extras x;
    if (!bytes_begin(text, "GTSL|")) {
        add_text(out, text, ANSWER_DONE);
        return;
    }
    struct reader r = reader_init(field_trimmed(text));
    for (unsigned i = 0; i < FIELDS_BEFORE_DRIVER; i++) {
        (void)read_field(&r, '|');
    }
    extras_init(&x, out->arena);
    extras_set_text(&x, EXTRA_DRIVER, 0, read_field(&r, '|'));
    struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
    fix_set_time(&m->fix, time_s);
    m->extras = extras_pack(&x);
}

static enum err read_message(struct reader *r, unsigned codec, struct decoded *out)
{
    enum { TYPE_OTHER_IMEI = 0x11, IMEI_LEN = 8, TYPE_ANSWER = 6 };
    unsigned type = read_u8(r);
    struct reader in = reader_init(read_bytes(r, read_u32be(r)));
    (void)read_u8(r);
    if (!reader_ok(r) || reader_left(r) > 0) {
        return ERR_MALFORMED;
    }
    if (codec == TELTONIKA_13) {
        uint32_t time_s = read_u32be(&in);
        read_serial(read_rest(&in), time_s, out);
    } else if (codec == TELTONIKA_14) {
        read_skip(&in, IMEI_LEN);
        bool is_other = type == TYPE_OTHER_IMEI;
        add_text(out, is_other ? bytes_of_text("IMEI mismatch") : read_rest(&in),
                 is_other ? ANSWER_REFUSED : ANSWER_DONE);
    } else if (type == TYPE_ANSWER) {
        add_text(out, read_rest(&in), ANSWER_DONE);
    }
    return reader_ok(&in) ? ERR_OK : ERR_MALFORMED;
}

/* From the codec on, without a checksum. */
static enum err read_body(struct bytes body, struct decoded *out, struct hint *hint)
{
    struct reader r = reader_init(body);
    unsigned codec = read_u8(&r);
    hint->count = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (!teltonika_has_records(codec)) {
        hint->kind = KIND_NONE;
        return read_message(&r, codec, out);
    }
    enum err e = teltonika_read_records(&r, codec, hint->count, out);
    return hint->count == 0 ? ERR_MALFORMED : e;
}

static enum err decode_data(struct bytes frame, struct decoded *out, struct hint *hint)
{
    if (!is_sound(frame)) {
        return ERR_CHECKSUM;
    }
    struct bytes body = bytes_slice(frame, TELTONIKA_PREAMBLE_LEN,
                                    frame.len - TELTONIKA_PREAMBLE_LEN - TELTONIKA_CRC_LEN);
    enum err e = read_body(body, out, hint);
    if (e != ERR_OK && teltonika_has_records(body.at[0]) && hint->count > 0) {
        out->unreadable += hint->count - (uint32_t)out->len;
        e = ERR_OK;
    }
    return e;
}

static enum err decode_datagram(struct bytes frame, struct decoded *out, struct hint *hint)
{
    struct reader r = reader_init(bytes_slice(frame, 2, SIZE_MAX));
    hint->packet = read_u16be(&r);
    read_skip(&r, 1);
    hint->avl_packet = read_u8(&r);
    struct bytes imei = read_bytes(&r, read_u16be(&r));
    bytes_to_text(imei, out->device_id, sizeof(out->device_id));
    return reader_ok(&r) ? read_body(read_rest(&r), out, hint) : ERR_MALFORMED;
}

static enum err teltonika_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    size_t len = 0;
    enum err e = frame.len > 0 ? len_of(frame, &len) : ERR_MALFORMED;
    if (e != ERR_OK || len != frame.len) {
        return ERR_MALFORMED;
    }
    struct hint hint = {.kind = (uint8_t)kind_of(frame)};
    struct bytes imei = bytes_slice(frame, LOGIN_HEAD_LEN, SIZE_MAX);
    memcpy(out->device_id, s->device_id, sizeof(out->device_id));
    if (hint.kind == KIND_LOGIN) {
        bytes_to_text(imei, out->device_id, sizeof(out->device_id));
        decoded_add(out, MESSAGE_LOGIN);
    } else if (hint.kind == KIND_DATA) {
        e = decode_data(frame, out, &hint);
    } else if (hint.kind == KIND_DATAGRAM) {
        e = decode_datagram(frame, out, &hint);
    }
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        out->len = 0;
        return e;
    }
    if (hint.kind == KIND_LOGIN) {
        memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    }
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = hint.kind != KIND_PING && hint.kind != KIND_NONE;
    return ERR_OK;
}

static void teltonika_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                            int64_t now_s, struct writer *out)
{
    enum { TAKEN = 1, REFUSED = 0, DATAGRAM_LEN = 5 };
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_stored = outcome == OUTCOME_STORED;
    if (hint.kind == KIND_LOGIN) {
        write_u8(out, outcome == OUTCOME_UNREGISTERED ? REFUSED : TAKEN);
    } else if (hint.kind == KIND_DATA) {
        write_u32be(out, is_stored ? hint.count : 0);
    } else if (hint.kind == KIND_DATAGRAM && is_stored) {
        write_u16be(out, DATAGRAM_LEN);
        write_u16be(out, hint.packet);
        write_u8(out, CHANNEL_TYPE);
        write_u8(out, hint.avl_packet);
        write_u8(out, hint.count);
    }
}

const struct protocol protocol_teltonika = {
    .name = "teltonika",
    .doc = "Teltonika trackers: codecs 8, 8 Extended, 16 and 7; commands by codec 12",
    .port = 5027,
    .frame_max = TELTONIKA_FRAME_MAX,
    .claims = teltonika_claims,
    .split = teltonika_split,
    .resync = teltonika_resync,
    .decode = teltonika_decode,
    .reply = teltonika_reply,
    .command = teltonika_command,
    .device = &teltonika_device,
};
