/*
 * What a page asks of its own account: who it is and in which enterprise it acts, and what it keeps
 * for itself. Preferences belong to the account: HoldID moves nobody into those of others.
 */
#include <string.h>

#include "api/call.h"
#include "api/enterprise_fields.h"
#include "api/manage.h"
#include "api/share.h"

enum { PREFERENCE_KEY, PREFERENCE_VALUE };

static const char TOO_MANY[] = "Preferences: 64 at most";

/* ---- GetMe ---- */

static void write_groups(struct call *c)
{
    size_t count = share_tells_all(c) ? c->caller.group_count : 0;
    json_name(&c->out, "Groups");
    json_array_begin(&c->out);
    for (size_t i = 0; i < count; i++) {
        json_int(&c->out, c->caller.group_ids[i]);
    }
    json_array_end(&c->out);
}

/* The enterprise it acts in; null of root, before HoldID chose one, and to a share. */
static void write_enterprise(struct call *c)
{
    struct enterprise e;
    bool is_in_one =
        directory_enterprise(c->shard->directory, c->caller.enterprise_id, &c->arena, &e) == ERR_OK;
    bool is_told = is_in_one && share_tells_all(c);
    json_name(&c->out, "HoldID");
    if (is_told) {
        json_int(&c->out, e.id);
    } else {
        json_write_null(&c->out);
    }
    json_name(&c->out, "HoldName");
    json_write_string(&c->out, is_told ? e.name : NULL);
    json_name(&c->out, "TimeZone");
    json_write_string(&c->out, is_in_one ? e.zone : "UTC");
}

/* Of its pages: what the enterprise says, else what the server does. */
static void write_manner(struct call *c)
{
    struct enterprise e;
    if (directory_enterprise(c->shard->directory, c->caller.enterprise_id, &c->arena, &e) !=
        ERR_OK) {
        e = (struct enterprise){.language = LANGUAGE_UNSET, .units = UNITS_KM};
    }
    json_name(&c->out, "Language");
    json_write_string(&c->out, language_name(enterprise_language(&e, c->api->gazetteer_language)));
    json_name(&c->out, "Units");
    json_write_string(&c->out, units_name(e.units));
}

/* What maps and names of places are made of, and who wants to be named for it. */
static void write_map(struct call *c)
{
    static const char own[] = "GeoNames (CC BY 4.0), Natural Earth";
    static const char roads[] = ", © OpenStreetMap contributors (ODbL: routes of the demo fleet)";
    size_t of_map = c->api->map.attribution == NULL ? 0 : strlen(c->api->map.attribution) + 2;
    size_t room = sizeof(own) + sizeof(roads) + CONNECT_ATTRIBUTIONS_MAX + of_map;
    struct writer w = writer_init(arena_new(&c->arena, room), room);
    write_text(&w, own);
    write_text(&w, c->api->is_demo ? roads : "");
    connect_write_attributions(c->api->connect, &w);
    const struct map_source *map = &c->api->map;
    if (map->attribution != NULL && map->attribution[0] != '\0') {
        write_text(&w, ", ");
        write_text(&w, map->attribution);
    }
    json_name(&c->out, "Map");
    json_object_begin(&c->out);
    map_source_write(map, &c->out);
    json_name(&c->out, "Attribution");
    json_string_bytes(&c->out, writer_bytes(&w));
    json_object_end(&c->out);
}

/* The account that calls; of a share nobody. */
static bool find_me(struct call *c, struct user *u)
{
    const struct shard *home =
        c->caller.role == ROLE_ROOT ? shards_first(c->api->shards) : c->shard;
    if (!share_tells_all(c)) {
        *u = (struct user){.login_name = "", .role = c->caller.role};
        return true;
    }
    return directory_user(home->directory, c->caller.user_id, &c->arena, u) == ERR_OK;
}

static void get_me(struct call *c)
{
    struct user u;
    if (!find_me(c, &u)) {
        call_fail(c, 401, "Token invalid");
        return;
    }
    json_object_begin(&c->out);
    json_name(&c->out, "LoginName");
    json_write_string(&c->out, u.login_name);
    json_name(&c->out, "Role");
    json_write_string(&c->out, manage_role_text(u.role));
    write_enterprise(c);
    write_manner(c);
    write_groups(c);
    write_map(c);
    json_name(&c->out, "ServerTime");
    call_write_time(c, &c->out, call_now_s(c));
    json_name(&c->out, "Version");
    json_write_string(&c->out, ODOGRAPH_VERSION);
    if (!share_tells_all(c)) {
        share_write(c);
    }
    json_object_end(&c->out);
}

/* ---- preferences ---- */

static void get_preference(struct call *c)
{
    struct preference p;
    bool is_set = directory_preference(c->shard->directory, c->caller.user_id,
                                       call_text(c, PREFERENCE_KEY), &c->arena, &p) == ERR_OK;
    json_object_begin(&c->out);
    json_name(&c->out, "Value");
    json_raw(&c->out, bytes_of_text(is_set ? p.value : "null"));
    json_object_end(&c->out);
}

static enum err set_preference(struct call *c, struct job_context *job)
{
    struct preference held;
    const char *key = call_text(c, PREFERENCE_KEY);
    bool is_set =
        directory_preference(job->directory, c->caller.user_id, key, &c->arena, &held) == ERR_OK;
    bool sets = call_has(c, PREFERENCE_VALUE);
    if (!sets && !is_set) {
        return ERR_OK;
    }
    if (sets && !is_set &&
        directory_preference_count(job->directory, c->caller.user_id) >= PREFERENCES_MAX) {
        return call_refuse(c, 403, TOO_MANY);
    }
    const struct preference p = {.user_id = c->caller.user_id,
                                 .key = key,
                                 .value = sets ? call_text(c, PREFERENCE_VALUE) : ""};
    change_add(&job->changes, sets ? CHANGE_PUT_PREFERENCE : CHANGE_DELETE_PREFERENCE)->preference =
        p;
    return ERR_OK;
}

/* ---- the rows ---- */

#define KEY_PARAM                                                                                  \
    [PREFERENCE_KEY] = {.name = "Key",                                                             \
                        .type = PARAM_TEXT,                                                        \
                        .required = true,                                                          \
                        .max = NAME_MAX_CHARS,                                                     \
                        .doc = "What is kept; with regard to case"}

static const struct param_row get_params[] = {KEY_PARAM};
static const struct param_row set_params[] = {
    KEY_PARAM,
    [PREFERENCE_VALUE] = {.name = "Value",
                          .type = PARAM_JSON,
                          .max = PREFERENCE_VALUE_MAX,
                          .doc = "Any JSON, 16 KiB at most; null or absent: nothing is kept"},
};

static const struct reply_member me_members[] = {
    {.name = "LoginName", .type = REPLY_TEXT, .example = "\"anna\"", .doc = "Name of the account"},
    {.name = "Role",
     .type = REPLY_TEXT,
     .example = "\"operator\"",
     .doc = "viewer, operator, admin or root"},
    {.name = "HoldID",
     .type = REPLY_INT,
     .nullable = true,
     .example = "1",
     .doc = "The enterprise that the call acts in; null: root, without HoldID"},
    {.name = "HoldName",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"Acme\"",
     .doc = "Its name"},
    {.name = "TimeZone",
     .type = REPLY_TEXT,
     .example = "\"Asia/Shanghai\"",
     .doc = "Its zone, in which all times are"},
    {.name = "Language",
     .type = REPLY_TEXT,
     .example = "\"en\"",
     .doc = "Of its pages, en or zh; the server's where it has none of its own"},
    {.name = "Units", .type = REPLY_TEXT, .example = "\"km\"", .doc = "Of its pages, km or mi"},
    {.name = "Groups",
     .type = REPLY_IDS,
     .example = "[]",
     .doc = "Groups that the account is limited to; []: not limited"},
    {.name = "Map",
     .type = REPLY_MAP,
     .example = "{\"Style\":\"/map/style-{theme}.json\",\"Raster\":null,\"Coordsys\":\"wgs84\","
                "\"Bounds\":null,\"Attribution\":\"GeoNames (CC BY 4.0), Natural Earth\"}",
     .doc =
         "Style: what MapLibre is given, {theme} being light or dark; with Raster, the template "
         "of an operator's pictures, that of the server shows these alone. Coordsys: of the map, "
         "wgs84 or gcj02. Bounds: west, south, east and north of where it opens, or null. "
         "Attribution: who is to be named where maps, names of places and addresses are shown"},
    {.name = "ServerTime", .type = REPLY_TIME, .example = "\"2026-11-30 08:00:00\"", .doc = "Now"},
    {.name = "Version", .type = REPLY_TEXT, .example = "\"0.1.0\"", .doc = "Of the server"},
    {.name = "Share",
     .type = REPLY_SHARE,
     .optional = true,
     .example = "{\"StartTime\":null,\"Until\":\"2026-11-30 18:00:00\","
                "\"Devices\":[\"862306128008106\"],\"History\":true}",
     .doc = "Of a share's token alone, which has no LoginName (\"\"): from when on it shows its "
            "devices, null being all their history, and until when"},
};
static const struct reply_member value_members[] = {
    {.name = "Value",
     .type = REPLY_ANY,
     .nullable = true,
     .example = "[\"plate\",\"speed\"]",
     .doc = "As it was set; null: nothing is kept"},
};

static const struct api_method rows[] = {
    {
        .name = "GetMe",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .reply = {.shape = REPLY_OBJECT, .members = me_members, .count = COUNT_OF(me_members)},
        .doc = "Who the caller is, and the enterprise in which it acts.",
        .run = get_me,
    },
    {
        .name = "GetPreference",
        .prefix = PREFIX_MANAGE,
        .own_account = true,
        .where = WHERE_INLINE,
        .role = ROLE_VIEWER,
        .params = get_params,
        .param_count = COUNT_OF(get_params),
        .reply = {.shape = REPLY_OBJECT,
                  .members = value_members,
                  .count = COUNT_OF(value_members)},
        .doc = "What the own account keeps under a key.",
        .run = get_preference,
    },
    {
        .name = "SetPreference",
        .prefix = PREFIX_MANAGE,
        .own_account = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = set_params,
        .param_count = COUNT_OF(set_params),
        .codes = {{403, TOO_MANY}},
        .doc = "Keeps something for the own account, for its pages.",
        .change = set_preference,
    },
};

const struct method_group own_methods = {.rows = rows, .count = COUNT_OF(rows)};
