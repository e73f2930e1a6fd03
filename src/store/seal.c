/*
 * Sealing a device whose fixes came in order:
 *
 *      track_open        tail                   track_open
 *     ┌────┬────┐      ┌──────┐                ┌────┬────┬──────┐
 *     │run │run │  +   │ run  │  < 512:        │run │run │ run  │
 *     └────┴────┘      └──────┘                └────┴────┴──────┘
 *                                              track_chunk
 *                                 >= 512:      ┌──────────────┐
 *                                              │ one block    │   and no open row
 *                                              └──────────────┘
 *
 * Chunks are written once, one behind the other, so their pages are full. Open rows are rewritten
 * often; they are visited in order of device, so that neighbours share a page. The state after the
 * tail is known from the last commit: nothing is folded unless a stretch has to be divided.
 */
#include "store/seal.h"

#include "base/log.h"
#include "fleet/pack.h"
#include "store/revise.h"

/* What is known of the device before. */
struct before {
    struct track_state sealed;
    struct track_row open;
    bool has_open;
};

void seal_note_damage(struct store *s, int64_t device, const struct track_row *row, enum err why)
{
    counter_add(s->counters, chunks_damaged, 1);
    log_line(LOG_ERROR, "chunk_damaged", "device=%lld chunk=%lld first=%lld last=%lld why=\"%s\"",
             (long long)device, (long long)row->id, (long long)row->first_s, (long long)row->last_s,
             err_text(why));
}

static enum err load_piece(const struct tail_piece *piece, struct fixes *out)
{
    struct reader r = reader_init(piece->records);
    struct bytes body = {0};
    int64_t time_s = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && pack_next(&r, &body, &time_s)) {
        struct bytes extras;
        e = unpack_report(body, &out->at[out->count], &extras);
        if (extras.len > 0) {
            fixes_extras(out)[out->count] = extras;
        }
        out->count++;
    }
    return e;
}

enum err seal_load_tail(struct store *s, const struct tail *tail, struct fixes *out)
{
    if (tail->count == 0) {
        return ERR_OK;
    }
    struct tail_view v = tail_look(tail);
    size_t n = tail_view_pieces(&v);
    struct tail_piece *pieces = arena_new_array(&s->scratch, n, sizeof(*pieces));
    size_t first = out->count;
    tail_view_copy(&v, pieces);
    fixes_reserve(out, tail->count);
    enum err e = ERR_OK;
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        e = load_piece(&pieces[i], out);
    }
    fixes_sort(out, first);
    return e;
}

/* Centimetres between two packed states; 0 where one cannot be read. */
static uint64_t distance_between(struct bytes start, struct bytes end)
{
    struct fold_state a;
    struct fold_state b;
    bool known = track_unpack_state(start, &a) == ERR_OK && track_unpack_state(end, &b) == ERR_OK;
    uint64_t from_m_e2 = known ? fold_travelled_m_e2(&a) : 0;
    uint64_t to_m_e2 = known ? fold_travelled_m_e2(&b) : 0;
    return to_m_e2 > from_m_e2 ? to_m_e2 - from_m_e2 : 0;
}

static enum err write_chunk(struct store *s, int64_t device, int64_t id,
                            const struct seal_stretch *stretch)
{
    int64_t last_s = stretch->fixes.at[stretch->fixes.count - 1].gps_time_s;
    const struct track_row row = {
        .id = id,
        .first_s = stretch->fixes.at[0].gps_time_s,
        .last_s = last_s,
        .count = stretch->fixes.count,
        .start_state = track_to_row(stretch->folded, last_s, stretch->start_state, &s->scratch),
        .data = chunk_encode(s->codec, &stretch->fixes, CHUNK_THOROUGH),
    };
    uint64_t distance_m_e2 = distance_between(stretch->start_state, stretch->end_state);
    return id == 0 ? track_add_chunk(s->tables, device, &row, distance_m_e2)
                   : track_put_chunk(s->tables, &row, distance_m_e2);
}

/* The last place at which the stretch may be divided: behind it there are two seconds or more. */
static size_t last_cut(const struct seal_stretch *stretch)
{
    const struct fix_run *fixes = &stretch->fixes;
    size_t at = fixes->count;
    int64_t last_s = fixes->at[at - 1].gps_time_s;
    while (stretch->is_continued && at > 0 && fixes->at[at - 1].gps_time_s == last_s) {
        at--;
    }
    return at == fixes->count || at == 0 ? at : at - 1;
}

enum err seal_write_chunks(struct store *s, int64_t device, int64_t first_id,
                           const struct seal_stretch *stretch)
{
    size_t count = stretch->fixes.count;
    size_t pieces = (count + TRACK_SPLIT - 1) / TRACK_SPLIT;
    if (pieces == 1) {
        return write_chunk(s, device, first_id, stretch);
    }
    struct fold_state state;
    enum err e = ERR_OK;
    struct seal_stretch piece = {.start_state = stretch->start_state, .folded = stretch->folded};
    const struct fold_rules *rules = store_rules_of(s, device);
    size_t cut = last_cut(stretch);
    size_t begin = 0;
    if (track_unpack_state(stretch->start_state, &state) != ERR_OK) {
        fold_state_init(&state); /* the damage stays where it is */
    }
    for (size_t i = 1; i <= pieces && e == ERR_OK; i++) {
        size_t even = count * i / pieces;
        size_t end = even > cut && i < pieces ? cut : even;
        if (end == begin) {
            continue;
        }
        piece.fixes = fix_run_slice(&stretch->fixes, begin, end - begin);
        track_fold(&state, piece.fixes.at, piece.fixes.count, rules);
        piece.end_state = track_pack_state(&state, &s->scratch);
        e = write_chunk(s, device, begin == 0 ? first_id : 0, &piece);
        piece.start_state = piece.end_state;
        begin = end;
    }
    return e;
}

/* The row with its start state as it stands in one. */
static struct track_row to_row(struct store *s, const struct folded *folded,
                               const struct track_row *row)
{
    struct track_row stored = *row;
    stored.start_state = track_to_row(folded, row->last_s, row->start_state, &s->scratch);
    return stored;
}

enum err seal_put_open(struct store *s, int64_t device, const struct folded *folded,
                       const struct track_row *row)
{
    const struct track_row stored = to_row(s, folded, row);
    return track_put_open(s->tables, device, &stored);
}

enum err seal_retire_open(struct store *s, int64_t device, const struct folded *folded,
                          const struct track_row *row)
{
    const struct track_row stored = to_row(s, folded, row);
    enum err e = track_add_chunk(s->tables, device, &stored, 0);
    return e == ERR_OK ? tables_delete_open(s->tables, device) : e;
}

static struct before before_of(struct store *s, const struct tables_end *end)
{
    struct before b = {.open = end->open, .has_open = end->has_open};
    if (end->has_state) {
        b.sealed = track_state_of(&end->state);
    }
    b.open.start_state =
        track_from_row(&b.sealed.folded, b.open.last_s, b.open.start_state, &s->scratch);
    return b;
}

/* Goes on without the open row, which is damaged. */
static enum err retire_damaged(struct store *s, int64_t device, struct before *b, enum err why)
{
    seal_note_damage(s, device, &b->open, why);
    b->has_open = false;
    return seal_retire_open(s, device, &b->sealed.folded, &b->open);
}

/* The fixes of the open row into s->fixes; a damaged one is retired. */
static enum err take_open(struct store *s, int64_t device, struct before *b)
{
    if (!b->has_open) {
        return ERR_OK;
    }
    enum err e = track_decode(s->codec, &b->open, &s->fixes);
    return e == ERR_OK ? ERR_OK : retire_damaged(s, device, b, e);
}

/* Looks whether a run may follow in the open row, without decoding it; a damaged one is retired. */
static enum err look_at_open(struct store *s, int64_t device, struct before *b)
{
    size_t count = 0;
    if (!b->has_open) {
        return ERR_OK;
    }
    enum err e = chunk_count(b->open.data, &count);
    e = e == ERR_OK && count != b->open.count ? ERR_CORRUPT : e;
    return e == ERR_OK ? ERR_OK : retire_damaged(s, device, b, e);
}

/* Open row and tail as one chunk, or some. */
static enum err seal_as_chunks(struct store *s, const struct tail *tail, struct before *b)
{
    enum err e = take_open(s, tail->device, b);
    e = e == ERR_OK ? seal_load_tail(s, tail, &s->fixes) : e;
    if (e != ERR_OK) {
        return e;
    }
    const struct seal_stretch stretch = {
        .fixes = fixes_run(&s->fixes),
        .start_state = b->has_open ? b->open.start_state : b->sealed.state,
        .end_state = {tail->state, tail->state_len},
        .folded = &b->sealed.folded,
    };
    e = seal_write_chunks(s, tail->device, 0, &stretch);
    return e == ERR_OK && b->has_open ? tables_delete_open(s->tables, tail->device) : e;
}

/* The tail as one more run of the open row. */
static enum err append_run(struct store *s, const struct tail *tail, struct before *b)
{
    enum err e = look_at_open(s, tail->device, b);
    e = e == ERR_OK ? seal_load_tail(s, tail, &s->fixes) : e;
    if (e != ERR_OK) {
        return e;
    }
    struct fix_run fixes = fixes_run(&s->fixes);
    struct bytes run = chunk_encode(s->codec, &fixes, CHUNK_QUICK);
    struct track_row row = {
        .first_s = fixes.at[0].gps_time_s,
        .last_s = fixes.at[fixes.count - 1].gps_time_s,
        .count = fixes.count,
        .start_state = b->sealed.state,
        .data = run,
    };
    if (b->has_open) {
        struct bytes old = b->open.data;
        uint8_t *at = arena_new(&s->scratch, old.len + run.len);
        struct writer w = writer_init(at, old.len + run.len);
        write_bytes(&w, old);
        write_bytes(&w, run);
        row.first_s = b->open.first_s;
        row.count += b->open.count;
        row.start_state = b->open.start_state;
        row.data = writer_bytes(&w);
    }
    return seal_put_open(s, tail->device, &b->sealed.folded, &row);
}

/* Open row and tail as one compressed block of a new open row. */
static enum err rewrite_open(struct store *s, const struct tail *tail, struct before *b)
{
    enum err e = take_open(s, tail->device, b);
    e = e == ERR_OK ? seal_load_tail(s, tail, &s->fixes) : e;
    if (e != ERR_OK) {
        return e;
    }
    struct fix_run fixes = fixes_run(&s->fixes);
    const struct track_row row = {
        .first_s = fixes.at[0].gps_time_s,
        .last_s = fixes.at[fixes.count - 1].gps_time_s,
        .count = fixes.count,
        .start_state = b->has_open ? b->open.start_state : b->sealed.state,
        .data = chunk_encode(s->codec, &fixes, CHUNK_THOROUGH),
    };
    return seal_put_open(s, tail->device, &b->sealed.folded, &row);
}

/* How, and up to which commit. */
struct sealing {
    uint64_t seq;
    enum seal_effort effort;
};

static enum err seal_tail(struct store *s, const struct tail *tail, const struct tables_end *end,
                          const struct sealing *how)
{
    enum err e = ERR_OK;
    arena_clear(&s->scratch);
    fixes_reset(&s->fixes);
    struct before b = before_of(s, end);
    if (tail->count == 0) {
        /* a state alone */
    } else if (b.open.count + tail->count >= TRACK_FULL) {
        e = seal_as_chunks(s, tail, &b);
    } else if (how->effort == SEAL_QUICKLY) {
        e = append_run(s, tail, &b);
    } else {
        e = rewrite_open(s, tail, &b);
    }
    const struct track_state state = {
        .sealed_seq = how->seq,
        .folded = b.sealed.sealed_seq == 0 && !tail->is_inherited ? folded_new() : b.sealed.folded,
        .state = {tail->state, tail->state_len},
    };
    if (e == ERR_OK) {
        e = track_put_state(s->tables, tail->device, &state);
    }
    if (e == ERR_OK) {
        tails_stage_sealed(s->tails, tail->device, how->seq, tail->max_time_s);
        s->sealed_fixes += tail->count;
    }
    return e;
}

enum err seal_group(struct store *s, const struct seal_group *group, uint64_t seq,
                    enum seal_effort effort)
{
    const struct sealing how = {seq, effort};
    int64_t devices[SEAL_GROUP_MAX];
    struct tables_end ends[SEAL_GROUP_MAX];
    arena_clear(&s->sealing);
    for (size_t i = 0; i < group->count; i++) {
        devices[i] = group->at[i]->device;
    }
    enum err e = tables_read_ends(s->tables, devices, group->count, &s->sealing, ends);
    for (size_t i = 0; i < group->count && e == ERR_OK; i++) {
        e = seal_tail(s, group->at[i], &ends[i], &how);
    }
    return e;
}
