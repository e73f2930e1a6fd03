#ifndef PROTOCOLS_HTTP_H
#define PROTOCOLS_HTTP_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/writer.h"

/*
 * HTTP/1 as phones speak it on the device port: finds a request and takes it apart. Pure; any
 * thread.
 */

enum { HTTP_FRAME_MAX = 1024 * 1024 }; /* some 3,000 locations as the phones write them */

/* An HTTP request taken apart; borrowed from its bytes. */
struct http_request {
    struct bytes method;
    struct bytes query;        /* behind the '?' of its target; may be empty */
    struct bytes content_type; /* may be empty, and so may what follows */
    struct bytes user_agent;
    struct bytes limit_user; /* X-Limit-U and X-Limit-D, of OwnTracks */
    struct bytes limit_device;
    struct bytes body; /* joined where it came in chunks */
    bool is_encoded;   /* the body is compressed or so: not readable here */
    bool is_http_1_0;
    bool keeps_alive; /* the client goes on with this connection */
};

/* `text` without the blanks around it. */
struct bytes http_trim(struct bytes text);
/* Finds the first request of `in`, as split() of struct protocol. */
MUST_USE enum err http_split(struct bytes in, struct bytes *frame, size_t *used);
/* Whether `in` begins with the whole head of a request: it is the body that split() refused. */
bool http_has_head(struct bytes in);
/* Takes a whole request apart; what is joined lives in `arena`. ERR_MALFORMED. */
MUST_USE enum err http_parse(struct arena *arena, struct bytes frame, struct http_request *out);
/*
 * Finds the first response of `in`: ERR_OK sets its status (100 to 999) and the bytes it takes.
 * ERR_MORE, ERR_MALFORMED.
 */
MUST_USE enum err http_read_status(struct bytes in, unsigned *status, size_t *used);
/*
 * Whether the request that `in` begins with is one of OwnTracks: a POST with the header X-Limit-U,
 * or of a JSON object with a member "_type". ERR_OK: it is; ERR_MORE: more bytes will tell;
 * ERR_MALFORMED: it is another, or none.
 */
MUST_USE enum err http_is_owntracks(struct bytes in);

enum http_connection { HTTP_CLOSES = 1 << 0, HTTP_IS_1_0 = 1 << 1 };
/* Ends the head of a response: what becomes of the connection, by a set of enum http_connection. */
void http_end_head(struct writer *out, unsigned connection);

#endif
