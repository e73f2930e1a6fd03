/*
 * Alarms over time. They are walked as the fixes of the history are, once: each is taken up when it
 * begins and dropped when it has ended.
 *
 *     alarms     ├─────────┤    ├──
 *                    ├─┤
 *     times    │   │   │   │  │   │
 *     active   0   1   1   0  0   1      an end is a time at which it is over
 */
#include "api/past_alarms.h"

enum { PAST_ALARMS_MAX = 50000 };

enum err past_alarms_read(struct store *s, struct store_span span, struct arena *arena,
                          struct past_alarms *out)
{
    struct store_events events;
    const struct store_event_query asked = {
        .devices = &span.device,
        .device_count = 1,
        .from_s = span.from_s,
        .to_s = span.to_s,
        .overlaps = true,
        .kinds = ((event_set)1 << ALARM_COUNT) - 1,
        .alarms_only = true,
        .limit = PAST_ALARMS_MAX,
    };
    enum err e = store_read_events(s, &asked, arena, &events);
    *out = (struct past_alarms){.at = events.at, .count = events.count};
    out->active = arena_new_array(arena, events.count, sizeof(const struct event *));
    return e;
}

void past_alarms_rewind(struct past_alarms *p)
{
    p->next = 0;
    p->active_count = 0;
}

static void move_to(struct past_alarms *p, int64_t time_s)
{
    size_t kept = 0;
    while (p->next < p->count && p->at[p->next].gps_time_s <= time_s) {
        p->active[p->active_count++] = &p->at[p->next++];
    }
    for (size_t i = 0; i < p->active_count; i++) {
        int64_t ended_s = p->active[i]->ended_s;
        if (ended_s == 0 || ended_s > time_s) {
            p->active[kept++] = p->active[i];
        }
    }
    p->active_count = kept;
}

void past_alarms_add(struct past_alarms *p, int64_t time_s, struct shown_alarms *shown)
{
    move_to(p, time_s);
    for (size_t i = 0; i < p->active_count; i++) {
        const struct event *e = p->active[i];
        shown_alarms_add(shown, (enum alarm_type)e->kind, e->name);
    }
}
