#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/counters.h"
#include "base/err.h"
#include "base/fair.h"
#include "base/vault.h"
#include "fleet/directory.h"
#include "fleet/unknown.h"
#include "ingest/ids.h"
#include "model/change.h"
#include "model/message.h"
#include "protocols/protocol.h"
#include "store/store.h"

/*
 * Ingest alone changes anything in a shard. Its thread takes what arrived while the last commit
 * ran, folds it onto copies of the touched devices, commits one transaction, publishes the copies
 * and hands the verdicts back. Everything it is given goes through one queue, bounded in bytes.
 */
struct ingest;
struct unique;
struct commands;
struct order; /* ingest/commands.h */

/* A connection of the gateway: a verdict for a generation that is gone is dropped there. */
struct connection_ref {
    uint32_t slot;
    uint32_t generation;
};

/* One frame's messages, on their way in. Copied by ingest_push(); nothing of it is kept. */
struct arrival {
    struct connection_ref connection;
    uint8_t protocol; /* index of PROTOCOL_MAP */
    int64_t rcv_time_ms;
    const char *device_id; /* never "" */
    const char *address;   /* of the peer, for ListUnknownDevices; may be NULL, and ... */
    struct bytes frame;    /* ... empty where the device is known. Cut to UNKNOWN_FRAME_MAX */
    bool wants_reply;
    bool wants_close;
    struct reply_hint hint;
    struct device_slot slot;
    uint32_t quiet_ms;      /* the device was heard so long ago; 0: it is now */
    int16_t utc_offset_min; /* of the session: local times were read in it */
    bool is_offset_told;    /* by the login */
    bool is_offset_configured;
    int16_t configured_min;
    const struct message *messages;
    size_t count;
};

/* How one arrival fared, on its way back; one for each arrival, in order for each connection. */
struct verdict {
    struct connection_ref connection;
    int64_t device; /* internal id; 0: unregistered */
    enum outcome outcome;
    bool refuses_fixes; /* OUTCOME_UNREGISTERED, and the arrival held fixes */
    bool wants_reply;
    bool wants_close;
    struct reply_hint hint;
    struct device_slot slot; /* of the arrival, ... */
    uint32_t quiet_ms;       /* ... and this */
    uint32_t credit_bytes;   /* what ingest_push() charged, to be given back to the connection */
};

/* A tracker that was heard as nobody's on a connection, and is registered now. */
struct registration {
    struct connection_ref connection;
    uint8_t protocol; /* index of PROTOCOL_MAP */
    int64_t heard_ms; /* monotonic */
    struct device_slot slot;
    char device_id[DEVICE_ID_SIZE];
};

struct ingest_options {
    uint32_t shard; /* whose ids it makes; below SHARDS_MAX */
    struct store *store;
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct unique *unique; /* the first of several shards; else NULL. ingest/unique.h */
    struct counters *counters;
    struct vault *vault;  /* NULL: there are no passwords */
    bool accept_lost_key; /* what another key made is given up; else the start is refused */
    size_t queue_bytes;
    bool hears_nobody; /* what arrives tells of the past alone: no device is heard by it, none is
                          silent, and a stop leaves no late fix to be folded by the next start */
    bool registration_open;  /* unregistered trackers are added ... */
    int64_t open_enterprise; /* ... to this enterprise */
    int64_t retention_days;  /* of enterprises without a number of their own; 0: for ever */
    /*
     * Whether arrival times may be the judge of trackers' clocks, on the ingest thread. NULL: from
     * 15 minutes after the start on, while the kernel's clock is synchronised.
     */
    bool (*is_clock_right)(void *context);
    void *clock_context;
    /* Called on the ingest thread after each commit; must only hand the verdicts on. */
    void (*deliver)(void *context, const struct verdict *verdicts, size_t count);
    void *deliver_context;
    /*
     * Called on the ingest thread once the command in `o` is committed as `sending`, and behind
     * `deliver`; must only hand it on. The order is taken: it is freed with order_free(). Its
     * outcome comes back by ingest_push_outcome(). NULL: commands stay queued.
     */
    void (*order)(void *context, struct order *o);
    void *order_context;
    /*
     * Called on the ingest thread once such a device is committed; must only hand it on. Where the
     * connection still is, an arrival without messages is to be pushed, so that the device is on it
     * before it says the next thing. NULL: nobody does.
     */
    void (*registered)(void *context, const struct registration *r);
    void *registered_context;
    int64_t command_ttl_s;      /* so long a command waits for its device; 0: a day */
    int64_t command_gap_s;      /* between two of a device that answers nothing; 0: 5 */
    int64_t engine_cut_ttl_s;   /* so long one that cuts an engine waits; 0: 120 */
    int64_t engine_cut_max_kmh; /* the vehicle is not faster then; 0: not at all */
    int64_t lock_fresh_s;       /* heard so lately, a device gets what must not be late; 0: 60 */
    /* Called once, on the ingest thread, when the store can no longer be trusted. */
    void (*fatal)(void *context, enum err e);
    void *fatal_context;
};

/*
 * Loads the store into the directory and starts the thread. Errors of store_load(); ERR_FORBIDDEN,
 * told in a log line: another key made its passwords.
 */
MUST_USE enum err ingest_start(const struct ingest_options *options, struct ingest **out);
/* Commits what is queued, answers it, ends the thread and frees. Nothing may be pushed any more. */
void ingest_stop(struct ingest *in);

/*
 * Queues one arrival, from any thread. ERR_OK: a verdict will come; *credit_bytes is what it takes
 * of the queue. ERR_BUSY: the queue is full, and nothing was taken; ERR_TOO_LONG: the queue can
 * never take it.
 */
MUST_USE enum err ingest_push(struct ingest *in, const struct arrival *a, uint32_t *credit_bytes);

/* How the frames of that device are to be read; all 0 where nobody set anything. Any thread. */
struct dialect ingest_dialect(struct ingest *in, const char *device_id);

/*
 * Whether commits work: ERR_OK, why the last one failed, or ERR_BUSY where one hangs for more than
 * five seconds. Any thread.
 */
enum err ingest_health(struct ingest *in);

/* ---- jobs ---- */

/*
 * A job is a change asked for by the API or the command line. Its `run` is called on the ingest
 * thread: it checks against the directory as it then is and appends what is to change. ERR_OK and
 * ERR_MORE have that committed in a transaction of its own and applied to the directory; after
 * ERR_MORE there is another step, before which batches of fixes and other jobs have their turn.
 * Anything else ends the job and changes nothing more.
 */
struct job_context {
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct ids *ids;            /* for ids_next() */
    struct commands *commands;  /* for ingest/commands.h */
    struct change_list changes; /* its arena lives until the commit */
    int64_t now_s;
    int64_t pause_us; /* for job_pauses() */
    /*
     * Set by `run`, called on the ingest thread with the same arg: the step is committed and
     * applied; after the last one no later job has run yet. NULL: nobody asks.
     */
    void (*committed)(void *arg, bool is_last);
};
typedef enum err job_run(struct job_context *job, void *arg);

/*
 * Whether a step that could do more should end, with ERR_MORE. Asked only once the step has done
 * something.
 */
bool job_pauses(const struct job_context *job);

struct ingest_job {
    struct fair_place place; /* on whose account it waits; there is lane 0 */
    int64_t deadline_ms;     /* on the monotonic clock */
    job_run *run;
    void *arg; /* reached by one thread at a time, and not by the caller before `done` */
    void (*free_arg)(void *arg);
    /*
     * Called once, on the ingest thread or another, and must only hand the outcome on: what `run`
     * or the commit answered; ERR_TIMEOUT where its time is over; ERR_STOPPING. `arg` is the
     * caller's again. NULL: the ingest thread has picked the job, which may still happen, and frees
     * the arg with `free_arg`.
     */
    void (*done)(void *context, enum err e, void *arg);
    void *context;
};

/*
 * Queues a job; any thread. ERR_OK: `done` will be called. Else it was not taken: ERR_BUSY, too
 * many wait (of that account, or in all); ERR_STOPPING, after ingest_end_jobs().
 */
MUST_USE enum err ingest_submit(struct ingest *in, const struct ingest_job *job);

/*
 * Takes no more jobs, has `done` called of all that wait, and returns when no `done` will be called
 * any more: at the latest at the deadline of the one that runs.
 */
void ingest_end_jobs(struct ingest *in);

/*
 * Submits a job and waits for its end, on a thread that may block. Answers as `done` and
 * ingest_submit() do. After ERR_TIMEOUT the arg is ingest's, which frees it with `free_arg` (NULL:
 * not at all); else it is the caller's.
 */
MUST_USE enum err ingest_call(struct ingest *in, job_run *run, void *arg, void (*free_arg)(void *),
                              unsigned timeout_ms);

#endif
