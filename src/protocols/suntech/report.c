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

void suntech_set_alert(struct report *r, uint64_t alert)
{
    enum { ENGINE_ON = 33, ENGINE_OFF, DOOR = 132 };
    tell_alarms(&r->fix);
    if (alert > UINT16_MAX) {
        return;
    }
    r->fix.alarms |= alarm_table_of_code(&alerts, (unsigned)alert);
    extras_set(&r->extras, EXTRA_EVENT, 0, (int64_t)alert);
    if (alert == ENGINE_ON || alert == ENGINE_OFF) {
        fix_set_switch(&r->fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, alert == ENGINE_ON);
    }
    if (alert == DOOR) {
        fix_set_switch(&r->fix, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    }
}

void suntech_set_stored(struct fix *f, struct bytes word)
{
    f->flags |= bytes_eq(word, "0") ? (uint32_t)FIX_REUPLOAD : 0;
}

void suntech_set_time(struct fix *f, struct bytes date, struct bytes time)
{
    enum { TIME_LEN = 8, PAIR = 2, STEP = 3 };
    uint8_t hms[FIELD_CIVIL_LEN];
    if (time.len == TIME_LEN) {
        for (size_t i = 0; i < sizeof(hms); i++) {
            hms[i] = time.at[i / PAIR * STEP + i % PAIR];
        }
        field_set_time(f, date, (struct bytes){hms, sizeof(hms)}, DATE_YYYYMD);
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

void suntech_add_report(const struct report *r, struct bytes text, struct decoded *out)
{
    enum { DRIVER = 4 };
    size_t at = 0;
    size_t len = 0;
    struct message *m = report_add(r, MESSAGE_FIX, out);
    bool has_data = suntech_find_data(text, &at, &len);
    struct bytes data = field_trimmed(bytes_slice(text, at, len));
    if (has_data && bytes_begin(data, "GTSL|")) {
        struct words w;
        struct report driver;
        words_cut(data, '|', &w);
        report_begin(&driver, out);
        extras_set_text(&driver.extras, EXTRA_DRIVER, 0, word_at(&w, DRIVER));
        m->extras = extras_pack(&driver.extras);
    } else if (has_data && data.len > 0 && field_is_printable(data)) {
        decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(data, 0, MESSAGE_TEXT_MAX);
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
    if (cid > 0) {
        field_set_cell(f, mcc, mnc, lac, cid);
    }
}

/* "cid;MCC;MNC;signal;LAC;TA", decimal. */
static bool is_cell(const struct words *w, size_t at)
{
    struct bytes signal = word_at(w, at + 3);
    return w->count >= at + 6 && word_at(w, at + 1).len == 3 && signal.len > 1 &&
           signal.at[0] == '-';
}

static void set_option(struct report *r, struct bytes word, unsigned *analogues)
{
    enum { DRIVER_LEN = 14, MILLI = 1000 };
    struct fix *f = &r->fix;
    size_t colon = bytes_find(word, ':');
    if (word.len == DRIVER_LEN && word_is_hex(word)) {
        if (word_hex(word, 0) != 0) {
            extras_set_text(&r->extras, EXTRA_DRIVER, 0, word);
        }
    } else if (colon < word.len) {
        word_set_temperature(f, f->temperature_count, bytes_slice(word, colon + 1, SIZE_MAX));
    } else if (bytes_find(word, '.') < word.len && word_is_decimal(word)) {
        extras_set(&r->extras, EXTRA_ANALOGUE, ++*analogues, word_decimal(word, MILLI, 0));
    }
}

/* The hours, the backup battery, the type, and the options. */
static void set_tail(struct report *r, const struct words *w, size_t at)
{
    enum { HOURS, BACKUP, LIVE, OPTIONS };
    static const struct layout tail = {
        .rows = {{BACKUP, word_set_battery}, {LIVE, suntech_set_stored}}};
    unsigned analogues = 0;
    (void)layout_read(&tail, w, at, r);
    for (size_t i = at + OPTIONS; i < w->count; i++) {
        if (is_cell(w, i)) {
            set_cell(&r->fix, word_number(w->at[i + 1], 0), word_number(w->at[i + 2], UINT64_MAX),
                     word_number(w->at[i + 4], UINT64_MAX), word_number(w->at[i], 0));
            return;
        }
        set_option(r, w->at[i], &analogues);
    }
}

static const struct layout place_layout = {
    .where = {LAT, VALID, layout_place_degrees},
    .is_valid = layout_is_one,
    .rows = {{SPEED, word_set_kmh}, {COURSE, word_set_course}, {SATELLITES, word_set_satellites}}};

/* ST2xx, 3xx, 5xx and 6xx. */
static void read_old(const struct suntech_text *in, size_t place, struct report *r)
{
    static const struct layout behind = {
        .rows = {{ODOMETER, word_set_metres}, {POWER, word_set_power}, {PORTS, set_ports}}};
    const struct words *w = &in->words;
    bool is_status = bytes_eq(in->type, "STT");
    uint64_t what = word_number(word_at(w, place + WHAT), UINT64_MAX);
    (void)layout_read(&place_layout, w, place, r);
    (void)layout_read(&behind, w, place, r);
    if (bytes_eq(in->type, "ALT")) {
        suntech_set_alert(r, what);
    } else if (bytes_eq(in->type, "EMG") && what <= UINT16_MAX) {
        r->fix.alarms |= alarm_table_of_code(&emergencies, (unsigned)what);
        extras_set(&r->extras, EXTRA_EVENT, 0, (int64_t)what);
    }
    if (!bytes_eq(in->type, "UEX")) {
        set_tail(r, w, place + WHAT + (is_status ? 2 : 1));
    }
}

/* ST9xx; the alarm of the layout is told by its second item. */
static void read_910(const struct suntech_text *in, size_t date, size_t place, struct report *r)
{
    static const struct layout st910 = {.where = {LAT, 4, layout_place_degrees},
                                        .is_valid = layout_is_one,
                                        .rows = {{SPEED, word_set_kmh}, {COURSE, word_set_course}}};
    static const struct layout with_cell = {.rows = {{5, word_set_metres}, {6, word_set_percent}}};
    static const struct layout without = {.rows = {{5, word_set_battery}}};
    (void)layout_read(&st910, &in->words, place, r);
    (void)layout_read(place > date + 2 ? &with_cell : &without, &in->words, place, r);
    r->fix.alarms |= bytes_eq(word_at(&in->words, 1), "Emergency") ? ALARM_BIT(SOS) : 0;
}

/* ST4xx: the cells and the battery stand before the date. */
static void read_410(const struct suntech_text *in, size_t place, struct report *r)
{
    enum { CELLS = 4, MCC = 1, MNC, LAC = 4, BATTERY = 42, LIVE };
    static const struct layout front = {
        .rows = {{BATTERY, word_set_battery}, {LIVE, suntech_set_stored}}};
    const struct words *w = &in->words;
    size_t at = CELLS + (bytes_eq(word_at(w, 3), "41") ? 1 : 0);
    set_cell(&r->fix, word_number(word_at(w, at + MCC), 0),
             word_number(word_at(w, at + MNC), UINT64_MAX),
             word_number(word_at(w, at + LAC), UINT64_MAX), word_number(word_at(w, at), 0));
    (void)layout_read(&front, w, at, r);
    if (place < w->count) {
        (void)layout_read(&place_layout, w, place, r);
    }
}

void suntech_read_report(const struct suntech_text *in, struct decoded *out)
{
    struct report r;
    const struct words *w = &in->words;
    size_t date = find_date(w);
    size_t place = find_place(w, date);
    report_begin(&r, out);
    tell_alarms(&r.fix);
    suntech_set_time(&r.fix, word_at(w, date), word_at(w, date + 1));
    if (bytes_eq(in->type, "BLE")) {
        (void)word_set_degrees(&r.fix, word_at(w, place + LAT), word_at(w, place + LON), true);
    } else if (bytes_begin(in->prefix, "ST9")) {
        read_910(in, date, place, &r);
    } else if (bytes_begin(in->prefix, "ST4")) {
        read_410(in, place, &r);
    } else {
        if (place == date + 2 + 5) {
            set_cell(&r.fix, word_number(w->at[date + 3], 0),
                     word_number(w->at[date + 4], UINT64_MAX),
                     word_hex(w->at[date + 5], UINT64_MAX), word_hex(w->at[date + 2], 0));
        }
        read_old(in, place, &r);
    }
    suntech_add_report(&r, in->all, out);
}
