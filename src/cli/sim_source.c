#include "cli/sim_source.h"

#include <stdlib.h>

#include "base/mem.h"

static const double HOME_LAT_DEG = 52.5200; /* Berlin */
static const double HOME_LON_DEG = 13.4050;

enum { LAP_PAUSE_S = 600 }; /* between the end of a track and its next replay */

void drive_source_init(struct drive_source *s, size_t devices, uint64_t seed, int64_t start_s,
                       uint64_t fixes_max)
{
    *s = (struct drive_source){.fixes_max = fixes_max};
    s->drives = mem_new_array(devices, sizeof(*s->drives));
    s->given = mem_new_array(devices, sizeof(*s->given));
    for (size_t i = 0; i < devices; i++) {
        drive_init(&s->drives[i], seed + i, HOME_LAT_DEG, HOME_LON_DEG, start_s);
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
    *s = (struct drive_source){0};
}

void track_source_init(struct track_source *s, const struct track_file *file, size_t devices,
                       int64_t start_s, uint64_t fixes_max)
{
    *s = (struct track_source){.file = file, .fixes_max = fixes_max, .start_s = start_s};
    s->given = mem_new_array(devices, sizeof(*s->given));
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
    int64_t first_s = t->fixes[0].gps_time_s;
    int64_t lap_s = t->fixes[t->count - 1].gps_time_s - first_s + LAP_PAUSE_S;
    uint64_t lap = s->given[device] / t->count;
    *out = t->fixes[s->given[device] % t->count];
    out->gps_time_s += s->start_s - first_s + (int64_t)lap * lap_s;
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
    *s = (struct track_source){0};
}
