/*
 * GT06 status bytes and alarms.
 *
 *     offset  0       1        2       3      4
 *             status  battery  signal  alarm  language
 *
 *     status: bit 1 ACC, 2 charging, 3-5 alarm, 7 oil and electricity cut off
 *     bits 3-5: 1 vibration, 2 power cut, 3 low battery, 4 SOS, 7 removed; 6 is "geofence" without
 *               a direction, which the alarm byte tells, so it is not taken
 *
 * The battery byte is a level 0 .. 6 of older devices or a percentage; the signal byte bars 0 .. 4,
 * or, where larger, 0 .. 31, or, where larger still, a percentage. The status of a location (16,
 * 26, 27, 32, 39, A2, A3, A4), of an LBS alarm (19, A5) and of a heartbeat (13, 36) are alike, but
 * that some devices have a supply u16/100 V in the place of battery and signal, which then come
 * behind it: where the signal would be 101 .. 254 and the voltage is one of a vehicle. The rest
 * differs by type and length:
 *
 *     13, 5 bytes    as above, or one of three others, which their bytes tell:
 *                    - status, supply u16/100 V, bars 1 .. 4, 0 (R11)
 *                    - status, battery, signal above 4, supply in V: 8 .. 60, which is no alarm of
 *                      a heartbeat (Seeworld)
 *                    - status, battery, signal, f000 | supply u12/10 V (LW)
 *     13, 14 bytes   OBD devices: status, u16 (signal 5 bits, satellites 5 and 5 bits), alarm,
 *                    language, battery %, mode, power u16/100 V, u8, u16, in mode 4 i16/10 °C
 *     13, 16 bytes   asset trackers: status, u16, alarm, language, battery %, mode, u16, u8, u16,
 *                    u16, temperature: bit 15 positive, tenths of a degree
 *     A3, 7 bytes    status, u16, battery, signal, supply in V, language
 *     A3, 19 bytes   status, u16, battery, signal, 14 bytes with steps
 *     23             status, voltage of the battery u16/100 V, signal, language u16
 *     36, 39         the five bytes, then items of a type u16, a length u8 and a value:
 *                    0018 battery u16/100 V, 006A battery %
 *     95             camera devices: time, alarm u8; or time, latitude, longitude, flags u16,
 * alarm, u16, file names; or ffff, u8, time, satellites, latitude, longitude, flags u16, speed u16
 * km/h, power u16/10 V, alarm, u16, file names
 *
 * Source: the Concox GT06 and Jimi protocol documents, and real frames.
 */
#include "protocols/gt06/gt06.h"

#include "base/units.h"
#include "protocols/items.h"

enum { BARS_MAX = 4, CSQ_MAX = 31, LEVEL_MAX = 6, PERCENT_MAX = 100 };
enum { CODE_DOOR = 0x14, CODE_LOCK = 0x33, CODE_UNLOCK = 0x34 };

/*
 * The alarm byte; bits 8-11 come from the high half of the language byte in 27, 39, A4 and A9.
 * Where several codes mean one alarm, the device's side sends the first. Without a counterpart
 * among our alarms, and dropped: 53 fuel leak, C9 idling, and every code that is not here. Some
 * models mean other things by 09, 18, 19, 28, 29 and 30; nothing in the frame names the model.
 */
static const struct alarm_row code_rows[] = {
    {0x01, ALARM_BIT(SOS)},
    {0x02, ALARM_BIT(POWER_OFF)}, /* power cut */
    {0x03, ALARM_BIT(VIBRATION)},
    {0x04, ALARM_BIT(GEOFENCE_ENTER)},
    {0x05, ALARM_BIT(GEOFENCE_LEAVE)},
    {0x06, ALARM_BIT(OVERSPEED)},
    {0x09, ALARM_BIT(VIBRATION)},
    {0x0e, ALARM_BIT(LOW_BATTERY)}, /* of the vehicle */
    {0x0f, ALARM_BIT(LOW_BATTERY)},
    {0x0c, ALARM_BIT(COVER_OPEN)}, /* the four codes of tampering */
    {0x13, ALARM_BIT(COVER_OPEN)},
    {0x25, ALARM_BIT(COVER_OPEN)},
    {0x32, ALARM_BIT(COVER_OPEN)},
    {0x11, ALARM_BIT(POWER_OFF)},
    {0x18, ALARM_BIT(REMOVAL)},
    {0x19, ALARM_BIT(LOW_BATTERY)},
    {0x1a, ALARM_BIT(HARSH_BRAKING)},
    {0x1b, ALARM_BIT(HARSH_CORNERING)},
    {0x23, ALARM_BIT(ROLLOVER)},
    {0x26, ALARM_BIT(HARSH_ACCELERATION)},
    {0x27, ALARM_BIT(HARSH_BRAKING)},
    {0x28, ALARM_BIT(HARSH_BRAKING)},
    {0x29, ALARM_BIT(HARSH_ACCELERATION)},
    {0x2a, ALARM_BIT(HARSH_CORNERING)},
    {0x2b, ALARM_BIT(HARSH_CORNERING)},
    {0x2c, ALARM_BIT(COLLISION)},
    {0x2e, ALARM_BIT(HARSH_CORNERING)},
    {0x30, ALARM_BIT(INTERRUPTED)}, /* jamming */
    {0x5b, ALARM_BIT(TEMPERATURE)},
    {0x5c, ALARM_BIT(TEMPERATURE)},
    {0xf0, ALARM_BIT(HARSH_ACCELERATION)},
    {0xf1, ALARM_BIT(HARSH_BRAKING)},
    {0xf2, ALARM_BIT(COLLISION)},
    {0x107, ALARM_BIT(INTERRUPTED)},
    {0x10b, ALARM_BIT(INTERRUPTED)},
};

/* The alarm byte of 95. 01 is an SOS only in the frames that carry a position. */
static const struct alarm_row camera_rows[] = {
    {0x01, ALARM_BIT(SOS)},
    {0x0e, ALARM_BIT(LOW_BATTERY)},
    {0x76, ALARM_BIT(TEMPERATURE)},
    {0x80, ALARM_BIT(VIBRATION)},
    {0x87, ALARM_BIT(OVERSPEED)},
    {0x88, ALARM_BIT(POWER_OFF)},
    {0x91, ALARM_BIT(HARSH_BRAKING)},
    {0x90, ALARM_BIT(HARSH_ACCELERATION)},
    {0x92, ALARM_BIT(HARSH_CORNERING)},
    {0x93, ALARM_BIT(COLLISION)},
};

static const struct alarm_table alarm_codes = ALARM_TABLE(code_rows);
static const struct alarm_table camera_codes = ALARM_TABLE(camera_rows);

/*
 * What one code tells: with 0 that there is none of `all`, with another its own alarm alone, as
 * others may go on meanwhile. Where a report has two codes, one that is not 0 decides.
 */
static void tell_alarms(struct fix *f, unsigned code, alarm_set all)
{
    bool had_alarm = (f->has & FIX_HAS_ALARMS_TOLD) != 0 && f->alarms_told == f->alarms;
    if (code != 0) {
        f->alarms_told = f->alarms;
    }
    fix_set_alarms_told(f, code == 0 && !had_alarm ? all : 0);
}

void gt06_set_alarm(struct fix *f, unsigned code)
{
    if (code == CODE_DOOR) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    } else if (code == CODE_LOCK) {
        fix_set_lock(f, FIX_LOCK_ON);
    } else if (code == CODE_UNLOCK) {
        fix_set_lock(f, FIX_LOCK_OFF);
    } else {
        f->alarms |= alarm_table_of_code(&alarm_codes, code);
    }
    tell_alarms(f, code, alarm_table_all(&alarm_codes));
}

uint8_t gt06_alarm_code(alarm_set alarms)
{
    return (uint8_t)alarm_table_code(&alarm_codes, alarms);
}

void gt06_set_status(struct fix *f, uint8_t status)
{
    static const struct alarm_row rows[] = {
        {1, ALARM_BIT(VIBRATION)}, {2, ALARM_BIT(POWER_OFF)}, {3, ALARM_BIT(LOW_BATTERY)},
        {4, ALARM_BIT(SOS)},       {7, ALARM_BIT(REMOVAL)},
    };
    static const struct alarm_table codes = ALARM_TABLE(rows);
    unsigned code = status >> 3 & 7U;
    fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status & 0x02U) != 0);
    fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, (status & 0x04U) != 0);
    fix_set_switch(f, FIX_HAS_CUT_OFF, FIX_CUT_OFF, (status & 0x80U) != 0);
    f->alarms |= alarm_table_of_code(&codes, code);
    tell_alarms(f, code, alarm_table_all(&codes));
}

void gt06_set_battery(struct fix *f, uint8_t battery)
{
    fix_set_battery_percent(f, battery <= LEVEL_MAX ? battery * 100U / LEVEL_MAX : battery);
}

void gt06_set_signal(struct fix *f, uint8_t signal)
{
    enum { UNKNOWN = 99 };
    if (signal <= BARS_MAX) {
        fix_set_gsm_bars(f, signal);
    } else if (signal <= CSQ_MAX) {
        fix_set_gsm(f, signal);
    } else if (signal <= PERCENT_MAX && signal != UNKNOWN) {
        fix_set_gsm(f, signal * (unsigned)CSQ_MAX / PERCENT_MAX);
    }
}

/* Whether a supply u16/100 V is one that a vehicle may have. */
static bool is_vehicle_supply(uint8_t high, uint8_t low)
{
    enum { MIN_CV = 600, MAX_CV = 6000 };
    unsigned supply_cv = (unsigned)high << 8 | low;
    return supply_cv >= MIN_CV && supply_cv <= MAX_CV;
}

bool gt06_is_supply(uint8_t high, uint8_t low)
{
    return low > PERCENT_MAX && low != UINT8_MAX && is_vehicle_supply(high, low);
}

void gt06_read_items(struct reader *r, struct fix *f)
{
    static const struct item rows[] = {
        {.id = 0x0018, .len = 2, .scale = 10, .set = item_battery_mv},
        {.id = 0x0027, .len = 2, .scale = 10, .set = item_power_mv},
        {.id = 0x002e, .len = 4, .set = item_odometer_m},
        {.id = 0x006a, .len = 1, .set = item_battery_percent},
    };
    static const struct item_list list = ITEM_LIST(rows);
    items_read(r, (struct item_form){2, 1}, &list, f);
}

/* The 14 bytes of OBD devices. */
static void read_obd_heartbeat(struct reader *r, struct fix *f)
{
    enum { MODE_TEMPERATURE = 4 };
    uint8_t status = read_u8(r);
    unsigned signal = read_u16be(r);
    uint8_t alarm = read_u8(r);
    read_skip(r, 1);
    uint8_t battery_percent = read_u8(r);
    uint8_t mode = read_u8(r);
    unsigned power_cv = read_u16be(r);
    read_skip(r, 3);
    int16_t temperature_c_e1 = (int16_t)read_u16be(r);

    gt06_set_status(f, status);
    gt06_set_alarm(f, alarm);
    fix_set_gsm(f, signal & 0x1fU);
    fix_set_satellites(f, (signal >> 10 & 0x1fU) + (signal >> 5 & 0x1fU));
    fix_set_battery_percent(f, battery_percent);
    fix_set_power_mv(f, power_cv * UINT64_C(10));
    if (mode == MODE_TEMPERATURE) {
        fix_set_temperature(f, 0, temperature_c_e1 * INT64_C(10));
    }
}

/* The 16 bytes of asset trackers. */
static void read_asset_heartbeat(struct reader *r, struct fix *f)
{
    read_skip(r, 5);
    uint8_t battery_percent = read_u8(r);
    read_skip(r, 8);
    unsigned temperature = read_u16be(r);
    int64_t magnitude_c_e2 = (int64_t)(temperature & 0x7fffU) * 10;

    fix_set_battery_percent(f, battery_percent);
    fix_set_temperature(f, 0, (temperature & 0x8000U) != 0 ? magnitude_c_e2 : -magnitude_c_e2);
}

/*
 * The bytes behind the status bits of a heartbeat of 5 bytes. Those at its end are 0 where they are
 * missing.
 */
struct levels {
    uint8_t battery;
    uint8_t signal;
    uint8_t third;
    uint8_t fourth;
    bool has_third;
};

/*
 * Whether the first two are a supply. They are where they could be no signal, or where bars and 0
 * follow: a heartbeat with an alarm and without a language is rarer than the device that sends such
 * bytes.
 */
static bool begins_with_supply(const struct levels *l)
{
    bool is_plain = l->battery <= LEVEL_MAX && l->signal <= BARS_MAX;
    bool ends_with_bars = l->third > 0 && l->third <= BARS_MAX && l->fourth == 0;
    return gt06_is_supply(l->battery, l->signal) ||
           (ends_with_bars && !is_plain && is_vehicle_supply(l->battery, l->signal));
}

static void set_levels(struct fix *f, const struct levels *l)
{
    enum { DECIVOLTS_MARK = 0xf0, VOLT_MIN = 8, VOLT_MAX = 60 };
    if (begins_with_supply(l)) {
        fix_set_power_mv(f, ((unsigned)l->battery << 8 | l->signal) * UINT64_C(10));
        gt06_set_signal(f, l->third);
        return;
    }
    gt06_set_battery(f, l->battery);
    gt06_set_signal(f, l->signal);
    if ((l->third & DECIVOLTS_MARK) == DECIVOLTS_MARK) {
        fix_set_power_mv(f, ((l->third & 0x0fU) << 8 | l->fourth) * UINT64_C(100));
    } else if (l->signal > BARS_MAX && l->third >= VOLT_MIN && l->third <= VOLT_MAX) {
        fix_set_power_mv(f, l->third * UINT64_C(1000));
    } else if (l->has_third) {
        gt06_set_alarm(f, l->third);
    }
}

/* 13: status, battery, signal, alarm, language, or what set_levels() tells from it. */
static void read_plain_heartbeat(struct reader *r, struct fix *f)
{
    gt06_set_status(f, read_u8(r));
    struct levels l = {.battery = read_u8(r), .signal = read_u8(r)};
    if (reader_ok(r)) {
        l.has_third = reader_left(r) > 0;
        l.third = l.has_third ? read_u8(r) : 0;
        l.fourth = reader_left(r) > 0 ? read_u8(r) : 0;
        set_levels(f, &l);
    }
}

/* 36: the five bytes, then items. */
static void read_items_heartbeat(struct reader *r, struct fix *f)
{
    gt06_set_status(f, read_u8(r));
    uint8_t battery = read_u8(r);
    uint8_t signal = read_u8(r);
    if (!reader_ok(r)) {
        return;
    }
    gt06_set_battery(f, battery);
    gt06_set_signal(f, signal);
    if (reader_left(r) > 0) {
        gt06_set_alarm(f, read_u8(r));
    }
    read_skip(r, 1); /* language */
    gt06_read_items(r, f);
}

enum err gt06_decode_heartbeat(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { OBD_LEN = 14, ASSET_LEN = 16, TYPE_STATUS = 0x13, TYPE_STATUS_ITEMS = 0x36 };
    (void)s;
    if (f->content.len == 0) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(f->content);
    struct fix *fix = &decoded_add(out, MESSAGE_HEARTBEAT)->fix;
    if (f->type == TYPE_STATUS && f->content.len == OBD_LEN) {
        read_obd_heartbeat(&r, fix);
    } else if (f->type == TYPE_STATUS && f->content.len == ASSET_LEN) {
        read_asset_heartbeat(&r, fix);
    } else if (f->type == TYPE_STATUS_ITEMS) {
        read_items_heartbeat(&r, fix);
    } else {
        read_plain_heartbeat(&r, fix);
    }
    return ERR_OK;
}

enum err gt06_decode_heartbeat_a3(struct session *s, const struct gt06_frame *f,
                                  struct decoded *out)
{
    enum { POWERED_LEN = 7 };
    (void)s;
    struct reader r = reader_init(f->content);
    uint8_t status = read_u8(&r);
    read_skip(&r, 2);
    uint8_t battery = read_u8(&r);
    uint8_t signal = read_u8(&r);
    uint8_t supply_v = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    struct fix *fix = &decoded_add(out, MESSAGE_HEARTBEAT)->fix;
    gt06_set_status(fix, status);
    gt06_set_battery(fix, battery);
    gt06_set_signal(fix, signal);
    if (f->content.len == POWERED_LEN) {
        fix_set_power_mv(fix, supply_v * UINT64_C(1000));
    }
    return ERR_OK;
}

enum err gt06_decode_heartbeat_voltage(struct session *s, const struct gt06_frame *f,
                                       struct decoded *out)
{
    (void)s;
    if (f->content.len == 0) {
        return ERR_MALFORMED;
    }
    struct reader r = reader_init(f->content);
    struct fix *fix = &decoded_add(out, MESSAGE_HEARTBEAT)->fix;
    uint8_t status = read_u8(&r);
    fix_set_switch(fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, (status & 0x02U) != 0);
    fix_set_switch(fix, FIX_HAS_CHARGING, FIX_CHARGING, (status & 0x04U) != 0);
    if (reader_left(&r) >= 2) {
        fix_set_battery_mv(fix, read_u16be(&r) * UINT64_C(10));
    }
    if (reader_left(&r) >= 1) {
        gt06_set_signal(fix, read_u8(&r));
    }
    return ERR_OK;
}

/* The position of 95 in either form; ERR_MALFORMED where it is cut off. */
static enum err read_camera_position(struct reader *r, const struct session *s, bool is_marked,
                                     struct fix *fix)
{
    read_skip(r, is_marked ? 3 : 0);
    gt06_read_time(r, s, fix);
    unsigned satellites = is_marked ? read_u8(r) & 0x0fU : 0;
    uint32_t lat = read_u32be(r);
    uint32_t lon = read_u32be(r);
    uint16_t flags = read_u16be(r);
    unsigned speed_kmh = is_marked ? read_u16be(r) : 0;
    unsigned power_dv = is_marked ? read_u16be(r) : 0;
    if (!reader_ok(r)) {
        return ERR_MALFORMED;
    }
    gt06_set_position(fix, lat, lon, flags);
    if (is_marked) {
        fix_set_satellites(fix, satellites);
        fix_set_speed_kmh_e2(fix, units_kmh_e2_from_kmh(speed_kmh));
        fix_set_power_mv(fix, power_dv * UINT64_C(100));
    }
    return ERR_OK;
}

enum err gt06_decode_camera_alarm(struct session *s, const struct gt06_frame *f,
                                  struct decoded *out)
{
    enum { TIME_AND_ALARM_LEN = 7, CODE_SOS = 1 };
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    bool has_position = f->content.len > TIME_AND_ALARM_LEN;
    bool is_marked = has_position && f->content.at[0] == 0xff && f->content.at[1] == 0xff;
    if (!has_position) {
        gt06_read_time(&r, s, &fix);
    } else if (read_camera_position(&r, s, is_marked, &fix) != ERR_OK) {
        return ERR_MALFORMED;
    }
    uint8_t code = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    if (has_position || code != CODE_SOS) {
        fix.alarms |= alarm_table_of_code(&camera_codes, code);
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}
