#ifndef API_SCHEDULE_MAIL_H
#define API_SCHEDULE_MAIL_H

#include "base/arena.h"
#include "connect/mail.h"
#include "model/entity.h"

/*
 * How it is with the mail of a schedule's newest report, as values. Each address gets a message of
 * its own, one after the other:
 *
 *     waiting ──► sending ──► taken, refused, unknown: the next address, at the end sent or failed
 *        ▲                      │
 *        └───── put off ◄───────┘   behind the others; in rounds at growing distances, for a day
 *
 * `sending` is committed before a byte leaves, so what a start finds so is unknown. What is wrong
 * with an address stands in mail_error, "anna@example.com: 450 later; ...".
 */

enum {
    SCHEDULE_MAIL_TO_MAX = 10,  /* addresses */
    SCHEDULE_MAIL_FOR_S = 86400 /* so long behind the run it is tried */
};

/*
 * Addresses as people write them, separated by commas, as they are kept: "a@b.c,d@e.f", each once.
 * NULL: one is none, or there are too many; then *why says so, static.
 */
const char *schedule_mail_read(struct arena *arena, const char *text, const char **why);

/* The mail of a report that is to be made now. */
void schedule_mail_begin(struct report_schedule *s);
/* The address that is next, which is that of MAIL_SENDING; "": none. */
void schedule_mail_next(const struct report_schedule *s, char out[MAIL_ADDRESS_MAX + 1]);
/* What came of the message to it; texts are made in `arena`. */
void schedule_mail_note(struct report_schedule *s, struct arena *arena, enum mail_outcome outcome,
                        const char *reason, int64_t now_s);
/* A message did not leave: nothing came of it. */
void schedule_mail_take_back(struct report_schedule *s);
/* No message goes out any more, because of that. */
void schedule_mail_give_up(struct report_schedule *s, struct arena *arena, const char *reason);

/*
 * Somebody changes the schedule while its mail is under way. A message that is `sending` stays the
 * first until it is known what came of it, and what did not come of it is not tried again where it
 * is not asked for any more.
 */

/* It is mailed to others from now on: who is new gets the newest report, who had it does not. */
void schedule_mail_readdress(struct report_schedule *s, struct arena *arena, const char *mail_to);
/* It rests from now on: nobody whose message is not under way gets one. */
void schedule_mail_switch_off(struct report_schedule *s, struct arena *arena);
/* Whether the address that is next is still asked for. */
bool schedule_mail_is_to(const struct report_schedule *s);

#endif
