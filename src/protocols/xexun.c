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
#include "protocols/heads.h"
#include "protocols/layouts.h"

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

/* Twelve digits, a phone and GPRMC; or that alone. */
static enum protocol_claim xexun_claims(struct bytes first)
{
    static const char *const forms[] = {"G%[PN]RMC,", "%9{12},%~{0,24},G%[PN]RMC,", NULL};
    return claim_of(head_read_one(first, forms, NULL));
}

static size_t find_rmc(struct bytes in, size_t from)
{
    size_t gp = find(in, from, "GPRMC,");
    size_t gn = find(in, from, "GNRMC,");
    return gp < gn ? gp : gn;
}

static enum err xexun_split(struct bytes in, struct bytes *frame, size_t *used)
{
    size_t noise = head_span(in, "\r\n", SIZE_MAX);
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
    enum { E7_PER_E4 = 1000, E7_PER_E2 = 100000 };
    struct reader r = reader_init(rmc);
    struct bytes time = read_field(&r, ',');
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
    east = east.len == 0 ? bytes_of_text("E") : east;
    if (field_angle_of_text(lat, north, "S", &lat_e7) &&
        field_angle_of_text(lon, east, "W", &lon_e7)) {
        fix_set_position(f, lat_e7, lon_e7, is_valid);
        set_number(knots, E7_PER_E4, set_knots, f);
        set_number(course, E7_PER_E2, fix_set_course_cdeg, f);
    }
    field_set_time(f, date, time, DATE_DMY);
}

/* What stands between signal and IMEI. */
static const struct keyword state_rows[] = {
    {"help me", .alarms = ALARM_BIT(SOS)},
    {"help me!", .alarms = ALARM_BIT(SOS)},
    {"low battery", .alarms = ALARM_BIT(LOW_BATTERY)},
    {"move!", .alarms = ALARM_BIT(DISPLACEMENT)},
    {"moved!", .alarms = ALARM_BIT(DISPLACEMENT)},
    {"ACC on", .has = FIX_HAS_IGNITION, .on = FIX_IGNITION_ON},
    {"ACCStart", .has = FIX_HAS_IGNITION, .on = FIX_IGNITION_ON},
    {"ACC off", .has = FIX_HAS_IGNITION, .off = FIX_IGNITION_ON},
    {"ACCStop", .has = FIX_HAS_IGNITION, .off = FIX_IGNITION_ON},
};
static const struct keywords states = {KEYWORDS(state_rows), .ignores_case = true};

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

/* Behind the IMEI: satellites, altitude, battery, charging, length, sum, cell. */
static void read_tail(struct bytes tail, struct fix *f)
{
    enum { E7 = 10000000, E7_PER_DM = 1000000 };
    struct reader r = reader_init(tail);
    int64_t altitude_e7 = 0;
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
    uint64_t mcc = word_number(read_field(&r, ','), 0);
    uint64_t mnc = word_number(read_field(&r, ','), UINT64_MAX);
    uint64_t lac = word_hex(read_field(&r, ','), UINT64_MAX);
    field_set_cell(f, mcc, mnc, lac, word_hex(read_field(&r, ','), UINT64_MAX));
}

/* The signal, F or L, and the state stand before the IMEI. */
static bool read_signal(struct bytes front, struct fix *f)
{
    size_t at = find(front, 0, ",L,");
    bool has_signal = at == front.len;
    at = has_signal ? find(front, 0, ",F,") : at;
    struct bytes state = bytes_slice(front, at + 3, SIZE_MAX);
    keywords_read(&states, bytes_slice(state, 0, bytes_find(state, ',')), f);
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
    static const struct word_commands known = {.len_max = TEXT_MAX,
                                               .claims = xexun_claims,
                                               .form = "%1",
                                               .refuses_bytes = true,
                                               .is_unanswered = true,
                                               .is_unaddressed = true};
    (void)s;
    (void)slot;
    return word_command_write(asked, &known, (struct bytes){0}, note, out);
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
