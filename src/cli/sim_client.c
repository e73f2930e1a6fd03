/*
 * One thread, one epoll. A device is in one of three stages:
 *
 *     IDLE --connect--> GREETING --login acknowledged--> RUNNING
 *      ^                                                    |
 *      +---- connection lost, after a pause ----------------+
 *
 * `pending` holds the fixes that were taken from the source and not acknowledged, oldest first;
 * the first `in_flight` of them are on the wire. `frames` says, for every frame on the wire and not
 * acknowledged, how many fixes it carries, so that an acknowledgement of n frames is one of fixes.
 * After a loss everything pending goes out again.
 */
#include "cli/sim_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/sim_stats.h"

enum {
    SEND_BYTES = 64 * 1024,
    RECEIVE_BYTES = 4096,
    EVENTS = 256,
    PAUSE_MS = 200,
    UDP_REPEAT_MS = 2000,
    TICK_MS = 5,
    SENDS_A_ROUND = 256
};

enum stage { STAGE_IDLE, STAGE_GREETING, STAGE_RUNNING };

struct pending_fix {
    struct fix fix;
    int64_t sent_us; /* first time; 0: not yet */
};

struct client {
    int fd; /* -1: none */
    enum stage stage;
    bool exhausted; /* the source has no more */
    struct session session;
    int64_t retry_ms;
    int64_t last_send_ms;
    struct pending_fix *pending; /* `window` places, a ring */
    size_t first;
    size_t count;
    size_t in_flight;
    uint32_t *frames; /* fixes of each frame on the wire, a ring of window + FRAMES_EXTRA */
    size_t frame_first;
    size_t frame_count;
    uint8_t received[RECEIVE_BYTES];
    size_t received_len;
};

enum { FRAMES_EXTRA = 16 };

struct run {
    const struct sim_options *options;
    struct sim_result *result;
    struct sim_stats stats;
    struct client *clients;
    size_t live;      /* clients that have something left to do */
    size_t connected; /* clients that passed their login */
    size_t turn;      /* where the next round of sending begins */
    int epoll;
    struct sockaddr_storage address;
    socklen_t address_len;
    int64_t start_us;
    int64_t progress_us;
    uint64_t due;   /* fixes that the rate allowed so far */
    uint64_t paced; /* fixes sent under it */
    uint8_t *out;
};

static size_t frame_room(const struct run *r)
{
    return r->options->window * 2 + FRAMES_EXTRA;
}

static const struct protocol *protocol_of(const struct run *r, const struct client *c)
{
    return r->options->devices[c - r->clients].protocol;
}

/* ---- connecting ---- */

static void drop_connection(struct run *r, struct client *c, bool is_error)
{
    if (c->fd >= 0) {
        (void)close(c->fd);
    }
    c->fd = -1;
    c->stage = STAGE_IDLE;
    c->in_flight = 0;
    c->frame_count = 0;
    c->received_len = 0;
    c->retry_ms = clock_monotonic_ms() + PAUSE_MS;
    r->result->errors += is_error;
}

static void push_frame(struct run *r, struct client *c, uint32_t fixes)
{
    size_t room = frame_room(r);
    if (c->frame_count < room) {
        c->frames[(c->frame_first + c->frame_count) % room] = fixes;
        c->frame_count++;
    }
}

/* Counts the frames in what encode() wrote, by the protocol's own split(). */
static size_t count_frames(const struct protocol *p, struct bytes in)
{
    size_t frames = 0;
    size_t used = 0;
    struct bytes frame;
    while (in.len > 0 && p->split(in, &frame, &used) == ERR_OK && used > 0) {
        in = bytes_slice(in, used, in.len - used);
        frames++;
    }
    return frames;
}

/* Sends all of `out` or answers false; a device's socket buffer holds far more than its window. */
static bool send_all(struct client *c, struct bytes out)
{
    size_t sent = 0;
    while (sent < out.len) {
        ssize_t n = send(c->fd, out.at + sent, out.len - sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        sent += (size_t)n;
    }
    c->last_send_ms = clock_monotonic_ms();
    return true;
}

/* Encodes and sends one request and notes its frames, `fixes` spread over them. */
static bool send_request(struct run *r, struct client *c, const struct encode_request *what)
{
    const struct protocol *p = protocol_of(r, c);
    struct writer w = writer_init(r->out, SEND_BYTES);
    if (p->encode(&c->session, what, &w) != ERR_OK || !writer_ok(&w)) {
        return false;
    }
    struct bytes out = writer_bytes(&w);
    size_t frames = count_frames(p, out);
    uint32_t left = (uint32_t)(what->kind == ENCODE_FIXES ? what->count : 0);
    for (size_t i = 0; i < frames; i++) {
        uint32_t fixes = i + 1 == frames ? left : left / (uint32_t)(frames - i);
        push_frame(r, c, fixes);
        left -= fixes;
    }
    return send_all(c, out);
}

static void begin_session(struct run *r, struct client *c)
{
    const struct sim_device *d = &r->options->devices[c - r->clients];
    c->session = protocol_session(d->protocol);
    memcpy(c->session.device_id, d->device_id, sizeof(d->device_id));
    c->stage = STAGE_GREETING;
    if (!send_request(r, c, &(struct encode_request){.kind = ENCODE_LOGIN})) {
        drop_connection(r, c, true);
        return;
    }
    if (c->frame_count == 0) {
        c->stage = STAGE_RUNNING; /* a protocol without a login */
    }
}

static enum err connect_client(struct run *r, struct client *c)
{
    int type = r->options->udp ? SOCK_DGRAM : SOCK_STREAM;
    c->fd = socket(r->address.ss_family, type | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        return ERR_IO;
    }
    if (connect(c->fd, (const struct sockaddr *)&r->address, r->address_len) != 0) {
        drop_connection(r, c, true);
        return ERR_OK;
    }
    int on = 1;
    if (!r->options->udp) {
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(c - r->clients)};
    if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        return ERR_IO;
    }
    begin_session(r, c);
    return ERR_OK;
}

/* ---- acknowledgements ---- */

static void acknowledge_fixes(struct run *r, struct client *c, size_t fixes)
{
    int64_t now_us = clock_monotonic_us();
    for (size_t i = 0; i < fixes && c->count > 0; i++) {
        sim_stats_add(&r->stats, now_us - c->pending[c->first].sent_us);
        c->first = (c->first + 1) % r->options->window;
        c->count--;
        c->in_flight -= c->in_flight > 0;
        r->result->acknowledged++;
    }
}

static void acknowledge_frames(struct run *r, struct client *c, size_t frames)
{
    for (size_t i = 0; i < frames && c->frame_count > 0; i++) {
        acknowledge_fixes(r, c, c->frames[c->frame_first]);
        c->frame_first = (c->frame_first + 1) % frame_room(r);
        c->frame_count--;
    }
    if (c->stage == STAGE_GREETING && c->frame_count == 0) {
        c->stage = STAGE_RUNNING;
    }
}

static void read_acks(struct run *r, struct client *c)
{
    const struct protocol *p = protocol_of(r, c);
    size_t done = 0;
    while (done < c->received_len) {
        struct bytes in = {c->received + done, c->received_len - done};
        size_t used = 0;
        size_t frames = 0;
        enum err e = p->read_ack(&c->session, in, &used, &frames);
        if (e == ERR_MORE) {
            break;
        }
        if (e != ERR_OK || used == 0) {
            drop_connection(r, c, true);
            return;
        }
        acknowledge_frames(r, c, frames);
        done += used;
    }
    c->received_len -= done;
    memmove(c->received, c->received + done, c->received_len);
}

static void on_readable(struct run *r, struct client *c)
{
    size_t room = sizeof(c->received) - c->received_len;
    ssize_t n = recv(c->fd, c->received + c->received_len, room, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        drop_connection(r, c, true);
        return;
    }
    c->received_len += (size_t)n;
    read_acks(r, c);
}

/* ---- sending ---- */

/* Takes fixes from the source until `wanted` are pending and not on the wire, or none is due. */
static size_t gather(struct run *r, struct client *c, size_t wanted)
{
    const struct sim_options *o = r->options;
    size_t device = (size_t)(c - r->clients);
    while (c->count - c->in_flight < wanted && c->count < o->window && !c->exhausted) {
        struct pending_fix *p = &c->pending[(c->first + c->count) % o->window];
        *p = (struct pending_fix){0};
        c->exhausted = !o->source.next(o->source.context, device, &p->fix);
        c->count += !c->exhausted;
    }
    int64_t now_s = clock_wall_ms() / 1000;
    size_t due = 0;
    while (due < wanted && c->in_flight + due < c->count) {
        const struct pending_fix *p = &c->pending[(c->first + c->in_flight + due) % o->window];
        if (o->rate_per_s <= 0 && p->fix.gps_time_s > now_s) {
            break;
        }
        due++;
    }
    return due;
}

/* Sends the next `count` pending fixes in one request. */
static void send_fixes(struct run *r, struct client *c, size_t count)
{
    struct fix fixes[64];
    int64_t now_us = clock_monotonic_us();
    for (size_t i = 0; i < count; i++) {
        struct pending_fix *p = &c->pending[(c->first + c->in_flight + i) % r->options->window];
        r->result->resent += p->sent_us != 0;
        r->result->sent += p->sent_us == 0;
        p->sent_us = p->sent_us == 0 ? now_us : p->sent_us;
        fixes[i] = p->fix;
    }
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = fixes, .count = count};
    bool sent = send_request(r, c, &what);
    if (sent && protocol_of(r, c)->fixes_unanswered) {
        sent = send_request(r, c, &(struct encode_request){.kind = ENCODE_HEARTBEAT});
    }
    if (!sent) {
        drop_connection(r, c, true);
        return;
    }
    c->in_flight += count;
}

static void serve_client(struct run *r, struct client *c)
{
    uint64_t allowed = r->options->rate_per_s > 0 ? r->due - r->paced : UINT64_MAX;
    size_t wanted = r->options->burst;
    if (c->stage != STAGE_RUNNING || allowed == 0 ||
        c->frame_count + 2 * wanted + 2 > frame_room(r)) {
        return;
    }
    wanted = wanted < allowed ? wanted : (size_t)allowed;
    size_t count = gather(r, c, wanted);
    if (count > 0) {
        send_fixes(r, c, count);
        r->paced += count;
    }
}

static bool client_is_done(const struct client *c)
{
    return c->exhausted && c->count == 0;
}

/* Connects what is not connected; over UDP sends again what was not answered for long. */
static enum err keep_connected(struct run *r, struct client *c, int64_t now_ms)
{
    if (c->fd < 0 && now_ms >= c->retry_ms && !client_is_done(c)) {
        return connect_client(r, c);
    }
    if (r->options->udp && c->fd >= 0 && c->frame_count > 0 &&
        now_ms - c->last_send_ms > UDP_REPEAT_MS) {
        drop_connection(r, c, true);
    }
    return ERR_OK;
}

static enum err one_round(struct run *r)
{
    int64_t now_ms = clock_monotonic_ms();
    size_t n = r->options->device_count;
    r->live = 0;
    r->connected = 0;
    for (size_t i = 0; i < n; i++) {
        struct client *c = &r->clients[(r->turn + i) % n];
        enum err e = keep_connected(r, c, now_ms);
        if (e != ERR_OK) {
            return e;
        }
        serve_client(r, c);
        r->live += !client_is_done(c);
        r->connected += c->stage == STAGE_RUNNING;
    }
    r->turn = n == 0 ? 0 : (r->turn + SENDS_A_ROUND) % n;
    return ERR_OK;
}

static void read_events(struct run *r)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(r->epoll, events, EVENTS, TICK_MS);
    for (int i = 0; i < n; i++) {
        struct client *c = &r->clients[events[i].data.u64];
        if (c->fd >= 0) {
            on_readable(r, c);
        }
    }
}

/* ---- the run ---- */

static void show_progress(struct run *r, int64_t now_us)
{
    if (!r->options->progress || now_us - r->progress_us < 1000000) {
        return;
    }
    r->progress_us = now_us;
    (void)fprintf(stderr, "%6.1f s  sent %llu  acknowledged %llu  errors %llu\n",
                  (double)(now_us - r->start_us) / 1e6, (unsigned long long)r->result->sent,
                  (unsigned long long)r->result->acknowledged,
                  (unsigned long long)r->result->errors);
}

static bool is_over(const struct run *r, int64_t now_us, int64_t progress_at_us)
{
    const struct sim_options *o = r->options;
    int64_t elapsed_us = now_us - r->start_us;
    if (o->stop != NULL && atomic_load(o->stop)) {
        return true;
    }
    if (o->duration_s > 0 && elapsed_us >= (int64_t)o->duration_s * 1000000) {
        return true;
    }
    return r->live == 0 || now_us - progress_at_us > (int64_t)o->give_up_s * 1000000;
}

static enum err run_all(struct run *r)
{
    uint64_t acknowledged = 0;
    int64_t progress_at_us = r->start_us;
    int64_t now_us = r->start_us;
    do {
        r->due = (uint64_t)((double)(now_us - r->start_us) / 1e6 * r->options->rate_per_s);
        enum err e = one_round(r);
        if (e != ERR_OK) {
            return e;
        }
        read_events(r);
        now_us = clock_monotonic_us();
        bool waits = r->connected > 0 && r->result->sent == r->result->acknowledged;
        if (acknowledged != r->result->acknowledged || waits) {
            acknowledged = r->result->acknowledged;
            progress_at_us = now_us;
        }
        show_progress(r, now_us);
    } while (!is_over(r, now_us, progress_at_us));
    return ERR_OK;
}

static bool parse_address(struct run *r)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&r->address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&r->address;
    if (inet_pton(AF_INET, r->options->host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(r->options->port);
        r->address_len = sizeof(*v4);
        return true;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(r->options->port);
    r->address_len = sizeof(*v6);
    return inet_pton(AF_INET6, r->options->host, &v6->sin6_addr) == 1;
}

static void free_clients(struct run *r)
{
    for (size_t i = 0; i < r->options->device_count; i++) {
        if (r->clients[i].fd >= 0) {
            (void)close(r->clients[i].fd);
        }
        free(r->clients[i].pending);
        free(r->clients[i].frames);
    }
    free(r->clients);
    free(r->out);
    sim_stats_free(&r->stats);
}

enum err sim_run(const struct sim_options *options, struct sim_result *out)
{
    *out = (struct sim_result){0};
    struct run r = {.options = options, .result = out, .start_us = clock_monotonic_us()};
    if (!parse_address(&r)) {
        return ERR_INVALID;
    }
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (r.epoll < 0) {
        return ERR_IO;
    }
    r.out = mem_new(SEND_BYTES);
    r.clients = mem_new_array(options->device_count, sizeof(*r.clients));
    for (size_t i = 0; i < options->device_count; i++) {
        struct client *c = &r.clients[i];
        c->fd = -1;
        c->pending = mem_new_array(options->window, sizeof(*c->pending));
        c->frames = mem_new_array(frame_room(&r), sizeof(*c->frames));
    }
    enum err e = run_all(&r);
    out->elapsed_s = (double)(clock_monotonic_us() - r.start_us) / 1e6;
    out->ack_p50_ms = sim_stats_ms(&r.stats, 0.50);
    out->ack_p99_ms = sim_stats_ms(&r.stats, 0.99);
    out->ack_max_ms = sim_stats_ms(&r.stats, 1.0);
    free_clients(&r);
    (void)close(r.epoll);
    return e;
}
