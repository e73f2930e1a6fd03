#ifndef SIMULATE_CLIENT_H
#define SIMULATE_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "protocols/protocol.h"

/*
 * Simulated devices against a device port: each has a connection of its own, sends what its source
 * gives, and reads the acknowledgements. What was not acknowledged when a connection broke is sent
 * again over the next one, as trackers do. Commands are answered as the protocol's devices do it,
 * where struct protocol_device says how; what they ask for changes nothing. Over UDP a lost
 * datagram is sent again after two seconds.
 */

/* Where the fixes of the devices come from. */
struct sim_source {
    /* The next fix of a device in order of time; false: it has no more. */
    bool (*next)(void *context, size_t device, struct fix *out);
    /* A fix of the device was acknowledged, for the first and only time. NULL: nobody asks. */
    void (*acknowledged)(void *context, size_t device, const struct fix *fix);
    void *context;
};

struct sim_device {
    const struct protocol *protocol;
    char device_id[DEVICE_ID_SIZE];
};

struct sim_options {
    const char *host; /* numeric address */
    uint16_t port;
    bool udp;
    const struct sim_device *devices;
    size_t device_count;
    struct sim_source source;
    double rate_per_s;        /* fixes a second of all devices together; 0: each as soon as its GPS
                                 time has come */
    unsigned burst;           /* most fixes in one frame, where the protocol has that */
    unsigned window;          /* most unacknowledged fixes a device */
    unsigned duration_s;      /* 0: until the sources end */
    unsigned give_up_s;       /* stop when nothing was acknowledged for so long */
    const _Atomic bool *stop; /* ends the run early; may be NULL */
    bool progress;            /* a line on standard error once a second */
};

struct sim_result {
    uint64_t sent;         /* fixes, those sent again not counted */
    uint64_t acknowledged; /* fixes */
    uint64_t resent;       /* fixes */
    uint64_t errors;       /* TCP connections lost or refused, answers not understood */
    uint64_t unanswered;   /* devices that sent fixes, or wanted to, and had none acknowledged */
    int failure;           /* errno of the first connection that failed; 0: none did */
    double elapsed_s;
    double ack_p50_ms; /* from the first send of a fix to its acknowledgement */
    double ack_p99_ms;
    double ack_max_ms;
};

/* Runs to the end. ERR_INVALID: no such address; ERR_IO: the system refuses sockets. */
MUST_USE enum err sim_run(const struct sim_options *options, struct sim_result *out);

#endif
