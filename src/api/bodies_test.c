#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

#include "api/bodies.h"
#include "base/mem.h"

#define KIB ((size_t)1024)

struct rig {
    struct counters counters;
    struct bodies *bodies;
};

static int set_up(void **state)
{
    struct rig *r = mem_new(sizeof(*r));
    r->bodies = bodies_new(64 * KIB, &r->counters);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    assert_int_equal(counter_get(&r->counters, body_bytes), 0);
    bodies_free(r->bodies);
    free(r);
    return 0;
}

static bool append(struct body *body, struct rig *r, size_t len)
{
    static const uint8_t piece[64 * KIB] = "piece";
    return body_append(body, r->bodies, (struct bytes){piece, len});
}

static void end(struct body *body, struct rig *r)
{
    body_clear(body, r->bodies);
    body_free(body);
}

static void test_the_first_bytes_are_free(void **state)
{
    struct rig *r = *state;
    struct body full = {.group = 1};
    struct body bodies[8] = {0};
    assert_true(append(&full, r, 32 * KIB)); /* 28 are counted */
    assert_false(append(&full, r, 1));       /* it would double */
    for (size_t i = 0; i < 8; i++) {
        bodies[i].group = 1;
        assert_true(append(&bodies[i], r, 1));
        assert_true(append(&bodies[i], r, BODY_FIRST_BYTES - 1));
    }
    assert_int_equal(counter_get(&r->counters, body_bytes), 28 * KIB);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(bodies[i].len, BODY_FIRST_BYTES);
        end(&bodies[i], r);
    }
    end(&full, r);
}

static void test_what_was_refused_changes_nothing(void **state)
{
    struct rig *r = *state;
    struct body body = {.group = 1};
    assert_true(append(&body, r, 5));
    assert_false(append(&body, r, 64 * KIB));
    assert_int_equal(body.len, 5);
    assert_memory_equal(body.at, "piece", 5);
    assert_int_equal(counter_get(&r->counters, bodies_refused), 1);
    assert_int_equal(counter_get(&r->counters, body_bytes), 0);
    assert_true(append(&body, r, 16 * KIB));
    assert_memory_equal(body.at + 5, "piece", 6);
    end(&body, r);
}

static void test_one_group_gets_half(void **state)
{
    struct rig *r = *state;
    struct body one = {.group = 1};
    struct body two = {.group = 2};
    assert_true(body_charge(&one, r->bodies, 32 * KIB));
    assert_false(body_charge(&one, r->bodies, 1));
    assert_true(body_charge(&two, r->bodies, 16 * KIB));
    assert_false(body_charge(&two, r->bodies, 1));
    end(&one, r);
    assert_true(body_charge(&two, r->bodies, 16 * KIB));
    end(&two, r);
}

static void test_memory_goes_back(void **state)
{
    struct rig *r = *state;
    struct body body = {.group = 1};
    assert_true(append(&body, r, BODY_FIRST_BYTES));
    body_clear(&body, r->bodies);
    assert_int_equal(body.capacity, BODY_FIRST_BYTES); /* for the next request */
    assert_true(append(&body, r, BODY_FIRST_BYTES + 1));
    assert_int_equal(body.taken, BODY_FIRST_BYTES);
    body_clear(&body, r->bodies);
    assert_int_equal(body.capacity, 0);
    assert_int_equal(body.len, 0);
    assert_true(append(&body, r, 0));
    end(&body, r);
}

#define BODY_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BODY_TEST(test_the_first_bytes_are_free),
        BODY_TEST(test_what_was_refused_changes_nothing),
        BODY_TEST(test_one_group_gets_half),
        BODY_TEST(test_memory_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
