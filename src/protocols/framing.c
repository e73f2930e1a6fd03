/*
 * Frames by description: those that tell their length, and those between two marks. A damaged one
 * is passed over up to the next that is whole and sound.
 */
#include "protocols/framing.h"

#include <string.h>

enum { BYTE_BITS = 8, SUM_LEN = 2 };

/* ---- frames that tell their length ---- */

enum err framing_claims(const struct framing *f, struct bytes in)
{
    for (size_t i = 0; i < f->head.len; i++) {
        if (i == in.len) {
            return ERR_MORE;
        }
        if (in.at[i] != f->head.at[i]) {
            return ERR_MALFORMED;
        }
    }
    return ERR_OK;
}

/* The whole length that a frame declares. The bytes of its length must be there. */
static size_t declared_len(const struct framing *f, struct bytes in)
{
    size_t counted = 0;
    for (size_t i = 0; i < f->length_width; i++) {
        counted = counted << BYTE_BITS | in.at[f->length_at + i];
    }
    return counted + f->uncounted;
}

/* Whether the end mark stands at the end of the first `len` bytes. These must be there. */
static bool has_end(const struct framing *f, struct bytes in, size_t len)
{
    return len >= f->end.len && memcmp(in.at + len - f->end.len, f->end.at, f->end.len) == 0;
}

enum err framing_len(const struct framing *f, struct bytes in, size_t *len)
{
    enum err e = framing_claims(f, in);
    if (e != ERR_OK) {
        return e;
    }
    if (in.len < (size_t)f->length_at + f->length_width) {
        return ERR_MORE;
    }
    size_t declared = declared_len(f, in);
    if (declared > f->len_max) {
        return ERR_TOO_LONG;
    }
    if (in.len < declared) {
        return ERR_MORE;
    }
    if (declared < f->len_min || !has_end(f, in, declared)) {
        return ERR_MALFORMED;
    }
    *len = declared;
    return ERR_OK;
}

bool framing_is_sound(const struct framing *f, struct bytes frame)
{
    if (f->sum == NULL) {
        return true;
    }
    size_t sum_at = frame.len - f->end.len - SUM_LEN;
    unsigned told = (unsigned)frame.at[sum_at] << BYTE_BITS | frame.at[sum_at + 1];
    return told == f->sum(bytes_slice(frame, f->sum_from, sum_at - f->sum_from));
}

/*
 * The form of the whole frame that `in` begins with, and its length in *len; NULL: `in` begins with
 * none.
 */
static const struct framing *form_of(const struct framing *forms, size_t count, struct bytes in,
                                     size_t *len)
{
    for (size_t i = 0; i < count; i++) {
        if (in.at[0] == forms[i].head.at[0] && framing_len(&forms[i], in, len) == ERR_OK) {
            return &forms[i];
        }
    }
    return NULL;
}

enum err framing_resync(const struct framing *forms, size_t count, struct bytes in, size_t *skip)
{
    size_t reach = 0;
    for (size_t i = 0; i < count; i++) {
        reach = forms[i].len_max > reach ? forms[i].len_max : reach;
    }
    size_t budget = FRAMING_SUM_BUDGET * reach;
    for (size_t i = 1; i < reach && i < in.len; i++) {
        struct bytes frame = bytes_slice(in, i, SIZE_MAX);
        const struct framing *form = form_of(forms, count, frame, &frame.len);
        if (form == NULL) {
            continue;
        }
        if (frame.len > budget) {
            break;
        }
        if (framing_is_sound(form, frame)) {
            *skip = i;
            return ERR_OK;
        }
        budget -= frame.len;
    }
    return ERR_MORE;
}

size_t framing_begin(const struct framing *f, struct writer *out)
{
    size_t from = out->len;
    write_bytes(out, (struct bytes){f->head.at, f->head.len});
    while (writer_ok(out) && out->len < from + f->length_at + f->length_width) {
        write_u8(out, 0);
    }
    return from;
}

void framing_end(const struct framing *f, struct writer *out, size_t from)
{
    if (!writer_ok(out)) {
        return;
    }
    size_t whole = out->len - from + (f->sum != NULL ? SUM_LEN : 0) + f->end.len;
    size_t counted = whole - f->uncounted;
    for (size_t i = f->length_width; i > 0; i--) {
        out->at[from + f->length_at + i - 1] = (uint8_t)counted;
        counted >>= BYTE_BITS;
    }
    if (f->sum != NULL) {
        size_t covered_at = from + f->sum_from;
        write_u16be(out, f->sum((struct bytes){out->at + covered_at, out->len - covered_at}));
    }
    write_bytes(out, (struct bytes){f->end.at, f->end.len});
}

/* ---- frames between two marks ---- */

/* The pair that `byte` begins, or NULL. */
static const struct framing_pair *pair_of(const struct framing_pairs *p, uint8_t byte)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->rows[i].first == byte) {
            return &p->rows[i];
        }
    }
    return NULL;
}

/*
 * The pair of marks of the first frame, which begins *noise bytes into `in`; NULL: there is no
 * frame.
 */
static const struct framing_pair *first_pair(const struct framing_pairs *p, struct bytes in,
                                             size_t *noise)
{
    size_t n = 0;
    const struct framing_pair *pair = NULL;
    while (n < in.len && (pair = pair_of(p, in.at[n])) == NULL) {
        n++;
    }
    while (pair != NULL && pair->first == pair->last && n + 1 < in.len &&
           in.at[n + 1] == pair->first) {
        n++;
    }
    *noise = n;
    return pair;
}

size_t framing_noise(const struct framing_pairs *p, struct bytes in)
{
    size_t noise = 0;
    (void)first_pair(p, in, &noise);
    return noise;
}

enum err framing_split(const struct framing_pairs *p, struct bytes in, struct bytes *frame,
                       size_t *used)
{
    size_t noise = 0;
    const struct framing_pair *pair = first_pair(p, in, &noise);
    if (noise > p->noise_max) {
        return ERR_MALFORMED;
    }
    struct bytes rest = bytes_slice(in, noise, p->len_max);
    if (pair == NULL || rest.len < 2) {
        return ERR_MORE;
    }
    const uint8_t *end = memchr(rest.at + 1, pair->last, rest.len - 1);
    if (end == NULL) {
        return rest.len == p->len_max ? ERR_TOO_LONG : ERR_MORE;
    }
    *frame = bytes_slice(rest, 0, (size_t)(end - rest.at) + 1);
    *used = noise + frame->len;
    return ERR_OK;
}

/* ---- by the protocol's own code ---- */

enum err framing_rule_split(const struct framing_rule *rule, struct bytes in, struct bytes *frame,
                            size_t *used)
{
    size_t noise = rule->noise_max > 0 ? bytes_find(in, rule->first) : 0;
    size_t len = 0;
    if (noise > rule->noise_max) {
        return ERR_MALFORMED;
    }
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    enum err e = rest.len == 0 ? ERR_MORE : rule->len_of(rest, &len);
    if (e != ERR_OK) {
        return e;
    }
    *frame = bytes_slice(rest, 0, len);
    *used = noise + len;
    return len <= rest.len ? ERR_OK : ERR_MORE;
}

/* Whether nothing follows a frame, or what begins as one does. */
static bool is_followed(const struct framing_rule *rule, struct bytes behind)
{
    return rule->begins_behind == NULL || behind.len == 0 || rule->begins_behind(behind) == ERR_OK;
}

/* Whether a frame stands at the front of `in`; what that cost is taken off the budget. */
static bool has_frame(const struct framing_rule *rule, struct bytes in, size_t *budget)
{
    size_t len = 0;
    if (rule->begins != NULL && rule->begins(in) != ERR_OK) {
        return false;
    }
    enum err e = rule->len_of(in, &len);
    bool is_whole = e == ERR_OK && len <= in.len;
    size_t searched = rule->begins != NULL ? in.len : 0;
    size_t cost = is_whole ? len : searched;
    if (cost > *budget) {
        *budget = 0;
        return false;
    }
    *budget -= cost;
    return is_whole && is_followed(rule, bytes_slice(in, len, SIZE_MAX)) &&
           (rule->is_sound == NULL || rule->is_sound(bytes_slice(in, 0, len)));
}

enum err framing_rule_resync(const struct framing_rule *rule, struct bytes in, size_t *skip)
{
    size_t budget = FRAMING_SUM_BUDGET * rule->len_max;
    for (size_t n = 1; n < in.len && n < rule->len_max && budget > 0; n++) {
        if (has_frame(rule, bytes_slice(in, n, SIZE_MAX), &budget)) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}
