/*
 * Alarms of trackers by the rows that their protocols give, in both directions: from bits and codes
 * to alarms and back. A table has few rows, so it is walked.
 */
#include "protocols/alarm_table.h"

alarm_set alarm_table_all(const struct alarm_table *t)
{
    alarm_set set = 0;
    for (size_t i = 0; i < t->count; i++) {
        set |= t->rows[i].alarms;
    }
    return set;
}

alarm_set alarm_table_of_bits(const struct alarm_table *t, uint32_t word)
{
    alarm_set set = 0;
    uint32_t bits = t->is_active_low ? ~word : word;
    for (size_t i = 0; bits != 0 && i < t->count; i++) {
        set |= (bits >> t->rows[i].key & 1U) != 0 ? t->rows[i].alarms : 0;
    }
    return set;
}

uint32_t alarm_table_word(const struct alarm_table *t, alarm_set set)
{
    uint32_t bits = 0;
    alarm_set said = 0;
    for (size_t i = 0; i < t->count; i++) {
        if ((set & t->rows[i].alarms & ~said) != 0) {
            bits |= UINT32_C(1) << t->rows[i].key;
            said |= t->rows[i].alarms;
        }
    }
    return t->is_active_low ? ~bits : bits;
}

alarm_set alarm_table_of_code(const struct alarm_table *t, unsigned code)
{
    alarm_set set = 0;
    for (size_t i = 0; i < t->count; i++) {
        set |= t->rows[i].key == code ? t->rows[i].alarms : 0;
    }
    return set;
}

uint16_t alarm_table_code(const struct alarm_table *t, alarm_set set)
{
    for (size_t i = 0; i < t->count; i++) {
        if ((set & t->rows[i].alarms) != 0) {
            return t->rows[i].key;
        }
    }
    return 0;
}
