#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include <stdbool.h>

#include "api/call.h"
#include "base/bytes.h"

/*
 * One call of a method, in steps: the token, before the body is read; the checks, on the HTTP
 * thread too, in the contract's order (body, required fields, values, enterprise, role where no
 * object comes first); and the run, on the thread that the method's row names. A job runs in three
 * parts: what goes before, the job itself, and its answer.
 */

/* What of the request's headers matters. */
struct dispatch_headers {
    const char *authorization; /* NULL where absent, as the next */
    const char *token;
};

/* Whether the call of c->method may go on; false: answered already (but for envelope_end()). */
bool dispatch_check_token(struct call *c, const struct dispatch_headers *headers);
/* As dispatch_check_token() for c->token_hash, which came by another way than a header. */
bool dispatch_check_hash(struct call *c);
/* Whether `text`, which may be NULL, is a good token of anybody; c->now_ms is set. */
bool dispatch_knows_token(struct call *c, const char *text);
/*
 * Whether the call may go on with this body; comes after the check of the token. False: answered
 * already.
 */
bool dispatch_check(struct call *c, struct bytes body);
/* A call that waits for a thread, or for its job, has so long in all, from the checks on. */
enum { CALL_TIMEOUT_MS = 10000 };

/* Runs a call that is no job and ends the envelope, unless the answer goes on as a stream. */
void dispatch_run(struct call *c);

/* What a job does before; false: it is answered, and its envelope ended. */
bool dispatch_prepare(struct call *c);
/* Hears the outcome of a job, as struct ingest_job has it; the arg is the call. */
typedef void dispatch_done(void *context, enum err e, void *call);
/* Queues the job. ERR_OK: the call is ingest's until `done`. Else as ingest_submit(). */
MUST_USE enum err dispatch_submit(struct call *c, dispatch_done *done, void *context);
/* Answers the call of a job by its outcome, and ends the envelope. */
void dispatch_conclude(struct call *c);

#endif
