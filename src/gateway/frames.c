/*
 * Bytes to arrivals. A frame is taken off the front of the bytes only once ingest has it; a link
 * that has to wait finds it there again, and its session as it was before.
 *
 * Bytes that are no frame are passed over up to the next whole one (protocol_pass_over()). Where
 * fixes are not answered one by one, the answer to a later frame would cover what was lost in it:
 * such a link falls mute. What has come is still stored, and then it ends, so that the tracker
 * sends again what it got no answer for. Bytes that come bad again are passed over instead
 * (bad_frames.c). Each time that costs a search for the next frame. So it is bounded, in a row and
 * in one turn of the link, however often the same bytes have come before.
 *
 * Data before a login are held (held.c). Once the login tells whose they are they are pushed in
 * front of it, as its answer covers them.
 */
#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "gateway/gateway_private.h"

enum frame_fate {
    FRAME_TAKEN,
    FRAME_HELD,  /* until the login */
    FRAME_BAD,   /* cannot be read */
    FRAME_WAITS, /* for room in the queue, or for more bytes: it stays */
    FRAME_CLOSES /* the link was closed or ends */
};

/* The link ends; what was answered before still leaves. */
static enum frame_fate close_for(struct link *link, _Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (link->is_udp) {
        link_close(link);
        return FRAME_CLOSES;
    }
    link_end(link);
    link_end_when_sent(link);
    return FRAME_CLOSES;
}

bool link_may_answer(const struct link *link)
{
    return !link->is_mute && !link->owes_fixes;
}

static void pause_link(struct link *link)
{
    if (link->paused || link->is_udp) {
        return;
    }
    /* The link had its turn, found no room again, and was not read meanwhile. */
    counter_add(link->gateway->counters, reads_paused, link->stream.is_read ? 1 : 0);
    link->paused = true;
    tcp_stop_reading(link);
}

/*
 * A frame without a device. One that holds data comes before the login and is held. Else its reply,
 * where it wants one, comes after those in flight.
 */
static enum frame_fate take_anonymous(struct link *link, struct bytes frame,
                                      const struct decoded *d)
{
    struct counters *c = link->gateway->counters;
    if (d->len > 0 && !link->is_udp && held_add(&link->stream.held, frame)) {
        return FRAME_HELD;
    }
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
    if (!d->wants_reply || !link_may_answer(link)) {
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

/*
 * There is no room for a datagram's frame. Where the next answer would cover what it told, the peer
 * is forgotten: only a new login is answered, and the tracker sends again.
 */
static enum frame_fate drop(struct link *link, const struct decoded *d)
{
    counter_add(link->gateway->counters, datagrams_dropped, 1);
    if (d->len > 0 && protocol_at(link->protocol)->fixes_unanswered) {
        link_close(link);
        return FRAME_CLOSES;
    }
    return FRAME_TAKEN;
}

/*
 * The link's arrivals go to the shard of this device from now on. False: some are in flight to
 * another one. The new ones wait for those: two shards could answer the later frame first, and
 * where fixes are not answered one by one, that answer would cover the earlier frame.
 */
static bool turn_to_shard(struct link *link, const char *device_id)
{
    const struct shards *shards = link->gateway->shards;
    uint32_t shard = (uint32_t)(shards_of_device(shards, device_id) - shards->at);
    if (link->in_flight > 0 && link->shard != shard) {
        return false;
    }
    link->shard = shard;
    return true;
}

/*
 * Hands a frame's messages to ingest, as ingest_push() does; ERR_BUSY without credit, too.
 * `quiet_ms`: the device said it so long ago.
 */
static enum err push_arrival(struct link *link, struct bytes frame, const struct decoded *d,
                             uint32_t quiet_ms, uint32_t *credit_bytes)
{
    struct gateway *g = link->gateway;
    int16_t configured_min = g->options.utc_offset_min[link->protocol];
    const struct arrival arrival = {
        .connection = {.slot = link->slot, .generation = link->generation},
        .protocol = link->protocol,
        .rcv_time_ms = g->read_wall_ms - (int64_t)quiet_ms,
        .quiet_ms = quiet_ms,
        .device_id = d->device_id,
        .address = link_address(link),
        .frame = frame,
        .wants_reply = d->wants_reply && link_may_answer(link),
        .wants_close = d->wants_close,
        .hint = d->hint,
        .slot = d->slot,
        .utc_offset_min = link->session.utc_offset_min,
        .is_offset_told = link->session.is_offset_told,
        .is_offset_configured = configured_min != GATEWAY_OFFSET_UNSET,
        .configured_min = configured_min,
        .messages = d->at,
        .count = d->len,
    };
    bool has_credit = link->credit_bytes < g->options.credit_bytes;
    return has_credit ? ingest_push(g->shards->at[link->shard].ingest, &arrival, credit_bytes)
                      : ERR_BUSY;
}

static enum frame_fate push(struct link *link, struct bytes frame, const struct decoded *d)
{
    struct gateway *g = link->gateway;
    uint32_t credit_bytes = 0;
    bool waits_for_other = !turn_to_shard(link, d->device_id);
    enum err e = waits_for_other ? ERR_BUSY : push_arrival(link, frame, d, 0, &credit_bytes);
    if (e != ERR_OK && link->is_udp) {
        return drop(link, d);
    }
    if (waits_for_other) {
        pause_link(link); /* the last verdict resumes it */
        return FRAME_WAITS;
    }
    if (e == ERR_TOO_LONG) {
        return close_for(link, &g->counters->connections_malformed);
    }
    if (e != ERR_OK) {
        link_wait(link);
        pause_link(link);
        return FRAME_WAITS;
    }
    trace_frame_in(link, frame, d);
    link->in_flight++;
    link->credit_bytes += credit_bytes;
    if (d->wants_close) {
        link_end_softly(link);
    } else if (link->credit_bytes >= g->options.credit_bytes) {
        pause_link(link);
    }
    return FRAME_TAKEN;
}

enum err link_push_heard(struct link *link, const char *device_id, const struct device_slot *slot,
                         uint32_t quiet_ms)
{
    uint32_t credit_bytes = 0;
    struct decoded d = {.slot = *slot};
    bytes_to_text(bytes_of_text(device_id), d.device_id, sizeof(d.device_id));
    link->gateway->read_wall_ms = clock_wall_ms();
    enum err e = turn_to_shard(link, device_id)
                     ? push_arrival(link, (struct bytes){0}, &d, quiet_ms, &credit_bytes)
                     : ERR_BUSY;
    if (e == ERR_OK) {
        link->in_flight++;
        link->credit_bytes += credit_bytes;
    }
    return e;
}

/* Decodes the frame, and does so again where its meaning depends on what is known of its device. */
static enum err decode(struct link *link, struct bytes frame, struct decoded *d)
{
    struct gateway *g = link->gateway;
    const struct protocol *p = protocol_at(link->protocol);
    struct session before = link->session;
    *d = (struct decoded){.arena = &g->arena};
    enum err e = protocol_decode(p, &link->session, frame, d);
    bool asks = p->asks_speed_unit || d->asks_profile;
    if (e != ERR_OK || !asks || d->device_id[0] == '\0' ||
        !dialect_set(&before, ingest_dialect(shards_of_device(g->shards, d->device_id)->ingest,
                                             d->device_id))) {
        return e;
    }
    link->session = before;
    *d = (struct decoded){.arena = &g->arena};
    return protocol_decode(p, &link->session, frame, d);
}

/* At most a line a second, so that nobody fills the log. */
static void log_bad(struct link *link, struct bytes bad, bool is_again)
{
    enum { SHOWN_MAX = 64, LINE_EVERY_MS = 1000 };
    struct gateway *g = link->gateway;
    int64_t now_ms = (int64_t)uv_now(&g->loop);
    if (now_ms < g->next_bad_frame_line_ms) {
        return;
    }
    g->next_bad_frame_line_ms = now_ms + LINE_EVERY_MS;
    char hex[2 * SHOWN_MAX + 1];
    hex_encode(bytes_slice(bad, 0, SHOWN_MAX), hex);
    log_line(LOG_INFO, "frame_bad", "device=%s protocol=%s from=%s again=%s len=%zu frame=%s",
             link->session.device_id, protocol_at(link->protocol)->name, link_address(link),
             is_again ? "yes" : "no", bad.len, hex);
}

/* Whether so much was passed over that the link ends. A UDP peer has no row, only its datagram. */
static bool is_too_bad(struct link *link)
{
    struct gateway *g = link->gateway;
    bool is_covered = protocol_at(link->protocol)->fixes_unanswered;
    bool is_anonymous = link->session.device_id[0] == '\0';
    unsigned in_a_row_max = is_covered && !is_anonymous ? BAD_FRAMES_AGAIN_MAX : BAD_FRAMES_MAX;
    if (link->bad_frames < UINT8_MAX) {
        link->bad_frames++;
    }
    g->turn_bad_frames++;
    return g->turn_bad_frames >= BAD_FRAMES_TURN_MAX ||
           (!link->is_udp && link->bad_frames >= in_a_row_max);
}

/* What becomes of the link whose bytes `bad` are passed over. */
static enum frame_fate pass_over(struct link *link, struct bytes bad)
{
    struct gateway *g = link->gateway;
    bool is_covered = protocol_at(link->protocol)->fixes_unanswered;
    bool is_again = bad_frames_note(g->bad_frames, link->session.device_id, bad,
                                    (int64_t)uv_now(&g->loop) / 1000);
    counter_add(g->counters, frames_bad, 1);
    trace_bad_in(link, bad);
    stranger_note_link(link, bad);
    log_bad(link, bad, is_again);
    counter_add(g->counters, frames_bad_again, is_covered && is_again ? 1 : 0);
    link->is_mute = link->is_mute || (is_covered && !is_again);
    return is_too_bad(link) ? close_for(link, &g->counters->connections_malformed) : FRAME_TAKEN;
}

/* The counter tells how much devices sent in vain, the log which device it was. */
static void note_unreadable(struct link *link, const struct decoded *d)
{
    if (d->unreadable > 0) {
        counter_add(link->gateway->counters, reports_unreadable, d->unreadable);
        log_line(LOG_DEBUG, "reports_unreadable", "device_id=%s count=%u from=%s protocol=%s",
                 d->device_id, d->unreadable, link_address(link),
                 protocol_at(link->protocol)->name);
    }
}

/* Pushes what was held before the login. FRAME_TAKEN: all of it. */
static enum frame_fate push_held(struct link *link)
{
    struct gateway *g = link->gateway;
    struct bytes frame;
    enum frame_fate fate = FRAME_TAKEN;
    while (fate == FRAME_TAKEN && !link->is_udp && held_first(link->stream.held, &frame)) {
        struct decoded d;
        struct session before = link->session;
        enum err e = decode(link, frame, &d);
        bool is_known = e == ERR_OK && d.device_id[0] != '\0';
        fate = is_known ? push(link, frame, &d) : pass_over(link, frame);
        if (fate == FRAME_TAKEN) {
            counter_add(g->counters, frames, is_known ? 1 : 0);
            held_drop(&link->stream.held);
        } else {
            link->session = before;
        }
    }
    return fate;
}

static enum frame_fate take_known(struct link *link, struct bytes frame, const struct decoded *d)
{
    enum frame_fate fate = push_held(link);
    return fate == FRAME_TAKEN ? push(link, frame, d) : fate;
}

static enum frame_fate take_frame(struct link *link, struct bytes frame)
{
    struct gateway *g = link->gateway;
    struct decoded d;
    struct session before = link->session;
    if (decode(link, frame, &d) != ERR_OK) {
        return FRAME_BAD;
    }
    enum frame_fate fate =
        d.device_id[0] == '\0' ? take_anonymous(link, frame, &d) : take_known(link, frame, &d);
    if (fate == FRAME_WAITS || fate == FRAME_HELD) {
        link->session = before;
    }
    if (fate == FRAME_TAKEN) {
        link->bad_frames = 0;
        counter_add(g->counters, frames, 1);
        note_unreadable(link, &d);
        choice_note(link);
        link_touch(link);
    }
    return fate;
}

/*
 * Bytes that can never become a frame end the link, with a reply where the protocol has one for
 * that.
 */
static enum frame_fate refuse(struct link *link, struct bytes in, enum err why)
{
    const struct protocol *p = protocol_at(link->protocol);
    struct counters *c = link->gateway->counters;
    struct decoded d = {.wants_reply = true, .wants_close = true};
    if (p->refuse == NULL) {
        stranger_note_link(link, in);
        return close_for(link, &c->connections_malformed);
    }
    if (!link_may_answer(link)) {
        return close_for(link, &c->connections_malformed);
    }
    p->refuse(in, why, &d.hint);
    if (take_anonymous(link, in, &d) == FRAME_WAITS) {
        return FRAME_WAITS;
    }
    counter_add(c, connections_malformed, 1);
    return FRAME_CLOSES;
}

/* Whether a bad frame was looked at so often that its rest will not come any more. */
static bool is_looked_at(struct link *link)
{
    return !link->is_udp && ++link->stream.looks > LOOKS_MAX;
}

static enum err split(struct link *link, struct bytes left, struct bytes *frame, size_t *used)
{
    const struct protocol *p = protocol_at(link->protocol);
    return link->is_udp ? protocol_split_datagram(p, &link->gateway->arena, left, frame, used)
                        : protocol_split(p, left, frame, used);
}

/* Takes what is at the front of `left`, a frame or what is none: *used bytes of it. */
static enum frame_fate take_front(struct link *link, struct bytes left, bool is_all, size_t *used)
{
    const struct protocol *p = protocol_at(link->protocol);
    struct bytes frame;
    enum err found = split(link, left, &frame, used);
    enum frame_fate fate = found == ERR_OK ? take_frame(link, frame) : FRAME_BAD;
    if (fate != FRAME_BAD) {
        return fate;
    }
    enum err mended = found == ERR_MORE ? ERR_NOT_FOUND : choice_mend(link, left);
    if (mended == ERR_BUSY) {
        pause_link(link); /* the last verdict resumes it */
        return FRAME_WAITS;
    }
    if (mended == ERR_OK) {
        *used = 0;
        return FRAME_TAKEN;
    }
    size_t whole = *used;
    enum err e = protocol_pass_over(p, left, found, is_all, used);
    if (e == ERR_MORE && found != ERR_MORE && is_looked_at(link)) {
        *used = whole;
        e = found;
    }
    if (e == ERR_MORE && !link->is_udp) {
        return FRAME_WAITS;
    }
    if (e == ERR_MORE) {
        *used = left.len; /* the rest of a datagram cut off never comes */
        e = ERR_OK;
    }
    if (e != ERR_OK) {
        return refuse(link, left, e);
    }
    return pass_over(link, bytes_slice(left, 0, *used));
}

/* Chooses the protocol by the first bytes; whether it is known now. */
static bool detect(struct link *link, struct bytes in, bool is_all, size_t *noise)
{
    enum err e = choice_make(link, in, is_all, noise);
    if (e != ERR_OK && e != ERR_MORE) {
        stranger_note_link(link, in);
        (void)close_for(link, &link->gateway->counters->connections_unclaimed);
    }
    return e == ERR_OK;
}

size_t frames_take(struct link *link, struct bytes in, bool is_all)
{
    size_t taken = 0;
    link->gateway->turn_bad_frames = 0;
    if (link->protocol == PROTOCOL_UNKNOWN && (in.len == 0 || !detect(link, in, is_all, &taken))) {
        return 0;
    }
    while (taken < in.len && !link->paused && !link->ends) {
        size_t used = 0;
        enum frame_fate fate =
            take_front(link, bytes_slice(in, taken, in.len - taken), is_all, &used);
        if (fate == FRAME_CLOSES) {
            return taken;
        }
        if (fate == FRAME_WAITS) {
            break;
        }
        taken += used;
    }
    if (link->is_mute && !link->paused && !link->ends) {
        (void)close_for(link, &link->gateway->counters->connections_malformed);
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
    link_take(link, (struct bytes){link->stream.partial, link->stream.partial_len}, false);
    if (!link->closing && !link->paused && !link->ends) {
        tcp_start_reading(link);
    }
}
