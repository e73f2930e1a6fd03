#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The two clocks; nothing else in the program asks the system for the time. */
int64_t clock_wall_ms(void);      /* since 1970-01-01T00:00:00Z; may be set back */
int64_t clock_monotonic_ms(void); /* never goes back; means nothing across restarts */
int64_t clock_monotonic_us(void); /* the same, finer */
/* Whether the wall clock is kept right by another one (NTP), as the kernel says by adjtimex(2). */
bool clock_is_synchronised(void);

/* A date and time of day of the proleptic Gregorian calendar, without a zone. */
struct civil {
    int year;   /* 1 .. 9999 */
    int month;  /* 1 .. 12 */
    int day;    /* 1 .. 31 */
    int hour;   /* 0 .. 23 */
    int minute; /* 0 .. 59 */
    int second; /* 0 .. 59 */
};

/* Whether every field is in its range, the day within its month. */
bool civil_is_valid(const struct civil *c);
/* Seconds since 1970 of a valid `c` read as UTC. */
int64_t civil_to_s(const struct civil *c);
/* The UTC date and time of `time_s`, which must lie in the years 1 to 9999. */
struct civil civil_from_s(int64_t time_s);

enum { CLOCK_ISO_SIZE = 21 };

/* "2026-11-23T01:12:00Z", for a time in the years 1 to 9999. */
void clock_format_iso(int64_t time_s, char out[CLOCK_ISO_SIZE]);
/*
 * ISO 8601 with "T" or a blank between date and time, an optional fraction (cut off) and "Z" or an
 * offset ("+08:00", "+0800"); false for anything else, one without a zone too.
 */
bool clock_parse_iso(struct bytes text, int64_t *time_s);

#endif
