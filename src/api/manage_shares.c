/*
 * AddShare, ListShares and DeleteShare: links by which whoever has one sees some devices until a
 * time. The link is told once, to who makes it: only the hash of its token is kept.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/auth.h"
#include "api/call.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/share.h"
#include "base/order.h"
#include "fleet/directory_owned.h"
#include "fleet/directory_shares.h"
#include "fleet/directory_tree.h"
#include "model/geofence.h"

enum { ADD_DEVICES, ADD_UNTIL, ADD_HISTORY };
enum { DELETE_ID };
enum { UNTIL_MAX_S = 366 * 86400 };

static const char NO_SHARE[] = "This share does not exist";
#define TOO_MANY_DEVICES "more than 50 devices"
#define TOO_MANY_SHARES  "Shares: 1000 at most; end some that are not needed"

/* ---- AddShare ---- */

static bool check_add(struct call *c)
{
    int64_t ahead_s = call_number(c, ADD_UNTIL, 0) - call_now_s(c);
    if (c->values[ADD_DEVICES].count > SHARE_DEVICES_MAX) {
        call_fault(c, "DeviceIDs", TOO_MANY_DEVICES);
        return false;
    }
    if (ahead_s <= 0 || ahead_s > UNTIL_MAX_S) {
        call_fault(c, "Until", ahead_s <= 0 ? "is past" : "is more than a year ahead");
        return false;
    }
    return true;
}

/* The internal ids of what is asked for, each once. */
static enum err find_devices(struct call *c, struct job_context *job, struct share_link *s)
{
    const struct value *names = &c->values[ADD_DEVICES];
    int64_t *ids = arena_new_array(job->changes.arena, names->count, sizeof(*ids));
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        struct device_ref ref;
        if (directory_find_by_device_id(job->directory, &c->caller, names->items[i], &ref) !=
            ERR_OK) {
            return call_refuse(c, 404, CALL_NO_DEVICE_TEXT);
        }
        ids[count++] = ref.info->id;
        device_ref_release(job->directory, &ref);
    }
    qsort(ids, count, sizeof(*ids), order_int64);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_new = kept == 0 || ids[kept - 1] != ids[i];
        ids[kept] = is_new ? ids[i] : ids[kept];
        kept += is_new;
    }
    struct bytes packed = geofence_pack_ids(job->changes.arena, ids, kept);
    s->devices = packed.at;
    s->devices_len = packed.len;
    return ERR_OK;
}

/* Whether any of its devices is left; of one without, nobody sees anything, nor can list it. */
static bool has_device(struct job_context *job, const struct share_link *s)
{
    int64_t *ids = NULL;
    size_t count = share_devices(s, job->changes.arena, &ids);
    bool has = false;
    for (size_t i = 0; i < count && !has; i++) {
        struct device_ref ref;
        if (directory_find(job->directory, ids[i], &ref) == ERR_OK) {
            has = !ref.info->is_former;
            device_ref_release(job->directory, &ref);
        }
    }
    return has;
}

/* Takes those out that are over, and answers how many of the enterprise are not. */
static size_t count_active(struct job_context *job, int64_t enterprise_id)
{
    size_t count = 0;
    size_t active = 0;
    const struct share_link *all = directory_list_owned(job->directory, ENTITY_SHARE, enterprise_id,
                                                        job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].until_s > job->now_s && has_device(job, &all[i])) {
            active++;
        } else {
            change_add(&job->changes, CHANGE_DELETE_SHARE)->share = all[i];
        }
    }
    return active;
}

static enum err add_share(struct call *c, struct job_context *job)
{
    struct share_link s = {.enterprise_id = c->caller.enterprise_id,
                           .user_id = c->caller.user_id,
                           .created_s = job->now_s,
                           .until_s = call_number(c, ADD_UNTIL, 0),
                           .has_history = call_number(c, ADD_HISTORY, 0) != 0};
    enum err e = find_devices(c, job, &s);
    if (e == ERR_OK && count_active(job, s.enterprise_id) >= SHARES_MAX) {
        e = call_refuse(c, 403, TOO_MANY_SHARES);
    }
    if (e != ERR_OK) {
        return e;
    }
    char *token = arena_new(&c->arena, AUTH_TOKEN_SIZE);
    auth_make_token(token, s.hash);
    s.id = ids_next(job->ids, ID_OF_SHARE);
    change_add(&job->changes, CHANGE_PUT_SHARE)->share = s;
    c->made_id = s.id;
    c->own = token;
    return ERR_OK;
}

static void write_added(struct call *c)
{
    const char *token = c->own;
    json_object_begin(&c->out);
    json_name(&c->out, "ShareID");
    json_int(&c->out, c->made_id);
    json_name(&c->out, "Path");
    json_write_string(&c->out, arena_format(&c->arena, SHARE_PATH "%s", token));
    json_object_end(&c->out);
}

/* ---- ListShares ---- */

/* A share, and what of its devices the caller sees. */
struct listed {
    const struct share_link *share;
    struct device_ref *refs; /* in the arena */
    size_t count;
    bool is_seen; /* all that are left of them, of which there is one */
};

static bool is_former(const struct device_ref *ref)
{
    return ref->info->is_former;
}

static struct listed look(struct call *c, struct directory *dir, const struct share_link *s)
{
    int64_t *ids = NULL;
    size_t count = share_devices(s, &c->arena, &ids);
    struct listed listed = {.share = s,
                            .refs = arena_new_array(&c->arena, count, sizeof(*listed.refs)),
                            .is_seen = true};
    for (size_t i = 0; i < count; i++) {
        struct device_ref *ref = &listed.refs[listed.count];
        if (directory_find(dir, ids[i], ref) != ERR_OK) {
            continue;
        }
        if (is_former(ref) || !directory_sees(dir, &c->caller, ref)) {
            listed.is_seen = listed.is_seen && is_former(ref);
            device_ref_release(dir, ref);
            continue;
        }
        listed.count++;
    }
    listed.is_seen = listed.is_seen && listed.count > 0;
    return listed;
}

static void release(struct directory *dir, struct listed *listed)
{
    directory_release_all(dir, listed->refs, listed->count);
    listed->count = 0;
}

/* Whether the key is part of a DeviceID or a plate, without case. */
static bool has_key(struct call *c, const struct listed *listed, const char *key)
{
    bool has = *key == '\0';
    for (size_t i = 0; i < listed->count && !has; i++) {
        const struct device *d = listed->refs[i].info;
        has = strstr(list_key_folded(c, d->plate), key) != NULL ||
              strstr(list_key_folded(c, d->device_id), key) != NULL;
    }
    return has;
}

static void write_author(struct call *c, int64_t user_id)
{
    struct user u;
    bool is_known = directory_user(c->shard->directory, user_id, &c->arena, &u) == ERR_OK;
    json_name(&c->out, "CreatedBy");
    json_write_string(&c->out, is_known ? u.login_name : NULL);
}

static void write_names(struct call *c, const struct listed *listed)
{
    json_name(&c->out, "DeviceIDs");
    json_array_begin(&c->out);
    for (size_t i = 0; i < listed->count; i++) {
        json_write_string(&c->out, listed->refs[i].info->device_id);
    }
    json_array_end(&c->out);
    json_name(&c->out, "VehicleNums");
    json_array_begin(&c->out);
    for (size_t i = 0; i < listed->count; i++) {
        json_write_string(&c->out, listed->refs[i].info->plate);
    }
    json_array_end(&c->out);
}

static void write_share(struct call *c, const struct listed *listed)
{
    const struct share_link *s = listed->share;
    json_object_begin(&c->out);
    json_name(&c->out, "ShareID");
    json_int(&c->out, s->id);
    write_names(c, listed);
    json_name(&c->out, "CreateTime");
    call_write_time(c, &c->out, s->created_s);
    json_name(&c->out, "Until");
    call_write_time(c, &c->out, s->until_s);
    json_name(&c->out, "History");
    json_bool(&c->out, s->has_history);
    write_author(c, s->user_id);
    json_object_end(&c->out);
}

/* Newest first. */
static void list_shares(struct call *c)
{
    struct directory *dir = c->shard->directory;
    size_t count = 0;
    size_t total = 0;
    const struct share_link *all =
        directory_list_owned(dir, ENTITY_SHARE, c->caller.enterprise_id, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY));
    struct listed *rows = arena_new_array(&c->arena, count, sizeof(*rows));
    for (size_t i = count; i-- > 0;) {
        if (all[i].until_s <= call_now_s(c)) {
            continue;
        }
        rows[total] = look(c, dir, &all[i]);
        if (rows[total].is_seen && has_key(c, &rows[total], key)) {
            total++;
        } else {
            release(dir, &rows[total]);
        }
    }
    struct list_page page = list_page_begin(c, 0, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            write_share(c, &rows[i]);
        }
        release(dir, &rows[i]);
    }
    list_page_end(c);
}

/* ---- DeleteShare ---- */

static enum err delete_share(struct call *c, struct job_context *job)
{
    struct share_link *s = arena_new(job->changes.arena, sizeof(*s));
    const struct owned_key key = {c->caller.enterprise_id, call_number(c, DELETE_ID, 0)};
    bool is_there =
        directory_owned(job->directory, ENTITY_SHARE, key, job->changes.arena, s) == ERR_OK &&
        s->until_s > job->now_s;
    if (is_there) {
        struct listed listed = look(c, job->directory, s);
        is_there = listed.is_seen;
        release(job->directory, &listed);
    }
    if (!is_there) {
        return call_refuse(c, 404, NO_SHARE);
    }
    change_add(&job->changes, CHANGE_DELETE_SHARE)->share = *s;
    return ERR_OK;
}

/* ---- the rows ---- */

static const struct param_row add_params[] = {
    [ADD_DEVICES] = {.name = "DeviceIDs",
                     .type = PARAM_LIST,
                     .required = true,
                     .doc = "The devices, 50 at most"},
    [ADD_UNTIL] = {.name = "Until",
                   .type = PARAM_TIME,
                   .required = true,
                   .doc = "When it ends: at most 366 days ahead"},
    [ADD_HISTORY] = {.name = "History",
                     .type = PARAM_BOOL,
                     .doc = "Whether it shows what was before it was made, too, and may be "
                            "exported; false unless given"},
};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row delete_params[] = {
    [DELETE_ID] = {.name = "ShareID",
                   .type = PARAM_INT,
                   .required = true,
                   .min = 1,
                   .max = INT64_MAX,
                   .doc = "The share"},
};

static const struct reply_member added_members[] = {
    {.name = "ShareID", .type = REPLY_INT, .example = "17", .doc = "Names the share"},
    {.name = "Path",
     .type = REPLY_TEXT,
     .example = "\"/s/0D4F6A8B2C3E1F5A7B9C0D2E4F6A8B1C\"",
     .doc = "Its page on this server, which is told only here; behind /s/ stands its token"},
};
static const struct reply_member list_members[] = {
    {.name = "ShareID", .type = REPLY_INT, .example = "17", .doc = "Names the share"},
    {.name = "DeviceIDs",
     .type = REPLY_TEXTS,
     .example = "[\"862306128008106\"]",
     .doc = "Its devices that are left"},
    {.name = "VehicleNums",
     .type = REPLY_TEXTS,
     .example = "[\"8020\"]",
     .doc = "Their display names, in the same order"},
    {.name = "CreateTime",
     .type = REPLY_TIME,
     .example = "\"2026-11-30 08:00:00\"",
     .doc = "When it was made"},
    {.name = "Until",
     .type = REPLY_TIME,
     .example = "\"2026-11-30 18:00:00\"",
     .doc = "When it ends"},
    {.name = "History",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "It shows what was before it was made, too"},
    {.name = "CreatedBy",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"olga\"",
     .doc = "Login name of who made it; null: an account from elsewhere"},
};

static const struct api_method rows[] = {
    {
        .name = "AddShare",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .params = add_params,
        .param_count = COUNT_OF(add_params),
        .reply = {.shape = REPLY_OBJECT,
                  .members = added_members,
                  .count = COUNT_OF(added_members)},
        .codes = {{403, TOO_MANY_SHARES}, {404, CALL_NO_DEVICE_TEXT}},
        .doc = "Makes a link by which whoever has it sees these devices until a time, without an "
               "account. Its token is good as any, in a header or as `key`, for the methods that "
               "say so; it ends when its maker is no operator any more, and of a device that "
               "moves or is deleted.",
        .check = check_add,
        .change = add_share,
        .run = write_added,
    },
    {
        .name = "ListShares",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_OPERATOR,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE, .members = list_members, .count = COUNT_OF(list_members)},
        .doc = "The shares that are not over, all of whose devices the caller sees, newest first; "
               "Key is part of a plate or DeviceID.",
        .run = list_shares,
    },
    {
        .name = "DeleteShare",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, NO_SHARE}},
        .doc = "Ends a share: its link answers nothing more, and streams by it end within a "
               "second.",
        .change = delete_share,
    },
};

const struct method_group share_methods = {.rows = rows, .count = COUNT_OF(rows)};
