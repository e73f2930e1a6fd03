/*
 * Fields that trackers of many makers write alike: times and dates in BCD or digits, angles as
 * ddmm.mmmm, numbers of SIM cards, texts.
 */
#include "protocols/fields.h"

#include <stdio.h>
#include <string.h>

#include "base/hex.h"

enum { CENTURY = 2000 };

/* The value of two digits of BCD; -1 where the byte is no BCD. */
static int bcd_value(uint8_t byte)
{
    int high = byte >> 4;
    int low = byte & 0x0f;
    return high <= 9 && low <= 9 ? high * 10 + low : -1;
}

bool field_civil_of_bcd(struct bytes bcd, enum date_order order, struct civil *c)
{
    if (bcd.len != FIELD_CIVIL_LEN) {
        return false;
    }
    const uint8_t *at = bcd.at;
    bool is_year_first = order == DATE_YMD;
    *c = (struct civil){.year = CENTURY + bcd_value(is_year_first ? at[0] : at[2]),
                        .month = bcd_value(at[1]),
                        .day = bcd_value(is_year_first ? at[2] : at[0]),
                        .hour = bcd_value(at[3]),
                        .minute = bcd_value(at[4]),
                        .second = bcd_value(at[5])};
    return c->year >= CENTURY && civil_is_valid(c);
}

size_t field_date_len(enum date_order order)
{
    enum { CENTURY_DIGITS = 2 };
    return FIELD_CIVIL_LEN + (order == DATE_YYYYMD || order == DATE_DMYYYY ? CENTURY_DIGITS : 0);
}

bool field_civil_of_digits(struct bytes date, struct bytes time, enum date_order order,
                           struct civil *c)
{
    enum { HALF = FIELD_CIVIL_LEN / 2, PAIR = 2 };
    uint8_t digits[FIELD_CIVIL_LEN];
    uint8_t bcd[FIELD_CIVIL_LEN];
    size_t date_len = 0;
    size_t time_len = 0;
    bool is_year_first = order == DATE_YMD || order == DATE_YYYYMD;
    size_t century = field_date_len(order) - FIELD_CIVIL_LEN;
    size_t kept = is_year_first ? 0 : 2 * (size_t)PAIR; /* digits before the century */
    if (date.len != field_date_len(order) || time.len != FIELD_CIVIL_LEN) {
        return false;
    }
    for (size_t i = 0; i < FIELD_CIVIL_LEN; i++) {
        digits[i] = date.at[i < kept ? i : i + century];
    }
    date = (struct bytes){digits, sizeof(digits)};
    return hex_decode(date, bcd, HALF, &date_len) == ERR_OK && date_len == HALF &&
           hex_decode(time, bcd + HALF, HALF, &time_len) == ERR_OK && time_len == HALF &&
           field_civil_of_bcd((struct bytes){bcd, sizeof(bcd)}, is_year_first ? DATE_YMD : DATE_DMY,
                              c);
}

struct bytes field_clock(struct bytes time)
{
    enum { WITH_MS_LEN = FIELD_CIVIL_LEN + 3 };
    bool is_one = time.len == FIELD_CIVIL_LEN || time.len == WITH_MS_LEN ||
                  (time.len > FIELD_CIVIL_LEN && time.at[FIELD_CIVIL_LEN] == '.');
    return bytes_slice(time, 0, is_one ? FIELD_CIVIL_LEN : 0);
}

void field_set_time(struct fix *f, struct bytes date, struct bytes time, enum date_order order)
{
    struct civil c;
    if (field_civil_of_digits(date, field_clock(time), order, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

bool field_civil_of_bytes(struct bytes in, struct civil *c)
{
    if (in.len != FIELD_CIVIL_LEN) {
        return false;
    }
    *c = (struct civil){.year = CENTURY + in.at[0],
                        .month = in.at[1],
                        .day = in.at[2],
                        .hour = in.at[3],
                        .minute = in.at[4],
                        .second = in.at[5]};
    return civil_is_valid(c);
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/*
 * Takes the next number of `text`, and what stands between it and the next digit. False: there is
 * none.
 */
static bool take_number(struct bytes *text, int *number)
{
    enum { DIGITS_MAX = 4 };
    uint64_t value = 0;
    size_t len = 0;
    while (len < text->len && is_digit(text->at[len])) {
        len++;
    }
    if (len > DIGITS_MAX || !parse_u64(bytes_slice(*text, 0, len), &value)) {
        return false;
    }
    while (len < text->len && !is_digit(text->at[len])) {
        len++;
    }
    *text = bytes_slice(*text, len, SIZE_MAX);
    *number = (int)value;
    return true;
}

bool field_civil_of_text(struct bytes text, struct civil *c)
{
    *c = (struct civil){0};
    bool is_one = take_number(&text, &c->year) && take_number(&text, &c->month) &&
                  take_number(&text, &c->day) && take_number(&text, &c->hour) &&
                  take_number(&text, &c->minute) && take_number(&text, &c->second);
    c->year += c->year < 100 ? CENTURY : 0;
    return is_one && text.len == 0 && civil_is_valid(c);
}

void field_set_time_of_bcd(struct fix *f, struct bytes bcd, enum date_order order)
{
    struct civil c;
    if (field_civil_of_bcd(bcd, order, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

void field_set_time_of_bytes(struct fix *f, struct bytes in)
{
    struct civil c;
    if (field_civil_of_bytes(in, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

void field_set_local_time(struct fix *f, const struct session *s, const struct civil *c)
{
    fix_set_local_time(f, civil_to_s(c) - s->utc_offset_min * INT64_C(60));
}

int64_t field_angle_of_ddmm(uint64_t ddmm_e7)
{
    const uint64_t degree = UINT64_C(1000000000); /* of ddmm_e7 */
    enum { SCALE = 10000000, MINUTES = 60 };
    return (int64_t)(ddmm_e7 / degree * SCALE + (ddmm_e7 % degree + MINUTES / 2) / MINUTES);
}

bool field_angle_of_text(struct bytes ddmm, struct bytes hemisphere, const char *negative,
                         int64_t *angle_e7)
{
    int64_t ddmm_e7 = 0;
    if (!parse_decimal_e7(ddmm, &ddmm_e7) || ddmm_e7 < 0) {
        return false;
    }
    int64_t magnitude_e7 = field_angle_of_ddmm((uint64_t)ddmm_e7);
    *angle_e7 = bytes_eq(hemisphere, negative) ? -magnitude_e7 : magnitude_e7;
    return true;
}

/* ---- numbers ---- */

uint64_t field_number(struct bytes value)
{
    enum { BYTE_BITS = 8 };
    uint64_t number = 0;
    for (size_t i = 0; i < value.len; i++) {
        number = number << BYTE_BITS | value.at[i];
    }
    return number;
}

int64_t field_signed(struct bytes value)
{
    enum { BYTE_BITS = 8, SIGN = 0x80, WHOLE = 8 };
    uint64_t number = field_number(value);
    bool is_negative = value.len > 0 && value.len < WHOLE && (value.at[0] & SIGN) != 0;
    return is_negative ? (int64_t)number - (INT64_C(1) << value.len * BYTE_BITS) : (int64_t)number;
}

double field_read_f32(struct reader *r)
{
    uint32_t bits = read_u32be(r);
    float value = 0;
    memcpy(&value, &bits, sizeof(value));
    return (double)value;
}

double field_read_f64(struct reader *r)
{
    uint64_t bits = read_u64be(r);
    double value = 0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* ---- texts ---- */

bool field_is_printable(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] < ' ' || in.at[i] > '~') {
            return false;
        }
    }
    return true;
}

struct bytes field_trimmed(struct bytes text)
{
    while (text.len > 0 && text.at[text.len - 1] <= ' ') {
        text.len--;
    }
    return text;
}

/* Whether `byte` is one of `set`. A NUL never is. */
static bool is_one_of(uint8_t byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

bool field_mac_of_text(struct bytes text, const char *dividers, uint8_t mac[FIELD_MAC_LEN])
{
    enum { STEP = 3 };
    if (text.len != STEP * FIELD_MAC_LEN - 1) {
        return false;
    }
    for (size_t i = 0; i < FIELD_MAC_LEN; i++) {
        size_t len = 0;
        struct bytes pair = bytes_slice(text, STEP * i, 2);
        bool is_divided = i == 0 || is_one_of(text.at[STEP * i - 1], dividers);
        if (!is_divided || hex_decode(pair, mac + i, 1, &len) != ERR_OK || len != 1) {
            return false;
        }
    }
    return true;
}

void field_read_wifi(struct reader *r, unsigned count, enum field_signal signal, struct fix *f)
{
    for (unsigned i = 0; i < count && reader_ok(r); i++) {
        struct bytes mac = read_bytes(r, FIELD_MAC_LEN);
        int told = read_u8(r);
        int rssi_dbm = signal == FIELD_LOSS_DB ? -told : (int8_t)told;
        if (reader_ok(r) && rssi_dbm >= -INT8_MAX - (signal == FIELD_DBM ? 1 : 0)) {
            fix_add_wifi(f, mac.at, rssi_dbm);
        }
    }
}

void field_set_cell(struct fix *f, uint64_t mcc, uint64_t mnc, uint64_t lac, uint64_t cid)
{
    enum { CODES = 1000, CID_BITS = 36 };
    if (mcc > 0 && mcc < CODES && mnc < CODES && lac <= UINT32_MAX && cid >> CID_BITS == 0) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
}

void field_set_iccid_bcd(struct fix *f, struct bytes bcd)
{
    enum { ICCID_LEN = 10 };
    char text[2 * ICCID_LEN + 1];
    if (bcd.len == ICCID_LEN) {
        hex_encode(bcd, text);
        fix_set_iccid(f, text);
    }
}

void field_set_iccid_text(struct fix *f, struct bytes text)
{
    enum { DIGITS_MAX = 20 };
    char iccid[DIGITS_MAX + 1];
    bytes_to_text(bytes_slice(text, 0, DIGITS_MAX), iccid, sizeof(iccid));
    fix_set_iccid(f, iccid);
}

int64_t field_angle_of_u32(uint32_t angle)
{
    return ((int64_t)angle * 50 + 4) / 9;
}

void field_set_flagged_place(struct fix *f, uint32_t lat, uint32_t lon, unsigned flags)
{
    enum { COURSE = 0x3ff, NORTH = 1 << 10, WEST = 1 << 11, VALID = 1 << 12, CDEG = 100 };
    int64_t lat_e7 = field_angle_of_u32(lat);
    int64_t lon_e7 = field_angle_of_u32(lon);
    fix_set_position(f, (flags & NORTH) != 0 ? lat_e7 : -lat_e7,
                     (flags & WEST) != 0 ? -lon_e7 : lon_e7, (flags & VALID) != 0);
    if (fix_has_position(f)) {
        fix_set_course_cdeg(f, (uint64_t)(flags & COURSE) * CDEG);
    }
}

bool field_imei_of_bcd(struct bytes bcd, char out[DEVICE_ID_SIZE])
{
    struct reader r = reader_init(bcd);
    unsigned long long number = read_bcd(&r, FIELD_IMEI_LEN);
    (void)snprintf(out, DEVICE_ID_SIZE, "%015llu", number);
    return reader_ok(&r) && number <= 999999999999999ULL;
}

unsigned field_luhn(uint64_t body)
{
    unsigned sum = 0;
    for (bool doubled = true; body > 0; body /= 10, doubled = !doubled) {
        unsigned digit = (unsigned)(body % 10) * (doubled ? 2U : 1U);
        sum += digit / 10 + digit % 10;
    }
    return (10 - sum % 10) % 10;
}
