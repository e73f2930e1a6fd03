/*
 * The demonstration fleet: who its vehicles are, how they get into the directory by a job of
 * ingest, and the thread that drives them through the device port as any tracker would.
 */
#include "simulate/demo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/server.h"
#include "base/address.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "simulate/client.h"
#include "simulate/source.h"

enum {
    VEHICLES = 20,
    DAY_S = 86400,
    WEEK_S = 7 * DAY_S,
    BURST = 30,
    WINDOW = 240,
    GIVE_UP_S = 3600,
    JOB_TIMEOUT_MS = 10000
};

struct vehicle {
    enum protocol_index protocol;
    enum device_type type;
    const char *device_id;
    const char *plate;
    const char *model;
};

static const struct vehicle vehicles[VEHICLES] = {
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000101", "B-OD 101", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000102", "B-OD 102", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000103", "B-OD 103", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000104", "B-OD 104", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000105", "B-OD 105", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000106", "B-OD 106", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000107", "B-OD 107", "JT/T 808 terminal"},
    {PROTOCOL_jt808, DEVICE_VEHICLE, "013800000108", "B-OD 108", "JT/T 808 terminal"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000201", "Van 201", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000202", "Van 202", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000203", "Van 203", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000204", "Van 204", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000205", "Truck 205", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000206", "Truck 206", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000207", "Truck 207", "GT06 tracker"},
    {PROTOCOL_gt06, DEVICE_VEHICLE, "860000000000208", "Truck 208", "GT06 tracker"},
    {PROTOCOL_osmand, DEVICE_PERSON, "9000000301", "Courier Anna", "phone"},
    {PROTOCOL_osmand, DEVICE_PERSON, "9000000302", "Courier Ben", "phone"},
    {PROTOCOL_osmand, DEVICE_PERSON, "9000000303", "Courier Chen", "phone"},
    {PROTOCOL_osmand, DEVICE_PERSON, "9000000304", "Courier Dara", "phone"},
};

struct demo {
    pthread_t thread;
    _Atomic bool stop;
    struct address address;
    struct sim_device devices[VEHICLES];
    struct drive_source source;
    int64_t skip_until_s[VEHICLES]; /* newest fix of an earlier run */
};

bool demo_is_kept(struct directory *dir)
{
    struct arena arena = {0};
    struct user user;
    struct enterprise enterprise;
    bool is_kept = directory_user_by_login(dir, "demo", &arena, &user) == ERR_OK &&
                   directory_enterprise(dir, user.enterprise_id, &arena, &enterprise) == ERR_OK &&
                   strcmp(enterprise.name, "Demo") == 0;
    arena_free(&arena);
    return is_kept;
}

bool demo_may_be_kept(struct directory *dir)
{
    struct arena arena = {0};
    size_t enterprises;
    (void)directory_list_enterprises(dir, &arena, &enterprises);
    arena_free(&arena);
    return enterprises == 0 || demo_is_kept(dir);
}

static enum err add_vehicles(struct job_context *job, void *arg)
{
    int64_t enterprise = *(int64_t *)arg;
    for (size_t i = 0; i < VEHICLES; i++) {
        const struct vehicle *v = &vehicles[i];
        struct device_ref ref;
        if (directory_find_tracker(job->directory, v->device_id, &ref) == ERR_OK) {
            device_ref_release(job->directory, &ref);
            continue;
        }
        struct change *c = change_add(&job->changes, CHANGE_PUT_DEVICE);
        c->device = (struct device){
            .id = ids_next(job->ids, ID_OF_DEVICE),
            .enterprise_id = enterprise,
            .device_id = v->device_id,
            .plate = v->plate,
            .object_code = v->device_id,
            .model = v->model,
            .type = v->type,
            .tank_ml = v->type == DEVICE_VEHICLE ? 70000 : 0,
            .created_s = job->now_s,
        };
        device_init(&c->device);
    }
    return ERR_OK;
}

static bool next_fix(void *context, size_t device, struct fix *out)
{
    struct demo *d = context;
    do {
        drive_next(&d->source.drives[device], out);
    } while (out->gps_time_s <= d->skip_until_s[device]);
    if (vehicles[device].protocol == PROTOCOL_osmand) {
        /* A phone has no ignition wire, fuel gauge or vehicle battery. */
        struct fix phone = *out;
        const uint32_t keep = FIX_HAS_TIME | FIX_HAS_POSITION | FIX_HAS_ALTITUDE | FIX_HAS_SPEED |
                              FIX_HAS_COURSE | FIX_HAS_BATTERY_PERCENT;
        *out = (struct fix){
            .gps_time_s = phone.gps_time_s,
            .has = phone.has & keep,
            .flags = phone.flags & FIX_VALID,
            .lat_e7 = phone.lat_e7,
            .lon_e7 = phone.lon_e7,
            .altitude_dm = phone.altitude_dm,
            .speed_kmh_e2 = phone.speed_kmh_e2,
            .course_cdeg = phone.course_cdeg,
            .battery_percent = phone.battery_percent,
        };
    }
    return true;
}

static void *run_demo(void *arg)
{
    struct demo *d = arg;
    struct sim_options options = {
        .host = d->address.host,
        .port = d->address.port,
        .devices = d->devices,
        .device_count = VEHICLES,
        .source = {.next = next_fix, .context = d},
        .burst = BURST,
        .window = WINDOW,
        .give_up_s = GIVE_UP_S,
        .stop = &d->stop,
    };
    struct sim_result result;
    enum err e = sim_run(&options, &result);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "demo_failed", "why=\"%s\"", err_text(e));
    }
    return NULL;
}

/* The time of a device's newest fix; 0: it never reported. */
static int64_t newest_fix_s(struct directory *dir, const char *device_id)
{
    struct device_ref ref;
    struct live live;
    if (directory_find_tracker(dir, device_id, &ref) != ERR_OK) {
        return 0;
    }
    tracked_live(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
    return live.state.current.gps_time_s;
}

/*
 * All drives begin a day before the current week, so that a demo that is started again goes on
 * where it was. Fixes that are older than a day, or were stored in an earlier run, are passed over.
 */
static void prepare_drives(struct demo *d, struct directory *dir)
{
    int64_t now_s = clock_wall_ms() / 1000;
    drive_source_init(&d->source, VEHICLES, 1, now_s - now_s % WEEK_S - DAY_S, 0);
    for (size_t i = 0; i < VEHICLES; i++) {
        int64_t newest_s = newest_fix_s(dir, vehicles[i].device_id);
        d->devices[i].protocol = protocol_at(vehicles[i].protocol);
        memcpy(d->devices[i].device_id, vehicles[i].device_id, strlen(vehicles[i].device_id) + 1);
        d->skip_until_s[i] = newest_s > now_s - DAY_S ? newest_s : now_s - DAY_S;
    }
}

enum err demo_start(struct ingest *in, struct directory *dir, const char *device_address,
                    struct demo **out)
{
    struct demo *d = mem_new(sizeof(*d));
    int64_t *enterprise = mem_new(sizeof(*enterprise));
    enum err e = api_make_demo(in, enterprise);
    if (e == ERR_OK || e == ERR_DUPLICATE) {
        e = address_parse(device_address, &d->address);
    }
    if (e == ERR_OK) {
        e = ingest_call(in, add_vehicles, enterprise, free, JOB_TIMEOUT_MS);
    }
    if (e != ERR_TIMEOUT) {
        free(enterprise); /* after a time-out it is the ingest thread's */
    }
    if (e != ERR_OK) {
        free(d);
        return e;
    }
    if (strcmp(d->address.host, "0.0.0.0") == 0) {
        memcpy(d->address.host, "127.0.0.1", sizeof("127.0.0.1"));
    }
    prepare_drives(d, dir);
    check(pthread_create(&d->thread, NULL, run_demo, d) == 0);
    *out = d;
    return ERR_OK;
}

void demo_stop(struct demo *d)
{
    if (d == NULL) {
        return;
    }
    atomic_store(&d->stop, true);
    check(pthread_join(d->thread, NULL) == 0);
    drive_source_clear(&d->source);
    free(d);
}
