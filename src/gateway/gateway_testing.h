#ifndef GATEWAY_GATEWAY_TESTING_H
#define GATEWAY_GATEWAY_TESTING_H

/*
 * A gateway before ingest and a real store, and the device's side of a socket, for the tests of the
 * gateway. Included after <cmocka.h>.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include "gateway/gateway.h"
#include "ingest/ingest_testing.h"

/* Long, for a machine that is busy with something else. */
enum { CLIENT_WAIT_MS = 120000, CLIENT_FRAMES_BYTES = 256 * 1024 };

static const char gt06_id[] = "860000000000001";
enum { GT06_DEVICE = 2 };

struct site {
    struct rig *rig;
    struct gateway_options options;
    struct shard shard; /* the only one */
    struct shards shards;
    struct gateway *gateway;
    uint16_t port;
    bool is_stopped; /* by the test */
};

/* Opens the port and runs; `change` may alter the options before. */
static inline struct site *site_open(void (*change)(struct site *s))
{
    struct site *s = mem_new(sizeof(*s));
    s->rig = rig_new();
    s->options = (struct gateway_options){.host = "127.0.0.1",
                                          .idle_timeout_s = 3600,
                                          .login_timeout_s = 3600,
                                          .connections_max = 100,
                                          .credit_bytes = 64 * 1024,
                                          .counters = &s->rig->counters};
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        s->options.utc_offset_min[i] = GATEWAY_OFFSET_UNSET;
    }
    if (change != NULL) {
        change(s);
    }
    assert_int_equal(gateway_new(&s->options, &s->gateway), ERR_OK);
    s->rig->options.deliver = gateway_deliver;
    s->rig->options.deliver_context = s->gateway;
    s->rig->options.order = gateway_order;
    s->rig->options.order_context = s->gateway;
    s->rig->options.registered = gateway_registered;
    s->rig->options.registered_context = s->gateway;
    rig_start(s->rig);
    rig_populate(s->rig);
    assert_int_equal(rig_put_device(s->rig, GT06_DEVICE, gt06_id, false), ERR_OK);
    const char *colon = strrchr(gateway_address(s->gateway), ':');
    assert_non_null(colon);
    s->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    assert_true(s->port > 0);
    s->shard = (struct shard){.store = s->rig->store,
                              .directory = s->rig->directory,
                              .ingest = s->rig->ingest,
                              .unknown = s->rig->unknown,
                              .traces = traces_new(),
                              .vault = s->rig->options.vault};
    s->shards = (struct shards){.at = &s->shard, .count = 1};
    gateway_run(s->gateway, &s->shards);
    return s;
}

/* As the server ends: in this order what was read is committed and answered. */
static inline void site_stop(struct site *s)
{
    gateway_stop_reading(s->gateway);
    ingest_stop(s->rig->ingest);
    gateway_free(s->gateway, 1000);
    s->is_stopped = true;
}

static inline int site_set_up(void **state)
{
    *state = site_open(NULL);
    return 0;
}

static inline int site_tear_down(void **state)
{
    struct site *s = *state;
    if (!s->is_stopped) {
        site_stop(s);
    }
    store_close(s->rig->store);
    directory_free(s->rig->directory);
    unknown_free(s->rig->unknown);
    traces_free(s->shard.traces);
    rig_free(s->rig);
    free(s);
    return 0;
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, site_set_up, site_tear_down)

#define site_counter(s, name) counter_get(&(s)->rig->counters, name)

/* Waits until `condition` holds; the loops of the server go on meanwhile. */
#define wait_for(condition)                                                                        \
    do {                                                                                           \
        int64_t until_ms_ = clock_monotonic_ms() + CLIENT_WAIT_MS;                                 \
        while (!(condition) && clock_monotonic_ms() < until_ms_) {                                 \
            (void)poll(NULL, 0, 1);                                                                \
        }                                                                                          \
        assert_true(condition);                                                                    \
    } while (0)

/* ---- a device ---- */

struct client {
    int fd;
    const struct protocol *protocol;
    struct session session;
    uint8_t in[4096];
    size_t in_len;
};

static inline struct client client_open(const struct site *s, int type,
                                        const struct protocol *protocol, const char *device_id)
{
    struct client c = {.protocol = protocol, .session = protocol_session(protocol)};
    bytes_to_text(bytes_of_text(device_id), c.session.device_id, sizeof(c.session.device_id));
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c.fd = socket(AF_INET, type, 0);
    assert_true(c.fd >= 0);
    assert_int_equal(connect(c.fd, (const struct sockaddr *)&to, sizeof(to)), 0);
    return c;
}

static inline void client_close(struct client *c)
{
    (void)close(c->fd);
}

static inline void client_write(struct client *c, const void *at, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = send(c->fd, (const uint8_t *)at + done, len - done, MSG_NOSIGNAL);
        assert_true(n > 0);
        done += (size_t)n;
    }
}

static inline void client_text(struct client *c, const char *text)
{
    client_write(c, text, strlen(text));
}

/* The frames of what the device says, appended to `out`. */
static inline void client_encode(struct client *c, enum encode_kind kind, const struct fix *fixes,
                                 size_t count, struct writer *out)
{
    const struct encode_request what = {.kind = kind, .fixes = fixes, .count = count};
    assert_int_equal(c->protocol->device->encode(&c->session, &what, out), ERR_OK);
}

static inline void client_say(struct client *c, enum encode_kind kind, const struct fix *fixes,
                              size_t count)
{
    uint8_t at[4096];
    struct writer w = writer_init(at, sizeof(at));
    client_encode(c, kind, fixes, count, &w);
    client_write(c, at, w.len);
}

/* A fix some time ago, so that it is not judged wrong. */
static inline struct fix client_fix(int64_t ago_s)
{
    int64_t now_s = clock_wall_ms() / 1000;
    struct fix f = {0};
    fix_set_time(&f, now_s - ago_s);
    fix_set_position(&f, 386500000 - ago_s * 1000, 1177000000, true);
    fix_set_speed_kmh_e2(&f, 5000);
    return f;
}

static inline void client_send_fix(struct client *c, int64_t ago_s)
{
    struct fix f = client_fix(ago_s);
    client_say(c, ENCODE_FIXES, &f, 1);
}

/* Reads what is there, waiting for something; 0 at the end of the connection. */
static inline size_t client_read(struct client *c)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, CLIENT_WAIT_MS), 1);
    assert_true(c->in_len < sizeof(c->in));
    ssize_t n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);
    if (n < 0) {
        assert_int_equal(errno, ECONNRESET);
        return 0;
    }
    c->in_len += (size_t)n;
    return (size_t)n;
}

/* Waits for answers that acknowledge `count` frames. */
static inline void client_await(struct client *c, size_t count)
{
    while (count > 0) {
        size_t used = 0;
        size_t acknowledged = 0;
        enum err e = ERR_MORE;
        if (c->in_len > 0) {
            e = c->protocol->device->read_ack(&c->session, (struct bytes){c->in, c->in_len}, &used,
                                              &acknowledged);
        }
        if (e == ERR_MORE) {
            assert_true(client_read(c) > 0);
            continue;
        }
        assert_int_equal(e, ERR_OK);
        memmove(c->in, c->in + used, c->in_len - used);
        c->in_len -= used;
        assert_true(acknowledged <= count);
        count -= acknowledged;
    }
}

/* Waits until what came is exactly `text`, and forgets it. */
static inline void client_expect(struct client *c, const char *text)
{
    while (c->in_len < strlen(text)) {
        assert_true(client_read(c) > 0);
    }
    assert_true(bytes_eq((struct bytes){c->in, c->in_len}, text));
    c->in_len = 0;
}

/* Waits until the server closes the connection; nothing more may come before. */
static inline void client_expect_end(struct client *c)
{
    assert_int_equal(c->in_len, 0);
    assert_int_equal(client_read(c), 0);
}

/* That nothing has been answered: a further frame's answer is the first to come. */
static inline void client_expect_silence(struct client *c)
{
    struct bytes frame;
    size_t used = 0;
    client_say(c, ENCODE_HEARTBEAT, NULL, 0);
    do {
        assert_true(client_read(c) > 0);
    } while (protocol_split(c->protocol, (struct bytes){c->in, c->in_len}, &frame, &used) ==
             ERR_MORE);
    assert_int_equal(used, c->in_len);
    c->in_len = 0;
}

/* ---- ingest held up ---- */

struct blocker {
    struct site *site;
    atomic_bool holds;
    atomic_bool go_on;
    pthread_t thread;
};

/* Gives up in the end, so that a test that failed can be taken down. */
static inline enum err blocker_wait(struct job_context *job, void *arg)
{
    int64_t until_ms = clock_monotonic_ms() + 2 * (int64_t)CLIENT_WAIT_MS;
    struct blocker *b = arg;
    (void)job;
    atomic_store(&b->holds, true);
    while (!atomic_load(&b->go_on) && clock_monotonic_ms() < until_ms) {
        (void)poll(NULL, 0, 1);
    }
    return atomic_load(&b->go_on) ? ERR_OK : ERR_TIMEOUT;
}

static inline void *blocker_run(void *context)
{
    struct blocker *b = context;
    enum err e = ingest_call(b->site->rig->ingest, blocker_wait, b, NULL, RIG_CALL_MS * 3);
    return e == ERR_OK ? NULL : b;
}

/* Ingest does nothing more until blocker_end(). */
static inline void blocker_begin(struct blocker *b, struct site *s)
{
    *b = (struct blocker){.site = s};
    assert_int_equal(pthread_create(&b->thread, NULL, blocker_run, b), 0);
    wait_for(atomic_load(&b->holds));
}

static inline void blocker_end(struct blocker *b)
{
    void *failed = NULL;
    atomic_store(&b->go_on, true);
    assert_int_equal(pthread_join(b->thread, &failed), 0);
    assert_null(failed);
}

#endif
