/*
 * GT06 information: values and modules.
 *
 *     94       of a short frame: supply u16/100 V. Of a long one a kind u8 and: 00 supply u16/100
 * V; 04 "ALM1=..;ICCID=..;"; 05 (time) u8 with the door in bit 0; 0A IMEI 8, IMSI 8, ICCID 10; 0B
 * of 2 bytes supply u16/100 V; 0D (time) "!AIOIL," fuel sensor; 1E temperature i32/10 °C, humidity
 *     70       modules of a type u16, a length u16 and a value:
 *              00 03  ICCID 10           00 2A  bits 0-3 door, the others a cover
 *              00 09  satellites         00 2E  odometer u32 m
 *              00 11  MCC MNC LAC u16, CID u24, signal
 *              00 18  battery u16/100 V  00 33  time u32, satellites, altitude i16 m, latitude,
 *              00 28  HDOP u8/10                longitude, speed u8, flags u16
 *              00 2C  time u32           00 34  alarm u8, time u32, text
 *     65 66 8C time, ACC, OBD pairs "ID=VALUE,", then satellites to flags as in a location
 *     32 33    AZ735: time, length u8 (0: no GPS), GPS; length u8 (0: no cell, it counts itself),
 *              cell, signal u8; length u8, further cells; length u8, Wi-Fi; status u8. In 33 the
 *              status is A2, A3 low battery, A5 door. Where neither 0 nor 12 is the first length,
 *              the frame is laid out as a short one
 *     40       number 8, time u32, capacity %, 7 bytes, temperature and current, voltage u16 mV
 *     F1       time u32, then states of an id u16, a length u8 and a value: 0001 motion (2 or 4),
 *              0004 ACC, 0005 supply u16/100 V, 0007 charging
 *
 * Source: the Concox and Jimi protocol documents; 65, 66, 8C and F1 after real frames.
 */
#include "protocols/gt06/gt06.h"

#include "base/units.h"
#include "protocols/fields.h"
#include "protocols/items.h"

enum { ICCID_LEN = 10 };

/* A time in seconds since 1970; 0 means that there is none. */
static void set_unix_time(struct fix *f, uint32_t time_s)
{
    if (time_s != 0) {
        fix_set_time(f, time_s);
    }
}

static void set_centivolts(struct reader *r, struct fix *f, void (*set)(struct fix *, uint64_t))
{
    unsigned centivolts = read_u16be(r);
    if (reader_ok(r)) {
        set(f, centivolts * UINT64_C(10));
    }
}

enum err gt06_decode_power(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    (void)s;
    struct reader r = reader_init(f->content);
    set_centivolts(&r, &decoded_add(out, MESSAGE_FIX)->fix, fix_set_power_mv);
    return ERR_OK;
}

/* The kinds of 94: each takes what it knows of its bytes. */
static void info_power(struct reader *r, const struct session *s, struct fix *f)
{
    (void)s;
    set_centivolts(r, f, fix_set_power_mv);
}

static void info_settings(struct reader *r, const struct session *s, struct fix *f)
{
    static const char iccid_name[] = "ICCID=";
    (void)s;
    while (reader_left(r) > 0) {
        struct bytes pair = read_field(r, ';');
        if (bytes_begin(pair, iccid_name)) {
            field_set_iccid_text(f, bytes_slice(pair, sizeof(iccid_name) - 1, SIZE_MAX));
        }
    }
}

static void info_door(struct reader *r, const struct session *s, struct fix *f)
{
    enum { TIME_LEN = 6 };
    if (reader_left(r) > TIME_LEN) {
        gt06_read_time(r, s, f);
    }
    uint8_t flags = read_u8(r);
    if (reader_ok(r)) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, (flags & 1U) != 0);
    }
}

static void info_card(struct reader *r, const struct session *s, struct fix *f)
{
    enum { IMEI_AND_IMSI_LEN = 16 };
    (void)s;
    read_skip(r, IMEI_AND_IMSI_LEN);
    field_set_iccid_bcd(f, read_bytes(r, ICCID_LEN));
}

static void info_power_or_network(struct reader *r, const struct session *s, struct fix *f)
{
    (void)s;
    if (reader_left(r) == 2) {
        set_centivolts(r, f, fix_set_power_mv);
    }
}

/* "!AIOIL,address,output,temperature °C,version,status,level l,...". */
static void info_fuel(struct reader *r, const struct session *s, struct fix *f)
{
    enum { TIME_LEN = 6, TEMPERATURE_FIELD = 3, LEVEL_FIELD = 6 };
    int64_t temperature_e7 = 0;
    int64_t level_e7 = 0;
    bool has_both = true;
    if (reader_left(r) > TIME_LEN && r->in.at[r->pos] != '!') {
        gt06_read_time(r, s, f);
    }
    for (int i = 0; i <= LEVEL_FIELD; i++) {
        struct bytes field = read_field(r, ',');
        if (i == 0 && !bytes_eq(field, "!AIOIL")) {
            return;
        }
        if (i == TEMPERATURE_FIELD) {
            has_both = parse_decimal_e7(field, &temperature_e7);
        } else if (i == LEVEL_FIELD) {
            has_both = has_both && parse_decimal_e7(field, &level_e7) && level_e7 >= 0;
        }
    }
    if (has_both) {
        fix_set_temperature(f, 0, temperature_e7 / 100000);
        fix_set_fuel_ml(f, (uint64_t)level_e7 / 10000);
    }
}

static void info_climate(struct reader *r, const struct session *s, struct fix *f)
{
    (void)s;
    int32_t temperature_c_e1 = (int32_t)read_u32be(r);
    if (reader_ok(r)) {
        fix_set_temperature(f, 0, temperature_c_e1 * INT64_C(10));
    }
}

enum err gt06_decode_info(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    static const struct {
        uint8_t kind;
        void (*read)(struct reader *r, const struct session *s, struct fix *f);
    } kinds[] = {
        {0x00, info_power},   {0x04, info_settings},         {0x05, info_door},
        {0x0a, info_card},    {0x0b, info_power_or_network}, {0x0d, info_fuel},
        {0x1e, info_climate},
    };
    struct reader r = reader_init(f->content);
    uint8_t kind = read_u8(&r);
    struct fix fix = {0};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].kind == kind && reader_ok(&r)) {
            kinds[i].read(&r, s, &fix);
        }
    }
    if (fix.has == 0 && fix.temperature_count == 0) {
        decoded_add(out, MESSAGE_OTHER);
    } else {
        decoded_add(out, MESSAGE_FIX)->fix = fix;
    }
    return ERR_OK;
}

/* The alarms of module 0034; also the door (10). Without a counterpart: 1C switched on. */
static void set_module_alarm(struct fix *f, int64_t code)
{
    static const struct alarm_row rows[] = {
        {0x12, ALARM_BIT(REMOVAL)},        {0x14, ALARM_BIT(GEOFENCE_ENTER)},
        {0x15, ALARM_BIT(GEOFENCE_LEAVE)}, {0x16, ALARM_BIT(TEMPERATURE)},
        {0x1a, ALARM_BIT(LOW_BATTERY)},    {0x1b, ALARM_BIT(OVERSPEED)},
        {0x1d, ALARM_BIT(POWER_OFF)},      {0x20, ALARM_BIT(VIBRATION)},
        {0x21, ALARM_BIT(POWER_OFF)},      {0x23, ALARM_BIT(COVER_OPEN)},
    };
    static const struct alarm_table codes = ALARM_TABLE(rows);
    enum { CODE_DOOR = 0x10 };
    if (code == CODE_DOOR) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    }
    f->alarms |= alarm_table_of_code(&codes, (unsigned)code);
}

static void module_gps(struct reader *r, struct fix *f)
{
    uint32_t time_s = read_u32be(r);
    uint8_t satellites = read_u8(r);
    int16_t altitude_m = (int16_t)read_u16be(r);
    uint32_t lat = read_u32be(r);
    uint32_t lon = read_u32be(r);
    uint8_t speed_kmh = read_u8(r);
    uint16_t flags = read_u16be(r);
    if (!reader_ok(r) || time_s == 0) {
        return;
    }
    set_unix_time(f, time_s);
    fix_set_satellites(f, satellites);
    fix_set_altitude_dm(f, altitude_m * INT64_C(10));
    fix_set_speed_kmh_e2(f, units_kmh_e2_from_kmh(speed_kmh));
    gt06_set_position(f, lat, lon, flags);
}

static void module_cell(struct reader *r, struct fix *f)
{
    struct cell cell = {.mcc = read_u16be(r)};
    cell.mnc = read_u16be(r);
    cell.lac = read_u16be(r);
    cell.cid = read_u24be(r);
    if (reader_ok(r) && cell.cid != 0) {
        fix_set_cell(f, cell);
    }
}

static void module_iccid(struct reader *r, struct fix *f)
{
    field_set_iccid_bcd(f, read_bytes(r, ICCID_LEN));
}

static void set_hdop_e1(struct fix *f, int64_t hdop_e1)
{
    fix_set_hdop_e2(f, (uint64_t)hdop_e1 * 10);
}

static void set_doors(struct fix *f, int64_t doors)
{
    enum { DOORS = 0x0f };
    fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, (doors & DOORS) != 0);
}

/* The time of the report, unless that of the position is known. */
static void set_report_time(struct fix *f, int64_t time_s)
{
    if ((f->has & FIX_HAS_TIME) == 0) {
        set_unix_time(f, (uint32_t)time_s);
    }
}

enum err gt06_decode_modular(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    static const struct item modules[] = {
        {.id = 0x0003, .read = module_iccid},
        {.id = 0x0009, .len = 1, .set = item_satellites},
        {.id = 0x0011, .read = module_cell},
        {.id = 0x0018, .len = 2, .scale = 10, .set = item_battery_mv},
        {.id = 0x0028, .len = 1, .set = set_hdop_e1},
        {.id = 0x002a, .len = 1, .set = set_doors},
        {.id = 0x002c, .len = 4, .set = set_report_time},
        {.id = 0x002e, .len = 4, .set = item_odometer_m},
        {.id = 0x0033, .read = module_gps},
        {.id = 0x0034, .len = 1, .set = set_module_alarm},
    };
    static const struct item_list list = ITEM_LIST(modules);
    (void)s;
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    items_read(&r, (struct item_form){2, 2}, &list, &fix);
    if (!reader_ok(&r) && fix.has == 0) {
        return ERR_MALFORMED; /* the first module is longer than the frame */
    }
    if ((fix.has & FIX_HAS_POSITION) == 0 && (fix.has & FIX_HAS_CELL) != 0) {
        fix.source = FIX_LBS;
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

enum err gt06_decode_obd(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { GPS_LEN = 12 };
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    gt06_read_time(&r, s, &fix);
    uint8_t acc = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    fix_set_switch(&fix, FIX_HAS_IGNITION, FIX_IGNITION_ON, acc > 0);
    if (reader_left(&r) >= GPS_LEN) {
        read_skip(&r, reader_left(&r) - GPS_LEN);
        gt06_read_gps(&r, &fix);
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

/* The cell of an AZ735, with its signal, where there is one. */
static void read_az735_cell(struct reader *r, struct fix *f)
{
    enum { PLAIN_LEN = 9 };
    size_t len = read_u8(r);
    if (len == 0) {
        return;
    }
    struct reader cell = reader_init(read_bytes(r, len - 1));
    gt06_read_cell(&cell, f, len == PLAIN_LEN ? GT06_CELL_2G : GT06_CELL_3G);
    uint8_t signal = read_u8(r);
    if (reader_ok(r)) {
        fix_set_gsm(f, signal);
    }
}

static void set_az735_alarm(struct fix *f, uint8_t status)
{
    enum { LOW_BATTERY = 0xa2, LOW_BATTERY_2 = 0xa3, DOOR = 0xa5 };
    if (status == LOW_BATTERY || status == LOW_BATTERY_2) {
        f->alarms |= ALARM_BIT(LOW_BATTERY);
    } else if (status == DOOR) {
        fix_set_switch(f, FIX_HAS_DOOR, FIX_DOOR_OPEN, true);
    }
}

/*
 * Whether the byte behind the time is the length of a GPS block. If not, the frame is laid out as a
 * short one.
 */
static bool is_az735(struct bytes content)
{
    enum { TIME_LEN = 6, GPS_LEN = 12 };
    return content.len <= TIME_LEN || content.at[TIME_LEN] == 0 || content.at[TIME_LEN] == GPS_LEN;
}

enum err gt06_decode_az735(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { TYPE_ALARM = 0x33, AP_LEN = 7 };
    if (!is_az735(f->content)) {
        return f->type == TYPE_ALARM ? gt06_decode_cells(s, f, out)
                                     : gt06_decode_location(s, f, out);
    }
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    gt06_read_time(&r, s, &fix);
    if (read_u8(&r) > 0) {
        gt06_read_gps(&r, &fix);
    }
    read_az735_cell(&r, &fix);
    read_skip(&r, read_u8(&r)); /* further cells */
    struct reader wifi = reader_init(read_bytes(&r, read_u8(&r)));
    uint8_t status = read_u8(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    gt06_read_wifi(&wifi, &fix, (unsigned)(reader_left(&wifi) / AP_LEN));
    if (f->type == TYPE_ALARM) {
        set_az735_alarm(&fix, status);
    }
    if ((fix.has & FIX_HAS_POSITION) == 0) {
        fix.source = fix.wifi_count > 0 ? FIX_WIFI : FIX_LBS;
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}

enum err gt06_decode_bms(struct session *s, const struct gt06_frame *f, struct decoded *out)
{
    enum { NUMBER_LEN = 8, TO_VOLTAGE_LEN = 10 };
    (void)s;
    struct reader r = reader_init(f->content);
    read_skip(&r, NUMBER_LEN);
    uint32_t time_s = read_u32be(&r);
    uint8_t capacity_percent = read_u8(&r);
    read_skip(&r, TO_VOLTAGE_LEN);
    uint16_t voltage_mv = read_u16be(&r);
    if (!reader_ok(&r)) {
        return ERR_MALFORMED;
    }
    struct fix *fix = &decoded_add(out, MESSAGE_FIX)->fix;
    set_unix_time(fix, time_s);
    fix_set_battery_percent(fix, capacity_percent);
    fix_set_battery_mv(fix, voltage_mv);
    return ERR_OK;
}

static void set_motion_state(struct fix *f, int64_t state)
{
    enum { MOVING = 2, MOVING_FAST = 4 };
    item_motion(f, state == MOVING || state == MOVING_FAST);
}

enum err gt06_decode_device_status(struct session *s, const struct gt06_frame *f,
                                   struct decoded *out)
{
    static const struct item states[] = {
        {.id = 0x0001, .len = 1, .set = set_motion_state},
        {.id = 0x0004, .len = 1, .set = item_ignition},
        {.id = 0x0005, .len = 2, .scale = 10, .set = item_power_mv},
        {.id = 0x0007, .len = 1, .set = item_charging},
    };
    static const struct item_list list = ITEM_LIST(states);
    (void)s;
    struct reader r = reader_init(f->content);
    struct fix fix = {0};
    set_unix_time(&fix, read_u32be(&r));
    items_read(&r, (struct item_form){2, 1}, &list, &fix);
    if (!reader_ok(&r) && fix.has == 0) {
        return ERR_MALFORMED;
    }
    decoded_add(out, MESSAGE_FIX)->fix = fix;
    return ERR_OK;
}
