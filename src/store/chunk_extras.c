/*
 * Extra values as columns, one for each key and index that any fix of the block has:
 *
 *     1  code  which  values       and so on, by their codes from the lowest up, to a bit 0
 *
 *     code    twice the id, and 1 for a text (model/extra.c); less the code before
 *     which   1: every fix has it. 0 and a column of 0 and 1: those with 1 have it
 *     values  of those: a number is a column, a text four: its bytes, the first the lowest, zeros
 *             behind them, in words of eight. A bit says whether the column varies (column.c); one
 *             that does not is its value (a number as in codes.c)
 *
 * A drive of 600 fixes with the engine's speed, the load and a driver's card costs as much as three
 * members of struct fix that move so: 2 or 3 bytes a fix, and nothing where they stay.
 */
#include "store/chunk_extras.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extra.h"

enum {
    WORDS = EXTRA_TEXT_MAX / 8, /* of a text */
    CODE_MAX = EXTRA_ID_MAX * 2 + 1,
    NO_CODE = CODE_MAX + 1,
    /* Bytes of what stands before the columns of a code, and of a column that does not vary. */
    HEAD_MAX = 16,
};

_Static_assert(EXTRA_TEXT_MAX % 8 == 0, "a text is whole words");

/* One fix's values while they are written. */
struct source {
    struct extras_reader in;
    struct extra next;
    uint32_t code; /* of `next`; NO_CODE: there is none */
};

/* One fix's values while they are read. */
struct target {
    uint32_t last; /* id */
    uint8_t count;
    uint8_t len;
    uint8_t at[EXTRAS_BYTES_MAX];
};

struct extras_coder {
    struct column_coder *columns;
    struct source *sources;
    struct target *targets;
    size_t source_room;
    size_t target_room;
    uint8_t *out;
    size_t out_room;
    int64_t which[COLUMN_VALUES_MAX];
    int64_t words[WORDS][COLUMN_VALUES_MAX];
};

struct extras_coder *extras_coder_new(struct column_coder *columns)
{
    struct extras_coder *c = mem_new(sizeof(*c));
    c->columns = columns;
    return c;
}

void extras_coder_free(struct extras_coder *c)
{
    if (c != NULL) {
        free(c->sources);
        free(c->targets);
        free(c->out);
        free(c);
    }
}

/* ---- writing ---- */

static void advance(struct source *s)
{
    bool has_next = extras_next(&s->in, &s->next);
    s->code = has_next ? s->next.id << 1 | (s->next.is_text ? 1 : 0) : NO_CODE;
}

static void open_sources(struct extras_coder *c, const struct fix_run *run)
{
    if (c->source_room < run->count) {
        c->source_room = run->count;
        c->sources = mem_resize(c->sources, c->source_room * sizeof(*c->sources));
    }
    for (size_t i = 0; i < run->count; i++) {
        c->sources[i].in = extras_begin(fix_run_extras(run, i));
        advance(&c->sources[i]);
    }
}

static uint32_t lowest_code(const struct extras_coder *c, size_t count)
{
    uint32_t lowest = NO_CODE;
    for (size_t i = 0; i < count; i++) {
        lowest = c->sources[i].code < lowest ? c->sources[i].code : lowest;
    }
    return lowest;
}

/* The value as the i-th of each column. */
static void put_value(struct extras_coder *c, size_t i, const struct extra *e)
{
    uint8_t text[EXTRA_TEXT_MAX] = {0};
    if (!e->is_text) {
        c->words[0][i] = e->number;
        return;
    }
    memcpy(text, e->text.at, e->text.len);
    for (size_t word = 0; word < WORDS; word++) {
        uint64_t le = 0;
        memcpy(&le, text + word * sizeof(le), sizeof(le));
        c->words[word][i] = (int64_t)le64toh(le);
    }
}

/* Takes the values of `code` from the fixes that have it; how many those are. */
static size_t take_values(struct extras_coder *c, uint32_t code, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct source *s = &c->sources[i];
        c->which[i] = s->code == code;
        if (s->code == code) {
            put_value(c, n++, &s->next);
            advance(s);
        }
    }
    return n;
}

static void write_column(struct extras_coder *c, struct bit_writer *w, const struct column *in,
                         bool thorough)
{
    struct column_plan plan = column_plan(c->columns, in, thorough);
    column_write(c->columns, w, in, &plan);
}

static void write_values(struct extras_coder *c, struct bit_writer *w, const struct column *in,
                         bool thorough)
{
    bool varies = false;
    for (size_t i = 1; i < in->count && !varies; i++) {
        varies = in->values[i] != in->values[0];
    }
    bits_put(w, varies, 1);
    if (varies) {
        write_column(c, w, in, thorough);
    } else {
        codes_write_number(w, in->values[0]);
    }
}

/* Room for the columns of one code more. */
static void reserve(struct extras_coder *c, struct bit_writer *w, size_t count)
{
    size_t column = COLUMN_HEADING_MAX + COLUMN_VALUE_MAX * count;
    size_t room = w->len + (1 + WORDS) * (HEAD_MAX + column) + BITS_SLACK;
    if (c->out_room < room) {
        c->out_room = room * 2;
        c->out = mem_resize(c->out, c->out_room);
    }
    w->at = c->out;
}

struct bytes extras_encode(struct extras_coder *c, const struct fix_run *run, bool thorough)
{
    struct bit_writer w = {0};
    uint32_t before = 0;
    open_sources(c, run);
    reserve(c, &w, run->count);
    for (;;) {
        uint32_t code = lowest_code(c, run->count);
        bits_put(&w, code != NO_CODE, 1);
        if (code == NO_CODE) {
            return (struct bytes){c->out, bits_align(&w)};
        }
        size_t n = take_values(c, code, run->count);
        codes_write_number(&w, code - before);
        bits_put(&w, n == run->count, 1);
        if (n < run->count) {
            struct column which = {c->which, NULL, run->count, PREDICT_ZERO};
            write_column(c, &w, &which, thorough);
        }
        for (size_t word = 0; word < ((code & 1) != 0 ? WORDS : 1); word++) {
            struct column values = {c->words[word], NULL, n, PREDICT_LAST};
            write_values(c, &w, &values, thorough);
        }
        before = code;
        reserve(c, &w, run->count);
    }
}

/* ---- reading ---- */

static void open_targets(struct extras_coder *c, size_t count)
{
    if (c->target_room < count) {
        c->target_room = count;
        c->targets = mem_resize(c->targets, c->target_room * sizeof(*c->targets));
    }
    for (size_t i = 0; i < count; i++) {
        c->targets[i].last = 0;
        c->targets[i].count = 0;
        c->targets[i].len = 0;
    }
}

/* Which fixes have the values that follow, and how many they are; 0: none, which cannot be. */
static size_t read_which(struct extras_coder *c, struct bit_reader *r, size_t count)
{
    uint64_t is_all = 0;
    size_t n = 0;
    if (!bits_get(r, 1, &is_all) ||
        (is_all == 0 && !column_read(c->columns, r, NULL, c->which, count))) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        c->which[i] = is_all != 0 ? 1 : c->which[i];
        if (c->which[i] != 0 && c->which[i] != 1) {
            return 0;
        }
        n += (size_t)c->which[i];
    }
    return is_all == 0 && n == count ? 0 : n;
}

static bool read_values(struct extras_coder *c, struct bit_reader *r, int64_t *values, size_t n)
{
    uint64_t varies = 0;
    int64_t v = 0;
    if (!bits_get(r, 1, &varies)) {
        return false;
    }
    if (varies != 0) {
        return column_read(c->columns, r, NULL, values, n);
    }
    bool sound = codes_read_number(r, &v);
    for (size_t i = 0; i < n; i++) {
        values[i] = v;
    }
    return sound;
}

/* Appends a value to a fix's own; false where it cannot be one of them. */
static bool append(struct target *t, const struct extra *e)
{
    struct writer w = writer_init(t->at + t->len, sizeof(t->at) - t->len);
    if (e->id <= t->last || t->count == EXTRAS_MAX) {
        return false;
    }
    extra_write(&w, t->last, e);
    t->last = e->id;
    t->count++;
    t->len = (uint8_t)(t->len + w.len);
    return writer_ok(&w);
}

/* The i-th value of the columns as one of `code`; its text in `text`. */
static struct extra value_of(const struct extras_coder *c, uint32_t code, size_t i,
                             uint8_t text[EXTRA_TEXT_MAX])
{
    struct extra e = {.id = code >> 1, .is_text = (code & 1) != 0, .number = c->words[0][i]};
    if (!e.is_text) {
        return e;
    }
    for (size_t word = 0; word < WORDS; word++) {
        uint64_t le = htole64((uint64_t)c->words[word][i]);
        memcpy(text + word * sizeof(le), &le, sizeof(le));
    }
    e.text = (struct bytes){text, EXTRA_TEXT_MAX};
    while (e.text.len > 0 && text[e.text.len - 1] == '\0') {
        e.text.len--;
    }
    return e;
}

/* Gives the values of `code` to the fixes that have them. */
static bool hand_out(struct extras_coder *c, uint32_t code, size_t count)
{
    size_t n = 0;
    bool sound = true;
    for (size_t i = 0; i < count && sound; i++) {
        if (c->which[i] != 0) {
            uint8_t text[EXTRA_TEXT_MAX];
            struct extra e = value_of(c, code, n++, text);
            sound = append(&c->targets[i], &e);
        }
    }
    return sound;
}

/* The columns of one code; *code is the one before, and then this one. */
static bool read_code(struct extras_coder *c, struct bit_reader *r, uint32_t *code, size_t count)
{
    int64_t more = 0;
    if (!codes_read_number(r, &more) || more <= 0 || more > CODE_MAX - (int64_t)*code) {
        return false;
    }
    *code += (uint32_t)more;
    size_t n = read_which(c, r, count);
    bool sound = n > 0;
    for (size_t word = 0; sound && word < ((*code & 1) != 0 ? WORDS : 1); word++) {
        sound = read_values(c, r, c->words[word], n);
    }
    return sound && hand_out(c, *code, count);
}

/* The fixes' values where they stay, as long as each is what it may be. */
static bool keep(const struct extras_coder *c, size_t count, struct fixes *out)
{
    struct bytes *extras = fixes_extras(out) + out->count;
    bool has_any = false;
    for (size_t i = 0; i < count; i++) {
        const struct target *t = &c->targets[i];
        struct bytes packed = {t->at, t->len};
        if (t->len == 0) {
            continue;
        }
        if (!extras_are_sound(packed)) {
            return false;
        }
        extras[i] = arena_copy(&out->arena, packed);
        has_any = true;
    }
    return has_any;
}

bool extras_decode(struct extras_coder *c, struct bit_reader *r, size_t count, struct fixes *out)
{
    uint32_t code = 0;
    uint64_t has_more = 0;
    open_targets(c, count);
    while (bits_get(r, 1, &has_more)) {
        if (has_more == 0) {
            return keep(c, count, out);
        }
        if (!read_code(c, r, &code, count)) {
            return false;
        }
    }
    return false;
}
