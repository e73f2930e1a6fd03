/*
 * Events of the live path. An event is a row that is put whole each time, so whatever is told of
 * one again needs the row as it is:
 *
 *     raised ───────────► a change of the batch, a new id
 *     continued, over ──► is it of this batch? ── the change itself
 *                         is it open?  ────────── the directory's copy
 *                         it ended a moment ago ─ the store's row: an alarm may go on for a minute
 *
 * A row that cannot be read is left as it is.
 */
#include "ingest/events.h"

#include "base/clock.h"
#include "base/log.h"
#include "fleet/directory_rules.h"
#include "fleet/events.h"

/* An event that the batch puts, by the number of its change. */
struct staged_event {
    struct staged_event *next;
    size_t change;
};

/* Who is told of a fold. */
struct listener {
    struct ingest *in;
    struct stage *stage;
};

const struct fold_rules *events_rules(struct ingest *in, const struct stage *s)
{
    const struct device newcomer = {.id = s->active->device,
                                    .enterprise_id = in->options.open_enterprise};
    return directory_rules(in->options.directory, s->ref.info != NULL ? s->ref.info : &newcomer);
}

int64_t events_enterprise(const struct ingest *in, const struct stage *s)
{
    return s->ref.info != NULL ? s->ref.info->enterprise_id : in->options.open_enterprise;
}

/* Sets the name of the geofence, as it was called then; in `arena`. */
static void set_name(struct ingest *in, int64_t enterprise_id, struct arena *arena, struct event *e)
{
    if (event_is_crossing(e->kind) && e->subject != 0) {
        e->name = directory_fence_name(in->options.directory, enterprise_id, e->subject,
                                       e->decided_s, arena);
    }
}

static void say_no_ids(struct ingest *in)
{
    if (!in->said_no_event_ids) {
        in->said_no_event_ids = true;
        log_line(LOG_ERROR, "event_ids_used_up", "why=\"all numbers below 2^31 are given\"");
    }
}

/* Adds a put of the event to the batch. */
static void stage_event(struct batch *b, struct stage *s, const struct event *e)
{
    struct staged_event *staged = arena_new(&b->arena, sizeof(*staged));
    change_add(&b->changes, CHANGE_PUT_EVENT)->event = *e;
    staged->change = b->changes.len - 1;
    staged->next = s->events;
    s->events = staged;
}

static void raise_event(const struct listener *l, const struct fold_state *state,
                        const struct watch_event *told)
{
    struct batch *b = &l->in->batch;
    struct event e = event_of_watch(told, state, &b->arena);
    e.device_id = l->stage->active->device;
    e.id = ids_next(&l->in->ids, ID_OF_EVENT);
    if (e.id == 0) {
        say_no_ids(l->in);
        return;
    }
    set_name(l->in, events_enterprise(l->in, l->stage), &b->arena, &e);
    stage_event(b, l->stage, &e);
}

/* ---- what was raised before ---- */

static struct event *find_staged(struct batch *b, const struct stage *s,
                                 const struct watch_event *told)
{
    for (const struct staged_event *at = s->events; at != NULL; at = at->next) {
        struct event *e = &b->changes.at[at->change].event;
        if (event_is_meant(e, told)) {
            return e;
        }
    }
    return NULL;
}

static const struct event *find_among(const struct event *list, size_t count,
                                      const struct watch_event *told)
{
    for (size_t i = 0; i < count; i++) {
        if (event_is_meant(&list[i], told)) {
            return &list[i];
        }
    }
    return NULL;
}

/* One that ended within the last minute is the store's alone. */
static const struct event *find_stored(struct ingest *in, int64_t device,
                                       const struct watch_event *told)
{
    enum { FEW = 16 };
    struct store_events found = {0};
    const struct store_event_query query = {
        .devices = &device,
        .device_count = 1,
        .from_s = told->since_s,
        .to_s = told->since_s,
        .kinds = UINT64_C(1) << told->kind,
        .limit = FEW,
    };
    if (in->is_lost ||
        store_read_events(in->options.store, &query, &in->batch.arena, &found) != ERR_OK) {
        return NULL;
    }
    return find_among(found.at, found.count, told);
}

static void note_event(const struct listener *l, const struct watch_event *told)
{
    struct batch *b = &l->in->batch;
    int64_t device = l->stage->active->device;
    struct event *staged = find_staged(b, l->stage, told);
    if (staged != NULL) {
        event_note(staged, told);
        return;
    }
    size_t count = 0;
    const struct event *open =
        directory_open_events(l->in->options.directory, device, &b->arena, &count);
    const struct event *found = find_among(open, count, told);
    found = found != NULL ? found : find_stored(l->in, device, told);
    if (found != NULL) {
        struct event e = *found;
        event_note(&e, told);
        stage_event(b, l->stage, &e);
    }
}

static void take(void *context, const struct fold_state *state, const struct watch_event *told)
{
    const struct listener *l = context;
    if (told->news == WATCH_RAISED) {
        raise_event(l, state, told);
    } else {
        note_event(l, told);
    }
}

void events_fold(struct ingest *in, struct stage *s, const struct fix *f)
{
    struct listener l = {in, s};
    const struct watch_sink sink = {&l, take};
    fold_step(&s->live.state, f, events_rules(in, s), &sink);
}

/* ---- what no fix makes ---- */

size_t events_raise(struct ingest *in, int64_t device, const struct live *live,
                    const struct own_alarm *alarm)
{
    struct batch *b = &in->batch;
    bool has_position = fix_has_position(&live->state.current);
    const struct watch_event told = {
        .kind = (uint8_t)alarm->kind,
        .is_alarm = true,
        .since_s = alarm->at_s,
        .at_s = alarm->at_s,
        .decided_s = alarm->at_s,
        .rcv_time_s = alarm->rcv_time_s,
        .lat_e7 = has_position ? live->state.current.lat_e7 : 0,
        .lon_e7 = has_position ? live->state.current.lon_e7 : 0,
        .value = alarm->value,
    };
    struct event e = event_of_watch(&told, &live->state, &b->arena);
    e.device_id = device;
    e.origin = EVENT_BY_TIMER;
    e.name = arena_copy_text(&b->arena, alarm->name);
    e.id = ids_next(&in->ids, ID_OF_EVENT);
    if (e.id == 0) {
        say_no_ids(in);
        return 0;
    }
    change_add(&b->changes, CHANGE_PUT_EVENT)->event = e;
    return b->changes.len;
}

void event_end(struct event *e, int64_t now_s)
{
    e->ended_s = now_s > e->gps_time_s ? now_s : e->gps_time_s;
    e->end_decided_s = e->ended_s;
}

void events_end(struct ingest *in, const struct event *open, int64_t now_s)
{
    struct event *e = &change_add(&in->batch.changes, CHANGE_PUT_EVENT)->event;
    *e = *open;
    event_end(e, now_s);
}

/* ---- silences ---- */

static bool is_silence(const struct event *e)
{
    return e->origin == EVENT_BY_TIMER && e->kind == ALARM_INTERRUPTED;
}

void events_end_silence(struct ingest *in, int64_t device, int64_t now_s)
{
    struct directory *dir = in->options.directory;
    if (!directory_has_open_events(dir, device)) {
        return;
    }
    size_t count = 0;
    const struct event *open = directory_open_events(dir, device, &in->batch.arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_silence(&open[i])) {
            events_end(in, &open[i], now_s);
        }
    }
}

void events_heard(struct ingest *in, const struct stage *s, int64_t rcv_time_s)
{
    if (!s->is_heard) {
        events_end_silence(in, s->active->device, rcv_time_s);
    }
}

void events_raise_silence(struct ingest *in, const struct device_ref *ref, int64_t now_s)
{
    struct batch *b = &in->batch;
    struct directory *dir = in->options.directory;
    struct live live;
    size_t count = 0;
    const struct event *open = directory_open_events(dir, ref->info->id, &b->arena, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_silence(&open[i])) {
            return;
        }
    }
    tracked_live(dir, ref->tracked, &live);
    const struct own_alarm silence = {
        .kind = ALARM_INTERRUPTED, .name = "", .at_s = now_s, .rcv_time_s = now_s};
    (void)events_raise(in, ref->info->id, &live, &silence);
}

/* ---- late fixes: the store folds ---- */

static const struct fold_rules *stored_rules(void *context, int64_t device)
{
    struct ingest *in = context;
    struct device_ref ref;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return &fold_default_rules; /* deleted; its rows are about to go */
    }
    const struct fold_rules *rules = directory_rules(in->options.directory, ref.info);
    device_ref_release(in->options.directory, &ref);
    return rules;
}

static int64_t next_id(void *context)
{
    struct ingest *in = context;
    int64_t id = ids_next(&in->ids, ID_OF_EVENT);
    if (id == 0) {
        say_no_ids(in);
    }
    return id;
}

static void reserve(void *context, struct change_list *changes)
{
    struct ingest *in = context;
    ids_reserve(&in->ids, changes);
}

static void name(void *context, struct event *e)
{
    struct ingest *in = context;
    struct device_ref ref;
    if (directory_find(in->options.directory, e->device_id, &ref) == ERR_OK) {
        set_name(in, ref.info->enterprise_id, &in->event_arena, e);
        device_ref_release(in->options.directory, &ref);
    }
}

static void changed(void *context, const struct change *c)
{
    ingest_apply(context, c, 1);
}

struct store_fold events_store_fold(struct ingest *in)
{
    return (struct store_fold){
        .context = in,
        .rules_of = stored_rules,
        .next_event_id = next_id,
        .reserve_ids = reserve,
        .name = name,
        .changed = changed,
    };
}
