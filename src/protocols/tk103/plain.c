/*
 * TK103 frames without commas: an id, a word of four characters, and its body. Times are UTC.
 *
 *     (056789012345BR00260305A5230.0000N01315.0000E036.0070809270.0001000000L0000C350)
 *                      date   lat        lon        km/h time  course state   L metres, hex
 *
 *     The course has 6 characters, or 2; blanks may stand before numbers; a comma may stand before
 *     the state. Behind the metres "+018.4" is a temperature; T and F are of no known meaning.
 *     State: p a x y z fff. p 0: on external power. a 1: the engine is on. x, in hexadecimal: 8 the
 *     relay has cut, 2 panic. y 8: a door is open. fff: fuel of no known unit. A date beside V may
 *     be a time on some firmware; it is taken where it is a date.
 *
 *     BP00  handshake, answered        BP05  login and position, or cells; answered
 *     BO01  a digit of an alarm, and a position; answered
 *     BQ81  ,ALARM,n,value,position    BZ00  cells: ,MCC,MNC,LAC,CID,.. in hexadecimal
 *     BV00  the number of the vehicle  BS50, BS51  a battery pack: volts and charge
 *     BP04  a position, that was asked for    all others with a position are reports
 *     {MCC,MNC,LAC,CID} of BP05 and BZ00 are cells in decimal
 *
 * What else begins with B answers a command that begins with A, and is kept as a text.
 *
 * Source: the vectors' facts of TK103, section 2. They have BS51 little-endian; real packs send it
 * big-endian, so it is read so.
 */
#include <string.h>

#include "base/hex.h"
#include "base/reader.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/tk103/tk103.h"
#include "protocols/words.h"

enum { DATE_LEN = 6, TIME_LEN = 6, SPEED_LEN = 5, STATE_LEN = 8 };

static const struct alarm_row bo01_rows[] = {
    {1, ALARM_BIT(COLLISION)},      {2, ALARM_BIT(SOS)},
    {3, ALARM_BIT(VIBRATION)},      {5, ALARM_BIT(OVERSPEED)},
    {6, ALARM_BIT(GEOFENCE_LEAVE)},
};
static const struct alarm_table bo01_alarms = ALARM_TABLE(bo01_rows);

static const struct alarm_row bq81_rows[] = {
    {0, ALARM_BIT(LOW_BATTERY)},   {1, ALARM_BIT(OVERSPEED)},   {3, ALARM_BIT(HARSH_ACCELERATION)},
    {4, ALARM_BIT(HARSH_BRAKING)}, {5, ALARM_BIT(TEMPERATURE)},
};
static const struct alarm_table bq81_alarms = ALARM_TABLE(bq81_rows);

static alarm_set all_alarms(void)
{
    return alarm_table_all(&bo01_alarms) | alarm_table_all(&bq81_alarms);
}

bool tk103_angle(struct bytes text, const char *letters, int64_t *angle_e7)
{
    struct bytes plain = word_trimmed(text);
    struct bytes side = bytes_slice(plain, plain.len == 0 ? 0 : plain.len - 1, 1);
    const char negative[2] = {letters[1], '\0'};
    return word_is_one_of(side, letters) &&
           field_angle_of_text(word_trimmed(bytes_slice(plain, 0, plain.len - 1)), side, negative,
                               angle_e7);
}

/* ---- positions ---- */

/* Where the fix bit stands: behind six digits. in.len: nowhere. */
static size_t find_valid(struct bytes in)
{
    for (size_t at = DATE_LEN; at < in.len; at++) {
        bool is_bit = in.at[at] == 'A' || in.at[at] == 'V';
        if (is_bit && word_is_digits(bytes_slice(in, at - DATE_LEN, DATE_LEN))) {
            return at;
        }
    }
    return in.len;
}

/* Takes the text up to one of two letters, and it. */
static struct bytes take_angle(struct reader *r, char positive, char negative)
{
    struct bytes left = bytes_slice(r->in, r->pos, SIZE_MAX);
    size_t a = bytes_find(left, (uint8_t)positive);
    size_t b = bytes_find(left, (uint8_t)negative);
    return read_bytes(r, (a < b ? a : b) + 1);
}

static void set_state(struct fix *f, struct bytes state)
{
    enum { POWER, ENGINE, OUTPUTS, SENSORS, PANIC = 2, CUT = 8, DOOR = 8 };
    if (state.len != STATE_LEN || !word_is_hex(bytes_slice(state, 0, SENSORS + 1))) {
        return;
    }
    unsigned outputs = (unsigned)word_hex(bytes_slice(state, OUTPUTS, 1), 0);
    unsigned sensors = (unsigned)word_hex(bytes_slice(state, SENSORS, 1), 0);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, state.at[POWER] == '0');
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, state.at[ENGINE] == '1');
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (outputs & CUT) != 0);
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, (sensors & DOOR) != 0);
    f->alarms |= (outputs & PANIC) != 0 ? ALARM_BIT(SOS) : 0;
}

/* "L0000C350+018.4" */
static void set_tail(struct fix *f, struct bytes tail)
{
    enum { HEX_MAX = 8, TEMPERATURE_LEN = 6 };
    const uint64_t metres_max = 2000000000;
    size_t len = 1;
    while (len < tail.len && len <= HEX_MAX && word_is_hex(bytes_slice(tail, len, 1))) {
        len++;
    }
    uint64_t metres = word_hex(bytes_slice(tail, 1, len - 1), 0);
    if (tail.len > 0 && tail.at[0] == 'L' && metres > 0 && metres <= metres_max) {
        fix_set_odometer_m(f, metres);
    }
    struct bytes last = bytes_slice(
        tail, tail.len < TEMPERATURE_LEN ? tail.len : tail.len - TEMPERATURE_LEN, TEMPERATURE_LEN);
    if (last.len == TEMPERATURE_LEN && (last.at[0] == '+' || last.at[0] == '-')) {
        word_set_temperature(f, 0, last);
    }
}

/* From the course on: "270.0001000000L..", "90 01000000L..", "10.0000,00000000". */
static void set_course_and_state(struct fix *f, struct bytes in)
{
    size_t len = bytes_find(in, 'L');
    size_t comma = bytes_find(bytes_slice(in, 0, len), ',');
    struct bytes course = bytes_slice(in, 0, len);
    struct bytes state = {0};
    if (comma < len) {
        course = bytes_slice(in, 0, comma);
        state = bytes_slice(in, comma + 1, STATE_LEN);
    } else if (len >= STATE_LEN) {
        course = bytes_slice(in, 0, len - STATE_LEN);
        state = bytes_slice(in, len - STATE_LEN, STATE_LEN);
    }
    word_set_course(f, word_trimmed(course));
    set_state(f, state);
    set_tail(f, bytes_slice(in, len, SIZE_MAX));
}

/* Fills *f from the fix bit on. False: there is no place behind it. */
static bool read_position(struct bytes in, size_t valid, struct fix *f)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    struct reader r = reader_init(bytes_slice(in, valid + 1, SIZE_MAX));
    struct bytes date = bytes_slice(in, valid - DATE_LEN, DATE_LEN);
    struct bytes lat = take_angle(&r, 'N', 'S');
    struct bytes lon = take_angle(&r, 'E', 'W');
    struct bytes speed = word_trimmed(read_bytes(&r, SPEED_LEN));
    struct bytes time = read_bytes(&r, TIME_LEN);
    if (!reader_ok(&r) || !tk103_angle(lat, "NS", &lat_e7) || !tk103_angle(lon, "EW", &lon_e7)) {
        return false;
    }
    fix_set_position(f, lat_e7, lon_e7, in.at[valid] == 'A');
    word_set_kmh(f, speed);
    field_set_time(f, date, time, DATE_YMD);
    set_course_and_state(f, read_rest(&r));
    return true;
}

/* Adds the report of the position in the body. NULL: there is none. */
static struct message *add_position(struct bytes body, alarm_set alarms, struct decoded *out)
{
    struct fix fix = {0};
    size_t valid = find_valid(body);
    if (valid == body.len || !read_position(body, valid, &fix)) {
        return NULL;
    }
    fix.alarms |= alarms;
    fix_set_alarms_told(&fix, all_alarms());
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    return m;
}

/* ---- cells ---- */

static void add_cell(uint64_t mcc, uint64_t mnc, uint64_t lac, uint64_t cid, struct decoded *out)
{
    const uint64_t cid_max = 0x0fffffff;
    struct fix fix = {0};
    if (lac <= UINT16_MAX && cid <= cid_max) {
        field_set_cell(&fix, mcc, mnc, lac, cid);
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
}

/* "{262,1,1234,5678}", the first of them. */
static bool add_braced_cell(struct bytes body, struct decoded *out)
{
    struct words w;
    size_t from = bytes_find(body, '{');
    struct bytes rest = bytes_slice(body, from + 1, SIZE_MAX);
    if (from == body.len || bytes_find(rest, '}') == rest.len) {
        return false;
    }
    words_cut(bytes_slice(rest, 0, bytes_find(rest, '}')), ',', &w);
    add_cell(word_number(word_at(&w, 0), 0), word_number(word_at(&w, 1), UINT64_MAX),
             word_number(word_at(&w, 2), UINT64_MAX), word_number(word_at(&w, 3), UINT64_MAX), out);
    return true;
}

static enum err decode_cells(const struct tk103_head *in, struct decoded *out,
                             struct tk103_hint *hint)
{
    struct words w;
    (void)hint;
    if (!add_braced_cell(in->body, out)) {
        words_cut(in->body, ',', &w);
        add_cell(word_number(word_at(&w, 1), 0), word_number(word_at(&w, 2), UINT64_MAX),
                 word_hex(word_at(&w, 3), UINT64_MAX), word_hex(word_at(&w, 4), UINT64_MAX), out);
    }
    return ERR_OK;
}

/* ---- the words ---- */

static enum err decode_handshake(const struct tk103_head *in, struct decoded *out,
                                 struct tk103_hint *hint)
{
    (void)in;
    hint->reply = TK103_REPLY_HANDSHAKE;
    decoded_add(out, MESSAGE_LOGIN);
    return ERR_OK;
}

static enum err decode_login(const struct tk103_head *in, struct decoded *out,
                             struct tk103_hint *hint)
{
    hint->reply = TK103_REPLY_LOGIN;
    decoded_add(out, MESSAGE_LOGIN);
    if (add_position(in->body, 0, out) == NULL) {
        (void)add_braced_cell(in->body, out);
    }
    return ERR_OK;
}

static enum err decode_alarm(const struct tk103_head *in, struct decoded *out,
                             struct tk103_hint *hint)
{
    uint8_t digit = in->body.len > 0 ? in->body.at[0] : 0;
    if (digit < '0' || digit > '9') {
        return ERR_MALFORMED;
    }
    hint->reply = TK103_REPLY_ALARM;
    hint->alarm = (char)digit;
    alarm_set alarms = alarm_table_of_code(&bo01_alarms, digit - (unsigned)'0');
    if (add_position(bytes_slice(in->body, 1, SIZE_MAX), alarms, out) == NULL) {
        struct fix fix = {.alarms = alarms};
        fix_set_alarms_told(&fix, all_alarms());
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    }
    return ERR_OK;
}

static enum err decode_numbered_alarm(const struct tk103_head *in, struct decoded *out,
                                      struct tk103_hint *hint)
{
    enum { NUMBER = 2, NONE = 255 };
    struct words w;
    (void)hint;
    words_cut(in->body, ',', &w);
    uint64_t number = word_number(word_at(&w, NUMBER), NONE);
    alarm_set alarms = alarm_table_of_code(&bq81_alarms, number < NONE ? (unsigned)number : NONE);
    return add_position(in->body, alarms, out) != NULL ? ERR_OK : ERR_MALFORMED;
}

static enum err decode_vin(const struct tk103_head *in, struct decoded *out,
                           struct tk103_hint *hint)
{
    struct extras x;
    (void)hint;
    extras_init(&x, out->arena);
    extras_set_text(&x, EXTRA_VIN, 0, in->body);
    decoded_add(out, MESSAGE_HEARTBEAT)->extras = extras_pack(&x);
    return ERR_OK;
}

/* "90:" and volts, 0, current, charge, each in 0.1 of its unit. */
static enum err decode_pack(const struct tk103_head *in, struct decoded *out,
                            struct tk103_hint *hint)
{
    enum { VOLTAGE_DIGITS = 4, CHARGE_AT = 12, E1_TO_MILLI = 100 };
    struct fix fix = {0};
    size_t at = bytes_find(in->body, ':') + 1;
    (void)hint;
    uint64_t volts_e1 = word_hex(bytes_slice(in->body, at, VOLTAGE_DIGITS), UINT64_MAX);
    uint64_t charge_e1 =
        word_hex(bytes_slice(in->body, at + CHARGE_AT, VOLTAGE_DIGITS), UINT64_MAX);
    if (bytes_begin(in->body, "90:") && volts_e1 != UINT64_MAX && charge_e1 <= 1000) {
        fix_set_power_mv(&fix, volts_e1 * E1_TO_MILLI);
        fix_set_battery_percent(&fix, (charge_e1 + 5) / 10);
    }
    decoded_add(out, MESSAGE_HEARTBEAT)->fix = fix;
    return ERR_OK;
}

static enum err decode_cell_pack(const struct tk103_head *in, struct decoded *out,
                                 struct tk103_hint *hint)
{
    enum { HEAD = 3, CELLS = 24 * 2, ALL = HEAD + 1 + CELLS + 8, E2_TO_MILLI = 10 };
    uint8_t raw[ALL];
    size_t len = 0;
    struct fix fix = {0};
    (void)hint;
    if (hex_decode(bytes_slice(in->body, 0, 2 * (size_t)ALL), raw, ALL, &len) != ERR_OK) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init((struct bytes){raw, len});
    read_skip(&r, HEAD + 1 + CELLS);
    bool is_charging = read_u8(&r) == 0;
    (void)read_u16le(&r);
    uint64_t total_e2 = read_u16le(&r);
    uint8_t percent = read_u8(&r);
    if (reader_ok(&r)) {
        fix_set_switch(&fix, FIX_HAS_CHARGING, FIX_CHARGING, is_charging);
        fix_set_power_mv(&fix, total_e2 * E2_TO_MILLI);
        fix_set_battery_percent(&fix, percent);
    }
    decoded_add(out, MESSAGE_HEARTBEAT)->fix = fix;
    return ERR_OK;
}

static enum err decode_other(const struct tk103_head *in, struct decoded *out,
                             struct tk103_hint *hint)
{
    (void)in;
    (void)hint;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

static const struct {
    const char *word;
    enum err (*decode)(const struct tk103_head *in, struct decoded *out, struct tk103_hint *hint);
} rows[] = {
    {"BP00", decode_handshake},      {"BP05", decode_login}, {"BO01", decode_alarm},
    {"BQ81", decode_numbered_alarm}, {"BZ00", decode_cells}, {"BV00", decode_vin},
    {"BS50", decode_cell_pack},      {"BS51", decode_pack},  {"BQ86", decode_other},
};

/* A report, or an answer to a command; BP04 is both. */
static enum err decode_report(const struct tk103_head *in, struct decoded *out)
{
    const struct message *fix = add_position(in->body, 0, out);
    bool is_asked = bytes_eq(in->word, "BP04");
    if (fix == NULL || is_asked) {
        struct message *m = decoded_add(out, MESSAGE_RESPONSE);
        m->text = (struct bytes){in->word.at, in->word.len + in->body.len};
        m->answer.message_id = word_command_id(in->word);
        m->answer.is_told = fix != NULL;
    }
    return ERR_OK;
}

enum err tk103_decode_plain(const struct tk103_head *in, struct decoded *out,
                            struct tk103_hint *hint)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bytes_eq(in->word, rows[i].word)) {
            return rows[i].decode(in, out, hint);
        }
    }
    return field_is_printable(in->body) ? decode_report(in, out) : ERR_MALFORMED;
}
