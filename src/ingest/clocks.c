/*
 * Clocks with a zone of their own (fleet/clock_zone.h), on ingest's side: which zone a local time
 * is read in, and when what was observed may change it.
 *
 *     fix, local ──► observe ──► a wish? ──► claim ──► sure, 15 minutes old, of few? ──► learn
 *         │                                                                               │
 *         └────────────────────────── read in the device's zone ◄─────────────────────────┘
 *
 * What a device wants is a claim. One that is granted at once could be our own clock's fault: if
 * that is wrong, all devices seem to be, by the same. So nothing is observed for 15 minutes after
 * the start and while the kernel's clock is not synchronised; a claim waits for 15 minutes, in
 * which the others would make theirs; and none is granted while three devices and 5 % of those seen
 * within a day claim the same shift. Claims are kept for a day, the granted ones too.
 *
 * A device's zone is staged and published as its live state is, and stored where it changed, in the
 * transaction of the fixes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ingest/ingest_private.h"

enum {
    TRUST_AFTER_MS = 15 * 60 * 1000,
    CLAIM_WAITS_S = 15 * 60,
    CLAIM_KEPT_S = 86400,
    SWEEP_EVERY_S = 3600,
    SEEN_S = 86400,
    ALIKE_MIN = 3,
    ALIKE_PERCENT = 5,
    FORMER_SLACK_S = 600, /* of clocks */
    WARN_EVERY_MS = 3600 * 1000,
};

/* What one device wants: its times read so many minutes further east. */
struct claim {
    int64_t device;
    int shift_min;
    bool is_granted;
    int64_t since_s;
    int64_t last_s;
};

void clocks_init(struct clocks *c)
{
    *c = (struct clocks){.claims = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free),
                         .shifts = g_hash_table_new(g_direct_hash, g_direct_equal),
                         .seen = g_hash_table_new(g_direct_hash, g_direct_equal),
                         .seen_before = g_hash_table_new(g_direct_hash, g_direct_equal),
                         .began_ms = clock_monotonic_ms(),
                         .run = (uint32_t)clock_wall_ms()};
}

void clocks_clear(struct clocks *c)
{
    g_hash_table_destroy(c->claims);
    g_hash_table_destroy(c->shifts);
    g_hash_table_destroy(c->seen);
    g_hash_table_destroy(c->seen_before);
}

/* ---- whether our own clock is right ---- */

bool clocks_trust(int64_t running_ms, bool is_synchronised)
{
    return running_ms >= TRUST_AFTER_MS && is_synchronised;
}

/* For what arrives at `arrival_s`; it is asked once for each second of these. */
static bool is_trusted(struct ingest *in, int64_t arrival_s)
{
    struct clocks *c = &in->clocks;
    if (in->options.is_clock_right != NULL) {
        return in->options.is_clock_right(in->options.clock_context);
    }
    if (c->asked_s != arrival_s) {
        c->asked_s = arrival_s;
        c->is_trusted = clocks_trust(clock_monotonic_ms() - c->began_ms, clock_is_synchronised());
    }
    return c->is_trusted;
}

/* ---- claims ---- */

static gpointer key_of_shift(int shift_min)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it */
    return GINT_TO_POINTER(shift_min);
}

static int alike(const struct clocks *c, int shift_min)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(c->shifts, key_of_shift(shift_min)));
}

static void count_shift(struct clocks *c, int shift_min, int step)
{
    int count = alike(c, shift_min) + step;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): the same */
    g_hash_table_replace(c->shifts, key_of_shift(shift_min), GINT_TO_POINTER(count));
}

/* Drops the claims that nobody made for a day. */
static void sweep(struct clocks *c, int64_t now_s)
{
    GHashTableIter at;
    gpointer value = NULL;
    if (c->swept_s != 0 && now_s >= c->swept_s && now_s - c->swept_s < SWEEP_EVERY_S) {
        return;
    }
    c->swept_s = now_s;
    g_hash_table_iter_init(&at, c->claims);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct claim *claim = value;
        if (now_s - claim->last_s > CLAIM_KEPT_S) {
            count_shift(c, claim->shift_min, -1);
            g_hash_table_iter_remove(&at);
        }
    }
}

static struct claim *make_claim(struct clocks *c, int64_t device, int shift_min, int64_t now_s)
{
    struct claim *claim = g_hash_table_lookup(c->claims, &device);
    if (claim == NULL) {
        claim = mem_new(sizeof(*claim));
        *claim = (struct claim){.device = device, .shift_min = shift_min, .since_s = now_s};
        g_hash_table_insert(c->claims, &claim->device, claim);
        count_shift(c, shift_min, 1);
    } else if (claim->shift_min != shift_min || claim->is_granted) {
        count_shift(c, claim->shift_min, -1);
        count_shift(c, shift_min, 1);
        *claim = (struct claim){.device = device, .shift_min = shift_min, .since_s = now_s};
    }
    claim->last_s = now_s;
    return claim;
}

/* The device wants nothing any more. */
static void drop_claim(struct clocks *c, int64_t device)
{
    if (g_hash_table_size(c->claims) == 0) {
        return;
    }
    const struct claim *claim = g_hash_table_lookup(c->claims, &device);
    if (claim != NULL && !claim->is_granted) {
        count_shift(c, claim->shift_min, -1);
        (void)g_hash_table_remove(c->claims, &device);
    }
}

/* Notes that the device could be judged; two sets, each of a day, in turn. */
static void note_seen(struct clocks *c, int64_t device, int64_t now_s)
{
    if (now_s - c->seen_from_s >= SEEN_S) {
        GHashTable *before = c->seen_before;
        g_hash_table_remove_all(before);
        c->seen_before = c->seen;
        c->seen = before;
        c->seen_from_s = now_s;
    }
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it */
    (void)g_hash_table_add(c->seen, GSIZE_TO_POINTER((gsize)device));
}

/* Whether so many claim the same that it is our clock that is wrong. */
static bool are_alike(struct clocks *c, int shift_min)
{
    guint now = g_hash_table_size(c->seen);
    guint before = g_hash_table_size(c->seen_before);
    int64_t seen = now > before ? now : before;
    int64_t count = alike(c, shift_min);
    if (count < ALIKE_MIN || count * 100 < seen * ALIKE_PERCENT) {
        return false;
    }
    int64_t now_ms = clock_monotonic_ms();
    if (c->warned_ms == 0 || now_ms - c->warned_ms >= WARN_EVERY_MS) {
        c->warned_ms = now_ms;
        log_line(LOG_WARN, "clocks_alike",
                 "devices=%lld of=%lld shift_min=%d"
                 " why=\"so many clocks want the same change: is the system's clock right?\"",
                 (long long)count, (long long)seen, shift_min);
    }
    return true;
}

/* ---- reading times ---- */

static struct clock_basis basis_of(const struct stage *s, const struct intake_head *head)
{
    const struct device *d = s->ref.info; /* NULL: a newcomer, of whom nothing is set */
    struct clock_basis b = {
        .is_configured = head->is_offset_configured,
        .configured_min = head->configured_min,
        .is_told = head->is_offset_told,
        .told_min = head->utc_offset_min,
        .row_min = protocol_at(head->protocol)->utc_offset_min,
    };
    if (d != NULL && d->has_utc_offset) {
        b.is_set = true;
        b.set_min = d->utc_offset_min;
    }
    return b;
}

/* Stages what is known of the clock; where that is nothing only for a fix that `observes`. */
static void stage_clock(struct ingest *in, struct stage *s, bool observes)
{
    struct arena *arena = &in->batch.arena;
    if (s->clock != NULL || (s->is_clock_asked && !observes)) {
        return;
    }
    struct clock_zone zone = {0};
    bool is_known = s->ref.tracked != NULL && !s->is_clock_asked &&
                    tracked_clock(in->options.directory, s->ref.tracked, &zone);
    s->is_clock_asked = true;
    if (!is_known && !observes) {
        return;
    }
    s->clock = arena_new(arena, sizeof(*s->clock));
    s->clock->zone = zone;
    s->clock->was_known = is_known;
    if (!clock_zone_is_blank(&zone)) {
        s->clock->stored = clock_zone_pack(&zone, arena_new(arena, CLOCK_ZONE_PACKED_MAX));
    }
}

/* A GPS fix that its tracker sent when it took it. */
static bool is_observation(const struct fix *f)
{
    const uint32_t flags = FIX_VALID | FIX_REUPLOAD | FIX_HEARTBEAT;
    return fix_has_position(f) && (f->flags & flags) == FIX_VALID && f->source == FIX_GPS;
}

static uint32_t connection_of(const struct clocks *c, const struct intake_head *head)
{
    const uint32_t odd = 2654435761U; /* Knuth's multiplier, so that slots are far apart */
    return (head->connection.slot * odd) ^ (head->connection.generation * (odd - 2)) ^ c->run;
}

/* Takes the observation in, and grants what it proves. */
static void observe(struct ingest *in, const struct stage *s, const struct clock_basis *b,
                    const struct clock_observation *o)
{
    struct clocks *c = &in->clocks;
    struct clock_zone *z = &s->clock->zone;
    int64_t device = s->active->device;
    clock_zone_observe(z, b, o);
    note_seen(c, device, o->arrival_s);
    struct clock_wish wish = clock_zone_wish(z, b);
    if (!wish.is_one) {
        drop_claim(c, device);
        return;
    }
    int used_min = clock_zone_offset_min(z, b);
    int shift_min = wish.offset_min - used_min;
    sweep(c, o->arrival_s);
    struct claim *claim = make_claim(c, device, shift_min, o->arrival_s);
    bool is_due = wish.is_sure && o->arrival_s - claim->since_s >= CLAIM_WAITS_S;
    if (!is_due || !clock_zone_may_learn(z, b) || are_alike(c, shift_min)) {
        return;
    }
    claim->is_granted = true;
    clock_zone_learn(z, b, wish.offset_min, o->arrival_s);
    s->clock->has_learnt = true;
    s->clock->was_min = (int16_t)used_min;
}

static int64_t told_s_of(const struct fix *f, const struct intake_head *head)
{
    return f->gps_time_s + head->utc_offset_min * INT64_C(60);
}

void clocks_read(struct ingest *in, struct stage *s, const struct intake_head *head, struct fix *f)
{
    static const struct clock_zone blank = {0};
    const struct clock_basis b = basis_of(s, head);
    const struct clock_observation o = {.told_s = told_s_of(f, head),
                                        .arrival_s = f->rcv_time_s,
                                        .connection = connection_of(&in->clocks, head)};
    bool observes = is_observation(f) && is_trusted(in, o.arrival_s);
    stage_clock(in, s, observes);
    if (s->clock != NULL) {
        clock_zone_prune(&s->clock->zone, o.arrival_s);
    }
    if (observes) {
        observe(in, s, &b, &o);
    }
    const struct clock_zone *z = s->clock == NULL ? &blank : &s->clock->zone;
    f->gps_time_s = o.told_s - clock_zone_offset_min(z, &b) * INT64_C(60);
}

/*
 * A fix taken after a change was never stored by the rule before it; of a parked vehicle it may yet
 * equal the one that was taken hours earlier, by just the shift.
 */
size_t clocks_former_times(const struct stage *s, const struct intake_head *head, int64_t time_s,
                           int64_t out[CLOCK_FORMERS_MAX])
{
    if (s->clock == NULL || s->clock->zone.formers[0].until_s == 0) {
        return 0;
    }
    const struct clock_basis b = basis_of(s, head);
    const struct clock_zone *z = &s->clock->zone;
    int used_min = clock_zone_offset_min(z, &b);
    size_t count = 0;
    for (size_t i = 0; i < CLOCK_FORMERS_MAX && z->formers[i].until_s != 0; i++) {
        int former_min = clock_rule_offset_min(&z->formers[i].rule, &b);
        if (former_min != used_min && time_s <= z->formers[i].until_s + FORMER_SLACK_S) {
            out[count++] = time_s + (used_min - former_min) * INT64_C(60);
        }
    }
    return count;
}

/* ---- the batch ---- */

/* The row of one device, where it changed. */
static void collect(struct batch *b, const struct stage *s)
{
    const struct staged_clock *clock = s->clock;
    uint8_t room[CLOCK_ZONE_PACKED_MAX];
    struct bytes packed = {0};
    if (!clock_zone_is_blank(&clock->zone)) {
        packed = clock_zone_pack(&clock->zone, room);
    }
    const struct bytes *stored = &clock->stored;
    if (packed.len == stored->len &&
        (packed.len == 0 || memcmp(packed.at, stored->at, packed.len) == 0)) {
        return;
    }
    packed = arena_copy(&b->arena, packed);
    change_add(&b->changes, packed.len > 0 ? CHANGE_PUT_CLOCK : CHANGE_DELETE_CLOCK)->clock =
        (struct device_clock){s->active->device, packed.at, packed.len};
}

void clocks_collect(struct batch *b)
{
    for (size_t i = 0; i < b->stage_count; i++) {
        if (b->stages[i].clock != NULL) {
            collect(b, &b->stages[i]);
        }
    }
}

void clocks_publish(struct ingest *in, const struct stage *s)
{
    const struct staged_clock *clock = s->clock;
    if (clock == NULL) {
        return;
    }
    if (!clock->was_known && clock_zone_is_blank(&clock->zone) && clock->zone.running.count == 0) {
        return; /* as with most devices */
    }
    tracked_publish_clock(in->options.directory, s->ref.tracked, &clock->zone);
    if (clock->has_learnt) {
        log_line(LOG_INFO, "clock_learnt", "device=%s utc_offset_min=%d was=%d",
                 s->ref.info->device_id, clock->zone.learnt_min, clock->was_min);
    }
    if (clock->has_learnt && clock->zone.is_stopped) {
        log_line(LOG_WARN, "clock_unsteady",
                 "device=%s why=\"changed twice within 30 days: nothing more is learnt until"
                 " UtcOffsetMinutes is set\"",
                 s->ref.info->device_id);
    }
}
