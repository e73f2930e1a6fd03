#ifndef CONNECT_SIMS_PRIVATE_H
#define CONNECT_SIMS_PRIVATE_H

#include <glib.h>
#include <pthread.h>

#include "base/arena.h"
#include "connect/sim_rows.h"
#include "connect/sims.h"

/*
 * The inside of sims.h: sims.c has what other threads call, sims_run.c the work of the thread of
 * connect, sims_poll.c what is asked unasked, sims_store.c the jobs of ingest.
 */

enum sim_op_kind {
    OP_DETAIL,
    OP_STATUS,
    OP_SEND,
    OP_MESSAGES,
    OP_CARDS, /* a page of the list of all cards */
};

/*
 * One piece of work for an account, which takes some requests. Of the thread of connect, but while
 * it lies in the inbox.
 *
 *     inbox ─► waiting ─► running ─► storing ─► inbox ─► ended
 *                 ▲          │ 429, a new token, a later try
 *                 └──────────┘
 */
struct sim_op {
    enum sim_op_kind kind;
    struct sim_party *party;
    bool is_background; /* nobody waits for it */
    bool is_counted;    /* in `open` of its party */
    struct arena arena; /* of all texts below */
    int64_t enterprise_id;
    const char *iccid; /* as our card has it */
    const char *number;
    const char *imsi;
    bool wants_active;
    unsigned page;
    struct sim_sms sms;
    unsigned part; /* of the SMS, the next one, from 1 */
    unsigned parts;
    bool is_wide;
    size_t step;           /* in its plan */
    int64_t deadline_ms;   /* monotonic */
    int64_t not_before_ms; /* monotonic */
    bool has_new_token;    /* it was refused once for its token */
    unsigned read_back;    /* so often, of OP_STATUS, without agreeing */
    struct sim_report report;
    struct sim_told told;
    size_t shard;    /* of OP_CARDS: the next to store in */
    GSList *askers;  /* struct sim_question */
    bool is_stored;  /* it comes back from ingest, ... */
    enum err result; /* ... with this */
    struct sim_job *job;
    GList link;
    GList store_link;
};

/* What is asked of a card's SMS of late. */
struct sim_watch {
    int64_t next_ms;
    size_t step;
    int64_t enterprise_id;
};

/* One account and all that is under way for it. Of the thread of connect. */
struct sim_party {
    struct sims *sims;
    const struct sim_account_options *o;
    const struct sim_row *row;
    struct provider *provider;
    size_t open;       /* so many of other threads are under way; under the lock of sims */
    GQueue waiting;    /* struct sim_op that somebody waits for, the oldest first */
    GQueue background; /* the others */
    GQueue running;
    GQueue storing; /* by store_link */
    char *token;    /* NULL: there is none */
    int64_t token_until_ms;
    bool is_token_asked;
    int64_t token_rest_ms; /* no token is asked for before */
    int64_t pause_until_ms;
    int64_t next_poll_ms;
    bool is_polling;
    GHashTable *watched;    /* ICCID -> struct sim_watch */
    GHashTable *looked;     /* ICCID -> when somebody looked at its SMS, int64_t monotonic ms */
    struct sim_card around; /* the last card of the round, its ids; 0: it begins anew */
    size_t around_shard;
    int64_t next_around_ms;
    int64_t round_began_ms;
};

struct sims {
    struct connect *connect;
    const struct shards *shards;
    struct sim_party *parties;
    size_t count;
    pthread_mutex_t lock; /* of all below, and of questions */
    GQueue inbox;         /* struct sim_op */
    bool stopping;
};

struct sim_question {
    struct sims *sims; /* NULL: it is answered, and nobody else has it */
    unsigned users;    /* all below under the lock */
    bool is_done;
    enum err result;
    void (*wake)(void *context);
    void *context;
};

/* ---- sims.c ---- */

/* A piece of work, of the caller until it is handed over or entered; `card` may be NULL. */
struct sim_op *sim_op_new(struct sim_party *p, enum sim_op_kind kind, const struct sim_card *card);
/* Tells all who asked, and frees it. */
void sim_op_end(struct sim_op *op, enum err result);
/* Any thread: hands it to the thread of connect. */
void sims_hand_over(struct sims *s, struct sim_op *op);
/* Tells all who asked, and keeps it. */
void sims_tell(struct sim_op *op, enum err result);
/* Whether such accounts have such a request. Any thread. */
bool sims_can(const struct sim_party *p, enum sim_step step);

/* ---- sims_run.c ---- */

/* All work of the thread of connect, which calls it (connect_every()). */
void sims_tick(void *context, bool stopping);
/* Puts work of the thread itself among what waits. */
void sims_enter(struct sim_op *op);
/* Has ingest store what the work found; it comes back by the inbox. */
void sims_store(struct sim_op *op);

/* ---- sims_poll.c ---- */

/* Enters what it is time for. */
void sims_poll(struct sim_party *p, int64_t now_ms);
/* A page is stored: asks for the cards in detail that it was not enough for. */
void sims_note_wanted(struct sim_op *op);
/* A page was read, of so many cards; `e` where it was not. */
void sims_note_page(struct sim_op *op, size_t count, enum err e);
/* An SMS went to the card: what becomes of it, and what it answers, is looked for. */
void sims_watch(struct sim_party *p, const char *iccid, int64_t enterprise_id);
/* The SMS of the card are read because somebody looked at them. */
void sims_note_look(struct sim_party *p, const char *iccid);
/* Whether that was within the last minute. */
bool sims_has_looked(const struct sim_party *p, const char *iccid);

/* ---- sims_store.c ---- */

/* The job of an op; false: ingest does not take it now. */
bool sim_job_submit(struct sim_op *op);
/* Cards that should be asked for in detail, by what a page said: how many, and which. */
size_t sim_job_wanted(const struct sim_job *job, const struct sim_card **cards);
void sim_job_free(void *job);

#endif
