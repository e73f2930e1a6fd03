/*
 * Sections 6 to 8: the list of devices and their current states, answered from the directory alone:
 * on the HTTP thread where they are few, in steps where they are many (turns.c says on which
 * threads).
 */
#include <string.h>

#include "api/call.h"
#include "api/device_list.h"
#include "api/list_page.h"
#include "api/share.h"
#include "api/shown_alarms.h"
#include "api/snapshot.h"

/* ---- section 6 ---- */

enum { LIST_INDEX, LIST_SIZE, LIST_KEY, LIST_TYPE, LIST_STATUS };
enum {
    PAGE_SIZE_MAX = 1000,
    PAGE_INDEX_MAX = 1000000000,
    CODE_MAX = 1000000000,
    LOOKED_A_STEP = 8192, /* devices a step that are asked whether there is something to show */
};

/* As the document numbers the Status of section 6. */
enum list_status {
    STATUS_ALL,
    STATUS_ONLINE,
    STATUS_OFFLINE,
    STATUS_ALARM,
    STATUS_NOT_USED,
    STATUS_FOCUS,
};

/* What section 6 says of a device beyond its names. */
struct list_row {
    bool online;
    bool alarm;
    bool focus;
    bool used;
};

struct status_search {
    struct device_list list; /* first, so that it leads back here */
    int64_t type;            /* -1: any */
    enum list_status status;
    struct list_row rows[PAGE_SIZE_MAX + 1]; /* of the page, and of the device looked at */
};

static bool matches_status(enum list_status status, const struct list_row *row)
{
    switch (status) {
    case STATUS_ONLINE:
        return row->online;
    case STATUS_OFFLINE:
        return !row->online && row->used;
    case STATUS_ALARM:
        return row->alarm;
    case STATUS_NOT_USED:
        return !row->used;
    case STATUS_FOCUS:
        return row->focus;
    default:
        return true;
    }
}

static struct list_row list_row_of(const struct call *c, const struct device_ref *ref)
{
    struct live live;
    tracked_live(c->shard->directory, ref->tracked, &live);
    return (struct list_row){
        .online = live_is_online(&live, c->now_monotonic_ms, c->now_ms),
        .alarm = alarm_kinds_of_live(c, ref->info->id, &live.state) != 0,
        .focus = directory_is_focus(c->shard->directory, c->caller.user_id, ref->info->id),
        .used = live.reported,
    };
}

/* What was found is shown as it was found. */
static bool finds_listed(struct device_list *list, const struct device_ref *ref)
{
    struct status_search *search = (struct status_search *)list;
    if ((search->type >= 0 && search->type != (int64_t)ref->info->type) ||
        !device_list_has_key(list, ref->info)) {
        return false;
    }
    struct list_row *row = &search->rows[list->kept];
    *row = list_row_of(list->call, ref);
    return matches_status(search->status, row);
}

static void write_listed(struct device_list *list, size_t i)
{
    const struct device *d = list->refs[i].info;
    const struct list_row *row = &((struct status_search *)list)->rows[i];
    struct json_out *out = &list->call->out;
    json_object_begin(out);
    json_name(out, "DeviceID");
    json_write_string(out, d->device_id);
    json_name(out, "VehiclePlate");
    json_write_string(out, d->plate);
    json_name(out, "isOnline");
    json_bool(out, row->online);
    json_name(out, "isAlarm");
    json_bool(out, row->alarm);
    json_name(out, "DeviceType");
    json_int(out, d->type);
    json_name(out, "isFocus");
    json_bool(out, row->focus);
    json_name(out, "NoUsed");
    json_bool(out, !row->used);
    call_write_hold(list->call, out, d->enterprise_id);
    json_object_end(out);
}

static void get_device_list(struct call *c)
{
    int64_t size = call_number(c, LIST_SIZE, 1);
    size = size > PAGE_SIZE_MAX ? PAGE_SIZE_MAX : size;
    int64_t first = (call_number(c, LIST_INDEX, 1) - 1) * size;
    struct status_search *search = arena_new(&c->arena, sizeof(*search));
    search->list = (struct device_list){
        .call = c,
        .key = list_key_folded(c, call_text(c, LIST_KEY)),
        .first = first,
        .end = first + size,
        .finds = finds_listed,
        .write_row = write_listed,
    };
    search->type = call_number(c, LIST_TYPE, -1);
    search->status = (enum list_status)call_number(c, LIST_STATUS, STATUS_ALL);
    device_list_begin(&search->list);
}

static const struct param_row list_params[] = {
    [LIST_INDEX] = {.name = "PageIndex",
                    .type = PARAM_INT,
                    .required = true,
                    .min = 1,
                    .max = PAGE_INDEX_MAX,
                    .doc = "Page, from 1"},
    [LIST_SIZE] = {.name = "PageSize",
                   .type = PARAM_INT,
                   .required = true,
                   .min = 1,
                   .max = CODE_MAX,
                   .doc = "Rows of a page; more than 1000 are 1000"},
    [LIST_KEY] = {.name = "Key", .type = PARAM_TEXT, .doc = "Part of the DeviceID or plate"},
    [LIST_TYPE] = {.name = "DeviceType",
                   .type = PARAM_INT,
                   .max = DEVICE_ASSET,
                   .doc = "0 vehicle, 1 person, 2 asset"},
    [LIST_STATUS] = {.name = "Status",
                     .type = PARAM_INT,
                     .min = STATUS_ALL,
                     .max = STATUS_FOCUS,
                     .doc = "0 all, 1 online, 2 offline, 3 alarm, 4 not used, 5 focus"},
};

static const struct reply_member list_members[] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity of the tracker"},
    {.name = "VehiclePlate",
     .type = REPLY_TEXT,
     .example = "\"0592 BACKUP - CAR\"",
     .doc = "Display name"},
    {.name = "isOnline", .type = REPLY_BOOL, .example = "true", .doc = "Heard from lately"},
    {.name = "isAlarm", .type = REPLY_BOOL, .example = "false", .doc = "An alarm is active"},
    {.name = "DeviceType",
     .type = REPLY_INT,
     .example = "0",
     .doc = "0 vehicle, 1 person, 2 asset"},
    {.name = "isFocus", .type = REPLY_BOOL, .example = "false", .doc = "Marked by this user"},
    {.name = "NoUsed", .type = REPLY_BOOL, .example = "false", .doc = "Never reported"},
};

/* ---- sections 7 and 8 ---- */

static void write_status(struct call *c, const struct device_ref *ref, const struct live *live)
{
    struct json_out *out = &c->out;
    struct arena arena = {0};
    struct shown_alarms alarms;
    const struct device shown = share_device(c, ref->info);
    alarms_of_live(c, ref, &live->state, &arena, &alarms);
    json_object_begin(out);
    json_name(out, "SIM");
    json_write_string(out, shown.sim);
    json_name(out, "SIM2");
    json_write_string(out, shown.device_id);
    snapshot_write(&(struct snapshot){.device = &shown,
                                      .state = &live->state,
                                      .fix = &live->state.current,
                                      .alarms = &alarms,
                                      .clock = call_clock(c),
                                      .rcv_clock = &c->rcv_clock},
                   out);
    snapshot_write_flags(c, live, alarms.active, out);
    call_write_hold(c, out, ref->info->enterprise_id);
    json_object_end(out);
    arena_free(&arena);
}

/*
 * The snapshots of an answer. Which devices it has is known first, since `total` comes first. Each
 * is shown as it is when its piece is written, so the end of an answer that is read slowly is the
 * fresher. A device that had a position once has one ever after.
 */
struct status_list {
    struct call *call;
    struct device_ref *refs; /* not written yet: from `first` to `shown`; and from `looked` on */
    size_t count;
    size_t looked;
    size_t shown; /* of those looked at */
    size_t first;
    bool begun; /* `total` is written */
};

/* Lets go of the next devices that have nothing to show. */
static void look_at_some(struct status_list *list)
{
    struct directory *dir = list->call->shard->directory;
    for (size_t i = 0; i < LOOKED_A_STEP && list->looked < list->count; i++) {
        struct device_ref ref = list->refs[list->looked];
        list->refs[list->looked++] = (struct device_ref){0};
        if (tracked_has_position(dir, ref.tracked)) {
            list->refs[list->shown++] = ref;
        } else {
            device_ref_release(dir, &ref);
        }
    }
}

static void begin_data(struct status_list *list, struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "total");
    json_int(out, (int64_t)list->shown);
    json_name(out, "data");
    json_array_begin(out);
}

static enum call_step write_piece(void *state, struct json_out *out)
{
    struct status_list *list = state;
    struct live live;
    if (list->looked < list->count) {
        look_at_some(list);
        if (list->looked < list->count) {
            return STEP_AGAIN;
        }
    }
    if (!list->begun) {
        begin_data(list, out);
        list->begun = true;
    }
    while (list->first < list->shown && out->len < CALL_PIECE_BYTES) {
        struct device_ref *ref = &list->refs[list->first++];
        tracked_live(list->call->shard->directory, ref->tracked, &live);
        write_status(list->call, ref, &live);
        device_ref_release(list->call->shard->directory, ref);
    }
    if (list->first < list->shown) {
        return STEP_PIECE;
    }
    json_array_end(out);
    json_object_end(out);
    return STEP_END;
}

static void close_list(void *state)
{
    struct status_list *list = state;
    struct directory *dir = list->call->shard->directory;
    directory_release_all(dir, list->refs + list->first, list->shown - list->first);
    directory_release_all(dir, list->refs + list->looked, list->count - list->looked);
}

/* Answers with the devices found; they are given back as they are written. */
static void begin_statuses(struct call *c, struct device_ref *refs, size_t count)
{
    struct status_list *list = arena_new(&c->arena, sizeof(*list));
    *list = (struct status_list){.call = c, .refs = refs, .count = count};
    c->stream = (struct call_stream){write_piece, close_list, list};
}

/* Answers for all devices, or for those listed; plates below are looked for among all. */
static size_t weigh_statuses(struct call *c)
{
    bool is_all = call_text(c, 0)[0] == '\0' || c->caller.includes_below;
    return is_all ? call_weigh_fleet(c) : c->values[0].count;
}

static void get_current_by_plates(struct call *c)
{
    size_t count = 0;
    bool is_list = c->caller.includes_below && call_text(c, 0)[0] != '\0';
    struct device_ref *refs = is_list ? device_list_by_plates(c, 0, &count)
                                      : device_list_asked(c, 0, directory_find_by_plate, &count);
    begin_statuses(c, refs, count);
}

static void get_current_by_device_ids(struct call *c)
{
    size_t count = 0;
    struct device_ref *refs = device_list_asked(c, 0, directory_find_by_device_id, &count);
    begin_statuses(c, refs, count);
}

static const struct param_row plate_params[] = {
    {.name = "VehiclePlates",
     .type = PARAM_LIST,
     .required = true,
     .may_be_empty = true,
     .doc = "Plates between commas; \"\": all"},
};
static const struct param_row id_params[] = {
    {.name = "DeviceIDs",
     .type = PARAM_LIST,
     .required = true,
     .may_be_empty = true,
     .doc = "DeviceIDs between commas; \"\": all"},
};

static const struct reply_member status_members[] = {
    {.name = "SIM",
     .type = REPLY_TEXT,
     .example = "\"1064755708\"",
     .doc = "Phone number of the SIM card"},
    {.name = "SIM2", .type = REPLY_TEXT, .example = "\"8029999\"", .doc = "DeviceID"},
    SNAPSHOT_MEMBERS,
    SNAPSHOT_FLAG_MEMBERS,
};

static const struct api_method rows[] = {
    {
        .section = 6,
        .name = "GetDeviceList",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = list_members,
                  .count = COUNT_OF(list_members),
                  .lists_below = true},
        .doc = "The devices the caller may see, by DeviceID, in pages.",
        .weigh = call_weigh_fleet,
        .run = get_device_list,
    },
    {
        .section = 7,
        .name = "GetCurrentVehicleInfo",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .fault = FAULT_401,
        .params = plate_params,
        .param_count = COUNT_OF(plate_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = status_members,
                  .count = COUNT_OF(status_members),
                  .lists_below = true},
        .doc = "The current state of devices by plate; those that never had a position are left "
               "out.",
        .weigh = weigh_statuses,
        .run = get_current_by_plates,
    },
    {
        .section = 8,
        .name = "GetCurrentVehicleInfoByDeviceIDs",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .fault = FAULT_401,
        .params = id_params,
        .param_count = COUNT_OF(id_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = status_members,
                  .count = COUNT_OF(status_members),
                  .lists_below = true},
        .doc = "The current state of devices by DeviceID; those that never had a position are "
               "left out.",
        .weigh = weigh_statuses,
        .run = get_current_by_device_ids,
    },
};

const struct method_group status_methods = {.rows = rows, .count = COUNT_OF(rows)};
