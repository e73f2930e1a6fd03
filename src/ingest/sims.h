#ifndef INGEST_SIMS_H
#define INGEST_SIMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "ingest/ingest.h"
#include "model/sim.h"

/*
 * What is told of SIM cards from outside, by those who run them. On the ingest thread, in a job.
 *
 * What an operator tells of usage, quota or the end date needs no call of its own: put the card
 * (CHANGE_PUT_SIM) with the new usage_..., sms_... and end_day. Behind the commit of every change
 * of a card, whoever made it, it is judged by the rules LowDataPercent, LowSMS and SIMExpiryDays
 * (sim_quota.c): an alarm a crossing, over restarts. So is the tracker that the operator says it is
 * in, `imei` as of `state_s`: the card goes there (sim_binding.c).
 */

/* An SMS from a card, or a part of one. Borrowed; texts are UTF-8 and never NULL. */
struct sms_incoming {
    const char *operator_id; /* "ACCOUNT/NUMBER", as the sender of the news calls it: one that is
                                known already changes nothing. At most SMS_OPERATOR_ID_MAX bytes */
    int64_t time_s;          /* when the card sent it */
    const char *content;     /* what is longer than SMS_CHARS_MAX characters is cut */
    uint32_t reference;      /* what the parts have in common; 0 of a whole one, as the next two */
    uint16_t part;           /* from 1 */
    uint16_t parts;          /* up to SMS_PARTS_MAX */
};

enum sms_taken {
    SMS_IS_NEW,   /* it is stored, and is the whole text, or made it whole */
    SMS_IS_PART,  /* it is stored, and waits for other parts */
    SMS_IS_KNOWN, /* it was stored before */
};

/*
 * Stores an SMS from the card, with all that it makes: of the last part the joined text, the record
 * of section 29 of the device that the card is in, and the fix, where the device's profile or
 * protocol understands the text. All of it is one transaction, which is committed when this
 * returns; a card that the job found before is to be found again behind it. ERR_OK: *taken is set.
 * ERR_INVALID: no such part, or an operator_id that is "" or too long. ERR_BUSY, ERR_FULL and
 * others: nothing is stored, and it should come again.
 */
MUST_USE enum err sims_take_sms(struct job_context *job, const struct sim_card *card,
                                const struct sms_incoming *sms, enum sms_taken *taken);

/*
 * Appends to the job's changes what became of an SMS to the card: DELIVERED or FAILED. Nothing
 * where there is no such one of that operator_id, or it is over. ERR_BUSY, ERR_IO, ERR_CORRUPT: the
 * store could not be read.
 */
MUST_USE enum err sims_note_status(struct job_context *job, const struct sim_card *card,
                                   const char *operator_id, enum sms_status status);

/*
 * Counts one more SMS to the card, in its sms_day and sms_count, which the caller puts. False: the
 * card, an earlier one of its ICCID, or all cards of its phone number in the enterprise together
 * have had `most` of them today, in days of UTC.
 */
bool sims_count_sent(struct job_context *job, struct sim_card *card, unsigned most);

/*
 * A text to a card, as it is kept and shown: without passwords, and as secrets_masked_sent()
 * without that of the device it is in. In the arena of the job's changes, or `text` itself. In a
 * job.
 */
struct bytes sims_masked(struct job_context *job, const struct sim_card *card, struct bytes text);

#endif
