/*
 * Management of groups of devices: adding, renaming, deleting and listing them. A group limits what
 * its users see; a device is in one group at most.
 */
#include <string.h>

#include "api/call.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/version.h"

enum { ADD_NAME };
enum { GROUP_ID, GROUP_NAME };

static const char NO_GROUP[] = "This group does not exist";

static enum err find_group(struct call *c, struct job_context *job, struct group *out)
{
    if (directory_group(job->directory, call_number(c, GROUP_ID, 0), job->changes.arena, out) !=
            ERR_OK ||
        out->deleted || out->enterprise_id != c->caller.enterprise_id) {
        return call_refuse(c, 404, NO_GROUP);
    }
    return call_allows(c) ? ERR_OK : ERR_FORBIDDEN;
}

/* Refuses a name that another group of the enterprise has. */
static enum err check_name(struct call *c, struct job_context *job, const char *name,
                           int64_t except_id)
{
    bool is_taken =
        directory_group_name_taken(job->directory, c->caller.enterprise_id, name, except_id);
    return is_taken ? call_refuse(c, 409, "GroupName is taken") : ERR_OK;
}

static enum err add_group(struct call *c, struct job_context *job)
{
    enum err e = check_name(c, job, call_text(c, ADD_NAME), 0);
    if (e != ERR_OK) {
        return e;
    }
    struct change *change = change_add(&job->changes, CHANGE_PUT_GROUP);
    change->group = (struct group){
        .id = ids_next(job->ids, ID_OF_GROUP),
        .enterprise_id = c->caller.enterprise_id,
        .name = call_text(c, ADD_NAME),
    };
    c->made_id = change->group.id;
    return ERR_OK;
}

static void answer_added(struct call *c)
{
    manage_write_made(c, "GroupID");
}

static void write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct group *g = object;
    (void)c;
    json_name(out, "GroupID");
    json_int(out, g->id);
    json_name(out, "GroupName");
    json_write_string(out, g->name);
}

static bool check_modified(struct call *c)
{
    return call_has_no_empty(c, GROUP_NAME);
}

static enum err modify_group(struct call *c, struct job_context *job)
{
    struct group g;
    enum err e = find_group(c, job, &g);
    e = e != ERR_OK ? e : version_check(c, write_members, &g);
    if (e == ERR_OK && call_has(c, GROUP_NAME)) {
        g.name = call_text(c, GROUP_NAME);
        e = check_name(c, job, g.name, g.id);
    }
    if (e == ERR_OK) {
        change_add(&job->changes, CHANGE_PUT_GROUP)->group = g;
    }
    return e;
}

/*
 * Its devices are then in no group; the directory sees to it. Its users keep their limit: whoever
 * was limited to this group alone sees nothing more, rather than everything.
 */
static enum err delete_group(struct call *c, struct job_context *job)
{
    struct group g;
    enum err e = find_group(c, job, &g);
    if (e != ERR_OK) {
        return e;
    }
    g.deleted = true;
    change_add(&job->changes, CHANGE_PUT_GROUP)->group = g;
    return ERR_OK;
}

static void list_groups(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    struct group *all =
        directory_list_seen(c->shard->directory, ENTITY_GROUP, &c->caller, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        all[total] = all[i];
        total +=
            call_sees_group(c, all[i].id) && strstr(list_key_folded(c, all[i].name), key) != NULL;
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            version_write_row(c, write_members, &all[i], all[i].enterprise_id);
        }
    }
    list_page_end(c);
}

#define ID_PARAM                                                                                   \
    [GROUP_ID] = {.name = "GroupID",                                                               \
                  .type = PARAM_INT,                                                               \
                  .required = true,                                                                \
                  .min = 1,                                                                        \
                  .max = INT64_MAX,                                                                \
                  .doc = "The group"}

static const struct param_row add_params[] = {
    [ADD_NAME] = {.name = "GroupName",
                  .type = PARAM_TEXT,
                  .is_name = true,
                  .required = true,
                  .max = NAME_MAX_CHARS,
                  .doc = "Its name"},
};
static const struct param_row modify_params[] = {
    ID_PARAM,
    [GROUP_NAME] = {.name = "GroupName",
                    .type = PARAM_TEXT,
                    .is_name = true,
                    .may_be_empty = true,
                    .max = NAME_MAX_CHARS,
                    .doc = "Its new name"},
};
static const struct param_row delete_params[] = {ID_PARAM};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};

static const struct reply_member members[] = {
    {.name = "GroupID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
    {.name = "GroupName", .type = REPLY_TEXT, .example = "\"north\"", .doc = "Its name"},
    VERSION_MEMBER,
};

static const struct api_method rows[] = {
    {
        .name = "AddGroup",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .whole_enterprise = true,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT, .members = members, .count = 1},
        .codes = {{409, "GroupName is taken"}},
        .doc = "Makes a group of devices.",
        .change = add_group,
        .run = answer_added,
    },
    {
        .name = "ModifyGroup",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .whole_enterprise = true,
        .params = modify_params,
        .param_count = COUNT_OF(modify_params),
        .codes = {{404, NO_GROUP}, {409, "GroupName is taken"}},
        .doc = "Renames a group.",
        .check = check_modified,
        .change = modify_group,
    },
    {
        .name = "DeleteGroup",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .whole_enterprise = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_GROUP}},
        .doc = "Deletes a group; its devices stay, in no group.",
        .change = delete_group,
    },
    {
        .name = "ListGroups",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = members,
                  .count = COUNT_OF(members),
                  .lists_below = true},
        .doc = "The groups by GroupID; to users limited to groups, those.",
        .run = list_groups,
    },
};

const struct method_group group_methods = {.rows = rows, .count = COUNT_OF(rows)};
