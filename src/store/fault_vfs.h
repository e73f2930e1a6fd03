#ifndef STORE_FAULT_VFS_H
#define STORE_FAULT_VFS_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * An SQLite VFS for tests: the default one with faults put in between, and an image of what a power
 * cut would leave. Linked into the tests of the store only.
 *
 * Any thread may change the faults while the store runs.
 */
enum fault {
    FAULT_NONE,
    FAULT_NO_SPACE,   /* writes and growth fail with SQLITE_FULL */
    FAULT_SHORT,      /* the first half of a write happens, then as FAULT_NO_SPACE */
    FAULT_WRITE_IO,   /* writes fail with SQLITE_IOERR_WRITE */
    FAULT_SYNC_IO,    /* syncs fail with SQLITE_IOERR_FSYNC */
    FAULT_SYNC_SPACE, /* syncs fail too, and the system said ENOSPC */
    FAULT_SYNC_QUICK, /* none, but syncs do not wait for a disk; the image is kept as always */
};

struct fault_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    pthread_mutex_t lock;
    /* Under `lock`: */
    enum fault fault;
    uint64_t after;    /* this many calls of the kind still succeed */
    const char *image; /* directory to which every sync copies the file, or NULL */
    bool leaks;        /* some of what is not synced, whole or half, stands in the image too */
    uint32_t seed;
    void (*instant)(void *context);
    void *context;
};

/* Registers it under `name`; `image` may be NULL, else it outlives the VFS. */
void fault_vfs_register(struct fault_vfs *f, const char *name, const char *image);
void fault_vfs_unregister(struct fault_vfs *f);
/* Sets the fault that strikes after `after` more calls. */
void fault_vfs_set(struct fault_vfs *f, enum fault fault, uint64_t after);
/*
 * From now on calls `instant` before and after every sync, in the thread that syncs and with the
 * VFS held: the image as it is then is what a power cut would leave. With `leaks` some of what was
 * written and not synced stands in it, as a disk that caches may have it.
 */
void fault_vfs_watch(struct fault_vfs *f, bool leaks, void (*instant)(void *context),
                     void *context);

#endif
