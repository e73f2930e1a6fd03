/* The fields of a report that is asked for: judged, and made into what is stored. */
#include "api/report_asked.h"

#include <string.h>

#include "api/places.h"
#include "api/report_kinds.h"
#include "api/shown_alarms.h"

enum { E7_DECIMALS = 7, CODE_NONE_SUCH = 404 };

/* Which option belongs to which kinds. */
static const struct {
    size_t param;
    unsigned option;
} options_of[] = {
    {ASKED_STOP_MINUTES, OPTION_STOP_MINUTES}, {ASKED_KMH, OPTION_KMH},
    {ASKED_MINUTES, OPTION_MINUTES},           {ASKED_ALARM_TYPE, OPTION_ALARM_TYPE},
    {ASKED_POLYGONS, OPTION_POLYGONS},
};

static bool fault(struct call *c, size_t param, const char *why)
{
    call_fault(c, c->method->params[param].name, why);
    return false;
}

static bool check_options(struct call *c, enum report_kind kind)
{
    for (size_t i = 0; i < sizeof(options_of) / sizeof(options_of[0]); i++) {
        bool takes = (report_row_of(kind)->options & options_of[i].option) != 0;
        if (call_has(c, options_of[i].param) && !takes) {
            return fault(c, options_of[i].param, "not of this report");
        }
    }
    event_set kinds = 0;
    return alarm_kinds_of(&c->values[ASKED_ALARM_TYPE], &kinds) ||
           fault(c, ASKED_ALARM_TYPE, "no type of alarm");
}

static bool check_separator(struct call *c)
{
    const char *text = call_text(c, ASKED_SEPARATOR);
    return text[0] == '\0' || strcmp(text, ",") == 0 || strcmp(text, ";") == 0 ||
           fault(c, ASKED_SEPARATOR, "wants , or ;");
}

bool report_asked_check(struct call *c)
{
    enum report_kind kind;
    enum report_format format;
    if (!report_kind_of(call_text(c, ASKED_KIND), &kind)) {
        return fault(c, ASKED_KIND, "no such report");
    }
    if (!report_format_of(call_text(c, ASKED_FORMAT), &format)) {
        return fault(c, ASKED_FORMAT, "wants csv or xlsx");
    }
    return check_options(c, kind) && check_separator(c) && places_check_language(c, ASKED_LANGUAGE);
}

/* ---- what is stored ---- */

static void put_name(const struct call *c, struct json_out *out, size_t param)
{
    json_name(out, c->method->params[param].name);
}

static void put_number(const struct call *c, struct json_out *out, size_t param)
{
    if (call_has(c, param)) {
        put_name(c, out, param);
        json_int(out, call_number(c, param, 0));
    }
}

static void put_lists(const struct call *c, struct json_out *out)
{
    const struct value *types = &c->values[ASKED_ALARM_TYPE];
    const struct value *fences = &c->values[ASKED_POLYGONS];
    if (types->count > 0) {
        put_name(c, out, ASKED_ALARM_TYPE);
        json_array_begin(out);
        for (size_t i = 0; i < types->count; i++) {
            json_write_string(out, types->items[i]);
        }
        json_array_end(out);
    }
    if (fences->count > 0) {
        put_name(c, out, ASKED_POLYGONS);
        json_array_begin(out);
        for (size_t i = 0; i < fences->count; i++) {
            json_int(out, fences->numbers[i]);
        }
        json_array_end(out);
    }
}

static void put_words(struct call *c, struct json_out *out)
{
    if (call_text(c, ASKED_LANGUAGE)[0] != '\0') {
        const struct places p = places_in_language(c, ASKED_LANGUAGE);
        put_name(c, out, ASKED_LANGUAGE);
        json_write_string(out, p.language == GAZETTEER_ZH ? "zh" : "en");
    }
    if (call_text(c, ASKED_SEPARATOR)[0] != '\0') {
        put_name(c, out, ASKED_SEPARATOR);
        json_write_string(out, call_text(c, ASKED_SEPARATOR));
    }
}

/* As the object of struct report_job. */
static const char *write_options(struct call *c)
{
    struct json_out out = {0};
    json_object_begin(&out);
    put_number(c, &out, ASKED_STOP_MINUTES);
    put_number(c, &out, ASKED_MINUTES);
    if (call_has(c, ASKED_KMH)) {
        put_name(c, &out, ASKED_KMH);
        json_decimal(&out, call_number(c, ASKED_KMH, 0), E7_DECIMALS);
    }
    put_lists(c, &out);
    put_words(c, &out);
    json_object_end(&out);
    struct bytes text = json_text(&out);
    const char *copy =
        text.len <= REPORT_OPTIONS_MAX ? (const char *)arena_copy(&c->arena, text).at : NULL;
    json_free(&out);
    return copy;
}

/* The internal ids of the devices that are named; false: the caller sees no such device. */
static bool pack_devices(struct call *c, struct bytes *out)
{
    const struct value *names = &c->values[ASKED_DEVICES];
    int64_t *ids = arena_new_array(&c->arena, names->count, sizeof(*ids));
    for (size_t i = 0; i < names->count; i++) {
        struct device_ref ref;
        if (directory_find_by_device_id(c->shard->directory, &c->caller, names->items[i], &ref) !=
            ERR_OK) {
            return false;
        }
        ids[i] = ref.info->id;
        device_ref_release(c->shard->directory, &ref);
    }
    *out = geofence_pack_ids(&c->arena, ids, names->count);
    return true;
}

bool report_sees_group(struct call *c, int64_t id)
{
    struct group g;
    return directory_group(c->shard->directory, id, &c->arena, &g) == ERR_OK && !g.deleted &&
           g.enterprise_id == c->caller.enterprise_id && call_sees_group(c, id);
}

static bool sees_groups(struct call *c)
{
    const struct value *groups = &c->values[ASKED_GROUPS];
    bool sees = true;
    for (size_t i = 0; i < groups->count && sees; i++) {
        sees = report_sees_group(c, groups->numbers[i]);
    }
    return sees;
}

bool report_asked_read(struct call *c, struct report_asked *out)
{
    const struct value *groups = &c->values[ASKED_GROUPS];
    bool is_known = report_kind_of(call_text(c, ASKED_KIND), &out->kind) &&
                    report_format_of(call_text(c, ASKED_FORMAT), &out->format);
    out->groups = geofence_pack_ids(&c->arena, groups->numbers, groups->count);
    out->options = write_options(c);
    if (out->options == NULL || !is_known) {
        bool has_fences = c->values[ASKED_POLYGONS].count > 0; /* no kind takes both */
        return fault(c, has_fences ? ASKED_POLYGONS : ASKED_ALARM_TYPE, "too long");
    }
    /* One that is left out in silence would be missed by nobody; without any it would be all. */
    if (!pack_devices(c, &out->devices)) {
        call_fail(c, CODE_NONE_SUCH, CALL_NO_DEVICE_TEXT);
        return false;
    }
    if (!sees_groups(c)) {
        call_fail(c, CODE_NONE_SUCH, REPORT_NO_GROUP_TEXT);
        return false;
    }
    return true;
}
