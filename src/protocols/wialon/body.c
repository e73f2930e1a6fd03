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
#include "protocols/fields.h"
#include "protocols/wialon/wialon.h"
#include "protocols/words.h"

enum { DATE, TIME, LAT, LON = 4, SPEED = 6, COURSE, ALTITUDE, SATELLITES, SHORT_WORDS };
enum { HDOP = SHORT_WORDS, ADC = 13, KEY, PARAMETERS, TIME_LEN = 6 };

static bool is_missing(struct bytes word)
{
    return word.len == 0 || bytes_eq(word, "NA");
}

static void set_analogues(struct extras *x, struct bytes list)
{
    enum { INPUTS_MAX = 16, MILLI = 1000 };
    struct reader r = reader_init(list);
    for (unsigned i = 1; reader_left(&r) > 0 && i <= INPUTS_MAX; i++) {
        struct bytes volts = read_field(&r, ',');
        if (word_is_decimal(volts)) {
            extras_set(x, EXTRA_ANALOGUE, i, word_decimal(volts, MILLI, 0));
        }
    }
}

/* The cell that the parameters tell in pieces. */
struct cell_parts {
    uint64_t mcc;
    uint64_t mnc;
    uint64_t lac;
    uint64_t cid;
};

/* Whether the parameter has this name, perhaps with a 1 behind it, and no case. */
static bool is_named(struct bytes name, const char *text)
{
    bool is_first = name.len > 1 && name.at[name.len - 1] == '1';
    return bytes_eq_nocase(name, text) ||
           (is_first && bytes_eq_nocase(bytes_slice(name, 0, name.len - 1), text));
}

static void read_parameter(struct bytes name, struct bytes value, struct fix *f,
                           struct cell_parts *cell)
{
    struct {
        const char *name;
        uint64_t *part;
    } parts[] = {
        {"mcc", &cell->mcc}, {"mnc", &cell->mnc}, {"lac", &cell->lac}, {"cell_id", &cell->cid}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (is_named(name, parts[i].name)) {
            *parts[i].part = word_number(value, UINT64_MAX);
            return;
        }
    }
    if (bytes_eq_nocase(name, "SOS")) {
        f->alarms |= word_number(value, 0) > 0 ? ALARM_BIT(SOS) : 0;
    } else if (bytes_eq_nocase(name, "bat")) {
        word_set_percent(f, value);
    } else if (bytes_eq_nocase(name, "temp")) {
        word_set_temperature(f, 0, value);
    }
}

static void set_parameters(struct fix *f, struct bytes list)
{
    struct cell_parts cell = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    struct reader r = reader_init(list);
    while (reader_left(&r) > 0) {
        struct reader one = reader_init(read_field(&r, ','));
        struct bytes name = word_trimmed(read_field(&one, ':'));
        (void)read_field(&one, ':');
        read_parameter(name, word_trimmed(read_rest(&one)), f, &cell);
    }
    if (cell.mcc > 0 && cell.mcc < 1000 && cell.mnc < 1000 && cell.lac <= UINT32_MAX &&
        cell.cid < UINT64_MAX) {
        fix_set_cell(
            f, (struct cell){(uint16_t)cell.mcc, (uint16_t)cell.mnc, (uint32_t)cell.lac, cell.cid});
    }
}

static enum wialon_fault set_time_and_place(struct fix *f, const struct words *w)
{
    enum { SATELLITES_MIN = 3 };
    struct civil c;
    struct bytes date = word_at(w, DATE);
    struct bytes satellites = word_at(w, SATELLITES);
    if (!is_missing(date)) {
        if (!field_civil_of_digits(date, bytes_slice(word_at(w, TIME), 0, TIME_LEN), DATE_DMY,
                                   &c)) {
            return WIALON_NO_TIME;
        }
        fix_set_time(f, civil_to_s(&c));
    }
    bool is_valid = is_missing(satellites) || word_number(satellites, 0) >= SATELLITES_MIN;
    if (!is_missing(word_at(w, LAT)) && !word_set_angles(f, &w->at[LAT], is_valid)) {
        return WIALON_NO_PLACE;
    }
    return WIALON_FINE;
}

enum wialon_fault wialon_read_body(struct bytes body, bool is_short, bool is_stored,
                                   struct decoded *out)
{
    struct words w;
    struct fix fix = {0};
    struct extras x;
    words_cut(body, ';', &w);
    if (w.count < SHORT_WORDS) {
        return WIALON_NO_STRUCTURE;
    }
    enum wialon_fault fault = set_time_and_place(&fix, &w);
    if (fault != WIALON_FINE) {
        return fault;
    }
    extras_init(&x, out->arena);
    word_set_kmh(&fix, w.at[SPEED]);
    word_set_course(&fix, w.at[COURSE]);
    word_set_altitude(&fix, w.at[ALTITUDE]);
    word_set_satellites(&fix, w.at[SATELLITES]);
    if (!is_short) {
        struct bytes key = word_at(&w, KEY);
        word_set_hdop(&fix, word_at(&w, HDOP));
        set_analogues(&x, word_at(&w, ADC));
        if (!is_missing(key) && !bytes_eq(key, "0")) {
            extras_set_text(&x, EXTRA_CARD, 0, key);
        }
        set_parameters(&fix, word_at(&w, PARAMETERS));
    }
    fix.flags |= is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    fix_set_alarms_told(&fix, ALARM_BIT(SOS));
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return WIALON_FINE;
}
