/* The fields of an enterprise as the management calls take and show them. */
#include "api/enterprise_fields.h"

#include "api/version.h"
#include "api/zones.h"

enum { RETENTION_MAX_DAYS = 36500, WORD_MAX_CHARS = 16 };

#define NO_ZONE     "not a time zone of the IANA list"
#define NO_LANGUAGE "wants en or zh"
#define NO_UNITS    "wants km or mi"

/* ---- taking ---- */

/* Whether `text` is a time, in whatever zone. */
static bool is_time(struct call *c, const char *text)
{
    struct zone_clock clock = *call_clock(c);
    int64_t time_s = 0;
    return zone_parse(&clock, bytes_of_text(text), ZONE_FIRST_PASS, &time_s) == ERR_OK;
}

/* What is wrong with a value; NULL: nothing. */
static const char *fault_of(struct call *c, enum enterprise_param param)
{
    enum language language = LANGUAGE_UNSET;
    enum units units = UNITS_KM;
    const char *text = call_text(c, param);
    switch (param) {
    case ENTERPRISE_ZONE:
        return zones_find(c->api->zones, text) == NULL ? NO_ZONE : NULL;
    case ENTERPRISE_END:
        return text[0] != '\0' && !is_time(c, text) ? "not a time" : NULL;
    case ENTERPRISE_LANGUAGE:
        return language_of(text, &language) ? NULL : NO_LANGUAGE;
    case ENTERPRISE_UNITS:
        return units_of(text, &units) ? NULL : NO_UNITS;
    default:
        return NULL;
    }
}

bool enterprise_fields_check(struct call *c)
{
    if (!call_has_no_empty(c, ENTERPRISE_NAME)) {
        return false;
    }
    for (enum enterprise_param i = 0; i < ENTERPRISE_PARAMS; i++) {
        const char *why = call_has(c, i) ? fault_of(c, i) : NULL;
        if (why != NULL) {
            call_fault(c, c->method->params[i].name, why);
            return false;
        }
    }
    return true;
}

/* The end of the service is local to the zone that then holds. */
static enum err take_end(struct call *c, struct enterprise *e)
{
    const char *text = call_text(c, ENTERPRISE_END);
    struct zone *zone = zones_find(c->api->zones, e->zone);
    if (zone == NULL) {
        return call_refuse_value(c, "TimeZone", NO_ZONE);
    }
    if (!call_has(c, ENTERPRISE_END)) {
        return ERR_OK;
    }
    struct zone_clock clock = zone_clock_init(zone);
    e->service_end_s = 0;
    if (text[0] != '\0' &&
        zone_parse(&clock, bytes_of_text(text), ZONE_FIRST_PASS, &e->service_end_s) != ERR_OK) {
        return call_refuse_value(c, "ServiceEnd", "not a time");
    }
    return ERR_OK;
}

enum err enterprise_fields_take(struct call *c, struct enterprise *e)
{
    if (call_has(c, ENTERPRISE_NAME)) {
        e->name = call_text(c, ENTERPRISE_NAME);
    }
    if (call_has(c, ENTERPRISE_ZONE)) {
        e->zone = call_text(c, ENTERPRISE_ZONE);
    }
    if (call_has(c, ENTERPRISE_LANGUAGE)) {
        (void)language_of(call_text(c, ENTERPRISE_LANGUAGE), &e->language);
    }
    if (call_has(c, ENTERPRISE_UNITS)) {
        (void)units_of(call_text(c, ENTERPRISE_UNITS), &e->units);
    }
    e->retention_days = (int32_t)call_number(c, ENTERPRISE_RETENTION, e->retention_days);
    e->parent_id = call_number(c, ENTERPRISE_PARENT, e->parent_id);
    e->can_subdivide = call_number(c, ENTERPRISE_SUBDIVIDE, e->can_subdivide) != 0;
    for (enum limit i = 0; i < LIMITS; i++) {
        e->limits[i] = (int32_t)call_number(c, ENTERPRISE_LIMITS + i, e->limits[i]);
    }
    return take_end(c, e);
}

/* ---- showing ---- */

static void write_end(struct call *c, const struct enterprise *e, struct json_out *out)
{
    struct zone *zone = zones_find(c->api->zones, e->zone);
    if (e->service_end_s == 0 || zone == NULL) {
        json_write_null(out);
        return;
    }
    char text[ZONE_TEXT_SIZE];
    struct zone_clock clock = zone_clock_init(zone);
    zone_format(&clock, ZONE_TIME, e->service_end_s, text);
    json_write_string(out, text);
}

void enterprise_fields_write(struct call *c, const void *object, struct json_out *out)
{
    const struct enterprise *e = object;
    bool shows_parent = e->parent_id != 0 && e->id != c->caller.home_id;
    json_name(out, "HoldID");
    json_int(out, e->id);
    json_name(out, "HoldName");
    json_write_string(out, e->name);
    json_name(out, "TimeZone");
    json_write_string(out, e->zone);
    json_name(out, "ServiceEnd");
    write_end(c, e, out);
    json_name(out, "RetentionDays");
    json_int(out, e->retention_days);
    json_name(out, "ParentHoldID");
    if (shows_parent) {
        json_int(out, e->parent_id);
    } else {
        json_write_null(out);
    }
    json_name(out, "CanSubdivide");
    json_bool(out, e->can_subdivide);
    json_name(out, "Language");
    json_write_string(out, e->language == LANGUAGE_UNSET ? NULL : language_name(e->language));
    json_name(out, "Units");
    json_write_string(out, units_name(e->units));
    for (enum limit i = 0; i < LIMITS; i++) {
        json_name(out, limit_name(i));
        json_int(out, e->limits[i]);
    }
}

/* ---- the rows ---- */

#define LIMIT_PARAM(NAME, column, field)                                                           \
    [ENTERPRISE_LIMITS + LIMIT_##NAME] = {.name = (field),                                         \
                                          .type = PARAM_INT,                                       \
                                          .max = INT32_MAX,                                        \
                                          .doc = "At most so many in it and all below it "         \
                                                 "together (days: in each of them); 0: no "        \
                                                 "limit"},
#define FIELD_PARAMS(is_new)                                                                       \
    [ENTERPRISE_NAME] = {.name = "HoldName",                                                       \
                         .type = PARAM_TEXT,                                                       \
                         .is_name = true,                                                          \
                         .required = (is_new),                                                     \
                         .may_be_empty = !(is_new),                                                \
                         .max = NAME_MAX_CHARS,                                                    \
                         .doc = "Its name"},                                                       \
    [ENTERPRISE_ZONE] = {.name = "TimeZone",                                                       \
                         .type = PARAM_TEXT,                                                       \
                         .may_be_empty = !(is_new),                                                \
                         .max = NAME_MAX_CHARS,                                                    \
                         .doc = "IANA name, as Europe/Berlin; UTC unless given"},                  \
    [ENTERPRISE_END] = {.name = "ServiceEnd",                                                      \
                        .type = PARAM_TEXT,                                                        \
                        .may_be_empty = true,                                                      \
                        .max = NAME_MAX_CHARS,                                                     \
                        .doc = "Time at which its users, and those of all below it, can no "       \
                               "longer log in; \"\": never"},                                      \
    [ENTERPRISE_RETENTION] = {.name = "RetentionDays",                                             \
                              .type = PARAM_INT,                                                   \
                              .max = RETENTION_MAX_DAYS,                                           \
                              .doc = "Days that history is kept; 0: the server's setting"},        \
    [ENTERPRISE_PARENT] = {.name = "ParentHoldID",                                                 \
                           .type = PARAM_INT,                                                      \
                           .min = (is_new),                                                        \
                           .max = INT64_MAX,                                                       \
                           .doc = (is_new)                                                         \
                                      ? "The enterprise that it is below; unless given, the "      \
                                        "caller's own, and of root none"                           \
                                      : "The enterprise that it is below; 0 (of root alone): "     \
                                        "none"},                                                   \
    [ENTERPRISE_SUBDIVIDE] = {.name = "CanSubdivide",                                              \
                              .type = PARAM_BOOL,                                                  \
                              .doc = "Whether its admins may make others below it; false unless "  \
                                     "given"},                                                     \
    [ENTERPRISE_LANGUAGE] = {.name = "Language",                                                   \
                             .type = PARAM_TEXT,                                                   \
                             .may_be_empty = true,                                                 \
                             .max = WORD_MAX_CHARS,                                                \
                             .doc = "Of its pages: en or zh; \"\": the server's"},                 \
    [ENTERPRISE_UNITS] = {.name = "Units",                                                         \
                          .type = PARAM_TEXT,                                                      \
                          .max = WORD_MAX_CHARS,                                                   \
                          .doc = "Of its pages: km or mi; km unless given"},                       \
    LIMIT_MAP(LIMIT_PARAM)

const struct param_row enterprise_add_params[ENTERPRISE_PARAMS] = {FIELD_PARAMS(true)};
const struct param_row enterprise_modify_params[ENTERPRISE_ID + 1] = {
    FIELD_PARAMS(false)[ENTERPRISE_ID] = HOLD_ID_PARAM,
};

#define LIMIT_MEMBER(NAME, column, field)                                                          \
    [1 + ENTERPRISE_LIMITS + LIMIT_##NAME] = {.name = (field),                                     \
                                              .type = REPLY_INT,                                   \
                                              .example = "0",                                      \
                                              .doc = "Of it and all below it; 0: no limit"},

const struct reply_member enterprise_members[ENTERPRISE_MEMBERS] = {
    {.name = "HoldID", .type = REPLY_INT, .example = "1", .doc = "Its ID"},
    {.name = "HoldName", .type = REPLY_TEXT, .example = "\"Fleet One\"", .doc = "Its name"},
    {.name = "TimeZone",
     .type = REPLY_TEXT,
     .example = "\"Europe/Berlin\"",
     .doc = "IANA name of its time zone"},
    {.name = "ServiceEnd",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2030-01-01 00:00:00\"",
     .doc = "null: never"},
    {.name = "RetentionDays", .type = REPLY_INT, .example = "0", .doc = "0: the server's setting"},
    {.name = "ParentHoldID",
     .type = REPLY_INT,
     .nullable = true,
     .example = "null",
     .doc = "The enterprise that it is below; null: none that the caller may see"},
    {.name = "CanSubdivide",
     .type = REPLY_BOOL,
     .example = "false",
     .doc = "Its admins may make others below it"},
    {.name = "Language",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"en\"",
     .doc = "Of its pages; null: the server's"},
    {.name = "Units", .type = REPLY_TEXT, .example = "\"km\"", .doc = "Of its pages: km or mi"},
    LIMIT_MAP(LIMIT_MEMBER)[ENTERPRISE_MEMBERS - 1] = VERSION_MEMBER,
};

enum language enterprise_language(const struct enterprise *e, enum gazetteer_language of_server)
{
    if (e->language != LANGUAGE_UNSET) {
        return e->language;
    }
    return of_server == GAZETTEER_ZH ? LANGUAGE_CHINESE : LANGUAGE_ENGLISH;
}
