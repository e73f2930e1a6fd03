/*
 * Verdicts to bytes. Verdicts of one link come in order, so its replies leave in order; those of
 * one batch that follow each other go out in one write.
 *
 * Where the protocol answers no fixes, the next reply of any kind covers them. A link on which such
 * fixes were refused gets no reply any more. As long as its device is nobody's, we only listen to
 * it: the tracker keeps what it has, and connects again when it misses the answers. When the store
 * refused the fixes, or the device got registered meanwhile, the link is closed, so that the
 * tracker connects again at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_private.h"

/* Bytes that the kernel did not take at once. */
struct unsent {
    union {
        uv_write_t write;
        uv_udp_send_t send;
    };
    struct link *link; /* TCP only: a UDP peer may go before its datagram */
    size_t len;
    uint8_t at[];
};

static struct unsent *unsent_new(struct link *link, struct bytes out)
{
    struct unsent *u = mem_new(sizeof(*u) + out.len);
    u->link = link;
    u->len = out.len;
    memcpy(u->at, out.at, out.len);
    return u;
}

/* A password may stand in it. */
static void unsent_free(struct unsent *u)
{
    explicit_bzero(u->at, u->len);
    free(u);
}

static void on_written(uv_write_t *write, int status)
{
    struct unsent *u = write->data;
    struct link *link = u->link;
    link->unsent_bytes -= (uint32_t)u->len;
    unsent_free(u);
    if (status != 0) {
        link_close(link);
    } else if (link->close_when_sent && link->unsent_bytes == 0) {
        link_leave(link);
    }
}

static void on_sent(uv_udp_send_t *send, int status)
{
    (void)status;
    unsent_free(send->data);
}

static void queue_tcp(struct link *link, struct bytes out)
{
    if (link->unsent_bytes + out.len > UNSENT_MAX_BYTES) {
        log_line(LOG_DEBUG, "device_reads_nothing", "address=%s", link_address(link));
        link_close(link);
        return;
    }
    struct unsent *u = unsent_new(link, out);
    uv_buf_t buf = uv_buf_init((char *)u->at, (unsigned)u->len);
    u->write.data = u;
    link->unsent_bytes += (uint32_t)u->len;
    if (uv_write(&u->write, (uv_stream_t *)&link->stream.tcp, &buf, 1, on_written) != 0) {
        link->unsent_bytes -= (uint32_t)u->len;
        unsent_free(u);
        link_close(link);
    }
}

static struct sockaddr_in6 address_of(const struct link *link)
{
    struct sockaddr_in6 address;
    memcpy(&address, link->peer.key.address, sizeof(address));
    return address;
}

/* What libuv says of a datagram that is sent now or never: UV_EAGAIN, another error, or no error.
 */
static int try_udp(struct link *link, uint8_t *at, size_t len)
{
    struct sockaddr_in6 address = address_of(link);
    uv_buf_t buf = uv_buf_init((char *)at, (unsigned)len);
    return uv_udp_try_send(&link_listener(link)->udp, &buf, 1, (const struct sockaddr *)&address);
}

bool link_send_datagram(struct link *link, uint8_t *at, size_t len)
{
    return try_udp(link, at, len) >= 0;
}

static void send_udp(struct link *link, uint8_t *at, size_t len)
{
    if (try_udp(link, at, len) != UV_EAGAIN) {
        return; /* sent, or lost as datagrams are */
    }
    struct sockaddr_in6 address = address_of(link);
    struct unsent *u = unsent_new(NULL, (struct bytes){at, len});
    uv_buf_t buf = uv_buf_init((char *)u->at, (unsigned)u->len);
    u->send.data = u;
    if (uv_udp_send(&u->send, &link_listener(link)->udp, &buf, 1, (const struct sockaddr *)&address,
                    on_sent) != 0) {
        unsent_free(u);
    }
}

void link_send(struct link *link, uint8_t *at, size_t len)
{
    if (len == 0 || link->closing) {
        return;
    }
    if (link->is_udp) {
        send_udp(link, at, len);
        return;
    }
    uv_buf_t buf = uv_buf_init((char *)at, (unsigned)len);
    int sent = uv_try_write((uv_stream_t *)&link->stream.tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        link_close(link);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    if (done < len) {
        queue_tcp(link, (struct bytes){at + done, len - done});
    }
}

void link_end_when_sent(struct link *link)
{
    if (link->closing || link->is_leaving || !link_is_answered(link)) {
        return;
    }
    link->close_when_sent = true;
    if (link->unsent_bytes == 0) {
        link_leave(link);
    }
}

void link_reply_now(struct link *link, const struct reply_hint *hint, bool wants_close)
{
    uint8_t at[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(at, sizeof(at));
    protocol_at(link->protocol)
        ->reply(&link->session, hint, OUTCOME_UNREGISTERED, clock_wall_ms() / 1000, &w);
    trace_reply(link, 0, writer_bytes(&w));
    link_send(link, at, writer_bytes(&w).len);
    if (wants_close && !link->closing) {
        link_end_softly(link);
        link_end_when_sent(link);
    }
}

/* The replies that wait to leave in one write. */
struct outgoing {
    struct link *link;
    struct writer writer;
};

static void flush(struct outgoing *o)
{
    if (o->link != NULL) {
        link_send(o->link, o->writer.at, o->writer.len);
    }
    o->link = NULL;
    o->writer.len = 0;
}

static void note_verdict(struct link *link, const struct verdict *v)
{
    link->in_flight--;
    link->credit_bytes -= v->credit_bytes;
    if (v->device != 0) {
        int64_t heard_ms = (int64_t)uv_now(&link->gateway->loop) - (int64_t)v->quiet_ms;
        const struct bound_device device = {v->device, heard_ms, v->slot};
        device_bind(link, &device);
    }
}

static void write_reply(struct outgoing *o, struct link *link, const struct verdict *v,
                        int64_t now_s)
{
    /* A datagram answers a datagram; a stream's replies may share a write. */
    if (o->link != link || link->is_udp ||
        o->writer.capacity - o->writer.len < PROTOCOL_REPLY_MAX) {
        flush(o);
    }
    o->link = link;
    struct writer w = writer_init(o->writer.at + o->writer.len, o->writer.capacity - o->writer.len);
    protocol_at(link->protocol)->reply(&link->session, &v->hint, v->outcome, now_s, &w);
    trace_reply(link, v->device, writer_bytes(&w));
    o->writer.len += writer_bytes(&w).len;
}

/* Whether a reply would cover fixes that are not stored, and the tracker has to send them again. */
static bool must_begin_anew(struct link *link, const struct verdict *v)
{
    if (!protocol_at(link->protocol)->fixes_unanswered) {
        return false;
    }
    link->owes_fixes = link->owes_fixes || v->refuses_fixes;
    return v->outcome == OUTCOME_REFUSED || (v->outcome == OUTCOME_STORED && link->owes_fixes);
}

/* All before it has its verdict; where that was refused, only the end is left of the reply. */
static void answer_deferred(struct link *link)
{
    struct deferred_reply *d = &link->stream.deferred;
    d->pending = false;
    if (link_may_answer(link)) {
        link_reply_now(link, &d->hint, d->wants_close);
    } else if (d->wants_close) {
        link_end_softly(link);
    }
}

static void apply(struct gateway *g, const struct verdict *v, struct outgoing *o, int64_t now_s)
{
    struct link *link = link_find(g, v->connection);
    if (link == NULL) {
        return;
    }
    if (o->link != link) {
        flush(o); /* before note_verdict(), which may end the link it is for */
    }
    note_verdict(link, v);
    if (must_begin_anew(link, v)) {
        flush(o);
        link_close(link);
        return;
    }
    /* Frames in front of a bad one are answered on a mute link, too. */
    if (v->wants_reply && !link->owes_fixes) {
        write_reply(o, link, v, now_s);
    }
    bool answers_deferred = link->in_flight == 0 && link_has_deferred(link);
    if (!link_is_answered(link) && !answers_deferred && !link_may_resume(link)) {
        return;
    }
    flush(o);
    if (answers_deferred && !link->closing) {
        answer_deferred(link);
    }
    link_end_when_sent(link);
    link_resume(link);
}

/* Gives those of one shard their turn. A link may come to wait for another one meanwhile. */
static void resume_list(struct wait_list *list)
{
    struct link *last = list->last;
    while (list->first != NULL) {
        struct link *link = list->first;
        list->first = link->stream.next_waiter;
        if (list->first == NULL) {
            list->last = NULL;
        }
        link->is_waiter = false;
        link->stream.next_waiter = NULL;
        link_resume(link);
        if (link == last || (list->first != NULL && list->last == link)) {
            return; /* the queue is full again, or everyone had a turn */
        }
    }
}

void replies_resume_waiters(struct gateway *g)
{
    for (size_t i = 0; i < g->shards->count; i++) {
        resume_list(&g->waiters[i]);
    }
}

/* All of `from`, which is empty then. */
static GQueue take_queue(GQueue *from)
{
    GQueue taken = *from;
    g_queue_init(from);
    return taken;
}

/* What came since the last time; orders go to the caller. Answers the number of verdicts. */
static size_t take_inbox(struct gateway *g, GQueue *orders, GQueue *registrations)
{
    pthread_mutex_lock(&g->inbox.mutex);
    struct verdict *batch = g->inbox.at;
    size_t len = g->inbox.len;
    size_t capacity = g->inbox.capacity;
    g->inbox.at = g->batch;
    g->inbox.capacity = g->batch_capacity;
    g->inbox.len = 0;
    *orders = take_queue(&g->inbox.orders);
    *registrations = take_queue(&g->inbox.registrations);
    pthread_mutex_unlock(&g->inbox.mutex);
    g->batch = batch;
    g->batch_capacity = capacity;
    return len;
}

static void apply_all(struct gateway *g, size_t len)
{
    struct outgoing o = {.writer = writer_init(g->out_buffer, OUT_BUFFER_BYTES)};
    int64_t now_s = clock_wall_ms() / 1000;
    for (size_t i = 0; i < len; i++) {
        apply(g, &g->batch[i], &o, now_s);
    }
    flush(&o);
    replies_resume_waiters(g);
}

void replies_deliver(struct gateway *g)
{
    GQueue orders;
    GQueue registrations;
    size_t len = take_inbox(g, &orders, &registrations);
    if (len > 0) {
        apply_all(g, len);
    }
    struct registration *registration = NULL;
    while ((registration = g_queue_pop_head(&registrations)) != NULL) {
        registration_take(g, registration);
    }
    struct order *order = NULL;
    while ((order = g_queue_pop_head(&orders)) != NULL) {
        order_write(g, order);
    }
}

void gateway_order(void *gateway, struct order *order)
{
    struct gateway *g = gateway;
    pthread_mutex_lock(&g->inbox.mutex);
    bool was_empty = g->inbox.orders.length == 0;
    g_queue_push_tail(&g->inbox.orders, order);
    pthread_mutex_unlock(&g->inbox.mutex);
    if (was_empty) {
        (void)uv_async_send(&g->wakeup);
    }
}

void gateway_deliver(void *gateway, const struct verdict *verdicts, size_t count)
{
    struct gateway *g = gateway;
    pthread_mutex_lock(&g->inbox.mutex);
    struct inbox *inbox = &g->inbox;
    if (inbox->capacity - inbox->len < count) {
        inbox->capacity = (inbox->len + count) * 2;
        inbox->at = mem_resize(inbox->at, inbox->capacity * sizeof(*inbox->at));
    }
    memcpy(inbox->at + inbox->len, verdicts, count * sizeof(*verdicts));
    bool was_empty = inbox->len == 0;
    inbox->len += count;
    pthread_mutex_unlock(&g->inbox.mutex);
    if (was_empty) {
        (void)uv_async_send(&g->wakeup);
    }
}
