#ifndef SIMULATE_SOURCE_H
#define SIMULATE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulate/client.h"
#include "simulate/drive.h"
#include "simulate/track_file.h"

/*
 * The two sources of simulated fixes. Both give `fixes_max` fixes a device (0: without end), and
 * both are deterministic: the same options give the same fixes.
 */

/* Synthetic drives, one a device. */
struct drive_source {
    struct drive *drives;
    uint64_t *given;
    int64_t *shift_s; /* what is added to the times of a drive */
    uint64_t seed;
    uint64_t fixes_max;
};

/*
 * Makes vehicles around one home, whose drives begin at `start_s`. Clear with drive_source_clear().
 */
void drive_source_init(struct drive_source *s, size_t devices, uint64_t seed, int64_t start_s,
                       uint64_t fixes_max);
/* Sets how often every drive reports while its ignition is on. */
void drive_source_set_interval(struct drive_source *s, size_t devices, unsigned interval_s);
/*
 * Moves every drive, before it begins, so that its last fix is taken at `end_s`. Each is run three
 * times to find out when it ends. fixes_max must not be 0.
 */
void drive_source_end_at(struct drive_source *s, size_t devices, int64_t end_s);
/* For sim_options; borrows `s`. */
struct sim_source drive_source_use(struct drive_source *s);
/* Frees what init made; a zeroed one is cleared already. */
void drive_source_clear(struct drive_source *s);

/*
 * Recorded tracks: device n replays track n modulo their number, again and again, or only once.
 */
struct track_source {
    const struct track_file *file;
    uint64_t *given;
    uint64_t fixes_max;
    int64_t *start_s; /* when the first fix of each device is taken */
    bool once;        /* a device ends where its track does */
};

/* Borrows `file`. Clear with track_source_clear(). */
void track_source_init(struct track_source *s, const struct track_file *file, size_t devices,
                       int64_t start_s, uint64_t fixes_max);
/*
 * Moves every device's start so that its last fix is taken at `end_s`. fixes_max must not be 0,
 * unless the tracks are played once.
 */
void track_source_end_at(struct track_source *s, size_t devices, int64_t end_s);
/* For sim_options; borrows `s`. */
struct sim_source track_source_use(struct track_source *s);
/* Frees what init made; a zeroed one is cleared already. */
void track_source_clear(struct track_source *s);

#endif
