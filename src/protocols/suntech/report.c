/*
 * Suntech's older layouts, UTC, signed degrees.
 *
 *     ST300STT;789012345;45;315;20260102;03:04:05;1f2c3;-23.550520;-046.633310;054.000;180.00;9;1;
 *              id        |  |   date     time     cell  lat        lon         km/h    deg    | fix
 *                    model  software                                               satellites-'
 *     123456;12.60;100000;2;0007;000123;4.1;1
 *     metres V     |      |            |   '- 1 live, 0 stored
 *                  |      by type      '- backup V, behind the hours of the engine
 *                  '- engine, three inputs, two outputs
 *
 *     By type: STT mode, number; EMG, EVT, ALT what it is; UEX length, data, sum. Models differ in
 *     what stands before the place, so date and place are found by their form. Between both ST6xx
 * has cell;MCC;MNC;LAC;signal. ST4xx: seven cells of six items and the battery before the date, the
 * type behind. ST9xx: "ST910;Location;id;..": behind the place fix and battery V; or, with a cell
 * before it, fix, metres and battery %. Emergency is an alarm.
 *
 * Behind the type options follow that the device is configured to send and that nothing names: 14
 * digits of hexadecimal are a driver, "name:+12.5" a temperature, a number with a point an analogue
 * input, and six numbers of which the fourth is negative a cell. The others are not kept.
 *
 * Source: the vectors' facts of Suntech, section 3.
 */
#include "base/reader.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/suntech/suntech.h"

static const struct alarm_row alert_rows[] = {
    {1, ALARM_BIT(OVERSPEED)},      {3, ALARM_BIT(GPS_ANTENNA)},
    {5, ALARM_BIT(GEOFENCE_LEAVE)}, {6, ALARM_BIT(GEOFENCE_ENTER)},
    {14, ALARM_BIT(LOW_BATTERY)},   {15, ALARM_BIT(VIBRATION)},
    {16, ALARM_BIT(COLLISION)},     {41, ALARM_BIT(POWER_OFF)},
    {42, ALARM_BIT(SOS)},           {46, ALARM_BIT(HARSH_ACCELERATION)},
    {47, ALARM_BIT(HARSH_BRAKING)},
};
static const struct alarm_table alerts = ALARM_TABLE(alert_rows);

static const struct alarm_row emergency_rows[] = {
    {1, ALARM_BIT(SOS)},
    {3, ALARM_BIT(POWER_OFF)},
    {7, ALARM_BIT(DISPLACEMENT)},
    {8, ALARM_BIT(VIBRATION)},
};
static const struct alarm_table emergencies = ALARM_TABLE(emergency_rows);

static void tell_alarms(struct fix *f)
{
    fix_set_alarms_told(f, alarm_table_all(&alerts) | alarm_table_all(&emergencies));
}

void suntech_set_alert(struct fix *f, struct extras *x, uint64_t alert)
{
    enum { ENGINE_ON = 33, ENGINE_OFF, DOOR = 132 };
    tell_alarms(f);
    if (alert > UINT16_MAX) {
        return;
    }
    f->alarms |= alarm_table_of_code(&alerts, (unsigned)alert);
    extras_set(x, EXTRA_EVENT, 0, (int64_t)alert);
    if (alert == ENGINE_ON || alert == ENGINE_OFF) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, alert == ENGINE_ON);
    }
    if (alert == DOOR) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    }
}

void suntech_set_time(struct fix *f, struct bytes date, struct bytes time)
{
    enum { DATE_LEN = 8, TIME_LEN = 8, YEAR_LEN = 2, PAIR = 2, SECOND_AT = 6, MINUTE_AT = 3 };
    uint8_t hms[3 * PAIR];
    static const size_t at[3] = {0, MINUTE_AT, SECOND_AT};
    struct civil c;
    if (date.len != DATE_LEN || time.len != TIME_LEN) {
        return;
    }
    for (size_t i = 0; i < sizeof(hms); i++) {
        hms[i] = time.at[at[i / PAIR] + i % PAIR];
    }
    if (field_civil_of_digits(bytes_slice(date, YEAR_LEN, SIZE_MAX),
                              (struct bytes){hms, sizeof(hms)}, DATE_YMD, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

/* ---- where things are ---- */

static bool is_time(struct bytes word)
{
    return word.len == 8 && word.at[2] == ':' && word.at[5] == ':';
}

static size_t find_date(const struct words *w)
{
    size_t at = 2;
    while (at < w->count && !(word_at(w, at).len == 8 && is_time(word_at(w, at + 1)))) {
        at++;
    }
    return at;
}

static bool is_degrees(struct bytes word)
{
    return word.len > 1 && (word.at[0] == '+' || word.at[0] == '-') && word_is_decimal(word) &&
           bytes_find(word, '.') < word.len;
}

/* The latitude behind the date; w->count: there is none. */
static size_t find_place(const struct words *w, size_t date)
{
    size_t at = date + 2;
    while (at < w->count && !(is_degrees(word_at(w, at)) && is_degrees(word_at(w, at + 1)))) {
        at++;
    }
    return at;
}

/* Items from the latitude on, in the older layouts. */
enum { LAT, LON, SPEED, COURSE, SATELLITES, VALID, ODOMETER, POWER, PORTS, WHAT };

bool suntech_find_data(struct bytes text, size_t *at, size_t *len)
{
    enum { UNIVERSAL_MORE = 9 };
    struct words w;
    bool is_universal = bytes_begin(text, "UEX;");
    struct bytes type = bytes_slice(text, SUNTECH_PREFIX_LEN, SUNTECH_TYPE_LEN + 1);
    if (!is_universal && !bytes_eq(type, "UEX;")) {
        return false;
    }
    /* A CR before the data ends the text, whatever has come behind it. */
    words_cut(bytes_slice(text, 0, bytes_find(text, '\r')), ';', &w);
    size_t place = find_place(&w, find_date(&w));
    size_t length = place + (is_universal ? UNIVERSAL_MORE - 1 : WHAT);
    if (length + 1 >= w.count || !word_is_digits(w.at[length])) {
        return false;
    }
    *at = (size_t)(w.at[length].at - text.at) + w.at[length].len + 1;
    *len = (size_t)word_number(w.at[length], 0);
    return true;
}

/* ---- what items say ---- */

void suntech_add_data(struct bytes data, struct message *fix, struct decoded *out)
{
    enum { DRIVER = 4 };
    struct bytes text = field_trimmed(data);
    if (bytes_begin(text, "GTSL|")) {
        struct words w;
        struct extras x;
        words_cut(text, '|', &w);
        extras_init(&x, out->arena);
        extras_set_text(&x, EXTRA_DRIVER, 0, word_at(&w, DRIVER));
        fix->extras = extras_pack(&x);
        return;
    }
    if (text.len > 0 && field_is_printable(text)) {
        decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
    }
}

static void set_ports(struct fix *f, struct bytes ports)
{
    enum { DIGITS_MIN = 6, OUTPUT = 4 };
    if (ports.len >= DIGITS_MIN && word_is_digits(ports)) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, ports.at[0] == '1');
        fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, ports.at[OUTPUT] == '1');
    }
}

static void set_cell(struct fix *f, uint64_t mcc, uint64_t mnc, uint64_t lac, uint64_t cid)
{
    if (mcc > 0 && mcc < 1000 && mnc < 1000 && lac <= UINT32_MAX && cid <= UINT32_MAX && cid > 0) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
}

/* "cid;MCC;MNC;signal;LAC;TA", decimal. */
static bool is_cell(const struct words *w, size_t at)
{
    struct bytes signal = word_at(w, at + 3);
    return w->count >= at + 6 && word_at(w, at + 1).len == 3 && signal.len > 1 &&
           signal.at[0] == '-';
}

static void set_option(struct fix *f, struct extras *x, struct bytes word, unsigned *analogues)
{
    enum { DRIVER_LEN = 14, MILLI = 1000 };
    size_t colon = bytes_find(word, ':');
    if (word.len == DRIVER_LEN && word_is_hex(word)) {
        if (word_hex(word, 0) != 0) {
            extras_set_text(x, EXTRA_DRIVER, 0, word);
        }
    } else if (colon < word.len) {
        word_set_temperature(f, f->temperature_count, bytes_slice(word, colon + 1, SIZE_MAX));
    } else if (bytes_find(word, '.') < word.len && word_is_decimal(word)) {
        extras_set(x, EXTRA_ANALOGUE, ++*analogues, word_decimal(word, MILLI, 0));
    }
}

/* The hours, the backup battery, the type, and the options. */
static void set_tail(struct fix *f, struct extras *x, const struct words *w, size_t at)
{
    enum { HOURS, BACKUP, LIVE, OPTIONS };
    unsigned analogues = 0;
    word_set_battery(f, word_at(w, at + BACKUP));
    f->flags |= bytes_eq(word_at(w, at + LIVE), "0") ? (uint32_t)FIX_REUPLOAD : 0;
    for (size_t i = at + OPTIONS; i < w->count; i++) {
        if (is_cell(w, i)) {
            set_cell(f, word_number(w->at[i + 1], 0), word_number(w->at[i + 2], UINT64_MAX),
                     word_number(w->at[i + 4], UINT64_MAX), word_number(w->at[i], 0));
            return;
        }
        set_option(f, x, w->at[i], &analogues);
    }
}

static void set_place(struct fix *f, const struct words *w, size_t place)
{
    (void)word_set_degrees(f, word_at(w, place + LAT), word_at(w, place + LON),
                           bytes_eq(word_at(w, place + VALID), "1"));
    word_set_kmh(f, word_at(w, place + SPEED));
    word_set_course(f, word_at(w, place + COURSE));
    word_set_satellites(f, word_at(w, place + SATELLITES));
}

/* ST2xx, 3xx, 5xx and 6xx. */
static void read_old(const struct suntech_text *in, size_t place, struct fix *f, struct extras *x)
{
    const struct words *w = &in->words;
    bool is_status = bytes_eq(in->type, "STT");
    uint64_t what = word_number(word_at(w, place + WHAT), UINT64_MAX);
    set_place(f, w, place);
    word_set_metres(f, word_at(w, place + ODOMETER));
    word_set_power(f, word_at(w, place + POWER));
    set_ports(f, word_at(w, place + PORTS));
    tell_alarms(f);
    if (bytes_eq(in->type, "ALT")) {
        suntech_set_alert(f, x, what);
    } else if (bytes_eq(in->type, "EMG") && what <= UINT16_MAX) {
        f->alarms |= alarm_table_of_code(&emergencies, (unsigned)what);
        extras_set(x, EXTRA_EVENT, 0, (int64_t)what);
    }
    if (!bytes_eq(in->type, "UEX")) {
        set_tail(f, x, w, place + WHAT + (is_status ? 2 : 1));
    }
}

/* ST9xx; the alarm of the layout is told by its second item. */
static void read_910(const struct suntech_text *in, size_t date, size_t place, struct fix *f)
{
    enum { FIX_AT = 4, NEXT };
    const struct words *w = &in->words;
    size_t valid = place + FIX_AT;
    bool has_cell = place > date + 2;
    (void)word_set_degrees(f, word_at(w, place + LAT), word_at(w, place + LON),
                           bytes_eq(word_at(w, valid), "1"));
    word_set_kmh(f, word_at(w, place + SPEED));
    word_set_course(f, word_at(w, place + COURSE));
    tell_alarms(f);
    f->alarms |= bytes_eq(word_at(w, 1), "Emergency") ? ALARM_BIT(SOS) : 0;
    if (has_cell) {
        word_set_metres(f, word_at(w, place + NEXT));
        word_set_percent(f, word_at(w, place + NEXT + 1));
    } else {
        word_set_battery(f, word_at(w, place + NEXT));
    }
}

/* ST4xx: the cells and the battery stand before the date. */
static void read_410(const struct suntech_text *in, size_t place, struct fix *f)
{
    enum { CELLS = 4, MCC = 1, MNC, LAC = 4, BATTERY = 42, LIVE };
    const struct words *w = &in->words;
    size_t at = CELLS + (bytes_eq(word_at(w, 3), "41") ? 1 : 0);
    set_cell(f, word_number(word_at(w, at + MCC), 0), word_number(word_at(w, at + MNC), UINT64_MAX),
             word_number(word_at(w, at + LAC), UINT64_MAX), word_number(word_at(w, at), 0));
    word_set_battery(f, word_at(w, at + BATTERY));
    f->flags |= bytes_eq(word_at(w, at + LIVE), "0") ? (uint32_t)FIX_REUPLOAD : 0;
    tell_alarms(f);
    if (place < w->count) {
        set_place(f, w, place);
    }
}

void suntech_read_report(const struct suntech_text *in, struct decoded *out)
{
    struct fix fix = {0};
    struct extras x;
    size_t at = 0;
    size_t len = 0;
    const struct words *w = &in->words;
    size_t date = find_date(w);
    size_t place = find_place(w, date);
    extras_init(&x, out->arena);
    suntech_set_time(&fix, word_at(w, date), word_at(w, date + 1));
    if (bytes_eq(in->type, "BLE")) {
        (void)word_set_degrees(&fix, word_at(w, place + LAT), word_at(w, place + LON), true);
        tell_alarms(&fix);
    } else if (bytes_begin(in->prefix, "ST9")) {
        read_910(in, date, place, &fix);
    } else if (bytes_begin(in->prefix, "ST4")) {
        read_410(in, place, &fix);
    } else {
        if (place == date + 2 + 5) {
            set_cell(&fix, word_number(w->at[date + 3], 0),
                     word_number(w->at[date + 4], UINT64_MAX),
                     word_hex(w->at[date + 5], UINT64_MAX), word_hex(w->at[date + 2], 0));
        }
        read_old(in, place, &fix, &x);
    }
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    if (suntech_find_data(in->all, &at, &len)) {
        suntech_add_data(bytes_slice(in->all, at, len), m, out);
    }
}
