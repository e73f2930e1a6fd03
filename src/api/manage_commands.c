/* ListCommands and CancelCommand: what became of commands, and taking one back that still waits. */
#include <stdlib.h>
#include <strings.h>

#include "api/call.h"
#include "api/device_choice.h"
#include "api/list_page.h"
#include "api/members.h"
#include "ingest/commands.h"

enum {
    LIST_DEVICES = PAGE_PARAM_KEY + 1,
    LIST_GROUPS,
    LIST_START,
    LIST_END,
    LIST_STATE,
    LIST_KIND,
};
enum { CANCEL_ID };
enum { CODE_MISSING = 404, CODE_LATE = 409, OF_DEVICE_MAX = 10000 };

#define NO_COMMAND_TEXT "This command does not exist"
#define LATE_TEXT       "This command waits no more"

/* ---- ListCommands ---- */

/* The states of that word, as bits; all where the field is absent, 0 where there is none. */
static uint32_t states_of(const struct call *c)
{
    uint32_t states = 0;
    for (enum command_state i = 0; i < COMMAND_STATES; i++) {
        bool is_it = strcasecmp(call_text(c, LIST_STATE), command_state_word(i)) == 0;
        states |= is_it || !call_has(c, LIST_STATE) ? UINT32_C(1) << i : 0;
    }
    return states;
}

static uint32_t kinds_of(const struct call *c)
{
    uint32_t kinds = 0;
    for (enum command_kind i = 0; i < COMMAND_KINDS; i++) {
        bool is_it = strcasecmp(call_text(c, LIST_KIND), command_kind_word(i)) == 0;
        kinds |= is_it || !call_has(c, LIST_KIND) ? UINT32_C(1) << i : 0;
    }
    return kinds;
}

static bool check_list(struct call *c)
{
    if (!members_check_range(c, LIST_START, LIST_END)) {
        return false;
    }
    if (states_of(c) == 0) {
        call_fault(c, "State", "no state of a command");
        return false;
    }
    if (kinds_of(c) == 0) {
        call_fault(c, "Kind", "no kind of command");
        return false;
    }
    return true;
}

/* Who: the name that the account has now, or had when it was deleted. */
static void write_author(struct call *c, int64_t user_id)
{
    struct user u;
    bool is_known = directory_user(c->shard->directory, user_id, &c->arena, &u) == ERR_OK;
    member_text(c, "CreatedBy", is_known ? u.login_name : NULL);
}

static void write_command(struct call *c, const struct device *d, const struct command *command)
{
    json_object_begin(&c->out);
    json_name(&c->out, "CommandID");
    json_int(&c->out, command->id);
    member_text(c, "DeviceID", d->device_id);
    member_text(c, "Kind", command_kind_word((enum command_kind)command->kind));
    member_text(c, "Text", command->text);
    member_text(c, "State", command_state_word((enum command_state)command->state));
    write_author(c, command->created_by);
    member_time(c, "CreatedTime", command->created_s);
    member_time(c, "FixedTime", command->due_s);
    member_time(c, "SentTime", command->sent_s);
    member_time(c, "AnsweredTime", command->answered_s);
    member_text(c, "Answer", command->answer);
    call_write_hold(c, &c->out, d->enterprise_id);
    json_object_end(&c->out);
}

static int compare_newest_first(const void *a, const void *b)
{
    int64_t x = ((const struct command *)a)->id;
    int64_t y = ((const struct command *)b)->id;
    return (x < y) - (x > y);
}

static int compare_device_ids(const void *a, const void *b)
{
    int64_t x = (*(const struct device *const *)a)->id;
    int64_t y = (*(const struct device *const *)b)->id;
    return (x > y) - (x < y);
}

/* The devices by their internal ids, and those ids. */
static const struct device **sorted_devices(struct call *c, const struct device_choice *choice,
                                            int64_t **ids)
{
    const struct device **devices =
        arena_new_array(&c->arena, choice->count, sizeof(struct device *));
    *ids = arena_new_array(&c->arena, choice->count, sizeof(**ids));
    for (size_t i = 0; i < choice->count; i++) {
        devices[i] = choice->refs[i].info;
    }
    qsort(devices, choice->count, sizeof(struct device *), compare_device_ids);
    for (size_t i = 0; i < choice->count; i++) {
        (*ids)[i] = devices[i]->id;
    }
    return devices;
}

static void write_page(struct call *c, const struct device **devices, size_t device_count,
                       const struct store_commands *found)
{
    struct list_page page = list_page_begin(c, PAGE_PARAM_INDEX, found->count);
    for (size_t i = 0; i < found->count; i++) {
        const struct command *command = &found->at[i];
        const struct device like = {.id = command->device_id};
        const struct device *key = &like;
        const struct device *const *of =
            bsearch(&key, devices, device_count, sizeof(struct device *), compare_device_ids);
        if (list_page_takes(&page) && of != NULL) {
            write_command(c, *of, command);
        }
    }
    list_page_end(c);
}

static void list_commands(struct call *c)
{
    struct store_commands found;
    int64_t *ids = NULL;
    struct device_choice choice = device_choice_make(c, LIST_DEVICES);
    device_choice_keep_named(c, &choice, call_text(c, PAGE_PARAM_KEY));
    const struct device **devices = sorted_devices(c, &choice, &ids);
    const struct store_command_query query = {
        .devices = ids,
        .device_count = choice.count,
        .from_s = call_number(c, LIST_START, INT64_MIN),
        .to_s = call_number(c, LIST_END, INT64_MAX),
        .states = states_of(c),
        .kinds = kinds_of(c),
        .limit = OF_DEVICE_MAX,
    };
    if (store_read_commands(c->shard->store, &query, &c->arena, &found) != ERR_OK) {
        call_fail_unavailable(c, CALL_NO_STORE_TEXT);
    } else {
        qsort(found.at, found.count, sizeof(*found.at), compare_newest_first);
        write_page(c, devices, choice.count, &found);
    }
    device_choice_release(c, &choice);
}

/* ---- CancelCommand ---- */

/* The stored command says whose it is, and memory whether it still waits. */
static enum err cancel(struct call *c, struct job_context *job)
{
    struct command stored;
    int64_t id = call_number(c, CANCEL_ID, 0);
    enum err e = store_read_command(c->shard->store, id, job->changes.arena, &stored);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (e == ERR_NOT_FOUND || !call_sees_device(c, job->directory, stored.device_id)) {
        return call_refuse(c, CODE_MISSING, NO_COMMAND_TEXT);
    }
    const struct command *open = commands_open(job, id);
    if (open == NULL || commands_cancel(job, open) != ERR_OK) {
        return call_refuse(c, CODE_LATE, LATE_TEXT);
    }
    return ERR_OK;
}

/* ---- rows ---- */

static const struct param_row list_params[] = {
    LIST_PAGE_PARAMS,
    DEVICE_CHOICE_PARAMS,
    [LIST_START] = {.name = "StartTime",
                    .type = PARAM_TIME,
                    .doc = "They were asked for at this instant or later"},
    [LIST_END] = {.name = "EndTime",
                  .type = PARAM_TIME,
                  .ends_range = true,
                  .doc = "They were asked for at this instant or earlier"},
    [LIST_STATE] = {.name = "State",
                    .type = PARAM_TEXT,
                    .doc = "queued, sending, sent, answered, refused, unknown, expired or "
                           "cancelled; all unless given"},
    [LIST_KIND] = {.name = "Kind",
                   .type = PARAM_TEXT,
                   .doc = "text, highlevel, query, lock, unlock or timed; all unless given"},
};
static const struct param_row cancel_params[] = {
    [CANCEL_ID] = {.name = "CommandID",
                   .type = PARAM_INT,
                   .min = 1,
                   .max = INT64_MAX,
                   .required = true,
                   .doc = "The command, which must not have been sent yet"},
};

static const struct reply_member members[] = {
    {.name = "CommandID",
     .type = REPLY_INT,
     .example = "31",
     .doc = "Its ID; later commands have greater ones"},
    {.name = "DeviceID",
     .type = REPLY_TEXT,
     .example = "\"862306128008106\"",
     .doc = "Identity of the tracker"},
    {.name = "Kind",
     .type = REPLY_TEXT,
     .example = "\"query\"",
     .doc = "text, highlevel, query, lock, unlock or timed"},
    {.name = "Text",
     .type = REPLY_TEXT,
     .example = "\"STATUS#\"",
     .doc = "What is sent, or was; a password in it is ******"},
    {.name = "State",
     .type = REPLY_TEXT,
     .example = "\"answered\"",
     .doc = "queued, sending, sent, answered, refused (by the device, or unsent since the account "
            "may not any more), unknown (nobody knows whether it went out; it is not sent again), "
            "expired or cancelled"},
    {.name = "CreatedBy",
     .type = REPLY_TEXT,
     .nullable = true,
     .example = "\"olga\"",
     .doc = "Login name of who asked for it"},
    {.name = "CreatedTime",
     .type = REPLY_TIME,
     .example = "\"2025-03-04 07:14:49\"",
     .doc = "When it was asked for"},
    {.name = "FixedTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "null",
     .doc = "When a timed unlock is to be sent, or was; null of all others"},
    {.name = "SentTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2025-03-04 07:14:50\"",
     .doc = "When it was written to the connection; null: it was not"},
    {.name = "AnsweredTime",
     .type = REPLY_TIME,
     .nullable = true,
     .example = "\"2025-03-04 07:14:52\"",
     .doc = "When the device answered; null: it has not"},
    {.name = "Answer",
     .type = REPLY_TEXT,
     .example = "\"ACC:ON;\"",
     .doc = "What it answered, or why it was not sent; a password in it is ******"},
};

static const struct api_method rows[] = {
    {
        .name = "ListCommands",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_OPERATOR,
        .params = list_params,
        .param_count = COUNT_OF(list_params),
        .reply = {.shape = REPLY_PAGE,
                  .members = members,
                  .count = COUNT_OF(members),
                  .lists_below = true},
        .doc = "Commands and what became of them, the newest first; of each device at most the "
               "newest 10,000.",
        .check = check_list,
        .run = list_commands,
    },
    {
        .name = "CancelCommand",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_JOB,
        .role = ROLE_OPERATOR,
        .params = cancel_params,
        .param_count = COUNT_OF(cancel_params),
        .codes = {{CODE_MISSING, NO_COMMAND_TEXT}, {CODE_LATE, LATE_TEXT}},
        .doc = "Takes a command back that waits for its device. One of which a byte may have left "
               "stays as it is: 409.",
        .change = cancel,
    },
};

const struct method_group manage_command_methods = {.rows = rows, .count = COUNT_OF(rows)};
