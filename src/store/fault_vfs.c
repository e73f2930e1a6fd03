/*
 * Every file is the real VFS's file with ours in front of it (SQLite, "The SQLite OS Interface or
 * VFS"). Reads, locks and shared memory pass through.
 *
 * The image is what a disk holds that loses every write not yet synced: a sync copies the whole
 * file into the image directory under its own name. A store opened there is the store after a power
 * cut at that instant. A disk may also have got round to some of what nobody synced, in any order:
 * an image that leaks has a part of the writes as well, chosen by a generator of its own.
 */
#include "store/fault_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { COPY_BYTES = 65536, PATH_SIZE = 512 };

struct fault_file {
    sqlite3_file base; /* first: what SQLite sees */
    struct fault_vfs *vfs;
    const char *path;
    sqlite3_file *real; /* behind this struct */
};

static struct fault_file *of(sqlite3_file *file)
{
    return (struct fault_file *)file;
}

/* ---- which call fails ---- */

/* Whether this call, of those that `mask` names by 1 << fault, is to fail; then with what. */
static enum fault strike(struct fault_vfs *f, unsigned mask)
{
    enum fault fault = FAULT_NONE;
    check(pthread_mutex_lock(&f->lock) == 0);
    if ((1U << (unsigned)f->fault & mask) != 0) {
        if (f->after == 0) {
            fault = f->fault;
        } else {
            f->after--;
        }
    }
    check(pthread_mutex_unlock(&f->lock) == 0);
    return fault;
}

/* ---- the image ---- */

static void name_in_image(const struct fault_file *file, const char *ending, char out[PATH_SIZE])
{
    const char *name = strrchr(file->path, '/');
    check(name != NULL);
    (void)snprintf(out, PATH_SIZE, "%s%s%s", file->vfs->image, name, ending);
}

/* One in three writes is in the image at once, one in three the first half of it. */
static void leak(const struct fault_file *file, const void *data, size_t len, sqlite3_int64 offset)
{
    enum { WHOLE, HALF, CHANCES };
    struct fault_vfs *f = file->vfs;
    char path[PATH_SIZE];
    check(pthread_mutex_lock(&f->lock) == 0);
    f->seed = f->seed * 1664525 + 1013904223;
    uint32_t chance = (f->seed >> 16) % CHANCES;
    if (f->leaks && file->path != NULL && chance <= HALF) {
        name_in_image(file, "", path);
        size_t part = chance == WHOLE ? len : len / 2;
        int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        check(to >= 0 && pwrite(to, data, part, offset) == (ssize_t)part && close(to) == 0);
    }
    check(pthread_mutex_unlock(&f->lock) == 0);
}

static int file_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 offset)
{
    const unsigned mask = 1U << FAULT_NO_SPACE | 1U << FAULT_SHORT | 1U << FAULT_WRITE_IO;
    sqlite3_file *real = of(file)->real;
    switch (strike(of(file)->vfs, mask)) {
    case FAULT_SHORT:
        (void)real->pMethods->xWrite(real, data, len / 2, offset);
        return SQLITE_FULL;
    case FAULT_NO_SPACE:
        return SQLITE_FULL;
    case FAULT_WRITE_IO:
        return SQLITE_IOERR_WRITE;
    default:
        break;
    }
    int result = real->pMethods->xWrite(real, data, len, offset);
    if (result == SQLITE_OK) {
        leak(of(file), data, (size_t)len, offset);
    }
    return result;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xTruncate(real, size);
}

static void copy_bytes(int from, int to)
{
    char data[COPY_BYTES];
    for (;;) {
        ssize_t n = read(from, data, sizeof(data));
        check(n >= 0);
        if (n == 0) {
            return;
        }
        check(write(to, data, (size_t)n) == n);
    }
}

/* Replaces the file's copy as a whole, so that no half of one is ever seen. */
static void copy_to_image(const struct fault_file *file)
{
    char part[PATH_SIZE];
    char whole[PATH_SIZE];
    name_in_image(file, "", whole);
    name_in_image(file, ".part", part);
    int from = open(file->path, O_RDONLY | O_CLOEXEC);
    int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(from >= 0 && to >= 0);
    copy_bytes(from, to);
    check(close(from) == 0 && close(to) == 0);
    check(rename(part, whole) == 0);
}

static void note_instant(struct fault_vfs *f)
{
    check(pthread_mutex_lock(&f->lock) == 0);
    if (f->instant != NULL) {
        f->instant(f->context);
    }
    check(pthread_mutex_unlock(&f->lock) == 0);
}

static int file_sync(sqlite3_file *file, int flags)
{
    const unsigned mask = 1U << FAULT_SYNC_IO | 1U << FAULT_SYNC_SPACE | 1U << FAULT_SYNC_QUICK;
    struct fault_file *f = of(file);
    enum fault fault = strike(f->vfs, mask);
    if (fault == FAULT_SYNC_IO || fault == FAULT_SYNC_SPACE) {
        return SQLITE_IOERR_FSYNC;
    }
    note_instant(f->vfs);
    bool is_quick = fault == FAULT_SYNC_QUICK;
    int result = is_quick ? SQLITE_OK : f->real->pMethods->xSync(f->real, flags);
    check(pthread_mutex_lock(&f->vfs->lock) == 0);
    if (result == SQLITE_OK && f->vfs->image != NULL && f->path != NULL) {
        copy_to_image(f);
    }
    if (f->vfs->instant != NULL) {
        f->vfs->instant(f->vfs->context);
    }
    check(pthread_mutex_unlock(&f->vfs->lock) == 0);
    return result;
}

/* ---- what passes through ---- */

static int file_close(sqlite3_file *file)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xClose(real);
}

static int file_read(sqlite3_file *file, void *data, int len, sqlite3_int64 offset)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xRead(real, data, len, offset);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xFileSize(real, size);
}

static int file_lock(sqlite3_file *file, int level)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xUnlock(real, level);
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xCheckReservedLock(real, out);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xFileControl(real, op, arg);
}

static int file_sector_size(sqlite3_file *file)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xSectorSize(real);
}

static int file_characteristics(sqlite3_file *file)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xShmMap(real, page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xShmLock(real, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    sqlite3_file *real = of(file)->real;
    real->pMethods->xShmBarrier(real);
}

static int file_shm_unmap(sqlite3_file *file, int remove_it)
{
    sqlite3_file *real = of(file)->real;
    return real->pMethods->xShmUnmap(real, remove_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* with shared memory, without mapped pages */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    struct fault_vfs *f = vfs->pAppData;
    struct fault_file *ours = of(file);
    *ours = (struct fault_file){.vfs = f, .path = path};
    ours->real = (sqlite3_file *)(void *)(ours + 1);
    memset(ours->real, 0, (size_t)f->real->szOsFile);
    int result = f->real->xOpen(f->real, path, ours->real, flags, out);
    ours->base.pMethods = ours->real->pMethods == NULL ? NULL : &methods;
    return result;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
    struct fault_vfs *f = vfs->pAppData;
    return f->real->xDelete(f->real, path, sync_directory);
}

/* A failed sync leaves ENOSPC behind where the test wants it to. */
static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    struct fault_vfs *f = vfs->pAppData;
    check(pthread_mutex_lock(&f->lock) == 0);
    bool no_space = f->fault == FAULT_SYNC_SPACE && f->after == 0;
    check(pthread_mutex_unlock(&f->lock) == 0);
    return no_space ? ENOSPC : f->real->xGetLastError(f->real, size, out);
}

void fault_vfs_register(struct fault_vfs *f, const char *name, const char *image)
{
    *f = (struct fault_vfs){.real = sqlite3_vfs_find(NULL), .image = image};
    check(f->real != NULL);
    check(pthread_mutex_init(&f->lock, NULL) == 0);
    f->vfs = *f->real;
    f->vfs.pNext = NULL;
    f->vfs.zName = name;
    f->vfs.pAppData = f;
    f->vfs.szOsFile = (int)sizeof(struct fault_file) + f->real->szOsFile;
    f->vfs.xOpen = vfs_open;
    f->vfs.xDelete = vfs_delete;
    f->vfs.xGetLastError = vfs_last_error;
    check(sqlite3_vfs_register(&f->vfs, 0) == SQLITE_OK);
}

void fault_vfs_unregister(struct fault_vfs *f)
{
    check(sqlite3_vfs_unregister(&f->vfs) == SQLITE_OK);
    check(pthread_mutex_destroy(&f->lock) == 0);
}

void fault_vfs_set(struct fault_vfs *f, enum fault fault, uint64_t after)
{
    check(pthread_mutex_lock(&f->lock) == 0);
    f->fault = fault;
    f->after = after;
    check(pthread_mutex_unlock(&f->lock) == 0);
}

void fault_vfs_watch(struct fault_vfs *f, bool leaks, void (*instant)(void *context), void *context)
{
    check(pthread_mutex_lock(&f->lock) == 0);
    f->leaks = leaks && f->image != NULL;
    f->instant = instant;
    f->context = context;
    check(pthread_mutex_unlock(&f->lock) == 0);
}
