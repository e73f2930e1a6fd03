/*
 * The three older layouts of Totem, with bars between their items:
 *
 *     AA$GPRMC,030405.000,A,2333.0312,S,04637.9986,W,29.16,180.0,020126,,,A*68|01.8|00.9|01.5|
 *     alarm, as of NMEA                                                        PDOP HDOP VDOP
 *     000000000000|20260102030406|14121260|00000000|00A1F2C3|0000|123.4560|0007|9C3F
 *     inputs       clock          |        adc, or  cell     °C   km       number
 *                                 `- charging, battery 0.01 V, supply 0.01 V
 *
 *     AA020126030405|A|2333.0312|S|04637.9986|W|29.16|180.0|0.9|000000000000|14112|adc|cell|°C|..
 *     alarm, ddmmyy and UTC               knots   deg   HDOP inputs       `- charging, 0.1 V, V
 *
 *     AA0201260304058000037000..19BD508A0918002900.900001232333.0312S04637.9986W00076F2E
 *     alarm, ddmmyy, hhmmss, inputs 4, charging, battery 2, supply 2, adc 2 times 4, °C 2 times 3,
 *     cell 8, A, satellites 2, course 3, knots 3, PDOP 4, km 7, lat, lon
 *
 * A report without a fix has zeros in place of a position, and the year 00. Inputs are counted from
 * the right: in the first layout 0 is SOS. Scales of temperatures and adc are not documented, and a
 * cell without a country is none.
 */
#include <string.h>

#include "protocols/fields.h"
#include "protocols/totem/totem.h"

static const struct alarm_row alarm_rows[] = {
    {0x01, ALARM_BIT(SOS)},         {0x10, ALARM_BIT(LOW_BATTERY)},
    {0x11, ALARM_BIT(OVERSPEED)},   {0x42, ALARM_BIT(GEOFENCE_LEAVE)},
    {0x16, ALARM_BIT(GPS_ANTENNA)}, {0x43, ALARM_BIT(GEOFENCE_ENTER)},
};
static const struct alarm_table alarms = ALARM_TABLE(alarm_rows);

enum { ALARM_LEN = 2, DATE_LEN = 6, TIME_LEN = 6 };

static void set_alarm(struct fix *f, struct bytes code)
{
    enum { REGULAR = 0xaa };
    f->alarms |= alarm_table_of_code(&alarms, (unsigned)word_hex(code, REGULAR));
    fix_set_alarms_told(f, alarm_table_all(&alarms));
}

static void set_charging(struct fix *f, struct bytes digit)
{
    if (word_is_digits(digit)) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, digit.at[0] == '1');
    }
}

/* Charging 1, battery and supply in the units that follow. */
static void read_power(struct bytes in, size_t battery_len, unsigned battery_unit_mv,
                       unsigned power_unit_mv, struct fix *f)
{
    set_charging(f, totem_take(&in, 1));
    struct bytes battery = totem_take(&in, battery_len);
    if (word_is_digits(battery)) {
        fix_set_battery_mv(f, word_number(battery, 0) * battery_unit_mv);
    }
    if (word_is_digits(in)) {
        fix_set_power_mv(f, word_number(in, 0) * power_unit_mv);
    }
}

/* The odometer is the first item from `from` on that has a point. */
static void read_odometer(const struct words *w, size_t from, struct fix *f)
{
    for (size_t i = from; i < w->count; i++) {
        if (bytes_find(w->at[i], '.') < w->at[i].len) {
            word_set_km(f, w->at[i]);
            return;
        }
    }
}

static bool read_rmc(struct bytes item, struct fix *f)
{
    enum { TIME = 1, VALID, LAT, SPEED = 7, COURSE, DATE };
    struct words w;
    words_cut(item, ',', &w);
    bool is_valid = bytes_eq(word_at(&w, VALID), "A");
    struct bytes date = word_at(&w, DATE);
    struct civil c;
    if (!field_civil_of_digits(date, bytes_slice(word_at(&w, TIME), 0, TIME_LEN), DATE_DMY, &c) ||
        !word_set_angles(f, &w.at[LAT], is_valid)) {
        return false;
    }
    fix_set_time(f, civil_to_s(&c));
    word_set_knots(f, word_at(&w, SPEED));
    word_set_course(f, word_at(&w, COURSE));
    return true;
}

static bool read_first(const struct words *w, struct fix *f)
{
    enum { REPORT, HDOP = 2, INPUTS = 4, POWER = 6, ODOMETER_FROM };
    enum { BATTERY_LEN = 3, UNIT_MV = 10, COUNT_MIN = 8 };
    struct bytes report = word_at(w, REPORT);
    struct bytes inputs = word_at(w, INPUTS);
    if (w->count < COUNT_MIN || !read_rmc(bytes_slice(report, ALARM_LEN, SIZE_MAX), f)) {
        return false;
    }
    set_alarm(f, bytes_slice(report, 0, ALARM_LEN));
    word_set_hdop(f, word_at(w, HDOP));
    f->alarms |= inputs.len > 0 && inputs.at[inputs.len - 1] == '1' ? ALARM_BIT(SOS) : 0;
    read_power(word_at(w, POWER), BATTERY_LEN, UNIT_MV, UNIT_MV, f);
    read_odometer(w, ODOMETER_FROM, f);
    return true;
}

static bool read_second(const struct words *w, struct fix *f)
{
    enum { REPORT, VALID, LAT, SPEED = 6, COURSE, HDOP, POWER = 10, ODOMETER_FROM };
    enum { BATTERY_LEN = 2, BATTERY_MV = 100, POWER_MV = 1000, COUNT_MIN = 14 };
    struct bytes report = word_at(w, REPORT);
    struct bytes time = bytes_slice(report, ALARM_LEN, DATE_LEN + TIME_LEN);
    if (w->count < COUNT_MIN || !word_is_digits(time) ||
        !word_set_angles(f, &w->at[LAT], bytes_eq(word_at(w, VALID), "A"))) {
        return false;
    }
    set_alarm(f, bytes_slice(report, 0, ALARM_LEN));
    totem_set_time(f, time, true);
    word_set_knots(f, word_at(w, SPEED));
    word_set_course(f, word_at(w, COURSE));
    word_set_hdop(f, word_at(w, HDOP));
    read_power(word_at(w, POWER), BATTERY_LEN, BATTERY_MV, POWER_MV, f);
    read_odometer(w, ODOMETER_FROM, f);
    return true;
}

static bool read_third(struct bytes in, struct fix *f)
{
    enum { INPUTS_LEN = 4, POWER_LEN = 5, BATTERY_LEN = 2, BATTERY_MV = 100, POWER_MV = 1000 };
    enum { SKIPPED_LEN = 22, SATELLITES_LEN = 2, WORD_LEN = 3, PDOP_LEN = 4, ODOMETER_LEN = 7 };
    enum { LAT_LEN = 9, LON_LEN = 10, LEN_MIN = 94 };
    if (in.len < LEN_MIN) {
        return false;
    }
    struct bytes alarm = totem_take(&in, ALARM_LEN);
    struct bytes time = totem_take(&in, DATE_LEN + TIME_LEN);
    (void)totem_take(&in, INPUTS_LEN);
    struct bytes power = totem_take(&in, POWER_LEN);
    (void)totem_take(&in, SKIPPED_LEN);
    struct bytes valid = totem_take(&in, 1);
    struct bytes satellites = totem_take(&in, SATELLITES_LEN);
    struct bytes course = totem_take(&in, WORD_LEN);
    struct bytes knots = totem_take(&in, WORD_LEN);
    (void)totem_take(&in, PDOP_LEN);
    struct bytes odometer = totem_take(&in, ODOMETER_LEN);
    struct bytes angles[4];
    for (size_t i = 0; i < 4; i++) {
        static const size_t lens[] = {LAT_LEN, 1, LON_LEN, 1};
        angles[i] = totem_take(&in, lens[i]);
    }
    if (!word_set_angles(f, angles, bytes_eq(valid, "A"))) {
        return false;
    }
    set_alarm(f, alarm);
    totem_set_time(f, time, true);
    read_power(power, BATTERY_LEN, BATTERY_MV, POWER_MV, f);
    word_set_satellites(f, satellites);
    word_set_course(f, course);
    word_set_knots(f, knots);
    word_set_km(f, odometer);
    return true;
}

/* Whether there is nothing but zeros where a position stands. */
static bool is_without_fix(struct bytes report)
{
    static const char year[] = ",000000,";
    size_t zeros = ALARM_LEN;
    while (zeros < report.len && report.at[zeros] == '0') {
        zeros++;
    }
    bool has_year = false;
    for (size_t i = 0; i + strlen(year) <= report.len && !has_year; i++) {
        has_year = memcmp(report.at + i, year, strlen(year)) == 0;
    }
    return has_year || (report.len > ALARM_LEN && zeros == report.len);
}

bool totem_read_old(const struct totem_frame *frame, struct decoded *out)
{
    struct words w;
    struct fix fix = {0};
    words_cut(frame->body, '|', &w);
    struct bytes report = word_at(&w, 0);
    bool is_first = bytes_begin(bytes_slice(report, ALARM_LEN, SIZE_MAX), "$GPRMC,");
    if (is_without_fix(report)) {
        decoded_add(out, MESSAGE_HEARTBEAT);
        return true;
    }
    bool is_read = is_first       ? read_first(&w, &fix)
                   : w.count == 1 ? read_third(frame->body, &fix)
                                  : read_second(&w, &fix);
    if (is_read) {
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    }
    return is_read;
}
