#ifndef API_SMS_OUT_H
#define API_SMS_OUT_H

#include "api/call.h"
#include "model/sim.h"

/* SMS that calls send to SIM cards: counted, stored, and handed on once that is committed. */

#define SMS_OUT_UNSUPPORTED_TEXT                                                                   \
    "Not supported by SMS" /* ErrMsg of a text that no SMS may hold                                \
                            */
#define SMS_OUT_NO_OPERATOR_TEXT "SIM operator does not answer"

/*
 * Adds an SMS to the card, as the job found it, to the job's changes, and counts it; one of the
 * call. It is kept without passwords, and goes out with them. Anything but ERR_OK: call_refuse()
 * was called.
 */
MUST_USE enum err sms_out_stage(struct call *c, struct job_context *job, struct sim_card *card,
                                const char *text);
/* The `committed` of a method that stages one: it goes out. Without one nothing happens. */
void sms_out_send(struct call *c);

#endif
