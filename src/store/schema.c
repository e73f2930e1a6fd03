/*
 * The file carries an application_id (bytes 68 to 71 of its header, "ODOG"; SQLite file format,
 * section 1.3.15), so that somebody else's database is refused instead of filled.
 *
 * page_size 16 KB: batches and chunks are blobs of some KB, which waste a third of 4 KB pages.
 * auto_vacuum off: freed pages are used again, nothing is moved within a commit.
 * Ids come from ingest, and the table `ids` says how far they are given. The store itself numbers
 * chunks alone: such a number may be given again once the newest has expired.
 *
 * Steps 1 to 3 are history and stay as they are written here, tables of entities too. From 4 on a
 * new table or column of an entity is a row of model/entity.c with `since`, and its step is made of
 * it; what is written here for that version comes behind.
 */
#include "store/schema.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "store/database.h"
#include "store/schema_secrets.h"
#include "store/tables_sqlite_sql.h"

enum { SQL_SIZE = 128 };

static const char *const written[] = {
    /* 1 */
    "CREATE TABLE journal(seq INTEGER PRIMARY KEY AUTOINCREMENT, batch BLOB NOT NULL);"
    "CREATE TABLE enterprise(id INTEGER PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL,"
    " service_end_s INTEGER NOT NULL, retention_days INTEGER NOT NULL,"
    " created_s INTEGER NOT NULL, deleted INTEGER NOT NULL);"
    "CREATE TABLE user(id INTEGER PRIMARY KEY, enterprise_id INTEGER NOT NULL,"
    " login_name TEXT NOT NULL, password_hash TEXT NOT NULL, role INTEGER NOT NULL,"
    " expire_s INTEGER NOT NULL, group_ids BLOB NOT NULL, token_generation INTEGER NOT NULL,"
    " created_s INTEGER NOT NULL, deleted INTEGER NOT NULL);"
    "CREATE TABLE device_group(id INTEGER PRIMARY KEY, enterprise_id INTEGER NOT NULL,"
    " name TEXT NOT NULL, deleted INTEGER NOT NULL);"
    "CREATE TABLE device(id INTEGER PRIMARY KEY, enterprise_id INTEGER NOT NULL,"
    " group_id INTEGER NOT NULL, device_id TEXT NOT NULL, plate TEXT NOT NULL,"
    " object_code TEXT NOT NULL, sim TEXT NOT NULL, iccid TEXT NOT NULL, model TEXT NOT NULL,"
    " command_password TEXT NOT NULL, type INTEGER NOT NULL, tank_ml INTEGER NOT NULL,"
    " created_s INTEGER NOT NULL, deleted INTEGER NOT NULL);"
    "CREATE TABLE token(hash BLOB PRIMARY KEY, user_id INTEGER NOT NULL,"
    " generation INTEGER NOT NULL, created_s INTEGER NOT NULL, expires_s INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE focus(user_id INTEGER, device_id INTEGER, PRIMARY KEY(user_id, device_id))"
    " WITHOUT ROWID;"
    "CREATE TABLE device_text(id INTEGER PRIMARY KEY AUTOINCREMENT, device_id INTEGER NOT NULL,"
    " time_s INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX device_text_by_device ON device_text(device_id);"
    "CREATE TABLE waiting_part(device_id INTEGER, key INTEGER, number INTEGER,"
    " total INTEGER NOT NULL, protocol TEXT NOT NULL, rcv_time_s INTEGER NOT NULL,"
    " data BLOB NOT NULL, PRIMARY KEY(device_id, key, number)) WITHOUT ROWID;",
    /* 2: chunks. The store numbers the journal itself: AUTOINCREMENT costs a page a commit. */
    "CREATE TABLE journal_2(seq INTEGER PRIMARY KEY, batch BLOB NOT NULL);"
    "INSERT INTO journal_2 SELECT seq, batch FROM journal ORDER BY seq;"
    "DROP TABLE journal;"
    "ALTER TABLE journal_2 RENAME TO journal;"
    "CREATE TABLE device_state(device INTEGER PRIMARY KEY, sealed_seq INTEGER NOT NULL,"
    " dirty INTEGER NOT NULL, dirty_from_s INTEGER NOT NULL, state BLOB NOT NULL);"
    "CREATE TABLE track_open(device INTEGER PRIMARY KEY, first_s INTEGER NOT NULL,"
    " last_s INTEGER NOT NULL, count INTEGER NOT NULL, start_state BLOB NOT NULL,"
    " data BLOB NOT NULL);"
    "CREATE TABLE track_chunk(id INTEGER PRIMARY KEY, device INTEGER NOT NULL,"
    " first_s INTEGER NOT NULL, last_s INTEGER NOT NULL, count INTEGER NOT NULL,"
    " distance_m_e2 INTEGER NOT NULL, start_state BLOB NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX track_chunk_by_device ON track_chunk(device, last_s, first_s);",
    /*
     * 3: what a device's clock and speeds are told in, NULL and 0 where not set; who the store is
     * (witness.c); where users logged in from; what was
     * learnt of clocks that are in question (fleet/clock_zone.h).
     */
    "ALTER TABLE device ADD COLUMN utc_offset_min INTEGER;"
    "ALTER TABLE device ADD COLUMN speed_unit INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE store(id BLOB NOT NULL);"
    "INSERT INTO store VALUES(x'');"
    "CREATE TABLE login_address(user_id INTEGER, address TEXT, last_s INTEGER NOT NULL,"
    " PRIMARY KEY(user_id, address)) WITHOUT ROWID;"
    "CREATE TABLE device_clock(device INTEGER PRIMARY KEY, zone BLOB NOT NULL);",
    /* 4 */
    "",
    /*
     * 5: ids are given by ingest, behind all that were ever given: tombstones are rows, too, and of
     * texts that are gone sqlite_sequence tells. The kinds are those of ID_MAP.
     */
    "INSERT INTO ids SELECT 1, max(id) FROM enterprise HAVING count(*) > 0;"
    "INSERT INTO ids SELECT 2, max(id) FROM user HAVING count(*) > 0;"
    "INSERT INTO ids SELECT 3, max(id) FROM device_group HAVING count(*) > 0;"
    "INSERT INTO ids SELECT 4, max(id) FROM device HAVING count(*) > 0;"
    "INSERT INTO ids SELECT 5, seq FROM sqlite_sequence WHERE name='device_text';"
    "CREATE TABLE device_text_5(device_id INTEGER, id INTEGER, time_s INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY(device_id, id)) WITHOUT ROWID;"
    "INSERT INTO device_text_5 SELECT device_id, id, time_s, text FROM device_text;"
    "DROP TABLE device_text;"
    "ALTER TABLE device_text_5 RENAME TO device_text;",
    /*
     * 6: events are asked for by time, by end and by id, revised by when they were decided, and the
     * open ones are loaded.
     */
    "CREATE INDEX event_by_time ON event(device_id, gps_time_s);"
    "CREATE INDEX event_by_decision ON event(device_id, decided_s);"
    "CREATE INDEX event_by_end ON event(device_id, ended_s);"
    "CREATE INDEX event_open ON event(device_id) WHERE ended_s=0;"
    "CREATE UNIQUE INDEX event_by_id ON event(id);",
    /*
     * 7: commands are found by their id, too, and those that are not over are loaded. What is told
     * in the audit goes by its time, and so do SMS.
     */
    ("CREATE UNIQUE INDEX command_by_id ON command(id);"
     "CREATE INDEX command_open ON command(device_id) WHERE over_s=0;"
     "CREATE INDEX audit_by_time ON audit(time_s);"
     "CREATE INDEX sim_sms_by_time ON sim_sms(time_s);"),
    /*
     * 8: passwords of locks as hashes, texts of commands that hold one sealed. Pages keep what was
     * deleted from them in their gaps: both tables are written anew, over pages that are wiped.
     * SMS that may still change are loaded; those of before do not.
     */
    ("PRAGMA secure_delete=ON;"
     "UPDATE device SET password_hash=hash_of(command_password) WHERE command_password<>'';"
     "ALTER TABLE device DROP COLUMN command_password;"
     "UPDATE command SET secret=sealed(secret) WHERE length(secret)>0;"
     "CREATE TABLE again AS SELECT * FROM device;"
     "DELETE FROM device; INSERT INTO device SELECT * FROM again; DROP TABLE again;"
     "CREATE TABLE again AS SELECT * FROM command;"
     "DELETE FROM command; INSERT INTO command SELECT * FROM again; DROP TABLE again;"
     "UPDATE sim_sms SET over_s=time_s;"
     "CREATE INDEX sim_sms_open ON sim_sms(time_s) WHERE over_s=0;"),
};

const struct schema store_schema = {
    .written = written,
    .written_count = sizeof(written) / sizeof(written[0]),
    .rows = entity_rows,
    .row_count = ENTITY_COUNT,
};

static int64_t newest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t schema_version(const struct schema *schema)
{
    int64_t version = (int64_t)schema->written_count;
    for (size_t i = 0; i < schema->row_count; i++) {
        const struct entity *e = &schema->rows[i];
        version = newest(version, e->since);
        for (size_t k = 0; k < e->column_count; k++) {
            version = newest(version, e->columns[k].since);
        }
    }
    return version;
}

/* The SQL of the step to `version`; freed with g_free(). */
static char *step_to(const struct schema *schema, int64_t version)
{
    bool is_written = (size_t)version <= schema->written_count;
    const char *words = is_written ? schema->written[version - 1] : "";
    if (version < SCHEMA_ROWS_SINCE) {
        return g_strdup(words);
    }
    char *made = entity_sql_step(schema->rows, schema->row_count, version);
    char *step = g_strconcat(made, words, NULL);
    g_free(made);
    return step;
}

static enum err run_step(sqlite3 *db, const struct schema *schema, int64_t version)
{
    char *step = step_to(schema, version);
    enum err e = database_run(db, step);
    g_free(step);
    return e;
}

static enum err read_mark(sqlite3 *db, int64_t *application_id, int64_t *version, int64_t *tables)
{
    enum err e = database_number(db, "PRAGMA application_id", application_id);
    if (e == ERR_OK) {
        e = database_number(db, "PRAGMA user_version", version);
    }
    if (e == ERR_OK) {
        e = database_number(db, "SELECT count(*) FROM sqlite_schema", tables);
    }
    return e;
}

static enum err judge(sqlite3 *db, const struct schema *schema, int64_t *version)
{
    int64_t known = schema_version(schema);
    int64_t application_id = 0;
    int64_t tables = 0;
    enum err e = read_mark(db, &application_id, version, &tables);
    if (e != ERR_OK) {
        return e;
    }
    bool is_empty = application_id == 0 && *version == 0 && tables == 0;
    if (!is_empty && application_id != SCHEMA_APPLICATION_ID) {
        log_line(LOG_ERROR, "not_a_store", "why=\"the database is another program's\"");
        return ERR_CORRUPT;
    }
    if (*version < 0) {
        return ERR_CORRUPT;
    }
    if (*version > known) {
        log_line(LOG_ERROR, "newer_store", "schema=%lld known=%lld why=\"upgrade odograph\"",
                 (long long)*version, (long long)known);
        return ERR_VERSION;
    }
    return ERR_OK;
}

/* Whether every table and index of `made` stands in `db`, told by the same words. */
static enum err compare_schemas(sqlite3 *db, sqlite3 *made)
{
    static const char list[] = "SELECT name, sql FROM sqlite_schema WHERE sql NOT NULL";
    static const char find[] = "SELECT 1 FROM sqlite_schema WHERE name=? AND sql=?";
    sqlite3_stmt *wanted = NULL;
    sqlite3_stmt *found = NULL;
    enum err e = database_prepare(made, list, &wanted);
    e = e == ERR_OK ? database_prepare(db, find, &found) : e;
    while (e == ERR_OK && sqlite3_step(wanted) == SQLITE_ROW) {
        (void)sqlite3_bind_value(found, 1, sqlite3_column_value(wanted, 0));
        (void)sqlite3_bind_value(found, 2, sqlite3_column_value(wanted, 1));
        int result = sqlite3_step(found);
        e = result == SQLITE_DONE ? ERR_CORRUPT : database_err(db, result);
        (void)sqlite3_reset(found);
    }
    (void)sqlite3_finalize(wanted);
    (void)sqlite3_finalize(found);
    return e;
}

enum err schema_check(sqlite3 *db, const struct schema *schema)
{
    int64_t version = 0;
    sqlite3 *made = NULL;
    const struct database_options options = {.path = ":memory:"};
    enum err e = judge(db, schema, &version);
    if (e == ERR_OK && version == 0) {
        return ERR_CORRUPT;
    }
    e = e == ERR_OK ? database_open(&options, &made) : e;
    e = e == ERR_OK ? schema_add_secrets(made, NULL) : e;
    for (int64_t i = 1; i <= version && e == ERR_OK; i++) {
        e = run_step(made, schema, i);
    }
    e = e == ERR_OK ? compare_schemas(db, made) : e;
    (void)sqlite3_close(made);
    return e;
}

/* One step and its count, all or nothing. */
static enum err take_step(sqlite3 *db, const struct schema *schema, int64_t version)
{
    char mark[SQL_SIZE];
    (void)snprintf(mark, sizeof(mark), "PRAGMA application_id=%d; PRAGMA user_version=%lld; COMMIT",
                   SCHEMA_APPLICATION_ID, (long long)version);
    enum err e = database_run(db, "BEGIN IMMEDIATE");
    if (e == ERR_OK) {
        e = run_step(db, schema, version);
    }
    if (e == ERR_OK) {
        e = database_run(db, mark);
    }
    if (e != ERR_OK && database_rollback(db) != ERR_OK) {
        return ERR_IO;
    }
    return e;
}

static enum err check_wal(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    enum err e =
        database_err(db, sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL));
    if (e == ERR_OK && sqlite3_step(statement) == SQLITE_ROW) {
        const char *mode = (const char *)sqlite3_column_text(statement, 0);
        e = mode != NULL && strcmp(mode, "wal") == 0 ? ERR_OK : ERR_UNSUPPORTED;
    }
    (void)sqlite3_finalize(statement);
    return e;
}

enum err schema_migrate(sqlite3 *db, const struct schema *schema)
{
    /* The first two count only for a file without a page yet, the third is kept by the file. */
    static const char setting[] = "PRAGMA page_size=16384; PRAGMA auto_vacuum=NONE;"
                                  "PRAGMA journal_mode=WAL;";
    int64_t version = 0;
    enum err e = judge(db, schema, &version);
    if (e == ERR_OK) {
        e = database_run(db, setting);
    }
    if (e == ERR_OK) {
        e = check_wal(db);
    }
    if (e == ERR_OK) {
        e = schema_add_secrets(db, schema->vault);
    }
    int64_t first = version;
    int64_t last = schema_version(schema);
    while (e == ERR_OK && version < last) {
        e = take_step(db, schema, ++version);
    }
    /* The log still has the pages as they were. */
    return e == ERR_OK && first < last ? database_run(db, "PRAGMA wal_checkpoint(TRUNCATE)") : e;
}
