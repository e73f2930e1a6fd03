/* Management of enterprises; root's alone. */
#include <string.h>

#include "api/call.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/version.h"
#include "api/zones.h"

enum { ADD_NAME, ADD_ZONE, ADD_END, ADD_RETENTION, ADD_HOLD_ID };
enum { DELETE_HOLD_ID };
enum { RETENTION_MAX_DAYS = 36500 };

static const char NO_ENTERPRISE[] = "This enterprise does not exist";

static enum err find_enterprise(struct call *c, struct job_context *job, size_t param,
                                struct enterprise *out)
{
    if (directory_enterprise(job->directory, call_number(c, param, 0), job->changes.arena, out) !=
            ERR_OK ||
        out->deleted) {
        return call_refuse(c, 404, NO_ENTERPRISE);
    }
    return ERR_OK;
}

/* Takes over the fields that the call has; the time is local to the zone that then holds. */
static enum err take_fields(struct call *c, struct enterprise *e)
{
    if (call_has(c, ADD_NAME)) {
        e->name = call_text(c, ADD_NAME);
    }
    if (call_has(c, ADD_ZONE)) {
        e->zone = call_text(c, ADD_ZONE);
    }
    struct zone *zone = zones_find(c->api->zones, e->zone);
    if (zone == NULL) {
        return call_refuse_value(c, "TimeZone", "not a time zone of the IANA list");
    }
    if (call_has(c, ADD_END)) {
        struct zone_clock clock = zone_clock_init(zone);
        const char *text = call_text(c, ADD_END);
        e->service_end_s = 0;
        if (text[0] != '\0' &&
            zone_parse(&clock, bytes_of_text(text), ZONE_FIRST_PASS, &e->service_end_s) != ERR_OK) {
            return call_refuse_value(c, "ServiceEnd", "not a time");
        }
    }
    e->retention_days = (int32_t)call_number(c, ADD_RETENTION, e->retention_days);
    return ERR_OK;
}

/* Whether `text` is a time, in whatever zone. */
static bool is_time(struct call *c, const char *text)
{
    struct zone_clock clock = *call_clock(c);
    int64_t time_s = 0;
    return zone_parse(&clock, bytes_of_text(text), ZONE_FIRST_PASS, &time_s) == ERR_OK;
}

static bool check_enterprise(struct call *c)
{
    const char *end = call_text(c, ADD_END);
    if (!call_has_no_empty(c, ADD_NAME)) {
        return false;
    }
    if (call_has(c, ADD_ZONE) && zones_find(c->api->zones, call_text(c, ADD_ZONE)) == NULL) {
        call_fault(c, "TimeZone", "not a time zone of the IANA list");
        return false;
    }
    if (end[0] != '\0' && !is_time(c, end)) {
        call_fault(c, "ServiceEnd", "not a time");
        return false;
    }
    return true;
}

/* The call goes to the shard of the enterprise that it names. */
static void go_to_enterprise(struct call *c, size_t param)
{
    c->shard = shards_of_enterprise(c->api->shards, call_number(c, param, 0));
}

static bool check_modified(struct call *c)
{
    go_to_enterprise(c, ADD_HOLD_ID);
    return check_enterprise(c);
}

static bool check_deleted(struct call *c)
{
    go_to_enterprise(c, DELETE_HOLD_ID);
    return true;
}

static enum err add_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise e = {.name = "", .zone = "UTC", .created_s = job->now_s};
    enum err taken = take_fields(c, &e);
    if (taken != ERR_OK) {
        return taken;
    }
    e.id = directory_next_id(job->directory, CHANGE_PUT_ENTERPRISE);
    change_add(&job->changes, CHANGE_PUT_ENTERPRISE)->enterprise = e;
    c->made_id = e.id;
    return ERR_OK;
}

static void answer_added(struct call *c)
{
    manage_write_made(c, "HoldID");
}

/* Tokens of the users made so far are dead from now on. */
static void end_tokens(struct job_context *job, int64_t enterprise_id)
{
    size_t count = 0;
    struct user *users =
        directory_list_users(job->directory, enterprise_id, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_USER);
        change->user = users[i];
        change->user.token_generation++;
    }
}

static void write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct enterprise *e = object;
    struct zone *zone = zones_find(c->api->zones, e->zone);
    json_name(out, "HoldID");
    json_int(out, e->id);
    json_name(out, "HoldName");
    json_write_string(out, e->name);
    json_name(out, "TimeZone");
    json_write_string(out, e->zone);
    json_name(out, "ServiceEnd");
    if (e->service_end_s == 0 || zone == NULL) {
        json_write_null(out);
    } else {
        char text[ZONE_TEXT_SIZE];
        struct zone_clock clock = zone_clock_init(zone);
        zone_format(&clock, ZONE_TIME, e->service_end_s, text);
        json_write_string(out, text);
    }
    json_name(out, "RetentionDays");
    json_int(out, e->retention_days);
}

static enum err modify_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise e;
    enum err found = find_enterprise(c, job, ADD_HOLD_ID, &e);
    found = found != ERR_OK ? found : version_check(c, write_members, &e);
    if (found != ERR_OK) {
        return found;
    }
    bool had_ended = e.service_end_s != 0 && e.service_end_s <= job->now_s;
    int64_t old_end_s = e.service_end_s;
    found = take_fields(c, &e);
    if (found != ERR_OK) {
        return found;
    }
    if (had_ended && e.service_end_s != old_end_s) {
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

/* Its devices, of which there may be very many, end with it; the directory sees to that. */
static enum err delete_enterprise(struct call *c, struct job_context *job)
{
    struct enterprise e;
    enum err found = find_enterprise(c, job, DELETE_HOLD_ID, &e);
    if (found != ERR_OK) {
        return found;
    }
    delete_users(job, e.id);
    delete_groups(job, e.id);
    struct change *change = change_add(&job->changes, CHANGE_PUT_ENTERPRISE);
    change->enterprise = e;
    change->enterprise.deleted = true;
    return ERR_OK;
}

static void list_enterprises(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct enterprise *all = shards_list_enterprises(c->api->shards, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        all[total] = all[i];
        total += strstr(list_key_folded(c, all[i].name), key) != NULL;
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            version_write_object(c, write_members, &all[i]);
        }
    }
    list_page_end(c);
}

#define FIELD_PARAMS(is_new)                                                                       \
    [ADD_NAME] = {.name = "HoldName",                                                              \
                  .type = PARAM_TEXT,                                                              \
                  .required = (is_new),                                                            \
                  .may_be_empty = !(is_new),                                                       \
                  .max = NAME_MAX_CHARS,                                                           \
                  .doc = "Its name"},                                                              \
    [ADD_ZONE] = {.name = "TimeZone",                                                              \
                  .type = PARAM_TEXT,                                                              \
                  .may_be_empty = !(is_new),                                                       \
                  .max = NAME_MAX_CHARS,                                                           \
                  .doc = "IANA name, as Europe/Berlin; UTC unless given"},                         \
    [ADD_END] = {.name = "ServiceEnd",                                                             \
                 .type = PARAM_TEXT,                                                               \
                 .may_be_empty = true,                                                             \
                 .max = NAME_MAX_CHARS,                                                            \
                 .doc = "Time at which its users can no longer log in; \"\": never"},              \
    [ADD_RETENTION] = {.name = "RetentionDays",                                                    \
                       .type = PARAM_INT,                                                          \
                       .max = RETENTION_MAX_DAYS,                                                  \
                       .doc = "Days that history is kept; 0: the server's setting"}
#define HOLD_ID_PARAM                                                                              \
    {                                                                                              \
        .name = "HoldID", .type = PARAM_INT, .required = true, .min = 1, .max = INT64_MAX,         \
        .doc = "The enterprise"                                                                    \
    }

static const struct param_row add_params[] = {FIELD_PARAMS(true)};
static const struct param_row modify_params[] = {
    FIELD_PARAMS(false),
    [ADD_HOLD_ID] = HOLD_ID_PARAM,
};
static const struct param_row delete_params[] = {[DELETE_HOLD_ID] = HOLD_ID_PARAM};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};

static const struct reply_member id_members[] = {
    {.name = "HoldID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
};
static const struct reply_member members[] = {
    {.name = "HoldID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
    {.name = "HoldName", .type = REPLY_TEXT, .example = "\"Fleet One\"", .doc = "Its name"},
    {.name = "TimeZone",
     .type = REPLY_TEXT,
     .example = "\"Europe/Berlin\"",
     .doc = "IANA name of its time zone"},
    {.name = "ServiceEnd",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2030-01-01 00:00:00\"",
     .doc = "null: never"},
    {.name = "RetentionDays", .type = REPLY_INT, .example = "0", .doc = "0: the server's setting"},
    VERSION_MEMBER,
};

static const struct api_method rows[] = {
    {
        .name = "AddEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ROOT,
        .own_hold_id = true,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = id_members, .count = COUNT_OF(id_members)},
        .doc = "Makes an enterprise.",
        .check = check_enterprise,
        .change = add_enterprise,
        .run = answer_added,
    },
    {
        .name = "ModifyEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ROOT,
        .own_hold_id = true,
        .params = modify_params,
        .param_count = COUNT_OF(modify_params),
        .codes = {{404, NO_ENTERPRISE}},
        .doc = "Changes the fields given.",
        .check = check_modified,
        .change = modify_enterprise,
    },
    {
        .name = "DeleteEnterprise",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ROOT,
        .own_hold_id = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_ENTERPRISE}},
        .doc = "Deletes an enterprise with its users, groups and devices.",
        .check = check_deleted,
        .change = delete_enterprise,
    },
    {
        .name = "ListEnterprises",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_STORE,
        .role = ROLE_ROOT,
        .own_hold_id = true,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .doc = "The enterprises by HoldID.",
        .run = list_enterprises,
    },
};

const struct method_group enterprise_methods = {.rows = rows, .count = COUNT_OF(rows)};
