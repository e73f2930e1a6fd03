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
#include <string.h>

#include "protocols/framing.h"
#include "protocols/heads.h"
#include "protocols/layouts.h"

enum { FRAME_MAX = 1024, IMEI_LEN = 15, LOGIN_MAX = 30, TEXT_MAX = 256 };

static const char login_mark[] = "##,imei:";
static const char report_mark[] = "imei:";
static const char preamble[] = "*%9{15},"; /* "*123456789012345,00#", before a login of some */

/* ---- where a sentence begins and ends ---- */

static enum err begins(struct bytes in)
{
    static const char *const marks[] = {login_mark, report_mark, NULL};
    return head_read_one(in, marks, NULL);
}

static size_t digits_of(struct bytes in)
{
    return head_span(in, "0123456789", IMEI_LEN + 1);
}

/* Digits alone: a heartbeat, or the line of an identity of other protocols. */
static enum protocol_claim gps103_claims(struct bytes first)
{
    static const char *const marks[] = {login_mark, report_mark, preamble, NULL};
    size_t digits = digits_of(first);
    if (digits == 0) {
        return claim_of(head_read_one(first, marks, NULL));
    }
    if (digits != IMEI_LEN) {
        return digits < IMEI_LEN && digits == first.len ? CLAIM_MORE : CLAIM_NO;
    }
    if (first.len == IMEI_LEN || head_begins(first, IMEI_LEN, "%[\r\n]") == ERR_OK) {
        return CLAIM_LIKELY;
    }
    return first.at[IMEI_LEN] == ';' ? CLAIM_YES
                                     : claim_of(head_begins(first, IMEI_LEN, report_mark));
}

static bool is_end(struct bytes in, size_t at)
{
    uint8_t c = in.at[at];
    return c == ';' || c == '\r' || c == '\n' || (c == '*' && at > 0 && in.at[at - 1] == ',');
}

/* Whether a sentence begins at `at`, which ends the one before it. */
static bool begins_other(struct bytes in, size_t at)
{
    return (in.at[at] == (uint8_t)login_mark[0] && head_begins(in, at, login_mark) == ERR_OK) ||
           (in.at[at] == (uint8_t)report_mark[0] && in.at[at - 1] != ',' &&
            head_begins(in, at, report_mark) == ERR_OK);
}

/* The length of a login or a report, without what ends it but for a "*". */
static enum err find_end(struct bytes in, size_t *len)
{
    bool is_login = in.at[0] == '#';
    size_t from = is_login ? sizeof(login_mark) : sizeof(report_mark);
    for (size_t at = from; at < in.len && at < FRAME_MAX; at++) {
        bool ends_login = is_login && in.at[at] == 'A' && in.at[at - 1] == ',';
        bool is_star = in.at[at] == '*' && is_end(in, at);
        if (ends_login || is_end(in, at) || begins_other(in, at)) {
            *len = at + (ends_login || is_star ? 1 : 0);
            return ERR_OK;
        }
    }
    return in.len >= FRAME_MAX ? ERR_TOO_LONG : ERR_MORE;
}

/* The length of the sentence that `in` begins with. */
static enum err len_of(struct bytes in, size_t *len)
{
    size_t digits = digits_of(in);
    if (digits >= IMEI_LEN || digits == in.len) {
        *len = IMEI_LEN;
        return digits >= IMEI_LEN ? ERR_OK : ERR_MORE;
    }
    enum err e = begins(in);
    if (e == ERR_OK) {
        return find_end(in, len);
    }
    return head_begins(in, 0, preamble) == ERR_MORE ? ERR_MORE : e;
}

/* How many bytes stand before the next sentence. */
static size_t noise_of(struct bytes in)
{
    size_t n = head_span(in, "; \r\n", SIZE_MAX);
    struct bytes rest = bytes_slice(in, n, SIZE_MAX);
    if (head_begins(rest, 0, preamble) == ERR_OK) {
        size_t end = bytes_find(rest, '#');
        return end == rest.len ? in.len : n + end + 1 + noise_of(bytes_slice(rest, end + 1, 2));
    }
    return n;
}

/* That of a login is not waited for. A "*" is none of it: behind a login it begins a preamble. */
static const struct framing_rule rule = {.len_max = FRAME_MAX,
                                         .lost = noise_of,
                                         .len_of = len_of,
                                         .begins = begins,
                                         .tail = ";\r\n",
                                         .tail_max = 1};

/* ---- what a report says ---- */

static const struct keyword keyword_rows[] = {
    {"help me", .alarms = ALARM_BIT(SOS)},
    {"low battery", .alarms = ALARM_BIT(LOW_BATTERY)},
    {"stockade", .alarms = ALARM_BIT(GEOFENCE_LEAVE)},
    {"move", .alarms = ALARM_BIT(DISPLACEMENT)},
    {"speed", .alarms = ALARM_BIT(OVERSPEED)},
    {"ac alarm", .alarms = ALARM_BIT(POWER_OFF)},
    {"sensor alarm", .alarms = ALARM_BIT(VIBRATION)},
    {"accident alarm", .alarms = ALARM_BIT(COLLISION)},
    {"T:", .alarms = ALARM_BIT(TEMPERATURE), .goes_on = true}, /* "T:+28.0" */
    {"oil", .alarms = ALARM_BIT(FUEL_DRAIN), .goes_on = true}, /* "oil 51.6" */
    {"acc on", .has = FIX_HAS_IGNITION, .on = FIX_IGNITION_ON},
    {"acc off", .has = FIX_HAS_IGNITION, .off = FIX_IGNITION_ON},
    {"door alarm", .has = FIX_HAS_DOOR, .on = FIX_DOOR_OPEN},
};
static const struct keywords keywords = {KEYWORDS(keyword_rows)};

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
    enum { HOUR_MIN = 60, MINUTE_S = 60, DAY_MIN = 1440, HALF_MIN = DAY_MIN / 2 };
    struct civil c;
    uint32_t utc_s = word_day_s(utc);
    if (!read_local(local, &c)) {
        return;
    }
    if (utc_s == UINT32_MAX) {
        field_set_local_time(f, s, &c);
        return;
    }
    int offset_min = c.hour * HOUR_MIN + c.minute - (int)(utc_s / MINUTE_S);
    offset_min += offset_min <= -HALF_MIN ? DAY_MIN : offset_min > HALF_MIN ? -DAY_MIN : 0;
    c.second = (int)(utc_s % MINUTE_S);
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

/* From the fix bit on. */
static void set_position(struct report *r, const struct words *w, size_t valid)
{
    static const struct layout behind = {.rows = {{0, word_set_knots},
                                                  {1, word_set_course},
                                                  {2, word_set_altitude},
                                                  {3, word_set_ignition},
                                                  {4, word_set_door},
                                                  {7, word_set_celsius}}};
    struct bytes angles[4];
    size_t at = valid + 1;
    angles[0] = take_angle(w, &at, "NS", &angles[1]);
    angles[2] = take_angle(w, &at, "EW", &angles[3]);
    (void)word_set_angles(&r->fix, angles, bytes_eq(word_at(w, valid), "A"));
    (void)layout_read(&behind, w, at, r);
}

/* What stands before a '%'; empty where there is none. */
static struct bytes share_of(struct bytes word)
{
    bool is_share = word.len > 1 && word.at[word.len - 1] == '%';
    return bytes_slice(word, 0, is_share ? word.len - 1 : 0);
}

/* The shares of two tanks, wherever they stand behind the longitude. */
static void set_tanks(struct extras *x, const struct words *w)
{
    enum { FROM = 11, PERCENT_E2 = 100, MAX_E2 = 10000 };
    unsigned tank = 0;
    for (size_t i = FROM; i < w->count && tank < 2; i++) {
        int64_t e2 = word_decimal(share_of(w->at[i]), PERCENT_E2, -1);
        if (e2 >= 0 && e2 <= MAX_E2) {
            extras_set(x, EXTRA_FUEL_PERCENT, tank++, e2);
        }
    }
}

/* "jt", "lf", "109", "511": an answer to a command. */
static void add_answer(struct bytes keyword, struct decoded *out)
{
    enum { CODE_LEN = 2, NUMBER_LEN = 3 };
    char number[NUMBER_LEN + 1];
    bool is_code = keyword.len == CODE_LEN && keyword.at[0] >= 'a' &&
                   head_begins(keyword, 0, "%a%[tf]") == ERR_OK;
    bool is_number = keyword.len == NUMBER_LEN && head_begins(keyword, 0, "%[15]%9{2}") == ERR_OK;
    if (!is_code && !is_number) {
        return;
    }
    bytes_to_text(keyword, number, sizeof(number));
    number[0] = '1';
    bool is_refused = is_code ? keyword.at[1] == 'f' : keyword.at[0] == '5';
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    m->text = keyword;
    m->answer.message_id =
        word_command_id(is_code ? bytes_slice(keyword, 0, 1) : bytes_of_text(number));
    m->answer.result = (uint8_t)(is_refused ? ANSWER_REFUSED : ANSWER_DONE);
}

static void decode_report(const struct session *s, const struct words *w, struct report *r)
{
    enum { KEYWORD = 1, DATE, CARD, KIND, UTC, VALID };
    struct bytes keyword = word_at(w, KEYWORD);
    bool has_position = bytes_eq(word_at(w, KIND), "F");
    if (bytes_eq(keyword, "rfid")) {
        extras_set_text(&r->extras, EXTRA_CARD, 0, word_at(w, CARD));
    }
    word_set_percent(&r->fix, share_of(word_at(w, CARD)));
    if (has_position) {
        set_position(r, w, VALID);
    }
    set_tanks(&r->extras, w);
    keywords_read(&keywords, keyword, &r->fix); /* goes before the rest */
    fix_set_alarms_told(&r->fix, keywords_alarms(&keywords));
    if (bytes_begin(keyword, "T:")) {
        word_set_celsius(&r->fix, bytes_slice(keyword, 2, SIZE_MAX));
    }
    set_time(&r->fix, s, word_at(w, DATE), has_position ? word_at(w, UTC) : (struct bytes){0});
}

static void decode_obd(const struct session *s, const struct words *w, struct report *r)
{
    static const struct layout obd = {
        .rows = {{3, word_set_km}, {7, word_set_kmh}, {12, word_set_power}},
        .extras = {{.at = 9, .key = EXTRA_COOLANT, .is_decimal = true},
                   {.at = 11, .key = EXTRA_RPM},
                   {.at = 13, .key = EXTRA_TROUBLE_CODE, .more = EXTRAS_MAX}}};
    (void)layout_read(&obd, w, 0, r);
    set_time(&r->fix, s, word_at(w, 2), (struct bytes){0});
}

/* The sentence that has a name and no F or L. */
static const struct layout named = {.when = {6, 5, DATE_DMY},
                                    .where = {9, 8, layout_place_degrees},
                                    .is_valid = layout_is_one,
                                    .rows = {{7, word_set_csq},
                                             {11, word_set_kmh},
                                             {12, word_set_course},
                                             {13, word_set_altitude},
                                             {14, word_set_hdop},
                                             {15, word_set_satellites},
                                             {16, word_set_ignition},
                                             {17, word_set_charging}}};

/* ---- frames ---- */

enum reply { REPLY_NONE, REPLY_LOAD, REPLY_ON, REPLY_HELP };

/* What reply() needs to know, and a command. */
struct address {
    uint8_t reply; /* enum reply */
    char imei[IMEI_LEN];
};
_Static_assert(sizeof(struct address) <= PROTOCOL_HINT_BYTES, "the hint has room");
_Static_assert(sizeof(struct address) <= DEVICE_SLOT_BYTES, "the slot has room");

static enum reply decode_sentence(const struct session *s, struct bytes frame, struct decoded *out)
{
    enum { NAMED_MIN = 19, KIND = 4 };
    struct words w;
    struct report r;
    words_cut(frame, ',', &w);
    struct bytes keyword = word_at(&w, 1);
    bool is_obd = bytes_eq(keyword, "OBD");
    bool is_named = w.count >= NAMED_MIN && !word_is_one_of(word_at(&w, KIND), "FL");
    if (bytes_eq(keyword, "vr")) {
        decoded_add(out, MESSAGE_OTHER);
        return REPLY_NONE;
    }
    if (frame.at[0] == '#' || frame.len <= LOGIN_MAX) {
        decoded_add(out, MESSAGE_LOGIN);
        return REPLY_LOAD;
    }
    report_begin(&r, out);
    if (is_obd) {
        decode_obd(s, &w, &r);
    } else if (is_named) {
        (void)layout_read(&named, &w, 0, &r);
    } else {
        decode_report(s, &w, &r);
    }
    report_add(&r, MESSAGE_FIX, out);
    if (!is_obd && !is_named) {
        add_answer(keyword, out);
    }
    return bytes_eq(keyword, "help me") ? REPLY_HELP : REPLY_NONE;
}

static enum err gps103_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    static const char *const forms[] = {"%9{15}", "imei:%9{15}", "##,imei:%9{15}", NULL};
    struct address to = {.reply = REPLY_ON};
    struct head head;
    if (head_read_one(frame, forms, &head) != ERR_OK || !field_is_printable(frame)) {
        return ERR_MALFORMED;
    }
    bool is_alive = head.form == 0;
    frame.len -= is_end(frame, frame.len - 1) ? 1 : 0; /* the "*" behind the last comma */
    bytes_to_text(head.part[0], out->device_id, sizeof(out->device_id));
    if (is_alive) {
        decoded_add(out, MESSAGE_HEARTBEAT);
    } else {
        to.reply = (uint8_t)decode_sentence(s, frame, out);
    }
    memcpy(s->device_id, out->device_id, sizeof(s->device_id));
    word_keep(to.imei, IMEI_LEN, head.part[0]);
    memcpy(out->hint.at, &to, sizeof(to));
    memcpy(out->slot.at, &to, sizeof(to));
    out->slot.at[0] = 0;
    out->wants_reply = to.reply != REPLY_NONE;
    return ERR_OK;
}

static void gps103_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    static const char *const forms[] = {[REPLY_NONE] = "",
                                        [REPLY_LOAD] = "LOAD",
                                        [REPLY_ON] = "ON",
                                        [REPLY_HELP] = "**,imei:%0,E;"};
    struct address to;
    (void)s;
    (void)now_s;
    memcpy(&to, from->at, sizeof(to));
    struct bytes imei = word_kept(to.imei, IMEI_LEN);
    if (word_is_answered(outcome, to.reply != REPLY_HELP)) {
        word_write(out, forms[to.reply], &imei);
    }
}

static enum command_fate gps103_command(struct session *s, const struct device_slot *slot,
                                        const struct command_request *what,
                                        struct command_note *note, struct writer *out)
{
    static const struct word_commands known = {.len_max = TEXT_MAX,
                                               .refused = ";*",
                                               .refused_word = "J",
                                               .aliases = {{"STOP", "J"}, {"RESUME", "K"}},
                                               .form = "**,imei:%0,%1;",
                                               .id_end = ','};
    struct address to;
    memcpy(&to, slot->at, sizeof(to));
    struct bytes imei = word_kept(to.imei, IMEI_LEN);
    return word_command_write(what, &known, imei.len > 0 ? imei : bytes_of_text(s->device_id), note,
                              out);
}

const struct protocol protocol_gps103 = {
    .name = "gps103",
    .doc = "Coban GPS102 to GPS306 and relatives: reports by keyword, \"imei:\"",
    .port = 5001,
    .frame_max = FRAME_MAX,
    .datagram_end = ";",
    .claims = gps103_claims,
    .rule = &rule,
    .decode = gps103_decode,
    .reply = gps103_reply,
    .command = gps103_command,
};
