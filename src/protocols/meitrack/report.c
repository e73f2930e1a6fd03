/*
 * Meitrack reports as texts: AAA, and AFF with one more field in front, which is stored. UTC.
 *
 *     35,-23.550520,-46.633310,260102030405,A,9,22,54,180,0.9,760,123456,7890,724|5|00A1|0001F2C3,
 *     event lat     lon        time         fix | GSM | deg HDOP alt odometer m | cell: hex from
 * LAC satellites   km/h               run time s
 *     0400,0001|0000|0000|019A|04D2,00000001,,3,0000,010A92,..
 *     inputs and outputs             what the event tells, version, fuel, temperatures
 *          three inputs, battery, supply
 *
 * Battery and supply are volts with a point, or hexadecimal: hundredths of a volt, or on some
 * models the steps of a converter of 10 or 12 bits. The model is not told: what would be a battery
 * above 6 V is taken for such steps, of 10 bits up to 1023. The first output is the relay.
 *
 * Source: the vectors' facts of Meitrack, section 4.
 */
#include "base/reader.h"
#include "protocols/alarm_table.h"
#include "protocols/layouts.h"
#include "protocols/meitrack/meitrack.h"

enum { EVENT, LAT, LON, TIME, VALID, SATELLITES, GSM, SPEED, COURSE, HDOP, ALTITUDE, ODOMETER };
enum { CELL = 13, PORTS, ANALOGUE, TOLD, VERSION = 18, FUEL, TEMPERATURES, EVENT_CARD = 37 };

static const struct alarm_row event_rows[] = {
    {1, ALARM_BIT(SOS)},
    {17, ALARM_BIT(LOW_BATTERY)},
    {18, ALARM_BIT(LOW_BATTERY)},
    {19, ALARM_BIT(OVERSPEED)},
    {20, ALARM_BIT(GEOFENCE_ENTER)},
    {21, ALARM_BIT(GEOFENCE_LEAVE)},
    {23, ALARM_BIT(POWER_OFF)},
    {28, ALARM_BIT(GPS_ANTENNA)},
    {36, ALARM_BIT(DISPLACEMENT)},
    {78, ALARM_BIT(COLLISION)},
    {90, ALARM_BIT(HARSH_CORNERING)},
    {91, ALARM_BIT(HARSH_CORNERING)},
    {129, ALARM_BIT(HARSH_BRAKING)},
    {130, ALARM_BIT(HARSH_ACCELERATION)},
    {135, ALARM_BIT(FATIGUE)},
};
static const struct alarm_table event_alarms = ALARM_TABLE(event_rows);

void meitrack_set_event(struct fix *f, struct extras *x, uint64_t event)
{
    if (event <= UINT16_MAX) {
        f->alarms |= alarm_table_of_code(&event_alarms, (unsigned)event);
        extras_set(x, EXTRA_EVENT, 0, (int64_t)event);
    }
    fix_set_alarms_told(f, alarm_table_all(&event_alarms));
}

static void set_cell(struct fix *f, struct bytes word)
{
    struct words w;
    words_cut(word, '|', &w);
    field_set_cell(f, word_number(word_at(&w, 0), 0), word_number(word_at(&w, 1), UINT64_MAX),
                   word_hex(word_at(&w, 2), UINT64_MAX), word_hex(word_at(&w, 3), UINT64_MAX));
}

/* Battery and supply in the steps of a converter, or in hundredths of a volt. */
static void set_steps(struct fix *f, uint64_t battery, uint64_t power)
{
    enum { BATTERY_MAX = 600, STEPS_10 = 1023, E2_TO_MILLI = 10 };
    enum { BATTERY_10_MV = 6000, POWER_10_MV = 48000, BATTERY_12_MV = 6600, POWER_12_MV = 52800 };
    if (battery > UINT16_MAX || power > UINT16_MAX) {
        return;
    }
    if (battery <= BATTERY_MAX) {
        fix_set_battery_mv(f, battery * E2_TO_MILLI);
        fix_set_power_mv(f, power * E2_TO_MILLI);
        return;
    }
    bool is_short = battery <= STEPS_10;
    unsigned bits = is_short ? 10 : 12;
    fix_set_battery_mv(f, battery * (is_short ? BATTERY_10_MV : BATTERY_12_MV) >> bits);
    fix_set_power_mv(f, power * (is_short ? POWER_10_MV : POWER_12_MV) >> bits);
}

static void set_analogues(struct fix *f, struct bytes word)
{
    enum { BATTERY = 3, POWER, ALL };
    struct words w;
    words_cut(word, '|', &w);
    if (bytes_find(word, '.') < word.len) {
        word_set_battery(f, word_at(&w, 0));
        word_set_power(f, word_at(&w, 1));
    } else if (w.count >= ALL) {
        set_steps(f, word_hex(w.at[BATTERY], UINT64_MAX), word_hex(w.at[POWER], UINT64_MAX));
    }
}

/* "010A92|02..": the number of a sensor, and 16 bits that depend on the version. */
static void set_temperatures(struct fix *f, struct bytes word, uint64_t version)
{
    enum { LEN = 6, VALUE_AT = 2, SIGNED_FROM = 3, E2 = 100, BITS = 8 };
    struct reader r = reader_init(word);
    for (unsigned i = 0; i < FIX_TEMPERATURES_MAX && reader_left(&r) > 0; i++) {
        struct bytes one = read_field(&r, '|');
        uint64_t raw = word_hex(bytes_slice(one, VALUE_AT, SIZE_MAX), UINT64_MAX);
        if (one.len != LEN || raw > UINT16_MAX) {
            continue;
        }
        int64_t e2 = (int16_t)raw;
        if (version < SIGNED_FROM) {
            int64_t whole = (int64_t)(raw >> BITS);
            whole -= whole > INT8_MAX ? 1 << BITS : 0;
            int64_t part = (int64_t)(raw & UINT8_MAX);
            e2 = whole * E2 + (whole < 0 ? -part : part);
        }
        fix_set_temperature(f, i, e2);
    }
}

/* The share of the tank: a byte of whole per cent and one of hundredths. */
static void set_fuel(struct extras *x, struct bytes word)
{
    enum { E2 = 100, BITS = 8, MAX_E2 = 10000 };
    uint64_t raw = word_hex(word, 0);
    uint64_t e2 = (raw >> BITS) * E2 + (raw & UINT8_MAX);
    if (raw > 0 && raw <= UINT16_MAX && e2 <= MAX_E2) {
        extras_set(x, EXTRA_FUEL_PERCENT, 0, (int64_t)e2);
    }
}

static void set_ports(struct fix *f, struct bytes word)
{
    if (word.len == 4 && word_is_hex(word)) {
        fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (word_hex(word, 0) & 1) != 0);
    }
}

static void set_tail(struct report *r, const struct words *w, size_t from)
{
    if (word_number(word_at(w, from + EVENT), 0) == EVENT_CARD) {
        extras_set_text(&r->extras, EXTRA_CARD, 0, word_at(w, from + TOLD));
    }
    set_fuel(&r->extras, word_at(w, from + FUEL));
    set_temperatures(&r->fix, word_at(w, from + TEMPERATURES),
                     word_number(word_at(w, from + VERSION), 0));
}

enum err meitrack_read_text(struct bytes body, bool is_stored, struct decoded *out)
{
    static const struct layout report = {.when = {TIME, TIME, DATE_YMD},
                                         .where = {LAT, VALID, layout_place_degrees},
                                         .rows = {{SATELLITES, word_set_satellites},
                                                  {GSM, word_set_csq},
                                                  {SPEED, word_set_kmh},
                                                  {COURSE, word_set_course},
                                                  {HDOP, word_set_hdop},
                                                  {ALTITUDE, word_set_altitude},
                                                  {ODOMETER, word_set_metres},
                                                  {CELL, set_cell},
                                                  {PORTS, set_ports},
                                                  {ANALOGUE, set_analogues}}};
    struct words w;
    struct report r;
    size_t from = is_stored ? 1 : 0;
    words_cut(body, ',', &w);
    if (w.count <= from + ODOMETER || !word_is_digits(w.at[from + EVENT])) {
        return ERR_MALFORMED;
    }
    report_begin(&r, out);
    (void)layout_read(&report, &w, from, &r);
    meitrack_set_event(&r.fix, &r.extras, word_number(w.at[from + EVENT], UINT64_MAX));
    set_tail(&r, &w, from);
    r.fix.flags |= is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    report_add(&r, MESSAGE_FIX, out);
    return ERR_OK;
}
