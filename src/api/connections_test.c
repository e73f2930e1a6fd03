/* With a clock of its own, over real TCP: what the kernel says of a socket is part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/connections.h"
#include "base/address.h"
#include "base/mem.h"

static const int64_t START_MS = 1000000;
static const int64_t SECOND_MS = 1000;

enum { PLACES = 16, PER_ADDRESS = 8 };
static const char proxy_host[] = "2001:db8:7::7";

struct rig {
    struct counters counters;
    struct connections *table;
    int listener;
};

/* Both ends of a connection, and its place in the table. */
struct pair {
    int client;
    int server;
    struct connection *one;
};

static int set_up(void **state)
{
    struct rig *r = mem_new(sizeof(*r));
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    r->table = connections_new(&(struct connections_options){.places = PLACES,
                                                             .per_address = PER_ADDRESS,
                                                             .proxy = proxy_host,
                                                             .counters = &r->counters});
    r->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(r->listener >= 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&any, sizeof(any)), 0);
    assert_int_equal(listen(r->listener, PLACES), 0);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    assert_int_equal(counter_get(&r->counters, http_connections), 0);
    connections_free(r->table);
    assert_int_equal(close(r->listener), 0);
    free(r);
    return 0;
}

static struct sockaddr_storage address_of(const char *host)
{
    struct sockaddr_storage address;
    socklen_t len;
    assert_true(address_to_socket(host, 80, &address, &len));
    return address;
}

/* A connection that says it comes from `host`. */
static struct pair connect_from(struct rig *r, const char *host, int64_t now_ms)
{
    struct sockaddr_in to;
    socklen_t len = sizeof(to);
    struct sockaddr_storage from = address_of(host);
    struct pair p = {.client = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&to, &len), 0);
    assert_int_equal(connect(p.client, (struct sockaddr *)&to, sizeof(to)), 0);
    p.server = accept(r->listener, NULL, NULL);
    assert_true(p.server >= 0);
    p.one = connections_open(r->table, p.server, (struct sockaddr *)&from, now_ms);
    return p;
}

static void end_pair(struct rig *r, const struct pair *p)
{
    connections_close(r->table, p->one);
    assert_int_equal(close(p->server), 0);
    assert_int_equal(close(p->client), 0);
}

/* Whether the table ended it: both sides read the end of the stream then. */
static bool has_ended(const struct pair *p)
{
    char byte;
    return recv(p->server, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static bool may_come(struct rig *r, const char *host)
{
    struct sockaddr_storage from = address_of(host);
    return connections_admit(r->table, (struct sockaddr *)&from);
}

/* A byte from the client, taken by the server's thread as libmicrohttpd takes it. */
static void trickle(const struct pair *p)
{
    char byte;
    assert_int_equal(send(p->client, "x", 1, 0), 1);
    assert_int_equal(recv(p->server, &byte, 1, 0), 1);
}

/* ---- deadlines ---- */

static void test_a_head_has_ten_seconds(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    for (int64_t ms = 0; ms < HEAD_MS; ms += SECOND_MS) {
        connections_reap(r->table, START_MS + ms);
        assert_false(has_ended(&p));
        trickle(&p);
    }
    connections_reap(r->table, START_MS + HEAD_MS);
    assert_true(has_ended(&p));
    connections_reap(r->table, START_MS + HEAD_MS + SECOND_MS); /* once is enough */
    assert_int_equal(counter_get(&r->counters, http_reaped), 1);
    end_pair(r, &p);
}

static void test_what_is_expected_has_its_time(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    connection_expect(p.one, START_MS + (int64_t)3 * HEAD_MS);
    connections_reap(r->table, START_MS + (int64_t)3 * HEAD_MS - 1);
    assert_false(has_ended(&p));
    connections_reap(r->table, START_MS + (int64_t)3 * HEAD_MS);
    assert_true(has_ended(&p));
    end_pair(r, &p);
}

static void test_work_has_no_deadline(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    connection_work(p.one);
    connections_reap(r->table, INT64_MAX / 8);
    assert_false(has_ended(&p));
    end_pair(r, &p);
}

static void test_an_idle_connection_has_a_minute(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    connection_rest(p.one, START_MS);
    for (int64_t ms = 0; ms < IDLE_MS; ms += SECOND_MS) {
        connections_reap(r->table, START_MS + ms);
        assert_false(has_ended(&p));
    }
    connections_reap(r->table, START_MS + IDLE_MS);
    assert_true(has_ended(&p));
    end_pair(r, &p);
}

/* On a kept connection a head has ten seconds from its first byte, whatever comes after it. */
static void test_a_kept_head_has_ten_seconds_from_its_first_byte(void **state)
{
    struct rig *r = *state;
    int64_t now_ms = START_MS;
    struct pair p = connect_from(r, "192.0.2.1", now_ms);
    trickle(&p); /* its first request, long done */
    connection_rest(p.one, now_ms);
    for (; now_ms < START_MS + IDLE_MS / 2; now_ms += SECOND_MS) {
        connections_reap(r->table, now_ms);
    }
    for (int64_t end_ms = now_ms + HEAD_MS; now_ms < end_ms; now_ms += SECOND_MS) {
        trickle(&p);
        connections_reap(r->table, now_ms);
        assert_false(has_ended(&p));
    }
    connections_reap(r->table, now_ms);
    assert_true(has_ended(&p));
    end_pair(r, &p);
}

/* A byte in the last second of its rest is a beginning too. */
static void test_a_head_that_begins_late_has_its_time(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    connection_rest(p.one, START_MS);
    connections_reap(r->table, START_MS + IDLE_MS - 1);
    trickle(&p);
    connections_reap(r->table, START_MS + IDLE_MS);
    assert_false(has_ended(&p));
    connections_reap(r->table, START_MS + IDLE_MS + HEAD_MS - 1);
    assert_false(has_ended(&p));
    connections_reap(r->table, START_MS + IDLE_MS + HEAD_MS);
    assert_true(has_ended(&p));
    end_pair(r, &p);
}

/* Requests that come and go in a kept connection never meet a deadline of an earlier one. */
static void test_a_busy_connection_stays(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    for (int64_t ms = 0; ms < (int64_t)3 * IDLE_MS; ms += 7 * SECOND_MS) {
        trickle(&p);
        connection_work(p.one);
        connection_answer(p.one, START_MS + ms + ANSWER_MS);
        connection_rest(p.one, START_MS + ms);
        connections_reap(r->table, START_MS + ms);
        assert_false(has_ended(&p));
    }
    end_pair(r, &p);
}

/* Who ends its side in the middle is gone; who did so behind a whole request wants its answer. */
static void test_a_client_that_left_halfway_is_let_go(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    assert_int_equal(send(p.client, "x", 1, 0), 1);
    assert_int_equal(shutdown(p.client, SHUT_WR), 0);
    connections_reap(r->table, START_MS);
    connections_reap(r->table, START_MS + 1); /* a byte waits to be read */
    assert_int_equal(counter_get(&r->counters, http_reaped), 0);
    char byte;
    assert_int_equal(recv(p.server, &byte, 1, 0), 1);
    connection_answer(p.one, START_MS + ANSWER_MS);
    connections_reap(r->table, START_MS + 2);
    connections_reap(r->table, START_MS + 3);
    assert_int_equal(counter_get(&r->counters, http_reaped), 0);
    connection_expect(p.one, START_MS + HEAD_MS);
    connections_reap(r->table, START_MS + 4);
    connection_expect(p.one, START_MS + HEAD_MS + 1);
    connections_reap(r->table, START_MS + 5); /* seen once in this stage */
    assert_int_equal(counter_get(&r->counters, http_reaped), 0);
    connections_reap(r->table, START_MS + 6);
    assert_int_equal(counter_get(&r->counters, http_reaped), 1);
    end_pair(r, &p);
}

static void test_an_answer_has_five_minutes(void **state)
{
    struct rig *r = *state;
    struct pair p = connect_from(r, "192.0.2.1", START_MS);
    connection_answer(p.one, START_MS + ANSWER_MS);
    connections_reap(r->table, START_MS + ANSWER_MS - 1);
    assert_false(has_ended(&p));
    connection_work(p.one); /* a further piece of it is made */
    connections_reap(r->table, START_MS + ANSWER_MS);
    assert_false(has_ended(&p));
    connection_answer(p.one, START_MS + ANSWER_MS);
    connections_reap(r->table, START_MS + ANSWER_MS);
    assert_true(has_ended(&p));
    end_pair(r, &p);
}

/* Whether the client reads an error, where a plain end would be a whole answer to it. */
static bool is_broken(const struct pair *p)
{
    char byte;
    return recv(p->client, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

static void test_a_stream_that_is_late_does_not_look_whole(void **state)
{
    struct rig *r = *state;
    struct pair answer = connect_from(r, "192.0.2.1", START_MS);
    struct pair stream = connect_from(r, "192.0.2.1", START_MS);
    connection_answer(answer.one, START_MS + ANSWER_MS);
    connection_stream(stream.one, START_MS + ANSWER_MS);
    connections_reap(r->table, START_MS + ANSWER_MS - 1);
    assert_false(has_ended(&stream));
    connections_reap(r->table, START_MS + ANSWER_MS);
    assert_int_equal(counter_get(&r->counters, http_reaped), 2);
    assert_false(is_broken(&answer));
    assert_true(is_broken(&stream));
    end_pair(r, &answer);
    end_pair(r, &stream);
}

static void test_a_stop_breaks_streams_alone(void **state)
{
    struct rig *r = *state;
    struct pair answer = connect_from(r, "192.0.2.1", START_MS);
    struct pair stream = connect_from(r, "192.0.2.1", START_MS);
    connection_answer(answer.one, START_MS + ANSWER_MS);
    connection_stream(stream.one, START_MS + ANSWER_MS);
    assert_int_equal(send(stream.server, "x", 1, 0), 1); /* it is on its way, and may be lost */
    connections_break_streams(r->table);
    char byte;
    assert_true(recv(stream.client, &byte, 1, 0) < 0 || is_broken(&stream));
    assert_int_equal(send(answer.server, "y", 1, 0), 1);
    assert_int_equal(recv(answer.client, &byte, 1, 0), 1);
    end_pair(r, &answer);
    end_pair(r, &stream);
}

static void test_a_body_goes_by_its_size(void **state)
{
    (void)state;
    assert_int_equal(connection_body_ms(0), 10000);
    assert_int_equal(connection_body_ms(4096), 12000);
    assert_int_equal(connection_body_ms(1 << 20), 522000); /* 16 kbit/s, and ten seconds */
}

/* All batches of one look, and what is closed between two of them. */
static void test_the_reaper_sees_everybody(void **state)
{
    (void)state;
    enum { MANY = 600 };
    struct counters counters = {0};
    struct sockaddr_storage from = address_of("192.0.2.1");
    struct connection *all[MANY];
    struct connections *table = connections_new(
        &(struct connections_options){.places = (size_t)4 * MANY, .counters = &counters});
    for (size_t i = 0; i < MANY; i++) {
        all[i] = connections_open(table, -1, (struct sockaddr *)&from, START_MS);
    }
    for (size_t i = 0; i < MANY; i += 3) {
        connections_close(table, all[i]);
    }
    connections_reap(table, START_MS + HEAD_MS);
    assert_int_equal(counter_get(&counters, http_reaped), MANY - MANY / 3);
    for (size_t i = 0; i < MANY; i++) {
        if (i % 3 != 0) {
            connections_close(table, all[i]);
        }
    }
    connections_free(table);
}

/* ---- making room ---- */

static void open_many(struct rig *r, struct pair *pairs, size_t count, const char *host)
{
    for (size_t i = 0; i < count; i++) {
        pairs[i] = connect_from(r, host, START_MS);
    }
}

static void end_many(struct rig *r, const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        end_pair(r, &pairs[i]);
    }
}

/* From three quarters on, each that comes ends the oldest without a token that is not at work. */
static void test_the_oldest_stranger_makes_room(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    open_many(r, pairs, 12, "192.0.2.1");
    assert_int_equal(counter_get(&r->counters, http_evicted), 0);
    connections_vouch(r->table, pairs[0].one);
    connection_work(pairs[1].one);
    connection_rest(pairs[2].one, START_MS);
    pairs[12] = connect_from(r, "192.0.2.2", START_MS);
    assert_true(has_ended(&pairs[2]));
    pairs[13] = connect_from(r, "192.0.2.3", START_MS);
    assert_true(has_ended(&pairs[3]));
    connection_rest(pairs[1].one, START_MS);
    pairs[14] = connect_from(r, "192.0.2.4", START_MS);
    assert_true(has_ended(&pairs[1]));
    assert_false(has_ended(&pairs[0]));
    assert_false(has_ended(&pairs[4]));
    assert_int_equal(counter_get(&r->counters, http_evicted), 3);
    end_many(r, pairs, 15);
}

/* Where all have a token nobody goes; libmicrohttpd stops accepting when its table is full. */
static void test_nobody_with_a_token_makes_room(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    open_many(r, pairs, 12, "192.0.2.1");
    for (size_t i = 0; i < 12; i++) {
        connections_vouch(r->table, pairs[i].one);
    }
    pairs[12] = connect_from(r, "192.0.2.2", START_MS);
    assert_int_equal(counter_get(&r->counters, http_evicted), 0);
    connections_vouch(r->table, pairs[12].one);
    connections_vouch(r->table, pairs[12].one);
    end_many(r, pairs, 13);
}

/* A place that was given up is free, before its descriptor is closed. */
static void test_who_was_ended_counts_no_more(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    open_many(r, pairs, 12, "192.0.2.1");
    connections_reap(r->table, START_MS + HEAD_MS);
    assert_int_equal(counter_get(&r->counters, http_reaped), 12);
    connections_vouch(r->table, pairs[0].one); /* its thread did not know yet */
    assert_true(may_come(r, "192.0.2.1"));
    pairs[12] = connect_from(r, "192.0.2.1", START_MS + HEAD_MS);
    assert_int_equal(counter_get(&r->counters, http_evicted), 0);
    end_many(r, pairs, 13);
}

static void test_one_address_makes_room_for_itself(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    open_many(r, pairs, PER_ADDRESS - 1, "192.0.2.1");
    assert_true(may_come(r, "192.0.2.1"));
    pairs[PER_ADDRESS - 1] = connect_from(r, "::ffff:192.0.2.1", START_MS);
    assert_true(may_come(r, "192.0.2.2"));
    assert_int_equal(counter_get(&r->counters, http_evicted), 0);
    assert_true(may_come(r, "192.0.2.1"));
    assert_true(has_ended(&pairs[0]));
    pairs[PER_ADDRESS] = connect_from(r, "192.0.2.1", START_MS);
    for (size_t i = 1; i <= PER_ADDRESS; i++) {
        connections_vouch(r->table, pairs[i].one);
    }
    assert_false(may_come(r, "192.0.2.1"));
    assert_int_equal(counter_get(&r->counters, http_refused), 1);
    assert_int_equal(counter_get(&r->counters, http_evicted), 1);
    end_many(r, pairs, PER_ADDRESS + 1);
    assert_true(may_come(r, "192.0.2.1"));
}

static void test_a_64_is_one_address(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    for (size_t i = 0; i < PER_ADDRESS; i++) {
        char host[64];
        (void)snprintf(host, sizeof(host), "2001:db8::%zx:1", i);
        assert_true(may_come(r, host));
        pairs[i] = connect_from(r, host, START_MS);
        connections_vouch(r->table, pairs[i].one);
    }
    assert_false(may_come(r, "2001:db8::ffff"));
    assert_true(may_come(r, "2001:db8:0:1::ffff"));
    end_many(r, pairs, PER_ADDRESS);
}

static void test_a_proxy_is_many_clients(void **state)
{
    struct rig *r = *state;
    struct pair pairs[PLACES];
    open_many(r, pairs, PER_ADDRESS, proxy_host);
    for (size_t i = 0; i < PER_ADDRESS; i++) {
        connections_vouch(r->table, pairs[i].one);
    }
    assert_true(may_come(r, proxy_host));
    assert_false(may_come(r, "2001:db8:7::8")); /* its neighbour is none */
    assert_int_equal(counter_get(&r->counters, http_evicted), 0);
    end_many(r, pairs, PER_ADDRESS);
}

#define TABLE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE_TEST(test_a_head_has_ten_seconds),
        TABLE_TEST(test_what_is_expected_has_its_time),
        TABLE_TEST(test_work_has_no_deadline),
        TABLE_TEST(test_an_idle_connection_has_a_minute),
        TABLE_TEST(test_a_kept_head_has_ten_seconds_from_its_first_byte),
        TABLE_TEST(test_a_head_that_begins_late_has_its_time),
        TABLE_TEST(test_a_busy_connection_stays),
        TABLE_TEST(test_a_client_that_left_halfway_is_let_go),
        TABLE_TEST(test_an_answer_has_five_minutes),
        TABLE_TEST(test_a_stream_that_is_late_does_not_look_whole),
        TABLE_TEST(test_a_stop_breaks_streams_alone),
        TABLE_TEST(test_a_body_goes_by_its_size),
        TABLE_TEST(test_the_reaper_sees_everybody),
        TABLE_TEST(test_the_oldest_stranger_makes_room),
        TABLE_TEST(test_nobody_with_a_token_makes_room),
        TABLE_TEST(test_who_was_ended_counts_no_more),
        TABLE_TEST(test_one_address_makes_room_for_itself),
        TABLE_TEST(test_a_64_is_one_address),
        TABLE_TEST(test_a_proxy_is_many_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
