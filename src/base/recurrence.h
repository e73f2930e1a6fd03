#ifndef BASE_RECURRENCE_H
#define BASE_RECURRENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/zone.h"

/*
 * What comes again each day, week or month at a time that the clocks of a zone show. It is due once
 * a day, week or month, whatever clocks do: at the first of two times of that name where the clock
 * is set back, and counted on from before the change where it is set forward, so that 02:30 is
 * 03:30. All functions are pure.
 */

enum recurrence_every { RECUR_DAY, RECUR_WEEK, RECUR_MONTH, RECUR_EVERIES };

struct recurrence {
    enum recurrence_every every;
    int minute; /* of the local day, 0 to 1439 */
    int day;    /* RECUR_WEEK: 1 (Monday) to 7; RECUR_MONTH: 1 to 31, or the month's last; else 0 */
};

enum { RECURRENCE_TEXT_SIZE = 12 };

/*
 * Reads a time as `every` has it: "07:00", "1 07:00" (Monday), "31 07:00" (the last day of shorter
 * months, too). False: it is none, and *out is as it was.
 */
bool recurrence_read(enum recurrence_every every, struct bytes at, struct recurrence *out);
/* Writes what recurrence_read() reads. */
void recurrence_write(const struct recurrence *r, char out[RECURRENCE_TEXT_SIZE]);

/* When it is due first after `time_s`, and last at or before it. */
int64_t recurrence_next_s(const struct recurrence *r, struct zone_clock *clock, int64_t time_s);
int64_t recurrence_last_s(const struct recurrence *r, struct zone_clock *clock, int64_t time_s);

/*
 * For which time something was done last, as far as that can be true: a `done_s` that lies further
 * ahead than the next time is of a clock that was wrong, and is taken for the latest one. Whoever
 * keeps done_s stores this where it differs; else nothing is due until that time comes.
 */
int64_t recurrence_believed_s(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                              int64_t now_s);
/*
 * What is to be done of something that was done last for the time `done_s`: whether it is due at
 * `now_s`, and then for which time. However many times were missed, the latest alone is due.
 */
bool recurrence_is_due(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                       int64_t now_s, int64_t *due_s);
/* When that will be due next; it may be at or before now_s, where it is due. */
int64_t recurrence_awaited_s(const struct recurrence *r, struct zone_clock *clock, int64_t done_s,
                             int64_t now_s);

/*
 * The last whole day, week (from Monday) or month before the date of `due_s`: its first second and
 * its last one.
 */
void recurrence_period(const struct recurrence *r, struct zone_clock *clock, int64_t due_s,
                       int64_t *from_s, int64_t *to_s);

#endif
