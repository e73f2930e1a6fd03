/*
 * The fields of a SIM card: how they are judged, taken and shown. What nobody entered is "", 0 or
 * null. Days are kept as days, since they are the operator's and do not move with a time zone.
 */
#include "api/sim_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/list_page.h"
#include "api/version.h"
#include "base/clock.h"

enum {
    DAY_S = 86400,
    DATE_SIZE = 48,
    E7_PER_E2 = 100000,
    MB_DECIMALS = 2,
    MB_MAX = 40000000,
    SMS_MAX = 1000000000,
};

static const char PROVIDER_INVENTORY[] = "inventory";

/* ---- taken ---- */

#define COMMON_PARAMS_OF_SIM                                                                       \
    [SIM_ICCID] = {.name = "ICCID",                                                                \
                   .type = PARAM_TEXT,                                                             \
                   .required = true,                                                               \
                   .doc = "Number of the card: " ICCID_RULE "; with or without its check digit"},  \
    [SIM_IMSI] = {.name = "IMSI",                                                                  \
                  .type = PARAM_TEXT,                                                              \
                  .may_be_empty = true,                                                            \
                  .max = SIM_NUMBER_MAX_CHARS,                                                     \
                  .doc = "IMSI"},                                                                  \
    [SIM_TAG] = {.name = "Tag",                                                                    \
                 .type = PARAM_TEXT,                                                               \
                 .is_name = true,                                                                  \
                 .may_be_empty = true,                                                             \
                 .max = NAME_MAX_CHARS,                                                            \
                 .doc = "Free text"},                                                              \
    [SIM_PACKAGE] = {.name = "PackageName",                                                        \
                     .type = PARAM_TEXT,                                                           \
                     .is_name = true,                                                              \
                     .may_be_empty = true,                                                         \
                     .max = NAME_MAX_CHARS,                                                        \
                     .doc = "What is paid for, such as 500M"},                                     \
    [SIM_DEVICE] = {.name = "DeviceID",                                                            \
                    .type = PARAM_TEXT,                                                            \
                    .may_be_empty = true,                                                          \
                    .doc = "The device that the card is in, which holds two at most; \"\": none"}, \
    [SIM_REMARK] = {.name = "Remark",                                                              \
                    .type = PARAM_TEXT,                                                            \
                    .may_be_empty = true,                                                          \
                    .max = NOTE_MAX_CHARS,                                                         \
                    .doc = "Free text"},                                                           \
    [SIM_PROVIDER] = {.name = "Provider",                                                          \
                      .type = PARAM_TEXT,                                                          \
                      .doc = "Who runs the card: inventory, which is what is entered here, or an " \
                             "account of the configuration; a shared one is for root alone"},      \
    [SIM_END] = {.name = "EndDate",                                                                \
                 .type = PARAM_TIME,                                                               \
                 .may_be_empty = true,                                                             \
                 .doc = "The day until which it is paid; \"\": none"},                             \
    [SIM_ACTIVED] = {.name = "Actived",                                                            \
                     .type = PARAM_TIME,                                                           \
                     .may_be_empty = true,                                                         \
                     .doc = "The day on which it was first activated; \"\": not known"},           \
    [SIM_USAGE_AMOUNT] = {.name = "UsageAmount",                                                   \
                          .type = PARAM_DECIMAL,                                                   \
                          .max = MB_MAX,                                                           \
                          .doc = "Quota of data, MB; 0: unknown, as the next three"},              \
    [SIM_USAGE_DATA] = {.name = "UsageData",                                                       \
                        .type = PARAM_DECIMAL,                                                     \
                        .max = MB_MAX,                                                             \
                        .doc = "What remains of it, MB"},                                          \
    [SIM_SMS_AMOUNT] = {.name = "SMSAmount",                                                       \
                        .type = PARAM_INT,                                                         \
                        .max = SMS_MAX,                                                            \
                        .doc = "Quota of SMS"},                                                    \
    [SIM_SMS_DATA] = {                                                                             \
        .name = "SMSData", .type = PARAM_INT, .max = SMS_MAX, .doc = "What remains of it"}

#define NUMBER_PARAM(is_new)                                                                       \
    [SIM_NUMBER] = {.name = "SIM",                                                                 \
                    .type = PARAM_TEXT,                                                            \
                    .required = (is_new),                                                          \
                    .may_be_empty = !(is_new),                                                     \
                    .max = SIM_NUMBER_MAX_CHARS,                                                   \
                    .doc = "Phone number of the card"}

const struct param_row sim_add_params[SIM_PARAMS] = {COMMON_PARAMS_OF_SIM, NUMBER_PARAM(true)};
const struct param_row sim_change_params[SIM_PARAMS] = {COMMON_PARAMS_OF_SIM, NUMBER_PARAM(false)};

/* The day of a time in the enterprise's zone, in days since 1970; 0 where the field is "". */
static int64_t day_of(struct call *c, const struct value *v)
{
    if (v->text != NULL && v->text[0] == '\0') {
        return 0;
    }
    return (v->number + zone_offset_s(call_clock(c), v->number)) / DAY_S;
}

static const char *day_fault(struct call *c, const struct value *v)
{
    bool is_empty = v->text != NULL && v->text[0] == '\0';
    return v->present && !is_empty && day_of(c, v) <= 0 ? "too long ago" : NULL;
}

bool sim_fields_fault(struct call *c, const struct value *values, struct param_fault *fault)
{
    const struct value *number = &values[SIM_NUMBER];
    const struct param_fault faults[] = {
        {"ICCID", iccid_is_valid(values[SIM_ICCID].text) ? NULL : "wants " ICCID_RULE},
        {"SIM", number->present && number->text[0] == '\0' ? PARAM_MISSING : NULL},
        {"EndDate", day_fault(c, &values[SIM_END])},
        {"Actived", day_fault(c, &values[SIM_ACTIVED])},
    };
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        if (faults[i].why != NULL) {
            *fault = faults[i];
            return true;
        }
    }
    return false;
}

static void take_text(const struct value *v, const char **member)
{
    *member = v->present ? v->text : *member;
}

static void take_day(struct call *c, const struct value *v, int64_t *member)
{
    *member = v->present ? day_of(c, v) : *member;
}

static void take_number(const struct value *v, int64_t per, uint32_t *member)
{
    *member = v->present ? (uint32_t)(v->number / per) : *member;
}

const char *sim_provider_fault(const struct call *c, const struct value *values,
                               const struct sim_card *card)
{
    const struct value *v = &values[SIM_PROVIDER];
    bool is_same = !v->present || strcasecmp(v->text, card->provider) == 0 ||
                   strcasecmp(v->text, PROVIDER_INVENTORY) == 0;
    bool may = is_same || sims_has_account(c->api->sims, v->text, card->enterprise_id,
                                           c->caller.role == ROLE_ROOT);
    return may ? NULL : "there is no such provider";
}

/* What another operator said of the card is nothing that this one said. */
static void take_provider(struct call *c, const struct value *v, struct sim_card *card)
{
    const char *name = v->present ? sims_account_name(c->api->sims, v->text) : card->provider;
    name = name == NULL ? "" : name;
    if (!v->present || strcmp(name, card->provider) == 0) {
        return;
    }
    card->provider = name;
    card->imei = card->ip_address = card->network = card->technology = "";
    card->is_online = false;
    card->state_s = card->session_s = 0;
}

void sim_fields_take(struct call *c, struct sim_card *card, const struct value *values)
{
    take_text(&values[SIM_NUMBER], &card->sim);
    take_text(&values[SIM_IMSI], &card->imsi);
    take_text(&values[SIM_TAG], &card->tag);
    take_text(&values[SIM_PACKAGE], &card->package_name);
    take_text(&values[SIM_REMARK], &card->remark);
    take_provider(c, &values[SIM_PROVIDER], card);
    take_day(c, &values[SIM_END], &card->end_day);
    take_day(c, &values[SIM_ACTIVED], &card->actived_day);
    take_number(&values[SIM_USAGE_AMOUNT], E7_PER_E2, &card->usage_amount_mb_e2);
    take_number(&values[SIM_USAGE_DATA], E7_PER_E2, &card->usage_data_mb_e2);
    take_number(&values[SIM_SMS_AMOUNT], 1, &card->sms_amount);
    take_number(&values[SIM_SMS_DATA], 1, &card->sms_data);
}

/* ---- found ---- */

/* The device that the card is in, to be released; false: it is in none any more. */
static bool find_device(struct call *c, const struct sim_card *card, struct device_ref *out)
{
    struct directory *dir = c->shard->directory;
    if (card->device_id == 0 || directory_find(dir, card->device_id, out) != ERR_OK) {
        return false;
    }
    bool is_own = out->info->enterprise_id == card->enterprise_id;
    if (!is_own) {
        device_ref_release(dir, out);
    }
    return is_own;
}

/* Whether it is in a device of the caller's groups. */
static bool is_in_own_groups(struct call *c, const struct sim_card *card)
{
    struct device_ref ref;
    if (c->caller.group_count == 0) {
        return true;
    }
    if (!find_device(c, card, &ref)) {
        return false;
    }
    bool is_in = call_sees_group(c, ref.group_id);
    device_ref_release(c->shard->directory, &ref);
    return is_in;
}

enum err sim_find(struct call *c, const char *iccid, struct arena *arena, struct sim_card *out)
{
    bool found = directory_sim(c->shard->directory, iccid, arena, out) == ERR_OK &&
                 out->enterprise_id == c->caller.enterprise_id && is_in_own_groups(c, out);
    return found ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- shown ---- */

static void write_member(struct json_out *out, const char *name, const char *text)
{
    json_name(out, name);
    json_write_string(out, text);
}

static void write_day(struct json_out *out, const char *name, int64_t day)
{
    char text[DATE_SIZE];
    json_name(out, name);
    if (day == 0) {
        json_write_null(out);
        return;
    }
    const struct civil date = civil_from_s(day * DAY_S);
    (void)snprintf(text, sizeof(text), "%04d-%02d-%02d", date.year, date.month, date.day);
    json_write_string(out, text);
}

static void write_quotas(struct json_out *out, const struct sim_card *card)
{
    json_name(out, "UsageAmount");
    json_decimal(out, card->usage_amount_mb_e2, MB_DECIMALS);
    json_name(out, "UsageData");
    json_decimal(out, card->usage_data_mb_e2, MB_DECIMALS);
    json_name(out, "SMSAmount");
    json_int(out, card->sms_amount);
    json_name(out, "SMSData");
    json_int(out, card->sms_data);
}

/* From the phone number to the remark; answers whether the device is on line. */
static bool write_names(struct call *c, const struct sim_card *card, struct json_out *out)
{
    struct device_ref ref = {0};
    struct live live;
    bool is_in_device = find_device(c, card, &ref);
    write_member(out, "SIM", card->sim);
    write_member(out, "ICCID", card->iccid);
    write_member(out, "IMSI", card->imsi);
    write_member(out, "Tag", card->tag);
    write_member(out, "PackageName", card->package_name);
    write_member(out, "DeviceID", is_in_device ? ref.info->device_id : "");
    write_member(out, "Remark", card->remark);
    if (!is_in_device) {
        return false;
    }
    tracked_live(c->shard->directory, ref.tracked, &live);
    device_ref_release(c->shard->directory, &ref);
    return live_is_online(&live, c->now_monotonic_ms, c->now_ms);
}

static void write_status(struct json_out *out, const struct sim_card *card)
{
    write_member(out, "Status", card->is_active ? "Activated" : "Deactivated");
}

/* When the operator said the older part of it; 0: there is none, or it never did. */
static int64_t told_s(const struct sim_card *card)
{
    return card->session_s != 0 && card->session_s < card->state_s ? card->session_s
                                                                   : card->state_s;
}

/* Of an inventory card nothing is known of the network; its device tells whether there is one. */
void sim_write_detail(struct call *c, const struct sim_card *card)
{
    struct json_out *out = &c->out;
    json_object_begin(out);
    bool is_online = write_names(c, card, out);
    write_status(out, card);
    is_online = card->session_s != 0 ? card->is_online : is_online;
    write_member(out, "SessionStatus", is_online ? "Online" : "Offline");
    write_quotas(out, card);
    write_member(out, "OperatorCountry", card->network);
    write_member(out, "AccessTechnology", card->technology);
    write_member(out, "IpAddress", card->ip_address);
    write_day(out, "Actived", card->actived_day);
    write_day(out, "EndDate", card->end_day);
    json_name(out, "CreateDate");
    call_write_time(c, out, card->created_s);
    json_name(out, "AsOf");
    call_write_time(c, out, told_s(card));
    json_object_end(out);
}

/* Who set the status by a call; "": nobody did. */
static const char *setter_of(struct call *c, const struct sim_card *card)
{
    struct user user;
    bool is_known =
        card->status_by != 0 &&
        directory_user(c->shard->directory, card->status_by, &c->arena, &user) == ERR_OK &&
        user.enterprise_id == card->enterprise_id;
    return is_known ? user.login_name : card->status_by != 0 ? "root" : "";
}

void sim_write_members(struct call *c, const void *object, struct json_out *out)
{
    const struct sim_card *card = object;
    (void)write_names(c, card, out);
    write_member(out, "Provider", card->provider[0] == '\0' ? PROVIDER_INVENTORY : card->provider);
    write_day(out, "EndDate", card->end_day);
    write_day(out, "Actived", card->actived_day);
    write_quotas(out, card);
    write_status(out, card);
    json_name(out, "StatusTime");
    call_write_time(c, out, card->status_s);
    write_member(out, "StatusBy", setter_of(c, card));
    json_name(out, "CreateDate");
    call_write_time(c, out, card->created_s);
}

bool sim_has_key(struct call *c, const struct sim_card *card, const char *key)
{
    struct device_ref ref;
    const char *const texts[] = {card->iccid, card->sim, card->imsi, card->tag, card->remark};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(texts) && !found; i++) {
        found = strstr(list_key_folded(c, texts[i]), key) != NULL;
    }
    if (!found && find_device(c, card, &ref)) {
        found = strstr(list_key_folded(c, ref.info->device_id), key) != NULL;
        device_ref_release(c->shard->directory, &ref);
    }
    return found;
}

/* ---- what openapi.json says of it ---- */

#define DATE_TEXT(name_, example_, doc_)                                                           \
    {                                                                                              \
        .name = (name_), .type = REPLY_TEXT, .nullable = true, .example = (example_),              \
        .doc = (doc_)                                                                              \
    }
#define TEXT_MEMBER(name_, example_, doc_)                                                         \
    {                                                                                              \
        .name = (name_), .type = REPLY_TEXT, .example = (example_), .doc = (doc_)                  \
    }
#define NUMBER_MEMBER(name_, example_, doc_)                                                       \
    {                                                                                              \
        .name = (name_), .type = REPLY_NUMBER, .example = (example_), .doc = (doc_)                \
    }
#define NAME_MEMBERS                                                                               \
    TEXT_MEMBER("SIM", "\"882285109030215\"", "Phone number"),                                     \
        TEXT_MEMBER("ICCID", "\"8988228055509013601\"", "Number of the card"),                     \
        TEXT_MEMBER("IMSI", "\"901405109066932\"", "IMSI"),                                        \
        TEXT_MEMBER("Tag", "\"\"", "Free text"),                                                   \
        TEXT_MEMBER("PackageName", "\"500M\"", "What is paid for"),                                \
        TEXT_MEMBER("DeviceID", "\"862405517000969\"", "The device it is in; empty: in none"),     \
        TEXT_MEMBER("Remark", "\"\"", "Free text")
#define QUOTA_MEMBERS                                                                              \
    NUMBER_MEMBER("UsageAmount", "500.00", "Quota of data, MB; 0: unknown, as the next three"),    \
        NUMBER_MEMBER("UsageData", "452.42", "What remains of it, MB"),                            \
        NUMBER_MEMBER("SMSAmount", "250", "Quota of SMS"),                                         \
        NUMBER_MEMBER("SMSData", "250", "What remains of it")
#define STATUS_MEMBER  TEXT_MEMBER("Status", "\"Activated\"", "Activated or Deactivated")
#define END_MEMBER     DATE_TEXT("EndDate", "\"2034-04-05\"", "Paid until then; null: not known")
#define ACTIVED_MEMBER DATE_TEXT("Actived", "\"2024-01-05\"", "First activated; null: not known")
#define CREATED_MEMBER                                                                             \
    {                                                                                              \
        .name = "CreateDate", .type = REPLY_TIME, .nullable = true,                                \
        .example = "\"2024-07-10 14:24:38\"", .doc = "When it was added here"                      \
    }

const struct reply_member sim_detail_members[SIM_DETAIL_MEMBERS] = {
    NAME_MEMBERS,
    STATUS_MEMBER,
    TEXT_MEMBER("SessionStatus", "\"Online\"",
                "Online as its operator says, of the inventory while its device is heard; Offline"),
    QUOTA_MEMBERS,
    TEXT_MEMBER("OperatorCountry", "\"\"", "Network and country; empty where not known"),
    TEXT_MEMBER("AccessTechnology", "\"\"", "Such as 4G; empty where not known"),
    TEXT_MEMBER("IpAddress", "\"\"", "Its address in the network; empty where not known"),
    ACTIVED_MEMBER,
    END_MEMBER,
    CREATED_MEMBER,
    {.name = "AsOf",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2025-05-07 04:46:28\"",
     .doc = "When its operator said this; null: there is none, or it never did"},
};

const struct reply_member sim_list_members[SIM_LIST_MEMBERS] = {
    NAME_MEMBERS,
    TEXT_MEMBER("Provider", "\"inventory\"", "Who runs the card"),
    END_MEMBER,
    ACTIVED_MEMBER,
    QUOTA_MEMBERS,
    STATUS_MEMBER,
    {.name = "StatusTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When ChangeSIMStatus set it; null: never"},
    TEXT_MEMBER("StatusBy", "\"\"", "The LoginName of who did; root where it is no own user"),
    CREATED_MEMBER,
    VERSION_MEMBER,
};
