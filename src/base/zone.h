#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * Time zones by IANA name, and the contract's forms of local time. A zone is counted and immutable:
 * any thread may use one it holds. A zone_clock belongs to one use (a request, a loop) and must not
 * be shared; it remembers the offset and the day it met last, so that 100,000 times of one answer
 * cost a few nanoseconds each.
 */
struct zone;

/*
 * Finds "Asia/Shanghai", "UTC" and the like, as spelled by the IANA data base, and holds it:
 * zone_release() when done. ERR_INVALID where the name cannot be one, ERR_NOT_FOUND where this
 * machine does not know it. Reads a file: keep the zone rather than finding it anew for each time.
 */
MUST_USE enum err zone_find(const char *name, struct zone **out);
/* One more hold; answers `z`. */
struct zone *zone_hold(struct zone *z);
/* One hold less; NULL is fine. */
void zone_release(struct zone *z);
/* As it was asked for; lives as long as the zone. */
const char *zone_name(const struct zone *z);

struct zone_clock {
    const struct zone *zone; /* borrowed */
    int64_t from_s;          /* offset_s holds from from_s until before until_s */
    int64_t until_s;
    int32_t offset_s; /* east of UTC */
    char date[12];    /* of local_day, as ZONE_TIME has it, with the blank behind; "" none yet */
    int64_t local_day;
};

/* A clock of the zone `z`, which must outlive it. */
struct zone_clock zone_clock_init(const struct zone *z);
/* Seconds east of UTC at `time_s`. */
int32_t zone_offset_s(struct zone_clock *clock, int64_t time_s);

enum zone_form {
    ZONE_TIME,  /* "yyyy-MM-dd HH:mm:ss" */
    ZONE_SLASH, /* "yyyy/M/d HH:mm:ss", section 32 */
    ZONE_DATE,  /* "yyyy-MM-dd", section 33 */
};
enum { ZONE_TEXT_SIZE = 20 };

/* Local time as text; times beyond the years 1 to 9999 become the nearest end of them. */
void zone_format(struct zone_clock *clock, enum zone_form form, int64_t time_s,
                 char out[ZONE_TEXT_SIZE]);
/* A clock that is set back shows an hour twice: which of the two passes is meant. */
enum zone_pass { ZONE_FIRST_PASS, ZONE_LAST_PASS };

/*
 * The instant at which the zone's clocks show `local_s`, which is that date and time read as UTC.
 * As zone_parse() says of times that come twice, and of those that never come.
 */
int64_t zone_instant_s(struct zone_clock *clock, int64_t local_s, enum zone_pass pass);

/*
 * Reads "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd" (midnight), "yyyy/M/d H:mm:ss" and ISO 8601 without an
 * offset ("yyyy-MM-ddTHH:mm:ss", all local), and ISO 8601 with an offset or Z. Where clocks are set
 * back, a local time comes twice, and `pass` says which is meant. Where they are set forward, a
 * local time may never come; it is then counted on from before the change, so that 02:30 is 03:30.
 * ERR_INVALID for anything else.
 */
MUST_USE enum err zone_parse(struct zone_clock *clock, struct bytes text, enum zone_pass pass,
                             int64_t *time_s);
/*
 * As zone_parse(), of what is to happen: of a local time that comes twice the first pass that is
 * later than `now_s`, else the last one. ERR_NOT_FOUND: a local time that never comes.
 */
MUST_USE enum err zone_parse_ahead(struct zone_clock *clock, struct bytes text, int64_t now_s,
                                   int64_t *time_s);

#endif
