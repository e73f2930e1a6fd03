/*
 * The management API of 1NCE, whose cards the published document shows (its OpenAPI documents "SIM
 * Management" v2 and "Authorization", and help.1nce.com):
 *
 *     POST /oauth/token               Basic USER:PASSWORD  -> {"access_token", "expires_in": 3600}
 *     GET  /v2/sims?page=1&pageSize=100                    -> [SIM]
 *     GET  /v2/sims/ICCID                                  -> SIM
 *     PUT  /v2/sims/ICCID             {"iccid", "label", "imei_lock", "status"}
 *     GET  /v2/sims/ICCID/quota/data, /quota/sms           -> {"volume", "total_volume", ...}
 *     GET  /v2/sims/ICCID/status                           -> {"status", "location", ...}
 *     POST /v2/sims/ICCID/sms         {"payload", "dcs", ...}          -> 201 {"id"}
 *     GET  /v2/sims/ICCID/sms?page=1&per_page=100          -> [SMS]
 *
 * An ICCID is the one of 19 digits, without its check digit. A top-up costs money and is not here.
 */
#include <glib.h>
#include <string.h>

#include "base/charset.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/reader.h"
#include "connect/sim_json.h"
#include "connect/sim_rows.h"
#include "model/sim.h"

enum {
    STATUS_OK = 200,
    STATUS_CREATED = 201,
    TOKEN_MAX = 4000, /* one is about 3,000 */
    DAY_S = 86400,
    ICCID_CHARS = 19,
    DCS_TEXT = 0,
    DCS_UCS2 = 8,
    SOURCE_INTERNATIONAL = 145,
    TYPE_MO = 2,
    LEVEL_LOW = 1,  /* of a quota: less than a fifth is left, ... */
    LEVEL_NONE = 2, /* ... or nothing */
    SENT_DELIVERED = 4,
    SENT_FAILED = 5,
    SENT_EXPIRED = 6,
    UDH_CONCAT_CHARS = 12, /* 05 00 03 RR TT PP, in hexadecimal digits */
};

/* ---- asking ---- */

static void add_headers(const struct sim_wish *w, struct arena *arena, struct connect_request *out,
                        const char *authorization)
{
    struct connect_header *h = arena_new_array(arena, 3, sizeof(*h));
    h[0] = (struct connect_header){"Authorization", authorization};
    h[1] = (struct connect_header){"Accept", "application/json"};
    h[2] = (struct connect_header){"Content-Type", "application/json"};
    out->headers = h;
    out->header_count = w->step == SIM_STEP_TOKEN || out->verb != CONNECT_GET ? 3 : 2;
}

static void take_body(struct arena *arena, struct json_out *json, struct connect_request *out)
{
    out->body = arena_copy(arena, json_text(json));
    json_free(json);
}

static void ask_token(const struct sim_account_options *o, const struct sim_wish *w,
                      struct arena *arena, struct connect_request *out)
{
    char *both = g_strconcat(o->user, ":", o->password, NULL);
    char *encoded = g_base64_encode((const guchar *)both, strlen(both));
    out->verb = CONNECT_POST;
    out->path = "/oauth/token";
    out->body = bytes_of_text("{\"grant_type\":\"client_credentials\"}");
    add_headers(w, arena, out, arena_format(arena, "Basic %s", encoded));
    g_free(encoded);
    g_free(both);
}

/* A copy of the card as it is now, but for its status: what is left out might be reset. */
static void ask_set(const struct sim_wish *w, struct arena *arena, struct connect_request *out)
{
    struct json_out json = {0};
    json_object_begin(&json);
    json_name(&json, "iccid");
    json_write_string(&json, w->fresh->iccid);
    json_name(&json, "label");
    json_write_string(&json, w->fresh->label);
    json_name(&json, "imei_lock");
    json_bool(&json, w->fresh->imei_lock);
    json_name(&json, "status");
    json_write_string(&json, w->wants_active ? "Enabled" : "Disabled");
    json_object_end(&json);
    out->verb = CONNECT_PUT;
    take_body(arena, &json, out);
}

/* UCS-2 goes as hexadecimal digits. */
static const char *payload_of(const struct sim_wish *w, struct arena *arena)
{
    enum { ROOM = 4 * SIM_ONE_WIDE_CHARS };
    uint8_t wide[ROOM];
    size_t len = 0;
    if (!w->is_wide || charset_of_utf8(CHARSET_UTF16BE, bytes_of_text(w->text), wide, sizeof(wide),
                                       &len) != ERR_OK) {
        return w->text;
    }
    char *hex = arena_new(arena, 2 * len + 1);
    hex_encode((struct bytes){wide, len}, hex);
    return hex;
}

static void ask_send(const struct sim_account_options *o, const struct sim_wish *w,
                     struct arena *arena, struct connect_request *out)
{
    char iso[CLOCK_ISO_SIZE];
    struct json_out json = {0};
    clock_format_iso(w->expiry_s, iso);
    json_object_begin(&json);
    json_name(&json, "source_address");
    json_write_string(&json, o->source[0] != '\0' ? o->source : w->number);
    json_name(&json, "source_address_type");
    json_object_begin(&json);
    json_name(&json, "id");
    json_int(&json, SOURCE_INTERNATIONAL);
    json_object_end(&json);
    json_name(&json, "payload");
    json_write_string(&json, payload_of(w, arena));
    json_name(&json, "dcs");
    json_int(&json, w->is_wide ? DCS_UCS2 : DCS_TEXT);
    if (w->parts > 1) {
        json_name(&json, "udh");
        json_write_string(&json, arena_format(arena, "050003%02X%02X%02X", w->reference & 0xffU,
                                              w->parts & 0xffU, w->part & 0xffU));
    }
    json_name(&json, "expiry_date");
    json_write_string(&json, iso);
    json_object_end(&json);
    out->verb = CONNECT_POST;
    take_body(arena, &json, out);
}

static bool ask_1nce(const struct sim_account_options *o, const struct sim_wish *w,
                     struct arena *arena, struct connect_request *out)
{
    static const char *const behind[] = {
        [SIM_STEP_CARD] = "",
        [SIM_STEP_SET] = "",
        [SIM_STEP_DATA_QUOTA] = "/quota/data",
        [SIM_STEP_SMS_QUOTA] = "/quota/sms",
        [SIM_STEP_SESSION] = "/status",
        [SIM_STEP_SEND] = "/sms",
        [SIM_STEP_MESSAGES] = "/sms",
    };
    if (w->step == SIM_STEP_TOKEN) {
        ask_token(o, w, arena, out);
        return true;
    }
    out->verb = CONNECT_GET;
    if (w->step == SIM_STEP_CARDS) {
        out->path = arena_format(arena, "/%s/sims", o->version);
        out->query = arena_format(arena, "page=%u&pageSize=%d", w->page, SIM_PAGE_CARDS);
    } else {
        out->path = arena_format(arena, "/%s/sims/%.*s%s", o->version, ICCID_CHARS, w->iccid,
                                 behind[w->step]);
    }
    if (w->step == SIM_STEP_SET) {
        ask_set(w, arena, out);
    } else if (w->step == SIM_STEP_SEND) {
        ask_send(o, w, arena, out);
    } else if (w->step == SIM_STEP_MESSAGES) {
        out->query = arena_format(arena, "page=1&per_page=%d", SIM_MESSAGES_MAX);
    }
    add_headers(w, arena, out, arena_format(arena, "Bearer %s", w->token));
    return true;
}

/* ---- reading ---- */

static int64_t day_of(struct bytes text)
{
    int64_t time_s = 0;
    return clock_parse_iso(text, &time_s) && time_s > 0 ? time_s / DAY_S : 0;
}

static bool read_card(const struct json_value *v, struct sim_report *out)
{
    struct bytes status = sim_json_text(v, "status");
    sim_report_word(sim_json_text(v, "iccid"), out->iccid, sizeof(out->iccid));
    if (!iccid_is_valid(out->iccid) ||
        !(bytes_eq(status, "Enabled") || bytes_eq(status, "Disabled"))) {
        return false;
    }
    const struct json_value *lock = sim_json_member(v, "imei_lock");
    const struct json_value *label = sim_json_member(v, "label");
    int64_t data_level = 0;
    int64_t sms_level = 0;
    out->has_state = true;
    out->is_active = bytes_eq(status, "Enabled");
    out->imei_lock = lock != NULL && lock->kind == JSON_KIND_TRUE;
    out->has_label = label != NULL;
    sim_report_text(sim_json_text(v, "label"), out->label, sizeof(out->label));
    sim_report_word(sim_json_text(v, "imsi"), out->imsi, sizeof(out->imsi));
    sim_report_word(sim_json_text(v, "msisdn"), out->number, sizeof(out->number));
    sim_report_word(sim_json_text(v, "imei"), out->imei, sizeof(out->imei));
    sim_report_word(sim_json_text(v, "ip_address"), out->ip_address, sizeof(out->ip_address));
    out->actived_day = day_of(sim_json_text(v, "activation_date"));
    (void)sim_json_amount(v, "current_quota", 2, &out->data_mb_e2);
    (void)sim_json_amount(v, "current_quota_SMS", 0, &out->sms);
    (void)sim_json_number(v, "quota_status.id", &data_level);
    (void)sim_json_number(v, "quota_status_SMS.id", &sms_level);
    out->says_low = data_level >= LEVEL_LOW || sms_level >= LEVEL_LOW;
    out->has_data_left = data_level == LEVEL_NONE; /* else the quota itself says how much */
    out->has_sms_left = sms_level == LEVEL_NONE;
    return true;
}

static const char *read_cards(const struct json_value *root, struct arena *arena,
                              struct sim_told *out)
{
    bool is_page = root->kind == JSON_KIND_ARRAY && root->count <= SIM_PAGE_CARDS;
    out->reports = arena_new_array(arena, is_page ? root->count : 1, sizeof(*out->reports));
    if (root->kind == JSON_KIND_OBJECT) {
        out->report_count = 1;
        return read_card(root, out->reports) ? NULL : "answered no SIM card";
    }
    size_t odd = 0;
    const struct json_value *v = is_page ? root->first : NULL;
    for (; v != NULL; v = v->next) {
        struct sim_report *report = &out->reports[out->report_count++];
        if (!read_card(v, report)) {
            *report = (struct sim_report){.iccid = ""}; /* of no card, and the page stays full */
            odd++;
        }
    }
    static const char why[] = "answered no list of SIM cards";
    return is_page ? sim_list_fault(root->count, root->count - odd, why) : why;
}

static const char *read_quota(const struct json_value *root, enum sim_step step,
                              struct sim_report *out)
{
    bool is_data = step == SIM_STEP_DATA_QUOTA;
    bool is_quota = is_data ? sim_json_amount(root, "volume", 2, &out->data_left_mb_e2) &&
                                  sim_json_amount(root, "total_volume", 2, &out->data_mb_e2)
                            : sim_json_amount(root, "volume", 0, &out->sms_left) &&
                                  sim_json_amount(root, "total_volume", 0, &out->sms);
    out->has_data_left = is_quota && is_data;
    out->has_sms_left = is_quota && !is_data;
    out->end_day = is_data ? day_of(sim_json_text(root, "expiry_date")) : 0;
    return is_quota ? NULL : "answered no quota";
}

/* The context that was made last says by which radio the card is on line. */
static void read_contexts(const struct json_value *contexts, struct sim_report *out)
{
    const struct json_value *newest = NULL;
    bool is_array = contexts != NULL && contexts->kind == JSON_KIND_ARRAY;
    for (const struct json_value *v = is_array ? contexts->first : NULL; v != NULL; v = v->next) {
        int64_t at = 0;
        int64_t best = 0;
        (void)clock_parse_iso(sim_json_text(v, "created"), &at);
        (void)clock_parse_iso(sim_json_text(newest, "created"), &best);
        newest = newest == NULL || at > best ? v : newest;
    }
    sim_report_technology(sim_json_text(newest, "rat_type.description"), out->technology);
    sim_report_word(sim_json_text(newest, "imeisv"), out->imei, sizeof(out->imei));
}

static const char *read_session(const struct json_value *root, struct sim_report *out)
{
    static const char *const words[] = {"ONLINE", "ATTACHED", "OFFLINE", "BLOCKED"};
    struct bytes status = sim_json_text(root, "status.description");
    struct bytes name = sim_json_text(root, "location.operator.name");
    struct bytes country = sim_json_text(root, "location.operator.country.name");
    bool is_word = false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        is_word = is_word || bytes_eq(status, words[i]);
    }
    if (!is_word) {
        return "answered no status";
    }
    out->has_session = true;
    out->is_online = bytes_eq(status, "ONLINE");
    country = country.len > 0 ? country : sim_json_text(root, "location.country.name");
    if (name.len > 0) {
        sim_report_text(name, out->network, SIM_NAME_SIZE / 2);
        size_t len = strlen(out->network);
        out->network[len] = '/';
        sim_report_text(country, out->network + len + 1, SIM_NAME_SIZE - len - 1);
    }
    read_contexts(sim_json_member(root, "pdp_contexts"), out);
    return NULL;
}

/*
 * UDH of a divided SMS (3GPP TS 23.040, section 9.2.3.24.1): reference, parts, part. A part that
 * can be none, or is of more than we join, is read as a whole SMS, so that it is shown.
 */
static void read_udh(struct bytes udh, struct sim_message *out)
{
    uint8_t at[UDH_CONCAT_CHARS / 2];
    size_t len = 0;
    if (udh.len == UDH_CONCAT_CHARS && hex_decode(udh, at, sizeof(at), &len) == ERR_OK &&
        at[0] == 5 && at[1] == 0 && at[2] == 3) {
        bool is_part = at[5] >= 1 && at[5] <= at[4] && at[4] <= SMS_PARTS_MAX;
        out->reference = is_part ? at[3] : 0;
        out->parts = is_part ? at[4] : 0;
        out->part = is_part ? at[5] : 0;
    }
}

/* What UCS-2 is as hexadecimal digits; anything else is the text. */
static const char *text_of(const struct json_value *v, struct arena *arena)
{
    struct bytes payload = sim_json_text(v, "payload");
    int64_t dcs = 0;
    size_t len = 0;
    uint8_t *wide = arena_new(arena, payload.len / 2 + 1);
    bool is_wide = sim_json_number(v, "dcs", &dcs) && dcs == DCS_UCS2 && payload.len % 4 == 0 &&
                   hex_decode(payload, wide, payload.len / 2 + 1, &len) == ERR_OK;
    struct bytes text =
        is_wide ? charset_convert(arena, CHARSET_UTF16BE, (struct bytes){wide, len}, payload.len)
                : payload;
    return (const char *)arena_copy(arena, text).at;
}

static bool read_message(const struct json_value *v, struct arena *arena, struct sim_message *out)
{
    int64_t id = 0;
    int64_t type = 0;
    int64_t status = 0;
    if (!sim_json_number(v, "id", &id) || !sim_json_number(v, "sms_type.id", &type) ||
        !clock_parse_iso(sim_json_text(v, "submit_date"), &out->time_s)) {
        return false;
    }
    (void)sim_json_number(v, "status.id", &status);
    out->id = arena_format(arena, "%lld", (long long)id);
    out->is_from_card = type == TYPE_MO;
    out->is_delivered = status == SENT_DELIVERED;
    out->is_failed = status == SENT_FAILED || status == SENT_EXPIRED;
    out->text = text_of(v, arena);
    read_udh(sim_json_text(v, "udh"), out);
    return true;
}

static const char *read_messages(const struct json_value *root, struct arena *arena,
                                 struct sim_told *out)
{
    if (root->kind != JSON_KIND_ARRAY) {
        return "answered no list of SMS";
    }
    size_t count = root->count < SIM_MESSAGES_MAX ? root->count : SIM_MESSAGES_MAX;
    out->messages = arena_new_array(arena, count, sizeof(*out->messages));
    const struct json_value *v = root->first;
    for (size_t i = 0; i < count; i++, v = v->next) {
        struct sim_message m = {.id = NULL};
        if (read_message(v, arena, &m)) {
            out->messages[out->message_count++] = m;
        }
    }
    return sim_list_fault(count, out->message_count, "answered no list of SMS");
}

static const char *read_token(const struct json_value *root, struct arena *arena,
                              struct sim_told *out)
{
    struct bytes token = sim_json_text(root, "access_token");
    if (token.len == 0 || token.len > TOKEN_MAX ||
        !sim_json_number(root, "expires_in", &out->token_s)) {
        return "answered no token";
    }
    out->token = (const char *)arena_copy(arena, token).at;
    return NULL;
}

static const char *read_root(enum sim_step step, const struct json_value *root, struct arena *arena,
                             struct sim_told *out)
{
    switch (step) {
    case SIM_STEP_TOKEN:
        return read_token(root, arena, out);
    case SIM_STEP_CARDS:
    case SIM_STEP_CARD:
        return (root->kind == JSON_KIND_ARRAY) == (step == SIM_STEP_CARDS)
                   ? read_cards(root, arena, out)
                   : "answered no SIM card";
    case SIM_STEP_MESSAGES:
        return read_messages(root, arena, out);
    case SIM_STEP_SEND:
        out->sent_id = sim_json_copy(root, "id", arena);
        return out->sent_id != NULL ? NULL : "answered no id of the SMS";
    case SIM_STEP_DATA_QUOTA:
    case SIM_STEP_SMS_QUOTA:
    case SIM_STEP_SESSION:
    case SIM_STEP_SET:
        break;
    }
    out->reports = arena_new(arena, sizeof(*out->reports));
    out->report_count = 1;
    return step == SIM_STEP_SESSION ? read_session(root, out->reports)
                                    : read_quota(root, step, out->reports);
}

static const char *read_1nce(const struct sim_account_options *o, enum sim_step step,
                             const struct connect_answer *a, struct arena *arena,
                             struct sim_told *out)
{
    struct json_value *root = NULL;
    bool is_made = step == SIM_STEP_SEND && a->status == STATUS_CREATED;
    (void)o;
    if (a->status != STATUS_OK && !is_made) {
        return "answered that it failed";
    }
    if (step == SIM_STEP_SET) {
        return NULL; /* without content */
    }
    if (json_read(a->body, arena, &root) != ERR_OK) {
        return "answered no JSON";
    }
    return read_root(step, root, arena, out);
}

const struct sim_row sim_row_1nce = {
    .name = "1nce", .has_token = true, .ask = ask_1nce, .read = read_1nce};
