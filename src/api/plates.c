/*
 * Sections 15 and 16: two names for writing the one display name. What went wrong with the device
 * is told in Data: "2" it does not exist, "3" the enterprise does not, "4" it is outside the user's
 * groups or role.
 */
#include "api/call.h"
#include "api/manage.h"

enum { PLATE_DEVICE, PLATE_NAME };

/* A 200 with Data "2", "3" or "4": nothing is committed. */
static enum err answer_in_data(struct call *c, const char *data)
{
    c->data_text = data;
    return ERR_NOT_FOUND;
}

/* Renames the device that was found, which is in the caller's enterprise. */
static enum err rename_device(struct call *c, struct job_context *job, const struct device *d)
{
    const char *plate = call_text(c, PLATE_NAME);
    if (c->caller.role < c->method->role || !call_sees_group(c, d->group_id)) {
        return answer_in_data(c, "4");
    }
    if (directory_plate_taken(job->directory, d->enterprise_id, plate, d->id)) {
        return call_refuse_value(c, c->method->params[PLATE_NAME].name, "is taken");
    }
    struct change *change = change_add(&job->changes, CHANGE_PUT_DEVICE);
    change->device = *d;
    change->device.plate = plate;
    c->data_text = "0";
    return ERR_OK;
}

static void answer_renamed(struct call *c)
{
    json_write_string(&c->out, c->data_text);
}

static bool check_name(struct call *c)
{
    const char *why = manage_plate_fault(call_text(c, PLATE_NAME));
    if (why != NULL) {
        call_fault(c, c->method->params[PLATE_NAME].name, why);
    }
    return why == NULL;
}

static enum err modify_plate(struct call *c, struct job_context *job)
{
    struct device d;
    struct enterprise enterprise;
    int64_t id = c->caller.enterprise_id;
    if (id != 0 && (directory_enterprise(job->directory, id, &c->arena, &enterprise) != ERR_OK ||
                    enterprise.deleted)) {
        return answer_in_data(c, "3");
    }
    if (manage_find_device(job, id, call_text(c, PLATE_DEVICE), &d) != ERR_OK) {
        return answer_in_data(c, "2");
    }
    return rename_device(c, job, &d);
}

#define DEVICE_PARAM                                                                               \
    [PLATE_DEVICE] = {                                                                             \
        .name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The device to rename"}
#define NAME_DOC "New display name: 1 to 64 characters, no comma, unique in the enterprise"

static const struct param_row plate_params[] = {
    DEVICE_PARAM,
    [PLATE_NAME] = {.name = "NewVehiclePlate",
                    .type = PARAM_TEXT,
                    .is_name = true,
                    .required = true,
                    .max = NAME_MAX_CHARS,
                    .doc = NAME_DOC},
};
static const struct param_row asset_params[] = {
    DEVICE_PARAM,
    [PLATE_NAME] = {.name = "AssetName",
                    .type = PARAM_TEXT,
                    .is_name = true,
                    .required = true,
                    .max = NAME_MAX_CHARS,
                    .doc = NAME_DOC},
};

#define DATA_DOC                                                                                   \
    "Data: 0 done, 1 bad token, 2 no such device, 3 no such enterprise, 4 outside the user's "     \
    "groups or role, -1 the store failed."

static const struct api_method rows[] = {
    {
        .section = 15,
        .name = "ModifyVehiclePlate",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .answers_in_data = true,
        .params = plate_params,
        .param_count = COUNT_OF(plate_params),
        .reply = {.shape = REPLY_STRING, .string_example = "\"0\""},
        .doc = "Changes the display name of a device. " DATA_DOC,
        .check = check_name,
        .change = modify_plate,
        .run = answer_renamed,
    },
    {
        .section = 16,
        .name = "ModifyAssetName",
        .prefix = PREFIX_VEHICLE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .checks_role = true,
        .answers_in_data = true,
        .params = asset_params,
        .param_count = COUNT_OF(asset_params),
        .reply = {.shape = REPLY_STRING, .string_example = "\"0\""},
        .doc = "Changes the display name of a device, as section 15 does. " DATA_DOC,
        .check = check_name,
        .change = modify_plate,
        .run = answer_renamed,
    },
};

const struct method_group plate_methods = {.rows = rows, .count = COUNT_OF(rows)};
