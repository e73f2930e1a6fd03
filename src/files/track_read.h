#ifndef FILES_TRACK_READ_H
#define FILES_TRACK_READ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"
#include "model/fix.h"

/*
 * Tracks out of files: GPX 1.0 and 1.1, CSV, and the tables of a Traccar data base as CSV. A file
 * is read as a stream; every byte of it may be wrong.
 */

enum { TRACK_WHY_SIZE = 160, TRACK_NAME_SIZE = 64 };

/* One fix of a file; borrowed for the call. */
struct file_fix {
    const char *device_id; /* one that device_id_is_valid() takes */
    struct fix fix;        /* with its time, between 2005 and ten minutes from now */
    struct bytes extras;   /* packed */
    int64_t rcv_time_s;    /* when it was received; where the file does not say, or says what cannot
                              be, its own time */
};

/* A device of a file; texts are "" where it does not say. */
struct file_device {
    const char *device_id;
    const char *name;
    const char *sim;
    const char *model;
    bool is_person;
};

/* Who takes what is read. */
struct track_sink {
    void *context;
    void (*fix)(void *context, const struct file_fix *f);
    /* One that the file tells of by itself, before its fixes; may be NULL. */
    void (*device)(void *context, const struct file_device *d);
    /* A line that is passed over, and why. */
    void (*fault)(void *context, uint64_t line, const char *why);
    /* Something that there is no place for here, by its name. */
    void (*left_out)(void *context, const char *name);
};

struct track_reading {
    FILE *file; /* at its beginning; one that can be wound back */
    const struct track_sink *sink;
    const char *device_id; /* of a file that names none; NULL: it has to */
    struct zone *zone;     /* of local times without an offset */
    int64_t now_s;
    struct traccar_devices *traccar; /* what traccar_read_devices() made, for its positions */
    char why[TRACK_WHY_SIZE];        /* what is wrong with the file as a whole */
};

/* What a file is, by its beginning. */
enum track_kind {
    TRACK_GPX,
    TRACK_CSV,
    TRACK_TRACCAR_DEVICES,
    TRACK_TRACCAR_POSITIONS,
    TRACK_UNKNOWN,
};
enum track_kind track_kind_of(FILE *file);

/*
 * Reads the whole file. ERR_MALFORMED, ERR_TOO_LONG, ERR_IO: it is no such file, or no more of it
 * can be read; `why` says what is wrong and where. What was read before was handed out.
 */
MUST_USE enum err gpx_read(struct track_reading *r);
MUST_USE enum err csv_tracks_read(struct track_reading *r);
/* The devices must be read first; they stay in r->traccar until traccar_devices_free(). */
MUST_USE enum err traccar_read_devices(struct track_reading *r);
MUST_USE enum err traccar_read_positions(struct track_reading *r);
void traccar_devices_free(struct traccar_devices *d);

#endif
