/*
 * Totem: AT03, AT05, AT06, AT07 and AT09, over TCP, as text without escapes:
 *
 *     $$0108AA123456789012345|4000400026010203...00072E      new
 *       |   | IMEI            fixed columns (layouts.c)  XOR of all before it
 *       |   `- type, two hexadecimal digits
 *       `- length of the whole frame, four digits; the first is 0
 *     $$BA123456789012345|AA$GPRMC,...|0007|9C3F            old
 *       `- length, two hexadecimal digits, never 0.. (old.c)   CRC-16/MODBUS of all before it
 *
 * Line ends may stand between frames. There is no login: every frame names its tracker.
 *
 *     new  $$0014AA, the last four characters before the checksum, XOR; to heartbeats (BB), too
 *     old  ACK OK and a line end
 *     E2 to E5, and texts that answer a command, are not answered
 *
 * The type of an answer is always AA: one that repeats the event makes a tracker send it for ever.
 * A frame whose checksum is wrong is dropped and comes again. Commands: "$$", length, CF, password
 * and command with a comma between them, such as 000000,006, XOR. What an answer looks like is not
 * documented: a new frame of no layout is one, from behind its type on.
 *
 *     status  000000,012, which asks for a position      parameters  000000,056, the version
 *
 * Source: the vectors' facts, section 8.
 */
#include "protocols/totem/totem.h"

#include <stdio.h>
#include <string.h>

#include "base/crc.h"
#include "protocols/fields.h"
#include "protocols/framing.h"

enum {
    FRAME_MAX = 1500,
    LEN_MIN = 24, /* head, IMEI and checksum */
    IMEI_LEN = 15,
    NEW_LENGTH_LEN = 4,
    OLD_LENGTH_LEN = 2,
    TYPE_LEN = 2,
    HEAD_LEN = 2,
    NEW_SUM_LEN = 2,
    OLD_SUM_LEN = 4,
    NOISE_MAX = 64,
    SERIAL_LEN = 4
};

/* What of a head has come. */
struct parts {
    bool is_new;
    struct bytes length;
    struct bytes type; /* of a new frame */
    struct bytes imei;
};

static struct parts cut(struct bytes in)
{
    struct parts p = {.is_new = in.at[HEAD_LEN] == '0'};
    struct bytes rest = bytes_slice(in, HEAD_LEN, SIZE_MAX);
    p.length = totem_take(&rest, p.is_new ? NEW_LENGTH_LEN : OLD_LENGTH_LEN);
    p.type = totem_take(&rest, p.is_new ? TYPE_LEN : 0);
    p.imei = totem_take(&rest, IMEI_LEN);
    return p;
}

/* Whether all of it can be what it stands for. */
static bool is_possible(const struct parts *p)
{
    return (p->is_new ? word_is_digits(p->length) : word_is_hex(p->length)) &&
           (p->type.len == 0 || word_is_hex(p->type)) &&
           (p->imei.len == 0 || word_is_digits(p->imei));
}

/* Whether `in` begins with a frame, as far as it has come: ERR_OK with its length. */
static enum err head_of(struct bytes in, size_t *len)
{
    if (in.at[0] != '$' || (in.len > 1 && in.at[1] != '$')) {
        return ERR_MALFORMED;
    }
    if (in.len <= HEAD_LEN) {
        return ERR_MORE;
    }
    struct parts p = cut(in);
    if (!is_possible(&p)) {
        return ERR_MALFORMED;
    }
    if (p.imei.len < IMEI_LEN) {
        return ERR_MORE;
    }
    *len = (size_t)(p.is_new ? word_number(p.length, 0) : word_hex(p.length, 0));
    return *len >= LEN_MIN && *len <= FRAME_MAX ? ERR_OK : ERR_MALFORMED;
}

static bool is_old(struct bytes frame)
{
    return frame.at[HEAD_LEN] != '0';
}

/* Meitrack begins with $$, a letter and digits, but has a comma where the IMEI goes on here. */
static enum protocol_claim totem_claims(struct bytes first)
{
    enum { BAR_AT = HEAD_LEN + OLD_LENGTH_LEN + IMEI_LEN };
    size_t len = 0;
    enum err e = head_of(first, &len);
    if (e != ERR_OK || !is_old(first)) {
        return claim_of(e);
    }
    if (first.len <= BAR_AT) {
        return CLAIM_MORE;
    }
    return first.at[BAR_AT] == '|' ? CLAIM_YES : CLAIM_NO;
}

static unsigned xor_of(struct bytes in)
{
    unsigned sum = 0;
    for (size_t i = 0; i < in.len; i++) {
        sum ^= in.at[i];
    }
    return sum;
}

static bool is_sound(struct bytes frame)
{
    size_t sum_len = is_old(frame) ? OLD_SUM_LEN : NEW_SUM_LEN;
    struct bytes covered = bytes_slice(frame, 0, frame.len - sum_len);
    uint64_t told = word_hex(bytes_slice(frame, covered.len, sum_len), UINT64_MAX);
    return told == (is_old(frame) ? crc16_modbus(covered) : xor_of(covered));
}

static const struct framing_rule rule = {.first = '$',
                                         .noise_max = NOISE_MAX,
                                         .len_max = FRAME_MAX,
                                         .len_of = head_of,
                                         .is_sound = is_sound};

/* ---- what a frame says ---- */

/* What reply() needs to know. */
struct hint {
    bool is_old;
    bool is_alive; /* it carries no fix */
    char serial[SERIAL_LEN];
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

static struct totem_frame parse(struct bytes frame)
{
    struct totem_frame f = {.is_old = is_old(frame)};
    size_t length_len = f.is_old ? OLD_LENGTH_LEN : NEW_LENGTH_LEN;
    struct bytes rest = bytes_slice(frame, HEAD_LEN + length_len, SIZE_MAX);
    if (!f.is_old) {
        f.type = (unsigned)word_hex(totem_take(&rest, TYPE_LEN), 0);
    }
    f.imei = totem_take(&rest, IMEI_LEN);
    bool has_bar = rest.len > 0 && rest.at[0] == '|';
    size_t sum_len = f.is_old ? 0 : NEW_SUM_LEN;
    f.body = bytes_slice(rest, has_bar ? 1 : 0, rest.len - sum_len - (has_bar ? 1 : 0));
    return f;
}

/* A frame of no layout. */
static void add_answer(const struct totem_frame *f, struct decoded *out)
{
    bool is_text = f->body.len > 0 && field_is_printable(f->body);
    struct message *m = decoded_add(out, is_text ? MESSAGE_RESPONSE : MESSAGE_OTHER);
    m->text = is_text ? bytes_slice(f->body, 0, MESSAGE_TEXT_MAX) : (struct bytes){0};
}

/* Adds what a frame says; whether it is answered. */
static bool read_frame(const struct totem_frame *f, struct decoded *out, bool *is_alive)
{
    enum { TYPE_HEARTBEAT = 0xbb };
    bool is_answered = true;
    if (f->is_old) {
        if (!totem_read_old(f, out)) {
            out->unreadable++;
        }
        return true;
    }
    if (f->type == TYPE_HEARTBEAT && f->body.len == 0) {
        *is_alive = true;
        decoded_add(out, MESSAGE_HEARTBEAT);
        return true;
    }
    if (!totem_read_new(f, out, &is_answered)) {
        add_answer(f, out);
        return false;
    }
    return is_answered;
}

static enum err totem_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct hint hint = {0};
    (void)s;
    struct totem_frame f = parse(frame);
    bytes_to_text(f.imei, out->device_id, sizeof(out->device_id));
    out->wants_reply = read_frame(&f, out, &hint.is_alive);
    hint.is_old = f.is_old;
    word_keep(hint.serial, SERIAL_LEN,
              bytes_slice(frame, frame.len - NEW_SUM_LEN - SERIAL_LEN, SERIAL_LEN));
    memcpy(out->hint.at, &hint, sizeof(hint));
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_new(struct writer *out, const char *type, struct bytes text)
{
    enum { FIXED_LEN = HEAD_LEN + NEW_LENGTH_LEN + TYPE_LEN + NEW_SUM_LEN };
    char head[32];
    char sum[8];
    size_t from = out->len;
    (void)snprintf(head, sizeof(head), "$$%04zu%s", FIXED_LEN + text.len, type);
    write_text(out, head);
    write_bytes(out, text);
    if (writer_ok(out)) {
        (void)snprintf(sum, sizeof(sum), "%02X",
                       xor_of((struct bytes){out->at + from, out->len - from}));
        write_text(out, sum);
    }
}

static void totem_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    if (!word_is_answered(outcome, hint.is_alive)) {
        return;
    }
    if (hint.is_old) {
        write_text(out, "ACK OK\r\n");
    } else {
        write_new(out, "AA", word_kept(hint.serial, SERIAL_LEN));
    }
}

static enum command_fate totem_command(struct session *s, const struct device_slot *slot,
                                       const struct command_request *what,
                                       struct command_note *note, struct writer *out)
{
    enum { TEXT_MAX = 1000 };
    static const struct word_commands known = {.len_max = TEXT_MAX,
                                               .status = "000000,012",
                                               .parameters = "000000,056",
                                               .is_unaddressed = true};
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes text = {0};
    (void)s;
    (void)slot;
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    write_new(out, "CF", text);
    return word_command_fate(out);
}

const struct protocol protocol_totem = {
    .name = "totem",
    .doc = "Totem AT03, AT05, AT06, AT07 and AT09, in the new and the old layouts",
    .port = 5007,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = totem_claims,
    .rule = &rule,
    .decode = totem_decode,
    .reply = totem_reply,
    .command = totem_command,
};
