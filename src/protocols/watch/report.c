/*
 * What a watch reports. Time is UTC, angles are degrees.
 *
 *     UD,050326,070809,A,52.500000,N,13.250000,W,36.00,270.0,34.0,9,80,76,1520,3,00000008,...
 *        date   time     lat         lon         km/h  deg   alt  |  |  |  steps, rolls, status
 *                                                     satellites -'  |  '- battery %
 *                                                     signal % ------'
 *     then n,TA,MCC,MNC,{LAC,CID,signal,}*n, m,{name,MAC,signal dBm,}*m, accuracy m
 *
 * S and W make an angle negative; N, E and a letter that is missing leave its sign. A watch that
 * leaves out the letter in the west is shown in the east: nothing tells. Where the place is 0, 0
 * the speed means nothing.
 *
 * Status: the low half are states, the high half alarms. UD2 is stored. With n = 0 the Wi-Fi count
 * may follow at once, and names may hold commas: so access points are told by the form of their
 * MAC. LAC and CID are decimal, or hexadecimal where they hold a letter.
 *
 * Source: the vectors' facts of Watch, section 4.
 */
#include "base/units.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/watch/watch.h"

enum { DATE = 1, TIME, VALID, LAT, NORTH, LON, EAST, SPEED, COURSE, ALTITUDE, SATELLITES };
enum { SIGNAL = SATELLITES + 1, BATTERY, STEPS, STATUS = STEPS + 2, CELLS, NETWORK = CELLS + 2 };

static const struct alarm_row status_rows[] = {
    {0, ALARM_BIT(LOW_BATTERY)},
    {1, ALARM_BIT(GEOFENCE_LEAVE)},
    {2, ALARM_BIT(GEOFENCE_ENTER)},
    {14, ALARM_BIT(POWER_OFF)},
    {16, ALARM_BIT(SOS)},
    {17, ALARM_BIT(LOW_BATTERY)},
    {18, ALARM_BIT(GEOFENCE_LEAVE)},
    {19, ALARM_BIT(GEOFENCE_ENTER)},
    {20, ALARM_BIT(REMOVAL)},
    {21, ALARM_BIT(ROLLOVER)},
    {22, ALARM_BIT(ROLLOVER)},
};
static const struct alarm_table status_alarms = ALARM_TABLE(status_rows);

static bool read_angle(struct bytes text, struct bytes side, const char *negative,
                       int64_t *angle_e7)
{
    if (!parse_decimal_e7(text, angle_e7)) {
        return false;
    }
    bool is_turned = bytes_eq(side, negative) && *angle_e7 > 0;
    *angle_e7 = is_turned ? -*angle_e7 : *angle_e7;
    return true;
}

static void set_place(struct fix *f, const struct words *w)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (read_angle(word_at(w, LAT), word_at(w, NORTH), "S", &lat_e7) &&
        read_angle(word_at(w, LON), word_at(w, EAST), "W", &lon_e7)) {
        fix_set_position(f, lat_e7, lon_e7, bytes_eq(word_at(w, VALID), "A"));
    }
    if (fix_has_position(f)) {
        word_set_kmh(f, word_at(w, SPEED));
        word_set_course(f, word_at(w, COURSE));
        word_set_altitude(f, word_at(w, ALTITUDE));
    }
}

static void set_status(struct fix *f, struct bytes word)
{
    enum { MOVING = 1 << 4 };
    uint32_t status = (uint32_t)(word_hex(word, 0) & UINT32_MAX);
    f->alarms |= alarm_table_of_bits(&status_alarms, status);
    fix_set_alarms_told(f, alarm_table_all(&status_alarms));
    if ((status & MOVING) != 0) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, true);
    }
}

static uint64_t cell_number(struct bytes word)
{
    return word_is_digits(word) ? word_number(word, UINT64_MAX) : word_hex(word, UINT64_MAX);
}

static void set_network(struct fix *f, const struct words *w)
{
    enum { MCC, MNC, LAC, CID };
    uint64_t mcc = word_number(word_at(w, NETWORK + MCC), 0);
    uint64_t mnc = word_number(word_at(w, NETWORK + MNC), UINT64_MAX);
    uint64_t lac = cell_number(word_at(w, NETWORK + LAC));
    uint64_t cid = cell_number(word_at(w, NETWORK + CID));
    if (word_number(word_at(w, CELLS), 0) > 0 && mcc > 0 && mcc < 1000 && mnc < 1000 &&
        lac <= UINT32_MAX && cid <= UINT32_MAX) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
    for (size_t i = CELLS; i + 1 < w->count; i++) {
        uint8_t mac[FIELD_MAC_LEN];
        int64_t rssi = word_decimal(w->at[i + 1], 1, 1);
        if (field_mac_of_text(w->at[i], ":", mac) && rssi <= 0 && rssi >= INT8_MIN) {
            fix_add_wifi(f, mac, (int)rssi);
        }
    }
}

static void set_steps(struct extras *x, struct bytes word)
{
    if (word_is_digits(word)) {
        extras_set(x, EXTRA_STEPS, 0, (int64_t)word_number(word, 0));
    }
}

void watch_read_position(const struct words *w, struct decoded *out)
{
    enum { PERCENT = 100, CSQ_MAX = 31 };
    struct fix fix = {0};
    struct extras x;
    struct civil c;
    extras_init(&x, out->arena);
    if (field_civil_of_digits(word_at(w, DATE), word_at(w, TIME), DATE_DMY, &c)) {
        fix_set_time(&fix, civil_to_s(&c));
    }
    set_place(&fix, w);
    word_set_satellites(&fix, word_at(w, SATELLITES));
    uint64_t signal = word_number(word_at(w, SIGNAL), UINT64_MAX);
    if (signal <= PERCENT) {
        fix_set_gsm(&fix, (unsigned)(signal * CSQ_MAX + PERCENT / 2) / PERCENT);
    }
    word_set_percent(&fix, word_at(w, BATTERY));
    set_steps(&x, word_at(w, STEPS));
    set_status(&fix, word_at(w, STATUS));
    set_network(&fix, w);
    fix.flags |= bytes_begin(word_at(w, 0), "UD2") ? (uint32_t)FIX_REUPLOAD : 0;
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
}

/* ---- the body ---- */

/* Stores a number that is positive. */
static void set_extra(struct extras *x, enum extra_key key, unsigned index, struct bytes word)
{
    enum { MAX = 1000 };
    int64_t number = word_decimal(word, 1, 0);
    if (number > 0 && number < MAX) {
        extras_set(x, key, index, number);
    }
}

bool watch_read_body(const struct words *w, struct decoded *out)
{
    struct fix fix = {0};
    struct extras x;
    struct bytes type = word_at(w, 0);
    extras_init(&x, out->arena);
    if (bytes_eq_nocase(type, "PULSE") || bytes_eq_nocase(type, "HEART")) {
        set_extra(&x, EXTRA_HEART_RATE, 0, word_at(w, 1));
    } else if (bytes_eq_nocase(type, "BLOOD") || bytes_eq_nocase(type, "BPHRT")) {
        set_extra(&x, EXTRA_BLOOD_PRESSURE, 0, word_at(w, 1));
        set_extra(&x, EXTRA_BLOOD_PRESSURE, 1, word_at(w, 2));
        set_extra(&x, EXTRA_HEART_RATE, 0, word_at(w, 3));
    } else if (bytes_eq_nocase(type, "TEMP")) {
        word_set_temperature(&fix, 0, word_at(w, 1));
    } else if (bytes_eq_nocase(type, "BTEMP2")) {
        bool has_value = !bytes_eq(word_at(w, 1), "0");
        word_set_temperature(&fix, 0, has_value ? word_at(w, 2) : (struct bytes){0});
    } else if (bytes_eq_nocase(type, "OXYGEN")) {
        set_extra(&x, EXTRA_BLOOD_OXYGEN, 0, word_at(w, 2));
    } else {
        return false;
    }
    struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return true;
}
