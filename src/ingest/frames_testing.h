#ifndef INGEST_FRAMES_TESTING_H
#define INGEST_FRAMES_TESTING_H

/*
 * Whole frames on their way into ingest, as the gateway brings them: decoded in the session of
 * their connection. Included after ingest_testing.h.
 */
#include "base/hex.h"

/* A connection of one protocol. */
struct wire {
    struct rig *rig;
    size_t protocol;
    struct session session;
    uint32_t connection; /* its slot: another number is another connection */
    bool is_configured;  /* the zone of this protocol's clocks */
    int16_t configured_min;
};

static inline struct wire wire_new(struct rig *r, size_t protocol, uint32_t connection)
{
    return (struct wire){.rig = r,
                         .protocol = protocol,
                         .session = protocol_session(protocol_at(protocol)),
                         .connection = connection};
}

/* Sends one arrival over the connection that it names. */
static inline void rig_push_on(struct rig *r, struct arrival a)
{
    uint32_t credit_bytes = 0;
    enum err e = ERR_BUSY;
    while (e == ERR_BUSY) { /* the queue is full for a moment */
        e = ingest_push(r->ingest, &a, &credit_bytes);
    }
    assert_int_equal(e, ERR_OK);
    r->sent++;
}

/* rig_push_on(), then waits for the arrival's verdict. */
static inline struct verdict rig_push(struct rig *r, struct arrival a)
{
    rig_push_on(r, a);
    return rig_wait(r, r->sent);
}

/* Decodes the first frame of `in` and sends what it says; answers how many bytes it took. */
static inline size_t wire_send_one(struct wire *w, struct bytes in, int64_t rcv_time_s)
{
    const struct protocol *p = protocol_at(w->protocol);
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct bytes frame;
    size_t used = 0;
    assert_int_equal(protocol_split(p, in, &frame, &used), ERR_OK);
    assert_int_equal(protocol_decode(p, &w->session, frame, &d), ERR_OK);
    struct arrival a = rig_arrival(d.at, d.len);
    a.protocol = (uint8_t)w->protocol;
    a.device_id = d.device_id;
    a.rcv_time_ms = rcv_time_s * 1000;
    a.connection = (struct connection_ref){.slot = w->connection, .generation = 7};
    a.utc_offset_min = w->session.utc_offset_min;
    a.is_offset_told = w->session.is_offset_told;
    a.is_offset_configured = w->is_configured;
    a.configured_min = w->configured_min;
    assert_int_equal(rig_push(w->rig, a).outcome, OUTCOME_STORED);
    arena_free(&arena);
    return used;
}

/* Sends all frames of `hex`, which arrive at one time. */
static inline void wire_send(struct wire *w, const char *hex, int64_t rcv_time_s)
{
    uint8_t room[1024];
    size_t len = 0;
    assert_int_equal(hex_decode(bytes_of_text(hex), room, sizeof(room), &len), ERR_OK);
    for (size_t at = 0; at < len;) {
        at += wire_send_one(w, (struct bytes){room + at, len - at}, rcv_time_s);
    }
}

#endif
