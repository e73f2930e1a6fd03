#ifndef CLI_IMPORT_FILES_H
#define CLI_IMPORT_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "files/track_read.h"

/*
 * The files of an import, each opened and known by what it begins with. They are read twice: to
 * find what is wrong before anything is changed, and to take what is in them.
 */
struct import_files {
    struct import_file *at;
    size_t count;
    uint64_t bytes; /* of all */
};

struct import_file {
    const char *path;
    FILE *file;
    enum track_kind kind;
};

/* How they are read. */
struct import_reading {
    const char *device_id; /* NULL: each tells its own */
    const char *zone;      /* of local times */
    int64_t now_s;
    const struct track_sink *sink;
    /* Called before each file, with what was read of all; may be NULL. */
    void (*progress)(void *context, const struct import_file *file, uint64_t bytes);
    void *context;
};

/*
 * Opens them. ERR_INVALID, after saying on standard error which one cannot be read, or is none of
 * the kinds.
 */
MUST_USE enum err import_files_open(const char *const *paths, size_t count,
                                    struct import_files *out);
void import_files_close(struct import_files *f);
/*
 * Reads them all, the devices of Traccar first. ERR_MALFORMED after saying on standard error what
 * is wrong with which one.
 */
MUST_USE enum err import_files_read(const struct import_files *f, const struct import_reading *how);

#endif
