#ifndef FLEET_WATCH_PRIVATE_H
#define FLEET_WATCH_PRIVATE_H

#include "fleet/fold.h"
#include "fleet/watch.h"

/* One fix on its way through the watch; shared by its files and fold.c alone. */
struct watch_step {
    struct fold_state *state; /* after the fix; complete but for its watch */
    const struct fix *fix;
    const struct fold_limits *limits; /* NULL: no rules apply */
    const struct watch_sink *sink;    /* NULL: nobody listens */
    int64_t before_s;                 /* GPS time of the fix before; 0: none */
    enum motion motion_before;
    bool locked;      /* a position of GPS with lock */
    bool speed_known; /* locked, with a speed */
    bool silent;      /* a silence lies before this fix */
    bool plausible;   /* where it is can be reached since the last lock */
    bool together;    /* it is of the same second as the fix before */
    int64_t value;    /* of the alarms that are told next */
};

/* Tells one thing, with what the step knows of it. */
void watch_tell(const struct watch_step *s, struct watch_event *e);
/* An alarm holds; the first time, or the first time again, it is told. */
void watch_hold(struct watch_step *s, uint8_t kind, uint32_t subject, uint8_t by);
/* It no longer holds by `by` since `at_s`; where nothing else holds it, its end is told. */
void watch_release(struct watch_step *s, uint8_t kind, uint32_t subject, uint8_t by, int64_t at_s);

/* watch.c: takes away what rules alone hold; and the tracker's own alarms. */
void watch_forget_rules(struct watch *w);
void watch_device(struct watch_step *s);
/* watch_limits.c: alarms by rule. */
void watch_limits(struct watch_step *s);
/* watch_fences.c: geofences. */
void watch_fences(struct watch_step *s, const struct fold_rules *rules);
/* What is decided of them at that time, by the last position; tells nothing. */
void watch_adopt(struct watch_step *s, const struct fold_rules *rules, int64_t at_s);
/* watch_fuel.c: refuels and drains; with what had been put in before the fix. */
void watch_fuel(struct watch_step *s, uint64_t refuelled_before_ml, uint32_t tank_ml);

#endif
