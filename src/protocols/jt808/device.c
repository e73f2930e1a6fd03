/*
 * The device's side of JT/T 808, for the simulator and the tests.
 *
 *     login      0100 and 0102, the id of the terminal as its authentication code
 *     heartbeat  0002
 *     a fix      0200; of several, or sent late, 0704 with as many as a body holds
 *
 * The id is BCD in 6 bytes where it has at most 12 digits; an IMEI becomes the 48-bit number of its
 * first 14 digits where that is no BCD; the other ids of up to 20 digits go in a header of 2019.
 *
 * A fix travels as the 28 bytes of a location and the items 01, 02, 12, 30, 31, 51, 57, E4, E5, EC,
 * EB (supply, battery, removal, ICCID), FF and, for locks, 0B, 63 or D5. It comes back equal within
 * the format: 1e-6 degree, whole metres and degrees, 0.1 km/h, 100 m of odometer, 0.1 l, 0.1 C;
 * signal in bars, HDOP, rest days and what has no alarm bit stay behind.
 *
 * What the server acknowledges and asks for is in answer.c.
 */
#include "protocols/jt808/side.h"

#include <string.h>

#include "base/hex.h"

enum err jt808_side_base(const struct session *s, struct jt808_message *m)
{
    enum { DELIMITER = 0x7e, DIGITS_BCD = 12, DIGITS_IMEI = 15, DIGITS_MAX = 20, VERSION = 1 };
    size_t digits = strspn(s->device_id, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX || s->device_id[digits] != '\0') {
        return ERR_INVALID;
    }
    *m = (struct jt808_message){.delimiter = DELIMITER, .id_len = DIGITS_BCD / 2};
    uint64_t number = 0;
    char text[DIGITS_MAX + 1];
    memset(text, '0', sizeof(text));
    size_t room = digits <= DIGITS_BCD ? DIGITS_BCD : DIGITS_MAX;
    memcpy(text + room - digits, s->device_id, digits);
    for (size_t i = 0; digits == DIGITS_IMEI && i + 1 < digits; i++) {
        number = number * 10 + (uint64_t)(s->device_id[i] - '0');
    }
    if (digits == DIGITS_IMEI) {
        char back[DEVICE_ID_SIZE];
        for (size_t i = 0; i < m->id_len; i++) {
            m->at[i] = (uint8_t)(number >> 8 * (m->id_len - 1U - i));
        }
        jt808_id_text(m, back);
        if (strcmp(back, s->device_id) == 0) {
            return ERR_OK;
        }
    }
    if (digits > DIGITS_BCD) {
        m->attributes = JT808_VERSION;
        m->version = VERSION;
        m->id_len = JT808_ID_2019;
    }
    size_t len = 0;
    return hex_decode((struct bytes){(const uint8_t *)text, room}, m->at, m->id_len, &len);
}

void jt808_side_send(struct jt808_side *side, const struct jt808_message *base, uint16_t id,
                     const struct writer *body, struct writer *out)
{
    struct jt808_message m = *base;
    m.id = id;
    m.serial = side->sent++;
    m.body = writer_bytes(body);
    jt808_write(out, &m);
}

static void write_zeros(struct writer *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        write_u8(w, 0);
    }
}

static void encode_login(const struct session *s, struct jt808_side *side,
                         const struct jt808_message *base, struct writer *out)
{
    enum { AREA_LEN = 2 + 2, MAKER_LEN = 5 + 20 + 7, MAKER_LEN_2019 = 11 + 30 + 30 };
    enum { COLOR_LEN = 1, IMEI_LEN = 15, SOFTWARE_LEN = 20 };
    bool is_2019 = base->id_len == JT808_ID_2019;
    uint8_t at[128];
    struct writer body = writer_init(at, sizeof(at));
    write_zeros(&body, AREA_LEN + (is_2019 ? MAKER_LEN_2019 : MAKER_LEN) + COLOR_LEN);
    jt808_side_send(side, base, JT808_REGISTER, &body, out);
    body = writer_init(at, sizeof(at));
    if (is_2019) {
        write_u8(&body, (uint8_t)strlen(s->device_id));
    }
    write_text(&body, s->device_id);
    write_zeros(&body, is_2019 ? IMEI_LEN + SOFTWARE_LEN : 0);
    jt808_side_send(side, base, JT808_AUTHENTICATE, &body, out);
}

/* ---- a fix ---- */

static bool has(const struct fix *f, enum fix_has member)
{
    return (f->has & (uint32_t)member) != 0;
}

static bool is_set(const struct fix *f, enum fix_flag flag)
{
    return (f->flags & (uint32_t)flag) != 0;
}

static uint32_t status_of(const struct fix *f)
{
    uint32_t status = is_set(f, FIX_IGNITION_ON) ? 1U : 0U;
    status |= is_set(f, FIX_VALID) ? 1U << 1 : 0U;
    status |= f->lat_e7 < 0 ? 1U << 2 : 0U;
    status |= f->lon_e7 < 0 ? 1U << 3 : 0U;
    status |= is_set(f, FIX_CUT_OFF) ? 1U << 10 : 0U;
    status |= is_set(f, FIX_DOOR_OPEN) ? 1U << 16 : 0U;
    return status;
}

/* Degrees * 1e7 to degrees * 1e6 without the sign, rounded. */
static uint32_t angle_wire(int32_t angle_e7)
{
    int64_t magnitude = angle_e7 < 0 ? -(int64_t)angle_e7 : angle_e7;
    return (uint32_t)((magnitude + 5) / 10);
}

static uint16_t altitude_wire(int32_t altitude_dm)
{
    int32_t altitude_m = (altitude_dm + (altitude_dm < 0 ? -5 : 5)) / 10;
    int32_t fitting_m = altitude_m > INT16_MAX   ? INT16_MAX
                        : altitude_m < INT16_MIN ? INT16_MIN
                                                 : altitude_m;
    return (uint16_t)fitting_m;
}

static void write_time(struct writer *w, const struct session *s, const struct fix *f)
{
    if (!has(f, FIX_HAS_TIME)) {
        write_zeros(w, 6);
        return;
    }
    struct civil c = civil_from_s(f->gps_time_s + s->utc_offset_min * INT64_C(60));
    write_bcd(w, (uint64_t)c.year % 100, 1);
    write_bcd(w, (uint64_t)c.month, 1);
    write_bcd(w, (uint64_t)c.day, 1);
    write_bcd(w, (uint64_t)c.hour, 1);
    write_bcd(w, (uint64_t)c.minute, 1);
    write_bcd(w, (uint64_t)c.second, 1);
}

static void write_head(struct writer *w, uint8_t id, uint8_t len)
{
    write_u8(w, id);
    write_u8(w, len);
}

static void write_counters(struct writer *w, const struct fix *f)
{
    enum { FUEL_TENTHS_MAX = 0x7fff, FUEL_WHOLE = 0x8000 };
    if (has(f, FIX_HAS_ODOMETER)) {
        write_head(w, 0x01, 4);
        write_u32be(w, (uint32_t)(f->odometer_m / 100));
    }
    if (has(f, FIX_HAS_FUEL)) {
        uint32_t tenths = f->fuel_ml / 100;
        uint32_t litres = f->fuel_ml / 1000 & FUEL_TENTHS_MAX;
        write_head(w, 0x02, 2);
        write_u16be(w, (uint16_t)(tenths <= FUEL_TENTHS_MAX ? tenths : FUEL_WHOLE | litres));
    }
    if (has(f, FIX_HAS_GSM) && !is_set(f, FIX_GSM_BARS)) {
        write_head(w, 0x30, 1);
        write_u8(w, f->gsm);
    }
    if (has(f, FIX_HAS_SATELLITES)) {
        write_head(w, 0x31, 1);
        write_u8(w, f->satellites);
    }
}

static uint16_t temperature_wire(int temperature_c_e2)
{
    enum { ABSENT = 0xffff, NEGATIVE = 0x8000 };
    if (temperature_c_e2 == FIX_TEMPERATURE_ABSENT) {
        return ABSENT;
    }
    int magnitude = temperature_c_e2 < 0 ? -temperature_c_e2 : temperature_c_e2;
    return (uint16_t)((magnitude + 5) / 10 | (temperature_c_e2 < 0 ? NEGATIVE : 0));
}

static void write_temperatures(struct writer *w, const struct fix *f)
{
    unsigned count = f->temperature_count > 1 ? FIX_TEMPERATURES_MAX : f->temperature_count;
    if (count == 0) {
        return;
    }
    write_head(w, 0x51, (uint8_t)(2 * count));
    for (unsigned i = 0; i < count; i++) {
        const int absent = FIX_TEMPERATURE_ABSENT;
        bool is_there = i < f->temperature_count;
        write_u16be(w, temperature_wire(is_there ? f->temperature_c_e2[i] : absent));
    }
}

/* The alarms that have no bit in the alarm word. */
static void write_alarms(struct writer *w, alarm_set set)
{
    unsigned harsh = (set & ALARM_BIT(HARSH_ACCELERATION)) != 0 ? 1U << 8 : 0U;
    harsh |= (set & ALARM_BIT(HARSH_BRAKING)) != 0 ? 1U << 9 : 0U;
    harsh |= (set & ALARM_BIT(HARSH_CORNERING)) != 0 ? 1U << 10 : 0U;
    if (harsh != 0) {
        write_head(w, 0x57, 8);
        write_u16be(w, (uint16_t)harsh);
        write_zeros(w, 6);
    }
    for (uint8_t direction = 0; direction < 2; direction++) {
        alarm_set fence = direction == 0 ? ALARM_BIT(GEOFENCE_ENTER) : ALARM_BIT(GEOFENCE_LEAVE);
        if ((set & fence) != 0) {
            write_head(w, 0x12, 6);
            write_zeros(w, 5);
            write_u8(w, direction);
        }
    }
}

static void write_switches(struct writer *w, const struct fix *f)
{
    enum { PERCENT_UNKNOWN = 0xff };
    bool has_percent = has(f, FIX_HAS_BATTERY_PERCENT);
    if (has(f, FIX_HAS_CHARGING)) {
        write_head(w, 0xe4, 2);
        write_u8(w, is_set(f, FIX_CHARGING) ? 0 : 1);
        write_u8(w, has_percent ? f->battery_percent : PERCENT_UNKNOWN);
    } else if (has_percent) {
        write_head(w, 0x06, 1);
        write_u8(w, f->battery_percent);
    }
    if (has(f, FIX_HAS_MOTION)) {
        write_head(w, 0xe5, 1);
        write_u8(w, is_set(f, FIX_MOVING) ? 1 : 0);
    }
}

/* One sub-item of EB: its length counts its type. */
static void write_sub_head(struct writer *w, uint16_t type, uint16_t len)
{
    write_u16be(w, (uint16_t)(len + 2));
    write_u16be(w, type);
}

static void write_iccid(struct writer *w, const struct fix *f)
{
    enum { BCD_LEN = 10, DIGITS = 2 * BCD_LEN };
    uint8_t bcd[BCD_LEN];
    char text[DIGITS + 1];
    size_t len = 0;
    memset(text, 'f', sizeof(text));
    memcpy(text, f->iccid, strnlen(f->iccid, sizeof(text)));
    if (hex_decode((struct bytes){(const uint8_t *)text, DIGITS}, bcd, sizeof(bcd), &len) ==
        ERR_OK) {
        write_sub_head(w, 0x00b2, BCD_LEN);
        write_bytes(w, (struct bytes){bcd, len});
    }
}

static void write_eb(struct writer *out, const struct fix *f)
{
    uint8_t at[64];
    struct writer w = writer_init(at, sizeof(at));
    if (has(f, FIX_HAS_POWER)) {
        write_sub_head(&w, 0x002d, 4);
        write_u32be(&w, f->power_mv);
    }
    if (has(f, FIX_HAS_BATTERY) && f->battery_mv <= UINT16_MAX) {
        write_sub_head(&w, 0x002d, 2);
        write_u16be(&w, (uint16_t)f->battery_mv);
    }
    if ((f->alarms & ALARM_BIT(REMOVAL)) != 0) {
        write_sub_head(&w, 0x0089, 4);
        write_u32be(&w, ~(UINT32_C(1) << 12));
    }
    if (has(f, FIX_HAS_ICCID)) {
        write_iccid(&w, f);
    }
    if (w.len > 0) {
        write_head(out, 0xeb, (uint8_t)w.len);
        write_bytes(out, writer_bytes(&w));
    }
}

static void write_radio(struct writer *w, const struct fix *f)
{
    if (has(f, FIX_HAS_CELL) && f->cell.cid <= UINT32_MAX) {
        write_head(w, 0xff, 12);
        write_u16be(w, f->cell.mcc);
        write_u16be(w, f->cell.mnc);
        write_u32be(w, f->cell.lac);
        write_u32be(w, (uint32_t)f->cell.cid);
    }
    if (f->wifi_count > 0) {
        write_head(w, 0xec, (uint8_t)(f->wifi_count * 7));
    }
    for (size_t i = 0; i < f->wifi_count; i++) {
        write_bytes(w, (struct bytes){f->wifi[i].mac, sizeof(f->wifi[i].mac)});
        write_u8(w, (uint8_t)f->wifi[i].rssi_dbm);
    }
}

/* 0B, of `len` bytes: a card or a password that the device keeps to itself, and the result. */
static void write_opening(struct writer *w, uint8_t kind, uint8_t len, uint8_t result)
{
    write_head(w, 0x0b, len);
    write_u8(w, kind);
    write_zeros(w, len - 2U);
    write_u8(w, result);
}

static void write_lock(struct writer *w, const struct fix *f)
{
    enum { CARD_LEN = 6, PASSWORD_LEN = 8, ENTRY_LEN = 13, SEAL_LEN = 11, UNLOCKED = 1 << 5 };
    enum { BY_PASSWORD = 0x03, BY_CARD = 0x22, OPENED = 100, REFUSED = 0xff };
    switch ((enum fix_lock)f->lock) {
    case FIX_LOCK_UNLOCKED_BY_CARD:
        write_opening(w, BY_CARD, CARD_LEN, OPENED);
        break;
    case FIX_LOCK_UNLOCKED_BY_PASSWORD:
        write_opening(w, BY_PASSWORD, PASSWORD_LEN, OPENED);
        break;
    case FIX_LOCK_UNLOCK_REFUSED:
        write_opening(w, BY_PASSWORD, PASSWORD_LEN, REFUSED);
        break;
    case FIX_LOCK_ON:
    case FIX_LOCK_OFF:
        write_head(w, 0xd5, 1 + ENTRY_LEN);
        write_u8(w, 1);
        write_zeros(w, ENTRY_LEN - 2);
        write_u16be(w, f->lock == FIX_LOCK_OFF ? UNLOCKED : 0);
        break;
    case FIX_LOCK_SEALED:
    case FIX_LOCK_UNSEALED:
        write_head(w, 0x63, SEAL_LEN);
        write_zeros(w, 8);
        write_u8(w, f->lock == FIX_LOCK_SEALED ? '1' : '0');
        write_zeros(w, 2);
        break;
    default:
        break; /* no item says it */
    }
}

void jt808_side_location(struct writer *w, const struct session *s, const struct fix *f,
                         uint32_t status_bits)
{
    write_u32be(w, alarm_table_word(&jt808_alarms, f->alarms));
    write_u32be(w, status_of(f) | status_bits);
    write_u32be(w, angle_wire(f->lat_e7));
    write_u32be(w, angle_wire(f->lon_e7));
    write_u16be(w, altitude_wire(f->altitude_dm));
    write_u16be(w, (uint16_t)((f->speed_kmh_e2 + 5) / 10));
    write_u16be(w, (uint16_t)((f->course_cdeg + 50) / 100 % 360));
    write_time(w, s, f);
    write_counters(w, f);
    write_temperatures(w, f);
    write_alarms(w, f->alarms);
    write_switches(w, f);
    write_eb(w, f);
    write_radio(w, f);
    write_lock(w, f);
}

/* Whether the two-digit year of the format can say when the fix was taken. */
static bool time_fits(const struct session *s, const struct fix *f)
{
    const int64_t first_s = 946684800;         /* 2000-01-01T00:00:00Z */
    const int64_t end_s = INT64_C(4102444800); /* 2100-01-01T00:00:00Z */
    int64_t local_s = f->gps_time_s + s->utc_offset_min * INT64_C(60);
    return !has(f, FIX_HAS_TIME) || (local_s >= first_s && local_s < end_s);
}

/*
 * Writes one 0704 with the first of `fixes`, either all late or none of them late. Answers how many
 * went in.
 */
static size_t encode_batch(const struct session *s, struct jt808_side *side,
                           const struct jt808_message *base, const struct encode_request *what,
                           struct writer *out)
{
    enum { COUNT_LEN = 2, KIND_AT = COUNT_LEN, LEN_LEN = 2 };
    uint8_t at[JT808_BODY_MAX];
    struct writer body = writer_init(at, sizeof(at));
    bool is_late = is_set(&what->fixes[0], FIX_REUPLOAD);
    write_zeros(&body, COUNT_LEN);
    write_u8(&body, is_late ? 1 : 0);
    size_t n = 0;
    for (; n < what->count && is_set(&what->fixes[n], FIX_REUPLOAD) == is_late; n++) {
        uint8_t one_at[JT808_LOCATION_MAX];
        struct writer one = writer_init(one_at, sizeof(one_at));
        jt808_side_location(&one, s, &what->fixes[n], 0);
        if (body.len + LEN_LEN + one.len > sizeof(at)) {
            break;
        }
        write_u16be(&body, (uint16_t)one.len);
        write_bytes(&body, writer_bytes(&one));
    }
    struct writer count = writer_init(at, COUNT_LEN);
    write_u16be(&count, (uint16_t)n);
    jt808_side_send(side, base, JT808_LOCATION_BATCH, &body, out);
    return n;
}

static enum err encode_fixes(const struct session *s, struct jt808_side *side,
                             const struct jt808_message *base, const struct encode_request *what,
                             struct writer *out)
{
    for (size_t i = 0; i < what->count; i++) {
        if (!time_fits(s, &what->fixes[i])) {
            return ERR_INVALID;
        }
    }
    if (what->count == 1 && !is_set(&what->fixes[0], FIX_REUPLOAD)) {
        uint8_t at[JT808_LOCATION_MAX];
        struct writer body = writer_init(at, sizeof(at));
        jt808_side_location(&body, s, &what->fixes[0], 0);
        jt808_side_send(side, base, JT808_LOCATION, &body, out);
        return ERR_OK;
    }
    for (size_t done = 0; done < what->count;) {
        struct encode_request rest = {ENCODE_FIXES, what->fixes + done, what->count - done};
        done += encode_batch(s, side, base, &rest, out);
    }
    return ERR_OK;
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    struct jt808_side side;
    struct jt808_message base;
    struct writer empty = {0};
    memcpy(&side, s->own, sizeof(side));
    enum err e = jt808_side_base(s, &base);
    if (e != ERR_OK) {
        return e;
    }
    switch (what->kind) {
    case ENCODE_LOGIN:
        encode_login(s, &side, &base, out);
        break;
    case ENCODE_HEARTBEAT:
        jt808_side_send(&side, &base, JT808_HEARTBEAT, &empty, out);
        break;
    case ENCODE_FIXES:
        e = encode_fixes(s, &side, &base, what, out);
        break;
    }
    if (e == ERR_OK && !writer_ok(out)) {
        e = ERR_TOO_LONG;
    }
    if (e == ERR_OK) {
        memcpy(s->own, &side, sizeof(side));
    }
    return e;
}

const struct protocol_device jt808_device = {
    .first_id = "013800000001",
    .encode = encode,
    .read_ack = jt808_read_ack,
    .answer = jt808_answer,
};
