#ifndef API_RECORDS_H
#define API_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "api/device_list.h"
#include "store/store.h"

/*
 * The answer to "which records of these devices are there": {"total", "data": [rows]}, by time,
 * then DeviceID, the earliest RECORDS_MAX. All are found, and those of the page read, before the
 * first row is written, since `total` comes first.
 */
enum { RECORDS_MAX = 50000 };

struct records_query {
    struct call *call;
    struct device_ref *refs; /* each device once; given back when the answer is written */
    size_t count;
    struct store_event_query asked; /* its devices and limit are set here */
    int64_t first;                  /* of what is found, rows are written from this number on ... */
    int64_t end;                    /* ... to before this one; 0: to the last */
    /* Writes the row of a record, an object. */
    void (*write_row)(struct call *c, const struct device *d, const struct event *e);
};

/* Answers the call; 500 where the store cannot be read. */
void records_begin(const struct records_query *query);
/*
 * The same for the devices of RECORDS_NAMES, each found by `find`, and the range of the call, which
 * are set here. Code 403 where the range ends before it starts.
 */
void records_begin_asked(const struct records_query *query, device_finder *find);

/*
 * The fields of sections 19 to 22 and the first of 28: who, by DeviceIDs or by plates, and when.
 */
enum { RECORDS_NAMES, RECORDS_START, RECORDS_END, RECORDS_FIELDS };
#define RECORDS_SPAN_PARAMS                                                                        \
    [RECORDS_START] = {.name = "StartTime",                                                        \
                       .type = PARAM_TIME,                                                         \
                       .required = true,                                                           \
                       .doc = "First instant, inclusive"},                                         \
    [RECORDS_END] = {.name = "EndTime",                                                            \
                     .type = PARAM_TIME,                                                           \
                     .ends_range = true,                                                           \
                     .required = true,                                                             \
                     .doc = "Last instant, inclusive"}
extern const struct param_row records_id_params[RECORDS_FIELDS];
extern const struct param_row records_plate_params[RECORDS_FIELDS];

#define RECORDS_ORDER_TEXT "startTime should not be greater than end time"
enum { RECORDS_CODE_ORDER = 403, RECORDS_CODE_FORMAT = 402 };
/*
 * Sections 19 and 21: whether DeviceIDs is a list as the document wants it. Where it is not: Code
 * 402 with `message`.
 */
bool records_check_ids(struct call *c, const char *message);
/* Whether the start is at or before the end; else Code 403 with the document's text. */
bool records_check_order(struct call *c);

/* Whether it is known where it was: nothing is ever shown at 0,0. */
bool records_has_place(const struct event *e);
/* Whether it crosses a geofence; the other kind trackers tell by themselves, of none of ours. */
bool records_is_of_fence(const struct event *e);
/* The kinds of all alarms. */
event_set records_alarm_kinds(void);

#endif
