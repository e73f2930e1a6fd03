/*
 * Meitrack: MVT100 to MVT800, T1 to T633, MT90, TC68, P66 to P99, over TCP and UDP.
 *
 *     $$B28,123456789012345,C01,OK*EC\r\n      the device; the server begins with @@
 *     |  |  IMEI            word    |
 *     |  '- length from the first comma on, with the line end
 *     '- a running character, 41 to 7a               sum of all bytes up to the star
 *
 * Binary contents have the same frame, so it ends by its length alone. Some firmware tells one byte
 * too much: a frame whose right sum and line end come one byte earlier ends there. The sum is not
 * insisted on, as firmware sends wrong ones; the length and the line end must be right.
 *
 *     AAC      alive            -> AAC,1
 *     AAA, AFF reports as texts; AFF is stored -> AFF,1, with which the device deletes it
 *     CCC      reports in binary -> CCC and how many    CCE  the same, with ids; not answered
 *     D00, D03 pictures, which are not asked for
 *     others   an answer to a command, by its word
 *
 * Commands have a running character, too: "@@B33,IMEI,C01,0,12222*DB". A10 is answered by an AAA
 * with event 34.
 *
 *     status  A10       cut C01,0,12222 and restore C01,0,02222, by the profile
 *
 * Source: the vectors' facts of Meitrack, section 4; its T622 manual, 3.17.
 */
#include "protocols/meitrack/meitrack.h"

#include <stdio.h>
#include <string.h>

#include "protocols/fields.h"
#include "protocols/words.h"

enum {
    FRAME_MAX = 16 * 1024,
    HEAD_LEN = 3,      /* "$$B" */
    LENGTH_DIGITS = 5, /* at most */
    TAIL_LEN = 5,      /* "*hh\r\n" */
    ID_MAX = 20,
    WORD_LEN = 3,
    TEXT_MAX = 512
};

/* ---- frames ---- */

/* Where the comma stands behind the length. ERR_MORE, ERR_MALFORMED: it is no head, or not yet. */
static enum err read_head(struct bytes in, size_t *comma, size_t *length)
{
    for (size_t i = 0; i < in.len && i < HEAD_LEN; i++) {
        bool fits = i < 2 ? in.at[i] == '$' : in.at[i] >= 'A' && in.at[i] <= 'z';
        if (!fits) {
            return ERR_MALFORMED;
        }
    }
    size_t at = HEAD_LEN;
    while (at < in.len && at <= HEAD_LEN + LENGTH_DIGITS && in.at[at] >= '0' && in.at[at] <= '9') {
        at++;
    }
    if (at >= in.len) {
        return ERR_MORE;
    }
    *comma = at;
    *length = (size_t)word_number(bytes_slice(in, HEAD_LEN, at - HEAD_LEN), 0);
    bool is_head = at > HEAD_LEN && at <= HEAD_LEN + LENGTH_DIGITS && in.at[at] == ',';
    return is_head ? ERR_OK : ERR_MALFORMED;
}

static enum protocol_claim meitrack_claims(struct bytes first)
{
    size_t comma = 0;
    size_t length = 0;
    enum err e = read_head(first, &comma, &length);
    if (e != ERR_OK) {
        return claim_of(e);
    }
    if (first.len == comma + 1) {
        return CLAIM_MORE;
    }
    return word_is_digits(bytes_slice(first, comma + 1, 1)) ? CLAIM_YES : CLAIM_NO;
}

static unsigned sum_of(struct bytes in)
{
    unsigned sum = 0;
    for (size_t i = 0; i < in.len; i++) {
        sum += in.at[i];
    }
    return sum & UINT8_MAX;
}

/* Whether `in` ends with a star, two digits and a line end. */
static bool has_tail(struct bytes in)
{
    return in.len > TAIL_LEN && in.at[in.len - TAIL_LEN] == '*' && in.at[in.len - 2] == '\r' &&
           in.at[in.len - 1] == '\n' && word_is_hex(bytes_slice(in, in.len - TAIL_LEN + 1, 2));
}

static bool is_sound(struct bytes in)
{
    return has_tail(in) && word_hex(bytes_slice(in, in.len - TAIL_LEN + 1, 2), UINT64_MAX) ==
                               sum_of(bytes_slice(in, 0, in.len - TAIL_LEN + 1));
}

/* The length of the frame that `in` begins with. */
static enum err len_of(struct bytes in, size_t *len)
{
    enum { LENGTH_MIN = 8 };
    size_t comma = 0;
    size_t length = 0;
    enum err e = read_head(in, &comma, &length);
    if (e != ERR_OK) {
        return e;
    }
    *len = comma + length;
    if (length < LENGTH_MIN) {
        return ERR_MALFORMED;
    }
    if (*len > FRAME_MAX) {
        return ERR_TOO_LONG;
    }
    if (in.len >= *len - 1 && is_sound(bytes_slice(in, 0, *len - 1))) {
        *len -= 1;
        return ERR_OK;
    }
    if (in.len < *len) {
        return ERR_MORE;
    }
    return has_tail(bytes_slice(in, 0, *len)) ? ERR_OK : ERR_MALFORMED;
}

static enum err meitrack_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = 0;
    size_t len = 0;
    while (noise < in.len && (in.at[noise] == '\r' || in.at[noise] == '\n')) {
        noise++;
    }
    if (noise == in.len) {
        return noise > FRAME_MAX ? ERR_MALFORMED : ERR_MORE;
    }
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    enum err e = len_of(rest, &len);
    if (e == ERR_OK) {
        *frame = bytes_slice(rest, 0, len);
        *used = noise + len;
    }
    return e;
}

static enum err meitrack_resync(struct bytes in, size_t *skip)
{
    size_t budget = 4 * (size_t)FRAME_MAX; /* of what is summed up */
    for (size_t n = 1; n + 1 < in.len && n < FRAME_MAX; n++) {
        struct bytes rest = bytes_slice(in, n, SIZE_MAX);
        size_t comma = 0;
        size_t length = 0;
        size_t len = 0;
        if (rest.at[0] != '$' || read_head(rest, &comma, &length) != ERR_OK || length > budget) {
            continue;
        }
        budget -= length;
        if (len_of(rest, &len) == ERR_OK) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

/* ---- what a frame says ---- */

enum reply { REPLY_NONE, REPLY_ALIVE, REPLY_STORED, REPLY_BATCH };

/* What reply() needs to know. */
struct hint {
    uint8_t reply; /* enum reply */
    char flag;
    uint16_t count;
    char id[ID_MAX];
};
_Static_assert(sizeof(struct hint) <= PROTOCOL_HINT_BYTES, "the hint has room");

/* An answer to a command; an AAA with event 34 is one, too. */
static void add_answer(struct bytes text, struct bytes word, bool is_told, struct decoded *out)
{
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    struct bytes rest = bytes_slice(text, WORD_LEN + 1, SIZE_MAX);
    bool is_refused = bytes_begin(rest, "ERROR") || bytes_begin(rest, "Error");
    m->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
    m->answer.message_id = word_command_id(word);
    m->answer.is_told = is_told;
    m->answer.result = (uint8_t)(is_refused ? ANSWER_REFUSED : ANSWER_DONE);
}

static enum err decode_text(struct bytes text, struct bytes word, struct decoded *out)
{
    struct bytes body = bytes_slice(text, WORD_LEN + 1, SIZE_MAX);
    enum err e = meitrack_read_text(body, bytes_eq(word, "AFF"), out);
    if (e == ERR_OK && bytes_eq(word, "AAA") && bytes_begin(body, "34,")) {
        add_answer(bytes_of_text("A10"), bytes_of_text("A10"), true, out);
    }
    return e;
}

/* `text` goes from the word to the star. */
static enum err decode_word(struct bytes text, struct decoded *out, struct hint *hint)
{
    struct bytes word = bytes_slice(text, 0, WORD_LEN);
    struct bytes body = bytes_slice(text, WORD_LEN + 1, SIZE_MAX);
    enum err e = ERR_OK;
    if (bytes_eq(word, "AAA") || bytes_eq(word, "AFF")) {
        hint->reply = bytes_eq(word, "AFF") ? REPLY_STORED : REPLY_NONE;
        return decode_text(text, word, out);
    }
    if (bytes_eq(word, "CCC")) {
        e = meitrack_read_ccc(body, out);
        hint->reply = REPLY_BATCH;
        hint->count = (uint16_t)out->len;
    } else if (bytes_eq(word, "CCE")) {
        e = meitrack_read_cce(body, out);
    } else if (bytes_eq(word, "AAC")) {
        hint->reply = REPLY_ALIVE;
        decoded_add(out, MESSAGE_HEARTBEAT);
    } else if (bytes_eq(word, "D00") || bytes_eq(word, "D03") || !field_is_printable(text)) {
        decoded_add(out, MESSAGE_OTHER);
    } else {
        add_answer(text, word, false, out);
    }
    return e;
}

static enum err meitrack_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    size_t comma = 0;
    size_t len = 0;
    struct hint hint = {0};
    if (frame.len == 0 || len_of(frame, &len) != ERR_OK || len != frame.len ||
        read_head(frame, &comma, &len) != ERR_OK) {
        return ERR_MALFORMED;
    }
    struct bytes rest = bytes_slice(frame, comma + 1, frame.len - comma - 1 - TAIL_LEN);
    struct bytes id = bytes_slice(rest, 0, bytes_find(rest, ','));
    struct bytes text = bytes_slice(rest, id.len + 1, SIZE_MAX);
    if (!word_is_digits(id) || id.len > ID_MAX || text.len < WORD_LEN) {
        return ERR_MALFORMED;
    }
    bytes_to_text(id, out->device_id, sizeof(out->device_id));
    enum err e = decode_word(text, out, &hint);
    if (e != ERR_OK) {
        return e;
    }
    hint.flag = (char)frame.at[2];
    for (size_t i = 0; i < id.len; i++) {
        hint.id[i] = (char)id.at[i];
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->slot.at[0] = (uint8_t)id.len;
    memcpy(out->slot.at + 1, hint.id, id.len < DEVICE_SLOT_BYTES ? id.len : DEVICE_SLOT_BYTES - 1);
    out->wants_reply = hint.reply != REPLY_NONE;
    return ERR_OK;
}

/* ---- what the server says ---- */

static void write_frame(struct writer *out, char flag, struct bytes id, struct bytes text)
{
    char part[32];
    size_t from = out->len;
    (void)snprintf(part, sizeof(part), "@@%c%zu,", flag, 1 + id.len + 1 + text.len + TAIL_LEN);
    write_text(out, part);
    write_bytes(out, id);
    write_u8(out, ',');
    write_bytes(out, text);
    write_u8(out, '*');
    unsigned sum = sum_of(bytes_slice(writer_bytes(out), from, SIZE_MAX));
    (void)snprintf(part, sizeof(part), "%02X\r\n", sum);
    write_text(out, part);
}

static void meitrack_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                           int64_t now_s, struct writer *out)
{
    struct hint hint;
    char text[32];
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    if (!word_is_answered(outcome, hint.reply == REPLY_ALIVE)) {
        return;
    }
    if (hint.reply == REPLY_BATCH) {
        (void)snprintf(text, sizeof(text), "CCC,%u", (unsigned)hint.count);
    } else {
        (void)snprintf(text, sizeof(text), "%s,1", hint.reply == REPLY_ALIVE ? "AAC" : "AFF");
    }
    write_frame(out, hint.flag, word_kept(hint.id, ID_MAX), bytes_of_text(text));
}

static enum command_fate meitrack_command(struct session *s, const struct device_slot *slot,
                                          const struct command_request *what,
                                          struct command_note *note, struct writer *out)
{
    enum { FLAGS = 26 };
    static const struct word_commands known = {
        .len_max = TEXT_MAX, .status = "A10", .refused = "*"};
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes text = {0};
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    if (bytes_find(text, ',') != WORD_LEN) {
        return COMMAND_IS_INVALID;
    }
    bool is_known = slot->at[0] > 0 && slot->at[0] < DEVICE_SLOT_BYTES;
    struct bytes id = {slot->at + 1, slot->at[0]};
    note->message_id = word_command_id(bytes_slice(text, 0, WORD_LEN));
    write_frame(out, (char)('A' + what->id % FLAGS), is_known ? id : bytes_of_text(s->device_id),
                text);
    return word_command_fate(out);
}

const struct protocol protocol_meitrack = {
    .name = "meitrack",
    .doc = "Meitrack trackers: texts, and batches in binary",
    .port = 5020,
    .frame_max = FRAME_MAX,
    .datagram_end = "\r\n",
    .claims = meitrack_claims,
    .split = meitrack_split,
    .resync = meitrack_resync,
    .decode = meitrack_decode,
    .reply = meitrack_reply,
    .command = meitrack_command,
};
