#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>

#include "api/work.h"
#include "base/check.h"

enum { CAPACITY = 64, ITEMS = 1000, ROUNDS = 3, ORDER_MAX = ITEMS * ROUNDS };

/* What every item leads to: how it is run, and what came of it. */
struct scene {
    struct work_pool *pool;
    sem_t begun;
    sem_t done;
    pthread_mutex_t gate; /* held by a test that keeps the threads busy */
    pthread_mutex_t lock;
    unsigned started[ITEMS];   /* how often the item of that number was */
    unsigned order[ORDER_MAX]; /* numbers of the items run */
    size_t run;
    size_t stopped; /* run while stopping */
};

struct item {
    struct scene *scene;
    unsigned number;
    struct fair_place place;
    unsigned again; /* rounds still to come */
    bool goes_on;   /* by work_go_on() */
};

static void run_item(void *arg, bool stopping)
{
    struct item *item = arg;
    struct scene *s = item->scene;
    check(pthread_mutex_lock(&s->lock) == 0);
    s->started[item->number]++;
    check(pthread_mutex_unlock(&s->lock) == 0);
    check(sem_post(&s->begun) == 0);
    check(pthread_mutex_lock(&s->gate) == 0);
    check(pthread_mutex_unlock(&s->gate) == 0);
    check(pthread_mutex_lock(&s->lock) == 0);
    s->order[s->run++ % ORDER_MAX] = item->number;
    s->stopped += stopping;
    check(pthread_mutex_unlock(&s->lock) == 0);
    if (item->again > 0) {
        item->again--;
        check(item->goes_on ? work_go_on(s->pool, &item->place, item)
                            : work_again(s->pool, &item->place, item));
    }
    check(sem_post(&s->done) == 0);
}

static void scene_init(struct scene *s, struct work_options options)
{
    *s = (struct scene){.run = 0};
    assert_int_equal(sem_init(&s->begun, 0, 0), 0);
    assert_int_equal(sem_init(&s->done, 0, 0), 0);
    assert_int_equal(pthread_mutex_init(&s->gate, NULL), 0);
    assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
    options.run = run_item;
    options.fair.capacity = CAPACITY;
    options.fair.shares[0] = options.fair.shares[0] == 0 ? 1 : options.fair.shares[0];
    s->pool = work_start(&options);
}

static void scene_clear(struct scene *s)
{
    work_free(s->pool);
    assert_int_equal(sem_destroy(&s->begun), 0);
    assert_int_equal(sem_destroy(&s->done), 0);
    assert_int_equal(pthread_mutex_destroy(&s->gate), 0);
    assert_int_equal(pthread_mutex_destroy(&s->lock), 0);
}

static const struct work_options one_thread = {.threads = 1, .fair = {.group_running = 1}};

static bool push(struct scene *s, struct item *item)
{
    item->scene = s;
    return work_push(s->pool, &item->place, item);
}

/* Keeps the one thread busy with `item` until open_gate(). */
static void close_gate(struct scene *s, struct item *item)
{
    assert_int_equal(pthread_mutex_lock(&s->gate), 0);
    assert_true(push(s, item));
    assert_int_equal(sem_wait(&s->begun), 0);
}

static void open_gate(struct scene *s)
{
    assert_int_equal(pthread_mutex_unlock(&s->gate), 0);
}

static void wait_done(struct scene *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sem_wait(&s->done), 0);
    }
}

static void assert_order(const struct scene *s, const unsigned *want, size_t count)
{
    assert_int_equal(s->run, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(s->order[i], want[i]);
    }
}

/* The drawing at the top of fair.c. */
static void test_groups_and_members_have_turns(void **state)
{
    (void)state;
    static const unsigned want[] = {99, 0, 10, 6, 11, 1, 7, 2, 3, 4, 5};
    struct scene s;
    scene_init(&s, one_thread);
    struct item first = {.number = 99, .place = {0, 1, 1}};
    struct item items[] = {
        {.number = 0, .place = {0, 7, 70}},  {.number = 1, .place = {0, 7, 70}},
        {.number = 2, .place = {0, 7, 70}},  {.number = 3, .place = {0, 7, 70}},
        {.number = 4, .place = {0, 7, 70}},  {.number = 5, .place = {0, 7, 70}},
        {.number = 6, .place = {0, 7, 71}},  {.number = 7, .place = {0, 7, 71}},
        {.number = 10, .place = {0, 9, 90}}, {.number = 11, .place = {0, 9, 90}},
    };
    close_gate(&s, &first);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        assert_true(push(&s, &items[i]));
    }
    open_gate(&s);
    work_stop(s.pool);
    assert_order(&s, want, sizeof(want) / sizeof(want[0]));
    scene_clear(&s);
}

/* What waits in the last lane goes behind the others, and is not kept waiting for ever. */
static void test_lanes_have_shares(void **state)
{
    (void)state;
    static const unsigned want[] = {99, 0, 1, 10, 11, 20, 2, 3, 12, 21, 22};
    struct scene s;
    struct work_options options = one_thread;
    options.fair.shares[0] = options.fair.shares[1] = 2;
    options.fair.shares[2] = 1;
    scene_init(&s, options);
    struct item first = {.number = 99, .place = {2, 1, 1}};
    struct item items[] = {
        {.number = 20, .place = {2, 1, 1}}, {.number = 21, .place = {2, 1, 1}},
        {.number = 22, .place = {2, 1, 1}}, {.number = 10, .place = {1, 1, 1}},
        {.number = 11, .place = {1, 1, 1}}, {.number = 12, .place = {1, 1, 1}},
        {.number = 0, .place = {0, 1, 1}},  {.number = 1, .place = {0, 1, 1}},
        {.number = 2, .place = {0, 1, 1}},  {.number = 3, .place = {0, 1, 1}},
    };
    close_gate(&s, &first);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        assert_true(push(&s, &items[i]));
    }
    open_gate(&s);
    work_stop(s.pool);
    assert_order(&s, want, sizeof(want) / sizeof(want[0]));
    scene_clear(&s);
}

/* How many items of a place are taken until one is not. */
static size_t fill(struct scene *s, struct item *items, struct fair_place place)
{
    size_t count = 0;
    do {
        items[count] = (struct item){.number = (unsigned)count, .place = place};
    } while (push(s, &items[count]) && ++count < CAPACITY + 1);
    return count;
}

/* One member gets a quarter of the places, its group half of them; others still find some. */
static void test_places_are_shared(void **state)
{
    (void)state;
    static struct item items[8][CAPACITY + 1];
    struct scene s;
    struct work_options options = one_thread;
    options.fair.shares[0] = options.fair.shares[1] = 1;
    scene_init(&s, options);
    struct item first = {.number = 99, .place = {0, 1, 1}};
    close_gate(&s, &first);
    assert_int_equal(fill(&s, items[0], (struct fair_place){0, 7, 70}), CAPACITY / 4);
    assert_int_equal(fill(&s, items[1], (struct fair_place){0, 7, 71}), 12);
    assert_int_equal(fill(&s, items[2], (struct fair_place){0, 7, 72}), 4);
    assert_int_equal(fill(&s, items[3], (struct fair_place){0, 7, 73}), 0);
    assert_int_equal(fill(&s, items[4], (struct fair_place){0, 9, 70}), 8);
    assert_int_equal(fill(&s, items[5], (struct fair_place){0, 7, 74}), 0);
    assert_true(fill(&s, items[6], (struct fair_place){0, 10, 70}) > 0);
    assert_int_equal(fill(&s, items[7], (struct fair_place){1, 7, 70}), CAPACITY / 4);
    open_gate(&s);
    work_stop(s.pool);
    assert_false(push(&s, &first));
    scene_clear(&s);
}

/* A group with work for all threads leaves one for another group. */
static void test_a_group_does_not_take_the_last_thread(void **state)
{
    (void)state;
    static const struct work_options options = {.threads = 3, .fair = {.group_running = 2}};
    struct scene s;
    scene_init(&s, options);
    struct item greedy[] = {{.number = 0, .place = {0, 7, 70}},
                            {.number = 1, .place = {0, 7, 71}},
                            {.number = 2, .place = {0, 7, 72}},
                            {.number = 3, .place = {0, 7, 73}}};
    struct item other = {.number = 10, .place = {0, 9, 90}};
    assert_int_equal(pthread_mutex_lock(&s.gate), 0);
    for (size_t i = 0; i < sizeof(greedy) / sizeof(greedy[0]); i++) {
        assert_true(push(&s, &greedy[i]));
    }
    assert_int_equal(sem_wait(&s.begun), 0);
    assert_int_equal(sem_wait(&s.begun), 0);
    assert_true(push(&s, &other));
    assert_int_equal(sem_wait(&s.begun), 0); /* while both others are still at it */
    assert_int_equal(pthread_mutex_lock(&s.lock), 0);
    assert_int_equal(s.started[other.number], 1);
    assert_int_equal(s.started[greedy[2].number], 0);
    assert_int_equal(pthread_mutex_unlock(&s.lock), 0);
    open_gate(&s);
    work_stop(s.pool);
    assert_int_equal(s.run, 5);
    scene_clear(&s);
}

/* An item that goes on in slices lets the items of others in between. */
static void test_slices_take_turns(void **state)
{
    (void)state;
    static const unsigned want[] = {0, 1, 2, 0, 1, 0, 1};
    struct scene s;
    scene_init(&s, one_thread);
    struct item long_one = {.number = 0, .place = {0, 7, 70}, .again = 2};
    struct item long_two = {.number = 1, .place = {0, 9, 90}, .again = 2};
    struct item brief = {.number = 2, .place = {0, 10, 100}};
    close_gate(&s, &long_one);
    assert_true(push(&s, &long_two));
    assert_true(push(&s, &brief));
    open_gate(&s);
    wait_done(&s, sizeof(want) / sizeof(want[0]));
    work_stop(s.pool);
    assert_order(&s, want, sizeof(want) / sizeof(want[0]));
    scene_clear(&s);
}

/* What goes on comes before what else its member waits for, and behind what others do. */
static void test_what_goes_on_comes_first(void **state)
{
    (void)state;
    static const unsigned want[] = {0, 2, 0, 0, 1};
    struct scene s;
    scene_init(&s, one_thread);
    struct item begun = {.number = 0, .place = {0, 7, 70}, .again = 2, .goes_on = true};
    struct item next = {.number = 1, .place = {0, 7, 70}};
    struct item other = {.number = 2, .place = {0, 9, 90}};
    close_gate(&s, &begun);
    assert_true(push(&s, &other));
    assert_true(push(&s, &next));
    open_gate(&s);
    wait_done(&s, sizeof(want) / sizeof(want[0]));
    work_stop(s.pool);
    assert_order(&s, want, sizeof(want) / sizeof(want[0]));
    scene_clear(&s);
}

struct stopper {
    struct work_pool *pool;
    pthread_t thread;
};

static void *stop(void *arg)
{
    work_stop(((struct stopper *)arg)->pool);
    return NULL;
}

/* What still waits when the pool stops is run, and told so. */
static void test_stopping_runs_what_waits(void **state)
{
    (void)state;
    struct scene s;
    scene_init(&s, one_thread);
    struct item items[] = {{.number = 0}, {.number = 1}, {.number = 2}};
    struct item late = {.scene = &s, .number = 3};
    struct stopper stopper = {.pool = s.pool};
    close_gate(&s, &items[0]);
    assert_true(push(&s, &items[1]));
    assert_true(push(&s, &items[2]));
    assert_int_equal(pthread_create(&stopper.thread, NULL, stop, &stopper), 0);
    size_t taken = 0;
    while (work_again(s.pool, &late.place, &late)) { /* until it stops; the gate is closed */
        taken++;
    }
    assert_false(push(&s, &late));
    open_gate(&s);
    assert_int_equal(pthread_join(stopper.thread, NULL), 0);
    assert_int_equal(s.run, 3 + taken);
    assert_int_equal(s.stopped, s.run - 1);
    scene_clear(&s);
}

/* Several threads lose no item and no slice, and run none twice. */
static void test_many_threads(void **state)
{
    (void)state;
    static struct item items[ITEMS];
    static const struct work_options options = {.threads = 4, .fair = {.group_running = 3}};
    static unsigned seen[ITEMS];
    struct scene s;
    scene_init(&s, options);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){.number = i, .place = {0, i % 5, i % 7}, .again = ROUNDS - 1};
        while (!push(&s, &items[i])) {
            assert_int_equal(sem_wait(&s.begun), 0); /* one more was taken */
        }
    }
    wait_done(&s, ORDER_MAX);
    work_stop(s.pool);
    assert_int_equal(s.run, ORDER_MAX);
    for (size_t i = 0; i < ORDER_MAX; i++) {
        seen[s.order[i]]++;
    }
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(seen[i], ROUNDS);
    }
    scene_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_and_members_have_turns),
        cmocka_unit_test(test_lanes_have_shares),
        cmocka_unit_test(test_places_are_shared),
        cmocka_unit_test(test_a_group_does_not_take_the_last_thread),
        cmocka_unit_test(test_slices_take_turns),
        cmocka_unit_test(test_what_goes_on_comes_first),
        cmocka_unit_test(test_stopping_runs_what_waits),
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
