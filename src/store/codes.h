#ifndef STORE_CODES_H
#define STORE_CODES_H

#include "store/bits.h"

/*
 * Numbers from 0 up as bits, in the three ways of codes.c. A writer answers a cost for what it is
 * going to write, exact but for the fixed way; the buffers are the caller's. A reader answers false
 * where the bits end or are not what the writer makes; its numbers are then of no use.
 */

enum { CODES_MAX = 4096 };

/* Signed numbers as numbers from 0 up, small ones small: 0, -1, 1, -2, 2 ... */
static inline uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (0 - ((uint64_t)v >> 63));
}

static inline int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

/* One signed number alone: how long it is (6 bits), and its zigzag. */
void codes_write_number(struct bit_writer *w, int64_t v);
bool codes_read_number(struct bit_reader *r, int64_t *v);
/* In bits. */
uint64_t codes_number_cost(int64_t v);

/* In as many bits each as `largest`, or one less; the cost is as if all numbers came alike often.
 */
void codes_write_fixed(struct bit_writer *w, const uint64_t *codes, size_t count, uint64_t largest);
bool codes_read_fixed(struct bit_reader *r, uint64_t *codes, size_t count);
uint64_t codes_fixed_cost(size_t count, uint64_t largest);

/* By Rice, the mean beginning as `start` says: codes_start() tells the one for these codes. */
uint8_t codes_start(const uint64_t *codes, size_t count);
void codes_write_rice(struct bit_writer *w, const uint64_t *codes, size_t count, unsigned start);
bool codes_read_rice(struct bit_reader *r, uint64_t *codes, size_t count);
uint64_t codes_rice_cost(const uint64_t *codes, size_t count, unsigned start);

/* Codes that mostly are 0. */
struct code_runs {
    uint64_t zeros[CODES_MAX + 1]; /* before each of the others, and at the end */
    uint64_t others[CODES_MAX];    /* less one */
    size_t count;                  /* of the others */
    uint8_t zeros_start;
    uint8_t others_start;
};

/* Counts `count` codes, at most CODES_MAX. */
void codes_split_runs(struct code_runs *runs, const uint64_t *codes, size_t count);
void codes_write_runs(struct bit_writer *w, const struct code_runs *runs);
bool codes_read_runs(struct bit_reader *r, uint64_t *codes, size_t count);
uint64_t codes_runs_cost(const struct code_runs *runs);

#endif
