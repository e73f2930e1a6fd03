#ifndef API_REPORT_PAGES_H
#define API_REPORT_PAGES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "api/report_kinds.h"
#include "base/json_read.h"

/*
 * The rows of a report of one device, a page at a time. They are asked of the very method that
 * answers them to clients, by a call made here: in the name of an account, by the rights that it
 * has at the moment of each page. One thread; it may take long.
 */
struct report_pages {
    const struct api *api;
    const struct report_job *job; /* borrowed, as the next two */
    const struct report_row *row;
    const struct json_value *options; /* the object in job->options */
    const struct api_method *method;
    struct call *call;
    struct arena arena;   /* of the page at hand */
    struct json_out text; /* of its answer */

    /* Of the device at hand. */
    const char *device_id; /* borrowed; NULL: report_pages_of() was not called yet */
    const char *plate;     /* as it is at this page; in `arena`, where the method is asked by it */
    const char *after;     /* in `after_room` */
    char after_room[256];
    int64_t index;
    bool is_last;       /* the page at hand is */
    GHashTable *listed; /* the AlarmIDs of its pages so far, int64_t: an index shifts with each
                           alarm that is filed meanwhile */
};

/*
 * Begins, with the rows of a kind, mostly that of the report, and with no device:
 * report_pages_of() chooses one. report_pages_clear() when done.
 */
void report_pages_init(struct report_pages *p, const struct api *api, const struct report_job *job,
                       const struct report_row *row, const struct json_value *options);
void report_pages_clear(struct report_pages *p);
/* Goes to a device, before its first page. */
void report_pages_of(struct report_pages *p, const char *device_id);
/*
 * The rows of its next page, an array in p->arena until the next one; it may be empty. ERR_END:
 * there is none any more; ERR_FORBIDDEN: the account may not (any more); ERR_IO: the method failed.
 * Of the last two `why` tells people more.
 */
MUST_USE enum err report_pages_next(struct report_pages *p, const struct json_value **rows,
                                    char why[REPORT_ERROR_MAX]);
/*
 * Who the account is at the moment, acting in the enterprise. ERR_NOT_FOUND: it is gone, or its
 * time is over; ERR_FORBIDDEN: it may not act there.
 */
MUST_USE enum err report_caller(const struct api *api, int64_t user_id, int64_t enterprise_id,
                                struct caller *out);
/* What people are told of an error of report_caller(). */
const char *report_caller_why(enum err e);

#endif
