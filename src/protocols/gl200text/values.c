/*
 * What a Queclink report says beside its places, by its type:
 *
 *     FRI, RTL and others   before the first place the supply in mV (vehicles); behind the last one
 *                           odometer km, hours h:mm:ss, inputs, battery %, status of 6 hexadecimal
 *                           digits; hand-held ones: battery % last
 *     ERI                   as FRI, with a mask of 8 digits first, and by it further groups
 *     IGN, IGF, VGN, VGF    ignition     STT      state          INF    supply, battery, card
 *     GSM, LBS              cells        IDA      card           CAN    values by a mask
 *     OBD                   values       DTT, DAT a text of the serial port
 *
 * What stands behind the last place differs by model and firmware; the status is told by its form,
 * and what stands before it counts from there. The tracker sends an event once and none for its
 * end: the next report that it sends at intervals ends the alarm, but for a supply that is cut,
 * which EPN or MPN ends. Whether SPD tells of speeding or of its end depends on its setting; all
 * are taken for speeding. A raw number of a fuel sensor has no unit and is left out.
 *
 * Source: the vectors' facts, section 1.
 */
#include "protocols/gl200text/gl200text.h"

#include <string.h>

#include "base/hex.h"
#include "base/reader.h"
#include "base/units.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"

enum { E7 = 10000000, E7_PER_MILLI = 10000, E7_PER_E2 = 100000, PERCENT = 100 };

/* Types whose report is an event, and the alarms that it tells; `is_end`: that there is none. */
static const struct event {
    const char *type;
    alarm_set alarms;
    bool is_end;
} events[] = {
    {"SOS", ALARM_BIT(SOS), false},
    {"SPD", ALARM_BIT(OVERSPEED), false},
    {"TOW", ALARM_BIT(DISPLACEMENT), false},
    {"BPL", ALARM_BIT(LOW_BATTERY), false},
    {"EPF", ALARM_BIT(POWER_OFF), false},
    {"MPF", ALARM_BIT(POWER_OFF), false},
    {"EPN", ALARM_BIT(POWER_OFF), true},
    {"MPN", ALARM_BIT(POWER_OFF), true},
    {"TEM", ALARM_BIT(TEMPERATURE), false},
    {"TMP", ALARM_BIT(TEMPERATURE), false},
    {"CRA", ALARM_BIT(COLLISION), false},
    {"DAR", ALARM_BIT(FATIGUE), false},
    {"GIN", ALARM_BIT(GEOFENCE_ENTER), false},
    {"GOT", ALARM_BIT(GEOFENCE_LEAVE), false},
};

/* What a report at intervals ends. */
static const alarm_set ended = ALARM_BIT(OVERSPEED) | ALARM_BIT(DISPLACEMENT) |
                               ALARM_BIT(LOW_BATTERY) | ALARM_BIT(TEMPERATURE) |
                               ALARM_BIT(FATIGUE) | ALARM_BIT(GEOFENCE_ENTER) |
                               ALARM_BIT(GEOFENCE_LEAVE);

/* Whether a type is in a list of such: "FRI,RTL". */
static bool is_one_of(struct bytes type, const char *list)
{
    enum { TYPE_LEN = 3 };
    for (size_t i = 0; list[i] != '\0'; i += TYPE_LEN + 1) {
        if (memcmp(type.at, &list[i], TYPE_LEN) == 0) {
            return true;
        }
        if (list[i + TYPE_LEN] == '\0') {
            break;
        }
    }
    return false;
}

/* ---- the state ---- */

/* 11 off and at rest, 12 off and moving, 16 towed, 1a perhaps, 21 and 22 on, 41 and 42 no wire. */
static bool is_state(uint64_t state)
{
    return state == 0x11 || state == 0x12 || state == 0x16 || state == 0x1a || state == 0x21 ||
           state == 0x22 || state == 0x41 || state == 0x42;
}

static void set_state(struct fix *f, uint64_t state)
{
    enum { OFF = 1, ON = 2, REST = 1, TOWED = 6, NIBBLE = 4, LOW = 0x0f };
    if (!is_state(state)) {
        return;
    }
    if (state >> NIBBLE == OFF || state >> NIBBLE == ON) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, state >> NIBBLE == ON);
    }
    fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, (state & LOW) != REST);
    f->alarms |= (state & LOW) == TOWED ? ALARM_BIT(DISPLACEMENT) : 0;
    fix_set_alarms_told(f, ALARM_BIT(DISPLACEMENT));
}

/* The place of a status from item `from` on; `sent` where there is none. */
static size_t find_status(const struct gl200_line *l, size_t from)
{
    enum { DIGITS = 6, STATE_SHIFT = 16, REACH = 8 };
    for (size_t i = from; i < from + REACH && i < l->sent; i++) {
        uint64_t status = 0;
        if (l->at[i].len == DIGITS && gl200_hex(l->at[i], &status) &&
            is_state(status >> STATE_SHIFT)) {
            return i;
        }
    }
    return l->sent;
}

/* ---- numbers ---- */

static void set_percent(const struct gl200_line *l, size_t i, struct fix *f)
{
    uint64_t percent = 0;
    if (parse_u64(gl200_item(l, i), &percent)) {
        fix_set_battery_percent(f, percent);
    }
}

static bool set_odometer(const struct gl200_line *l, size_t i, struct fix *f)
{
    int64_t km_e7 = 0;
    struct bytes item = gl200_item(l, i);
    bool is_km = bytes_find(item, '.') < item.len && gl200_decimal(l, i, &km_e7) && km_e7 >= 0;
    if (is_km) {
        fix_set_odometer_m(f, (uint64_t)km_e7 / E7_PER_MILLI);
    }
    return is_km;
}

/* "00012:34:56": engine hours. */
static bool set_hours(struct bytes item, struct extras *x)
{
    uint64_t hours = 0;
    uint64_t minutes = 0;
    struct reader r = reader_init(item);
    bool is_time = parse_u64(read_field(&r, ':'), &hours) && reader_left(&r) > 0 &&
                   parse_u64(read_field(&r, ':'), &minutes) && reader_left(&r) > 0;
    if (is_time) {
        const uint64_t minutes_h = 60;
        const uint64_t hours_max = 10000000;
        extras_set(x, EXTRA_ENGINE_HOURS, 0,
                   (int64_t)(hours % hours_max * 100 + minutes % minutes_h * 100 / minutes_h));
    }
    return is_time;
}

static void set_extra(const struct gl200_line *l, size_t i, struct extras *x, enum extra_key key)
{
    int64_t value_e7 = 0;
    const struct extra_row *row = extra_row(key);
    int64_t scale = 1;
    for (unsigned n = 0; n < row->decimals; n++) {
        scale *= 10;
    }
    if (gl200_decimal(l, i, &value_e7)) {
        extras_set(x, key, 0, value_e7 / (E7 / scale));
    }
}

/* The supply stands as millivolts; smaller numbers are others. */
static void set_supply(const struct gl200_line *l, size_t i, struct fix *f)
{
    enum { MV_MIN = 100, MV_MAX = 100000 };
    uint64_t mv = 0;
    if (parse_u64(gl200_item(l, i), &mv) && mv >= MV_MIN && mv <= MV_MAX) {
        fix_set_power_mv(f, mv);
    }
}

/* ---- groups of ERI ---- */

/* How many of the items of a mask stand before that of `bit`; the mask has it. */
static size_t place_of(uint64_t mask, unsigned bit)
{
    size_t n = 0;
    for (unsigned i = 0; i < bit; i++) {
        n += mask >> i & 1;
    }
    return n;
}

/* Thermometers on one wire: {id, type, sixteenths of a degree}. Answers where they end. */
static size_t read_wire(const struct gl200_line *l, size_t i, struct fix *f)
{
    enum { ITEMS = 3, DIGITS = 4, COUNT_MAX = 32, SIXTEENTHS = 16 };
    uint64_t count = 0;
    if (!parse_u64(gl200_item(l, i), &count) || count > COUNT_MAX) {
        return l->sent;
    }
    for (size_t n = 0; n < count; n++) {
        uint64_t raw = 0;
        struct bytes item = gl200_item(l, i + (n + 1) * ITEMS);
        if (item.len == DIGITS && gl200_hex(item, &raw)) {
            fix_set_temperature(f, (unsigned)n, (int16_t)raw * INT64_C(100) / SIXTEENTHS);
        }
    }
    return i + 1 + (size_t)count * ITEMS;
}

/* A sensor over Bluetooth: index, type, model, raw, mask, and the items of the mask. */
static size_t read_sensor(const struct gl200_line *l, size_t i, unsigned n, struct gl200_report *r)
{
    enum { MASK_AT = 4, TEMPERATURE = 4, HUMIDITY = 5, FINE = 11, BITS = 16 };
    uint64_t mask = 0;
    int64_t value_e7 = 0;
    if (!gl200_hex(gl200_item(l, i + MASK_AT), &mask) || mask >> BITS != 0) {
        return l->sent;
    }
    const size_t from = i + MASK_AT + 1;
    unsigned bit = (mask >> FINE & 1) != 0 ? FINE : TEMPERATURE;
    if ((mask >> bit & 1) != 0 && gl200_decimal(l, from + place_of(mask, bit), &value_e7)) {
        fix_set_temperature(&r->fix, n, value_e7 / E7_PER_E2);
    }
    if ((mask >> HUMIDITY & 1) != 0 &&
        gl200_decimal(l, from + place_of(mask, HUMIDITY), &value_e7)) {
        extras_set(&r->extras, EXTRA_HUMIDITY, n, value_e7 / E7_PER_E2);
    }
    return from + place_of(mask, BITS);
}

static void read_groups(const struct gl200_line *l, size_t i, struct gl200_report *r)
{
    enum { FUEL = 1, WIRE = 2, OTHERS = 0x9c, BLUETOOTH = 0x100, COUNT_MAX = 32 };
    uint64_t mask = 0;
    uint64_t count = 0;
    if (!gl200_hex(gl200_item(l, l->name + 1), &mask)) {
        return;
    }
    i += (mask & FUEL) != 0 ? 1 : 0;
    if ((mask & WIRE) != 0) {
        i = read_wire(l, i, &r->fix);
    }
    if ((mask & BLUETOOTH) == 0 || (mask & OTHERS) != 0 || !parse_u64(gl200_item(l, i), &count) ||
        count > COUNT_MAX) {
        return;
    }
    i++;
    for (unsigned n = 0; n < count && i < l->sent; n++) {
        i = read_sensor(l, i, n, r);
    }
}

/* ---- reports at intervals ---- */

static void read_vehicle(const struct gl200_line *l, size_t status_at, struct gl200_report *r)
{
    enum { STATE_SHIFT = 16, BEHIND_UART = 2 };
    uint64_t status = 0;
    (void)gl200_hex(l->at[status_at], &status);
    set_state(&r->fix, status >> STATE_SHIFT);
    set_percent(l, status_at - 1, &r->fix);
    if (bytes_eq(l->type, "ERI")) {
        read_groups(l, status_at + BEHIND_UART, r);
    } else {
        set_extra(l, status_at + 1, &r->extras, EXTRA_RPM);
    }
}

static void read_tail(const struct gl200_line *l, struct gl200_report *r)
{
    enum { REACH = 3 };
    for (size_t i = r->end - 1; i < r->end + REACH && i < l->sent; i++) {
        if (set_odometer(l, i, &r->fix)) {
            (void)set_hours(gl200_item(l, i + 1), &r->extras);
            return;
        }
    }
}

/* The battery of a hand-held one, which stands last, or at a place of its own. */
static void read_hand(const struct gl200_line *l, struct gl200_report *r)
{
    bool is_short = is_one_of(l->type, "STR,CTN");
    bool is_530 = l->model->family == QUECLINK_HAND && bytes_begin(l->at[1], "44");
    switch (l->model->family) {
    case QUECLINK_HAND_500:
        set_percent(l, is_short ? r->first - 1 : r->end + 2, &r->fix);
        break;
    case QUECLINK_HAND_320:
        set_percent(l, r->end, &r->fix);
        break;
    case QUECLINK_HAND:
        set_percent(l, is_530 && is_short ? r->first - 1 : l->sent - 1, &r->fix);
        break;
    case QUECLINK_VEHICLE:
        break;
    }
}

static void read_interval(const struct gl200_line *l, struct gl200_report *r)
{
    enum { TWO = 2 };
    size_t status_at = find_status(l, r->end);
    bool is_vehicle = l->model->family == QUECLINK_VEHICLE;
    fix_set_alarms_told(&r->fix, ended);
    if (is_vehicle && is_one_of(l->type, "FRI,ERI")) {
        set_supply(l, l->name + (bytes_eq(l->type, "ERI") ? TWO : 1), &r->fix);
    }
    if (r->end < l->sent) {
        read_tail(l, r);
    }
    if (is_vehicle && status_at < l->sent && status_at > r->end) {
        read_vehicle(l, status_at, r);
    } else if (!is_vehicle) {
        read_hand(l, r);
    }
}

/* ---- other types ---- */

/* Supply and battery: {0 or 1, mV or km, mV, V, charging}. What is not sent may be left out. */
static void read_info(const struct gl200_line *l, struct gl200_report *r)
{
    enum { STATE = 1, ICCID, RSSI, POWER = 6, VOLTS_MIN = 2, VOLTS_MAX = 12, REACH = 3 };
    uint64_t value = 0;
    int64_t volts_e7 = 0;
    if (gl200_hex(gl200_item(l, l->name + STATE), &value)) {
        set_state(&r->fix, value);
    }
    field_set_iccid_text(&r->fix, gl200_item(l, l->name + ICCID));
    if (parse_u64(gl200_item(l, l->name + RSSI), &value)) {
        fix_set_gsm(&r->fix, (unsigned)(value > UINT8_MAX ? UINT8_MAX : value));
    }
    const size_t power = l->name + POWER;
    set_supply(l, power, &r->fix);
    (void)set_odometer(l, power, &r->fix);
    for (size_t i = power + 1; i < power + REACH; i++) {
        struct bytes item = gl200_item(l, i);
        if (bytes_find(item, '.') < item.len && gl200_decimal(l, i, &volts_e7) &&
            volts_e7 >= VOLTS_MIN * (int64_t)E7 && volts_e7 <= VOLTS_MAX * (int64_t)E7) {
            fix_set_battery_mv(&r->fix, (uint64_t)volts_e7 / E7_PER_MILLI);
            fix_set_switch(&r->fix, FIX_HAS_CHARGING, FIX_CHARGING,
                           bytes_eq(gl200_item(l, i + 1), "1"));
            break;
        }
    }
    for (size_t i = power; l->model->family != QUECLINK_VEHICLE && i + 1 < l->sent; i++) {
        enum { TIME_LEN = 14 };
        if (l->at[i].len == TIME_LEN && bytes_begin(l->at[i], "20")) {
            set_percent(l, i + 1, &r->fix);
        }
    }
}

/* Seven cells of six items; the last one serves. */
static void read_cells(const struct gl200_line *l, struct gl200_report *r)
{
    enum { ALL_ITEMS = 42, ITEMS = 6, LBS_BATTERY = 3 };
    if (l->sent >= l->name + ALL_ITEMS) {
        (void)gl200_read_cell(l, l->sent - ITEMS, &r->fix);
    }
    if (bytes_eq(l->type, "LBS")) {
        set_percent(l, l->name + LBS_BATTERY, &r->fix);
    }
}

static void set_fuel_can(const struct gl200_line *l, size_t i, struct fix *f)
{
    struct bytes item = gl200_item(l, i);
    int64_t litres_e7 = 0;
    if (bytes_begin(item, "L") && parse_decimal_e7(bytes_slice(item, 1, SIZE_MAX), &litres_e7) &&
        litres_e7 >= 0) {
        fix_set_fuel_ml(f, (uint64_t)litres_e7 / E7_PER_MILLI);
    }
}

/* "H149381": hundreds of metres. */
static void set_odometer_can(const struct gl200_line *l, size_t i, struct fix *f)
{
    struct bytes item = gl200_item(l, i);
    uint64_t hectometres = 0;
    const uint64_t max = 100000000;
    if (bytes_begin(item, "H") && parse_u64(bytes_slice(item, 1, SIZE_MAX), &hectometres) &&
        hectometres <= max) {
        fix_set_odometer_m(f, hectometres * 100);
    }
}

/* The place of the item of a bit of the mask; `sent` where the mask has it not. */
static size_t item_of(const struct gl200_line *l, uint64_t mask, unsigned bit)
{
    enum { ITEMS_AT = 4 };
    return (mask >> bit & 1) != 0 ? l->name + ITEMS_AT + place_of(mask, bit) : l->sent;
}

/* The engine speed, bit 5, stands before the speed, bit 4. */
static void read_can(const struct gl200_line *l, struct gl200_report *r)
{
    enum { MASK_AT = 3, VIN = 0, IGNITION, ODOMETER, FUEL_USED, SPEED, RPM, COOLANT };
    enum { FUEL = 8, HOURS = 11 };
    uint64_t mask = 0;
    if (!gl200_hex(gl200_item(l, l->name + MASK_AT), &mask)) {
        return;
    }
    bool has_both = (mask >> SPEED & 1) != 0;
    struct bytes ignition = gl200_item(l, item_of(l, mask, IGNITION));
    if (ignition.len > 0) {
        fix_set_switch(&r->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, !bytes_eq(ignition, "0"));
    }
    extras_set_text(&r->extras, EXTRA_VIN, 0, gl200_item(l, item_of(l, mask, VIN)));
    set_odometer_can(l, item_of(l, mask, ODOMETER), &r->fix);
    set_fuel_can(l, item_of(l, mask, FUEL), &r->fix);
    set_extra(l, item_of(l, mask, FUEL_USED), &r->extras, EXTRA_FUEL_USED);
    if ((mask >> RPM & 1) != 0) {
        set_extra(l, item_of(l, mask, RPM) - (has_both ? 1 : 0), &r->extras, EXTRA_RPM);
    }
    set_extra(l, item_of(l, mask, COOLANT), &r->extras, EXTRA_COOLANT);
    set_extra(l, item_of(l, mask, HOURS), &r->extras, EXTRA_ENGINE_HOURS);
}

/* Trouble codes of four hexadecimal digits each, the first of which names the system. */
static void read_codes(struct bytes digits, struct extras *x)
{
    enum { CODE_LEN = 4, CODES_MAX = 8, SYSTEM_SHIFT = 14, CODE_MASK = 0x3fff };
    uint64_t code = 0;
    for (unsigned n = 0; n < CODES_MAX && digits.len >= CODE_LEN; n++) {
        if (!gl200_hex(bytes_slice(digits, 0, CODE_LEN), &code)) {
            return;
        }
        extras_set_text(x, EXTRA_TROUBLE_CODE, n,
                        bytes_of_text(arena_format(x->arena, "%c%04x", "PCBU"[code >> SYSTEM_SHIFT],
                                                   (unsigned)(code & CODE_MASK))));
        digits = bytes_slice(digits, CODE_LEN, SIZE_MAX);
    }
}

static void read_obd(const struct gl200_line *l, struct gl200_report *r)
{
    enum { VIN = 3, VOLTAGE = 5, RPM = 7, COOLANT = 9, CODES = 15 };
    /* the VIN may stand before the name, too */
    const size_t name = l->name;
    extras_set_text(&r->extras, EXTRA_VIN, 0, gl200_item(l, name + VIN));
    set_supply(l, name + VOLTAGE, &r->fix);
    set_extra(l, name + RPM, &r->extras, EXTRA_RPM);
    set_extra(l, name + COOLANT, &r->extras, EXTRA_COOLANT);
    read_codes(gl200_item(l, name + CODES), &r->extras);
    (void)set_odometer(l, r->end, &r->fix);
}

/* A fuel sensor at the serial port: "...COMB,0,94.0,...", litres. */
static void read_serial(const struct gl200_line *l, struct gl200_report *r)
{
    enum { DATA_AT = 5, ROOM = 512, LITRES_AFTER = 2 };
    uint8_t *text = arena_new(r->extras.arena, ROOM);
    size_t len = 0;
    int64_t litres_e7 = 0;
    if (hex_decode(gl200_item(l, l->name + DATA_AT), text, ROOM, &len) != ERR_OK) {
        return;
    }
    struct bytes rest = {text, len};
    while (rest.len > 0 && !bytes_begin(rest, "COMB,")) {
        rest = bytes_slice(rest, 1, SIZE_MAX);
    }
    struct reader reader = reader_init(rest);
    for (unsigned i = 0; i < LITRES_AFTER; i++) {
        (void)read_field(&reader, ',');
    }
    if (parse_decimal_e7(read_field(&reader, ','), &litres_e7) && litres_e7 >= 0) {
        fix_set_fuel_ml(&r->fix, (uint64_t)litres_e7 / E7_PER_MILLI);
    }
}

/* The report of a braking: the low digit of its kind. */
static void read_driving(const struct gl200_line *l, struct gl200_report *r)
{
    static const struct alarm_row rows[] = {
        {0, ALARM_BIT(HARSH_BRAKING)},      {3, ALARM_BIT(HARSH_BRAKING)},
        {1, ALARM_BIT(HARSH_ACCELERATION)}, {4, ALARM_BIT(HARSH_ACCELERATION)},
        {2, ALARM_BIT(HARSH_CORNERING)},
    };
    static const struct alarm_table table = ALARM_TABLE(rows);
    struct bytes kind = gl200_item(l, l->name + 2);
    fix_set_alarms_told(&r->fix, alarm_table_all(&table));
    if (kind.len > 0) {
        r->fix.alarms |= alarm_table_of_code(&table, (unsigned)(kind.at[kind.len - 1] - '0'));
    }
}

static void read_event(const struct gl200_line *l, struct gl200_report *r)
{
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (bytes_eq(l->type, events[i].type)) {
            fix_set_alarms_told(&r->fix, events[i].alarms);
            r->fix.alarms |= events[i].is_end ? 0 : events[i].alarms;
        }
    }
}

static void read_ignition(const struct gl200_line *l, struct gl200_report *r)
{
    enum { REACH = 4 };
    struct bytes kind = gl200_item(l, l->name + 2);
    bool is_on = l->type.at[2] == 'N';
    if (bytes_eq(l->type, "IGL")) {
        is_on = kind.len > 0 && kind.at[kind.len - 1] == '1';
    }
    fix_set_switch(&r->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on);
    for (size_t i = r->end; i < r->end + REACH; i++) {
        (void)set_hours(gl200_item(l, i), &r->extras);
        (void)set_odometer(l, i, &r->fix);
    }
}

/* What stands right behind the name. */
static void read_single(const struct gl200_line *l, struct gl200_report *r)
{
    enum { CARD_AT = 2, TEMPERATURE_AT = 2 };
    uint64_t state = 0;
    int64_t value_e7 = 0;
    if (bytes_eq(l->type, "STT") && gl200_hex(gl200_item(l, l->name + 1), &state)) {
        set_state(&r->fix, state);
    } else if (bytes_eq(l->type, "BPL") && gl200_decimal(l, l->name + 1, &value_e7) &&
               value_e7 >= 0) {
        fix_set_battery_mv(&r->fix, (uint64_t)value_e7 / E7_PER_MILLI);
    } else if (bytes_eq(l->type, "TEM") && gl200_decimal(l, l->name + TEMPERATURE_AT, &value_e7)) {
        fix_set_temperature(&r->fix, 0, value_e7 / E7_PER_E2);
    } else if (bytes_eq(l->type, "IDA")) {
        extras_set_text(&r->extras, EXTRA_CARD, 0, gl200_item(l, l->name + CARD_AT));
    }
}

/* A VIN stands before the name. */
static void skip_vin(struct gl200_line *l, struct gl200_report *r)
{
    enum { VIN_LEN = 17 };
    if (gl200_item(l, l->name).len == VIN_LEN) {
        extras_set_text(&r->extras, EXTRA_VIN, 0, gl200_item(l, l->name));
        l->name++;
    }
}

void gl200_read_values(struct gl200_line *line, struct gl200_report *r)
{
    static const struct {
        const char *types;
        void (*read)(const struct gl200_line *l, struct gl200_report *r);
    } readers[] = {
        {"FRI,ERI,RTL,CTN,STR,NMR,DOG,GEO", read_interval},
        {"IGN,IGF,VGN,VGF,IGL", read_ignition},
        {"INF", read_info},
        {"GSM,LBS", read_cells},
        {"CAN", read_can},
        {"OBD", read_obd},
        {"DTT", read_serial},
        {"HBM", read_driving},
        {"STT,BPL,TEM,IDA", read_single},
    };
    fix_set_alarms_told(&r->fix, 0);
    skip_vin(line, r);
    read_event(line, r);
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (is_one_of(line->type, readers[i].types)) {
            readers[i].read(line, r);
        }
    }
}
