/*
 * OwnTracks: the phones of that name, qtripp and scripts, over HTTP. A report is a POST of a JSON
 * object to any path:
 *
 *     {"_type":"location","topic":"owntracks/anna/phone","tid":"ph","tst":1795396320,
 *      "lat":22.5,"lon":114,"alt":760,"vel":54,"cog":180,"batt":87,"bs":2,"t":"u"}
 *      UTC s      degrees   m         km/h     deg       %         2 charging
 *
 * A device is named by its topic without "owntracks", "anna:phone"; else by the headers X-Limit-U
 * and X-Limit-D, or u and d of the query, the same way; else by tid, which is no more than two
 * letters, and "na" of every phone that was given none, which names nobody. A last part of 15
 * digits is an IMEI, and names the device alone. A trigger t that tells of an alarm is one of
 * qtripp, as are members of vehicles (uext, ubatt, ign, motion, odometer, rpm, vin, hmc, temp_c-NN,
 * mcc, mnc, and lac and cid as text in hexadecimal).
 *
 * Other types tell of no place, and an encrypted one cannot be read: they are answered like one
 * that is stored. The answer is an empty JSON array. Any status at all counts as delivered with the
 * phones: what could not be stored is left without an answer, and comes again. A body that is no
 * such object gets 400, one of nobody's device 404.
 *
 * There is no command. A phone hears of one only in the answer to its own report: reportLocation
 * would ask for what has just come, and the Android app leaves it out over HTTP (its pull request
 * 1697). Nothing can be sent when a user wants it.
 *
 * Source: the vectors' facts, section 7; owntracks.org/booklet, "JSON" and "HTTP".
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "base/json_read.h"
#include "base/reader.h"
#include "protocols/http.h"
#include "protocols/words.h"

enum { NUMBER_SIZE = 64, IMEI_LEN = 15 };

/* ---- whose it is ---- */

static enum protocol_claim owntracks_claims(struct bytes first)
{
    return claim_of(http_is_owntracks(first));
}

static bool is_imei(struct bytes part)
{
    return part.len == IMEI_LEN && word_is_digits(part);
}

/* "user:device", as far as there is room; the IMEI alone where the device is one. */
static void name_device(struct bytes user, struct bytes device, struct decoded *out)
{
    char id[2 * DEVICE_ID_SIZE];
    struct writer w = writer_init((uint8_t *)id, sizeof(id));
    if (user.len > 0 && !is_imei(device)) {
        write_bytes(&w, user);
        write_text(&w, device.len > 0 ? ":" : "");
    }
    write_bytes(&w, device);
    struct bytes name = writer_bytes(&w);
    if (writer_ok(&w) && device_id_is_possible(name)) {
        bytes_to_text(name, out->device_id, sizeof(out->device_id));
    }
}

/* The parts of "owntracks/anna/phone" behind the first. */
static void name_by_topic(struct bytes topic, struct decoded *out)
{
    size_t slash = bytes_find(topic, '/');
    struct bytes rest = slash < topic.len ? bytes_slice(topic, slash + 1, SIZE_MAX) : topic;
    size_t second = bytes_find(rest, '/');
    struct bytes device = bytes_slice(rest, second + 1, SIZE_MAX);
    bool has_both = second < rest.len;
    name_device(has_both ? bytes_slice(rest, 0, second) : (struct bytes){0},
                has_both ? device : rest, out);
}

/* The value of a parameter of a query, as it stands. */
static struct bytes parameter(struct bytes query, const char *name)
{
    struct words w;
    words_cut(query, '&', &w);
    for (size_t i = 0; i < w.count; i++) {
        if (bytes_begin(w.at[i], name)) {
            return bytes_slice(w.at[i], strlen(name), SIZE_MAX);
        }
    }
    return (struct bytes){0};
}

static struct bytes text_of(const struct json_value *object, const char *name)
{
    const struct json_value *value = json_read_member(object, name);
    bool is_text = value != NULL && value->kind == JSON_KIND_STRING;
    return is_text ? value->text : (struct bytes){0};
}

static void read_identity(const struct http_request *request, const struct json_value *root,
                          struct decoded *out)
{
    struct bytes topic = text_of(root, "topic");
    struct bytes user = request->limit_user;
    struct bytes device = request->limit_device;
    if (user.len == 0 && device.len == 0) {
        user = parameter(request->query, "u=");
        device = parameter(request->query, "d=");
    }
    if (topic.len > 0) {
        name_by_topic(topic, out);
    } else if (device.len > 0) {
        name_device(user, device, out);
    } else if (!bytes_eq(text_of(root, "tid"), "na")) {
        name_device((struct bytes){0}, text_of(root, "tid"), out);
    }
}

/* ---- what it says ---- */

/* The number `name` of an object, times `scale` and rounded; false where there is none. */
static bool read_scaled(const struct json_value *object, const char *name, double scale,
                        int64_t *out)
{
    const double max = 1e17;
    const struct json_value *value = json_read_member(object, name);
    char digits[NUMBER_SIZE];
    if (value == NULL || value->kind != JSON_KIND_NUMBER || value->text.len >= sizeof(digits)) {
        return false;
    }
    bytes_to_text(value->text, digits, sizeof(digits));
    double scaled = g_ascii_strtod(digits, NULL) * scale;
    if (!(fabs(scaled) < max)) {
        return false;
    }
    *out = llround(scaled);
    return true;
}

/* The numbers of a fix that are not negative, by their names. */
static const struct {
    const char *name;
    double scale;
    void (*set)(struct fix *f, uint64_t value);
} numbers[] = {
    {"cog", 100, fix_set_course_cdeg},      {"vel", 100, fix_set_speed_kmh_e2},
    {"uext", 1000, fix_set_power_mv},       {"ubatt", 1000, fix_set_battery_mv},
    {"odometer", 1000, fix_set_odometer_m}, {"batt", 1, fix_set_battery_percent},
};

static void read_numbers(const struct json_value *root, struct fix *f)
{
    int64_t value = 0;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (read_scaled(root, numbers[i].name, numbers[i].scale, &value) && value >= 0) {
            numbers[i].set(f, (uint64_t)value);
        }
    }
    if (read_scaled(root, "alt", 10, &value)) {
        fix_set_altitude_dm(f, value);
    }
}

static void read_switch(const struct json_value *value, struct fix *f, enum fix_has has,
                        enum fix_flag flag)
{
    bool is_true = value != NULL && value->kind == JSON_KIND_TRUE;
    if (is_true || (value != NULL && value->kind == JSON_KIND_FALSE)) {
        fix_set_switch(f, has, flag, is_true);
    }
}

static void read_battery_state(const struct json_value *root, struct fix *f)
{
    enum { UNPLUGGED = 1, FULL = 3 };
    int64_t state = 0;
    if (read_scaled(root, "bs", 1, &state) && state >= UNPLUGGED && state <= FULL) {
        fix_set_switch(f, FIX_HAS_CHARGING, FIX_CHARGING, state != UNPLUGGED);
    }
}

/* Which way of driving qtripp calls harsh. */
static alarm_set alarm_of_driving(int64_t kind)
{
    static const alarm_set kinds[] = {ALARM_BIT(HARSH_BRAKING), ALARM_BIT(HARSH_ACCELERATION),
                                      ALARM_BIT(HARSH_CORNERING)};
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    return kind >= 0 && kind < 2 * (int64_t)KINDS ? kinds[kind % KINDS] : 0;
}

static void read_trigger(const struct json_value *root, struct fix *f)
{
    static const struct {
        const char *trigger;
        alarm_set alarms;
    } rows[] = {{"9", ALARM_BIT(LOW_BATTERY)},
                {"e", ALARM_BIT(POWER_OFF)},
                {"!", ALARM_BIT(DISPLACEMENT)},
                {"s", ALARM_BIT(OVERSPEED)}};
    struct bytes trigger = text_of(root, "t");
    alarm_set told = 0;
    int64_t kind = -1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        told |= rows[i].alarms;
        f->alarms |= bytes_eq(trigger, rows[i].trigger) ? rows[i].alarms : 0;
    }
    if (bytes_eq(trigger, "h") && read_scaled(root, "rty", 1, &kind)) {
        f->alarms |= alarm_of_driving(kind);
    }
    if (bytes_eq(trigger, "i") || bytes_eq(trigger, "I")) {
        fix_set_switch(f, FIX_HAS_IGNITION, FIX_IGNITION_ON, bytes_eq(trigger, "i"));
    }
    fix_set_alarms_told(f, f->alarms == 0 ? 0 : told | f->alarms);
}

static void read_cell(const struct json_value *root, struct fix *f)
{
    enum { CODE_MAX = 999 };
    int64_t mcc = 0;
    int64_t mnc = 0;
    uint64_t lac = word_hex(text_of(root, "lac"), UINT64_MAX);
    uint64_t cid = word_hex(text_of(root, "cid"), UINT64_MAX);
    if (read_scaled(root, "mcc", 1, &mcc) && read_scaled(root, "mnc", 1, &mnc) && mcc > 0 &&
        mcc <= CODE_MAX && mnc >= 0 && mnc <= CODE_MAX && lac <= UINT32_MAX && cid <= UINT32_MAX) {
        fix_set_cell(f, (struct cell){(uint16_t)mcc, (uint16_t)mnc, (uint32_t)lac, cid});
    }
}

static void read_vehicle(const struct json_value *root, struct fix *f, struct extras *x)
{
    static const char *const temperatures[] = {"temp_c-00", "temp_c-01", "temp_c-02", "temp_c-03"};
    int64_t value = 0;
    for (size_t i = 0; i < sizeof(temperatures) / sizeof(temperatures[0]); i++) {
        if (read_scaled(root, temperatures[i], 100, &value)) {
            fix_set_temperature(f, (unsigned)i, value);
        }
    }
    read_switch(json_read_member(root, "ign"), f, FIX_HAS_IGNITION, FIX_IGNITION_ON);
    read_switch(json_read_member(root, "motion"), f, FIX_HAS_MOTION, FIX_MOVING);
    if (read_scaled(root, "rpm", 1, &value) && value >= 0) {
        extras_set(x, EXTRA_RPM, 0, value);
    }
    if (read_scaled(root, "hmc", 1.0 / 36, &value) && value > 0) {
        extras_set(x, EXTRA_ENGINE_HOURS, 0, value);
    }
    if (text_of(root, "vin").len > 0) {
        extras_set_text(x, EXTRA_VIN, 0, text_of(root, "vin"));
    }
}

/* What was sent much later than it was measured, waited in the phone. */
static bool is_kept(const struct json_value *root, int64_t time_s)
{
    enum { LATE_S = 300 };
    int64_t sent_s = 0;
    return (read_scaled(root, "sent", 1, &sent_s) || read_scaled(root, "created_at", 1, &sent_s)) &&
           sent_s - time_s > LATE_S;
}

/* False: it lacks a time or a place. */
static bool add_location(const struct json_value *root, struct decoded *out)
{
    const double e7 = 1e7;
    struct fix fix = {0};
    struct extras x;
    int64_t time_s = 0;
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!read_scaled(root, "tst", 1, &time_s) || !read_scaled(root, "lat", e7, &lat_e7) ||
        !read_scaled(root, "lon", e7, &lon_e7)) {
        return false;
    }
    extras_init(&x, out->arena);
    fix_set_time(&fix, time_s);
    fix_set_position(&fix, lat_e7, lon_e7, true);
    read_numbers(root, &fix);
    read_battery_state(root, &fix);
    read_trigger(root, &fix);
    read_cell(root, &fix);
    read_vehicle(root, &fix, &x);
    fix.flags |= is_kept(root, time_s) ? (uint32_t)FIX_REUPLOAD : 0;
    struct message *m = decoded_add(out, MESSAGE_FIX);
    m->fix = fix;
    m->extras = extras_pack(&x);
    return true;
}

/* What reply() needs to know. */
struct hint {
    uint8_t connection; /* enum http_connection */
    bool is_bad;
    bool is_data;
};

/* Adds what a body says; false where it is none of these. */
static bool read_body(const struct http_request *request, struct hint *hint, struct decoded *out)
{
    struct json_value *root = NULL;
    bool is_post = bytes_eq(request->method, "POST");
    if (is_post && http_trim(request->body).len == 0) {
        read_identity(request, NULL, out);
        decoded_add(out, MESSAGE_HEARTBEAT);
        return true;
    }
    if (!is_post || request->is_encoded || json_read(request->body, out->arena, &root) != ERR_OK ||
        text_of(root, "_type").len == 0) {
        return false;
    }
    read_identity(request, root, out);
    hint->is_data = bytes_eq(text_of(root, "_type"), "location");
    if (hint->is_data) {
        return add_location(root, out);
    }
    decoded_add(out, MESSAGE_OTHER);
    return true;
}

static enum err owntracks_decode(struct session *s, struct bytes frame, struct decoded *out)
{
    struct http_request request = {0};
    struct hint hint = {0};
    (void)s;
    enum err e = http_parse(out->arena, frame, &request);
    if (e != ERR_OK) {
        return e;
    }
    hint.is_bad = !read_body(&request, &hint, out) || out->device_id[0] == '\0';
    if (hint.is_bad) {
        out->len = 0;
        out->unreadable++;
    }
    hint.connection = (uint8_t)((request.keeps_alive ? 0 : HTTP_CLOSES) |
                                (request.is_http_1_0 ? HTTP_IS_1_0 : 0));
    memcpy(out->hint.at, &hint, sizeof(hint));
    out->wants_reply = true;
    out->wants_close = !request.keeps_alive;
    return decoded_finish(out);
}

static void owntracks_refuse(struct bytes in, enum err why, struct reply_hint *hint)
{
    const struct hint bad = {.connection = HTTP_CLOSES, .is_bad = true};
    (void)in;
    (void)why;
    memcpy(hint->at, &bad, sizeof(bad));
}

static void owntracks_reply(struct session *s, const struct reply_hint *from, enum outcome outcome,
                            int64_t now_s, struct writer *out)
{
    struct hint hint;
    (void)s;
    (void)now_s;
    memcpy(&hint, from->at, sizeof(hint));
    bool is_nobodys = hint.is_data && outcome == OUTCOME_UNREGISTERED;
    if (!hint.is_bad && outcome == OUTCOME_REFUSED) {
        return;
    }
    if (hint.is_bad || is_nobodys) {
        write_text(out, hint.is_bad ? "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                    : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n");
        http_end_head(out, hint.connection);
        return;
    }
    write_text(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n");
    http_end_head(out, hint.connection);
    write_text(out, "[]");
}

const struct protocol protocol_owntracks = {
    .name = "owntracks",
    .doc = "OwnTracks phones and qtripp, over HTTP: JSON",
    .port = 5144,
    .frame_max = HTTP_FRAME_MAX,
    .tcp_only = true,
    .claims = owntracks_claims,
    .split = http_split,
    .decode = owntracks_decode,
    .refuse = owntracks_refuse,
    .reply = owntracks_reply,
};
