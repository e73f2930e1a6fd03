#ifndef FLEET_RULES_H
#define FLEET_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/fix.h"

/*
 * What a device is held to: an immutable snapshot of the rules that apply to it, now and formerly.
 * The fold takes those that were valid at the GPS time of a fix, so that a late fix is judged by
 * what was decided when it was taken.
 */

/* The bounds of one temperature sensor. */
struct fold_bounds {
    int16_t min_c_e2; /* INT16_MIN: none */
    int16_t max_c_e2; /* INT16_MAX: none */
};

/* The alarm rules of a device; 0 is off. */
struct fold_limits {
    uint32_t overspeed_kmh_e2;
    uint32_t overspeed_s;    /* for so long at least */
    uint32_t offline_s;      /* silence that is an alarm */
    uint32_t displacement_m; /* from where it was parked */
    uint32_t fatigue_s;      /* of driving without a rest */
    uint8_t low_battery_percent;
    uint8_t low_data_percent; /* of its SIM cards, as the next two: less of the quota remains */
    bool has_bounds;          /* some of `temperatures` are set */
    uint32_t low_sms;         /* fewer remain */
    uint32_t sim_expiry_days; /* so few are left until the end date */
    struct fold_bounds temperatures[FIX_TEMPERATURES_MAX]; /* of sensor 1 and on */
};

struct fences;

/* What applies from one time on, until the next one. */
struct fold_term {
    int64_t from_s;
    int64_t group_id;                 /* 0: in none */
    uint32_t tank_ml;                 /* 0: unknown */
    const struct fold_limits *limits; /* NULL: none */
    int64_t enterprise_id;            /* whose device it was then; 0: whose it is now */
    struct fences *fences;            /* of that enterprise, where it was another's; NULL: none */
};

struct fold_rules {
    bool is_watched; /* what follows is all that applies; else alarms by rule and geofences are not
                        known here, and what they held is forgotten without a word */
    int64_t device;  /* internal id */
    const struct fold_term *terms; /* by from_s; none: nothing applies */
    size_t term_count;
    struct fences *fences; /* of its enterprise, as it is now; NULL: none */
};

/* For readers, who have records of what rules decided. */
extern const struct fold_rules fold_default_rules;

/* The term of a time; before the first one that of nothing. */
const struct fold_term *fold_rules_at(const struct fold_rules *rules, int64_t time_s);
/* The geofences of a term of these rules; NULL: there are none. */
struct fences *fold_rules_fences(const struct fold_rules *rules, const struct fold_term *term);
/* The first time after `after_s` at which a term or a geofence begins or ends; INT64_MAX: none. */
int64_t fold_rules_next_change_s(const struct fold_rules *rules, int64_t after_s);

#endif
