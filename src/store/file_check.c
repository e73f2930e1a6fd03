/*
 * Checking a store where it lies: first whether all that was acknowledged is there (inspect.c), and
 * whether damaged files are kept beside (keep.c); then its tables (check.c).
 */
#include <stdlib.h>

#include "base/log.h"
#include "store/check.h"
#include "store/file.h"
#include "store/inspect.h"
#include "store/keep.h"
#include "store/tables_sqlite.h"

enum err store_check_file(const char *path,
                          void (*take)(void *context, const struct store_check_line *line),
                          void *context)
{
    struct tables *t = NULL;
    enum err e = tables_sqlite_open(path, NULL, SQLITE_LOADS, &t);
    if (e != ERR_OK) {
        return e;
    }
    e = check_tables(t, take, context);
    tables_close(t);
    return e;
}

enum err store_check(const char *directory,
                     void (*take)(void *context, const struct store_check_line *line),
                     void *context)
{
    struct inspection found;
    enum err whole = inspect_store(directory, NULL, &found);
    if (whole == ERR_CORRUPT) {
        inspect_report(directory, &found);
    } else if (whole == ERR_OK && keep_count(directory) > 0) {
        log_line(LOG_ERROR, "damage_kept", "directory=\"%s\" what=\"%s\"", directory,
                 "it went on without what was lost: damaged files are kept in it");
        whole = ERR_CORRUPT;
    }
    char *path = store_path(directory);
    enum err e = store_check_file(path, take, context);
    free(path);
    return whole == ERR_OK ? e : whole;
}
