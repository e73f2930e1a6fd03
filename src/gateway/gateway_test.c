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

static struct client gt06(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
}

static struct client http(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_osmand, rig_id);
}

#define HTTP_OK         "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define HTTP_BAD        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
#define HTTP_NOT_FOUND  "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define HTTP_OK_CLOSING "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define HTTP_END        " HTTP/1.1\r\nHost: x\r\n\r\n"
#define HTTP_FIX        "GET /?id=013912345678&lat=38.65&lon=117.7" HTTP_END
#define HTTP_NO_ID      "GET /?lat=38.65&lon=117.7" HTTP_END

/* ---- frames ---- */

static void a_fix_is_answered_once_it_is_stored(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_send_fix(&c, 10);
    client_await(&c, 1);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    assert_int_equal(site_counter(s, connections), 1);
    assert_int_equal(site_counter(s, connections_accepted), 1);
    assert_int_equal(site_counter(s, devices_connected), 1);
    assert_int_equal(site_counter(s, frames), 1);
    client_close(&c);
    wait_for(site_counter(s, connections) == 0);
    assert_int_equal(site_counter(s, devices_connected), 0);
}

static void frames_may_come_byte_by_byte(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    uint8_t at[512];
    struct writer w = writer_init(at, sizeof(at));
    struct fix fixes[2] = {client_fix(20), client_fix(10)};
    client_encode(&c, ENCODE_LOGIN, NULL, 0, &w);
    client_encode(&c, ENCODE_FIXES, &fixes[0], 1, &w);
    client_encode(&c, ENCODE_HEARTBEAT, NULL, 0, &w);
    client_encode(&c, ENCODE_FIXES, &fixes[1], 1, &w);
    int one = 1;
    assert_int_equal(setsockopt(c.fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof(one)), 0);
    for (size_t i = 0; i < w.len; i++) {
        client_write(&c, at + i, 1);
        (void)sched_yield();
    }
    client_await(&c, 5); /* a login is two frames */
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 2);
    client_close(&c);
}

/* The alarms of the device once it has sent bit 16 of the alarm word. */
static alarm_set alarms_of_bit_16(struct site *s, struct client *c, int64_t ago_s)
{
    struct fix f = client_fix(ago_s);
    f.alarms = ALARM_BIT(COVER_OPEN);
    client_say(c, ENCODE_FIXES, &f, 1);
    client_await(c, 1);
    return rig_live(s->rig, RIG_DEVICE).state.current.alarms;
}

/* What a bit means depends on the model that somebody set; a change counts at once. */
static void a_decoder_knows_the_model_of_its_device(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    assert_int_equal(alarms_of_bit_16(s, &c, 50), ALARM_BIT(COVER_OPEN));
    assert_int_equal(rig_put_model(s->rig, "VL300"), ERR_OK);
    assert_int_equal(alarms_of_bit_16(s, &c, 40), ALARM_BIT(VIBRATION));
    assert_int_equal(rig_put_model(s->rig, "AOVX GL100"), ERR_OK);
    assert_int_equal(alarms_of_bit_16(s, &c, 30), ALARM_BIT(DISPLACEMENT));
    assert_int_equal(rig_put_model(s->rig, ""), ERR_OK);
    assert_int_equal(alarms_of_bit_16(s, &c, 20), ALARM_BIT(COVER_OPEN));
    client_close(&c);
}

static void many_frames_may_come_at_once(void **state)
{
    enum { MANY = 1500 };
    struct site *s = *state;
    struct client c = jt808(s);
    uint8_t *at = mem_new(CLIENT_FRAMES_BYTES);
    struct writer w = writer_init(at, CLIENT_FRAMES_BYTES);
    for (int64_t i = 0; i < MANY; i++) {
        struct fix f = client_fix(MANY - i);
        client_encode(&c, ENCODE_FIXES, &f, 1, &w);
    }
    client_write(&c, at, w.len);
    client_await(&c, MANY); /* read_ack() holds the order */
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), MANY);
    assert_int_equal(site_counter(s, fixes_late), 0);
    assert_true(site_counter(s, reads_paused) > 0); /* more than the credit of a connection */
    free(at);
    client_close(&c);
}

static void a_login_names_the_device(void **state)
{
    struct site *s = *state;
    struct client c = gt06(s);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_send_fix(&c, 10);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2);
    assert_int_equal(kit_read(s->rig->store, GT06_DEVICE, INT64_MAX, NULL, 0) > 0, 1);
    client_close(&c);
}

static void bytes_of_no_protocol_end_the_connection(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_text(&c, "?\x02\x03 no tracker says so");
    client_expect_end(&c);
    assert_int_equal(site_counter(s, connections_unclaimed), 1);
    client_close(&c);
    c = jt808(s);
    client_text(&c, "\x7e");
    for (size_t i = 0; i < protocol_jt808.frame_max; i += 16) {
        client_text(&c, "0123456789abcdef"); /* never ends */
    }
    client_expect_end(&c);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    client_close(&c);
}

/* ---- who is not understood ---- */

/* The one row of those that named no device, once it was noted so often. */
static struct unknown_tracker nameless(struct site *s, uint64_t times)
{
    struct unknown_tracker found = {0};
    int64_t until_ms = clock_monotonic_ms() + CLIENT_WAIT_MS;
    while (found.count < times && clock_monotonic_ms() < until_ms) {
        struct arena arena = {0};
        size_t count = 0;
        const struct unknown_tracker *at = unknown_list(s->rig->unknown, &arena, &count);
        if (count > 0) {
            assert_int_equal(count, 1);
            found = at[0];
        }
        arena_free(&arena);
        (void)poll(NULL, 0, 1);
    }
    assert_string_equal(found.device_id, "");
    assert_memory_equal(found.address, "127.0.0.1:", 10);
    assert_int_equal(found.count, times);
    return found;
}

static void assert_said(const struct unknown_tracker *t, uint8_t protocol, const char *text)
{
    assert_int_equal(t->protocol, protocol);
    assert_int_equal(t->frame_len, strlen(text));
    assert_memory_equal(t->frame, text, t->frame_len);
}

/* Bytes of no protocol, whole or not, over both transports. */
static void bytes_of_no_protocol_are_shown(void **state)
{
    static const char said[] = "??,imei:359586015829802,A;";
    struct site *s = *state;
    struct client c = jt808(s);
    client_text(&c, said);
    client_expect_end(&c);
    client_close(&c);
    struct unknown_tracker t = nameless(s, 1);
    assert_said(&t, PROTOCOL_UNKNOWN, said);
    struct client udp = client_open(s, SOCK_DGRAM, &protocol_jt808, rig_id);
    client_text(&udp, "?013612345678BP05");
    t = nameless(s, 2);
    assert_said(&t, PROTOCOL_UNKNOWN, "?013612345678BP05");
    client_text(&udp, "\x78\x78\x0d"); /* the half of a frame */
    t = nameless(s, 3);
    assert_said(&t, PROTOCOL_gt06, "\x78\x78\x0d");
    client_close(&udp);
}

/* A protocol that we know, of a device that never says which it is. */
static void frames_of_nobody_are_shown(void **state)
{
    struct site *s = *state;
    struct client c = gt06(s);
    client_send_fix(&c, 10); /* held for a login */
    client_close(&c);
    struct unknown_tracker t = nameless(s, 1);
    assert_int_equal(t.protocol, PROTOCOL_gt06);
    assert_true(t.frame_len > 20 && t.frame[0] == 0x78);
    c = http(s);
    client_text(&c, HTTP_NO_ID);
    client_expect(&c, HTTP_BAD);
    client_close(&c);
    t = nameless(s, 2);
    assert_said(&t, PROTOCOL_osmand, HTTP_NO_ID);
    c = gt06(s);
    client_text(&c, "\x78\x78\x05\x13\x01\x02\x01\x02\r\n"); /* its CRC is wrong */
    client_close(&c);
    t = nameless(s, 3);
    assert_said(&t, PROTOCOL_gt06, "\x78\x78\x05\x13\x01\x02\x01\x02\r\n");
    c = jt808(s);
    client_text(&c, "\x7e\x02\x01"); /* and goes */
    client_close(&c);
    t = nameless(s, 4);
    assert_said(&t, PROTOCOL_jt808, "\x7e\x02\x01");
}

/* A bad frame of a device that has spoken is no stranger's. */
static void who_was_understood_is_no_stranger(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 1);
    client_text(&c, "\x7e\x02\x01\x7e");
    wait_for(site_counter(s, frames_bad) == 1);
    client_text(&c, "\x7e\x02\x01");
    client_close(&c);
    wait_for(site_counter(s, connections) == 0);
    struct arena arena = {0};
    size_t count = 0;
    (void)unknown_list(s->rig->unknown, &arena, &count);
    assert_int_equal(count, 0);
    arena_free(&arena);
}

/* ---- bad frames ---- */

/* A heartbeat of JT/T 808 with a wrong checksum. */
static void say_bad(struct client *c)
{
    uint8_t at[64];
    struct writer w = writer_init(at, sizeof(at));
    client_encode(c, ENCODE_HEARTBEAT, NULL, 0, &w);
    at[w.len - 2] ^= 0x11;
    client_write(c, at, w.len);
}

static void bad_frames_are_skipped(void **state)
{
    enum { BAD = 7 };
    struct site *s = *state;
    for (unsigned round = 0; round < 2; round++) {
        struct client c = jt808(s);
        for (unsigned i = 0; i < BAD; i++) {
            say_bad(&c);
        }
        struct client fresh = jt808(s);
        c.session = fresh.session; /* the bad ones are not waited for */
        client_close(&fresh);
        client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
        client_await(&c, 1);
        client_close(&c);
    }
    assert_int_equal(site_counter(s, frames_bad), 2 * BAD);
    assert_int_equal(site_counter(s, connections_malformed), 0);
}

static void too_many_bad_frames_end_the_connection(void **state)
{
    enum { BAD = 8 };
    struct site *s = *state;
    struct client c = jt808(s);
    for (unsigned i = 0; i < BAD; i++) {
        say_bad(&c);
    }
    client_expect_end(&c);
    assert_int_equal(site_counter(s, frames_bad), BAD);
    assert_int_equal(site_counter(s, connections_malformed), 1);
    client_close(&c);
}

/* ---- HTTP ---- */

static void http_requests_share_a_connection(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, HTTP_FIX);
    client_expect(&c, HTTP_OK);
    client_text(&c, "GET /?id=nobody&lat=38.65&lon=117.7" HTTP_END);
    client_expect(&c, HTTP_NOT_FOUND);
    client_text(&c, HTTP_NO_ID);
    client_expect(&c, HTTP_BAD);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    client_close(&c);
}

/* What needs no commit is answered behind what does. */
static void answers_keep_the_order_of_requests(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, HTTP_FIX HTTP_NO_ID HTTP_NO_ID HTTP_FIX HTTP_NO_ID HTTP_FIX);
    client_expect(&c, HTTP_OK HTTP_BAD HTTP_BAD HTTP_OK HTTP_BAD HTTP_OK);
    client_close(&c);
}

static void a_request_may_end_its_connection(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c,
                "GET /?id=013912345678&lat=38.65&lon=117.7 HTTP/1.1\r\nConnection: close\r\n\r\n");
    client_expect(&c, HTTP_OK_CLOSING);
    client_expect_end(&c);
    client_close(&c);
}

static void a_half_closed_connection_is_answered(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, HTTP_FIX HTTP_NO_ID);
    assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
    client_expect(&c, HTTP_OK HTTP_BAD);
    client_expect_end(&c);
    client_close(&c);
}

/* ---- registration ---- */

static void a_stranger_is_answered_but_not_its_data(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, &protocol_jt808, "013900000001");
    client_send_fix(&c, 20);
    client_expect_silence(&c);
    assert_int_equal(site_counter(s, fixes_refused), 1);
    assert_int_equal(site_counter(s, devices_connected), 0);
    struct arena arena = {0};
    size_t count = 0;
    struct unknown_tracker *u = unknown_list(s->rig->unknown, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(u->protocol, PROTOCOL_jt808);
    assert_true(u->frame_len > 10);
    assert_memory_equal(u->address, "127.0.0.1:", 10);
    arena_free(&arena);
    client_close(&c);
}

/*
 * Where fixes get no answer of their own the next one would cover them: behind refused ones there
 * is none. A connection that owes them ends as soon as its device is registered.
 */
static void a_stranger_is_not_answered_behind_its_fixes(void **state)
{
    enum { STRANGER = 3 };
    struct site *s = *state;
    struct fix fixes[2] = {client_fix(20), client_fix(10)};
    struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, "860000000000009");
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 2);
    client_say(&c, ENCODE_FIXES, &fixes[0], 1);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    wait_for(site_counter(s, frames) == 6);
    assert_int_equal(site_counter(s, fixes_refused), 1);
    assert_int_equal(site_counter(s, connections), 1);
    assert_int_equal(rig_put_device(s->rig, STRANGER, "860000000000009", false), ERR_OK);
    client_expect_end(&c);
    client_close(&c);
    c = client_open(s, SOCK_STREAM, &protocol_gt06, "860000000000009");
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_say(&c, ENCODE_FIXES, fixes, 2);
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 3);
    assert_int_equal(kit_count(s->rig->store, STRANGER), 3); /* the heartbeat's values are one */
    client_close(&c);
}

/* Once registered it is found on the connection that it has. */
static void a_stranger_gets_registered(void **state)
{
    enum { STRANGER = 3 };
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, &protocol_jt808, "013900000001");
    client_say(&c, ENCODE_HEARTBEAT, NULL, 0);
    client_await(&c, 1);
    assert_int_equal(rig_put_device(s->rig, STRANGER, "013900000001", false), ERR_OK);
    client_send_fix(&c, 10);
    client_await(&c, 1);
    assert_int_equal(kit_count(s->rig->store, STRANGER), 1);
    assert_int_equal(site_counter(s, devices_connected), 1);
    client_close(&c);
}

/* ---- devices and connections ---- */

static void a_device_moves_and_its_old_connection_ends(void **state)
{
    struct site *s = *state;
    struct client a = jt808(s);
    struct client b = jt808(s);
    client_send_fix(&a, 20);
    client_await(&a, 1);
    client_send_fix(&b, 10);
    client_await(&b, 1);
    client_expect_end(&a);
    assert_int_equal(site_counter(s, devices_moved), 1);
    assert_int_equal(site_counter(s, devices_connected), 1);
    assert_int_equal(site_counter(s, connections), 1);
    client_close(&a);
    client_send_fix(&b, 5);
    client_await(&b, 1);
    client_close(&b);
}

/* One connection of two terminals loses the one that went elsewhere, and goes on. */
static void a_device_moves_alone(void **state)
{
    enum { SECOND = 3 };
    struct site *s = *state;
    assert_int_equal(rig_put_device(s->rig, SECOND, "013912345679", false), ERR_OK);
    struct client a = jt808(s);
    client_send_fix(&a, 20);
    client_await(&a, 1);
    char first[DEVICE_ID_SIZE];
    memcpy(first, a.session.device_id, sizeof(first));
    (void)snprintf(a.session.device_id, sizeof(a.session.device_id), "013912345679");
    client_send_fix(&a, 20);
    client_await(&a, 1);
    assert_int_equal(site_counter(s, devices_connected), 2);

    struct client b = jt808(s);
    client_send_fix(&b, 10);
    client_await(&b, 1);
    assert_int_equal(site_counter(s, devices_moved), 1);
    client_send_fix(&a, 10);
    client_await(&a, 1);
    memcpy(a.session.device_id, first, sizeof(first)); /* and back */
    client_send_fix(&a, 5);
    client_await(&a, 1);
    client_expect_end(&b);
    assert_int_equal(site_counter(s, devices_moved), 2);
    assert_int_equal(site_counter(s, devices_connected), 2);
    client_close(&a);
    client_close(&b);
    wait_for(site_counter(s, devices_connected) == 0);
}

/* ---- ends ---- */

static void what_was_read_is_answered_before_the_end(void **state)
{
    enum { MANY = 100 };
    struct site *s = *state;
    struct client c = jt808(s);
    uint8_t at[8192];
    struct writer w = writer_init(at, sizeof(at));
    for (int64_t i = 0; i < MANY; i++) {
        struct fix f = client_fix(MANY - i);
        client_encode(&c, ENCODE_FIXES, &f, 1, &w);
    }
    client_write(&c, at, w.len);
    wait_for(site_counter(s, frames) == MANY);
    site_stop(s);
    client_await(&c, MANY);
    client_expect_end(&c);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), MANY);
    client_close(&c);
}

static void connections_with_half_a_frame_end_too(void **state)
{
    struct site *s = *state;
    struct client c = jt808(s);
    client_text(&c, "\x7e\x02");
    struct client idle = jt808(s);
    wait_for(site_counter(s, connections) == 2);
    site_stop(s);
    client_expect_end(&c);
    client_expect_end(&idle);
    client_close(&c);
    client_close(&idle);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN); /* as the server does */
    const struct CMUnitTest tests[] = {
        WITH_SITE(a_fix_is_answered_once_it_is_stored),
        WITH_SITE(frames_may_come_byte_by_byte),
        WITH_SITE(a_decoder_knows_the_model_of_its_device),
        WITH_SITE(many_frames_may_come_at_once),
        WITH_SITE(a_login_names_the_device),
        WITH_SITE(bytes_of_no_protocol_end_the_connection),
        WITH_SITE(bytes_of_no_protocol_are_shown),
        WITH_SITE(frames_of_nobody_are_shown),
        WITH_SITE(who_was_understood_is_no_stranger),
        WITH_SITE(bad_frames_are_skipped),
        WITH_SITE(too_many_bad_frames_end_the_connection),
        WITH_SITE(http_requests_share_a_connection),
        WITH_SITE(answers_keep_the_order_of_requests),
        WITH_SITE(a_request_may_end_its_connection),
        WITH_SITE(a_half_closed_connection_is_answered),
        WITH_SITE(a_stranger_is_answered_but_not_its_data),
        WITH_SITE(a_stranger_is_not_answered_behind_its_fixes),
        WITH_SITE(a_stranger_gets_registered),
        WITH_SITE(a_device_moves_and_its_old_connection_ends),
        WITH_SITE(a_device_moves_alone),
        WITH_SITE(what_was_read_is_answered_before_the_end),
        WITH_SITE(connections_with_half_a_frame_end_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
