/*
 * Files that are to be imported.
 */
#include "cli/import_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static enum err complain(const char *path, const char *why)
{
    (void)fprintf(stderr, "odograph import: %s: %s\n", path, why);
    return ERR_INVALID;
}

static enum err open_one(const char *path, struct import_file *out, uint64_t *bytes)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe would wait for its writer */
    *out = (struct import_file){.path = path, .file = fd < 0 ? NULL : fdopen(fd, "rb")};
    if (out->file == NULL || fstat(fileno(out->file), &st) != 0) {
        return complain(path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return complain(path, "wants a file, since it is read twice");
    }
    *bytes += (uint64_t)st.st_size;
    out->kind = track_kind_of(out->file);
    return out->kind == TRACK_UNKNOWN
               ? complain(path, "is neither GPX nor CSV with columns that are known; --help says "
                                "which")
               : ERR_OK;
}

static bool has_kind(const struct import_files *f, enum track_kind kind)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->at[i].kind == kind) {
            return true;
        }
    }
    return false;
}

enum err import_files_open(const char *const *paths, size_t count, struct import_files *out)
{
    enum err e = ERR_OK;
    *out = (struct import_files){.at = mem_new_array(count, sizeof(*out->at))};
    while (out->count < count && e == ERR_OK) {
        e = open_one(paths[out->count], &out->at[out->count], &out->bytes);
        out->count++;
    }
    if (e == ERR_OK && has_kind(out, TRACK_TRACCAR_POSITIONS) &&
        !has_kind(out, TRACK_TRACCAR_DEVICES)) {
        e = complain("tc_positions", "wants tc_devices beside it, which says whose they are");
    }
    return e;
}

void import_files_close(struct import_files *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->at[i].file != NULL) {
            (void)fclose(f->at[i].file);
        }
    }
    free(f->at);
    *f = (struct import_files){0};
}

static enum err read_one(struct track_reading *r, const struct import_file *file)
{
    rewind(file->file);
    r->file = file->file;
    switch (file->kind) {
    case TRACK_GPX:
        return gpx_read(r);
    case TRACK_CSV:
        return csv_tracks_read(r);
    case TRACK_TRACCAR_DEVICES:
        return traccar_read_devices(r);
    case TRACK_TRACCAR_POSITIONS:
        return traccar_read_positions(r);
    case TRACK_UNKNOWN:
        break;
    }
    return ERR_UNSUPPORTED;
}

/* Reads those that are tc_devices, or all others; *bytes were read before them. */
static enum err read_some(const struct import_files *f, const struct import_reading *how,
                          struct track_reading *r, bool are_devices, uint64_t *bytes)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < f->count && e == ERR_OK; i++) {
        const struct import_file *file = &f->at[i];
        if ((file->kind == TRACK_TRACCAR_DEVICES) != are_devices) {
            continue;
        }
        if (how->progress != NULL) {
            how->progress(how->context, file, *bytes);
        }
        e = read_one(r, file);
        *bytes += (uint64_t)ftello(file->file);
        if (e != ERR_OK) {
            (void)complain(file->path, r->why);
        }
    }
    return e;
}

enum err import_files_read(const struct import_files *f, const struct import_reading *how)
{
    struct track_reading r = {.sink = how->sink, .device_id = how->device_id, .now_s = how->now_s};
    if (zone_find(how->zone, &r.zone) != ERR_OK) {
        (void)complain("--zone", "there is no such time zone");
        return ERR_MALFORMED;
    }
    uint64_t bytes = 0;
    enum err e = read_some(f, how, &r, true, &bytes);
    e = e == ERR_OK ? read_some(f, how, &r, false, &bytes) : e;
    traccar_devices_free(r.traccar);
    zone_release(r.zone);
    return e == ERR_OK ? ERR_OK : ERR_MALFORMED;
}
