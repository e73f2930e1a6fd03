#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/counters.h"
#include "base/err.h"
#include "fleet/directory.h"
#include "fleet/unknown.h"
#include "model/change.h"
#include "model/message.h"
#include "protocols/protocol.h"
#include "store/store.h"

/*
 * The one changer. Its thread takes what arrived while the last commit ran, folds it onto copies of
 * the touched devices, commits one transaction, publishes the copies and hands the verdicts back.
 * Everything it is given goes through one queue, bounded in bytes.
 */
struct ingest;

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
    uint32_t credit_bytes; /* what ingest_push() charged, to be given back to the connection */
};

struct ingest_options {
    struct store *store;
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct counters *counters;
    size_t queue_bytes;
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
    /* Called once, on the ingest thread, when the store can no longer be trusted. */
    void (*fatal)(void *context, enum err e);
    void *fatal_context;
};

/* Loads the store into the directory and starts the thread. */
MUST_USE enum err ingest_start(const struct ingest_options *options, struct ingest **out);
/* Commits what is queued, answers it, ends the thread and frees. Nothing may be pushed any more. */
void ingest_stop(struct ingest *in);

/*
 * Queues one arrival, from any thread. ERR_OK: a verdict will come; *credit_bytes is what it takes
 * of the queue. ERR_BUSY: the queue is full, nothing was taken; ERR_TOO_LONG: it never will be.
 */
MUST_USE enum err ingest_push(struct ingest *in, const struct arrival *a, uint32_t *credit_bytes);

/* How the frames of that device are to be read, all 0 where nobody said. Any thread. */
struct dialect ingest_dialect(struct ingest *in, const char *device_id);

/*
 * Whether commits work: ERR_OK, why the last one failed, or ERR_BUSY where one hangs for more than
 * five seconds. Any thread.
 */
enum err ingest_health(struct ingest *in);

/*
 * A change asked for by the API or the command line. `run` is called on the ingest thread: it
 * checks against the directory as it then is and appends what is to change; its ERR_OK is committed
 * in a transaction of its own job and applied to the directory. `arg` is reached by both threads in
 * turn, never at once: the caller must not touch it until ingest_call() returned.
 */
struct job_context {
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct change_list changes; /* its arena lives until the commit */
    int64_t now_s;
};
typedef enum err job_run(struct job_context *job, void *arg);

/*
 * Runs a job and waits for its commit, on a thread that may block. Answers what `run` or the commit
 * answered; ERR_BUSY where the queue is full and the job was not taken. ERR_TIMEOUT after
 * `timeout_ms`: the job may still happen; its arg, which must have been allocated with malloc(), is
 * then freed by ingest with `free_arg` and no longer the caller's.
 */
MUST_USE enum err ingest_call(struct ingest *in, job_run *run, void *arg, void (*free_arg)(void *),
                              unsigned timeout_ms);

#endif
