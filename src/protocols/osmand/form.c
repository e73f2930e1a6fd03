/*
 * The parameters of a report in a query or a form body, as "name=value" joined by '&' and
 * percent-encoded (WHATWG URL Standard, section 5.1):
 *
 *     id=123456&timestamp=1377177267&lat=60.0&lon=30.0&speed=10.5&bearing=90&batt=84
 *
 * The names are those of OsmAnd's and Traccar Client's requests (https://www.traccar.org/osmand/).
 * Altitude and odometer are in metres, fuel in litres, the supplies in volts, the unit of the speed
 * is found in client.c; a negative speed or bearing means that the phone does not know. A parameter
 * that we do not know, or whose value cannot be read, is passed over; only a position must be
 * right.
 *
 * What people paste into their phones is taken as they meant it: "&amp;" of a web page for '&',
 * blanks around names and values, a decimal comma, and a '+' in a zone that was not encoded and so
 * came as a blank.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/percent.h"
#include "base/reader.h"
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/osmand/osmand.h"

enum { E7 = 10000000, NUMBER_SIZE = 40, EXPONENT_MAX = 20, DATE_LEN = 10 };
static const int64_t NUMBER_MAX_E7 = INT64_C(10000000000000000); /* 10^9 */
static const uint64_t MS_FROM = UINT64_C(100000000000);          /* as seconds the year 5138 ... */
static const uint64_t US_FROM = UINT64_C(100000000000000);       /* ... and as milliseconds */
static const uint64_t TIME_MAX_S = UINT64_C(253402300799);

/* ---- values ---- */

/* `v` / `by`, rounded to the nearest. */
static int64_t divide(int64_t v, int64_t by)
{
    return (v < 0 ? v - by / 2 : v + by / 2) / by;
}

/* The digits behind an 'E', with their sign. */
static bool read_exponent(struct bytes text, int *exponent)
{
    uint64_t size = 0;
    bool has_sign = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    if (!parse_u64(bytes_slice(text, has_sign ? 1 : 0, text.len), &size) || size > EXPONENT_MAX) {
        return false;
    }
    *exponent = has_sign && text.at[0] == '-' ? -(int)size : (int)size;
    return true;
}

static bool scale(int64_t *value, int exponent)
{
    for (; exponent < 0; exponent++) {
        *value /= 10;
    }
    for (; exponent > 0; exponent--) {
        if (llabs(*value) > NUMBER_MAX_E7 / 10) {
            return false;
        }
        *value *= 10;
    }
    return llabs(*value) <= NUMBER_MAX_E7;
}

bool osmand_number_e7(struct bytes text, int64_t *value_e7)
{
    char digits[NUMBER_SIZE];
    int exponent = 0;
    size_t small_e = bytes_find(text, 'e');
    struct bytes mantissa =
        bytes_slice(text, 0, small_e < text.len ? small_e : bytes_find(text, 'E'));
    if (mantissa.len < text.len &&
        !read_exponent(bytes_slice(text, mantissa.len + 1, text.len), &exponent)) {
        return false;
    }
    size_t comma = bytes_find(mantissa, ',');
    bool has_comma = comma < mantissa.len;
    if (mantissa.len >= sizeof(digits) || (has_comma && bytes_find(mantissa, '.') < mantissa.len)) {
        return false;
    }
    bytes_to_text(mantissa, digits, sizeof(digits));
    if (has_comma) {
        digits[comma] = '.';
    }
    return parse_decimal_e7((struct bytes){(const uint8_t *)digits, mantissa.len}, value_e7) &&
           scale(value_e7, exponent);
}

/* A decimal that is not negative, in units of 1 / (E7 / by). */
static bool read_size(struct bytes text, int64_t by, uint64_t *value)
{
    int64_t value_e7 = 0;
    if (!osmand_number_e7(text, &value_e7) || value_e7 < 0) {
        return false;
    }
    *value = (uint64_t)divide(value_e7, by);
    return true;
}

static bool is_true(struct bytes text)
{
    return bytes_eq(text, "1") || bytes_eq_nocase(text, "true") || bytes_eq_nocase(text, "on") ||
           bytes_eq_nocase(text, "yes");
}

/* Digits, behind which a fraction of digits may stand; *is_ms where they are milliseconds. */
static bool read_seconds(struct bytes text, uint64_t *time_s, bool *is_ms)
{
    uint64_t fraction = 0;
    struct bytes whole = bytes_slice(text, 0, bytes_find(text, '.'));
    if (whole.len < text.len && !parse_u64(bytes_slice(text, whole.len + 1, text.len), &fraction)) {
        return false;
    }
    if (!parse_u64(whole, time_s)) {
        return false;
    }
    *is_ms = *time_s >= MS_FROM && *time_s < US_FROM;
    if (*time_s >= MS_FROM) {
        *time_s /= *is_ms ? 1000 : 1000000;
    }
    return *time_s <= TIME_MAX_S;
}

/* ISO 8601; without a zone it is UTC, and a blank behind the time of day was the '+' of one. */
static bool read_iso(struct bytes text, int64_t *time_s)
{
    char zoned[40];
    if (clock_parse_iso(text, time_s)) {
        return true;
    }
    if (text.len + 2 > sizeof(zoned)) {
        return false;
    }
    bytes_to_text(text, zoned, sizeof(zoned));
    size_t blank = DATE_LEN + 1 + bytes_find(bytes_slice(text, DATE_LEN + 1, text.len), ' ');
    bool has_zone = blank < text.len;
    zoned[has_zone ? blank : text.len] = has_zone ? '+' : 'Z';
    size_t len = has_zone ? text.len : text.len + 1;
    return clock_parse_iso((struct bytes){(const uint8_t *)zoned, len}, time_s);
}

void osmand_set_time(struct osmand_report *report, struct bytes text)
{
    uint64_t seconds = 0;
    int64_t time_s = 0;
    bool is_ms = false;
    if (read_seconds(text, &seconds, &is_ms)) {
        fix_set_time(&report->fix, (int64_t)seconds);
        report->traits |= is_ms ? OSMAND_TELLS_MILLISECONDS : 0;
    } else if (read_iso(text, &time_s)) {
        fix_set_time(&report->fix, time_s);
    }
}

/* ---- alarms ---- */

static const struct {
    const char *name;
    enum alarm_type type;
} alarm_names[] = {
    {"sos", ALARM_SOS},
    {"accident", ALARM_COLLISION},
    {"fallDown", ALARM_ROLLOVER},
    {"fatigueDriving", ALARM_FATIGUE},
    {"gpsAntennaCut", ALARM_GPS_ANTENNA},
    {"hardAcceleration", ALARM_HARSH_ACCELERATION},
    {"hardBraking", ALARM_HARSH_BRAKING},
    {"hardCornering", ALARM_HARSH_CORNERING},
    {"lowBattery", ALARM_LOW_BATTERY},
    {"movement", ALARM_DISPLACEMENT},
    {"overspeed", ALARM_OVERSPEED},
    {"powerCut", ALARM_POWER_OFF},
    {"powerOff", ALARM_POWER_OFF},
    {"removing", ALARM_REMOVAL},
    {"tampering", ALARM_COVER_OPEN},
    {"temperature", ALARM_TEMPERATURE},
    {"vibration", ALARM_VIBRATION},
};

enum { ALARM_NAMES = sizeof(alarm_names) / sizeof(alarm_names[0]) };

static alarm_set alarm_of(struct bytes name)
{
    for (size_t i = 0; i < ALARM_NAMES; i++) {
        if (bytes_eq_nocase(name, alarm_names[i].name)) {
            return UINT32_C(1) << alarm_names[i].type;
        }
    }
    return 0;
}

alarm_set osmand_alarms(struct bytes names)
{
    alarm_set alarms = 0;
    struct reader r = reader_init(names);
    while (reader_left(&r) > 0) {
        alarms |= alarm_of(read_field(&r, ','));
    }
    return alarms;
}

alarm_set osmand_alarms_known(void)
{
    alarm_set alarms = 0;
    for (size_t i = 0; i < ALARM_NAMES; i++) {
        alarms |= UINT32_C(1) << alarm_names[i].type;
    }
    return alarms;
}

const char *osmand_alarm_name(alarm_set alarms)
{
    for (size_t i = 0; i < ALARM_NAMES; i++) {
        if ((alarms >> alarm_names[i].type & 1U) != 0) {
            return alarm_names[i].name;
        }
    }
    return "";
}

/* ---- one setter a parameter ---- */

/* "lat=" of a phone without a position says nothing. */
static void set_lat(struct osmand_report *r, struct bytes text)
{
    r->has_lat = r->has_lat || text.len > 0;
    r->is_bad = r->is_bad || (text.len > 0 && !osmand_number_e7(text, &r->lat_e7));
}

static void set_lon(struct osmand_report *r, struct bytes text)
{
    r->has_lon = r->has_lon || text.len > 0;
    r->is_bad = r->is_bad || (text.len > 0 && !osmand_number_e7(text, &r->lon_e7));
}

/* "47.3769,8.5417", or with decimal commas "47,3769,8,5417". */
static void set_location(struct osmand_report *r, struct bytes text)
{
    size_t commas = 0;
    size_t middle = text.len;
    for (size_t i = 0; i < text.len; i++) {
        commas += text.at[i] == ',';
        middle = text.at[i] == ',' && commas == 2 ? i : middle;
    }
    if (commas != 3) {
        middle = commas == 1 ? bytes_find(text, ',') : text.len;
    }
    set_lat(r, http_trim(bytes_slice(text, 0, middle)));
    set_lon(r, http_trim(bytes_slice(text, middle + 1, text.len)));
}

static void set_valid(struct osmand_report *r, struct bytes text)
{
    r->is_invalid = !is_true(text);
}

static void set_speed(struct osmand_report *r, struct bytes text)
{
    r->has_speed = read_size(text, 1, &r->speed_e7) || r->has_speed;
}

static void set_course(struct osmand_report *r, struct bytes text)
{
    uint64_t course_cdeg = 0;
    if (read_size(text, E7 / 100, &course_cdeg)) {
        fix_set_course_cdeg(&r->fix, course_cdeg);
    }
}

static void set_altitude(struct osmand_report *r, struct bytes text)
{
    int64_t altitude_e7 = 0;
    if (osmand_number_e7(text, &altitude_e7)) {
        fix_set_altitude_dm(&r->fix, divide(altitude_e7, E7 / 10));
    }
}

static void set_hdop(struct osmand_report *r, struct bytes text)
{
    uint64_t hdop_e2 = 0;
    if (read_size(text, E7 / 100, &hdop_e2)) {
        fix_set_hdop_e2(&r->fix, hdop_e2);
    }
}

static void set_satellites(struct osmand_report *r, struct bytes text)
{
    uint64_t satellites = 0;
    if (parse_u64(text, &satellites) && satellites <= UINT8_MAX) {
        fix_set_satellites(&r->fix, (unsigned)satellites);
    }
}

static void set_battery_percent(struct osmand_report *r, struct bytes text)
{
    uint64_t percent = 0;
    if (read_size(text, E7, &percent)) {
        fix_set_battery_percent(&r->fix, (unsigned)percent);
    }
}

static void set_battery(struct osmand_report *r, struct bytes text)
{
    uint64_t battery_mv = 0;
    if (read_size(text, E7 / 1000, &battery_mv)) {
        fix_set_battery_mv(&r->fix, battery_mv);
    }
}

static void set_power(struct osmand_report *r, struct bytes text)
{
    uint64_t power_mv = 0;
    if (read_size(text, E7 / 1000, &power_mv)) {
        fix_set_power_mv(&r->fix, power_mv);
    }
}

static void set_odometer(struct osmand_report *r, struct bytes text)
{
    uint64_t odometer_m = 0;
    if (read_size(text, E7, &odometer_m)) {
        fix_set_odometer_m(&r->fix, odometer_m);
    }
}

static void set_fuel(struct osmand_report *r, struct bytes text)
{
    uint64_t fuel_ml = 0;
    if (read_size(text, E7 / 1000, &fuel_ml)) {
        fix_set_fuel_ml(&r->fix, fuel_ml);
    }
}

static void set_ignition(struct osmand_report *r, struct bytes text)
{
    fix_set_switch(&r->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_true(text));
}

static void set_charging(struct osmand_report *r, struct bytes text)
{
    fix_set_switch(&r->fix, FIX_HAS_CHARGING, FIX_CHARGING, is_true(text));
}

static void set_motion(struct osmand_report *r, struct bytes text)
{
    fix_set_switch(&r->fix, FIX_HAS_MOTION, FIX_MOVING, is_true(text));
}

void osmand_set_activity(struct osmand_report *r, struct bytes text)
{
    static const char *const moving[] = {"on_foot", "walking", "running", "on_bicycle",
                                         "in_vehicle"};
    bool is_known = bytes_eq_nocase(text, "still");
    bool is_moving = false;
    for (size_t i = 0; i < sizeof(moving) / sizeof(moving[0]); i++) {
        is_moving = is_moving || bytes_eq_nocase(text, moving[i]);
    }
    /* A motion that the client tells outright is no guess, and stays. */
    if ((is_known || is_moving) && (r->fix.has & FIX_HAS_MOTION) == 0) {
        fix_set_switch(&r->fix, FIX_HAS_MOTION, FIX_MOVING, is_moving);
    }
}

/* What tells of the client, and has no place in a fix. */
static void set_nothing(struct osmand_report *r, struct bytes text)
{
    (void)r;
    (void)text;
}

static void set_alarm(struct osmand_report *r, struct bytes text)
{
    r->fix.alarms |= osmand_alarms(text);
    r->lists_alarms = true;
}

/* MCC, MNC, LAC and cell; a signal strength may follow. */
static void set_cell(struct osmand_report *r, struct bytes text)
{
    struct reader fields = reader_init(text);
    uint64_t value[4] = {0};
    bool is_good = true;
    for (size_t i = 0; i < 4; i++) {
        is_good = parse_u64(read_field(&fields, ','), &value[i]) && is_good;
    }
    if (is_good && value[0] <= UINT16_MAX && value[1] <= UINT16_MAX && value[2] <= UINT32_MAX) {
        fix_set_cell(&r->fix, (struct cell){.mcc = (uint16_t)value[0],
                                            .mnc = (uint16_t)value[1],
                                            .lac = (uint32_t)value[2],
                                            .cid = value[3]});
    }
}

/* A MAC such as 00-14-22-01-23-45 or 00:14:22:01:23:45, and a signal strength in dBm. */
static void set_wifi(struct osmand_report *r, struct bytes text)
{
    struct reader fields = reader_init(text);
    uint8_t mac[FIELD_MAC_LEN];
    int64_t rssi_e7 = 0;
    bool is_good = field_mac_of_text(read_field(&fields, ','), "-:", mac) &&
                   parse_decimal_e7(read_rest(&fields), &rssi_e7);
    if (is_good) {
        fix_add_wifi(&r->fix, mac, (int)divide(rssi_e7, E7));
    }
}

static const struct {
    const char *name;
    void (*set)(struct osmand_report *r, struct bytes text);
    unsigned trait; /* enum osmand_trait */
} parameters[] = {
    {"timestamp", osmand_set_time, 0},
    {"time", osmand_set_time, 0},
    {"lat", set_lat, 0},
    {"lon", set_lon, 0},
    {"location", set_location, 0},
    {"valid", set_valid, 0},
    {"speed", set_speed, 0},
    {"bearing", set_course, 0},
    {"heading", set_course, 0},
    {"altitude", set_altitude, 0},
    {"accuracy", set_nothing, OSMAND_TELLS_ACCURACY},
    {"hdop", set_hdop, OSMAND_TELLS_HDOP},
    {"sat", set_satellites, 0},
    {"batt", set_battery_percent, 0},
    {"batteryLevel", set_battery_percent, 0},
    {"batproc", set_battery_percent, OSMAND_TELLS_ROUTE},
    {"battery", set_battery, 0},
    {"power", set_power, 0},
    {"odometer", set_odometer, 0},
    {"fuel", set_fuel, 0},
    {"ignition", set_ignition, 0},
    {"charge", set_charging, 0},
    {"motion", set_motion, 0},
    {"activity", osmand_set_activity, 0},
    {"alarm", set_alarm, 0},
    {"cell", set_cell, 0},
    {"wifi", set_wifi, 0},
    {"tta", set_nothing, OSMAND_TELLS_ROUTE},
    {"ttf", set_nothing, OSMAND_TELLS_ROUTE},
    {"dta", set_nothing, OSMAND_TELLS_ROUTE},
    {"dtf", set_nothing, OSMAND_TELLS_ROUTE},
};

/* ---- the form ---- */

bool osmand_form_set(struct bytes name, struct bytes value, struct osmand_report *report,
                     struct bytes *device_id)
{
    struct bytes key = http_trim(name);
    struct bytes text = http_trim(value);
    while (bytes_begin(key, "amp;")) {
        key = bytes_slice(key, strlen("amp;"), key.len);
    }
    if (bytes_eq(key, "id") || bytes_eq(key, "deviceid") || bytes_eq(key, "device_id")) {
        *device_id = text;
        return true;
    }
    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
        if (bytes_eq(key, parameters[i].name)) {
            parameters[i].set(report, text);
            report->traits |= parameters[i].trait;
            return true;
        }
    }
    return false;
}

size_t osmand_form_read(struct arena *arena, struct bytes form, struct osmand_report *report,
                        struct bytes *device_id)
{
    struct reader r = reader_init(form);
    size_t understood = 0;
    while (reader_left(&r) > 0) {
        struct bytes pair = read_field(&r, '&');
        struct bytes raw_name = bytes_slice(pair, 0, bytes_find(pair, '='));
        struct bytes name = percent_decode(arena, raw_name);
        struct bytes value = percent_decode(arena, bytes_slice(pair, raw_name.len + 1, pair.len));
        understood += osmand_form_set(name, value, report, device_id);
    }
    return understood;
}
