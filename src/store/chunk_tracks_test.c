/*
 * Real tracks through the codec: those of ../shared/data/traces beside the source, or in the
 * directory that ODOGRAPH_SHARED names; skipped where they are missing. Positions are as a tracker
 * sends them, in millionths of a degree, once alone and once with the speed, course, ignition,
 * satellites, signal, odometer and voltage that belong to them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "store/chunk_testing.h"

enum { FIXES_MAX = 25000, RUN = 512, SHORT_RUN = 20, LINE_SIZE = 1024 };

/* The fixes of one file; those of a device stand together. */
struct track {
    struct fix *fixes;
    size_t *device; /* of each fix */
    size_t count;
    size_t devices;
    double way_m; /* of the device of the last fix */
    bool is_complete;
};

static FILE *open_trace(const char *name)
{
    char path[LINE_SIZE];
    const char *shared = getenv("ODOGRAPH_SHARED");
    (void)snprintf(path, sizeof(path), "%s/data/traces/%s",
                   shared != NULL ? shared : SOURCE_ROOT "/../shared", name);
    return fopen(path, "r");
}

/* What the sensors of a vehicle say at this point, as far as the track does not. */
static void complete(struct track *t, struct fix *f, const struct fix *last)
{
    uint64_t seed = t->count;
    const double metre_e7 = 1e7 / 111195.0;
    double north_m = (double)(f->lat_e7 - last->lat_e7) / metre_e7;
    double east_m = (double)(f->lon_e7 - last->lon_e7) / metre_e7 * cos(f->lat_e7 * M_PI / 18e8);
    double way_m = sqrt(north_m * north_m + east_m * east_m);
    double pause_s = fmax(1, (double)(f->gps_time_s - last->gps_time_s));
    fix_set_speed_kmh_e2(f, (uint64_t)fmin(way_m / pause_s * 36, 2000) * 10);
    fix_set_course_cdeg(f, (uint64_t)(atan2(east_m, north_m) * 180 / M_PI + 360) * 100);
    t->way_m = f == last ? 1e7 : t->way_m + fmin(way_m, 1e6);
    fix_set_odometer_m(f, (uint64_t)(t->way_m / 100) * 100);
    fix_set_satellites(f, 9 + (unsigned)(random_next(&seed) % 3));
    fix_set_gsm(f, 24 + (unsigned)(random_next(&seed) % 3));
    fix_set_power_mv(f, 13900 + 100 * (random_next(&seed) % 3));
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
}

static void add(struct track *t, size_t device, double lat_deg, double lon_deg, int64_t time_s)
{
    struct fix *f = &t->fixes[t->count];
    bool is_first = t->count == 0 || t->device[t->count - 1] != device;
    if (t->count == FIXES_MAX || (!is_first && time_s <= f[-1].gps_time_s)) {
        return;
    }
    fix_set_time(f, time_s);
    fix_set_position(f, llround(lat_deg * 1e6) * 10, llround(lon_deg * 1e6) * 10, true);
    fix_set_altitude_dm(f, 500);
    f->rcv_time_s = time_s + 1 + (int64_t)(t->count % 5 == 0);
    if (t->is_complete) {
        complete(t, f, is_first ? f : f - 1);
    }
    t->device[t->count++] = device;
    t->devices = device + 1;
}

/* "2017-12-01T10:16:39" or with a blank; 0 where it is none. */
static int64_t time_of(const char *text)
{
    struct tm tm = {0};
    const char *date_end = strptime(text, "%Y-%m-%d", &tm);
    bool is_time =
        date_end != NULL && *date_end != '\0' && strptime(date_end + 1, "%H:%M:%S", &tm) != NULL;
    return is_time ? timegm(&tm) : 0;
}

/* lon,lat,time,id */
static void read_csv(FILE *in, struct track *t)
{
    char line[LINE_SIZE];
    char last[LINE_SIZE] = "";
    size_t device = 0;
    while (fgets(line, sizeof(line), in) != NULL) {
        char *end = line;
        double lon_deg = strtod(line, &end);
        double lat_deg = *end == ',' ? strtod(end + 1, &end) : 0;
        int64_t time_s = *end == ',' ? time_of(end + 1) : 0;
        const char *id = strrchr(line, ',');
        if (time_s == 0 || id == NULL) {
            continue;
        }
        device += t->count > 0 && strcmp(id, last) != 0 ? 1 : 0;
        (void)snprintf(last, sizeof(last), "%s", id);
        add(t, device, lat_deg, lon_deg, time_s);
    }
}

/* One trkpt after the other, its time on the same line or on one behind. */
static void read_gpx(FILE *in, struct track *t)
{
    char line[LINE_SIZE];
    double lat_deg = 0;
    double lon_deg = 0;
    while (fgets(line, sizeof(line), in) != NULL) {
        const char *lat = strstr(line, "<trkpt lat=\"");
        const char *lon = lat != NULL ? strstr(lat, "lon=\"") : NULL;
        const char *time = strstr(line, "<time>");
        if (lat != NULL && lon != NULL) {
            lat_deg = strtod(lat + strlen("<trkpt lat=\""), NULL);
            lon_deg = strtod(lon + strlen("lon=\""), NULL);
        }
        if (time != NULL && lat_deg != 0) {
            add(t, 0, lat_deg, lon_deg, time_of(time + strlen("<time>")));
        }
    }
}

static void read_track(const char *name, bool is_complete, struct track *t)
{
    FILE *in = open_trace(name);
    assert_non_null(in);
    *t = (struct track){.is_complete = is_complete,
                        .fixes = mem_new_array(FIXES_MAX, sizeof(*t->fixes)),
                        .device = mem_new_array(FIXES_MAX, sizeof(*t->device))};
    if (strstr(name, ".csv") != NULL) {
        read_csv(in, t);
    } else {
        read_gpx(in, t);
    }
    assert_int_equal(fclose(in), 0);
    assert_in_range(t->count, 500, FIXES_MAX);
}

static void clear_track(struct track *t)
{
    free(t->fixes);
    free(t->device);
}

/* Encodes the track in runs of at most `run` fixes of a device, and decodes; answers the bytes. */
static size_t store_track(const struct track *t, size_t run, int level)
{
    struct chunk_codec *c = chunk_codec_new();
    struct fix *got = mem_new_array(run, sizeof(*got));
    size_t bytes = 0;
    size_t count = 0;
    for (size_t from = 0; from < t->count; from += count) {
        count = 1;
        while (count < run && from + count < t->count &&
               t->device[from + count] == t->device[from]) {
            count++;
        }
        struct bytes block = encode_plain(c, &t->fixes[from], count, level);
        size_t n = 0;
        assert_int_equal(chunk_unproven(c), 0);
        assert_int_equal(decode_plain(c, block, got, run, &n), ERR_OK);
        assert_int_equal(n, count);
        assert_memory_equal(got, &t->fixes[from], count * sizeof(*got));
        bytes += block.len;
    }
    free(got);
    chunk_codec_free(c);
    return bytes;
}

/* What the fixes of a file may cost, in hundredths of a byte each. */
struct limits {
    const char *name;
    size_t alone_e2;
    size_t complete_e2;
    size_t short_e2; /* complete, in short runs, which are coded quickly */
};

static const struct limits limits[] = {
    {"drumlish.gpx", 450, 750, 1100},
    {"reference_track_dg100.gpx", 350, 600, 1000},
    {"reference_track_sbn-v13.gpx", 350, 600, 1000},
    {"wuxi-taxis.csv", 650, 1150, 1300},
    {"beijing-geolife.csv", 450, 850, 1200},
};

static size_t cost_e2(const struct limits *l, bool is_complete, size_t run, int level)
{
    struct track t;
    read_track(l->name, is_complete, &t);
    size_t bytes = store_track(&t, run, level);
    print_message("# %s: %zu fixes of %zu devices, %s, at most %zu together: %.2f bytes a fix\n",
                  l->name, t.count, t.devices, is_complete ? "complete" : "positions", run,
                  (double)bytes / (double)t.count);
    clear_track(&t);
    return t.count > 0 ? bytes * 100 / t.count : 0;
}

static void tracks_are_small(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        const struct limits *l = &limits[i];
        assert_in_range(cost_e2(l, false, RUN, CHUNK_THOROUGH), 100, l->alone_e2);
        assert_in_range(cost_e2(l, true, RUN, CHUNK_THOROUGH), 100, l->complete_e2);
        assert_in_range(cost_e2(l, true, SHORT_RUN, CHUNK_QUICK), 100, l->short_e2);
    }
}

int main(void)
{
    FILE *in = open_trace("drumlish.gpx");
    if (in == NULL) {
        (void)puts("1..0 # SKIP no real tracks at hand");
        return 0;
    }
    (void)fclose(in);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracks_are_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
