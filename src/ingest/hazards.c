/*
 * Commands that hurt people where they come late: those that cut an engine, and those that unlock.
 * Which these are is told by the patterns of all profiles, whatever the kind of the command.
 *
 * A cut waits for two minutes at most, and goes out only while the last position is fresh and the
 * vehicle stands, or nearly. What unlocks never waits: it goes to a device that was heard within
 * the last minute, or nowhere. Neither outlives a restart.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "ingest/ingest_private.h"
#include "protocols/patterns.h"

enum {
    POSITION_MAX_S = 120,
    CUT_TTL_S = 120,
    UNLOCK_TTL_S = 5,
    FRESH_S = 60,
    TTL_S = 86400,
    MS_PER_S = 1000,
    E2 = 100,
};

uint8_t hazard_of(const struct directory *dir, const struct command_request *what)
{
    uint8_t room[COMMAND_RAW_MAX];
    const struct profiles *profiles = directory_profiles(dir);
    struct command_request sent = *what;
    if (what->kind == COMMAND_LOCK || what->kind == COMMAND_UNLOCK ||
        what->kind == COMMAND_TIMED_UNLOCK || !profile_apply(&sent, room)) {
        return COMMAND_UNLOCKS;
    }
    unsigned matches = sent.raw.len > 0 ? profiles_match_raw(profiles, sent.raw)
                                        : profiles_match(profiles, sent.text);
    if ((matches & PROFILE_MATCHES_UNLOCK) != 0) {
        return COMMAND_UNLOCKS;
    }
    return (matches & PROFILE_MATCHES_CUT) != 0 ? COMMAND_CUTS : COMMAND_HARMLESS;
}

/* All zero where the device is gone. */
static struct live live_of(struct ingest *in, int64_t device)
{
    struct device_ref ref;
    struct live live = {.heard_monotonic_ms = 0};
    if (directory_find(in->options.directory, device, &ref) == ERR_OK) {
        tracked_live(in->options.directory, ref.tracked, &live);
        device_ref_release(in->options.directory, &ref);
    }
    return live;
}

enum command_answer hazard_may_cut(struct ingest *in, int64_t device, int64_t now_s)
{
    struct live live = live_of(in, device);
    const struct fix *f = &live.state.current;
    int64_t age_s = now_s - live.state.position_time_s;
    bool is_live = (f->flags & (FIX_VALID | FIX_REUPLOAD)) == FIX_VALID; /* no SMS, either */
    bool is_known = fix_has_position(f) && is_live && f->source == FIX_GPS &&
                    f->gps_time_s == live.state.position_time_s;
    if (!is_known || llabs(age_s) > POSITION_MAX_S) {
        return COMMAND_ASK_LOST;
    }
    return f->speed_kmh_e2 > in->options.engine_cut_max_kmh * E2 ? COMMAND_ASK_MOVING
                                                                 : COMMAND_ASK_TAKEN;
}

int64_t hazard_fresh_ms(const struct ingest *in)
{
    int64_t fresh_s = in->options.lock_fresh_s > 0 ? in->options.lock_fresh_s : FRESH_S;
    return fresh_s * MS_PER_S;
}

bool hazard_is_fresh(struct ingest *in, int64_t device)
{
    int64_t heard_ms = live_of(in, device).heard_monotonic_ms;
    return heard_ms != 0 && clock_monotonic_ms() - heard_ms <= hazard_fresh_ms(in);
}

int64_t hazard_ttl_s(const struct ingest *in, uint8_t hazard)
{
    const struct ingest_options *o = &in->options;
    switch ((enum command_hazard)hazard) {
    case COMMAND_CUTS:
        return o->engine_cut_ttl_s > 0 ? o->engine_cut_ttl_s : CUT_TTL_S;
    case COMMAND_UNLOCKS:
        return UNLOCK_TTL_S;
    case COMMAND_HARMLESS:
        break;
    }
    return o->command_ttl_s > 0 ? o->command_ttl_s : TTL_S;
}
