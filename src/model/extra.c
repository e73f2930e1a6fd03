/*
 * Extra values, packed: one behind the other, by their ids from the lowest up.
 *
 *     80 03  b8 17      rpm 1500: the id 192 = 3 * 64 + 0 less that before (none: 0), times 2;
 *                       1500 zigzag is 3000
 *     81 03  02  34 37  card "47": 384 less 192, times 2, and 1 for a text; its length, its bytes
 *
 * Numbers are varints (LEB128), values zigzag. The bytes tell a text from a number, so that values
 * whose keys are not known (of a newer odograph) can be passed over and kept.
 */
#include "model/extra.h"

#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "base/hex.h"

const struct extra_row *extra_row(unsigned key)
{
    static const struct extra_row rows[] = {
#define X(key, number, name, unit, decimals, kind)                                                 \
    [number] = {name, unit, decimals, EXTRA_IS_##kind},
        EXTRA_MAP(X)
#undef X
    };
    bool is_known = key < sizeof(rows) / sizeof(rows[0]) && rows[key].name != NULL;
    return is_known ? &rows[key] : NULL;
}

/* ---- collecting ---- */

static void set(struct extras *x, const struct extra *e)
{
    size_t at = x->count;
    while (at > 0 && x->at[at - 1].id >= e->id) {
        at--;
    }
    if (at < x->count && x->at[at].id == e->id) {
        x->at[at] = *e;
        return;
    }
    if (x->count == EXTRAS_MAX) {
        return;
    }
    memmove(&x->at[at + 1], &x->at[at], (x->count - at) * sizeof(x->at[0]));
    x->at[at] = *e;
    x->count++;
}

static uint32_t id_of(enum extra_key key, unsigned index)
{
    return (uint32_t)key * (EXTRA_INDEX_MAX + 1) + index;
}

void extras_set(struct extras *x, enum extra_key key, unsigned index, int64_t number)
{
    if (index <= EXTRA_INDEX_MAX) {
        set(x, &(struct extra){.id = id_of(key, index), .number = number});
    }
}

/* Whether a character goes on at `text.at[i]`, by UTF-8. */
static bool goes_on(struct bytes text, size_t i)
{
    return (text.at[i] & 0xc0U) == 0x80U;
}

/* Without blanks around it, and no longer than a value may be. */
static struct bytes trimmed(struct bytes text)
{
    while (text.len > 0 && text.at[0] == ' ') {
        text = bytes_slice(text, 1, text.len);
    }
    if (text.len > EXTRA_TEXT_MAX) {
        size_t len = EXTRA_TEXT_MAX;
        while (len > 0 && goes_on(text, len)) {
            len--;
        }
        text.len = len;
    }
    while (text.len > 0 && text.at[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

static bool is_text(struct bytes text)
{
    return text.len > 0 && text.len <= EXTRA_TEXT_MAX && bytes_find(text, '\0') == text.len;
}

void extras_set_text(struct extras *x, enum extra_key key, unsigned index, struct bytes text)
{
    text = trimmed(text);
    if (index <= EXTRA_INDEX_MAX && is_text(text)) {
        set(x, &(struct extra){.id = id_of(key, index), .is_text = true, .text = text});
    }
}

void extras_set_hex(struct extras *x, enum extra_key key, unsigned index, struct bytes bytes)
{
    char *text = arena_new_array(x->arena, bytes.len + 1, 2);
    hex_encode(bytes, text);
    if (text[strspn(text, "0")] != '\0') {
        extras_set_text(x, key, index, bytes_of_text(text));
    }
}

void extras_set_digits(struct extras *x, enum extra_key key, unsigned index, uint64_t number)
{
    extras_set_text(x, key, index, bytes_of_text(arena_format(x->arena, "%" PRIu64, number)));
}

struct bytes extras_pack(const struct extras *x)
{
    uint8_t at[EXTRAS_BYTES_MAX];
    struct writer w = writer_init(at, sizeof(at));
    uint32_t before = 0;
    size_t len = 0;
    for (size_t i = 0; i < x->count; i++) {
        extra_write(&w, before, &x->at[i]);
        len = writer_ok(&w) ? w.len : len;
        before = x->at[i].id;
    }
    return len > 0 ? arena_copy(x->arena, (struct bytes){at, len}) : (struct bytes){0};
}

/* ---- packed ---- */

void extra_write(struct writer *w, uint32_t before, const struct extra *e)
{
    check(e->id > before);
    write_varint(w, (uint64_t)(e->id - before) << 1 | (e->is_text ? 1 : 0));
    if (e->is_text) {
        write_u8(w, (uint8_t)e->text.len);
        write_bytes(w, e->text);
    } else {
        write_varint_signed(w, e->number);
    }
}

struct extras_reader extras_begin(struct bytes packed)
{
    return (struct extras_reader){.in = reader_init(packed)};
}

bool extras_next(struct extras_reader *r, struct extra *out)
{
    if (reader_left(&r->in) == 0) {
        return false;
    }
    uint64_t head = read_varint(&r->in);
    *out = (struct extra){.is_text = (head & 1) != 0};
    if (out->is_text) {
        out->text = read_bytes(&r->in, read_u8(&r->in));
        r->in.failed = r->in.failed || !is_text(out->text);
    } else {
        out->number = read_varint_signed(&r->in);
    }
    r->in.failed = r->in.failed || head >> 1 == 0 || head >> 1 > EXTRA_ID_MAX - r->id;
    r->id += r->in.failed ? 0 : (uint32_t)(head >> 1);
    out->id = r->id;
    return reader_ok(&r->in);
}

bool extras_are_sound(struct bytes packed)
{
    uint8_t again[EXTRAS_BYTES_MAX];
    struct writer w = writer_init(again, sizeof(again));
    struct extras_reader r = extras_begin(packed);
    struct extra e;
    size_t count = 0;
    for (uint32_t before = 0; extras_next(&r, &e); before = e.id) {
        extra_write(&w, before, &e);
        count++;
    }
    return reader_ok(&r.in) && count <= EXTRAS_MAX && w.len == packed.len &&
           (packed.len == 0 || memcmp(again, packed.at, packed.len) == 0);
}
