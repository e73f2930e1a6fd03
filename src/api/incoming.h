#ifndef API_INCOMING_H
#define API_INCOMING_H

#include <stdbool.h>

#include "api/exchange.h"
#include "base/bytes.h"

/* A request on its way in: its head is judged, its body taken, within bounds. HTTP thread. */

/* The head has come. False: refused, and answered now, whatever the body. */
bool incoming_begin(struct exchange *ex, const char *url, const char *verb, const char *version);
/* A piece of the body; false where it is out of all proportion, and the connection is closed. */
bool incoming_body(struct exchange *ex, struct bytes piece);
/* Makes the body a form of the fields in the query, of a method that is called by GET. */
void incoming_query(struct exchange *ex);
/*
 * The body was read into the call's arena, which counts with it. False: refused, since there is no
 * room for it among all requests under way.
 */
bool incoming_charge(struct exchange *ex);

#endif
