/*
 * What a change of rules means for devices at once, some of them at a time:
 *
 *     newest fix before the change   the live state adopts it: a vehicle that stands in a new
 *                                    geofence is in it now, for sections 18 and 25. The store needs
 *                                    nothing of it: the fold adopts the same before the next fix.
 *     newest fix at or after it      a clock ahead of ours: the fix was folded by the rules of
 *                                    before, so the store folds again from the change on.
 *
 * The marks follow the change in commits of their own, so that a change for half a million devices
 * is one row. A process that dies between leaves none: at a start all changes are looked at again
 * that were made shortly before the last fix came, or since. Who has fixes behind them is folded
 * again from there, which changes nothing where that was done before.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_rules.h"
#include "ingest/events.h"

enum { DEVICES_AT_ONCE = 128, MS_PER_S = 1000, DECIDED_LATELY_S = 300 };

/* An enterprise whose devices are looked at. */
struct adoption {
    int64_t enterprise_id;
    int64_t from_s; /* the earliest change */
    bool has_begun;
    struct arena arena;
    struct device_ref *refs;
    size_t count;
    size_t next;
};

static void free_adoption(struct ingest *in, struct adoption *a)
{
    if (a->next < a->count) {
        directory_release_all(in->options.directory, a->refs + a->next, a->count - a->next);
    }
    arena_free(&a->arena);
    free(a);
}

void adopt_init(struct ingest *in)
{
    g_queue_init(&in->adoptions);
    in->term_changes = g_array_new(FALSE, FALSE, sizeof(struct term_change));
}

void adopt_clear(struct ingest *in)
{
    (void)g_array_free(in->term_changes, TRUE);
    for (GList *l = in->adoptions.head; l != NULL; l = l->next) {
        free_adoption(in, l->data);
    }
    g_queue_clear(&in->adoptions);
}

bool adopt_waits(const struct ingest *in)
{
    return in->adoptions.length > 0 || in->term_changes->len > 0;
}

static void note(struct ingest *in, int64_t enterprise_id, int64_t from_s)
{
    for (GList *l = in->adoptions.head; l != NULL; l = l->next) {
        struct adoption *a = l->data;
        if (a->enterprise_id == enterprise_id && !a->has_begun) {
            a->from_s = from_s < a->from_s ? from_s : a->from_s;
            return;
        }
    }
    struct adoption *a = mem_new(sizeof(*a));
    a->enterprise_id = enterprise_id;
    a->from_s = from_s;
    g_queue_push_tail(&in->adoptions, a);
}

/* Has the store fold again from the change on, with the batch under way. Takes the ref over. */
static void mark(struct ingest *in, struct device_ref ref, int64_t from_s)
{
    struct stage *s = batch_stage(in, ref);
    s->late_from_s = s->has_late && s->late_from_s < from_s ? s->late_from_s : from_s;
    s->has_late = true;
    s->has_new_rules = true;
}

/* Takes the ref over. */
static void look_at(struct ingest *in, struct device_ref ref, int64_t from_s, int64_t now_s)
{
    struct directory *dir = in->options.directory;
    struct live live;
    tracked_live(dir, ref.tracked, &live);
    if (live.reported && live.state.current.gps_time_s >= from_s) {
        mark(in, ref, from_s);
        return;
    }
    if (fold_adopt(&live.state, directory_rules(dir, ref.info), now_s)) {
        tracked_publish(dir, ref.tracked, &live);
    }
    device_ref_release(dir, &ref);
}

void adopt_device(struct ingest *in, const struct device *device, struct fold_state *state)
{
    (void)fold_adopt(state, directory_rules(in->options.directory, device),
                     clock_wall_ms() / MS_PER_S);
}

/* When that geofence or alarm rule changed: it ended, or began. */
static int64_t changed_s(int64_t from_s, int64_t until_s)
{
    return until_s != INT64_MAX && until_s > from_s ? until_s : from_s;
}

/* Where a geofence got another name nobody is to be looked at. */
static void note_fence(struct ingest *in, const struct geofence *g, int64_t since_s)
{
    int64_t at_s = changed_s(g->from_s, g->until_s);
    if (at_s >= since_s &&
        directory_is_fence_changed(in->options.directory, g->enterprise_id, g->id, at_s)) {
        note(in, g->enterprise_id, at_s);
    }
}

/* What is put or deleted with a time long ago is no decision of now, but of retention. */
void adopt_note(struct ingest *in, const struct change *c)
{
    int64_t since_s = clock_wall_ms() / MS_PER_S - DECIDED_LATELY_S;
    const struct alarm_rule *r = &c->alarm_rule;
    enum entity_kind kind = change_entity(c->kind);
    if (kind == ENTITY_GEOFENCE) {
        note_fence(in, &c->geofence, since_s);
    } else if (kind == ENTITY_ALARM_RULE && changed_s(r->from_s, r->until_s) >= since_s) {
        note(in, r->enterprise_id, changed_s(r->from_s, r->until_s));
    } else if (kind == ENTITY_TERM && c->term.until_s >= since_s) {
        const struct term_change change = {c->term.device_id, c->term.until_s};
        g_array_append_val(in->term_changes, change);
    }
}

static void note_again(void *context, const struct rules_change *c)
{
    struct ingest *in = context;
    const struct term_change change = {c->device_id, c->at_s};
    if (c->enterprise_id != 0) {
        note(in, c->enterprise_id, c->at_s);
    } else {
        g_array_append_val(in->term_changes, change);
    }
}

void adopt_recover(struct ingest *in, int64_t heard_s)
{
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    int64_t last_s = heard_s < now_s ? heard_s : now_s;
    if (heard_s > 0) {
        directory_visit_changes(in->options.directory, last_s - DECIDED_LATELY_S, note_again, in);
    }
}

/* Devices with a new term: those alone are looked at. */
static void look_at_terms(struct ingest *in, int64_t now_s)
{
    GArray *changes = in->term_changes;
    for (size_t i = 0; i < DEVICES_AT_ONCE && changes->len > 0; i++) {
        const struct term_change c = g_array_index(changes, struct term_change, changes->len - 1);
        struct device_ref ref;
        (void)g_array_set_size(changes, changes->len - 1);
        if (directory_find(in->options.directory, c.device, &ref) == ERR_OK) {
            look_at(in, ref, c.from_s, now_s);
        }
    }
}

void adopt_again(struct ingest *in)
{
    for (size_t i = 0; i < in->batch.stage_count; i++) {
        const struct stage *s = &in->batch.stages[i];
        if (s->has_new_rules) {
            const struct term_change change = {s->active->device, s->late_from_s};
            g_array_append_val(in->term_changes, change);
        }
    }
}

void adopt_run(struct ingest *in)
{
    struct adoption *a = g_queue_peek_head(&in->adoptions);
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    if (!in->is_lost) {
        look_at_terms(in, now_s);
    }
    if (a == NULL || in->is_lost) {
        return;
    }
    if (!a->has_begun) {
        const struct caller everybody = {.enterprise_id = a->enterprise_id};
        a->refs = directory_list_devices(in->options.directory, &everybody, &a->arena, &a->count);
        a->has_begun = true;
    }
    for (size_t i = 0; i < DEVICES_AT_ONCE && a->next < a->count; i++) {
        look_at(in, a->refs[a->next++], a->from_s, now_s);
    }
    if (a->next == a->count) {
        (void)g_queue_pop_head(&in->adoptions);
        free_adoption(in, a);
    }
}
