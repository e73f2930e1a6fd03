#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"

static void put(struct fixture *f, int64_t user_id, const char *key, const char *value)
{
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_PREFERENCE,
                                             .preference = {user_id, key, value}});
}

static const char *value_of(struct fixture *f, int64_t user_id, const char *key)
{
    struct preference p;
    enum err e = directory_preference(f->dir, user_id, key, &f->arena, &p);
    return e == ERR_OK ? p.value : "-";
}

static void each_user_has_its_own(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(value_of(f, 1, "a"), "-");
    put(f, 1, "a", "1");
    put(f, 1, "b", "2");
    put(f, 2, "a", "3");
    put(f, 1, "a", "{\"longer\":true}");
    assert_string_equal(value_of(f, 1, "a"), "{\"longer\":true}");
    assert_string_equal(value_of(f, 1, "b"), "2");
    assert_string_equal(value_of(f, 2, "a"), "3");
    assert_string_equal(value_of(f, 1, "A"), "-");
    assert_int_equal(directory_preference_count(f->dir, 1), 2);
    assert_int_equal(directory_preference_count(f->dir, 3), 0);
}

static void they_go_alone_and_with_their_user(void **state)
{
    struct fixture *f = *state;
    struct change gone = {.kind = CHANGE_DELETE_PREFERENCE, .preference = {1, "a", ""}};
    put(f, 1, "a", "1");
    put(f, 1, "b", "2");
    put(f, 2, "a", "3");
    directory_apply(f->dir, &gone);
    directory_apply(f->dir, &gone);
    assert_string_equal(value_of(f, 1, "a"), "-");
    assert_int_equal(directory_preference_count(f->dir, 1), 1);
    gone.preference.key = "b";
    directory_apply(f->dir, &gone);
    assert_int_equal(directory_preference_count(f->dir, 1), 0);
    directory_apply(
        f->dir, &(struct change){
                    .kind = CHANGE_PUT_USER,
                    .user = {.id = 2, .login_name = "u", .password_hash = "", .deleted = true}});
    assert_string_equal(value_of(f, 2, "a"), "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(each_user_has_its_own),
        WITH_DIRECTORY(they_go_alone_and_with_their_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
