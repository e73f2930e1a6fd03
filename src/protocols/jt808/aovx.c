/*
 * JT/T 808 of AOVX: what its trackers add, and what they mean by bits that are others' too. A
 * frame with item F2 names its model; of the others the model that somebody set decides:
 *
 *     F2  "AOVX_GL100-LA_H2.0_EG915ULAABR03A01M08_V2.0.9:v10": maker, model, versions
 *     F6  event u8 (2 moving), mask u8: bit 0 light u16, 1 temperature i16 0.1 C, ...
 *     F7  6 bytes: battery mV u32, charging (2, 3), battery %
 *     F8  from 19 bytes: mode u8, IMEI 8, ICCID BCD 10
 *     F9  mask u16: bit 0 age of the position u32, 1 time with ACC on u32, 2 HDOP u16 0.1, 3 time
 *         of the position BCD 6, 5 intervals 8 bytes, 6 temperature of the probe i16 0.1 C and its
 *         limits 4 bytes
 *
 * What their alarm words mean the profiles of the series say (profile.c); of the status bit 31 is
 * set where the location comes from memory. The thermometer of the tracker is the first, the probe
 * on its cable the second.
 *
 * Not carried: the age and the time of the position, as the location has its own; air pressure, as
 * its unit is nowhere told; accelerations.
 *
 * Source: the vectors' facts, section 1; AOVX's V and G series protocol; real frames.
 */
#include "protocols/jt808/jt808.h"

enum { SOFTWARE = 0xf2, PROBE = 1 };

/* The text of F2 among `items`; empty where there is none. */
static struct bytes software_of(struct bytes items)
{
    struct reader r = reader_init(items);
    while (reader_left(&r) > 0) {
        uint8_t id = read_u8(&r);
        struct bytes value = read_bytes(&r, read_u8(&r));
        if (reader_ok(&r) && id == SOFTWARE) {
            return value;
        }
    }
    return (struct bytes){0};
}

const struct profile *jt808_aovx_of(struct bytes items)
{
    struct bytes software = software_of(items);
    return bytes_begin(software, "AOVX_") ? profile_of_model(NULL, software) : NULL;
}

bool jt808_set_profile_bits(struct fix *f, const struct profile *profile, uint32_t alarm,
                            uint32_t status)
{
    if (profile == NULL || (profile->alarms.count == 0 && !profile->has_memory_bit)) {
        return false;
    }
    bool is_from_memory = profile->has_memory_bit && (status & JT808_FROM_MEMORY) != 0;
    f->flags |= is_from_memory ? FIX_REUPLOAD : 0;
    if (profile->alarms.count == 0) {
        return false;
    }
    f->alarms |= alarm_table_of_bits(&profile->alarms, alarm);
    fix_set_alarms_told(f, alarm_table_all(&profile->alarms));
    return true;
}

alarm_set jt808_aovx_alarms(void)
{
    return ALARM_BIT(OVERSPEED) | ALARM_BIT(LOW_BATTERY) | ALARM_BIT(POWER_OFF) |
           ALARM_BIT(REMOVAL) | ALARM_BIT(VIBRATION) | ALARM_BIT(DISPLACEMENT);
}

void jt808_set_probe_c_e1(struct fix *f, int temperature_c_e1)
{
    fix_set_temperature(f, PROBE, temperature_c_e1 * INT64_C(10));
}

void jt808_item_f6(struct reader *r, struct fix *f)
{
    enum { IMEI_LEN = 8, PRESSURE_LEN = 2, MOVING = 2, HAS_LIGHT = 1, HAS_TEMPERATURE = 2 };
    if (r->in.len == IMEI_LEN || r->in.len == PRESSURE_LEN) {
        return;
    }
    uint8_t event = read_u8(r);
    uint8_t mask = read_u8(r);
    if (reader_ok(r) && event == MOVING) {
        fix_set_switch(f, FIX_HAS_MOTION, FIX_MOVING, true);
    }
    read_skip(r, (mask & HAS_LIGHT) != 0 ? 2 : 0);
    int16_t temperature_c_e1 = (int16_t)((mask & HAS_TEMPERATURE) != 0 ? read_u16be(r) : 0);
    if (reader_ok(r) && (mask & HAS_TEMPERATURE) != 0) {
        fix_set_temperature(f, 0, temperature_c_e1 * INT64_C(10));
    }
}

void jt808_extra_f6(struct reader *r, struct extras *x)
{
    enum { IMEI_LEN = 8, PRESSURE_LEN = 2, HAS_LIGHT = 1, HAS_CLIMATE = 2 };
    if (r->in.len == IMEI_LEN || r->in.len == PRESSURE_LEN) {
        return;
    }
    read_skip(r, 1);
    uint8_t mask = read_u8(r);
    unsigned light_lx = (mask & HAS_LIGHT) != 0 ? read_u16be(r) : 0;
    if (reader_ok(r) && (mask & HAS_LIGHT) != 0) {
        extras_set(x, EXTRA_LIGHT, 0, light_lx);
    }
    read_skip(r, 2);
    unsigned humidity_e1 = read_u16be(r);
    if (reader_ok(r) && (mask & HAS_CLIMATE) != 0) {
        extras_set(x, EXTRA_HUMIDITY, 0, humidity_e1 * INT64_C(10));
    }
}

static void set_charging(struct fix *f, int64_t value)
{
    item_charging(f, value == 2 || value == 3);
}

const struct item jt808_f7_parts[JT808_F7_PARTS] = {
    {.size = 6, .at = 0, .len = 4, .set = item_battery_mv},
    {.size = 6, .at = 4, .len = 1, .set = set_charging},
    {.size = 6, .at = 5, .len = 1, .set = item_battery_percent},
    {.size = 2, .len = 2, .scale = 10, .extra = EXTRA_HUMIDITY},
};

void jt808_item_f8(struct reader *r, struct fix *f)
{
    enum { MODE_LEN = 1, IMEI_LEN = 8, ICCID_LEN = 10 };
    read_skip(r, MODE_LEN + IMEI_LEN);
    struct bytes iccid = read_bytes(r, ICCID_LEN);
    if (reader_ok(r)) {
        jt808_set_iccid_bcd(iccid, f);
    }
}

/* The members of F9 by the bit that announces them; 0: nobody told. */
static const uint8_t f9_lens[16] = {[0] = 4, [1] = 4, [2] = 2, [3] = 6, [5] = 8, [6] = 2 + 4};

/* Whether the members that `mask` announces are what is left. */
static bool f9_fits(const struct reader *r, uint16_t mask)
{
    size_t len = 0;
    for (size_t bit = 0; bit < sizeof(f9_lens); bit++) {
        bool is_there = (mask >> bit & 1U) != 0;
        if (is_there && f9_lens[bit] == 0) {
            return false;
        }
        len += is_there ? f9_lens[bit] : 0;
    }
    return reader_left(r) == len;
}

void jt808_item_f9(struct reader *r, struct fix *f)
{
    enum { HDOP = 2, PROBE_BIT = 6, LIMITS_LEN = 4 };
    uint16_t mask = read_u16be(r);
    if (!reader_ok(r) || !f9_fits(r, mask)) {
        return; /* two bytes: the version of a Jointech lock */
    }
    for (size_t bit = 0; bit < sizeof(f9_lens); bit++) {
        if ((mask >> bit & 1U) == 0) {
            continue;
        }
        struct reader member = reader_init(read_bytes(r, f9_lens[bit]));
        if (bit == HDOP) {
            jt808_set_hdop_e1(f, read_u16be(&member));
        } else if (bit == PROBE_BIT) {
            jt808_set_probe_c_e1(f, (int16_t)read_u16be(&member));
        }
    }
}
