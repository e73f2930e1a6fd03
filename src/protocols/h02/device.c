/*
 * The device's side of H02, for the simulator and the tests.
 *
 *     login      none
 *     heartbeat  HTBT with the battery, which is answered
 *     fixes      a V1 each, which is answered
 *
 * A fix comes back equal within the format: hundredths of knots and degrees, 1e-5 minutes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "protocols/h02/h02.h"
#include "protocols/words.h"

enum { SENTENCE_SIZE = 320 };

/* The status: all set but what happens. Bit 10 is the engine. */
static uint32_t status_of(const struct fix *f)
{
    enum { SOS = 1 << 1, OVERSPEED = 1 << 2, ENGINE_ON = 1 << 10, ON_BATTERY = 1 << 19 };
    uint32_t off = (f->flags & FIX_IGNITION_ON) != 0 ? 0 : ENGINE_ON;
    off |= (f->alarms & ALARM_BIT(SOS)) != 0 ? SOS : 0;
    off |= (f->alarms & ALARM_BIT(OVERSPEED)) != 0 ? OVERSPEED : 0;
    off |= (f->alarms & ALARM_BIT(POWER_OFF)) != 0 ? ON_BATTERY : 0;
    return ~off;
}

static void write_fix(const struct session *s, const struct fix *f, struct writer *out)
{
    enum { E2 = 100 };
    char lat[WORD_ANGLE_SIZE];
    char lon[WORD_ANGLE_SIZE];
    char text[SENTENCE_SIZE];
    struct civil c = civil_from_s(f->gps_time_s);
    uint64_t knots_e2 = (units_knots_e7_from_kmh_e2(f->speed_kmh_e2) + 50000) / 100000;
    word_print_angle(lat, f->lat_e7, 2);
    word_print_angle(lon, f->lon_e7, 3);
    (void)snprintf(text, sizeof(text),
                   "*HQ,%s,V1,%02d%02d%02d,%c,%s,%c,%s,%c,%" PRIu64 ".%02" PRIu64
                   ",%u.%02u,%02d%02d%02d,%08" PRIX32 "#",
                   s->device_id, c.hour, c.minute, c.second,
                   (f->flags & FIX_VALID) != 0 ? 'A' : 'V', lat, f->lat_e7 < 0 ? 'S' : 'N', lon,
                   f->lon_e7 < 0 ? 'W' : 'E', knots_e2 / E2, knots_e2 % E2, f->course_cdeg / E2,
                   f->course_cdeg % E2, c.day, c.month, c.year % 100, status_of(f));
    write_text(out, text);
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    char text[SENTENCE_SIZE];
    if (s->device_id[0] == '\0') {
        return ERR_INVALID;
    }
    if (what->kind == ENCODE_LOGIN) {
        return ERR_OK;
    }
    if (what->kind == ENCODE_HEARTBEAT) {
        (void)snprintf(text, sizeof(text), "*HQ,%s,HTBT,100#", s->device_id);
        write_text(out, text);
        return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
    }
    for (size_t i = 0; i < what->count; i++) {
        if (what->fixes[i].gps_time_s < 0) {
            return ERR_INVALID;
        }
        write_fix(s, &what->fixes[i], out);
    }
    return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
}

/* Every answer is a sentence and covers one frame. A command covers none. */
static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    (void)s;
    if (in.len == 0) {
        return ERR_MORE;
    }
    size_t end = bytes_find(in, '#');
    if (in.at[0] != '*') {
        return ERR_MALFORMED;
    }
    if (end == in.len) {
        return in.len > H02_FRAME_MAX ? ERR_MALFORMED : ERR_MORE;
    }
    struct bytes sentence = bytes_slice(in, 0, end);
    size_t from = bytes_find(bytes_slice(sentence, 4, SIZE_MAX), ',') + 4 + 1;
    struct bytes rest = bytes_slice(sentence, from, SIZE_MAX);
    *used = end + 1;
    *acknowledged = bytes_begin(rest, "V4,") || bytes_begin(rest, "HTBT") ? 1 : 0;
    return ERR_OK;
}

const struct protocol_device h02_device = {
    .first_id = "1234500000",
    .encode = encode,
    .read_ack = read_ack,
};
