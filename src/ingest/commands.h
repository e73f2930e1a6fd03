#ifndef INGEST_COMMANDS_H
#define INGEST_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ingest/ingest.h"
#include "model/command.h"

/*
 * Commands on their way to devices: what the API asks for, what the gateway is told to write, and
 * what it tells of that.
 *
 *     API ── commands_ask() ──► queued ──► sending ── struct order ──► gateway ──► the device
 *                                             ▲                          │
 *                                             └── struct order_outcome ──┘
 */

/* ---- asking, on the ingest thread, in a job ---- */

struct command_draft {
    const struct device *device;
    enum command_kind kind;
    struct bytes text; /* COMMAND_TEXT, COMMAND_HIGH_LEVEL: UTF-8 */
    int64_t user_id;
    bool is_admin; /* the user: may unlock by a text, in place of the device's password */
};

enum command_answer {
    COMMAND_ASK_TAKEN,       /* the job's changes hold it */
    COMMAND_ASK_UNSUPPORTED, /* the device's protocol has no way to say it */
    COMMAND_ASK_TOO_LONG,
    COMMAND_ASK_INVALID,   /* a text that could end its frame, a raw message that is none */
    COMMAND_ASK_TOO_MANY,  /* COMMAND_WAITING_MAX wait */
    COMMAND_ASK_FORBIDDEN, /* it unlocks around the password of the device */
    COMMAND_ASK_OFFLINE,   /* it unlocks, and the device was not heard lately */
    COMMAND_ASK_MOVING,    /* it cuts an engine: the vehicle is too fast */
    COMMAND_ASK_LOST,      /* ... nobody knows where it is, or how fast */
};

/* Appends the command to the job's changes, where it can be sent. Sets *id to its CommandID. */
enum command_answer commands_ask(struct job_context *job, const struct command_draft *draft,
                                 int64_t *id);

/*
 * The text by which the device takes a command in an SMS, in the job's arena, and whose record the
 * job's changes then hold: it is over once it is sent. COMMAND_ASK_UNSUPPORTED: its profile says
 * nothing of SMS, the command is no text, it has the device's password in it, or would hurt where
 * it comes late. COMMAND_ASK_INVALID: it is no command of the device.
 */
enum command_answer commands_ask_sms(struct job_context *job, const struct command_draft *draft,
                                     const char **text, int64_t *id);

/* A lock command, whose caller waits for what becomes of it. */
struct lock_draft {
    const struct device *device;
    enum command_kind kind; /* COMMAND_LOCK, COMMAND_UNLOCK, COMMAND_TIMED_UNLOCK */
    int64_t due_s;          /* of COMMAND_TIMED_UNLOCK: when; else 0 */
    int64_t user_id;
    struct bytes password; /* the caller's, which is right */
};
struct ticket; /* ticket.h */

/*
 * As commands_ask(), for a command that is never kept: its order is to be given right behind the
 * commit, by commands_issue_lock(). COMMAND_ASK_OFFLINE also where no protocol is known yet, or no
 * order can be given. A timed unlock is to be confirmed in the next step of the job.
 */
enum command_answer commands_ask_lock(struct job_context *job, const struct lock_draft *draft,
                                      int64_t *id);
/*
 * Gives the order of a lock command that was just committed, on the ingest thread. Nothing is
 * written from `deadline_ms` on, of the monotonic clock. What becomes of it is told the ticket.
 */
void commands_issue_lock(struct ingest *in, int64_t id, struct ticket *ticket, int64_t deadline_ms);

/*
 * Appends that the timed unlock, which an earlier step asked for, waits for its time, in place of
 * the one of before; or that it is cancelled, since its asker was told that it failed. Without this
 * it is never sent: a start finds it unknown, and this run cancels it before long.
 */
void commands_confirm_timed(struct job_context *job, int64_t id, bool is_kept);

/* The open command of that id, as it is committed; valid in the job. NULL: there is none. */
const struct command *commands_open(const struct job_context *job, int64_t id);

/* Appends the end of an open command. ERR_BUSY: it waits no more, a byte of it may have left. */
MUST_USE enum err commands_cancel(struct job_context *job, const struct command *c);

/* Appends the end of all commands of a device that wait. */
void commands_cancel_waiting(struct job_context *job, int64_t device);
/* ... of its timed unlock, where one waits. */
void commands_cancel_timed(struct job_context *job, int64_t device);

/* ---- the gateway's side ---- */

/* A command that is to be written now, at most once. */
struct order {
    struct ingest *from; /* who is told the outcome */
    int64_t command;     /* CommandID */
    int64_t device;      /* internal */
    int64_t deadline_s;  /* wall clock: nothing is written from then on ... */
    int64_t deadline_ms; /* ... nor from here on on the monotonic one */
    enum command_kind kind;
    bool is_hazardous;             /* goes out now and whole, or never */
    int64_t held_until_ms;         /* the gateway's: monotonic; 0: not held yet */
    int64_t fresh_ms;              /* then: to a device that was heard so lately */
    const struct profile *profile; /* of the device's model; NULL: none */
    struct ticket *ticket;         /* of a lock command, held; NULL: it is none */
    size_t room;                   /* of `text` */
    size_t len;
    uint8_t text[]; /* to be sent; wiped by order_free() */
};

/* Frees an order. Where nothing was told of its ticket, nothing was written. */
void order_free(void *order);

enum order_result {
    ORDER_WRITTEN,     /* to the link, or to its queue */
    ORDER_AWAY,        /* the device is on no link; nothing was written */
    ORDER_LATE,        /* its deadline has passed; nothing was written */
    ORDER_UNSUPPORTED, /* as enum command_fate; nothing was written */
    ORDER_TOO_LONG,
    ORDER_INVALID,
    ORDER_UNKNOWN, /* the link broke, and a byte may have left */
};

/* What became of an order. */
struct order_outcome {
    int64_t command;
    bool is_doubt; /* a second one, behind ORDER_WRITTEN: the device never got all of it, perhaps */
    enum order_result result;
    int64_t time_s; /* wall clock */
    struct connection_ref connection;
    struct command_note note;
};

/*
 * Queues the outcome of an order of this ingest, on the gateway's thread. There always is room. It
 * must be pushed before anything more is read of the link.
 */
void ingest_push_outcome(struct ingest *in, const struct order_outcome *outcome);
/* Queues a doubt, on the gateway's thread. ERR_BUSY: the queue is full; try again. */
MUST_USE enum err ingest_push_doubt(struct ingest *in, int64_t command);

#endif
