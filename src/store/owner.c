/*
 * Root may work on the data directory of another user: sets a password, or accepts a damage. What
 * it made there as its own would lock that user's server out. So it gives away what it makes, to
 * the owner of odograph.db, or of the directory where there is no database yet; SQLite does so with
 * the log and its index by itself.
 *
 * Only what this process has made is given away (O_EXCL, which follows no link either): a name that
 * the user has put there may lead to a file that is not the user's.
 */
#include "store/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/file.h"

/* Whose the next file is; by others than root everything made is their own already. */
static struct stat owner_of(const char *directory)
{
    struct stat st = {.st_uid = geteuid(), .st_gid = getegid()};
    char *database = store_path(directory);
    if (geteuid() == 0 && lstat(database, &st) != 0) {
        (void)stat(directory, &st);
    }
    free(database);
    return st;
}

/* A system error, or 0. */
static int give(int fd, const struct stat *owner)
{
    return geteuid() != 0 || fchown(fd, owner->st_uid, owner->st_gid) == 0 ? 0 : errno;
}

int owner_open(const char *directory, const char *path, int flags)
{
    const struct stat owner = owner_of(directory);
    int fd = open(path, flags | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        return errno == EEXIST ? open(path, flags | O_CREAT, 0600) : -1;
    }
    int number = give(fd, &owner);
    if (number != 0) {
        (void)close(fd);
        (void)unlink(path);
        errno = number;
        return -1;
    }
    return fd;
}

int owner_give_folder(const char *directory, const char *path)
{
    const struct stat owner = owner_of(directory);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    int number = give(fd, &owner);
    (void)close(fd);
    return number;
}

int owner_give_file(const char *directory, const char *path)
{
    const struct stat owner = owner_of(directory);
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    bool is_plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
    int number = is_plain ? give(fd, &owner) : EPERM;
    (void)close(fd);
    return number;
}
