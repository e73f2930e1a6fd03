#ifndef FLEET_UNKNOWN_H
#define FLEET_UNKNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/message.h"

/*
 * Trackers that knocked and are not registered, newest last; in memory only, bounded to
 * UNKNOWN_MAX (the one not heard from for longest goes). Any thread; has its own lock.
 */
enum { UNKNOWN_MAX = 10000, UNKNOWN_FRAME_MAX = 256, UNKNOWN_ADDRESS_SIZE = 56 };

struct unknown_tracker {
    char device_id[DEVICE_ID_SIZE];
    uint8_t protocol; /* index of PROTOCOL_MAP */
    char address[UNKNOWN_ADDRESS_SIZE];
    int64_t first_time_s;
    int64_t last_time_s;
    uint64_t count; /* frames */
    size_t frame_len;
    uint8_t frame[UNKNOWN_FRAME_MAX]; /* the last one, cut */
};

struct unknown_trackers;

/* An empty table, for unknown_free(). */
struct unknown_trackers *unknown_new(void);
/* NULL is fine. No thread uses it any more. */
void unknown_free(struct unknown_trackers *u);
/* One more frame of `device_id` at `now_s`. */
void unknown_note(struct unknown_trackers *u, const struct unknown_tracker *seen, int64_t now_s);
/* Forgets one (it was registered). */
void unknown_forget(struct unknown_trackers *u, const char *device_id);
/* A copy of all in `arena`, the latest heard first. */
struct unknown_tracker *unknown_list(struct unknown_trackers *u, struct arena *arena,
                                     size_t *count);

#endif
