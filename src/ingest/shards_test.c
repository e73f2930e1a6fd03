#include "ingest/shards.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"

enum { SHARDS = 3 };

/* Three shards with an enterprise each; of a shard the router needs no more than its directory. */
struct world {
    struct shard at[SHARDS];
    struct shards shards;
    struct arena arena;
};

static int64_t id_in(size_t shard, int64_t n)
{
    return ((int64_t)shard << ID_BITS) + n;
}

static void open_world(struct world *w)
{
    *w = (struct world){.shards = {.at = w->at, .count = SHARDS}};
    for (uint32_t i = 0; i < SHARDS; i++) {
        w->at[i] = (struct shard){.id = i, .directory = directory_new()};
        put_enterprise(w->at[i].directory, (struct enterprise){.id = id_in(i, ACME)});
    }
}

static void close_world(struct world *w)
{
    for (size_t i = 0; i < SHARDS; i++) {
        directory_free(w->at[i].directory);
    }
    arena_free(&w->arena);
}

static void put_user_in(struct world *w, size_t shard, const char *login_name, bool deleted)
{
    put_user(w->at[shard].directory, (struct user){.id = id_in(shard, 1),
                                                   .enterprise_id = id_in(shard, ACME),
                                                   .login_name = login_name,
                                                   .role = ROLE_ADMIN,
                                                   .deleted = deleted});
}

static void a_device_is_found_where_it_lives(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    struct device device = {
        .id = id_in(2, 1), .enterprise_id = id_in(2, ACME), .device_id = "0077", .plate = "P"};
    put_device(w.at[2].directory, device);
    assert_ptr_equal(shards_of_device(&w.shards, "77"), &w.at[2]);
    assert_ptr_equal(shards_of_device(&w.shards, "78"), shards_first(&w.shards));
    device.deleted = true;
    put_device(w.at[2].directory, device);
    assert_ptr_equal(shards_of_device(&w.shards, "77"), &w.at[0]);
    device.id = id_in(1, 1);
    device.enterprise_id = id_in(1, ACME);
    device.deleted = false;
    put_device(w.at[1].directory, device);
    assert_ptr_equal(shards_of_device(&w.shards, "77"), &w.at[1]);
    close_world(&w);
}

static void of_two_users_of_a_name_the_live_one_wins(void **state)
{
    (void)state;
    struct world w;
    open_world(&w);
    assert_ptr_equal(shards_of_login(&w.shards, "anna"), &w.at[0]);
    put_user_in(&w, 2, "Anna", true);
    assert_ptr_equal(shards_of_login(&w.shards, "anna"), &w.at[2]);
    put_user_in(&w, 0, "Anna", true);
    assert_ptr_equal(shards_of_login(&w.shards, "anna"), &w.at[0]);
    put_user_in(&w, 1, "anna", false);
    assert_ptr_equal(shards_of_login(&w.shards, "ANNA"), &w.at[1]);
    close_world(&w);
}

static void a_token_leads_to_its_user(void **state)
{
    (void)state;
    struct world w;
    struct caller caller;
    struct token token = {
        .hash = {9}, .user_id = id_in(1, 1), .expires_s = NOW_S + 10, .last_address = ""};
    open_world(&w);
    put_user_in(&w, 1, "anna", false);
    assert_null(shards_of_token(&w.shards, token.hash, NOW_S, &caller));
    apply_token(w.at[1].directory, CHANGE_PUT_TOKEN, token);
    assert_ptr_equal(shards_of_token(&w.shards, token.hash, NOW_S, &caller), &w.at[1]);
    assert_int_equal(caller.user_id, id_in(1, 1));
    assert_int_equal(caller.enterprise_id, id_in(1, ACME));
    assert_null(shards_of_token(&w.shards, token.hash, NOW_S + 10, &caller));
    close_world(&w);
}

static void enterprises_are_found_and_listed(void **state)
{
    (void)state;
    struct world w;
    size_t count = 0;
    open_world(&w);
    put_enterprise(w.at[1].directory, (struct enterprise){.id = id_in(1, 2)});
    put_enterprise(w.at[1].directory, (struct enterprise){.id = id_in(1, 3), .deleted = true});
    assert_ptr_equal(shards_of_enterprise(&w.shards, id_in(0, ACME)), &w.at[0]);
    assert_ptr_equal(shards_of_enterprise(&w.shards, id_in(1, 3)), &w.at[1]);
    assert_ptr_equal(shards_of_enterprise(&w.shards, id_in(2, ACME)), &w.at[2]);
    assert_ptr_equal(shards_of_enterprise(&w.shards, id_in(2, 2)), &w.at[0]);
    const struct enterprise *all = shards_list_enterprises(&w.shards, &w.arena, &count);
    const int64_t wanted[] = {id_in(0, ACME), id_in(1, ACME), id_in(1, 2), id_in(2, ACME)};
    assert_int_equal(count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].id, wanted[i]);
        assert_string_equal(all[i].name, "Acme");
    }
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_found_where_it_lives),
        cmocka_unit_test(of_two_users_of_a_name_the_live_one_wins),
        cmocka_unit_test(a_token_leads_to_its_user),
        cmocka_unit_test(enterprises_are_found_and_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
