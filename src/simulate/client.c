/*
 * One thread, one epoll. A device is in one of three stages:
 *
 *     IDLE --connect--> GREETING --login acknowledged--> RUNNING
 *      ^                                                    |
 *      +---- connection lost, after a pause ----------------+
 *
 * `pending` holds the fixes that were taken from the source and not acknowledged, oldest first; the
 * first `in_flight` of them are on the wire. `frames` says, for every frame on the wire and not
 * acknowledged, how many fixes it carries: so an acknowledgement of n frames tells how many fixes
 * are acknowledged. After a loss everything pending goes out again.
 *
 * What the server sends and acknowledges nothing may be a command, and is answered at once.
 *
 * A device sends when it is acknowledged, where it goes as fast as it is answered; when the rate
 * has its turn; and at the sweep over all of them every SWEEP_MS, which also connects and notices
 * silence. UDP to the loopback goes through the one socket of sim_datagrams.h, and only so many
 * frames are on their way at a time, since nothing else slows datagrams down.
 */
#include "simulate/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/mem.h"
#include "simulate/datagrams.h"
#include "simulate/failure.h"
#include "simulate/socket.h"
#include "simulate/stats.h"

enum {
    SEND_BYTES = 64 * 1024,
    RECEIVE_BYTES = 4096,
    EVENTS = 256,
    PAUSE_MS = 200,
    UDP_REPEAT_MS = 2000,
    SWEEP_MS = 20,
    WAIT_MS = 5,
    WAIT_PACED_MS = 1,
    FRAMES_EXTRA = 16,
    UDP_FRAMES_MAX = 448, /* fewer than the socket of a server that asked for most holds */
};

enum stage { STAGE_IDLE, STAGE_GREETING, STAGE_RUNNING };

struct pending_fix {
    struct fix fix;
    int64_t sent_us; /* first time; 0: not yet */
};

struct client {
    int fd; /* -1: none */
    enum stage stage;
    bool exhausted;   /* the source has no more */
    bool is_answered; /* a fix of it was acknowledged */
    struct session session;
    struct fix newest; /* of those that were sent; without a member: none */
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

struct run {
    const struct sim_options *options;
    struct sim_result *result;
    struct sim_stats stats;
    struct client *clients;
    size_t live;      /* clients that had something left to do at the last sweep */
    size_t connected; /* clients that had passed their login */
    size_t swept;     /* how far the sweep is; device_count: at its end */
    size_t swept_live;
    size_t swept_connected;
    int64_t next_sweep_ms;
    size_t turn;       /* whose turn it is under the rate */
    size_t frames_out; /* of all clients, on the wire */
    int epoll;
    struct sim_datagrams *datagrams; /* NULL: a socket a device */
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
    r->frames_out -= c->frame_count;
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
        r->frames_out++;
    }
}

/* Whether more datagrams would only be lost. */
static bool is_full(const struct run *r)
{
    return r->options->udp && r->frames_out >= UDP_FRAMES_MAX;
}

/*
 * Sends all of `out`, or answers false. It mostly fits: a device's socket buffer holds far more
 * than its window.
 */
static bool send_all(struct run *r, struct client *c, struct bytes out)
{
    if (r->datagrams != NULL) {
        c->last_send_ms = clock_monotonic_ms();
        return sim_datagrams_send(r->datagrams, (size_t)(c - r->clients), out);
    }
    if (!sim_socket_send(c->fd, out)) {
        sim_failure_note(r->options, r->result, errno);
        return false;
    }
    c->last_send_ms = clock_monotonic_ms();
    return true;
}

/* Encodes and sends one request and notes its frames, `fixes` spread over them. */
static bool send_request(struct run *r, struct client *c, const struct encode_request *what)
{
    const struct protocol *p = protocol_of(r, c);
    struct writer w = writer_init(r->out, SEND_BYTES);
    if (p->device->encode(&c->session, what, &w) != ERR_OK || !writer_ok(&w)) {
        return false;
    }
    struct bytes out = writer_bytes(&w);
    size_t frames = protocol_count_frames(p, out);
    uint32_t left = (uint32_t)(what->kind == ENCODE_FIXES ? what->count : 0);
    for (size_t i = 0; i < frames; i++) {
        uint32_t fixes = i + 1 == frames ? left : left / (uint32_t)(frames - i);
        push_frame(r, c, fixes);
        left -= fixes;
    }
    return send_all(r, c, out);
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
    if (r->datagrams != NULL) {
        begin_session(r, c);
        return ERR_OK;
    }
    enum err e = sim_socket_open(&r->address, r->address_len, r->options->udp, &c->fd);
    e = e != ERR_OK ? e : sim_socket_watch(r->epoll, c->fd, (uint64_t)(c - r->clients));
    if (e != ERR_OK) {
        sim_failure_note(r->options, r->result, errno);
        drop_connection(r, c, true);
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    begin_session(r, c);
    return ERR_OK;
}

/* ---- acknowledgements ---- */

static void acknowledge_fixes(struct run *r, struct client *c, size_t fixes)
{
    const struct sim_source *source = &r->options->source;
    int64_t now_us = clock_monotonic_us();
    for (size_t i = 0; i < fixes && c->count > 0; i++) {
        const struct pending_fix *p = &c->pending[c->first];
        if (source->acknowledged != NULL) {
            source->acknowledged(source->context, (size_t)(c - r->clients), &p->fix);
        }
        sim_stats_add(&r->stats, now_us - p->sent_us);
        c->first = (c->first + 1) % r->options->window;
        c->count--;
        c->in_flight -= c->in_flight > 0;
        r->result->acknowledged++;
        c->is_answered = true;
    }
}

static void acknowledge_frames(struct run *r, struct client *c, size_t frames)
{
    for (size_t i = 0; i < frames && c->frame_count > 0; i++) {
        acknowledge_fixes(r, c, c->frames[c->frame_first]);
        c->frame_first = (c->frame_first + 1) % frame_room(r);
        c->frame_count--;
        r->frames_out--;
    }
    if (c->stage == STAGE_GREETING && c->frame_count == 0) {
        c->stage = STAGE_RUNNING;
    }
}

/*
 * Answers `in` where it is a command. What does not fit at once ends the connection: a server that
 * asks and does not read holds nobody up. Whether the connection goes on.
 */
static bool answer_command(struct run *r, struct client *c, struct bytes in)
{
    const struct protocol_device *device = protocol_of(r, c)->device;
    struct writer w = writer_init(r->out, SEND_BYTES);
    if (device->answer != NULL) {
        device->answer(&c->session, in, c->newest.has != 0 ? &c->newest : NULL, &w);
    }
    struct bytes out = writer_bytes(&w);
    if (out.len == 0) {
        return true;
    }
    return r->datagrams != NULL ? sim_datagrams_send(r->datagrams, (size_t)(c - r->clients), out)
                                : sim_socket_offer(c->fd, out);
}

/* Takes the answers and commands in `in`; answers how many bytes of it they were. */
static size_t read_acks(struct run *r, struct client *c, struct bytes in)
{
    const struct protocol *p = protocol_of(r, c);
    size_t done = 0;
    while (done < in.len) {
        size_t used = 0;
        size_t frames = 0;
        enum err e =
            p->device->read_ack(&c->session, bytes_slice(in, done, SIZE_MAX), &used, &frames);
        if (e == ERR_MORE) {
            break;
        }
        bool goes_on = e == ERR_OK && used > 0 &&
                       (frames > 0 || answer_command(r, c, bytes_slice(in, done, used)));
        if (!goes_on) {
            drop_connection(r, c, true);
            return in.len;
        }
        acknowledge_frames(r, c, frames);
        done += used;
    }
    return done;
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
        c->newest = p->fix.gps_time_s >= c->newest.gps_time_s ? p->fix : c->newest;
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

/* How many fixes the rate allows now. */
static uint64_t allowed_now(const struct run *r)
{
    return r->options->rate_per_s > 0 ? r->due - r->paced : UINT64_MAX;
}

/* Sends one frame of fixes where the client may and has some; whether it did. */
static bool serve_client(struct run *r, struct client *c)
{
    size_t wanted = r->options->burst;
    if (c->stage != STAGE_RUNNING || allowed_now(r) < wanted || is_full(r) ||
        c->frame_count + 2 * wanted + 2 > frame_room(r)) {
        return false;
    }
    size_t count = gather(r, c, wanted);
    if (count == 0) {
        return false;
    }
    send_fixes(r, c, count);
    r->paced += count;
    return c->stage == STAGE_RUNNING;
}

/* What a device without a rate does once it was answered. */
static void go_on(struct run *r, struct client *c)
{
    if (r->options->rate_per_s > 0) {
        return;
    }
    while (serve_client(r, c)) {
    }
}

static bool client_is_done(const struct client *c)
{
    return c->exhausted && c->count == 0;
}

/* Connects what is not connected; over UDP sends again what was not answered for long. */
static enum err keep_connected(struct run *r, struct client *c, int64_t now_ms)
{
    if (c->stage == STAGE_IDLE && now_ms >= c->retry_ms && !client_is_done(c)) {
        return connect_client(r, c);
    }
    if (r->options->udp && c->stage != STAGE_IDLE && c->frame_count > 0 &&
        now_ms - c->last_send_ms > UDP_REPEAT_MS) {
        drop_connection(r, c, false);
    }
    return ERR_OK;
}

/*
 * Goes over all clients once every SWEEP_MS. Where no more datagrams fit it stops, and goes on from
 * there the next time.
 */
static enum err sweep(struct run *r)
{
    int64_t now_ms = clock_monotonic_ms();
    size_t n = r->options->device_count;
    if (r->swept == n && now_ms < r->next_sweep_ms) {
        return ERR_OK;
    }
    if (r->swept == n) {
        r->swept = r->swept_live = r->swept_connected = 0;
        r->next_sweep_ms = now_ms + SWEEP_MS;
    }
    for (; r->swept < n && !is_full(r); r->swept++) {
        struct client *c = &r->clients[r->swept];
        enum err e = keep_connected(r, c, now_ms);
        if (e != ERR_OK) {
            return e;
        }
        go_on(r, c);
        r->swept_live += !client_is_done(c);
        r->swept_connected += c->stage == STAGE_RUNNING;
    }
    if (r->swept == n) {
        r->live = r->swept_live;
        r->connected = r->swept_connected;
    }
    return ERR_OK;
}

/* Sends what the rate allows, each client in turn. */
static void serve_in_turn(struct run *r)
{
    size_t n = r->options->device_count;
    if (r->options->rate_per_s <= 0) {
        return;
    }
    for (size_t i = 0; i < n && allowed_now(r) >= r->options->burst && !is_full(r); i++) {
        (void)serve_client(r, &r->clients[r->turn]);
        r->turn = (r->turn + 1) % n;
    }
}

/* ---- events ---- */

static void on_readable(struct run *r, struct client *c)
{
    size_t room = sizeof(c->received) - c->received_len;
    ssize_t n = recv(c->fd, c->received + c->received_len, room, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (n <= 0) {
        sim_failure_note(r->options, r->result, n == 0 ? ECONNRESET : errno);
        drop_connection(r, c, true);
        return;
    }
    c->received_len += (size_t)n;
    size_t done = read_acks(r, c, (struct bytes){c->received, c->received_len});
    if (c->fd < 0) {
        return;
    }
    c->received_len -= done;
    memmove(c->received, c->received + done, c->received_len);
    go_on(r, c);
}

static void on_datagram(void *context, size_t device, struct bytes in)
{
    struct run *r = context;
    if (device < r->options->device_count && r->clients[device].stage != STAGE_IDLE) {
        (void)read_acks(r, &r->clients[device], in);
        go_on(r, &r->clients[device]);
    }
}

static void read_events(struct run *r)
{
    struct epoll_event events[EVENTS];
    int wait_ms = r->swept < r->options->device_count && !is_full(r) ? 0
                  : r->options->rate_per_s > 0                       ? WAIT_PACED_MS
                                                                     : WAIT_MS;
    int n = epoll_wait(r->epoll, events, EVENTS, wait_ms);
    if (r->datagrams != NULL) {
        sim_datagrams_receive(r->datagrams, on_datagram, r);
        return;
    }
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
    bool is_stopped = o->stop != NULL && atomic_load(o->stop);
    bool is_late = o->duration_s > 0 && elapsed_us >= (int64_t)o->duration_s * 1000000;
    return is_stopped || is_late || r->live == 0 ||
           now_us - progress_at_us > (int64_t)o->give_up_s * 1000000;
}

static enum err run_all(struct run *r)
{
    uint64_t acknowledged = 0;
    int64_t progress_at_us = r->start_us;
    int64_t now_us = r->start_us;
    do {
        r->due = (uint64_t)((double)(now_us - r->start_us) / 1e6 * r->options->rate_per_s);
        enum err e = sweep(r);
        if (e != ERR_OK) {
            return e;
        }
        serve_in_turn(r);
        if (r->datagrams != NULL) {
            sim_datagrams_flush(r->datagrams);
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

/* The shared socket, where the devices can each have an address of their own. */
static enum err open_datagrams(struct run *r)
{
    if (!r->options->udp || !sim_datagrams_can_reach(&r->address)) {
        return ERR_OK;
    }
    enum err e = sim_datagrams_new(&r->address, &r->datagrams);
    return e != ERR_OK ? e : sim_socket_watch(r->epoll, sim_datagrams_fd(r->datagrams), 0);
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
    sim_datagrams_free(r->datagrams);
    sim_stats_free(&r->stats);
}

enum err sim_run(const struct sim_options *options, struct sim_result *out)
{
    *out = (struct sim_result){0};
    struct run r = {.options = options,
                    .result = out,
                    .start_us = clock_monotonic_us(),
                    .live = options->device_count,
                    .swept = options->device_count};
    if (!address_to_socket(options->host, options->port, &r.address, &r.address_len)) {
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
    enum err e = open_datagrams(&r);
    e = e != ERR_OK ? e : run_all(&r);
    for (size_t i = 0; i < options->device_count; i++) {
        out->unanswered += !r.clients[i].is_answered && !client_is_done(&r.clients[i]);
    }
    out->elapsed_s = (double)(clock_monotonic_us() - r.start_us) / 1e6;
    out->ack_p50_ms = sim_stats_ms(&r.stats, 0.50);
    out->ack_p99_ms = sim_stats_ms(&r.stats, 0.99);
    out->ack_max_ms = sim_stats_ms(&r.stats, 1.0);
    free_clients(&r);
    (void)close(r.epoll);
    return e;
}
