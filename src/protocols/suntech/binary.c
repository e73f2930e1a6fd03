/*
 * Suntech frames in binary, big-endian.
 *
 *     81, 82  STT, ALT of the universal layout: length u16 | id 5 BCD | mask u24 | what its bits
 * say: 1 model u8, 2 software 3, 3 type u8 (0 stored), 4 and 5 date and time 3 each, 6 cell u32, 7
 * 8 9 MCC MNC LAC u16, 10 signal u8, 11 12 lat, lon u32 (a sign, 1e-6), 13 14 km/h, degrees u16 e2,
 * 15 satellites, 16 fix, 17 inputs, 18 outputs, 19 alert u8, 20 u16, 21 in the alert 59 a driver, 8
 * bytes 02      length u16 | type 10 | id 5 BCD, of which 9 digits | model u8 | software u16 | date
 * and time | LAC u16, BSIC u8 | lat, lon: u8 and 3 BCD | km/h u16 + BCD 1 | degrees u16 + BCD 1 |
 * flags | odometer m u32 | supply V u8 + BCD 1 | inputs and outputs | mode | 03
 *
 * Source: the vectors' facts of Suntech, section 3.
 */
#include "base/hex.h"
#include "base/reader.h"
#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/suntech/suntech.h"

enum { ID_LEN = 5, ZIP = 0x02, ALERT = 0x82, ZIP_DIGITS = 9, E1 = 10 };

static void set_id(struct bytes bcd, size_t digits, struct decoded *out)
{
    char text[2 * ID_LEN + 1] = "";
    hex_encode(bytes_slice(bcd, 0, ID_LEN), text);
    bytes_to_text(bytes_slice(bytes_of_text(text), 0, digits), out->device_id,
                  sizeof(out->device_id));
}

static int64_t signed_e7(uint32_t raw)
{
    const uint32_t sign = UINT32_C(1) << 31;
    int64_t size = (int64_t)(raw & ~sign) * E1;
    return (raw & sign) != 0 ? -size : size;
}

static bool has_bit(uint32_t mask, unsigned bit)
{
    return (mask >> bit & 1) != 0;
}

/* The numbers of the mask, each 0 where its bit is not set. */
static uint32_t take(struct reader *r, uint32_t mask, unsigned bit, size_t len)
{
    if (!has_bit(mask, bit)) {
        return 0;
    }
    return len == 1 ? read_u8(r) : len == 2 ? read_u16be(r) : read_u32be(r);
}

static void take_place(struct reader *r, uint32_t mask, struct fix *f)
{
    enum { SIGNAL = 10, LAT, LON, SPEED, COURSE, SATELLITES, VALID };
    fix_set_gsm(f, take(r, mask, SIGNAL, 1));
    int64_t lat_e7 = signed_e7(take(r, mask, LAT, 4));
    int64_t lon_e7 = signed_e7(take(r, mask, LON, 4));
    fix_set_speed_kmh_e2(f, take(r, mask, SPEED, 2));
    fix_set_course_cdeg(f, take(r, mask, COURSE, 2));
    fix_set_satellites(f, take(r, mask, SATELLITES, 1));
    fix_set_position(f, lat_e7, lon_e7, take(r, mask, VALID, 1) == 1);
}

static void take_cell(struct reader *r, uint32_t mask, struct fix *f)
{
    enum { CELL = 6, MCC, MNC, LAC };
    uint32_t cid = take(r, mask, CELL, 4);
    uint32_t mcc = take(r, mask, MCC, 2);
    uint32_t mnc = take(r, mask, MNC, 2);
    uint32_t lac = take(r, mask, LAC, 2);
    if (mcc > 0 && mcc < 1000) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, lac, cid});
    }
}

static void take_head(struct reader *r, uint32_t mask, struct fix *f)
{
    enum { MODEL = 1, SOFTWARE, STORED, DATE, TIME, SOFTWARE_LEN = 3, HALF = 3 };
    struct civil c;
    (void)take(r, mask, MODEL, 1);
    read_skip(r, has_bit(mask, SOFTWARE) ? SOFTWARE_LEN : 0);
    bool is_stored = has_bit(mask, STORED) && take(r, mask, STORED, 1) == 0;
    f->flags |= is_stored ? (uint32_t)FIX_REUPLOAD : 0;
    if (has_bit(mask, DATE) && has_bit(mask, TIME)) {
        if (field_civil_of_bytes(read_bytes(r, FIELD_CIVIL_LEN), &c)) {
            fix_set_time(f, civil_to_s(&c));
        }
    } else {
        read_skip(r, has_bit(mask, DATE) || has_bit(mask, TIME) ? HALF : 0);
    }
}

static enum err read_masked(struct reader *r, bool is_alert, struct decoded *out)
{
    enum { INPUTS = 17, OUTPUTS, WHAT, NUMBER, DRIVER, DRIVER_LEN = 8, ALERT_DRIVER = 59 };
    struct report report;
    report_begin(&report, out);
    set_id(read_bytes(r, ID_LEN), (size_t)2 * ID_LEN, out);
    uint32_t mask = read_u24be(r);
    take_head(r, mask, &report.fix);
    take_cell(r, mask, &report.fix);
    take_place(r, mask, &report.fix);
    uint32_t inputs = take(r, mask, INPUTS, 1);
    uint32_t outputs = take(r, mask, OUTPUTS, 1);
    uint32_t what = take(r, mask, WHAT, 1);
    (void)take(r, mask, NUMBER, 2);
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    if (has_bit(mask, INPUTS)) {
        fix_set_switch(&report.fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, (inputs & 1) != 0);
    }
    if (has_bit(mask, OUTPUTS)) {
        fix_set_switch(&report.fix, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (outputs & 1) != 0);
    }
    suntech_set_alert(&report, is_alert ? what : UINT64_MAX);
    if (is_alert && what == ALERT_DRIVER && reader_left(r) >= DRIVER_LEN) {
        extras_set_hex(&report.extras, EXTRA_DRIVER, 0, read_bytes(r, DRIVER_LEN));
    }
    report_add(&report, MESSAGE_FIX, out);
    return ERR_OK;
}

/* A byte, and digits of BCD behind its point. */
static int64_t read_degrees_e7(struct reader *r)
{
    const int64_t degree_e7 = 10000000;
    int64_t whole = read_u8(r);
    return whole * degree_e7 + (int64_t)read_bcd(r, 3) * E1;
}

static enum err read_zip(struct reader *r, struct decoded *out)
{
    enum { TYPE_STT = 0x10, FIX = 1 << 7, SOUTH = 1 << 6, WEST = 1 << 5, SATELLITES = 0x1f };
    enum { HEAD_LEN = 3, CELL_LEN = 3, CENTI = 100, E2_TO_MILLI = 10, OUTPUT = 1 << 4 };
    struct fix fix = {0};
    struct civil c;
    bool is_status = read_u8(r) == TYPE_STT;
    set_id(read_bytes(r, ID_LEN), ZIP_DIGITS, out);
    if (!is_status) {
        decoded_add(out, MESSAGE_OTHER);
        return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
    }
    read_skip(r, HEAD_LEN);
    if (field_civil_of_bytes(read_bytes(r, FIELD_CIVIL_LEN), &c)) {
        fix_set_time(&fix, civil_to_s(&c));
    }
    read_skip(r, CELL_LEN);
    int64_t lat_e7 = read_degrees_e7(r);
    int64_t lon_e7 = read_degrees_e7(r);
    uint64_t speed = read_u16be(r);
    fix_set_speed_kmh_e2(&fix, speed * CENTI + read_bcd(r, 1));
    uint64_t course = read_u16be(r);
    fix_set_course_cdeg(&fix, course * CENTI + read_bcd(r, 1));
    unsigned flags = read_u8(r);
    fix_set_odometer_m(&fix, read_u32be(r));
    uint64_t volts = read_u8(r);
    fix_set_power_mv(&fix, (volts * CENTI + read_bcd(r, 1)) * E2_TO_MILLI);
    unsigned io = read_u8(r);
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    fix_set_position(&fix, (flags & SOUTH) != 0 ? -lat_e7 : lat_e7,
                     (flags & WEST) != 0 ? -lon_e7 : lon_e7, (flags & FIX) != 0);
    fix_set_satellites(&fix, flags & SATELLITES);
    fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, (io & 1) != 0);
    fix_set_switch(&fix, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (io & OUTPUT) != 0);
    fix_set_alarms_told(&fix, 0);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

enum err suntech_read_binary(struct bytes frame, struct decoded *out)
{
    struct reader r = reader_init(frame);
    unsigned type = read_u8(&r);
    (void)read_u16be(&r);
    return type == ZIP ? read_zip(&r, out) : read_masked(&r, type == ALERT, out);
}
