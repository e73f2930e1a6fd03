#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "api/zones.h"

static const char *const names[] = {"UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York"};
enum { NAMES = sizeof(names) / sizeof(names[0]), THREADS = 4, ROUNDS = 200 };

static void test_each_is_kept(void **state)
{
    (void)state;
    struct zones *z = zones_new();
    for (size_t i = 0; i < NAMES; i++) {
        struct zone *zone = zones_find(z, names[i]);
        assert_non_null(zone);
        assert_string_equal(zone_name(zone), names[i]);
        assert_ptr_equal(zones_find(z, names[i]), zone);
    }
    assert_null(zones_find(z, ""));
    assert_null(zones_find(z, "Nowhere"));
    assert_null(zones_find(z, "../etc/passwd"));
    zones_free(z);
}

/* Finds every zone again and again; answers whether each was always the same. */
static void *find_all(void *arg)
{
    const struct zone *found[NAMES] = {NULL};
    for (size_t i = 0; i < (size_t)ROUNDS * NAMES; i++) {
        const struct zone *zone = zones_find(arg, names[i % NAMES]);
        if (zone == NULL || (found[i % NAMES] != NULL && found[i % NAMES] != zone)) {
            return NULL;
        }
        found[i % NAMES] = zone;
    }
    return arg;
}

static void test_threads_share_them(void **state)
{
    (void)state;
    struct zones *z = zones_new();
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, find_all, z), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *same = NULL;
        assert_int_equal(pthread_join(threads[i], &same), 0);
        assert_ptr_equal(same, z);
    }
    zones_free(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_kept),
        cmocka_unit_test(test_threads_share_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
