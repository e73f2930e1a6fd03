/* Focus marks, and the trackers that knocked without being registered. */
#include <string.h>

#include "api/call.h"
#include "api/list_page.h"
#include "base/hex.h"
#include "protocols/protocol.h"

enum { FOCUS_DEVICE, FOCUS_ON };
enum { UNKNOWN_PAGE, UNKNOWN_DEVICE = UNKNOWN_PAGE + PAGE_PARAM_KEY + 1 };

static enum err set_focus(struct call *c, struct job_context *job)
{
    struct device_ref ref;
    if (directory_find_by_device_id(job->directory, &c->caller, call_text(c, FOCUS_DEVICE), &ref) !=
        ERR_OK) {
        return call_refuse(c, 404, CALL_NO_DEVICE_TEXT);
    }
    bool on = call_number(c, FOCUS_ON, 0) != 0;
    struct change *change = change_add(&job->changes, on ? CHANGE_PUT_FOCUS : CHANGE_DELETE_FOCUS);
    change->focus = (struct focus){.user_id = c->caller.user_id, .device_id = ref.info->id};
    device_ref_release(job->directory, &ref);
    return ERR_OK;
}

static void write_tracker(struct call *c, const struct unknown_tracker *u)
{
    struct json_out *out = &c->out;
    char frame[2 * UNKNOWN_FRAME_MAX + 1];
    hex_encode((struct bytes){u->frame, u->frame_len}, frame);
    json_object_begin(out);
    json_name(out, "DeviceID");
    json_write_string(out, u->device_id);
    json_name(out, "Protocol");
    json_write_string(out, u->protocol < PROTOCOL_COUNT ? protocol_at(u->protocol)->name : "?");
    json_name(out, "Address");
    json_write_string(out, u->address);
    json_name(out, "FirstTime");
    call_write_time(c, out, u->first_time_s);
    json_name(out, "LastTime");
    call_write_time(c, out, u->last_time_s);
    json_name(out, "Count");
    json_int(out, (int64_t)u->count);
    json_name(out, "LastFrame");
    json_write_string(out, frame);
    json_object_end(out);
}

static bool matches(struct call *c, const struct unknown_tracker *u, const char *key)
{
    if (call_has(c, UNKNOWN_DEVICE)) {
        const char *wanted = device_id_key(call_text(c, UNKNOWN_DEVICE));
        return u->device_id[0] != '\0' && strcmp(device_id_key(u->device_id), wanted) == 0;
    }
    return strstr(list_key_folded(c, u->device_id), key) != NULL ||
           strstr(list_key_folded(c, u->address), key) != NULL;
}

/* Which trackers knock is the platform's to know; an enterprise asks for the one it is setting up.
 */
static void list_unknown(struct call *c)
{
    size_t count = 0;
    size_t total = 0;
    if (c->caller.role != ROLE_ROOT && !call_has(c, UNKNOWN_DEVICE)) {
        call_fault(c, "DeviceID", PARAM_MISSING);
        return;
    }
    struct unknown_tracker *all = unknown_list(c->shard->unknown, &c->arena, &count);
    const char *key = list_key_folded(c, call_text(c, UNKNOWN_PAGE + PAGE_PARAM_KEY));
    for (size_t i = 0; i < count; i++) {
        if (matches(c, &all[i], key)) {
            all[total++] = all[i];
        }
    }
    struct list_page page = list_page_begin(c, UNKNOWN_PAGE, total);
    for (size_t i = 0; i < total; i++) {
        if (list_page_takes(&page)) {
            write_tracker(c, &all[i]);
        }
    }
    list_page_end(c);
}

static const struct param_row focus_params[] = {
    [FOCUS_DEVICE] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "The device"},
    [FOCUS_ON] = {.name = "Focus",
                  .type = PARAM_BOOL,
                  .required = true,
                  .doc = "Whether it is marked"},
};
static const struct param_row unknown_params[] = {
    LIST_PAGE_PARAMS,
    [UNKNOWN_DEVICE] = {.name = "DeviceID",
                        .type = PARAM_TEXT,
                        .doc = "The one tracker; required of all but root"},
};

static const struct reply_member members[] = {
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"860000000000201\"",
     .doc = "What it calls itself; empty where it was not understood"},
    {.name = "Protocol",
     .type = REPLY_TEXT,
     .example = "\"gt06\"",
     .doc = "What it speaks, ? where that is not known"},
    {.name = "Address",
     .type = REPLY_TEXT,
     .example = "\"192.0.2.7:40112\"",
     .doc = "Where it came from"},
    {.name = "FirstTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-23 01:12:00\"",
     .doc = "First heard"},
    {.name = "LastTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2026-11-23 01:13:00\"",
     .doc = "Last heard"},
    {.name = "Count",
     .type = REPLY_INT,
     .example = "7",
     .doc = "Frames received; where it was not understood, how often"},
    {.name = "LastFrame",
     .type = REPLY_TEXT,
     .example = "\"78780d01\"",
     .doc = "The last of them, hexadecimal"},
};

static const struct api_method rows[] = {
    {
        .name = "SetFocus",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_VIEWER,
        .params = focus_params,
        .param_count = COUNT_OF(focus_params),
        .codes = {{404, CALL_NO_DEVICE_TEXT}},
        .doc = "Sets or clears the caller's own mark on a device.",
        .change = set_focus,
    },
    {
        .name = "ListUnknownDevices",
        .prefix = PREFIX_MANAGE,
        .where = WHERE_STORE,
        .role = ROLE_ADMIN,
        .params = unknown_params,
        .param_count = COUNT_OF(unknown_params),
        .reply = {.shape = REPLY_PAGE, .members = members, .count = COUNT_OF(members)},
        .doc = "Trackers that knocked and are not registered, the latest first; all of them for "
               "root, one by DeviceID for an admin.",
        .run = list_unknown,
    },
};

const struct method_group tracker_methods = {.rows = rows, .count = COUNT_OF(rows)};
