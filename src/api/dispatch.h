#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include <stdbool.h>

#include "api/call.h"
#include "base/bytes.h"

/*
 * One call of a method, in three steps: the token, before the body is read; the checks, on the HTTP
 * thread too, in the contract's order (body, required fields, values, enterprise, role where no
 * object comes first); and the run, on the thread that the method's row names.
 */

/* What of the request's headers matters. */
struct dispatch_headers {
    const char *authorization; /* NULL where absent, as the next */
    const char *token;
};

/* Whether the call of c->method may go on; false: answered already (but for envelope_end()). */
bool dispatch_check_token(struct call *c, const struct dispatch_headers *headers);
/* The same of the body, after the token. */
bool dispatch_check(struct call *c, struct bytes body);
/* From here on a job has JOB_TIMEOUT_MS in all, the wait for a thread of its pool included. */
enum { JOB_TIMEOUT_MS = 10000 };

/*
 * Runs it and ends the envelope, unless the answer goes on as a stream. A job may take *c over:
 * then a new call with the answer takes its place.
 */
void dispatch_run(struct call **c);

#endif
