/*
 * A store that is only read, where it lies and beside its server. One read transaction is held from
 * the opening to the end, so that all that is asked is of one moment, tails too: those are made of
 * the journal as it was then. So the one connection serves the loading and the readers, who begin
 * nothing of their own.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/file.h"
#include "store/inspect.h"
#include "store/read_pool.h"
#include "store/store_private.h"
#include "store/tables_sqlite.h"

struct read_storage {
    struct storage base;
    char *directory;
    struct tables *loading; /* owns the connection; closed by the store */
};

static struct read_storage *read_of(struct storage *s)
{
    return (struct read_storage *)s;
}

static enum err look_for_damage(const char *directory)
{
    struct inspection found;
    enum err e = inspect_store(directory, NULL, &found);
    if (e == ERR_CORRUPT) {
        inspect_report(directory, &found);
    }
    return e;
}

static enum err open_connection(struct storage *s, struct counters *counters, struct tables **out)
{
    struct read_storage *f = read_of(s);
    char *path = store_path(f->directory);
    (void)counters;
    enum err e = look_for_damage(f->directory);
    e = e == ERR_OK ? tables_sqlite_open(path, NULL, SQLITE_LOADS, &f->loading) : e;
    free(path);
    if (e == ERR_OK) {
        *out = f->loading;
    }
    return e;
}

static enum err hold_moment(struct storage *s, struct tables **out)
{
    return tables_sqlite_hold(read_of(s)->loading, out);
}

static void note_nothing(struct storage *s, uint64_t seq)
{
    (void)s, (void)seq;
}

static enum err maintain_nothing(struct storage *s)
{
    (void)s;
    return ERR_OK;
}

static void close_storage(struct storage *s)
{
    struct read_storage *f = read_of(s);
    free(f->directory);
    free(f);
}

/* The transaction begins with the first reader, so that one is taken at once. */
static enum err begin_moment(struct store *s)
{
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        read_pool_give(s->pool, pooled);
    }
    return e;
}

enum err store_open_to_read(const char *directory, struct store **out)
{
    struct read_storage *f = mem_new(sizeof(*f));
    const struct store_options options = {.directory = directory};
    struct store *s = NULL;
    f->base = (struct storage){
        .open = open_connection,
        .open_reader = hold_moment,
        .note_commit = note_nothing,
        .maintain = maintain_nothing,
        .close = close_storage,
    };
    f->directory = mem_copy_text(directory);
    enum err e = store_open_over(&f->base, &options, &s);
    if (e != ERR_OK) {
        return e;
    }
    e = begin_moment(s);
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}
