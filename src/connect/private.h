#ifndef CONNECT_PRIVATE_H
#define CONNECT_PRIVATE_H

#include <curl/curl.h>
#include <glib.h>
#include <pthread.h>

#include "connect/connect.h"

/* The inside of the room: connect.c has the thread, transfer.c one request, provider.c figures. */

/* The parts of a provider's URL that a request's are put between. */
struct target {
    char *base;  /* http(s)://HOST[:PORT][/PATH], without a slash at its end */
    char *query; /* "" none */
};

/* What /health tells of a provider. */
struct figures {
    uint64_t requests;  /* begun */
    uint64_t answered;  /* whatever their status */
    uint64_t failed;    /* no answer, or one that is none */
    uint64_t timed_out; /* of those, for the deadline */
    uint64_t refused;   /* not even queued, or never sent as their turn did not come in time */
    uint64_t answer_ms; /* all answers together */
    const char *fault;  /* of the last request; NULL: it was answered */
};

enum { ATTRIBUTION_SIZE = 256 };

struct provider {
    struct connect *connect;
    char *name;
    struct target target;
    size_t waiting_max;
    size_t in_flight_max;
    unsigned interval_ms;
    size_t answer_max;
    bool is_apart; /* it has a thread of its own, and the next two */
    pthread_t thread;
    pthread_cond_t arrived;
    /* All below under the lock of connect. */
    GQueue waiting; /* struct transfer, the oldest first */
    size_t in_flight;
    int64_t next_ms; /* no request begins earlier */
    struct figures figures;
    unsigned failed_in_row;
    int64_t rests_until_ms;
    bool is_told_failing;               /* what the log said last */
    int64_t silent_until_ms;            /* of the log */
    char attribution[ATTRIBUTION_SIZE]; /* "" none */
};

struct connect {
    CURLM *multi; /* of the thread, but for wakes */
    pthread_t thread;
    pthread_mutex_t lock;
    bool stopping;      /* under the lock, as the next two */
    connect_tick *tick; /* NULL: nobody has one */
    void *tick_context;
    size_t provider_count;
    struct provider *providers[CONNECT_PROVIDERS_MAX];
    GQueue running; /* struct transfer; of the thread */
};

struct letter; /* mail_private.h */

/* One request, or one message. */
struct transfer {
    struct provider *provider;
    struct letter *letter; /* owned; NULL: a request over HTTP, which the next five are of */
    CURL *easy;            /* while it runs */
    struct curl_slist *headers;
    char *url;
    enum connect_verb verb;
    uint8_t *body;
    size_t body_len;
    int64_t deadline_ms;
    int64_t begin_by_ms; /* later, there is too little time for an answer */
    int64_t began_ms;
    connect_done *done;
    void *context;
    uint8_t *answer;
    size_t answer_len;
    size_t answer_capacity;
    size_t headers_len;
    unsigned retry_after_s;
    bool is_too_long;
    GList link;
};

/* ---- connect.c ---- */

/* Queues a transfer, or frees it and answers as connect_submit() does. */
MUST_USE enum err connect_enter(struct transfer *t);
/* As provider_rests(), now, for whoever has not the lock. */
bool connect_rests(const struct provider *p);
/* Tells the end of a transfer that is in no queue any more, and frees it. */
void transfer_finish(struct transfer *t, const struct connect_answer *a);
/* One that was never sent is no failure of the provider: too many asked. */
void transfer_finish_late(struct transfer *t);

/* ---- apart.c ---- */

/* Its thread; it ends when connect stops. */
void provider_begin_apart(struct provider *p);
/* Waits for that end; whatever still waits for its turn is not ended. */
void provider_end_apart(struct provider *p);

/* ---- provider.c ---- */

/* The parts of a URL that has no fault; to be cleared. */
struct target target_of(const char *url);
void target_clear(struct target *t);
/* The URL of a request to it. The caller frees it. */
char *target_url(const struct target *t, const char *path, const char *query);

/* Under the lock: whether the provider takes requests, or rests. */
bool provider_rests(const struct provider *p, int64_t now_ms);
/* Under the lock: counts an end. `fault` is static; NULL: there is none. */
void provider_note(struct provider *p, const char *fault, int64_t now_ms);
/* Under the lock: writes the figures as an object. */
void provider_write(const struct provider *p, struct json_out *out);

/* ---- transfer.c ---- */

/* A copy of the request; ERR_INVALID and ERR_TOO_LONG as connect_submit() has them. */
MUST_USE enum err transfer_new(struct provider *p, const struct connect_request *request,
                               struct transfer **out);
/* Of a message, which it owns from now on, and which is the context of `done`. */
struct transfer *transfer_of_letter(struct provider *p, struct letter *letter, int64_t deadline_ms,
                                    connect_done *done);
void transfer_free(struct transfer *t);
/* Makes its easy handle, ready for the multi handle; false where libcurl refuses. */
MUST_USE bool transfer_prepare(struct transfer *t, int64_t now_ms);
/* What came of it; `answer` borrows from the transfer. */
struct connect_answer transfer_answer(const struct transfer *t, CURLcode code);

#endif
