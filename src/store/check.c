/*
 * Checking: everything is read once, in one read transaction, so that a running server may go on
 * writing. SQLite's own structure first (quick_check), then every row of every entity, then every
 * journal batch: its checksum, each record and each state. What is damaged is logged with its
 * place, and the rest is looked at all the same.
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/pack.h"
#include "store/schema.h"
#include "store/store_private.h"

enum { CACHE_KIB = 8192 };

/* What was found of one device; device_id is owned. */
struct finding {
    struct store_check_row row;
    char *device_id;
};

struct checking {
    GTree *findings; /* device -> struct finding, owned */
};

static int compare_ids(const void *a, const void *b, void *context)
{
    const int64_t *x = a;
    const int64_t *y = b;
    (void)context;
    return *x < *y ? -1 : *x > *y;
}

static void finding_free(void *at)
{
    struct finding *f = at;
    free(f->device_id);
    free(f);
}

static struct finding *finding_of(struct checking *c, int64_t device)
{
    struct finding *f = g_tree_lookup(c->findings, &device);
    if (f == NULL) {
        f = mem_new(sizeof(*f));
        f->row.device = device;
        f->row.device_id = "";
        (void)g_tree_insert(c->findings, &f->row.device, f);
    }
    return f;
}

static void note_change(void *context, const struct change *c)
{
    if (c->kind == CHANGE_PUT_DEVICE) {
        struct finding *f = finding_of(context, c->device.id);
        free(f->device_id);
        f->device_id = mem_copy_text(c->device.device_id);
        f->row.device_id = f->device_id;
        f->row.deleted = c->device.deleted;
    }
}

static void note_fix(struct store_check_row *row, int64_t time_s)
{
    bool is_first = row->fixes == 0;
    row->first_time_s = is_first || time_s < row->first_time_s ? time_s : row->first_time_s;
    row->last_time_s = is_first || time_s > row->last_time_s ? time_s : row->last_time_s;
    row->fixes++;
}

static enum err check_part(void *context, const struct journal_part *part)
{
    struct finding *f = finding_of(context, part->device);
    struct reader r = reader_init(part->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    struct fold_state state;
    enum err e = unpack_state(part->state, &state);
    if (e == ERR_OK) {
        f->row.odometer_m_e2 = state.odometer_m_e2;
    }
    while (e == ERR_OK && pack_next(&r, &body, &time_s)) {
        struct fix fix;
        e = unpack_fix(body, &fix);
        if (e == ERR_OK) {
            note_fix(&f->row, time_s);
        }
    }
    return e;
}

/* SQLite's own check: one row "ok", or a row for each thing that is wrong. */
static enum err check_structure(sqlite3 *db)
{
    sqlite3_stmt *rows = NULL;
    enum err e = database_err(db, sqlite3_prepare_v2(db, "PRAGMA quick_check", -1, &rows, NULL));
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

static enum err worse(enum err a, enum err b)
{
    return a == ERR_OK ? b : a;
}

static enum err check_content(sqlite3 *db, struct checking *c)
{
    enum err e = schema_check(db, schema_step_count);
    if (e != ERR_OK) {
        return e;
    }
    struct accounts_loader accounts = {.context = c, .change = note_change};
    struct journal_walk walk = {.context = c, .take = check_part, .go_on = true};
    e = check_structure(db);
    e = worse(e, accounts_load(db, &accounts));
    return worse(e, store_walk_journal(db, &walk));
}

struct rows_out {
    void (*row)(void *context, const struct store_check_row *row);
    void *context;
};

static int give_row(void *key, void *value, void *arg)
{
    const struct finding *f = value;
    const struct rows_out *out = arg;
    (void)key;
    out->row(out->context, &f->row);
    return FALSE;
}

enum err store_check(const char *directory,
                     void (*row)(void *context, const struct store_check_row *row), void *context)
{
    char *path = store_path(directory);
    struct database_options options = {.path = path, .cache_kib = CACHE_KIB, .read_only = true};
    sqlite3 *db = NULL;
    enum err e = database_open(&options, &db);
    free(path);
    if (e != ERR_OK) {
        return e;
    }
    struct checking c = {.findings = g_tree_new_full(compare_ids, NULL, NULL, finding_free)};
    e = database_run(db, "BEGIN");
    if (e == ERR_OK) {
        e = check_content(db, &c);
    }
    if (e != ERR_OK) {
        database_log(db, "check_failed", e);
    }
    struct rows_out out = {.row = row, .context = context};
    g_tree_foreach(c.findings, give_row, &out);
    g_tree_destroy(c.findings);
    (void)sqlite3_close(db);
    return e;
}
