#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/counters.h"
#include "base/err.h"
#include "ingest/shards.h"

/*
 * The device port, and ports of their own of some protocols: one libuv loop on its own thread, TCP
 * and UDP on the same addresses. It reads,
 * detects the protocol, splits, decodes, pushes to ingest, and writes the replies once their
 * verdicts are back, in order.
 */
struct gateway;

enum { GATEWAY_OFFSET_UNSET = INT16_MIN };

/* Whose well-known ports are opened, too: those of the rows (protocol.h). */
enum gateway_compatible { GATEWAY_COMPATIBLE_NONE, GATEWAY_COMPATIBLE_TRACCAR };

struct gateway_options {
    const char *host;         /* numeric address */
    uint16_t port;            /* 0: any free one, the same for TCP and UDP */
    unsigned idle_timeout_s;  /* a connection without a whole frame for so long is closed */
    unsigned login_timeout_s; /* how long, where it never sent a whole frame */
    uint32_t connections_max;
    uint32_t credit_bytes; /* unanswered bytes in flight a connection */
    unsigned resync_ms;    /* the rest of a frame is awaited for so long; 0: 5 s */
    size_t kept_bytes;     /* of frames not whole, of all; 0: 64 MiB */
    struct counters *counters;
    int16_t utc_offset_min[PROTOCOL_COUNT]; /* GATEWAY_OFFSET_UNSET: the row's own */
    uint8_t speed_unit[PROTOCOL_COUNT];     /* enum speed_unit; UNSET: as the protocol says */
    protocol_set protocols;                 /* that are spoken at all; 0: all */
    uint16_t own_port[PROTOCOL_COUNT];      /* where the protocol alone is spoken; 0: none */
    uint8_t compatible;                     /* enum gateway_compatible */
    uint16_t compatible_offset;             /* added to each of those ports */
};

/* Binds and listens; nothing is read before gateway_run(). ERR_IO with a log line. */
MUST_USE enum err gateway_new(const struct gateway_options *options, struct gateway **out);
/* The address of the device port that is in use, "ADDR:PORT". */
const char *gateway_address(const struct gateway *g);
/* For ingest_options.deliver: hands verdicts to the loop. Any thread. */
void gateway_deliver(void *gateway, const struct verdict *verdicts, size_t count);
/* For ingest_options.order: hands an order to the loop, which frees it. Any thread. */
void gateway_order(void *gateway, struct order *order);
/* For ingest_options.registered: hands a registration to the loop. Any thread. */
void gateway_registered(void *gateway, const struct registration *r);
/*
 * Starts the loop's thread, which pushes to the shard that a device is in; who is not understood
 * goes to the unknown trackers of the first. `shards` and what it names outlive the gateway.
 */
void gateway_run(struct gateway *g, const struct shards *shards);
/*
 * Stops accepting and reading; frames already read are still pushed. Then ingest_stop() drains, its
 * verdicts are written, and gateway_free() flushes for at most `flush_ms` and ends the thread.
 */
void gateway_stop_reading(struct gateway *g);
void gateway_free(struct gateway *g, unsigned flush_ms);

#endif
