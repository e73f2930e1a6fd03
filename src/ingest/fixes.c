/*
 * One report on its way into the batch.
 *
 * Time. GPS counts its weeks in ten bits (IS-GPS-200, 20.3.3.3.1.1), and a receiver that is older
 * than the last rollover tells times 1,024 weeks ago: 2007-04-15 for 2026-11-29. Where one or two
 * such spans bring a locked fix to between 90 days before and ten minutes after its arrival it is
 * moved there; one without a lock got its date from a clock that was never set, and its arrival
 * counts. Else the tracker's word counts if it lies after 2005 and at most ten minutes after the
 * arrival; otherwise the arrival time takes its place. original_time_s keeps what was said, so that
 * one bad clock does not freeze the device at a time that nothing is newer than.
 *
 * A local time is first read in the zone of its device's clock (clocks.c).
 *
 * A report with neither time nor position (a heartbeat with voltages, a SIM card's number) is filed
 * under the time of the device's newest fix, so that it makes no fix late and shows no GPS time
 * that is none; before the first fix that is 0, which lies before any. Its arrival time is kept
 * beside.
 *
 * Repeats. Only a fix that is not newer than the newest can repeat a stored one, or one whose time
 * was replaced, now or then, so that the usual fix is never looked for. state.current is merged
 * from many fixes and no raw fix: what is compared with are the fixes of this batch and those in
 * the store. Reports that may be repeats wait, with all of their device behind them, until the
 * batch has all that came, and the store is asked for all of them at once; then they are staged in
 * the order that they came in.
 *
 * Late ones. A fix older than the newest is stored and leaves the state as it is; the store makes
 * the fold again from there. So is one of the newest second that comes before the newest by
 * fix_order(), so that whichever of them came first, they are folded in one order.
 */
#include <string.h>

#include "fleet/directory_formers.h"
#include "fleet/fix_order.h"
#include "ingest/events.h"

enum { TIME_AHEAD_MAX_S = 600, FIXES_FIRST = 4, SCAN_MAX = 32 };
enum { GUISES_MAX = 1 + 2 * CLOCK_FORMERS_MAX };
enum { ROLLOVER_S = 1024 * 7 * 86400, ROLLOVERS_MAX = 2, ROLLOVER_BEHIND_MAX_S = 90 * 86400 };
static const int64_t TIME_MIN_S = 1104537600; /* 2005-01-01T00:00:00Z */

static void replace_time(struct fix *f)
{
    f->original_time_s = f->gps_time_s;
    f->gps_time_s = f->rcv_time_s;
    f->flags |= FIX_TIME_REPLACED;
}

/* The time that rollovers of the GPS week explain, or what the fix says where they do not. */
static int64_t moved_time_s(const struct fix *f)
{
    int64_t time_s = f->gps_time_s;
    for (int i = 0; i < ROLLOVERS_MAX && time_s < f->rcv_time_s - ROLLOVER_BEHIND_MAX_S; i++) {
        time_s += ROLLOVER_S;
    }
    bool is_recent = time_s >= f->rcv_time_s - ROLLOVER_BEHIND_MAX_S &&
                     time_s <= f->rcv_time_s + TIME_AHEAD_MAX_S;
    return is_recent ? time_s : f->gps_time_s;
}

/* Judges a time from before the last rollover; whether it was one. */
static bool judge_rollover(struct fix *f)
{
    int64_t time_s = moved_time_s(f);
    if (time_s == f->gps_time_s) {
        return false;
    }
    if ((f->flags & FIX_VALID) == 0) {
        replace_time(f);
        return true;
    }
    f->original_time_s = f->gps_time_s;
    f->gps_time_s = time_s;
    f->flags |= FIX_TIME_MOVED;
    return true;
}

/* `newest_s` is the time of the device's newest fix, 0 before the first. */
static void judge_time(struct fix *f, int64_t newest_s)
{
    if ((f->has & FIX_HAS_TIME) == 0) {
        f->gps_time_s = (f->has & FIX_HAS_POSITION) != 0 ? f->rcv_time_s : newest_s;
        return;
    }
    if (judge_rollover(f)) {
        return;
    }
    if (f->gps_time_s < TIME_MIN_S || f->gps_time_s > f->rcv_time_s + TIME_AHEAD_MAX_S) {
        replace_time(f);
    }
}

/* A report without a time of its own is filed under the newest, which may have become another. */
static void file_untimed(struct fix *f, int64_t newest_s)
{
    if ((f->has & (FIX_HAS_TIME | FIX_HAS_POSITION)) == 0) {
        f->gps_time_s = newest_s;
    }
}

/* ---- what is staged ---- */

static struct bytes extras_of(const struct stage *s, size_t i)
{
    return s->extras == NULL ? (struct bytes){0} : s->extras[i];
}

/* Whether the batch holds it; of many fixes a set of fingerprints is kept. */
static bool is_staged(struct ingest *in, struct stage *s, const struct fix *f, struct bytes extras)
{
    const struct store *store = in->options.store;
    if (s->count > SCAN_MAX && s->prints == NULL) {
        s->prints = g_hash_table_new(g_direct_hash, g_direct_equal);
        for (size_t i = 0; i < s->count; i++) {
            (void)g_hash_table_add(s->prints, store_print(store, &s->fixes[i], extras_of(s, i)));
        }
    }
    if (s->prints != NULL) {
        return g_hash_table_contains(s->prints, store_print(store, f, extras));
    }
    for (size_t i = s->count; i > 0; i--) {
        if (fix_is_repeat(&s->fixes[i - 1], f) && bytes_same(extras_of(s, i - 1), extras)) {
            return true;
        }
    }
    return false;
}

/* Room for one more; extras only once there are any. */
static void grow(struct arena *a, struct stage *s, bool has_extras)
{
    size_t capacity = s->count < s->capacity ? s->capacity
                      : s->capacity == 0     ? FIXES_FIRST
                                             : s->capacity * 2;
    if (capacity > s->capacity) {
        struct fix *at = arena_new_array(a, capacity, sizeof(*at));
        if (s->count > 0) {
            memcpy(at, s->fixes, s->count * sizeof(*at));
        }
        s->fixes = at;
    }
    if ((has_extras && s->extras == NULL) || (s->extras != NULL && capacity > s->capacity)) {
        struct bytes *at = arena_new_array(a, capacity, sizeof(*at));
        for (size_t i = 0; i < s->count; i++) {
            at[i] = extras_of(s, i);
        }
        s->extras = at;
    }
    s->capacity = capacity;
}

static void append(struct ingest *in, struct stage *s, const struct report *r)
{
    struct batch *b = &in->batch;
    bool has_extras = r->extras.len > 0;
    if (s->count == s->capacity || (has_extras && s->extras == NULL)) {
        grow(&b->arena, s, has_extras);
    }
    if (has_extras) {
        s->extras[s->count] = arena_copy(&b->arena, r->extras);
    }
    s->fixes[s->count++] = r->fix;
    b->fixes++;
    if (s->prints != NULL) {
        (void)g_hash_table_add(s->prints, store_print(in->options.store, &r->fix, r->extras));
    }
}

/* ---- what is known ---- */

/* The guises of a report: the times under which it may be stored already. */
struct guises {
    struct fix at[GUISES_MAX];
    size_t count;
};

/* Sent again, a fix may be right that was too far ahead when it came first. */
static bool may_have_been_ahead(const struct stage *s, const struct fix *f)
{
    const struct fix *newest = &s->live.state.current;
    return (newest->flags & FIX_TIME_REPLACED) != 0 && (f->has & FIX_HAS_TIME) != 0 &&
           f->gps_time_s > newest->gps_time_s;
}

static void add_ahead(struct guises *g, const struct fix *f)
{
    g->at[g->count] = *f;
    replace_time(&g->at[g->count++]);
}

/*
 * Sent again after its clock was found to be in another zone, a fix may be stored under the time
 * of the zone before, or, where that was too far ahead, under its arrival.
 */
static void add_former(struct guises *g, const struct report *r, int64_t former_s)
{
    struct fix *f = &g->at[g->count++];
    *f = r->fix;
    f->flags &= ~(uint32_t)(FIX_TIME_REPLACED | FIX_TIME_MOVED);
    f->original_time_s = 0;
    f->gps_time_s = former_s;
    add_ahead(g, f);
    judge_time(f, 0);
}

/* None for most reports, which are newer than the newest. */
static void find_guises(const struct stage *s, const struct report *r, struct guises *out)
{
    const struct fix *f = &r->fix;
    bool is_newest = f->gps_time_s > s->live.state.current.gps_time_s;
    out->count = 0;
    if (!is_newest || (f->flags & FIX_TIME_REPLACED) != 0) {
        out->at[out->count++] = *f;
    } else if (may_have_been_ahead(s, f)) {
        add_ahead(out, f);
    }
    for (size_t i = 0; i < r->former_count; i++) {
        add_former(out, r, r->formers[i]);
    }
}

/* Whether there are any. */
static bool has_guises(const struct stage *s, const struct report *r)
{
    const struct fix *f = &r->fix;
    return f->gps_time_s <= s->live.state.current.gps_time_s ||
           (f->flags & FIX_TIME_REPLACED) != 0 || r->former_count > 0 || may_have_been_ahead(s, f);
}

/* Guises of one report differ in nothing else. */
static bool is_same_guise(const struct fix *a, const struct fix *b)
{
    return a->gps_time_s == b->gps_time_s && a->original_time_s == b->original_time_s &&
           a->flags == b->flags;
}

/* What the store says of it: as was answered, or where something else was asked, asked now. */
static struct store_candidate ask_store(struct ingest *in, const struct stage *s,
                                        const struct waiting *w, const struct fix *f)
{
    for (size_t i = 0; i < w->asked_count; i++) {
        if (is_same_guise(&w->asked[i].fix, f)) {
            return w->asked[i];
        }
    }
    struct store_candidate c = {.device = s->active->device, .fix = *f, .extras = w->report.extras};
    if (!in->is_lost) {
        store_find_repeats(in->options.store, &c, 1);
    }
    return c;
}

/* Whether the batch or the store has it, in whatever guise. */
static bool is_known(struct ingest *in, struct stage *s, const struct waiting *w)
{
    const struct report *r = &w->report;
    struct guises g;
    find_guises(s, r, &g);
    bool found = false;
    for (size_t i = 0; i < g.count && !found; i++) {
        found = is_staged(in, s, &g.at[i], r->extras) || ask_store(in, s, w, &g.at[i]).is_repeat;
    }
    return found;
}

/* ---- taking ---- */

/* Whether a report that waited comes before what is folded already. */
static bool is_late(struct ingest *in, const struct stage *s, const struct waiting *w)
{
    const struct fix *f = &w->report.fix;
    int64_t newest_s = s->live.state.current.gps_time_s;
    if (f->gps_time_s != newest_s) {
        return f->gps_time_s < newest_s;
    }
    if (s->folded == 0) {
        return ask_store(in, s, w, f).is_overtaken;
    }
    return fix_order(f, w->report.extras, &s->fixes[s->folded - 1], extras_of(s, s->folded - 1)) <
           0;
}

/* A report that is not known. */
static void take(struct ingest *in, struct stage *s, const struct report *r, bool is_late)
{
    struct batch *b = &in->batch;
    const struct fix *f = &r->fix;
    append(in, s, r);
    upkeep_note_time(in, f);
    if (!is_late) {
        char last_iccid[FIX_ICCID_SIZE];
        memcpy(last_iccid, s->live.state.current.iccid, sizeof(last_iccid));
        s->folded = s->count;
        live_day_turn(&s->live, f->gps_time_s);
        events_fold(in, s, f);
        s->live.reported = f->gps_time_s > 0;
        if (s->ref.info == NULL || !s->ref.info->is_former) {
            binding_take(in, s, f, last_iccid);
        }
        return;
    }
    b->late++;
    s->late_from_s = s->has_late && s->late_from_s < f->gps_time_s ? s->late_from_s : f->gps_time_s;
    s->has_late = true;
    s->live.day = (struct live_day){0};
}

/* Lets a report wait. The later ones of its device wait behind it, as they depend on it. */
static void await(struct ingest *in, struct stage *s, const struct report *r)
{
    struct waiting *w = arena_new(&in->batch.arena, sizeof(*w));
    w->report = *r;
    if (s->waiting == NULL) {
        s->waiting_end = &s->waiting;
    }
    *s->waiting_end = w;
    s->waiting_end = &w->next;
    in->batch.waiting++;
}

/* Puts the questions of a device's reports behind those of others; `at` has room. */
static size_t ask_for_stage(const struct stage *s, struct store_candidate *at)
{
    size_t count = 0;
    for (struct waiting *w = s->waiting; w != NULL; w = w->next) {
        struct guises g;
        find_guises(s, &w->report, &g);
        w->asked = &at[count];
        w->asked_count = g.count;
        for (size_t i = 0; i < g.count; i++) {
            at[count++] = (struct store_candidate){
                .device = s->active->device, .fix = g.at[i], .extras = w->report.extras};
        }
    }
    return count;
}

/* As many as ask_for_stage() may put there. */
static size_t questions_most(const struct stage *s)
{
    size_t most = 0;
    for (const struct waiting *w = s->waiting; w != NULL; w = w->next) {
        most += 1 + 2 * w->report.former_count;
    }
    return most;
}

static void take_waiting(struct ingest *in, struct stage *s)
{
    for (struct waiting *w = s->waiting; w != NULL; w = w->next) {
        file_untimed(&w->report.fix, s->live.state.current.gps_time_s);
        if (is_known(in, s, w)) {
            in->batch.repeated++;
        } else {
            take(in, s, &w->report, is_late(in, s, w));
        }
    }
}

void stage_waiting(struct ingest *in)
{
    struct batch *b = &in->batch;
    size_t most = 0;
    size_t count = 0;
    if (b->waiting == 0) {
        return;
    }
    for (size_t i = 0; i < b->stage_count; i++) {
        most += questions_most(&b->stages[i]);
    }
    struct store_candidate *asked = arena_new_array(&b->arena, most, sizeof(*asked));
    for (size_t i = 0; i < b->stage_count; i++) {
        count += ask_for_stage(&b->stages[i], &asked[count]);
    }
    if (!in->is_lost) {
        store_find_repeats(in->options.store, asked, count);
    }
    for (size_t i = 0; i < b->stage_count; i++) {
        take_waiting(in, &b->stages[i]);
    }
    b->waiting = 0;
}

/* Reads a local time in the device's zone. */
static void read_time(struct ingest *in, struct stage *s, const struct intake_head *head,
                      struct report *r)
{
    clocks_read(in, s, head, &r->fix);
    r->former_count = clocks_former_times(s, head, r->fix.gps_time_s, r->formers);
}

/*
 * The stage of the device whose the report is, which the tracker may have been before it moved
 * without its history; NULL: that one was deleted. What is staged may move.
 */
static struct stage *stage_of_owner(struct ingest *in, size_t stage, const struct fix *f)
{
    struct directory *dir = in->options.directory;
    int64_t device = in->batch.stages[stage].active->device;
    struct device_ref ref;
    int64_t owner =
        (f->has & FIX_HAS_TIME) == 0 ? device : directory_owner_at(dir, device, f->gps_time_s);
    if (owner == device) {
        return &in->batch.stages[stage];
    }
    return directory_find(dir, owner, &ref) == ERR_OK ? batch_stage(in, ref) : NULL;
}

void stage_fix(struct ingest *in, size_t stage, const struct intake_head *head,
               const struct intake_message *m)
{
    struct batch *b = &in->batch;
    struct stage *s = &b->stages[stage];
    struct report r; /* not zeroed: every fix passes here */
    r.fix = *m->fix;
    r.extras = m->extras;
    r.former_count = 0;
    r.fix.rcv_time_s = head->rcv_time_ms / 1000;
    if (m->is_local_time && (r.fix.has & FIX_HAS_TIME) != 0) {
        read_time(in, s, head, &r);
    }
    judge_time(&r.fix, s->live.state.current.gps_time_s);
    b->replaced += (r.fix.flags & FIX_TIME_REPLACED) != 0;
    b->moved += (r.fix.flags & FIX_TIME_MOVED) != 0;
    s = directory_has_pasts(in->options.directory) ? stage_of_owner(in, stage, &r.fix) : s;
    if (s == NULL) {
        b->refused++;
        return;
    }
    if (s->waiting != NULL || has_guises(s, &r)) {
        await(in, s, &r);
    } else {
        take(in, s, &r, false);
    }
}

void stage_heartbeat(struct ingest *in, size_t stage, const struct intake_head *head,
                     const struct intake_message *m)
{
    const uint32_t not_told = FIX_HAS_TIME | FIX_HAS_POSITION;
    const uint32_t no_value = FIX_HAS_TIME | FIX_HAS_ALARMS_TOLD;
    struct fix f = *m->fix;
    struct intake_message report = *m;
    if ((f.has & ~no_value) == 0 && f.alarms_told == 0 && m->extras.len == 0) {
        return;
    }
    if ((f.has & not_told) != not_told) {
        f.has &= ~(uint32_t)FIX_HAS_TIME;
    }
    f.flags |= FIX_HEARTBEAT;
    report.fix = &f;
    stage_fix(in, stage, head, &report);
}
