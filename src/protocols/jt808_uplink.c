/*
 * JT/T 808 message 0900, transparent uplink: a type u8 and what a maker likes.
 *
 *     41  "$OBD-RT,V,...": the supply
 *     53  a place, motion and time, then Bluetooth tags
 *     54  the same, then samples {mask u16 = 001f, time, u16, temperature i16 0.1 C, 12 more}: each
 *         is a report of its own
 *     F0  time, kept u8, vehicle u8, subtype u8, and of these subtypes a list, then a place:
 *             01  count u8, {id u16, len u8, value}: 0530 is the supply, mV
 *             02  count u16, {system u32, count u16, {code u32, state u32, len u16, text}}
 *             03  count u8, {alarm u8, len u8, value}
 *     FF  time, lat i32, lon i32 (degrees * 1e6)
 *
 * where a place is status u32, lat u32, lon u32 and motion is altitude, speed, course, all as in a
 * location. Other types (40: a driver; F3: an OBD adapter) and subtypes (04 trip, 0B VIN, 15
 * driving) hold nothing that a fix can.
 *
 * Source: the vectors' facts, section 1.
 */
#include "protocols/jt808.h"

static enum err read_obd_text(const struct session *s, struct reader *r, struct decoded *out)
{
    (void)s;
    jt808_set_obd_text(read_rest(r), &decoded_add(out, MESSAGE_FIX)->fix);
    return ERR_OK;
}

/* The place, motion and time of 53 and 54. */
static enum err read_located(const struct session *s, struct reader *r, struct decoded *out)
{
    struct fix *f = &decoded_add(out, MESSAGE_FIX)->fix;
    jt808_read_place(r, f);
    jt808_read_motion(r, f);
    jt808_read_time(r, s, f);
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

static enum err read_samples(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { MASK = 0x001f, SAMPLE_LEN = 2 + 6 + 2 + 2 + 12 };
    enum err e = read_located(s, r, out);
    if (e != ERR_OK) {
        return e;
    }
    while (reader_left(r) >= SAMPLE_LEN) {
        struct reader sample = reader_init(read_bytes(r, SAMPLE_LEN));
        if (read_u16be(&sample) != MASK) {
            return ERR_OK; /* another layout, which we do not know */
        }
        struct fix *f = &decoded_add(out, MESSAGE_FIX)->fix;
        jt808_read_time(&sample, s, f);
        read_skip(&sample, 2);
        fix_set_temperature(f, 0, (int16_t)read_u16be(&sample) * INT64_C(10));
    }
    return ERR_OK;
}

static void read_values(struct reader *r, struct fix *f)
{
    enum { SUPPLY = 0x0530 };
    size_t count = read_u8(r);
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        uint16_t id = read_u16be(r);
        struct bytes value = read_bytes(r, read_u8(r));
        if (id == SUPPLY && value.len == 2) {
            struct reader v = reader_init(value);
            fix_set_power_mv(f, read_u16be(&v));
        }
    }
}

static void skip_codes(struct reader *r)
{
    enum { CODE_LEN = 4 + 4 };
    size_t systems = read_u16be(r);
    for (size_t i = 0; i < systems && reader_ok(r); i++) {
        read_skip(r, 4);
        size_t codes = read_u16be(r);
        for (size_t k = 0; k < codes && reader_ok(r); k++) {
            read_skip(r, CODE_LEN);
            read_skip(r, read_u16be(r));
        }
    }
}

static void read_alarms(struct reader *r, struct fix *f)
{
    static const struct {
        uint8_t id;
        alarm_set alarm;
    } rows[] = {
        {0x1a, ALARM_BIT(HARSH_ACCELERATION)},
        {0x1b, ALARM_BIT(HARSH_BRAKING)},
        {0x1c, ALARM_BIT(HARSH_CORNERING)},
        {0x23, ALARM_BIT(FATIGUE)},
    };
    size_t count = read_u8(r);
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        uint8_t id = read_u8(r);
        read_skip(r, read_u8(r));
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            f->alarms |= rows[k].id == id ? rows[k].alarm : 0;
        }
    }
}

static enum err read_diagnosis(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { VALUES = 0x01, CODES = 0x02, ALARMS = 0x03 };
    struct fix fix = {0};
    jt808_read_time(r, s, &fix);
    fix.flags |= read_u8(r) > 0 ? FIX_REUPLOAD : 0;
    read_skip(r, 1);
    uint8_t subtype = read_u8(r);
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    switch (subtype) {
    case VALUES:
        read_values(r, &fix);
        break;
    case CODES:
        skip_codes(r);
        break;
    case ALARMS:
        read_alarms(r, &fix);
        break;
    default:
        decoded_add(out, MESSAGE_OTHER);
        return ERR_OK;
    }
    jt808_read_place(r, &fix);
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

static enum err read_signed(const struct session *s, struct reader *r, struct decoded *out)
{
    struct fix *f = &decoded_add(out, MESSAGE_FIX)->fix;
    jt808_read_time(r, s, f);
    int64_t lat_e7 = (int32_t)read_u32be(r) * INT64_C(10);
    int64_t lon_e7 = (int32_t)read_u32be(r) * INT64_C(10);
    fix_set_position(f, lat_e7, lon_e7, reader_ok(r));
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

static enum err read_unknown(const struct session *s, struct reader *r, struct decoded *out)
{
    (void)s;
    (void)r;
    decoded_add(out, MESSAGE_OTHER);
    return ERR_OK;
}

enum err jt808_decode_uplink(const struct session *s, const struct jt808_message *m,
                             struct decoded *out)
{
    struct reader r = reader_init(m->body);
    uint8_t type = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    switch (type) {
    case 0x41:
        return read_obd_text(s, &r, out);
    case 0x53:
        return read_located(s, &r, out);
    case 0x54:
        return read_samples(s, &r, out);
    case 0xf0:
        return read_diagnosis(s, &r, out);
    case 0xff:
        return read_signed(s, &r, out);
    default:
        return read_unknown(s, &r, out);
    }
}
