/*
 * Watch: watches and trackers of SeTracker and Beesure (Q50, W5, G69, TK906 and many), over TCP.
 *
 *     [3G*1234567890*000c*LK,1520,3,88]            maker, device, length in hexadecimal, content
 *     [ZJ*123456789012345*0012*0006*INIT,x]        the same with an index
 *
 * Content is a type and its fields; voices and pictures are bytes, in which 7d 01 to 7d 05 stand
 * for 7d [ ] , and *. There is no checksum. A frame ends where as many brackets have closed as have
 * opened: the length is wrong on some devices, and counts bytes before they are escaped.
 *
 *     LK       alive: steps, rolls, battery %     -> LK, without which it connects again
 *     INIT     login of some                      -> INIT,1
 *     UD.., WT.. a position; UD2 is stored        report.c draws it
 *     AL..     a position with an alarm           -> AL
 *     TKQ, TKQ2  asks for voices                  -> the same word
 *     JXTK     a part of a voice                  -> JXTKR,1
 *     TK, img  a voice, a picture: not kept
 *     PULSE, HEART, BLOOD, BPHRT, TEMP, BTEMP2, OXYGEN: report.c
 *     others   a text: mostly the word of a command, with which it is answered
 *
 * An answer has the letters, the index and the device of its frame. Commands, "[3G*ID*LLLL*TEXT]",
 * have the letters that were heard last, and index 0001 where the device writes one.
 *
 *     status  CR, which asks for a position       parameters  TS
 *
 * Whoever is not registered is answered as well where that keeps the connection: LK and INIT.
 *
 * Source: the vectors' facts of Watch, section 4.
 */
#include "protocols/watch/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "protocols/fields.h"
#include "protocols/framing.h"

enum {
    FRAME_MAX = 128 * 1024,
    NOISE_MAX = 64,
    ID_MIN = 10,
    ID_MAX = 15,
    HEX_LEN = 4,
    MAKER_LEN = 2,
    HEAD_MIN = 1 + MAKER_LEN + 1,
    TEXT_MAX = 1024
};

/* ---- frames ---- */

static bool is_capital_or_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* Whether the byte at `at` can stand there: a bracket, the maker, a star. */
static bool fits(uint8_t c, size_t at)
{
    return at == 0 ? c == '[' : at <= MAKER_LEN ? is_capital_or_digit(c) : c == '*';
}

/* "[3G*1234567890*", as far as it has come. */
static enum err is_head(struct bytes in)
{
    for (size_t i = 0; i < in.len && i < HEAD_MIN; i++) {
        if (!fits(in.at[i], i)) {
            return ERR_MALFORMED;
        }
    }
    struct bytes rest = bytes_slice(in, HEAD_MIN, ID_MAX + 1);
    size_t digits = 0;
    while (digits < rest.len && rest.at[digits] >= '0' && rest.at[digits] <= '9') {
        digits++;
    }
    if (digits == rest.len) {
        return digits <= ID_MAX ? ERR_MORE : ERR_MALFORMED;
    }
    return rest.at[digits] == '*' && digits >= ID_MIN ? ERR_OK : ERR_MALFORMED;
}

static enum protocol_claim watch_claims(struct bytes first)
{
    return claim_of(is_head(first));
}

/* The length of the frame whose bracket is the first byte. */
static enum err len_of(struct bytes in, size_t *len)
{
    size_t depth = 0;
    for (size_t at = 0; at < in.len && at < FRAME_MAX; at++) {
        depth += in.at[at] == '[';
        depth -= in.at[at] == ']';
        if (depth == 0) {
            *len = at + 1;
            return ERR_OK;
        }
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

static const struct framing_rule rule = {.first = '[',
                                         .noise_max = NOISE_MAX,
                                         .len_max = FRAME_MAX,
                                         .len_of = len_of,
                                         .begins = is_head};

static enum err watch_split(struct bytes in, struct bytes *frame, size_t *used)
{
    return framing_rule_split(&rule, in, frame, used);
}

static enum err watch_resync(struct bytes in, size_t *skip)
{
    return framing_rule_resync(&rule, in, skip);
}

/* ---- what a frame says ---- */

/* A frame taken apart; borrowed. */
struct parts {
    struct bytes maker;
    struct bytes id;
    struct bytes index; /* empty: none */
    struct bytes content;
};

enum { ANSWER_SIZE = 8 };

/* What reply() needs to know. */
struct hint {
    char maker[MAKER_LEN];
    char id[ID_MAX];
    char index[HEX_LEN];
    char word[ANSWER_SIZE]; /* "": nothing is answered */
    bool is_kept;           /* the answer says that what came is stored */
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* What a command needs to know. */
struct slot {
    uint64_t id;
    uint8_t digits; /* of the id; 0: nothing is known */
    bool has_index;
    char maker[MAKER_LEN];
};
_Static_assert(sizeof(struct slot) <= DEVICE_SLOT_BYTES, "the slot has room");

/* Takes four hexadecimal digits and a star. */
static bool take_hex(struct bytes *in, struct bytes *hex)
{
    *hex = bytes_slice(*in, 0, HEX_LEN);
    if (in->len <= HEX_LEN || !word_is_hex(*hex) || in->at[HEX_LEN] != '*') {
        return false;
    }
    *in = bytes_slice(*in, HEX_LEN + 1, SIZE_MAX);
    return true;
}

static enum err parse(struct bytes frame, struct parts *out)
{
    size_t len = 0;
    struct bytes second = {0};
    if (is_head(frame) != ERR_OK || len_of(frame, &len) != ERR_OK || len != frame.len) {
        return ERR_MALFORMED;
    }
    struct bytes rest = bytes_slice(frame, HEAD_MIN, frame.len - HEAD_MIN - 1);
    out->maker = bytes_slice(frame, 1, MAKER_LEN);
    out->id = bytes_slice(rest, 0, bytes_find(rest, '*'));
    rest = bytes_slice(rest, out->id.len + 1, SIZE_MAX);
    if (!take_hex(&rest, &out->index)) {
        return ERR_MALFORMED;
    }
    bool has_index = take_hex(&rest, &second);
    out->index = has_index ? out->index : (struct bytes){0};
    out->content = rest;
    return ERR_OK;
}

/* Takes the escapes out; 7d before anything else stands for itself. */
static struct bytes unescaped(struct arena *arena, struct bytes in)
{
    static const uint8_t bytes[] = {0x7d, '[', ']', ',', '*'};
    if (bytes_find(in, 0x7d) == in.len) {
        return in;
    }
    uint8_t *at = arena_new(arena, in.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t code = i + 1 < in.len ? in.at[i + 1] : 0;
        bool is_escape = in.at[i] == 0x7d && code >= 1 && code <= sizeof(bytes);
        at[len++] = is_escape ? bytes[code - 1] : in.at[i];
        i += is_escape ? 1 : 0;
    }
    return (struct bytes){at, len};
}

static void answer(struct hint *hint, const char *word, bool is_kept)
{
    bytes_to_text(bytes_of_text(word), hint->word, sizeof(hint->word));
    hint->is_kept = is_kept;
}

static void decode_alive(const struct words *w, struct decoded *out)
{
    enum { STEPS = 1, BATTERY = 3 };
    struct fix fix = {0};
    struct extras x;
    extras_init(&x, out->arena);
    if (w->count > BATTERY) {
        word_set_percent(&fix, word_at(w, BATTERY));
        if (word_is_digits(word_at(w, STEPS))) {
            extras_set(&x, EXTRA_STEPS, 0, (int64_t)word_number(word_at(w, STEPS), 0));
        }
    }
    struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
    m->fix = fix;
    m->extras = extras_pack(&x);
}

/* A type that none of the others is: the word of a command, or a text. */
static void decode_text(struct bytes content, struct bytes type, struct decoded *out)
{
    bool is_bytes = bytes_eq(type, "TK") || bytes_eq(type, "TK2") || bytes_eq(type, "img") ||
                    !field_is_printable(content) || content.len == 0;
    if (is_bytes) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = bytes_slice(content, 0, MESSAGE_TEXT_MAX);
    m->answer.message_id = word_command_id(type);
}

static void decode_iccid(const struct words *w, struct decoded *out)
{
    enum { DIGITS_MIN = 18 };
    struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
    if (word_at(w, 1).len >= DIGITS_MIN) {
        field_set_iccid_text(&m->fix, word_at(w, 1));
    }
}

static void decode_content(struct bytes content, struct decoded *out, struct hint *hint)
{
    struct words w;
    words_cut(content, ',', &w);
    struct bytes type = word_at(&w, 0);
    if (bytes_eq(type, "LK")) {
        answer(hint, "LK", false);
        decode_alive(&w, out);
    } else if (bytes_eq(type, "INIT")) {
        answer(hint, "INIT,1", false);
        decoded_add(out, MESSAGE_LOGIN);
    } else if (bytes_begin(type, "UD") || bytes_begin(type, "WT")) {
        watch_read_position(&w, out);
    } else if (bytes_begin(type, "AL")) {
        answer(hint, "AL", true);
        watch_read_position(&w, out);
    } else if (bytes_eq(type, "TKQ") || bytes_eq(type, "TKQ2")) {
        answer(hint, type.len == 3 ? "TKQ" : "TKQ2", false);
        decoded_add(out, MESSAGE_OTHER);
    } else if (bytes_eq(type, "JXTK")) {
        answer(hint, "JXTKR,1", true);
        decoded_add(out, MESSAGE_OTHER);
    } else if (bytes_eq(type, "CCID")) {
        decode_iccid(&w, out);
    } else if (!watch_read_body(&w, out)) {
        decode_text(content, type, out);
    }
}

static enum err watch_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct parts parts = {0};
    struct hint hint = {0};
    struct slot slot;
    memset(&slot, 0, sizeof(slot));
    enum err e = parse(frame, &parts);
    if (e != ERR_OK) {
        return e;
    }
    bytes_to_text(parts.id, out->device_id, sizeof(out->device_id));
    decode_content(unescaped(out->arena, parts.content), out, &hint);
    e = decoded_finish(out);
    if (e != ERR_OK) {
        return e;
    }
    word_keep(hint.maker, MAKER_LEN, parts.maker);
    word_keep(hint.id, ID_MAX, parts.id);
    word_keep(hint.index, HEX_LEN, parts.index);
    word_keep(slot.maker, MAKER_LEN, parts.maker);
    slot.id = word_number(parts.id, 0);
    slot.digits = (uint8_t)parts.id.len;
    slot.has_index = parts.index.len > 0;
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->hint.at, &hint, sizeof(hint));
    memcpy(out->slot.at, &slot, sizeof(slot));
    out->wants_reply = hint.word[0] != '\0';
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_frame(struct writer *out, struct bytes maker, struct bytes id, struct bytes index,
                        struct bytes content)
{
    char length[16];
    (void)snprintf(length, sizeof(length), "*%04zx*", content.len);
    write_u8(out, '[');
    write_bytes(out, maker);
    write_u8(out, '*');
    write_bytes(out, id);
    write_text(out, index.len > 0 ? "*" : "");
    write_bytes(out, index);
    write_text(out, length);
    write_bytes(out, content);
    write_u8(out, ']');
}

static void watch_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    if (outcome == OUTCOME_STORED || (!hint.is_kept && outcome == OUTCOME_UNREGISTERED)) {
        write_frame(out, word_kept(hint.maker, MAKER_LEN), word_kept(hint.id, ID_MAX),
                    word_kept(hint.index, HEX_LEN), word_kept(hint.word, ANSWER_SIZE));
    }
}

static enum command_fate watch_command(struct session *s, const struct device_slot *from,
                                       const struct command_request *what,
                                       struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .status = "CR", .parameters = "TS"};
    uint8_t room[COMMAND_RAW_MAX];
    char id[32];
    struct slot slot;
    struct bytes text = {0};
    memcpy(&slot, from->at, sizeof(slot));
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    if (bytes_find(text, '[') < text.len || bytes_find(text, ']') < text.len) {
        return COMMAND_IS_INVALID;
    }
    bool is_known = slot.digits > 0;
    (void)snprintf(id, sizeof(id), "%0*llu", (int)slot.digits, (unsigned long long)slot.id);
    note->message_id = word_command_id(bytes_slice(text, 0, bytes_find(text, ',')));
    write_frame(out, is_known ? word_kept(slot.maker, MAKER_LEN) : bytes_of_text("CS"),
                bytes_of_text(is_known ? id : s->device_id),
                bytes_of_text(slot.has_index ? "0001" : ""), text);
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_watch = {
    .name = "watch",
    .doc = "watches and trackers of SeTracker and Beesure: frames in square brackets",
    .port = 5093,
    .frame_max = FRAME_MAX,
    .utc_offset_min = 0,
    .tcp_only = true,
    .claims = watch_claims,
    .split = watch_split,
    .resync = watch_resync,
    .decode = watch_decode,
    .reply = watch_reply,
    .command = watch_command,
};
