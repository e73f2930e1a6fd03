#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_private.h"

/* ---- accounts ---- */

static void enterprises_are_copied(void **state)
{
    struct fixture *f = *state;
    struct enterprise e;
    assert_int_equal(directory_enterprise(f->dir, ACME, &f->arena, &e), ERR_OK);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .name = "Renamed", .retention_days = 9});
    assert_string_equal(e.name, "Acme");
    assert_string_equal(e.zone, "Asia/Shanghai");
    assert_int_equal(directory_enterprise(f->dir, ACME, &f->arena, &e), ERR_OK);
    assert_string_equal(e.name, "Renamed");
    assert_int_equal(e.retention_days, 9);
    assert_int_equal(directory_enterprise(f->dir, 99, &f->arena, &e), ERR_NOT_FOUND);
}

static void login_names_have_no_case(void **state)
{
    struct fixture *f = *state;
    const int64_t groups[] = {5, 6};
    put_user(f->dir, (struct user){.id = 1,
                                   .enterprise_id = ACME,
                                   .login_name = "Jürgen",
                                   .group_ids = groups,
                                   .group_count = 2});
    struct user u;
    assert_int_equal(directory_user_by_login(f->dir, " jÜRGEN ", &f->arena, &u), ERR_OK);
    assert_int_equal(u.id, 1);
    assert_string_equal(u.login_name, "Jürgen");
    assert_string_equal(u.password_hash, "hash");
    assert_int_equal(u.group_count, 2);
    assert_int_equal(u.group_ids[1], 6);
    assert_int_equal(directory_user_by_login(f->dir, "jurgen", &f->arena, &u), ERR_NOT_FOUND);
    assert_int_equal(directory_user(f->dir, 1, &f->arena, &u), ERR_OK);
    assert_int_equal(directory_user(f->dir, 2, &f->arena, &u), ERR_NOT_FOUND);
}

static int64_t login_of(struct fixture *f, const char *name)
{
    struct user u;
    return directory_user_by_login(f->dir, name, &f->arena, &u) == ERR_OK ? u.id : 0;
}

static void a_live_user_wins_a_name(void **state)
{
    struct fixture *f = *state;
    put_user(f->dir, (struct user){.id = 1, .login_name = "ann", .deleted = true});
    assert_int_equal(login_of(f, "ann"), 1);
    put_user(f->dir, (struct user){.id = 2, .login_name = "Ann"});
    put_user(f->dir, (struct user){.id = 3, .login_name = "ANN", .deleted = true});
    assert_int_equal(login_of(f, "ann"), 2);
    put_user(f->dir, (struct user){.id = 2, .login_name = "bob"});
    assert_int_equal(login_of(f, "bob"), 2);
    int64_t holder = login_of(f, "ann");
    assert_true(holder == 1 || holder == 3);
    put_user(f->dir, (struct user){.id = 2, .login_name = "ann"});
    assert_int_equal(login_of(f, "ann"), 2);
    assert_int_equal(login_of(f, "bob"), 0);
}

static void put_named(struct fixture *f, int64_t id, int64_t enterprise_id, const char *name,
                      bool deleted)
{
    const struct change c = {
        .kind = CHANGE_PUT_GROUP,
        .group = {.id = id, .enterprise_id = enterprise_id, .name = name, .deleted = deleted}};
    directory_apply(f->dir, &c);
}

static void a_group_holds_its_name_while_it_lives(void **state)
{
    struct fixture *f = *state;
    put_named(f, 1, ACME, "North", false);
    assert_true(directory_group_name_taken(f->dir, ACME, "nOrth", 0));
    assert_false(directory_group_name_taken(f->dir, ACME, "North", 1));
    assert_false(directory_group_name_taken(f->dir, OTHER, "North", 0));
    put_named(f, 2, OTHER, "north", false);
    assert_true(directory_group_name_taken(f->dir, OTHER, "North", 1));
    put_named(f, 1, ACME, "South", false);
    assert_false(directory_group_name_taken(f->dir, ACME, "North", 0));
    assert_true(directory_group_name_taken(f->dir, ACME, "South", 2));
    put_named(f, 3, ACME, "North", false);
    put_named(f, 1, ACME, "South", true);
    assert_false(directory_group_name_taken(f->dir, ACME, "South", 0));
    assert_true(directory_group_name_taken(f->dir, ACME, "North", 0));
}

/* Of two that have one name, whichever leaves, the later one holds it. */
static void a_name_stays_with_who_took_it_over(void **state)
{
    struct fixture *f = *state;
    put_named(f, 1, ACME, "North", false);
    put_named(f, 2, ACME, "north", false);
    put_named(f, 1, ACME, "North", true);
    assert_true(directory_group_name_taken(f->dir, ACME, "North", 0));
    assert_false(directory_group_name_taken(f->dir, ACME, "North", 2));
}

static void lists_are_by_id_and_without_the_deleted(void **state)
{
    struct fixture *f = *state;
    for (int64_t id = 9; id >= 1; id--) {
        char name[8];
        (void)snprintf(name, sizeof(name), "u%d", (int)id);
        put_user(f->dir, (struct user){.id = id,
                                       .enterprise_id = id % 2 == 0 ? ACME : OTHER,
                                       .login_name = name,
                                       .deleted = id == 4});
        directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_GROUP,
                                                 .group = {.id = id,
                                                           .enterprise_id = id < 5 ? ACME : OTHER,
                                                           .name = name,
                                                           .deleted = id == 2}});
    }
    size_t count = 0;
    const struct user *users = directory_list_users(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, 3);
    assert_int_equal(users[0].id, 2);
    assert_int_equal(users[1].id, 6);
    assert_string_equal(users[2].login_name, "u8");
    (void)directory_list_users(f->dir, 0, &f->arena, &count);
    assert_int_equal(count, 8);
    const struct group *groups = directory_list_groups(f->dir, ACME, &f->arena, &count);
    assert_int_equal(count, 3);
    assert_string_equal(groups[1].name, "u3");
    (void)directory_list_groups(f->dir, 0, &f->arena, &count);
    assert_int_equal(count, 8);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    const struct enterprise *all = directory_list_enterprises(f->dir, &f->arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(all[0].id, OTHER);
    struct group g;
    assert_int_equal(directory_group(f->dir, 2, &f->arena, &g), ERR_OK);
    assert_true(g.deleted);
    assert_int_equal(directory_group(f->dir, 99, &f->arena, &g), ERR_NOT_FOUND);
}

/* ---- tokens ---- */

static struct token token_of(int64_t user_id, uint8_t seed)
{
    struct token t = {
        .user_id = user_id, .created_s = NOW_S, .expires_s = NOW_S + 100, .last_address = ""};
    memset(t.hash, seed, sizeof(t.hash));
    return t;
}

static enum err authenticate(struct fixture *f, const struct token *t, int64_t now_s)
{
    struct caller caller;
    return directory_authenticate(f->dir, t->hash, now_s, &caller);
}

static void a_token_names_its_caller(void **state)
{
    struct fixture *f = *state;
    const int64_t groups[] = {5, 6};
    put_user(f->dir, (struct user){.id = 4,
                                   .enterprise_id = ACME,
                                   .login_name = "ann",
                                   .role = ROLE_OPERATOR,
                                   .group_ids = groups,
                                   .group_count = 2});
    struct token t = token_of(4, 1);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    struct caller caller;
    assert_int_equal(directory_authenticate(f->dir, t.hash, NOW_S, &caller), ERR_OK);
    assert_int_equal(caller.user_id, 4);
    assert_int_equal(caller.enterprise_id, ACME);
    assert_int_equal(caller.role, ROLE_OPERATOR);
    assert_int_equal(caller.group_count, 2);
    assert_int_equal(caller.group_ids[0], 5);
    apply_token(f->dir, CHANGE_DELETE_TOKEN, t);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    struct token found;
    assert_int_equal(directory_token(f->dir, t.hash, &f->arena, &found), ERR_NOT_FOUND);
}

static void an_expired_token_is_forgotten(void **state)
{
    struct fixture *f = *state;
    put_user(f->dir, (struct user){.id = 4, .enterprise_id = ACME, .login_name = "ann"});
    struct token t = token_of(4, 1);
    apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    struct token found;
    assert_int_equal(authenticate(f, &t, NOW_S + 99), ERR_OK);
    assert_int_equal(directory_token(f->dir, t.hash, &f->arena, &found), ERR_OK);
    assert_int_equal(found.user_id, 4);
    assert_int_equal(authenticate(f, &t, NOW_S + 100), ERR_NOT_FOUND);
    assert_int_equal(directory_token(f->dir, t.hash, &f->arena, &found), ERR_NOT_FOUND);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
}

/* A use is stale after ten minutes, or after one from elsewhere. */
static void uses_of_a_token_grow_stale(void **state)
{
    struct fixture *f = *state;
    struct token t = token_of(4, 1);
    assert_false(directory_token_is_stale(f->dir, t.hash, "a", NOW_S)); /* there is none */
    t.last_s = NOW_S;
    t.last_address = "a";
    apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    assert_false(directory_token_is_stale(f->dir, t.hash, "a", NOW_S + TOKEN_STALE_S - 1));
    assert_true(directory_token_is_stale(f->dir, t.hash, "a", NOW_S + TOKEN_STALE_S));
    assert_false(directory_token_is_stale(f->dir, t.hash, "b", NOW_S + TOKEN_MOVED_S - 1));
    assert_true(directory_token_is_stale(f->dir, t.hash, "b", NOW_S + TOKEN_MOVED_S));
    assert_false(directory_token_is_stale(f->dir, t.hash, "b", NOW_S - TOKEN_STALE_S));
}

static void live_tokens_of_a_user_are_listed(void **state)
{
    struct fixture *f = *state;
    size_t count = 9;
    put_user(f->dir, (struct user){.id = 4, .enterprise_id = ACME, .login_name = "ann"});
    put_user(f->dir, (struct user){.id = 5, .enterprise_id = ACME, .login_name = "bob"});
    (void)directory_list_tokens(f->dir, 4, NOW_S, &f->arena, &count);
    assert_int_equal(count, 0);
    for (uint8_t i = 0; i < 30; i++) {
        struct token t = token_of(i % 3 == 0 ? 5 : 4, i);
        t.generation = i % 3 == 1 ? 1 : 0; /* of a password to come */
        t.last_address = i == 2 ? "two" : "";
        apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    }
    const struct token *list = directory_list_tokens(f->dir, 4, NOW_S, &f->arena, &count);
    assert_int_equal(count, 10);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].hash[0] % 3, 2);
        found = found || strcmp(list[i].last_address, "two") == 0;
    }
    assert_true(found);
    (void)directory_list_tokens(f->dir, 4, NOW_S + 100, &f->arena, &count);
    assert_int_equal(count, 0);
}

static void accounts_end_tokens(void **state)
{
    struct fixture *f = *state;
    struct user live = {.id = 4, .enterprise_id = ACME, .login_name = "ann"};
    struct token t = token_of(4, 1);
    put_user(f->dir, live);
    apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    struct user u = live;
    u.expire_s = NOW_S;
    put_user(f->dir, u);
    assert_int_equal(authenticate(f, &t, NOW_S - 1), ERR_OK);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    u = live;
    u.token_generation = 1;
    put_user(f->dir, u);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    u = live;
    u.deleted = true;
    put_user(f->dir, u);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    put_user(f->dir, live);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_OK);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .service_end_s = NOW_S});
    assert_int_equal(authenticate(f, &t, NOW_S - 1), ERR_OK);
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    assert_int_equal(authenticate(f, &t, NOW_S), ERR_NOT_FOUND);
}

static void root_belongs_to_no_enterprise(void **state)
{
    struct fixture *f = *state;
    put_user(f->dir, (struct user){.id = 1, .login_name = "root", .role = ROLE_ROOT});
    put_device(f->dir, (struct device){.id = 1, .enterprise_id = ACME, .device_id = "1"});
    struct token t = token_of(1, 9);
    apply_token(f->dir, CHANGE_PUT_TOKEN, t);
    struct caller caller;
    assert_int_equal(directory_authenticate(f->dir, t.hash, NOW_S, &caller), ERR_OK);
    assert_int_equal(caller.enterprise_id, 0);
    size_t count = 1;
    (void)directory_list_devices(f->dir, &caller, &f->arena, &count);
    assert_int_equal(count, 0);
}

/* Of the first shard root alone acts in others, and of those nobody elsewhere. */
static void who_asked_some_time_ago(void **state)
{
    struct fixture *f = *state;
    static const int64_t second = INT64_C(1) << ID_BITS;
    struct caller caller;
    put_user(f->dir,
             (struct user){.id = 1, .enterprise_id = ACME, .login_name = "a", .role = ROLE_ADMIN});
    put_user(f->dir, (struct user){.id = second + 1,
                                   .enterprise_id = ACME,
                                   .login_name = "b",
                                   .role = ROLE_OPERATOR});
    assert_int_equal(directory_asker(f->dir, 0, 1, NOW_S, &caller), ERR_OK);
    assert_int_equal(caller.role, ROLE_ADMIN);
    assert_int_equal(directory_asker(f->dir, 0, 2, NOW_S, &caller), ERR_NOT_FOUND);
    assert_int_equal(directory_asker(f->dir, 0, second + 2, NOW_S, &caller), ERR_NOT_FOUND);
    assert_int_equal(directory_asker(f->dir, 1, second + 1, NOW_S, &caller), ERR_OK);
    assert_int_equal(caller.role, ROLE_OPERATOR);
    assert_int_equal(directory_asker(f->dir, 1, second + 2, NOW_S, &caller), ERR_NOT_FOUND);
    assert_int_equal(directory_asker(f->dir, 1, 9, NOW_S, &caller), ERR_OK);
    assert_int_equal(caller.role, ROLE_ROOT);
    assert_int_equal(caller.user_id, 9);
    assert_int_equal(directory_asker(f->dir, 1, 2 * second + 9, NOW_S, &caller), ERR_NOT_FOUND);
    assert_int_equal(directory_asker(f->dir, 1, 0, NOW_S, &caller), ERR_NOT_FOUND);
    assert_int_equal(directory_asker(f->dir, 1, -1, NOW_S, &caller), ERR_NOT_FOUND);
}

static void dead_tokens_do_not_pile_up(void **state)
{
    struct fixture *f = *state;
    put_user(f->dir, (struct user){.id = 4, .enterprise_id = ACME, .login_name = "ann"});
    for (uint32_t i = 0; i < 20 * DIRECTORY_TOKENS_KEPT; i++) {
        struct token t = token_of(4, 0);
        memcpy(t.hash, &i, sizeof(i));
        t.created_s = NOW_S + i;
        t.expires_s = NOW_S + i + 10;
        apply_token(f->dir, CHANGE_PUT_TOKEN, t);
        assert_in_range(g_hash_table_size(f->dir->tokens), 1, DIRECTORY_TOKENS_KEPT);
    }
    for (uint32_t i = 0; i < 3 * DIRECTORY_TOKENS_KEPT; i++) {
        struct token t = token_of(4, 1);
        memcpy(t.hash, &i, sizeof(i));
        t.expires_s = INT64_MAX;
        apply_token(f->dir, CHANGE_PUT_TOKEN, t);
        assert_int_equal(authenticate(f, &t, NOW_S), ERR_OK);
    }
    assert_in_range(g_hash_table_size(f->dir->tokens), 3 * DIRECTORY_TOKENS_KEPT,
                    4 * DIRECTORY_TOKENS_KEPT);
}

static void focus_marks(void **state)
{
    struct fixture *f = *state;
    struct change mark = {.kind = CHANGE_PUT_FOCUS, .focus = {.user_id = 1, .device_id = 2}};
    directory_apply(f->dir, &mark);
    directory_apply(f->dir, &mark);
    assert_true(directory_is_focus(f->dir, 1, 2));
    assert_false(directory_is_focus(f->dir, 2, 1));
    assert_false(directory_is_focus(f->dir, 1, 3));
    mark.kind = CHANGE_DELETE_FOCUS;
    directory_apply(f->dir, &mark);
    assert_false(directory_is_focus(f->dir, 1, 2));
}

static void put_address(struct directory *dir, int64_t user_id, const char *address, int64_t last_s)
{
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_LOGIN_ADDRESS,
                                          .login_address = {user_id, address, last_s}});
}

static void addresses_of_logins(void **state)
{
    struct fixture *f = *state;
    const int64_t now_s = 1000000000;
    const int64_t known_s = LOGIN_ADDRESS_KNOWN_S + LOGIN_ADDRESS_STALE_S;
    size_t count = 0;
    assert_false(directory_knows_address(f->dir, 1, "a", now_s));
    put_address(f->dir, 1, "a", now_s - known_s - 1);
    assert_false(directory_knows_address(f->dir, 1, "a", now_s));
    put_address(f->dir, 1, "a", now_s - known_s);
    put_address(f->dir, 1, "b", now_s + LOGIN_ADDRESS_STALE_S);
    put_address(f->dir, 2, "c", now_s + LOGIN_ADDRESS_STALE_S + 1); /* of a clock that was wrong */
    assert_true(directory_knows_address(f->dir, 1, "a", now_s));
    assert_true(directory_knows_address(f->dir, 1, "b", now_s));
    assert_false(directory_knows_address(f->dir, 2, "a", now_s));
    assert_false(directory_knows_address(f->dir, 2, "c", now_s));
    struct login_address *list = directory_list_addresses(f->dir, 1, &f->arena, &count);
    assert_int_equal(count, 2);
    assert_string_equal(list[0].address, "a");
    assert_int_equal(list[0].last_s, now_s - known_s);
    struct change gone = {.kind = CHANGE_DELETE_LOGIN_ADDRESS, .login_address = {1, "a", 0}};
    directory_apply(f->dir, &gone);
    directory_apply(f->dir, &gone);
    assert_false(directory_knows_address(f->dir, 1, "a", now_s));
    assert_true(directory_knows_address(f->dir, 1, "b", now_s));
    gone.login_address.address = "b";
    directory_apply(f->dir, &gone);
    (void)directory_list_addresses(f->dir, 1, &f->arena, &count);
    assert_int_equal(count, 0);
}

static void a_deleted_user_leaves_no_address(void **state)
{
    struct fixture *f = *state;
    const struct user user = {.id = 1, .enterprise_id = ACME, .login_name = "anna"};
    put_user(f->dir, user);
    put_address(f->dir, 1, "a", NOW_S);
    put_address(f->dir, 2, "a", NOW_S);
    put_user(f->dir, user); /* changed, and known as before */
    assert_true(directory_knows_address(f->dir, 1, "a", NOW_S));
    struct user gone = user;
    gone.deleted = true;
    put_user(f->dir, gone);
    assert_false(directory_knows_address(f->dir, 1, "a", NOW_S));
    assert_true(directory_knows_address(f->dir, 2, "a", NOW_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(enterprises_are_copied),
        WITH_DIRECTORY(login_names_have_no_case),
        WITH_DIRECTORY(a_live_user_wins_a_name),
        WITH_DIRECTORY(a_group_holds_its_name_while_it_lives),
        WITH_DIRECTORY(a_name_stays_with_who_took_it_over),
        WITH_DIRECTORY(lists_are_by_id_and_without_the_deleted),
        WITH_DIRECTORY(a_token_names_its_caller),
        WITH_DIRECTORY(an_expired_token_is_forgotten),
        WITH_DIRECTORY(accounts_end_tokens),
        WITH_DIRECTORY(uses_of_a_token_grow_stale),
        WITH_DIRECTORY(live_tokens_of_a_user_are_listed),
        WITH_DIRECTORY(root_belongs_to_no_enterprise),
        WITH_DIRECTORY(who_asked_some_time_ago),
        WITH_DIRECTORY(dead_tokens_do_not_pile_up),
        WITH_DIRECTORY(focus_marks),
        WITH_DIRECTORY(addresses_of_logins),
        WITH_DIRECTORY(a_deleted_user_leaves_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
