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
#include "protocols/layouts.h"
#include "protocols/tk103/tk103.h"

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

/* "5230.0000N", "01315.0000E" */
static bool read_place(struct fix *f, const struct words *w, size_t at, bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!tk103_angle(word_at(w, at), "NS", &lat_e7) ||
        !tk103_angle(word_at(w, at + 1), "EW", &lon_e7)) {
        return false;
    }
    fix_set_position(f, lat_e7, lon_e7, is_valid);
    return true;
}

static enum err decode_place(const struct tk103_head *in, struct words *w, struct decoded *out)
{
    enum { DATE, VALID, LAT, SPEED = 4, TIME, COURSE, ALTITUDE, SATELLITES, TIME_LEN = 6 };
    static const struct layout place = {.when = {DATE, TIME, DATE_DMY},
                                        .where = {LAT, VALID, read_place},
                                        .rows = {{SPEED, word_set_kmh},
                                                 {COURSE, word_set_course},
                                                 {ALTITUDE, word_set_altitude},
                                                 {SATELLITES, word_set_satellites}}};
    struct report r;
    bool has_number = word_at(w, TIME).len != TIME_LEN || !word_is_digits(word_at(w, TIME));
    for (size_t i = TIME; has_number && i + 1 < w->count; i++) {
        w->at[i] = w->at[i + 1];
    }
    w->count -= has_number && w->count > TIME ? 1 : 0;
    report_begin(&r, out);
    if (!layout_read(&place, w, 0, &r)) {
        return ERR_MALFORMED;
    }
    set_word(&r.fix, in->word);
    report_add(&r, MESSAGE_FIX, out);
    return ERR_OK;
}

/* "02:00:00:aa:bb:cc*-65*1" */
static void add_wifi(struct fix *f, struct bytes word)
{
    struct reader r = reader_init(word);
    struct bytes mac = read_field(&r, '*');
    word_add_wifi(f, mac, read_field(&r, '*'));
}

static enum err decode_cell(const struct tk103_head *in, const struct words *w, struct decoded *out)
{
    enum { MCC, MNC, LAC, CID, COUNT, WIFI, BEHIND = 2 };
    static const struct layout time = {.when = {0, 1, DATE_DMY}};
    const uint64_t cid_max = 0x0fffffff;
    struct report r;
    if (w->count < WIFI + BEHIND) {
        return ERR_MALFORMED;
    }
    size_t behind = w->count - BEHIND;
    report_begin(&r, out);
    uint64_t lac = word_number(w->at[LAC], UINT64_MAX);
    uint64_t cid = word_number(w->at[CID], 0);
    if (lac <= UINT16_MAX && cid > 0 && cid <= cid_max) {
        field_set_cell(&r.fix, word_number(w->at[MCC], 0), word_number(w->at[MNC], UINT64_MAX), lac,
                       cid);
    }
    bool has_list = word_number(w->at[COUNT], 0) == behind - WIFI;
    for (size_t i = WIFI; has_list && i < behind; i++) {
        add_wifi(&r.fix, w->at[i]);
    }
    (void)layout_read(&time, w, behind, &r);
    set_word(&r.fix, in->word);
    report_add(&r, MESSAGE_FIX, out);
    return ERR_OK;
}

static void set_level(struct fix *f, struct bytes word)
{
    enum { LEVEL_MAX = 6 };
    static const uint8_t percent[LEVEL_MAX + 1] = {0, 0, 10, 20, 50, 80, 100};
    uint64_t level = word_number(word, 0);
    if (level > 1 && level <= LEVEL_MAX) {
        fix_set_battery_percent(f, percent[level]);
    }
}

static void set_battery(struct fix *f, struct bytes volts_e2)
{
    enum { NONE = 65535, E2_TO_MILLI = 10 };
    uint64_t battery_e2 = word_number(volts_e2, NONE);
    if (battery_e2 < NONE) {
        fix_set_battery_mv(f, battery_e2 * E2_TO_MILLI);
    }
}

static void set_power(struct fix *f, struct bytes volts_e1)
{
    enum { NONE = 65535, E1_TO_MILLI = 100 };
    uint64_t power_e1 = word_number(volts_e1, NONE);
    if (power_e1 < NONE) {
        fix_set_power_mv(f, power_e1 * E1_TO_MILLI);
    }
}

static void decode_battery(const struct words *w, struct decoded *out)
{
    static const struct layout battery = {
        .when = {0, 1, DATE_DMY}, .rows = {{2, set_level}, {3, set_battery}, {4, set_power}}};
    struct report r;
    report_begin(&r, out);
    (void)layout_read(&battery, w, 0, &r);
    report_add(&r, MESSAGE_FIX, out);
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
        decode_battery(&w, out);
        return ERR_OK;
    }
    bool is_cell = bytes_begin(in->word, "DW5") || bytes_begin(in->word, "DW6");
    return is_cell ? decode_cell(in, &w, out) : decode_place(in, &w, out);
}
