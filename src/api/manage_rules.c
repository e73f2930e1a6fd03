/*
 * Alarm rules of an enterprise, a group or a device. A call replaces all that its scope has set:
 * a field that is not in it inherits from above, null is off. What held before is kept with its
 * time, for late fixes.
 */
#include <string.h>
#include <strings.h>

#include "api/call.h"
#include "api/manage.h"
#include "fleet/directory_rules.h"

enum {
    SET_SCOPE,
    SET_ID,
    SET_FIRST_FIELD, /* RULE_FIELDS of them, in the order of enum rule_field */
    SET_TEMPERATURES = SET_FIRST_FIELD + RULE_FIELDS,
    SET_RESET
};
enum { GET_SCOPE, GET_ID, GET_EFFECTIVE };
enum { SENSOR, SENSOR_MIN, SENSOR_MAX, SENSOR_FIELDS };
enum { E7_A_HUNDREDTH = 100000, MINUTE_S = 60, DECIMALS = 2 };

static const char NO_GROUP[] = "This group does not exist";
static const char TEMPERATURES[] = "Temperatures";

static const char *const scopes[RULE_SCOPES] = {
    [RULE_OF_ENTERPRISE] = "enterprise", [RULE_OF_GROUP] = "group", [RULE_OF_DEVICE] = "device"};

/* How a field stands in JSON, and how many of its units make one of ours. */
static const struct {
    const char *name;
    int64_t unit; /* 0: a decimal, hundredths here */
} fields[RULE_FIELDS] = {
    [RULE_OVERSPEED_KMH_E2] = {"OverspeedKmh", 0},
    [RULE_OVERSPEED_S] = {"OverspeedSeconds", 1},
    [RULE_LOW_BATTERY_PERCENT] = {"LowBatteryPercent", 1},
    [RULE_TEMPERATURE_MIN_C_E2] = {"TemperatureMin", 0},
    [RULE_TEMPERATURE_MAX_C_E2] = {"TemperatureMax", 0},
    [RULE_OFFLINE_S] = {"OfflineMinutes", MINUTE_S},
    [RULE_DISPLACEMENT_M] = {"DisplacementMeters", 1},
    [RULE_FATIGUE_S] = {"FatigueMinutes", MINUTE_S},
    [RULE_LOW_DATA_PERCENT] = {"LowDataPercent", 1},
    [RULE_LOW_SMS] = {"LowSMS", 1},
    [RULE_SIM_EXPIRY_DAYS] = {"SIMExpiryDays", 1},
};

/* ---- which scope ---- */

static bool find_scope(const char *word, enum rule_scope *out)
{
    for (enum rule_scope scope = 0; scope < RULE_SCOPES; scope++) {
        if (strcasecmp(word, scopes[scope]) == 0) {
            *out = scope;
            return true;
        }
    }
    return false;
}

static bool check_scope(struct call *c)
{
    enum rule_scope scope;
    if (!find_scope(call_text(c, SET_SCOPE), &scope)) {
        call_fault(c, "Scope", "neither enterprise, group nor device");
        return false;
    }
    if (scope != RULE_OF_ENTERPRISE && call_text(c, SET_ID)[0] == '\0') {
        call_fault(c, "ID", PARAM_MISSING);
        return false;
    }
    return true;
}

static bool find_group(struct call *c, const char *id, int64_t *out)
{
    struct group g;
    uint64_t number = 0;
    bool is_number = parse_u64(bytes_of_text(id), &number) && number <= INT64_MAX;
    *out = (int64_t)number;
    return is_number && directory_group(c->shard->directory, *out, &c->arena, &g) == ERR_OK &&
           !g.deleted && g.enterprise_id == c->caller.enterprise_id && call_sees_group(c, *out);
}

/* The group that the caller's device is in, and the device's internal id. */
static bool find_device(struct call *c, const char *id, int64_t *device, int64_t *group)
{
    struct device_ref ref;
    struct directory *dir = c->shard->directory;
    if (directory_find_by_device_id(dir, &c->caller, id, &ref) != ERR_OK) {
        return false;
    }
    *device = ref.info->id;
    *group = ref.group_id;
    device_ref_release(dir, &ref);
    return true;
}

/* What a call is about: a key of the rules, and the scopes above it. NULL, or why there is none. */
struct subject {
    struct alarm_rule key;
    int64_t group_id;
};
static const char *find_subject(struct call *c, struct subject *out)
{
    const char *id = call_text(c, SET_ID);
    *out = (struct subject){.key = {.enterprise_id = c->caller.enterprise_id}};
    (void)find_scope(call_text(c, SET_SCOPE), &out->key.scope);
    if (out->key.scope == RULE_OF_GROUP) {
        bool found = find_group(c, id, &out->key.subject_id);
        out->group_id = out->key.subject_id;
        return found ? NULL : NO_GROUP;
    }
    if (out->key.scope == RULE_OF_DEVICE) {
        bool found = find_device(c, id, &out->key.subject_id, &out->group_id);
        return found ? NULL : CALL_NO_DEVICE_TEXT;
    }
    return NULL;
}

/* Whoever is limited to groups has no say in what is the whole enterprise's. */
static bool may_set(const struct call *c, enum rule_scope scope)
{
    bool is_limited = scope == RULE_OF_ENTERPRISE && c->caller.group_count > 0;
    return call_may(c) && !is_limited;
}

/* ---- SetAlarmRules ---- */

static const struct param_row sensor_params[SENSOR_FIELDS] = {
    [SENSOR] = {.name = "Sensor",
                .type = PARAM_INT,
                .required = true,
                .min = 1,
                .max = FIX_TEMPERATURES_MAX,
                .doc = "Its number"},
    [SENSOR_MIN] = {.name = "Min", .type = PARAM_DECIMAL, .min = -273, .max = 327, .doc = "Least"},
    [SENSOR_MAX] = {.name = "Max", .type = PARAM_DECIMAL, .min = -273, .max = 327, .doc = "Most"},
};

static int16_t bound_of(const struct value *v, int16_t none)
{
    int64_t c_e2 = v->present ? v->number / E7_A_HUNDREDTH : none;
    return (int16_t)c_e2;
}

/* One object of Temperatures; false: call_fault() was called. */
static bool read_sensor(struct call *c, const struct json_value *v, uint8_t *room)
{
    struct value values[SENSOR_FIELDS];
    struct param_fault fault = {0};
    const struct param_reading reading = {
        .rows = sensor_params, .count = SENSOR_FIELDS, .arena = &c->arena, .clock = call_clock(c)};
    if (v->kind != JSON_KIND_OBJECT) {
        call_fault(c, TEMPERATURES, "holds what is no object");
        return false;
    }
    if (params_read(&reading, v, values, &fault) != ERR_OK) {
        call_fault(c, TEMPERATURES, arena_format(&c->arena, "%s %s", fault.name, fault.why));
        return false;
    }
    struct rule_temperature t = {
        .sensor = (uint8_t)values[SENSOR].number,
        .min_c_e2 = bound_of(&values[SENSOR_MIN], INT16_MIN),
        .max_c_e2 = bound_of(&values[SENSOR_MAX], INT16_MAX),
    };
    if (t.min_c_e2 > t.max_c_e2) {
        call_fault(c, TEMPERATURES,
                   arena_format(&c->arena, "Min is above Max of sensor %u", (unsigned)t.sensor));
        return false;
    }
    rule_temperature_pack(&t, room);
    return true;
}

/* Whether no sensor has two rows, of which only one could count. */
static bool check_sensors(struct call *c, const struct alarm_rule *rule)
{
    struct rule_temperature t;
    bool is_seen[FIX_TEMPERATURES_MAX + 1] = {false};
    for (size_t i = 0; rule_temperature_at(rule, i, &t); i++) {
        if (is_seen[t.sensor]) {
            call_fault(c, TEMPERATURES,
                       arena_format(&c->arena, "sensor %u is there twice", (unsigned)t.sensor));
            return false;
        }
        is_seen[t.sensor] = true;
    }
    return true;
}

static bool read_temperatures(struct call *c, struct alarm_rule *rule)
{
    const struct value *list = &c->values[SET_TEMPERATURES];
    uint8_t *room = arena_new_array(&c->arena, list->count, RULE_TEMPERATURE_BYTES);
    const struct json_value *v = list->first;
    for (size_t i = 0; i < list->count; i++, v = v->next) {
        if (!read_sensor(c, v, room + i * RULE_TEMPERATURE_BYTES)) {
            return false;
        }
    }
    rule->has_temperatures = list->present;
    rule->temperatures = room;
    rule->temperatures_len = list->count * RULE_TEMPERATURE_BYTES;
    return check_sensors(c, rule);
}

/* The field of that name; RULE_FIELDS for Temperatures; beyond it: there is none. */
static size_t find_field(const char *name)
{
    size_t i = 0;
    while (i < RULE_FIELDS && strcasecmp(fields[i].name, name) != 0) {
        i++;
    }
    return i < RULE_FIELDS || strcasecmp(name, TEMPERATURES) == 0 ? i : RULE_FIELDS + 1;
}

/* Takes out what Reset names. */
static bool reset_fields(struct call *c, struct alarm_rule *rule)
{
    const struct value *names = &c->values[SET_RESET];
    for (size_t i = 0; i < names->count; i++) {
        size_t field = find_field(names->items[i]);
        if (field > RULE_FIELDS) {
            call_fault(c, "Reset", "names what is no field");
            return false;
        }
        if (field == RULE_FIELDS) {
            rule->has_temperatures = false;
            rule->temperatures_len = 0;
        } else {
            rule->has[field] = false;
            rule->values[field] = 0;
        }
    }
    return true;
}

static int32_t value_of(const struct value *v, size_t field)
{
    if (v->is_null) {
        return RULE_OFF;
    }
    int64_t unit = fields[field].unit;
    return (int32_t)(unit == 0 ? v->number / E7_A_HUNDREDTH : v->number * unit);
}

/* Whether some temperature is neither too cold nor too warm. */
static bool check_bounds(struct call *c, const struct alarm_rule *rule)
{
    int32_t min_c_e2 = rule->values[RULE_TEMPERATURE_MIN_C_E2];
    int32_t max_c_e2 = rule->values[RULE_TEMPERATURE_MAX_C_E2];
    bool has_both = rule->has[RULE_TEMPERATURE_MIN_C_E2] && rule->has[RULE_TEMPERATURE_MAX_C_E2] &&
                    min_c_e2 != RULE_OFF && max_c_e2 != RULE_OFF;
    if (has_both && min_c_e2 > max_c_e2) {
        call_fault(c, "TemperatureMin", "above TemperatureMax");
        return false;
    }
    return true;
}

/* Reads what the call sets, before the job, into c->own. */
static bool check_set(struct call *c)
{
    struct alarm_rule *rule = arena_new(&c->arena, sizeof(*rule));
    if (!check_scope(c)) {
        return false;
    }
    for (size_t i = 0; i < RULE_FIELDS; i++) {
        const struct value *v = &c->values[SET_FIRST_FIELD + i];
        rule->has[i] = v->present;
        rule->values[i] = v->present ? value_of(v, i) : 0;
    }
    c->own = rule;
    return read_temperatures(c, rule) && reset_fields(c, rule) && check_bounds(c, rule);
}

static bool is_empty(const struct alarm_rule *r)
{
    bool has = r->has_temperatures;
    for (size_t i = 0; i < RULE_FIELDS; i++) {
        has = has || r->has[i];
    }
    return !has;
}

static bool says_the_same(const struct alarm_rule *a, const struct alarm_rule *b)
{
    return memcmp(a->has, b->has, sizeof(a->has)) == 0 &&
           memcmp(a->values, b->values, sizeof(a->values)) == 0 &&
           a->has_temperatures == b->has_temperatures &&
           bytes_same((struct bytes){a->temperatures, a->temperatures_len},
                      (struct bytes){b->temperatures, b->temperatures_len});
}

/* The rule until now ends; the new one begins there. */
static enum err set_rules(struct call *c, struct job_context *job)
{
    struct alarm_rule now;
    struct subject subject;
    struct alarm_rule *fresh = c->own;
    const char *why = find_subject(c, &subject);
    if (why != NULL) {
        return call_refuse(c, 404, why);
    }
    if (!may_set(c, subject.key.scope)) {
        return call_refuse(c, 403, CALL_NO_ROLE_TEXT);
    }
    int64_t from_s = job->now_s;
    bool is_set =
        directory_alarm_rule(job->directory, &subject.key, job->changes.arena, &now) == ERR_OK;
    if (is_set && says_the_same(&now, fresh)) {
        return ERR_OK;
    }
    if (is_set) {
        from_s = manage_end_rule(job, &now);
    }
    if (!is_empty(fresh)) {
        fresh->enterprise_id = subject.key.enterprise_id;
        fresh->scope = subject.key.scope;
        fresh->subject_id = subject.key.subject_id;
        fresh->from_s = from_s;
        fresh->until_s = INT64_MAX;
        change_add(&job->changes, CHANGE_PUT_ALARM_RULE)->alarm_rule = *fresh;
    }
    return ERR_OK;
}

/* ---- GetAlarmRules ---- */

static void write_field(struct json_out *out, const struct alarm_rule *r, size_t field)
{
    int64_t unit = fields[field].unit;
    json_name(out, fields[field].name);
    if (r->values[field] == RULE_OFF) {
        json_write_null(out);
    } else if (unit == 0) {
        json_decimal(out, r->values[field], DECIMALS);
    } else {
        json_int(out, r->values[field] / unit);
    }
}

static void write_bound(struct json_out *out, const char *name, int16_t c_e2, int16_t none)
{
    json_name(out, name);
    if (c_e2 == none) {
        json_write_null(out);
    } else {
        json_decimal(out, c_e2, DECIMALS);
    }
}

static void write_temperatures(struct json_out *out, const struct alarm_rule *r)
{
    struct rule_temperature t;
    json_name(out, TEMPERATURES);
    if (r->temperatures_len == 0) {
        json_write_null(out);
        return;
    }
    json_array_begin(out);
    for (size_t i = 0; rule_temperature_at(r, i, &t); i++) {
        json_object_begin(out);
        json_name(out, "Sensor");
        json_int(out, t.sensor);
        write_bound(out, "Min", t.min_c_e2, INT16_MIN);
        write_bound(out, "Max", t.max_c_e2, INT16_MAX);
        json_object_end(out);
    }
    json_array_end(out);
}

/* The rules of a subject and of the scopes above it; those that are not asked for are empty. */
struct rules_found {
    struct alarm_rule at[RULE_SCOPES];
};

static void find_rules(struct call *c, const struct subject *subject, bool with_above,
                       struct rules_found *out)
{
    *out = (struct rules_found){0};
    for (enum rule_scope scope = 0; scope <= subject->key.scope; scope++) {
        struct alarm_rule key = subject->key;
        bool is_own = scope == subject->key.scope;
        key.scope = scope;
        key.subject_id = is_own                   ? subject->key.subject_id
                         : scope == RULE_OF_GROUP ? subject->group_id
                                                  : 0;
        bool is_asked = is_own || (with_above && (scope != RULE_OF_GROUP || key.subject_id != 0));
        if (is_asked &&
            directory_alarm_rule(c->shard->directory, &key, &c->arena, &out->at[scope]) != ERR_OK) {
            out->at[scope] = (struct alarm_rule){0};
        }
    }
}

/* The nearest scope that sets a field, RULE_FIELDS being Temperatures; -1: none. */
static int source_of(const struct rules_found *found, size_t field)
{
    for (int scope = RULE_SCOPES - 1; scope >= 0; scope--) {
        const struct alarm_rule *r = &found->at[scope];
        if (field == RULE_FIELDS ? r->has_temperatures : r->has[field]) {
            return scope;
        }
    }
    return -1;
}

static void write_set(struct json_out *out, const struct rules_found *found)
{
    for (size_t field = 0; field <= RULE_FIELDS; field++) {
        int scope = source_of(found, field);
        if (scope >= 0 && field == RULE_FIELDS) {
            write_temperatures(out, &found->at[scope]);
        } else if (scope >= 0) {
            write_field(out, &found->at[scope], field);
        }
    }
}

static void write_sources(struct json_out *out, const struct rules_found *found)
{
    json_name(out, "Sources");
    json_object_begin(out);
    for (size_t field = 0; field <= RULE_FIELDS; field++) {
        int scope = source_of(found, field);
        if (scope >= 0) {
            json_name(out, field == RULE_FIELDS ? TEMPERATURES : fields[field].name);
            json_write_string(out, scopes[scope]);
        }
    }
    json_object_end(out);
}

static void get_rules(struct call *c)
{
    struct subject subject;
    struct rules_found found;
    struct json_out *out = &c->out;
    bool is_effective = call_number(c, GET_EFFECTIVE, 0) != 0;
    const char *why = find_subject(c, &subject);
    if (why != NULL) {
        call_fail(c, 404, why);
        return;
    }
    find_rules(c, &subject, is_effective, &found);
    json_object_begin(out);
    json_name(out, "Scope");
    json_write_string(out, scopes[subject.key.scope]);
    json_name(out, "ID");
    json_write_string(out, subject.key.scope == RULE_OF_ENTERPRISE ? NULL : call_text(c, GET_ID));
    write_set(out, &found);
    if (is_effective) {
        write_sources(out, &found);
    }
    json_object_end(out);
}

/* ---- the rows ---- */

#define SCOPE_PARAM                                                                                \
    {                                                                                              \
        .name = "Scope", .type = PARAM_TEXT, .required = true,                                     \
        .doc = "enterprise, group or device"                                                       \
    }
#define ID_PARAM                                                                                   \
    {                                                                                              \
        .name = "ID", .type = PARAM_TEXT, .doc = "GroupID of a group, DeviceID of a device"        \
    }
#define RULE_PARAM(title, how, low, high, text)                                                    \
    {                                                                                              \
        .name = (title), .type = (how), .may_be_null = true, .min = (low), .max = (high),          \
        .doc = text "; null: off; not given: as above"                                             \
    }

static const struct param_row set_params[] = {
    [SET_SCOPE] = SCOPE_PARAM,
    [SET_ID] = ID_PARAM,
    [SET_FIRST_FIELD + RULE_OVERSPEED_KMH_E2] =
        RULE_PARAM("OverspeedKmh", PARAM_DECIMAL, 1, 1000, "Faster is an alarm"),
    [SET_FIRST_FIELD + RULE_OVERSPEED_S] =
        RULE_PARAM("OverspeedSeconds", PARAM_INT, 0, 86400, "For so long at least"),
    [SET_FIRST_FIELD + RULE_LOW_BATTERY_PERCENT] =
        RULE_PARAM("LowBatteryPercent", PARAM_INT, 1, 100, "Less is an alarm"),
    [SET_FIRST_FIELD + RULE_TEMPERATURE_MIN_C_E2] =
        RULE_PARAM("TemperatureMin", PARAM_DECIMAL, -273, 327, "Colder is an alarm, any sensor"),
    [SET_FIRST_FIELD + RULE_TEMPERATURE_MAX_C_E2] =
        RULE_PARAM("TemperatureMax", PARAM_DECIMAL, -273, 327, "Warmer is an alarm, any sensor"),
    [SET_FIRST_FIELD + RULE_OFFLINE_S] =
        RULE_PARAM("OfflineMinutes", PARAM_INT, 1, 527040, "A longer silence is an alarm"),
    [SET_FIRST_FIELD + RULE_DISPLACEMENT_M] = RULE_PARAM(
        "DisplacementMeters", PARAM_INT, 1, 1000000, "Farther from where it was parked is one"),
    [SET_FIRST_FIELD + RULE_FATIGUE_S] = RULE_PARAM("FatigueMinutes", PARAM_INT, 1, 1440,
                                                    "Longer driving without a rest is an alarm"),
    [SET_FIRST_FIELD + RULE_LOW_DATA_PERCENT] =
        RULE_PARAM("LowDataPercent", PARAM_INT, 1, 100,
                   "Less of a SIM card's quota of data is an alarm of the device it is in"),
    [SET_FIRST_FIELD + RULE_LOW_SMS] = RULE_PARAM("LowSMS", PARAM_INT, 1, 1000000000,
                                                  "Fewer SMS left of a card's quota is an alarm"),
    [SET_FIRST_FIELD + RULE_SIM_EXPIRY_DAYS] = RULE_PARAM(
        "SIMExpiryDays", PARAM_INT, 1, 3660, "An alarm so many days before a card's EndDate"),
    [SET_TEMPERATURES] = RULE_PARAM("Temperatures", PARAM_OBJECTS, 0, FIX_TEMPERATURES_MAX,
                                    "Sensor, Min? and Max? of single sensors, which go first"),
    [SET_RESET] = {.name = "Reset",
                   .type = PARAM_LIST,
                   .doc = "Names of fields that are as above again, whatever else is given"},
};
static const struct param_row get_params[] = {
    [GET_SCOPE] = SCOPE_PARAM,
    [GET_ID] = ID_PARAM,
    [GET_EFFECTIVE] = {.name = "Effective",
                       .type = PARAM_BOOL,
                       .doc = "With what is set above, and Sources"},
};

#define NUMBER_MEMBER(title, what)                                                                 \
    {                                                                                              \
        .name = (title), .type = (what), .nullable = true, .optional = true, .example = "20",      \
        .doc = "null: off; not there: not set"                                                     \
    }

static const struct reply_member members[] = {
    {.name = "Scope", .type = REPLY_TEXT, .example = "\"group\"", .doc = "As asked"},
    {.name = "ID",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"1\"",
     .doc = "As asked; null of an enterprise"},
    NUMBER_MEMBER("OverspeedKmh", REPLY_NUMBER),
    NUMBER_MEMBER("OverspeedSeconds", REPLY_INT),
    NUMBER_MEMBER("LowBatteryPercent", REPLY_INT),
    NUMBER_MEMBER("TemperatureMin", REPLY_NUMBER),
    NUMBER_MEMBER("TemperatureMax", REPLY_NUMBER),
    NUMBER_MEMBER("OfflineMinutes", REPLY_INT),
    NUMBER_MEMBER("DisplacementMeters", REPLY_INT),
    NUMBER_MEMBER("FatigueMinutes", REPLY_INT),
    NUMBER_MEMBER("LowDataPercent", REPLY_INT),
    NUMBER_MEMBER("LowSMS", REPLY_INT),
    NUMBER_MEMBER("SIMExpiryDays", REPLY_INT),
    {.name = "Temperatures",
     .type = REPLY_OBJECTS,
     .nullable = true,
     .optional = true,
     .example = "[{\"Sensor\":1,\"Min\":null,\"Max\":8.00}]",
     .doc = "Of single sensors; null: off; not there: not set"},
    {.name = "Sources",
     .type = REPLY_OBJECT_OF_TEXTS,
     .optional = true,
     .example = "{\"OverspeedKmh\":\"enterprise\"}",
     .doc = "With Effective: which scope sets each field"},
};

static const struct api_method rows[] = {
    {
        .name = "SetAlarmRules",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .params = set_params,
        .param_count = COUNT_OF(set_params),
        .codes = {{404, "The group or the device does not exist"}},
        .doc = "Replaces what a scope sets of alarm rules, from now on.",
        .check = check_set,
        .change = set_rules,
    },
    {
        .name = "GetAlarmRules",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .params = get_params,
        .param_count = COUNT_OF(get_params),
        .reply = {.shape = REPLY_OBJECT, .members = members, .count = COUNT_OF(members)},
        .codes = {{404, "The group or the device does not exist"}},
        .doc = "What a scope sets of alarm rules; with Effective what holds there.",
        .check = check_scope,
        .run = get_rules,
    },
};

const struct method_group rule_methods = {.rows = rows, .count = COUNT_OF(rows)};
