/*
 * JT600 sentences: a device, perhaps up to two numbers, a word and its fields.
 *
 *     (8000012345,P45,231126,011200,22.50000,N,114.00000,E,A,0,90,4,1,0000000000,1,0,7,12)
 *                     date,  time,  lat,       lon,      fix,km/h,deg,     card,     serial, km
 *                                                    source, result,       right, wrong
 *
 *     P45      an event of the lock: 1 a card, 2 an unknown card, 3 the card of a vehicle, 4 the
 *              static password, 5 the rope put in, 6 the dynamic password, 7 Bluetooth. Result of
 *              1 and 6: 1 to 10 opened inside that fence, 98 opened, 0 refused, 99 outside; of 4
 *              and 7: 1 opened. Fields may be added behind, so they count from the front
 *     U01-U03  ddmmyy, hhmmss, T or F, lat, N, lon, E, km/h, degrees, satellites (missing in old
 *              firmware), battery %, status, CID, LAC, signal, odometer km, serial
 *     U06      the same behind a code of an alarm
 *     W01      dddmm.mmmm, E, ddmm.mmmm, N, A, ddmmyy, hhmmss, km/h, degrees, power, GPS, signal
 *     WLNET,5  a sensor: n, then in binary, escaped: a location of 17 bytes, its time BCD 6, its
 *              number 5, serial u8, battery u16, battery u8, signal u8, type u8; of type 1
 *              temperature u16 (12 bits in 0.1 degrees, the four above them a sign; ffff none) and
 *              humidity u8 %
 *     P22,2    asks for the time        P52,2  a new dynamic password
 *     @JT      alive                    all other P: an answer to a command, without its number
 *
 * Of P43, P44 and P52,3 the answer tells whether the lock obeyed. P68 tells the SIM card. Whatever
 * password an answer tells is masked here: nothing behind the decoder sees it.
 *
 * Source: the vectors' facts of locks, section 1, and of JT600, section 7.
 */
#include "protocols/jt600/jt600.h"

#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/secrets.h"

enum { FIELDS_MAX = 40 };

/* A sentence taken apart; all borrowed. Fields that are not there are empty. */
struct sentence {
    struct bytes id;
    struct bytes word;
    struct bytes all;               /* from the word to the bracket */
    struct bytes field[FIELDS_MAX]; /* behind the word; [0] is the first */
    size_t count;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i])) {
            return false;
        }
    }
    return text.len > 0;
}

enum err jt600_is_sentence(struct bytes in)
{
    enum { WORD_AT = 1 + JT600_ID_DIGITS + 1 };
    for (size_t i = 1; i < in.len && i < WORD_AT; i++) {
        if (i == WORD_AT - 1 ? in.at[i] != ',' : !is_digit(in.at[i])) {
            return ERR_MALFORMED;
        }
    }
    if (in.len <= WORD_AT) {
        return ERR_MORE;
    }
    uint8_t c = in.at[WORD_AT];
    bool is_other = c == 'B' || c == 'D' || c == 'Z'; /* words of TK103 */
    bool is_word = (c >= 'A' && c <= 'Z' && !is_other) || c == '@' || (is_digit(c) && c != '1');
    return is_word ? ERR_OK : ERR_MALFORMED;
}

static enum err parse(struct bytes frame, struct sentence *out)
{
    enum { NUMBERS_MAX = 2 };
    if (frame.len < 2 || frame.at[0] != '(' || frame.at[frame.len - 1] != ')' ||
        jt600_is_sentence(frame) != ERR_OK) {
        return ERR_MALFORMED;
    }
    *out = (struct sentence){0};
    struct reader r = reader_init(bytes_slice(frame, 1, frame.len - 2));
    out->id = read_field(&r, ',');
    for (size_t i = 0; i <= NUMBERS_MAX; i++) {
        size_t from = r.pos;
        out->word = read_field(&r, ',');
        out->all = bytes_slice(r.in, from, SIZE_MAX);
        if (!is_number(out->word)) {
            break;
        }
    }
    while (reader_left(&r) > 0 && out->count < FIELDS_MAX) {
        out->field[out->count++] = read_field(&r, ',');
    }
    return reader_ok(&r) && out->word.len > 0 ? ERR_OK : ERR_MALFORMED;
}

static uint64_t number_of(struct bytes text, uint64_t otherwise)
{
    uint64_t n = 0;
    return parse_u64(text, &n) ? n : otherwise;
}

/* ---- what fields say ---- */

/* Degrees, and the letter of their hemisphere. */
static bool parse_degrees(struct bytes text, struct bytes letter, const char *negative,
                          int64_t *angle_e7)
{
    if (!parse_decimal_e7(text, angle_e7)) {
        return false;
    }
    *angle_e7 = bytes_eq(letter, negative) ? -*angle_e7 : *angle_e7;
    return true;
}

static void set_degrees(struct fix *f, const struct bytes field[4], bool is_valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (parse_degrees(field[0], field[1], "S", &lat_e7) &&
        parse_degrees(field[2], field[3], "W", &lon_e7)) {
        fix_set_position(f, lat_e7, lon_e7, is_valid);
    }
}

static void set_motion(struct fix *f, struct bytes speed_kmh, struct bytes course_deg)
{
    int64_t speed_e7 = 0;
    int64_t course_e7 = 0;
    if (parse_decimal_e7(speed_kmh, &speed_e7) && speed_e7 >= 0) {
        fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh_e7((uint64_t)speed_e7));
    }
    if (parse_decimal_e7(course_deg, &course_e7) && course_e7 >= 0) {
        fix_set_course_cdeg(f, (uint64_t)course_e7 / 100000);
    }
}

static void set_odometer(struct fix *f, struct bytes km)
{
    const uint64_t km_m = 1000;
    const uint64_t km_max = 10000000;
    uint64_t n = number_of(km, km_max + 1);
    if (n <= km_max) {
        fix_set_odometer_m(f, n * km_m);
    }
}

static struct message *add_fix(struct decoded *out, const struct fix *f, const struct extras *x)
{
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = *f;
    m->extras = x == NULL ? (struct bytes){0} : extras_pack(x);
    return m;
}

/* ---- P45 ---- */

enum { SOURCE_CARD = 1, SOURCE_STRANGE, SOURCE_VEHICLE, SOURCE_STATIC };
enum { SOURCE_ROPE = 5, SOURCE_DYNAMIC, SOURCE_BLUETOOTH };
enum { RESULT_FENCE_MAX = 10, RESULT_OPENED = 98, RESULT_OUTSIDE = 99 };

static enum fix_lock opened_by(uint64_t source)
{
    return source == SOURCE_CARD        ? FIX_LOCK_UNLOCKED_BY_CARD
           : source == SOURCE_BLUETOOTH ? FIX_LOCK_UNLOCKED_BY_BLUETOOTH
                                        : FIX_LOCK_UNLOCKED_BY_COMMAND;
}

static enum fix_lock lock_of(uint64_t source, uint64_t result, bool is_wrong)
{
    switch (source) {
    case SOURCE_STRANGE:
        return FIX_LOCK_UNKNOWN_CARD;
    case SOURCE_VEHICLE:
        return FIX_LOCK_CARD_BOUND;
    case SOURCE_ROPE:
        return FIX_LOCK_LOCKED_IN;
    case SOURCE_CARD:
    case SOURCE_STATIC:
    case SOURCE_DYNAMIC:
    case SOURCE_BLUETOOTH:
        break;
    default:
        return FIX_LOCK_NONE;
    }
    if (result == RESULT_OUTSIDE) {
        return FIX_LOCK_REFUSED_OUTSIDE;
    }
    if ((result >= 1 && result <= RESULT_FENCE_MAX) || result == RESULT_OPENED) {
        return opened_by(source);
    }
    return is_wrong && source != SOURCE_CARD ? FIX_LOCK_WRONG_PASSWORD : FIX_LOCK_UNLOCK_REFUSED;
}

static void set_card(struct extras *x, struct bytes card)
{
    if (number_of(card, 0) != 0) {
        extras_set_text(x, EXTRA_CARD, 0, card);
    }
}

static enum err decode_event(const struct session *s, const struct sentence *in,
                             struct decoded *out, struct jt600_hint *hint)
{
    enum { DATE, TIME, LAT, VALID = 6, SPEED, COURSE, SOURCE, RESULT, CARD, RIGHT };
    enum { SERIAL = 14, ODOMETER, FIELDS_MIN = SERIAL + 1 };
    (void)s;
    struct civil c;
    uint64_t serial = 0;
    const struct bytes *field = in->field;
    if (in->count < FIELDS_MIN || !parse_u64(field[SERIAL], &serial) || serial > UINT16_MAX) {
        return ERR_MALFORMED;
    }
    struct fix fix = {0};
    struct extras x;
    extras_init(&x, out->arena);
    if (field_civil_of_digits(field[DATE], field[TIME], DATE_DMY, &c)) {
        fix_set_time(&fix, civil_to_s(&c));
    }
    set_degrees(&fix, &field[LAT], bytes_eq(field[VALID], "A"));
    set_motion(&fix, field[SPEED], field[COURSE]);
    set_odometer(&fix, field[ODOMETER]);
    uint64_t source = number_of(field[SOURCE], 0);
    uint64_t result = number_of(field[RESULT], 0);
    enum fix_lock lock = lock_of(source, result, bytes_eq(field[RIGHT], "0"));
    if (lock != FIX_LOCK_NONE) {
        fix_set_lock(&fix, lock);
    }
    set_card(&x, field[CARD]);
    extras_set(&x, EXTRA_EVENT, 0, (int64_t)(source % UINT16_MAX));
    if (source != SOURCE_STRANGE && source != SOURCE_VEHICLE && source != SOURCE_ROPE) {
        extras_set(&x, EXTRA_UNLOCK_RESULT, 0, (int64_t)(result % UINT16_MAX));
    }
    fix_set_alarms_told(&fix, 0);
    hint->reply = JT600_REPLY_EVENT;
    hint->serial = (uint32_t)serial;
    add_fix(out, &fix, &x);
    return ERR_OK;
}

/* ---- reports of trackers ---- */

/* U01: `field` begins with the date. */
static enum err decode_report(const struct session *s, const struct sentence *in, size_t from,
                              struct decoded *out)
{
    enum { DATE, TIME, VALID, LAT, SPEED = 7, COURSE, SATELLITES, BATTERY, STATUS_TO_GSM = 4 };
    struct civil c;
    struct fix fix = {0};
    const struct bytes *field = in->field + from;
    if (in->count <= from + BATTERY) {
        return ERR_MALFORMED;
    }
    if (field_civil_of_digits(field[DATE], field[TIME], DATE_DMY, &c)) {
        field_set_local_time(&fix, s, &c);
    }
    set_degrees(&fix, &field[LAT], bytes_eq(field[VALID], "T"));
    set_motion(&fix, field[SPEED], field[COURSE]);
    struct bytes battery = field[SATELLITES];
    bool has_satellites = battery.len == 0 || battery.at[battery.len - 1] != '%';
    size_t at = SATELLITES;
    if (has_satellites) {
        fix_set_satellites(&fix, (unsigned)(number_of(battery, 0) & UINT16_MAX));
        battery = field[++at];
    }
    if (battery.len > 1 && battery.at[battery.len - 1] == '%') {
        fix_set_battery_percent(&fix, number_of(bytes_slice(battery, 0, battery.len - 1), 101));
    }
    at += STATUS_TO_GSM;
    if (from + at < FIELDS_MAX - 1) {
        fix_set_gsm(&fix, (unsigned)(number_of(field[at], 99) & UINT16_MAX));
        set_odometer(&fix, field[at + 1]);
    }
    fix_set_alarms_told(&fix, 0);
    add_fix(out, &fix, NULL);
    return ERR_OK;
}

static enum err decode_u(const struct session *s, const struct sentence *in, struct decoded *out,
                         struct jt600_hint *hint)
{
    hint->reply = JT600_REPLY_S39;
    return decode_report(s, in, 0, out);
}

static enum err decode_u06(const struct session *s, const struct sentence *in, struct decoded *out,
                           struct jt600_hint *hint)
{
    hint->reply = JT600_REPLY_S20;
    return decode_report(s, in, 1, out);
}

static enum err decode_w01(const struct session *s, const struct sentence *in, struct decoded *out,
                           struct jt600_hint *hint)
{
    enum { LON, EAST, LAT, NORTH, VALID, DATE, TIME, SPEED, COURSE, GSM = 11, FIELDS_MIN = 9 };
    (void)hint;
    struct civil c;
    struct fix fix = {0};
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    const struct bytes *field = in->field;
    if (in->count < FIELDS_MIN || !field_angle_of_text(field[LAT], field[NORTH], "S", &lat_e7) ||
        !field_angle_of_text(field[LON], field[EAST], "W", &lon_e7)) {
        return ERR_MALFORMED;
    }
    if (field_civil_of_digits(field[DATE], field[TIME], DATE_DMY, &c)) {
        field_set_local_time(&fix, s, &c);
    }
    fix_set_position(&fix, lat_e7, lon_e7, bytes_eq(field[VALID], "A"));
    set_motion(&fix, field[SPEED], field[COURSE]);
    fix_set_gsm(&fix, (unsigned)(number_of(field[GSM], 99) & UINT16_MAX));
    fix_set_alarms_told(&fix, 0);
    add_fix(out, &fix, NULL);
    return ERR_OK;
}

/* ---- sensors ---- */

/* What the byte behind '=' stands for; 0: nothing, so that the '=' stands for itself. */
static uint8_t escaped_byte(uint8_t code)
{
    return code == 0x15 ? '(' : code == 0x14 ? ')' : code == 0x11 ? ',' : code == 0 ? '=' : 0;
}

/* Takes the escapes out of `in`, from the left: 3d 00 stands for 3d itself. */
static struct bytes unescaped(struct arena *arena, struct bytes in)
{
    uint8_t *at = arena_new(arena, in.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < in.len; i++) {
        bool may_be = in.at[i] == '=' && i + 1 < in.len;
        uint8_t byte = may_be ? escaped_byte(in.at[i + 1]) : 0;
        at[len++] = byte != 0 ? byte : in.at[i];
        i += byte != 0 ? 1 : 0;
    }
    return (struct bytes){at, len};
}

static void read_climate(struct reader *r, struct fix *f, struct extras *x)
{
    enum { NONE = 0xffff, MAGNITUDE = 0x0fff, PERCENT_MAX = 100, E1_TO_E2 = 10, E2 = 100 };
    uint16_t raw = read_u16be(r);
    uint8_t humidity = read_u8(r);
    if (!reader_ok(r)) {
        return;
    }
    int64_t temperature_c_e1 = raw & MAGNITUDE;
    if (raw != NONE) {
        temperature_c_e1 = raw > MAGNITUDE ? -temperature_c_e1 : temperature_c_e1;
        fix_set_temperature(f, 0, temperature_c_e1 * E1_TO_E2);
    }
    if (humidity <= PERCENT_MAX) {
        extras_set(x, EXTRA_HUMIDITY, 0, humidity * INT64_C(100));
    }
}

static enum err decode_sensor(const struct session *s, const struct sentence *in,
                              struct decoded *out, struct jt600_hint *hint)
{
    enum { COMMAS = 3, OWN_TIME = 6, NUMBER = 5, BATTERY = 3, SIGNAL = 1, TYPE_CLIMATE = 1 };
    if (!bytes_eq(in->field[0], "5")) {
        decoded_add(out, MESSAGE_OTHER);
        return ERR_OK;
    }
    struct reader head = reader_init(in->all);
    for (size_t i = 0; i < COMMAS; i++) {
        (void)read_field(&head, ',');
    }
    struct fix fix = {0};
    struct extras x;
    extras_init(&x, out->arena);
    struct reader r = reader_init(unescaped(out->arena, read_rest(&head)));
    bool is_located = jt600_read_location(&r, s, &fix);
    read_skip(&r, OWN_TIME + NUMBER);
    hint->serial = read_u8(&r);
    read_skip(&r, BATTERY + SIGNAL);
    uint8_t type = read_u8(&r);
    if (!is_located || !reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (type == TYPE_CLIMATE) {
        read_climate(&r, &fix, &x);
    }
    fix_set_alarms_told(&fix, 0);
    hint->reply = JT600_REPLY_SENSOR;
    add_fix(out, &fix, &x);
    return ERR_OK;
}

/* ---- what is asked, and answers ---- */

static enum err decode_alive(const struct session *s, const struct sentence *in,
                             struct decoded *out, struct jt600_hint *hint)
{
    (void)s;
    (void)in;
    (void)hint;
    decoded_add(out, MESSAGE_HEARTBEAT);
    return ERR_OK;
}

static enum err decode_other(const struct session *s, const struct sentence *in,
                             struct decoded *out, struct jt600_hint *hint)
{
    (void)s;
    (void)in;
    (void)hint;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

static enum err decode_time(const struct session *s, const struct sentence *in, struct decoded *out,
                            struct jt600_hint *hint)
{
    hint->reply = bytes_eq(in->field[0], "2") ? JT600_REPLY_TIME : JT600_REPLY_NONE;
    return decode_other(s, in, out, hint);
}

/* The SIM card among the fields of an answer: 18 to 20 digits that begin with 89. */
static void add_iccid(const struct sentence *in, struct decoded *out)
{
    enum { DIGITS_MIN = 18, DIGITS_MAX = 20 };
    for (size_t i = 0; i < in->count; i++) {
        struct bytes field = in->field[i];
        bool is_one = field.len >= DIGITS_MIN && field.len <= DIGITS_MAX && is_number(field) &&
                      bytes_begin(field, "89");
        if (is_one) {
            struct message *m = decoded_add(out, MESSAGE_HEARTBEAT);
            field_set_iccid_text(&m->fix, field);
            return;
        }
    }
}

/* Whether the lock did what it was told, where the answer says so. */
static enum answer_result result_of(const struct sentence *in)
{
    bool is_told = bytes_eq(in->word, "P43") || bytes_eq(in->word, "P44");
    struct bytes result = in->field[0];
    if (bytes_eq(in->word, "P52") && bytes_eq(in->field[0], "3")) {
        is_told = true;
        result = in->field[1];
    }
    return is_told && bytes_eq(result, "0") ? ANSWER_REFUSED : ANSWER_DONE;
}

static enum err decode_answer(const struct session *s, const struct sentence *in,
                              struct decoded *out, struct jt600_hint *hint)
{
    (void)s;
    (void)hint;
    add_iccid(in, out);
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = secrets_masked(out->arena, in->all);
    m->answer.message_id = jt600_word_number(in->word);
    m->answer.result = (uint8_t)result_of(in);
    return ERR_OK;
}

static enum err decode_password(const struct session *s, const struct sentence *in,
                                struct decoded *out, struct jt600_hint *hint)
{
    struct bytes secret = in->field[1];
    if (!bytes_eq(in->field[0], "2")) {
        return decode_answer(s, in, out, hint);
    }
    if (secret.len == 0 || secret.len > JT600_SECRET_MAX || !field_is_printable(secret)) {
        return ERR_MALFORMED;
    }
    for (size_t i = 0; i < secret.len; i++) {
        hint->secret[i] = secret.at[i];
    }
    hint->secret_len = (uint8_t)secret.len;
    hint->reply = JT600_REPLY_SECRET;
    return decode_other(s, in, out, hint);
}

uint16_t jt600_word_number(struct bytes word)
{
    enum { LEN_MAX = 4 };
    uint64_t number = 0;
    bool is_one = word.len > 1 && word.len <= LEN_MAX && word.at[0] == 'P' &&
                  parse_u64(bytes_slice(word, 1, SIZE_MAX), &number);
    return is_one ? (uint16_t)number : 0;
}

static const struct {
    const char *word;
    enum err (*decode)(const struct session *s, const struct sentence *in, struct decoded *out,
                       struct jt600_hint *hint);
} rows[] = {
    {"P45", decode_event}, {"P22", decode_time}, {"P52", decode_password}, {"U01", decode_u},
    {"U02", decode_u},     {"U03", decode_u},    {"U06", decode_u06},      {"U04", decode_other},
    {"U09", decode_other}, {"W01", decode_w01},  {"@JT", decode_alive},    {"WLNET", decode_sensor},
};

enum err jt600_decode_sentence(const struct session *s, struct bytes frame, struct decoded *out,
                               struct jt600_hint *hint)
{
    struct sentence in;
    enum err e = parse(frame, &in);
    if (e != ERR_OK) {
        return e;
    }
    bytes_to_text(in.id, out->device_id, sizeof(out->device_id));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bytes_eq(in.word, rows[i].word)) {
            return rows[i].decode(s, &in, out, hint);
        }
    }
    return field_is_printable(in.all) ? decode_answer(s, &in, out, hint) : ERR_MALFORMED;
}
