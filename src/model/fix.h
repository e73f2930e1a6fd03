#ifndef MODEL_FIX_H
#define MODEL_FIX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/alarm.h"

enum {
    FIX_TEMPERATURES_MAX = 8,
    FIX_WIFI_MAX = 4,
    FIX_ICCID_SIZE = 24,                /* 20 digits at most, and a NUL */
    FIX_TEMPERATURE_ABSENT = INT16_MIN, /* a sensor that is named but gave no value */
};

enum fix_source { FIX_GPS, FIX_LBS, FIX_WIFI };

/* Which optional members the tracker sent. Stored: only add at the end. */
enum fix_has {
    FIX_HAS_TIME = 1 << 0,     /* gps_time_s; without it ingest takes the arrival time */
    FIX_HAS_POSITION = 1 << 1, /* lat_e7, lon_e7; ask by fix_has_position() */
    FIX_HAS_ALTITUDE = 1 << 2,
    FIX_HAS_SPEED = 1 << 3,
    FIX_HAS_COURSE = 1 << 4,
    FIX_HAS_SATELLITES = 1 << 5,
    FIX_HAS_GSM = 1 << 6,
    FIX_HAS_IGNITION = 1 << 7,
    FIX_HAS_ODOMETER = 1 << 8,
    FIX_HAS_FUEL = 1 << 9,
    FIX_HAS_POWER = 1 << 10,
    FIX_HAS_BATTERY = 1 << 11,
    FIX_HAS_BATTERY_PERCENT = 1 << 12,
    FIX_HAS_ICCID = 1 << 13,
    FIX_HAS_CHARGING = 1 << 14,
    FIX_HAS_MOTION = 1 << 15,
    FIX_HAS_DOOR = 1 << 16,
    FIX_HAS_CUT_OFF = 1 << 17,
    FIX_HAS_REST_DAYS = 1 << 18,
    FIX_HAS_CELL = 1 << 19,
    FIX_HAS_LOCK = 1 << 20,
    FIX_HAS_HDOP = 1 << 21,
};

/* Stored: only add at the end. */
enum fix_flag {
    FIX_VALID = 1 << 0,         /* the tracker had a GPS fix when it took lat and lon */
    FIX_REUPLOAD = 1 << 1,      /* sent late, from the tracker's own memory */
    FIX_HEARTBEAT = 1 << 2,     /* made from a heartbeat that carried values */
    FIX_TIME_REPLACED = 1 << 3, /* gps_time_s is the arrival time; original_time_s what was sent */
    FIX_POWER_SAVE = 1 << 4,
    FIX_GSM_BARS = 1 << 5, /* gsm counts bars 0..4, not 0..31 */
    FIX_IGNITION_ON = 1 << 6,
    FIX_CHARGING = 1 << 7,
    FIX_MOVING = 1 << 8, /* by the tracker's own motion sensor */
    FIX_DOOR_OPEN = 1 << 9,
    FIX_CUT_OFF = 1 << 10,    /* fuel or power cut by the relay */
    FIX_TIME_MOVED = 1 << 11, /* gps_time_s is what was sent (original_time_s) and whole rollovers
                                 of the GPS week */
    FIX_TIME_LOCAL = 1 << 30, /* while decoding only, never stored: see fix_set_local_time() */
};

/* What a lock said. Stored: only add at the end. Texts in fix_lock_text(). */
#define FIX_LOCK_MAP(X)                                                                            \
    X(NONE, "")                                                                                    \
    X(OFF, "lock off")                                                                             \
    X(ON, "lock on")                                                                               \
    X(UNLOCKED_IN, "Unlocked & Pole/Rope in Lock")                                                 \
    X(UNLOCKED_OUT, "Unlocked & Pole/Rope out Lock")                                               \
    X(LOCKED_IN, "Locked & Pole/Rope in Lock")                                                     \
    X(LOCKED_OUT, "Locked & Pole/Rope out Lock")                                                   \
    X(UNLOCKED_BY_CARD, "Unlocked by card")                                                        \
    X(UNLOCKED_BY_PASSWORD, "Unlocked by password")                                                \
    X(UNLOCKED_BY_COMMAND, "Unlocked by command")                                                  \
    X(UNLOCK_REFUSED, "Unlock refused")                                                            \
    X(CUT, "Pole/Rope cut")                                                                        \
    X(SEALED, "Sealed")                                                                            \
    X(UNSEALED, "Unsealed")

enum fix_lock {
#define X(name, text) FIX_LOCK_##name,
    FIX_LOCK_MAP(X)
#undef X
        FIX_LOCK_COUNT
};

struct cell {
    uint16_t mcc;
    uint16_t mnc;
    uint32_t lac; /* or TAC */
    uint64_t cid;
};

struct wifi_ap {
    uint8_t mac[6];
    int8_t rssi_dbm;
};

/*
 * One report of a tracker, with what it sent and nothing derived. A report without a position
 * (a heartbeat that carries voltages, an LBS report) is one too. Members whose `has` bit is not
 * set are zero, so that two fixes can be compared member by member.
 */
struct fix {
    int64_t gps_time_s;      /* when the tracker took it, UTC */
    int64_t original_time_s; /* with FIX_TIME_REPLACED or _MOVED what the tracker said, else 0 */
    int64_t rcv_time_s;      /* when the server got it */
    uint32_t has;            /* enum fix_has */
    uint32_t flags;          /* enum fix_flag */
    int32_t lat_e7;          /* degrees * 1e7, WGS-84, north positive */
    int32_t lon_e7;          /* degrees * 1e7, WGS-84, east positive */
    int32_t altitude_dm;     /* tenths of a metre above sea level */
    uint32_t speed_kmh_e2;   /* hundredths of km/h over ground */
    uint16_t course_cdeg;    /* hundredths of a degree clockwise from true north, 0 .. 35999 */
    uint16_t hdop_e2;        /* horizontal dilution of precision * 100 */
    uint8_t source;          /* enum fix_source: where the position comes from */
    uint8_t satellites;
    uint8_t gsm;             /* signal, 0 .. 31, or bars 0 .. 4 with FIX_GSM_BARS */
    uint8_t battery_percent; /* 0 .. 100 */
    uint8_t lock;            /* enum fix_lock */
    uint8_t temperature_count;
    uint8_t wifi_count;
    uint16_t rest_days;  /* days of work the battery still has, by the tracker */
    uint32_t power_mv;   /* main (vehicle) supply */
    uint32_t battery_mv; /* the tracker's own battery */
    uint64_t odometer_m; /* the tracker's own counter */
    uint32_t fuel_ml;    /* level, all tanks together */
    alarm_set alarms;
    int16_t temperature_c_e2[FIX_TEMPERATURES_MAX]; /* hundredths of °C */
    char iccid[FIX_ICCID_SIZE];                     /* of the SIM card; "" where not sent */
    struct cell cell;
    struct wifi_ap wifi[FIX_WIFI_MAX]; /* the strongest first, as sent */
};

/*
 * Whether the fix tells where it was taken. Exactly 0,0 is no place, whatever its fix bit: trackers
 * send it for "unknown", and nobody parks at one point in the Gulf of Guinea.
 */
static inline bool fix_has_position(const struct fix *f)
{
    return (f->has & FIX_HAS_POSITION) != 0 && (f->lat_e7 != 0 || f->lon_e7 != 0);
}

/*
 * Whether `b` repeats `a`: equal in every member but rcv_time_s and FIX_REUPLOAD, which tells of
 * the transport. Where the time was replaced by the arrival, what the tracker said is compared
 * instead.
 */
bool fix_is_repeat(const struct fix *a, const struct fix *b);

/* The contract's wording of a lock event; "" for FIX_LOCK_NONE. */
const char *fix_lock_text(enum fix_lock event);

/* Setters for decoders: store a value and its `has` bit, or nothing where it is out of range. */
void fix_set_time(struct fix *f, int64_t time_s); /* ignored outside the years 1970 to 9999 */
/*
 * The same of a time that a clock with a zone of its own told, read in the zone of the session: the
 * message says so (decoded_finish()), and ingest may read it in another.
 */
void fix_set_local_time(struct fix *f, int64_t time_s);
/* Degrees * 1e7; ignored beyond 90 and 180 degrees, and at exactly 0,0 (fix_has_position()). */
void fix_set_position(struct fix *f, int64_t lat_e7, int64_t lon_e7, bool valid);
void fix_set_altitude_dm(struct fix *f, int64_t altitude_dm);
void fix_set_speed_kmh_e2(struct fix *f, uint64_t speed_kmh_e2);
/* Any angle from 0 up; taken modulo 360 degrees. */
void fix_set_course_cdeg(struct fix *f, uint64_t course_cdeg);
void fix_set_satellites(struct fix *f, unsigned satellites);
void fix_set_gsm(struct fix *f, unsigned csq);       /* 0 .. 31; 99 (unknown) and beyond ignored */
void fix_set_gsm_bars(struct fix *f, unsigned bars); /* 0 .. 4 */
void fix_set_battery_percent(struct fix *f, unsigned percent); /* above 100 ignored */
void fix_set_power_mv(struct fix *f, uint64_t power_mv);
void fix_set_battery_mv(struct fix *f, uint64_t battery_mv);
void fix_set_odometer_m(struct fix *f, uint64_t odometer_m); /* ignored beyond 10^10 m */
void fix_set_fuel_ml(struct fix *f, uint64_t fuel_ml);
void fix_set_rest_days(struct fix *f, unsigned days);
/* One of the yes-or-no members: the pair of its `has` bit and its flag. */
void fix_set_switch(struct fix *f, enum fix_has has, enum fix_flag flag, bool on);
/* Sensor `index` from 0; ignored beyond FIX_TEMPERATURES_MAX or outside -273.15 .. 327.67 °C. */
void fix_set_temperature(struct fix *f, unsigned index, int64_t temperature_c_e2);
/*
 * Up to 20 digits, of which operators use A to E too; filler 'f's at the end are cut. Ignored where
 * anything else is in it.
 */
void fix_set_iccid(struct fix *f, const char *text);
void fix_set_cell(struct fix *f, struct cell cell); /* the first one set stays: the serving cell */
void fix_add_wifi(struct fix *f, const uint8_t mac[6], int rssi_dbm); /* beyond the room: ignored */
void fix_set_lock(struct fix *f, enum fix_lock event);

#endif
