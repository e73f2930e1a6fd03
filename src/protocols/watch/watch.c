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

#include "protocols/framing.h"
#include "protocols/heads.h"

enum {
    FRAME_MAX = 128 * 1024,
    NOISE_MAX = 64,
    ID_MAX = 15,
    HEX_LEN = 4,
    MAKER_LEN = 2,
    TEXT_MAX = 1024
};

/* ---- frames ---- */

static const char head_form[] = "[%N{2}*%9{10,15}*";

static enum err begins(struct bytes in)
{
    return head_begins(in, 0, head_form);
}

static enum protocol_claim watch_claims(struct bytes first)
{
    return claim_of(begins(first));
}

/* The length of the frame whose bracket is the first byte. */
static enum err len_of(struct bytes in, size_t *len)
{
    struct bytes left = bytes_slice(in, 0, FRAME_MAX);
    size_t depth = 0;
    while (left.len > 0) {
        size_t close = bytes_find(left, ']');
        depth += bytes_count(bytes_slice(left, 0, close), '[');
        if (close < left.len && depth <= 1) {
            *len = (size_t)(left.at - in.at) + close + 1;
            return ERR_OK;
        }
        depth--;
        left = bytes_slice(left, close + 1, SIZE_MAX);
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

static const struct framing_rule rule = {
    .first = '[', .noise_max = NOISE_MAX, .len_max = FRAME_MAX, .len_of = len_of, .begins = begins};

/* ---- what a frame says ---- */

enum { ANSWER_SIZE = 8 };

/* What reply() needs to know. */
struct hint {
    char maker[MAKER_LEN];
    char id[ID_MAX];
    char index[HEX_LEN];    /* "": none */
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

/* A type that is not known: the word of a command, or a text. */
static void decode_text(struct bytes content, struct bytes type, struct decoded *out)
{
    if (!field_is_printable(content) || content.len == 0) {
        decoded_add(out, MESSAGE_OTHER);
        return;
    }
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = bytes_slice(content, 0, MESSAGE_TEXT_MAX);
    m->answer.message_id = word_command_id(type);
}

static enum err watch_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    static const char *const forms[] = {"[%N{2}*%9{10,15}*%x{4}*%x{4}*", "[%N{2}*%9{10,15}*%x{4}*",
                                        NULL};
    struct head head;
    struct words w;
    struct hint hint = {0};
    struct slot slot;
    memset(&slot, 0, sizeof(slot));
    if (head_read_one(frame, forms, &head) != ERR_OK) {
        return ERR_MALFORMED;
    }
    struct bytes index = head.form == 0 ? head.part[2] : (struct bytes){0};
    struct bytes content =
        unescaped(out->arena, bytes_slice(frame, head.len, frame.len - head.len - 1));
    bytes_to_text(head.part[1], out->device_id, sizeof(out->device_id));
    words_cut(content, ',', &w);
    const struct watch_kind *kind = watch_read(&w, out);
    if (kind == NULL) {
        decode_text(content, word_at(&w, 0), out);
    } else {
        word_keep(hint.word, ANSWER_SIZE, bytes_of_text(kind->answer));
        hint.is_kept = kind->is_kept;
    }
    word_keep(hint.maker, MAKER_LEN, head.part[0]);
    word_keep(hint.id, ID_MAX, head.part[1]);
    word_keep(hint.index, HEX_LEN, index);
    word_keep(slot.maker, MAKER_LEN, head.part[0]);
    slot.id = word_number(head.part[1], 0);
    slot.digits = (uint8_t)head.part[1].len;
    slot.has_index = index.len > 0;
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
    (void)snprintf(length, sizeof(length), "%04zx", content.len);
    const struct bytes holes[] = {maker, id, index, bytes_of_text(length), content};
    word_write(out, index.len > 0 ? "[%0*%1*%2*%3*%4]" : "[%0*%1*%3*%4]", holes);
}

static void watch_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    if (word_is_answered(outcome, !hint.is_kept)) {
        write_frame(out, word_kept(hint.maker, MAKER_LEN), word_kept(hint.id, ID_MAX),
                    word_kept(hint.index, HEX_LEN), word_kept(hint.word, ANSWER_SIZE));
    }
}

static enum command_fate watch_command(struct session *s, const struct device_slot *from,
                                       const struct command_request *what,
                                       struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .status = "CR", .parameters = "TS", .refused = "[]", .id_end = ','};
    uint8_t room[COMMAND_RAW_MAX];
    char id[32];
    struct slot slot;
    struct bytes text = {0};
    memcpy(&slot, from->at, sizeof(slot));
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    bool is_known = slot.digits > 0;
    (void)snprintf(id, sizeof(id), "%0*llu", (int)slot.digits, (unsigned long long)slot.id);
    write_frame(out, is_known ? word_kept(slot.maker, MAKER_LEN) : bytes_of_text("CS"),
                bytes_of_text(is_known ? id : s->device_id),
                bytes_of_text(slot.has_index ? "0001" : ""), text);
    return word_command_fate(out);
}

const struct protocol protocol_watch = {
    .name = "watch",
    .doc = "watches and trackers of SeTracker and Beesure: frames in square brackets",
    .port = 5093,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = watch_claims,
    .rule = &rule,
    .decode = watch_decode,
    .reply = watch_reply,
    .command = watch_command,
};
