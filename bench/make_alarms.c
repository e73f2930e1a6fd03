/*
 * Adds alarms to a data directory through the store's own code: COUNT of each device, evenly over
 * the day that begins at START, with the state of a fix each. No server may have the store.
 *
 *     make_alarms DIR START COUNT      (START in seconds since 1970)
 *
 * Prints a line of JSON: devices, alarms.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/pack.h"
#include "ingest/ids.h"
#include "store/store.h"

enum { DEVICES_MAX = 100000, DAY_S = 86400, LASTS_S = 60, SPEED_KMH_E2 = 9500 };

struct devices {
    int64_t *ids;
    size_t count;
};

static void note_device(void *context, const struct change *c)
{
    struct devices *devices = context;
    if (c->kind == CHANGE_PUT_DEVICE && devices->count < DEVICES_MAX) {
        devices->ids[devices->count++] = c->device.id;
    }
}

static void ignore_state(void *context, int64_t device, const struct fold_state *state)
{
    (void)context, (void)device, (void)state;
}

/* The state of a vehicle that is too fast. */
static struct bytes packed_state(struct arena *arena, int64_t time_s)
{
    struct fold_state state = {0};
    struct fix f = {0};
    fix_set_time(&f, time_s);
    fix_set_position(&f, 525000000, 134000000, true);
    fix_set_speed_kmh_e2(&f, SPEED_KMH_E2);
    f.source = FIX_GPS;
    fold_step(&state, &f, &fold_default_rules, NULL);
    uint8_t room[PACK_STATE_MAX];
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, &state);
    check(writer_ok(&w));
    return arena_copy(arena, writer_bytes(&w));
}

static void add_alarm(struct change_list *changes, struct ids *ids, int64_t device, int64_t time_s)
{
    struct bytes state = packed_state(changes->arena, time_s);
    struct event *e = &change_add(changes, CHANGE_PUT_EVENT)->event;
    *e = (struct event){
        .device_id = device,
        .id = ids_next(ids, ID_OF_EVENT),
        .kind = ALARM_OVERSPEED,
        .is_alarm = true,
        .gps_time_s = time_s,
        .rcv_time_s = time_s + 1,
        .decided_s = time_s,
        .ended_s = time_s + LASTS_S,
        .end_decided_s = time_s + LASTS_S,
        .count = 1,
        .lat_e7 = 525000000,
        .lon_e7 = 134000000,
        .name = "",
        .state = state.at,
        .state_len = state.len,
        .note = "",
    };
}

/* The day of a device, in one commit. */
static enum err add_day(struct store *s, struct ids *ids, const struct event *first, size_t count)
{
    struct arena arena = {0};
    struct change_list changes = {.arena = &arena};
    for (size_t k = 0; k < count; k++) {
        add_alarm(&changes, ids, first->device_id,
                  first->gps_time_s + (int64_t)(k * (DAY_S / count)));
    }
    ids_reserve(ids, &changes);
    enum err e =
        store_commit(s, &(struct store_batch){.changes = changes.at, .change_count = changes.len});
    for (size_t k = count; k < changes.len; k++) {
        ids_note_committed(ids, &changes.at[k].ids);
    }
    arena_free(&arena);
    return e;
}

static enum err add_all(struct store *s, const struct devices *devices, int64_t start_s,
                        size_t count)
{
    struct ids ids;
    enum err e = ERR_OK;
    ids_init(&ids, 0);
    for (size_t i = 0; i < devices->count && e == ERR_OK; i++) {
        const struct event first = {.device_id = devices->ids[i],
                                    .gps_time_s = start_s + (int64_t)(i % LASTS_S)};
        e = add_day(s, &ids, &first, count);
    }
    (void)printf("{\"devices\": %zu, \"alarms\": %zu}\n", devices->count, devices->count * count);
    return e;
}

int main(int argc, char **argv)
{
    unsigned long count = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    if (count < 1 || count > DAY_S) {
        (void)fprintf(stderr, "usage: make_alarms DIR START COUNT\n");
        return EXIT_FAILURE;
    }
    const struct store_options options = {.directory = argv[1], .cache_kib = 65536};
    struct devices devices = {.ids = mem_new_array(DEVICES_MAX, sizeof(*devices.ids))};
    struct store *s = NULL;
    enum err e = store_open(&options, &s);
    if (e == ERR_OK) {
        const struct store_loader loader = {
            .context = &devices, .change = note_device, .state = ignore_state};
        e = store_load(s, &loader);
        e = e == ERR_OK ? add_all(s, &devices, strtoll(argv[2], NULL, 10), count) : e;
        store_close(s);
    }
    free(devices.ids);
    if (e != ERR_OK) {
        (void)fprintf(stderr, "make_alarms: %s\n", err_text(e));
    }
    return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
