/*
 * Three ways to write numbers, for what is even, for what is mostly small, and for what is mostly
 * 0.
 *
 * FIXED: all in as many bits as the largest number needs, those below 2^width - largest - 1 in one
 * less (truncated binary). Of 0 to 4, in 3 bits, 3 numbers take 2: the high bits stand first, the
 * low one behind them.
 *
 *     0  00      1  10      2  01      3  11 0      4  11 1      (in the order of the stream)
 *
 * RICE: v as v >> k zeros, a one and the k low bits (R. F. Rice, "Some Practical Universal
 * Noiseless Coding Techniques", JPL 79-22, 1979). k follows the mean of about the last sixteen
 * numbers, as in JPEG-LS (ITU-T T.87, A.5): a vehicle that stands wanders by less than one that
 * drives. With a mean of 5, so k = 2:
 *
 *     13  000 1 10      3  1 11      0  1 00
 *
 * Twenty zeros announce a number that is far off: 6 bits with its length less one, and the number.
 * Where the mean begins is told before the first number in 6 bits: n for 2^(n-1), 0 for 0.
 *
 * RUNS: how many zeros, the number after them less one, and so on, both by Rice with a mean of
 * their own; where the last number is 0, the zeros at the end close it.
 *
 *     0 0 0 0 7 0 0 1 0 0 0      4 6  2 0  3
 */
#include "store/codes.h"

enum {
    LENGTH_BITS = 6,    /* of the length of a number */
    NUMBER_WHOLE = 63,  /* as a length it says 64 */
    TRUNCATED_MAX = 32, /* bits; longer ones are all written in full */
    QUOTIENT_MAX = 20,  /* zeros that announce a number far off */
    WINDOW_BITS = 4,    /* the mean is one of 16 numbers */
    START_CODES = 32,   /* so many tell where it begins */
    START_MAX = 41,     /* the length of LEARN_MAX */
};

/* The largest number that moves the mean, so that its sum has room. */
static const uint64_t LEARN_MAX = UINT64_C(1) << 40;

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
        *v |= high << 32;
    }
    return sound;
}

/* ---- a number alone ---- */

static unsigned number_width(int64_t v)
{
    unsigned width = bits_of(zigzag(v));
    return width >= NUMBER_WHOLE ? 64 : width;
}

void codes_write_number(struct bit_writer *w, int64_t v)
{
    unsigned width = number_width(v);
    bits_put(w, width == 64 ? NUMBER_WHOLE : width, LENGTH_BITS);
    put_wide(w, zigzag(v), width);
}

bool codes_read_number(struct bit_reader *r, int64_t *v)
{
    uint64_t width = 0;
    uint64_t code = 0;
    bool sound = bits_get(r, LENGTH_BITS, &width);
    sound = get_wide(r, width == NUMBER_WHOLE ? 64 : (unsigned)width, &code) && sound;
    *v = unzigzag(code);
    return sound;
}

uint64_t codes_number_cost(int64_t v)
{
    return LENGTH_BITS + number_width(v);
}

/* ---- fixed ---- */

/* How many numbers up to `largest` take one bit less than the others. */
static uint64_t shorter_codes(uint64_t largest)
{
    unsigned width = bits_of(largest);
    return width <= TRUNCATED_MAX ? (UINT64_C(1) << width) - 1 - largest : 0;
}

uint64_t codes_fixed_cost(size_t count, uint64_t largest)
{
    uint64_t shorter = shorter_codes(largest);
    uint64_t saved = shorter == 0 ? 0 : count * shorter / (largest + 1);
    return codes_number_cost((int64_t)largest) + count * bits_of(largest) - saved;
}

void codes_write_fixed(struct bit_writer *w, const uint64_t *codes, size_t count, uint64_t largest)
{
    unsigned width = bits_of(largest);
    uint64_t shorter = shorter_codes(largest);
    codes_write_number(w, (int64_t)largest);
    for (size_t i = 0; i < count; i++) {
        uint64_t v = codes[i] + shorter;
        if (shorter == 0) {
            put_wide(w, v, width);
        } else if (codes[i] < shorter) {
            bits_put(w, codes[i], width - 1);
        } else {
            bits_put(w, v >> 1 | (v & 1) << (width - 1), width);
        }
    }
}

/* Those that are all written in full. */
static bool read_full(struct bit_reader *r, uint64_t *codes, size_t count, unsigned width)
{
    bool sound = true;
    for (size_t i = 0; i < count && sound; i++) {
        sound = get_wide(r, width, &codes[i]);
    }
    return sound;
}

bool codes_read_fixed(struct bit_reader *r, uint64_t *codes, size_t count)
{
    int64_t largest = 0;
    bool sound = codes_read_number(r, &largest);
    unsigned width = bits_of((uint64_t)largest);
    uint64_t shorter = shorter_codes((uint64_t)largest);
    if (shorter == 0) {
        return sound && read_full(r, codes, count, width);
    }
    struct bit_reader at = *r; /* the compiler keeps a copy of its own in registers */
    uint64_t mask = (UINT64_C(1) << (width - 1)) - 1;
    for (size_t i = 0; i < count && sound; i++) {
        uint64_t next = bits_peek(&at);
        uint64_t v = next & mask;
        unsigned is_long = v >= shorter ? 1 : 0;
        codes[i] = is_long != 0 ? (v << 1 | (next >> (width - 1) & 1)) - shorter : v;
        sound = bits_skip(&at, width - 1 + is_long);
    }
    *r = at;
    return sound;
}

/* ---- Rice ---- */

/*
 * `sum` is the mean times 16. k grows by one where the mean reaches twice 2^k less a half, close to
 * where it is best for geometric numbers (A. Kiely, "Selecting the Golomb Parameter in Rice
 * Coding", JPL IPN 42-159, 2004).
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

uint8_t codes_start(const uint64_t *codes, size_t count)
{
    uint64_t sum = 0;
    size_t n = count < START_CODES ? count : START_CODES;
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

uint64_t codes_rice_cost(const uint64_t *codes, size_t count, unsigned start)
{
    return LENGTH_BITS + rice_cost(codes, count, start);
}

void codes_write_rice(struct bit_writer *w, const uint64_t *codes, size_t count, unsigned start)
{
    uint64_t sum = rice_begin(start);
    bits_put(w, start, LENGTH_BITS);
    for (size_t i = 0; i < count; i++) {
        rice_put(w, &sum, codes[i]);
    }
}

/* What a mean begins with, as told. */
static bool read_start(struct bit_reader *r, uint64_t *sum)
{
    uint64_t start = 0;
    bool sound = bits_get(r, LENGTH_BITS, &start) && start <= START_MAX;
    *sum = sound ? rice_begin((unsigned)start) : 0;
    return sound;
}

bool codes_read_rice(struct bit_reader *r, uint64_t *codes, size_t count)
{
    uint64_t sum = 0;
    bool sound = read_start(r, &sum);
    struct bit_reader at = *r;
    for (size_t i = 0; i < count && sound; i++) {
        uint64_t v = 0;
        sound = rice_get(&at, &sum, &v);
        codes[i] = v;
    }
    *r = at;
    return sound;
}

/* ---- runs ---- */

void codes_split_runs(struct code_runs *runs, const uint64_t *codes, size_t count)
{
    size_t n = 0;
    uint64_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        if (codes[i] == 0) {
            zeros++;
            continue;
        }
        runs->zeros[n] = zeros;
        runs->others[n++] = codes[i] - 1;
        zeros = 0;
    }
    runs->zeros[n] = zeros;
    runs->count = n;
    runs->zeros_start = codes_start(runs->zeros, n + 1);
    runs->others_start = codes_start(runs->others, n);
}

/* How many runs of zeros are written: one that is empty at the end is not. */
static size_t runs_written(const struct code_runs *runs)
{
    return runs->count + (runs->zeros[runs->count] > 0 ? 1 : 0);
}

uint64_t codes_runs_cost(const struct code_runs *runs)
{
    return UINT64_C(2) * LENGTH_BITS +
           rice_cost(runs->zeros, runs_written(runs), runs->zeros_start) +
           rice_cost(runs->others, runs->count, runs->others_start);
}

void codes_write_runs(struct bit_writer *w, const struct code_runs *runs)
{
    uint64_t zeros_sum = rice_begin(runs->zeros_start);
    uint64_t others_sum = rice_begin(runs->others_start);
    size_t written = runs_written(runs);
    bits_put(w, runs->zeros_start, LENGTH_BITS);
    bits_put(w, runs->others_start, LENGTH_BITS);
    for (size_t i = 0; i < written; i++) {
        rice_put(w, &zeros_sum, runs->zeros[i]);
        if (i < runs->count) {
            rice_put(w, &others_sum, runs->others[i]);
        }
    }
}

bool codes_read_runs(struct bit_reader *r, uint64_t *codes, size_t count)
{
    uint64_t zeros_sum = 0;
    uint64_t others_sum = 0;
    bool sound = read_start(r, &zeros_sum) && read_start(r, &others_sum);
    struct bit_reader at = *r;
    memset(codes, 0, count * sizeof(*codes));
    for (size_t i = 0; i < count && sound; i++) {
        uint64_t zeros = 0;
        sound = rice_get(&at, &zeros_sum, &zeros) && zeros <= count - i;
        i += sound ? (size_t)zeros : 0;
        if (sound && i < count) {
            uint64_t other = 0;
            sound = rice_get(&at, &others_sum, &other) && other < UINT64_MAX;
            codes[i] = other + 1;
        }
    }
    *r = at;
    return sound;
}
