/*
 * Operators and SMS gateways by templates of the configuration:
 *
 *     send = POST /v1/messages?from={source}
 *     send_body = {"to": "{sim}", "text": "{text}"}
 *
 * A value is escaped for the place where it stands: for a URL in a target, for JSON or a form in a
 * body. In a header nothing can be escaped, so that one with a control character is not sent. What
 * is no name of a value stays as it is, braces and all.
 */
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "connect/sim_json.h"
#include "connect/sim_rows.h"

enum { STATUS_FROM = 200, STATUS_TO = 299, STATUS_CHARS = 8 };

/* ---- filling ---- */

enum place { IN_URL, IN_FORM, IN_JSON, IN_HEADER };

static const char *const names[] = {"iccid",  "sim",    "imsi", "text",
                                    "source", "expiry", "user", "password"};

static const char *value_of(const struct sim_account_options *o, const struct sim_wish *w,
                            size_t name, struct arena *arena)
{
    const char *const values[] = {
        w->iccid,
        w->number,
        w->imsi,
        w->text,
        o->source[0] != '\0' ? o->source : w->number,
        arena_format(arena, "%lld", (long long)w->expiry_s),
        o->user,
        o->password,
    };
    return values[name];
}

/* How long the name of a value in braces is with them, and which; 0: there is none. */
static size_t name_at(const char *at, size_t *which)
{
    size_t len = at[0] == '{' ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
    if (len == 0 || at[len + 1] != '}') {
        return 0;
    }
    for (*which = 0; *which < sizeof(names) / sizeof(names[0]); (*which)++) {
        if (strlen(names[*which]) == len && memcmp(names[*which], at + 1, len) == 0) {
            break;
        }
    }
    return len + 2;
}

const char *sim_template_fault(const char *text)
{
    size_t which = 0;
    if (strlen(text) > SIM_TEMPLATE_MAX) {
        return "wants at most 8192 bytes";
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (name_at(at, &which) > 0 && which == sizeof(names) / sizeof(names[0])) {
            return "knows {iccid}, {sim}, {imsi}, {text}, {source}, {expiry}, {user} and "
                   "{password} alone";
        }
    }
    return NULL;
}

/* In a path a blank is no "+", and only what is unreserved stands for itself (RFC 3986). */
static void add_url(GString *out, const char *value)
{
    char *escaped = g_uri_escape_string(value, NULL, FALSE);
    g_string_append(out, escaped);
    g_free(escaped);
}

static void add_json(GString *out, const char *value)
{
    struct json_out json = {0};
    json_write_string(&json, value);
    struct bytes text = json_text(&json);
    g_string_append_len(out, (const char *)text.at + 1, (gssize)text.len - 2);
    json_free(&json);
}

static void add_value(GString *out, const char *value, enum place place)
{
    if (place == IN_URL || place == IN_FORM) {
        add_url(out, value);
    } else if (place == IN_JSON) {
        add_json(out, value);
    } else {
        g_string_append(out, value);
    }
}

static const char *fill(const struct sim_account_options *o, const struct sim_wish *w,
                        const char *text, enum place place, struct arena *arena)
{
    GString *out = g_string_new(NULL);
    size_t which = 0;
    for (const char *at = text; *at != '\0';) {
        size_t len = name_at(at, &which);
        if (len > 0) {
            add_value(out, value_of(o, w, which, arena), place);
        } else {
            g_string_append_c(out, *at);
        }
        at += len > 0 ? len : 1;
    }
    const char *copy = arena_copy_text(arena, out->str);
    (void)g_string_free(out, TRUE);
    return copy;
}

/* ---- asking ---- */

/* Which template a step goes by; SIM_ACTIONS: none. */
static enum sim_action action_of(const struct sim_wish *w)
{
    switch (w->step) {
    case SIM_STEP_CARD:
        return SIM_ACTION_DETAIL;
    case SIM_STEP_SET:
        return w->wants_active ? SIM_ACTION_ACTIVATE : SIM_ACTION_DEACTIVATE;
    case SIM_STEP_SEND:
        return SIM_ACTION_SEND;
    case SIM_STEP_MESSAGES:
        return SIM_ACTION_MESSAGES;
    case SIM_STEP_TOKEN:
    case SIM_STEP_CARDS:
    case SIM_STEP_DATA_QUOTA:
    case SIM_STEP_SMS_QUOTA:
    case SIM_STEP_SESSION:
        break;
    }
    return SIM_ACTIONS;
}

static bool ask_template(const struct sim_account_options *o, const struct sim_wish *w,
                         struct arena *arena, struct connect_request *out)
{
    enum sim_action action = action_of(w);
    if (action == SIM_ACTIONS || o->templates[action].target == NULL) {
        return false;
    }
    const struct sim_template *t = &o->templates[action];
    bool is_json = t->type == SIM_BODY_JSON;
    struct connect_header *headers = arena_new_array(arena, o->header_count + 1, sizeof(*headers));
    size_t count = o->header_count;
    for (size_t i = 0; i < count; i++) {
        headers[i] = (struct connect_header){o->headers[i].name,
                                             fill(o, w, o->headers[i].value, IN_HEADER, arena)};
    }
    char *target = arena_copy_text(arena, fill(o, w, t->target, IN_URL, arena));
    char *query = strchr(target, '?');
    if (query != NULL) {
        *query++ = '\0';
    }
    out->verb = t->verb;
    out->path = target;
    out->query = query == NULL ? "" : query;
    if (t->verb != CONNECT_GET && t->body[0] != '\0') {
        headers[count++] = (struct connect_header){
            "Content-Type", is_json ? "application/json" : "application/x-www-form-urlencoded"};
        out->body = bytes_of_text(fill(o, w, t->body, is_json ? IN_JSON : IN_FORM, arena));
    }
    out->headers = headers;
    out->header_count = count;
    return true;
}

/* ---- reading ---- */

static bool has_text(struct bytes body, const char *text)
{
    return text[0] == '\0' || g_strstr_len((const char *)body.at, (gssize)body.len, text) != NULL;
}

static bool is_good(const struct sim_template *t, const struct connect_answer *a)
{
    char status[STATUS_CHARS];
    bool has_status = a->status >= STATUS_FROM && a->status <= STATUS_TO;
    if (t->good[0] != '\0') {
        (void)g_snprintf(status, sizeof(status), "%d", a->status);
        char **all = g_strsplit(t->good, " ", -1);
        has_status = g_strv_contains((const gchar *const *)all, status);
        g_strfreev(all);
    }
    return has_status &&
           (a->body.len == 0 ? t->good_has[0] == '\0' : has_text(a->body, t->good_has));
}

static bool has_word(const struct json_value *v, const char *path, const char *word)
{
    return path[0] != '\0' && word[0] != '\0' && bytes_eq(sim_json_text(v, path), word);
}

/* A number at a path, where the account has one. */
static bool read_amount(const struct json_value *root, const char *path, unsigned decimals,
                        uint32_t *out)
{
    return path[0] != '\0' && sim_json_amount(root, path, decimals, out);
}

static const char *read_detail(const struct sim_reads *reads, const struct json_value *root,
                               struct sim_report *out)
{
    if (sim_json_text(root, reads->status).len == 0) {
        return "answered no status";
    }
    out->has_state = true;
    out->is_active = has_word(root, reads->status, reads->active);
    out->has_session = reads->session[0] != '\0';
    out->is_online = has_word(root, reads->session, reads->online);
    if (reads->imei[0] != '\0') {
        sim_report_word(sim_json_text(root, reads->imei), out->imei, sizeof(out->imei));
    }
    if (reads->ip_address[0] != '\0') {
        sim_report_word(sim_json_text(root, reads->ip_address), out->ip_address,
                        sizeof(out->ip_address));
    }
    (void)read_amount(root, reads->data_total_mb, 2, &out->data_mb_e2);
    (void)read_amount(root, reads->sms_total, 0, &out->sms);
    out->has_data_left = read_amount(root, reads->data_left_mb, 2, &out->data_left_mb_e2);
    out->has_sms_left = read_amount(root, reads->sms_left, 0, &out->sms_left);
    return NULL;
}

static bool read_time(const struct json_value *v, const char *path, int64_t *time_s)
{
    return clock_parse_iso(sim_json_text(v, path), time_s) || sim_json_number(v, path, time_s);
}

static bool read_message(const struct sim_reads *reads, const struct json_value *v,
                         struct arena *arena, struct sim_message *m)
{
    m->id = sim_json_copy(v, reads->message_id, arena);
    m->is_from_card = has_word(v, reads->message_type, reads->message_mo);
    m->is_delivered = has_word(v, reads->message_status, reads->message_delivered);
    m->is_failed = has_word(v, reads->message_status, reads->message_failed);
    m->text = (const char *)arena_copy(arena, sim_json_text(v, reads->message_text)).at;
    return m->id != NULL && read_time(v, reads->message_time, &m->time_s);
}

static const char *read_messages(const struct sim_reads *reads, const struct json_value *root,
                                 struct arena *arena, struct sim_told *out)
{
    const struct json_value *all = sim_json_member(root, reads->messages);
    if (all == NULL || all->kind != JSON_KIND_ARRAY) {
        return "answered no list of SMS";
    }
    size_t count = all->count < SIM_MESSAGES_MAX ? all->count : SIM_MESSAGES_MAX;
    out->messages = arena_new_array(arena, count, sizeof(*out->messages));
    const struct json_value *v = all->first;
    for (size_t i = 0; i < count; i++, v = v->next) {
        struct sim_message m = {.id = NULL};
        if (read_message(reads, v, arena, &m)) {
            out->messages[out->message_count++] = m;
        }
    }
    return sim_list_fault(count, out->message_count, "answered no list of SMS");
}

static const char *read_template(const struct sim_account_options *o, enum sim_step step,
                                 const struct connect_answer *a, struct arena *arena,
                                 struct sim_told *out)
{
    struct json_value *root = NULL;
    /* Both ways of SIM_STEP_SET are good alike, as sim_account_check() sees to. */
    const struct sim_wish like = {.step = step, .wants_active = true};
    if (!is_good(&o->templates[action_of(&like)], a)) {
        return "answered that it failed";
    }
    if (step == SIM_STEP_SET || (step == SIM_STEP_SEND && o->reads.sent_id[0] == '\0')) {
        out->sent_id = "";
        return NULL;
    }
    if (json_read(a->body, arena, &root) != ERR_OK) {
        return "answered no JSON";
    }
    if (step == SIM_STEP_SEND) {
        out->sent_id = sim_json_copy(root, o->reads.sent_id, arena);
        return out->sent_id != NULL ? NULL : "answered no id of the SMS";
    }
    if (step == SIM_STEP_MESSAGES) {
        return read_messages(&o->reads, root, arena, out);
    }
    out->reports = arena_new(arena, sizeof(*out->reports));
    out->report_count = 1;
    return read_detail(&o->reads, root, out->reports);
}

const struct sim_row sim_row_template = {
    .name = "template", .ask = ask_template, .read = read_template};
