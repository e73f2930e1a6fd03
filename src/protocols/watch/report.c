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
#include "protocols/alarm_table.h"
#include "protocols/watch/watch.h"

enum { SPEED = 8, COURSE, ALTITUDE, SATELLITES, SIGNAL, BATTERY, STEPS, STATUS = STEPS + 2 };
enum { CELLS = STATUS + 1, NETWORK = CELLS + 2 };

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

/* The signal in per cent. */
static void set_signal(struct fix *f, struct bytes word)
{
    enum { PERCENT = 100, CSQ_MAX = 31 };
    uint64_t signal = word_number(word, UINT64_MAX);
    if (signal <= PERCENT) {
        fix_set_gsm(f, (unsigned)(signal * CSQ_MAX + PERCENT / 2) / PERCENT);
    }
}

static void set_iccid(struct fix *f, struct bytes word)
{
    enum { DIGITS_MIN = 18 };
    if (word.len >= DIGITS_MIN) {
        field_set_iccid_text(f, word);
    }
}

static uint64_t cell_number(struct bytes word)
{
    return word_is_digits(word) ? word_number(word, UINT64_MAX) : word_hex(word, UINT64_MAX);
}

static void set_network(struct fix *f, const struct words *w)
{
    enum { MCC, MNC, LAC, CID };
    if (word_number(word_at(w, CELLS), 0) > 0) {
        field_set_cell(f, word_number(word_at(w, NETWORK + MCC), 0),
                       word_number(word_at(w, NETWORK + MNC), UINT64_MAX),
                       cell_number(word_at(w, NETWORK + LAC)),
                       cell_number(word_at(w, NETWORK + CID)));
    }
    for (size_t i = CELLS; i + 1 < w->count; i++) {
        word_add_wifi(f, w->at[i], w->at[i + 1]);
    }
}

/* ---- the types ---- */

static const struct layout position = {.when = {1, 2, DATE_DMY},
                                       .where = {4, 3, layout_place_sided},
                                       .rows = {{SATELLITES, word_set_satellites},
                                                {SIGNAL, set_signal},
                                                {BATTERY, word_set_percent},
                                                {STATUS, set_status}},
                                       .extras = {{STEPS, .key = EXTRA_STEPS}}};
static const struct layout motion = {
    .rows = {{SPEED, word_set_kmh}, {COURSE, word_set_course}, {ALTITUDE, word_set_altitude}}};

enum { BODY_MAX = 999 };

static const struct layout alive = {.rows = {{3, word_set_percent}},
                                    .extras = {{.at = 1, .key = EXTRA_STEPS}}};
static const struct layout card = {.rows = {{1, set_iccid}}};
/* Of the body a number that is positive. */
static const struct layout heart = {
    .extras = {{1, EXTRA_HEART_RATE, .is_decimal = true, .low = 1, .high = BODY_MAX}}};
static const struct layout blood = {
    .extras = {{1, EXTRA_BLOOD_PRESSURE, .more = 1, .is_decimal = true, .low = 1, .high = BODY_MAX},
               {3, EXTRA_HEART_RATE, .is_decimal = true, .low = 1, .high = BODY_MAX}}};
static const struct layout oxygen = {
    .extras = {{2, EXTRA_BLOOD_OXYGEN, .is_decimal = true, .low = 1, .high = BODY_MAX}}};
static const struct layout temperature = {.rows = {{1, word_set_celsius}}};
static const struct layout temperature2 = {.rows = {{2, word_set_celsius}}};

static const struct watch_kind kinds[] = {
    {"LK", "LK", .kind = MESSAGE_HEARTBEAT, .layout = &alive, .words_min = 4},
    {"INIT", "INIT,1", .kind = MESSAGE_LOGIN},
    {"UD2", "", .kind = MESSAGE_FIX, .layout = &position, .goes_on = true, .is_place = true,
     .is_stored = true},
    {"UD", "", .kind = MESSAGE_FIX, .layout = &position, .goes_on = true, .is_place = true},
    {"WT", "", .kind = MESSAGE_FIX, .layout = &position, .goes_on = true, .is_place = true},
    {"AL", "AL", .kind = MESSAGE_FIX, .layout = &position, .goes_on = true, .is_place = true,
     .is_kept = true},
    {"TKQ", "TKQ", .kind = MESSAGE_OTHER},
    {"TKQ2", "TKQ2", .kind = MESSAGE_OTHER},
    {"JXTK", "JXTKR,1", .kind = MESSAGE_OTHER, .is_kept = true},
    {"TK", "", .kind = MESSAGE_OTHER},
    {"TK2", "", .kind = MESSAGE_OTHER},
    {"img", "", .kind = MESSAGE_OTHER},
    {"CCID", "", .kind = MESSAGE_HEARTBEAT, .layout = &card},
    {"PULSE", "", .kind = MESSAGE_HEARTBEAT, .layout = &heart, .ignores_case = true},
    {"HEART", "", .kind = MESSAGE_HEARTBEAT, .layout = &heart, .ignores_case = true},
    {"BLOOD", "", .kind = MESSAGE_HEARTBEAT, .layout = &blood, .ignores_case = true},
    {"BPHRT", "", .kind = MESSAGE_HEARTBEAT, .layout = &blood, .ignores_case = true},
    {"TEMP", "", .kind = MESSAGE_HEARTBEAT, .layout = &temperature, .ignores_case = true},
    {"BTEMP2", "", .kind = MESSAGE_HEARTBEAT, .layout = &temperature2, .ignores_case = true,
     .is_marked = true},
    {"OXYGEN", "", .kind = MESSAGE_HEARTBEAT, .layout = &oxygen, .ignores_case = true},
};

static bool is_of(const struct watch_kind *k, struct bytes type)
{
    return k->goes_on        ? bytes_begin(type, k->type)
           : k->ignores_case ? bytes_eq_nocase(type, k->type)
                             : bytes_eq(type, k->type);
}

const struct watch_kind *watch_read(struct words *w, struct decoded *out)
{
    struct report r;
    const struct watch_kind *k = kinds;
    while (k < kinds + sizeof(kinds) / sizeof(kinds[0]) && !is_of(k, word_at(w, 0))) {
        k++;
    }
    if (k == kinds + sizeof(kinds) / sizeof(kinds[0])) {
        return NULL;
    }
    w->count = k->is_marked && bytes_eq(word_at(w, 1), "0") ? 1 : w->count;
    report_begin(&r, out);
    if (k->layout != NULL && w->count >= k->words_min) {
        (void)layout_read(k->layout, w, 0, &r);
    }
    if (k->is_place) {
        set_network(&r.fix, w);
        r.fix.flags |= k->is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    }
    if (k->is_place && fix_has_position(&r.fix)) {
        (void)layout_read(&motion, w, 0, &r);
    }
    report_add(&r, k->kind, out);
    return k;
}
