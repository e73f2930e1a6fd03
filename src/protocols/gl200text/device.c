/*
 * The device's side of Queclink's text, for the simulator and the tests: a GV300.
 *
 *     login      +RESP:GTPDP     heartbeat  +ACK:GTHBD     fixes  a frame +RESP:GTFRI each
 *
 * A fix comes back equal within the format: tenths of km/h and of metres, whole degrees, six
 * decimals of a place; what the frame does not hold stays behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "protocols/gl200text/gl200text.h"

enum { TIME_SIZE = 40, E7_PER_E6 = 10, CENTI = 100, DECI = 10 };

/* What the device remembers; kept in session.own. */
struct own {
    int64_t time_s; /* of the fix before */
    uint16_t count;
};
_Static_assert(sizeof(struct own) <= PROTOCOL_SESSION_BYTES, "the session has room");

static void format_time(int64_t time_s, char out[TIME_SIZE])
{
    struct civil c = civil_from_s(time_s);
    (void)snprintf(out, TIME_SIZE, "%04d%02d%02d%02d%02d%02d", c.year, c.month, c.day, c.hour,
                   c.minute, c.second);
}

static void write_head(const struct session *s, const char *class_and_type, struct writer *out)
{
    write_text(out, class_and_type);
    write_text(out, ",060228,");
    write_text(out, s->device_id);
    write_text(out, ",gv300,");
}

/* The time of sending and the count, which ends the frame. */
static void write_end(struct session *s, struct writer *out)
{
    char time[TIME_SIZE];
    char count[8];
    struct own own;
    memcpy(&own, s->own, sizeof(own));
    format_time(own.time_s, time);
    (void)snprintf(count, sizeof(count), ",%04X$", (unsigned)own.count);
    own.count++;
    memcpy(s->own, &own, sizeof(own));
    write_text(out, time);
    write_text(out, count);
}

/* A coordinate with six decimals; the seventh is left out. */
static void format_angle(int32_t angle_e7, char *out, size_t size)
{
    const int e6 = 1000000;
    int micro = abs(angle_e7) / E7_PER_E6;
    (void)snprintf(out, size, "%s%d.%06d", angle_e7 < 0 ? "-" : "", micro / e6, micro % e6);
}

static void write_fix(struct session *s, const struct fix *f, struct writer *out)
{
    enum { ANGLE_SIZE = 16 };
    char lon[ANGLE_SIZE];
    char lat[ANGLE_SIZE];
    char time[TIME_SIZE];
    char line[256];
    struct own own;
    memcpy(&own, s->own, sizeof(own));
    own.time_s = f->gps_time_s;
    memcpy(s->own, &own, sizeof(own));
    format_angle(f->lon_e7, lon, sizeof(lon));
    format_angle(f->lat_e7, lat, sizeof(lat));
    format_time(f->gps_time_s, time);
    unsigned speed_deci = (f->speed_kmh_e2 + DECI / 2) / DECI;
    unsigned course = (f->course_cdeg + CENTI / 2U) / CENTI % 360;
    char power[16] = "";
    char odometer[32] = "";
    if ((f->has & FIX_HAS_POWER) != 0) {
        (void)snprintf(power, sizeof(power), "%u", (unsigned)f->power_mv);
    }
    if ((f->has & FIX_HAS_ODOMETER) != 0) {
        unsigned long long hundreds = f->odometer_m / CENTI;
        (void)snprintf(odometer, sizeof(odometer), "%llu.%llu", hundreds / DECI, hundreds % DECI);
    }
    bool has_ignition = (f->has & FIX_HAS_IGNITION) != 0;
    const char *status = !has_ignition                       ? ""
                         : (f->flags & FIX_IGNITION_ON) != 0 ? "220000"
                                                             : "110000";
    (void)snprintf(line, sizeof(line), "%s,10,1,%d,%u.%u,%u,%s%d.%d,%s,%s,%s,,,,,00,%s,,,,,%s,,,,",
                   power, (f->flags & FIX_VALID) != 0 ? 1 : 0, speed_deci / DECI, speed_deci % DECI,
                   course, f->altitude_dm < 0 ? "-" : "", abs(f->altitude_dm) / DECI,
                   abs(f->altitude_dm) % DECI, lon, lat, time, odometer, status);
    write_head(s, (f->alarms & ALARM_BIT(SOS)) != 0 ? "+RESP:GTSOS" : "+RESP:GTFRI", out);
    write_text(out, line);
    write_end(s, out);
}

static enum err encode(struct session *s, const struct encode_request *what, struct writer *out)
{
    enum { IMEI_LEN = 15 };
    const int64_t year_9999_s = 253402300799;
    if (strlen(s->device_id) != IMEI_LEN) {
        return ERR_INVALID;
    }
    if (what->kind != ENCODE_FIXES) {
        write_head(s, what->kind == ENCODE_LOGIN ? "+RESP:GTPDP" : "+ACK:GTHBD", out);
        write_end(s, out);
        return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
    }
    for (size_t i = 0; i < what->count; i++) {
        if (what->fixes[i].gps_time_s < 0 || what->fixes[i].gps_time_s > year_9999_s) {
            return ERR_INVALID;
        }
        write_fix(s, &what->fixes[i], out);
    }
    return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
}

/* "+SACK:...$" for each frame. */
static enum err read_ack(struct session *s, struct bytes in, size_t *used, size_t *acknowledged)
{
    static const char head[] = "+SACK:";
    size_t there = in.len < sizeof(head) - 1 ? in.len : sizeof(head) - 1;
    size_t end = bytes_find(in, '$');
    (void)s;
    if (there > 0 && memcmp(in.at, head, there) != 0) {
        return ERR_MALFORMED;
    }
    if (end == in.len) {
        return ERR_MORE;
    }
    *used = end + 1;
    *acknowledged = 1;
    return ERR_OK;
}

const struct protocol_device gl200_device = {
    .first_id = "860000000000002",
    .encode = encode,
    .read_ack = read_ack,
};
