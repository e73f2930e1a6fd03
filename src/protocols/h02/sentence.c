/*
 * H02 sentences: two letters of the maker, a device, a word and its fields. All times are UTC.
 *
 *     *HQ,1234567890,V1,070809,A,5230.0000,N,01315.0000,E,19.44,270,050326,FFFFFBFF#
 *                       time     lat         lon          knots deg date   status
 *
 *     V1 V2 V5 V6 V8 V19 VI1   a position. The fix is A, or a number where the maker says how it
 *            codes it; time and date may be empty; a latitude may be "-23-35.3408", where the
 *            letter alone tells the side; a number before the date (a battery of no unit) is
 *            passed over. Before the status V19 has the number of the SIM card, behind it V6.
 *            Behind it: MCC, MNC, LAC, CID in decimal. Some firmware writes them in hexadecimal
 *            or the other way round; what is not surely decimal is left out. Or six numbers:
 *            odometer m, temperature, fuel (of no known unit), altitude, LAC, CID
 *     V4     an answer: the words of the command, what came of it, the time that was sent, and a
 *            position
 *     HTBT   battery %               V0  alive
 *     LINK   time, signal, satellites, battery %, steps, turns, date, status
 *     NBR    time, MCC, MNC, delay, count, {LAC, CID, signal}, date, status, battery 1 to 6
 *     V3     time, MCC and MNC in one, count, {LAC, CID, two numbers}, battery of no known unit,
 *            starts, X, date, status
 *     VP1    V and the cells MCC, MNC, LAC, CID, signal; or A and a position without a time
 *     SMS    a text
 *     others are known and carry nothing
 *
 * Status, 8 hexadecimal digits, of which a bit that is not set tells an alarm. Bits 20 and above
 * differ by maker and raise none. Bit 10 is set while the engine is on.
 *
 * Source: the vectors' facts of H02, section 1.
 */
#include "base/reader.h"
#include "base/units.h"
#include "protocols/alarm_table.h"
#include "protocols/h02/h02.h"
#include "protocols/layouts.h"

enum { DIGITS_MAX = 17, BASE10 = 10 };

static const struct alarm_row status_rows[] = {
    {0, ALARM_BIT(VIBRATION)},      {1, ALARM_BIT(SOS)},         {2, ALARM_BIT(OVERSPEED)},
    {4, ALARM_BIT(GEOFENCE_ENTER)}, {5, ALARM_BIT(GPS_ANTENNA)}, {6, ALARM_BIT(GPS_ANTENNA)},
    {7, ALARM_BIT(GEOFENCE_LEAVE)}, {11, ALARM_BIT(COLLISION)},  {15, ALARM_BIT(OVERSPEED)},
    {17, ALARM_BIT(VIBRATION)},     {18, ALARM_BIT(SOS)},        {19, ALARM_BIT(POWER_OFF)},
};
static const struct alarm_table status_alarms = {
    status_rows, sizeof(status_rows) / sizeof(status_rows[0]), true};

void h02_set_status(struct fix *f, uint32_t status)
{
    enum { ENGINE_ON = 1 << 10 };
    f->alarms |= alarm_table_of_bits(&status_alarms, status);
    fix_set_alarms_told(f, alarm_table_all(&status_alarms));
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status & ENGINE_ON) != 0);
}

/* A sentence taken apart. */
struct sentence {
    struct words words; /* from the first behind the type on */
    struct bytes maker;
    struct bytes id;
    struct bytes type;
    struct bytes rest; /* behind the type, as it is */
};

static enum err parse(struct bytes frame, struct sentence *out)
{
    enum { LEN_MIN = 6 };
    if (frame.len < LEN_MIN || frame.at[0] != '*' || frame.at[frame.len - 1] != '#') {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(bytes_slice(frame, 1, frame.len - 2));
    out->maker = read_field(&r, ',');
    out->id = word_trimmed(read_field(&r, ','));
    out->type = word_trimmed(read_field(&r, ','));
    out->rest = read_rest(&r);
    words_cut(out->rest, ',', &out->words);
    bool is_id = out->id.len == 0 || (word_is_digits(out->id) && out->id.len <= DIGITS_MAX);
    return out->maker.len == H02_MAKER_LEN && is_id ? ERR_OK : ERR_MALFORMED;
}

/* ---- positions ---- */

/* An angle as "2230.1234", "22301234" or "-22-30.1234", without its side. */
static bool read_angle(struct bytes text, int64_t *angle_e7)
{
    enum { DECIMALS = 4, PACKED_MIN = 7 };
    const int64_t degree_e7 = 10000000;
    const int64_t packed_to_e7 = 1000;
    uint64_t packed = 0;
    int64_t e7 = 0;
    bool is_signed = text.len > 0 && text.at[0] == '-';
    struct bytes plain = bytes_slice(text, is_signed ? 1 : 0, SIZE_MAX);
    size_t dash = bytes_find(plain, '-');
    if (dash < plain.len) {
        uint64_t degrees = word_number(bytes_slice(plain, 0, dash), UINT64_MAX);
        bool is_one = parse_decimal_e7(bytes_slice(plain, dash + 1, SIZE_MAX), &e7);
        *angle_e7 = (int64_t)(degrees % 1000) * degree_e7 + units_rounded(e7, 60);
        return is_one && e7 >= 0 && degrees < 1000;
    }
    if (plain.len >= PACKED_MIN && parse_u64(plain, &packed)) {
        *angle_e7 = field_angle_of_ddmm(packed % UINT64_C(1000000000) * (uint64_t)packed_to_e7);
        return true;
    }
    if (!parse_decimal_e7(plain, &e7) || e7 < 0) {
        return false;
    }
    *angle_e7 = field_angle_of_ddmm((uint64_t)e7);
    return true;
}

static void set_place(struct fix *f, const struct words *w, size_t valid)
{
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    struct bytes code = word_at(w, valid);
    bool is_valid = bytes_eq(code, "A") || word_is_digits(code);
    if (read_angle(word_at(w, valid + 1), &lat_e7) && read_angle(word_at(w, valid + 3), &lon_e7)) {
        fix_set_position(f, bytes_eq(word_at(w, valid + 2), "S") ? -lat_e7 : lat_e7,
                         bytes_eq(word_at(w, valid + 4), "W") ? -lon_e7 : lon_e7, is_valid);
    }
}

/* The cell in four words that are decimal without a doubt. */
static void set_cell(struct fix *f, const struct bytes at[4])
{
    enum { MCC_DIGITS = 3, MCC_MIN = 200, MCC_MAX = 799, LAC_MAX = UINT16_MAX };
    const uint64_t cid_max = 0x0fffffff;
    uint64_t mcc = word_number(at[0], 0);
    uint64_t mnc = word_number(at[1], UINT64_MAX);
    uint64_t lac = word_number(at[2], 0);
    uint64_t cid = word_number(at[3], 0);
    if (at[0].len == MCC_DIGITS && mcc >= MCC_MIN && mcc <= MCC_MAX && mnc < 1000 && lac > 0 &&
        lac <= LAC_MAX && cid > 0 && cid <= cid_max) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
}

static void set_iccid(struct fix *f, struct bytes word)
{
    enum { DIGITS_MIN = 18, ICCID_MAX = 20 };
    bool is_filled = word.len > 0 && word.at[word.len - 1] == '?';
    struct bytes number = bytes_slice(word, 0, word.len - (is_filled ? 1 : 0));
    if (number.len >= DIGITS_MIN && number.len <= ICCID_MAX && bytes_begin(number, "89")) {
        field_set_iccid_text(f, number);
    }
}

/* What stands behind the date: words of V19, the status, and what comes behind it. */
static void set_tail(struct fix *f, const struct words *w, size_t from)
{
    enum { STATUS_LEN = 8, BEFORE_MAX = 3, SIX = 6 };
    size_t at = from;
    while (at < w->count && at <= from + BEFORE_MAX &&
           !(w->at[at].len == STATUS_LEN && word_is_hex(w->at[at]))) {
        at++;
    }
    for (size_t i = from; i < w->count; i++) {
        set_iccid(f, w->at[i]);
    }
    if (at >= w->count || at > from + BEFORE_MAX) {
        return;
    }
    h02_set_status(f, (uint32_t)word_hex(w->at[at], UINT32_MAX));
    struct bytes fuel = word_at(w, at + 3);
    if (w->count == at + 1 + SIX && bytes_find(fuel, '.') < fuel.len) {
        word_set_metres(f, word_at(w, at + 1));
        word_set_temperature(f, 0, word_at(w, at + 2));
        word_set_altitude(f, word_at(w, at + 4));
    } else if (w->count > at + 4) {
        set_cell(f, &w->at[at + 1]);
    }
}

/* Where the fix bit of a position stands, by the letters of its sides; w->count: nowhere. */
static size_t find_position(const struct words *w)
{
    size_t at = 0;
    while (at < w->count && !(word_is_one_of(word_at(w, at + 2), "NS0") &&
                              word_is_one_of(word_at(w, at + 4), "EW0"))) {
        at++;
    }
    return at;
}

/* A position whose fix bit is the word `valid`; its time is the word before it. */
static void add_position(const struct sentence *in, size_t valid, struct decoded *out)
{
    enum { SPEED = 5, COURSE, DATE, DATE_LEN = 6 };
    struct fix fix = {0};
    const struct words *w = &in->words;
    size_t date = valid + DATE;
    struct bytes before = word_at(w, date);
    bool has_battery = before.len > 0 && !(before.len == DATE_LEN && word_is_digits(before));
    date += has_battery && word_at(w, date + 1).len == DATE_LEN ? 1 : 0;
    set_place(&fix, w, valid);
    field_set_time(&fix, word_at(w, date), valid > 0 ? w->at[valid - 1] : (struct bytes){0},
                   DATE_DMY);
    word_set_knots(&fix, word_at(w, valid + SPEED));
    word_set_course(&fix, word_at(w, valid + COURSE));
    set_tail(&fix, w, date + 1);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
}

static enum err decode_position(const struct sentence *in, struct decoded *out,
                                struct h02_address *to)
{
    size_t valid = find_position(&in->words);
    to->reply = bytes_eq(in->type, "V1") ? H02_REPLY_V1 : H02_REPLY_NONE;
    if (valid < in->words.count) {
        add_position(in, valid, out);
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    return ERR_OK;
}

/* "S20,DONE,070809" before the position: the last of it is the time that we sent. */
static uint32_t tie_of(struct bytes sent)
{
    enum { LEN = 6, HOUR_S = 3600, MINUTE_S = 60 };
    const uint64_t pair = 100;
    uint64_t hms = word_number(sent, UINT64_MAX);
    if (sent.len != LEN || hms == UINT64_MAX) {
        return 0;
    }
    return (uint32_t)(hms / (pair * pair) * HOUR_S + hms / pair % pair * MINUTE_S + hms % pair);
}

/* The first `count` words as they stand there. A word that is empty is nowhere: it has no place. */
static struct bytes text_of(struct bytes rest, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        len += i > 0 ? 1 : 0;
        len += bytes_find(bytes_slice(rest, len, SIZE_MAX), ',');
    }
    return field_trimmed(bytes_slice(rest, 0, len));
}

static enum err decode_answer(const struct sentence *in, struct decoded *out,
                              struct h02_address *to)
{
    (void)to;
    const struct words *w = &in->words;
    size_t valid = find_position(w);
    size_t count = valid < w->count && valid > 0 ? valid - 1 : valid;
    struct bytes text = count < w->count ? text_of(in->rest, count) : in->rest;
    bool is_answer = text.len > 0 || in->rest.len == 0; /* "V4" alone is one, too */
    if (is_answer && field_is_printable(text)) {
        struct message *m = decoded_add(out, MESSAGE_RESPONSE);
        bool is_refused =
            bytes_eq_nocase(word_at(w, 1), "ERROR") || bytes_eq_nocase(word_at(w, 1), "FAIL");
        m->text = text;
        m->answer.message_id = word_command_id(w->at[0]);
        m->answer.tie = count > 1 ? tie_of(w->at[count - 1]) : 0;
        m->answer.result = (uint8_t)(is_refused ? ANSWER_REFUSED : ANSWER_DONE);
    }
    if (valid < w->count) {
        add_position(in, valid, out);
    }
    return ERR_OK;
}

/* ---- without a position ---- */

static void set_status(struct fix *f, struct bytes word)
{
    h02_set_status(f, (uint32_t)word_hex(word, UINT32_MAX));
}

static void set_step(struct fix *f, struct bytes word)
{
    enum { STEPS_MAX = 6 };
    static const uint8_t percent[STEPS_MAX + 1] = {0, 0, 10, 20, 60, 80, 100};
    uint64_t step = word_number(word, 0);
    if (step > 0 && step <= STEPS_MAX) {
        fix_set_battery_percent(f, percent[step]);
    }
}

static const struct layout alive = {.rows = {{0, word_set_percent}}};
static const struct layout linked = {
    .when = {6, 0, DATE_DMY},
    .rows = {{1, word_set_csq}, {2, word_set_satellites}, {3, word_set_percent}, {7, set_status}},
    .extras = {{4, EXTRA_STEPS, .low = 1, .high = INT32_MAX}}};

/*
 * Sets the first of the cells, which have `width` words each and stand behind their number. The
 * word behind them all; 0: there are too many.
 */
static size_t read_cells(const struct words *w, const struct bytes network[2], size_t count_at,
                         size_t width, struct fix *f)
{
    enum { CELLS_MAX = 32 };
    uint64_t count = word_number(word_at(w, count_at), 0);
    const struct bytes cell[4] = {network[0], network[1], word_at(w, count_at + 1),
                                  word_at(w, count_at + 2)};
    if (count > CELLS_MAX) {
        return 0;
    }
    if (count > 0) {
        set_cell(f, cell);
    }
    return count_at + 1 + width * (size_t)count;
}

static enum err decode_nbr(const struct sentence *in, struct decoded *out, struct h02_address *to)
{
    enum { TIME, MCC, MNC, COUNT = 4, WIDTH = 3 };
    struct fix fix = {0};
    const struct words *w = &in->words;
    const struct bytes network[2] = {word_at(w, MCC), word_at(w, MNC)};
    size_t date = read_cells(w, network, COUNT, WIDTH, &fix);
    to->reply = H02_REPLY_NBR;
    if (date == 0) {
        return ERR_MALFORMED;
    }
    field_set_time(&fix, word_at(w, date), word_at(w, TIME), DATE_DMY);
    set_status(&fix, word_at(w, date + 1));
    set_step(&fix, word_at(w, date + 2));
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

static enum err decode_v3(const struct sentence *in, struct decoded *out, struct h02_address *to)
{
    enum { TIME, NETWORK, COUNT, WIDTH = 4, MCC_LEN = 3, BEHIND = 3 };
    (void)to;
    struct fix fix = {0};
    const struct words *w = &in->words;
    struct bytes both = word_at(w, NETWORK);
    const struct bytes network[2] = {bytes_slice(both, 0, MCC_LEN),
                                     bytes_slice(both, MCC_LEN, SIZE_MAX)};
    size_t behind = read_cells(w, network, COUNT, WIDTH, &fix);
    if (behind == 0) {
        return ERR_MALFORMED;
    }
    field_set_time(&fix, word_at(w, behind + BEHIND), word_at(w, TIME), DATE_DMY);
    set_status(&fix, word_at(w, behind + BEHIND + 1));
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

static enum err decode_vp1(const struct sentence *in, struct decoded *out, struct h02_address *to)
{
    struct fix fix = {0};
    const struct words *w = &in->words;
    if (bytes_eq(word_at(w, 0), "A")) {
        return decode_position(in, out, to);
    }
    const struct bytes cell[4] = {word_at(w, 1), word_at(w, 2), word_at(w, 3), word_at(w, 4)};
    set_cell(&fix, cell);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

static enum err decode_sms(const struct sentence *in, struct decoded *out, struct h02_address *to)
{
    (void)to;
    decoded_add(out, MESSAGE_RESPONSE)->text = bytes_slice(in->rest, 0, MESSAGE_TEXT_MAX);
    return ERR_OK;
}

/* A type has a layout, or a function. */
static const struct {
    const char *type;
    enum err (*decode)(const struct sentence *in, struct decoded *out, struct h02_address *to);
    const struct layout *layout;
    enum message_kind kind;
    enum h02_reply reply;
} rows[] = {
    {"V4", .decode = decode_answer},
    {"V0", .layout = &alive, .kind = MESSAGE_HEARTBEAT, .reply = H02_REPLY_HTBT},
    {"HTBT", .layout = &alive, .kind = MESSAGE_HEARTBEAT, .reply = H02_REPLY_HTBT},
    {"LINK", .layout = &linked, .kind = MESSAGE_FIX},
    {"NBR", .decode = decode_nbr},
    {"V3", .decode = decode_v3},
    {"VP1", .decode = decode_vp1},
    {"SMS", .decode = decode_sms},
};

static enum err decode_type(const struct sentence *in, struct decoded *out, struct h02_address *to)
{
    struct report r;
    size_t i = 0;
    while (i < sizeof(rows) / sizeof(rows[0]) && !bytes_eq(in->type, rows[i].type)) {
        i++;
    }
    if (i == sizeof(rows) / sizeof(rows[0])) {
        if (bytes_begin(in->type, "V")) {
            return decode_position(in, out, to);
        }
        decoded_add(out, MESSAGE_OTHER);
        return ERR_OK;
    }
    if (rows[i].decode != NULL) {
        return rows[i].decode(in, out, to);
    }
    to->reply = (uint8_t)rows[i].reply;
    report_begin(&r, out);
    (void)layout_read(rows[i].layout, &in->words, 0, &r);
    report_add(&r, rows[i].kind, out);
    return ERR_OK;
}

enum err h02_decode_sentence(const struct session *s, struct bytes frame, struct decoded *out,
                             struct h02_address *to)
{
    struct sentence in;
    enum err e = parse(frame, &in);
    if (e != ERR_OK) {
        return e;
    }
    struct bytes id = in.id.len > 0 ? in.id : bytes_of_text(s->device_id);
    bytes_to_text(id, out->device_id, sizeof(out->device_id));
    word_keep(to->maker, H02_MAKER_LEN, in.maker);
    return decode_type(&in, out, to);
}
