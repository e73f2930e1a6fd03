/*
 * Devices that fall silent, by the rule OfflineMinutes. Time is that of the monotonic clock, from
 * when the device was last heard in this run, or from the start on, so that a restart raises no
 * false alarm; a device that never reported is not expected.
 *
 * Where nobody at all is heard, though many were a moment ago, it is our own line that is down:
 *
 *     heard  ││││││ │││││         nobody        ││││ │││
 *     count  ────────────────► stands still ◄─────────────►
 *                           HUSH_MS         every silence counts from here
 *
 * Trackers that report every half hour leave such gaps by themselves, so several reports must have
 * been due meanwhile: at the least one of each that was online, in the time in which it stays so.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_rules.h"
#include "ingest/events.h"

enum {
    LOOK_EVERY_MS = 10000,
    HUSH_MS = 60000,
    MANY_ONLINE = 20,
    MISSED_IN_HUSH = 7, /* reports: of twenty that report all the time, within HUSH_MS */
    DEVICES_AT_ONCE = 256,
    MS_PER_S = 1000
};

/* The devices of an enterprise with alarm rules, some of them at a time. */
struct silence_round {
    struct arena arena;
    int64_t *enterprises;
    size_t enterprise_count;
    size_t next_enterprise;
    struct device_ref *refs;
    size_t count;
    size_t next;
    size_t online;
    double due_per_ms;
};

void silence_init(struct silences *s, int64_t now_ms)
{
    *s = (struct silences){.counts_from_ms = now_ms, .looked_ms = now_ms};
}

static void end_round(struct ingest *in)
{
    struct silence_round *r = in->silences.round;
    if (r->next < r->count) {
        directory_release_all(in->options.directory, r->refs + r->next, r->count - r->next);
    }
    arena_free(&r->arena);
    free(r);
    in->silences.round = NULL;
}

void silence_clear(struct ingest *in)
{
    if (in->silences.round != NULL) {
        end_round(in);
    }
}

static bool is_hush(const struct silences *s, int64_t now_ms)
{
    int64_t quiet_ms = now_ms - s->heard_ms;
    return s->were_online >= MANY_ONLINE && quiet_ms > HUSH_MS &&
           (double)quiet_ms * s->due_per_ms > MISSED_IN_HUSH;
}

void silence_note_heard(struct silences *s, int64_t now_ms)
{
    if (is_hush(s, now_ms)) {
        s->counts_from_ms = now_ms;
    }
    s->heard_ms = now_ms;
}

/* Whether the device was heard so shortly before anybody was heard last that it was online then. */
static bool was_online(const struct silences *s, const struct live *live)
{
    return live->heard_monotonic_ms != 0 &&
           s->heard_ms - live->heard_monotonic_ms <= live_online_limit_ms(&live->state);
}

/* Whether the batch under way, which is not published yet, holds a word of the device. */
static bool is_heard_now(const struct ingest *in, int64_t device)
{
    const struct active_device *active = g_hash_table_lookup(in->active_devices, &device);
    return active != NULL && active->stage != 0 && in->batch.stages[active->stage - 1].is_heard;
}

static void look_at(struct ingest *in, const struct device_ref *ref, int64_t now_ms)
{
    struct directory *dir = in->options.directory;
    struct silences *s = &in->silences;
    struct live live;
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    const struct fold_term *term = fold_rules_at(directory_rules(dir, ref->info), now_s);
    if (term->limits == NULL || term->limits->offline_s == 0) {
        events_end_silence(in, ref->info->id, now_s); /* the rule was switched off */
        return;
    }
    int64_t limit_ms = (int64_t)term->limits->offline_s * MS_PER_S;
    tracked_live(dir, ref->tracked, &live);
    if (was_online(s, &live)) {
        s->round->online++;
        s->round->due_per_ms += 1.0 / (double)live_online_limit_ms(&live.state);
    }
    int64_t from_ms =
        live.heard_monotonic_ms > s->counts_from_ms ? live.heard_monotonic_ms : s->counts_from_ms;
    bool is_expected = live.reported || live.heard_monotonic_ms != 0;
    if (is_expected && now_ms - from_ms > limit_ms && !is_hush(s, now_ms) &&
        !is_heard_now(in, ref->info->id)) {
        events_raise_silence(in, ref, now_s);
    }
}

static void begin_round(struct ingest *in)
{
    struct silence_round *r = mem_new(sizeof(*r));
    r->enterprises = directory_list_ruled(in->options.directory, &r->arena, &r->enterprise_count);
    in->silences.round = r;
}

/* The next enterprise of the round; false behind the last. */
static bool begin_enterprise(struct ingest *in, struct silence_round *r)
{
    if (r->next_enterprise == r->enterprise_count) {
        return false;
    }
    const struct caller everybody = {.enterprise_id = r->enterprises[r->next_enterprise++]};
    r->refs = directory_list_devices(in->options.directory, &everybody, &r->arena, &r->count);
    r->next = 0;
    return true;
}

void silence_run(struct ingest *in)
{
    struct silences *s = &in->silences;
    int64_t now_ms = clock_monotonic_ms();
    if (in->is_lost || (s->round == NULL && now_ms - s->looked_ms < LOOK_EVERY_MS)) {
        return;
    }
    if (s->round == NULL) {
        s->looked_ms = now_ms;
        begin_round(in);
    }
    struct silence_round *r = s->round;
    for (size_t i = 0; i < DEVICES_AT_ONCE && r->next < r->count; i++) {
        look_at(in, &r->refs[r->next], now_ms);
        device_ref_release(in->options.directory, &r->refs[r->next++]);
    }
    if (r->next == r->count && !begin_enterprise(in, r)) {
        if (!is_hush(s, now_ms)) {
            s->were_online = r->online;
            s->due_per_ms = r->due_per_ms;
        }
        end_round(in);
    }
}

unsigned silence_wait_ms(const struct ingest *in, unsigned limit_ms)
{
    const struct silences *s = &in->silences;
    int64_t left_ms = s->looked_ms + LOOK_EVERY_MS - clock_monotonic_ms();
    if (s->round != NULL || left_ms <= 0) {
        return 0;
    }
    return left_ms < (int64_t)limit_ms ? (unsigned)left_ms : limit_ms;
}
