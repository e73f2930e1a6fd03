/*
 * The entries of a watch, and the tracker's own alarms: which begin, go on, and end with a report.
 */
#include "fleet/watch.h"

#include <string.h>

#include "fleet/watch_private.h"

/* ---- entries ---- */

void watch_copy(struct watch *to, const struct watch *from)
{
    to->count = from->count;
    memcpy(to->at, from->at, from->count * sizeof(from->at[0]));
}

static int compare(const struct watch_entry *e, uint8_t kind, uint32_t subject)
{
    int by_kind = (e->kind > kind) - (e->kind < kind);
    return by_kind != 0 ? by_kind : (e->subject > subject) - (e->subject < subject);
}

/* Where the entry is, or would be. */
static size_t place_of(const struct watch *w, uint8_t kind, uint32_t subject)
{
    size_t at = 0;
    while (at < w->count && compare(&w->at[at], kind, subject) < 0) {
        at++;
    }
    return at;
}

const struct watch_entry *watch_look(const struct watch *w, uint8_t kind, uint32_t subject)
{
    size_t at = place_of(w, kind, subject);
    return at < w->count && compare(&w->at[at], kind, subject) == 0 ? &w->at[at] : NULL;
}

struct watch_entry *watch_find(struct watch *w, uint8_t kind, uint32_t subject)
{
    size_t at = place_of(w, kind, subject);
    return at < w->count && compare(&w->at[at], kind, subject) == 0 ? &w->at[at] : NULL;
}

struct watch_entry *watch_add(struct watch *w, uint8_t kind, uint32_t subject)
{
    if (w->count == WATCH_MAX) {
        return NULL;
    }
    size_t at = place_of(w, kind, subject);
    memmove(&w->at[at + 1], &w->at[at], (w->count - at) * sizeof(w->at[0]));
    w->count++;
    w->at[at] = (struct watch_entry){.kind = kind, .subject = subject};
    return &w->at[at];
}

void watch_remove(struct watch *w, struct watch_entry *entry)
{
    size_t at = (size_t)(entry - w->at);
    w->count--;
    memmove(entry, entry + 1, (w->count - at) * sizeof(*entry));
    w->at[w->count] = (struct watch_entry){0};
}

void watch_forget_rules(struct watch *w)
{
    for (size_t i = w->count; i > 0; i--) {
        struct watch_entry *e = &w->at[i - 1];
        e->held_by &= (uint8_t)~WATCH_BY_RULE;
        bool is_device_s = (e->held_by & WATCH_BY_DEVICE) != 0 ||
                           (e->phase == WATCH_ENDED && e->kind < ALARM_COUNT);
        if (!is_device_s) {
            watch_remove(w, e);
        }
    }
}

alarm_set watch_open_alarms(const struct watch *w)
{
    alarm_set open = 0;
    for (size_t i = 0; i < w->count && w->at[i].kind < ALARM_COUNT; i++) {
        open |= w->at[i].phase == WATCH_OPEN ? UINT32_C(1) << w->at[i].kind : 0;
    }
    return open;
}

/* ---- telling ---- */

void watch_tell(const struct watch_step *s, struct watch_event *e)
{
    if (s->sink == NULL) {
        return;
    }
    const struct fix *now = &s->state->current;
    e->decided_s = s->fix->gps_time_s;
    e->rcv_time_s = s->fix->rcv_time_s;
    if (e->lat_e7 == 0 && e->lon_e7 == 0 && fix_has_position(now)) {
        e->lat_e7 = now->lat_e7;
        e->lon_e7 = now->lon_e7;
    }
    s->sink->take(s->sink->context, s->state, e);
}

static void tell(const struct watch_step *s, const struct watch_entry *entry, enum watch_news news,
                 int64_t at_s)
{
    struct watch_event e = {
        .news = news,
        .kind = entry->kind,
        .subject = entry->subject,
        .is_alarm = true,
        .since_s = entry->since_s,
        .at_s = at_s,
        .value = s->value,
    };
    watch_tell(s, &e);
}

/* ---- alarms ---- */

/* Of a full watch the alarm of a crossing makes room: it would be over with the next position. */
static void make_room(struct watch_step *s)
{
    struct watch *w = &s->state->watch;
    for (size_t i = w->count; w->count == WATCH_MAX && i > 0; i--) {
        struct watch_entry *e = &w->at[i - 1];
        bool is_crossing = e->kind == ALARM_GEOFENCE_ENTER || e->kind == ALARM_GEOFENCE_LEAVE;
        if (is_crossing && e->subject != 0) {
            watch_release(s, e->kind, e->subject, WATCH_BY_RULE, s->fix->gps_time_s);
            watch_remove(w, e);
        }
    }
}

void watch_hold(struct watch_step *s, uint8_t kind, uint32_t subject, uint8_t by)
{
    struct watch *w = &s->state->watch;
    int64_t now_s = s->fix->gps_time_s;
    struct watch_entry *e = watch_find(w, kind, subject);
    if (e == NULL) {
        make_room(s);
        e = watch_add(w, kind, subject);
        if (e == NULL) {
            return;
        }
        e->since_s = now_s;
    }
    if ((by & WATCH_BY_DEVICE) != 0) {
        bool is_promised = (e->held_by & (WATCH_BY_DEVICE | WATCH_FADES)) == WATCH_BY_DEVICE;
        e->held_by &= (uint8_t)~WATCH_FADES;
        by &= is_promised ? (uint8_t)~WATCH_FADES : UINT8_MAX;
        e->last_s = now_s;
    }
    enum watch_news news = e->phase == WATCH_ENDED ? WATCH_CONTINUED : WATCH_RAISED;
    bool was_open = e->phase == WATCH_OPEN;
    e->phase = WATCH_OPEN;
    e->held_by |= by;
    if (!was_open) {
        e->count = (uint16_t)(e->count < UINT16_MAX ? e->count + 1 : UINT16_MAX);
        tell(s, e, news, news == WATCH_RAISED ? e->since_s : now_s);
    }
}

void watch_release(struct watch_step *s, uint8_t kind, uint32_t subject, uint8_t by, int64_t at_s)
{
    struct watch_entry *e = watch_find(&s->state->watch, kind, subject);
    if (e == NULL || (e->held_by & by) == 0) {
        return;
    }
    e->held_by &= (uint8_t)~by;
    if ((e->held_by & (WATCH_BY_DEVICE | WATCH_BY_RULE)) == 0 && e->phase == WATCH_OPEN) {
        e->phase = WATCH_ENDED;
        e->held_by = 0;
        e->last_s = at_s;
        tell(s, e, WATCH_OVER, at_s);
        if (s->fix->gps_time_s - at_s > WATCH_CONTINUES_S) {
            watch_remove(&s->state->watch, e); /* what holds from here on is another one */
        }
    }
}

/* ---- the tracker's own ---- */

/* Which alarms the report can tell the end of. */
static alarm_set told_by(const struct watch_step *s)
{
    const struct fix *f = s->fix;
    if ((f->has & FIX_HAS_ALARMS_TOLD) != 0) {
        return f->alarms_told;
    }
    bool says_nothing = f->alarms == 0 && (f->flags & FIX_HEARTBEAT) != 0;
    return says_nothing ? 0 : ~(alarm_set)0;
}

/* Forgets what ended long ago, and ends what was not repeated for long, nor is in `repeated`. */
static void age(struct watch_step *s, alarm_set repeated)
{
    struct watch *w = &s->state->watch;
    int64_t now_s = s->fix->gps_time_s;
    for (size_t i = w->count; i > 0; i--) {
        struct watch_entry *e = &w->at[i - 1];
        bool fades = e->kind < ALARM_COUNT && (e->held_by & WATCH_FADES) != 0 &&
                     (repeated >> e->kind & 1U) == 0;
        if (e->phase == WATCH_ENDED && now_s - e->last_s > WATCH_CONTINUES_S) {
            watch_remove(w, e);
        } else if (fades && now_s - e->last_s > WATCH_FADES_S) {
            watch_release(s, e->kind, e->subject, WATCH_BY_DEVICE | WATCH_FADES,
                          e->last_s + WATCH_FADES_S);
        }
    }
}

void watch_device(struct watch_step *s)
{
    alarm_set alarms = s->fix->alarms;
    alarm_set told = told_by(s);
    /* A heartbeat without a time of its own always is of the newest fix's second. */
    bool is_heartbeat = (s->fix->flags & FIX_HEARTBEAT) != 0;
    alarm_set over = s->together && !is_heartbeat ? 0 : told & ~alarms;
    age(s, alarms & told);
    for (unsigned k = 0; k < ALARM_COUNT; k++) {
        alarm_set bit = UINT32_C(1) << k;
        bool fades = (told & bit) == 0 || alarm_is_momentary((enum alarm_type)k);
        if ((alarms & bit) != 0) {
            watch_hold(s, (uint8_t)k, 0, WATCH_BY_DEVICE | (fades ? WATCH_FADES : 0));
        } else if ((over & bit) != 0) {
            watch_release(s, (uint8_t)k, 0, WATCH_BY_DEVICE | WATCH_FADES, s->fix->gps_time_s);
        }
    }
}
