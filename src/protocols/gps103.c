/*
 * GPS103: Coban and Baanool GPS102, 103, 104, 303 to 306 and relatives, over TCP and UDP. Sentences
 * end at ';', at a line end, at the star of ",*", or where the next one begins.
 *
 *     ##,imei:123456789012345,A;                       login -> LOAD, without which it is silent
 *     123456789012345;                                 alive -> ON; may stand before a report
 *     imei:123456789012345,help me,...;                -> **,imei:123456789012345,E;
 *
 *     imei:ID,tracker,260305080809,,F,070809.000,A,5230.0000,N,01315.0000,E,19.44,270,34,1,0,;
 *             keyword date, time   |  UTC          lat         lon          knots deg alt engine,
 * door of its zone  F, or L: no position
 *
 *     then fuel % twice, temperature; all behind the longitude may be missing, and the letters of
 *     the sides may stand before their angles. "rfid" has the card in the fourth field.
 *
 * The first time is local, the second UTC, and has no date: their difference, taken as -12 to +12
 * hours, is the zone. Without the second, the first is read in the zone that is configured.
 *
 *     imei:ID,OBD,date,odometer km,l,l,hours,km/h,load,coolant,throttle,rpm,V,codes,..;
 *     imei:ID,name,event,sensor,V,hhmmss,ddmmyy,signal,0 or 1,lat,lon,km/h,deg,alt,hdop,satellites,
 *             engine,charging,error,*
 *     imei:ID,vr,..                                    a part of a picture, not kept
 *
 * A command is "**,imei:ID,CODE;". Its answer is a report whose keyword is the code in small
 * letters and 't' (done) or 'f' (refused), or the same number, which 5 begins where it was refused.
 * STOP and RESUME stand for J and K, which stop the engine and let it run; J itself is refused, as
 * no pattern can tell one letter from others. No code asks for what a query does. Cells (L) come
 * without their network and are not kept.
 *
 * A login is answered whether its device is registered or not; nothing is ever sent again.
 *
 * Source: the vectors' facts of GPS103, section 3.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "protocols/alarm_table.h"
#include "protocols/fields.h"
#include "protocols/words.h"

enum { FRAME_MAX = 1024, IMEI_LEN = 15, LOGIN_MAX = 30, TEXT_MAX = 256 };

static const char login_mark[] = "##,imei:";
static const char report_mark[] = "imei:";

/* ---- where a sentence begins and ends ---- */

static size_t digits_of(struct bytes in)
{
    size_t n = 0;
    while (n < in.len && in.at[n] >= '0' && in.at[n] <= '9') {
        n++;
    }
    return n;
}

/* Whether `in` begins with `mark`, as far as it has come. */
static enum err begins(struct bytes in, const char *mark)
{
    size_t len = strlen(mark);
    size_t seen = in.len < len ? in.len : len;
    if (memcmp(in.at, mark, seen) != 0) {
        return ERR_MALFORMED;
    }
    return seen == len ? ERR_OK : ERR_MORE;
}

/* Digits alone: a heartbeat, or the line of an identity of other protocols. */
static enum protocol_claim claim_digits(struct bytes in)
{
    size_t digits = digits_of(in);
    if (digits < in.len ? digits != IMEI_LEN : digits > IMEI_LEN) {
        return CLAIM_NO;
    }
    if (digits == in.len) {
        return digits == IMEI_LEN ? CLAIM_LIKELY : CLAIM_MORE;
    }
    struct bytes rest = bytes_slice(in, digits, SIZE_MAX);
    if (rest.at[0] == '\r' || rest.at[0] == '\n') {
        return CLAIM_LIKELY;
    }
    return rest.at[0] == ';' ? CLAIM_YES : claim_of(begins(rest, report_mark));
}

/* "*123456789012345,00#", which some send before their login. */
static enum err is_preamble(struct bytes in)
{
    size_t digits = digits_of(bytes_slice(in, 1, SIZE_MAX));
    if (in.len == 1 + digits) {
        return digits <= IMEI_LEN ? ERR_MORE : ERR_MALFORMED;
    }
    return digits == IMEI_LEN && in.at[1 + digits] == ',' ? ERR_OK : ERR_MALFORMED;
}

static enum protocol_claim gps103_claims(struct bytes first)
{
    switch (first.at[0]) {
    case '#':
        return claim_of(begins(first, login_mark));
    case 'i':
        return claim_of(begins(first, report_mark));
    case '*':
        return claim_of(is_preamble(first));
    default:
        return claim_digits(first);
    }
}

static bool is_end(struct bytes in, size_t at)
{
    uint8_t c = in.at[at];
    return c == ';' || c == '\r' || c == '\n' || (c == '*' && at > 0 && in.at[at - 1] == ',');
}

/* How many bytes end a sentence at `at`, if they have come: what ends a login is not waited for. */
static size_t ends_at(struct bytes in, size_t at)
{
    return at < in.len && is_end(in, at) ? 1 : 0;
}

/* Whether a sentence begins at `at`, which ends the one before it. */
static bool begins_other(struct bytes in, size_t at)
{
    struct bytes rest = bytes_slice(in, at, SIZE_MAX);
    return begins(rest, login_mark) == ERR_OK ||
           (in.at[at - 1] != ',' && begins(rest, report_mark) == ERR_OK);
}

/* The end of a sentence, and in *used of what ends it. */
static enum err find_end(struct bytes in, size_t *len, size_t *used)
{
    size_t mark = begins(in, login_mark) == ERR_OK ? sizeof(login_mark) : sizeof(report_mark);
    for (size_t at = mark; at < in.len && at < FRAME_MAX; at++) {
        bool is_login = mark == sizeof(login_mark) && in.at[at] == 'A' && in.at[at - 1] == ',';
        if (is_login || is_end(in, at) || begins_other(in, at)) {
            *len = at + (is_login ? 1 : 0);
            *used = *len + ends_at(in, *len);
            return ERR_OK;
        }
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

/* How many bytes stand before the next sentence. */
static size_t noise_of(struct bytes in)
{
    size_t n = 0;
    while (n < in.len && strchr("; \r\n", in.at[n]) != NULL && in.at[n] != '\0') {
        n++;
    }
    struct bytes rest = bytes_slice(in, n, SIZE_MAX);
    if (rest.len > 0 && rest.at[0] == '*' && is_preamble(rest) == ERR_OK) {
        size_t end = bytes_find(rest, '#');
        return end == rest.len ? in.len : n + end + 1 + noise_of(bytes_slice(rest, end + 1, 2));
    }
    return n;
}

static enum err gps103_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = noise_of(in);
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    size_t digits = digits_of(rest);
    size_t len = 0;
    size_t taken = 0;
    if (rest.len == 0 || (digits == rest.len && digits < IMEI_LEN)) {
        return in.len > FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    if (rest.at[0] == '*') {
        return is_preamble(rest) == ERR_MORE ? ERR_MORE : ERR_MALFORMED;
    }
    if (digits >= IMEI_LEN) {
        *frame = bytes_slice(rest, 0, IMEI_LEN);
        *used = noise + IMEI_LEN + ends_at(rest, IMEI_LEN);
        return ERR_OK;
    }
    enum err login = begins(rest, login_mark);
    enum err report = begins(rest, report_mark);
    if (login != ERR_OK && report != ERR_OK) {
        return login == ERR_MORE || report == ERR_MORE ? ERR_MORE : ERR_MALFORMED;
    }
    enum err e = find_end(rest, &len, &taken);
    if (e == ERR_OK) {
        *frame = bytes_slice(rest, 0, len);
        *used = noise + taken;
    }
    return e;
}

static enum err gps103_resync(struct bytes in, size_t *skip)
{
    size_t len = 0;
    size_t used = 0;
    for (size_t n = 1; n < in.len && n < FRAME_MAX; n++) {
        struct bytes rest = bytes_slice(in, n, SIZE_MAX);
        bool is_one = begins(rest, login_mark) == ERR_OK || begins(rest, report_mark) == ERR_OK;
        if (is_one && find_end(rest, &len, &used) == ERR_OK) {
            *skip = n;
            return ERR_OK;
        }
    }
    return ERR_MORE;
}

/* ---- what a report says ---- */

static const struct {
    const char *keyword;
    alarm_set alarms;
} keywords[] = {
    {"help me", ALARM_BIT(SOS)},
    {"low battery", ALARM_BIT(LOW_BATTERY)},
    {"stockade", ALARM_BIT(GEOFENCE_LEAVE)},
    {"move", ALARM_BIT(DISPLACEMENT)},
    {"speed", ALARM_BIT(OVERSPEED)},
    {"ac alarm", ALARM_BIT(POWER_OFF)},
    {"sensor alarm", ALARM_BIT(VIBRATION)},
    {"accident alarm", ALARM_BIT(COLLISION)},
    {"T:", ALARM_BIT(TEMPERATURE)},
    {"oil", ALARM_BIT(FUEL_DRAIN)},
};

/* A keyword of letters and ':' may go on: "T:+28.0", "oil 51.6". */
static void set_keyword(struct fix *f, struct bytes keyword)
{
    alarm_set told = 0;
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        bool goes_on = keywords[i].alarms == ALARM_BIT(TEMPERATURE) ||
                       keywords[i].alarms == ALARM_BIT(FUEL_DRAIN);
        bool is_it = goes_on ? bytes_begin(keyword, keywords[i].keyword)
                             : bytes_eq(keyword, keywords[i].keyword);
        f->alarms |= is_it ? keywords[i].alarms : 0;
        told |= keywords[i].alarms;
    }
    fix_set_alarms_told(f, told);
    if (bytes_begin(keyword, "T:")) {
        word_set_temperature(f, 0, bytes_slice(keyword, 2, SIZE_MAX));
    }
    bool is_on = bytes_eq(keyword, "acc on");
    if (is_on || bytes_eq(keyword, "acc off")) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on);
    }
    if (bytes_eq(keyword, "door alarm")) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    }
}

/* The digits of "26/03/05 08:08" or "260305080809", with zeros for what is missing. */
static bool read_local(struct bytes word, struct civil *c)
{
    enum { DATE_LEN = 6, MINUTES_LEN = 10, LEN = 12 };
    uint8_t digits[LEN + 1] = "000000000000";
    size_t count = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool is_digit = word.at[i] >= '0' && word.at[i] <= '9';
        if (is_digit && count < LEN) {
            digits[count++] = word.at[i];
        } else if (is_digit || strchr("/ :", word.at[i]) == NULL) {
            return false;
        }
    }
    return (count == MINUTES_LEN || count == LEN) &&
           field_civil_of_digits((struct bytes){digits, DATE_LEN},
                                 (struct bytes){digits + DATE_LEN, DATE_LEN}, DATE_YMD, c);
}

/* See the opening: `utc` is "070809.000", and may be none. */
static void set_time(struct fix *f, const struct session *s, struct bytes local, struct bytes utc)
{
    const uint64_t pair = 100;
    enum { DIGITS = 6, HOUR_MIN = 60, DAY_MIN = 1440, HALF_MIN = DAY_MIN / 2 };
    struct civil c;
    uint64_t hms = word_number(bytes_slice(utc, 0, DIGITS), UINT64_MAX);
    if (!read_local(local, &c)) {
        return;
    }
    if (utc.len < DIGITS || hms >= 240000 || hms / pair % pair > 59 || hms % pair > 59) {
        field_set_local_time(f, s, &c);
        return;
    }
    int utc_min = (int)(hms / (pair * pair)) * HOUR_MIN + (int)(hms / pair % pair);
    int offset_min = c.hour * HOUR_MIN + c.minute - utc_min;
    offset_min += offset_min <= -HALF_MIN ? DAY_MIN : offset_min > HALF_MIN ? -DAY_MIN : 0;
    c.second = (int)(hms % pair);
    fix_set_time(f, civil_to_s(&c) - offset_min * INT64_C(60));
}

/* Reads an angle and the letter of its side, before or behind it; `*at` moves behind both. */
static struct bytes take_angle(const struct words *w, size_t *at, const char *letters,
                               struct bytes *side)
{
    *side = (struct bytes){0};
    if (word_is_one_of(word_at(w, *at), letters)) {
        *side = word_at(w, (*at)++);
    }
    struct bytes angle = word_at(w, (*at)++);
    bool is_side = word_is_one_of(word_at(w, *at), letters);
    if (is_side || (side->len == 0 && word_at(w, *at).len == 0)) {
        *side = word_at(w, (*at)++);
    }
    return angle;
}

static void set_switch(struct fix *f, enum fix_has has, enum fix_flag flag, struct bytes word)
{
    if (word_is_one_of(word, "01")) {
        fix_set_switch(f, has, flag, word.at[0] == '1');
    }
}

/* From the fix bit on. */
static void set_position(struct fix *f, const struct words *w, size_t valid)
{
    enum { COURSE = 1, ALTITUDE, ENGINE, DOOR, TEMPERATURE = 7 };
    struct bytes angles[4];
    size_t at = valid + 1;
    angles[0] = take_angle(w, &at, "NS", &angles[1]);
    angles[2] = take_angle(w, &at, "EW", &angles[3]);
    (void)word_set_angles(f, angles, bytes_eq(word_at(w, valid), "A"));
    word_set_knots(f, word_at(w, at));
    word_set_course(f, word_at(w, at + COURSE));
    word_set_altitude(f, word_at(w, at + ALTITUDE));
    set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, word_at(w, at + ENGINE));
    set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, word_at(w, at + DOOR));
    word_set_temperature(f, 0, word_at(w, at + TEMPERATURE));
}

/* The shares of two tanks, each written with '%', wherever they stand behind the longitude. */
static void set_tanks(struct extras *x, const struct words *w)
{
    enum { FROM = 11, PERCENT_E2 = 100, MAX_E2 = 10000 };
    unsigned tank = 0;
    for (size_t i = FROM; i < w->count && tank < 2; i++) {
        struct bytes word = w->at[i];
        bool is_share = word.len > 1 && word.at[word.len - 1] == '%';
        int64_t e2 =
            word_decimal(bytes_slice(word, 0, word.len - (is_share ? 1 : 0)), PERCENT_E2, -1);
        if (is_share && e2 >= 0 && e2 <= MAX_E2) {
            extras_set(x, EXTRA_FUEL_PERCENT, tank++, e2);
        }
    }
}

/* "jt", "lf", "109", "511": an answer to a command. */
static void add_answer(struct bytes keyword, struct decoded *out)
{
    enum { CODE_LEN = 2, NUMBER_LEN = 3 };
    char code[NUMBER_LEN + 1];
    bytes_to_text(keyword, code, sizeof(code));
    bool is_code = keyword.len == CODE_LEN && code[0] >= 'a' && code[0] <= 'z' &&
                   (code[1] == 't' || code[1] == 'f');
    bool is_number =
        keyword.len == NUMBER_LEN && word_is_digits(keyword) && (code[0] == '1' || code[0] == '5');
    if (!is_code && !is_number) {
        return;
    }
    bool is_refused = is_code ? code[1] == 'f' : code[0] == '5';
    code[is_code ? 1 : NUMBER_LEN] = '\0';
    if (is_number) {
        code[0] = '1';
    }
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = keyword;
    m->answer.message_id = word_command_id(bytes_of_text(code));
    m->answer.result = (uint8_t)(is_refused ? ANSWER_REFUSED : ANSWER_DONE);
}

static enum err decode_report(const struct session *s, const struct words *w, struct decoded *out)
{
    enum { KEYWORD = 1, DATE, CARD, KIND, UTC, VALID };
    struct fix fix = {0};
    struct extras x;
    struct bytes card = word_at(w, CARD);
    struct bytes keyword = word_at(w, KEYWORD);
    bool has_position = bytes_eq(word_at(w, KIND), "F");
    extras_init(&x, out->arena);
    if (bytes_eq(keyword, "rfid")) {
        extras_set_text(&x, EXTRA_CARD, 0, card);
    }
    if (card.len > 1 && card.at[card.len - 1] == '%') {
        word_set_percent(&fix, bytes_slice(card, 0, card.len - 1));
    }
    if (has_position) {
        set_position(&fix, w, VALID);
    }
    set_tanks(&x, w);
    set_keyword(&fix, keyword); /* what it says of the engine and the door goes before the rest */
    set_time(&fix, s, word_at(w, DATE), has_position ? word_at(w, UTC) : (struct bytes){0});
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    add_answer(keyword, out);
    return ERR_OK;
}

static enum err decode_obd(const struct session *s, const struct words *w, struct decoded *out)
{
    enum { DATE = 2, ODOMETER, SPEED = 7, COOLANT = 9, RPM = 11, POWER, CODES };
    const int64_t km_m = 1000;
    struct fix fix = {0};
    struct extras x;
    struct civil c;
    extras_init(&x, out->arena);
    if (read_local(word_at(w, DATE), &c)) {
        field_set_local_time(&fix, s, &c);
    }
    word_set_odometer(&fix, word_at(w, ODOMETER), km_m);
    word_set_kmh(&fix, word_at(w, SPEED));
    word_set_power(&fix, word_at(w, POWER));
    if (word_is_decimal(word_at(w, COOLANT))) {
        extras_set(&x, EXTRA_COOLANT, 0, word_decimal(word_at(w, COOLANT), 1, 0));
    }
    if (word_is_digits(word_at(w, RPM))) {
        extras_set(&x, EXTRA_RPM, 0, (int64_t)word_number(word_at(w, RPM), 0));
    }
    for (size_t i = CODES; i < w->count; i++) {
        extras_set_text(&x, EXTRA_TROUBLE_CODE, (unsigned)(i - CODES), w->at[i]);
    }
    fix_set_alarms_told(&fix, 0);
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return ERR_OK;
}

/* The sentence that has a name and no F or L. */
static enum err decode_named(const struct words *w, struct decoded *out)
{
    enum { TIME = 5, DATE, SIGNAL, VALID, LAT, LON, SPEED, COURSE, ALTITUDE, HDOP, SATELLITES };
    enum { ENGINE = SATELLITES + 1, CHARGING };
    struct fix fix = {0};
    struct civil c;
    if (field_civil_of_digits(word_at(w, DATE), word_at(w, TIME), DATE_DMY, &c)) {
        fix_set_time(&fix, civil_to_s(&c));
    }
    fix_set_gsm(&fix, (unsigned)(word_number(word_at(w, SIGNAL), 99) & UINT8_MAX));
    (void)word_set_degrees(&fix, word_at(w, LAT), word_at(w, LON),
                           bytes_eq(word_at(w, VALID), "1"));
    word_set_kmh(&fix, word_at(w, SPEED));
    word_set_course(&fix, word_at(w, COURSE));
    word_set_altitude(&fix, word_at(w, ALTITUDE));
    word_set_hdop(&fix, word_at(w, HDOP));
    word_set_satellites(&fix, word_at(w, SATELLITES));
    set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, word_at(w, ENGINE));
    set_switch(&fix, FIX_HAS_CHARGING, FIX_CHARGING, word_at(w, CHARGING));
    fix_set_alarms_told(&fix, 0);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

/* ---- frames ---- */

enum reply { REPLY_NONE, REPLY_LOAD, REPLY_ON, REPLY_HELP };

/* What reply() needs to know, and a command. */
struct address {
    uint8_t reply; /* enum reply */
    char imei[IMEI_LEN];
};
_Static_assert(sizeof(struct address) <= PROTOCOL_HINT_BYTES, "the hint has room");
_Static_assert(sizeof(struct address) <= DEVICE_SLOT_BYTES, "the slot has room");

static enum err decode_sentence(const struct session *s, struct bytes frame, struct decoded *out,
                                struct address *to)
{
    enum { NAMED_MIN = 19, KIND = 4, TIME };
    struct words w;
    bool is_login = frame.at[0] == '#';
    words_cut(frame, ',', &w);
    struct bytes keyword = word_at(&w, 1);
    if (bytes_eq(keyword, "vr")) {
        decoded_add(out, MESSAGE_OTHER);
        return ERR_OK;
    }
    if (is_login || frame.len <= LOGIN_MAX) {
        to->reply = REPLY_LOAD;
        decoded_add(out, MESSAGE_LOGIN);
        return ERR_OK;
    }
    to->reply = bytes_eq(keyword, "help me") ? REPLY_HELP : REPLY_NONE;
    if (bytes_eq(keyword, "OBD")) {
        return decode_obd(s, &w, out);
    }
    bool is_named = w.count >= NAMED_MIN && !word_is_one_of(word_at(&w, KIND), "FL");
    return is_named ? decode_named(&w, out) : decode_report(s, &w, out);
}

/* The IMEI of a frame: its first 15 digits, at the beginning or behind "imei:". */
static struct bytes imei_of(struct bytes frame)
{
    size_t at = bytes_find(bytes_slice(frame, 0, sizeof(login_mark)), ':');
    size_t from = digits_of(frame) >= IMEI_LEN ? 0 : at + 1;
    return bytes_slice(frame, from, IMEI_LEN);
}

static enum err gps103_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct address to = {0};
    struct bytes imei = imei_of(frame);
    if (imei.len != IMEI_LEN || !word_is_digits(imei) || !field_is_printable(frame)) {
        return ERR_MALFORMED;
    }
    enum err e = ERR_OK;
    bytes_to_text(imei, out->device_id, sizeof(out->device_id));
    if (digits_of(frame) == frame.len) {
        to.reply = REPLY_ON;
        decoded_add(out, MESSAGE_HEARTBEAT);
    } else if (begins(frame, login_mark) == ERR_OK || begins(frame, report_mark) == ERR_OK) {
        e = decode_sentence(s, frame, out, &to);
    } else {
        e = ERR_MALFORMED;
    }
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        out->len = 0;
        return e;
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    memcpy(to.imei, imei.at, IMEI_LEN);
    memcpy(out->hint.at, &to, sizeof(to));
    memcpy(out->slot.at, &to, sizeof(to));
    out->slot.at[0] = 0;
    out->wants_reply = to.reply != REPLY_NONE;
    return ERR_OK;
}

static void gps103_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    struct address to;
    (void)s;
    (void)now_s;
    memcpy(&to, from->at, sizeof(to));
    if (to.reply == REPLY_LOAD && outcome != OUTCOME_REFUSED) {
        write_text(out, "LOAD");
    } else if (to.reply == REPLY_ON && outcome != OUTCOME_REFUSED) {
        write_text(out, "ON");
    } else if (to.reply == REPLY_HELP && outcome == OUTCOME_STORED) {
        write_text(out, "**,imei:");
        write_bytes(out, (struct bytes){(const uint8_t *)to.imei, IMEI_LEN});
        write_text(out, ",E;");
    }
}

static enum command_fate gps103_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *what,
                                        struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {.len_max = TEXT_MAX};
    uint8_t room[COMMAND_RAW_MAX];
    struct address to;
    struct bytes text = {0};
    memcpy(&to, slot->at, sizeof(to));
    enum command_fate fate = words_of_command(what, &known, room, note, &text);
    if (fate != COMMAND_IS_WRITTEN) {
        return fate;
    }
    bool is_stop = bytes_eq_nocase(bytes_slice(text, 0, bytes_find(text, ',')), "J");
    if (is_stop || bytes_find(text, ';') < text.len || bytes_find(text, '*') < text.len) {
        return COMMAND_IS_INVALID;
    }
    text = bytes_eq_nocase(text, "STOP")     ? bytes_of_text("J")
           : bytes_eq_nocase(text, "RESUME") ? bytes_of_text("K")
                                             : text;
    struct bytes imei = {(const uint8_t *)to.imei, IMEI_LEN};
    note->message_id = word_command_id(bytes_slice(text, 0, bytes_find(text, ',')));
    write_text(out, "**,imei:");
    write_bytes(out, to.imei[0] != '\0' ? imei : bytes_of_text(s->device_id));
    write_u8(out, ',');
    write_bytes(out, text);
    write_u8(out, ';');
    return writer_ok(out) ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_gps103 = {
    .name = "gps103",
    .doc = "Coban GPS102 to GPS306 and relatives: reports by keyword, \"imei:\"",
    .port = 5001,
    .frame_max = FRAME_MAX,
    .utc_offset_min = 0,
    .datagram_end = ";",
    .claims = gps103_claims,
    .split = gps103_split,
    .resync = gps103_resync,
    .decode = gps103_decode,
    .reply = gps103_reply,
    .command = gps103_command,
};
