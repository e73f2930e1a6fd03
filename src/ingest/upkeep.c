/*
 * What ingest and the store have to say to each other between commits: states that late fixes
 * corrected become the live ones, and how long a device's fixes are kept is its enterprise's word.
 *
 * What is deleted does not come back, so the system's clock alone does not decide: one that jumps
 * ahead would delete everything. Days count from the clock or from a day after the newest GPS time
 * of the fleet, whichever is earlier. While no tracker reports, nothing expires.
 */
#include "base/clock.h"
#include "base/log.h"
#include "fleet/directory_rules.h"
#include "fleet/directory_tree.h"
#include "ingest/ingest_private.h"

enum { MS_PER_S = 1000, DAY_S = 86400 };
enum { SWEEP_EVERY_MS = 3600000 };
enum { ORPHANS_AT_ONCE = 128 }; /* about 2 ms of work, with saving and applying them */

void upkeep_resolve_orphans(struct ingest *in)
{
    if (!in->is_lost && directory_has_orphans(in->options.directory)) {
        const struct orphan_slice slice = {ORPHANS_AT_ONCE, clock_wall_ms() / MS_PER_S};
        directory_resolve_orphans(in->options.directory, &in->batch.changes, &slice);
    }
}

static void publish_settled(void *context, int64_t device, const struct fold_state *state)
{
    struct ingest *in = context;
    struct directory *dir = in->options.directory;
    struct device_ref ref;
    if (directory_find(dir, device, &ref) != ERR_OK) {
        return;
    }
    struct live live;
    tracked_live(dir, ref.tracked, &live);
    fold_state_copy(&live.state, state);
    live.day = (struct live_day){0};
    adopt_device(in, ref.info, &live.state);
    live.reported = live.state.current.gps_time_s > 0;
    tracked_publish(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
}

/* Since when an enterprise keeps its fixes; INT64_MIN: all of them. */
static int64_t keep_enterprise_from_s(const struct ingest *in, const struct enterprise *enterprise)
{
    int64_t days =
        enterprise->retention_days > 0 ? enterprise->retention_days : in->options.retention_days;
    int64_t most = directory_retention_limit(in->options.directory, enterprise->id);
    days = most > 0 && (days == 0 || days > most) ? most : days;
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    int64_t fleet_s = in->newest_gps_s + DAY_S;
    return days == 0 ? INT64_MIN : (now_s < fleet_s ? now_s : fleet_s) - days * DAY_S;
}

static int64_t keep_from_s(void *context, int64_t device)
{
    struct ingest *in = context;
    struct directory *dir = in->options.directory;
    struct device_ref ref;
    struct enterprise enterprise = {0};
    if (directory_find(dir, device, &ref) != ERR_OK) {
        return INT64_MAX; /* deleted */
    }
    if (directory_enterprise(dir, ref.info->enterprise_id, &in->upkeep_arena, &enterprise) !=
        ERR_OK) {
        enterprise.retention_days = 0;
    }
    int64_t from_s = keep_enterprise_from_s(in, &enterprise);
    arena_clear(&in->upkeep_arena);
    device_ref_release(dir, &ref);
    return from_s;
}

/* As the above, of an enterprise; of one that is unknown or deleted nothing is kept. */
static int64_t keep_rules_from_s(void *context, int64_t enterprise_id)
{
    struct ingest *in = context;
    struct enterprise enterprise;
    bool is_there = directory_enterprise(in->options.directory, enterprise_id, &in->upkeep_arena,
                                         &enterprise) == ERR_OK &&
                    !enterprise.deleted;
    int64_t from_s = is_there ? keep_enterprise_from_s(in, &enterprise) : INT64_MAX;
    arena_clear(&in->upkeep_arena);
    return from_s;
}

void upkeep_expire_rules(struct ingest *in)
{
    int64_t now_ms = clock_monotonic_ms();
    if (in->is_lost || (in->rules_swept_ms != 0 && now_ms - in->rules_swept_ms < SWEEP_EVERY_MS)) {
        return;
    }
    size_t before = in->batch.changes.len;
    const struct rules_retention retention = {in, keep_rules_from_s, ORPHANS_AT_ONCE};
    directory_expire_rules(in->options.directory, &in->batch.changes, &retention);
    directory_expire_events(in->options.directory, &in->batch.changes, &retention);
    if (in->batch.changes.len - before < ORPHANS_AT_ONCE) {
        in->rules_swept_ms = now_ms;
    }
}

void upkeep_note_time(struct ingest *in, const struct fix *fix)
{
    bool is_own = (fix->has & FIX_HAS_TIME) != 0 && (fix->flags & FIX_TIME_REPLACED) == 0;
    if (is_own && fix->gps_time_s > in->newest_gps_s) {
        in->newest_gps_s = fix->gps_time_s;
    }
}

/* What a slice of upkeep answered. */
static void take_outcome(struct ingest *in, enum err e)
{
    arena_clear(&in->event_arena);
    in->has_upkeep = e == ERR_MORE;
    if (e == ERR_IO || e == ERR_CORRUPT) {
        ingest_lose_store(in, e);
    } else if (e != ERR_OK && e != ERR_MORE) {
        ingest_warn(in, e);
    }
}

static struct store_upkeep upkeep_of(struct ingest *in, bool is_idle)
{
    return (struct store_upkeep){
        .context = in,
        .settled = publish_settled,
        .keep_from_s = keep_from_s,
        .is_idle = is_idle,
    };
}

void upkeep_run(struct ingest *in, bool is_idle)
{
    const struct store_upkeep upkeep = upkeep_of(in, is_idle);
    if (!in->is_lost) {
        take_outcome(in, store_maintain(in->options.store, &upkeep));
    }
}

void upkeep_settle(struct ingest *in)
{
    const struct store_upkeep upkeep = upkeep_of(in, false);
    in->has_upkeep = true;
    while (in->has_upkeep && !in->is_lost) {
        take_outcome(in, store_settle(in->options.store, &upkeep));
    }
}

unsigned upkeep_wait_ms(const struct ingest *in, unsigned limit_ms)
{
    if (in->is_lost) {
        return limit_ms;
    }
    bool has_more = in->has_upkeep || adopt_waits(in) || quota_waits(in) || binding_waits(in) ||
                    directory_has_orphans(in->options.directory);
    unsigned silence_ms = commands_wait_ms(in, silence_wait_ms(in, limit_ms));
    return has_more ? 0 : store_maintain_wait_ms(in->options.store, silence_ms);
}
