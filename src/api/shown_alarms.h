#ifndef API_SHOWN_ALARMS_H
#define API_SHOWN_ALARMS_H

#include "api/call.h"
#include "fleet/fold.h"
#include "model/event.h"

/* Alarms in words, those of geofences with the name behind them. */

enum { ALARM_WORDS_SIZE = 512 };

/* AlarmType of a record: "Enter geofence alarm[NAME]". */
void alarm_words(const struct event *e, char out[ALARM_WORDS_SIZE]);
/*
 * The open records of a device's alarms, by type, then by when they began, copied into `arena`: of
 * those that its live state has, and of those that a clock raised.
 */
struct event *open_alarms(struct call *c, int64_t device, const struct fold_state *live,
                          struct arena *arena, size_t *count);
/* The alarms of a live state and those that a clock raised; names are copied into `arena`. */
void alarms_of_live(struct call *c, const struct device_ref *ref, const struct fold_state *live,
                    struct arena *arena, struct shown_alarms *out);
/* The kinds of both. */
alarm_set alarm_kinds_of_live(const struct call *c, int64_t device, const struct fold_state *live);
/* The state after the report that raised it; all 0 where none is kept. */
void state_of_event(const struct event *e, struct fold_state *out);
/* StatusDes of a record: the state in words, its own alarm among those that were active. */
void write_event_status(struct call *c, const struct event *e, const struct fold_state *state);

/* RegionName of a geofence of the call's enterprise as it was at a time; "": nobody knows. */
const char *fence_name(struct call *c, uint32_t polygon_id, int64_t time_s);
/* Since when it is as it is; 0: there is none. */
int64_t fence_from_s(struct call *c, uint32_t polygon_id);

/*
 * The kinds that a list of alarm types names, without case and without what is in brackets;
 * between `,` or `;`. False: one of them is none.
 */
bool alarm_kinds_of(const struct value *types, event_set *out);

#endif
