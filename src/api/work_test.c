#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <semaphore.h>

#include "api/work.h"
#include "base/check.h"

enum { CAPACITY = 3, ITEMS = 1000 };

/* What every item leads to: how it is run, and what came of it. */
struct scene {
    sem_t begun;
    pthread_mutex_t gate; /* held by a test that keeps the threads busy */
    pthread_mutex_t lock;
    unsigned order[ITEMS]; /* numbers of the items run */
    size_t run;
    size_t stopped; /* run while stopping */
};

struct item {
    struct scene *scene;
    unsigned number;
};

static void run_item(void *arg, bool stopping)
{
    struct item *item = arg;
    struct scene *s = item->scene;
    check(sem_post(&s->begun) == 0);
    check(pthread_mutex_lock(&s->gate) == 0);
    check(pthread_mutex_unlock(&s->gate) == 0);
    check(pthread_mutex_lock(&s->lock) == 0);
    s->order[s->run++] = item->number;
    s->stopped += stopping;
    check(pthread_mutex_unlock(&s->lock) == 0);
}

static void scene_init(struct scene *s)
{
    *s = (struct scene){.run = 0};
    assert_int_equal(sem_init(&s->begun, 0, 0), 0);
    assert_int_equal(pthread_mutex_init(&s->gate, NULL), 0);
    assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
}

static void scene_clear(struct scene *s)
{
    assert_int_equal(sem_destroy(&s->begun), 0);
    assert_int_equal(pthread_mutex_destroy(&s->gate), 0);
    assert_int_equal(pthread_mutex_destroy(&s->lock), 0);
}

static struct work_pool *start(size_t threads)
{
    return work_start(&(struct work_options){run_item, threads, CAPACITY});
}

/* One thread takes items in order; what does not fit into the queue is not taken. */
static void test_the_queue_is_bounded(void **state)
{
    (void)state;
    struct scene s;
    struct item items[CAPACITY + 2];
    scene_init(&s);
    for (unsigned i = 0; i < CAPACITY + 2; i++) {
        items[i] = (struct item){&s, i};
    }
    struct work_pool *pool = start(1);
    assert_int_equal(pthread_mutex_lock(&s.gate), 0);
    assert_true(work_push(pool, &items[0]));
    assert_int_equal(sem_wait(&s.begun), 0); /* the thread has it, the queue is empty */
    for (unsigned i = 1; i <= CAPACITY; i++) {
        assert_true(work_push(pool, &items[i]));
    }
    assert_false(work_push(pool, &items[CAPACITY + 1]));
    assert_int_equal(pthread_mutex_unlock(&s.gate), 0);
    work_stop(pool);
    assert_int_equal(s.run, CAPACITY + 1);
    for (unsigned i = 0; i <= CAPACITY; i++) {
        assert_int_equal(s.order[i], i);
    }
    assert_false(work_push(pool, &items[0]));
    work_free(pool);
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
    scene_init(&s);
    struct item items[] = {{&s, 0}, {&s, 1}, {&s, 2}};
    struct stopper stopper = {.pool = start(1)};
    assert_int_equal(pthread_mutex_lock(&s.gate), 0);
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        assert_true(work_push(stopper.pool, &items[i]));
    }
    assert_int_equal(sem_wait(&s.begun), 0);
    assert_int_equal(pthread_create(&stopper.thread, NULL, stop, &stopper), 0);
    struct item late = {&s, 3};
    while (work_push(stopper.pool, &late)) { /* until it stops, as full as it gets */
    }
    assert_int_equal(pthread_mutex_unlock(&s.gate), 0);
    assert_int_equal(pthread_join(stopper.thread, NULL), 0);
    assert_in_range(s.run, 3, 4);
    assert_true(s.stopped < s.run);
    work_free(stopper.pool);
    scene_clear(&s);
}

/* Several threads lose no item and run none twice. */
static void test_many_threads(void **state)
{
    (void)state;
    struct scene s;
    struct item items[ITEMS];
    bool seen[ITEMS] = {false};
    scene_init(&s);
    struct work_pool *pool = start(4);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){&s, i};
        while (!work_push(pool, &items[i])) {
            assert_int_equal(sem_wait(&s.begun), 0); /* one more was taken */
        }
    }
    work_stop(pool);
    assert_int_equal(s.run, ITEMS);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_false(seen[s.order[i]]);
        seen[s.order[i]] = true;
    }
    work_free(pool);
    scene_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_queue_is_bounded),
        cmocka_unit_test(test_stopping_runs_what_waits),
        cmocka_unit_test(test_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
