/*
 * Faults for a whole server: a library to be preloaded (LD_PRELOAD), steered by the content of the
 * file that the environment variable ODOGRAPH_FAULT_FILE names, looked at anew in each call:
 *
 *     none       everything works; the same when the file or the variable is missing
 *     nospace    writing at an offset and growing a file fail with ENOSPC; syncs work
 *     hold       syncs wait until the content is another one; that one does is told by a file of
 *                that name with ".held" behind it
 *     hold-next  one sync works, those behind it are held
 *     syncerror  syncs fail with EIO
 *     tight      everything works, but the disk says that nothing of it is free
 *     readonly   opening for writing, making, writing at an offset and growing fail with EROFS
 *
 * SQLite writes its files with pwrite64(), grows them with ftruncate64() and posix_fallocate(), and
 * syncs them with fdatasync() or fsync(). What the server writes to its log and its sockets goes
 * through other calls and is let alone. Replace the file by rename(), so that no call sees half a
 * word.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { WORD_SIZE = 32, HOLD_POLL_NS = 2000000, PATH_SIZE = 4096 };

typedef int open_file(const char *path, int flags, ...);
typedef int make_directory(const char *path, mode_t mode);
typedef ssize_t write_at(int fd, const void *data, size_t len, off_t offset);
typedef int sync_file(int fd);
typedef int ask_disk(const char *path, struct statvfs *out);
typedef int resize_file(int fd, off_t size);
typedef int reserve_space(int fd, off_t offset, off_t len);

static bool fault_is(const char *word)
{
    const char *path = getenv("ODOGRAPH_FAULT_FILE");
    char content[WORD_SIZE] = "";
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t n = read(fd, content, sizeof(content) - 1);
    (void)close(fd);
    content[n > 0 ? n : 0] = '\0';
    content[strcspn(content, " \r\n")] = '\0';
    return strcmp(content, word) == 0;
}

/* Sets the function pointer at `out` to what stands behind ours; without it nothing can go on. */
static void find_real(const char *name, void *out)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        abort();
    }
    memcpy(out, &function, sizeof(function));
}

static int fail(int number)
{
    errno = number;
    return -1;
}

/* Reading is let alone, devices (/dev/null) are too. */
static int open_unless_readonly(const char *path, int flags, mode_t mode)
{
    open_file *real = NULL;
    find_real("open", (void *)&real);
    bool writes = (flags & O_CREAT) != 0 || (flags & O_ACCMODE) != O_RDONLY;
    if (writes && strncmp(path, "/dev/", strlen("/dev/")) != 0 && fault_is("readonly")) {
        return fail(EROFS);
    }
    return real(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_unless_readonly(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_unless_readonly(path, flags, mode);
}

int mkdir(const char *path, mode_t mode)
{
    make_directory *real = NULL;
    find_real("mkdir", (void *)&real);
    return fault_is("readonly") ? fail(EROFS) : real(path, mode);
}

/* The same call under its two names: off_t has 64 bits on every system this runs on. */
_Static_assert(sizeof(off_t) == 8, "pwrite64() takes another type");

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    write_at *real = NULL;
    find_real("pwrite", (void *)&real);
    if (fault_is("nospace")) {
        return fail(ENOSPC);
    }
    return fault_is("readonly") ? fail(EROFS) : real(fd, data, len, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off_t offset)
{
    return pwrite(fd, data, len, offset);
}

int statvfs(const char *path, struct statvfs *out)
{
    ask_disk *real = NULL;
    find_real("statvfs", (void *)&real);
    int answer = real(path, out);
    if (fault_is("tight")) {
        out->f_bavail = 0;
        out->f_bfree = 0;
    }
    return answer;
}

int statvfs64(const char *path, struct statvfs64 *out)
{
    _Static_assert(sizeof(struct statvfs) == sizeof(struct statvfs64), "the same under two names");
    return statvfs(path, (struct statvfs *)out);
}

static bool would_grow(int fd, off_t size)
{
    struct stat st;
    return fstat(fd, &st) == 0 && size > st.st_size;
}

int ftruncate(int fd, off_t size)
{
    resize_file *real = NULL;
    find_real("ftruncate", (void *)&real);
    if (would_grow(fd, size) && fault_is("nospace")) {
        return fail(ENOSPC);
    }
    return fault_is("readonly") ? fail(EROFS) : real(fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    reserve_space *real = NULL;
    find_real("posix_fallocate", (void *)&real);
    if (fault_is("nospace")) {
        return ENOSPC;
    }
    return fault_is("readonly") ? EROFS : real(fd, offset, len);
}

int posix_fallocate64(int fd, off_t offset, off_t len)
{
    return posix_fallocate(fd, offset, len);
}

/* Whether a sync has to wait: all of "hold", of "hold-next" those behind the first. */
static bool is_held(void)
{
    static atomic_bool has_one_worked;
    if (!fault_is("hold-next")) {
        atomic_store(&has_one_worked, false);
        return fault_is("hold");
    }
    return atomic_exchange(&has_one_worked, true);
}

static void tell_held(void)
{
    char path[PATH_SIZE];
    open_file *real = NULL;
    find_real("open", (void *)&real);
    (void)snprintf(path, sizeof(path), "%s.held", getenv("ODOGRAPH_FAULT_FILE"));
    int fd = real(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void wait_while_held(void)
{
    const struct timespec pause = {.tv_nsec = HOLD_POLL_NS};
    if (!is_held()) {
        return;
    }
    tell_held();
    while (fault_is("hold") || fault_is("hold-next")) {
        (void)nanosleep(&pause, NULL);
    }
}

static int faulty_sync(const char *name, int fd)
{
    sync_file *real = NULL;
    find_real(name, (void *)&real);
    wait_while_held();
    return fault_is("syncerror") ? fail(EIO) : real(fd);
}

int fsync(int fd)
{
    return faulty_sync("fsync", fd);
}

int fdatasync(int fd)
{
    return faulty_sync("fdatasync", fd);
}
