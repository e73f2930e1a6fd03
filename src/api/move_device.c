/*
 * MoveDevice: a device goes to another enterprise of its tree, with its history or without. All of
 * it is one step of a job, so that the device is in one place whenever the process dies.
 *
 *     KeepHistory true     the device itself gets the other enterprise. A term keeps which it was
 *                          in, so that late fixes are judged by the rules of their time. Where the
 *                          other enterprise has a former device of that DeviceID it is refused:
 *                          nobody could read that one's history any more.
 *     KeepHistory false    the device stays as a former one (fleet/directory_formers.h), another
 *                          begins. Where the other enterprise has a former device of that DeviceID,
 *                          that one lives on instead, and has its own history again.
 *
 * No row of a track is touched either way. What people of the enterprise that it leaves decided for
 * it ends: its group, marks, alarm rules, SIM cards, waiting commands. Geofences that list it are
 * left alone, since they hold for devices of their enterprise only; where it comes back to one, it
 * is taken out of their lists.
 */
#include <string.h>

#include "api/call.h"
#include "api/manage.h"
#include "api/share.h"
#include "fleet/directory_formers.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_sims.h"
#include "fleet/directory_tree.h"
#include "ingest/commands.h"

enum { MOVE_DEVICE, MOVE_HOLD, MOVE_KEEPS };

static const char NO_ENTERPRISE[] = "This enterprise does not exist";
static const char OTHER_TREE[] = "is in another tree";
static const char PLATE_TAKEN[] = "VehiclePlate is taken";
static const char CODE_TAKEN[] = "ObjectCode is taken";
static const char HAS_HISTORY[] = "KeepHistory: an earlier history of this DeviceID is there, and "
                                  "would be hidden by another";

static bool is_root(const struct call *c)
{
    return c->caller.role == ROLE_ROOT;
}

/* Root's call goes to the shard of the enterprise. */
static bool check_move(struct call *c)
{
    if (is_root(c)) {
        c->shard = shards_of_enterprise(c->api->shards, call_number(c, MOVE_HOLD, 0));
    }
    return true;
}

/* ---- what ends ---- */

static void end_marks(struct job_context *job, int64_t device)
{
    size_t count = 0;
    const int64_t *users =
        directory_list_markers(job->directory, device, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        change_add(&job->changes, CHANGE_DELETE_FOCUS)->focus = (struct focus){users[i], device};
    }
}

static void end_rule(struct job_context *job, const struct device *d)
{
    struct alarm_rule now;
    const struct alarm_rule key = {
        .enterprise_id = d->enterprise_id, .scope = RULE_OF_DEVICE, .subject_id = d->id};
    if (directory_alarm_rule(job->directory, &key, job->changes.arena, &now) == ERR_OK) {
        (void)manage_end_rule(job, &now);
    }
}

static void take_out_cards(struct job_context *job, int64_t device)
{
    size_t count = 0;
    const struct sim_card *cards =
        directory_list_sims_in(job->directory, device, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        struct change *change = change_add(&job->changes, CHANGE_PUT_SIM);
        change->sim = cards[i];
        change->sim.device_id = 0;
        change->sim.bound_s = job->now_s;
    }
}

static void end_all(struct job_context *job, const struct device *d)
{
    end_marks(job, d->id);
    end_rule(job, d);
    take_out_cards(job, d->id);
    commands_cancel_waiting(job, d->id);
    share_drop_device(job, d);
}

/* ---- where it comes back ---- */

/* The ids of a list without one; a list that would be empty names nobody. */
static struct bytes without(struct arena *arena, const struct geofence *g, int64_t device,
                            bool *lists)
{
    int64_t *ids = NULL;
    size_t count = 0;
    size_t kept = 0;
    *lists = false;
    if (geofence_unpack_ids((struct bytes){g->devices, g->devices_len}, arena, &ids, &count) !=
        ERR_OK) {
        return (struct bytes){0};
    }
    for (size_t i = 0; i < count; i++) {
        *lists = *lists || ids[i] == device;
        ids[kept] = ids[i];
        kept += ids[i] != device;
    }
    if (*lists && kept == 0) {
        ids[kept++] = GEOFENCE_NOBODY;
    }
    return geofence_pack_ids(arena, ids, kept);
}

/* The geofences of an enterprise list the device no longer. */
static void strike_from_fences(struct job_context *job, int64_t enterprise_id, int64_t device)
{
    size_t count = 0;
    const struct caller everybody = {.enterprise_id = enterprise_id};
    const struct geofence *all =
        directory_list_geofences(job->directory, &everybody, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool lists = false;
        struct bytes left = without(job->changes.arena, &all[i], device, &lists);
        if (!lists) {
            continue;
        }
        struct geofence fresh = all[i];
        fresh.devices = left.at;
        fresh.devices_len = left.len;
        fresh.from_s = manage_end_fence(job, &all[i]);
        change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = fresh;
    }
}

/* ---- the move ---- */

/* The device as it is to be in the other enterprise, but for its id. */
static struct device moved(const struct device *d, int64_t enterprise_id)
{
    struct device fresh = *d;
    fresh.enterprise_id = enterprise_id;
    fresh.group_id = 0;
    return fresh;
}

static void move_whole(struct job_context *job, const struct device *d, int64_t enterprise_id)
{
    const struct device fresh = moved(d, enterprise_id);
    if (directory_was_in(job->directory, d->id, enterprise_id)) {
        strike_from_fences(job, enterprise_id, d->id);
    }
    change_add(&job->changes, CHANGE_PUT_DEVICE)->device = fresh;
    directory_note_term(job->directory, &job->changes, d, &fresh, job->now_s);
}

static void leave_former(struct job_context *job, const struct device *d)
{
    struct device former = *d;
    former.is_former = true;
    former.group_id = 0;
    former.password_hash = ""; /* it takes no commands */
    change_add(&job->changes, CHANGE_PUT_DEVICE)->device = former;
    directory_note_term(job->directory, &job->changes, d, &former, job->now_s);
}

/* What was learnt of the tracker's clock holds for the tracker. */
static void copy_clock(struct job_context *job, int64_t from, int64_t to)
{
    struct device_ref ref;
    struct clock_zone zone;
    struct arena *arena = job->changes.arena;
    if (directory_find(job->directory, from, &ref) != ERR_OK) {
        return;
    }
    if (tracked_clock(job->directory, ref.tracked, &zone)) {
        struct bytes packed = clock_zone_pack(&zone, arena_new(arena, CLOCK_ZONE_PACKED_MAX));
        change_add(&job->changes, CHANGE_PUT_CLOCK)->clock =
            (struct device_clock){to, packed.at, packed.len};
    }
    device_ref_release(job->directory, &ref);
}

/* The former device of the other enterprise lives on as `fresh`; false: there is none. */
static bool revive(struct job_context *job, struct device *fresh)
{
    struct device_ref ref;
    if (directory_find_former(job->directory, fresh->enterprise_id, fresh->device_id, &ref) !=
        ERR_OK) {
        return false;
    }
    fresh->id = ref.info->id;
    fresh->created_s = ref.info->created_s;
    change_add(&job->changes, CHANGE_PUT_DEVICE)->device = *fresh;
    directory_note_term(job->directory, &job->changes, ref.info, fresh, job->now_s);
    device_ref_release(job->directory, &ref);
    strike_from_fences(job, fresh->enterprise_id, fresh->id);
    return true;
}

static void begin_anew(struct job_context *job, const struct device *d, int64_t enterprise_id)
{
    struct device fresh = moved(d, enterprise_id);
    leave_former(job, d);
    if (!revive(job, &fresh)) {
        fresh.id = ids_next(job->ids, ID_OF_DEVICE);
        fresh.created_s = job->now_s;
        change_add(&job->changes, CHANGE_PUT_DEVICE)->device = fresh;
    }
    directory_note_past(job->directory, &job->changes, fresh.id, d->id, job->now_s);
    copy_clock(job, d->id, fresh.id);
}

/* ---- the call ---- */

/* The device that the call names, wherever the caller may act. */
static enum err find_device(struct call *c, struct job_context *job, struct device *out)
{
    struct device_ref ref;
    struct caller caller = c->caller;
    caller.includes_below = true;
    const char *name = call_text(c, MOVE_DEVICE);
    enum err e = is_root(c) ? directory_find_tracker(job->directory, name, &ref)
                            : directory_find_by_device_id(job->directory, &caller, name, &ref);
    if (e != ERR_OK) {
        return call_refuse(c, 404, CALL_NO_DEVICE_TEXT);
    }
    *out = device_copy(job->changes.arena, ref.info);
    out->group_id = ref.group_id;
    device_ref_release(job->directory, &ref);
    return ERR_OK;
}

/* Whether that device may be in the other enterprise. */
static enum err check_place(struct call *c, struct job_context *job, const struct device *d,
                            int64_t enterprise_id)
{
    struct directory *dir = job->directory;
    if (!directory_share_tree(dir, d->enterprise_id, enterprise_id)) {
        return call_refuse_value(c, "HoldID", OTHER_TREE);
    }
    if (directory_plate_taken(dir, enterprise_id, d->plate, 0)) {
        return call_refuse(c, 409, PLATE_TAKEN);
    }
    if (directory_object_code_taken(dir, enterprise_id, d->object_code, 0)) {
        return call_refuse(c, 409, CODE_TAKEN);
    }
    if (directory_room(dir, LIMIT_DEVICES, enterprise_id, d->enterprise_id) == 0) {
        return manage_refuse_limit(c, LIMIT_DEVICES);
    }
    return ERR_OK;
}

/* Whether a former device of the DeviceID is in the other enterprise. */
static bool has_former(struct job_context *job, const struct device *d, int64_t enterprise_id)
{
    struct device_ref ref;
    bool has = directory_find_former(job->directory, enterprise_id, d->device_id, &ref) == ERR_OK;
    device_ref_release(job->directory, &ref);
    return has;
}

static enum err move_device(struct call *c, struct job_context *job)
{
    struct device d = {0};
    int64_t enterprise_id = call_number(c, MOVE_HOLD, 0);
    enum err e = find_device(c, job, &d);
    if (e == ERR_OK && !directory_may_act(job->directory, &c->caller, enterprise_id)) {
        e = call_refuse(c, 404, NO_ENTERPRISE);
    }
    if (e != ERR_OK || d.enterprise_id == enterprise_id) {
        return e; /* it is there already */
    }
    bool keeps = call_number(c, MOVE_KEEPS, 0) != 0;
    e = check_place(c, job, &d, enterprise_id);
    if (e == ERR_OK && keeps && has_former(job, &d, enterprise_id)) {
        e = call_refuse(c, 409, HAS_HISTORY);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (keeps) {
        move_whole(job, &d, enterprise_id);
    } else {
        begin_anew(job, &d, enterprise_id);
    }
    end_all(job, &d);
    return ERR_OK;
}

static const struct param_row params[] = {
    [MOVE_DEVICE] = {.name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The device"},
    [MOVE_HOLD] = {.name = "HoldID",
                   .type = PARAM_INT,
                   .required = true,
                   .min = 1,
                   .max = INT64_MAX,
                   .doc = "The enterprise that it goes to, of the same tree"},
    [MOVE_KEEPS] = {.name = "KeepHistory",
                    .type = PARAM_BOOL,
                    .required = true,
                    .doc = "true: its history goes with it; false: it stays behind, to be read "
                           "there by sections 9, 10, 14 and 26, and another begins"},
};

static const struct api_method rows[] = {
    {
        .name = "MoveDevice",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_JOB,
        .role = ROLE_ADMIN,
        .own_hold_id = true,
        .whole_enterprise = true,
        .params = params,
        .param_count = COUNT_OF(params),
        .codes = {{404, "This device, or this enterprise, does not exist"},
                  {409, "VehiclePlate or ObjectCode is taken, or an earlier history of the "
                        "device is there, which KeepHistory true would hide"},
                  {403, "MaxDevices is reached"}},
        .doc = "Moves a device between two enterprises of a tree, both the caller's or below. Its "
               "group, marks, alarm rules, SIM cards, shares and waiting commands end.",
        .check = check_move,
        .change = move_device,
    },
};

const struct method_group move_methods = {.rows = rows, .count = COUNT_OF(rows)};
