/*
 * Sections 4 and 5. A login runs alone on the password thread: it asks the throttle, looks the user
 * up, works through argon2id and has the new token committed. The codes tell an unknown name from
 * a wrong password, as the document wants it, so their timing tells nothing more.
 */
#include <stdlib.h>

#include "api/auth.h"
#include "api/call.h"
#include "api/throttle.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { LOGIN_NAME, LOGIN_PASSWORD };
enum { DAY_S = 86400, JOB_TIMEOUT_MS = 10000 };
enum {
    CODE_SERVICE_REMAINS = 4000,
    CODE_USER_EXPIRED = 4002,
    CODE_ENTERPRISE_EXPIRED = 4003,
    CODE_NO_USER = 4004,
    CODE_PASSWORD = 4005,
    CODE_USER_DELETED = 4006,
    CODE_NO_LOGIN_KEY = 4009,
    CODE_ERROR = 4010,
};

static bool has_passed(int64_t end_s, int64_t now_s)
{
    return end_s != 0 && now_s >= end_s;
}

/* The user of the request, with all checks in the contract's order; false: answered already. */
static bool check_user(struct call *c, struct user *user, struct enterprise *enterprise)
{
    struct directory *dir = c->api->directory;
    int64_t now_s = call_now_s(c);
    *enterprise = (struct enterprise){0};
    if (directory_user_by_login(dir, call_text(c, LOGIN_NAME), &c->arena, user) != ERR_OK) {
        call_fail(c, CODE_NO_USER, "User does not exist");
    } else if (user->deleted) {
        call_fail(c, CODE_USER_DELETED, "User has been deleted");
    } else if (!auth_password_matches(user->password_hash, call_text(c, LOGIN_PASSWORD))) {
        call_fail(c, CODE_PASSWORD, "Password error");
    } else if (has_passed(user->expire_s, now_s)) {
        call_fail(c, CODE_USER_EXPIRED, "User expire");
    } else if (user->enterprise_id != 0 &&
               (directory_enterprise(dir, user->enterprise_id, &c->arena, enterprise) != ERR_OK ||
                enterprise->deleted || has_passed(enterprise->service_end_s, now_s))) {
        call_fail(c, CODE_ENTERPRISE_EXPIRED, "Enterprise expire");
    }
    return c->code == 200;
}

/* Days that are left of the earlier of two ends; -1: there is no end. */
static int64_t days_left(int64_t a_s, int64_t b_s, int64_t now_s)
{
    int64_t end_s = a_s == 0 || (b_s != 0 && b_s < a_s) ? b_s : a_s;
    return end_s == 0 ? -1 : (end_s - now_s + DAY_S - 1) / DAY_S;
}

static enum err put_token(struct job_context *job, void *arg)
{
    change_add(&job->changes, CHANGE_PUT_TOKEN)->token = *(struct token *)arg;
    return ERR_OK;
}

/* Has a new token of `user` committed; its digits go to `digits`. */
static enum err issue_token(struct call *c, const struct user *user, char digits[AUTH_TOKEN_SIZE])
{
    struct token *token = mem_new(sizeof(*token));
    auth_make_token(digits, token->hash);
    token->user_id = user->id;
    token->generation = user->token_generation;
    token->created_s = call_now_s(c);
    token->expires_s = token->created_s + (int64_t)c->api->token_days * DAY_S;
    enum err e = ingest_call(c->api->ingest, put_token, token, free, JOB_TIMEOUT_MS);
    if (e != ERR_TIMEOUT) {
        free(token);
    }
    return e;
}

static bool is_throttled(struct call *c)
{
    unsigned wait_s = throttle_wait_s(c->api->throttle, call_text(c, LOGIN_NAME), c->address,
                                      clock_monotonic_ms());
    if (wait_s == 0) {
        return false;
    }
    counter_add(c->api->counters, logins_throttled, 1);
    call_fail_http(c, 429, CALL_THROTTLED_TEXT, wait_s);
    return true;
}

static void get_login_token(struct call *c)
{
    struct user user;
    struct enterprise enterprise;
    if (is_throttled(c)) {
        return;
    }
    if (!check_user(c, &user, &enterprise)) {
        if (c->code >= CODE_NO_USER) {
            throttle_note_failure(c->api->throttle, call_text(c, LOGIN_NAME), c->address,
                                  clock_monotonic_ms());
        }
        return;
    }
    char digits[AUTH_TOKEN_SIZE];
    enum err e = issue_token(c, &user, digits);
    if (e != ERR_OK) {
        log_line(LOG_WARN, "login_failed", "why=\"%s\"", err_text(e));
        call_fail_unavailable(c, "Storage process error");
        return;
    }
    int64_t days = days_left(user.expire_s, enterprise.service_end_s, call_now_s(c));
    if (days >= 0 && days <= (int64_t)c->api->service_warning_days &&
        c->api->service_warning_days > 0) {
        call_fail(c, CODE_SERVICE_REMAINS,
                  arena_format(&c->arena, "Service period remain %lld days", (long long)days));
        c->data_text = arena_copy_text(&c->arena, digits);
        return;
    }
    json_write_string(&c->out, digits);
}

/* The token was looked at on the way here; it may have gone since. */
static enum err log_out(struct call *c, struct job_context *job)
{
    struct token token;
    if (directory_token(job->directory, c->token_hash, &token) != ERR_OK) {
        return call_refuse(c, CODE_NO_LOGIN_KEY, "LoginKey does not exist");
    }
    change_add(&job->changes, CHANGE_DELETE_TOKEN)->token = token;
    return ERR_OK;
}

static const struct param_row login_params[] = {
    [LOGIN_NAME] = {.name = "LoginName",
                    .type = PARAM_TEXT,
                    .required = true,
                    .doc = "Name of the account"},
    [LOGIN_PASSWORD] = {.name = "PassWord",
                        .type = PARAM_SECRET,
                        .required = true,
                        .doc = "Its password"},
};

static const struct api_method rows[] = {
    {
        .section = 4,
        .name = "GetLoginToken",
        .prefix = PREFIX_USER,
        .where = WHERE_LOGIN,
        .is_open = true,
        .missing_message = "User / password can\u2019t be null ",
        .params = login_params,
        .param_count = COUNT_OF(login_params),
        .reply = {REPLY_STRING, "\"E03ABA0AE0758AFCAA311540510FB800\"", NULL, 0},
        .codes = {{CODE_NO_USER, "User does not exist"},
                  {CODE_USER_DELETED, "User has been deleted"},
                  {CODE_PASSWORD, "Password error"},
                  {CODE_USER_EXPIRED, "User expire"},
                  {CODE_ENTERPRISE_EXPIRED, "Enterprise expire"},
                  {4011, "Storage process error"},
                  {CODE_ERROR, "Error"},
                  {429, CALL_THROTTLED_TEXT},
                  {CODE_SERVICE_REMAINS, "Service period remain N days; Data is the token"}},
        .doc = "Logs in; the token goes into the Authorization header of every other call.",
        .run = get_login_token,
    },
    {
        .section = 5,
        .name = "LogOut",
        .prefix = PREFIX_USER,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .reply = {REPLY_NULL, NULL, NULL, 0},
        .codes = {{CODE_NO_LOGIN_KEY, "LoginKey does not exist"}},
        .doc = "Ends the token that the call is made with.",
        .change = log_out,
    },
};

const struct method_group login_methods = {rows, COUNT_OF(rows)};
