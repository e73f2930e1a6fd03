/*
 * The columns of what simulated devices send: the floor of the store's size on disk. Each fix goes
 * through the encoder and the decoder of JT/T 808, so that a column holds what the wire does. A
 * column is the decimal numbers of one field, one a line, of all devices after one another; fields
 * that no fix has are left out.
 *
 *     columns TRACK      the tracks of the file once
 *     columns DEVICES FIXES INTERVAL_S      synthetic drives
 *
 * Prints the columns, and on standard error how many fixes there are.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "simulate/source.h"

#define START_S INT64_C(1795000000)

/* Every field of a fix that the simulated devices can send. */
#define FIELD_MAP(X)                                                                               \
    X(gps_time_s)                                                                                  \
    X(lat_e7)                                                                                      \
    X(lon_e7)                                                                                      \
    X(altitude_dm)                                                                                 \
    X(speed_kmh_e2)                                                                                \
    X(course_cdeg)                                                                                 \
    X(satellites)                                                                                  \
    X(gsm)                                                                                         \
    X(odometer_m)                                                                                  \
    X(fuel_ml)                                                                                     \
    X(power_mv)                                                                                    \
    X(battery_percent)                                                                             \
    X(flags)                                                                                       \
    X(has)

struct fixes {
    struct fix *at;
    size_t count;
    size_t capacity;
};

static void keep(struct fixes *all, const struct fix *f)
{
    if (all->count == all->capacity) {
        all->capacity = all->capacity == 0 ? 4096 : all->capacity * 2;
        all->at = mem_resize(all->at, all->capacity * sizeof(*all->at));
    }
    all->at[all->count++] = *f;
}

/* Sends one fix to itself; false where the wire cannot hold it. */
static bool take_over_wire(struct session *s, const struct fix *f, struct fixes *all)
{
    uint8_t at[4096];
    struct writer w = writer_init(at, sizeof(at));
    struct encode_request what = {.kind = ENCODE_FIXES, .fixes = f, .count = 1};
    struct session receiver = protocol_session(&protocol_jt808);
    struct arena arena = {0};
    struct decoded d = {.arena = &arena};
    struct bytes frame;
    size_t used = 0;
    bool done = protocol_jt808.device->encode(s, &what, &w) == ERR_OK &&
                protocol_jt808.split(writer_bytes(&w), &frame, &used) == ERR_OK &&
                protocol_jt808.decode(&receiver, frame, &d) == ERR_OK;
    for (size_t i = 0; done && i < d.len; i++) {
        keep(all, &d.at[i].fix);
    }
    arena_free(&arena);
    return done;
}

static bool collect_device(struct sim_source source, size_t device, struct fixes *all)
{
    struct session s = protocol_session(&protocol_jt808);
    struct fix f;
    (void)snprintf(s.device_id, sizeof(s.device_id), "%012zu", device + 1);
    while (source.next(source.context, device, &f)) {
        if (!take_over_wire(&s, &f, all)) {
            return false;
        }
    }
    return true;
}

static bool collect(struct sim_source source, size_t devices, struct fixes *all)
{
    for (size_t i = 0; i < devices; i++) {
        if (!collect_device(source, i, all)) {
            return false;
        }
    }
    return true;
}

#define X(field)                                                                                   \
    static int64_t field##_of(const struct fix *f)                                                 \
    {                                                                                              \
        return (int64_t)f->field;                                                                  \
    }
FIELD_MAP(X)
#undef X

typedef int64_t field_of(const struct fix *f);

static void print_column(const struct fixes *all, field_of *value)
{
    bool any = false;
    for (size_t i = 0; !any && i < all->count; i++) {
        any = value(&all->at[i]) != 0;
    }
    for (size_t i = 0; any && i < all->count; i++) {
        (void)printf("%" PRId64 "\n", value(&all->at[i]));
    }
}

static void print(const struct fixes *all)
{
    static field_of *const fields[] = {
#define X(field) field##_of,
        FIELD_MAP(X)
#undef X
    };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        print_column(all, fields[i]);
    }
    (void)fprintf(stderr, "%zu\n", all->count);
}

static bool collect_tracks(const char *path, struct fixes *all)
{
    struct track_file file = {0};
    struct track_source tracks = {0};
    if (track_file_read(path, &file) != ERR_OK) {
        return false;
    }
    track_source_init(&tracks, &file, file.count, START_S, 0);
    tracks.once = true;
    bool done = collect(track_source_use(&tracks), file.count, all);
    track_source_clear(&tracks);
    track_file_clear(&file);
    return done;
}

static bool collect_drives(char **numbers, struct fixes *all)
{
    struct drive_source drives = {0};
    size_t devices = strtoul(numbers[0], NULL, 10);
    drive_source_init(&drives, devices, 1, START_S, strtoul(numbers[1], NULL, 10));
    drive_source_set_interval(&drives, devices, (unsigned)strtoul(numbers[2], NULL, 10));
    bool done = collect(drive_source_use(&drives), devices, all);
    drive_source_clear(&drives);
    return done;
}

int main(int argc, char **argv)
{
    struct fixes all = {0};
    bool done = argc == 2   ? collect_tracks(argv[1], &all)
                : argc == 4 ? collect_drives(argv + 1, &all)
                            : false;
    if (!done) {
        (void)fprintf(stderr, "usage: columns TRACK | columns DEVICES FIXES INTERVAL_S\n");
        return EXIT_FAILURE;
    }
    print(&all);
    free(all.at);
    return EXIT_SUCCESS;
}
