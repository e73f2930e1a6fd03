#ifndef MODEL_ALARM_H
#define MODEL_ALARM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The alarm types, worded as the API contract (part 3, "Alarm types") spells them. Columns: name,
 * text, whether it is momentary (active only until the next fix without it). Geofence alarms are
 * written with the fence's name in brackets behind the text.
 */
#define ALARM_MAP(X)                                                                               \
    X(REMOVAL, "Removal alarm", false)                                                             \
    X(POWER_OFF, "Power off alarm", false)                                                         \
    X(COVER_OPEN, "Cover open alarm", false)                                                       \
    X(SOS, "SOS alarm", true)                                                                      \
    X(OVERSPEED, "Overspeed alarm", false)                                                         \
    X(LOW_BATTERY, "Low battery alarm", false)                                                     \
    X(VIBRATION, "Vibration alarm", false)                                                         \
    X(GEOFENCE_ENTER, "Enter geofence alarm", false)                                               \
    X(GEOFENCE_LEAVE, "Leave geofence alarm", false)                                               \
    X(INTERRUPTED, "Communication interrupted alarm", false)                                       \
    X(DISPLACEMENT, "Displacement alarm", false)                                                   \
    X(FATIGUE, "Fatigue driving alarm", false)                                                     \
    X(COLLISION, "Collision alarm", true)                                                          \
    X(ROLLOVER, "Rollover alarm", false)                                                           \
    X(GPS_ANTENNA, "GPS antenna alarm", false)                                                     \
    X(TEMPERATURE, "Temperature alarm", false)                                                     \
    X(HARSH_ACCELERATION, "Harsh acceleration alarm", true)                                        \
    X(HARSH_BRAKING, "Harsh braking alarm", true)                                                  \
    X(HARSH_CORNERING, "Harsh cornering alarm", true)                                              \
    X(ILLEGAL_UNLOCK, "Illegal unlock alarm", false)                                               \
    X(FUEL_DRAIN, "Fuel drain alarm", false)                                                       \
    X(SIM_CHANGED, "SIM changed alarm", false)                                                     \
    X(LOW_DATA, "Low data alarm", false)                                                           \
    X(LOW_SMS, "Low SMS alarm", false)                                                             \
    X(SIM_EXPIRY, "SIM expiry alarm", false)

enum alarm_type {
#define X(name, text, momentary) ALARM_##name,
    ALARM_MAP(X)
#undef X
        ALARM_COUNT
};

/* A set of alarms: bit `type` of it. Stored: never renumber the list above, only add at its end. */
typedef uint32_t alarm_set;

#define ALARM_BIT(name) (UINT32_C(1) << ALARM_##name)
/* Those about the SIM cards of a device, which no tracker tells. */
#define ALARMS_OF_SIM                                                                              \
    (ALARM_BIT(SIM_CHANGED) | ALARM_BIT(LOW_DATA) | ALARM_BIT(LOW_SMS) | ALARM_BIT(SIM_EXPIRY))

/* The contract's text; static. */
const char *alarm_text(enum alarm_type type);
bool alarm_is_momentary(enum alarm_type type);

#endif
