#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "store/codes.h"

enum {
    COLUMN_VALUES_MAX = CODES_MAX,
    /* Bytes of a column: at most these for its heading and for each of its values. */
    COLUMN_HEADING_MAX = 48,
    COLUMN_VALUE_MAX = 8,
};

/* What a value is expected to be: see column.c. */
enum prediction { PREDICT_ZERO, PREDICT_LAST, PREDICT_LINE, PREDICT_TIMED, PREDICT_RECENT };

/*
 * The values of one member of struct fix, from fix to fix, and the times the fixes were taken at,
 * where the member goes on with the time as a position does (else NULL). Differences wrap around,
 * so every int64_t is a value.
 */
struct column {
    const int64_t *values;
    const int64_t *times_s;
    size_t count;          /* 1 to COLUMN_VALUES_MAX */
    enum prediction usual; /* TIMED only with times, never RECENT */
};

/* How a column is going to be written, and what that costs. */
struct column_plan {
    int64_t first;
    uint64_t scale;
    int64_t center;
    uint64_t largest;
    uint64_t bits; /* but for first value and scale */
    uint8_t prediction;
    uint8_t coding;
    uint8_t start; /* of RICE */
};

/* Scratch memory. One thread's. */
struct column_coder;

/* Freed with column_coder_free(). */
struct column_coder *column_coder_new(void);
/* NULL is fine. */
void column_coder_free(struct column_coder *c);

/* Chooses how to write `in`: by the best of all predictions where `thorough`, else by the usual. */
struct column_plan column_plan(struct column_coder *c, const struct column *in, bool thorough);

/* Writes `in` as planned: at most COLUMN_HEADING_MAX bytes and COLUMN_VALUE_MAX a value. */
void column_write(struct column_coder *c, struct bit_writer *w, const struct column *in,
                  const struct column_plan *plan);

/*
 * The values of a column of `count`, as written; `times_s` as in struct column. False: this is not
 * what column_write() makes.
 */
bool column_read(struct column_coder *c, struct bit_reader *r, const int64_t *times_s,
                 int64_t *values, size_t count);

#endif
