/* The engine in memory: moments, transactions, the journal; see memory_testing.h. */
#include "store/memory_testing.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/memory_private_testing.h"

struct memory_tables *memory_of(struct tables *t)
{
    return (struct memory_tables *)t;
}

/* ---- rows ---- */

static void clear_row(void *at)
{
    struct memory_row *row = at;
    arena_free(&row->arena);
}

static void release_row(void *row)
{
    g_atomic_rc_box_release_full(row, clear_row);
}

struct memory_row *memory_row_new(void)
{
    return g_atomic_rc_box_new0(struct memory_row);
}

struct bytes memory_copied(struct arena *arena, struct bytes b)
{
    return b.len == 0 ? (struct bytes){0} : arena_copy(arena, b);
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_bytes(struct bytes a, struct bytes b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both == 0 ? 0 : memcmp(a.at, b.at, both);
    return order != 0 ? order : compare_numbers((int64_t)a.len, (int64_t)b.len);
}

static bool is_number(const struct entity_column *c)
{
    return c->type == ENTITY_COLUMN_INT || c->type == ENTITY_COLUMN_OPTIONAL ||
           c->type == ENTITY_COLUMN_PROTOCOL;
}

int memory_compare_columns(const struct entity *e, size_t count, const void *a, const void *b)
{
    int order = 0;
    for (size_t i = 0; i < count && order == 0; i++) {
        const struct entity_column *c = &e->columns[i];
        order = is_number(c) ? compare_numbers(entity_number(c, a), entity_number(c, b))
                             : compare_bytes(entity_bytes(c, a), entity_bytes(c, b));
    }
    return order;
}

static int compare_entities(const struct memory_row *a, const struct memory_row *b)
{
    enum entity_kind kind = change_entity(a->change.kind);
    const struct entity *e = &entity_rows[kind];
    int order = compare_numbers((int64_t)kind, (int64_t)change_entity(b->change.kind));
    if (order == 0) {
        order = memory_compare_columns(e, e->key_count, change_value(&a->change),
                                       change_value(&b->change));
    }
    return order;
}

static int compare_rows(enum memory_table which, const struct memory_row *a,
                        const struct memory_row *b)
{
    if (which == MEMORY_ENTITY) {
        return compare_entities(a, b);
    }
    int order = compare_numbers(a->key, b->key);
    if (which != MEMORY_CHUNK) {
        return order;
    }
    order = order != 0 ? order : compare_numbers(a->track.last_s, b->track.last_s);
    order = order != 0 ? order : compare_numbers(a->track.first_s, b->track.first_s);
    return order != 0 ? order : compare_numbers(a->track.id, b->track.id);
}

size_t memory_place(const GPtrArray *table, enum memory_table which, const struct memory_row *like)
{
    size_t from = 0;
    size_t to = table->len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare_rows(which, table->pdata[middle], like) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

const struct memory_row *memory_at(const GPtrArray *table, size_t at)
{
    return at < table->len ? table->pdata[at] : NULL;
}

/* ---- moments ---- */

static void clear_moment(void *at)
{
    struct memory_moment *m = at;
    for (size_t i = 0; i < MEMORY_TABLES; i++) {
        g_ptr_array_unref(m->tables[i]);
    }
}

void memory_release(struct memory_moment *m)
{
    g_atomic_rc_box_release_full(m, clear_moment);
}

static struct memory_moment *moment_now(struct memory *m)
{
    check(pthread_mutex_lock(&m->lock) == 0);
    struct memory_moment *now = g_atomic_rc_box_acquire(m->now);
    check(pthread_mutex_unlock(&m->lock) == 0);
    return now;
}

struct memory_moment *memory_look(struct tables *tables)
{
    struct memory_tables *t = memory_of(tables);
    if (t->is_writer) {
        t->memory->reads++;
    }
    return t->held != NULL ? g_atomic_rc_box_acquire(t->held) : moment_now(t->memory);
}

/* The same tables, of which some may be replaced. */
static struct memory_moment *moment_like(const struct memory_moment *m)
{
    struct memory_moment *like = g_atomic_rc_box_new0(struct memory_moment);
    for (size_t i = 0; i < MEMORY_TABLES; i++) {
        like->tables[i] = g_ptr_array_ref(m->tables[i]);
    }
    return like;
}

static GPtrArray *copy_table(const GPtrArray *from)
{
    GPtrArray *copy = g_ptr_array_new_full(from->len + 1, release_row);
    for (guint i = 0; i < from->len; i++) {
        g_ptr_array_add(copy, g_atomic_rc_box_acquire(from->pdata[i]));
    }
    return copy;
}

GPtrArray *memory_write(struct tables *tables, enum memory_table which)
{
    struct memory_tables *t = memory_of(tables);
    check(t->is_writer && t->held != NULL);
    GPtrArray **table = &t->held->tables[which];
    if (!t->is_own[which]) {
        GPtrArray *shared = *table;
        *table = copy_table(shared);
        g_ptr_array_unref(shared);
        t->is_own[which] = true;
    }
    return *table;
}

/* One more row is written. */
static enum err note_change(struct tables *tables)
{
    struct memory *m = memory_of(tables)->memory;
    if (m->changes >= m->full_at) {
        return ERR_FULL;
    }
    m->changes++;
    return ERR_OK;
}

enum err memory_put(struct tables *tables, enum memory_table which, struct memory_row *row)
{
    GPtrArray *table = memory_write(tables, which);
    size_t at = memory_place(table, which, row);
    const struct memory_row *there = memory_at(table, at);
    enum err e = note_change(tables);
    if (e != ERR_OK) {
        release_row(row);
        return e;
    }
    if (there != NULL && compare_rows(which, there, row) == 0) {
        release_row(table->pdata[at]);
        table->pdata[at] = row;
    } else {
        g_ptr_array_insert(table, (gint)at, row);
    }
    return ERR_OK;
}

enum err memory_delete(struct tables *tables, enum memory_table which, size_t at)
{
    enum err e = note_change(tables);
    if (e == ERR_OK) {
        (void)g_ptr_array_remove_index(memory_write(tables, which), (guint)at);
    }
    return e;
}

/* ---- transactions ---- */

static enum err begin(struct tables *tables)
{
    struct memory_tables *t = memory_of(tables);
    check(t->held == NULL);
    t->held = moment_now(t->memory);
    if (t->is_writer) {
        struct memory_moment *draft = moment_like(t->held);
        memory_release(t->held);
        t->held = draft;
        memset(t->is_own, 0, sizeof(t->is_own));
    }
    return ERR_OK;
}

static enum err commit(struct tables *tables)
{
    struct memory_tables *t = memory_of(tables);
    struct memory *m = t->memory;
    check(t->is_writer && t->held != NULL);
    if (m->changes >= m->full_at) {
        return ERR_FULL;
    }
    check(pthread_mutex_lock(&m->lock) == 0);
    struct memory_moment *before = m->now;
    m->now = t->held;
    check(pthread_mutex_unlock(&m->lock) == 0);
    t->held = NULL;
    memory_release(before);
    return ERR_OK;
}

static enum err roll_back(struct tables *tables)
{
    struct memory_tables *t = memory_of(tables);
    if (t->held != NULL) {
        memory_release(t->held);
        t->held = NULL;
    }
    return ERR_OK;
}

static void close_tables(struct tables *tables)
{
    (void)roll_back(tables);
    free(memory_of(tables));
}

static void log_failure(struct tables *tables, const char *event, enum err e)
{
    (void)tables;
    log_line(LOG_ERROR, event, "engine=memory why=\"%s\"", err_text(e));
}

/* Rows are structs, which have no other form than theirs. */
static enum err check_schema(struct tables *tables)
{
    (void)tables;
    return ERR_OK;
}

/* The order of every table. */
static enum err check_structure(struct tables *tables)
{
    struct memory_moment *m = memory_look(tables);
    enum err e = ERR_OK;
    for (enum memory_table which = 0; which < MEMORY_TABLES; which++) {
        const GPtrArray *table = m->tables[which];
        for (size_t i = 1; i < table->len; i++) {
            int order = compare_rows(which, memory_at(table, i - 1), memory_at(table, i));
            e = order < 0 ? e : ERR_CORRUPT;
        }
    }
    memory_release(m);
    return e;
}

/* ---- the journal ---- */

static enum err add_batch(struct tables *tables, uint64_t seq, struct bytes batch)
{
    struct memory_row *row = memory_row_new();
    row->key = (int64_t)seq;
    row->batch = memory_copied(&row->arena, batch);
    const GPtrArray *table = memory_write(tables, MEMORY_JOURNAL);
    const struct memory_row *there = memory_at(table, memory_place(table, MEMORY_JOURNAL, row));
    check(there == NULL || there->key != row->key);
    return memory_put(tables, MEMORY_JOURNAL, row);
}

static enum err trim_journal(struct tables *tables, uint64_t last_seq)
{
    const GPtrArray *table = memory_write(tables, MEMORY_JOURNAL);
    enum err e = ERR_OK;
    while (e == ERR_OK && table->len > 0 && memory_at(table, 0)->key <= (int64_t)last_seq) {
        e = memory_delete(tables, MEMORY_JOURNAL, 0);
    }
    return e;
}

static enum err walk_journal(struct tables *tables,
                             enum err (*take)(void *context, uint64_t seq, struct bytes batch),
                             void *context)
{
    struct memory_moment *m = memory_look(tables);
    const GPtrArray *table = m->tables[MEMORY_JOURNAL];
    enum err e = ERR_OK;
    for (size_t i = 0; i < table->len && e == ERR_OK; i++) {
        e = take(context, (uint64_t)memory_at(table, i)->key, memory_at(table, i)->batch);
    }
    memory_release(m);
    return e;
}

/* ---- the storage ---- */

struct memory_storage {
    struct storage base;
    struct memory *memory;
    bool is_writer;
    struct tables_engine engine;
};

static struct memory_storage *storage_of(struct storage *s)
{
    return (struct memory_storage *)s;
}

static struct tables *new_tables(struct memory_storage *s, bool is_writer)
{
    struct memory_tables *t = mem_new(sizeof(*t));
    t->base.engine = &s->engine;
    t->memory = s->memory;
    t->is_writer = is_writer;
    return &t->base;
}

static enum err open_writer(struct storage *storage, struct counters *counters, struct tables **out)
{
    struct memory_storage *s = storage_of(storage);
    (void)counters;
    if (s->memory->has_writer) {
        return ERR_LOCKED;
    }
    s->memory->has_writer = true;
    s->is_writer = true;
    *out = new_tables(s, true);
    return ERR_OK;
}

static enum err open_reader(struct storage *storage, struct tables **out)
{
    *out = new_tables(storage_of(storage), false);
    return ERR_OK;
}

/* What is said to be committed is there, and is the newest. */
static void note_commit(struct storage *storage, uint64_t seq)
{
    struct memory_moment *now = moment_now(storage_of(storage)->memory);
    const GPtrArray *table = now->tables[MEMORY_JOURNAL];
    check(table->len > 0);
    const struct memory_row *newest = table->pdata[table->len - 1];
    check(newest->key == (int64_t)seq);
    memory_release(now);
}

static enum err maintain(struct storage *storage)
{
    (void)storage;
    return ERR_OK;
}

static void close_storage(struct storage *storage)
{
    struct memory_storage *s = storage_of(storage);
    s->memory->has_writer = s->memory->has_writer && !s->is_writer;
    free(s);
}

struct storage *memory_storage_new(struct memory *m)
{
    struct memory_storage *s = mem_new(sizeof(*s));
    s->memory = m;
    s->base = (struct storage){
        .open = open_writer,
        .open_reader = open_reader,
        .note_commit = note_commit,
        .maintain = maintain,
        .close = close_storage,
    };
    s->engine = (struct tables_engine){
        .close = close_tables,
        .log = log_failure,
        .check_schema = check_schema,
        .check_structure = check_structure,
        .begin = begin,
        .commit = commit,
        .rollback = roll_back,
        .add_batch = add_batch,
        .trim_journal = trim_journal,
        .walk_journal = walk_journal,
    };
    memory_add_tracks(&s->engine);
    memory_add_entities(&s->engine);
    return &s->base;
}

/* ---- what is kept ---- */

struct memory *memory_new(void)
{
    struct memory *m = mem_new(sizeof(*m));
    check(pthread_mutex_init(&m->lock, NULL) == 0);
    m->full_at = INT64_MAX;
    m->now = g_atomic_rc_box_new0(struct memory_moment);
    for (size_t i = 0; i < MEMORY_TABLES; i++) {
        m->now->tables[i] = g_ptr_array_new_with_free_func(release_row);
    }
    return m;
}

void memory_free(struct memory *m)
{
    check(!m->has_writer);
    memory_release(m->now);
    check(pthread_mutex_destroy(&m->lock) == 0);
    free(m);
}

void memory_set_full(struct memory *m, int64_t after)
{
    m->full_at = after == INT64_MAX ? INT64_MAX : m->changes + after;
}

static bool is_named(enum memory_table which, const struct memory_row *row, const char *name)
{
    static const char *const names[MEMORY_TABLES] = {
        [MEMORY_JOURNAL] = "journal",
        [MEMORY_STATE] = "device_state",
        [MEMORY_OPEN] = "track_open",
        [MEMORY_CHUNK] = "track_chunk",
    };
    const char *is =
        which == MEMORY_ENTITY ? entity_rows[change_entity(row->change.kind)].table : names[which];
    return strcmp(is, name) == 0;
}

int64_t memory_rows(struct memory *m, const char *table)
{
    struct memory_moment *now = moment_now(m);
    int64_t count = 0;
    for (enum memory_table which = 0; which < MEMORY_TABLES; which++) {
        const GPtrArray *rows = now->tables[which];
        for (guint i = 0; i < rows->len; i++) {
            count += is_named(which, rows->pdata[i], table) ? 1 : 0;
        }
    }
    memory_release(now);
    return count;
}

int64_t memory_changes(const struct memory *m)
{
    return m->changes;
}

int64_t memory_reads(const struct memory *m)
{
    return m->reads;
}
