#ifndef API_SPANS_H
#define API_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "api/device_choice.h"
#include "fleet/walk.h"

/*
 * The answer to "which spans of these devices are in this range": {"data": [rows], "next", "done",
 * "of"}, by DeviceID, then time. A page ends after so many rows, or behind a device when so much
 * was read; `next` is what its After has to be, and null at the end. Since that names a device and
 * a time, data that arrive between two pages neither double a row nor hide one that was there.
 */
struct spans_query {
    struct call *call;
    /* What is looked for; its range, midnights and sink are set here. */
    struct walk_options walk;
    /* Writes the row of a span, an object. */
    void (*write_row)(struct call *c, const struct device *d, const struct span *span);
};

/* The fields that every such method has, in this order; its own come behind them. */
enum { SPANS_DEVICES, SPANS_GROUPS, SPANS_START, SPANS_END, SPANS_AFTER, SPANS_OWN };
#define SPANS_PARAMS                                                                               \
    DEVICE_CHOICE_PARAMS,                                                                          \
        {.name = "StartTime",                                                                      \
         .type = PARAM_TIME,                                                                       \
         .required = true,                                                                         \
         .doc = "First instant, inclusive"},                                                       \
        {.name = "EndTime",                                                                        \
         .type = PARAM_TIME,                                                                       \
         .ends_range = true,                                                                       \
         .required = true,                                                                         \
         .doc = "Last instant, inclusive; devices times days are 3,100 at most"},                  \
    {                                                                                              \
        .name = "After", .type = PARAM_TEXT,                                                       \
        .doc = "The `next` of the page before; first page: "                                       \
               "none"                                                                              \
    }

/* The `check` of such a method: the order of the times, and After. */
bool spans_check(struct call *c);
/*
 * Answers the call with the first page, or the one behind After; 500 where more device-days are
 * asked for than one call reads. Times in rows are of the call's clock.
 */
void spans_begin(const struct spans_query *query);

#define SPANS_TEXT_TOO_MANY "more than 3100 device-days are asked for"
enum { SPANS_DEVICE_DAYS_MAX = 3100 };

#endif
