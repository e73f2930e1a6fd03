/*
 * What the management calls share: the rules of names, looking a device up for a change, and roles
 * as words.
 */
#include "api/manage.h"

#include <glib.h>
#include <string.h>

static const char *const role_texts[] = {
    [ROLE_VIEWER] = "viewer",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMIN] = "admin",
    [ROLE_ROOT] = "root",
};

const char *manage_plate_fault(const char *plate)
{
    if (plate[0] == '\0') {
        return PARAM_MISSING;
    }
    if (g_utf8_strlen(plate, -1) > NAME_MAX_CHARS) {
        return "too long";
    }
    return strchr(plate, ',') != NULL ? "holds a comma" : NULL;
}

void manage_delete_device(struct job_context *job, const struct device *d)
{
    struct change *change = change_add(&job->changes, CHANGE_PUT_DEVICE);
    change->device = device_copy(job->changes.arena, d);
    change->device.deleted = true;
}

enum err manage_find_device(struct job_context *job, int64_t enterprise_id, const char *device_id,
                            struct device *out)
{
    struct device_ref ref;
    enum err e = directory_find_in_enterprise(job->directory, enterprise_id, device_id, &ref);
    if (e == ERR_OK) {
        *out = device_copy(job->changes.arena, ref.info);
        out->group_id = ref.group_id;
        device_ref_release(job->directory, &ref);
    }
    return e;
}

int64_t manage_end_fence(struct job_context *job, const struct geofence *g)
{
    int64_t end_s = job->now_s > g->from_s ? job->now_s : g->from_s;
    bool was_valid = end_s > g->from_s;
    struct change *change =
        change_add(&job->changes, was_valid ? CHANGE_PUT_GEOFENCE : CHANGE_DELETE_GEOFENCE);
    change->geofence = *g;
    change->geofence.until_s = end_s;
    return end_s;
}

int64_t manage_end_rule(struct job_context *job, const struct alarm_rule *rule)
{
    int64_t end_s = job->now_s > rule->from_s ? job->now_s : rule->from_s;
    bool was_valid = end_s > rule->from_s;
    struct change *change =
        change_add(&job->changes, was_valid ? CHANGE_PUT_ALARM_RULE : CHANGE_DELETE_ALARM_RULE);
    change->alarm_rule = *rule;
    change->alarm_rule.until_s = end_s;
    return end_s;
}

bool manage_role(const char *text, enum role *out)
{
    for (enum role role = ROLE_VIEWER; role < ROLE_ROOT; role++) {
        if (g_ascii_strcasecmp(text, role_texts[role]) == 0) {
            *out = role;
            return true;
        }
    }
    return false;
}

const char *manage_role_text(enum role role)
{
    return role_texts[role];
}

const char *manage_limit_text(enum limit limit)
{
    static const char *const texts[] = {
#define X(NAME, column, field) [LIMIT_##NAME] = field " is reached",
        LIMIT_MAP(X)
#undef X
    };
    return texts[limit];
}

enum err manage_refuse_limit(struct call *c, enum limit limit)
{
    return call_refuse(c, 403, manage_limit_text(limit));
}

void manage_write_made(struct call *c, const char *name)
{
    json_object_begin(&c->out);
    json_name(&c->out, name);
    json_int(&c->out, c->made_id);
    json_object_end(&c->out);
}
