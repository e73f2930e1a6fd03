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

#include <glib.h>
#include <string.h>

enum { RECORDS_AT_ONCE = 16384 }; /* each page looks at all that ended since */

/* Takes over what the statuses need of a page of records. */
static void take_page(GArray *alarms, const struct store_events *events, struct arena *arena)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->at[i];
        const struct past_alarm alarm = {e->kind, e->gps_time_s, e->ended_s,
                                         *e->name == '\0' ? "" : arena_copy_text(arena, e->name)};
        g_array_append_val(alarms, alarm);
    }
}

static enum err read_pages(struct store *s, const struct store_event_query *query, GArray *alarms,
                           struct arena *arena)
{
    struct arena page = {0};
    struct store_event_query asked = *query;
    struct store_events events;
    struct store_event_place last;
    enum err e = ERR_OK;
    do {
        e = store_read_events(s, &asked, &page, &events);
        take_page(alarms, &events, arena);
        if (events.count > 0) {
            const struct event *end = &events.at[events.count - 1];
            last = (struct store_event_place){end->gps_time_s, end->device_id, end->id};
            asked.after = &last;
        }
        arena_clear(&page);
    } while (e == ERR_OK && events.is_cut);
    arena_free(&page);
    return e;
}

enum err past_alarms_read(struct store *s, struct store_span span, struct arena *arena,
                          struct past_alarms *out)
{
    const struct store_event_query asked = {
        .devices = &span.device,
        .device_count = 1,
        .from_s = span.from_s,
        .to_s = span.to_s,
        .overlaps = true,
        .kinds = ((event_set)1 << ALARM_COUNT) - 1,
        .alarms_only = true,
        .limit = RECORDS_AT_ONCE,
    };
    GArray *alarms = g_array_new(FALSE, FALSE, sizeof(struct past_alarm));
    enum err e = read_pages(s, &asked, alarms, arena);
    *out = (struct past_alarms){.count = alarms->len};
    out->at = arena_new_array(arena, out->count, sizeof(*out->at));
    out->active = arena_new_array(arena, out->count, sizeof(const struct past_alarm *));
    if (out->count > 0) {
        memcpy(out->at, alarms->data, out->count * sizeof(*out->at));
    }
    (void)g_array_free(alarms, TRUE);
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
    while (p->next < p->count && p->at[p->next].began_s <= time_s) {
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
        const struct past_alarm *a = p->active[i];
        shown_alarms_add(shown, (enum alarm_type)a->kind, a->name);
    }
}
