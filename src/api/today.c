/*
 * Kilometres of today. The live state knows them (fleet/live.c) but after a start, after late fixes
 * and after a change of the zone; then the first look-up reads them from the store, and notes them
 * in the live state, unless that went on meanwhile.
 */
#include "api/today.h"

#include "api/midnights.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "fleet/directory_rules.h"
#include "store/store.h"

enum { CM_PER_M = 100, MS_PER_S = 1000 };

struct live_day today_of(struct call *c)
{
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    size_t count = 0;
    const int64_t *at = midnights_make(call_clock(c), now_s, now_s, &c->arena, &count);
    return (struct live_day){.from_s = at[0], .ends_s = at[1]};
}

/* What the fixes of the day say, up to the newest one of the state. */
static struct today read_stored(struct call *c, const struct device_ref *ref,
                                const struct live *live, const struct live_day *day)
{
    const struct device *d = ref->info;
    int64_t newest_s = live->state.current.gps_time_s;
    const struct store_span span = {.device = d->id,
                                    .from_s = day->from_s,
                                    .to_s = newest_s < day->ends_s ? newest_s : day->ends_s - 1};
    struct store_mileage is = {0};
    const struct fold_rules rules = directory_terms(c->shard->directory, d->id, &c->arena);
    enum err e = store_read_mileage(c->shard->store, span, &rules, &is);
    if (e != ERR_OK) {
        log_line(LOG_ERROR, "today_failed", "device=%s why=\"%s\"", d->device_id, err_text(e));
    }
    return (struct today){.is_known = e == ERR_OK, .distance_m_e2 = is.distance_m_e2};
}

struct today today_look(struct call *c, const struct device_ref *ref, const struct live_day *day)
{
    struct directory *dir = c->shard->directory;
    struct live live;
    struct today today = {0};
    tracked_live(dir, ref->tracked, &live);
    today.is_known = live_day_tells(&live, day, &today.distance_m_e2);
    if (!today.is_known) {
        today = read_stored(c, ref, &live, day);
    }
    if (today.is_known && live_day_note(&live, day, today.distance_m_e2)) {
        tracked_publish_day(dir, ref->tracked, &live);
    }
    return today;
}

void today_write(const struct today *today, struct json_out *out)
{
    if (today->is_known) {
        json_decimal_string(out, units_rounded((int64_t)today->distance_m_e2, CM_PER_M), 3);
    } else {
        json_write_null(out);
    }
}
