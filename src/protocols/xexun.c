/*
 * Xexun, text: TK102-2, TK103-2, XT-008, XT-009 and copies. One line a report:
 *
 *     260529131112,+37060000000,GPRMC,101112.000,A,5441.2320,N,02516.7820,E,22.95,90.50,290526,,,
 *     A*6C,
 *     local time   phone        as of NMEA without its '$', UTC, knots
 *
 *     F,help me!, imei:123456789012345,08,112.0,F:4.10V,0,139,0,246,01,00B7,1A2C
 *     |  state         IMEI            sats alt  battery chg     mcc mnc lac  cid
 *     `- F signal, L none: then the place is the last known one
 *
 * The front up to GPRMC and what stands behind the IMEI may be missing, and so may the letter of a
 * hemisphere (then east). A line without GPRMC tells no place. A line end may stand behind the
 * checksum of GPRMC, too, and there may be none at the end: then the report ends where the next
 * begins. The checksum is not looked at, as firmware writes other things within what it covers.
 * Nothing is answered, and there is no login.
 *
 *     a text   as it is: "powercar123456 11", with the password
 *
 * Source: the vectors' facts, section 4.
 */
#include <string.h>

#include "base/reader.h"
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/profile.h"
#include "protocols/protocol.h"

enum { FRAME_MAX = 512, IMEI_LEN = 15, SERIAL_LEN = 12, PHONE_MAX = 24, RMC_LEN = 6 };

/* Where `text` stands in `in`, from `from` on; in.len where it does not. */
static size_t find(struct bytes in, size_t from, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = from; i + len <= in.len; i++) {
        if (memcmp(in.at + i, text, len) == 0) {
            return i;
        }
    }
    return in.len;
}

/* Whether `in` begins with GPRMC or GNRMC, as far as it is there. */
static enum protocol_claim claim_of_rmc(struct bytes in)
{
    size_t there = in.len < RMC_LEN ? in.len : RMC_LEN;
    if (memcmp(in.at, "GPRMC,", there) != 0 && memcmp(in.at, "GNRMC,", there) != 0) {
        return CLAIM_NO;
    }
    return there == RMC_LEN ? CLAIM_YES : CLAIM_MORE;
}

/* Twelve digits, a phone and GPRMC; or that alone. */
static enum protocol_claim xexun_claims(struct bytes first)
{
    if (first.at[0] == 'G') {
        return claim_of_rmc(first);
    }
    for (size_t i = 0; i < first.len && i <= SERIAL_LEN; i++) {
        bool is_digit = first.at[i] >= '0' && first.at[i] <= '9';
        if (i < SERIAL_LEN ? !is_digit : first.at[i] != ',') {
            return CLAIM_NO;
        }
    }
    struct bytes phone = bytes_slice(first, SERIAL_LEN + 1, SIZE_MAX);
    size_t len = bytes_find(phone, ',');
    if (len > PHONE_MAX) {
        return CLAIM_NO;
    }
    return len + 1 >= phone.len ? CLAIM_MORE : claim_of_rmc(bytes_slice(phone, len + 1, SIZE_MAX));
}

static size_t find_rmc(struct bytes in, size_t from)
{
    size_t gp = find(in, from, "GPRMC,");
    size_t gn = find(in, from, "GNRMC,");
    return gp < gn ? gp : gn;
}

static enum err xexun_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = 0;
    while (noise < in.len && (in.at[noise] == '\r' || in.at[noise] == '\n')) {
        noise++;
    }
    struct bytes rest = bytes_slice(in, noise, SIZE_MAX);
    size_t imei = find(rest, 0, "imei:");
    size_t end = imei + bytes_find(bytes_slice(rest, imei, SIZE_MAX), '\n');
    size_t next = find_rmc(rest, imei);
    if ((end < next ? end : next) > FRAME_MAX) {
        return ERR_TOO_LONG;
    }
    if (end < next) {
        *frame = bytes_slice(rest, 0, end);
        *used = noise + end + 1;
        return ERR_OK;
    }
    *frame = bytes_slice(rest, 0, next);
    *used = noise + next;
    return next < rest.len ? ERR_OK : ERR_MORE;
}

/* ---- what a report says ---- */

static void set_number(struct bytes text, int64_t per_e7, void (*set)(struct fix *, uint64_t),
                       struct fix *f)
{
    int64_t value_e7 = 0;
    if (parse_decimal_e7(text, &value_e7) && value_e7 >= 0) {
        set(f, (uint64_t)(value_e7 / per_e7));
    }
}

static void set_knots(struct fix *f, uint64_t knots_e4)
{
    const uint64_t m_per_mile = 1852;
    const uint64_t knots_max = 100000000;
    if (knots_e4 < knots_max) {
        fix_set_speed_kmh_e2(f, (knots_e4 * m_per_mile + 50000) / 100000);
    }
}

static void set_satellites(struct fix *f, uint64_t satellites)
{
    fix_set_satellites(f, satellites > UINT8_MAX ? UINT8_MAX : (unsigned)satellites);
}

/* Behind "GPRMC,": time, A, lat, N, lon, E, knots, course, date. */
static void read_rmc(struct bytes rmc, bool has_signal, struct fix *f)
{
    enum { TIME_LEN = 6, E7_PER_E4 = 1000, E7_PER_E2 = 100000 };
    struct reader r = reader_init(rmc);
    struct bytes time = bytes_slice(read_field(&r, ','), 0, TIME_LEN);
    bool is_valid = bytes_eq(read_field(&r, ','), "A") && has_signal;
    struct bytes lat = read_field(&r, ',');
    struct bytes north = read_field(&r, ',');
    struct bytes lon = read_field(&r, ',');
    struct bytes east = read_field(&r, ',');
    struct bytes knots = read_field(&r, ',');
    struct bytes course = read_field(&r, ',');
    struct bytes date = read_field(&r, ',');
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    struct civil c;
    east = east.len == 0 ? bytes_of_text("E") : east;
    if (field_angle_of_text(lat, north, "S", &lat_e7) &&
        field_angle_of_text(lon, east, "W", &lon_e7)) {
        fix_set_position(f, lat_e7, lon_e7, is_valid);
        set_number(knots, E7_PER_E4, set_knots, f);
        set_number(course, E7_PER_E2, fix_set_course_cdeg, f);
    }
    if (field_civil_of_digits(date, time, DATE_DMY, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

/* What stands between signal and IMEI. */
static void read_state(struct bytes text, struct fix *f)
{
    static const struct {
        const char *text;
        alarm_set alarms;
    } rows[] = {{"help me", ALARM_BIT(SOS)},
                {"help me!", ALARM_BIT(SOS)},
                {"low battery", ALARM_BIT(LOW_BATTERY)},
                {"move!", ALARM_BIT(DISPLACEMENT)},
                {"moved!", ALARM_BIT(DISPLACEMENT)}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->alarms |= bytes_eq_nocase(text, rows[i].text) ? rows[i].alarms : 0;
    }
    bool is_on = bytes_eq_nocase(text, "ACC on") || bytes_eq_nocase(text, "ACCStart");
    if (is_on || bytes_eq_nocase(text, "ACC off") || bytes_eq_nocase(text, "ACCStop")) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, is_on);
    }
}

/* "F:4.10V/ADC1=1.10V/...". */
static void read_battery(struct bytes text, struct fix *f)
{
    enum { LETTER_LEN = 2, E7_PER_MV = 10000 };
    int64_t volts_e7 = 0;
    struct bytes volts = bytes_slice(text, LETTER_LEN, SIZE_MAX);
    volts = bytes_slice(volts, 0, bytes_find(volts, 'V'));
    if (parse_decimal_e7(volts, &volts_e7) && volts_e7 >= 0) {
        fix_set_battery_mv(f, (uint64_t)(volts_e7 / E7_PER_MV));
    }
}

static bool parse_hex(struct bytes text, uint64_t *value)
{
    enum { DIGITS_MAX = 8, BITS = 4, LETTER = 9, LOW = 0x0f, LOWER = 0x20 };
    *value = 0;
    for (size_t i = 0; i < text.len && i < DIGITS_MAX; i++) {
        bool is_digit = text.at[i] >= '0' && text.at[i] <= '9';
        unsigned letter = text.at[i] | LOWER;
        if (!is_digit && (letter < 'a' || letter > 'f')) {
            return false;
        }
        *value = *value << BITS | ((text.at[i] & LOW) + (is_digit ? 0U : LETTER));
    }
    return text.len > 0 && text.len <= DIGITS_MAX;
}

/* Behind the IMEI: satellites, altitude, battery, charging, length, sum, cell. */
static void read_tail(struct bytes tail, struct fix *f)
{
    enum { E7 = 10000000, E7_PER_DM = 1000000 };
    struct reader r = reader_init(tail);
    int64_t altitude_e7 = 0;
    uint64_t numbers[4] = {0};
    (void)read_field(&r, ',');
    set_number(read_field(&r, ','), E7, set_satellites, f);
    if (parse_decimal_e7(read_field(&r, ','), &altitude_e7)) {
        fix_set_altitude_dm(f, altitude_e7 / E7_PER_DM);
    }
    read_battery(read_field(&r, ','), f);
    struct bytes charging = read_field(&r, ',');
    if (charging.len == 1) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, charging.at[0] == '1');
    }
    (void)read_field(&r, ',');
    (void)read_field(&r, ',');
    if (parse_u64(read_field(&r, ','), &numbers[0]) && numbers[0] <= UINT16_MAX &&
        parse_u64(read_field(&r, ','), &numbers[1]) && numbers[1] <= UINT16_MAX &&
        parse_hex(read_field(&r, ','), &numbers[2]) &&
        parse_hex(read_field(&r, ','), &numbers[3])) {
        fix_set_cell(f, (struct cell){(uint16_t)numbers[0], (uint16_t)numbers[1],
                                      (uint32_t)numbers[2], numbers[3]});
    }
}

/* The signal, F or L, and the state stand before the IMEI. */
static bool read_signal(struct bytes front, struct fix *f)
{
    size_t at = find(front, 0, ",L,");
    bool has_signal = at == front.len;
    at = has_signal ? find(front, 0, ",F,") : at;
    struct bytes state = bytes_slice(front, at + 3, SIZE_MAX);
    read_state(bytes_slice(state, 0, bytes_find(state, ',')), f);
    return has_signal;
}

static enum err xexun_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    enum { WORD_LEN = 5 };
    size_t at = find(frame, 0, "imei:");
    size_t rmc = find_rmc(frame, 0);
    struct bytes imei = bytes_slice(frame, at + WORD_LEN, IMEI_LEN);
    uint64_t number = 0;
    struct fix f = {0};
    (void)s;
    if (at == frame.len || imei.len != IMEI_LEN || !parse_u64(imei, &number)) {
        return ERR_MALFORMED;
    }
    bytes_to_text(imei, out->device_id, sizeof(out->device_id));
    bool has_signal = read_signal(bytes_slice(frame, 0, at), &f);
    if (rmc < at) {
        read_rmc(bytes_slice(frame, rmc + RMC_LEN, at - rmc - RMC_LEN), has_signal, &f);
    }
    read_tail(field_trimmed(bytes_slice(frame, at + WORD_LEN + IMEI_LEN, SIZE_MAX)), &f);
    decoded_add(out, MESSAGE_FIX)->fix = f;
    return ERR_OK;
}

static enum command_fate xexun_command(struct session *s, const struct device_slot *slot,
                                       const struct command_request *asked,
                                       struct command_note *note, struct writer *out)
{
    enum { TEXT_MAX = 160 };
    uint8_t room[COMMAND_RAW_MAX];
    struct command_request what = *asked;
    (void)s;
    (void)slot;
    note->is_unaddressed = true;
    note->is_unanswered = true;
    if (!profile_apply(&what, room) || what.raw.len > 0) {
        return COMMAND_IS_INVALID;
    }
    if (what.kind != COMMAND_TEXT && what.kind != COMMAND_HIGH_LEVEL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    bool is_report = what.text.len > 0 && xexun_claims(what.text) == CLAIM_YES;
    if (what.text.len == 0 || is_report || !field_is_printable(what.text)) {
        return COMMAND_IS_INVALID;
    }
    write_bytes(out, what.text);
    return what.text.len <= TEXT_MAX ? COMMAND_IS_WRITTEN : COMMAND_IS_TOO_LONG;
}

const struct protocol protocol_xexun = {
    .name = "xexun",
    .doc = "Xexun TK102-2, TK103-2 and XT trackers, as text",
    .port = 5006,
    .frame_max = FRAME_MAX,
    .tcp_only = true,
    .claims = xexun_claims,
    .split = xexun_split,
    .decode = xexun_decode,
    .command = xexun_command,
};
