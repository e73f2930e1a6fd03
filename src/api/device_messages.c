/* Section 29: what was sent to a device and what it answered, the newest first. */
#include "api/call.h"

enum { MESSAGES_DEVICE };
enum { MESSAGES_MAX = 100, CODE_NO_DEVICE = 404 };

static void write_record(struct call *c, const struct store_text *text)
{
    json_object_begin(&c->out);
    json_name(&c->out, "RecID");
    json_int(&c->out, text->id);
    json_name(&c->out, "MsgType");
    json_write_string(&c->out, text->kind == TEXT_SEND ? "Send" : "Respond");
    json_name(&c->out, "MsgBody");
    json_write_string(&c->out, text->text);
    json_name(&c->out, "SendTime");
    call_write_time(c, &c->out, text->time_s);
    json_object_end(&c->out);
}

static void get_messages(struct call *c)
{
    struct device_ref ref;
    struct store_texts texts;
    if (directory_find_by_device_id(c->shard->directory, &c->caller, call_text(c, MESSAGES_DEVICE),
                                    &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return;
    }
    int64_t device = ref.info->id;
    device_ref_release(c->shard->directory, &ref);
    if (store_read_texts(c->shard->store, device, MESSAGES_MAX, &c->arena, &texts) != ERR_OK) {
        call_fail_unavailable(c, CALL_NO_STORE_TEXT);
        return;
    }
    json_array_begin(&c->out);
    for (size_t i = 0; i < texts.count; i++) {
        write_record(c, &texts.at[i]);
    }
    json_array_end(&c->out);
}

static const struct param_row params[] = {
    [MESSAGES_DEVICE] = {
        .name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "Whose messages"}};

static const struct reply_member members[] = {
    {.name = "RecID",
     .type = REPLY_INT,
     .example = "22352",
     .doc = "Its number; later records have greater ones"},
    {.name = "MsgType",
     .type = REPLY_TEXT,
     .example = "\"Send\"",
     .doc = "Send: it was sent to the device; Respond: the device said it"},
    {.name = "MsgBody",
     .type = REPLY_TEXT,
     .example = "\"PROTOCOL,3,3;1#\"",
     .doc = "The text; a password in it is ******"},
    {.name = "SendTime",
     .type = REPLY_TIME,
     .example = "\"2025-03-04 07:14:50\"",
     .doc = "When it was sent, or came"},
};

static const struct api_method rows[] = {
    {
        .section = 29,
        .name = "GetDeviceMessages",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .success = "Ok",
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_LIST, .members = members, .count = COUNT_OF(members)},
        .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT}},
        .doc = "Commands that were sent to a device and the texts that it answered, the newest "
               "first, at most 100.",
        .run = get_messages,
    },
};

const struct method_group device_message_methods = {.rows = rows, .count = COUNT_OF(rows)};
