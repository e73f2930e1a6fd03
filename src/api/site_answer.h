#ifndef API_SITE_ANSWER_H
#define API_SITE_ANSWER_H

#include "api/exchange.h"

/*
 * GET of "/", of /api (section 42) and of the files of the pages, where the server has a site. HTTP
 * thread.
 */

/*
 * The response to a request whose route is one of these, with its own headers, for
 * MHD_queue_response(); the call has its status. `type`: its Content-Type.
 */
struct MHD_Response *site_answer(struct exchange *ex, const char **type);

/* Whether If-None-Match names the tag, or any (RFC 9110, 13.1.2): the client has these bytes. */
bool site_client_has(const struct exchange *ex, const char *tag);

#endif
