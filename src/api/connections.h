#ifndef API_CONNECTIONS_H
#define API_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/counters.h"

/*
 * Every open HTTP connection, what it may still take its time for, and which one makes room for
 * another. libmicrohttpd renews its own timeout with each byte, so that a client which sends one
 * now and then would stay for ever; here a deadline stands until what it is for has come.
 *
 * A connection is ended by shutdown(2), from whatever thread; libmicrohttpd sees its end and closes
 * it on its own. One that a stream is on its way over is broken instead: its client gets a reset
 * (RFC 9293, 3.5.2), since to a client of HTTP/1.0, as many proxies are, the end of the connection
 * is the end of the answer. Any thread: the table has its own lock.
 */
struct connections;
struct connection;

enum {
    HEAD_MS = 10000,    /* for a request's head: from the accept, or from its first byte */
    BODY_MS = 10000,    /* for a body, and a second more for each BODY_RATE bytes of it */
    REFUSED_MS = 60000, /* at most, for a body that is refused anyway */
    IDLE_MS = 60000,    /* between an answer and the next request's first byte */
    ANSWER_MS = 300000, /* for an answer to be taken */
    BODY_RATE = 2048,   /* bytes a second that a client must send: 16 kbit/s, what GPRS gives */
};

struct connections_options {
    size_t places;      /* that the server has for connections */
    size_t per_address; /* of one address or /64 at a time; 0: no limit */
    const char *proxy;  /* borrowed; no such limit for it: it brings many clients; NULL: none */
    struct counters *counters; /* borrowed */
};

/* An empty table. */
struct connections *connections_new(const struct connections_options *options);
/* Frees it; every connection has been closed. */
void connections_free(struct connections *c);

/*
 * Whether a connection from `address` may be accepted. Where the address has its number already,
 * its oldest connection that never had a valid token is ended for it; false where there is none.
 * The proxy's are not counted.
 */
bool connections_admit(struct connections *c, const struct sockaddr *address);
/*
 * An accepted connection; `fd` stays the caller's and is open until connections_close(). From three
 * quarters of the places on, the oldest one that never had a valid token is ended for it. Its first
 * head is awaited.
 */
struct connection *connections_open(struct connections *c, int fd, const struct sockaddr *address,
                                    int64_t now_monotonic_ms);
/* Before the descriptor is closed. */
void connections_close(struct connections *c, struct connection *one);

/* ---- what a connection is at; by the thread that has it ---- */

/*
 * A head or a body is to come: ends the connection at `deadline_ms` unless something else is said
 * until then, or earlier where the client ended its side.
 */
void connection_expect(struct connection *one, int64_t deadline_ms);
/*
 * An answer is being made, or a further piece of one: no deadline, and it makes room for nobody, as
 * the connection is suspended and may not be ended.
 */
void connection_work(struct connection *one);
/* An answer is on its way, to be taken by `deadline_ms`: ANSWER_MS after it began. */
void connection_answer(struct connection *one, int64_t deadline_ms);
/* The same of an answer whose length was not told before it. */
void connection_stream(struct connection *one, int64_t deadline_ms);
/* Its answer cannot go on: what is not sent yet is thrown away, and its client gets a reset. */
void connection_break(struct connection *one);
/* The answer was taken: the next head may come within IDLE_MS, and then has HEAD_MS. */
void connection_rest(struct connection *one, int64_t now_monotonic_ms);
/* A request with a valid token came: from here on it makes room for nobody. */
void connections_vouch(struct connections *c, struct connection *one);
/* How long a body of `bytes` may take, in milliseconds. */
int64_t connection_body_ms(uint64_t bytes);

/* Ends those whose deadline is over. One thread calls it, every second or so. */
void connections_reap(struct connections *c, int64_t now_monotonic_ms);
/* Breaks those that a stream is on its way over: the server stops. */
void connections_break_streams(struct connections *c);

#endif
