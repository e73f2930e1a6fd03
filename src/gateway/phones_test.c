/* HTTP on the device port: what is refused is answered all the same, and heard to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/gateway_testing.h"

#define HTTP_FIX                                                                                   \
    "GET /?id=013912345678&lat=38.65&lon=117.7&speed=10 HTTP/1.1\r\nHost: fleet\r\n\r\n"
#define ANSWER(status)      "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define LAST_ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

static struct client http(const struct site *s)
{
    return client_open(s, SOCK_STREAM, &protocol_osmand, rig_id);
}

/* Waits for the server's end of the connection, which must be none by force. */
static void expect_orderly_end(struct client *c)
{
    struct pollfd ready = {.fd = c->fd, .events = POLLIN};
    assert_int_equal(c->in_len, 0);
    assert_int_equal(poll(&ready, 1, CLIENT_WAIT_MS), 1);
    assert_int_equal(recv(c->fd, c->in, sizeof(c->in), 0), 0);
}

/* A connection that says `request`, and hears `last` and the end of it. */
static void expect_refused(struct site *s, const char *request, const char *last)
{
    uint64_t refused = site_counter(s, connections_malformed);
    struct client c = http(s);
    client_text(&c, request);
    client_expect(&c, last);
    expect_orderly_end(&c);
    wait_for(site_counter(s, connections_malformed) == refused + 1);
    client_close(&c);
}

static void what_is_no_request_is_answered(void **state)
{
    struct site *s = *state;
    expect_refused(s, "GET /?id=013912345678&time=2026-01-01 00:00:00 HTTP/1.1\r\n",
                   LAST_ANSWER("400 Bad Request"));
    expect_refused(s, "GET /?id=013912345678\r\n", LAST_ANSWER("400 Bad Request"));
    expect_refused(s, "POST / HTTP/1.1\r\nContent-Length: 1, 2\r\n",
                   LAST_ANSWER("400 Bad Request"));
    expect_refused(s, "POST / HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n",
                   LAST_ANSWER("413 Content Too Large"));
    wait_for(site_counter(s, connections) == 0);
    assert_int_equal(site_counter(s, connections_idle), 0);
}

/* The refusal comes behind the answers to what came before, and nothing comes behind it. */
static void a_refusal_keeps_the_order(void **state)
{
    struct site *s = *state;
    struct blocker b;
    struct client c = http(s);
    blocker_begin(&b, s);
    client_text(&c, HTTP_FIX "GET / HTTP/1.1\r\n\r\n"
                             "GET /a b HTTP/1.1\r\n\r\n" HTTP_FIX);
    wait_for(site_counter(s, frames) == 2);
    blocker_end(&b);
    client_expect(&c, ANSWER("200 OK") ANSWER("400 Bad Request") LAST_ANSWER("400 Bad Request"));
    expect_orderly_end(&c);
    client_close(&c);
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
}

static void other_methods_are_answered_and_the_connection_goes_on(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, "PUT /?id=013912345678 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" HTTP_FIX);
    client_expect(&c, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n"
                      "Allow: GET, POST, OPTIONS\r\n\r\n" ANSWER("200 OK"));
    client_close(&c);
}

/* The client still sends: it is heard until it has read the answer, else a reset would lose it. */
static void a_long_body_is_heard_to_its_end(void **state)
{
    enum { LENGTH = 4 * 1024 * 1024, PIECE = 64 * 1024 };
    static const uint8_t piece[PIECE];
    struct site *s = *state;
    struct client c = http(s);
    char head[128];
    (void)snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n", LENGTH);
    client_text(&c, head);
    for (size_t sent = 0; sent < LENGTH; sent += PIECE) {
        client_write(&c, piece, PIECE);
    }
    client_expect(&c, LAST_ANSWER("413 Content Too Large"));
    expect_orderly_end(&c);
    assert_int_equal(site_counter(s, connections), 1);
    client_close(&c);
    wait_for(site_counter(s, connections) == 0);
}

/* A device is on no link that only leaves. */
static void a_leaving_link_has_no_device(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, "GET /?id=013912345678&lat=38.65&lon=117.7 HTTP/1.0\r\n\r\n");
    client_expect(&c, LAST_ANSWER("200 OK"));
    expect_orderly_end(&c);
    assert_int_equal(site_counter(s, connections), 1);
    assert_int_equal(site_counter(s, devices_connected), 0);
    struct client again = http(s);
    client_text(&again, HTTP_FIX);
    client_expect(&again, ANSWER("200 OK"));
    assert_int_equal(site_counter(s, devices_connected), 1);
    assert_int_equal(site_counter(s, devices_moved), 0);
    client_close(&c);
    client_close(&again);
}

/* A batch of `count` locations in one body. */
static struct bytes batch(struct arena *arena, size_t count)
{
    static const char one[] =
        "{\"coords\":{\"latitude\":%d.5,\"longitude\":8.25,\"accuracy\":4.5,\"speed\":13.89},"
        "\"timestamp\":\"2026-01-01T%02zu:%02zu:%02zu.000Z\",\"battery\":{\"level\":0.57}},";
    size_t room = count * sizeof(one) * 2 + 100;
    char *body = arena_new(arena, room);
    size_t len = (size_t)snprintf(body, room, "{\"location\":[");
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(body + len, room - len, one, (int)(i % 80), i / 3600, i / 60 % 60,
                                i % 60);
    }
    (void)snprintf(body + len - 1, room - len + 1, "],\"device_id\":\"013912345678\"}");
    return bytes_of_text(arena_format(
        arena, "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(body), body));
}

static void a_long_batch_is_taken(void **state)
{
    struct site *s = *state;
    struct arena arena = {0};
    struct client c = http(s);
    struct bytes request = batch(&arena, 700);
    assert_true(request.len > 65536);
    client_write(&c, request.at, request.len);
    client_expect(&c, ANSWER("200 OK"));
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 700);
    /* as many as there can be fit into the smallest queue; the first 700 are known */
    request = batch(&arena, PROTOCOL_MESSAGES_MAX);
    client_write(&c, request.at, request.len);
    client_expect(&c, ANSWER("200 OK"));
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), PROTOCOL_MESSAGES_MAX);
    client_close(&c);
    arena_free(&arena);
}

/* Sends the most of a long request, as far as the server hears it. */
static struct client send_most(struct site *s, const uint8_t *bytes, size_t len)
{
    struct client c = http(s);
    ssize_t n = 1;
    client_text(&c, "POST / HTTP/1.1\r\nContent-Length: 1048000\r\n\r\n");
    for (size_t sent = 0; sent < len && n > 0; sent += n > 0 ? (size_t)n : 0) {
        n = send(c.fd, bytes + sent, len - sent, MSG_NOSIGNAL);
    }
    return c;
}

/* Long frames that are never whole get no more memory than there is for all of them. */
static void long_frames_share_their_memory(void **state)
{
    enum { CLIENTS = 90, SENT = 1000 * 1024, FIT = 75 };
    struct site *s = *state;
    struct client clients[CLIENTS];
    uint8_t *bytes = mem_new(SENT);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = send_most(s, bytes, SENT);
    }
    wait_for(site_counter(s, connections_crowded) >= CLIENTS - FIT);
    struct client honest = http(s);
    client_text(&honest, HTTP_FIX);
    client_expect(&honest, ANSWER("200 OK"));
    for (size_t i = 0; i < CLIENTS; i++) {
        client_close(&clients[i]);
    }
    wait_for(site_counter(s, connections) == 1);
    assert_true(site_counter(s, connections_crowded) < CLIENTS);
    /* and it is given back */
    struct arena arena = {0};
    struct bytes request = batch(&arena, 700);
    client_write(&honest, request.at, request.len);
    client_expect(&honest, ANSWER("200 OK"));
    client_close(&honest);
    arena_free(&arena);
    free(bytes);
}

static void little_memory(struct site *s)
{
    s->options.kept_bytes = 131072;
}

/* Nor do those that a single read could hold. */
static void short_frames_share_their_memory(void **state)
{
    enum { CLIENTS = 8, SENT = 60 * 1000, CROWDED = 5 };
    struct site *s = site_open(little_memory);
    *state = s;
    struct client clients[CLIENTS];
    uint8_t *bytes = mem_new(SENT);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = send_most(s, bytes, SENT);
    }
    wait_for(site_counter(s, connections_crowded) >= CROWDED);
    assert_true(site_counter(s, connections_crowded) < CLIENTS);
    struct client honest = http(s);
    client_text(&honest, HTTP_FIX);
    client_expect(&honest, ANSWER("200 OK"));
    for (size_t i = 0; i < CLIENTS; i++) {
        client_close(&clients[i]);
    }
    wait_for(site_counter(s, connections) == 1);
    struct arena arena = {0};
    struct bytes request = batch(&arena, 700);
    client_write(&honest, request.at, request.len);
    client_expect(&honest, ANSWER("200 OK"));
    client_close(&honest);
    arena_free(&arena);
    free(bytes);
}

/* ---- what speeds are told in ---- */

static void metres_configured(struct site *s)
{
    s->options.speed_unit[PROTOCOL_osmand] = SPEED_UNIT_MPS;
}

static void put_unit(struct site *s, int64_t id, const char *device_id, enum speed_unit unit)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = id,
                               .enterprise_id = RIG_ENTERPRISE,
                               .device_id = device_id,
                               .plate = device_id,
                               .object_code = device_id,
                               .speed_unit = unit};
    device_init(&c.device);
    assert_int_equal(rig_change(s->rig, c), ERR_OK);
}

static void report_10(struct client *c, const char *device_id, unsigned ago_s)
{
    char request[200];
    (void)snprintf(request, sizeof(request),
                   "GET /?id=%s&lat=38.65&lon=117.7&speed=10&timestamp=%lld HTTP/1.1\r\n\r\n",
                   device_id, (long long)(clock_wall_ms() / 1000 - ago_s));
    client_text(c, request);
    client_expect(c, ANSWER("200 OK"));
}

/* Devices of one link, each in its own unit; a change counts at once. */
static void speeds_are_told_in_the_unit_of_the_device(void **state)
{
    struct site *s = site_open(metres_configured);
    *state = s;
    put_unit(s, 3, "phone-3", SPEED_UNIT_KNOTS);
    put_unit(s, 4, "phone-4", SPEED_UNIT_KMH);
    struct client c = http(s);
    report_10(&c, "phone-3", 100);
    report_10(&c, "phone-4", 100);
    report_10(&c, rig_id, 100);
    assert_int_equal(rig_live(s->rig, 3).state.current.speed_kmh_e2, 1852);
    assert_int_equal(rig_live(s->rig, 4).state.current.speed_kmh_e2, 1000);
    assert_int_equal(rig_live(s->rig, RIG_DEVICE).state.current.speed_kmh_e2, 3600);
    put_unit(s, 3, "phone-3", SPEED_UNIT_KMH);
    put_unit(s, 4, "phone-4", SPEED_UNIT_UNSET);
    report_10(&c, "phone-4", 90);
    report_10(&c, "phone-3", 90);
    assert_int_equal(rig_live(s->rig, 3).state.current.speed_kmh_e2, 1000);
    assert_int_equal(rig_live(s->rig, 4).state.current.speed_kmh_e2, 3600);
    assert_int_equal(kit_count(s->rig->store, 3), 2);
    client_close(&c);
}

/* ---- reports that cannot be read ---- */

static void bad_reports_are_counted_and_hold_nobody_up(void **state)
{
    struct site *s = *state;
    struct client c = http(s);
    client_text(&c, "GET /?id=013912345678&lat=NaN&lon=117.7 HTTP/1.1\r\n\r\n");
    client_expect(&c, ANSWER("200 OK"));
    client_text(&c, "GET /?id=nobody&lat=NaN&lon=117.7 HTTP/1.1\r\n\r\n");
    client_expect(&c, ANSWER("404 Not Found"));
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 0);
    client_text(&c, "POST /?id=013912345678 HTTP/1.1\r\nContent-Length: 101\r\n\r\n"
                    "{\"location\":[{\"coords\":{\"latitude\":1,\"longitude\":2}},7,"
                    "{\"coords\":{\"latitude\":91,\"longitude\":2}}]}    ");
    client_expect(&c, ANSWER("200 OK"));
    assert_int_equal(kit_count(s->rig->store, RIG_DEVICE), 1);
    assert_int_equal(site_counter(s, reports_unreadable), 4);
    assert_int_equal(site_counter(s, frames_bad), 0);
    client_close(&c);
}

#define ONLY_TEAR_DOWN(test) cmocka_unit_test_teardown(test, site_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SITE(what_is_no_request_is_answered),
        WITH_SITE(a_refusal_keeps_the_order),
        WITH_SITE(other_methods_are_answered_and_the_connection_goes_on),
        WITH_SITE(a_long_body_is_heard_to_its_end),
        WITH_SITE(a_leaving_link_has_no_device),
        WITH_SITE(a_long_batch_is_taken),
        WITH_SITE(long_frames_share_their_memory),
        ONLY_TEAR_DOWN(short_frames_share_their_memory),
        WITH_SITE(bad_reports_are_counted_and_hold_nobody_up),
        ONLY_TEAR_DOWN(speeds_are_told_in_the_unit_of_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
