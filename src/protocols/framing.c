/*
 * Frames by description: those that tell their length, and those between two marks. A damaged one
 * is passed over up to the next that is whole and sound.
 */
#include "protocols/framing.h"

#include <string.h>

#include "protocols/heads.h"

enum { BYTE_BITS = 8, SUM_LEN = 2 };

/* ---- frames that tell their length ---- */

/* Whether `in`, which is not empty, begins with one of the bytes of `head`. */
static enum err claims_choice(const struct framing_mark *head, struct bytes in)
{
    return memchr(head->at, in.at[0], head->len) != NULL ? ERR_OK : ERR_MALFORMED;
}

enum err framing_claims(const struct framing *f, struct bytes in)
{
    if (f->is_head_choice && in.len > 0) {
        return claims_choice(&f->head, in);
    }
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

/* The number of `len` bytes at `at`. */
static size_t number_of(const uint8_t *at, size_t len, bool is_little)
{
    size_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number << BYTE_BITS | at[is_little ? len - 1 - i : i];
    }
    return number;
}

/* Writes the number of `len` bytes to `at`. */
static void put_number(uint8_t *at, size_t len, bool is_little, size_t number)
{
    for (size_t i = 0; i < len; i++) {
        at[is_little ? i : len - 1 - i] = (uint8_t)number;
        number >>= BYTE_BITS;
    }
}

/* The whole length that a frame declares. The bytes of its length must be there. */
static size_t declared_len(const struct framing *f, struct bytes in)
{
    size_t counted = number_of(in.at + f->length_at, f->length_width, f->is_little);
    return (f->length_mask == 0 ? counted : counted & f->length_mask) + f->uncounted;
}

/* Whether the end mark stands at the end of the first `len` bytes. These must be there. */
static bool has_end(const struct framing *f, struct bytes in, size_t len)
{
    return len >= f->end.len && memcmp(in.at + len - f->end.len, f->end.at, f->end.len) == 0;
}

/* As framing_len(), but for ERR_OK with a length that has not come yet. */
static enum err head_len(const struct framing *f, struct bytes in, size_t *len)
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
    if (declared < f->len_min || (in.len >= declared && !has_end(f, in, declared))) {
        return ERR_MALFORMED;
    }
    *len = declared;
    return ERR_OK;
}

enum err framing_len(const struct framing *f, struct bytes in, size_t *len)
{
    size_t declared = 0;
    enum err e = head_len(f, in, &declared);
    if (e == ERR_OK && declared > in.len) {
        return ERR_MORE;
    }
    *len = e == ERR_OK ? declared : *len;
    return e;
}

static size_t sum_at(const struct framing *f, struct bytes frame)
{
    return frame.len - f->end.len - SUM_LEN;
}

uint16_t framing_sum(const struct framing *f, struct bytes frame)
{
    return (uint16_t)number_of(frame.at + sum_at(f, frame), SUM_LEN, f->is_little);
}

bool framing_is_sound(const struct framing *f, struct bytes frame)
{
    return f->sum == NULL ||
           framing_sum(f, frame) ==
               f->sum(bytes_slice(frame, f->sum_from, sum_at(f, frame) - f->sum_from));
}

enum err framing_resync(const struct framing *forms, size_t count, struct bytes in, size_t *skip)
{
    struct framing_rule rule = {.forms = forms, .form_count = count};
    for (size_t i = 0; i < count; i++) {
        rule.len_max = forms[i].len_max > rule.len_max ? forms[i].len_max : rule.len_max;
    }
    return framing_rule_resync(&rule, in, skip);
}

size_t framing_begin(const struct framing *f, struct writer *out)
{
    size_t from = out->len;
    write_bytes(out, (struct bytes){f->head.at, f->is_head_choice ? 1 : f->head.len});
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
    put_number(out->at + from + f->length_at, f->length_width, f->is_little, whole - f->uncounted);
    if (f->sum != NULL) {
        uint8_t sum[SUM_LEN];
        size_t covered_at = from + f->sum_from;
        struct bytes covered = {out->at + covered_at, out->len - covered_at};
        put_number(sum, SUM_LEN, f->is_little, f->sum(covered));
        write_bytes(out, (struct bytes){sum, SUM_LEN});
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

/* ---- by a rule ---- */

/* The form whose head `in` begins with, as far as it has come; NULL: none. */
static const struct framing *form_of(const struct framing_rule *rule, struct bytes in)
{
    for (size_t i = 0; i < rule->form_count; i++) {
        if (framing_claims(&rule->forms[i], in) != ERR_MALFORMED) {
            return &rule->forms[i];
        }
    }
    return NULL;
}

enum err framing_rule_len(const struct framing_rule *rule, struct bytes in, size_t *len)
{
    if (rule->forms == NULL) {
        return rule->len_of(in, len);
    }
    const struct framing *form = form_of(rule, in);
    if (form == NULL) {
        return ERR_MALFORMED;
    }
    enum err e = head_len(form, in, len);
    enum err fits = rule->fits != NULL ? rule->fits(in) : ERR_OK;
    return fits == ERR_MALFORMED || e == ERR_OK ? fits : e;
}

/* Whether the checksum of a whole frame is right. */
static bool is_sound(const struct framing_rule *rule, struct bytes frame)
{
    const struct framing *form = rule->forms != NULL ? form_of(rule, frame) : NULL;
    return (form == NULL || framing_is_sound(form, frame)) &&
           (rule->is_sound == NULL || rule->is_sound(frame));
}

enum err framing_rule_check(const struct framing_rule *rule, struct bytes frame)
{
    size_t len = 0;
    enum err e = frame.len > 0 ? framing_rule_len(rule, frame, &len) : ERR_MALFORMED;
    bool is_ended = e == ERR_OK ? len == frame.len : e == ERR_MORE && rule->tail != NULL;
    if (!is_ended) {
        return ERR_MALFORMED;
    }
    return is_sound(rule, frame) ? ERR_OK : ERR_CHECKSUM;
}

enum protocol_claim framing_rule_claim(const struct framing_rule *rule, struct bytes first)
{
    size_t len = 0;
    enum err e = framing_rule_len(rule, first, &len);
    if (e != ERR_OK) {
        return claim_of(e);
    }
    bool is_whole = len <= first.len;
    return is_whole && is_sound(rule, bytes_slice(first, 0, len)) ? CLAIM_YES : CLAIM_LIKELY;
}

/* How many bytes end a frame without being part of it. */
static size_t tail_len(const struct framing_rule *rule, struct bytes behind)
{
    return rule->tail != NULL ? head_span(behind, rule->tail, rule->tail_max) : 0;
}

enum err framing_rule_split(const struct framing_rule *rule, struct bytes in, struct bytes *frame,
                            size_t *used)
{
    size_t noise = rule->noise_max > 0 ? bytes_find(in, rule->first) : 0;
    size_t len = 0;
    if (noise > rule->noise_max) {
        return ERR_MALFORMED;
    }
    noise += rule->lost != NULL ? rule->lost(bytes_slice(in, noise, SIZE_MAX)) : 0;
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    enum err e = rest.len == 0 ? ERR_MORE : framing_rule_len(rule, rest, &len);
    if (e != ERR_OK) {
        return e == ERR_MORE && noise > rule->len_max ? ERR_TOO_LONG : e;
    }
    *frame = bytes_slice(rest, 0, len);
    *used = noise + len + tail_len(rule, bytes_slice(rest, len, SIZE_MAX));
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
    enum err e = framing_rule_len(rule, in, &len);
    bool is_whole = e == ERR_OK && len <= in.len;
    size_t searched = rule->begins != NULL ? in.len : 0;
    size_t cost = is_whole ? len : searched;
    if (cost > *budget) {
        *budget = 0;
        return false;
    }
    *budget -= cost;
    return is_whole && is_followed(rule, bytes_slice(in, len, SIZE_MAX)) &&
           is_sound(rule, bytes_slice(in, 0, len));
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
