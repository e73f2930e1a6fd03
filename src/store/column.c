/*
 * One column as bits. Its values go through four steps, each chosen for the column and told in its
 * heading:
 *
 *     values        527245600  527248000  527250500  527250500    lat_e7, sent in 1e-6 degrees
 *     1 scale               0         24         49         49    from the first one, by 100
 *     2 prediction                    24         25          0    what it leaves: here LAST
 *     3 centre                         0          1        -24    from 24, the middle one
 *     4 coding                         0          2         47    zigzag, then Rice
 *
 * 1. The scale is the greatest number that divides all differences from the first value: trackers
 *    send speeds in 0.1 km/h, courses in whole degrees, positions in millionths of a degree.
 * 2. What a value is expected to be: the first one (ZERO), the one before (LAST), the one before
 *    and its change again (LINE), or that change in proportion to the time (TIMED), which is what
 *    a position does between reports at uneven times.
 * 3. FIXED takes the least residual as its centre, the others the middle one of a sample, so that
 *    a clock that ticks every ten seconds leaves zeros.
 * 4. FIXED writes all residuals in as many bits as the largest needs, and numbers below
 *    2^width - largest - 1 in one less (truncated binary). RICE writes v as v >> k zeros, a one
 *    and the k low bits (R. F. Rice, "Some Practical Universal Noiseless Coding Techniques", JPL
 *    79-22, 1979). k follows the mean of about the last sixteen values, as in JPEG-LS (ITU-T T.87,
 *    A.5): a vehicle that stands wanders by less than one that drives. Twenty zeros announce 6 bits
 *    with the length of v less one, and v itself. RUNS is for columns that mostly stay: how many
 *    zeros, the value after them less one, and so on, both by Rice. BYTES is for what repeats
 *    without being near, as numbers of cells do: the differences from the least value as bytes,
 *    all lowest ones first, in a zstd frame without magic number (RFC 8878).
 *
 * The heading: first value; a bit whether there is a scale, scale; 2 bits prediction, 2 bits
 * coding; centre; then largest (FIXED), start (RICE), both starts (RUNS), or the bytes a value has,
 * the length of the frame and zeros up to a whole byte (BYTES). A start of n bits says that the
 * mean begins at 2^(n-1).
 */
#include "store/column.h"

#include <stdlib.h>

#define ZSTD_STATIC_LINKING_ONLY /* the format without magic number */
#include <zstd.h>

#include "base/check.h"
#include "base/mem.h"

enum prediction { PREDICT_ZERO, PREDICT_LAST, PREDICT_LINE, PREDICT_TIMED };
enum coding { CODE_FIXED, CODE_RICE, CODE_RUNS, CODE_BYTES };

enum {
    QUOTIENT_MAX = 20,   /* zeros that announce a long number */
    LENGTH_BITS = 6,     /* of the length of a number */
    NUMBER_WHOLE = 63,   /* this length says 64 */
    CHOICE_BITS = 4,     /* prediction and coding */
    WINDOW_BITS = 4,     /* the mean is one of 16 values */
    TRUNCATED_MAX = 32,  /* bits; longer ones are not truncated */
    SAMPLES_MAX = 15,    /* for the middle */
    QUICK_MAX = 64,      /* values that tell the prediction at level 0 */
    START_VALUES = 32,   /* values that tell the start */
    BYTES_FROM_BITS = 8, /* a value: only then zstd is tried */
    BYTES_FROM_COUNT = 24,
    BYTES_HEADING = 12,     /* about, in bytes */
    FRAME_LENGTH_BITS = 16, /* 4096 values of 8 bytes are 2^15 */
    START_MAX = 41,
};

/* The largest number that moves the mean: so sums do not overflow. */
static const uint64_t LEARN_MAX = UINT64_C(1) << 40;

struct column_coder {
    int64_t steps[COLUMN_VALUES_MAX];     /* from the first value, divided by the scale */
    int64_t residuals[COLUMN_VALUES_MAX]; /* of the values after the first */
    uint64_t codes[COLUMN_VALUES_MAX];
    uint64_t runs[COLUMN_VALUES_MAX];
    uint64_t others[COLUMN_VALUES_MAX];
    uint8_t planes[COLUMN_VALUES_MAX * sizeof(uint64_t)];
    uint8_t frame[COLUMN_VALUES_MAX * sizeof(uint64_t)];
    ZSTD_CCtx *zstd_in;
    ZSTD_DCtx *zstd_out;
};

struct column_coder *column_coder_new(void)
{
    struct column_coder *c = mem_new(sizeof(*c));
    c->zstd_in = ZSTD_createCCtx();
    c->zstd_out = ZSTD_createDCtx();
    check(c->zstd_in != NULL && c->zstd_out != NULL);
    size_t in = ZSTD_CCtx_setParameter(c->zstd_in, ZSTD_c_format, ZSTD_f_zstd1_magicless);
    size_t in_size = ZSTD_CCtx_setParameter(c->zstd_in, ZSTD_c_contentSizeFlag, 0);
    size_t out = ZSTD_DCtx_setParameter(c->zstd_out, ZSTD_d_format, ZSTD_f_zstd1_magicless);
    check(!ZSTD_isError(in) && !ZSTD_isError(in_size) && !ZSTD_isError(out));
    return c;
}

void column_coder_free(struct column_coder *c)
{
    if (c != NULL) {
        (void)ZSTD_freeCCtx(c->zstd_in);
        (void)ZSTD_freeDCtx(c->zstd_out);
        free(c);
    }
}

static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (0 - ((uint64_t)v >> 63));
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

/* ---- numbers ---- */

static void put_wide(struct bit_writer *w, uint64_t v, unsigned width)
{
    bits_put(w, v & UINT32_MAX, width < 32 ? width : 32);
    if (width > 32) {
        bits_put(w, v >> 32, width - 32);
    }
}

static bool get_wide(struct bit_reader *r, unsigned width, uint64_t *v)
{
    uint64_t high = 0;
    bool sound = bits_get(r, width < 32 ? width : 32, v);
    if (width > 32) {
        sound = bits_get(r, width - 32, &high) && sound;
    }
    *v |= high << 32;
    return sound;
}

/* Of a number in the heading; NUMBER_WHOLE bits are written as 64. */
static unsigned number_width(int64_t v)
{
    unsigned width = bits_of(zigzag(v));
    return width >= NUMBER_WHOLE ? 64 : width;
}

void column_write_number(struct bit_writer *w, int64_t v)
{
    unsigned width = number_width(v);
    bits_put(w, width == 64 ? NUMBER_WHOLE : width, LENGTH_BITS);
    put_wide(w, zigzag(v), width);
}

bool column_read_number(struct bit_reader *r, int64_t *v)
{
    uint64_t width = 0;
    uint64_t code = 0;
    bool sound = bits_get(r, LENGTH_BITS, &width);
    sound = get_wide(r, width == NUMBER_WHOLE ? 64 : (unsigned)width, &code) && sound;
    *v = unzigzag(code);
    return sound;
}

/* ---- Rice ---- */

/*
 * `sum` is the mean times 16. k goes up by one where the mean is at twice the power of two it
 * stands for, less a half: close to the best for geometric numbers (Kiely, "Selecting the Golomb
 * Parameter in Rice Coding", JPL IPN 42-159, 2004).
 */
static unsigned rice_shift(uint64_t sum)
{
    return bits_of((sum + (1U << (WINDOW_BITS - 1))) >> (WINDOW_BITS + 1));
}

static uint64_t rice_learn(uint64_t sum, uint64_t v)
{
    return sum - (sum >> WINDOW_BITS) + (v < LEARN_MAX ? v : LEARN_MAX);
}

static uint64_t rice_begin(unsigned start)
{
    return start == 0 ? 0 : UINT64_C(1) << (start - 1 + WINDOW_BITS);
}

static uint8_t start_of(const uint64_t *codes, size_t count)
{
    uint64_t sum = 0;
    size_t n = count < START_VALUES ? count : START_VALUES;
    for (size_t i = 0; i < n; i++) {
        sum += codes[i] < LEARN_MAX ? codes[i] : LEARN_MAX;
    }
    return (uint8_t)bits_of(sum / (n + 1));
}

static uint64_t rice_cost(const uint64_t *codes, size_t count, unsigned start)
{
    uint64_t sum = rice_begin(start);
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned k = rice_shift(sum);
        uint64_t quotient = codes[i] >> k;
        bits += quotient < QUOTIENT_MAX ? quotient + 1 + k
                                        : QUOTIENT_MAX + LENGTH_BITS + bits_of(codes[i]);
        sum = rice_learn(sum, codes[i]);
    }
    return bits;
}

static void rice_put(struct bit_writer *w, uint64_t *sum, uint64_t v)
{
    unsigned k = rice_shift(*sum);
    uint64_t quotient = v >> k;
    uint64_t low = v & ((UINT64_C(1) << k) - 1);
    *sum = rice_learn(*sum, v);
    if (quotient >= QUOTIENT_MAX) {
        unsigned width = bits_of(v);
        bits_put(w, (uint64_t)(width - 1) << QUOTIENT_MAX, QUOTIENT_MAX + LENGTH_BITS);
        put_wide(w, v, width);
    } else if (quotient + 1 + k <= BITS_AT_ONCE) {
        bits_put(w, (low << 1 | 1) << quotient, (unsigned)quotient + 1 + k);
    } else {
        bits_put(w, UINT64_C(1) << quotient, (unsigned)quotient + 1);
        bits_put(w, low, k);
    }
}

static inline bool rice_get(struct bit_reader *r, uint64_t *sum, uint64_t *v)
{
    unsigned k = rice_shift(*sum);
    uint64_t next = bits_peek(r);
    unsigned quotient = (unsigned)__builtin_ctzll(next | UINT64_C(1) << QUOTIENT_MAX);
    bool sound = false;
    if (quotient == QUOTIENT_MAX) {
        unsigned width = (unsigned)(next >> QUOTIENT_MAX & NUMBER_WHOLE) + 1;
        sound = bits_skip(r, QUOTIENT_MAX + LENGTH_BITS) && get_wide(r, width, v);
    } else if (quotient + 1 + k <= BITS_AT_ONCE) {
        uint64_t low = next >> (quotient + 1) & ((UINT64_C(1) << k) - 1);
        *v = (uint64_t)quotient << k | low;
        sound = bits_skip(r, quotient + 1 + k);
    } else {
        sound = bits_skip(r, quotient + 1) && bits_get(r, k, v);
        *v |= (uint64_t)quotient << k;
    }
    *sum = rice_learn(*sum, *v);
    return sound;
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
    int64_t change = minus(steps[i - 1], steps[i - 2]);
    if (p == PREDICT_TIMED) {
        change = stretch(change, minus(times_s[i - 1], times_s[i - 2]),
                         minus(times_s[i], times_s[i - 1]));
    }
    return plus(steps[i - 1], change);
}

/* What a prediction leaves of `count` steps: residuals[i - 1] for step i. */
static void leave(enum prediction p, const int64_t *steps, const int64_t *times_s, size_t count,
                  int64_t *residuals)
{
#define LOOP(name)                                                                                 \
    for (size_t i = 1; i < count; i++) {                                                           \
        residuals[i - 1] = minus(steps[i], expected(name, steps, times_s, i));                     \
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
    }
#undef LOOP
}

/* The way back. */
static void restore(enum prediction p, const int64_t *residuals, const int64_t *times_s,
                    size_t count, int64_t *steps)
{
    steps[0] = 0;
#define LOOP(name)                                                                                 \
    for (size_t i = 1; i < count; i++) {                                                           \
        steps[i] = plus(residuals[i - 1], expected(name, steps, times_s, i));                      \
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
    }
#undef LOOP
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
        steps[i] = minus(in->values[i], in->values[0]);
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

/* How many numbers up to `largest` are written in one bit less than the others. */
static uint64_t shorter_codes(uint64_t largest)
{
    unsigned width = bits_of(largest);
    return width <= TRUNCATED_MAX ? (UINT64_C(1) << width) - 1 - largest : 0;
}

/* Takes `plan` for `best` where it costs less; what all codings write is not counted. */
static void consider(struct column_plan *best, struct column_plan plan)
{
    plan.bits += LENGTH_BITS + number_width(plan.center);
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
    plan.largest = (uint64_t)minus(most, least);
    plan.bits = count * bits_of(plan.largest) + LENGTH_BITS + number_width((int64_t)plan.largest);
    uint64_t shorter = shorter_codes(plan.largest);
    plan.bits -= shorter == 0 ? 0 : count * shorter / (plan.largest + 1); /* as if all alike */
    consider(best, plan);
}

/* The zeros before each other code, it less one, the zeros at the end; answers how many others. */
static size_t split_runs(struct column_coder *c, size_t count)
{
    size_t n = 0;
    uint64_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        if (c->codes[i] == 0) {
            zeros++;
            continue;
        }
        c->runs[n] = zeros;
        c->others[n++] = c->codes[i] - 1;
        zeros = 0;
    }
    c->runs[n] = zeros;
    return n;
}

/* Finds the best coding of `count` residuals. */
static void weigh(struct column_coder *c, enum prediction p, size_t count, struct column_plan *best)
{
    struct column_plan plan = {.prediction = (uint8_t)p};
    consider_fixed(c->residuals, count, plan, best);
    plan.center = middle_of(c->residuals, count);
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        c->codes[i] = zigzag(minus(c->residuals[i], plan.center));
        zeros += c->codes[i] == 0;
    }
    if (zeros <= count / 2) {
        plan.coding = CODE_RICE;
        plan.start = start_of(c->codes, count);
        plan.bits = LENGTH_BITS + rice_cost(c->codes, count, plan.start);
    } else {
        size_t others = split_runs(c, count);
        plan.coding = CODE_RUNS;
        plan.start = start_of(c->runs, others + 1);
        plan.start_others = start_of(c->others, others);
        plan.bits = 2 * LENGTH_BITS + rice_cost(c->runs, others + 1, plan.start) +
                    rice_cost(c->others, others, plan.start_others);
    }
    consider(best, plan);
}

/* About what `count` residuals cost, from their lengths alone. */
static uint64_t guess(const int64_t *residuals, size_t count)
{
    int64_t center = middle_of(residuals, count);
    int64_t least = center;
    int64_t most = center;
    uint64_t bits = count;
    for (size_t i = 0; i < count; i++) {
        least = residuals[i] < least ? residuals[i] : least;
        most = residuals[i] > most ? residuals[i] : most;
        bits += bits_of(zigzag(minus(residuals[i], center)));
    }
    uint64_t fixed = count * bits_of((uint64_t)minus(most, least));
    return fixed < bits ? fixed : bits;
}

/* The prediction that does best at the beginning of the column. */
static enum prediction likely_prediction(struct column_coder *c, const struct column *in,
                                         enum prediction last)
{
    size_t count = in->count < QUICK_MAX ? in->count : QUICK_MAX;
    enum prediction best = PREDICT_ZERO;
    uint64_t best_bits = UINT64_MAX;
    for (int p = PREDICT_ZERO; p <= (int)last; p++) {
        leave((enum prediction)p, c->steps, in->times_s, count, c->residuals);
        uint64_t bits = guess(c->residuals, count - 1);
        if (bits < best_bits) {
            best = (enum prediction)p;
            best_bits = bits;
        }
    }
    return best;
}

struct column_plan column_plan(struct column_coder *c, const struct column *in, int level)
{
    check(in->count > 0 && in->count <= COLUMN_VALUES_MAX);
    struct column_plan best = {.bits = UINT64_MAX};
    take_steps(in, c->steps);
    struct divisor scale = scale_of(c->steps, in->count);
    divide(c->steps, in->count, &scale);
    if (in->count > 1) {
        enum prediction from = PREDICT_ZERO;
        enum prediction to = in->times_s != NULL ? PREDICT_TIMED : PREDICT_LINE;
        if (level == 0) {
            from = likely_prediction(c, in, to);
            to = from;
        }
        for (int p = (int)from; p <= (int)to; p++) {
            leave((enum prediction)p, c->steps, in->times_s, in->count, c->residuals);
            weigh(c, (enum prediction)p, in->count - 1, &best);
        }
    }
    best.first = in->values[0];
    best.scale = scale.scale;
    return best;
}

/* ---- writing ---- */

static void write_heading(struct bit_writer *w, const struct column_plan *plan)
{
    column_write_number(w, plan->first);
    bits_put(w, plan->scale > 1, 1);
    if (plan->scale > 1) {
        column_write_number(w, (int64_t)plan->scale);
    }
    bits_put(w, plan->prediction | (uint64_t)plan->coding << 2, CHOICE_BITS);
    column_write_number(w, plan->center);
}

static void write_fixed(struct bit_writer *w, const uint64_t *codes, size_t count, uint64_t largest)
{
    unsigned width = bits_of(largest);
    uint64_t shorter = shorter_codes(largest);
    column_write_number(w, (int64_t)largest);
    for (size_t i = 0; i < count; i++) {
        if (codes[i] < shorter) {
            put_wide(w, codes[i], width - 1);
        } else {
            uint64_t v = codes[i] + shorter;
            put_wide(w, shorter == 0 ? v : v >> 1 | (v & 1) << (width - 1), width);
        }
    }
}

static void write_rice(struct bit_writer *w, const uint64_t *codes, size_t count, unsigned start)
{
    uint64_t sum = rice_begin(start);
    bits_put(w, start, LENGTH_BITS);
    for (size_t i = 0; i < count; i++) {
        rice_put(w, &sum, codes[i]);
    }
}

static void write_runs(struct bit_writer *w, struct column_coder *c, size_t count,
                       const struct column_plan *plan)
{
    uint64_t runs_sum = rice_begin(plan->start);
    uint64_t others_sum = rice_begin(plan->start_others);
    size_t others = split_runs(c, count);
    bits_put(w, plan->start | (uint64_t)plan->start_others << LENGTH_BITS, 2 * LENGTH_BITS);
    for (size_t i = 0; i < others; i++) {
        rice_put(w, &runs_sum, c->runs[i]);
        rice_put(w, &others_sum, c->others[i]);
    }
    if (c->codes[count - 1] == 0) {
        rice_put(w, &runs_sum, c->runs[others]);
    }
}

/* The lowest bytes of all codes, then the next ones, as many as the largest code has. */
static unsigned spread(const uint64_t *codes, size_t count, uint8_t *planes)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= codes[i];
    }
    unsigned width = (bits_of(all) + 7) / 8;
    for (unsigned plane = 0; plane < width; plane++) {
        for (size_t i = 0; i < count; i++) {
            planes[plane * count + i] = (uint8_t)(codes[i] >> 8 * plane);
        }
    }
    return width;
}

/* Writes the column through zstd where that is smaller than `plan`; else answers false. */
static bool write_bytes_coded(struct column_coder *c, struct bit_writer *w, size_t count,
                              const struct column_plan *plan, int level)
{
    struct column_plan bytes = {.first = plan->first, .scale = plan->scale, .coding = CODE_BYTES};
    struct column_plan least = {.bits = UINT64_MAX};
    leave(PREDICT_ZERO, c->steps, NULL, count, c->residuals);
    consider_fixed(c->residuals, count - 1, bytes, &least);
    bytes.center = least.center;
    for (size_t i = 0; i < count - 1; i++) {
        c->codes[i] = (uint64_t)minus(c->residuals[i], bytes.center);
    }
    unsigned width = spread(c->codes, count - 1, c->planes);
    size_t n = ZSTD_compressCCtx(c->zstd_in, c->frame, sizeof(c->frame), c->planes,
                                 width * (count - 1), level);
    if (ZSTD_isError(n) || (n + BYTES_HEADING) * 8 >= plan->bits) {
        return false;
    }
    write_heading(w, &bytes);
    bits_put(w, width, LENGTH_BITS);
    bits_put(w, n, FRAME_LENGTH_BITS);
    size_t at = bits_align(w);
    memcpy(w->at + at, c->frame, n);
    w->len += n;
    return true;
}

void column_write(struct column_coder *c, struct bit_writer *w, const struct column *in,
                  const struct column_plan *plan, int level)
{
    size_t count = in->count - 1;
    struct divisor scale = divisor_of(plan->scale);
    take_steps(in, c->steps);
    divide(c->steps, in->count, &scale);
    if (level > 0 && in->times_s == NULL && count >= BYTES_FROM_COUNT &&
        plan->bits > BYTES_FROM_BITS * count && write_bytes_coded(c, w, in->count, plan, level)) {
        return;
    }
    leave((enum prediction)plan->prediction, c->steps, in->times_s, in->count, c->residuals);
    write_heading(w, plan);
    for (size_t i = 0; i < count; i++) {
        int64_t v = minus(c->residuals[i], plan->center);
        c->codes[i] = plan->coding == CODE_FIXED ? (uint64_t)v : zigzag(v);
    }
    switch ((enum coding)plan->coding) {
    case CODE_FIXED:
        write_fixed(w, c->codes, count, plan->largest);
        break;
    case CODE_RICE:
        write_rice(w, c->codes, count, plan->start);
        break;
    case CODE_RUNS:
        write_runs(w, c, count, plan);
        break;
    case CODE_BYTES:
        break; /* is not planned */
    }
}

/* ---- reading ---- */

static bool read_fixed(struct bit_reader *r, uint64_t *codes, size_t count)
{
    int64_t largest = 0;
    uint64_t bit = 0;
    bool sound = column_read_number(r, &largest);
    unsigned width = bits_of((uint64_t)largest);
    uint64_t shorter = shorter_codes((uint64_t)largest);
    for (size_t i = 0; i < count && sound; i++) {
        sound = get_wide(r, shorter == 0 ? width : width - 1, &codes[i]);
        if (shorter != 0 && codes[i] >= shorter) {
            sound = bits_get(r, 1, &bit) && sound;
            codes[i] = (codes[i] << 1 | bit) - shorter;
        }
    }
    return sound;
}

static bool read_rice(struct bit_reader *r, uint64_t *codes, size_t count)
{
    uint64_t start = 0;
    bool sound = bits_get(r, LENGTH_BITS, &start) && start <= START_MAX;
    uint64_t sum = rice_begin(sound ? (unsigned)start : 0);
    for (size_t i = 0; i < count && sound; i++) {
        sound = rice_get(r, &sum, &codes[i]);
    }
    return sound;
}

static bool read_runs(struct bit_reader *r, uint64_t *codes, size_t count)
{
    uint64_t start = 0;
    uint64_t start_others = 0;
    bool sound = bits_get(r, LENGTH_BITS, &start) && bits_get(r, LENGTH_BITS, &start_others) &&
                 start <= START_MAX && start_others <= START_MAX;
    uint64_t runs_sum = rice_begin(sound ? (unsigned)start : 0);
    uint64_t others_sum = rice_begin(sound ? (unsigned)start_others : 0);
    memset(codes, 0, count * sizeof(*codes));
    for (size_t i = 0; i < count && sound; i++) {
        uint64_t zeros = 0;
        sound = rice_get(r, &runs_sum, &zeros) && zeros <= count - i;
        i += sound ? (size_t)zeros : 0;
        if (sound && i < count) {
            sound = rice_get(r, &others_sum, &codes[i]) && codes[i] < UINT64_MAX;
            codes[i]++;
        }
    }
    return sound;
}

static bool read_bytes_coded(struct column_coder *c, struct bit_reader *r, size_t count)
{
    uint64_t width = 0;
    uint64_t n = 0;
    bool sound = bits_get(r, LENGTH_BITS, &width) && bits_get(r, FRAME_LENGTH_BITS, &n) &&
                 bits_skip(r, (8 - (r->pos & 7U)) & 7U) && n <= (r->end - r->pos) / 8 &&
                 width <= sizeof(uint64_t);
    if (!sound) {
        return false;
    }
    size_t size = (size_t)width * count;
    size_t got = ZSTD_decompressDCtx(c->zstd_out, c->planes, size, r->at + r->pos / 8, n);
    if (ZSTD_isError(got) || got != size) {
        return false;
    }
    memset(c->codes, 0, count * sizeof(*c->codes));
    const uint8_t *next = c->planes;
    for (unsigned plane = 0; plane < width; plane++) {
        for (size_t i = 0; i < count; i++) {
            c->codes[i] |= (uint64_t)*next++ << 8 * plane;
        }
    }
    return bits_skip(r, n * 8);
}

static bool read_codes(struct column_coder *c, struct bit_reader *r, enum coding coding,
                       size_t count)
{
    switch (coding) {
    case CODE_FIXED:
        return read_fixed(r, c->codes, count);
    case CODE_RICE:
        return read_rice(r, c->codes, count);
    case CODE_RUNS:
        return read_runs(r, c->codes, count);
    case CODE_BYTES:
        return read_bytes_coded(c, r, count);
    }
    return false;
}

bool column_read(struct column_coder *c, struct bit_reader *r, const int64_t *times_s,
                 int64_t *values, size_t count)
{
    check(count > 0 && count <= COLUMN_VALUES_MAX);
    int64_t first = 0;
    int64_t scale = 1;
    int64_t center = 0;
    uint64_t has_scale = 0;
    uint64_t choice = 0;
    bool sound = column_read_number(r, &first) && bits_get(r, 1, &has_scale) &&
                 (has_scale == 0 || column_read_number(r, &scale)) &&
                 bits_get(r, CHOICE_BITS, &choice) && column_read_number(r, &center);
    enum prediction p = (enum prediction)(choice & 3);
    enum coding coding = (enum coding)(choice >> 2);
    sound = sound && (p != PREDICT_TIMED || times_s != NULL) && read_codes(c, r, coding, count - 1);
    if (!sound) {
        return false;
    }
    bool is_plain = coding == CODE_FIXED || coding == CODE_BYTES;
    for (size_t i = 0; i < count - 1; i++) {
        c->residuals[i] = plus(is_plain ? (int64_t)c->codes[i] : unzigzag(c->codes[i]), center);
    }
    restore(p, c->residuals, times_s, count, c->steps);
    for (size_t i = 0; i < count; i++) {
        values[i] = (int64_t)((uint64_t)c->steps[i] * (uint64_t)scale + (uint64_t)first);
    }
    return true;
}
