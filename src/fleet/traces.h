#ifndef FLEET_TRACES_H
#define FLEET_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/message.h"

/*
 * What devices say and are told, frame by frame, for whoever sets them up; in memory only. A device
 * is traced as long as a user asked for, and what was said stays for TRACE_KEPT_MS behind that. Any
 * thread; has its own lock.
 *
 * Everything is bounded: so many devices, of an enterprise so many, so many users of one, and of
 * one device the last frames alone, by their number and by their bytes.
 */
enum {
    TRACES_MAX = 64,
    TRACES_OF_ENTERPRISE_MAX = 16,
    TRACE_USERS_MAX = 8,
    TRACE_FRAMES_MAX = 512,
    TRACE_BYTES_MAX = 256 * 1024,
    TRACE_TEXT_MAX = 4096, /* of one text of a frame; the rest is cut off */
    TRACE_KEPT_MS = 600 * 1000,
};

struct traces;

enum trace_direction { TRACE_IN, TRACE_OUT };

/* One frame. No text holds a password of its device. */
struct trace_frame {
    int64_t number; /* counts in the trace, from 1 */
    int64_t time_s;
    enum trace_direction direction;
    uint8_t protocol;    /* index of PROTOCOL_MAP */
    const char *hex;     /* "": nothing that may be shown */
    const char *decoded; /* what it says, objects of JSON in lines, or a word */
};

/* Whose frame it is. */
struct trace_subject {
    int64_t device;        /* internal id; 0: by device_id */
    const char *device_id; /* as a tracker calls itself */
};

/* None are traced. */
struct traces *traces_new(void);
/* NULL is fine. No thread uses it any more. */
void traces_free(struct traces *t);

/* Whether any device is traced; costs nothing. NULL: none is. */
bool traces_run(const struct traces *t);
/* Whether this one is. */
bool traces_want(struct traces *t, const struct trace_subject *who);
/* Keeps a frame of a device that is traced; number is not looked at. The texts are copied. */
void traces_note(struct traces *t, const struct trace_subject *who,
                 const struct trace_frame *frame);
/* Ends what is over, and forgets what was kept long enough. */
void traces_expire(struct traces *t, int64_t now_monotonic_ms);

/* What a user wants. */
struct trace_wish {
    int64_t device; /* internal id */
    const char *device_id;
    int64_t enterprise_id;
    int64_t user_id;
    int64_t now_ms;   /* monotonic */
    int64_t until_ms; /* the same clock; not later than now: the user wants no more */
};

/* Traces a device for that user. ERR_FULL: too many are, or too many users ask for this one. */
MUST_USE enum err traces_wish(struct traces *t, const struct trace_wish *wish);
/*
 * The frames behind number `after`, the oldest first, in `arena`; what was said while the device
 * was another enterprise's is not there.
 */
struct trace_frame *traces_read(struct traces *t, const struct trace_wish *wish, int64_t after,
                                struct arena *arena, size_t *count);

#endif
