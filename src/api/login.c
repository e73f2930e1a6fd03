/*
 * Sections 4 and 5. A login is judged twice:
 *
 *     HTTP thread      throttled? ─► 429     no such user? ─► 4004, 4006     new here? ─► a claim
 *         │                                                             (429 where it is taken)
 *         ├─ known: this address logged this account in lately
 *         ├─ new: any other                                   lanes of the password thread
 *         ▼
 *     password thread  throttled? ─► 429     argon2id ─► 4005     4002, 4003
 *         │
 *         ▼
 *     a job            token and address committed ─► answered
 *
 * What costs nothing is answered before the queue, so that only checks of passwords wait in it. The
 * codes tell an unknown name from a wrong password, as the document wants it, so their timing tells
 * nothing more. The address of a login is kept with its token's commit.
 */
#include <glib.h>
#include <string.h>

#include "api/audit.h"
#include "api/auth.h"
#include "api/call.h"
#include "api/resume.h"
#include "api/throttle.h"
#include "base/clock.h"
#include "fleet/directory_tree.h"

enum { LOGIN_NAME, LOGIN_PASSWORD, LOGIN_REMEMBER };
enum { DAY_S = 86400 };
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

static bool is_throttled(struct call *c)
{
    unsigned wait_s = throttle_wait_s(c->api->throttle, call_text(c, LOGIN_NAME), c->address,
                                      clock_monotonic_ms());
    if (wait_s > 0) {
        call_fail_throttled(c, wait_s);
    }
    return wait_s > 0;
}

static void note_failure(struct call *c)
{
    throttle_note_failure(c->api->throttle, call_text(c, LOGIN_NAME), c->address,
                          clock_monotonic_ms());
}

/* The user that the request names; false: answered already. */
static bool find_user(struct call *c, struct user *user)
{
    if (directory_user_by_login(c->shard->directory, call_text(c, LOGIN_NAME), &c->arena, user) !=
        ERR_OK) {
        call_fail(c, CODE_NO_USER, "User does not exist");
    } else if (user->deleted) {
        call_fail(c, CODE_USER_DELETED, "User has been deleted");
        audit_tell_failed_login(c, user);
    }
    return c->code == 200;
}

/* Chooses its lane. An address that is new to the account has to claim the check. */
static bool admit_login(struct call *c)
{
    struct user user;
    char address[THROTTLE_KEY_SIZE];
    if (is_throttled(c)) {
        return false;
    }
    c->shard = shards_of_login(c->api->shards, call_text(c, LOGIN_NAME));
    if (!find_user(c, &user)) {
        note_failure(c);
        return false;
    }
    throttle_address_key(c->address, address);
    c->place = (struct fair_place){LANE_KNOWN, user.enterprise_id, g_str_hash(address)};
    if (directory_knows_address(c->shard->directory, user.id, address, call_now_s(c))) {
        return true;
    }
    c->place.lane = LANE_NEW;
    c->place.group = user.id;
    unsigned wait_s = throttle_claim_s(c->api->throttle, call_text(c, LOGIN_NAME), c->address,
                                       clock_monotonic_ms(), &c->claim);
    if (wait_s > 0) {
        call_fail_throttled(c, wait_s);
    }
    return wait_s == 0;
}

/* The user of the request, with all checks in the contract's order; false: answered already. */
static bool check_user(struct call *c, struct user *user)
{
    struct directory *dir = c->shard->directory;
    struct enterprise enterprise;
    int64_t now_s = call_now_s(c);
    if (!find_user(c, user)) {
        return false;
    }
    if (!auth_password_matches(user->password_hash, call_text(c, LOGIN_PASSWORD))) {
        call_fail(c, CODE_PASSWORD, "Password error");
    } else if (has_passed(user->expire_s, now_s)) {
        call_fail(c, CODE_USER_EXPIRED, "User expire");
    } else if (user->enterprise_id != 0 &&
               (directory_enterprise(dir, user->enterprise_id, &c->arena, &enterprise) != ERR_OK ||
                enterprise.deleted ||
                has_passed(directory_service_end_s(dir, user->enterprise_id), now_s))) {
        call_fail(c, CODE_ENTERPRISE_EXPIRED, "Enterprise expire");
    }
    if (c->code != 200) {
        audit_tell_failed_login(c, user);
    }
    return c->code == 200;
}

/* Days that are left of the earlier of two ends; -1: there is no end. */
static int64_t days_left(int64_t a_s, int64_t b_s, int64_t now_s)
{
    int64_t end_s = a_s == 0 || (b_s != 0 && b_s < a_s) ? b_s : a_s;
    return end_s == 0 ? -1 : (end_s - now_s + DAY_S - 1) / DAY_S;
}

/* A login whose password was right; c->own of its call. */
struct login {
    struct token token;
    char digits[AUTH_TOKEN_SIZE];    /* of the token */
    char secret[AUTH_TOKEN_SIZE];    /* of a page that stays logged in; "": it does not */
    char address[THROTTLE_KEY_SIZE]; /* "" where it is not known */
    int64_t days_left;               /* of the service; -1: there is no end */
};

static void change_address(struct job_context *job, enum change_kind kind,
                           const struct login_address *a)
{
    change_add(&job->changes, kind)->login_address = *a;
}

/*
 * Thins out a user's addresses beside the one at hand: those too old to count go, and where there
 * are too many, the oldest.
 */
static void thin_out(struct job_context *job, const char *at_hand, const struct login_address *list,
                     size_t count)
{
    const struct login_address *oldest = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].address, at_hand) == 0) {
            continue;
        }
        if (job->now_s - list[i].last_s > LOGIN_ADDRESS_KNOWN_S + LOGIN_ADDRESS_STALE_S) {
            change_address(job, CHANGE_DELETE_LOGIN_ADDRESS, &list[i]);
            continue;
        }
        kept++;
        oldest = oldest == NULL || list[i].last_s < oldest->last_s ? &list[i] : oldest;
    }
    if (kept >= LOGIN_ADDRESSES_MAX) {
        change_address(job, CHANGE_DELETE_LOGIN_ADDRESS, oldest);
    }
}

/* Whether the address was written down within the hour. */
static bool is_fresh(const struct job_context *job, const char *address,
                     const struct login_address *list, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(list[i].address, address) != 0) {
        i++;
    }
    int64_t age_s = i < count ? job->now_s - list[i].last_s : LOGIN_ADDRESS_STALE_S;
    return age_s >= 0 && age_s < LOGIN_ADDRESS_STALE_S;
}

/* Keeps the address of a login. */
static void keep_address(struct job_context *job, const struct login *login)
{
    const struct login_address put = {login->token.user_id, login->address, job->now_s};
    size_t count = 0;
    const struct login_address *list =
        directory_list_addresses(job->directory, put.user_id, job->changes.arena, &count);
    if (!is_fresh(job, login->address, list, count)) {
        thin_out(job, login->address, list, count);
        change_address(job, CHANGE_PUT_LOGIN_ADDRESS, &put);
    }
}

static void make_token(struct call *c, const struct user *user, struct login *login)
{
    struct token *token = &login->token;
    if (c->page != PAGE_OTHER && call_number(c, LOGIN_REMEMBER, 0) != 0) {
        auth_make_secret(login->secret, login->digits, token->hash);
    } else {
        auth_make_token(login->digits, token->hash);
    }
    token->user_id = user->id;
    token->generation = user->token_generation;
    token->created_s = call_now_s(c);
    token->last_s = token->created_s;
    token->last_address = arena_copy_text(&c->arena, c->address);
    token->expires_s = token->created_s + (int64_t)c->api->token_days * DAY_S;
    throttle_address_key(c->address, login->address);
}

/* On the password thread; the job waits on the account of the user that was found. */
static bool check_login(struct call *c)
{
    struct user user;
    if (is_throttled(c)) {
        return false;
    }
    if (!check_user(c, &user)) {
        if (c->code >= CODE_NO_USER) {
            note_failure(c);
        }
        return false;
    }
    struct login *login = arena_new(&c->arena, sizeof(*login));
    make_token(c, &user, login);
    login->days_left =
        days_left(user.expire_s, directory_service_end_s(c->shard->directory, user.enterprise_id),
                  call_now_s(c));
    c->caller.user_id = user.id;
    c->caller.home_id = user.enterprise_id;
    c->caller.enterprise_id = user.enterprise_id;
    c->own = login;
    return true;
}

static enum err put_token(struct call *c, struct job_context *job)
{
    const struct login *login = c->own;
    change_add(&job->changes, CHANGE_PUT_TOKEN)->token = login->token;
    if (login->address[0] != '\0') {
        keep_address(job, login);
    }
    return ERR_OK;
}

/* The browser of a page remembers this login, or none: what it had is of another. */
static void remember(struct call *c, const struct login *login)
{
    if (login->secret[0] != '\0') {
        resume_set_cookie(c, login->secret);
    } else if (c->page != PAGE_OTHER) {
        resume_drop_cookie(c);
    }
}

static void answer_login(struct call *c)
{
    const struct login *login = c->own;
    remember(c, login);
    unsigned warning_days = c->api->service_warning_days;
    if (login->days_left >= 0 && login->days_left <= (int64_t)warning_days && warning_days > 0) {
        call_fail(c, CODE_SERVICE_REMAINS,
                  arena_format(&c->arena, "Service period remain %lld days",
                               (long long)login->days_left));
        c->data_text = login->digits;
        return;
    }
    json_write_string(&c->out, login->digits);
}

/* The token was looked at on the way here; it may have gone since. */
static enum err log_out(struct call *c, struct job_context *job)
{
    struct token token;
    if (directory_token(job->directory, c->token_hash, job->changes.arena, &token) != ERR_OK) {
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
    [LOGIN_REMEMBER] = {.name = "Remember",
                        .type = PARAM_BOOL,
                        .doc = "Of the server's own pages: the browser keeps a cookie, by which "
                               "Resume answers the token again"},
};

static const struct api_method rows[] = {
    {
        .section = 4,
        .name = "GetLoginToken",
        .prefix = PREFIX_USER,
        .where = WHERE_PASSWORD,
        .is_open = true,
        .missing_message = "User / password can\u2019t be null ",
        .params = login_params,
        .param_count = COUNT_OF(login_params),
        .reply = {.shape = REPLY_STRING, .string_example = "\"E03ABA0AE0758AFCAA311540510FB800\""},
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
        .admit = admit_login,
        .prepare = check_login,
        .change = put_token,
        .run = answer_login,
    },
    {
        .section = 5,
        .name = "LogOut",
        .prefix = PREFIX_USER,
        .own_account = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .reply = {.shape = REPLY_NULL},
        .codes = {{CODE_NO_LOGIN_KEY, "LoginKey does not exist"}},
        .doc = "Ends the token that the call is made with.",
        .change = log_out,
    },
};

const struct method_group login_methods = {.rows = rows, .count = COUNT_OF(rows)};
