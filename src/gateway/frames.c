/*
 * Bytes to arrivals. A frame is taken off the front of the bytes only once ingest has it; a link
 * that has to wait finds it there again, and its session as it was before.
 */
#include "base/clock.h"
#include "base/log.h"
#include "gateway/gateway_private.h"

enum frame_fate {
    FRAME_TAKEN,
    FRAME_WAITS, /* no room in the queue: the bytes stay */
    FRAME_CLOSES /* the link was closed */
};

static enum frame_fate close_for(struct link *link, _Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    link_close(link);
    return FRAME_CLOSES;
}

static void pause_link(struct link *link)
{
    if (link->paused || link->is_udp) {
        return;
    }
    /* A link that had its turn and found no room again was not read meanwhile. */
    counter_add(link->gateway->counters, reads_paused, link->stream.is_read ? 1 : 0);
    link->paused = true;
    tcp_stop_reading(link);
}

/*
 * A frame without a device. One that holds data comes before any login: nobody's, so the link ends
 * and the tracker begins anew. Else its reply, where it wants one, comes after those in flight.
 */
static enum frame_fate take_anonymous(struct link *link, struct bytes frame,
                                      const struct decoded *d)
{
    struct counters *c = link->gateway->counters;
    if (d->len > 0 || d->wants_reply) {
        stranger_note(link->gateway, link_address(link), link->protocol, frame);
    }
    if (d->len > 0 && !link->is_udp) {
        return close_for(link, &c->frames_anonymous);
    }
    if (d->len > 0) {
        counter_add(c, frames_anonymous, 1);
        return FRAME_TAKEN;
    }
    if (!d->wants_reply) {
        return FRAME_TAKEN;
    }
    if (link->in_flight == 0 || link->is_udp) {
        link_reply_now(link, &d->hint, d->wants_close);
        return link->closing ? FRAME_CLOSES : FRAME_TAKEN;
    }
    if (link_has_deferred(link)) {
        return FRAME_WAITS;
    }
    link->stream.deferred =
        (struct deferred_reply){.pending = true, .wants_close = d->wants_close, .hint = d->hint};
    pause_link(link);
    return FRAME_TAKEN;
}

static enum frame_fate push(struct link *link, struct bytes frame, const struct decoded *d)
{
    struct gateway *g = link->gateway;
    const struct arrival arrival = {
        .connection = {.slot = link->slot, .generation = link->generation},
        .protocol = link->protocol,
        .rcv_time_ms = g->read_wall_ms,
        .device_id = d->device_id,
        .address = link_address(link),
        .frame = frame,
        .wants_reply = d->wants_reply,
        .wants_close = d->wants_close,
        .hint = d->hint,
        .utc_offset_min = link->session.utc_offset_min,
        .messages = d->at,
        .count = d->len,
    };
    bool has_credit = link->credit_bytes < g->options.credit_bytes;
    uint32_t credit_bytes = 0;
    enum err e = has_credit ? ingest_push(g->ingest, &arrival, &credit_bytes) : ERR_BUSY;
    if (e != ERR_OK && link->is_udp) {
        counter_add(g->counters, datagrams_dropped, 1);
        return FRAME_TAKEN;
    }
    if (e == ERR_TOO_LONG) {
        return close_for(link, &g->counters->connections_malformed);
    }
    if (e != ERR_OK) {
        link_wait(link);
        pause_link(link);
        return FRAME_WAITS;
    }
    link->in_flight++;
    link->credit_bytes += credit_bytes;
    if (d->wants_close) {
        link_end_softly(link);
    } else if (link->credit_bytes >= g->options.credit_bytes) {
        pause_link(link);
    }
    return FRAME_TAKEN;
}

/* Decodes, and again where the device's speeds are told in another unit than was taken. */
static enum err decode(struct link *link, struct bytes frame, struct decoded *d)
{
    struct gateway *g = link->gateway;
    const struct protocol *p = protocol_at(link->protocol);
    struct session before = link->session;
    *d = (struct decoded){.arena = &g->arena};
    enum err e = p->decode(&link->session, frame, d);
    if (e != ERR_OK || !p->asks_speed_unit || d->device_id[0] == '\0') {
        return e;
    }
    enum speed_unit unit = ingest_speed_unit(g->ingest, d->device_id);
    if (unit == (enum speed_unit)link->session.device_speed_unit) {
        return e;
    }
    link->session = before;
    link->session.device_speed_unit = (uint8_t)unit;
    *d = (struct decoded){.arena = &g->arena};
    return p->decode(&link->session, frame, d);
}

/* What a device told in vain is seen in the counter, and of which in the log. */
static void note_unreadable(struct link *link, const struct decoded *d)
{
    if (d->unreadable > 0) {
        counter_add(link->gateway->counters, reports_unreadable, d->unreadable);
        log_line(LOG_DEBUG, "reports_unreadable", "device_id=%s count=%u from=%s protocol=%s",
                 d->device_id, d->unreadable, link_address(link),
                 protocol_at(link->protocol)->name);
    }
}

static enum frame_fate take_frame(struct link *link, struct bytes frame)
{
    struct gateway *g = link->gateway;
    struct decoded d;
    struct session before = link->session;
    enum err e = decode(link, frame, &d);
    if (e != ERR_OK) {
        counter_add(g->counters, frames_bad, 1);
        stranger_note_link(link, frame);
        link->bad_frames++;
        return link->bad_frames < BAD_FRAMES_MAX || link->is_udp
                   ? FRAME_TAKEN
                   : close_for(link, &g->counters->connections_malformed);
    }
    enum frame_fate fate =
        d.device_id[0] == '\0' ? take_anonymous(link, frame, &d) : push(link, frame, &d);
    if (fate == FRAME_WAITS) {
        link->session = before;
    }
    if (fate == FRAME_TAKEN) {
        link->bad_frames = 0;
        counter_add(g->counters, frames, 1);
        note_unreadable(link, &d);
        link_touch(link);
    }
    return fate;
}

/* Chooses the protocol by the first bytes; whether it is known now. */
static bool detect(struct link *link, struct bytes in)
{
    struct gateway *g = link->gateway;
    size_t index;
    enum err e = protocol_detect(in, link->is_udp, &index);
    if (e == ERR_MORE && in.len <= DETECT_MAX_BYTES) {
        return false;
    }
    if (e != ERR_OK) {
        stranger_note_link(link, in);
        (void)close_for(link, &g->counters->connections_unclaimed);
        return false;
    }
    link->protocol = (uint8_t)index;
    link->session = protocol_session(protocol_at(index));
    link->session.speed_unit = g->options.speed_unit[index];
    if (g->options.utc_offset_min[index] != GATEWAY_OFFSET_UNSET) {
        link->session.utc_offset_min = g->options.utc_offset_min[index];
    }
    return true;
}

/* What can never become a frame ends the link, with a reply where the protocol has one for it. */
static void refuse(struct link *link, struct bytes in, enum err why)
{
    const struct protocol *p = protocol_at(link->protocol);
    struct counters *c = link->gateway->counters;
    struct decoded d = {.wants_reply = true, .wants_close = true};
    if (p->refuse == NULL) {
        stranger_note_link(link, in);
        (void)close_for(link, &c->connections_malformed);
        return;
    }
    p->refuse(in, why, &d.hint);
    if (take_anonymous(link, in, &d) != FRAME_WAITS) {
        counter_add(c, connections_malformed, 1);
    }
}

/* Closes a link whose long frame is not whole yet where there are too many of them. */
static void keep_within_bounds(struct link *link, size_t len)
{
    struct gateway *g = link->gateway;
    if (len > READ_BUFFER_BYTES && g->long_bytes > LONG_FRAMES_MAX_BYTES) {
        (void)close_for(link, &g->counters->connections_crowded);
    }
}

/* `left` begins with no whole frame: the rest may come, but not of a datagram; or the link ends. */
static void take_no_frame(struct link *link, struct bytes left, enum err e)
{
    bool may_come = e == ERR_MORE && left.len <= protocol_at(link->protocol)->frame_max;
    if (!may_come) {
        refuse(link, left, e == ERR_MORE ? ERR_TOO_LONG : e);
    } else if (link->is_udp) {
        stranger_note_link(link, left);
    } else {
        keep_within_bounds(link, left.len);
    }
}

size_t frames_take(struct link *link, struct bytes in)
{
    size_t taken = 0;
    if (link->protocol == PROTOCOL_UNKNOWN && (in.len == 0 || !detect(link, in))) {
        return 0;
    }
    const struct protocol *p = protocol_at(link->protocol);
    while (taken < in.len && !link->paused && !link->ends) {
        struct bytes left = bytes_slice(in, taken, in.len - taken);
        struct bytes frame;
        size_t used = 0;
        enum err e = p->split(left, &frame, &used);
        if (e != ERR_OK) {
            take_no_frame(link, left, e);
            return taken;
        }
        enum frame_fate fate = take_frame(link, frame);
        if (fate != FRAME_TAKEN) {
            break;
        }
        taken += used;
    }
    return taken;
}

bool link_may_resume(const struct link *link)
{
    const struct gateway *g = link->gateway;
    return link->paused && !link->closing && !link->ends && !link->is_waiter &&
           !link_has_deferred(link) && link->credit_bytes <= g->options.credit_bytes / 2 &&
           g->reading;
}

void link_resume(struct link *link)
{
    struct gateway *g = link->gateway;
    if (!link_may_resume(link)) {
        return;
    }
    link->paused = false;
    g->read_wall_ms = clock_wall_ms();
    struct bytes kept = {link->stream.partial, link->stream.partial_len};
    size_t taken = frames_take(link, kept);
    arena_clear(&g->arena);
    if (link->closing) {
        return;
    }
    link_keep(link, bytes_slice(kept, taken, kept.len - taken));
    if (!link->paused && !link->ends) {
        tcp_start_reading(link);
    }
}
