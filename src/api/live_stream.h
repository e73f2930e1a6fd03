#ifndef API_LIVE_STREAM_H
#define API_LIVE_STREAM_H

#include "api/exchange.h"

/*
 * GET or POST /api/live: an answer that goes on as long as the client listens (live_hub.h). HTTP
 * thread.
 */

/*
 * For a request that is in: joins the hub. NULL: it cannot, and the call says why; else the
 * response, for MHD_queue_response().
 */
struct MHD_Response *live_stream_begin(struct exchange *ex);
/* The request is over, or its connection is. */
void live_stream_end(struct exchange *ex);

#endif
