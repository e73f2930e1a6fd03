/*
 * Commands to bytes. An order is written to the link its device was heard on last, or not at all:
 * what became of it is pushed to ingest before anything more is read of that link, so that the
 * device's answer comes behind it.
 */
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/gateway_private.h"
#include "ingest/ticket.h"

enum { STACK_BYTES = 16384 }; /* as much as rows use of the stack, where a password may stay */

/* Whether what is written to the link has a chance to reach the device. */
static bool is_connected(const struct link *link)
{
    const struct gateway *g = link->gateway;
    if (!g->reading || link->closing || link->ends || link->is_leaving || !link_may_answer(link)) {
        return false;
    }
    return !link->is_udp || (int64_t)uv_now(&g->loop) - link->active_ms < UDP_CONNECTED_MS;
}

static enum order_result result_of(enum command_fate fate)
{
    switch (fate) {
    case COMMAND_IS_WRITTEN:
        return ORDER_WRITTEN;
    case COMMAND_IS_UNSUPPORTED:
        return ORDER_UNSUPPORTED;
    case COMMAND_IS_TOO_LONG:
        return ORDER_TOO_LONG;
    case COMMAND_IS_INVALID:
        break;
    }
    return ORDER_INVALID;
}

/* What the row of the link makes of the order. */
static enum command_fate encode(struct link *link, const struct order *o,
                                const struct device_slot *slot, struct command_note *note,
                                struct writer *out)
{
    const struct protocol *p = protocol_at(link->protocol);
    uint8_t raw[COMMAND_RAW_MAX];
    struct command_request what = {
        .kind = o->kind, .id = o->command, .text = {o->text, o->len}, .profile = o->profile};
    if (o->ticket != NULL) {
        what.password = ticket_password(o->ticket);
    }
    if (p->command == NULL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    if (o->kind == COMMAND_HIGH_LEVEL && command_is_raw(what.text)) {
        what.raw = (struct bytes){raw, command_raw(what.text, raw)};
        if (what.raw.len == 0) {
            return COMMAND_IS_INVALID;
        }
    }
    enum command_fate fate = p->command(&link->session, slot, &what, note, out);
    return fate == COMMAND_IS_WRITTEN && !writer_ok(out) ? COMMAND_IS_TOO_LONG : fate;
}

/*
 * Whether what must not be late may go to the link: the device was heard lately, and where the
 * frame names no device nobody else can be at the end of the link.
 */
static enum order_result judge_hazard(const struct link *link, const struct order *o,
                                      const struct bound_device *device,
                                      const struct command_note *note)
{
    int64_t now_ms = (int64_t)uv_now(&link->gateway->loop);
    if (note->is_unaddressed && (link->is_udp || link->device_count != 1)) {
        return ORDER_UNSUPPORTED;
    }
    return now_ms - device->heard_ms <= o->fresh_ms ? ORDER_WRITTEN : ORDER_AWAY;
}

/* Writes all of it to the kernel, which is watched then; or nothing counts, and the link goes. */
static enum order_result write_hazard(struct link *link, const struct order *o, uint8_t *at,
                                      size_t len)
{
    uv_buf_t buf = uv_buf_init((char *)at, (unsigned)len);
    int sent = uv_try_write((uv_stream_t *)&link->stream.tcp, &buf, 1);
    if (sent == UV_EAGAIN) {
        return ORDER_AWAY;
    }
    guard_begin(link, o);
    if (sent >= 0 && (size_t)sent == len) {
        return ORDER_WRITTEN;
    }
    link_close(link);
    return ORDER_UNKNOWN;
}

/* As one that waits for the kernel would come late, it goes at once or not at all. */
static enum order_result write_datagram(struct link *link, uint8_t *at, size_t len)
{
    return link_send_datagram(link, at, len) ? ORDER_WRITTEN : ORDER_AWAY;
}

static enum order_result write_frame(struct link *link, const struct order *o, uint8_t *at,
                                     size_t len)
{
    if (o->ticket != NULL && !ticket_claim(o->ticket)) {
        return ORDER_LATE;
    }
    trace_command(link, o, (struct bytes){at, len});
    if (o->is_hazardous) {
        return link->is_udp ? write_datagram(link, at, len) : write_hazard(link, o, at, len);
    }
    link_send(link, at, len);
    return link->closing ? ORDER_UNKNOWN : ORDER_WRITTEN;
}

static enum order_result write_to(struct link *link, const struct order *o,
                                  const struct bound_device *device, struct command_note *note)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct writer w = writer_init(at, sizeof(at));
    enum command_fate fate = encode(link, o, &device->slot, note, &w);
    sodium_stackzero(STACK_BYTES);
    if (fate != COMMAND_IS_WRITTEN) {
        explicit_bzero(at, sizeof(at));
        return result_of(fate);
    }
    enum order_result result =
        o->is_hazardous ? judge_hazard(link, o, device, note) : ORDER_WRITTEN;
    if (result == ORDER_WRITTEN) {
        result = write_frame(link, o, at, writer_bytes(&w).len);
    }
    explicit_bzero(at, sizeof(at)); /* a password may stand in it */
    return result;
}

/*
 * Whether the order has to wait for what is under way on the link, such as a reply that is not
 * acknowledged yet: what must not be late goes behind nothing.
 */
static bool must_wait(const struct link *link, struct order *o)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!o->is_hazardous || link->is_udp || guard_is_clear(link)) {
        return false;
    }
    o->held_until_ms = o->held_until_ms != 0 ? o->held_until_ms : now_ms + HELD_ORDER_MS;
    return now_ms < o->held_until_ms && now_ms < o->deadline_ms;
}

static enum order_result try_link(struct link *link, const struct order *o,
                                  const struct bound_device *device, struct order_outcome *outcome)
{
    outcome->connection = (struct connection_ref){link->slot, link->generation};
    if (outcome->time_s >= o->deadline_s || clock_monotonic_ms() >= o->deadline_ms) {
        return ORDER_LATE;
    }
    if (o->is_hazardous && !link->is_udp && !guard_is_clear(link)) {
        return ORDER_AWAY;
    }
    return write_to(link, o, device, &outcome->note);
}

void order_write(struct gateway *g, struct order *o)
{
    struct bound_device device;
    struct link *link = device_link(g, o->device, &device);
    bool is_there = link != NULL && is_connected(link);
    if (is_there && must_wait(link, o)) {
        g_queue_push_tail(&g->held_orders, o);
        return;
    }
    struct order_outcome outcome = {
        .command = o->command, .result = ORDER_AWAY, .time_s = clock_wall_ms() / 1000};
    if (is_there) {
        outcome.result = try_link(link, o, &device, &outcome);
    }
    ingest_push_outcome(o->from, &outcome);
    if (o->ticket != NULL) {
        ticket_tell(o->ticket, &(struct ticket_news){.result = outcome.result});
    }
    order_free(o);
    sodium_stackzero(STACK_BYTES);
}

void orders_try_again(struct gateway *g)
{
    for (guint left = g->held_orders.length; left > 0; left--) {
        order_write(g, g_queue_pop_head(&g->held_orders));
    }
}
