/*
 * Management of users. Passwords are hashed on the password thread before the job, so that the
 * ingest thread never waits for argon2id. Whoever is limited to groups manages no users.
 */
#include <string.h>

#include "api/auth.h"
#include "api/call.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/throttle.h"
#include "api/version.h"
#include "base/check.h"
#include "base/clock.h"
#include "fleet/directory_tree.h"

enum { USER_LOGIN, USER_PASSWORD, USER_ROLE, USER_EXPIRE, USER_GROUPS, USER_ID };
enum { DELETE_ID };
enum { OLD_PASSWORD, NEW_PASSWORD };

static const char NO_USER[] = "This user does not exist";
static const char NAME_TAKEN[] = "LoginName is taken";

/* ---- what the calls share ---- */

/* The live user of an ID in the caller's enterprise. root is in none: its account stays as it is.
 */
static enum err find_user(struct call *c, struct job_context *job, size_t param, struct user *out)
{
    if (directory_user(job->directory, call_number(c, param, 0), job->changes.arena, out) !=
            ERR_OK ||
        out->deleted || out->enterprise_id != c->caller.enterprise_id) {
        return call_refuse(c, 404, NO_USER);
    }
    return call_allows(c) ? ERR_OK : ERR_FORBIDDEN;
}

static bool check_user(struct call *c)
{
    enum role role = ROLE_VIEWER;
    if (!call_has_no_empty(c, USER_LOGIN)) {
        return false;
    }
    if (call_has(c, USER_ROLE) && !manage_role(call_text(c, USER_ROLE), &role)) {
        call_fault(c, "Role", "wants viewer, operator or admin");
        return false;
    }
    const char *why =
        call_has(c, USER_PASSWORD) ? auth_password_fault(call_text(c, USER_PASSWORD)) : NULL;
    if (why != NULL) {
        call_fault(c, "PassWord", why);
        return false;
    }
    return true;
}

/* Who may not call this keeps nobody's thread with a password; the job refuses the call. */
static bool prepare_user(struct call *c)
{
    if (call_has(c, USER_PASSWORD) && call_may(c)) {
        auth_hash_password(call_text(c, USER_PASSWORD), c->password_hash);
    }
    return true;
}

static enum err check_login_name(struct call *c, struct job_context *job, const char *name,
                                 int64_t except_id)
{
    struct user other;
    bool taken = directory_user_by_login(job->directory, name, &c->arena, &other) == ERR_OK &&
                 !other.deleted && other.id != except_id;
    taken = taken || unique_is_taken(&c->names, 0);
    return taken ? call_refuse(c, 409, NAME_TAKEN) : ERR_OK;
}

static void list_name(struct call *c)
{
    if (call_has(c, USER_LOGIN)) {
        *call_want_names(c, 1) =
            (struct unique_name){.kind = NAME_LOGIN, .text = call_text(c, USER_LOGIN)};
    }
}

static enum err check_groups(struct call *c, struct job_context *job, int64_t enterprise_id)
{
    const struct value *ids = &c->values[USER_GROUPS];
    for (size_t i = 0; i < ids->count; i++) {
        struct group g;
        if (directory_group(job->directory, ids->numbers[i], &c->arena, &g) != ERR_OK ||
            g.deleted || g.enterprise_id != enterprise_id) {
            return call_refuse(c, 404, "This group does not exist");
        }
    }
    return ERR_OK;
}

/* Takes over the fields that the call has; of a new user, existence goes before the role here. */
static enum err take_fields(struct call *c, struct job_context *job, struct user *u)
{
    enum err e = check_groups(c, job, u->enterprise_id);
    if (e == ERR_OK && !call_allows(c)) {
        e = ERR_FORBIDDEN;
    }
    if (e == ERR_OK && call_has(c, USER_LOGIN)) {
        u->login_name = call_text(c, USER_LOGIN);
        e = check_login_name(c, job, u->login_name, u->id);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (call_has(c, USER_PASSWORD)) {
        u->password_hash = c->password_hash;
        u->token_generation++;
    }
    if (call_has(c, USER_ROLE)) {
        check(manage_role(call_text(c, USER_ROLE), &u->role));
    }
    if (call_has(c, USER_GROUPS)) {
        u->group_ids = c->values[USER_GROUPS].numbers;
        u->group_count = c->values[USER_GROUPS].count;
    }
    if (u->expire_s != 0 && u->expire_s <= job->now_s && call_has(c, USER_EXPIRE)) {
        u->token_generation++; /* what expiry ended stays ended */
    }
    u->expire_s = call_number(c, USER_EXPIRE, u->expire_s);
    return ERR_OK;
}

/* ---- the methods ---- */

static enum err add_user(struct call *c, struct job_context *job)
{
    struct user u = {.enterprise_id = c->caller.enterprise_id, .created_s = job->now_s};
    enum err e = take_fields(c, job, &u);
    if (e != ERR_OK) {
        return e;
    }
    if (directory_room(job->directory, LIMIT_USERS, u.enterprise_id, 0) == 0) {
        return manage_refuse_limit(c, LIMIT_USERS);
    }
    u.id = ids_next(job->ids, ID_OF_USER);
    change_add(&job->changes, CHANGE_PUT_USER)->user = u;
    c->made_id = u.id;
    return ERR_OK;
}

static void answer_added(struct call *c)
{
    manage_write_made(c, "UserID");
}

static void write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct user *u = object;
    json_name(out, "UserID");
    json_int(out, u->id);
    json_name(out, "LoginName");
    json_write_string(out, u->login_name);
    json_name(out, "Role");
    json_write_string(out, manage_role_text(u->role));
    json_name(out, "ExpireTime");
    call_write_time(c, out, u->expire_s);
    json_name(out, "GroupIDs");
    json_array_begin(out);
    for (size_t i = 0; i < u->group_count; i++) {
        json_int(out, u->group_ids[i]);
    }
    json_array_end(out);
}

static enum err modify_user(struct call *c, struct job_context *job)
{
    struct user u;
    enum err e = find_user(c, job, USER_ID, &u);
    e = e != ERR_OK ? e : version_check(c, write_members, &u);
    e = e != ERR_OK ? e : take_fields(c, job, &u);
    if (e == ERR_OK) {
        change_add(&job->changes, CHANGE_PUT_USER)->user = u;
    }
    return e;
}

static enum err delete_user(struct call *c, struct job_context *job)
{
    struct user u;
    enum err e = find_user(c, job, DELETE_ID, &u);
    if (e != ERR_OK) {
        return e;
    }
    u.deleted = true;
    u.token_generation++;
    change_add(&job->changes, CHANGE_PUT_USER)->user = u;
    return ERR_OK;
}

static void list_users(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct user *all =
        directory_list_seen(c->shard->directory, ENTITY_USER, &c->caller, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        all[total] = all[i];
        total += strstr(list_key_folded(c, all[i].login_name), key) != NULL;
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            version_write_row(c, write_members, &all[i], all[i].enterprise_id);
        }
    }
    list_page_end(c);
}

/* ---- ChangePassword ---- */

static bool check_password(struct call *c)
{
    const char *why = auth_password_fault(call_text(c, NEW_PASSWORD));
    if (why != NULL) {
        call_fault(c, "NewPassWord", why);
    }
    return why == NULL;
}

/* c->own becomes the caller's account, unless it is gone or throttled; asked again in its turn. */
static bool admit_password(struct call *c)
{
    struct user *u = arena_new(&c->arena, sizeof(*u));
    if (directory_user(c->shard->directory, c->caller.user_id, &c->arena, u) != ERR_OK) {
        call_fail(c, 401, "Token invalid");
        return false;
    }
    unsigned wait_s =
        throttle_wait_s(c->api->throttle, u->login_name, c->address, clock_monotonic_ms());
    if (wait_s > 0) {
        call_fail_throttled(c, wait_s);
        return false;
    }
    c->own = u;
    return true;
}

/* The old password is checked here; the job makes sure that it is still the user's. */
static bool prepare_password(struct call *c)
{
    if (!admit_password(c)) {
        return false;
    }
    const struct user *u = c->own;
    if (!auth_password_matches(u->password_hash, call_text(c, OLD_PASSWORD))) {
        throttle_note_failure(c->api->throttle, u->login_name, c->address, clock_monotonic_ms());
        call_fault(c, "OldPassWord", "is not the password");
        return false;
    }
    auth_hash_password(call_text(c, NEW_PASSWORD), c->password_hash);
    return true;
}

static enum err change_password(struct call *c, struct job_context *job)
{
    const struct user *checked = c->own;
    struct user u;
    if (directory_user(job->directory, c->caller.user_id, job->changes.arena, &u) != ERR_OK ||
        u.deleted) {
        return call_refuse(c, 401, "Token invalid");
    }
    if (strcmp(u.password_hash, checked->password_hash) != 0) {
        return call_refuse_value(c, "OldPassWord", "is not the password");
    }
    u.password_hash = c->password_hash;
    u.token_generation++;
    change_add(&job->changes, CHANGE_PUT_USER)->user = u;
    return ERR_OK;
}

/* ---- the rows ---- */

#define FIELD_PARAMS(is_new)                                                                       \
    [USER_LOGIN] = {.name = "LoginName",                                                           \
                    .type = PARAM_TEXT,                                                            \
                    .is_name = true,                                                               \
                    .required = (is_new),                                                          \
                    .may_be_empty = !(is_new),                                                     \
                    .max = NAME_MAX_CHARS,                                                         \
                    .doc = "Name to log in with, unique on the platform, without case"},           \
    [USER_PASSWORD] = {.name = "PassWord",                                                         \
                       .type = PARAM_SECRET,                                                       \
                       .required = (is_new),                                                       \
                       .may_be_empty = !(is_new),                                                  \
                       .max = AUTH_PASSWORD_MAX,                                                   \
                       .doc = "6 to 128 characters"},                                              \
    [USER_ROLE] = {.name = "Role",                                                                 \
                   .type = PARAM_TEXT,                                                             \
                   .required = (is_new),                                                           \
                   .may_be_empty = !(is_new),                                                      \
                   .doc = "viewer, operator or admin"},                                            \
    [USER_EXPIRE] = {.name = "ExpireTime",                                                         \
                     .type = PARAM_TIME,                                                           \
                     .may_be_empty = true,                                                         \
                     .doc = "Time from which the user can no longer log in; \"\": never"},         \
    [USER_GROUPS] = {.name = "GroupIDs",                                                           \
                     .type = PARAM_IDS,                                                            \
                     .max = USER_GROUPS_MAX,                                                       \
                     .doc = "Groups that the user is limited to; []: all devices"}
#define ID_PARAM                                                                                   \
    {                                                                                              \
        .name = "UserID", .type = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX,         \
        .doc = "The user"                                                                          \
    }

static const struct param_row add_params[] = {FIELD_PARAMS(true)};
static const struct param_row modify_params[] = {FIELD_PARAMS(false), [USER_ID] = ID_PARAM};
static const struct param_row delete_params[] = {[DELETE_ID] = ID_PARAM};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row password_params[] = {
    [OLD_PASSWORD] = {.name = "OldPassWord",
                      .type = PARAM_SECRET,
                      .required = true,
                      .doc = "The password until now"},
    [NEW_PASSWORD] = {.name = "NewPassWord",
                      .type = PARAM_SECRET,
                      .required = true,
                      .max = AUTH_PASSWORD_MAX,
                      .doc = "The new one, 6 to 128 characters"},
};

static const struct reply_member id_members[] = {
    {.name = "UserID", .type = REPLY_INT, .example = "1", .doc = "Its ID"}};
static const struct reply_member members[] = {
    {.name = "UserID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
    {.name = "LoginName", .type = REPLY_TEXT, .example = "\"anna\"", .doc = "Name to log in with"},
    {.name = "Role",
     .type = REPLY_TEXT,
     .example = "\"operator\"",
     .doc = "viewer, operator or admin"},
    {.name = "ExpireTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "null: never"},
    {.name = "GroupIDs",
     .type = REPLY_IDS,
     .example = "[]",
     .doc = "Groups that the user is limited to; []: all devices"},
    VERSION_MEMBER,
};

static const struct api_method rows[] = {
    {
        .name = "AddUser",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_PASSWORD,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .whole_enterprise = true,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = id_members, .count = COUNT_OF(id_members)},
        .codes = {{409, NAME_TAKEN}, {404, "This group does not exist"}},
        .doc = "Makes a user of the enterprise.",
        .check = check_user,
        .prepare = prepare_user,
        .names = list_name,
        .change = add_user,
        .run = answer_added,
    },
    {
        .name = "ModifyUser",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_PASSWORD,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .whole_enterprise = true,
        .params = modify_params,
        .param_count = COUNT_OF(modify_params),
        .codes = {{409, NAME_TAKEN}, {404, NO_USER}},
        .doc = "Changes the fields given; a new password ends the user's tokens.",
        .check = check_user,
        .prepare = prepare_user,
        .names = list_name,
        .change = modify_user,
    },
    {
        .name = "DeleteUser",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .whole_enterprise = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_USER}},
        .doc = "Deletes a user; a later login answers 4006.",
        .change = delete_user,
    },
    {
        .name = "ListUsers",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_ADMIN,
        .whole_enterprise = true,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = members,
                  .count = COUNT_OF(members),
                  .lists_below = true},
        .doc = "The users by UserID.",
        .run = list_users,
    },
    {
        .name = "ChangePassword",
        .prefix = PREFIX_MANAGE,
        .own_account = true,
        .where = WHERE_PASSWORD,
        .role = ROLE_VIEWER,
        .params = password_params,
        .param_count = COUNT_OF(password_params),
        .codes = {{429, CALL_THROTTLED_TEXT}},
        .doc = "Changes the caller's own password and ends the caller's tokens.",
        .check = check_password,
        .admit = admit_password,
        .prepare = prepare_password,
        .change = change_password,
    },
};

const struct method_group user_methods = {.rows = rows, .count = COUNT_OF(rows)};
