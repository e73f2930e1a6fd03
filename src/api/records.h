#ifndef API_RECORDS_H
#define API_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "store/store.h"

/*
 * The answer to "which records of these devices are there": {"total", "data": [rows]}, by time,
 * then DeviceID, the earliest RECORDS_MAX. All are read before the first row is written, since
 * `total` comes first and what arrives meanwhile must not show.
 */
enum { RECORDS_MAX = 50000 };

struct records_query {
    struct call *call;
    struct device_ref *refs; /* each device once; given back when the answer is written */
    size_t count;
    struct store_event_query asked;       /* its devices and limit are set here */
    bool (*takes)(const struct event *e); /* which of them are answered; NULL: all */
    int64_t first; /* of what is found, rows are written from this number on ... */
    int64_t end;   /* ... to before this one; 0: to the last */
    /* Writes the row of a record, an object. */
    void (*write_row)(struct call *c, const struct device *d, const struct event *e);
};

/* Answers the call; 500 where the store cannot be read. */
void records_begin(const struct records_query *query);

#define RECORDS_ORDER_TEXT "startTime should not be greater than end time"
enum { RECORDS_CODE_ORDER = 403, RECORDS_CODE_FORMAT = 402 };
/*
 * Sections 19 and 21: whether DeviceIDs, at that place, is a list as the document wants it. Where
 * it is not: Code 402 with `message`.
 */
bool records_check_ids(struct call *c, size_t param, const char *message);
/* Whether the start is at or before the end; else Code 403 with the document's text. */
bool records_check_order(struct call *c, size_t start_param, size_t end_param);

/* Whether it is known where it was: nothing is ever shown at 0,0. */
bool records_has_place(const struct event *e);
/* Whether it crosses a geofence; the other kind trackers tell by themselves, of none of ours. */
bool records_is_of_fence(const struct event *e);
/* The kinds of all alarms. */
event_set records_alarm_kinds(void);

#endif
