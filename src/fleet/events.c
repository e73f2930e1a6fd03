/*
 * Records of what the fold tells. A record is named by its kind, its subject and the time at which
 * it began, so that nothing of it but these has to stand in the state:
 *
 *     told      raised           over             continued        over
 *     record    open, count 1    ended, count 1   open, count 2    ended, count 2
 */
#include "fleet/events.h"

#include "base/writer.h"
#include "fleet/pack.h"

/*
 * Before its first fix a device has no GPS time, and what its heartbeats tell is filed under 0. An
 * end at 0 would be none: then it is the arrival of the report, decided before any fix.
 */
static int64_t end_s(const struct watch_event *told)
{
    return told->at_s != 0 ? told->at_s : told->rcv_time_s;
}

static int64_t end_decided_s(const struct watch_event *told)
{
    return told->decided_s != 0 ? told->decided_s : 1;
}

/* What is told of a crossing comes before its fix is the last position. */
static int64_t before_s(const struct watch_event *raised, const struct fold_state *state)
{
    return event_is_crossing(raised->kind) && state->position_time_s < raised->decided_s
               ? state->position_time_s
               : 0;
}

struct event event_of_watch(const struct watch_event *raised, const struct fold_state *state,
                            struct arena *arena)
{
    uint8_t room[PACK_STATE_MAX];
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, state);
    struct bytes packed = arena_copy(arena, writer_bytes(&w));
    return (struct event){
        .kind = raised->kind,
        .is_alarm = raised->is_alarm,
        .origin = EVENT_BY_FOLD,
        .subject = raised->subject,
        .gps_time_s = raised->since_s,
        .rcv_time_s = raised->rcv_time_s,
        .decided_s = raised->decided_s,
        .before_s = before_s(raised, state),
        .ended_s = raised->is_brief ? end_s(raised) : 0,
        .end_decided_s = raised->is_brief ? end_decided_s(raised) : 0,
        .count = 1,
        .lat_e7 = raised->lat_e7,
        .lon_e7 = raised->lon_e7,
        .value = raised->value,
        .name = "",
        .state = packed.at,
        .state_len = packed.len,
        .note = "",
    };
}

bool event_is_meant(const struct event *record, const struct watch_event *told)
{
    return record->origin == EVENT_BY_FOLD && !record->withdrawn && record->kind == told->kind &&
           record->subject == told->subject && record->gps_time_s == told->since_s;
}

void event_note(struct event *record, const struct watch_event *told)
{
    if (told->news == WATCH_OVER) {
        record->ended_s = end_s(told);
        record->end_decided_s = end_decided_s(told);
    } else if (told->news == WATCH_CONTINUED) {
        record->ended_s = 0;
        record->end_decided_s = 0;
        record->count = (uint16_t)(record->count < UINT16_MAX ? record->count + 1 : UINT16_MAX);
    }
}
