/*
 * The device's side of Teltonika, for the simulator and the tests.
 *
 *     login      00 0f and the IMEI
 *     heartbeat  none that is answered: the login again, which is legal
 *     fixes      one frame of codec 8
 *     a command  of codec 12: answered by what the device says to its text, which the server does
 *                not acknowledge
 *
 * A fix comes back equal within the format: whole km/h, degrees and metres; what the frame does not
 * hold stays behind.
 */
#include <string.h>

#include "base/crc.h"
#include "protocols/device_side.h"
#include "protocols/teltonika/teltonika.h"

enum { IMEI_LEN = 15, IO_ODOMETER = 16, IO_POWER = 66, IO_IGNITION = 239, IO_SOS = 236 };

static void write_io_u8(struct writer *w, uint8_t id, bool on)
{
    write_u8(w, id);
    write_u8(w, on ? 1 : 0);
}

/* An element where there is one, in a group of its own. */
static void write_group(struct writer *w, bool is_there, uint8_t id, size_t width, uint64_t number)
{
    enum { BYTE_BITS = 8 };
    write_u8(w, is_there ? 1 : 0);
    if (is_there) {
        write_u8(w, id);
    }
    for (size_t i = is_there ? width : 0; i > 0; i--) {
        write_u8(w, (uint8_t)(number >> (i - 1) * BYTE_BITS));
    }
}

static void write_place(struct writer *w, const struct fix *f)
{
    bool is_valid = (f->flags & FIX_VALID) != 0;
    write_u32be(w, (uint32_t)f->lon_e7);
    write_u32be(w, (uint32_t)f->lat_e7);
    write_u16be(w, (uint16_t)(f->altitude_dm / 10));
    write_u16be(w, (uint16_t)((f->course_cdeg + 50U) / 100 % 360));
    write_u8(w, is_valid && f->satellites == 0 ? 1 : f->satellites);
    write_u16be(w, (uint16_t)((f->speed_kmh_e2 + 50) / 100));
}

static void write_record(struct writer *w, const struct fix *f)
{
    const uint64_t ms = 1000;
    bool has_odometer = (f->has & FIX_HAS_ODOMETER) != 0 && f->odometer_m <= UINT32_MAX;
    bool has_power = (f->has & FIX_HAS_POWER) != 0 && f->power_mv <= UINT16_MAX;
    unsigned ignition = (f->has & FIX_HAS_IGNITION) != 0 ? 1 : 0;
    unsigned sos = (f->alarms & ALARM_BIT(SOS)) != 0 ? 1 : 0;
    write_u64be(w, (uint64_t)f->gps_time_s * ms);
    write_u8(w, (uint8_t)sos);
    write_place(w, f);
    write_u8(w, (uint8_t)(sos * IO_SOS));
    write_u8(w, (uint8_t)(ignition + sos + (has_power ? 1U : 0U) + (has_odometer ? 1U : 0U)));
    write_u8(w, (uint8_t)(ignition + sos));
    if (ignition > 0) {
        write_io_u8(w, IO_IGNITION, (f->flags & FIX_IGNITION_ON) != 0);
    }
    if (sos > 0) {
        write_io_u8(w, IO_SOS, true);
    }
    write_group(w, has_power, IO_POWER, sizeof(uint16_t), f->power_mv);
    write_group(w, has_odometer, IO_ODOMETER, sizeof(uint32_t), f->odometer_m);
    write_u8(w, 0);
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    struct bytes imei = bytes_of_text(s->device_id);
    if (imei.len != IMEI_LEN || what->count > UINT8_MAX) {
        return ERR_INVALID;
    }
    if (what->kind != ENCODE_FIXES) {
        write_u16be(out, IMEI_LEN);
        write_bytes(out, imei);
        return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
    }
    size_t from = teltonika_begin(out);
    write_u8(out, TELTONIKA_8);
    write_u8(out, (uint8_t)what->count);
    for (size_t i = 0; i < what->count; i++) {
        if (what->fixes[i].gps_time_s < 0) {
            return ERR_INVALID;
        }
        write_record(out, &what->fixes[i]);
    }
    write_u8(out, (uint8_t)what->count);
    teltonika_end(out, from);
    return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
}

enum {
    COUNT_LEN = 4,
    TYPE_COMMAND = 5,
    TYPE_ANSWER = 6,
    COMMAND_BODY_MIN = 1 + 1 + 1 + 4 + 1 + 1 /* with a text of one character */
};

/*
 * Four zeros are the answer to a frame of which nothing was taken, or begin a command, which goes
 * on with its length and codec 12; an answer is no such length, unless it is to more records than a
 * short command has bytes. ERR_OK, *len = 0: no command. ERR_MORE: cannot tell yet.
 */
static enum err command_len(struct bytes in, size_t *len)
{
    struct reader r = reader_init(in);
    *len = 0;
    read_skip(&r, COUNT_LEN);
    size_t body = read_u32be(&r);
    if (!reader_ok(&r)) {
        return ERR_MORE;
    }
    if (body < COMMAND_BODY_MIN || body > PROTOCOL_COMMAND_MAX) {
        return ERR_OK;
    }
    if (reader_left(&r) == 0) {
        return ERR_MORE;
    }
    size_t whole = TELTONIKA_PREAMBLE_LEN + body + TELTONIKA_CRC_LEN;
    bool is_command = read_u8(&r) == TELTONIKA_12;
    if (is_command && in.len < whole) {
        return ERR_MORE;
    }
    *len = is_command ? whole : 0;
    return ERR_OK;
}

/* 01 for a login; four bytes, of which the first is 0, for a frame; else a command. */
static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    enum { TAKEN = 1 };
    (void)s;
    if (in.len == 0) {
        return ERR_MORE;
    }
    if (in.at[0] == TAKEN) {
        *used = 1;
        *acknowledged = 1;
        return ERR_OK;
    }
    if (in.at[0] != 0) {
        return ERR_MALFORMED;
    }
    if (in.len < COUNT_LEN) {
        return ERR_MORE;
    }
    struct reader r = reader_init(in);
    size_t len = 0;
    *acknowledged = read_u32be(&r) > 0 ? 1 : 0;
    enum err e = *acknowledged > 0 ? ERR_OK : command_len(in, &len);
    *used = len > 0 ? len : COUNT_LEN;
    return e;
}

static void answer(struct session *s, struct bytes in, const struct fix *last, struct writer *out)
{
    char said[DEVICE_SAID_SIZE];
    size_t len = 0;
    if (command_len(in, &len) != ERR_OK || len == 0) {
        return;
    }
    struct bytes body =
        bytes_slice(in, TELTONIKA_PREAMBLE_LEN, len - TELTONIKA_PREAMBLE_LEN - TELTONIKA_CRC_LEN);
    struct reader end = reader_init(bytes_slice(in, len - TELTONIKA_CRC_LEN, TELTONIKA_CRC_LEN));
    struct reader r = reader_init(body);
    read_skip(&r, 2);
    bool is_command = read_u8(&r) == TYPE_COMMAND;
    struct bytes text = read_bytes(&r, read_u32be(&r));
    if (!reader_ok(&r) || !is_command || read_u32be(&end) != crc16_arc(body)) {
        return;
    }
    device_say(text, s, last, said);
    size_t from = teltonika_begin(out);
    write_u8(out, TELTONIKA_12);
    write_u8(out, 1);
    write_u8(out, TYPE_ANSWER);
    write_u32be(out, (uint32_t)strlen(said));
    write_text(out, said);
    write_u8(out, 1);
    teltonika_end(out, from);
}

const struct protocol_device teltonika_device = {
    .first_id = "350000000000006",
    .encode = encode,
    .read_ack = read_ack,
    .answer = answer,
};
