/*
 * What the management calls share: the rules of names, looking a device up for a change, roles as
 * words, and the pages of lists.
 */
#include "api/naming.h"

#include <glib.h>
#include <string.h>

static const char *const role_texts[] = {
    [ROLE_VIEWER] = "viewer",
    [ROLE_OPERATOR] = "operator",
    [ROLE_ADMIN] = "admin",
    [ROLE_ROOT] = "root",
};

const char *naming_plate_fault(const char *plate)
{
    if (plate[0] == '\0') {
        return PARAM_MISSING;
    }
    if (g_utf8_strlen(plate, -1) > NAME_MAX_CHARS) {
        return "too long";
    }
    return strchr(plate, ',') != NULL ? "holds a comma" : NULL;
}

void naming_delete_device(struct job_context *job, const struct device *d)
{
    struct change *change = change_add(&job->changes, CHANGE_PUT_DEVICE);
    change->device = device_copy(job->changes.arena, d);
    change->device.deleted = true;
}

enum err naming_find_device(struct job_context *job, int64_t enterprise_id, const char *device_id,
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

bool naming_role(const char *text, enum role *out)
{
    for (enum role role = ROLE_VIEWER; role < ROLE_ROOT; role++) {
        if (g_ascii_strcasecmp(text, role_texts[role]) == 0) {
            *out = role;
            return true;
        }
    }
    return false;
}

const char *naming_role_text(enum role role)
{
    return role_texts[role];
}

const char *naming_folded(struct call *c, const char *text)
{
    char *folded = g_utf8_casefold(text, -1);
    const char *copy = arena_copy_text(&c->arena, folded);
    g_free(folded);
    return copy;
}

struct naming_page naming_page_of(const struct call *c, size_t first_param)
{
    int64_t size = call_number(c, first_param + PAGE_PARAM_SIZE, NAMING_PAGE_SIZE);
    size = size > NAMING_PAGE_SIZE ? NAMING_PAGE_SIZE : size;
    int64_t first = (call_number(c, first_param + PAGE_PARAM_INDEX, 1) - 1) * size;
    return (struct naming_page){.first = first, .end = first + size};
}

struct naming_page naming_page_begin(struct call *c, size_t first_param, size_t total)
{
    json_object_begin(&c->out);
    json_name(&c->out, "total");
    json_int(&c->out, (int64_t)total);
    json_name(&c->out, "data");
    json_array_begin(&c->out);
    return naming_page_of(c, first_param);
}

bool naming_page_takes(struct naming_page *page)
{
    int64_t at = page->at++;
    return at >= page->first && at < page->end;
}

void naming_page_end(struct call *c)
{
    json_array_end(&c->out);
    json_object_end(&c->out);
}

void naming_write_made(struct call *c, const char *name)
{
    json_object_begin(&c->out);
    json_name(&c->out, name);
    json_int(&c->out, c->made_id);
    json_object_end(&c->out);
}
