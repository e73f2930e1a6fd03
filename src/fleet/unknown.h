#ifndef FLEET_UNKNOWN_H
#define FLEET_UNKNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "model/message.h"
#include "protocols/protocol.h"

/*
 * Trackers that knocked and are not registered; in memory only. Any thread; has its own lock.
 *
 * Those that named themselves are listed by DeviceID, at most UNKNOWN_MAX; the one that was not
 * heard from for longest goes first. Those that nobody understood are known by their address alone.
 * They have a table of their own, so that a scanner drives no named tracker out: it has
 * UNKNOWN_NAMELESS_MAX places, by host, and at most UNKNOWN_PER_NETWORK for one network (/24 of
 * IPv4, /64 of IPv6).
 */
enum {
    UNKNOWN_MAX = 10000,
    UNKNOWN_NAMELESS_MAX = 1000,
    UNKNOWN_PER_NETWORK = 8,
    UNKNOWN_FRAME_MAX = 256,
    UNKNOWN_ADDRESS_SIZE = 56,
};

/* What the log gets: one line an hour for each tracker, and so many a minute for all of them. */
enum { UNKNOWN_LINES_MAX = 10, UNKNOWN_TELL_AGAIN_S = 3600 };

/* Where a tracker was heard last, for whoever registers it. */
struct unknown_link {
    uint32_t slot;           /* of its connection (ingest/ingest.h) */
    uint32_t generation;     /* 0: not known */
    int64_t heard_ms;        /* monotonic */
    struct device_slot told; /* what its last frame told of the terminal */
};

struct unknown_tracker {
    char device_id[DEVICE_ID_SIZE]; /* "": it named none */
    uint8_t protocol;               /* index of PROTOCOL_MAP, or PROTOCOL_UNKNOWN */
    char address[UNKNOWN_ADDRESS_SIZE];
    int64_t first_time_s;
    int64_t last_time_s;
    uint64_t count; /* frames; of a nameless one the times it was not understood */
    size_t frame_len;
    uint8_t frame[UNKNOWN_FRAME_MAX]; /* the last one, cut */
    struct unknown_link link;
};

/*
 * Whether the log gets a line now, and how many lines were due but not written since the last one.
 */
struct unknown_line {
    bool is_due;
    uint64_t left_out;
};

struct unknown_trackers;

/* An empty table, for unknown_free(). */
struct unknown_trackers *unknown_new(void);
/* NULL is fine. No thread uses it any more. */
void unknown_free(struct unknown_trackers *u);
/*
 * Counts one more frame of `seen`, found by its device_id, or by its host where that is empty. Of
 * `seen` the protocol, address, frame and link are read. Answers whether the log is to get a line.
 */
struct unknown_line unknown_note(struct unknown_trackers *u, const struct unknown_tracker *seen,
                                 int64_t now_s);
/*
 * Forgets one (it was registered). Whether there was one; `out` is then a copy. NULL: nobody asks.
 */
bool unknown_forget(struct unknown_trackers *u, const char *device_id, struct unknown_tracker *out);
/* A copy of all in `arena`, the latest heard first. */
struct unknown_tracker *unknown_list(struct unknown_trackers *u, struct arena *arena,
                                     size_t *count);

#endif
