/*
 * Of a tail mostly nothing is sorted: trackers report in order, and a tail knows whether it is.
 * Otherwise an index is sorted once, 32 bytes a fix. Only records of one time are unpacked for it.
 */
#include "store/tail_order.h"

#include <stdlib.h>

#include "fleet/fix_order.h"
#include "fleet/pack.h"

struct tail_entry {
    int64_t time_s;
    size_t arrival;
    struct bytes body;
};

static bool in_order(const struct tail_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!pieces[i].span.sorted ||
            (i > 0 && pieces[i].span.min_time_s <= pieces[i - 1].span.max_time_s)) {
            return false;
        }
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct tail_entry *x = a;
    const struct tail_entry *y = b;
    if (x->time_s != y->time_s) {
        return x->time_s < y->time_s ? -1 : 1;
    }
    int order = x == y ? 0 : fix_order_packed(x->body, y->body);
    return order != 0 ? order : (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

/* Appends the records of one piece up to to_s. */
static enum err index_piece(struct tail_order *o, const struct tail_piece *piece,
                            struct tail_entry *entries)
{
    struct reader records = reader_init(piece->records);
    struct tail_entry e = {0};
    while (pack_next(&records, &e.body, &e.time_s)) {
        e.arrival = o->entry_count;
        if (e.time_s <= o->to_s) {
            entries[o->entry_count++] = e;
        }
    }
    return reader_ok(&records) ? ERR_OK : ERR_CORRUPT;
}

/* The records up to to_s, sorted. */
static enum err make_index(struct tail_order *o, struct arena *arena)
{
    size_t total = 0;
    for (size_t i = 0; i < o->piece_count; i++) {
        total += o->pieces[i].span.count;
    }
    struct tail_entry *entries = arena_new_array(arena, total, sizeof(*entries));
    enum err e = ERR_OK;
    for (size_t i = 0; i < o->piece_count && e == ERR_OK; i++) {
        e = index_piece(o, &o->pieces[i], entries);
    }
    qsort(entries, o->entry_count, sizeof(*entries), compare);
    o->entries = entries;
    return e;
}

enum err tail_order_begin(const struct tail_view *view, int64_t to_s, struct arena *arena,
                          struct tail_order *out)
{
    *out = (struct tail_order){.to_s = to_s, .piece_count = tail_view_pieces(view)};
    struct tail_piece *pieces = arena_new_array(arena, out->piece_count, sizeof(*pieces));
    tail_view_copy(view, pieces);
    out->pieces = pieces;
    return in_order(pieces, out->piece_count) ? ERR_OK : make_index(out, arena);
}

/* The next record in order of time, whichever way; false after the last. */
static bool take_record(struct tail_order *o)
{
    if (o->entries != NULL) {
        if (o->entry == o->entry_count) {
            return false;
        }
        o->body = o->entries[o->entry].body;
        o->time_s = o->entries[o->entry++].time_s;
        return true;
    }
    while (reader_left(&o->records) == 0) {
        if (o->piece == o->piece_count) {
            return false;
        }
        o->records = reader_init(o->pieces[o->piece++].records);
    }
    return pack_next(&o->records, &o->body, &o->time_s);
}

void tail_order_next(struct tail_order *o)
{
    if (!take_record(o) || o->time_s > o->to_s) {
        o->body = (struct bytes){0};
        o->time_s = INT64_MAX;
        o->piece = o->piece_count; /* in order: all that follow are later, too */
        o->entry = o->entry_count;
        o->records = (struct reader){0};
    }
}

void tail_order_rewind(struct tail_order *o, int64_t from_s)
{
    o->piece = 0;
    o->entry = 0;
    o->records = (struct reader){0};
    do {
        tail_order_next(o);
    } while (o->body.len > 0 && o->time_s < from_s);
}

enum err tail_order_crossed(const struct tail_view *view, struct arena *arena, int64_t *time_s)
{
    struct tail_order o;
    enum err e = tail_order_begin(view, INT64_MAX, arena, &o);
    *time_s = INT64_MAX;
    for (size_t i = 1; e == ERR_OK && i < o.entry_count && *time_s == INT64_MAX; i++) {
        const struct tail_entry *x = &o.entries[i - 1];
        if (x->time_s == o.entries[i].time_s && x->arrival > o.entries[i].arrival) {
            *time_s = x->time_s;
        }
    }
    return e;
}
