/*
 * A key that is half written would be another key, and one that is lost makes everything useless
 * that was made with it. So it is written beside, synced, and only then gets its name:
 *
 *     odograph.key.part  ──link──►  odograph.key      (fails where somebody has made one meanwhile)
 */
#include "base/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    LINE_LEN = 2 * KEY_FILE_BYTES + 1, /* digits and the end of the line */
    READ_SIZE = LINE_LEN + 2,          /* one more, and a NUL: what is longer is no key */
    OTHERS = S_IWGRP | S_IRWXO,        /* a group may read it, such as that of a service */
};

static enum err err_of(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_FORBIDDEN;
    case EEXIST:
        return ERR_DUPLICATE;
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    default:
        return ERR_IO;
    }
}

static enum err tell(const char *path, const char *why, enum err e)
{
    log_line(LOG_ERROR, "key_file_unusable", "file=\"%s\" why=\"%s\"", path, why);
    return e;
}

/* ---- reading ---- */

static enum err judge_mode(const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return tell(path, strerror(errno), ERR_IO);
    }
    if (!S_ISREG(st.st_mode)) {
        return tell(path, "not a file", ERR_INVALID);
    }
    return (st.st_mode & OTHERS) == 0
               ? ERR_OK
               : tell(path, "others may read or write it: chmod 600 it", ERR_FORBIDDEN);
}

static enum err read_digits(const char *path, int fd, uint8_t key[KEY_FILE_BYTES])
{
    uint8_t line[READ_SIZE];
    size_t len = 0;
    ssize_t n = read(fd, line, sizeof(line));
    if (n < 0) {
        return tell(path, strerror(errno), ERR_IO);
    }
    struct bytes text = {line, (size_t)n};
    text.len -= text.len > 0 && text.at[text.len - 1] == '\n' ? 1 : 0;
    bool is_key = text.len == LINE_LEN - 1 &&
                  hex_decode(text, key, KEY_FILE_BYTES, &len) == ERR_OK && len == KEY_FILE_BYTES;
    explicit_bzero(line, sizeof(line));
    return is_key ? ERR_OK
                  : tell(path,
                         "it holds no key, which is a line of 64 hexadecimal digits: put the "
                         "right file there",
                         ERR_INVALID);
}

enum err key_file_read(const char *path, uint8_t key[KEY_FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        enum err e = err_of(errno);
        return e == ERR_NOT_FOUND ? e : tell(path, strerror(errno), e);
    }
    enum err e = judge_mode(path, fd);
    e = e == ERR_OK ? read_digits(path, fd, key) : e;
    (void)close(fd);
    return e;
}

/* ---- writing ---- */

/* A system error, or 0. */
static int give_to_owner(int directory, int fd)
{
    struct stat st;
    if (geteuid() != 0) {
        return 0;
    }
    return fstat(directory, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0 ? 0 : errno;
}

static int write_digits(int fd, const uint8_t key[KEY_FILE_BYTES])
{
    char line[LINE_LEN + 1];
    hex_encode((struct bytes){key, KEY_FILE_BYTES}, line);
    line[LINE_LEN - 1] = '\n';
    ssize_t n = write(fd, line, LINE_LEN);
    int number = n == LINE_LEN ? 0 : n < 0 ? errno : ENOSPC;
    explicit_bzero(line, sizeof(line));
    return number == 0 && fsync(fd) != 0 ? errno : number;
}

static int write_part(int directory, const char *part, const uint8_t key[KEY_FILE_BYTES])
{
    if (unlink(part) != 0 && errno != ENOENT) { /* what a crash left */
        return errno;
    }
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno;
    }
    int number = give_to_owner(directory, fd);
    number = number == 0 ? write_digits(fd, key) : number;
    (void)close(fd);
    return number;
}

/* A system error, or 0. */
static int make(int directory, const char *path, const char *part,
                const uint8_t key[KEY_FILE_BYTES])
{
    int number = write_part(directory, part, key);
    if (number == 0 && link(part, path) != 0) {
        number = errno;
    }
    (void)unlink(part);
    return number == 0 && fsync(directory) != 0 ? errno : number;
}

enum err key_file_make(const char *path, const uint8_t key[KEY_FILE_BYTES])
{
    char *copy = mem_copy_text(path);
    char *part = mem_new(strlen(path) + sizeof(".part"));
    (void)sprintf(part, "%s.part", path);
    int directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int number = directory < 0 ? errno : make(directory, path, part, key);
    if (directory >= 0) {
        (void)close(directory);
    }
    free(part);
    free(copy);
    if (number == 0) {
        log_line(LOG_INFO, "key_file_made",
                 "file=\"%s\" why=\"the passwords of locks are of no use without it: keep a copy, "
                 "apart from those of the store\"",
                 path);
        return ERR_OK;
    }
    return tell(path, strerror(number), err_of(number));
}
