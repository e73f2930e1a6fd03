/*
 * Late fixes and events. Between the first late fix (T) and where the states meet again, or the end
 * (M), the fold is made anew, and what it tells is held against the rows that are there:
 *
 *                     T: late fixes                     M: met, cut, or the end
 *     fixes     ──────┼───●──────────●──────────────────┼─────────────►
 *     rows      ├──── 1 ─────────┤      ├── 3 ──┤   ├──── 4 ─────┤
 *                        ├── 2 ──┤
 *     anew      ├──── 1 ─────┤   ├── 5 ─────────┤   ├──── 4 ─────┤
 *
 *     1  was decided before T and is open there, or may go on: its end and count are told anew
 *     2  is told no more: it is deleted, or withdrawn where somebody acknowledged it
 *     5  is told anew and takes the id and the acknowledgement of 3, which it overlaps
 *     4  is open at M: it keeps the end that it has
 *
 * T and M are times of fixes, and all fixes of one second lie on one side of them. So the time of
 * the fix that decided a record tells on which side the record is, whenever that began: a crossing
 * lies before the fix, and what was pending long before it.
 *
 * A record of the same kind and subject is the same one where the spans overlap: of an alarm from
 * its onset to its end, of a crossing between its two positions. The oldest come first, and each
 * row is taken once. Rows that timers made are not looked at.
 *
 * What is cut goes on with the next transaction: from there on M is T, and all that is open is of
 * the first sort.
 */
#include "store/revise.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/events.h"

const struct fold_rules *store_rules_of(const struct store *s, int64_t device)
{
    return s->has_fold ? s->fold.rules_of(s->fold.context, device) : &fold_default_rules;
}

/* ---- listening ---- */

void revision_begin(struct revision *r, struct store *s, int64_t device, int64_t from_s)
{
    *r = (struct revision){
        .s = s,
        .device = device,
        .rules = store_rules_of(s, device),
        .is_listening = s->has_fold,
        .from_s = from_s,
    };
}

static struct event *add(struct revision *r, const struct event *e, bool is_carried)
{
    if (r->count == r->capacity) {
        size_t capacity = r->capacity == 0 ? 16 : r->capacity * 2;
        struct revised *at = arena_new_array(&r->s->scratch, capacity, sizeof(*at));
        if (r->count > 0) {
            memcpy(at, r->at, r->count * sizeof(*at));
        }
        r->at = at;
        r->capacity = capacity;
    }
    struct revised *added = &r->at[r->count++];
    *added = (struct revised){*e, is_carried};
    added->event.device_id = r->device;
    return &added->event;
}

static void take(void *context, const struct fold_state *state, const struct watch_event *told)
{
    struct revision *r = context;
    if (told->news == WATCH_RAISED) {
        const struct event e = event_of_watch(told, state, &r->s->scratch);
        (void)add(r, &e, false);
        return;
    }
    for (size_t i = r->count; i > 0; i--) {
        if (event_is_meant(&r->at[i - 1].event, told)) {
            event_note(&r->at[i - 1].event, told);
            return;
        }
    }
}

/* An alarm that is open before the first fix, or that may go on, as its record was then. */
static void carry(struct revision *r, const struct watch_entry *entry)
{
    const struct event e = {
        .kind = entry->kind,
        .subject = entry->subject,
        .gps_time_s = entry->since_s,
        .ended_s = entry->phase == WATCH_OPEN ? 0 : entry->last_s,
        .end_decided_s = entry->phase == WATCH_OPEN ? 0 : entry->last_s,
        .count = entry->count,
    };
    (void)add(r, &e, true);
}

/* The state before the first fix that is listened to. */
static void begin(struct revision *r, const struct fold_state *state, int64_t first_s)
{
    const struct watch *w = &state->watch;
    r->has_begun = true;
    r->from_s = first_s;
    for (size_t i = 0; i < w->count; i++) {
        if (w->at[i].kind < ALARM_COUNT && w->at[i].phase != WATCH_PENDING) {
            carry(r, &w->at[i]);
        }
    }
}

void revision_fold(struct revision *r, struct fold_state *state, const struct fix *fixes,
                   size_t count)
{
    const struct watch_sink sink = {r, take};
    for (size_t i = 0; i < count; i++) {
        int64_t time_s = fixes[i].gps_time_s;
        if (time_s < state->current.gps_time_s) {
            continue;
        }
        if (r->is_listening && !r->has_begun && time_s >= r->from_s) {
            begin(r, state, time_s);
        }
        fold_step(state, &fixes[i], r->rules, r->has_begun ? &sink : NULL);
    }
}

/* ---- what is there ---- */

struct row {
    struct event event;
    bool is_taken; /* something that was told anew has its id */
};

struct rows {
    struct revision *revision;
    struct row *at; /* in s->scratch */
    size_t count;
    size_t capacity;
    const struct event *like; /* only the one of that name */
};

static bool keep(struct rows *rows, const struct event *e)
{
    struct arena *scratch = &rows->revision->s->scratch;
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 16 : rows->capacity * 2;
        struct row *at = arena_new_array(scratch, capacity, sizeof(*at));
        if (rows->count > 0) {
            memcpy(at, rows->at, rows->count * sizeof(*at));
        }
        rows->at = at;
        rows->capacity = capacity;
    }
    entity_copy(ENTITY_EVENT, e, &rows->at[rows->count++].event,
                arena_new(scratch, entity_borrowed(ENTITY_EVENT, e)));
    return true;
}

static bool take_decided(void *context, const struct event *e)
{
    struct rows *rows = context;
    return e->origin == EVENT_BY_FOLD ? keep(rows, e) : true;
}

static bool take_like(void *context, const struct event *e)
{
    struct rows *rows = context;
    const struct event *like = rows->like;
    bool is_like = e->origin == EVENT_BY_FOLD && !e->withdrawn && e->kind == like->kind &&
                   e->subject == like->subject && e->decided_s < rows->revision->from_s;
    return is_like ? keep(rows, e) : true;
}

/* Those that were decided from the first fix that was folded anew, up to the end. */
static enum err read_decided(struct rows *rows, const struct revision_end *end)
{
    const struct event_walk w = {.by = EVENTS_BY_DECISION,
                                 .device = rows->revision->device,
                                 .from = rows->revision->from_s,
                                 .to = end->to_s == INT64_MAX ? INT64_MAX : end->to_s - 1,
                                 .context = rows,
                                 .take = take_decided};
    return tables_walk_events(rows->revision->s->tables, &w);
}

/* The one that rows->like is named as; or none. */
static enum err read_like(struct rows *rows)
{
    const struct event_walk w = {.by = EVENTS_BY_TIME,
                                 .device = rows->revision->device,
                                 .from = rows->like->gps_time_s,
                                 .to = rows->like->gps_time_s,
                                 .context = rows,
                                 .take = take_like};
    return tables_walk_events(rows->revision->s->tables, &w);
}

/* ---- what is written ---- */

static bool is_same(const struct event *a, const struct event *b)
{
    const struct entity *row = &entity_rows[ENTITY_EVENT];
    bool same = true;
    for (size_t i = 0; i < row->column_count && same; i++) {
        const struct entity_column *c = &row->columns[i];
        same = c->type == ENTITY_COLUMN_INT ? entity_number(c, a) == entity_number(c, b)
                                            : bytes_same(entity_bytes(c, a), entity_bytes(c, b));
    }
    return same;
}

static enum err put(struct revision *r, enum change_kind kind, const struct event *e)
{
    struct store *s = r->s;
    struct change *c = change_add(&s->revised, kind);
    entity_copy(ENTITY_EVENT, e, &c->event,
                arena_new(&s->settling, entity_borrowed(ENTITY_EVENT, e)));
    return entities_save(s->tables, c);
}

/* Writes it in the place of a row that is there, unless it says the same. */
static enum err rewrite(struct revision *r, const struct event *e, const struct event *old)
{
    return is_same(e, old) ? ERR_OK : put(r, CHANGE_PUT_EVENT, e);
}

static enum err write_new(struct revision *r, struct event *e)
{
    const struct store_fold *fold = &r->s->fold;
    e->id = fold->next_event_id(fold->context);
    if (e->id == 0) {
        return ERR_OK;
    }
    fold->name(fold->context, e);
    return put(r, CHANGE_PUT_EVENT, e);
}

/* It is told no more. */
static enum err take_away(struct revision *r, const struct event *old)
{
    struct event withdrawn = *old;
    if (old->withdrawn) {
        return ERR_OK;
    }
    if (old->acknowledged_s == 0) {
        return put(r, CHANGE_DELETE_EVENT, old);
    }
    withdrawn.withdrawn = true;
    if (withdrawn.ended_s == 0) {
        withdrawn.ended_s = old->gps_time_s;
        withdrawn.end_decided_s = old->decided_s;
    }
    return put(r, CHANGE_PUT_EVENT, &withdrawn);
}

/* ---- the same one ---- */

static int compare_groups(const struct event *a, const struct event *b)
{
    int by_kind = (a->kind > b->kind) - (a->kind < b->kind);
    return by_kind != 0 ? by_kind : (a->subject > b->subject) - (a->subject < b->subject);
}

static int compare_events(const struct event *a, const struct event *b)
{
    int order = compare_groups(a, b);
    if (order == 0) {
        order = (a->gps_time_s > b->gps_time_s) - (a->gps_time_s < b->gps_time_s);
    }
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static int compare_revised(const void *a, const void *b)
{
    const struct revised *x = a;
    const struct revised *y = b;
    return compare_events(&x->event, &y->event);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    return compare_events(&x->event, &y->event);
}

/* Where it lies for sure. */
static int64_t span_from_s(const struct event *e)
{
    return e->before_s != 0 && e->before_s < e->gps_time_s ? e->before_s : e->gps_time_s;
}

static int64_t span_to_s(const struct event *e)
{
    if (event_is_crossing(e->kind)) {
        return e->decided_s;
    }
    return e->ended_s == 0 ? INT64_MAX : e->ended_s;
}

/* Whether a row comes before all that `e` and those behind it may overlap. */
static bool is_passed(const struct event *row, const struct event *e)
{
    int order = compare_groups(row, e);
    return order < 0 || (order == 0 && span_to_s(row) < span_from_s(e));
}

static bool overlaps(const struct event *row, const struct event *e)
{
    return compare_groups(row, e) == 0 && span_from_s(row) <= span_to_s(e);
}

/* Whether the row is right about what comes behind the end. */
static bool knows_more(const struct event *row, const struct event *e,
                       const struct revision_end *end, const struct fold_state *state)
{
    const struct watch_entry *entry =
        e->kind < ALARM_COUNT ? watch_look(&state->watch, e->kind, e->subject) : NULL;
    if (end->to_s == INT64_MAX || entry == NULL || entry->since_s != e->gps_time_s) {
        return false;
    }
    bool may_go_on = entry->phase == WATCH_OPEN || (end->has_met && entry->phase == WATCH_ENDED);
    return may_go_on && (row->ended_s == 0 || row->end_decided_s >= end->to_s);
}

static void keep_end(struct event *e, const struct event *row)
{
    e->ended_s = row->ended_s;
    e->end_decided_s = row->end_decided_s;
    e->count = row->count;
}

/* ---- the end ---- */

/* What was decided before: only its end and its count may be others. */
static enum err conclude_carried(struct revision *r, const struct event *e,
                                 const struct revision_end *end, const struct fold_state *state)
{
    struct rows rows = {.revision = r, .like = e};
    enum err result = read_like(&rows);
    if (result != ERR_OK || rows.count == 0) {
        return result;
    }
    const struct event *row = &rows.at[0].event;
    struct event revised = *row;
    bool ends_alike = row->ended_s == e->ended_s && row->count == e->count;
    if (!ends_alike && !knows_more(row, e, end, state)) {
        keep_end(&revised, e);
    }
    return rewrite(r, &revised, row);
}

/* What is told anew takes the row that is the same one. */
static enum err conclude_told(struct revision *r, struct event *e, struct row *row,
                              const struct revision_end *end, const struct fold_state *state)
{
    const struct event *old = &row->event;
    row->is_taken = true;
    e->id = old->id;
    e->acknowledged_by = old->acknowledged_by;
    e->acknowledged_s = old->acknowledged_s;
    e->note = old->note;
    e->name = old->name;
    if (knows_more(old, e, end, state)) {
        keep_end(e, old);
    }
    return rewrite(r, e, old);
}

static enum err conclude(struct revision *r, struct rows *rows, const struct revision_end *end,
                         const struct fold_state *state)
{
    enum err e = ERR_OK;
    size_t at = 0;
    for (size_t i = 0; i < r->count && e == ERR_OK; i++) {
        struct event *told = &r->at[i].event;
        if (r->at[i].is_carried) {
            e = conclude_carried(r, told, end, state);
            continue;
        }
        while (at < rows->count && is_passed(&rows->at[at].event, told)) {
            at++;
        }
        bool is_there = at < rows->count && overlaps(&rows->at[at].event, told);
        e = is_there ? conclude_told(r, told, &rows->at[at++], end, state) : write_new(r, told);
    }
    for (size_t i = 0; i < rows->count && e == ERR_OK; i++) {
        e = rows->at[i].is_taken ? ERR_OK : take_away(r, &rows->at[i].event);
    }
    return e;
}

enum err revision_conclude(struct revision *r, const struct revision_end *end,
                           const struct fold_state *state)
{
    struct rows rows = {.revision = r};
    bool has_heard = r->is_listening && r->has_begun;
    r->is_listening = false;
    if (!has_heard) {
        return ERR_OK;
    }
    enum err e = read_decided(&rows, end);
    if (e == ERR_OK) {
        if (r->count > 1) {
            qsort(r->at, r->count, sizeof(*r->at), compare_revised);
        }
        if (rows.count > 1) {
            qsort(rows.at, rows.count, sizeof(*rows.at), compare_rows);
        }
        e = conclude(r, &rows, end, state);
    }
    r->has_begun = false;
    r->count = 0;
    return e;
}
