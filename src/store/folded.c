/*
 * A late fix makes the odometers of all that follows longer or shorter by a constant. Instead of
 * writing a year of rows anew, the constant is noted once, as a shift from the first row on that
 * was left as it is:
 *
 *     rows      ├────────┼────────┼────────┼────────┼───── ... ──┤ sealed state
 *     late           ▲
 *     written            s1       s2
 *     left as it is                        s3       s4           told as it is
 *     shift                                +35 m ──────────────►
 *
 * The state before a row has the odometer that stands in the row plus the shifts up to the row's
 * end. A shift stands at the time at which a row begins, and rows before that end earlier: late
 * fixes never lengthen a row beyond the next one's beginning, so a shift stays where it is.
 *
 *     rules | flags | [from_s] | [dirty_to_s] | shift ...
 *       1       1        5            5
 *     shift:  time, as a difference from the one before | centimetres
 *                              5                             3
 *
 * Numbers are varints, signed ones zigzag; flag 1: from_s is there (else INT64_MIN), flag 2:
 * dirty_to_s (the same). Most devices have 2 bytes.
 */
#include "store/folded.h"

#include "base/check.h"
#include "base/reader.h"
#include "base/wrap.h"
#include "base/writer.h"
#include "fleet/fold.h"

enum { HAS_FROM = 1, HAS_DIRTY_TO = 2 };

/* From this time on rows lack so much. */
struct shift {
    int64_t from_s;
    int64_t by_m_e2;
};

/* The list as it is read or written. */
struct shifts_in {
    struct reader r;
    int64_t last_s;
};

struct shifts_out {
    struct writer w;
    int64_t last_s;
    size_t count;
};

struct folded folded_new(void)
{
    return (struct folded){.rules = FOLD_RULES, .from_s = INT64_MIN, .dirty_to_s = INT64_MIN};
}

struct bytes folded_pack(const struct folded *f, uint8_t room[FOLDED_MAX])
{
    struct writer w = writer_init(room, FOLDED_MAX);
    if (f->rules == 0) {
        return (struct bytes){0};
    }
    bool has_from = f->from_s != INT64_MIN;
    bool has_dirty_to = f->dirty_to_s != INT64_MIN;
    write_varint(&w, f->rules);
    write_u8(&w, (uint8_t)((has_from ? HAS_FROM : 0) | (has_dirty_to ? HAS_DIRTY_TO : 0)));
    if (has_from) {
        write_varint_signed(&w, f->from_s);
    }
    if (has_dirty_to) {
        write_varint_signed(&w, f->dirty_to_s);
    }
    write_bytes(&w, f->shifts);
    check(writer_ok(&w));
    return writer_bytes(&w);
}

/* The next shift; false after the last. */
static bool next_shift(struct shifts_in *in, struct shift *out)
{
    if (reader_left(&in->r) == 0) {
        return false;
    }
    out->from_s = wrap_plus(in->last_s, read_varint_signed(&in->r));
    out->by_m_e2 = read_varint_signed(&in->r);
    in->last_s = out->from_s;
    return reader_ok(&in->r);
}

static struct shifts_in begin_reading(struct bytes shifts)
{
    return (struct shifts_in){.r = reader_init(shifts)};
}

/* How many there are; SIZE_MAX: they are cut off. */
static size_t count_shifts(struct bytes shifts)
{
    struct shifts_in in = begin_reading(shifts);
    struct shift one;
    size_t count = 0;
    while (next_shift(&in, &one)) {
        count++;
    }
    return reader_ok(&in.r) ? count : SIZE_MAX;
}

bool folded_is_full(const struct folded *f)
{
    return count_shifts(f->shifts) >= FOLDED_SHIFTS_MAX;
}

enum err folded_unpack(struct bytes packed, struct folded *out)
{
    *out = (struct folded){.from_s = INT64_MIN, .dirty_to_s = INT64_MIN};
    if (packed.len == 0) {
        return ERR_OK;
    }
    struct reader r = reader_init(packed);
    out->rules = read_varint(&r);
    uint8_t flags = read_u8(&r);
    out->from_s = (flags & HAS_FROM) != 0 ? read_varint_signed(&r) : INT64_MIN;
    out->dirty_to_s = (flags & HAS_DIRTY_TO) != 0 ? read_varint_signed(&r) : INT64_MIN;
    out->shifts = read_rest(&r);
    bool is_sound = reader_ok(&r) && out->rules > 0 && flags <= (HAS_FROM | HAS_DIRTY_TO) &&
                    count_shifts(out->shifts) <= FOLDED_SHIFTS_MAX;
    return is_sound ? ERR_OK : ERR_CORRUPT;
}

uint64_t folded_shift_m_e2(const struct folded *f, int64_t last_s)
{
    struct shifts_in in = begin_reading(f->shifts);
    struct shift one;
    uint64_t sum_m_e2 = 0;
    while (next_shift(&in, &one) && one.from_s <= last_s) {
        sum_m_e2 += (uint64_t)one.by_m_e2;
    }
    return sum_m_e2;
}

/* ---- changing; the list is in order of time ---- */

static void write_shift(struct shifts_out *out, int64_t from_s, uint64_t by_m_e2)
{
    if (by_m_e2 == 0) {
        return;
    }
    write_varint_signed(&out->w, wrap_minus(from_s, out->last_s));
    write_varint_signed(&out->w, (int64_t)by_m_e2);
    out->last_s = from_s;
    out->count++;
}

/* The shifts with those of the span as one at its end, or gone. */
static void rewrite(struct shifts_out *out, const struct folded *f, const struct folded_span *span,
                    uint64_t by_m_e2)
{
    struct shifts_in in = begin_reading(f->shifts);
    struct shift one;
    bool has_more = next_shift(&in, &one);
    for (; has_more && one.from_s <= span->after_s; has_more = next_shift(&in, &one)) {
        write_shift(out, one.from_s, (uint64_t)one.by_m_e2);
    }
    for (; has_more && one.from_s <= span->to_s; has_more = next_shift(&in, &one)) {
        by_m_e2 += (uint64_t)one.by_m_e2;
    }
    write_shift(out, span->to_s, span->to_s == INT64_MAX ? 0 : by_m_e2);
    for (; has_more; has_more = next_shift(&in, &one)) {
        write_shift(out, one.from_s, (uint64_t)one.by_m_e2);
    }
}

bool folded_move(struct folded *f, const struct folded_span *span, uint64_t by_m_e2,
                 struct arena *arena)
{
    enum { ROOM = (FOLDED_SHIFTS_MAX + 1) * 20 };
    if (f->shifts.len == 0 && by_m_e2 == 0) {
        return true;
    }
    struct shifts_out out = {.w = writer_init(arena_new(arena, ROOM), ROOM)};
    rewrite(&out, f, span, by_m_e2);
    check(writer_ok(&out.w));
    if (out.count > FOLDED_SHIFTS_MAX) {
        return false;
    }
    f->shifts = writer_bytes(&out.w);
    return true;
}

void folded_join(struct folded *f, int64_t to_s, struct arena *arena)
{
    const struct folded_span span = {INT64_MIN, to_s < INT64_MAX ? to_s : INT64_MAX - 1};
    check(folded_move(f, &span, 0, arena)); /* they become no more */
}
