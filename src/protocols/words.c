/*
 * Sentences of words: what many text protocols have alike. All of it is pure.
 */
#include "protocols/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/profile.h"

enum { SCALE_E7 = 10000000, E2 = 100, MILLI = 1000 };

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit; -1: it is none. */
static int hex_value(uint8_t c)
{
    return is_digit(c)              ? c - '0'
           : (c >= 'a' && c <= 'f') ? c - 'a' + 10
           : (c >= 'A' && c <= 'F') ? c - 'A' + 10
                                    : -1;
}

struct bytes word_trimmed(struct bytes text)
{
    size_t from = 0;
    while (from < text.len && text.at[from] == ' ') {
        from++;
    }
    size_t to = text.len;
    while (to > from && text.at[to - 1] == ' ') {
        to--;
    }
    return bytes_slice(text, from, to - from);
}

void words_cut(struct bytes text, char divider, struct words *out)
{
    out->count = 0;
    size_t from = 0;
    while (from <= text.len && out->count < WORDS_MAX) {
        struct bytes rest = bytes_slice(text, from, SIZE_MAX);
        size_t len = bytes_find(rest, (uint8_t)divider);
        struct bytes word = word_trimmed(bytes_slice(rest, 0, len));
        bool has_place = word.len > 0 || text.len == 0;
        out->at[out->count++] = has_place ? word : (struct bytes){text.at + from, 0};
        from += len + 1;
    }
}

struct bytes word_at(const struct words *w, size_t n)
{
    return n < w->count ? w->at[n] : (struct bytes){(const uint8_t *)"", 0};
}

uint64_t word_number(struct bytes word, uint64_t otherwise)
{
    uint64_t n = 0;
    return parse_u64(word, &n) ? n : otherwise;
}

uint64_t word_hex(struct bytes word, uint64_t otherwise)
{
    enum { DIGITS_MAX = 16, BITS = 4 };
    uint64_t n = 0;
    if (word.len == 0 || word.len > DIGITS_MAX || !word_is_hex(word)) {
        return otherwise;
    }
    for (size_t i = 0; i < word.len; i++) {
        n = n << BITS | (unsigned)hex_value(word.at[i]);
    }
    return n;
}

int64_t word_decimal(struct bytes word, int64_t scale, int64_t otherwise)
{
    int64_t e7 = 0;
    return parse_decimal_e7(word, &e7) ? units_rounded(e7, SCALE_E7 / scale) : otherwise;
}

bool word_is_digits(struct bytes word)
{
    size_t n = 0;
    while (n < word.len && is_digit(word.at[n])) {
        n++;
    }
    return word.len > 0 && n == word.len;
}

bool word_is_hex(struct bytes word)
{
    size_t n = 0;
    while (n < word.len && hex_value(word.at[n]) >= 0) {
        n++;
    }
    return word.len > 0 && n == word.len;
}

bool word_is_one_of(struct bytes word, const char *letters)
{
    return word.len == 1 && word.at[0] != '\0' && strchr(letters, word.at[0]) != NULL;
}

bool word_is_decimal(struct bytes word)
{
    int64_t e7 = 0;
    return parse_decimal_e7(word, &e7);
}

/* ---- setters ---- */

static bool take(struct bytes word, int64_t low, int64_t *e7)
{
    return parse_decimal_e7(word, e7) && *e7 >= low;
}

void word_set_kmh(struct fix *f, struct bytes word)
{
    int64_t e7 = 0;
    if (take(word, 0, &e7)) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh_e7((uint64_t)e7));
    }
}

void word_set_knots(struct fix *f, struct bytes word)
{
    int64_t e7 = 0;
    if (take(word, 0, &e7)) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_knots_e7((uint64_t)e7));
    }
}

void word_set_course(struct fix *f, struct bytes degrees)
{
    int64_t e7 = 0;
    if (take(degrees, 0, &e7)) {
        fix_set_course_cdeg(f, (uint64_t)units_rounded(e7, SCALE_E7 / E2));
    }
}

void word_set_altitude(struct fix *f, struct bytes metres)
{
    int64_t e7 = 0;
    if (take(metres, INT64_MIN, &e7)) {
        fix_set_altitude_dm(f, units_rounded(e7, SCALE_E7 / 10));
    }
}

void word_set_hdop(struct fix *f, struct bytes word)
{
    int64_t e7 = 0;
    if (take(word, 0, &e7)) {
        fix_set_hdop_e2(f, (uint64_t)units_rounded(e7, SCALE_E7 / E2));
    }
}

void word_set_satellites(struct fix *f, struct bytes word)
{
    uint64_t n = 0;
    if (parse_u64(word, &n)) {
        fix_set_satellites(f, n > UINT8_MAX ? UINT8_MAX : (unsigned)n);
    }
}

void word_set_percent(struct fix *f, struct bytes percent)
{
    int64_t e7 = 0;
    if (take(percent, 0, &e7)) {
        fix_set_battery_percent(f, (uint64_t)units_rounded(e7, SCALE_E7));
    }
}

void word_set_power(struct fix *f, struct bytes volts)
{
    int64_t e7 = 0;
    if (take(volts, 0, &e7)) {
        fix_set_power_mv(f, (uint64_t)units_rounded(e7, SCALE_E7 / MILLI));
    }
}

void word_set_battery(struct fix *f, struct bytes volts)
{
    int64_t e7 = 0;
    if (take(volts, 0, &e7)) {
        fix_set_battery_mv(f, (uint64_t)units_rounded(e7, SCALE_E7 / MILLI));
    }
}

static void set_odometer(struct fix *f, struct bytes word, int64_t unit_m)
{
    int64_t e7 = 0;
    if (take(word, 0, &e7)) {
        fix_set_odometer_m(f, (uint64_t)units_rounded(e7, SCALE_E7 / unit_m));
    }
}

void word_set_metres(struct fix *f, struct bytes word)
{
    set_odometer(f, word, 1);
}

void word_set_km(struct fix *f, struct bytes word)
{
    set_odometer(f, word, MILLI);
}

void word_set_celsius(struct fix *f, struct bytes word)
{
    word_set_temperature(f, 0, word);
}

void word_set_csq(struct fix *f, struct bytes word)
{
    enum { UNKNOWN = 99 };
    uint64_t csq = word_number(word, UNKNOWN);
    fix_set_gsm(f, csq < UNKNOWN ? (unsigned)csq : UNKNOWN);
}

static void set_switch(struct fix *f, enum fix_has has, enum fix_flag flag, struct bytes word)
{
    if (word_is_one_of(word, "01")) {
        fix_set_switch(f, has, flag, word.at[0] == '1');
    }
}

void word_set_ignition(struct fix *f, struct bytes word)
{
    set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, word);
}

void word_set_charging(struct fix *f, struct bytes word)
{
    set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, word);
}

void word_set_door(struct fix *f, struct bytes word)
{
    set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, word);
}

void word_add_wifi(struct fix *f, struct bytes mac, struct bytes dbm)
{
    uint8_t at[FIELD_MAC_LEN];
    int64_t rssi_dbm = word_decimal(dbm, 1, 1);
    if (field_mac_of_text(mac, ":", at) && rssi_dbm <= 0 && rssi_dbm >= INT8_MIN) {
        fix_add_wifi(f, at, (int)rssi_dbm);
    }
}

void word_set_temperature(struct fix *f, unsigned sensor, struct bytes celsius)
{
    int64_t e7 = 0;
    if (take(celsius, INT64_MIN, &e7)) {
        fix_set_temperature(f, sensor, units_rounded(e7, SCALE_E7 / E2));
    }
}

bool word_set_degrees(struct fix *f, struct bytes lat, struct bytes lon, bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!parse_decimal_e7(lat, &lat_e7) || !parse_decimal_e7(lon, &lon_e7)) {
        return false;
    }
    fix_set_position(f, lat_e7, lon_e7, is_valid);
    return true;
}

bool word_set_angles(struct fix *f, const struct bytes at[4], bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!field_angle_of_text(at[0], at[1], "S", &lat_e7) ||
        !field_angle_of_text(at[2], at[3], "W", &lon_e7)) {
        return false;
    }
    fix_set_position(f, lat_e7, lon_e7, is_valid);
    return true;
}

void word_print_angle(char out[WORD_ANGLE_SIZE], int32_t angle_e7, int digits)
{
    enum { MINUTES = 60, E5_OF_E7 = 100 };
    const uint64_t degree_e7 = SCALE_E7;
    const uint64_t minute_e5 = 100000;
    int64_t angle = angle_e7;
    uint64_t size = (uint64_t)(angle < 0 ? -angle : angle);
    uint64_t minutes_e5 = (size % degree_e7 * MINUTES + E5_OF_E7 / 2) / E5_OF_E7;
    uint64_t degrees = size / degree_e7 + minutes_e5 / (MINUTES * minute_e5);
    minutes_e5 %= MINUTES * minute_e5;
    (void)snprintf(out, WORD_ANGLE_SIZE, "%0*" PRIu64 "%02" PRIu64 ".%05" PRIu64, digits, degrees,
                   minutes_e5 / minute_e5, minutes_e5 % minute_e5);
}

uint32_t word_day_s(struct bytes word)
{
    enum { LEN = 6, HOUR_S = 3600, MINUTE_S = 60, DAY_HMS = 240000 };
    const uint64_t pair = 100;
    uint64_t hms = word_number(bytes_slice(word, 0, LEN), DAY_HMS);
    bool is_one =
        word.len >= LEN && hms < DAY_HMS && hms / pair % pair < MINUTE_S && hms % pair < MINUTE_S;
    return is_one ? (uint32_t)(hms / (pair * pair) * HOUR_S + hms / pair % pair * MINUTE_S +
                               hms % pair)
                  : UINT32_MAX;
}

/* ---- lines ---- */

enum err words_line(struct bytes in, size_t len_max, struct bytes *line, size_t *used)
{
    size_t from = 0;
    while (from < in.len && (in.at[from] == '\r' || in.at[from] == '\n')) {
        from++;
    }
    struct bytes rest = bytes_slice(in, from, SIZE_MAX);
    size_t len = bytes_find(bytes_slice(rest, 0, len_max), '\n');
    if (len == rest.len || len == len_max) {
        return rest.len >= len_max ? ERR_TOO_LONG : ERR_MORE;
    }
    *line = field_trimmed(bytes_slice(rest, 0, len));
    *used = from + len + 1;
    return ERR_OK;
}

enum err words_next_line(struct bytes in, size_t len_max, enum err (*begins)(struct bytes in),
                         enum err (*split)(struct bytes in, struct bytes *frame, size_t *used),
                         size_t *skip)
{
    for (size_t n = 1; n < in.len && n < len_max; n++) {
        struct bytes rest = bytes_slice(in, n, SIZE_MAX);
        struct bytes frame = {0};
        size_t used = 0;
        bool is_begin = in.at[n - 1] == '\n' && in.at[n] != '\n' && in.at[n] != '\r';
        if (is_begin && (begins == NULL || begins(rest) == ERR_OK) &&
            split(rest, &frame, &used) == ERR_OK) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

/* ---- texts to a device ---- */

void word_write(struct writer *out, const char *form, const struct bytes *holes)
{
    for (; *form != '\0'; form++) {
        if (form[0] == '%' && is_digit((uint8_t)form[1])) {
            write_bytes(out, holes[*++form - '0']);
        } else {
            write_u8(out, (uint8_t)*form);
        }
    }
}

bool word_is_answered(enum outcome outcome, bool is_alive)
{
    return outcome == OUTCOME_STORED || (is_alive && outcome == OUTCOME_UNREGISTERED);
}

/* ---- commands ---- */

static const char *query_of(enum command_kind kind, const struct word_commands *known)
{
    switch (kind) {
    case COMMAND_QUERY_STATUS:
        return known->status;
    case COMMAND_QUERY_PARAMETERS:
        return known->parameters;
    case COMMAND_QUERY_ICCID:
        return known->iccid;
    default:
        return NULL;
    }
}

/* The first word of a text. */
static struct bytes first_word(struct bytes text, const struct word_commands *known)
{
    return bytes_slice(text, 0,
                       known->id_end != '\0' ? bytes_find(text, (uint8_t)known->id_end) : 0);
}

/* Whether a text can be sent: printable, and without what would end its frame. */
static bool is_sendable(struct bytes text, const struct word_commands *known)
{
    const char *refused = known->refused != NULL ? known->refused : "";
    bool is_refused = known->refused_word != NULL &&
                      bytes_eq_nocase(first_word(text, known), known->refused_word);
    for (; *refused != '\0'; refused++) {
        is_refused = is_refused || bytes_find(text, (uint8_t)*refused) < text.len;
    }
    return !is_refused && text.len > 0 && field_is_printable(text) &&
           (known->claims == NULL || known->claims(text) != CLAIM_YES);
}

static struct bytes without_alias(struct bytes text, const struct word_commands *known)
{
    for (size_t i = 0; i < WORD_ALIASES_MAX && known->aliases[i].text != NULL; i++) {
        if (bytes_eq_nocase(text, known->aliases[i].text)) {
            return bytes_of_text(known->aliases[i].code);
        }
    }
    return text;
}

enum command_fate words_of_command(const struct command_request *asked,
                                   const struct word_commands *known, uint8_t room[COMMAND_RAW_MAX],
                                   struct command_note *note, struct bytes *text)
{
    struct command_request what = *asked;
    note->is_unaddressed = note->is_unaddressed || known->is_unaddressed;
    note->is_unanswered = note->is_unanswered || known->is_unanswered;
    if (!profile_apply(&what, room) || (what.raw.len > 0 && known->refuses_bytes)) {
        return COMMAND_IS_INVALID;
    }
    if (what.raw.len > 0) {
        *text = what.raw;
    } else if (what.kind == COMMAND_TEXT || what.kind == COMMAND_HIGH_LEVEL) {
        *text = what.text;
    } else {
        const char *query = query_of(what.kind, known);
        if (query == NULL) {
            return COMMAND_IS_UNSUPPORTED;
        }
        (void)snprintf(note->shown, sizeof(note->shown), "%s", query);
        *text = bytes_of_text(query);
    }
    if (text->len > known->len_max) {
        return COMMAND_IS_TOO_LONG;
    }
    if (!is_sendable(*text, known)) {
        return COMMAND_IS_INVALID;
    }
    *text = without_alias(*text, known);
    if (known->id_end != '\0') {
        note->message_id = word_command_id(first_word(*text, known));
    }
    return COMMAND_IS_WRITTEN;
}

enum command_fate word_command_fate(const struct writer *out)
{
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

enum command_fate word_command_write(const struct command_request *asked,
                                     const struct word_commands *known, struct bytes id,
                                     struct command_note *note, struct writer *out)
{
    uint8_t room[COMMAND_RAW_MAX];
    struct bytes holes[2] = {id, {0}};
    enum command_fate fate = words_of_command(asked, known, room, note, &holes[1]);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    word_write(out, known->form, holes);
    return word_command_fate(out);
}

enum command_fate bytes_of_command(const struct command_request *asked, size_t len_max,
                                   uint8_t room[COMMAND_RAW_MAX], struct bytes *raw)
{
    struct command_request what = *asked;
    if (!profile_apply(&what, room)) {
        return COMMAND_IS_INVALID;
    }
    *raw = what.raw;
    return raw->len == 0        ? COMMAND_IS_UNSUPPORTED
           : raw->len > len_max ? COMMAND_IS_TOO_LONG
                                : COMMAND_IS_WRITTEN;
}

uint16_t word_command_id(struct bytes word)
{
    enum { LEN_MAX = 16, FACTOR = 37, HALF = 16 };
    unsigned id = 0;
    if (word.len == 0 || word.len > LEN_MAX) {
        return 0;
    }
    for (size_t i = 0; i < word.len; i++) {
        unsigned c = word.at[i];
        id = id * FACTOR + (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    uint16_t folded = (uint16_t)(id ^ id >> HALF);
    return folded == 0 ? 1 : folded;
}

void word_keep(char *out, size_t room, struct bytes word)
{
    for (size_t i = 0; i < word.len && i < room; i++) {
        out[i] = (char)word.at[i];
    }
}

struct bytes word_kept(const char *at, size_t room)
{
    struct bytes all = {(const uint8_t *)at, room};
    return bytes_slice(all, 0, bytes_find(all, 0));
}
