/* ListTokens and DeleteToken over real sockets, and how uses of tokens come to be written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/auth.h"
#include "api/testing.h"
#include "base/clock.h"

enum { ANNA = 2, TRIES = 2000, PAUSE_US = 5000, JOB_MS = 10000 };

#define NO_SUCH "{\"Code\":404,\"Data\":null,\"ErrMsg\":\"This token does not exist\"}"
#define PROXIED "X-Forwarded-For: 198.51.100.7\r\n"
#define OLD_S   1000

/* Anna's token in the directory. */
static struct token token_now(struct platform *p, struct arena *arena)
{
    struct token t;
    uint8_t hash[TOKEN_HASH_BYTES];
    assert_true(auth_hash_token(p->token, hash));
    assert_int_equal(directory_token(p->shard.directory, hash, arena, &t), ERR_OK);
    return t;
}

static void delete_body(char out[64], int64_t id)
{
    (void)snprintf(out, 64, "{\"TokenID\":%lld}", (long long)id);
}

static void test_the_own_tokens_are_listed(void **state)
{
    struct platform *p = *state;
    struct arena arena = {0};
    char current[128];
    make_fleet(p);
    int64_t first = token_id(token_now(p, &arena).hash);
    log_in(p, "anna", "secret-1");
    const struct token t = token_now(p, &arena);
    const char *answer = call(p, "manage/ListTokens", "{}");
    assert_true(g_str_has_prefix(answer, "{\"Code\":200,\"Data\":{\"total\":2,\"data\":["));
    assert_null(strstr(answer, p->token));
    (void)snprintf(current, sizeof(current), "{\"TokenID\":%lld,\"CreateTime\":\"",
                   (long long)token_id(t.hash));
    assert_non_null(strstr(answer, current));
    assert_non_null(strstr(answer, "\"Address\":\"127.0.0.1\",\"Current\":true}"));
    assert_non_null(strstr(answer, "\"Address\":\"127.0.0.1\",\"Current\":false}"));
    assert_non_null(
        strstr(call(p, "manage/ListTokens", "{\"Key\":\"127.0\",\"PageSize\":1}"), "\"total\":2,"));
    expect(p, "manage/ListTokens", "{\"Key\":\"::1\"}",
           "{\"Code\":200,\"Data\":{\"total\":0,\"data\":[]},\"ErrMsg\":null}");
    delete_body(current, first);
    log_in(p, "root", "root-password");
    expect(p, "manage/DeleteToken", current, NO_SUCH); /* another's */
    assert_null(strstr(call(p, "manage/ListTokens", "{\"HoldID\":1}"), current));
    log_in(p, "anna", "secret-1");
    expect(p, "manage/DeleteToken", current, DONE);
    expect(p, "manage/DeleteToken", current, NO_SUCH);
    delete_body(current, token_id(token_now(p, &arena).hash));
    expect(p, "manage/DeleteToken", current, DONE);
    expect(p, "manage/ListTokens", "{}", NO_TOKEN);
    arena_free(&arena);
}

/* Makes the use of a token as old as that. */
static enum err grow_old(struct job_context *job, void *arg)
{
    struct token *t = arg;
    change_add(&job->changes, CHANGE_PUT_TOKEN)->token = *t;
    return ERR_OK;
}

static void test_a_use_is_written_once_it_is_stale(void **state)
{
    struct platform *p = *state;
    struct arena arena = {0};
    make_fleet(p);
    struct token t = token_now(p, &arena);
    int64_t before_s = t.last_s;
    assert_in_range(clock_wall_ms() / 1000 - before_s, 0, 60);
    t.last_s -= TOKEN_MOVED_S + OLD_S;
    assert_int_equal(ingest_call(p->shard.ingest, grow_old, &t, NULL, JOB_MS), ERR_OK);
    assert_int_equal(request(p, "POST", "/api/manage/GetMe", PROXIED, "{}"), 200);
    struct token now = token_now(p, &arena);
    for (int i = 0; i < TRIES && now.last_s < before_s; i++) {
        g_usleep(PAUSE_US);
        now = token_now(p, &arena);
    }
    assert_in_range(now.last_s, before_s, clock_wall_ms() / 1000);
    assert_string_equal(now.last_address, "198.51.100.7");
    assert_int_equal(now.created_s, t.created_s);
    assert_int_equal(now.expires_s, t.expires_s);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(test_the_own_tokens_are_listed),
        SERVER_TEST(test_a_use_is_written_once_it_is_stale),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
