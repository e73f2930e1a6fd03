/*
 * The records of one device in a span of time.
 *
 * The reader gives the fixes from a point at which the state is known. They are folded from there;
 * all fixes of one GPSTime make one record:
 *
 *     fixes   t=10 GPS   t=10 LBS, SOS   t=12 heartbeat   t=20 GPS
 *     records 10: the GPS fix, SOS       12: at 10's place     20
 *
 * Among the fixes of one time a GPS position with lock goes before one of LBS or Wi-Fi, that before
 * a GPS position without lock, and that before a report without a position; of equals the first one
 * is shown. Their alarms are united. A report without a position shows the last one known; records
 * before any was known are left out, so that nothing is ever shown at 0,0.
 *
 * The fold of a reader knows the tracker's own alarms alone. Those that rules and clocks raised are
 * recorded, and stand beside them in every record of their time.
 *
 * A long span is read in windows. They are cut between seconds, so no record lies in two of them,
 * and the state goes on from one to the next. While nothing is found they grow, so that the years
 * before a device's first fix cost little.
 *
 * Passing records needs no fold: the fold takes the first position there is and never loses it.
 */
#include "api/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "api/share.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    WINDOW_S = 7 * 86400,
    WINDOW_MAX_S = 16 * WINDOW_S, /* behind windows without fixes */
    WORK_OF_OPENING = 1024,       /* as so many GPSTimes */
    CODE_UNREADABLE = 500,
};

/* ---- windows ---- */

static void close_window(struct timeline *t)
{
    if (t->reader != NULL) {
        store_read_close(t->reader);
        t->reader = NULL;
    }
    arena_clear(&t->arena);
}

static void end_with(struct timeline *t, enum err e)
{
    t->e = e;
    t->has_next = false;
    t->is_over = true;
}

/* Whether the fix is of this window, and not behind what is folded already. */
static bool is_next(const struct timeline *t, const struct fix *fix)
{
    bool is_first = t->window_from_s == t->from_s;
    return is_first ||
           (fix->gps_time_s >= t->window_from_s && fix->gps_time_s >= t->state.current.gps_time_s);
}

static void fetch(struct timeline *t)
{
    enum err e = store_read_next(t->reader, &t->next);
    while (e == ERR_OK && !is_next(t, &t->next)) {
        e = store_read_next(t->reader, &t->next);
    }
    t->has_next = e == ERR_OK;
    if (e == ERR_END) {
        t->is_over = t->window_to_s >= t->to_s;
    } else if (e != ERR_OK) {
        end_with(t, e);
    }
}

/* Opens the window from `from_s` on and fetches its first fix. */
static void open_window(struct timeline *t, int64_t from_s, int64_t length_s)
{
    close_window(t);
    t->window_from_s = from_s;
    t->window_to_s = t->to_s - from_s < length_s ? t->to_s : from_s + length_s - 1;
    t->work += WORK_OF_OPENING;
    struct store *store = t->source.store;
    const struct store_span span = {t->ref.info->id, from_s, t->window_to_s};
    enum err e = store_read_open(store, span, &t->arena, &t->reader);
    e = e != ERR_OK ? e : past_alarms_read(store, span, &t->arena, &t->alarms);
    if (e != ERR_OK) {
        end_with(t, e);
        return;
    }
    if (from_s == t->from_s) {
        fold_state_copy(&t->state, store_read_start(t->reader));
        t->is_known = snapshot_has_position(&t->state);
    }
    fetch(t);
}

static void open_next_window(struct timeline *t)
{
    int64_t length_s = 2 * (t->window_to_s - t->window_from_s + 1);
    bool was_empty = t->best.gps_time_s < t->window_from_s;
    length_s = length_s < WINDOW_MAX_S ? length_s : WINDOW_MAX_S;
    open_window(t, t->window_to_s + 1, was_empty ? length_s : WINDOW_S);
}

void timeline_rewind(struct timeline *t)
{
    t->is_over = false;
    t->best = (struct fix){0};
    if (t->reader == NULL || t->window_from_s != t->from_s) {
        open_window(t, t->from_s, WINDOW_S);
        return;
    }
    past_alarms_rewind(&t->alarms);
    store_read_rewind(t->reader);
    fold_state_copy(&t->state, store_read_start(t->reader));
    t->is_known = snapshot_has_position(&t->state);
    fetch(t);
}

/* ---- records ---- */

/* How well a fix can stand for its second. */
static int rank(const struct fix *f)
{
    if (!fix_has_position(f)) {
        return 0;
    }
    if (f->source != FIX_GPS) {
        return 2;
    }
    return (f->flags & FIX_VALID) != 0 ? 3 : 1;
}

/* The extra values of `next` are at hand until the fix behind it is fetched. */
static void keep_extras(struct timeline *t)
{
    const struct bytes extras = store_read_extras(t->reader);
    t->best_extras_len = extras.len < sizeof(t->best_extras) ? extras.len : sizeof(t->best_extras);
    if (t->best_extras_len > 0) {
        memcpy(t->best_extras, extras.at, t->best_extras_len);
    }
}

struct bytes timeline_extras(const struct timeline *t)
{
    return (struct bytes){t->best_extras, t->best_extras_len};
}

/* Folds the next fix, which becomes the record's best. */
static void take_best(struct timeline *t)
{
    if (t->takes_extras) {
        keep_extras(t);
    }
    t->best = t->next;
    fold_step(&t->state, &t->best, &fold_default_rules, NULL);
    fetch(t);
}

static bool is_same_time(const struct timeline *t)
{
    return t->has_next && t->next.gps_time_s == t->best.gps_time_s;
}

/* The further fixes of the time at hand: the best of them is shown, with the alarms of them all. */
static void unite(struct timeline *t)
{
    alarm_set alarms = t->state.active_alarms;
    fold_state_copy(&t->kept, &t->state);
    t->shown = &t->kept;
    while (is_same_time(t)) {
        if (rank(&t->next) > rank(&t->best)) {
            take_best(t);
            fold_state_copy(&t->kept, &t->state);
        } else {
            fold_step(&t->state, &t->next, &fold_default_rules, NULL);
            fetch(t);
        }
        alarms |= t->state.active_alarms;
    }
    t->kept.odometer_m_e2 = t->state.odometer_m_e2;
    t->kept.active_alarms = alarms;
}

/* Whether there is a fix to go on with; where the window is at its end, the next one is opened. */
static bool has_fix(struct timeline *t)
{
    if (!t->has_next && !t->is_over) {
        open_next_window(t);
        return false;
    }
    t->work += t->has_next;
    return t->has_next;
}

bool timeline_next(struct timeline *t)
{
    if (!has_fix(t)) {
        return false;
    }
    t->shown = &t->state;
    take_best(t);
    if (is_same_time(t)) {
        unite(t);
    }
    return t->best.gps_time_s >= t->from_s && snapshot_has_position(t->shown);
}

bool timeline_pass(struct timeline *t)
{
    if (!has_fix(t)) {
        return false;
    }
    t->best = t->next;
    while (is_same_time(t)) {
        t->is_known = t->is_known || fix_has_position(&t->next);
        fetch(t);
    }
    return t->is_known && t->best.gps_time_s >= t->from_s;
}

struct snapshot timeline_snapshot(struct timeline *t, struct shown_alarms *alarms)
{
    *alarms = (struct shown_alarms){.active = t->shown->active_alarms};
    past_alarms_add(&t->alarms, t->best.gps_time_s, alarms);
    if (t->call != NULL && !share_tells_all(t->call)) {
        *alarms = (struct shown_alarms){0};
    }
    return (struct snapshot){
        .device = t->ref.info,
        .state = t->shown,
        .fix = &t->best,
        .alarms = alarms,
        .clock = &t->clock,
        .rcv_clock = &t->rcv_clock,
    };
}

/* ---- the whole ---- */

void timeline_fail(const struct timeline *t)
{
    log_line(LOG_ERROR, "history_failed", "device=%s why=\"%s\"", t->ref.info->device_id,
             err_text(t->e));
    call_fail(t->call, CODE_UNREADABLE, TIMELINE_UNREADABLE_TEXT);
}

/* No fix is of a time before 1970, nor behind the device's newest. */
static void clip(struct timeline *t, int64_t from_s, int64_t to_s)
{
    struct live live;
    tracked_live(t->source.directory, t->ref.tracked, &live);
    int64_t newest_s = live.state.current.gps_time_s;
    t->from_s = from_s > 0 ? from_s : 0;
    t->to_s = to_s < newest_s ? to_s : newest_s;
}

struct timeline *timeline_of(const struct timeline_source *source, struct device_ref ref,
                             int64_t from_s, int64_t to_s)
{
    struct timeline *t = mem_new(sizeof(*t));
    t->source = *source;
    t->ref = ref;
    t->zone = zone_hold(source->zone);
    t->clock = zone_clock_init(t->zone);
    t->rcv_clock = zone_clock_init(t->zone);
    clip(t, from_s, to_s);
    t->is_over = t->from_s > t->to_s;
    if (!t->is_over) {
        timeline_rewind(t);
    }
    return t;
}

struct timeline *timeline_new(struct call *c, struct device_ref ref, int64_t from_s, int64_t to_s)
{
    (void)call_clock(c);
    const struct timeline_source source = {c->shard->store, c->shard->directory, c->zone};
    struct timeline *t = timeline_of(&source, ref, from_s, to_s);
    t->call = c;
    return t;
}

struct timeline *timeline_open(struct call *c, struct device_ref ref, int64_t from_s, int64_t to_s)
{
    struct timeline *t = timeline_new(c, ref, from_s, to_s);
    if (t->e != ERR_OK) {
        timeline_fail(t);
        timeline_free(t);
        return NULL;
    }
    return t;
}

void timeline_free(struct timeline *t)
{
    close_window(t);
    device_ref_release(t->source.directory, &t->ref);
    zone_release(t->zone);
    arena_free(&t->arena);
    free(t);
}
