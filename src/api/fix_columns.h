#ifndef API_FIX_COLUMNS_H
#define API_FIX_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "fleet/fold.h"

/*
 * What a fix tells, as numbers of columns: of the newest fix of a state, with what was known before
 * it. The names and units of the live stream and of GetTrack are one.
 *
 *   X(NAME, name, "what it is, and its unit")
 */
#define FIX_COLUMN_MAP(X)                                                                          \
    X(T, "t", "When it was taken, epoch seconds")                                                  \
    X(X, "x", "Longitude, millionths of a degree")                                                 \
    X(Y, "y", "Latitude, millionths of a degree")                                                  \
    X(V, "v", "Speed, tenths of km/h")                                                             \
    X(D, "d", "Degrees clockwise from north")                                                      \
    X(S, "s", "1 parked, 2 idle, 3 moving")                                                        \
    X(F, "f", "Bits: 1 LBS or Wi-Fi, 2 ignition on")                                               \
    X(N, "n", "When s became what it is, epoch seconds")                                           \
    X(R, "r", "When the server got it, epoch seconds")                                             \
    X(P, "p", "Seconds between reports while it moves")                                            \
    X(ODO, "odo", "Odometer, kilometres")                                                          \
    X(FUEL, "fuel", "Level, litres")                                                               \
    X(VOLT, "volt", "Supply, volts")                                                               \
    X(BAT, "bat", "Battery, percent")                                                              \
    X(GSM, "gsm", "Signal, 0 to 31")                                                               \
    X(SAT, "sat", "Satellites")                                                                    \
    X(TEMP, "temp", "First temperature, °C")                                                       \
    X(TEMP2, "temp2", "Second temperature, °C")                                                    \
    X(TEMP3, "temp3", "Third temperature, °C")                                                     \
    X(TEMP4, "temp4", "Fourth temperature, °C")                                                    \
    X(TEMP5, "temp5", "Fifth temperature, °C")                                                     \
    X(TEMP6, "temp6", "Sixth temperature, °C")                                                     \
    X(TEMP7, "temp7", "Seventh temperature, °C")                                                   \
    X(TEMP8, "temp8", "Eighth temperature, °C")                                                    \
    X(ALT, "alt", "Height above the sea, metres")                                                  \
    X(COURSE, "course", "Degrees clockwise from north, to hundredths")                             \
    X(HDOP, "hdop", "Horizontal dilution of precision")                                            \
    X(BATV, "batv", "The tracker's own battery, volts")                                            \
    X(CHARGING, "charging", "1: its battery is charged")                                           \
    X(DOOR, "door_open", "1: a door is open")                                                      \
    X(CUT_OFF, "cut_off", "1: fuel or power is cut")

enum fix_column {
#define X(NAME, name, doc) FIX_COLUMN_##NAME,
    FIX_COLUMN_MAP(X)
#undef X
        FIX_COLUMNS
};

/* The column of a name; false: there is none. */
bool fix_column_named(const char *name, enum fix_column *out);
const char *fix_column_name(enum fix_column column);
/* Writes its value, or null where that is not known. */
void fix_column_write(enum fix_column column, const struct fold_state *state, struct json_out *out);

#endif
