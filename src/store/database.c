/*
 * Settings, each with its reason:
 *
 *     synchronous=FULL       a commit is on the disk when it answers
 *     wal_autocheckpoint=0   the store decides when (checkpoint.c); a commit never pays for one
 *     mmap_size=0            an I/O error is an error code, not a SIGBUS
 *     busy_timeout           1 s: only a visitor with the sqlite3 shell ever holds a lock
 *     immutable              for readers of a directory that nobody may write to (a snapshot, a
 *                            medium): SQLite would want to make a log there. Where there is one,
 *                            what stands in it would be left out
 */
#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

enum { BUSY_TIMEOUT_MS = 1000, SQL_SIZE = 256 };

static bool is_out_of_space(sqlite3 *db, int result)
{
    int why = db == NULL ? 0 : sqlite3_system_errno(db);
    /* A sync that failed is never tried again, whatever its reason: see ERR_IO. */
    return (result & 0xff) == SQLITE_FULL ||
           ((result & 0xff) == SQLITE_IOERR && result != SQLITE_IOERR_FSYNC &&
            result != SQLITE_IOERR_DIR_FSYNC && (why == ENOSPC || why == EDQUOT));
}

enum err database_err(sqlite3 *db, int result)
{
    int extended = db == NULL || (result & ~0xff) != 0 ? result : sqlite3_extended_errcode(db);
    if ((extended & 0xff) != (result & 0xff)) {
        extended = result;
    }
    if (is_out_of_space(db, extended)) {
        return ERR_FULL;
    }
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LONG;
    default:
        return ERR_IO;
    }
}

static void log_failure(sqlite3 *db, const char *path, const char *event, enum err e)
{
    int code = sqlite3_extended_errcode(db);
    int why = sqlite3_system_errno(db);
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) {
        log_line(LOG_ERROR, event, "path=%s why=\"%s\"", path, err_text(e));
        return;
    }
    log_line(LOG_ERROR, event, "path=%s why=\"%s\" sqlite=\"%s\" code=%d system=\"%s\"", path,
             err_text(e), sqlite3_errmsg(db), code, why == 0 ? "" : strerror(why));
}

void database_log(sqlite3 *db, const char *event, enum err e)
{
    if (db == NULL) {
        log_line(LOG_ERROR, event, "why=\"%s\"", err_text(e));
        return;
    }
    const char *path = sqlite3_db_filename(db, "main");
    log_failure(db, path == NULL ? "" : path, event, e);
}

enum err database_run(sqlite3 *db, const char *sql)
{
    return database_err(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

enum err database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
    return database_err(db, sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL));
}

enum err database_step(sqlite3 *db, sqlite3_stmt *statement)
{
    enum err e = database_err(db, sqlite3_step(statement));
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return e;
}

enum err database_number(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    enum err e = database_err(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    if (e != ERR_OK) {
        return e;
    }
    int result = sqlite3_step(statement);
    e = result == SQLITE_DONE ? ERR_NOT_FOUND : database_err(db, result);
    if (result == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
    }
    (void)sqlite3_finalize(statement);
    return e;
}

enum err database_has_table(sqlite3 *db, const char *name, bool *out)
{
    static const char sql[] = "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?";
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    result =
        result == SQLITE_OK ? sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) : result;
    result = result == SQLITE_OK ? sqlite3_step(statement) : result;
    *out = result == SQLITE_ROW;
    enum err e = database_err(db, result);
    (void)sqlite3_finalize(statement);
    return e;
}

enum err database_rollback(sqlite3 *db)
{
    if (sqlite3_get_autocommit(db) != 0) {
        return ERR_OK; /* SQLite has undone it itself */
    }
    return database_run(db, "ROLLBACK") == ERR_OK || sqlite3_get_autocommit(db) != 0 ? ERR_OK
                                                                                     : ERR_IO;
}

/* One row "ok", or a row for each thing that is wrong. */
enum err database_check_structure(sqlite3 *db)
{
    sqlite3_stmt *rows = NULL;
    enum err e =
        database_err(db, sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &rows, NULL));
    int result = SQLITE_DONE;
    bool damaged = false;
    while (e == ERR_OK && (result = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(rows, 0);
        if (text == NULL || strcmp(text, "ok") != 0) {
            log_line(LOG_ERROR, "structure_damaged", "what=\"%s\"", text == NULL ? "" : text);
            damaged = true;
        }
    }
    if (e == ERR_OK) {
        e = database_err(db, result);
    }
    (void)sqlite3_finalize(rows);
    return damaged ? ERR_CORRUPT : e;
}

static enum err configure(sqlite3 *db, const struct database_options *o)
{
    char sql[SQL_SIZE];
    (void)snprintf(sql, sizeof(sql),
                   "PRAGMA synchronous=FULL; PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=0;"
                   "PRAGMA cache_size=-%u; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;",
                   o->cache_kib);
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    if (o->read_only) {
        (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    return database_run(db, sql);
}

/* Whether nothing can be written beside `path`, and no log is there. */
static bool is_frozen(const char *path)
{
    char *name = mem_new(strlen(path) + sizeof("-wal"));
    (void)sprintf(name, "%s-wal", path);
    bool has_log = faccessat(AT_FDCWD, name, F_OK, AT_EACCESS) == 0;
    (void)sprintf(name, "%s", path);
    bool is_closed = faccessat(AT_FDCWD, dirname(name), W_OK, AT_EACCESS) != 0 &&
                     (errno == EACCES || errno == EROFS);
    free(name);
    return is_closed && !has_log;
}

/* The file as one that never changes (SQLite, "Uniform Resource Identifiers", 3.3). */
static int open_frozen(const struct database_options *o, sqlite3 **out)
{
    static const char digits[] = "0123456789abcdef";
    const char *host = o->path[0] == '/' ? "//" : "";
    char *uri = mem_new(sizeof("file://?immutable=1") + 3 * strlen(o->path));
    char *end = uri + sprintf(uri, "file:%s", host);
    for (const char *c = o->path; *c != '\0'; c++) {
        if (strchr("%?#", *c) != NULL) {
            *end++ = '%';
            *end++ = digits[(uint8_t)*c >> 4];
            *end++ = digits[(uint8_t)*c & 15];
        } else {
            *end++ = *c;
        }
    }
    (void)sprintf(end, "?immutable=1");
    int result = sqlite3_open_v2(
        uri, out, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, o->vfs);
    free(uri);
    return result;
}

static int open_as_asked(const struct database_options *o, sqlite3 **out)
{
    int flags = SQLITE_OPEN_NOMUTEX;
    flags |= o->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    return o->read_only && (o->alone || is_frozen(o->path))
               ? open_frozen(o, out)
               : sqlite3_open_v2(o->path, out, flags, o->vfs);
}

enum err database_open(const struct database_options *o, sqlite3 **out)
{
    *out = NULL;
    int result = open_as_asked(o, out);
    enum err e = database_err(*out, result);
    if (e == ERR_OK) {
        e = configure(*out, o);
    }
    if (e != ERR_OK) {
        bool missing = o->read_only && (result & 0xff) == SQLITE_CANTOPEN &&
                       sqlite3_system_errno(*out) == ENOENT;
        if (!missing) {
            log_failure(*out, o->path, "database_open_failed", e);
        }
        (void)sqlite3_close(*out);
        *out = NULL;
        return missing ? ERR_NOT_FOUND : e;
    }
    return ERR_OK;
}
