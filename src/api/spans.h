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

/* Where a page ends: every row of devices before is told, and of this one up to the time. */
struct spans_cursor {
    const char *device_id;
    int64_t time_s; /* a row that starts then is told, too */
};
/* Reads an After, which out->device_id then borrows; false: it is none. */
bool spans_read_cursor(const char *text, struct spans_cursor *out);
/* Writes it as a JSON text. */
void spans_write_cursor(const struct spans_cursor *cursor, struct json_out *out);
/*
 * Whether so many devices over such a range are more than SPANS_DEVICE_DAYS_MAX. A day with the
 * hour that is added in autumn is one, and so is one up to the midnight behind it.
 */
bool spans_is_too_much(const struct range *range, size_t devices);

#define SPANS_TEXT_TOO_MANY "more than 3100 device-days are asked for"
enum { SPANS_DEVICE_DAYS_MAX = 3100 };

#endif
