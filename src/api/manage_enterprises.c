/*
 * Management of enterprises: adding, changing, deleting and listing them. Root manages all, an
 * admin those below its own. What belongs to an enterprise ends with it.
 */
#include <string.h>

#include "api/call.h"
#include "api/enterprise_fields.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/version.h"
#include "fleet/directory_tree.h"

enum { DELETE_HOLD_ID };

static const char NO_ENTERPRISE[] = "This enterprise does not exist";
static const char HAS_BELOW[] = "Other enterprises are below it";
#define LIMIT_TEXT "A limit is reached, which is named"
static const char TOO_DEEP[] = "too deep, or below itself";

static bool is_root(const struct call *c)
{
    return c->caller.role == ROLE_ROOT;
}

/* Finds one that the caller may act in. */
static enum err find_enterprise(struct call *c, struct job_context *job, int64_t id,
                                struct enterprise *out)
{
    bool is_seen = directory_may_act(job->directory, &c->caller, id) &&
                   directory_enterprise(job->directory, id, job->changes.arena, out) == ERR_OK;
    return is_seen ? ERR_OK : call_refuse(c, 404, NO_ENTERPRISE);
}

/* Root's call goes to the shard of the enterprise that it names; the trees of others are in theirs.
 */
static void go_to_enterprise(struct call *c, size_t param)
{
    if (is_root(c)) {
        c->shard = shards_of_enterprise(c->api->shards, call_number(c, param, 0));
    }
}

static bool check_modified(struct call *c)
{
    go_to_enterprise(c, ENTERPRISE_ID);
    return enterprise_fields_check(c);
}

static bool check_deleted(struct call *c)
{
    go_to_enterprise(c, DELETE_HOLD_ID);
    return true;
}

/* One below no other goes where there is most room. */
static bool check_added(struct call *c)
{
    if (call_has(c, ENTERPRISE_PARENT)) {
        go_to_enterprise(c, ENTERPRISE_PARENT);
    } else if (is_root(c)) {
        c->shard = shards_emptiest(c->api->shards);
    }
    return enterprise_fields_check(c);
}

/* Whether the caller may have enterprises made below its own. */
static bool may_subdivide(struct call *c, struct job_context *job)
{
    struct enterprise own;
    return is_root(c) || (directory_enterprise(job->directory, c->caller.home_id,
                                               job->changes.arena, &own) == ERR_OK &&
                          own.can_subdivide);
}

/* Whether all that is in an enterprise and below it has room below another parent. */
static enum err judge_room(struct call *c, struct job_context *job, const struct enterprise *e)
{
    for (enum limit i = LIMIT_DEVICES; i <= LIMIT_GEOFENCES; i++) {
        if (directory_room(job->directory, i, e->parent_id, e->id) <
            directory_count(job->directory, i, e->id)) {
            return manage_refuse_limit(c, i);
        }
    }
    return ERR_OK;
}

/* Whether `e` may be kept as the call has changed it; it is not in the directory yet. */
static enum err judge(struct call *c, struct job_context *job, const struct enterprise *e)
{
    int64_t most = directory_retention_limit(job->directory, e->parent_id);
    int32_t own = e->limits[LIMIT_RETENTION_DAYS];
    most = own > 0 && (most == 0 || own < most) ? own : most;
    if (call_has(c, ENTERPRISE_PARENT) &&
        !directory_may_join(job->directory, e->id, e->parent_id)) {
        return call_refuse_value(c, "ParentHoldID", TOO_DEEP);
    }
    enum err full = call_has(c, ENTERPRISE_PARENT) ? judge_room(c, job, e) : ERR_OK;
    if (full != ERR_OK) {
        return full;
    }
    if (call_number(c, ENTERPRISE_SUBDIVIDE, 0) != 0 && !may_subdivide(c, job)) {
        return call_refuse(c, 403, CALL_NO_ROLE_TEXT);
    }
    if (most > 0 && call_number(c, ENTERPRISE_RETENTION, 0) > most) {
        return manage_refuse_limit(c, LIMIT_RETENTION_DAYS);
    }
    return ERR_OK;
}

static enum err add_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise parent;
    struct enterprise e = {
        .name = "", .zone = "UTC", .created_s = job->now_s, .parent_id = c->caller.home_id};
    enum err refused = enterprise_fields_take(c, &e);
    if (refused == ERR_OK && e.parent_id != 0) {
        refused = find_enterprise(c, job, e.parent_id, &parent);
    }
    if (refused == ERR_OK && !may_subdivide(c, job)) {
        refused = call_refuse(c, 403, CALL_NO_ROLE_TEXT);
    }
    if (refused == ERR_OK && !directory_may_join(job->directory, 0, e.parent_id)) {
        refused = call_refuse_value(c, "ParentHoldID", TOO_DEEP);
    }
    refused = refused == ERR_OK ? judge(c, job, &e) : refused;
    if (refused != ERR_OK) {
        return refused;
    }
    e.id = ids_next(job->ids, ID_OF_ENTERPRISE);
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise = e;
    c->made_id = e.id;
    return ERR_OK;
}

static void answer_added(struct call *c)
{
    manage_write_made(c, "HoldID");
}

/*
 * Tokens of the users made so far, in an enterprise and below it, are dead from now on. There may
 * be many; it is done when a service that ended may begin anew.
 */
static void end_tokens(struct job_context *job, int64_t enterprise_id)
{
    const struct caller all = {.enterprise_id = enterprise_id, .includes_below = true};
    size_t count = 0;
    struct user *users =
        directory_list_seen(job->directory, ENTITY_USER, &all, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_USER);
        change->user = users[i];
        change->user.token_generation++;
    }
}

/* Of its own enterprise an admin changes the time zone alone. */
static bool may_change(const struct call *c, const struct enterprise *e)
{
    bool only_zone = true;
    for (enum enterprise_param i = 0; i < ENTERPRISE_PARAMS; i++) {
        only_zone = only_zone && (i == ENTERPRISE_ZONE || !call_has(c, i));
    }
    return is_root(c) || only_zone || e->id != c->caller.home_id;
}

/* The parent that the call names, if it names one, is one that the caller may act in. */
static enum err check_parent(struct call *c, struct job_context *job)
{
    struct enterprise parent;
    int64_t id = call_number(c, ENTERPRISE_PARENT, 0);
    if (id != 0) {
        return find_enterprise(c, job, id, &parent);
    }
    bool leaves_tree = call_has(c, ENTERPRISE_PARENT) && !is_root(c);
    return leaves_tree ? call_refuse(c, 403, CALL_NO_ROLE_TEXT) : ERR_OK;
}

static enum err modify_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise e;
    enum err refused = find_enterprise(c, job, call_number(c, ENTERPRISE_ID, 0), &e);
    if (refused == ERR_OK && !may_change(c, &e)) {
        refused = call_refuse(c, 403, CALL_NO_ROLE_TEXT);
    }
    refused = refused == ERR_OK ? version_check(c, enterprise_fields_write, &e) : refused;
    refused = refused == ERR_OK ? check_parent(c, job) : refused;
    if (refused != ERR_OK) {
        return refused;
    }
    int64_t end_s = directory_service_end_s(job->directory, e.id);
    const struct enterprise old = e;
    refused = enterprise_fields_take(c, &e);
    refused = refused == ERR_OK ? judge(c, job, &e) : refused;
    if (refused != ERR_OK) {
        return refused;
    }
    bool may_begin = e.service_end_s != old.service_end_s || e.parent_id != old.parent_id;
    if (end_s != 0 && end_s <= job->now_s && may_begin) {
        end_tokens(job, e.id); /* what the end of the service ended stays ended */
    }
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise = e;
    return ERR_OK;
}

/* Its users go first, so that their logins answer 4006; tokens end with their users. */
static void delete_users(struct job_context *job, int64_t enterprise_id)
{
    size_t count = 0;
    struct user *users =
        directory_list_users(job->directory, enterprise_id, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_USER);
        change->user = users[i];
        change->user.deleted = true;
        change->user.token_generation++;
    }
}

static void delete_groups(struct job_context *job, int64_t enterprise_id)
{
    size_t count = 0;
    struct group *groups =
        directory_list_groups(job->directory, enterprise_id, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_GROUP);
        change->group = groups[i];
        change->group.deleted = true;
    }
}

/* Its devices end with it. There may be very many; the directory sees to them. */
static enum err delete_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise e = {0};
    enum err refused = find_enterprise(c, job, call_number(c, DELETE_HOLD_ID, 0), &e);
    if (refused == ERR_OK && e.id == c->caller.home_id) {
        refused = call_refuse(c, 403, CALL_NO_ROLE_TEXT);
    }
    if (refused == ERR_OK && directory_has_below(job->directory, e.id)) {
        refused = call_refuse(c, 409, HAS_BELOW);
    }
    if (refused != ERR_OK) {
        return refused;
    }
    delete_users(job, e.id);
    delete_groups(job, e.id);
    struct change *change = change_add(&job->changes, CHANGE_PUT_ENTERPRISE);
    change->enterprise = e;
    change->enterprise.deleted = true;
    return ERR_OK;
}

/* All that the caller may act in, by id. */
static struct enterprise *list_all(struct call *c, size_t *count)
{
    if (is_root(c)) {
        return shards_list_enterprises(c->api->shards, &c->arena, count);
    }
    return directory_list_tree(c->shard->directory, c->caller.home_id, &c->arena, count);
}

static void list_enterprises(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct enterprise *all = list_all(c, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        bool is_seen = c->caller.group_count == 0 || all[i].id == c->caller.home_id;
        all[total] = all[i];
        total += is_seen && strstr(list_key_folded(c, all[i].name), key) != NULL;
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            version_write_object(c, enterprise_fields_write, &all[i]);
        }
    }
    list_page_end(c);
}

static const struct param_row delete_params[] = {[DELETE_HOLD_ID] = HOLD_ID_PARAM};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};

static const struct reply_member id_members[] = {
    {.name = "HoldID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
};

static const struct api_method rows[] = {
    {
        .name = "AddEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .own_hold_id = true,
        .whole_enterprise = true,
        .params = enterprise_add_params,
        .param_count = COUNT_OF(enterprise_add_params),
        .reply = {.shape = REPLY_OBJECT, .members = id_members, .count = COUNT_OF(id_members)},
        .codes = {{404, NO_ENTERPRISE}, {403, LIMIT_TEXT}},
        .doc = "Makes an enterprise, of an admin with CanSubdivide below its own.",
        .check = check_added,
        .change = add_enterprise,
        .run = answer_added,
    },
    {
        .name = "ModifyEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .own_hold_id = true,
        .whole_enterprise = true,
        .params = enterprise_modify_params,
        .param_count = COUNT_OF(enterprise_modify_params),
        .codes = {{404, NO_ENTERPRISE}, {403, LIMIT_TEXT}},
        .doc = "Changes the fields given; of its own enterprise an admin changes TimeZone alone.",
        .check = check_modified,
        .change = modify_enterprise,
    },
    {
        .name = "DeleteEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .own_hold_id = true,
        .whole_enterprise = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_ENTERPRISE}, {409, HAS_BELOW}},
        .doc = "Deletes an enterprise that no other is below, with its users, groups and devices; "
               "an admin's own stays.",
        .check = check_deleted,
        .change = delete_enterprise,
    },
    {
        .name = "ListEnterprises",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_STORE,
        .role = ROLE_ADMIN,
        .own_hold_id = true,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = enterprise_members, .count = ENTERPRISE_MEMBERS},
        .doc = "The enterprises by HoldID; of an admin its own and those below it.",
        .run = list_enterprises,
    },
};

const struct method_group enterprise_methods = {.rows = rows, .count = COUNT_OF(rows)};
