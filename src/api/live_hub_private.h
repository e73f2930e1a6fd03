#ifndef API_LIVE_HUB_PRIVATE_H
#define API_LIVE_HUB_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "api/live_frame.h"
#include "api/live_hub.h"

/* The inside of the hub, shared by its two files: live_hub.c has the clients, live_rounds.c the
   thread that makes their frames. */
enum {
    FRAMES_KEPT = 4,
    CHANNEL_KEY_SIZE = LIVE_KEY_SIZE + 32,
    SECOND_MS = 1000,
};

struct channel {
    char key[CHANNEL_KEY_SIZE];
    struct live_audience *audience;
    struct live_writer writer; /* the hub's thread's */
    unsigned every_ms;
    int64_t due_ms;
    int64_t last_ms;                      /* when a frame was made */
    uint64_t upto;                        /* of the newest frame, or where the channel began */
    uint64_t next;                        /* number of the frame that is made next */
    struct live_frame *kept[FRAMES_KEPT]; /* frame n at n % FRAMES_KEPT; NULL: it was never made */
    size_t clients;
    size_t packing; /* of them want it squeezed */
};

struct live_client {
    struct live_hub *hub;
    struct channel *channel;
    uint64_t number;
    struct caller caller; /* as its token said when it came */
    int64_t enterprise_id;
    uint8_t token_hash[TOKEN_HASH_BYTES];
    const struct shard *shard;
    char address[CALL_ADDRESS_SIZE];
    uint64_t focus;           /* feed_marks() */
    uint64_t rights;          /* the same */
    uint64_t cursor;          /* it is complete up to there, once it has `frame` */
    uint64_t next;            /* of the channel's frames; 0: it is behind them */
    size_t narrowed_bytes;    /* live_audience_bytes() */
    struct live_frame *frame; /* on its way */
    size_t sent;              /* of it */
    bool packs;
    bool once;
    bool is_waiting;
    bool ends;   /* behind its frame */
    bool is_cut; /* at once */
    void *owner;
    void (*suspend)(void *owner);
    void (*resume)(void *owner);
};

struct live_hub {
    struct live_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    GHashTable *clients;  /* struct live_client by number */
    GHashTable *channels; /* struct channel by key */
    uint64_t last_number;
    int64_t rights_ms; /* when they were looked at */
    bool is_stopped;
};

/* The hub's lock. The directory's are taken within it, never the other way. */
void live_hub_lock(struct live_hub *hub);
void live_hub_unlock(struct live_hub *hub);
/* What became of somebody's rights. */
enum live_standing { LIVE_STANDS, LIVE_HAS_OTHERS, LIVE_HAS_NONE };
/*
 * As they are now: those of its token against those it came with. *of_token: the shard of the
 * token, NULL where that is no more. Under the lock.
 */
enum live_standing live_client_standing(const struct live_client *client,
                                        const struct shard **of_token);
/* Whether they are all that it came with. Under the lock. */
bool live_client_stands(const struct live_client *client);
/* Resumes a client that waits. Under the lock. */
void live_client_wake(struct live_client *client);
/* The thread of a hub. */
void *live_rounds_run(void *hub);

#endif
