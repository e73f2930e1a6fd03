/*
 * Bodies of Wialon IPS, UTC; NA or nothing is a value that is missing.
 *
 *     SD  ddmmyy;hhmmss[.nnn];ddmm.mmmm;N;dddmm.mmmm;E;km/h;degrees;altitude m;satellites
 *     D   the same;HDOP;inputs;outputs;adc,adc,..;key;name:type:value,name:type:value,..
 *
 * A place with fewer than three satellites is not valid; without their number it is, as telephones
 * do not tell it. Of the parameters SOS, bat (%), temp (°C), and mcc, mnc, lac, cell_id, or the
 * same with a 1 behind, have a meaning that all makers share; the others are not kept, and neither
 * are the bits of inputs and outputs.
 *
 * Source: the vectors' facts of Wialon, section 5.
 */
#include "base/reader.h"
#include "protocols/layouts.h"
#include "protocols/wialon/wialon.h"

enum { DATE, TIME, LAT, SPEED = 6, COURSE, ALTITUDE, SATELLITES, SHORT_WORDS };
enum { HDOP = SHORT_WORDS, ADC = 13, KEY, PARAMETERS };

static bool is_missing(struct bytes word)
{
    return word.len == 0 || bytes_eq(word, "NA");
}

static void set_sos(struct fix *f, struct bytes word)
{
    f->alarms |= word_number(word, 0) > 0 ? ALARM_BIT(SOS) : 0;
}

/* The parameters that have a meaning, in this order. */
enum { SOS, BAT, TEMP, MCC, MNC, LAC, CID, NAMES };

/* Which parameter has the name, without case; the cell's perhaps with a 1 behind it. */
static size_t name_of(struct bytes name)
{
    static const char *const names[NAMES] = {"SOS", "bat", "temp", "mcc", "mnc", "lac", "cell_id"};
    size_t n = 0;
    bool is_first = name.len > 1 && name.at[name.len - 1] == '1';
    struct bytes front = bytes_slice(name, 0, name.len - (is_first ? 1 : 0));
    while (n < NAMES && !bytes_eq_nocase(n >= MCC ? front : name, names[n])) {
        n++;
    }
    return n;
}

static void set_parameters(struct report *out, struct bytes list)
{
    static const struct layout named = {
        .rows = {{SOS, set_sos}, {BAT, word_set_percent}, {TEMP, word_set_celsius}}};
    struct words w; /* no initializer: that would clear all of it, a page */
    struct reader r = reader_init(list);
    w.count = NAMES;
    for (size_t i = 0; i < NAMES; i++) {
        w.at[i] = (struct bytes){0};
    }
    while (reader_left(&r) > 0) {
        struct reader one = reader_init(read_field(&r, ','));
        size_t n = name_of(word_trimmed(read_field(&one, ':')));
        (void)read_field(&one, ':');
        struct bytes value = word_trimmed(read_rest(&one));
        if (n < NAMES && value.len > 0) {
            w.at[n] = value;
        }
    }
    (void)layout_read(&named, &w, 0, out);
    field_set_cell(&out->fix, word_number(w.at[MCC], 0), word_number(w.at[MNC], UINT64_MAX),
                   word_number(w.at[LAC], UINT64_MAX), word_number(w.at[CID], UINT64_MAX));
}

/* What stands behind the number of satellites. */
static void set_rest(struct report *out, const struct words *w)
{
    static const struct layout inputs = {
        .extras = {{0, EXTRA_ANALOGUE, .index = 1, .more = 15, .is_decimal = true}}};
    struct words volts;
    struct bytes key = word_at(w, KEY);
    words_cut(word_at(w, ADC), ',', &volts);
    (void)layout_read(&inputs, &volts, 0, out);
    word_set_hdop(&out->fix, word_at(w, HDOP));
    if (!is_missing(key) && !bytes_eq(key, "0")) {
        extras_set_text(&out->extras, EXTRA_CARD, 0, key);
    }
    set_parameters(out, word_at(w, PARAMETERS));
}

static bool is_valid(struct bytes satellites)
{
    enum { SATELLITES_MIN = 3 };
    return is_missing(satellites) || word_number(satellites, 0) >= SATELLITES_MIN;
}

enum wialon_fault wialon_read_body(struct bytes body, bool is_short, bool is_stored,
                                   struct decoded *out)
{
    static const struct layout layout = {.when = {DATE, TIME, DATE_DMY},
                                         .where = {LAT, SATELLITES, layout_place_angles},
                                         .is_valid = is_valid,
                                         .rows = {{SPEED, word_set_kmh},
                                                  {COURSE, word_set_course},
                                                  {ALTITUDE, word_set_altitude},
                                                  {SATELLITES, word_set_satellites}}};
    struct words w;
    struct report r;
    words_cut(body, ';', &w);
    if (w.count < SHORT_WORDS) {
        return WIALON_NO_STRUCTURE;
    }
    report_begin(&r, out);
    bool has_place = layout_read(&layout, &w, 0, &r);
    if (!is_missing(w.at[DATE]) && (r.fix.has & FIX_HAS_TIME) == 0) {
        return WIALON_NO_TIME;
    }
    if (!has_place && !is_missing(w.at[LAT])) {
        return WIALON_NO_PLACE;
    }
    if (!is_short) {
        set_rest(&r, &w);
    }
    r.fix.flags |= is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    fix_set_alarms_told(&r.fix, ALARM_BIT(SOS));
    report_add(&r, MESSAGE_FIX, out);
    return WIALON_FINE;
}
