/*
 * Management of devices. Everything that can be judged without the directory is judged before the
 * job (AddDevices reads up to 10,000 objects); the job checks what must be unique, against the
 * directory and against the other devices of the same call.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/device_fields.h"
#include "api/device_list.h"
#include "api/device_view.h"
#include "api/elements.h"
#include "api/list_page.h"
#include "api/manage.h"
#include "api/version.h"
#include "base/clock.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_tree.h"
#include "ingest/commands.h"

enum { MANY_DEVICES };
enum { DEVICES_MAX = 10000 };

static const char ID_TAKEN[] = "DeviceID is taken";
static const char PLATE_TAKEN[] = "VehiclePlate is taken";
static const char CODE_TAKEN[] = "ObjectCode is taken";
static const char NO_GROUP[] = "This group does not exist";

/* ---- what must be unique ---- */

/* The devices that one call adds; the directory knows them only after the commit. */
struct addition {
    struct call *call;
    struct job_context *job;
    GHashTable *taken; /* "i" + identity, "p" + plate, "c" + code: folded, in the arena */
    int64_t room;      /* so many more may be added */
};

static struct addition begin_addition(struct call *c, struct job_context *job)
{
    return (struct addition){
        .call = c,
        .job = job,
        .taken = g_hash_table_new(g_str_hash, g_str_equal),
        .room = directory_room(job->directory, LIMIT_DEVICES, c->caller.enterprise_id, 0),
    };
}

static char *taken_key(const struct addition *a, char kind, const char *text)
{
    char *folded = g_utf8_casefold(text, -1);
    char *key = arena_format(&a->call->arena, "%c%s", kind, folded);
    g_free(folded);
    return key;
}

static char *identity_key(const struct addition *a, const char *device_id)
{
    return arena_format(&a->call->arena, "i%s", device_id_key(device_id));
}

static bool is_taken(const struct addition *a, char kind, const char *text)
{
    return g_hash_table_contains(a->taken, taken_key(a, kind, text));
}

static bool code_is_taken(const struct addition *a, const char *code)
{
    return directory_object_code_taken(a->job->directory, a->call->caller.enterprise_id, code, 0) ||
           is_taken(a, 'c', code);
}

/* The day in the zone of the enterprise, and the internal id: 2004130036. */
static const char *make_code(const struct addition *a, int64_t id)
{
    char day[ZONE_TEXT_SIZE]; /* "2020-04-13" */
    char *code = NULL;
    int64_t number = id;
    zone_format(call_clock(a->call), ZONE_DATE, a->job->now_s, day);
    do {
        code = arena_format(&a->call->arena, "%.2s%.2s%.2s%04lld", day + 2, day + 5, day + 8,
                            (long long)number);
        number += DEVICES_MAX;
    } while (code_is_taken(a, code));
    return code;
}

/* The group exists in the enterprise and is one of the caller's. */
static bool group_is_allowed(struct call *c, struct directory *dir, int64_t group_id)
{
    struct group g;
    if (group_id == 0) {
        return c->caller.group_count == 0;
    }
    return directory_group(dir, group_id, &c->arena, &g) == ERR_OK && !g.deleted &&
           g.enterprise_id == c->caller.enterprise_id && call_sees_group(c, group_id);
}

/* A refusal of one device: code and text. */
struct refusal {
    int code; /* 0: none */
    const char *text;
};

/* `is_elsewhere`: another shard has a device of its DeviceID. */
static struct refusal check_new(const struct addition *a, const struct device *d, bool is_elsewhere)
{
    struct directory *dir = a->job->directory;
    struct device_ref other;
    if (d->group_id == 0 && a->call->caller.group_count > 0) {
        return (struct refusal){500, "GroupID: " PARAM_MISSING};
    }
    if (!group_is_allowed(a->call, dir, d->group_id)) {
        return (struct refusal){404, NO_GROUP};
    }
    if (!call_may(a->call)) {
        return (struct refusal){403, CALL_NO_ROLE_TEXT};
    }
    if (directory_find_tracker(dir, d->device_id, &other) == ERR_OK) {
        device_ref_release(dir, &other);
        return (struct refusal){409, ID_TAKEN};
    }
    if (is_elsewhere || g_hash_table_contains(a->taken, identity_key(a, d->device_id))) {
        return (struct refusal){409, ID_TAKEN};
    }
    if (directory_plate_taken(dir, d->enterprise_id, d->plate, 0) || is_taken(a, 'p', d->plate)) {
        return (struct refusal){409, PLATE_TAKEN};
    }
    if (d->object_code[0] != '\0' && code_is_taken(a, d->object_code)) {
        return (struct refusal){409, CODE_TAKEN};
    }
    if (a->room == 0) {
        return (struct refusal){403, manage_limit_text(LIMIT_DEVICES)};
    }
    return (struct refusal){0};
}

/* ---- AddDevice and AddDevices ---- */

/* The device of the name that the call reserved at `i`. */
static struct refusal add_one(struct addition *a, const struct value *values, size_t i)
{
    struct device d = {
        .enterprise_id = a->call->caller.enterprise_id,
        .device_id = values[DEVICE_ID].text,
        .plate = values[DEVICE_ID].text,
        .created_s = a->job->now_s,
    };
    device_init(&d);
    device_fields_take(a->call, &d, values);
    struct refusal refusal = check_new(a, &d, unique_is_taken(&a->call->names, i));
    if (refusal.code != 0) {
        return refusal;
    }
    d.id = ids_next(a->job->ids, ID_OF_DEVICE);
    if (d.object_code[0] == '\0') {
        d.object_code = make_code(a, d.id);
    }
    change_add(&a->job->changes, CHANGE_PUT_DEVICE)->device = d;
    a->room--;
    g_hash_table_add(a->taken, identity_key(a, d.device_id));
    g_hash_table_add(a->taken, taken_key(a, 'p', d.plate));
    g_hash_table_add(a->taken, taken_key(a, 'c', d.object_code));
    return refusal;
}

static bool check_device(struct call *c)
{
    struct param_fault fault;
    if (!call_has_no_empty(c, DEVICE_CODE)) {
        return false;
    }
    if (device_fields_fault(c->values, c->method->params == device_add_params, &fault)) {
        call_fault(c, fault.name, fault.why);
        return false;
    }
    return true;
}

static void list_name(struct call *c)
{
    *call_want_names(c, 1) =
        (struct unique_name){.kind = NAME_DEVICE_ID, .text = call_text(c, DEVICE_ID)};
}

static enum err add_device(struct call *c, struct job_context *job)
{
    struct addition a = begin_addition(c, job);
    struct refusal refusal = add_one(&a, c->values, 0);
    g_hash_table_destroy(a.taken);
    return refusal.code == 0 ? ERR_OK : call_refuse(c, refusal.code, refusal.text);
}

static bool has_fault(struct call *c, const struct value *values, struct param_fault *fault)
{
    (void)c;
    return device_fields_fault(values, true, fault);
}

static bool prepare_devices(struct call *c)
{
    static const struct element_kind kind = {device_add_params, DEVICE_PARAMS, has_fault};
    elements_read(c, MANY_DEVICES, &kind);
    return true;
}

static void list_names(struct call *c)
{
    elements_want_names(c, NAME_DEVICE_ID, DEVICE_ID);
}

static const char *add_element(void *context, size_t i)
{
    struct addition *a = context;
    const struct elements *all = a->call->own;
    return add_one(a, all->at[i].values, i).text;
}

/* Adds of the next elements what can be added, and notes why the others cannot. */
static enum err add_devices(struct call *c, struct job_context *job)
{
    struct addition a = begin_addition(c, job);
    enum err e = elements_step(c, job, add_element, &a);
    g_hash_table_destroy(a.taken);
    return e;
}

/* ---- ModifyDevice and DeleteDevice ---- */

/* The device that the call names and may change. */
static enum err find_device(struct call *c, struct job_context *job, struct device *out)
{
    if (manage_find_device(job, c->caller.enterprise_id, call_text(c, DEVICE_ID), out) != ERR_OK ||
        !call_sees_group(c, out->group_id)) {
        return call_refuse(c, 404, CALL_NO_DEVICE_TEXT);
    }
    return call_allows(c) ? ERR_OK : ERR_FORBIDDEN;
}

static enum err modify_device(struct call *c, struct job_context *job)
{
    struct device d;
    enum err e = find_device(c, job, &d);
    e = e != ERR_OK ? e : version_check(c, device_view_write_members, &d);
    if (e != ERR_OK) {
        return e;
    }
    const struct device old = d;
    device_fields_take(c, &d, c->values);
    if (call_has(c, DEVICE_GROUP) && !group_is_allowed(c, job->directory, d.group_id)) {
        return call_refuse(c, 404, NO_GROUP);
    }
    if (directory_plate_taken(job->directory, d.enterprise_id, d.plate, d.id)) {
        return call_refuse(c, 409, PLATE_TAKEN);
    }
    if (directory_object_code_taken(job->directory, d.enterprise_id, d.object_code, d.id)) {
        return call_refuse(c, 409, CODE_TAKEN);
    }
    change_add(&job->changes, CHANGE_PUT_DEVICE)->device = d;
    if (call_has(c, DEVICE_PASSWORD)) {
        commands_cancel_timed(job, d.id); /* by the password of before */
    }
    directory_note_term(job->directory, &job->changes, &old, &d, job->now_s);
    device_view_note_zone(job, &old, &d);
    return ERR_OK;
}

static enum err delete_device(struct call *c, struct job_context *job)
{
    struct device d;
    enum err e = find_device(c, job, &d);
    if (e == ERR_OK) {
        manage_delete_device(job, &d);
    }
    return e;
}

/* ---- ListDevices ---- */

/* The list, and what those on the page travelled today. */
struct shown_devices {
    struct device_list list; /* first */
    struct live_day day;
    struct today *today;
};

static void look_up_today(struct device_list *list, size_t i)
{
    struct shown_devices *shown = (struct shown_devices *)(void *)list;
    if (shown->today == NULL) {
        shown->today = arena_new_array(&list->call->arena, list->kept, sizeof(*shown->today));
    }
    shown->today[i] = today_look(list->call, &list->refs[i], &shown->day);
}

static void write_device(struct device_list *list, size_t i)
{
    const struct shown_devices *shown = (const struct shown_devices *)(void *)list;
    device_view_write(list->call, &list->refs[i], &shown->today[i]);
}

static bool finds_device(struct device_list *list, const struct device_ref *ref)
{
    return device_list_has_key(list, ref->info);
}

static void list_devices(struct call *c)
{
    struct shown_devices *shown = arena_new(&c->arena, sizeof(*shown));
    const struct list_page page = list_page_of(c, 0);
    shown->day = today_of(c);
    shown->list = (struct device_list){
        .call = c,
        .key = list_key_folded(c, call_text(c, PAGE_PARAM_KEY)),
        .first = page.first,
        .end = page.end,
        .finds = finds_device,
        .write_row = write_device,
        .prepare_row = look_up_today,
    };
    device_list_begin(&shown->list);
}

/* ---- the rows ---- */

static const struct param_row delete_params[] = {
    {.name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The device"},
};
static const struct param_row list_params[] = {LIST_PAGE_PARAMS};
static const struct param_row many_params[] = {
    [MANY_DEVICES] = {.name = "Devices",
                      .type = PARAM_OBJECTS,
                      .required = true,
                      .max = DEVICES_MAX,
                      .doc = "Objects with the fields of AddDevice"},
};

static const struct api_method rows[] = {
    {
        .name = "AddDevice",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .params = device_add_params,
        .param_count = DEVICE_PARAMS,
        .codes = {{409, "DeviceID, VehiclePlate or ObjectCode is taken"}, {404, NO_GROUP}},
        .doc = "Registers a device.",
        .check = check_device,
        .names = list_name,
        .change = add_device,
    },
    {
        .name = "AddDevices",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .params = many_params,
        .param_count = COUNT_OF(many_params),
        .reply = {.shape = REPLY_OBJECT, .members = elements_members, .count = ELEMENTS_MEMBERS},
        .doc = "Registers up to 10,000 devices; those that cannot be are listed by index.",
        .weigh = elements_weigh,
        .prepare = prepare_devices,
        .names = list_names,
        .change = add_devices,
        .committed = elements_note_committed,
        .run = elements_answer,
    },
    {
        .name = "ModifyDevice",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .params = device_change_params,
        .param_count = DEVICE_PARAMS,
        .codes = {{404, CALL_NO_DEVICE_TEXT}, {409, "VehiclePlate or ObjectCode is taken"}},
        .doc = "Changes the fields given; the DeviceID itself stays.",
        .check = check_device,
        .change = modify_device,
    },
    {
        .name = "DeleteDevice",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .checks_role = true,
        .params = delete_params,
        .param_count = COUNT_OF(delete_params),
        .codes = {{404, CALL_NO_DEVICE_TEXT}},
        .doc = "Deletes a device.",
        .change = delete_device,
    },
    {
        .name = "ListDevices",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = device_view_members,
                  .count = DEVICE_VIEW_MEMBERS,
                  .lists_below = true},
        .doc = "The devices by DeviceID; to users limited to groups, those in them.",
        .run = list_devices,
    },
};

const struct method_group device_methods = {.rows = rows, .count = COUNT_OF(rows)};
