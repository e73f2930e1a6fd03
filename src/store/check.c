/*
 * Checking the tables: everything is read once, in one read transaction, so that a running server
 * may go on writing. First the words of the tables, which say how the rest is read, and the
 * engine's own structure (SQLite's integrity_check), then every row of every entity, every
 * device's sealed state, every chunk and open row (it must decode to what its row says, behind the
 * one before it, of a device that has a state), and every journal batch: its checksum, each record
 * and each state. Sealed fixes are folded from their row's state, where it is asked what the fold
 * makes of them. What is damaged is logged with its place, and the rest is looked at all the same.
 *
 * Blocks, states and batches have checksums, so that no byte of a track changes unseen. The
 * entities have none: a letter of a name that became another is not found.
 */
#include "store/check.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "fleet/pack.h"
#include "store/store_private.h"

/* What was found of one device; device_id is owned. */
struct finding {
    struct store_check_line line;
    char *device_id;
    uint8_t *state; /* packed, owned: after what was looked at of it */
    size_t state_len;
    bool has_state;      /* something of it is sealed, ... */
    uint64_t sealed_seq; /* ... parts of the journal up to it */
    int64_t chunks_end_s;
};

struct checking {
    GTree *findings; /* device -> struct finding, owned */
    struct chunk_codec *codec;
    struct fixes fixes;
    bool counts_ways; /* which is half of the work, and not needed to know that all is sound */
    enum err states;  /* what is wrong with any */
    enum err rows;    /* the same */
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
    free(f->state);
    free(f);
}

static struct finding *finding_of(struct checking *c, int64_t device)
{
    struct finding *f = g_tree_lookup(c->findings, &device);
    if (f == NULL) {
        f = mem_new(sizeof(*f));
        f->line.device = device;
        f->line.device_id = "";
        f->chunks_end_s = INT64_MIN;
        (void)g_tree_insert(c->findings, &f->line.device, f);
    }
    return f;
}

/* Counts an event; one whose state cannot be read is damage. */
static void note_event(struct checking *c, const struct event *e)
{
    struct fold_state state;
    finding_of(c, e->device_id)->line.events++;
    if (unpack_state((struct bytes){e->state, e->state_len}, &state) != ERR_OK) {
        log_line(LOG_ERROR, "event_damaged", "device=%lld event=%lld", (long long)e->device_id,
                 (long long)e->id);
        c->rows = ERR_CORRUPT;
    }
}

static void note_change(void *context, const struct change *c)
{
    if (c->kind == CHANGE_PUT_EVENT) {
        note_event(context, &c->event);
    }
    if (c->kind == CHANGE_PUT_DEVICE) {
        struct finding *f = finding_of(context, c->device.id);
        free(f->device_id);
        f->device_id = mem_copy_text(c->device.device_id);
        f->line.device_id = f->device_id;
        f->line.deleted = c->device.deleted;
    }
}

static void note_fix(struct store_check_line *line, int64_t time_s)
{
    bool is_first = line->fixes == 0;
    line->first_time_s = is_first || time_s < line->first_time_s ? time_s : line->first_time_s;
    line->last_time_s = is_first || time_s > line->last_time_s ? time_s : line->last_time_s;
    line->fixes++;
}

static void keep_state(struct finding *f, struct bytes state)
{
    free(f->state);
    f->state = mem_new(state.len);
    f->state_len = state.len;
    if (state.len > 0) {
        memcpy(f->state, state.at, state.len);
    }
}

/* Folds the next fix, and counts what becomes of the way to it. */
static void count_way(const struct checking *c, struct finding *f, struct fold_state *state,
                      const struct fix *fix)
{
    if (c->counts_ways && fix->gps_time_s >= state->current.gps_time_s) {
        f->line.ways[fold_way(state, fix)]++;
        fold_step(state, fix, &fold_default_rules, NULL);
    }
}

/* Goes on behind a damaged one, whose number may be right. */
static enum err check_state(void *context, int64_t device, const struct track_state *sealed)
{
    struct checking *c = context;
    struct finding *f = finding_of(c, device);
    struct fold_state state;
    f->has_state = true;
    f->sealed_seq = sealed->sealed_seq;
    if (track_unpack_state(sealed->state, &state) != ERR_OK) {
        log_line(LOG_ERROR, "state_damaged", "device=%lld", (long long)device);
        c->states = ERR_CORRUPT;
        return ERR_OK;
    }
    f->line.odometer_m_e2 = state.odometer_m_e2;
    keep_state(f, sealed->state);
    return ERR_OK;
}

/* One chunk or open row; the rows of a device come in order. */
static enum err check_row(struct checking *c, int64_t device, const struct track_row *row)
{
    struct finding *f = finding_of(c, device);
    struct fold_state start;
    fixes_reset(&c->fixes);
    enum err e = track_decode(c->codec, row, &c->fixes);
    if (e == ERR_OK) {
        e = track_unpack_state(row->start_state, &start);
    }
    if (e == ERR_OK && (row->first_s < f->chunks_end_s || !f->has_state)) {
        e = ERR_CORRUPT;
    }
    f->chunks_end_s = row->last_s;
    for (size_t i = 0; i < c->fixes.count; i++) {
        note_fix(&f->line, c->fixes.at[i].gps_time_s);
        if (e == ERR_OK) {
            count_way(c, f, &start, &c->fixes.at[i]);
        }
    }
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "chunk_damaged", "device=%lld chunk=%lld first=%lld last=%lld",
                 (long long)device, (long long)row->id, (long long)row->first_s,
                 (long long)row->last_s);
    }
    return e;
}

static enum err worse(enum err a, enum err b)
{
    return a == ERR_OK ? b : a;
}

/* Goes on behind a damaged one. */
static enum err take_row(void *context, int64_t device, const struct track_row *row)
{
    struct checking *c = context;
    c->rows = worse(c->rows, check_row(c, device, row));
    return ERR_OK;
}

static enum err check_part(void *context, uint64_t seq, const struct journal_part *part)
{
    struct checking *c = context;
    struct finding *f = finding_of(c, part->device);
    struct reader r = reader_init(part->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    struct fold_state state;
    enum err e = unpack_state(part->state, &state);
    if (e == ERR_OK && seq <= f->sealed_seq) {
        return ERR_OK;
    }
    if (e == ERR_OK) {
        f->line.odometer_m_e2 = state.odometer_m_e2;
    }
    if (track_unpack_state((struct bytes){f->state, f->state_len}, &state) != ERR_OK) {
        fold_state_init(&state); /* the damage is told already */
    }
    while (e == ERR_OK && pack_next(&r, &body, &time_s)) {
        struct fix fix;
        struct bytes extras;
        e = unpack_report(body, &fix, &extras);
        if (e == ERR_OK) {
            note_fix(&f->line, time_s);
            count_way(c, f, &state, &fix);
        }
    }
    keep_state(f, part->state);
    return e;
}

static enum err check_sealed(struct tables *t, struct checking *c)
{
    const struct row_walk walk = {c, take_row};
    enum err e = track_walk_states(t, check_state, c);
    e = worse(e, c->states);
    e = worse(e, tables_walk_chunks(t, &walk));
    e = worse(e, tables_walk_open(t, &walk));
    return worse(e, c->rows);
}

static enum err check_content(struct tables *t, struct checking *c)
{
    enum err e = tables_check_schema(t);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "schema_damaged", "why=\"%s\"", err_text(e));
        return e;
    }
    const struct tables_loader entities = {
        .context = c, .change = note_change, .go_on = true, .has_all = true};
    struct journal_walk walk = {.context = c, .take = check_part, .go_on = true};
    e = tables_check_structure(t);
    e = worse(e, tables_load_entities(t, &entities));
    e = worse(e, check_sealed(t, c));
    return worse(e, store_walk_journal(t, &walk));
}

static int give_line(void *key, void *value, void *arg)
{
    const struct finding *f = value;
    const struct check_taker *taker = arg;
    (void)key;
    taker->take(taker->context, &f->line);
    return FALSE;
}

enum err check_tables(struct tables *t, const struct check_taker *taker)
{
    struct checking c = {
        .findings = g_tree_new_full(compare_ids, NULL, NULL, finding_free),
        .codec = chunk_codec_new(),
        .counts_ways = taker->counts_ways,
    };
    enum err e = tables_begin(t);
    e = e == ERR_OK ? check_content(t, &c) : e;
    if (e != ERR_OK) {
        tables_log(t, "check_failed", e);
    }
    struct check_taker out = *taker;
    g_tree_foreach(c.findings, give_line, &out);
    g_tree_destroy(c.findings);
    chunk_codec_free(c.codec);
    fixes_clear(&c.fixes);
    return e;
}
