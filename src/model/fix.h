#ifndef MODEL_FIX_H
#define MODEL_FIX_H

#include <stdbool.h>
#include <stdint.h>

#include "model/alarm.h"
#include "model/fix_map.h"

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
    FIX_HAS_ICCID = 1 << 13,
    FIX_HAS_CELL = 1 << 19,
    FIX_HAS_ALARMS_TOLD = 1 << 22,
#define NUMBER(member, type, has, bit, ...) FIX_HAS_##has = 1 << (bit),
#define SWITCH(has, bit, ...)               FIX_HAS_##has = 1 << (bit),
    FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW) FIX_SWITCH_MAP(SWITCH)
#undef NUMBER
#undef SWITCH
};

/* Stored: only add at the end. */
enum fix_flag {
    FIX_VALID = 1 << 0,         /* the tracker had a GPS fix when it took lat and lon */
    FIX_REUPLOAD = 1 << 1,      /* sent late, from the tracker's own memory */
    FIX_HEARTBEAT = 1 << 2,     /* made from a heartbeat that carried values */
    FIX_TIME_REPLACED = 1 << 3, /* gps_time_s is the arrival time; original_time_s what was sent */
    FIX_POWER_SAVE = 1 << 4,
    FIX_GSM_BARS = 1 << 5,    /* gsm counts bars 0..4, not 0..31 */
    FIX_TIME_MOVED = 1 << 11, /* gps_time_s is what was sent (original_time_s) and whole rollovers
                                 of the GPS week */
    FIX_TIME_LOCAL = 1 << 30, /* while decoding only, never stored: see fix_set_local_time() */
#define SWITCH(has, bit, flag, flag_bit, ...) FIX_##flag = 1 << (flag_bit),
    FIX_SWITCH_MAP(SWITCH)
#undef SWITCH
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
    X(UNSEALED, "Unsealed")                                                                        \
    X(UNLOCKED_BY_BLUETOOTH, "Unlocked by Bluetooth")                                              \
    X(WRONG_PASSWORD, "Wrong password")                                                            \
    X(UNKNOWN_CARD, "Unknown card")                                                                \
    X(CARD_BOUND, "Card bound")                                                                    \
    X(REFUSED_OUTSIDE, "Unlock refused outside geofence")

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
 * set are zero, so that two fixes can be compared member by member. The numbers, from altitude_dm
 * to hdop_e2, are rows of FIX_MAP.
 */
struct fix {
    int64_t gps_time_s;      /* when the tracker took it, UTC */
    int64_t original_time_s; /* with FIX_TIME_REPLACED or _MOVED what the tracker said, else 0 */
    int64_t rcv_time_s;      /* when the server got it */
    uint32_t has;            /* enum fix_has */
    uint32_t flags;          /* enum fix_flag */
    int32_t lat_e7;          /* degrees * 1e7, WGS-84, north positive */
    int32_t lon_e7;          /* degrees * 1e7, WGS-84, east positive */
    alarm_set alarms;
#define NUMBER(member, type, ...) type member;
    FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER
    int16_t temperature_c_e2[FIX_TEMPERATURES_MAX]; /* hundredths of °C */
    char iccid[FIX_ICCID_SIZE];                     /* of the SIM card; "" where not sent */
    struct wifi_ap wifi[FIX_WIFI_MAX];              /* the strongest first, as sent */
    uint8_t source; /* enum fix_source: where the position comes from */
    uint8_t temperature_count;
    uint8_t wifi_count;
    alarm_set alarms_told; /* what the report can say of `alarms`: of these a bit that is not set
                              tells that there is none; fix_set_alarms_told() */
    struct cell cell;
};

/* Live states and blocks in memory are full of them: what is rare stands beside (EXTRA_MAP). */
_Static_assert(sizeof(struct fix) == 176, "a fix stays small");

/*
 * Whether the fix tells where it was taken. Exactly 0,0 is no place, whatever its fix bit: trackers
 * send it for "unknown", and nobody parks at one point in the Gulf of Guinea.
 */
static inline bool fix_has_position(const struct fix *f)
{
    return (f->has & FIX_HAS_POSITION) != 0 && (f->lat_e7 != 0 || f->lon_e7 != 0);
}

/*
 * Whether `b` repeats `a`: they are equal in every member but rcv_time_s and FIX_REUPLOAD, which
 * tell of the transport, and alarms_told, which tells of the kind of report. Where the arrival
 * replaced the time, the time that the tracker said is compared instead.
 */
bool fix_is_repeat(const struct fix *a, const struct fix *b);

/* The contract's wording of a lock event; "" for FIX_LOCK_NONE. */
const char *fix_lock_text(enum fix_lock event);

/* Setters for decoders: store a value and its `has` bit, or nothing where it is out of range. */
void fix_set_time(struct fix *f, int64_t time_s); /* ignored outside the years 1970 to 9999 */
/*
 * As fix_set_time(), for a time that the tracker's clock showed in its own zone and that was read
 * in the zone of the session. The message then says so (decoded_finish()), and ingest may read it
 * in another zone.
 */
void fix_set_local_time(struct fix *f, int64_t time_s);
/* Degrees * 1e7; ignored beyond 90 and 180 degrees, and at exactly 0,0 (fix_has_position()). */
void fix_set_position(struct fix *f, int64_t lat_e7, int64_t lon_e7, bool valid);
/* Any angle from 0 up; taken modulo 360 degrees. */
void fix_set_course_cdeg(struct fix *f, uint64_t course_cdeg);
void fix_set_satellites(struct fix *f, unsigned satellites); /* more than 255 are 255 */
void fix_set_gsm(struct fix *f, unsigned csq);        /* 0 .. 31; 99 (unknown) and beyond ignored */
void fix_set_gsm_bars(struct fix *f, unsigned bars);  /* 0 .. 4 */
void fix_set_rest_days(struct fix *f, unsigned days); /* more than 65535 are 65535 */
/* One of the yes-or-no members: the pair of its `has` bit and its flag. */
void fix_set_switch(struct fix *f, enum fix_has has, enum fix_flag flag, bool on);
/* Sensor `index` from 0; ignored beyond FIX_TEMPERATURES_MAX or outside -273.15 .. 327.67 °C. */
void fix_set_temperature(struct fix *f, unsigned index, int64_t temperature_c_e2);
/*
 * Up to 20 digits, among which operators use A to E too. Filler 'f's at the end are cut. A text
 * with anything else in it is ignored.
 */
void fix_set_iccid(struct fix *f, const char *text);
void fix_set_cell(struct fix *f, struct cell cell); /* the first one set stays: the serving cell */
void fix_add_wifi(struct fix *f, const uint8_t mac[6], int rssi_dbm); /* beyond the room: ignored */
void fix_set_lock(struct fix *f, enum fix_lock event);
/*
 * Which alarms the report can say, whether it says them or not; called again it adds to them. A
 * report that says nothing of alarms tells the empty set. Where it is never called, the report is
 * taken as one that can say all of them, unless it is a heartbeat without any.
 */
void fix_set_alarms_told(struct fix *f, alarm_set told);

/*
 * fix_set_MEMBER() of each number whose row says GIVEN. It takes the widest type of the number's
 * sign, and ignores what is not from `low` to `high`.
 */
#define FIX_WIDEST_int32_t  int64_t
#define FIX_WIDEST_uint8_t  uint64_t
#define FIX_WIDEST_uint16_t uint64_t
#define FIX_WIDEST_uint32_t uint64_t
#define FIX_WIDEST_uint64_t uint64_t
#define FIX_SETTER_OWN(member, type)
#define FIX_SETTER_GIVEN(member, type)                                                             \
    void fix_set_##member(struct fix *f, FIX_WIDEST_##type value);
#define NUMBER(member, type, has, bit, kept, column, usual, setter, ...)                           \
    FIX_SETTER_##setter(member, type)
FIX_MAP(NUMBER, FIX_NO_ROW, FIX_NO_ROW)
#undef NUMBER

#endif
