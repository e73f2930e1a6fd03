/*
 * TK103 frames with commas. Times are UTC, dates ddmmyy.
 *
 *     (123456789012345,ZC17,050326,A,5230.0000N,01315.0000E,36.0,070809,270.0,34.0,9)
 *                           date     lat        lon         km/h time   deg   alt  satellites
 *
 *     A word is a plain report or tells an alarm (the table below): ZC and DW3 with a place, DW5
 *     with a cell and Wi-Fi. A number may stand behind the speed.
 *     DW5x  MCC,MNC,LAC,CID,n,{MAC*rssi*channel,}date,time; Wi-Fi counts where n matches the list
 *     ZC20  date,time,level,battery V * 100,power V * 10,installed; 255 and 65535: none
 *     ZC03  date,time,$text$: an answer to a command
 *
 * Source: the vectors' facts of TK103, section 2.
 */
#include "base/reader.h"
#include "protocols/fields.h"
#include "protocols/tk103/tk103.h"
#include "protocols/words.h"

/* The digits of three series of words that mean the same. 0: the series has none. */
static const struct {
    uint8_t zc;
    uint8_t place; /* DW */
    uint8_t cell;  /* DW */
    alarm_set alarms;
} alarms[] = {
    {0x11, 0x31, 0x51, ALARM_BIT(DISPLACEMENT)}, {0x12, 0x32, 0x52, ALARM_BIT(LOW_BATTERY)},
    {0x13, 0x33, 0x53, ALARM_BIT(POWER_OFF)},    {0x17, 0x37, 0x57, ALARM_BIT(REMOVAL)},
    {0x25, 0x3e, 0x5e, ALARM_BIT(SOS)},          {0x26, 0x3f, 0x5f, ALARM_BIT(COVER_OPEN)},
    {0x27, 0x40, 0x60, ALARM_BIT(LOW_BATTERY)},
};

/* What the word says beside the place. */
static void set_word(struct fix *f, struct bytes word)
{
    enum { ON_ZC = 0x15, ON_ZC2 = 0x29, ON_PLACE = 0x35, ON_PLACE2 = 0x42, ON_CELL = 0x55 };
    enum { ON_CELL2 = 0x62, OFF_ZC = 0x16, OFF_PLACE = 0x36, OFF_CELL = 0x56 };
    uint64_t n = word_hex(bytes_slice(word, 2, 2), 0);
    bool is_zc = bytes_begin(word, "ZC");
    alarm_set told = 0;
    for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++) {
        bool is_it = is_zc ? n == alarms[i].zc : n == alarms[i].place || n == alarms[i].cell;
        f->alarms |= is_it ? alarms[i].alarms : 0;
        told |= alarms[i].alarms;
    }
    fix_set_alarms_told(f, told);
    bool is_on = is_zc ? n == ON_ZC || n == ON_ZC2
                       : n == ON_PLACE || n == ON_PLACE2 || n == ON_CELL || n == ON_CELL2;
    bool is_off = is_zc ? n == OFF_ZC : n == OFF_PLACE || n == OFF_CELL;
    if (is_on || is_off) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on);
    }
}

static void set_time(struct fix *f, struct bytes date, struct bytes time)
{
    struct civil c;
    if (field_civil_of_digits(date, time, DATE_DMY, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

static enum err decode_place(const struct tk103_head *in, const struct words *w,
                             struct decoded *out)
{
    enum { DATE, VALID, LAT, LON, SPEED, TIME, COURSE, ALTITUDE, SATELLITES, TIME_LEN = 6 };
    struct fix fix = {0};
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    size_t more = word_at(w, TIME).len == TIME_LEN && word_is_digits(word_at(w, TIME)) ? 0 : 1;
    if (!tk103_angle(word_at(w, LAT), "NS", &lat_e7) ||
        !tk103_angle(word_at(w, LON), "EW", &lon_e7)) {
        return ERR_MALFORMED;
    }
    fix_set_position(&fix, lat_e7, lon_e7, bytes_eq(word_at(w, VALID), "A"));
    set_time(&fix, word_at(w, DATE), word_at(w, TIME + more));
    word_set_kmh(&fix, word_at(w, SPEED));
    word_set_course(&fix, word_at(w, COURSE + more));
    word_set_altitude(&fix, word_at(w, ALTITUDE + more));
    word_set_satellites(&fix, word_at(w, SATELLITES + more));
    set_word(&fix, in->word);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

/* "02:00:00:aa:bb:cc*-65*1" */
static void add_wifi(struct fix *f, struct bytes word)
{
    uint8_t mac[FIELD_MAC_LEN];
    struct reader r = reader_init(word);
    struct bytes text = read_field(&r, '*');
    int64_t rssi = word_decimal(read_field(&r, '*'), 1, 1);
    if (field_mac_of_text(text, ":", mac) && rssi <= 0 && rssi >= INT8_MIN) {
        fix_add_wifi(f, mac, (int)rssi);
    }
}

static enum err decode_cell(const struct tk103_head *in, const struct words *w, struct decoded *out)
{
    enum { MCC, MNC, LAC, CID, COUNT, WIFI, BEHIND = 2 };
    struct fix fix = {0};
    const uint64_t cid_max = 0x0fffffff;
    uint64_t count = word_number(word_at(w, COUNT), 0);
    uint64_t mcc = word_number(word_at(w, MCC), 0);
    uint64_t mnc = word_number(word_at(w, MNC), UINT64_MAX);
    uint64_t lac = word_number(word_at(w, LAC), UINT64_MAX);
    uint64_t cid = word_number(word_at(w, CID), UINT64_MAX);
    if (w->count < WIFI + BEHIND) {
        return ERR_MALFORMED;
    }
    if (mcc > 0 && mcc < 1000 && mnc < 1000 && lac <= UINT16_MAX && cid <= cid_max && cid > 0) {
        fix_set_cell(&fix, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
    for (size_t i = WIFI; count == w->count - WIFI - BEHIND && i < w->count - BEHIND; i++) {
        add_wifi(&fix, w->at[i]);
    }
    set_time(&fix, w->at[w->count - BEHIND], w->at[w->count - 1]);
    set_word(&fix, in->word);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

static enum err decode_battery(const struct words *w, struct decoded *out)
{
    enum { DATE, TIME, LEVEL, BATTERY, POWER, NONE = 65535, LEVEL_MAX = 6 };
    static const uint8_t percent[LEVEL_MAX + 1] = {0, 0, 10, 20, 50, 80, 100};
    enum { E2_TO_MILLI = 10, E1_TO_MILLI = 100 };
    struct fix fix = {0};
    uint64_t level = word_number(word_at(w, LEVEL), NONE);
    uint64_t battery_e2 = word_number(word_at(w, BATTERY), NONE);
    uint64_t power_e1 = word_number(word_at(w, POWER), NONE);
    set_time(&fix, word_at(w, DATE), word_at(w, TIME));
    if (level > 1 && level <= LEVEL_MAX) {
        fix_set_battery_percent(&fix, percent[level]);
    }
    if (battery_e2 < NONE) {
        fix_set_battery_mv(&fix, battery_e2 * E2_TO_MILLI);
    }
    if (power_e1 < NONE) {
        fix_set_power_mv(&fix, power_e1 * E1_TO_MILLI);
    }
    fix_set_alarms_told(&fix, 0);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

static enum err decode_answer(const struct tk103_head *in, struct decoded *out)
{
    size_t from = bytes_find(in->body, '$') + 1;
    struct bytes rest = bytes_slice(in->body, from, SIZE_MAX);
    struct bytes text = bytes_slice(rest, 0, bytes_find(rest, '$'));
    decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(text, 0, MESSAGE_TEXT_MAX);
    return ERR_OK;
}

enum err tk103_decode_comma(const struct tk103_head *in, struct decoded *out)
{
    struct words w;
    words_cut(bytes_slice(in->body, 1, SIZE_MAX), ',', &w);
    if (bytes_eq(in->word, "ZC03")) {
        return decode_answer(in, out);
    }
    if (bytes_eq(in->word, "ZC20")) {
        return decode_battery(&w, out);
    }
    bool is_cell = bytes_begin(in->word, "DW5") || bytes_begin(in->word, "DW6");
    return is_cell ? decode_cell(in, &w, out) : decode_place(in, &w, out);
}
