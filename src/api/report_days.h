#ifndef API_REPORT_DAYS_H
#define API_REPORT_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json_value.h"

/* What the days of one device, as GetDays tells them, add up to; texts are in an arena. */
struct report_days {
    int64_t trips;
    int64_t driving_s;
    int64_t idle_s;
    double top_speed_kmh;
    bool has_fuel;      /* a day told what was used */
    struct bytes place; /* where it was last, as the next two; empty where that is unknown */
    struct bytes lon;
    struct bytes lat;
};

/* Adds the next days, an array of rows. */
void report_days_add(struct report_days *days, const struct json_value *rows, struct arena *arena);
/* The sum under the name that a day has it by, as JSON has it; empty where there is none. */
struct bytes report_days_value(const struct report_days *days, const char *member,
                               struct arena *arena);

#endif
