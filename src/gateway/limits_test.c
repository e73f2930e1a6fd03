/* What a peer may not do to the server: too much, too slow, too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/gateway_testing.h"

static struct client jt808(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_jt808, rig_id);
}

/* ---- how many, how long ---- */

static void two_connections(struct site *s)
{
    s->options.connections_max = 2;
}

static void connections_are_bounded(void **state)
{
    struct site *s = site_open(two_connections);
    *state = s;
    struct client a = jt808(s);
    struct client b = jt808(s);
    wait_for(site_counter(s, connections) == 2);
    struct client c = jt808(s);
    client_expect_end(&c);
    assert_int_equal(site_counter(s, connections_refused), 1);
    assert_int_equal(site_counter(s, connections_accepted), 2);
    client_close(&a);
    wait_for(site_counter(s, connections) == 1);
    struct client d = jt808(s);
    client_say(&d, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&d, 1);
    client_close(&b);
    client_close(&c);
    client_close(&d);
}

static void short_login(struct site *s)
{
    s->options.login_timeout_s = 3; /* in which the one that speaks gets to do so */
}

static void who_says_nothing_is_closed(void **state)
{
    struct site *s = site_open(short_login);
    *state = s;
    struct client speaks = jt808(s);
    client_say(&speaks, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&speaks, 1);
    struct client silent = jt808(s);
    struct client half = jt808(s);
    client_text(&half, "\x7e\x02");
    client_expect_end(&silent);
    client_expect_end(&half);
    assert_int_equal(site_counter(s, connections_idle), 2);
    client_say(&speaks, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&speaks, 1);
    client_close(&silent);
    client_close(&half);
    client_close(&speaks);
}

static void short_idle(struct site *s)
{
    s->options.idle_timeout_s = 1;
}

static void who_falls_silent_is_closed(void **state)
{
    struct site *s = site_open(short_idle);
    *state = s;
    struct client c = jt808(s);
    struct client before_login = jt808(s);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 1);
    client_expect_end(&c);
    assert_int_equal(site_counter(s, connections_idle), 1);
    assert_int_equal(site_counter(s, devices_connected), 0);
    client_say(&before_login, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&before_login, 1);
    client_close(&before_login);
    client_close(&c);
}

/* ---- too much at once ---- */

/* More than the connection may have unanswered. */
static void a_connection_has_its_credit(void **state)
{
    enum { MANY = 1000 };
    struct site *s = site_open(NULL);
    *state = s;
    struct blocker b;
    blocker_begin(&b, s);
    struct client c = jt808(s);
    uint8_t *at = mem_new(CLIENT_FRAMES_BYTES);
    struct writer w = writer_init(at, CLIENT_FRAMES_BYTES);
    for (int64_t i = 0; i < MANY; i++) {
        struct fix f = client_fix(MANY - i);
        client_encode(&c, ENCODE_FIXES, &f, 1, &w);
    }
    client_write(&c, at, w.len);
    wait_for(site_counter(s, reads_paused) == 1);
    uint64_t taken = site_counter(s, frames);
    assert_true(taken < MANY);
    /* Another one is served meanwhile as far as the queue. */
    struct client other = client_open(s, SOCK_STREAM, &protocol_jt808, "013900000001");
    client_say(&other, ENCODE_HEARTBEAT, NULL, 0);
    wait_for(site_counter(s, frames) == taken + 1);
    blocker_end(&b);
    client_await(&other, 1);
    client_await(&c, MANY);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), MANY);
    free(at);
    client_close(&c);
    client_close(&other);
}

static void large_credit(struct site *s)
{
    s->options.credit_bytes = 16 * 1024 * 1024;
}

enum { HEARTBEATS_MAX = 12000 }; /* more than the queue takes */

static void say_heartbeats(struct client *c, size_t count)
{
    uint8_t *at = mem_new(CLIENT_FRAMES_BYTES);
    struct writer w = writer_init(at, CLIENT_FRAMES_BYTES);
    for (size_t i = 0; i < count; i++) {
        client_encode(c, ENCODE_HEARTBEAT, NULL, 0, &w);
    }
    client_write(c, at, w.len);
    free(at);
}

/* The queue is full: connections wait for their turn, and nothing gets lost. */
static void connections_wait_for_the_queue(void **state)
{
    enum { CLIENTS = 4, MANY = 2000 };
    struct site *s = site_open(large_credit);
    *state = s;
    struct blocker b;
    blocker_begin(&b, s);
    struct client c = jt808(s);
    say_heartbeats(&c, HEARTBEATS_MAX);
    wait_for(site_counter(s, reads_paused) == 1);
    uint64_t taken = site_counter(s, frames);
    assert_true(taken < HEARTBEATS_MAX);
    struct client clients[CLIENTS];
    for (size_t k = 0; k < CLIENTS; k++) {
        char device_id[DEVICE_ID_SIZE];
        (void)snprintf(device_id, sizeof(device_id), "0139000000%02zu", k);
        clients[k] = client_open(s, SOCK_STREAM, &protocol_jt808, device_id);
        say_heartbeats(&clients[k], MANY);
    }
    wait_for(site_counter(s, reads_paused) == 1 + CLIENTS);
    assert_int_equal(site_counter(s, frames), taken);
    blocker_end(&b);
    client_await(&c, HEARTBEATS_MAX);
    client_close(&c);
    for (size_t k = 0; k < CLIENTS; k++) {
        client_await(&clients[k], MANY);
        client_close(&clients[k]);
    }
    assert_int_equal(site_counter(s, frames), HEARTBEATS_MAX + CLIENTS * MANY);
}

/* Closed while it waits; the others still get their turn. */
static void a_waiting_connection_may_go(void **state)
{
    struct site *s = site_open(large_credit);
    *state = s;
    struct blocker b;
    blocker_begin(&b, s);
    struct client c = jt808(s);
    say_heartbeats(&c, HEARTBEATS_MAX);
    wait_for(site_counter(s, reads_paused) == 1);
    struct client other = client_open(s, SOCK_STREAM, &protocol_jt808, "013900000001");
    client_say(&other, ENCODE_HEARTBEAT, NULL, 0);
    wait_for(site_counter(s, reads_paused) == 2);
    client_close(&c);
    blocker_end(&b);
    client_await(&other, 1);
    client_close(&other);
    wait_for(site_counter(s, connections) == 0);
}

/* ---- a peer that takes no answers ---- */

static void who_reads_nothing_is_closed(void **state)
{
    struct site *s = site_open(NULL);
    *state = s;
    struct client c = jt808(s);
    uint8_t *at = mem_new(CLIENT_FRAMES_BYTES);
    struct writer w = writer_init(at, CLIENT_FRAMES_BYTES);
    while (w.capacity - w.len > 64) {
        client_encode(&c, ENCODE_HEARTBEAT, NULL, 0, &w);
    }
    /* Until the kernel's buffers are full and then ours. */
    ssize_t n = 1;
    while (n > 0 || errno == EAGAIN) {
        n = send(c.fd, at, w.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        struct pollfd ready = {.fd = c.fd, .events = POLLOUT};
        (void)poll(&ready, 1, CLIENT_WAIT_MS);
    }
    wait_for(site_counter(s, connections) == 0);
    free(at);
    client_close(&c);
}

/* ---- ports ---- */

static void a_port_in_use_is_told(void **state)
{
    struct site *s = site_open(NULL);
    *state = s;
    struct gateway *second = NULL;
    struct gateway_options o = s->options;
    o.port = s->port;
    assert_int_equal(gateway_new(&o, &second), ERR_IO);
    o.port = 0;
    o.host = "localhost";
    assert_int_equal(gateway_new(&o, &second), ERR_INVALID);
    /* Never run, it ends all the same. */
    o.host = "127.0.0.1";
    assert_int_equal(gateway_new(&o, &second), ERR_OK);
    assert_string_not_equal(gateway_address(second), gateway_address(s->gateway));
    gateway_stop_reading(second);
    gateway_free(second, 0);
}

static void an_ipv6_address_will_do(void **state)
{
    (void)state;
    struct counters counters = {0};
    const struct gateway_options o = {.host = "::1", .connections_max = 1, .counters = &counters};
    struct gateway *g = NULL;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has_ipv6 = fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0;
    (void)close(fd);
    if (!has_ipv6) {
        print_message("# no IPv6 here: nothing to try\n");
        return;
    }
    assert_int_equal(gateway_new(&o, &g), ERR_OK);
    assert_memory_equal(gateway_address(g), "[::1]:", 6);
    gateway_free(g, 0);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
#define WITH_OWN_SITE(test) cmocka_unit_test_teardown(test, site_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_OWN_SITE(connections_are_bounded),        WITH_OWN_SITE(who_says_nothing_is_closed),
        WITH_OWN_SITE(who_falls_silent_is_closed),     WITH_OWN_SITE(a_connection_has_its_credit),
        WITH_OWN_SITE(connections_wait_for_the_queue), WITH_OWN_SITE(a_waiting_connection_may_go),
        WITH_OWN_SITE(who_reads_nothing_is_closed),    WITH_OWN_SITE(a_port_in_use_is_told),
        cmocka_unit_test(an_ipv6_address_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
