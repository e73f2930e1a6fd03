/*
 * A log that is gone, or cut short, looks like one that a power cut has left: there is nothing in
 * it that tells. So the number of the newest journal row is also kept outside, in odograph.seq:
 *
 *     0      4          12                    28        32
 *     ├ODSQ──┼─ seq ────┼─ id of the store ───┼─ crc32 ─┤      big-endian
 *
 * It is written over in place after every commit, without a sync: 32 bytes into the page cache. So
 * it survives the death of the process, and after a power cut it may say less than is there, never
 * more, because it is written when the commit is on the disk already. A store whose newest row is
 * below its witness has lost what was acknowledged; above it or level, nothing follows. Every
 * commit of something to be acknowledged has a row, an empty one where it is of changes alone, and
 * the newest row is never trimmed.
 *
 * The id is a row of the table `store`, so that a witness is not held against another database that
 * somebody put in its place. A backup has none: restored over an old directory it is not what the
 * witness there speaks of, and it takes an id of its own when it is first opened. The steps are in
 * such an order that whatever falls between them leaves no witness rather than a wrong one:
 *
 *     the old witness goes    if it is of another store
 *     the id is committed     if there is none
 *     the log is copied back  so that the id is in the database, even if the log gets lost
 *     the witness is written  and synced, with its name
 */
#include "store/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "store/checkpoint.h"
#include "store/database.h"
#include "store/lock.h"
#include "store/owner.h"

#define MAGIC "ODSQ"

enum { MAGIC_BYTES = 4, SUMMED = MAGIC_BYTES + 8 + WITNESS_ID_BYTES, FILE_BYTES = SUMMED + 4 };
enum { READS_MAX = 100 }; /* of one that is written meanwhile */

struct witness {
    char *directory;
    char *path;
    int fd; /* -1: it could not be made yet */
    struct witness_note note;
    bool is_failing;
    bool was_missing; /* at the opening */
};

static char *path_in(const char *directory)
{
    char *path = mem_new(strlen(directory) + sizeof("/" WITNESS_FILE));
    (void)sprintf(path, "%s/" WITNESS_FILE, directory);
    return path;
}

/* ---- the bytes ---- */

static void pack(const struct witness_note *note, uint8_t out[FILE_BYTES])
{
    struct writer w = writer_init(out, FILE_BYTES);
    write_text(&w, MAGIC);
    write_u64be(&w, note->seq);
    write_bytes(&w, (struct bytes){note->id, WITNESS_ID_BYTES});
    write_u32be(&w, (uint32_t)crc32_z(0, out, SUMMED));
}

static bool unpack(const uint8_t in[FILE_BYTES], struct witness_note *out)
{
    struct reader r = reader_init((struct bytes){in, FILE_BYTES});
    bool is_one = memcmp(read_bytes(&r, MAGIC_BYTES).at, MAGIC, MAGIC_BYTES) == 0;
    out->seq = read_u64be(&r);
    memcpy(out->id, read_bytes(&r, WITNESS_ID_BYTES).at, WITNESS_ID_BYTES);
    return is_one && read_u32be(&r) == (uint32_t)crc32_z(0, in, SUMMED);
}

bool witness_is_of(const struct witness_note *a, const struct witness_note *b)
{
    static const uint8_t none[WITNESS_ID_BYTES];
    return memcmp(a->id, none, WITNESS_ID_BYTES) != 0 &&
           memcmp(a->id, b->id, WITNESS_ID_BYTES) == 0;
}

/* ---- reading ---- */

static enum err err_of_opening(int number)
{
    if (number == ENOENT || number == ENOTDIR) {
        return ERR_NOT_FOUND;
    }
    return number == EACCES || number == EPERM ? ERR_FORBIDDEN : ERR_IO;
}

enum err witness_read(const char *directory, struct witness_note *out)
{
    char *path = path_in(directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err e = fd >= 0 ? ERR_CORRUPT : err_of_opening(errno);
    /* One that is just being written may be read half old, half new. */
    for (int i = 0; i < READS_MAX && e == ERR_CORRUPT; i++) {
        uint8_t in[FILE_BYTES];
        ssize_t n = pread(fd, in, FILE_BYTES, 0);
        e = n < 0 ? ERR_IO : n == FILE_BYTES && unpack(in, out) ? ERR_OK : ERR_CORRUPT;
    }
    if (e == ERR_IO || e == ERR_FORBIDDEN) {
        log_line(e == ERR_IO ? LOG_ERROR : LOG_WARN, "witness_unreadable", "path=\"%s\" why=\"%s\"",
                 path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(path);
    return e;
}

static enum err read_id(sqlite3 *db, uint8_t out[WITNESS_ID_BYTES])
{
    sqlite3_stmt *s = NULL;
    int result = sqlite3_prepare_v2(db, "SELECT id FROM store", -1, &s, NULL);
    result = result == SQLITE_OK ? sqlite3_step(s) : result;
    if (result == SQLITE_ROW && sqlite3_column_bytes(s, 0) == WITNESS_ID_BYTES) {
        memcpy(out, sqlite3_column_blob(s, 0), WITNESS_ID_BYTES);
    }
    enum err e = database_err(db, result);
    (void)sqlite3_finalize(s);
    return e;
}

enum err witness_look(sqlite3 *db, struct witness_note *out)
{
    bool has_id = false;
    bool has_journal = false;
    int64_t seq = 0;
    *out = (struct witness_note){0};
    enum err e = database_has_table(db, "store", &has_id);
    if (e == ERR_OK && has_id) {
        e = read_id(db, out->id);
    }
    if (e == ERR_OK) {
        e = database_has_table(db, "journal", &has_journal);
    }
    if (e == ERR_OK && has_journal) {
        e = database_number(db, "SELECT coalesce(max(seq), 0) FROM journal", &seq);
    }
    out->seq = (uint64_t)seq;
    return e;
}

/* ---- writing ---- */

/* Logs the first failure of several, and their end. */
static bool tell(struct witness *w, bool is_written, int number)
{
    if (!is_written && !w->is_failing) {
        log_line(LOG_WARN, "witness_unwritten", "path=\"%s\" why=\"%s\"", w->path,
                 strerror(number));
    } else if (is_written && w->is_failing) {
        log_line(LOG_INFO, "witness_written", "path=\"%s\"", w->path);
    }
    w->is_failing = !is_written;
    return is_written;
}

bool witness_was_missing(const struct witness *w)
{
    return w->was_missing;
}

bool witness_write(struct witness *w, uint64_t seq)
{
    uint8_t out[FILE_BYTES];
    w->note.seq = seq;
    pack(&w->note, out);
    if (w->fd < 0) {
        w->fd = owner_open(w->directory, w->path, O_RDWR | O_CLOEXEC);
    }
    ssize_t n = w->fd < 0 ? -1 : pwrite(w->fd, out, FILE_BYTES, 0);
    return tell(w, n == FILE_BYTES, n < 0 ? errno : ENOSPC);
}

enum err witness_remove(const char *directory)
{
    char *path = path_in(directory);
    enum err e =
        unlink(path) == 0 ? lock_sync_directory(directory) : (errno == ENOENT ? ERR_OK : ERR_IO);
    free(path);
    return e;
}

/* ---- beginning ---- */

/* The first of a store, or of a copy: no witness there speaks of it. */
static enum err begin_anew(sqlite3 *db, const char *directory, struct witness_note *note)
{
    static const char sql[] = "UPDATE store SET id=randomblob(16) WHERE length(id)<>16";
    enum err e = witness_remove(directory);
    if (e == ERR_OK) {
        e = database_run(db, sql);
    }
    if (e == ERR_OK) {
        e = checkpoint_passive(db);
        e = e == ERR_BUSY ? ERR_OK : e;
    }
    return e == ERR_OK ? witness_look(db, note) : e;
}

enum err witness_open(sqlite3 *db, const char *directory, struct witness **out)
{
    struct witness_note there;
    struct witness_note own;
    enum err found = witness_read(directory, &there);
    enum err e = witness_look(db, &own);
    bool is_anew = e == ERR_OK && (found != ERR_OK || !witness_is_of(&there, &own));
    bool was_missing = is_anew && own.seq > 0 && witness_is_of(&own, &own);
    if (is_anew) {
        bool is_usual = found == ERR_NOT_FOUND && !witness_is_of(&own, &own);
        log_line(is_usual ? LOG_INFO : LOG_WARN, "witness_begun", "directory=\"%s\" before=\"%s\"",
                 directory, found == ERR_OK ? "of another store" : err_text(found));
        e = begin_anew(db, directory, &own);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct witness *w = mem_new(sizeof(*w));
    w->directory = mem_copy_text(directory);
    w->path = path_in(directory);
    w->fd = -1;
    w->note = own;
    w->was_missing = was_missing;
    if (witness_write(w, own.seq)) {
        bool is_synced = fsync(w->fd) == 0 && lock_sync_directory(directory) == ERR_OK;
        (void)tell(w, is_synced, errno);
    }
    *out = w;
    return ERR_OK;
}

void witness_close(struct witness *w)
{
    if (w == NULL) {
        return;
    }
    if (w->fd >= 0) {
        (void)fsync(w->fd);
        (void)close(w->fd);
    }
    free(w->directory);
    free(w->path);
    free(w);
}
