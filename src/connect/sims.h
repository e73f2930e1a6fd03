#ifndef CONNECT_SIMS_H
#define CONNECT_SIMS_H

#include "connect/connect.h"
#include "connect/sim_account.h"
#include "ingest/shards.h"
#include "model/sim.h"

/*
 * The operators of SIM cards, and the gateways of SMS, behind one interface: how a card is, setting
 * its status, sending an SMS to it, reading its SMS. What they answer is put into the store by jobs
 * of ingest; whoever asked is woken behind the commit, and finds it in the directory.
 *
 * Who runs a card is its `provider`: an account of the configuration, or "", the inventory, where a
 * card is what was entered of it, and its SMS go through the gateway of its enterprise, or a shared
 * one.
 */
struct sims;

/* How long a question takes at most, and how long an answer is fresh. */
enum { SIMS_TIMEOUT_MS = 8000, SIMS_FRESH_S = 60, SIMS_EXPIRY_S = 3600 };

/* Begins to poll. ERR_INVALID after a log line. To be freed when connect and ingest are stopped. */
MUST_USE enum err sims_new(struct connect *connect, const struct shards *shards,
                           const struct sim_account_options *accounts, size_t count,
                           struct sims **out);
void sims_free(struct sims *s);

/* All below: any thread; where `s` is NULL there are no accounts. */

/*
 * Whether there is an operator's account of that name for cards of the enterprise: its own, or a
 * shared one, whose cards root alone assigns.
 */
bool sims_has_account(const struct sims *s, const char *name, int64_t enterprise_id, bool is_root);
/* The account's name as it is written, where names are compared without case; NULL: none. */
const char *sims_account_name(const struct sims *s, const char *name);

/* Who takes an SMS to the card. */
enum sims_way {
    SIMS_NO_WAY,  /* nobody: it is kept */
    SIMS_SENDS,   /* it goes out */
    SIMS_IS_BUSY, /* too many wait, or the operator of the card is no account of ours any more */
};
enum sims_way sims_way_of(struct sims *s, const struct sim_card *card);
/*
 * Sends an SMS that is committed as PENDING, without an operator_id and with its expiry_s; what
 * becomes of it is put into it. It goes out at most once.
 */
void sims_send(struct sims *s, const struct sim_card *card, const struct sim_sms *sms);
/* Has the SMS of the card read soon, where that was not done within the last minute. */
void sims_look(struct sims *s, const struct sim_card *card);

/* Something asked of an operator; used by one thread at a time. */
struct sim_question;
/* How the card is. NULL: there is nobody to ask, or what is known is fresh. */
struct sim_question *sims_ask_detail(struct sims *s, const struct sim_card *card, int64_t now_s);
/*
 * Activates the card, or deactivates it. NULL: it is the inventory's. ERR_OK: the operator says
 * itself that the card is so now. Anything else: nobody tries any more.
 */
struct sim_question *sims_ask_status(struct sims *s, const struct sim_card *card, bool is_active);
/* Reads its SMS; NULL: there is nobody to ask. */
struct sim_question *sims_ask_messages(struct sims *s, const struct sim_card *card);

/* True: `wake` will be called, once, on another thread, and nothing may be touched before. */
bool sim_question_wait(struct sim_question *q, void (*wake)(void *context), void *context);
/* ERR_OK once it is answered and stored; ERR_BUSY while it is not. */
enum err sim_question_result(struct sim_question *q);
/* Also while it is under way; NULL is fine. */
void sim_question_free(struct sim_question *q);

/*
 * The operator's account that has this name and this secret for its hook; NULL: there is none. The
 * secret is compared in the same time, whatever it is.
 */
const struct sim_account_options *sims_hook(const struct sims *s, struct bytes name,
                                            struct bytes secret);

#endif
