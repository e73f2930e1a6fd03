#include "model/change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void starts_empty_and_keeps_the_order(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct change_list list = {.arena = &arena};
    assert_int_equal(list.len, 0);
    for (int64_t i = 0; i < 100; i++) {
        struct change *c = change_add(&list, i % 2 == 0 ? CHANGE_PUT_DEVICE : CHANGE_PUT_FOCUS);
        if (i % 2 == 0) {
            c->device.id = i;
        } else {
            c->focus.device_id = i;
        }
    }
    assert_int_equal(list.len, 100);
    for (size_t i = 0; i < list.len; i++) {
        const struct change *c = &list.at[i];
        assert_int_equal(c->kind, i % 2 == 0 ? CHANGE_PUT_DEVICE : CHANGE_PUT_FOCUS);
        assert_int_equal(i % 2 == 0 ? c->device.id : c->focus.device_id, i);
    }
    arena_free(&arena);
}

static void a_new_change_is_zeroed(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct change_list list = {.arena = &arena};
    for (int i = 0; i < 9; i++) {
        const struct change *c = change_add(&list, CHANGE_PUT_USER);
        assert_int_equal(c->user.id, 0);
        assert_null(c->user.login_name);
        assert_false(c->user.deleted);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty_and_keeps_the_order),
        cmocka_unit_test(a_new_change_is_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
