/*
 * JT/T 808 message 0900, transparent uplink: a type u8, then whatever the maker likes.
 *
 *     40  "GTSL|6|1|0|DRIVER|...": the driver
 *     41  "$OBD-RT,V,...": the supply, and values of the engine (items.c)
 *     53  a place, motion and time, then Bluetooth tags
 *     54  the same, then samples {mask u16, time BCD, members}, each a report of its own: bit 0
 *         light u16, 1 temperature i16 0.1 C and humidity i16, 2 the probe's temperature i16 0.1
 *         C, 3 accelerations 6 bytes, 4 air pressure u16
 *     F0  time, kept u8, vehicle u8, subtype u8, and of these subtypes a list, then a place:
 *             01  count u8, {id u16, len u8, value}: 0102, 0528 and 0546 odometer u32 100 m, 0103
 *                 fuel u32 0.01 l, 052A fuel u16 0.01 l, 0530 supply u16 mV
 *             02  count u16, {system u32, count u16, {code u32, state u32, len u16, text}}
 *             03  count u8, {alarm u8, len u8, value}
 *             15  an event of driving u32, and no place
 *     FF  time, lat i32, lon i32 (degrees * 1e6), motion
 *
 * where a place is status u32, lat u32, lon u32 and motion is altitude, speed, course, all as in a
 * location. Other types (F3: an OBD adapter), subtypes (04 trip, 0B VIN) and values (fuel in per
 * cent, speeds, temperatures of the engine) are not read.
 *
 * Source: the vectors' facts, section 1.
 */
#include "protocols/jt808/jt808.h"

#include "protocols/fields.h"

static enum err read_obd_text(const struct session *s, struct reader *r, struct decoded *out)
{
    (void)s;
    struct extras x;
    struct bytes text = read_rest(r);
    struct message *m = decoded_add(out, MESSAGE_FIX);
    extras_init(&x, out->arena);
    jt808_set_obd_text(text, &m->fix);
    jt808_extra_obd_text(text, &x);
    m->extras = extras_pack(&x);
    return ERR_OK;
}

static enum err read_driver(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { DRIVER = 4 };
    (void)s;
    struct extras x;
    struct bytes driver = {0};
    for (int i = 0; i <= DRIVER; i++) {
        driver = read_field(r, '|');
    }
    extras_init(&x, out->arena);
    extras_set_text(&x, EXTRA_DRIVER, 0, field_trimmed(driver));
    struct message *m = decoded_add(out, x.count > 0 ? MESSAGE_FIX : MESSAGE_OTHER);
    m->extras = extras_pack(&x);
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

/* One sample; `mask` tells which members are there. */
static void read_sample(struct reader *r, const struct session *s, uint16_t mask, struct fix *f,
                        struct extras *x)
{
    enum { LIGHT = 1, CLIMATE = 2, PROBE = 4, ACCELERATIONS = 8, PRESSURE = 16 };
    jt808_read_time(r, s, f);
    if ((mask & LIGHT) != 0) {
        extras_set(x, EXTRA_LIGHT, 0, read_u16be(r));
    }
    if ((mask & CLIMATE) != 0) {
        fix_set_temperature(f, 0, (int16_t)read_u16be(r) * INT64_C(10));
        extras_set(x, EXTRA_HUMIDITY, 0, read_u16be(r) * INT64_C(10));
    }
    if ((mask & PROBE) != 0) {
        jt808_set_probe_c_e1(f, (int16_t)read_u16be(r));
    }
    read_skip(r, (mask & ACCELERATIONS) != 0 ? 6 : 0);
    read_skip(r, (mask & PRESSURE) != 0 ? 2 : 0);
}

static enum err read_samples(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { KNOWN = 0x001f };
    enum err e = read_located(s, r, out);
    while (e == ERR_OK && reader_left(r) > 0) {
        struct fix fix = {0};
        struct extras x;
        uint16_t mask = read_u16be(r);
        extras_init(&x, out->arena);
        read_sample(r, s, mask, &fix, &x);
        if (!reader_ok(r) || (mask & ~(unsigned)KNOWN) != 0) {
            return ERR_OK; /* cut off, or another layout, which we do not know */
        }
        if (out->len == PROTOCOL_MESSAGES_MAX) {
            return ERR_TOO_LONG;
        }
        struct message *m = decoded_add(out, MESSAGE_FIX);
        m->fix = fix;
        m->extras = extras_pack(&x);
    }
    return e;
}

static void read_values(struct reader *r, struct fix *f)
{
    static const struct item rows[] = {
        {.id = 0x0102, .size = 4, .len = 4, .scale = 100, .set = item_odometer_m},
        {.id = 0x0103, .size = 4, .len = 4, .scale = 10, .set = item_fuel_ml},
        {.id = 0x0528, .size = 4, .len = 4, .scale = 100, .set = item_odometer_m},
        {.id = 0x052a, .size = 2, .len = 2, .scale = 10, .set = item_fuel_ml},
        {.id = 0x0530, .size = 2, .len = 2, .set = item_power_mv},
        {.id = 0x0546, .size = 4, .len = 4, .scale = 100, .set = item_odometer_m},
    };
    static const struct item_list list = ITEM_LIST(rows);
    size_t count = read_u8(r);
    uint16_t id = 0;
    struct bytes value;
    for (size_t i = 0; i < count && item_next(r, (struct item_form){2, 1}, &id, &value); i++) {
        item_list_read(&list, id, value, f);
    }
}

static void read_codes(struct reader *r, struct extras *x)
{
    enum { CODE_LEN = 4 + 4 };
    unsigned number = 0;
    size_t systems = read_u16be(r);
    for (size_t i = 0; i < systems && reader_ok(r); i++) {
        read_skip(r, 4);
        size_t codes = read_u16be(r);
        for (size_t k = 0; k < codes && reader_ok(r); k++) {
            read_skip(r, CODE_LEN);
            struct bytes text = read_bytes(r, read_u16be(r));
            extras_set_text(x, EXTRA_TROUBLE_CODE, number++, field_trimmed(text));
        }
    }
}

static void read_alarms(struct reader *r, struct fix *f)
{
    static const struct alarm_row rows[] = {
        {0x02, ALARM_BIT(POWER_OFF)}, /* unplugged */
        {0x1a, ALARM_BIT(HARSH_ACCELERATION)},
        {0x1b, ALARM_BIT(HARSH_BRAKING)},
        {0x1c, ALARM_BIT(HARSH_CORNERING)},
        {0x20, ALARM_BIT(SOS)},
        {0x21, ALARM_BIT(GEOFENCE_LEAVE)},
        {0x22, ALARM_BIT(GEOFENCE_ENTER)},
        {0x23, ALARM_BIT(FATIGUE)},
        {0x25, ALARM_BIT(OVERSPEED)},
        {0x26, ALARM_BIT(COLLISION)},
        {0x27, ALARM_BIT(COLLISION)},
        {0x28, ALARM_BIT(ROLLOVER)},
    };
    static const struct alarm_table alarms = ALARM_TABLE(rows);
    size_t count = read_u8(r);
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        uint8_t id = read_u8(r);
        read_skip(r, read_u8(r));
        f->alarms |= alarm_table_of_code(&alarms, id);
    }
}

/*
 * An event of driving makes a report without a place. If it is not one of our alarms, it makes
 * nothing.
 */
static enum err read_event(struct reader *r, struct fix *f, struct decoded *out)
{
    static const struct alarm_row rows[] = {
        {51, ALARM_BIT(HARSH_ACCELERATION)},
        {52, ALARM_BIT(HARSH_BRAKING)},
        {53, ALARM_BIT(HARSH_CORNERING)},
        {56, ALARM_BIT(COLLISION)},
    };
    static const struct alarm_table alarms = ALARM_TABLE(rows);
    f->alarms = alarm_table_of_code(&alarms, read_u32be(r));
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    if (f->alarms != 0) {
        decoded_add(out, MESSAGE_FIX)->fix = *f;
    } else {
        decoded_add(out, MESSAGE_OTHER);
    }
    return ERR_OK;
}

static enum err read_diagnosis(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { VALUES = 0x01, CODES = 0x02, ALARMS = 0x03, DRIVING = 0x15 };
    struct fix fix = {0};
    struct extras x;
    extras_init(&x, out->arena);
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
        read_codes(r, &x);
        break;
    case ALARMS:
        read_alarms(r, &fix);
        break;
    case DRIVING:
        return read_event(r, &fix, out);
    default:
        decoded_add(out, MESSAGE_OTHER);
        return ERR_OK;
    }
    jt808_read_place(r, &fix);
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return reader_ok(r) ? ERR_OK : ERR_MALFORMED;
}

static enum err read_signed(const struct session *s, struct reader *r, struct decoded *out)
{
    enum { MOTION_LEN = 6 };
    struct fix *f = &decoded_add(out, MESSAGE_FIX)->fix;
    jt808_read_time(r, s, f);
    int64_t lat_e7 = (int32_t)read_u32be(r) * INT64_C(10);
    int64_t lon_e7 = (int32_t)read_u32be(r) * INT64_C(10);
    fix_set_position(f, lat_e7, lon_e7, reader_ok(r));
    bool is_whole = reader_ok(r);
    if (reader_left(r) >= MOTION_LEN) {
        jt808_read_motion(r, f);
    }
    return is_whole ? ERR_OK : ERR_MALFORMED;
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
    case 0x40:
        return read_driver(s, &r, out);
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
