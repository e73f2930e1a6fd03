/*
 * The demonstration fleet drives through the device port as any trackers would. Each vehicle sends
 *
 *     first    its newest report, and from then on each report when its time comes
 *     between  its past, as reports from its memory: the last three days, then, where nothing of
 *              its past is stored, the month before, coarsely; each of both the oldest first
 *
 * So all of the fleet is seen where it is at once, however long its past takes. To the store the
 * past is late fixes; those that it has are repeats, and change nothing. When all is acknowledged,
 * that is noted, and the next start sends what came since. A start that finds no note sends
 * everything again.
 */
#include "simulate/demo.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "simulate/client.h"
#include "simulate/demo_lost.h"
#include "simulate/demo_make.h"
#include "simulate/demo_reports.h"

enum {
    DAY_S = 86400,
    PAST_S = 3 * DAY_S,
    LOST_S = 31 * 3600, /* so long before its registration TRAIT_LOST fell silent */
    PANIC_S = 20,       /* after the start */
    BURST = 20,
    WINDOW = 60, /* few enough that what comes live does not wait behind them for long */
    GIVE_UP_S = 3600,
};

/* A stretch of a vehicle's reports, in order of time. */
struct stretch_of_time {
    enum demo_pace pace;
    int64_t after_s; /* the last one that was given; those behind it follow ... */
    int64_t until_s; /* ... up to this */
};

enum { PAST_DAYS, PAST_MONTH, PASTS };

/* What a vehicle sends. Each part has a walk of its own, as one walks in order of time. */
struct stream {
    struct demo_reporter live_reporter;
    struct stretch_of_time live;
    int64_t extra_s; /* at this time an alarm beside them; 0: none */
    struct demo_reporter past_reporter;
    struct stretch_of_time pasts[PASTS];
    size_t past; /* which of them is sent now; PASTS: none */
};

struct demo {
    pthread_t thread;
    _Atomic bool stop;
    struct address address;
    struct ingest *ingest;
    struct directory *directory;
    struct roads *roads;
    int64_t user_id;
    int64_t start_s;
    int64_t start_ms; /* on the monotonic clock */
    int64_t stored_s; /* the past is stored up to then; 0: nothing of it is */
    struct sim_device devices[DEMO_VEHICLES];
    struct stream streams[DEMO_VEHICLES];
    size_t count;
    size_t pasts_left;       /* vehicles whose past is not all sent */
    uint64_t unacknowledged; /* fixes of the past */
    bool is_noted;
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

/* ---- what is sent ---- */

/* A report of no other time, so that it is never sent again: somebody calls for help. */
static void report_extra(struct stream *s, struct fix *out)
{
    demo_reporter_report(&s->live_reporter, s->extra_s, out);
    out->alarms |= ALARM_BIT(SOS);
    s->extra_s = 0;
}

/* The next live report; false: there are no more. */
static bool next_live(struct stream *s, int64_t next_s, struct fix *out)
{
    if (s->extra_s == next_s) {
        s->extra_s++;
    }
    if (s->extra_s > 0 && s->extra_s < next_s) {
        report_extra(s, out);
        return true;
    }
    if (next_s > s->live.until_s) {
        return false;
    }
    demo_reporter_report(&s->live_reporter, next_s, out);
    s->live.after_s = next_s;
    return true;
}

/* The next report of its past; false: there are no more. */
static bool next_past(struct stream *s, struct fix *out)
{
    while (s->past < PASTS) {
        struct stretch_of_time *p = &s->pasts[s->past];
        int64_t next_s = demo_reporter_next_s(&s->past_reporter, p->after_s, p->pace);
        if (next_s <= p->until_s) {
            demo_reporter_report(&s->past_reporter, next_s, out);
            out->flags |= FIX_REUPLOAD;
            p->after_s = next_s;
            return true;
        }
        s->past++;
    }
    return false;
}

static bool next_fix(void *context, size_t device, struct fix *out)
{
    struct demo *d = context;
    struct stream *s = &d->streams[device];
    int64_t next_s = demo_reporter_next_s(&s->live_reporter, s->live.after_s, DEMO_FINE);
    int64_t due_s = s->extra_s > 0 && s->extra_s < next_s ? s->extra_s : next_s;
    bool is_due = due_s <= clock_wall_ms() / 1000 && due_s <= s->live.until_s;
    if (!is_due && s->past < PASTS) {
        if (next_past(s, out)) {
            d->unacknowledged++;
            return true;
        }
        d->pasts_left--;
    }
    return next_live(s, next_s, out);
}

static void note_past(struct demo *d)
{
    d->is_noted = true;
    enum err e = demo_note_past(d->ingest, d->user_id, d->start_s);
    log_line(e == ERR_OK ? LOG_INFO : LOG_WARN, "demo_past_stored", "seconds=%.1f noted=%s",
             (double)(clock_monotonic_ms() - d->start_ms) / 1000, e == ERR_OK ? "yes" : "no");
}

static void on_acknowledged(void *context, size_t device, const struct fix *fix)
{
    struct demo *d = context;
    (void)device;
    d->unacknowledged -= (fix->flags & FIX_REUPLOAD) != 0;
    if (d->pasts_left == 0 && d->unacknowledged == 0 && !d->is_noted) {
        note_past(d);
    }
}

/* ---- beginning and end ---- */

/* Adds a vehicle, but for those that are not heard any more, or never were. */
static void add_stream(struct demo *d, size_t vehicle)
{
    struct demo_vehicle v = demo_vehicle(vehicle);
    if (v.trait == TRAIT_SILENT || v.trait == TRAIT_LOST) {
        return;
    }
    int64_t days_s = d->start_s - PAST_S;
    struct sim_device *device = &d->devices[d->count];
    struct stream *s = &d->streams[d->count++];
    *device = (struct sim_device){.protocol = protocol_at(v.protocol)};
    memcpy(device->device_id, v.device_id, strlen(v.device_id) + 1);
    demo_reporter_init(&s->live_reporter, d->roads, vehicle);
    demo_reporter_init(&s->past_reporter, d->roads, vehicle);
    s->live = (struct stretch_of_time){
        .after_s = demo_reporter_last_s(&s->live_reporter, d->start_s) - 1, .until_s = INT64_MAX};
    s->extra_s = v.trait == TRAIT_PANIC ? d->start_s + PANIC_S : 0;
    s->pasts[PAST_DAYS] = (struct stretch_of_time){
        .after_s = d->stored_s > days_s ? d->stored_s : days_s, .until_s = d->start_s};
    s->pasts[PAST_MONTH] = (struct stretch_of_time){
        .pace = DEMO_COARSE,
        .after_s = d->start_s - DEMO_MONTH_S,
        .until_s = d->stored_s > 0 ? 0 : days_s,
    };
    d->pasts_left++;
}

/* What is stored of a vehicle that fell silent before it was registered. */
static void store_lost(struct demo *d, size_t vehicle)
{
    struct demo_vehicle v = demo_vehicle(vehicle);
    const struct demo_silence silence = {
        .roads = d->roads,
        .vehicle = vehicle,
        .now_s = d->start_s,
        .days_s = d->start_s - PAST_S,
        .month_s = d->start_s - DEMO_MONTH_S,
        .until_s = demo_registered_s(d->directory, v.device_id) - LOST_S,
        .stop = &d->stop,
    };
    if (v.trait == TRAIT_LOST && d->stored_s == 0 && !demo_push_silence(d->ingest, &silence)) {
        d->is_noted = true; /* by nobody: the next start sends everything again */
    }
}

static void *run_demo(void *arg)
{
    struct demo *d = arg;
    for (size_t i = 0; i < DEMO_VEHICLES; i++) {
        store_lost(d, i);
    }
    struct sim_options options = {
        .host = d->address.host,
        .port = d->address.port,
        .devices = d->devices,
        .device_count = d->count,
        .source = {.next = next_fix, .acknowledged = on_acknowledged, .context = d},
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

static void free_demo(struct demo *d)
{
    for (size_t i = 0; i < d->count; i++) {
        demo_reporter_clear(&d->streams[i].live_reporter);
        demo_reporter_clear(&d->streams[i].past_reporter);
    }
    roads_free(d->roads);
    free(d);
}

static void use_own_address(struct address *a)
{
    if (strcmp(a->host, "0.0.0.0") == 0) {
        memcpy(a->host, "127.0.0.1", sizeof("127.0.0.1"));
    }
}

enum err demo_start(struct ingest *in, struct directory *dir, const char *device_address,
                    struct demo **out)
{
    struct demo *d = mem_new(sizeof(*d));
    d->ingest = in;
    d->directory = dir;
    d->start_s = clock_wall_ms() / 1000;
    d->start_ms = clock_monotonic_ms();
    d->roads = roads_read(roads_data());
    check(d->roads != NULL && roads_regions(d->roads) == DEMO_REGIONS);
    enum err e = demo_make(in, dir, d->roads, &d->user_id);
    e = e != ERR_OK ? e : address_parse(device_address, &d->address);
    if (e != ERR_OK) {
        free_demo(d);
        return e;
    }
    use_own_address(&d->address);
    d->stored_s = demo_past_until_s(dir, d->user_id);
    for (size_t i = 0; i < DEMO_VEHICLES; i++) {
        add_stream(d, i);
    }
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
    free_demo(d);
}
