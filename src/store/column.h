#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "store/bits.h"

enum {
    COLUMN_VALUES_MAX = 4096,
    /* Bytes of a column: at most these for its heading and for each of its values. */
    COLUMN_HEADING_MAX = 48,
    COLUMN_VALUE_MAX = 8,
};

/*
 * The values of one member of struct fix, from fix to fix, and the times the fixes were taken at,
 * where the member goes on with the time as a position does (else NULL). Differences wrap around,
 * so every int64_t is a value.
 */
struct column {
    const int64_t *values;
    const int64_t *times_s;
    size_t count; /* 1 to COLUMN_VALUES_MAX */
};

/* How a column is going to be written, and what that costs. */
struct column_plan {
    int64_t first;
    uint64_t scale;
    int64_t center;
    uint64_t largest;
    uint64_t bits; /* of it all; where zstd does better, fewer are written */
    uint8_t prediction;
    uint8_t coding;
    uint8_t start;
    uint8_t start_others;
};

/* Scratch memory and zstd's contexts. One thread's. */
struct column_coder;

struct column_coder *column_coder_new(void);
/* NULL is fine. */
void column_coder_free(struct column_coder *c);

/* One number: how many bits it has (zigzag, 6 bits), and these. */
void column_write_number(struct bit_writer *w, int64_t v);
/* False at the end. */
bool column_read_number(struct bit_reader *r, int64_t *v);

/*
 * Chooses how to write `in`. At level 0 the beginning of the column tells which prediction is the
 * best; above, all of it does.
 */
struct column_plan column_plan(struct column_coder *c, const struct column *in, int level);

/*
 * Writes `in` as planned; a column that costs much is tried with zstd at `level` where that is
 * above 0. At most COLUMN_HEADING_MAX bytes and COLUMN_VALUE_MAX a value.
 */
void column_write(struct column_coder *c, struct bit_writer *w, const struct column *in,
                  const struct column_plan *plan, int level);

/*
 * The values of a column of `count`, as written; `times_s` as in struct column. False: this is not
 * what column_write() makes.
 */
bool column_read(struct column_coder *c, struct bit_reader *r, const int64_t *times_s,
                 int64_t *values, size_t count);

#endif
