/*
 * OsmAnd, Traccar Client and other programs that make a tracker of a phone: a report is an HTTP
 * request on the device port, a GET or a POST, its values in the query, a form body or a JSON body.
 *
 *     osmand_http.c    the request: where it ends, its parts, whether the connection goes on
 *     osmand_form.c    the parameters of query and form
 *     osmand_json.c    the JSON body, one location or an array of them
 *     this file        messages, replies, the device's side
 *
 * A request names its device itself ("id", "deviceid" or "device_id"), so there is no login, and
 * the session remembers nothing. A report with neither position, cell, access point nor alarm is a
 * heartbeat. All reports of a request count or none does:
 *
 *     200 stored                      404 nobody's device, heartbeats excepted
 *     503 the store could not         400 no device named, or a value that makes no sense
 *
 * A phone keeps what was not answered with 200 and sends it again.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "protocols/osmand.h"

enum { LAT_MAX_E7 = 900000000, LON_MAX_E7 = 1800000000, REQUEST_MAX = 1024 };

/* The first byte of a reply_hint. */
enum hint {
    HINT_BAD = 1 << 0,       /* 400, whatever became of it */
    HINT_HEARTBEAT = 1 << 1, /* answered for unregistered devices too */
    HINT_CLOSE = 1 << 2,
    HINT_HTTP_1_0 = 1 << 3,
};

static enum err osmand_claims(struct bytes first)
{
    static const char *const begins[] = {"GET /", "POST /"};
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        size_t len = strlen(begins[i]);
        if (bytes_begin(first, begins[i])) {
            return ERR_OK;
        }
        if (first.len < len && memcmp(first.at, begins[i], first.len) == 0) {
            return ERR_MORE;
        }
    }
    return ERR_MALFORMED;
}

/* ---- decoding ---- */

/* Checks the position of a report and puts it into its fix. */
static bool report_finish(struct osmand_report *r)
{
    bool is_there = r->has_lat && r->has_lon;
    bool is_good = !r->is_bad && r->has_lat == r->has_lon && r->lat_e7 >= -LAT_MAX_E7 &&
                   r->lat_e7 <= LAT_MAX_E7 && r->lon_e7 >= -LON_MAX_E7 && r->lon_e7 <= LON_MAX_E7;
    if (is_good && is_there) {
        fix_set_position(&r->fix, r->lat_e7, r->lon_e7, !r->is_invalid);
    } else if (r->fix.wifi_count > 0) {
        r->fix.source = FIX_WIFI;
    } else if ((r->fix.has & FIX_HAS_CELL) != 0) {
        r->fix.source = FIX_LBS;
    }
    return is_good;
}

static bool is_heartbeat(const struct osmand_report *r)
{
    return !r->has_lat && r->fix.source == FIX_GPS && r->fix.alarms == 0;
}

/* Reads what a request reports: ERR_MALFORMED, ERR_TOO_LONG. */
static enum err read_batch(struct arena *arena, const struct osmand_request *request,
                           struct osmand_batch *out)
{
    struct osmand_report *report = arena_new(arena, sizeof(*report));
    struct bytes type =
        bytes_slice(request->content_type, 0, bytes_find(request->content_type, ';'));
    *out = (struct osmand_batch){.at = report, .len = 1};
    osmand_form_read(arena, request->query, report, &out->device_id);
    if (bytes_eq_nocase(type, "application/json") || bytes_begin(request->body, "{")) {
        return osmand_json_read(arena, request->body, out);
    }
    osmand_form_read(arena, request->body, report, &out->device_id);
    return ERR_OK;
}

/* Makes messages of all reports, or of none where one is bad; answers whether all are good. */
static bool add_messages(struct osmand_batch *batch, struct decoded *out)
{
    bool only_heartbeats = true;
    for (size_t i = 0; i < batch->len; i++) {
        if (!report_finish(&batch->at[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < batch->len; i++) {
        bool heartbeat = is_heartbeat(&batch->at[i]);
        decoded_add(out, heartbeat ? MESSAGE_HEARTBEAT : MESSAGE_FIX)->fix = batch->at[i].fix;
        only_heartbeats = only_heartbeats && heartbeat;
    }
    out->hint.at[0] |= only_heartbeats ? HINT_HEARTBEAT : 0;
    return true;
}

static enum err osmand_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    (void)s;
    struct osmand_request request = {0};
    struct osmand_batch batch = {0};
    enum err e = osmand_http_parse(frame, &request);
    if (e != ERR_OK) {
        return e;
    }
    out->wants_reply = true;
    out->wants_close = !request.keeps_alive;
    out->hint.at[0] = (uint8_t)((request.keeps_alive ? 0 : HINT_CLOSE) |
                                (request.is_http_1_0 ? HINT_HTTP_1_0 : 0));
    e = read_batch(out->arena, &request, &batch);
    bool names_device = e == ERR_OK && device_id_is_valid(batch.device_id);
    if (names_device) {
        bytes_to_text(batch.device_id, out->device_id, sizeof(out->device_id));
    }
    if (!names_device || !add_messages(&batch, out)) {
        out->hint.at[0] |= HINT_BAD;
    }
    return ERR_OK;
}

/* ---- replying ---- */

static const char *status_text(unsigned hint, enum outcome outcome)
{
    if ((hint & HINT_BAD) != 0) {
        return "400 Bad Request";
    }
    if (outcome == OUTCOME_REFUSED) {
        return "503 Service Unavailable";
    }
    bool is_nobodys = outcome == OUTCOME_UNREGISTERED && (hint & HINT_HEARTBEAT) == 0;
    return is_nobodys ? "404 Not Found" : "200 OK";
}

static void osmand_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    (void)s;
    (void)now_s;
    unsigned flags = hint->at[0];
    write_text(out, "HTTP/1.1 ");
    write_text(out, status_text(flags, outcome));
    write_text(out, "\r\nContent-Length: 0\r\n");
    if ((flags & HINT_CLOSE) != 0) {
        write_text(out, "Connection: close\r\n");
    } else if ((flags & HINT_HTTP_1_0) != 0) {
        write_text(out, "Connection: keep-alive\r\n");
    }
    write_text(out, "\r\n");
}

/* ---- the device's side ---- */

/* A request line while it is put together; what does not fit is found at the end. */
struct line {
    char text[REQUEST_MAX];
    size_t len;
};

static void line_add(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void line_add(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->len, sizeof(l->text) - l->len, format, args);
    va_end(args);
    l->len += n > 0 ? (size_t)n : 0;
    l->len = l->len < sizeof(l->text) ? l->len : sizeof(l->text) - 1;
}

/* "&name=" and `value` / 10^7. */
static void line_add_e7(struct line *l, const char *name, int64_t value)
{
    int64_t size = llabs(value);
    line_add(l, "&%s=%s%" PRId64 ".%07" PRId64, name, value < 0 ? "-" : "", size / 10000000,
             size % 10000000);
}

static void add_position(struct line *l, const struct fix *f)
{
    if ((f->has & FIX_HAS_TIME) != 0) {
        line_add(l, "&timestamp=%" PRId64, f->gps_time_s);
    }
    if ((f->has & FIX_HAS_POSITION) != 0) {
        line_add_e7(l, "lat", f->lat_e7);
        line_add_e7(l, "lon", f->lon_e7);
        line_add(l, "&valid=%s", (f->flags & FIX_VALID) != 0 ? "true" : "false");
    }
    if ((f->has & FIX_HAS_SPEED) != 0) {
        line_add_e7(l, "speed", (int64_t)units_knots_e7_from_kmh_e2(f->speed_kmh_e2));
    }
    if ((f->has & FIX_HAS_COURSE) != 0) {
        line_add_e7(l, "bearing", (int64_t)f->course_cdeg * 100000);
    }
    if ((f->has & FIX_HAS_ALTITUDE) != 0) {
        line_add_e7(l, "altitude", (int64_t)f->altitude_dm * 1000000);
    }
    if ((f->has & FIX_HAS_HDOP) != 0) {
        line_add_e7(l, "hdop", (int64_t)f->hdop_e2 * 100000);
    }
}

static void add_status(struct line *l, const struct fix *f)
{
    static const struct {
        const char *name;
        enum fix_has has;
        enum fix_flag flag;
    } switches[] = {
        {"ignition", FIX_HAS_IGNITION, FIX_IGNITION_ON},
        {"charge", FIX_HAS_CHARGING, FIX_CHARGING},
        {"motion", FIX_HAS_MOTION, FIX_MOVING},
    };
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if ((f->has & (uint32_t)switches[i].has) != 0) {
            bool is_on = (f->flags & (uint32_t)switches[i].flag) != 0;
            line_add(l, "&%s=%s", switches[i].name, is_on ? "true" : "false");
        }
    }
    if ((f->has & FIX_HAS_BATTERY_PERCENT) != 0) {
        line_add(l, "&batt=%u", f->battery_percent);
    }
    if ((f->has & FIX_HAS_ODOMETER) != 0) {
        line_add(l, "&odometer=%" PRIu64, f->odometer_m);
    }
    if ((f->has & FIX_HAS_FUEL) != 0) {
        line_add_e7(l, "fuel", (int64_t)f->fuel_ml * 10000);
    }
    if ((f->has & FIX_HAS_SATELLITES) != 0) {
        line_add(l, "&sat=%u", f->satellites);
    }
    if (f->alarms != 0) {
        line_add(l, "&alarm=%s", osmand_alarm_name(f->alarms));
    }
}

static void write_request(struct session *s, const struct fix *f, struct writer *out)
{
    struct line l = {0};
    line_add(&l, "GET /?id=%s", s->device_id);
    if (f != NULL) {
        add_position(&l, f);
        add_status(&l, f);
    }
    line_add(&l, " HTTP/1.1\r\nHost: odograph\r\n\r\n");
    write_text(out, l.text);
}

static enum err osmand_encode(struct session *s, const struct encode_request *what,
                              struct writer *out)
{
    if (what->kind == ENCODE_HEARTBEAT) {
        write_request(s, NULL, out);
    }
    for (size_t i = 0; what->kind == ENCODE_FIXES && i < what->count; i++) {
        write_request(s, &what->fixes[i], out);
    }
    return writer_ok(out) ? ERR_OK : ERR_TOO_LONG;
}

static enum err osmand_read_ack(struct session *s, struct bytes in, size_t *used,
                                size_t *acknowledged)
{
    (void)s;
    unsigned status = 0;
    enum err e = osmand_http_read_status(in, &status, used);
    if (e != ERR_OK) {
        return e;
    }
    *acknowledged = 1;
    return status >= 200 && status <= 299 ? ERR_OK : ERR_FORBIDDEN;
}

const struct protocol protocol_osmand = {
    .name = "osmand",
    .doc = "phones (OsmAnd, Traccar Client) over HTTP: query, form or JSON",
    .frame_max = OSMAND_FRAME_MAX,
    .tcp_only = true,
    .claims = osmand_claims,
    .split = osmand_http_split,
    .decode = osmand_decode,
    .reply = osmand_reply,
    .encode = osmand_encode,
    .read_ack = osmand_read_ack,
};
