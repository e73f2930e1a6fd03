#ifndef SIMULATE_DEMO_REPORTS_H
#define SIMULATE_DEMO_REPORTS_H

#include "model/fix.h"
#include "simulate/demo_fleet.h"

/*
 * What a vehicle of the demonstration fleet reports, and when. Both follow from the vehicle and the
 * time alone: what was sent once is the same when it is sent again, by this run or another, and the
 * store drops it as a repeat.
 */

/*
 * How closely: each report, or those of about DEMO_COARSE_S, and of an hour while it is parked.
 * Coarse reports are some of the fine ones, and while it drives close enough that none of them is
 * behind a silence.
 */
enum demo_pace { DEMO_FINE, DEMO_COARSE };
enum { DEMO_COARSE_S = 480, DEMO_PARKED_S = 120, DEMO_PARKED_COARSE_S = 3600 };

/* Walks along the reports of one vehicle. */
struct demo_reporter {
    const struct roads *roads; /* borrowed */
    struct demo_vehicle vehicle;
    uint32_t number;    /* of its row */
    struct workday day; /* in which it is; moments NULL: none yet */
    int64_t day_number;
    guint hint;
    uint64_t odometer_cm; /* when that day began */
};

/* A walk that has not begun. Borrows `roads`. Clear with demo_reporter_clear(). */
void demo_reporter_init(struct demo_reporter *r, const struct roads *roads, size_t vehicle);
void demo_reporter_clear(struct demo_reporter *r);
/* When the first report behind a time is due. */
int64_t demo_reporter_next_s(struct demo_reporter *r, int64_t after_s, enum demo_pace pace);
/* When the last one not behind a time was. */
int64_t demo_reporter_last_s(struct demo_reporter *r, int64_t until_s);
/* What it reports at a time, whether it is due then or not. */
void demo_reporter_report(struct demo_reporter *r, int64_t time_s, struct fix *out);

#endif
