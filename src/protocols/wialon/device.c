/*
 * The device's side of Wialon IPS 1.1, for the simulator and the tests.
 *
 *     login      #L#ID;NA
 *     heartbeat  #P#
 *     fixes      one #D#, or several as #B#
 *
 * A fix comes back equal within the format: whole degrees, 0.01 km/h, 1e-5 minutes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "protocols/wialon/wialon.h"
#include "protocols/words.h"

enum { BODY_SIZE = 256 };

static void write_body(const struct fix *f, struct writer *out)
{
    enum { SATELLITES_MIN = 3, E2 = 100 };
    char lat[WORD_ANGLE_SIZE];
    char lon[WORD_ANGLE_SIZE];
    char text[BODY_SIZE];
    struct civil c = civil_from_s(f->gps_time_s);
    bool is_valid = (f->flags & FIX_VALID) != 0;
    unsigned satellites = is_valid && f->satellites < SATELLITES_MIN ? SATELLITES_MIN
                          : is_valid                                 ? f->satellites
                                                                     : 0;
    word_print_angle(lat, f->lat_e7, 2);
    word_print_angle(lon, f->lon_e7, 3);
    (void)snprintf(text, sizeof(text),
                   "%02d%02d%02d;%02d%02d%02d;%s;%c;%s;%c;%" PRIu32 ".%02" PRIu32 ";%u;%" PRId32
                   ";%u;NA;0;0;;NA;SOS:1:%d",
                   c.day, c.month, c.year % 100, c.hour, c.minute, c.second, lat,
                   f->lat_e7 < 0 ? 'S' : 'N', lon, f->lon_e7 < 0 ? 'W' : 'E', f->speed_kmh_e2 / E2,
                   f->speed_kmh_e2 % E2, (f->course_cdeg + 50U) / E2 % 360, f->altitude_dm / 10,
                   satellites, (f->alarms & ALARM_BIT(SOS)) != 0 ? 1 : 0);
    write_text(out, text);
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    if (s->device_id[0] == '\0') {
        return ERR_INVALID;
    }
    if (what->kind == ENCODE_LOGIN) {
        write_text(out, "#L#");
        write_text(out, s->device_id);
        write_text(out, ";NA\r\n");
        return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
    }
    if (what->kind == ENCODE_HEARTBEAT) {
        write_text(out, "#P#\r\n");
        return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
    }
    write_text(out, what->count > 1 ? "#B#" : "#D#");
    for (size_t i = 0; i < what->count; i++) {
        if (what->fixes[i].gps_time_s < 0) {
            return ERR_INVALID;
        }
        write_text(out, i > 0 ? "|" : "");
        write_body(&what->fixes[i], out);
    }
    write_text(out, "\r\n");
    return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
}

/* Every answer is a line that begins with A, and covers one frame. */
static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    struct bytes line = {0};
    (void)s;
    enum err e = words_line(in, WIALON_LINE_MAX, &line, used);
    if (e != ERR_OK) {
        return e == ERR_MORE ? ERR_MORE : ERR_MALFORMED;
    }
    bool is_refused = bytes_begin(line, "#AL#0");
    *acknowledged = bytes_begin(line, "#A") && !is_refused ? 1 : 0;
    return bytes_begin(line, "#") ? ERR_OK : ERR_MALFORMED;
}

const struct protocol_device wialon_device = {
    .first_id = "352000000000009",
    .encode = encode,
    .read_ack = read_ack,
};
