/*
 * The parameters of a report in a query or a form body, as "name=value" joined by '&' and
 * percent-encoded (WHATWG URL Standard, section 5.1):
 *
 *     id=123456&timestamp=1377177267&lat=60.0&lon=30.0&speed=10.5&bearing=90&batt=84
 *
 * The names are those of OsmAnd's and Traccar Client's requests (https://www.traccar.org/osmand/).
 * Speed is in knots, altitude and odometer in metres, fuel in litres, the supplies in volts, a
 * negative speed or bearing means that the phone does not know. A parameter that is none of ours is
 * passed over, one that decides where and when the report belongs must be right.
 */
#include "base/clock.h"
#include "base/hex.h"
#include "base/reader.h"
#include "base/units.h"
#include "protocols/osmand.h"

enum { E7 = 10000000, LAT_MAX_E7 = 900000000, LON_MAX_E7 = 1800000000, MAC_BYTES = 6 };
static const uint64_t MS_FROM = UINT64_C(100000000000); /* as seconds the year 5138 */
static const uint64_t TIME_MAX_S = UINT64_C(253402300799);

/* ---- values ---- */

/* `v` / `by`, rounded to the nearest. */
static int64_t divide(int64_t v, int64_t by)
{
    return (v < 0 ? v - by / 2 : v + by / 2) / by;
}

/* A decimal that is not negative, in units of 1 / (E7 / by). */
static bool read_size(struct bytes text, int64_t by, uint64_t *value)
{
    int64_t value_e7 = 0;
    if (!parse_decimal_e7(text, &value_e7) || value_e7 < 0) {
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

/* Digits, behind which a fraction of digits may stand. */
static bool read_seconds(struct bytes text, uint64_t *time_s)
{
    uint64_t fraction = 0;
    struct bytes whole = bytes_slice(text, 0, bytes_find(text, '.'));
    if (whole.len < text.len && !parse_u64(bytes_slice(text, whole.len + 1, text.len), &fraction)) {
        return false;
    }
    if (!parse_u64(whole, time_s)) {
        return false;
    }
    if (*time_s >= MS_FROM) {
        *time_s /= 1000;
    }
    return *time_s <= TIME_MAX_S;
}

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
    zoned[text.len] = 'Z';
    return clock_parse_iso((struct bytes){(const uint8_t *)zoned, text.len + 1}, time_s);
}

void osmand_set_time(struct osmand_report *report, struct bytes text)
{
    uint64_t seconds = 0;
    int64_t time_s = 0;
    if (read_seconds(text, &seconds)) {
        fix_set_time(&report->fix, (int64_t)seconds);
    } else if (read_iso(text, &time_s)) {
        fix_set_time(&report->fix, time_s);
    }
    report->is_bad = report->is_bad || (report->fix.has & FIX_HAS_TIME) == 0;
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

static void set_lat(struct osmand_report *r, struct bytes text)
{
    r->has_lat = true;
    r->is_bad = r->is_bad || !parse_decimal_e7(text, &r->lat_e7) || r->lat_e7 < -LAT_MAX_E7 ||
                r->lat_e7 > LAT_MAX_E7;
}

static void set_lon(struct osmand_report *r, struct bytes text)
{
    r->has_lon = true;
    r->is_bad = r->is_bad || !parse_decimal_e7(text, &r->lon_e7) || r->lon_e7 < -LON_MAX_E7 ||
                r->lon_e7 > LON_MAX_E7;
}

static void set_location(struct osmand_report *r, struct bytes text)
{
    struct reader fields = reader_init(text);
    set_lat(r, read_field(&fields, ','));
    set_lon(r, read_rest(&fields));
}

static void set_valid(struct osmand_report *r, struct bytes text)
{
    r->is_invalid = !is_true(text);
}

static void set_speed(struct osmand_report *r, struct bytes text)
{
    uint64_t knots_e7 = 0;
    if (read_size(text, 1, &knots_e7)) {
        fix_set_speed_kmh_e2(&r->fix, units_kmh_e2_from_knots_e7(knots_e7));
    }
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
    if (parse_decimal_e7(text, &altitude_e7)) {
        fix_set_altitude_dm(&r->fix, divide(altitude_e7, E7 / 10));
    }
}

static void set_hdop(struct osmand_report *r, struct bytes text)
{
    uint64_t hdop_e2 = 0;
    if (read_size(text, E7 / 100, &hdop_e2) && hdop_e2 <= UINT16_MAX) {
        r->fix.hdop_e2 = (uint16_t)hdop_e2;
        r->fix.has |= FIX_HAS_HDOP;
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

static void set_alarm(struct osmand_report *r, struct bytes text)
{
    r->fix.alarms |= osmand_alarms(text);
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
    struct bytes mac_text = read_field(&fields, ',');
    struct reader pairs = reader_init(mac_text);
    uint8_t mac[MAC_BYTES];
    int64_t rssi_e7 = 0;
    bool is_good =
        mac_text.len == MAC_BYTES * 3 - 1 && parse_decimal_e7(read_rest(&fields), &rssi_e7);
    for (size_t i = 0; is_good && i < MAC_BYTES; i++) {
        size_t len = 0;
        struct bytes pair = read_bytes(&pairs, 2);
        uint8_t separator = i + 1 < MAC_BYTES ? read_u8(&pairs) : '-';
        is_good = (separator == '-' || separator == ':') &&
                  hex_decode(pair, &mac[i], 1, &len) == ERR_OK && len == 1;
    }
    if (is_good) {
        fix_add_wifi(&r->fix, mac, (int)divide(rssi_e7, E7));
    }
}

static const struct {
    const char *name;
    void (*set)(struct osmand_report *r, struct bytes text);
} parameters[] = {
    {"timestamp", osmand_set_time},
    {"time", osmand_set_time},
    {"lat", set_lat},
    {"lon", set_lon},
    {"location", set_location},
    {"valid", set_valid},
    {"speed", set_speed},
    {"bearing", set_course},
    {"heading", set_course},
    {"altitude", set_altitude},
    {"hdop", set_hdop},
    {"sat", set_satellites},
    {"batt", set_battery_percent},
    {"batteryLevel", set_battery_percent},
    {"battery", set_battery},
    {"power", set_power},
    {"odometer", set_odometer},
    {"fuel", set_fuel},
    {"ignition", set_ignition},
    {"charge", set_charging},
    {"motion", set_motion},
    {"alarm", set_alarm},
    {"cell", set_cell},
    {"wifi", set_wifi},
};

/* ---- the form ---- */

/* Percent-decodes `text` into the arena; a '%' without two digits stands for itself. */
static struct bytes decode_percent(struct arena *arena, struct bytes text)
{
    uint8_t *out = arena_new(arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t len = 0;
        struct bytes digits = bytes_slice(text, i + 1, 2);
        if (text.at[i] == '%' && digits.len == 2 &&
            hex_decode(digits, &out[n], 1, &len) == ERR_OK && len == 1) {
            i += 2;
        } else {
            out[n] = text.at[i] == '+' ? ' ' : text.at[i];
        }
        n++;
    }
    return (struct bytes){out, n};
}

static void set_parameter(struct osmand_report *report, struct bytes name, struct bytes value)
{
    for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
        if (bytes_eq(name, parameters[i].name)) {
            parameters[i].set(report, value);
            return;
        }
    }
}

void osmand_form_read(struct arena *arena, struct bytes form, struct osmand_report *report,
                      struct bytes *device_id)
{
    struct reader r = reader_init(form);
    while (reader_left(&r) > 0) {
        struct bytes pair = read_field(&r, '&');
        struct bytes raw_name = bytes_slice(pair, 0, bytes_find(pair, '='));
        struct bytes name = decode_percent(arena, raw_name);
        struct bytes value = decode_percent(arena, bytes_slice(pair, raw_name.len + 1, pair.len));
        if (bytes_eq(name, "id") || bytes_eq(name, "deviceid")) {
            *device_id = value;
        } else {
            set_parameter(report, name, value);
        }
    }
}
