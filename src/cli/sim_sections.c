/*
 * [sim.NAME]: each key is a row below, which says where its value goes. Secrets may stand in files
 * of their own, so that the configuration can be read by more people than they.
 */
#include "cli/sim_sections.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "cli/option_values.h"

enum { POLL_S = 600, POLL_MAX_S = 86400 };

static const char URL_1NCE[] = "https://api.1nce.com/management-api";

enum row_type { ROW_TEXT, ROW_TEMPLATE };
struct text_row {
    const char *key;
    size_t offset; /* in struct sim_account_options */
    enum row_type type;
};

#define AT(member) offsetof(struct sim_account_options, member)
#define READ(key, member)                                                                          \
    {                                                                                              \
        (key), AT(reads.member), ROW_TEXT                                                          \
    }
#define OF_ACTION(name, ACTION)                                                                    \
    {name "_body", AT(templates[SIM_ACTION_##ACTION].body), ROW_TEMPLATE},                         \
        {name "_good", AT(templates[SIM_ACTION_##ACTION].good), ROW_TEXT},                         \
    {                                                                                              \
        name "_good_has", AT(templates[SIM_ACTION_##ACTION].good_has), ROW_TEXT                    \
    }

static const struct text_row text_rows[] = {
    {"url", AT(url), ROW_TEXT},
    {"user", AT(user), ROW_TEXT},
    {"password", AT(password), ROW_TEXT},
    {"source", AT(source), ROW_TEXT},
    {"version", AT(version), ROW_TEXT},
    {"hook_secret", AT(hook_secret), ROW_TEXT},
    OF_ACTION("detail", DETAIL),
    OF_ACTION("activate", ACTIVATE),
    OF_ACTION("deactivate", DEACTIVATE),
    OF_ACTION("send", SEND),
    OF_ACTION("messages", MESSAGES),
    READ("detail_status", status),
    READ("detail_active", active),
    READ("detail_session", session),
    READ("detail_online", online),
    READ("detail_imei", imei),
    READ("detail_ip_address", ip_address),
    READ("detail_data_total_mb", data_total_mb),
    READ("detail_data_left_mb", data_left_mb),
    READ("detail_sms_total", sms_total),
    READ("detail_sms_left", sms_left),
    READ("send_id", sent_id),
    READ("messages_array", messages),
    READ("message_id", message_id),
    READ("message_text", message_text),
    READ("message_time", message_time),
    READ("message_type", message_type),
    READ("message_type_mo", message_mo),
    READ("message_status", message_status),
    READ("message_status_delivered", message_delivered),
    READ("message_status_failed", message_failed),
};
enum { TEXT_ROWS = sizeof(text_rows) / sizeof(text_rows[0]) };

static const char *const actions[SIM_ACTIONS] = {
    [SIM_ACTION_DETAIL] = "detail",         [SIM_ACTION_ACTIVATE] = "activate",
    [SIM_ACTION_DEACTIVATE] = "deactivate", [SIM_ACTION_SEND] = "send",
    [SIM_ACTION_MESSAGES] = "messages",
};

/* ---- the account of a section ---- */

static void put_text(struct sim_account_options *a, size_t offset, const char *text)
{
    memcpy((char *)a + offset, &text, sizeof(text));
}

static bool is_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len > 0 && len <= SIM_ACCOUNT_NAME_MAX && name[len] == '\0' &&
           strcmp(name, "inventory") != 0;
}

/* The account of that name, begun where it is new; NULL: there are too many. */
static struct sim_account_options *account_of(struct sim_sections *s, struct arena *texts,
                                              const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->at[i].name, name) == 0) {
            return &s->at[i];
        }
    }
    if (s->count == SIM_ACCOUNTS_MAX) {
        return NULL;
    }
    struct sim_account_options *a = &s->at[s->count++];
    *a = (struct sim_account_options){
        .kind = SIM_KINDS,
        .enterprise_id = -1,
        .per_s = SIM_PER_S_MAX,
        .poll_s = POLL_S,
    };
    for (size_t i = 0; i < TEXT_ROWS; i++) {
        put_text(a, text_rows[i].offset, "");
    }
    a->name = arena_copy_text(texts, name);
    a->version = "v2";
    return a;
}

/* ---- keys ---- */

static const char *set_type(struct sim_account_options *a, const char *value)
{
    static const char *const kinds[SIM_KINDS] = {
        [SIM_KIND_1NCE] = "1nce", [SIM_KIND_HTTP] = "http", [SIM_KIND_GATEWAY] = "sms-gateway"};
    for (size_t i = 0; i < SIM_KINDS; i++) {
        if (strcmp(kinds[i], value) == 0) {
            a->kind = (enum sim_kind)i;
            return NULL;
        }
    }
    return "wants 1nce, http or sms-gateway";
}

static const char *set_enterprise(struct sim_account_options *a, const char *value)
{
    uint64_t id = 0;
    if (strcmp(value, "shared") == 0) {
        a->enterprise_id = 0;
        return NULL;
    }
    if (!parse_u64(bytes_of_text(value), &id) || id == 0) {
        return "wants the HoldID of an enterprise, or shared";
    }
    a->enterprise_id = (int64_t)id;
    return NULL;
}

static const char *set_number(const char *value, unsigned max, unsigned *out)
{
    uint64_t number = 0;
    if (!parse_u64(bytes_of_text(value), &number) || number < 1 || number > max) {
        return max == SIM_PER_S_MAX ? "wants a number from 1 to 10" : "wants seconds up to 86400";
    }
    *out = (unsigned)number;
    return NULL;
}

/* "POST /path?query" */
static const char *set_target(struct sim_template *t, struct arena *texts, const char *value)
{
    static const char *const verbs[] = {[CONNECT_GET] = "GET ",
                                        [CONNECT_POST] = "POST ",
                                        [CONNECT_PUT] = "PUT ",
                                        [CONNECT_PATCH] = "PATCH "};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        const char *target = value + strlen(verbs[i]);
        if (!g_str_has_prefix(value, verbs[i])) {
            continue;
        }
        if (target[0] != '/' || strpbrk(target, " #\\") != NULL) {
            break;
        }
        t->verb = (enum connect_verb)i;
        t->target = arena_copy_text(texts, target);
        return sim_template_fault(target);
    }
    return "wants GET, POST, PUT or PATCH, a blank, and a path with its query: POST /v1/sms";
}

static const char *set_body_type(struct sim_template *t, const char *value)
{
    bool is_form = strcmp(value, "form") == 0;
    t->type = is_form ? SIM_BODY_FORM : SIM_BODY_JSON;
    return is_form || strcmp(value, "json") == 0 ? NULL : "wants json or form";
}

/* header.NAME = VALUE */
static const char *add_header(struct sim_account_options *a, struct arena *texts, const char *name,
                              const char *value)
{
    bool is_wrong =
        name[0] == '\0' || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-")] != '\0';
    if (is_wrong) {
        return "wants the name of a header behind header.";
    }
    if (a->header_count == SIM_HEADERS_MAX) {
        return "is one header too many";
    }
    a->headers[a->header_count++] =
        (struct connect_header){arena_copy_text(texts, name), arena_copy_text(texts, value)};
    return sim_template_fault(value);
}

/* A key of a template, or of a text. */
static const char *set_text(struct sim_account_options *a, struct arena *texts, const char *key,
                            const char *value)
{
    for (size_t i = 0; i < SIM_ACTIONS; i++) {
        size_t len = strlen(actions[i]);
        bool is_its = strncmp(key, actions[i], len) == 0;
        if (is_its && key[len] == '\0') {
            return set_target(&a->templates[i], texts, value);
        }
        if (is_its && strcmp(key + len, "_type") == 0) {
            return set_body_type(&a->templates[i], value);
        }
    }
    for (size_t i = 0; i < TEXT_ROWS; i++) {
        if (strcmp(text_rows[i].key, key) == 0) {
            put_text(a, text_rows[i].offset, arena_copy_text(texts, value));
            return text_rows[i].type == ROW_TEMPLATE ? sim_template_fault(value) : NULL;
        }
    }
    return "no such option";
}

static const char *set_one(struct sim_account_options *a, struct arena *texts, const char *key,
                           const char *value)
{
    if (strcmp(key, "type") == 0) {
        return set_type(a, value);
    }
    if (strcmp(key, "enterprise") == 0) {
        return set_enterprise(a, value);
    }
    if (strcmp(key, "per_s") == 0) {
        return set_number(value, SIM_PER_S_MAX, &a->per_s);
    }
    if (strcmp(key, "poll_s") == 0) {
        return set_number(value, POLL_MAX_S, &a->poll_s);
    }
    if (g_str_has_prefix(key, "header.")) {
        return add_header(a, texts, key + strlen("header."), value);
    }
    return set_text(a, texts, key, value);
}

const char *sim_sections_set(struct sim_sections *s, struct arena *texts, const char *account,
                             const char *key, const char *value)
{
    if (!is_name(account)) {
        return "wants a name of at most 32 lower-case letters, digits and dashes, and not "
               "inventory, behind sim.";
    }
    struct sim_account_options *a = account_of(s, texts, account);
    if (a == NULL) {
        return "is one account too many";
    }
    static const char *const secrets[] = {"user", "password", "hook_secret"};
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        size_t len = strlen(secrets[i]);
        if (strncmp(key, secrets[i], len) == 0 && strcmp(key + len, "_file") == 0) {
            const char *text = "";
            const char *why = option_read_secret(texts, value, &text);
            return why != NULL ? why : set_one(a, texts, secrets[i], text);
        }
    }
    return set_one(a, texts, key, value);
}

/* ---- as wholes ---- */

static struct sim_account_fault fault_of(struct sim_account_options *a)
{
    if (a->kind == SIM_KINDS) {
        return (struct sim_account_fault){"type", "is missing"};
    }
    if (a->enterprise_id < 0) {
        return (struct sim_account_fault){
            "enterprise", "is missing: the HoldID of the enterprise whose it is, or shared"};
    }
    return sim_account_check(a);
}

enum err sim_sections_check(struct sim_sections *s, struct arena *texts,
                            struct sim_section_fault *fault)
{
    for (size_t i = 0; i < s->count; i++) {
        struct sim_account_options *a = &s->at[i];
        if (a->kind == SIM_KIND_1NCE && a->url[0] == '\0') {
            a->url = URL_1NCE;
        }
        struct sim_account_fault found = fault_of(a);
        if (found.key != NULL) {
            *fault = (struct sim_section_fault){arena_format(texts, "sim.%s", a->name), found.key,
                                                found.why};
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

void sim_sections_print(void)
{
    (void)printf(
        "\n# Accounts with operators of SIM cards, and gateways of SMS; odograph(1) has all keys.\n"
        "#[sim.main]\n#type = 1nce\n#enterprise = 7\n#user = NAME\n"
        "#password_file = /etc/odograph/1nce.password\n"
        "#hook_secret_file = /etc/odograph/1nce.hook\n"
        "#[sim.gateway]\n#type = sms-gateway\n#enterprise = shared\n"
        "#url = http://127.0.0.1:8090\n#send = POST /messages\n"
        "#send_body = {\"to\": \"{sim}\", \"text\": \"{text}\"}\n");
}
