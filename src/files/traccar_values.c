/*
 * The attributes of Traccar's positions, by rows: the name there, and what takes it here. Units
 * there are metres, volts, litres, per cent, and milliseconds for hours of an engine.
 */
#include "files/traccar_values.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/json_read.h"
#include "base/reader.h"
#include "files/values.h"

enum { MS_PER_HOUR_E2 = 36000 };

struct bytes traccar_number(struct bytes text, char room[TRACCAR_NUMBER_SIZE])
{
    char copy[TRACCAR_NUMBER_SIZE];
    bool has_exponent = bytes_find(text, 'e') < text.len || bytes_find(text, 'E') < text.len;
    if (!has_exponent || text.len >= sizeof(copy)) {
        return text;
    }
    char *end = NULL;
    bytes_to_text(text, copy, sizeof(copy));
    double v = g_ascii_strtod(copy, &end);
    if (*end != '\0' || !(v > -1e9 && v < 1e9)) {
        return text;
    }
    int len = snprintf(room, TRACCAR_NUMBER_SIZE, "%.7f", v);
    return (struct bytes){(const uint8_t *)room, len > 0 ? (size_t)len : 0};
}

/* ---- alarms ---- */

static const struct {
    const char *name;
    alarm_set alarm;
} alarms[] = {
    {"sos", ALARM_BIT(SOS)},
    {"general", 0},
    {"vibration", ALARM_BIT(VIBRATION)},
    {"movement", ALARM_BIT(DISPLACEMENT)},
    {"tow", ALARM_BIT(DISPLACEMENT)},
    {"overspeed", ALARM_BIT(OVERSPEED)},
    {"fallDown", ALARM_BIT(ROLLOVER)},
    {"lowBattery", ALARM_BIT(LOW_BATTERY)},
    {"powerCut", ALARM_BIT(POWER_OFF)},
    {"powerOff", ALARM_BIT(POWER_OFF)},
    {"fatigueDriving", ALARM_BIT(FATIGUE)},
    {"accident", ALARM_BIT(COLLISION)},
    {"tampering", ALARM_BIT(COVER_OPEN)},
    {"removing", ALARM_BIT(REMOVAL)},
    {"hardAcceleration", ALARM_BIT(HARSH_ACCELERATION)},
    {"hardBraking", ALARM_BIT(HARSH_BRAKING)},
    {"hardCornering", ALARM_BIT(HARSH_CORNERING)},
    {"gpsAntennaCut", ALARM_BIT(GPS_ANTENNA)},
    {"temperature", ALARM_BIT(TEMPERATURE)},
    {"jamming", ALARM_BIT(INTERRUPTED)},
    {"fuelLeak", ALARM_BIT(FUEL_DRAIN)},
};

static bool take_alarm(struct track_draft *d, struct bytes name)
{
    for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++) {
        if (bytes_eq_nocase(name, alarms[i].name) && alarms[i].alarm != 0) {
            d->fix.alarms |= alarms[i].alarm;
            return true;
        }
    }
    return false;
}

/* Several between commas; what there is no alarm for is left out by its name. */
static void take_alarms(const struct track_reading *r, struct track_draft *d, struct bytes text)
{
    struct reader in = reader_init(text);
    while (reader_left(&in) > 0) {
        struct bytes name = read_field(&in, ',');
        char left_out[TRACK_NAME_SIZE];
        if (!take_alarm(d, name)) {
            (void)snprintf(left_out, sizeof(left_out), "alarm %.*s",
                           (int)(name.len < 40 ? name.len : 40), (const char *)name.at);
            track_leave_out(r, bytes_of_text(left_out));
        }
    }
}

/* ---- attributes ---- */

/* Those that are a value of a fix, in its unit. */
static const struct {
    const char *name;
    const char *value;
} values[] = {
    {"sat", "satellites"},    {"hdop", "hdop"},         {"rssi", "gsm"},
    {"battery", "battery_v"}, {"power", "power_v"},     {"batteryLevel", "battery_percent"},
    {"fuel", "fuel_l"},       {"ignition", "ignition"}, {"motion", "motion"},
    {"charge", "charging"},   {"door", "door_open"},    {"blocked", "cut_off"},
};

/* Those that are an extra value. */
static const struct {
    const char *name;
    const char *extra;
} extras[] = {
    {"rpm", "rpm"},           {"fuelUsed", "fuel_used"},    {"steps", "steps"},
    {"event", "event"},       {"driverUniqueId", "driver"}, {"card", "card"},
    {"vin", "vin"},           {"coolantTemp", "coolant"},   {"humidity", "humidity"},
    {"dtcs", "trouble_code"},
};

/* A member as text: switches, too. */
static struct bytes text_of(const struct json_value *v, char room[TRACCAR_NUMBER_SIZE])
{
    switch (v->kind) {
    case JSON_KIND_TRUE:
        return bytes_of_text("1");
    case JSON_KIND_FALSE:
        return bytes_of_text("0");
    case JSON_KIND_NUMBER:
        return traccar_number(v->text, room);
    case JSON_KIND_STRING:
        return v->text;
    default:
        return (struct bytes){0};
    }
}

static bool take_value(struct track_draft *d, struct bytes name, struct bytes text)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (bytes_eq(name, values[i].name)) {
            return value_read(&d->fix, value_find(bytes_of_text(values[i].value)), text);
        }
    }
    return false;
}

static bool take_extra(struct track_draft *d, struct bytes name, struct bytes text)
{
    for (size_t i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
        if (bytes_eq(name, extras[i].name)) {
            struct bytes kept = arena_copy(d->extras.arena, text);
            return extra_read(&d->extras, bytes_of_text(extras[i].extra), kept);
        }
    }
    return false;
}

/* "temp1", "adc2": the number behind such a word, from 1; 0: it is no such name. */
static unsigned number_behind(struct bytes name, const char *word)
{
    uint64_t number = 0;
    size_t len = strlen(word);
    bool is_one = bytes_begin(name, word) && name.len <= len + 2 &&
                  parse_u64(bytes_slice(name, len, name.len), &number) && number > 0;
    return is_one ? (unsigned)number : 0;
}

/* Those of which there may be several. */
static bool take_numbered(struct track_draft *d, struct bytes name, struct bytes text)
{
    int64_t v = 0;
    unsigned sensor = number_behind(name, "temp");
    unsigned input = number_behind(name, "adc");
    if (sensor > 0 && sensor <= FIX_TEMPERATURES_MAX && value_decimal(text, 2, &v)) {
        fix_set_temperature(&d->fix, sensor - 1, v);
        return true;
    }
    if (input > 0 && value_decimal(text, 3, &v)) {
        extras_set(&d->extras, EXTRA_ANALOGUE, input, v);
        return true;
    }
    return false;
}

/* Those in another unit, or of another kind. */
static bool take_special(struct track_draft *d, struct bytes name, struct bytes text)
{
    int64_t v = 0;
    if (bytes_eq(name, "odometer") && value_decimal(text, 0, &v) && v >= 0) {
        fix_set_odometer_m(&d->fix, (uint64_t)v);
        return true;
    }
    if (bytes_eq(name, "hours") && value_decimal(text, 0, &v) && v >= 0) {
        extras_set(&d->extras, EXTRA_ENGINE_HOURS, 0, v / MS_PER_HOUR_E2);
        return true;
    }
    if (bytes_eq(name, "iccid")) {
        char iccid[FIX_ICCID_SIZE];
        bytes_to_text(text, iccid, sizeof(iccid));
        fix_set_iccid(&d->fix, iccid);
        return true;
    }
    if (bytes_eq(name, "archive")) {
        d->fix.flags |= bytes_eq(text, "1") ? FIX_REUPLOAD : 0U;
        return true;
    }
    if (bytes_eq(name, "approximate")) { /* found by cells or Wi-Fi */
        place_apply(&d->fix, bytes_eq(text, "1") ? PLACE_LBS : PLACE_GPS);
        return true;
    }
    return false;
}

static void take_attribute(const struct track_reading *r, struct track_draft *d,
                           const struct json_value *v)
{
    char room[TRACCAR_NUMBER_SIZE];
    struct bytes text = text_of(v, room);
    if (bytes_eq(v->name, "alarm") && v->kind == JSON_KIND_STRING) {
        take_alarms(r, d, text);
    } else if (text.len == 0 ||
               (!take_value(d, v->name, text) && !take_extra(d, v->name, text) &&
                !take_numbered(d, v->name, text) && !take_special(d, v->name, text))) {
        track_leave_out(r, v->name);
    }
}

void traccar_take_attributes(const struct track_reading *r, struct track_draft *d,
                             struct bytes text)
{
    struct json_value *object = NULL;
    if (text.len == 0) {
        return;
    }
    if (json_read(text, d->extras.arena, &object) != ERR_OK || object->kind != JSON_KIND_OBJECT) {
        track_draft_fail(d, "the attributes are no object of JSON");
        return;
    }
    for (const struct json_value *v = object->first; v != NULL; v = v->next) {
        take_attribute(r, d, v);
    }
}

/* ---- the network ---- */

/* A member as a number; 0 where it is none. */
static uint64_t number_of(const struct json_value *object, const char *name)
{
    const struct json_value *v = json_read_member(object, name);
    uint64_t number = 0;
    return v != NULL && parse_u64(v->text, &number) ? number : 0;
}

void traccar_take_network(const struct track_reading *r, struct track_draft *d, struct bytes text)
{
    struct json_value *object = NULL;
    if (text.len == 0) {
        return;
    }
    if (json_read(text, d->extras.arena, &object) != ERR_OK || object->kind != JSON_KIND_OBJECT) {
        track_leave_out(r, bytes_of_text("network"));
        return;
    }
    const struct json_value *towers = json_read_member(object, "cellTowers");
    const struct json_value *first =
        towers == NULL || towers->kind != JSON_KIND_ARRAY ? NULL : towers->first;
    uint64_t mcc = number_of(first, "mobileCountryCode");
    uint64_t mnc = number_of(first, "mobileNetworkCode");
    uint64_t lac = number_of(first, "locationAreaCode");
    if (first != NULL && mcc <= UINT16_MAX && mnc <= UINT16_MAX && lac <= UINT32_MAX) {
        fix_set_cell(&d->fix, (struct cell){.mcc = (uint16_t)mcc,
                                            .mnc = (uint16_t)mnc,
                                            .lac = (uint32_t)lac,
                                            .cid = number_of(first, "cellId")});
    }
    if (json_read_member(object, "wifiAccessPoints") != NULL) {
        track_leave_out(r, bytes_of_text("wifiAccessPoints"));
    }
}
