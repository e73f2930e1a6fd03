#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include <stdbool.h>

#include "api/call.h"
#include "base/bytes.h"

/*
 * One call of a method, in two steps: the checks, on the HTTP thread, in the contract's order
 * (token, body, fields, role where no object comes first), and the run, on the thread that the
 * method's row names.
 */

/* What of the request's headers matters. */
struct dispatch_headers {
    const char *authorization; /* NULL where absent, as the next */
    const char *token;
};

/* Checks the call of c->method; false: answered already (but for envelope_end()). */
bool dispatch_check(struct call *c, const struct dispatch_headers *headers, struct bytes body);
/*
 * Runs it and ends the envelope, unless the answer goes on as a stream. A job may take *c over:
 * then a new call with the answer takes its place.
 */
void dispatch_run(struct call **c);

#endif
