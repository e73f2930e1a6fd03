/*
 * Reading one device: a view of its tail, in order of time. Trackers mostly report in order, and a
 * tail knows whether it is: then the records are decoded one behind the other and nothing is
 * sorted. Otherwise an index of (time, arrival) is sorted once, 32 bytes a fix.
 *
 * All fixes are in the tail, so the state before the first of them is the empty one.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "store/pack.h"
#include "store/store_private.h"

/* One record of the sorted index. */
struct entry {
    int64_t time_s;
    size_t arrival;
    struct bytes body;
};

struct store_reader {
    struct tail_view view;
    struct fold_state start;
    int64_t to_s;
    /* In order: the pieces, one of them half read. */
    const struct tail_piece *pieces;
    size_t piece_count;
    size_t piece;
    struct reader records;
    /* Out of order: the index instead. */
    const struct entry *entries; /* NULL: in order */
    size_t entry_count;
    size_t entry;
};

static bool in_order(const struct tail_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!pieces[i].span.sorted ||
            (i > 0 && pieces[i].span.min_time_s < pieces[i - 1].span.max_time_s)) {
            return false;
        }
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->time_s != y->time_s) {
        return x->time_s < y->time_s ? -1 : 1;
    }
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

/* Appends the records of one piece up to to_s. */
static enum err index_piece(struct store_reader *r, const struct tail_piece *piece,
                            struct entry *entries)
{
    struct reader records = reader_init(piece->records);
    struct entry e = {0};
    while (pack_next(&records, &e.body, &e.time_s)) {
        e.arrival = r->entry_count;
        if (e.time_s <= r->to_s) {
            entries[r->entry_count++] = e;
        }
    }
    return reader_ok(&records) ? ERR_OK : ERR_CORRUPT;
}

/* The records up to to_s, sorted. */
static enum err make_index(struct store_reader *r, struct arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < r->piece_count; i++) {
        total += r->pieces[i].span.count;
    }
    struct entry *entries = arena_new_array(arena, total, sizeof(*entries));
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->piece_count && e == ERR_OK; i++) {
        e = index_piece(r, &r->pieces[i], entries);
    }
    qsort(entries, r->entry_count, sizeof(*entries), compare);
    r->entries = entries;
    return e;
}

enum err store_read_open(struct store *s, struct store_span span, struct arena *arena,
                         struct store_reader **out)
{
    struct store_reader *r = arena_new(arena, sizeof(*r));
    r->to_s = span.to_s; /* from_s: the nearest known state is the one before the first fix */
    r->view = tails_view(s->tails, span.device);
    r->piece_count = tail_view_pieces(&r->view);
    struct tail_piece *pieces = arena_new_array(arena, r->piece_count, sizeof(*pieces));
    tail_view_copy(&r->view, pieces);
    r->pieces = pieces;
    enum err e = in_order(pieces, r->piece_count) ? ERR_OK : make_index(r, arena);
    if (e != ERR_OK) {
        tail_view_release(&r->view);
        return e;
    }
    store_read_rewind(r);
    *out = r;
    return ERR_OK;
}

const struct fold_state *store_read_start(const struct store_reader *r)
{
    return &r->start;
}

/* The next record in order of time, whichever way; ERR_END after the last. */
static enum err next_body(struct store_reader *r, struct bytes *body)
{
    if (r->entries != NULL) {
        if (r->entry == r->entry_count) {
            return ERR_END;
        }
        *body = r->entries[r->entry++].body;
        return ERR_OK;
    }
    while (reader_left(&r->records) == 0) {
        if (r->piece == r->piece_count) {
            return ERR_END;
        }
        r->records = reader_init(r->pieces[r->piece++].records);
    }
    int64_t time_s = 0;
    if (!pack_next(&r->records, body, &time_s)) {
        return ERR_CORRUPT;
    }
    if (time_s > r->to_s) {
        r->piece = r->piece_count;
        r->records = (struct reader){0};
        return ERR_END;
    }
    return ERR_OK;
}

enum err store_read_next(struct store_reader *r, struct fix *out)
{
    struct bytes body = {0};
    enum err e = next_body(r, &body);
    return e == ERR_OK ? unpack_fix(body, out) : e;
}

void store_read_rewind(struct store_reader *r)
{
    r->piece = 0;
    r->entry = 0;
    r->records = (struct reader){0};
}

void store_read_close(struct store_reader *r)
{
    tail_view_release(&r->view);
}
