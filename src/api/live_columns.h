#ifndef API_LIVE_COLUMNS_H
#define API_LIVE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "api/today.h"

/*
 * Devices as columns of numbers, as the snapshot and the live stream have them. A row is X(NAME,
 * name, what it is of, what it says). What people set changes rarely, and goes with `meta`; what
 * trackers report goes with `d`, of itself or where it is asked for.
 */
#define LIVE_COLUMN_MAP(X)                                                                         \
    X(I, i, OF_BOTH, "Number of the device, the same as long as the boot is")                      \
    X(ID, id, OF_DEVICE, "DeviceID")                                                               \
    X(PLATE, plate, OF_DEVICE, "Display name")                                                     \
    X(G, g, OF_DEVICE, "GroupID, 0: in none")                                                      \
    X(OC, oc, OF_DEVICE, "Number of the vehicle or asset")                                         \
    X(SIM, sim, OF_DEVICE, "Phone number")                                                         \
    X(MODEL, model, OF_DEVICE, "Of the tracker")                                                   \
    X(TYPE, type, OF_DEVICE, "0 vehicle, 1 person, 2 asset")                                       \
    X(HOLD, hold, OF_DEVICE, "HoldID of its enterprise")                                           \
    X(X, x, OF_STATE, "Longitude, millionths of a degree")                                         \
    X(Y, y, OF_STATE, "Latitude, millionths of a degree")                                          \
    X(V, v, OF_STATE, "Speed, tenths of km/h")                                                     \
    X(D, d, OF_STATE, "Degrees clockwise from north")                                              \
    X(S, s, OF_STATE, "0 never reported, 1 parked, 2 idle, 3 moving")                              \
    X(N, n, OF_STATE, "When s became what it is, epoch seconds")                                   \
    X(T, t, OF_STATE, "When the newest fix was taken, epoch seconds")                              \
    X(R, r, OF_STATE, "When it was heard last, epoch seconds")                                     \
    X(U, u, OF_STATE, "It counts as online until then, epoch seconds")                             \
    X(F, f, OF_STATE, "Bits: 1 LBS or Wi-Fi, 2 ignition on, 4 connected")                          \
    X(A, a, OF_STATE, "Kinds of its active alarms")                                                \
    X(KM, km, OF_STATE, "Kilometres of today")                                                     \
    X(P, p, ASKED, "Seconds between its reports while it moves")                                   \
    X(ODO, odo, ASKED, "Odometer, kilometres")                                                     \
    X(FUEL, fuel, ASKED, "Level, litres")                                                          \
    X(VOLT, volt, ASKED, "Supply, volts")                                                          \
    X(BAT, bat, ASKED, "Battery, percent")                                                         \
    X(GSM, gsm, ASKED, "Signal, 0 to 31")                                                          \
    X(SAT, sat, ASKED, "Satellites")                                                               \
    X(TEMP, temp, ASKED, "First temperature, °C")

enum live_column {
#define X(NAME, name, of, doc) LIVE_##NAME,
    LIVE_COLUMN_MAP(X)
#undef X
        LIVE_COLUMNS
};

/* A set of them: bit `column` of it. */
typedef uint32_t live_column_set;

/* What a snapshot has, what of it changes by reports, and what by people; without `cols`. */
live_column_set live_columns_usual(void);
live_column_set live_columns_of_state(live_column_set wanted);
live_column_set live_columns_of_device(void);
/* The set that a list names; i is always in it. False: *unknown is none. An empty list: usual. */
bool live_columns_named(const struct value *names, live_column_set *out, const char **unknown);

/* A device at one time. */
struct live_row {
    struct device_ref ref;
    struct live live;
    struct device_link link;
};

/* Columns as far as they are written. */
struct live_table {
    live_column_set columns;
    size_t rows;
    struct live_day today; /* of the enterprise */
    unsigned look_ups;     /* devices whose kilometres of today may be read from the store */
    struct json_out out[LIVE_COLUMNS];
};

/* Empty, of those columns, without look-ups; the call says in which enterprise, and when it is. */
void live_table_begin(struct live_table *t, struct call *c, live_column_set columns);
/* Adds a device as its live state is now. Look-ups are for query threads alone. */
void live_table_add(struct live_table *t, struct call *c, const struct device_ref *ref);
/* Ends it, and writes its columns as members of an object. */
void live_table_end(struct live_table *t, struct json_out *out);
/* Gives its memory back; a zeroed one is fine. */
void live_table_free(struct live_table *t);

#endif
