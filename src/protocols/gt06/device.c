/*
 * The device's side of GT06, for the simulator and the tests.
 *
 *     login      01: IMEI, model 0000, the zone of the session
 *     heartbeat  13: status (bit 1 ACC as the last fix told that was not late, bit 2 charging),
 *                battery level 6,
 *                signal 4, alarm 0, language 2
 *     a fix      12: time, GPS, a plain cell, the odometer if known
 *                22: the same with ACC, reason, sent late before the odometer: fixes that tell the
 *                    ignition
 *                16: time, GPS, a cell, status, battery, signal, alarm, language: fixes that carry
 *                    an alarm which has a code
 *
 * The server answers 01, 13 and 16 with their serial. As a connection keeps the order, an answer
 * covers every frame up to that serial, the unanswered locations too; so two serials are all that
 * needs remembering of them.
 *
 * A command (80) is answered by 15 with its flag and what the device says to its text. The server
 * returns the serial of that too, but no fix waits for it: `quiet` keeps it out of the count.
 *
 * A fix comes back equal within the format: whole km/h and degrees, 1/1800000 degree, at most 15
 * satellites; a cell of 4G and whatever the three types do not hold stay behind.
 */
#include "protocols/gt06/gt06.h"

#include <string.h>

#include "base/clock.h"
#include "protocols/device_side.h"

enum { TYPE_LOGIN = 0x01, TYPE_LOCATION = 0x12, TYPE_HEARTBEAT = 0x13, TYPE_ALARM = 0x16 };
enum { TYPE_COMMAND_ANSWER = 0x15, TYPE_COMMAND = 0x80 };
enum { TYPE_LOCATION_ACC = 0x22, STATUS_ACC = 0x02, STATUS_CHARGING = 0x04, LANGUAGE_ENGLISH = 2 };

/* What a simulated device remembers; kept in struct session. */
struct device_side {
    uint16_t sent;             /* frames encoded; the serial of the last */
    uint16_t answered;         /* the serial up to which they are acknowledged */
    bool ignition_on;          /* as the last fix told */
    struct device_quiet quiet; /* the serials between them of answers to commands */
};
_Static_assert(sizeof(struct device_side) <= PROTOCOL_SESSION_BYTES, "the session has room");

/* Writes a frame with the next serial. */
static void send_frame(struct device_side *side, struct writer *out, uint8_t type,
                       const struct writer *content)
{
    gt06_write_frame(out, false, type, writer_bytes(content), ++side->sent);
}

static enum err encode_login(const struct session *s, struct device_side *side, struct writer *out)
{
    enum { IMEI_DIGITS_MAX = 15, WEST = 1 << 3 };
    uint64_t imei = 0;
    struct bytes id = bytes_of_text(s->device_id);
    if (id.len > IMEI_DIGITS_MAX || !parse_u64(id, &imei)) {
        return ERR_INVALID;
    }
    unsigned minutes = (unsigned)(s->utc_offset_min < 0 ? -s->utc_offset_min : s->utc_offset_min);
    unsigned zone = (minutes / 60 * 100 + minutes % 60) << 4 | (s->utc_offset_min < 0 ? WEST : 0U);
    uint8_t at[12];
    struct writer content = writer_init(at, sizeof(at));
    write_bcd(&content, imei, 8);
    write_u16be(&content, 0); /* model */
    write_u16be(&content, (uint16_t)zone);
    send_frame(side, out, TYPE_LOGIN, &content);
    return ERR_OK;
}

static void encode_heartbeat(struct device_side *side, struct writer *out)
{
    uint8_t at[5];
    struct writer content = writer_init(at, sizeof(at));
    write_u8(&content, STATUS_CHARGING | (side->ignition_on ? STATUS_ACC : 0));
    write_u8(&content, 6);
    write_u8(&content, 4);
    write_u8(&content, 0);
    write_u8(&content, LANGUAGE_ENGLISH);
    send_frame(side, out, TYPE_HEARTBEAT, &content);
}

/* Degrees * 1e7 without their sign to degrees * 1800000, rounded. */
static uint32_t angle_wire(int32_t angle_e7)
{
    uint64_t magnitude = (uint64_t)(angle_e7 < 0 ? -(int64_t)angle_e7 : angle_e7);
    return (uint32_t)((magnitude * 18 + 50) / 100);
}

static uint16_t flags_of(const struct fix *f)
{
    enum { NORTH = 1 << 10, WEST = 1 << 11, VALID = 1 << 12, ACC_TOLD = 1 << 14, ACC = 1 << 15 };
    unsigned flags = (f->course_cdeg + 50U) / 100 % 360;
    flags |= f->lat_e7 >= 0 ? NORTH : 0;
    flags |= f->lon_e7 < 0 ? WEST : 0;
    flags |= (f->flags & FIX_VALID) != 0 ? VALID : 0;
    flags |= (f->has & FIX_HAS_IGNITION) != 0 ? ACC_TOLD : 0;
    flags |= (f->flags & FIX_IGNITION_ON) != 0 ? ACC : 0;
    return (uint16_t)flags;
}

/* Time and GPS; the year must be one of 2000 to 2255. */
static void write_gps(struct writer *w, const struct session *s, const struct fix *f)
{
    enum { BLOCK_LEN = 12, SATELLITES_MAX = 15, SPEED_MAX_KMH = 255 };
    uint32_t speed_kmh = (f->speed_kmh_e2 + 50) / 100;
    unsigned satellites = f->satellites > SATELLITES_MAX ? SATELLITES_MAX : f->satellites;
    gt06_write_time(w, f->gps_time_s + s->utc_offset_min * INT64_C(60));
    write_u8(w, (uint8_t)(BLOCK_LEN << 4 | satellites));
    write_u32be(w, angle_wire(f->lat_e7));
    write_u32be(w, angle_wire(f->lon_e7));
    write_u8(w, (uint8_t)(speed_kmh > SPEED_MAX_KMH ? SPEED_MAX_KMH : speed_kmh));
    write_u16be(w, flags_of(f));
}

/* The cell, or zeros where there is none or it does not fit. */
static void write_cell(struct writer *w, const struct fix *f)
{
    enum { MCC_MAX = 0x7fff, CID_MAX = 0xffffff };
    const struct cell *c = &f->cell;
    bool fits =
        c->mcc <= MCC_MAX && c->mnc <= UINT8_MAX && c->lac <= UINT16_MAX && c->cid <= CID_MAX;
    write_u16be(w, fits ? c->mcc : 0);
    write_u8(w, (uint8_t)(fits ? c->mnc : 0));
    write_u16be(w, (uint16_t)(fits ? c->lac : 0));
    write_u8(w, (uint8_t)(fits ? c->cid >> 16 : 0));
    write_u16be(w, (uint16_t)(fits ? c->cid : 0));
}

/* The five bytes of a status, with what the fix knows. */
static void write_status(struct writer *w, const struct fix *f, uint8_t alarm)
{
    enum { CUT_OFF = 0x80, LEVEL_MAX = 6, BARS_MAX = 4, CSQ_MAX = 31 };
    unsigned status = (f->flags & FIX_IGNITION_ON) != 0 ? STATUS_ACC : 0;
    status |=
        (f->has & FIX_HAS_CHARGING) == 0 || (f->flags & FIX_CHARGING) != 0 ? STATUS_CHARGING : 0U;
    status |= (f->flags & FIX_CUT_OFF) != 0 ? CUT_OFF : 0;
    bool has_percent = (f->has & FIX_HAS_BATTERY_PERCENT) != 0 && f->battery_percent > LEVEL_MAX;
    bool has_csq = (f->has & FIX_HAS_GSM) != 0;
    write_u8(w, (uint8_t)status);
    write_u8(w, has_percent ? f->battery_percent : LEVEL_MAX);
    write_u8(w, has_csq ? f->gsm : BARS_MAX);
    write_u8(w, alarm);
    write_u8(w, LANGUAGE_ENGLISH);
}

static void encode_fix(const struct session *s, struct device_side *side, const struct fix *f,
                       struct writer *out)
{
    enum { CELL_LEN = 9 };
    uint8_t at[48];
    struct writer content = writer_init(at, sizeof(at));
    uint8_t alarm = gt06_alarm_code(f->alarms);
    uint8_t type = (f->has & FIX_HAS_IGNITION) != 0 ? TYPE_LOCATION_ACC : TYPE_LOCATION;

    write_gps(&content, s, f);
    if (alarm != 0) {
        type = TYPE_ALARM;
        write_u8(&content, CELL_LEN);
    }
    write_cell(&content, f);
    if (type == TYPE_ALARM) {
        write_status(&content, f, alarm);
    } else if (type == TYPE_LOCATION_ACC) {
        write_u8(&content, (f->flags & FIX_IGNITION_ON) != 0 ? 1 : 0);
        write_u8(&content, 0); /* reason: at intervals */
        write_u8(&content, (f->flags & FIX_REUPLOAD) != 0 ? 1 : 0);
    }
    if ((f->has & FIX_HAS_ODOMETER) != 0) {
        write_u32be(&content, f->odometer_m > UINT32_MAX ? UINT32_MAX : (uint32_t)f->odometer_m);
    }
    if ((f->has & FIX_HAS_IGNITION) != 0 && (f->flags & FIX_REUPLOAD) == 0) {
        side->ignition_on = (f->flags & FIX_IGNITION_ON) != 0;
    }
    send_frame(side, out, type, &content);
}

/* Whether the two-digit year of the format can say when the fix was taken. */
static bool time_fits(const struct session *s, const struct fix *f)
{
    const int64_t first_s = 946684800;         /* 2000-01-01T00:00:00Z */
    const int64_t end_s = INT64_C(9025257600); /* 2256-01-01T00:00:00Z, 256 years later */
    int64_t local_s = f->gps_time_s + s->utc_offset_min * INT64_C(60);
    return local_s >= first_s && local_s < end_s;
}

/* One frame for each fix. ERR_INVALID at the first fix whose time the format cannot say. */
static enum err encode_fixes(const struct session *s, struct device_side *side,
                             const struct encode_request *what, struct writer *out)
{
    for (size_t i = 0; i < what->count; i++) {
        if (!time_fits(s, &what->fixes[i])) {
            return ERR_INVALID;
        }
        encode_fix(s, side, &what->fixes[i], out);
    }
    return ERR_OK;
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    struct device_side side;
    memcpy(&side, s->own, sizeof(side));
    enum err e = ERR_OK;
    switch (what->kind) {
    case ENCODE_LOGIN:
        e = encode_login(s, &side, out);
        break;
    case ENCODE_HEARTBEAT:
        encode_heartbeat(&side, out);
        break;
    case ENCODE_FIXES:
        e = encode_fixes(s, &side, what, out);
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

/* Moves `answered` on over the quiet serials behind it. */
static void settle(struct device_side *side)
{
    while (side->answered != side->sent &&
           device_quiet_take(&side->quiet, (uint16_t)(side->answered + 1), 1) > 0) {
        side->answered++;
    }
}

static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    struct bytes bytes = {0};
    struct gt06_frame f = {0};
    enum err e = gt06_split(in, &bytes, used);
    if (e != ERR_OK) {
        return e;
    }
    e = gt06_frame_parse(bytes, &f);
    if (e != ERR_OK) {
        return e;
    }
    struct device_side side;
    memcpy(&side, s->own, sizeof(side));
    uint16_t covered = (uint16_t)(f.serial - side.answered);
    bool is_answer = !f.is_long && f.content.len == 0 &&
                     (f.type == TYPE_LOGIN || f.type == TYPE_HEARTBEAT || f.type == TYPE_ALARM);
    *acknowledged = 0;
    if (is_answer && covered <= (uint16_t)(side.sent - side.answered)) {
        uint16_t first = (uint16_t)(side.answered + 1);
        *acknowledged = covered - device_quiet_take(&side.quiet, first, covered);
        side.answered = f.serial;
        settle(&side);
        memcpy(s->own, &side, sizeof(side));
    }
    return ERR_OK;
}

/* Whether `in` is a command; then its flag and its text are in *flag and *text. */
static bool read_command(struct bytes in, uint32_t *flag, struct bytes *text)
{
    enum { FLAG_LEN = 4 };
    struct bytes bytes = {0};
    struct gt06_frame f = {0};
    size_t used = 0;
    if (gt06_split(in, &bytes, &used) != ERR_OK || gt06_frame_parse(bytes, &f) != ERR_OK ||
        f.is_long || f.is_bare || f.type != TYPE_COMMAND) {
        return false;
    }
    struct reader r = reader_init(f.content);
    size_t len = read_u8(&r);
    *flag = read_u32be(&r);
    *text = read_bytes(&r, len > FLAG_LEN ? len - FLAG_LEN : SIZE_MAX);
    return reader_ok(&r);
}

static void answer(struct session *s, struct bytes in, const struct fix *last, struct writer *out)
{
    enum { FRONT_LEN = 1 + 4, LANGUAGE_LEN = 2 };
    uint8_t at[FRONT_LEN + DEVICE_SAID_SIZE + LANGUAGE_LEN];
    char said[DEVICE_SAID_SIZE];
    struct writer content = writer_init(at, sizeof(at));
    uint32_t flag = 0;
    struct bytes text = {0};
    struct device_side side;
    if (!read_command(in, &flag, &text)) {
        return;
    }
    memcpy(&side, s->own, sizeof(side));
    device_say(text, s, last, said);
    write_u8(&content, (uint8_t)(sizeof(flag) + strlen(said)));
    write_u32be(&content, flag);
    write_text(&content, said);
    write_u16be(&content, LANGUAGE_ENGLISH);
    send_frame(&side, out, TYPE_COMMAND_ANSWER, &content);
    if (!device_quiet_add(&side.quiet, side.sent)) {
        out->failed = true; /* too many are on their way */
    }
    settle(&side);
    if (writer_ok(out)) {
        memcpy(s->own, &side, sizeof(side));
    }
}

const struct protocol_device gt06_device = {
    .first_id = "860000000000001",
    .encode = encode,
    .read_ack = read_ack,
    .answer = answer,
};
