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

enum { SPANS_ROWS_MAX = 1000 }; /* of a page */

/* A page of such an answer, device by device. */
struct spans_page {
    struct call *call;
    struct range range;
    struct device_choice devices;
    size_t at;       /* the device at hand, by number; those before are done */
    int64_t after_s; /* rows of it that start up to here are told */
    size_t rows;
    bool is_begun;            /* Data is */
    bool is_over;             /* the page is, though not all may be told */
    bool is_cut;              /* ... and the next page could begin nowhere else than this one did */
    struct spans_cursor next; /* of what is told and done; device_id NULL: nothing yet */
};

/*
 * Begins with what the call asks for, behind After where that is given. False: more device-days are
 * asked for than one call reads, and the call is answered. A day with the hour that is added in
 * autumn is one, and so is one up to the midnight behind it.
 */
bool spans_page_open(struct spans_page *page, struct call *c);
/* Gives the devices back. */
void spans_page_close(struct spans_page *page);
/* Whether nothing more belongs to it. */
bool spans_page_is_done(const struct spans_page *page);
/* The device at hand. */
const struct device *spans_page_device(const struct spans_page *page);
/* Writes what stands before the rows, once; and what stands behind them. */
void spans_page_begin(struct spans_page *page);
void spans_page_end(struct spans_page *page);
/* A row that starts then was written. */
void spans_page_note(struct spans_page *page, int64_t start_s);
/* The device at hand is told to its end; the next one follows. */
void spans_page_leave(struct spans_page *page);

#define SPANS_TEXT_TOO_MANY "more than 3100 device-days are asked for"
enum { SPANS_DEVICE_DAYS_MAX = 3100 };

#endif
