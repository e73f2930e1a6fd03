#ifndef PROTOCOLS_ALARM_TABLE_H
#define PROTOCOLS_ALARM_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/alarm.h"

/*
 * Which alarms the bits of a word, or the values of a code, stand for: one row each. Bits and codes
 * without a row mean none of our alarms. The device's side reads the rows the other way; where
 * several mean the same alarm it sends the first.
 */
struct alarm_row {
    uint16_t key; /* the number of the bit, from 0, or the code */
    alarm_set alarms;
};

struct alarm_table {
    const struct alarm_row *rows;
    size_t count;
    bool is_active_low; /* of bits: 0 is the alarm */
};

/* A table of the array `rows`. */
#define ALARM_TABLE(rows)                                                                          \
    {                                                                                              \
        (rows), sizeof(rows) / sizeof((rows)[0]), false                                            \
    }

/* The alarms that any row stands for. */
alarm_set alarm_table_all(const struct alarm_table *t);
/* The alarms that the bits of `word` stand for. */
alarm_set alarm_table_of_bits(const struct alarm_table *t, uint32_t word);
/* The word that tells the alarms of `set`, as far as they have a bit. Each sets one bit. */
uint32_t alarm_table_word(const struct alarm_table *t, alarm_set set);
/* The alarms that `code` stands for. */
alarm_set alarm_table_of_code(const struct alarm_table *t, unsigned code);
/* The code of an alarm of `set`; 0 where none has a code. */
uint16_t alarm_table_code(const struct alarm_table *t, alarm_set set);

#endif
