/*
 * One process writes. The lock is flock() on a file that stays: taking it away when closing would
 * let a third process lock a new file of the same name beside one who waits on the old. The kernel
 * drops the lock with the process, however that ends. The file holds the process id for people.
 */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/owner.h"

#define LOCK_FILE "odograph.lock"

enum { PID_SIZE = 24 };

static enum err err_of(int number)
{
    if (number == EACCES || number == EPERM) {
        return ERR_FORBIDDEN;
    }
    return number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_IO;
}

static enum err report(const char *what, const char *directory, int number)
{
    log_line(LOG_ERROR, "directory_unusable", "directory=\"%s\" what=\"%s\" why=\"%s\"", directory,
             what, strerror(number));
    return err_of(number);
}

enum err lock_sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return ERR_IO;
    }
    int result = fsync(fd);
    (void)close(fd);
    return result == 0 ? ERR_OK : ERR_IO;
}

static enum err make_directory(const char *directory)
{
    if (mkdir(directory, 0700) != 0) {
        return errno == EEXIST ? ERR_OK : report("mkdir", directory, errno);
    }
    char *copy = mem_copy_text(directory);
    enum err e = lock_sync_directory(dirname(copy));
    free(copy);
    return e == ERR_OK ? ERR_OK : report("sync of the parent", directory, errno);
}

static void report_holder(const char *directory, int fd)
{
    char pid[PID_SIZE] = "";
    ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
    pid[n > 0 ? n : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    log_line(LOG_ERROR, "directory_locked",
             "directory=\"%s\" pid=%s why=\"another odograph works on it\"", directory, pid);
}

static enum err write_pid(const char *directory, int fd)
{
    char pid[PID_SIZE];
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    check(len > 0 && (size_t)len < sizeof(pid));
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len) {
        return report("write of " LOCK_FILE, directory, errno);
    }
    return ERR_OK;
}

enum err lock_take(const char *directory, int *fd)
{
    enum err e = make_directory(directory);
    if (e != ERR_OK) {
        return e;
    }
    char *path = mem_new(strlen(directory) + sizeof("/" LOCK_FILE));
    (void)sprintf(path, "%s/" LOCK_FILE, directory);
    int file = owner_open(directory, path, O_RDWR | O_CLOEXEC);
    free(path);
    if (file < 0) {
        return report("open of " LOCK_FILE, directory, errno);
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        e = ERR_LOCKED;
        report_holder(directory, file);
    } else {
        e = write_pid(directory, file);
    }
    if (e != ERR_OK) {
        (void)close(file);
        return e;
    }
    *fd = file;
    return ERR_OK;
}
