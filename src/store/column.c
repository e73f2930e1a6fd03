/*
 * One column as bits. Its values go through four steps, chosen for the column and told in its
 * heading:
 *
 *     values        527245600  527248000  527250500  527250500    lat_e7, sent in 1e-6 degrees
 *     1 scale               0         24         49         49    from the first one, by 100
 *     2 prediction                    24         25          0    what it leaves: here LAST
 *     3 centre                         0          1        -24    from 24, the middle one
 *     4 coding                         0          2         47    zigzag, for RICE
 *
 * 1. The scale is the greatest number that divides all differences from the first value: trackers
 *    send speeds in 0.1 km/h, courses in whole degrees, positions in millionths of a degree.
 * 2. What a value is expected to be: the first one (ZERO), the one before (LAST), the one before
 *    and its change again (LINE), or that change in proportion to the time (TIMED), which is what
 *    a position does between reports at uneven times. RECENT is for what comes again without being
 *    near, as numbers of cells do: what is left is the place in a list of the values so far, the
 *    latest first (move to front), and the end of the list says that the value is a new one. These
 *    stand behind the codes, each as the difference from the new one before it:
 *
 *     steps  0  70012  70012  0  0  -35      places  1 0 1 0 2      new  70012  -70047
 *
 * 3. FIXED takes the least of what is left as its centre, the others the middle one of a sample, so
 *    that a clock that ticks every ten seconds leaves zeros.
 * 4. FIXED, RICE and RUNS are those of codes.c: RICE for most columns, RUNS for what mostly stays,
 *    FIXED for what is even.
 *
 * The heading: first value; a bit whether there is a scale, scale; 3 bits prediction, 2 bits
 * coding; centre.
 */
#include "store/column.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/wrap.h"

enum coding { CODE_FIXED, CODE_RICE, CODE_RUNS, CODINGS };

enum {
    PREDICTION_BITS = 3,
    CODING_BITS = 2,
    SAMPLES_MAX = 15,     /* for the middle */
    RECENT_MAX = 64,      /* different values */
    RECENT_FROM_BITS = 4, /* where a value costs more, RECENT is tried */
};

struct column_coder {
    int64_t steps[COLUMN_VALUES_MAX];     /* from the first value, divided by the scale */
    int64_t residuals[COLUMN_VALUES_MAX]; /* of the values after the first */
    uint64_t codes[COLUMN_VALUES_MAX];
    struct code_runs runs;
};

struct column_coder *column_coder_new(void)
{
    return mem_new(sizeof(struct column_coder));
}

void column_coder_free(struct column_coder *c)
{
    free(c);
}

/* ---- predictions ---- */

/* The change of `last_s` seconds as one of `now_s`; as it is where the times are no help. */
static int64_t stretch(int64_t change, int64_t last_s, int64_t now_s)
{
    const int64_t far = INT64_C(1) << 31;
    const int64_t day_s = 86400;
    bool is_helped = last_s != now_s && last_s > 0 && last_s <= day_s && now_s >= 0 &&
                     now_s <= day_s && change > -far && change < far;
    return is_helped ? change * now_s / last_s : change;
}

/* What step `i`, from 1 up, is expected to be after those before it. */
__attribute__((always_inline)) static inline int64_t
expected(enum prediction p, const int64_t *steps, const int64_t *times_s, size_t i)
{
    if (p == PREDICT_ZERO) {
        return 0;
    }
    if (p == PREDICT_LAST || i == 1) {
        return steps[i - 1];
    }
    int64_t change = wrap_minus(steps[i - 1], steps[i - 2]);
    if (p == PREDICT_TIMED) {
        change = stretch(change, wrap_minus(times_s[i - 1], times_s[i - 2]),
                         wrap_minus(times_s[i], times_s[i - 1]));
    }
    return wrap_plus(steps[i - 1], change);
}

/* What a prediction leaves of `count` steps: residuals[i - 1] for step i. */
static void leave(enum prediction p, const int64_t *steps, const int64_t *times_s, size_t count,
                  int64_t *residuals)
{
#define LOOP(name)                                                                                 \
    for (size_t i = 1; i < count; i++) {                                                           \
        residuals[i - 1] = wrap_minus(steps[i], expected(name, steps, times_s, i));                \
    }
    switch (p) {
    case PREDICT_ZERO:
        LOOP(PREDICT_ZERO)
        break;
    case PREDICT_LAST:
        LOOP(PREDICT_LAST)
        break;
    case PREDICT_LINE:
        LOOP(PREDICT_LINE)
        break;
    case PREDICT_TIMED:
        LOOP(PREDICT_TIMED)
        break;
    case PREDICT_RECENT:
        break; /* has its own */
    }
#undef LOOP
}

/* ---- recent values ---- */

struct recent {
    int64_t at[RECENT_MAX]; /* the latest first */
    size_t count;
};

/* The first step is always known. */
static struct recent recent_begin(void)
{
    return (struct recent){.count = 1};
}

/* Where `step` stands; the count where it does not. */
static size_t recent_find(const struct recent *list, int64_t step)
{
    size_t place = 0;
    while (place < list->count && list->at[place] != step) {
        place++;
    }
    return place;
}

/* Puts `step`, which stands at `place` or is new, at the front. */
static void recent_use(struct recent *list, int64_t step, size_t place)
{
    memmove(&list->at[1], &list->at[0], place * sizeof(list->at[0]));
    list->at[0] = step;
    list->count += place == list->count ? 1 : 0;
}

/* A new value; answers its cost. */
static uint64_t leave_new(struct bit_writer *w, int64_t v)
{
    if (w != NULL) {
        codes_write_number(w, v);
    }
    return codes_number_cost(v);
}

/*
 * The places of the steps after the first, and the new ones among these into `w`, or only their
 * cost where that is NULL. False where there are too many different ones.
 */
static bool leave_recent(struct column_coder *c, size_t count, struct bit_writer *w, uint64_t *cost)
{
    struct recent list = recent_begin();
    int64_t newest = 0;
    *cost = 0;
    for (size_t i = 1; i < count; i++) {
        size_t place = recent_find(&list, c->steps[i]);
        if (place == RECENT_MAX) {
            return false;
        }
        if (place == list.count) {
            *cost += leave_new(w, wrap_minus(c->steps[i], newest));
            newest = c->steps[i];
        }
        recent_use(&list, c->steps[i], place);
        c->residuals[i - 1] = (int64_t)place;
    }
    return true;
}

/* The way back. False where a place is none, or the new ones end. */
static bool restore_recent(struct column_coder *c, size_t count, struct bit_reader *r)
{
    struct recent list = recent_begin();
    int64_t newest = 0;
    c->steps[0] = 0;
    for (size_t i = 1; i < count; i++) {
        int64_t place = c->residuals[i - 1];
        int64_t v = 0;
        bool is_new = place == (int64_t)list.count;
        if (place < 0 || place > (int64_t)list.count || place == RECENT_MAX ||
            (is_new && !codes_read_number(r, &v))) {
            return false;
        }
        newest = wrap_plus(newest, v);
        c->steps[i] = is_new ? newest : list.at[place];
        recent_use(&list, c->steps[i], (size_t)place);
    }
    return true;
}

/* ---- the scale ---- */

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The inverse of an odd number modulo 2^64: Newton, from 5 bits that are right to 80. */
static uint64_t inverse(uint64_t odd)
{
    uint64_t x = odd * 3 ^ 2;
    for (int i = 0; i < 4; i++) {
        x *= 2 - odd * x;
    }
    return x;
}

/* What it takes to divide by `scale` where there is no remainder, and to see that there is none. */
struct divisor {
    uint64_t scale;
    uint64_t factor;  /* inverse of the odd part */
    uint64_t largest; /* quotient by the odd part that can be */
    unsigned twos;
};

static struct divisor divisor_of(uint64_t scale)
{
    unsigned twos = (unsigned)__builtin_ctzll(scale);
    uint64_t odd = scale >> twos;
    return (struct divisor){scale, inverse(odd), UINT64_MAX / odd, twos};
}

static bool divides(const struct divisor *d, uint64_t v)
{
    return (v & ((UINT64_C(1) << d->twos) - 1)) == 0 && v * d->factor <= d->largest;
}

static struct divisor scale_of(const int64_t *steps, size_t count)
{
    struct divisor d = {.scale = 0};
    for (size_t i = 1; i < count && d.scale != 1; i++) {
        uint64_t v = magnitude(steps[i]);
        if (v != 0 && (d.scale == 0 || !divides(&d, v))) {
            d = divisor_of(greatest_divisor(v, d.scale));
        }
    }
    return d.scale == 0 || d.scale > INT64_MAX ? divisor_of(1) : d;
}

/* The steps from the first value. */
static void take_steps(const struct column *in, int64_t *steps)
{
    for (size_t i = 0; i < in->count; i++) {
        steps[i] = wrap_minus(in->values[i], in->values[0]);
    }
}

static void divide(int64_t *steps, size_t count, const struct divisor *d)
{
    for (size_t i = 0; i < count && d->scale > 1; i++) {
        steps[i] = (int64_t)((uint64_t)(steps[i] >> d->twos) * d->factor);
    }
}

/* ---- choosing ---- */

/* The middle one of a sample. */
static int64_t middle_of(const int64_t *v, size_t count)
{
    int64_t sorted[SAMPLES_MAX] = {0};
    size_t n = count / 4 < SAMPLES_MAX ? count / 4 + 1 : SAMPLES_MAX;
    for (size_t i = 0; i < n; i++) {
        int64_t sample = v[i * count / n];
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > sample; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = sample;
    }
    return sorted[n / 2];
}

/* Takes `plan` for `best` where it costs less; what all codings write is not counted. */
static void consider(struct column_plan *best, struct column_plan plan)
{
    plan.bits += codes_number_cost(plan.center);
    if (plan.bits < best->bits) {
        *best = plan;
    }
}

static void consider_fixed(const int64_t *residuals, size_t count, struct column_plan plan,
                           struct column_plan *best)
{
    int64_t least = residuals[0];
    int64_t most = residuals[0];
    for (size_t i = 1; i < count; i++) {
        least = residuals[i] < least ? residuals[i] : least;
        most = residuals[i] > most ? residuals[i] : most;
    }
    plan.coding = CODE_FIXED;
    plan.center = least;
    plan.largest = (uint64_t)wrap_minus(most, least);
    plan.bits = codes_fixed_cost(count, plan.largest);
    consider(best, plan);
}

/* Finds the best coding of `count` residuals. */
static void weigh(struct column_coder *c, enum prediction p, size_t count, struct column_plan *best)
{
    struct column_plan plan = {.prediction = (uint8_t)p};
    consider_fixed(c->residuals, count, plan, best);
    plan.center = middle_of(c->residuals, count);
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        c->codes[i] = zigzag(wrap_minus(c->residuals[i], plan.center));
        zeros += c->codes[i] == 0;
    }
    if (zeros <= count / 2) {
        plan.coding = CODE_RICE;
        plan.start = codes_start(c->codes, count);
        plan.bits = codes_rice_cost(c->codes, count, plan.start);
    } else {
        plan.coding = CODE_RUNS;
        codes_split_runs(&c->runs, c->codes, count);
        plan.bits = codes_runs_cost(&c->runs);
    }
    consider(best, plan);
}

/* The steps of a column from its first value, by its scale; answers that. */
static uint64_t scale_steps(struct column_coder *c, const struct column *in, uint64_t scale)
{
    take_steps(in, c->steps);
    struct divisor d = scale == 0 ? scale_of(c->steps, in->count) : divisor_of(scale);
    divide(c->steps, in->count, &d);
    return d.scale;
}

static void weigh_recent(struct column_coder *c, size_t count, struct column_plan *best)
{
    struct column_plan plan = {.bits = UINT64_MAX};
    uint64_t cost = 0;
    if (leave_recent(c, count, NULL, &cost)) {
        weigh(c, PREDICT_RECENT, count - 1, &plan);
        plan.bits += cost;
        if (plan.bits < best->bits) {
            *best = plan;
        }
    }
}

struct column_plan column_plan(struct column_coder *c, const struct column *in, bool thorough)
{
    check(in->count > 0 && in->count <= COLUMN_VALUES_MAX);
    struct column_plan best = {.bits = UINT64_MAX};
    uint64_t scale = scale_steps(c, in, 0);
    if (in->count > 1) {
        int last = in->times_s != NULL ? PREDICT_TIMED : PREDICT_LINE;
        int from = thorough ? PREDICT_ZERO : (int)in->usual;
        int to = thorough ? last : from;
        for (int p = from; p <= to; p++) {
            leave((enum prediction)p, c->steps, in->times_s, in->count, c->residuals);
            weigh(c, (enum prediction)p, in->count - 1, &best);
        }
        if (thorough && in->times_s == NULL && best.bits > RECENT_FROM_BITS * in->count) {
            weigh_recent(c, in->count, &best);
        }
    }
    best.first = in->values[0];
    best.scale = scale;
    return best;
}

/* ---- writing ---- */

static void write_heading(struct bit_writer *w, const struct column_plan *plan)
{
    codes_write_number(w, plan->first);
    bits_put(w, plan->scale > 1, 1);
    if (plan->scale > 1) {
        codes_write_number(w, (int64_t)plan->scale);
    }
    bits_put(w, plan->prediction, PREDICTION_BITS);
    bits_put(w, plan->coding, CODING_BITS);
    codes_write_number(w, plan->center);
}

static void write_codes(struct column_coder *c, struct bit_writer *w, size_t count,
                        const struct column_plan *plan)
{
    for (size_t i = 0; i < count; i++) {
        int64_t v = wrap_minus(c->residuals[i], plan->center);
        c->codes[i] = plan->coding == CODE_FIXED ? (uint64_t)v : zigzag(v);
    }
    if (plan->coding == CODE_FIXED) {
        codes_write_fixed(w, c->codes, count, plan->largest);
    } else if (plan->coding == CODE_RICE) {
        codes_write_rice(w, c->codes, count, plan->start);
    } else {
        codes_split_runs(&c->runs, c->codes, count);
        codes_write_runs(w, &c->runs);
    }
}

void column_write(struct column_coder *c, struct bit_writer *w, const struct column *in,
                  const struct column_plan *plan)
{
    enum prediction p = (enum prediction)plan->prediction;
    uint64_t cost = 0;
    (void)scale_steps(c, in, plan->scale);
    write_heading(w, plan);
    if (p == PREDICT_RECENT) {
        check(leave_recent(c, in->count, NULL, &cost));
        write_codes(c, w, in->count - 1, plan);
        check(leave_recent(c, in->count, w, &cost));
    } else {
        leave(p, c->steps, in->times_s, in->count, c->residuals);
        write_codes(c, w, in->count - 1, plan);
    }
}

/* ---- reading ---- */

struct heading {
    int64_t first;
    int64_t scale;
    int64_t center;
    enum prediction prediction;
    enum coding coding;
};

static bool read_heading(struct bit_reader *r, struct heading *h)
{
    uint64_t has_scale = 0;
    uint64_t prediction = 0;
    uint64_t coding = 0;
    h->scale = 1;
    bool sound = codes_read_number(r, &h->first) && bits_get(r, 1, &has_scale) &&
                 (has_scale == 0 || codes_read_number(r, &h->scale)) &&
                 bits_get(r, PREDICTION_BITS, &prediction) && bits_get(r, CODING_BITS, &coding) &&
                 codes_read_number(r, &h->center);
    h->prediction = (enum prediction)prediction;
    h->coding = (enum coding)coding;
    return sound && prediction <= PREDICT_RECENT && coding < CODINGS;
}

static bool read_codes(struct bit_reader *r, enum coding coding, uint64_t *codes, size_t count)
{
    if (coding == CODE_FIXED) {
        return codes_read_fixed(r, codes, count);
    }
    return coding == CODE_RICE ? codes_read_rice(r, codes, count)
                               : codes_read_runs(r, codes, count);
}

/* What code `i` leaves of the prediction. */
__attribute__((always_inline)) static inline int64_t residual_of(const struct heading *h,
                                                                 const uint64_t *codes, size_t i)
{
    bool is_fixed = h->coding == CODE_FIXED;
    return wrap_plus(is_fixed ? (int64_t)codes[i] : unzigzag(codes[i]), h->center);
}

static int64_t value_of(const struct heading *h, int64_t step)
{
    return (int64_t)((uint64_t)step * (uint64_t)h->scale + (uint64_t)h->first);
}

/* From codes to values in one pass: each value of a track goes through here. */
__attribute__((always_inline)) static inline void restore(struct column_coder *c,
                                                          const struct heading *h,
                                                          const int64_t *times_s, int64_t *values,
                                                          size_t count)
{
    int64_t *steps = c->steps;
    steps[0] = 0;
    values[0] = h->first;
    for (size_t i = 1; i < count; i++) {
        steps[i] =
            wrap_plus(residual_of(h, c->codes, i - 1), expected(h->prediction, steps, times_s, i));
        values[i] = value_of(h, steps[i]);
    }
}

/* A loop for each kind, which the compiler makes without choices in it. */
static void restore_any(struct column_coder *c, const struct heading *h, const int64_t *times_s,
                        int64_t *values, size_t count)
{
    struct heading known = *h;
#define CASE(name)                                                                                 \
    case name:                                                                                     \
        known.prediction = name;                                                                   \
        if (h->coding == CODE_FIXED) {                                                             \
            known.coding = CODE_FIXED;                                                             \
            restore(c, &known, times_s, values, count);                                            \
        } else {                                                                                   \
            known.coding = CODE_RICE; /* or runs: written alike */                                 \
            restore(c, &known, times_s, values, count);                                            \
        }                                                                                          \
        break;
    switch (h->prediction) {
        CASE(PREDICT_ZERO)
        CASE(PREDICT_LAST)
        CASE(PREDICT_LINE)
        CASE(PREDICT_TIMED)
    case PREDICT_RECENT:
        break; /* has its own */
    }
#undef CASE
}

/* What comes again: its places first, then the new ones. */
static bool read_recent(struct column_coder *c, struct bit_reader *r, const struct heading *h,
                        int64_t *values, size_t count)
{
    for (size_t i = 0; i < count - 1; i++) {
        c->residuals[i] = residual_of(h, c->codes, i);
    }
    bool sound = restore_recent(c, count, r);
    for (size_t i = 0; sound && i < count; i++) {
        values[i] = value_of(h, c->steps[i]);
    }
    return sound;
}

bool column_read(struct column_coder *c, struct bit_reader *r, const int64_t *times_s,
                 int64_t *values, size_t count)
{
    check(count > 0 && count <= COLUMN_VALUES_MAX);
    struct heading h = {0};
    bool sound = read_heading(r, &h) && (h.prediction != PREDICT_TIMED || times_s != NULL) &&
                 read_codes(r, h.coding, c->codes, count - 1);
    if (sound && h.prediction == PREDICT_RECENT) {
        return read_recent(c, r, &h, values, count);
    }
    if (sound) {
        restore_any(c, &h, times_s, values, count);
    }
    return sound;
}
