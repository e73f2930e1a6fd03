#include "base/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/writer.h"

enum { CAPACITY = 256, LONG_WAIT_MS = 120000 };

static int set_up(void **state)
{
    *state = queue_new(CAPACITY);
    return 0;
}

static int tear_down(void **state)
{
    queue_free(*state);
    return 0;
}

static enum err push(struct queue *q, const char *text, size_t headroom)
{
    uint8_t *at = NULL;
    enum err e = queue_begin(q, strlen(text), headroom, &at);
    if (e == ERR_OK) {
        struct writer w = writer_init(at, strlen(text));
        write_text(&w, text);
        queue_end(q);
    }
    return e;
}

/* A record of `size` bytes, all of them `fill`. */
static enum err push_filled(struct queue *q, size_t size, uint8_t fill)
{
    uint8_t *at = NULL;
    enum err e = queue_begin(q, size, 0, &at);
    if (e == ERR_OK) {
        assert_int_equal((uintptr_t)at % 8, 0);
        memset(at, fill, size);
        queue_end(q);
    }
    return e;
}

static void assert_next(struct queue *q, const char *text)
{
    struct bytes record;
    assert_int_equal(queue_next(q, &record), ERR_OK);
    assert_true(bytes_eq(record, text));
}

static void assert_drained(struct queue *q)
{
    struct bytes record;
    assert_int_equal(queue_next(q, &record), ERR_END);
}

static void test_records_come_out_in_order(void **state)
{
    struct queue *q = *state;
    assert_int_equal(push(q, "one", 0), ERR_OK);
    assert_int_equal(push(q, "", 0), ERR_OK);
    assert_int_equal(push(q, "three", 0), ERR_OK);
    assert_drained(q); /* nothing is given before it is taken */
    assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_OK);
    assert_next(q, "one");
    assert_next(q, "");
    assert_int_equal(push(q, "four", 0), ERR_OK);
    assert_next(q, "three");
    assert_drained(q);
    assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_OK);
    assert_next(q, "four");
    assert_int_equal(queue_take(q, 0), ERR_TIMEOUT);
}

static void test_takes_up_again_what_was_not_given(void **state)
{
    struct queue *q = *state;
    assert_int_equal(push(q, "one", 0), ERR_OK);
    assert_int_equal(push(q, "two", 0), ERR_OK);
    assert_int_equal(queue_take(q, 0), ERR_OK);
    assert_next(q, "one");
    queue_release(q);
    assert_int_equal(queue_take(q, 0), ERR_OK);
    assert_next(q, "two");
    queue_release(q);
    assert_int_equal(queue_take(q, 0), ERR_TIMEOUT);
}

static void test_is_full_until_room_is_given_back(void **state)
{
    struct queue *q = *state;
    assert_int_equal(queue_cost(0), 8);
    assert_int_equal(queue_cost(1), 16);
    assert_int_equal(queue_cost(8), 16);
    assert_int_equal(queue_cost(9), 24);
    for (unsigned i = 0; i < CAPACITY / 16; i++) {
        assert_int_equal(push_filled(q, 8, (uint8_t)i), ERR_OK);
    }
    assert_int_equal(push(q, "", 0), ERR_BUSY);
    assert_int_equal(queue_take(q, 0), ERR_OK);
    struct bytes record;
    assert_int_equal(queue_next(q, &record), ERR_OK);
    assert_int_equal(push(q, "", 0), ERR_BUSY); /* given, but still in use */
    queue_release(q);
    assert_int_equal(push(q, "", 0), ERR_OK);
    assert_int_equal(push(q, "", 0), ERR_OK);
    assert_int_equal(push(q, "", 0), ERR_BUSY);
}

static void test_headroom_is_left(void **state)
{
    struct queue *q = *state;
    assert_int_equal(push_filled(q, CAPACITY - 8 - 64, 1), ERR_OK);
    assert_int_equal(push(q, "12345678", 56), ERR_BUSY);
    assert_int_equal(push(q, "12345678", 48), ERR_OK);
    assert_int_equal(push(q, "12345678", 0), ERR_OK);
}

static void test_the_longest_record(void **state)
{
    struct queue *q = *state;
    uint8_t *at = NULL;
    assert_int_equal(queue_begin(q, CAPACITY - 7, 0, &at), ERR_TOO_LONG);
    assert_int_equal(queue_begin(q, SIZE_MAX, 0, &at), ERR_TOO_LONG);
    assert_int_equal(queue_begin(q, 0, SIZE_MAX, &at), ERR_TOO_LONG);
    assert_int_equal(queue_begin(q, CAPACITY - 8, 1, &at), ERR_TOO_LONG);
    /* From wherever the empty ring stands. */
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(push_filled(q, 40 + i * 8, 1), ERR_OK);
        assert_int_equal(queue_take(q, 0), ERR_OK);
        struct bytes record;
        assert_int_equal(queue_next(q, &record), ERR_OK);
        queue_release(q);
        assert_int_equal(push_filled(q, CAPACITY - 8, 7), ERR_OK);
        assert_int_equal(queue_take(q, 0), ERR_OK);
        assert_int_equal(queue_next(q, &record), ERR_OK);
        assert_int_equal(record.len, CAPACITY - 8);
        assert_int_equal(record.at[CAPACITY - 9], 7);
        queue_release(q);
    }
}

/* The next of the records that test_goes_round() pushes is number `given`. */
static bool take_numbered(struct queue *q, unsigned given)
{
    struct bytes record;
    if (queue_next(q, &record) != ERR_OK) {
        return false;
    }
    assert_int_equal(record.len, given % 61);
    bool is_filled = true;
    for (size_t i = 0; i < record.len; i++) {
        is_filled = is_filled && record.at[i] == (uint8_t)given;
    }
    assert_true(is_filled);
    return true;
}

/* Records of changing sizes go round the ring many times; none wraps, none is lost. */
static void test_goes_round(void **state)
{
    struct queue *q = *state;
    unsigned pushed = 0;
    unsigned given = 0;
    while (given < 2000) {
        while (push_filled(q, pushed % 61, (uint8_t)pushed) == ERR_OK) {
            pushed++;
        }
        assert_int_equal(queue_take(q, 0), ERR_OK);
        for (unsigned i = 0; i < 3 && take_numbered(q, given); i++) {
            given++;
        }
        queue_release(q);
    }
    assert_true(pushed >= given);
}

static void test_waits_no_longer_than_told(void **state)
{
    struct queue *q = *state;
    int64_t begin_ms = clock_monotonic_ms();
    assert_int_equal(queue_take(q, 20), ERR_TIMEOUT);
    assert_true(clock_monotonic_ms() - begin_ms >= 19);
}

static void test_close_ends_after_the_last_record(void **state)
{
    struct queue *q = *state;
    assert_int_equal(push(q, "last", 0), ERR_OK);
    queue_close(q);
    assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_OK);
    assert_next(q, "last");
    assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_END);
}

/* ---- threads ---- */

enum { PRODUCERS = 3, RECORDS = 20000 };

struct producer {
    struct queue *q;
    uint32_t name;
    pthread_t thread;
};

static void *produce(void *context)
{
    const struct producer *p = context;
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint8_t *at = NULL;
        while (queue_begin(p->q, 2 * sizeof(uint32_t) + i % 13, 0, &at) != ERR_OK) {
            (void)sched_yield();
        }
        memcpy(at, &p->name, sizeof(p->name));
        memcpy(at + sizeof(p->name), &i, sizeof(i));
        queue_end(p->q);
    }
    return NULL;
}

static void take_all(struct queue *q, uint32_t next[PRODUCERS])
{
    struct bytes record;
    while (queue_next(q, &record) == ERR_OK) {
        uint32_t name = 0;
        uint32_t number = 0;
        memcpy(&name, record.at, sizeof(name));
        memcpy(&number, record.at + sizeof(name), sizeof(number));
        assert_true(name < PRODUCERS);
        assert_int_equal(number, next[name]);
        next[name]++;
    }
    queue_release(q);
}

static void test_many_producers_keep_their_order(void **state)
{
    struct queue *q = *state;
    struct producer producers[PRODUCERS];
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.q = q, .name = i};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    uint32_t next[PRODUCERS] = {0};
    while (next[0] + next[1] + next[2] < PRODUCERS * RECORDS) {
        assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_OK);
        take_all(q, next);
    }
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(producers[i].thread, NULL), 0);
        assert_int_equal(next[i], RECORDS);
    }
}

static void *close_it(void *q)
{
    queue_close(q);
    return NULL;
}

static void test_close_wakes_who_waits(void **state)
{
    struct queue *q = *state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, close_it, q), 0);
    assert_int_equal(queue_take(q, LONG_WAIT_MS), ERR_END);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void)
{
#define WITH_QUEUE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_QUEUE(test_records_come_out_in_order),
        WITH_QUEUE(test_takes_up_again_what_was_not_given),
        WITH_QUEUE(test_is_full_until_room_is_given_back),
        WITH_QUEUE(test_headroom_is_left),
        WITH_QUEUE(test_the_longest_record),
        WITH_QUEUE(test_goes_round),
        WITH_QUEUE(test_waits_no_longer_than_told),
        WITH_QUEUE(test_close_ends_after_the_last_record),
        WITH_QUEUE(test_many_producers_keep_their_order),
        WITH_QUEUE(test_close_wakes_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
