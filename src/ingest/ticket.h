#ifndef INGEST_TICKET_H
#define INGEST_TICKET_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ingest/commands.h"

/*
 * What a lock command and the caller who waits for it have in common: the caller's password, the
 * right to write, and what became of it. It is in memory alone. Any thread; has its own lock.
 *
 *     open ──ticket_claim()──► claimed ──ticket_tell()──► told
 *       └──ticket_give_up()──► given up, and told: nothing will be written
 */
struct ticket;

/* What the caller hears: the first of these that is not good. */
struct ticket_news {
    enum err e;                 /* the job itself: ERR_TIMEOUT, ERR_STOPPING, of the store ... */
    enum command_answer answer; /* of commands_ask_lock() */
    enum order_result result;   /* of the order */
};

/* An open one with a copy of the password, of one holder. */
struct ticket *ticket_new(struct bytes password);
/* One more holder; answers `t`. */
struct ticket *ticket_hold(struct ticket *t);
/* One holder less; NULL is fine. The last one frees it, and wipes the password. */
void ticket_release(struct ticket *t);

/* The caller's password; as long as the ticket. */
struct bytes ticket_password(const struct ticket *t);

/*
 * Right before the first byte is written. False: nobody waits any more, and nothing may be written.
 * Who claimed must tell.
 */
bool ticket_claim(struct ticket *t);
/* What became of it. The first news count, and wake who waits. */
void ticket_tell(struct ticket *t, const struct ticket_news *news);
/* Nothing is to be written; tells that, unless it is claimed: then a byte may have left. */
void ticket_give_up(struct ticket *t, enum err why);

/* True: `wake` will be called, once, on any thread. False: there are news by now. */
bool ticket_wait(struct ticket *t, void (*wake)(void *context), void *context);
/* The news, where there are any yet. */
bool ticket_news(struct ticket *t, struct ticket_news *out);

#endif
