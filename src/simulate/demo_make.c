/*
 * One job makes all of the fleet that is not there yet. Groups, geofences and rules are made with
 * the first vehicle alone, so that what people deleted does not come back.
 */
#include "simulate/demo_make.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/server.h"
#include "base/mem.h"
#include "base/reader.h"
#include "fleet/fences.h"

enum { JOB_TIMEOUT_MS = 10000, DAY_S = 86400, FENCE_RADIUS_M_E2 = 18000 };
enum { OVERSPEED_KMH = 102, OVERSPEED_S = 20, LOW_BATTERY_PERCENT = 15, COLD_MAX_C = -12 };

/* The key of the preference of the user demo; its value is a time in seconds. */
static const char PAST_KEY[] = "demo.past";

struct making {
    const struct roads *roads;
    int64_t enterprise_id;
};

struct noting {
    int64_t user_id;
    int64_t until_s;
};

/* A geofence around a site. */
static const struct fence_row {
    const char *name;
    uint8_t region;
    uint8_t site;
    uint8_t alarm_on;
} fence_rows[] = {
    {"Depot Neubrandenburg", 0, 0, 0},
    {"Truck yard", 0, 4, 0},
    {"Depot Vaduz", 1, 0, 0},
    {"Generator hall", 1, 6, FENCE_ALARM_LEAVE},
};

static void add_groups(struct job_context *job, int64_t enterprise, int64_t ids[DEMO_GROUPS])
{
    for (enum demo_group g = 0; g < DEMO_GROUPS; g++) {
        ids[g] = ids_next(job->ids, ID_OF_GROUP);
        change_add(&job->changes, CHANGE_PUT_GROUP)->group =
            (struct group){.id = ids[g], .enterprise_id = enterprise, .name = demo_group_name(g)};
    }
}

/* The groups that an earlier start made, by name; 0 where one is gone. */
static void find_groups(struct job_context *job, int64_t enterprise, int64_t ids[DEMO_GROUPS])
{
    size_t count;
    const struct group *groups =
        directory_list_groups(job->directory, enterprise, job->changes.arena, &count);
    for (enum demo_group g = 0; g < DEMO_GROUPS; g++) {
        ids[g] = 0;
        for (size_t i = 0; i < count && ids[g] == 0; i++) {
            ids[g] = strcmp(groups[i].name, demo_group_name(g)) == 0 ? groups[i].id : 0;
        }
    }
}

static void add_fences(struct job_context *job, const struct making *m, int64_t assets)
{
    for (size_t i = 0; i < sizeof(fence_rows) / sizeof(fence_rows[0]); i++) {
        const struct fence_row *row = &fence_rows[i];
        struct point middle = roads_site(m->roads, row->region, row->site);
        struct shape_ring ring = {&middle, 1};
        struct bytes packed = geofence_pack_rings(job->changes.arena, &ring, 1);
        struct bytes groups = geofence_pack_ids(job->changes.arena, &assets, 1);
        bool is_of_assets = row->alarm_on != 0; /* vehicles leave it all day */
        change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence = (struct geofence){
            .enterprise_id = m->enterprise_id,
            .id = ids_next(job->ids, ID_OF_GEOFENCE),
            .from_s = job->now_s - DEMO_MONTH_S - DAY_S,
            .until_s = INT64_MAX,
            .name = row->name,
            .shape = SHAPE_CIRCLE,
            .alarm_on = row->alarm_on,
            .radius_m_e2 = FENCE_RADIUS_M_E2,
            .rings = packed.at,
            .rings_len = packed.len,
            .groups = is_of_assets ? groups.at : NULL,
            .groups_len = is_of_assets ? groups.len : 0,
        };
    }
}

static void add_rules(struct job_context *job, int64_t enterprise, int64_t cold)
{
    const struct alarm_rule all = {
        .enterprise_id = enterprise,
        .from_s = job->now_s - DEMO_MONTH_S - DAY_S,
        .until_s = INT64_MAX,
    };
    struct alarm_rule *rule = &change_add(&job->changes, CHANGE_PUT_ALARM_RULE)->alarm_rule;
    *rule = all;
    rule->scope = RULE_OF_ENTERPRISE;
    rule->has[RULE_OVERSPEED_KMH_E2] = rule->has[RULE_OVERSPEED_S] = true;
    rule->values[RULE_OVERSPEED_KMH_E2] = OVERSPEED_KMH * 100;
    rule->values[RULE_OVERSPEED_S] = OVERSPEED_S;
    rule->has[RULE_LOW_BATTERY_PERCENT] = true;
    rule->values[RULE_LOW_BATTERY_PERCENT] = LOW_BATTERY_PERCENT;
    rule = &change_add(&job->changes, CHANGE_PUT_ALARM_RULE)->alarm_rule;
    *rule = all;
    rule->scope = RULE_OF_GROUP;
    rule->subject_id = cold;
    rule->has[RULE_TEMPERATURE_MAX_C_E2] = true;
    rule->values[RULE_TEMPERATURE_MAX_C_E2] = COLD_MAX_C * 100;
}

static void add_vehicle(struct job_context *job, int64_t enterprise, int64_t group, size_t i)
{
    struct arena *arena = job->changes.arena;
    struct demo_vehicle v = demo_vehicle(i);
    const char *phone = arena_format(arena, "+49 152 288170%03zu", i + 1);
    const char *iccid = arena_format(arena, "894902000010000%03zu", i + 1);
    struct change *c = change_add(&job->changes, CHANGE_PUT_DEVICE);
    c->device = (struct device){
        .id = ids_next(job->ids, ID_OF_DEVICE),
        .enterprise_id = enterprise,
        .group_id = group,
        .device_id = v.device_id,
        .plate = v.plate,
        .object_code = v.device_id,
        .sim = phone,
        .iccid = iccid,
        .model = v.model,
        .type = (enum device_type)v.type,
        .tank_ml = (uint32_t)v.tank_l * 1000,
        .created_s = job->now_s,
    };
    device_init(&c->device);
    int64_t device = c->device.id;
    struct sim_card *card = &change_add(&job->changes, CHANGE_PUT_SIM)->sim;
    *card = (struct sim_card){
        .enterprise_id = enterprise,
        .id = ids_next(job->ids, ID_OF_SIM),
        .iccid = iccid,
        .sim = phone,
        .package_name = "IoT 500 MB",
        .device_id = device,
        .is_active = v.trait != TRAIT_LOST,
        .actived_day = (job->now_s - DEMO_MONTH_S) / DAY_S,
        .end_day = (job->now_s + (int64_t)(40 + 5 * i) * DAY_S) / DAY_S,
        .created_s = job->now_s,
        .usage_amount_mb_e2 = 50000,
        .usage_data_mb_e2 = (uint32_t)(50000 - 731 * i % 42000),
        .sms_amount = 50,
        .sms_data = 50,
    };
    entity_init(ENTITY_SIM, card);
}

static enum err make(struct job_context *job, void *arg)
{
    const struct making *m = arg;
    int64_t groups[DEMO_GROUPS];
    bool is_first = demo_registered_s(job->directory, demo_vehicle(0).device_id) == 0;
    if (is_first) {
        add_groups(job, m->enterprise_id, groups);
        add_fences(job, m, groups[GROUP_ASSETS]);
        add_rules(job, m->enterprise_id, groups[GROUP_COLD]);
    } else {
        find_groups(job, m->enterprise_id, groups);
    }
    for (size_t i = 0; i < DEMO_VEHICLES; i++) {
        struct demo_vehicle v = demo_vehicle(i);
        if (demo_registered_s(job->directory, v.device_id) == 0) {
            add_vehicle(job, m->enterprise_id, groups[v.group], i);
        }
    }
    return ERR_OK;
}

enum err demo_make(struct ingest *in, struct directory *dir, const struct roads *roads,
                   int64_t *user_id)
{
    struct making *m = mem_new(sizeof(*m));
    m->roads = roads;
    enum err e = api_make_demo(in, &m->enterprise_id);
    if (e == ERR_OK || e == ERR_DUPLICATE) {
        e = ingest_call(in, make, m, free, JOB_TIMEOUT_MS);
    }
    if (e != ERR_TIMEOUT) {
        free(m); /* after a time-out it is the ingest thread's */
    }
    if (e == ERR_OK) {
        struct arena arena = {0};
        struct user user;
        e = directory_user_by_login(dir, "demo", &arena, &user);
        *user_id = e == ERR_OK ? user.id : 0;
        arena_free(&arena);
    }
    return e;
}

int64_t demo_registered_s(struct directory *dir, const char *device_id)
{
    struct device_ref ref;
    if (directory_find_tracker(dir, device_id, &ref) != ERR_OK) {
        return 0;
    }
    int64_t created_s = ref.info->created_s;
    device_ref_release(dir, &ref);
    return created_s > 0 ? created_s : 1;
}

int64_t demo_past_until_s(struct directory *dir, int64_t user_id)
{
    struct arena arena = {0};
    struct preference p;
    uint64_t until_s = 0;
    bool is_noted = directory_preference(dir, user_id, PAST_KEY, &arena, &p) == ERR_OK &&
                    parse_u64(bytes_of_text(p.value), &until_s);
    arena_free(&arena);
    return is_noted && until_s <= INT64_MAX ? (int64_t)until_s : 0;
}

static enum err note(struct job_context *job, void *arg)
{
    const struct noting *n = arg;
    const char *text = arena_format(job->changes.arena, "%" PRId64, n->until_s);
    change_add(&job->changes, CHANGE_PUT_PREFERENCE)->preference =
        (struct preference){.user_id = n->user_id, .key = PAST_KEY, .value = text};
    return ERR_OK;
}

enum err demo_note_past(struct ingest *in, int64_t user_id, int64_t until_s)
{
    struct noting *n = mem_new(sizeof(*n));
    *n = (struct noting){.user_id = user_id, .until_s = until_s};
    enum err e = ingest_call(in, note, n, free, JOB_TIMEOUT_MS);
    if (e != ERR_TIMEOUT) {
        free(n);
    }
    return e;
}
