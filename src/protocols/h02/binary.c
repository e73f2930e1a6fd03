/*
 * H02 in binary, all BCD but the status:
 *
 *     24 | id 5 | hh mm ss | dd mm yy | lat 4 | battery | lon 4.5, flags | sss ccc | status 4 | ..
 *                  UTC                  ddmmmmmm          dddmmmmmm        knots, degrees
 *
 * Flags, the last nibble of the longitude: 2 valid, 4 north, 8 east. Battery: 1 to 3 (n - 1) * 10
 * %, 4 to 6 (n - 1) * 20 %, 7 to 100 that many; f1 to f6 are the same six steps. With an id of 8
 * bytes, of which the first 15 digits count, all behind it moves by 3.
 *
 * Behind the status follow 3 to 19 bytes that differ by firmware (record number, signal, cell), and
 * that no text of the maker tells; they are passed over.
 *
 * Source: the vectors' facts of H02, section 1.
 */
#include "base/hex.h"
#include "base/units.h"
#include "protocols/dollar.h"
#include "protocols/fields.h"
#include "protocols/h02/h02.h"

enum { FLAG_VALID = 2, FLAG_NORTH = 4, FLAG_EAST = 8 };

static void set_battery(struct fix *f, unsigned raw)
{
    enum { STEPS = 0xf0, STEP_LOW = 3, STEP_HIGH = 6, LOW_PERCENT = 10, HIGH_PERCENT = 20 };
    unsigned n = raw > STEPS ? raw - STEPS : raw;
    if (n == 0 || (raw > STEPS && n > STEP_HIGH)) {
        return;
    }
    unsigned percent = n <= STEP_LOW    ? (n - 1) * LOW_PERCENT
                       : n <= STEP_HIGH ? (n - 1) * HIGH_PERCENT
                                        : n;
    fix_set_battery_percent(f, percent);
}

/* Time and date, in this order. */
static void set_time(struct fix *f, struct bytes in)
{
    enum { HALF = 3 };
    uint8_t bcd[FIELD_CIVIL_LEN];
    struct civil c;
    for (size_t i = 0; i < FIELD_CIVIL_LEN && i < in.len; i++) {
        bcd[(i + HALF) % FIELD_CIVIL_LEN] = in.at[i];
    }
    if (in.len == FIELD_CIVIL_LEN &&
        field_civil_of_bcd((struct bytes){bcd, sizeof(bcd)}, DATE_DMY, &c)) {
        fix_set_time(f, civil_to_s(&c));
    }
}

static void set_place(struct fix *f, struct reader *r)
{
    const uint64_t e4_to_e7 = 1000;
    int64_t lat_e7 = field_angle_of_ddmm(read_bcd(r, 4) * e4_to_e7);
    set_battery(f, read_u8(r));
    uint64_t lon_head = read_bcd(r, 4);
    unsigned last = read_u8(r);
    int64_t lon_e7 = field_angle_of_ddmm((lon_head * 10 + (last >> 4)) * e4_to_e7);
    if (reader_ok(r) && last >> 4 <= 9) {
        fix_set_position(f, (last & FLAG_NORTH) != 0 ? lat_e7 : -lat_e7,
                         (last & FLAG_EAST) != 0 ? lon_e7 : -lon_e7, (last & FLAG_VALID) != 0);
    }
}

static void set_motion(struct fix *f, struct reader *r)
{
    enum { THOUSAND = 1000, CENTI = 100 };
    const uint64_t knots_e7 = 10000000;
    uint64_t motion = read_bcd(r, 3);
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_knots_e7(motion / THOUSAND * knots_e7));
    fix_set_course_cdeg(f, motion % THOUSAND * CENTI);
}

enum err h02_decode_binary(struct bytes frame, struct decoded *out)
{
    enum { LONG_DIGITS = 15 };
    char digits[2 * DOLLAR_H02_LONG_ID + 1];
    size_t id_len = 0;
    enum protocol_claim claim = dollar_is_h02(frame, &id_len);
    if (claim != CLAIM_YES && claim != CLAIM_LIKELY) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(bytes_slice(frame, 1, SIZE_MAX));
    hex_encode(read_bytes(&r, id_len), digits);
    bytes_to_text(bytes_slice(bytes_of_text(digits), 0, LONG_DIGITS), out->device_id,
                  sizeof(out->device_id));
    struct fix fix = {0};
    set_time(&fix, read_bytes(&r, FIELD_CIVIL_LEN));
    set_place(&fix, &r);
    set_motion(&fix, &r);
    h02_set_status(&fix, read_u32be(&r));
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}
