/*
 * Fills a new data directory through the store's own code, as a fleet would have filled it: an
 * enterprise, DEVICES devices from 013800000001 on, and FIXES fixes of a synthetic drive each, the
 * last of them lately. There are SHAPES different drives; the devices that share one drive at
 * different places.
 *
 *     make_store DIR DEVICES FIXES
 *
 * Prints a line of JSON: fixes, seconds. The directory must not exist yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/fold.h"
#include "model/message.h"
#include "simulate/drive.h"
#include "store/store.h"

enum {
    SHAPES = 128,
    DEVICES_A_COMMIT = 64,
    FIXES_A_PART = 256,
    DEVICES_A_CHANGE = 5000,
    SHIFT_E7 = 1000, /* of a drive to the next that has its shape */
    SECONDS_A_FIX_MAX = 600,
    INTERVAL_S = 10,
};

static const size_t DEVICE_ID_FIRST = 13800000001;

struct job {
    struct store *store;
    size_t devices;
    size_t fixes;
    struct fix *shapes; /* SHAPES times `fixes` */
    struct fix *batch;
    struct fold_state states[DEVICES_A_COMMIT];
};

static void make_shapes(struct job *j)
{
    int64_t start_s = clock_wall_ms() / 1000 - (int64_t)j->fixes * SECONDS_A_FIX_MAX;
    size_t shapes = j->devices < SHAPES ? j->devices : SHAPES;
    j->shapes = mem_new_array(shapes * j->fixes, sizeof(*j->shapes));
    for (size_t i = 0; i < shapes; i++) {
        struct drive d;
        drive_init(&d, i + 1, 52.52, 13.405, start_s);
        d.interval_s = INTERVAL_S;
        for (size_t k = 0; k < j->fixes; k++) {
            struct fix *f = &j->shapes[i * j->fixes + k];
            drive_next(&d, f);
            f->rcv_time_s = f->gps_time_s + 1 + (int64_t)(k % 7 == 0);
        }
    }
}

static enum err put_enterprise(struct job *j)
{
    const struct change put = {.kind = CHANGE_PUT_ENTERPRISE,
                               .enterprise = {.id = 1, .name = "Large", .zone = "UTC"}};
    return store_commit(j->store, &(struct store_batch){.changes = &put, .change_count = 1});
}

/* Registers the devices from `first` (counted from 0) on. */
static enum err put_devices(struct job *j, size_t first, size_t count)
{
    char(*ids)[DEVICE_ID_SIZE] = mem_new_array(count, sizeof(*ids));
    struct change *changes = mem_new_array(count, sizeof(*changes));
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%012zu", DEVICE_ID_FIRST + first + i);
        changes[i].kind = CHANGE_PUT_DEVICE;
        changes[i].device = (struct device){.id = (int64_t)(first + i) + 1,
                                            .enterprise_id = 1,
                                            .device_id = ids[i],
                                            .plate = ids[i],
                                            .object_code = ids[i]};
        device_init(&changes[i].device);
    }
    const struct store_batch batch = {.changes = changes, .change_count = count};
    enum err e = store_commit(j->store, &batch);
    free(changes);
    free(ids);
    return e;
}

/* The fixes of one part of a device, folded onto its state. */
static void fill_part(struct job *j, size_t device, size_t first, struct store_part *part)
{
    size_t slot = device % DEVICES_A_COMMIT;
    struct fix *fixes = j->batch + slot * FIXES_A_PART;
    size_t left = j->fixes - first;
    size_t count = left < FIXES_A_PART ? left : FIXES_A_PART;
    int32_t shift_e7 = (int32_t)(device / SHAPES) * SHIFT_E7;
    memcpy(fixes, j->shapes + device % SHAPES * j->fixes + first, count * sizeof(*fixes));
    for (size_t i = 0; i < count; i++) {
        fixes[i].lat_e7 += shift_e7;
        fold_step(&j->states[slot], &fixes[i], &fold_default_rules, NULL);
    }
    *part = (struct store_part){
        .device = (int64_t)device + 1, .fixes = fixes, .count = count, .state = &j->states[slot]};
}

static enum err maintain(struct job *j)
{
    const struct store_upkeep upkeep = {0};
    enum err e = ERR_MORE;
    while (e == ERR_MORE) {
        e = store_maintain(j->store, &upkeep);
    }
    return e;
}

/* All fixes of the devices from `begin` to `end`, a part of each a commit. */
static enum err fill_devices(struct job *j, size_t begin, size_t end)
{
    struct store_part parts[DEVICES_A_COMMIT];
    enum err e = ERR_OK;
    memset(j->states, 0, sizeof(j->states));
    for (size_t first = 0; e == ERR_OK && first < j->fixes; first += FIXES_A_PART) {
        for (size_t i = begin; i < end; i++) {
            fill_part(j, i, first, &parts[i - begin]);
        }
        const struct store_batch batch = {.parts = parts, .part_count = end - begin};
        e = store_commit(j->store, &batch);
        e = e != ERR_OK ? e : maintain(j);
    }
    return e;
}

static enum err fill(struct job *j)
{
    enum err e = put_enterprise(j);
    for (size_t i = 0; e == ERR_OK && i < j->devices; i += DEVICES_A_CHANGE) {
        size_t left = j->devices - i;
        e = put_devices(j, i, left < DEVICES_A_CHANGE ? left : DEVICES_A_CHANGE);
    }
    for (size_t i = 0; e == ERR_OK && i < j->devices; i += DEVICES_A_COMMIT) {
        size_t end = i + DEVICES_A_COMMIT < j->devices ? i + DEVICES_A_COMMIT : j->devices;
        e = fill_devices(j, i, end);
    }
    return e;
}

/* An empty store has nothing to say. */
static void ignore_change(void *context, const struct change *c)
{
    (void)context, (void)c;
}

static void ignore_state(void *context, int64_t device, const struct fold_state *state)
{
    (void)context, (void)device, (void)state;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: make_store DIR DEVICES FIXES\n");
        return EXIT_FAILURE;
    }
    struct job *j = mem_new(sizeof(*j));
    j->devices = strtoul(argv[2], NULL, 10);
    j->fixes = strtoul(argv[3], NULL, 10);
    j->batch = mem_new_array((size_t)DEVICES_A_COMMIT * FIXES_A_PART, sizeof(*j->batch));
    make_shapes(j);
    int64_t began_ms = clock_monotonic_ms();
    const struct store_options options = {.directory = argv[1], .cache_kib = 65536};
    enum err e = store_open(&options, &j->store);
    if (e == ERR_OK) {
        const struct store_loader loader = {.change = ignore_change, .state = ignore_state};
        e = store_load(j->store, &loader);
        e = e != ERR_OK ? e : fill(j);
        store_close(j->store);
    }
    (void)printf("{\"fixes\": %zu, \"seconds\": %.1f}\n", j->devices * j->fixes,
                 (double)(clock_monotonic_ms() - began_ms) / 1000);
    free(j->shapes);
    free(j->batch);
    free(j);
    if (e != ERR_OK) {
        (void)fprintf(stderr, "make_store: %s\n", err_text(e));
    }
    return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
