/*
 * The device's side of JT600, a JT701D, for the simulator and the tests.
 *
 *     login      nothing: every frame names its device
 *     heartbeat  "(ID,P22,2)", which asks for the time
 *     a fix      a long binary frame of version 19
 *
 * The server answers each with a frame, in order. A fix comes back equal within the format: whole
 * knots and two degrees, 1/10000 minute, whole kilometres; what the frame does not hold stays
 * behind.
 */
#include "protocols/jt600/jt600.h"

#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/units.h"

enum { RECORD_LEN = 52, KIND_LIVE = 1, KIND_FROM_MEMORY = 3 };

/* What a simulated device remembers; kept in struct session. */
struct device_side {
    uint8_t serial; /* of the next binary frame */
};

static enum err read_id(const struct session *s, uint8_t id[JT600_ID_LEN])
{
    size_t len = 0;
    struct bytes text = bytes_of_text(s->device_id);
    uint64_t number = 0;
    if (text.len != JT600_ID_DIGITS || !parse_u64(text, &number) ||
        hex_decode(text, id, JT600_ID_LEN, &len) != ERR_OK) {
        return ERR_INVALID;
    }
    return ERR_OK;
}

/* Degrees * 1e7 without their sign as ddmm.mmmm times 10^4, rounded. */
static uint64_t ddmm_e4(int32_t angle_e7)
{
    enum { DEGREE_MINUTES_E4 = 600000, DEGREE_DDMM_E4 = 1000000 };
    uint64_t magnitude_e7 = (uint64_t)(angle_e7 < 0 ? -(int64_t)angle_e7 : angle_e7);
    uint64_t minutes_e4 = (magnitude_e7 * 6 + 50) / 100;
    return minutes_e4 / DEGREE_MINUTES_E4 * DEGREE_DDMM_E4 + minutes_e4 % DEGREE_MINUTES_E4;
}

static void write_location(struct writer *w, const struct fix *f)
{
    enum { VALID = 1, NORTH = 2, EAST = 4, ALWAYS = 8, COURSE_CDEG = 200 };
    struct civil c = civil_from_s(f->gps_time_s);
    write_bcd(w, (uint64_t)c.day, 1);
    write_bcd(w, (uint64_t)c.month, 1);
    write_bcd(w, (uint64_t)(c.year % 100), 1);
    write_bcd(w, (uint64_t)c.hour, 1);
    write_bcd(w, (uint64_t)c.minute, 1);
    write_bcd(w, (uint64_t)c.second, 1);
    write_bcd(w, ddmm_e4(f->lat_e7), 4);
    uint64_t lon_e4 = ddmm_e4(f->lon_e7);
    write_bcd(w, lon_e4 / 10, 4);
    unsigned flags = ALWAYS | ((f->flags & FIX_VALID) != 0 ? VALID : 0U);
    flags |= f->lat_e7 >= 0 ? NORTH : 0U;
    flags |= f->lon_e7 >= 0 ? EAST : 0U;
    write_u8(w, (uint8_t)(lon_e4 % 10 << 4 | flags));
    uint64_t knots = (units_knots_e7_from_kmh_e2(f->speed_kmh_e2) + 5000000) / 10000000;
    write_u8(w, (uint8_t)(knots > UINT8_MAX ? UINT8_MAX : knots));
    write_u8(w, (uint8_t)((f->course_cdeg + COURSE_CDEG / 2U) / COURSE_CDEG % 180));
}

static uint16_t status_of(const struct fix *f)
{
    enum { CELLS = 1 << 0, CUT = 1 << 3, VIBRATION = 1 << 4, ASKS = 1 << 5, ROPE_IN = 1 << 6 };
    enum { LOCKED = 1 << 7, LOW_BATTERY = 1 << 11, COVER_OPEN = 1 << 12 };
    bool is_locked = f->lock == FIX_LOCK_LOCKED_IN || f->lock == FIX_LOCK_LOCKED_OUT;
    bool is_in = f->lock == FIX_LOCK_LOCKED_IN || f->lock == FIX_LOCK_UNLOCKED_IN;
    unsigned status = ASKS | (is_locked ? LOCKED : 0U) | (is_in ? ROPE_IN : 0U);
    status |= f->lock == FIX_LOCK_CUT ? CUT : 0U;
    status |= f->source != FIX_GPS ? CELLS : 0U;
    status |= (f->alarms & ALARM_BIT(VIBRATION)) != 0 ? VIBRATION : 0U;
    status |= (f->alarms & ALARM_BIT(LOW_BATTERY)) != 0 ? LOW_BATTERY : 0U;
    status |= (f->alarms & ALARM_BIT(COVER_OPEN)) != 0 ? COVER_OPEN : 0U;
    return (uint16_t)status;
}

static void encode_fix(const uint8_t id[JT600_ID_LEN], uint8_t serial, const struct fix *f,
                       struct writer *out)
{
    enum { DEVICE_TYPE = 1, GSM_NONE = 99, CHARGING = 0xff, CAUSE_TIMER = 1, RESERVED = 9 };
    const uint64_t km_m = 1000;
    static const uint8_t reserved[RESERVED] = {0, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f};
    unsigned kind = (f->flags & FIX_REUPLOAD) != 0 ? KIND_FROM_MEMORY : KIND_LIVE;
    write_u8(out, '$');
    write_bytes(out, (struct bytes){id, JT600_ID_LEN});
    write_u8(out, JT600_P69_VERSION);
    write_u8(out, (uint8_t)(DEVICE_TYPE << 4 | kind));
    write_u16be(out, RECORD_LEN);
    write_location(out, f);
    write_u32be(out, units_u32_saturated(f->odometer_m / km_m));
    write_u8(out, f->satellites);
    write_u32be(out, 0);
    write_u16be(out, status_of(f));
    write_u8(out, (f->flags & FIX_CHARGING) != 0 ? CHARGING : f->battery_percent);
    write_u16be(out, (uint16_t)f->cell.cid);
    write_u16be(out, (uint16_t)f->cell.lac);
    write_u8(out, (f->has & FIX_HAS_GSM) != 0 ? f->gsm : GSM_NONE);
    write_u8(out, 0); /* no fence */
    write_u8(out, CAUSE_TIMER);
    write_u8(out, (uint8_t)(f->cell.mnc >> 8));
    write_bytes(out, (struct bytes){reserved, sizeof(reserved)});
    write_u16be(out, (uint16_t)(f->cell.cid >> 16));
    write_u16be(out, f->cell.mcc);
    write_u8(out, (uint8_t)f->cell.mnc);
    write_u8(out, serial);
}

static bool time_fits(int64_t time_s)
{
    const int64_t first_s = 946684800;         /* 2000-01-01T00:00:00Z */
    const int64_t end_s = INT64_C(4102444800); /* 2100-01-01T00:00:00Z */
    return time_s >= first_s && time_s < end_s;
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    struct device_side side;
    uint8_t id[JT600_ID_LEN];
    memcpy(&side, s->own, sizeof(side));
    enum err e = read_id(s, id);
    if (e == ERR_OK && what->kind == ENCODE_HEARTBEAT) {
        write_text(out, "(");
        write_text(out, s->device_id);
        write_text(out, ",P22,2)");
    }
    size_t count = what->kind == ENCODE_FIXES ? what->count : 0;
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        e = time_fits(what->fixes[i].gps_time_s) ? ERR_OK : ERR_INVALID;
        if (e == ERR_OK) {
            encode_fix(id, side.serial++, &what->fixes[i], out);
        }
    }
    if (e == ERR_OK && !writer_ok(out)) {
        e = ERR_TOO_LONG;
    }
    if (e == ERR_OK) {
        memcpy(s->own, &side, sizeof(side));
    }
    return e;
}

static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    (void)s;
    enum { ACK_MAX = 256 };
    if (in.len > 0 && in.at[0] != '(') {
        return ERR_MALFORMED;
    }
    struct bytes front = bytes_slice(in, 0, ACK_MAX);
    size_t end = bytes_find(front, ')');
    if (end == front.len) {
        return front.len == ACK_MAX ? ERR_TOO_LONG : ERR_MORE;
    }
    *used = end + 1;
    *acknowledged = bytes_begin(in, "(P69,0,") || bytes_begin(in, "(P22,") ? 1 : 0;
    return ERR_OK;
}

const struct protocol_device jt600_device = {
    .first_id = "8000000001",
    .encode = encode,
    .read_ack = read_ack,
};
