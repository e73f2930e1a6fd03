#ifndef MODEL_FIX_MAP_H
#define MODEL_FIX_MAP_H

/*
 * The members of struct fix, and what each room does with them. A number that a tracker reports is
 * one row of NUMBER: it declares the member and its `has` bit, and drives its setter, repeats,
 * records (fleet/pack.c), blocks (store/chunk.c), what the fold keeps, and `odograph decode`.
 *
 *   NUMBER(member, type, HAS, bit, kept, column, usual, setter, low, high, "name", decimals)
 *     bit      of `has`: FIX_HAS_name. Stored: take the next one of both lists below
 *     kept     KEPT: a later fix that lacks it takes over the value of the fix before (fold.c).
 *              OWN: it does not
 *     column   its place in a block. Stored: take the next one
 *     usual    what a block expects a value to be (store/column.c): ZERO, the first one, where it
 *              mostly stays; LAST, the one before, where it mostly moves
 *     setter   GIVEN: fix_set_member() ignores what is not from `low` to `high`. OWN: it is
 *              written by hand
 *     "name"   its key in `odograph decode`, which ends in its unit. The member counts
 *              10^decimals-th parts of that unit. NULL: describe.c has code for it
 *
 *   BY_HAND(place, type, NAME, column, aid, usual)
 *     a number of a member that is declared by hand. It goes into a record as a number, too, and
 *     NAME is the bit that announces it there. `aid` says what helps a block to predict it
 *
 *   COLUMN(place, type, column, aid, usual)
 *     a column of a block for what has a form of its own in a record
 *
 * The order is that of the numbers in a record: add a NUMBER or a BY_HAND only behind the last of
 * them. Whether there is room for a member, sizeof(struct fix) decides; what the fold has no use
 * for goes into EXTRA_MAP instead.
 */
#define FIX_MAP(NUMBER, BY_HAND, COLUMN)                                                           \
    BY_HAND(lat_e7, int32_t, POSITION, 4, ALONG_TIME, LAST)                                        \
    BY_HAND(lon_e7, int32_t, POSITION, 5, ALONG_TIME, LAST)                                        \
    /* above sea level */                                                                          \
    NUMBER(altitude_dm, int32_t, ALTITUDE, 2, KEPT, 8, LAST, GIVEN, -1000000, 1000000,             \
           "altitude_m", 1)                                                                        \
    /* over ground */                                                                              \
    NUMBER(speed_kmh_e2, uint32_t, SPEED, 3, KEPT, 6, LAST, GIVEN, 0, 200000, "speed_kmh", 2)      \
    /* clockwise from true north */                                                                \
    NUMBER(course_cdeg, uint16_t, COURSE, 4, KEPT, 7, LAST, OWN, 0, 35999, "course_deg", 2)        \
    NUMBER(satellites, uint8_t, SATELLITES, 5, KEPT, 9, ZERO, OWN, 0, UINT8_MAX, "satellites", 0)  \
    /* signal, 0 .. 31, or bars 0 .. 4 with FIX_GSM_BARS */                                        \
    NUMBER(gsm, uint8_t, GSM, 6, KEPT, 10, ZERO, OWN, 0, 31, "gsm", 0)                             \
    /* the tracker's own counter, up to ten million kilometres */                                  \
    NUMBER(odometer_m, uint64_t, ODOMETER, 8, KEPT, 11, LAST, GIVEN, 0, 10000000000,               \
           "odometer_km", 3)                                                                       \
    /* level, all tanks together */                                                                \
    NUMBER(fuel_ml, uint32_t, FUEL, 9, KEPT, 14, LAST, GIVEN, 0, UINT32_MAX, "fuel_l", 3)          \
    /* main (vehicle) supply */                                                                    \
    NUMBER(power_mv, uint32_t, POWER, 10, KEPT, 12, ZERO, GIVEN, 0, UINT32_MAX, "power_v", 3)      \
    /* the tracker's own battery */                                                                \
    NUMBER(battery_mv, uint32_t, BATTERY, 11, KEPT, 15, ZERO, GIVEN, 0, UINT32_MAX, "battery_v",   \
           3)                                                                                      \
    NUMBER(battery_percent, uint8_t, BATTERY_PERCENT, 12, KEPT, 13, ZERO, GIVEN, 0, 100,           \
           "battery_percent", 0)                                                                   \
    /* days of work the battery still has, by the tracker */                                       \
    NUMBER(rest_days, uint16_t, REST_DAYS, 18, KEPT, 27, LAST, OWN, 0, UINT16_MAX, "rest_days", 0) \
    BY_HAND(cell.mcc, uint16_t, CELL, 21, ALONE, ZERO)                                             \
    BY_HAND(cell.mnc, uint16_t, CELL, 22, ALONE, ZERO)                                             \
    BY_HAND(cell.lac, uint32_t, CELL, 23, ALONE, LAST)                                             \
    BY_HAND(cell.cid, uint64_t, CELL, 24, ALONE, LAST)                                             \
    /* enum fix_lock */                                                                            \
    NUMBER(lock, uint8_t, LOCK, 20, OWN, 26, ZERO, OWN, 0, FIX_LOCK_COUNT - 1, NULL, 0)            \
    /* horizontal dilution of precision */                                                         \
    NUMBER(hdop_e2, uint16_t, HDOP, 21, KEPT, 19, ZERO, GIVEN, 0, UINT16_MAX, "hdop", 2)           \
    BY_HAND(source, uint8_t, SOURCE, 20, ALONE, ZERO)                                              \
    BY_HAND(alarms, uint32_t, ALARMS, 16, ALONE, ZERO)                                             \
    COLUMN(gps_time_s, int64_t, 0, ALONE, LAST)                                                    \
    COLUMN(rcv_time_s, int64_t, 1, BESIDE_TIME, ZERO)                                              \
    COLUMN(has, uint32_t, 2, ALONE, ZERO)                                                          \
    COLUMN(flags, uint32_t, 3, ALONE, ZERO)                                                        \
    COLUMN(original_time_s, int64_t, 25, BESIDE_TIME, ZERO)                                        \
    COLUMN(temperature_count, uint8_t, 17, ALONE, ZERO)                                            \
    COLUMN(temperature_c_e2[0], int16_t, 18, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[1], int16_t, 40, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[2], int16_t, 41, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[3], int16_t, 42, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[4], int16_t, 43, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[5], int16_t, 44, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[6], int16_t, 45, ALONE, LAST)                                          \
    COLUMN(temperature_c_e2[7], int16_t, 46, ALONE, LAST)                                          \
    COLUMN(iccid[0], bytes8, 28, ALONE, ZERO)                                                      \
    COLUMN(iccid[8], bytes8, 29, ALONE, ZERO)                                                      \
    COLUMN(iccid[16], bytes8, 30, ALONE, ZERO)                                                     \
    COLUMN(wifi_count, uint8_t, 31, ALONE, ZERO)                                                   \
    COLUMN(wifi[0].mac[0], bytes6, 32, ALONE, ZERO)                                                \
    COLUMN(wifi[0].rssi_dbm, int8_t, 33, ALONE, ZERO)                                              \
    COLUMN(wifi[1].mac[0], bytes6, 34, ALONE, ZERO)                                                \
    COLUMN(wifi[1].rssi_dbm, int8_t, 35, ALONE, ZERO)                                              \
    COLUMN(wifi[2].mac[0], bytes6, 36, ALONE, ZERO)                                                \
    COLUMN(wifi[2].rssi_dbm, int8_t, 37, ALONE, ZERO)                                              \
    COLUMN(wifi[3].mac[0], bytes6, 38, ALONE, ZERO)                                                \
    COLUMN(wifi[3].rssi_dbm, int8_t, 39, ALONE, ZERO)

/*
 * The yes-or-no members: a bit of `has` and one of `flags`, FIX_FLAG, and their key in `odograph
 * decode`. All are KEPT. Stored: take the next bits.
 */
#define FIX_SWITCH_MAP(SWITCH)                                                                     \
    SWITCH(IGNITION, 7, IGNITION_ON, 6, "ignition")                                                \
    SWITCH(CHARGING, 14, CHARGING, 7, "charging")                                                  \
    /* by the tracker's own motion sensor */                                                       \
    SWITCH(MOTION, 15, MOVING, 8, "motion")                                                        \
    SWITCH(DOOR, 16, DOOR_OPEN, 9, "door_open")                                                    \
    /* fuel or power cut by the relay */                                                           \
    SWITCH(CUT_OFF, 17, CUT_OFF, 10, "cut_off")

/* Stands for a kind of rows that a user of the list leaves out. */
#define FIX_NO_ROW(...)

#endif
