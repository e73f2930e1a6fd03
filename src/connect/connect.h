#ifndef CONNECT_CONNECT_H
#define CONNECT_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/json.h"
#include "base/writer.h"

/*
 * All that the program calls over HTTP, on one thread, and the server of mail (mail.h). Each
 * service that an operator configures is a provider: its own bounded queue, its own number of
 * requests at a time, its own figures, so that a slow one slows nobody but who asked it.
 *
 * A request goes to the host of its provider and to no other: http and https alone, no redirect is
 * followed, no variable of the environment names a proxy, nothing is read from ~/.netrc.
 */
struct connect;
struct provider;

enum {
    CONNECT_ANSWER_MAX = 8 << 20, /* bytes of the body of an answer, and of its headers: */
    CONNECT_HEADERS_MAX = 64 << 10,
    CONNECT_BODY_MAX = 8 << 20, /* bytes that a request sends */
    CONNECT_TARGET_MAX = 16384, /* bytes of a path and of a query that a request names */
    CONNECT_PROVIDERS_MAX = 64,
};

struct provider_options {
    const char *name;     /* for the log and for /health, a word */
    const char *url;      /* http(s)://HOST[:PORT][/PATH][?QUERY] without a fault */
    size_t waiting_max;   /* requests that wait for their turn */
    size_t in_flight_max; /* requests at a time */
    unsigned interval_ms; /* between the beginnings of two requests; 0: none */
    size_t answer_max;    /* bytes of a body; at most, and where it is 0, CONNECT_ANSWER_MAX */
    bool is_mail;         /* mail.h alone calls it: on a thread of its own, one at a time */
};

enum connect_verb { CONNECT_GET, CONNECT_POST, CONNECT_PUT, CONNECT_PATCH };

struct connect_header {
    const char *name;
    const char *value;
};

/* What came of a request. */
struct connect_answer {
    /*
     * ERR_OK: an answer came, whatever its status. ERR_TIMEOUT: not before the deadline, or three
     * quarters of the time were over before it was its turn.
     * ERR_TOO_LONG: it is longer than it may be. ERR_IO: no connection, or it broke.
     * ERR_STOPPING: connect_stop().
     */
    enum err e;
    int status; /* of HTTP; 0 unless ERR_OK */
    struct bytes body;
    const char *fault;      /* for /health; NULL: the text of `e` */
    unsigned retry_after_s; /* as the answer says in seconds, a day at most; 0: it does not */
};

/* Hears the end of a request, once, on the thread of connect: it must not take long. */
typedef void connect_done(void *context, const struct connect_answer *answer);

struct connect_request {
    enum connect_verb verb;
    const char *path;  /* behind the path of the provider's URL: "" or "/..." */
    const char *query; /* behind its query, without "?"; "" none */
    const struct connect_header *headers;
    size_t header_count;
    struct bytes body;   /* not with CONNECT_GET */
    int64_t deadline_ms; /* on the monotonic clock */
    connect_done *done;
    void *context;
};

/* Starts the thread. To be stopped with connect_stop(), then freed. */
MUST_USE enum err connect_start(struct connect **out);
/*
 * Has `every` called on the thread of connect at least every CONNECT_TICK_MS, and soon after each
 * connect_wake(); a last time with `stopping`, when all requests have ended. It must not take long.
 * Before the first request; once for each `c`.
 */
enum { CONNECT_TICK_MS = 250 };
typedef void connect_tick(void *context, bool stopping);
void connect_every(struct connect *c, connect_tick *every, void *context);
/* Any thread, until connect_free(). */
void connect_wake(struct connect *c);
/* NULL: nothing in `url` that connect_add() would mind; else what, static. */
const char *provider_url_fault(const char *url);
/*
 * A further provider, before the first request to any; it lives as long as `c`. ERR_INVALID for a
 * URL that provider_url_fault() minds; ERR_FULL beyond CONNECT_PROVIDERS_MAX.
 */
MUST_USE enum err connect_add(struct connect *c, const struct provider_options *options,
                              struct provider **out);

/*
 * Any thread: queues a copy of the request. ERR_OK: `done` will hear its end, perhaps before this
 * returns. Else `done` hears nothing: ERR_BUSY where too many wait or the provider rests because it
 * failed again and again, ERR_STOPPING, ERR_TOO_LONG, ERR_INVALID for a path, query or header with
 * bytes that have no place there.
 */
MUST_USE enum err connect_submit(struct provider *p, const struct connect_request *request);

/*
 * Any thread: whoever gets an answer with ERR_OK tells whether it was what was asked for: NULL, or
 * why not, static, which counts as a failure of the provider. All other failures are counted here.
 */
void provider_judge(struct provider *p, const char *why);
/* Any thread: whom the provider wants named where its data is shown; empty: it said nothing. */
void provider_attribute(struct provider *p, struct bytes text);

/* Any thread: an array with an object of figures for each provider. `c` may be NULL. */
void connect_write(struct connect *c, struct json_out *out);
enum { CONNECT_ATTRIBUTIONS_MAX = CONNECT_PROVIDERS_MAX * 258 };
/*
 * Any thread: appends ", TEXT" for each provider that wants to be named, CONNECT_ATTRIBUTIONS_MAX
 * bytes at most. `c` may be NULL.
 */
void connect_write_attributions(struct connect *c, struct writer *w);
/* Any thread: whether the last request to any provider failed. `c` may be NULL. */
bool connect_is_failing(struct connect *c);

/*
 * Ends all requests and the thread; what is submitted later gets ERR_STOPPING. May be called
 * again.
 */
void connect_stop(struct connect *c);
/* After connect_stop(), when nobody submits any more. */
void connect_free(struct connect *c);

#endif
