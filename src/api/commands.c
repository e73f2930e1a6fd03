/*
 * Sections 37 to 41: a command to a device, taken at once. It goes out over the connection that the
 * device has, or waits for the next one (ingest/commands.h).
 */
#include "ingest/commands.h"
#include "api/call.h"
#include "api/manage.h"
#include "api/sms_out.h"
#include "fleet/directory_sims.h"

enum { COMMAND_DEVICE, COMMAND_BY_SMS, COMMAND_TEXT_PARAM };
enum { CODE_NO_ROLE = 4001, CODE_OFFLINE = 4010, CODE_NO_DEVICE = 404, CODE_FAULT = 500 };

#define NOT_SUPPORTED_TEXT "Not supported by this device"
#define TOO_MANY_TEXT      "Too many commands are waiting for this device"
#define OFFLINE_TEXT       "Device is offline"
#define MOVING_TEXT        "Vehicle is moving"
#define LOST_TEXT          "No recent position"
#define TEXT_FIELD         "TextCommand"

/* What the client hears where the command was not taken. */
static enum err answer(struct call *c, enum command_answer told)
{
    switch (told) {
    case COMMAND_ASK_TAKEN:
        return ERR_OK;
    case COMMAND_ASK_UNSUPPORTED:
        return call_refuse(c, CODE_FAULT, NOT_SUPPORTED_TEXT);
    case COMMAND_ASK_TOO_MANY:
        return call_refuse(c, CODE_FAULT, TOO_MANY_TEXT);
    case COMMAND_ASK_FORBIDDEN:
        return call_refuse(c, CODE_NO_ROLE, CALL_NO_ROLE_TEXT);
    case COMMAND_ASK_OFFLINE:
        return call_refuse(c, CODE_OFFLINE, OFFLINE_TEXT);
    case COMMAND_ASK_MOVING:
        return call_refuse(c, CODE_FAULT, MOVING_TEXT);
    case COMMAND_ASK_LOST:
        return call_refuse(c, CODE_FAULT, LOST_TEXT);
    case COMMAND_ASK_TOO_LONG:
        return call_refuse_value(c, TEXT_FIELD, "too long for this device");
    case COMMAND_ASK_INVALID:
        break;
    }
    return call_refuse_value(c, TEXT_FIELD, "not a message of this device");
}

/* Whether it can be reached over its protocol now. */
static bool is_connected(struct call *c, struct job_context *job, const struct device *d)
{
    struct device_ref ref;
    struct live live;
    if (directory_find(job->directory, d->id, &ref) != ERR_OK) {
        return false;
    }
    const struct device_link link = tracked_link(job->directory, ref.tracked);
    tracked_live(job->directory, ref.tracked, &live);
    device_ref_release(job->directory, &ref);
    return device_link_is_up(&link, &live, c->now_monotonic_ms);
}

/* The active card that was put into the device last; false: it has none that takes an SMS. */
static bool find_card(struct call *c, struct job_context *job, const struct device *d,
                      struct sim_card *out)
{
    size_t count = 0;
    bool found = false;
    const struct sim_card *cards =
        directory_list_sims_in(job->directory, d->id, job->changes.arena, &count);
    for (size_t i = 0; i < count; i++) {
        const struct sim_card *card = &cards[i];
        bool may = card->is_active && card->enterprise_id == d->enterprise_id &&
                   sims_way_of(c->api->sims, card) != SIMS_NO_WAY;
        if (may && (!found || card->bound_s > out->bound_s)) {
            *out = *card;
            found = true;
        }
    }
    return found;
}

/* What the device cannot take so is not kept for its connection: the caller may ask again. */
static enum err send_by_sms(struct call *c, struct job_context *job,
                            const struct command_draft *draft)
{
    struct sim_card card = {0};
    const char *text = NULL;
    enum command_answer told = COMMAND_ASK_UNSUPPORTED;
    if (find_card(c, job, draft->device, &card)) {
        told = commands_ask_sms(job, draft, &text, &c->made_id);
    }
    if (told == COMMAND_ASK_UNSUPPORTED) {
        return call_refuse(c, CODE_FAULT, SMS_OUT_UNSUPPORTED_TEXT);
    }
    return told == COMMAND_ASK_TAKEN ? sms_out_stage(c, job, &card, text) : answer(c, told);
}

static enum err ask(struct call *c, struct job_context *job, enum command_kind kind,
                    const char *text)
{
    struct device d;
    int64_t enterprise = c->caller.enterprise_id;
    if (manage_find_device(job, enterprise, call_text(c, COMMAND_DEVICE), &d) != ERR_OK ||
        !call_sees_group(c, d.group_id)) {
        return call_refuse(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
    }
    if (c->caller.role < c->method->role) {
        return call_refuse(c, CODE_NO_ROLE, CALL_NO_ROLE_TEXT);
    }
    const struct command_draft draft = {.device = &d,
                                        .kind = kind,
                                        .text = bytes_of_text(text),
                                        .user_id = c->caller.user_id,
                                        .is_admin = c->caller.role >= ROLE_ADMIN};
    if (call_number(c, COMMAND_BY_SMS, 0) != 0 && !is_connected(c, job, &d)) {
        return send_by_sms(c, job, &draft);
    }
    return answer(c, commands_ask(job, &draft, &c->made_id));
}

static enum err send_text(struct call *c, struct job_context *job)
{
    return ask(c, job, COMMAND_TEXT, call_text(c, COMMAND_TEXT_PARAM));
}

static enum err send_high_level(struct call *c, struct job_context *job)
{
    return ask(c, job, COMMAND_HIGH_LEVEL, call_text(c, COMMAND_TEXT_PARAM));
}

static enum err query_status(struct call *c, struct job_context *job)
{
    return ask(c, job, COMMAND_QUERY_STATUS, "");
}

static enum err query_parameters(struct call *c, struct job_context *job)
{
    return ask(c, job, COMMAND_QUERY_PARAMETERS, "");
}

static enum err query_iccid(struct call *c, struct job_context *job)
{
    return ask(c, job, COMMAND_QUERY_ICCID, "");
}

#define DEVICE_PARAM                                                                               \
    [COMMAND_DEVICE] = {                                                                           \
        .name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The device it is for"}
#define BY_SMS_PARAM                                                                               \
    [COMMAND_BY_SMS] = {.name = "BySMS",                                                           \
                        .type = PARAM_BOOL,                                                        \
                        .doc = "Where the device is not connected, send it as an SMS to its "      \
                               "card: only of a model that takes commands so, never what cuts "    \
                               "or unlocks"}

static const struct param_row text_params[] = {
    DEVICE_PARAM,
    BY_SMS_PARAM,
    [COMMAND_TEXT_PARAM] = {.name = TEXT_FIELD,
                            .type = PARAM_TEXT,
                            .required = true,
                            .max = COMMAND_TEXT_MAX,
                            .doc = "What is sent, in the words of the device's maker"},
};
static const struct param_row high_level_params[] = {
    DEVICE_PARAM,
    BY_SMS_PARAM,
    [COMMAND_TEXT_PARAM] = {.name = TEXT_FIELD,
                            .type = PARAM_TEXT,
                            .required = true,
                            .max = COMMAND_TEXT_MAX,
                            .doc = "As in section 37; or hex: and the type and body of one message "
                                   "in hexadecimal digits, around which the server builds the "
                                   "frame"},
};
static const struct param_row query_params[] = {DEVICE_PARAM, BY_SMS_PARAM};

#define COMMON(section_, name_, params_, change_)                                                  \
    .section = (section_), .name = (name_), .prefix = PREFIX_VEHICLE, .needs_enterprise = true,    \
    .where = WHERE_JOB, .role = ROLE_OPERATOR, .checks_role = true, .success = "OK",               \
    .params = (params_), .param_count = COUNT_OF(params_), .change = (change_),                    \
    .committed = sms_out_send,                                                                     \
    .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT},                                               \
              {CODE_NO_ROLE, CALL_NO_ROLE_TEXT},                                                   \
              {CODE_OFFLINE, OFFLINE_TEXT}}
#define KEPT_DOC                                                                                   \
    " It goes out at once, or waits for the device to connect. ListCommands says what became of "  \
    "it; section 29 has a record once it was sent."

static const struct api_method rows[] = {
    {COMMON(37, "SendTextCommand", text_params, send_text),
     .doc = "Sends a text to a device." KEPT_DOC},
    {COMMON(38, "SendHighLevelCommand", high_level_params, send_high_level),
     .doc = "Sends a text or a raw message to a device." KEPT_DOC},
    {COMMON(39, "SendQueryStatusCommand", query_params, query_status),
     .doc = "Asks a device for its status." KEPT_DOC},
    {COMMON(40, "SendQueryParameterCommand", query_params, query_parameters),
     .doc = "Asks a device for its parameters." KEPT_DOC},
    {COMMON(41, "SendQueryICCIDCommand", query_params, query_iccid),
     .doc = "Asks a device for the number of its SIM card." KEPT_DOC},
};

const struct method_group command_methods = {.rows = rows, .count = COUNT_OF(rows)};
