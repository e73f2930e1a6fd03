/*
 * Where simulated fixes come from: drives made up second by second, or recorded tracks played again
 * and again. Both can be moved so that the last fix is taken at a given time.
 */
#include "simulate/source.h"

#include <stdlib.h>

#include "base/mem.h"

static const double HOME_LAT_DEG = 52.5200; /* Berlin */
static const double HOME_LON_DEG = 13.4050;

enum {
    LAP_PAUSE_S = 600, /* between the end of a track and its next replay */
    END_TRIES = 3
};

void drive_source_init(struct drive_source *s, size_t devices, uint64_t seed, int64_t start_s,
                       uint64_t fixes_max)
{
    *s = (struct drive_source){.seed = seed, .fixes_max = fixes_max};
    s->drives = mem_new_array(devices, sizeof(*s->drives));
    s->given = mem_new_array(devices, sizeof(*s->given));
    s->shift_s = mem_new_array(devices, sizeof(*s->shift_s));
    for (size_t i = 0; i < devices; i++) {
        drive_init(&s->drives[i], seed + i, HOME_LAT_DEG, HOME_LON_DEG, start_s);
    }
}

/* The time of the last fix, if so many are taken from here on. */
static int64_t drive_end_s(struct drive d, uint64_t fixes)
{
    struct fix fix = {0};
    for (uint64_t i = 0; i < fixes; i++) {
        drive_next(&d, &fix);
    }
    return fix.gps_time_s;
}

/*
 * How long a drive takes depends on the hour in which it begins, since it parks over night. So it
 * is tried: if it ends too late, it begins earlier by that much. What is left after a few tries is
 * added to its times.
 */
void drive_source_end_at(struct drive_source *s, size_t devices, int64_t end_s)
{
    for (size_t i = 0; i < devices; i++) {
        struct drive *d = &s->drives[i];
        const unsigned interval_s = d->interval_s;
        for (unsigned k = 0; k < END_TRIES; k++) {
            int64_t start_s = d->time_s + s->shift_s[i];
            drive_init(d, s->seed + i, HOME_LAT_DEG, HOME_LON_DEG, start_s);
            d->interval_s = interval_s;
            s->shift_s[i] = end_s - drive_end_s(*d, s->fixes_max);
        }
    }
}

void drive_source_set_interval(struct drive_source *s, size_t devices, unsigned interval_s)
{
    for (size_t i = 0; i < devices; i++) {
        s->drives[i].interval_s = interval_s;
    }
}

static bool drive_source_next(void *context, size_t device, struct fix *out)
{
    struct drive_source *s = context;
    if (s->fixes_max > 0 && s->given[device] == s->fixes_max) {
        return false;
    }
    s->given[device]++;
    drive_next(&s->drives[device], out);
    out->gps_time_s += s->shift_s[device];
    return true;
}

struct sim_source drive_source_use(struct drive_source *s)
{
    return (struct sim_source){.next = drive_source_next, .context = s};
}

void drive_source_clear(struct drive_source *s)
{
    free(s->drives);
    free(s->given);
    free(s->shift_s);
    *s = (struct drive_source){0};
}

void track_source_init(struct track_source *s, const struct track_file *file, size_t devices,
                       int64_t start_s, uint64_t fixes_max)
{
    *s = (struct track_source){.file = file, .fixes_max = fixes_max};
    s->given = mem_new_array(devices, sizeof(*s->given));
    s->start_s = mem_new_array(devices, sizeof(*s->start_s));
    for (size_t i = 0; i < devices; i++) {
        s->start_s[i] = start_s;
    }
}

/* The seconds from the first fix of a track that is replayed to its fix number `at`. */
static int64_t track_offset_s(const struct track *t, uint64_t at)
{
    int64_t first_s = t->fixes[0].gps_time_s;
    int64_t lap_s = t->fixes[t->count - 1].gps_time_s - first_s + LAP_PAUSE_S;
    return (int64_t)(at / t->count) * lap_s + t->fixes[at % t->count].gps_time_s - first_s;
}

void track_source_end_at(struct track_source *s, size_t devices, int64_t end_s)
{
    for (size_t i = 0; i < devices; i++) {
        const struct track *t = &s->file->tracks[i % s->file->count];
        s->start_s[i] = end_s - track_offset_s(t, (s->once ? t->count : s->fixes_max) - 1);
    }
}

static bool track_source_next(void *context, size_t device, struct fix *out)
{
    struct track_source *s = context;
    const struct track *t = &s->file->tracks[device % s->file->count];
    bool is_over = (s->fixes_max > 0 && s->given[device] == s->fixes_max) ||
                   (s->once && s->given[device] == t->count);
    if (is_over) {
        return false;
    }
    *out = t->fixes[s->given[device] % t->count];
    out->gps_time_s = s->start_s[device] + track_offset_s(t, s->given[device]);
    s->given[device]++;
    return true;
}

struct sim_source track_source_use(struct track_source *s)
{
    return (struct sim_source){.next = track_source_next, .context = s};
}

void track_source_clear(struct track_source *s)
{
    free(s->given);
    free(s->start_s);
    *s = (struct track_source){0};
}
