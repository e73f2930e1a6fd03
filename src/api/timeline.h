#ifndef API_TIMELINE_H
#define API_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "api/past_alarms.h"
#include "api/snapshot.h"
#include "store/store.h"

/* Where it is read from, and the clock that it is shown by; borrowed until it is freed. */
struct timeline_source {
    struct store *store;
    struct directory *directory;
    struct zone *zone;
};

/*
 * The history of one device as the API shows it: a record a GPSTime, oldest first. It is read in
 * windows of a week, so that no more than the compressed fixes of one are held. What lies in one
 * window is read from a copy: nothing that arrives meanwhile shows. One thread at a time.
 */
struct timeline {
    struct call *call; /* NULL: of none */
    struct timeline_source source;
    struct device_ref ref; /* given back by timeline_free() */
    struct zone *zone;
    struct zone_clock clock;
    struct zone_clock rcv_clock;
    int64_t from_s;
    int64_t to_s;
    size_t work;  /* done so far: GPSTimes, and what opening windows costs */
    bool is_over; /* there is no further record, or none can be read: `e` */
    enum err e;   /* ERR_OK, or why it ended early */

    /* The record at hand. */
    struct fix best;
    const struct fold_state *shown; /* the state after its best fix: `state`, or where ... */
    struct fold_state kept;         /* ... other fixes of that time came behind, this copy */

    struct fold_state state; /* after every fix taken so far */
    bool is_known;           /* while records are passed: some position is */
    struct fix next;         /* the fix after those */
    bool has_next;
    bool takes_extras; /* extra values are told, too; set it before the first record */
    uint8_t best_extras[EXTRAS_BYTES_MAX];
    size_t best_extras_len;
    struct store_reader *reader; /* of the window; NULL: none */
    struct past_alarms alarms;   /* those of the window */
    struct arena arena;          /* of both */
    int64_t window_from_s;
    int64_t window_to_s;
};

/*
 * The records of a device from `from_s` to `to_s`, both included. Takes `ref` over. NULL: the store
 * cannot be read, and the call is answered 500.
 */
struct timeline *timeline_open(struct call *c, struct device_ref ref, int64_t from_s, int64_t to_s);
/* The same where an answer may be begun already: what fails is told by `e` alone. Never NULL. */
struct timeline *timeline_new(struct call *c, struct device_ref ref, int64_t from_s, int64_t to_s);
/* The same for who makes no call: the command line. */
struct timeline *timeline_of(const struct timeline_source *source, struct device_ref ref,
                             int64_t from_s, int64_t to_s);
/* Gives all of it back. */
void timeline_free(struct timeline *t);

/*
 * Goes on by a GPSTime, or into the next window: whether there is a record of the range at hand
 * then. Call it until is_over.
 */
bool timeline_next(struct timeline *t);
/* The same without folding, which is faster: the record at hand cannot be shown. */
bool timeline_pass(struct timeline *t);
/* Before the first record again. */
void timeline_rewind(struct timeline *t);

/*
 * The record at hand as it is shown, with its alarms in `alarms`; both borrow from the timeline
 * until it goes on. After timeline_next().
 */
struct snapshot timeline_snapshot(struct timeline *t, struct shown_alarms *alarms);
/* The packed extra values of the record's best fix; with takes_extras. Until it goes on. */
struct bytes timeline_extras(const struct timeline *t);
/* Answers the call 500 because of t->e, and logs it. */
void timeline_fail(const struct timeline *t);

#define TIMELINE_UNREADABLE_TEXT "System error" /* ErrMsg of that */

#endif
