/*
 * What an alarm is called where it is shown. A record knows the name that its geofence had; the
 * state of a device knows a geofence by its id alone, and is asked for only where a vehicle just
 * crossed a border.
 */
#include "api/shown_alarms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/share.h"
#include "base/units.h"
#include "fleet/directory_rules.h"
#include "fleet/pack.h"

/* ---- geofences ---- */

const char *fence_name(struct call *c, uint32_t polygon_id, int64_t time_s)
{
    return directory_fence_name(c->shard->directory, c->caller.enterprise_id, polygon_id, time_s,
                                &c->arena);
}

/* ---- in words ---- */

/* The name that stands in brackets behind its type. */
static const char *fence_name_of(const struct event *e)
{
    return event_is_crossing(e->kind) ? e->name : "";
}

void alarm_words(const struct event *e, char out[ALARM_WORDS_SIZE])
{
    const char *text = alarm_text((enum alarm_type)e->kind);
    const char *name = fence_name_of(e);
    if (*name != '\0') {
        (void)snprintf(out, ALARM_WORDS_SIZE, "%s[%s]", text, name);
    } else {
        (void)snprintf(out, ALARM_WORDS_SIZE, "%s", text);
    }
}

/* Those of a state; the geofence of `own` is called as it was called then. */
static void add_open(struct call *c, const struct fold_state *state, const struct event *own,
                     struct shown_alarms *out)
{
    const alarm_set crossings = ALARM_BIT(GEOFENCE_ENTER) | ALARM_BIT(GEOFENCE_LEAVE);
    *out = (struct shown_alarms){.active = state->active_alarms};
    if ((state->active_alarms & crossings) == 0) {
        return;
    }
    for (size_t i = 0; i < state->watch.count; i++) {
        const struct watch_entry *e = &state->watch.at[i];
        bool is_own = own->kind == e->kind && own->subject == e->subject;
        if (e->phase == WATCH_OPEN && e->subject != 0 && event_is_crossing(e->kind)) {
            shown_alarms_add(out, (enum alarm_type)e->kind,
                             is_own ? own->name : fence_name(c, e->subject, e->since_s));
        }
    }
}

static int compare(const void *a, const void *b)
{
    const struct event *x = a;
    const struct event *y = b;
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    if (x->gps_time_s != y->gps_time_s) {
        return x->gps_time_s < y->gps_time_s ? -1 : 1;
    }
    return (x->id > y->id) - (x->id < y->id);
}

/* The state goes before its records: it is published when they are already stored. */
static bool is_open(const struct event *e, const struct fold_state *live)
{
    return e->is_alarm && e->kind < ALARM_COUNT &&
           (e->origin == EVENT_BY_TIMER || (live->active_alarms >> e->kind & 1) != 0);
}

struct event *open_alarms(struct call *c, int64_t device, const struct fold_state *live,
                          struct arena *arena, size_t *count)
{
    size_t kept = 0;
    struct event *events = directory_open_events(c->shard->directory, device, arena, count);
    for (size_t i = 0; i < *count; i++) {
        events[kept] = events[i];
        kept += is_open(&events[i], live);
    }
    *count = kept;
    if (kept > 0) {
        qsort(events, kept, sizeof(*events), compare);
    }
    return events;
}

void alarms_of_live(struct call *c, const struct device_ref *ref, const struct fold_state *live,
                    struct arena *arena, struct shown_alarms *out)
{
    size_t count = 0;
    *out = (struct shown_alarms){0};
    if (!share_tells_all(c)) {
        return;
    }
    const struct event *open = open_alarms(c, ref->info->id, live, arena, &count);
    out->active = live->active_alarms;
    for (size_t i = 0; i < count; i++) {
        shown_alarms_add(out, (enum alarm_type)open[i].kind, fence_name_of(&open[i]));
    }
}

alarm_set alarm_kinds_of_live(const struct call *c, int64_t device, const struct fold_state *live)
{
    if (!share_tells_all(c)) {
        return 0;
    }
    return live->active_alarms | directory_timer_alarms(c->shard->directory, device);
}

void state_of_event(const struct event *e, struct fold_state *out)
{
    const struct bytes packed = {e->state, e->state_len};
    if (packed.len == 0 || unpack_state(packed, out) != ERR_OK) {
        fold_state_init(out);
    }
}

void write_event_status(struct call *c, const struct event *e, const struct fold_state *state)
{
    char text[FOLD_STATUS_SIZE];
    struct shown_alarms shown;
    add_open(c, state, e, &shown);
    if (e->is_alarm) {
        shown_alarms_add(&shown, (enum alarm_type)e->kind, fence_name_of(e));
    }
    fold_status_text(state, &state->current, &shown, text, sizeof(text));
    json_name(&c->out, "StatusDes");
    json_write_string(&c->out, text);
}

/* ---- as members ---- */

enum { E7_PER_E6 = 10, E6_DECIMALS = 6, CDEG_PER_DEG = 100, DEG_ALL = 360 };

void write_alarm_time(struct call *c, const char *name, int64_t time_s)
{
    json_name(&c->out, name);
    call_write_time(c, &c->out, time_s);
}

void write_alarm_speed(struct call *c, uint32_t speed_kmh_e2)
{
    json_name(&c->out, "Speed");
    json_decimal(&c->out, units_rounded(speed_kmh_e2, 10), 1);
}

void write_alarm_course(struct call *c, uint32_t course_cdeg)
{
    json_name(&c->out, "Direct");
    json_int(&c->out, units_rounded(course_cdeg, CDEG_PER_DEG) % DEG_ALL);
}

void write_alarm_place(struct call *c, int32_t lat_e7, int32_t lon_e7)
{
    json_name(&c->out, "Lon");
    json_decimal(&c->out, units_rounded(lon_e7, E7_PER_E6), E6_DECIMALS);
    json_name(&c->out, "Lat");
    json_decimal(&c->out, units_rounded(lat_e7, E7_PER_E6), E6_DECIMALS);
}

/* ---- as a field ---- */

static bool add_kind(const char *at, size_t len, event_set *out)
{
    const char *bracket = memchr(at, '[', len);
    len = bracket == NULL ? len : (size_t)(bracket - at);
    while (len > 0 && at[len - 1] == ' ') {
        len--;
    }
    for (unsigned i = 0; i < ALARM_COUNT; i++) {
        const char *text = alarm_text((enum alarm_type)i);
        if (strlen(text) == len && strncasecmp(text, at, len) == 0) {
            *out |= (event_set)1 << i;
            return true;
        }
    }
    return false;
}

/* The types between semicolons; an empty one is passed over. */
static bool add_kinds(const char *at, event_set *out)
{
    bool good = true;
    while (good && *at != '\0') {
        at += strspn(at, "; ");
        size_t len = strcspn(at, ";");
        good = len == 0 || add_kind(at, len, out);
        at += len;
    }
    return good;
}

bool alarm_kinds_of(const struct value *types, event_set *out)
{
    *out = 0;
    for (size_t i = 0; i < types->count; i++) {
        if (!add_kinds(types->items[i], out)) {
            return false;
        }
    }
    return true;
}
