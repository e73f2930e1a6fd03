#ifndef API_LIVE_HUB_H
#define API_LIVE_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "api/live_audience.h"

/*
 * Everybody who listens to a live stream. A thread of its own makes each frame once for all who
 * hear the same, and wakes them; the threads that serve connections only copy bytes. Nobody has a
 * queue: who is slow hears less often, and then all that is new at once.
 */
struct live_hub;
struct live_client;

enum {
    LIVE_PER_USER = 64,
    LIVE_BYTES_PER_USER = 4 << 20, /* live_audience_bytes() of all its streams */
    LIVE_BYTES_OF_ENTERPRISE = 16 << 20,
    LIVE_EVERY_MAX_S = 60,
    LIVE_HEARTBEAT_MS = 15000,
};

struct live_options {
    const struct api *api; /* outlives the hub */
    size_t places;         /* streams at a time; an enterprise may take as many as are then free */
    size_t per_address;    /* of one client's address; 0: no limit */
};

/* Starts the thread. */
struct live_hub *live_hub_start(const struct live_options *options);
/* Every stream ends, and none begins any more; its clients are woken to hear so. Any thread. */
void live_hub_stop(struct live_hub *hub);
/* Once every client has left. */
void live_hub_free(struct live_hub *hub);

/* Somebody who wants to listen. */
struct live_wish {
    struct call *call;              /* whose caller it is; borrowed for the call of live_join() */
    struct live_audience *audience; /* taken over by live_join(), whatever it answers */
    bool has_after;                 /* it has a cursor ... */
    uint64_t after;                 /* ... with this number ... */
    bool is_after_known;            /* ... of this boot */
    unsigned every_s;
    bool once;                    /* one frame, then the end */
    bool packs;                   /* squeezed */
    void *owner;                  /* for both: */
    void (*suspend)(void *owner); /* nothing is to be sent; under the hub's lock */
    void (*resume)(void *owner);  /* there is again, or the end; once for each suspend; so, too */
};

/* NULL: there are too many, or the hub is stopped. */
struct live_client *live_join(struct live_hub *hub, const struct live_wish *wish);
/*
 * The next bytes for a client: how many; 0: it was suspended; -1: its stream is over. By the thread
 * that has its connection, as the next one.
 */
ssize_t live_read(struct live_client *client, char *out, size_t size);
/* It is gone. */
void live_leave(struct live_client *client);

#endif
