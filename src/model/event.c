/*
 * The kinds of events. Alarms have the low numbers, so that an enum alarm_type is a kind as it is,
 * and there is room for more of them below what is no alarm.
 */
#include "model/event.h"

_Static_assert((int)ALARM_COUNT <= (int)EVENT_REFUEL, "a kind of alarm is a kind of event");

bool event_is_crossing(uint8_t kind)
{
    return kind == ALARM_GEOFENCE_ENTER || kind == ALARM_GEOFENCE_LEAVE;
}

int64_t event_began_s(const struct event *e)
{
    return e->gps_time_s != 0 ? e->gps_time_s : e->rcv_time_s;
}
