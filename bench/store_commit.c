/*
 * What a commit of the store costs: batches of one fix a device, and a fix alone, on the disk that
 * the directory given as the argument lies on.
 *
 *     store_commit DIR [DEVICES [COMMITS]]
 *
 * Prints a line of JSON each: the wall time of a fix, the CPU time of a fix (the disk's share left
 * out) and, for comparison, the CPU time of packing it alone. The directory must not exist yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "store/journal.h"
#include "store/store.h"

enum { DEVICES = 1000, COMMITS = 200, NS_PER_US = 1000 };

#define TIME_S INT64_C(1795396320)

struct load {
    size_t devices;
    size_t commits;
    struct fix *fixes;
    struct fold_state *states;
    struct store_part *parts;
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* The fixes of one round: what a vehicle's tracker sends every ten seconds. */
static void fill(struct load *l, size_t round)
{
    for (size_t i = 0; i < l->devices; i++) {
        struct fix *f = &l->fixes[i];
        *f = (struct fix){.rcv_time_s = TIME_S + (int64_t)round * 10 + 1};
        fix_set_time(f, TIME_S + (int64_t)round * 10);
        fix_set_position(f, 386500000 + (int64_t)(round * 1300 + i), 1177000000, true);
        fix_set_speed_kmh_e2(f, 5000 + i % 1000);
        fix_set_course_cdeg(f, 9000 + i);
        fix_set_satellites(f, 11);
        fix_set_gsm(f, 24);
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
        l->states[i] = (struct fold_state){
            .current = *f,
            .odometer_m_e2 = 12345678 + round * 13900,
            .motion = MOTION_MOVING,
            .motion_since_s = TIME_S,
            .position_time_s = f->gps_time_s,
            .anchor_lat_e7 = f->lat_e7,
            .anchor_lon_e7 = f->lon_e7,
            .anchor_time_s = f->gps_time_s,
            .gap_count = FOLD_GAPS_MAX,
            .gaps_s = {10, 10, 10, 10, 10, 10, 10, 10},
        };
        l->parts[i] = (struct store_part){
            .device = (int64_t)i + 1, .fixes = f, .count = 1, .state = &l->states[i]};
    }
}

static void print(const char *name, size_t fixes, int64_t wall_ns, int64_t cpu_ns)
{
    (void)printf("{\"name\": \"%s\", \"fixes\": %zu, \"wall_us_per_fix\": %.3f, "
                 "\"cpu_us_per_fix\": %.3f}\n",
                 name, fixes, (double)wall_ns / NS_PER_US / (double)fixes,
                 (double)cpu_ns / NS_PER_US / (double)fixes);
}

/* A slice of upkeep, as after every commit. */
static bool maintain(struct store *s)
{
    const struct store_upkeep upkeep = {0};
    enum err e = store_maintain(s, &upkeep);
    return e == ERR_OK || e == ERR_MORE;
}

static bool commit_rounds(struct load *l, struct store *s, const char *name)
{
    int64_t wall_ns = 0;
    int64_t cpu_ns = 0;
    for (size_t round = 0; round < l->commits; round++) {
        fill(l, round);
        struct store_batch batch = {.parts = l->parts, .part_count = l->devices};
        int64_t wall = now_ns(CLOCK_MONOTONIC);
        int64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        if (store_commit(s, &batch) != ERR_OK || !maintain(s)) {
            return false;
        }
        wall_ns += now_ns(CLOCK_MONOTONIC) - wall;
        cpu_ns += now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    print(name, l->commits * l->devices, wall_ns, cpu_ns);
    return true;
}

static void pack_rounds(struct load *l)
{
    struct journal_buffer buffer = {0};
    int64_t cpu_ns = 0;
    for (size_t round = 0; round < l->commits; round++) {
        fill(l, round);
        int64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        (void)journal_pack(&buffer, round + 1, l->parts, l->devices);
        cpu_ns += now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    print("store-pack", l->commits * l->devices, cpu_ns, cpu_ns);
    journal_buffer_clear(&buffer);
}

int main(int argc, char **argv)
{
    struct load l = {.devices = DEVICES, .commits = COMMITS};
    struct store *s = NULL;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: store_commit DIR [DEVICES [COMMITS]]\n");
        return EXIT_FAILURE;
    }
    l.devices = argc > 2 ? strtoul(argv[2], NULL, 10) : l.devices;
    l.commits = argc > 3 ? strtoul(argv[3], NULL, 10) : l.commits;
    l.fixes = mem_new_array(l.devices, sizeof(*l.fixes));
    l.states = mem_new_array(l.devices, sizeof(*l.states));
    l.parts = mem_new_array(l.devices, sizeof(*l.parts));
    struct store_options options = {.directory = argv[1], .cache_kib = 65536};
    if (store_open(&options, &s) != ERR_OK) {
        return EXIT_FAILURE;
    }
    pack_rounds(&l);
    bool done = commit_rounds(&l, s, "store-commit");
    l.devices = 1;
    done = done && commit_rounds(&l, s, "store-commit-alone");
    store_close(s);
    free(l.fixes);
    free(l.states);
    free(l.parts);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
