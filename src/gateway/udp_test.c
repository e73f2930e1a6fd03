#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/gateway_testing.h"

static struct client jt808(const struct site *s)
{
    return client_open(s, SOCK_DGRAM, &protocol_jt808, rig_id);
}

static void a_datagram_is_answered_once_it_is_stored(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_send_fix(&c, 10);
    client_await(&c, 1);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    assert_int_equal(site_counter(s, udp_peers), 1);
    assert_int_equal(site_counter(s, connections), 0);
    assert_int_equal(site_counter(s, devices_connected), 1);
    client_close(&c);
}

/* Each reply is a datagram of its own. */
static void a_datagram_may_hold_frames(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    uint8_t at[1024];
    struct writer w = writer_init(at, sizeof(at));
    for (int64_t i = 0; i < 3; i++) {
        struct fix f = client_fix(30 - i * 10);
        client_encode(&c, ENCODE_FIXES, &f, 1, &w);
    }
    client_write(&c, at, w.len);
    size_t first = client_read(&c);
    assert_true(first > 0 && first < 40);
    client_await(&c, 3);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 3);
    client_close(&c);
}

/* A login is remembered for the datagrams after it, of this peer alone. */
static void a_peer_has_its_session(void **state)
{
    struct site *s = *state;
    struct client a = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    struct client b = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_say(&a, ENCODE_LOGIN, NULL, 0);
    client_await(&a, 1);
    client_send_fix(&b, 20);
    wait_for(site_counter(s, frames_anonymous) == 1);
    client_send_fix(&a, 10);
    client_say(&a, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&a, 2);
    assert_true(kit_count(s->rig->store, GT06_DEVICE) > 0);
    assert_int_equal(site_counter(s, udp_peers), 2);
    /* The one without a login goes on, as UDP has no end. */
    client_say(&b, ENCODE_LOGIN, NULL, 0);
    client_say(&b, ENCODE_HEARTBEAT, NULL, 0);
    wait_for(site_counter(s, devices_moved) == 1);
    client_close(&a);
    client_close(&b);
}

static void other_bytes_are_dropped(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_text(&c, "\x01\x02\x03");
    client_text(&c, "GET /?id=013912345678&lat=1&lon=1 HTTP/1.1\r\n\r\n"); /* of TCP alone */
    wait_for(site_counter(s, connections_unclaimed) == 2);
    assert_int_equal(site_counter(s, udp_peers), 0);
    client_text(&c, "\x7e half a frame");
    client_send_fix(&c, 10);
    client_await(&c, 1);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    client_close(&c);
}

/* The end of a datagram is the end of its text; bytes that are cut do not become whole by it. */
static void a_text_may_end_with_its_datagram(void **state)
{
    enum { CUT = 20 };
    struct site *s = *state;
    struct client h02 = client_open(s, SOCK_DGRAM, &protocol_h02, rig_id);
    struct client c = jt808(s);
    uint8_t at[1024];
    struct writer w = writer_init(at, sizeof(at));
    struct fix f = client_fix(10);
    client_encode(&h02, ENCODE_FIXES, &f, 1, &w);
    assert_int_equal(at[w.len - 1], '#');
    client_write(&h02, at, w.len - 1);
    wait_for(site_counter(s, frames) == 1);
    wait_for(kit_count(s->rig->store, RIG_DEVICE) == 1);
    assert_int_equal(site_counter(s, frames_bad), 0);
    w.len = 0;
    f = client_fix(5);
    client_encode(&c, ENCODE_FIXES, &f, 1, &w);
    client_write(&c, at, CUT);
    wait_for(site_counter(s, frames_bad) == 1);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    client_close(&c);
    client_close(&h02);
}

/* Another protocol from the same address begins anew. */
static void a_peer_may_change_its_protocol(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_send_fix(&c, 10);
    client_await(&c, 1);
    struct client other = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_close(&other);
    other.fd = c.fd;
    client_say(&other, ENCODE_LOGIN, NULL, 0);
    client_await(&other, 1);
    assert_int_equal(site_counter(s, udp_peers), 1);
    client_close(&c);
}

/* What a reply needs to know means nothing, or harm, to another protocol. */
static void replies_of_the_former_protocol_are_dropped(void **state)
{
    enum { LOGINS = 40, DELIMITER = 0x7e };
    struct site *s = *state;
    struct blocker b;
    blocker_begin(&b, s);
    struct client former = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    for (unsigned i = 0; i < LOGINS; i++) {
        client_say(&former, ENCODE_LOGIN, NULL, 0);
    }
    wait_for(site_counter(s, frames) == LOGINS);
    struct client c = jt808(s);
    client_close(&c);
    c.fd = former.fd;
    client_send_fix(&c, 10);
    wait_for(site_counter(s, frames) == LOGINS + 1);
    blocker_end(&b);
    assert_true(client_read(&c) > 0);
    assert_int_equal(c.in[0], DELIMITER);
    client_await(&c, 1);
    assert_int_equal(c.in_len, 0);
    client_expect_silence(&c);
    assert_int_equal(site_counter(s, udp_peers), 1);
    assert_int_equal(site_counter(s, devices_connected), 1);
    client_close(&c);
}

static void a_device_moves_between_transports(void **state)
{
    struct site *s = *state;
    struct client udp = jt808(s);
    struct client tcp = client_open(s, SOCK_STREAM, &protocol_jt808, rig_id);
    client_send_fix(&udp, 30);
    client_await(&udp, 1);
    client_send_fix(&tcp, 20);
    client_await(&tcp, 1);
    assert_int_equal(site_counter(s, devices_moved), 1);
    client_send_fix(&udp, 10);
    client_await(&udp, 1);
    client_expect_end(&tcp);
    assert_int_equal(site_counter(s, devices_moved), 2);
    assert_int_equal(site_counter(s, devices_connected), 1);
    client_close(&udp);
    client_close(&tcp);
}

static void short_idle(struct site *s)
{
    s->options.idle_timeout_s = 1;
}

static void silent_peers_are_forgotten(void **state)
{
    struct site *s = site_open(short_idle);
    *state = s;
    struct client c = jt808(s);
    client_send_fix(&c, 10);
    client_await(&c, 1);
    wait_for(site_counter(s, udp_peers) == 0);
    assert_int_equal(site_counter(s, devices_connected), 0);
    assert_int_equal(site_counter(s, connections_idle), 0);
    client_send_fix(&c, 5);
    client_await(&c, 1);
    client_close(&c);
}

/* Has a heartbeat answered, though the socket may be full of what was said before. */
static void beat_until_answered(struct client *c)
{
    enum { AGAIN_MS = 1000 };
    struct pollfd answer = {.fd = c->fd, .events = POLLIN};
    do {
        client_say(c, ENCODE_HEARTBEAT, NULL, 0);
    } while (poll(&answer, 1, AGAIN_MS) == 0);
    client_await(c, 1);
}

/* What a peer has unanswered is bounded; beyond it is dropped and counted. */
static void too_many_datagrams_are_dropped(void **state)
{
    struct site *s = *state;
    struct blocker b;
    blocker_begin(&b, s);
    struct client c = jt808(s);
    while (site_counter(s, datagrams_dropped) == 0) {
        client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    }
    blocker_end(&b);
    struct client other = client_open(s, SOCK_DGRAM, &protocol_jt808, "013900000001");
    beat_until_answered(&other);
    client_close(&other);
    client_close(&c);
}

/* A GT06 heartbeat's answer would cover the fixes that were dropped: a new login comes first. */
static void dropped_fixes_are_not_covered(void **state)
{
    enum { KIND_AT = 3, KIND_LOGIN = 0x01 };
    struct site *s = *state;
    struct blocker b;
    struct client c = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    blocker_begin(&b, s);
    while (site_counter(s, datagrams_dropped) == 0) {
        client_send_fix(&c, 10);
    }
    blocker_end(&b);
    struct client other = jt808(s); /* answered once all before it is */
    beat_until_answered(&other);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    struct client anew = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_close(&anew);
    anew.fd = c.fd;
    client_say(&anew, ENCODE_LOGIN, NULL, 0);
    assert_true(client_read(&anew) > 0);
    assert_int_equal(anew.in[KIND_AT], KIND_LOGIN);
    client_await(&anew, 1);
    client_send_fix(&anew, 5);
    client_say(&anew, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&anew, 2);
    client_close(&other);
    client_close(&c);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
    const struct CMUnitTest tests[] = {
        WITH_SITE(a_datagram_is_answered_once_it_is_stored),
        WITH_SITE(a_datagram_may_hold_frames),
        WITH_SITE(a_peer_has_its_session),
        WITH_SITE(other_bytes_are_dropped),
        WITH_SITE(a_text_may_end_with_its_datagram),
        WITH_SITE(a_peer_may_change_its_protocol),
        WITH_SITE(replies_of_the_former_protocol_are_dropped),
        WITH_SITE(a_device_moves_between_transports),
        cmocka_unit_test_teardown(silent_peers_are_forgotten, site_tear_down),
        WITH_SITE(too_many_datagrams_are_dropped),
        WITH_SITE(dropped_fixes_are_not_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
