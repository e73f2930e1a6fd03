#ifndef SIMULATE_WORKDAY_H
#define SIMULATE_WORKDAY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "simulate/roads.h"

/*
 * What a vehicle of the demonstration fleet does on a day: it leaves its depot, drives from site to
 * site, stays at each, and comes home. All of it follows from the vehicle's number and the day's,
 * so that any second of any day can be told without the days before.
 */

/* How a vehicle works. */
struct job_kind {
    int32_t begin_s;  /* of the day, UTC: it leaves its depot then, ... */
    int32_t spread_s; /* ... or up to so much later */
    int32_t length_s; /* about how long it is out; 0: it never leaves */
    int32_t stay_min_s;
    int32_t stay_max_s;
    uint8_t idling_percent; /* of its stays: the engine runs on */
    bool rests_on_sunday;
    uint8_t speed_max_kmh;
    uint8_t pace_percent; /* of what may be driven */
};

struct worker {
    uint32_t number; /* no other has the same */
    uint8_t region;
    uint8_t depot; /* a site */
    const struct job_kind *job;
};

/* The vehicle at one time. */
struct moment_of_day {
    int32_t at_ms; /* since the workday began */
    struct point where;
    uint32_t travelled_cm; /* since then */
    float speed_kmh;
    float course_deg;
    bool ignition_on; /* from now on */
};

/* A workday: moments in order of time. Between two the vehicle moves evenly. */
struct workday {
    int64_t begin_s; /* UTC; the engine is off, as at the end, when the next one begins */
    GArray *moments; /* struct moment_of_day; one at least, the first at 0 */
};

enum { WORKDAY_S = 86400 };

/* The number of the workday in which a time lies. */
int64_t workday_of(const struct worker *w, int64_t time_s);
/* Makes that workday; free it with workday_clear(). */
void workday_init(struct workday *day, const struct roads *roads, const struct worker *w,
                  int64_t number);
void workday_clear(struct workday *day);
/* What it travels on that workday, without making it. */
uint64_t workday_length_cm(const struct roads *roads, const struct worker *w, int64_t number);
/*
 * The vehicle at a time of that day. *hint: 0, or what an earlier call for the same day left there,
 * which makes it quick.
 */
struct moment_of_day workday_at(const struct workday *day, int64_t time_s, guint *hint);
/* The first time behind `after_s`, up to `until_s`, at which the ignition changes; INT64_MAX: none.
 */
int64_t workday_switch_s(const struct workday *day, int64_t after_s, int64_t until_s, guint *hint);

#endif
