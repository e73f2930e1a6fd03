/*
 * Data directories that cannot be used, in words for whoever typed the command. They are looked at
 * before anything is opened, so that the reason comes first.
 */
#include "cli/data_directory.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "store/inspect.h"

static bool refuse(const char *path, int number, const char *what_to_do)
{
    (void)fprintf(stderr, "odograph serve: %s: %s; %s\n", path, strerror(number), what_to_do);
    return false;
}

/* mkdir(2) will do what it can: whether its parent lets it. */
static bool can_be_made(const char *path)
{
    char *copy = mem_copy_text(path);
    const char *parent = dirname(copy);
    bool is_there = access(parent, F_OK) == 0;
    bool may = access(parent, W_OK | X_OK) == 0;
    int number = errno;
    free(copy);
    if (may) {
        return true;
    }
    return refuse(path, number,
                  is_there ? "this user may not make it: name a directory that it may write to "
                             "with --data DIR, or make this one for it"
                           : "its parent directory is missing: make that first, or name another "
                             "with --data DIR");
}

bool data_directory_is_usable(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return errno == ENOENT ? can_be_made(path)
                               : refuse(path, errno, "name another directory with --data DIR");
    }
    if (!S_ISDIR(st.st_mode)) {
        return refuse(path, ENOTDIR, "--data wants a directory");
    }
    if (access(path, R_OK | W_OK | X_OK) != 0) {
        return refuse(path, errno,
                      "this user may not write there: name another directory with --data DIR, or "
                      "give it this one");
    }
    return true;
}

bool data_directory_has_store(const char *command, const char *path)
{
    struct stat st;
    char *file = mem_new(strlen(path) + sizeof("/odograph.db"));
    (void)sprintf(file, "%s/odograph.db", path);
    bool is_there = stat(file, &st) == 0;
    int number = errno;
    free(file);
    if (is_there) {
        return true;
    }
    struct inspection found;
    if (number == ENOENT && inspect_store(path, NULL, &found) == ERR_CORRUPT) {
        inspect_report(path, &found);
    } else if (number == ENOENT) {
        (void)fprintf(stderr,
                      "odograph %s: %s: no odograph.db in it; --data wants the directory that "
                      "odograph serve has\n",
                      command, path);
    } else {
        (void)fprintf(stderr, "odograph %s: %s: %s\n", command, path, strerror(number));
    }
    return false;
}

enum err data_directory_open_vault(const char *path, const char *key_file, struct vault **out)
{
    struct arena arena = {0};
    bool is_named = key_file != NULL && key_file[0] != '\0';
    enum err e =
        vault_open(is_named ? key_file : arena_format(&arena, "%s/odograph.key", path), out);
    arena_free(&arena);
    return e;
}
