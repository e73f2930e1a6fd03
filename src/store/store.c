/*
 * The store as its one writer has it. Where things are, with the storage of file.c:
 *
 *     odograph.db       tables (schema.c): entities as rows, fixes as batches, then as chunks
 *     odograph.db-wal   what was committed since the last checkpoint; every commit syncs it
 *     odograph.seq      the number of the last commit (witness.c)
 *     odograph.lock     held while a process writes (lock.c)
 *     memory            tails (tail.c): the journal's fixes by device, for readers
 *
 * A commit packs its batch (journal.c), stages the records behind the tails, writes rows and batch
 * in one transaction and, when that is durable, publishes the tails. Whatever fails before, the
 * transaction is undone and the staged records are dropped: nothing of it was ever seen.
 */
#include "store/store.h"

#include <glib.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/pack.h"
#include "store/expire.h"
#include "store/file.h"
#include "store/read_pool.h"
#include "store/repeat.h"
#include "store/settle.h"
#include "store/store_private.h"
#include "store/tail_order.h"
#include "store/trickle.h"

/* ---- opening and closing ---- */

void store_set_fold(struct store *s, const struct store_fold *fold)
{
    s->has_fold = fold != NULL;
    s->fold = s->has_fold ? *fold : (struct store_fold){0};
}

enum err store_open_over(struct storage *storage, const struct store_options *options,
                         struct store **out)
{
    struct store *s = mem_new(sizeof(*s));
    s->storage = storage;
    s->tails = tails_new();
    s->codec = chunk_codec_new();
    s->counters = options->counters == NULL ? &s->own_counters : options->counters;
    s->next_seq = 1;
    store_set_fold(s, options->fold);
    g_queue_init(&s->late);
    trickle_init(s, options);
    expire_init(s);
    s->repeats = repeats_new();
    s->pool = read_pool_new(storage);
    enum err e = storage->open(storage, s->counters, &s->tables);
    if (e != ERR_OK) {
        store_close(s);
        return e;
    }
    *out = s;
    return ERR_OK;
}

enum err store_open(const struct store_options *options, struct store **out)
{
    return store_open_over(file_storage_new(options), options, out);
}

void store_close(struct store *s)
{
    read_pool_free(s->pool);
    tables_close(s->tables);
    s->storage->close(s->storage);
    g_queue_clear(&s->late);
    trickle_clear(s);
    repeats_free(s->repeats);
    tails_free(s->tails);
    chunk_codec_free(s->codec);
    fixes_clear(&s->fixes);
    fixes_clear(&s->merging);
    arena_free(&s->scratch);
    arena_free(&s->batch);
    arena_free(&s->sealing);
    arena_free(&s->settling);
    journal_buffer_clear(&s->buffer);
    free(s);
}

/* ---- loading ---- */

static enum err walk_batch(struct bytes batch, uint64_t seq, const struct journal_walk *walk)
{
    struct journal_cursor c;
    struct journal_part part;
    enum err e = journal_open(batch, &c);
    e = e == ERR_OK && c.seq != 0 && c.seq != seq ? ERR_CORRUPT : e;
    while (e == ERR_OK) {
        e = journal_next(&c, &part);
        if (e == ERR_OK) {
            e = walk->take(walk->context, seq, &part);
        }
    }
    if (walk->row != NULL) {
        walk->row(walk->context, seq, batch.len);
    }
    return e == ERR_END ? ERR_OK : e;
}

/* A walk under way. */
struct walking {
    const struct journal_walk *walk;
    enum err worst;
};

static enum err walk_row(void *context, uint64_t seq, struct bytes batch)
{
    struct walking *w = context;
    enum err e = walk_batch(batch, seq, w->walk);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "journal_damaged", "seq=%llu bytes=%zu why=\"%s\"",
                 (unsigned long long)seq, batch.len, err_text(e));
        w->worst = e;
    }
    return w->walk->go_on ? ERR_OK : e;
}

enum err store_walk_journal(struct tables *t, const struct journal_walk *walk)
{
    struct walking w = {.walk = walk};
    enum err e = tables_walk_journal(t, walk_row, &w);
    return e == ERR_OK ? w.worst : e;
}

struct loading {
    struct store *s;
    const struct store_loader *loader;
};

static enum err load_sealed(void *context, int64_t device, const struct track_state *sealed)
{
    struct loading *l = context;
    struct store *s = l->s;
    struct fold_state state;
    if (track_unpack_state(sealed->state, &state) != ERR_OK) {
        log_line(LOG_ERROR, "state_damaged", "device=%lld", (long long)device);
        return ERR_CORRUPT;
    }
    struct tail *tail = tails_find_or_add(s->tails, device);
    tail->sealed_seq = sealed->sealed_seq;
    tail->sealed_last_s = state.current.gps_time_s;
    tail->is_dirty = sealed->is_dirty;
    tail->dirty_from_s = sealed->dirty_from_s;
    s->next_seq = sealed->sealed_seq >= s->next_seq ? sealed->sealed_seq + 1 : s->next_seq;
    l->loader->state(l->loader->context, device, &state);
    return ERR_OK;
}

/* Stages a part's fixes and its state; its bytes are borrowed until they are published. */
static enum err stage_part(struct store *s, uint64_t seq, const struct journal_part *part)
{
    struct tail *tail = tails_find_or_add(s->tails, part->device);
    struct reader r = reader_init(part->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    while (pack_next(&r, &body, &time_s)) {
        tails_stage(s->tails, tail, body, time_s);
    }
    const struct tail_note note = {seq, part->state, part->dirty, part->dirty_from_s};
    tails_stage_note(s->tails, tail, &note);
    return reader_ok(&r) ? ERR_OK : ERR_CORRUPT;
}

/* What is read from a disk is looked at once, whole; from then on it is ours. */
static enum err check_part(const struct journal_part *part)
{
    struct reader r = reader_init(part->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    struct fold_state state;
    enum err e = unpack_state(part->state, &state);
    while (e == ERR_OK && pack_next(&r, &body, &time_s)) {
        struct fix fix;
        struct bytes extras;
        e = unpack_report(body, &fix, &extras);
    }
    return e;
}

static enum err load_part(void *context, uint64_t seq, const struct journal_part *part)
{
    const struct loading *l = context;
    const struct tail *tail = tails_find(l->s->tails, part->device);
    if (tail != NULL && seq <= tail->sealed_seq) {
        return ERR_OK;
    }
    enum err e = check_part(part);
    return e == ERR_OK ? stage_part(l->s, seq, part) : e;
}

static void load_row(void *context, uint64_t seq, size_t bytes)
{
    const struct loading *l = context;
    tails_publish(l->s->tails, NULL, NULL);
    trickle_note_row(l->s, seq, bytes);
    l->s->next_seq = seq >= l->s->next_seq ? seq + 1 : l->s->next_seq;
}

/*
 * Programs before fix_order() folded fixes of one second as they came. What they left in a tail is
 * folded again where that was another order: from now on it is read, and sealed, in this one.
 */
static enum err mark_crossed(struct store *s, struct tail *tail)
{
    int64_t time_s = INT64_MAX;
    const struct tail_view v = tail_look(tail);
    enum err e = tail_order_crossed(&v, &s->scratch, &time_s);
    arena_clear(&s->scratch);
    if (e == ERR_OK && time_s != INT64_MAX) {
        tail->dirty_from_s =
            tail->is_dirty && tail->dirty_from_s < time_s ? tail->dirty_from_s : time_s;
        tail->is_dirty = true;
    }
    return e;
}

/* The states after the journal, and what is to be done with the tails. */
static enum err load_tails(struct loading *l)
{
    size_t count = 0;
    struct tail *const *all = tails_all(l->s->tails, &count);
    for (size_t i = 0; i < count; i++) {
        struct tail *tail = all[i];
        struct fold_state state;
        enum err e = mark_crossed(l->s, tail);
        trickle_note_tail(l->s, tail);
        tail->is_inherited = tail->sealed_seq == 0;
        if (tail->state_len == 0) {
            continue;
        }
        e = e != ERR_OK ? e : unpack_state((struct bytes){tail->state, tail->state_len}, &state);
        if (e != ERR_OK) {
            return e;
        }
        l->loader->state(l->loader->context, tail->device, &state);
    }
    return ERR_OK;
}

static void tell_figures(struct store *s)
{
    atomic_store_explicit(&s->counters->tail_fixes, tails_fixes(s->tails), memory_order_relaxed);
    atomic_store_explicit(&s->counters->tail_bytes, tails_bytes(s->tails), memory_order_relaxed);
    atomic_store_explicit(&s->counters->blocks_unproven, chunk_unproven(s->codec),
                          memory_order_relaxed);
    atomic_store_explicit(&s->counters->journal_bytes, s->trickle.journal_bytes,
                          memory_order_relaxed);
}

enum err store_load(struct store *s, const struct store_loader *loader)
{
    struct tables_loader entities = {.context = loader->context, .change = loader->change};
    struct loading l = {.s = s, .loader = loader};
    struct journal_walk walk = {.context = &l, .row = load_row, .take = load_part};
    enum err e = tables_load_entities(s->tables, &entities);
    e = e == ERR_OK ? track_walk_states(s->tables, load_sealed, &l) : e;
    e = e == ERR_OK ? store_walk_journal(s->tables, &walk) : e;
    if (e != ERR_OK) {
        tails_drop(s->tails);
        return e;
    }
    e = load_tails(&l);
    tell_figures(s);
    return e;
}

/* ---- writing ---- */

enum err store_begin(struct store *s)
{
    s->sealed_fixes = 0;
    s->batch_bytes = 0;
    return tables_begin(s->tables);
}

/* The parts with the marks that their devices have already. */
static struct store_part *with_marks(struct store *s, const struct store_part *parts, size_t count)
{
    struct store_part *marked = arena_new_array(&s->batch, count, sizeof(*marked));
    for (size_t i = 0; i < count; i++) {
        const struct tail *tail = tails_find(s->tails, parts[i].device);
        marked[i] = parts[i];
        if (tail != NULL && tail->is_dirty &&
            (!marked[i].has_late || tail->dirty_from_s < marked[i].late_from_s)) {
            marked[i].has_late = true;
            marked[i].late_from_s = tail->dirty_from_s;
        }
    }
    return marked;
}

enum err store_journal(struct store *s, const struct store_part *parts, size_t count)
{
    arena_clear(&s->batch);
    struct bytes blob = journal_pack(&s->buffer, s->next_seq, with_marks(s, parts, count), count);
    struct journal_cursor c = journal_begin(blob);
    struct journal_part part;
    while (journal_next(&c, &part) == ERR_OK) {
        check(stage_part(s, s->next_seq, &part) == ERR_OK);
    }
    s->batch_bytes = blob.len;
    return tables_add_batch(s->tables, s->next_seq, blob);
}

static void note_published(void *context, struct tail *tail)
{
    struct store *s = context;
    trickle_note_tail(s, tail);
}

/* The row that was committed is the newest one now. */
static void note_newest(struct store *s)
{
    s->storage->note_commit(s->storage, s->next_seq);
    trickle_note_row(s, s->next_seq++, s->batch_bytes);
}

enum err store_end(struct store *s, enum err e)
{
    if (e == ERR_OK) {
        e = tables_commit(s->tables);
    }
    trickle_conclude(s, e);
    if (e == ERR_OK) {
        tails_publish(s->tails, note_published, s);
        if (s->batch_bytes > 0) {
            note_newest(s);
        }
        counter_add(s->counters, fixes_sealed, s->sealed_fixes);
        tell_figures(s);
        return ERR_OK;
    }
    if (e != ERR_FULL && e != ERR_BUSY) { /* those two the caller tells, while it tries again */
        tables_log(s->tables, "commit_failed", e);
    }
    tails_drop(s->tails);
    return tables_rollback(s->tables) == ERR_OK ? e : ERR_IO;
}

static enum err save_changes(struct store *s, const struct store_batch *batch)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < batch->change_count && e == ERR_OK; i++) {
        e = entities_save(s->tables, &batch->changes[i]);
    }
    return e;
}

/* About what the batch adds to the tails. */
static size_t added_bytes(const struct store_batch *batch)
{
    enum { FIX_BYTES = 40 };
    size_t bytes = 0;
    for (size_t i = 0; i < batch->part_count; i++) {
        const struct store_part *part = &batch->parts[i];
        bytes += part->count * FIX_BYTES;
        for (size_t k = 0; part->extras != NULL && k < part->count; k++) {
            bytes += part->extras[k].len;
        }
    }
    return bytes;
}

/*
 * Where the rules of a device are others now, a state that is the stored one proves nothing of what
 * comes behind.
 */
static enum err note_new_rules(struct store *s, const struct store_part *part)
{
    struct track_state sealed;
    arena_clear(&s->scratch);
    enum err e = track_read_state(s->tables, part->device, &s->scratch, &sealed);
    if (e != ERR_OK || sealed.sealed_seq == 0) {
        return e;
    }
    sealed.folded.dirty_to_s = INT64_MAX;
    return track_put_state(s->tables, part->device, &sealed);
}

static enum err save_parts(struct store *s, const struct store_batch *batch)
{
    enum err e = batch->part_count > 0 ? trickle_work(s, added_bytes(batch)) : ERR_OK;
    for (size_t i = 0; i < batch->part_count && e == ERR_OK; i++) {
        e = batch->parts[i].has_new_rules ? note_new_rules(s, &batch->parts[i]) : ERR_OK;
    }
    return e;
}

enum err store_commit(struct store *s, const struct store_batch *batch)
{
    if (batch->part_count == 0 && batch->change_count == 0) {
        return ERR_OK;
    }
    enum err e = store_begin(s);
    e = e == ERR_OK ? save_changes(s, batch) : e;
    e = e == ERR_OK ? save_parts(s, batch) : e;
    /* Changes alone have an empty row: its number tells that they were committed (witness.c). */
    e = e == ERR_OK ? store_journal(s, batch->parts, batch->part_count) : e;
    return store_end(s, e);
}

void store_find_repeats(struct store *s, struct store_candidate *list, size_t count)
{
    repeats_find(s, list, count);
}

/* ---- housekeeping ---- */

/* Sealing in a transaction of its own. */
static enum err seal_now(struct store *s)
{
    enum err e = store_begin(s);
    e = e == ERR_OK ? trickle_work(s, 0) : e;
    return store_end(s, e);
}

/* Late fixes; beyond the limit of memory until they are within, if they are what is in the way. */
static enum err settle_late(struct store *s, const struct store_upkeep *upkeep)
{
    enum err e = ERR_MORE;
    do {
        e = settle_step(s, upkeep, trickle_is_over(s));
    } while (e == ERR_MORE && s->sealed_fixes > 0 && trickle_is_over(s));
    return e;
}

static enum err maintain(struct store *s, const struct store_upkeep *upkeep)
{
    enum err e = settle_late(s, upkeep);
    bool has_more = e == ERR_MORE;
    if (e == ERR_OK || e == ERR_MORE) {
        e = expire_step(s, upkeep);
        has_more = has_more || e == ERR_MORE;
    }
    if ((e == ERR_OK || e == ERR_MORE) && upkeep->is_idle && trickle_has_work(s)) {
        e = seal_now(s);
        has_more = has_more || trickle_has_work(s);
    }
    enum err log = s->storage->maintain(s->storage);
    if (e != ERR_OK && e != ERR_MORE) {
        return e;
    }
    return log == ERR_OK && has_more ? ERR_MORE : log;
}

enum err store_maintain(struct store *s, const struct store_upkeep *upkeep)
{
    enum err e = maintain(s, upkeep);
    /* Between two tries nothing fails, and nothing is well either. */
    bool is_failing =
        (e != ERR_OK && e != ERR_MORE) || trickle_held_ms(s) > 0 || s->trickle.has_expire_failed;
    atomic_store_explicit(&s->counters->upkeep_failing, is_failing, memory_order_relaxed);
    return e;
}

enum err store_settle(struct store *s, const struct store_upkeep *upkeep)
{
    return settle_step(s, upkeep, true);
}

unsigned store_maintain_wait_ms(const struct store *s, unsigned limit_ms)
{
    if (expire_is_working(s)) {
        return 0;
    }
    return trickle_wait_ms(s, settle_wait_ms(s, limit_ms));
}
