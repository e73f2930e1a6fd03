/*
 * TK103: TK103, TK102B, TK116 and clones, over TCP and UDP. Frames stand in brackets, without a
 * length or a checksum, and each names its device.
 *
 *     (056789012345BR00260305A...)                     plain.c: the word stands behind the id
 *     (123456789012345,ZC17,050326,A,...)              comma.c
 *
 * In the second kind a text between two '$' may hold brackets: one that closes counts where an even
 * number of '$' stands before it.
 *
 * The id of a plain frame is 0 and the last 11 digits of the IMEI, or a text of 11 to 15
 * characters. BP05 tells the whole IMEI beside it, but reports do not, and a device may report
 * without it: so the device is always the one that the frame begins with.
 *
 *     BP00     (IDAP01HSO)      BP05     (IDAP05); without them no reports come
 *     BO01     (IDAS01N)        nothing else is answered
 *
 * JT600 has brackets, too: its words begin with P, U, W and S, and stand behind ten digits and a
 * comma; those of this protocol with BP, BO, BQ, BR, BZ, DW and ZC there.
 *
 * Source: the vectors' facts of TK103, section 2.
 */
#include "protocols/tk103/tk103.h"

#include <string.h>

#include "protocols/framing.h"
#include "protocols/words.h"

enum { NOISE_MAX = 64, PLAIN_ID_MIN = 11, COMMA_ID_MIN = 10 };

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || is_capital(c) || (c >= 'a' && c <= 'z');
}

/* Whether a word of a plain frame begins `in`, as far as it has come. */
static bool is_plain_word(struct bytes in)
{
    for (size_t i = 0; i < TK103_WORD_LEN && i < in.len; i++) {
        struct bytes one = bytes_slice(in, i, 1);
        bool fits = i == 0   ? in.at[0] == 'B'
                    : i == 1 ? is_capital(in.at[1])
                    : i == 2 ? word_is_digits(one)
                             : word_is_hex(one);
        if (!fits) {
            return false;
        }
    }
    return true;
}

static bool is_comma_word(struct bytes in)
{
    static const char *const words[] = {"BP", "ZC", "DW", "BZ", "BQ", "BR", "BO"};
    struct bytes rest = bytes_slice(in, 2, 2);
    bool is_number = rest.len == 0 || word_is_hex(rest);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && in.len > 0; i++) {
        if (memcmp(in.at, words[i], in.len < 2 ? in.len : 2) == 0 && is_number) {
            return true;
        }
    }
    return in.len == 0;
}

static enum err read_comma(struct bytes in, size_t digits, struct tk103_head *head)
{
    struct bytes word = bytes_slice(in, digits + 1, TK103_WORD_LEN);
    if (digits < COMMA_ID_MIN || digits > TK103_ID_MAX || !is_comma_word(word)) {
        return ERR_MALFORMED;
    }
    *head = (struct tk103_head){TK103_COMMA, bytes_slice(in, 0, digits), word,
                                bytes_slice(in, digits + 1 + TK103_WORD_LEN, SIZE_MAX)};
    return word.len == TK103_WORD_LEN ? ERR_OK : ERR_MORE;
}

/* Reads the head of what stands behind a bracket: ERR_MORE, it may be one; ERR_MALFORMED. */
static enum err read_head(struct bytes in, struct tk103_head *head)
{
    size_t digits = 0;
    while (digits < in.len && digits <= TK103_ID_MAX && in.at[digits] >= '0' &&
           in.at[digits] <= '9') {
        digits++;
    }
    if (digits < in.len && in.at[digits] == ',') {
        return read_comma(in, digits, head);
    }
    size_t len = 0;
    while (len < in.len && len < TK103_ID_MAX + TK103_WORD_LEN && is_alnum(in.at[len])) {
        len++;
    }
    for (size_t at = PLAIN_ID_MIN; at <= TK103_ID_MAX && at <= len; at++) {
        struct bytes word = bytes_slice(in, at, TK103_WORD_LEN);
        if (word.len == TK103_WORD_LEN && is_plain_word(word)) {
            *head = (struct tk103_head){TK103_PLAIN, bytes_slice(in, 0, at), word,
                                        bytes_slice(in, at + TK103_WORD_LEN, SIZE_MAX)};
            return ERR_OK;
        }
    }
    bool may_grow = len == in.len && len < TK103_ID_MAX + TK103_WORD_LEN;
    return may_grow ? ERR_MORE : ERR_MALFORMED;
}

static enum err begins_frame(struct bytes in)
{
    struct tk103_head head;
    return in.at[0] == '(' ? read_head(bytes_slice(in, 1, SIZE_MAX), &head) : ERR_MALFORMED;
}

static enum protocol_claim tk103_claims(struct bytes first)
{
    return claim_of(begins_frame(first));
}

/* The length of the frame that begins with a bracket. */
static enum err len_of(struct bytes in, size_t *len)
{
    struct bytes left = bytes_slice(in, 1, TK103_FRAME_MAX - 1);
    size_t dollars = 0;
    while (left.len > 0) {
        size_t close = bytes_find(left, ')');
        dollars += bytes_count(bytes_slice(left, 0, close), '$');
        if (close < left.len && dollars % 2 == 0) {
            *len = (size_t)(left.at - in.at) + close + 1;
            return ERR_OK;
        }
        left = bytes_slice(left, close + 1, SIZE_MAX);
    }
    return in.len >= TK103_FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

static const struct framing_rule rule = {.first = '(',
                                         .noise_max = NOISE_MAX,
                                         .len_max = TK103_FRAME_MAX,
                                         .len_of = len_of,
                                         .begins = begins_frame};

static enum err tk103_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct tk103_head head;
    struct tk103_hint hint = {0};
    struct tk103_slot slot = {0};
    if (frame.at[0] != '(' || read_head(bytes_slice(frame, 1, frame.len - 2), &head) != ERR_OK) {
        return ERR_MALFORMED;
    }
    bytes_to_text(head.id, out->device_id, sizeof(out->device_id));
    enum err e = head.kind == TK103_PLAIN ? tk103_decode_plain(&head, out, &hint)
                                          : tk103_decode_comma(&head, out);
    if (e != ERR_OK) {
        return e;
    }
    word_keep(hint.id, TK103_ID_MAX, head.id);
    word_keep(slot.id, TK103_ID_MAX, head.id);
    slot.kind = (uint8_t)head.kind;
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(out->hint.at, &hint, sizeof(hint));
    memcpy(out->slot.at, &slot, sizeof(slot));
    out->wants_reply = hint.reply != TK103_REPLY_NONE;
    return ERR_OK;
}

static void tk103_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                        int64_t now_s, struct writer *out)
{
    static const char *const forms[] = {[TK103_REPLY_NONE] = "",
                                        [TK103_REPLY_HANDSHAKE] = "(%0AP01HSO)",
                                        [TK103_REPLY_LOGIN] = "(%0AP05)",
                                        [TK103_REPLY_ALARM] = "(%0AS01%1)"};
    struct tk103_hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    const struct bytes holes[] = {word_kept(hint.id, TK103_ID_MAX), word_kept(&hint.alarm, 1)};
    if (word_is_answered(outcome, hint.reply != TK103_REPLY_ALARM)) {
        word_write(out, forms[hint.reply], holes);
    }
}

const struct protocol protocol_tk103 = {
    .name = "tk103",
    .doc = "TK103, TK102B and clones: frames in brackets",
    .port = 5002,
    .frame_max = TK103_FRAME_MAX,
    .datagram_end = ")",
    .claims = tk103_claims,
    .rule = &rule,
    .decode = tk103_decode,
    .reply = tk103_reply,
    .command = tk103_command,
};
