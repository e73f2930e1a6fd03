/*
 * OsmAnd, Traccar Client and other programs that make a tracker of a phone: a report is an HTTP
 * request on the device port, a GET or a POST, its values in the query, a form body or a JSON body.
 *
 *     http.h       the request: where it ends, its parts, whether the connection goes on
 *     form.c       the parameters of query and form
 *     multipart.c  the parts of a multipart form
 *     json.c       the JSON body, one location or an array of them
 *     client.c     who sent it, and so what its speed means
 *     this file           messages, replies, the device's side
 *
 * A request names its device itself ("id", "deviceid" or "device_id"), so there is no login. A
 * report with neither position, cell, access point nor alarm is a heartbeat. A phone keeps what was
 * not answered with 200, sends it again, and sends nothing else before that is taken: so a report
 * that can never become right must not be refused. If its position cannot be one, the report is
 * kept without it: the alarm or the battery may be all that matters. Text that is no report at all
 * is passed over. Both are counted, and the other reports of the request are stored.
 *
 *     200 stored                      400 no device named, or no report that could be read
 *     404 nobody's device,            405 neither GET nor POST
 *         heartbeats excepted         413 longer than we take, 431 its head
 *     503 the store could not         415 compressed
 *
 * There is no command: a phone asks and never listens, so the row has none.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "protocols/osmand/osmand.h"

enum { REQUEST_MAX = 1024 };

/* The first byte of a reply_hint. */
enum hint {
    HINT_HEARTBEAT = 1 << 0, /* answered even where the device is not registered */
    HINT_CLOSE = 1 << 1,
    HINT_HTTP_1_0 = 1 << 2,
};

/* The second: what is answered whatever became of it, or by its outcome. */
enum answer {
    ANSWER_BY_OUTCOME,
    ANSWER_BAD,
    ANSWER_METHOD,
    ANSWER_OPTIONS,
    ANSWER_TOO_LONG,
    ANSWER_LONG_HEAD,
    ANSWER_ENCODED,
};

/* A POST may be one of OwnTracks, until its body tells. */
static enum protocol_claim claim_of_request(struct bytes first)
{
    enum err owntracks = http_is_owntracks(first);
    return owntracks == ERR_OK ? CLAIM_NO : owntracks == ERR_MORE ? CLAIM_LIKELY : CLAIM_YES;
}

static enum protocol_claim osmand_claims(struct bytes first)
{
    static const char *const methods[] = {"GET ",    "POST ",  "HEAD ",  "PUT ",    "OPTIONS ",
                                          "DELETE ", "PATCH ", "TRACE ", "CONNECT "};
    enum protocol_claim claim = CLAIM_NO;
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (bytes_begin(first, methods[i])) {
            return claim_of_request(first);
        }
        if (first.len < strlen(methods[i]) && memcmp(first.at, methods[i], first.len) == 0) {
            claim = CLAIM_MORE;
        }
    }
    return claim;
}

/* ---- decoding ---- */

static bool is_heartbeat(const struct osmand_report *r)
{
    return !r->has_lat && r->fix.source == FIX_GPS && r->fix.alarms == 0;
}

/* `text` without a byte order mark and the blanks and line ends around it. */
static struct bytes trim_body(struct bytes text)
{
    if (bytes_begin(text, "\xef\xbb\xbf")) {
        text = bytes_slice(text, 3, text.len);
    }
    while (text.len > 0 && strchr(" \t\r\n", text.at[0]) != NULL && text.at[0] != '\0') {
        text = bytes_slice(text, 1, text.len);
    }
    while (text.len > 0 && text.at[text.len - 1] != '\0' &&
           strchr(" \t\r\n", text.at[text.len - 1]) != NULL) {
        text.len--;
    }
    return text;
}

/* Reads what a request reports: ERR_MALFORMED, ERR_TOO_LONG. */
static enum err read_batch(struct arena *arena, const struct http_request *request,
                           struct osmand_batch *out)
{
    struct osmand_report *report = arena_new(arena, sizeof(*report));
    struct bytes body = trim_body(request->body);
    struct bytes type =
        http_trim(bytes_slice(request->content_type, 0, bytes_find(request->content_type, ';')));
    *out = (struct osmand_batch){.at = report, .len = 1};
    size_t queried = osmand_form_read(arena, request->query, report, &out->device_id);
    out->is_json = body.len > 0 && (bytes_eq_nocase(type, "application/json") ||
                                    bytes_begin(body, "{") || bytes_begin(body, "["));
    if (out->is_json) {
        return osmand_json_read(arena, body, out);
    }
    size_t read = bytes_eq_nocase(type, "multipart/form-data")
                      ? osmand_multipart_read(request->content_type, body, report, &out->device_id)
                      : osmand_form_read(arena, body, report, &out->device_id);
    /* The content of a body that nobody understands must not count as stored. */
    return body.len > 0 && read == 0 && queried <= 1 ? ERR_MALFORMED : ERR_OK;
}

/* Makes messages of the reports; answers whether there is one, or none was to be expected. */
static bool add_messages(struct osmand_batch *batch, const struct session *s,
                         const struct http_request *request, struct decoded *out)
{
    bool only_heartbeats = true;
    for (size_t i = 0; i < batch->len; i++) {
        struct osmand_report *r = &batch->at[i];
        if (r->is_nothing) {
            out->unreadable++;
            continue;
        }
        out->unreadable += !osmand_report_finish(r, s, request, batch->is_json);
        bool heartbeat = is_heartbeat(r);
        decoded_add(out, heartbeat ? MESSAGE_HEARTBEAT : MESSAGE_FIX)->fix = r->fix;
        only_heartbeats = only_heartbeats && heartbeat;
    }
    out->hint.at[0] |= only_heartbeats && out->unreadable == 0 ? HINT_HEARTBEAT : 0;
    return out->len > 0 || batch->len == 0;
}

static enum answer decode_reports(const struct session *s, const struct http_request *request,
                                  struct decoded *out)
{
    struct osmand_batch batch = {0};
    if (request->is_encoded && request->body.len > 0) {
        return ANSWER_ENCODED;
    }
    enum err e = read_batch(out->arena, request, &batch);
    if (e != ERR_OK || !device_id_is_possible(batch.device_id)) {
        out->unreadable++;
        return e == ERR_TOO_LONG ? ANSWER_TOO_LONG : ANSWER_BAD;
    }
    bytes_to_text(batch.device_id, out->device_id, sizeof(out->device_id));
    bool is_readable = add_messages(&batch, s, request, out);
    if (decoded_finish(out) != ERR_OK) {
        return ANSWER_TOO_LONG;
    }
    return is_readable ? ANSWER_BY_OUTCOME : ANSWER_BAD;
}

static enum err osmand_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct http_request request = {0};
    enum err e = http_parse(out->arena, frame, &request);
    if (e != ERR_OK) {
        return e;
    }
    enum answer answer = ANSWER_METHOD;
    out->wants_reply = true;
    out->wants_close = !request.keeps_alive;
    out->hint.at[0] = (uint8_t)((request.keeps_alive ? 0 : HINT_CLOSE) |
                                (request.is_http_1_0 ? HINT_HTTP_1_0 : 0));
    if (bytes_eq(request.method, "GET") || bytes_eq(request.method, "POST")) {
        answer = decode_reports(s, &request, out);
    } else if (bytes_eq(request.method, "OPTIONS")) {
        answer = ANSWER_OPTIONS;
    }
    out->hint.at[1] = (uint8_t)answer;
    return ERR_OK;
}

/* ---- replying ---- */

static void osmand_refuse(struct bytes in, enum err why, struct reply_hint *hint)
{
    enum answer too_long = http_has_head(in) ? ANSWER_TOO_LONG : ANSWER_LONG_HEAD;
    hint->at[0] = HINT_CLOSE;
    hint->at[1] = (uint8_t)(why == ERR_TOO_LONG ? too_long : ANSWER_BAD);
}

static const char *status_text(const struct reply_hint *hint, enum outcome outcome)
{
    switch ((enum answer)hint->at[1]) {
    case ANSWER_BAD:
        return "400 Bad Request";
    case ANSWER_METHOD:
        return "405 Method Not Allowed";
    case ANSWER_OPTIONS:
        return "200 OK";
    case ANSWER_TOO_LONG:
        return "413 Content Too Large";
    case ANSWER_LONG_HEAD:
        return "431 Request Header Fields Too Large";
    case ANSWER_ENCODED:
        return "415 Unsupported Media Type";
    case ANSWER_BY_OUTCOME:
        break;
    }
    if (outcome == OUTCOME_REFUSED) {
        return "503 Service Unavailable";
    }
    bool is_nobodys = outcome == OUTCOME_UNREGISTERED && (hint->at[0] & HINT_HEARTBEAT) == 0;
    return is_nobodys ? "404 Not Found" : "200 OK";
}

static void osmand_reply(struct session *s, const struct reply_hint *hint, enum outcome outcome,
                         int64_t now_s, struct writer *out)
{
    (void)s;
    (void)now_s;
    unsigned flags = hint->at[0];
    write_text(out, "HTTP/1.1 ");
    write_text(out, status_text(hint, outcome));
    write_text(out, "\r\nContent-Length: 0\r\n");
    if (hint->at[1] == ANSWER_METHOD || hint->at[1] == ANSWER_OPTIONS) {
        write_text(out, "Allow: GET, POST, OPTIONS\r\n");
    }
    http_end_head(out, ((flags & HINT_CLOSE) != 0 ? (unsigned)HTTP_CLOSES : 0U) |
                           ((flags & HINT_HTTP_1_0) != 0 ? (unsigned)HTTP_IS_1_0 : 0U));
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
    enum err e = http_read_status(in, &status, used);
    if (e != ERR_OK) {
        return e;
    }
    *acknowledged = 1;
    return status >= 200 && status <= 299 ? ERR_OK : ERR_FORBIDDEN;
}

static const struct protocol_device osmand_device = {
    .first_id = "860000000000001",
    .encode = osmand_encode,
    .read_ack = osmand_read_ack,
};

const struct protocol protocol_osmand = {
    .name = "osmand",
    .doc = "phones (OsmAnd, Traccar Client) over HTTP: query, form or JSON",
    .port = 5055,
    .frame_max = HTTP_FRAME_MAX,
    .tcp_only = true,
    .asks_speed_unit = true,
    .claims = osmand_claims,
    .split = http_split,
    .decode = osmand_decode,
    .refuse = osmand_refuse,
    .reply = osmand_reply,
    .device = &osmand_device,
};
