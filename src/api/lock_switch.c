/*
 * Sections 30 and 31: opens or closes a lock, now or never; or at a time.
 *
 *     query thread     who may, and the password (throttled)          404, 4001, 4005
 *     ingest thread    a job: the protocol, freshness; `sending`      500, 4010
 *     gateway          claims the ticket, writes, tells it            200, 4010
 *     query thread     answers what the ticket was told
 *
 * The caller waits for the gateway itself, not for a commit behind it: once a byte may have left,
 * the answer is 200, whatever the disk does. Whoever was told anything else can be sure that
 * nothing is written any more, since the ticket is given up before.
 *
 * A timed unlock goes the same way as far as the job, whose commit keeps it until its time
 * (ingest/timed.c). Where its asker hears that it failed, it is taken back behind the commit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/call.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_tree.h"
#include "ingest/ticket.h"

enum { LOCK_DEVICE, LOCK_PASSWORD, LOCK_OPEN, LOCK_TIME = LOCK_OPEN };
enum {
    CODE_NO_DEVICE = 404,
    CODE_FAULT = 500,
    CODE_NO_ROLE = 4001,
    CODE_PASSWORD = 4005,
    CODE_OFFLINE = 4010,
    LOCK_TIMEOUT_MS = 5000, /* nothing is written later */
    WHO_SIZE = 48,
};

#define PASSWORD_TEXT      "Password error"
#define OFFLINE_TEXT       "Device is offline"
#define NOT_SUPPORTED_TEXT "Not supported by this device"

/* What is asked for. */
struct wish {
    enum command_kind kind;
    int64_t due_s; /* of COMMAND_TIMED_UNLOCK; else 0 */
};

/* The job's own: the call may be over before it. */
struct lock_job {
    struct ingest *in;
    const struct vault *vault;
    struct store *store;
    struct ticket *ticket;
    struct audit *audit; /* what is told of it */
    struct wish wish;
    int64_t device;
    struct caller caller;
    int64_t deadline_ms;
    int64_t id; /* CommandID; 0: in the first step */
    enum command_answer answer;
    bool is_kept; /* its asker is to be told that the timed unlock is */
};

/* ---- the job, on the ingest thread ---- */

static void free_lock_job(void *arg)
{
    struct lock_job *l = arg;
    ticket_release(l->ticket);
    free(l->audit);
    free(l);
}

static void go_on_committed(void *arg, bool is_last)
{
    struct lock_job *l = arg;
    if (l->answer != COMMAND_ASK_TAKEN || !is_last) {
        return;
    }
    if (l->wish.kind != COMMAND_TIMED_UNLOCK) {
        commands_issue_lock(l->in, l->id, l->ticket, l->deadline_ms);
    } else if (l->is_kept) {
        ticket_tell(l->ticket, &(struct ticket_news){.result = ORDER_WRITTEN});
    }
}

/*
 * The second step of a timed unlock. Nothing is written before its time: that it is kept is all
 * that its asker waits for, and who gave up was told that it is not.
 */
static enum err confirm(struct job_context *job, struct lock_job *l)
{
    l->is_kept = ticket_claim(l->ticket);
    commands_confirm_timed(job, l->id, l->is_kept);
    job->committed = go_on_committed;
    return ERR_OK;
}

static enum err run_lock(struct job_context *job, void *arg)
{
    struct lock_job *l = arg;
    if (l->id != 0) {
        return confirm(job, l);
    }
    struct device_ref ref;
    struct bytes password = ticket_password(l->ticket);
    l->answer = COMMAND_ASK_OFFLINE;
    if (directory_find(job->directory, l->device, &ref) != ERR_OK) {
        return ERR_OK;
    }
    int64_t enterprise_id = ref.info->enterprise_id;
    bool is_its = enterprise_id == l->audit->enterprise_id &&
                  directory_may_act(job->directory, &l->caller, enterprise_id);
    if (is_its && vault_fits(l->vault, ref.info->password_hash, password)) { /* still */
        const struct lock_draft draft = {.device = ref.info,
                                         .kind = l->wish.kind,
                                         .due_s = l->wish.due_s,
                                         .user_id = l->caller.user_id,
                                         .password = password};
        l->answer = commands_ask_lock(job, &draft, &l->id);
        job->committed = go_on_committed;
    }
    device_ref_release(job->directory, &ref);
    enum err e = l->answer == COMMAND_ASK_TAKEN ? audit_add(l->store, job, l->audit) : ERR_OK;
    bool goes_on = l->answer == COMMAND_ASK_TAKEN && l->wish.kind == COMMAND_TIMED_UNLOCK;
    return e == ERR_OK && goes_on ? ERR_MORE : e;
}

/* Where the order was given, the gateway tells. */
static void end_job(void *context, enum err e, void *arg)
{
    struct ticket *ticket = context;
    struct lock_job *l = arg;
    if (e != ERR_OK && l != NULL && l->is_kept) { /* claimed, and its commit failed */
        ticket_tell(ticket, &(struct ticket_news){.e = e});
    } else if (e != ERR_OK) {
        ticket_give_up(ticket, e);
    } else if (l->answer != COMMAND_ASK_TAKEN) {
        ticket_tell(ticket, &(struct ticket_news){.answer = l->answer});
    }
    if (l != NULL) {
        free_lock_job(l);
    }
    ticket_release(ticket);
}

static struct lock_job *lock_job_new(struct call *c, const struct device *d,
                                     const struct wish *wish)
{
    struct lock_job *l = mem_new(sizeof(*l));
    *l = (struct lock_job){
        .in = c->shard->ingest,
        .vault = c->shard->vault,
        .store = c->shard->store,
        .ticket = ticket_new(bytes_of_text(call_text(c, LOCK_PASSWORD))),
        .audit = audit_row_new(c, d),
        .wish = *wish,
        .device = d->id,
        .caller = c->caller,
        .deadline_ms = c->now_monotonic_ms + LOCK_TIMEOUT_MS,
    };
    return l;
}

/* Takes the job's own over. */
static void submit(struct call *c, struct lock_job *l)
{
    const struct ingest_job job = {
        .place = {0, c->caller.enterprise_id, c->caller.user_id},
        .deadline_ms = l->deadline_ms,
        .run = run_lock,
        .arg = l,
        .free_arg = free_lock_job,
        .done = end_job,
        .context = ticket_hold(l->ticket),
    };
    enum err e = ingest_submit(l->in, &job);
    if (e != ERR_OK) {
        end_job(job.context, e, l);
    }
}

/* ---- the answer ---- */

struct waiting {
    struct call *call;
    struct ticket *ticket;
    bool is_asked;
};

static void answer_result(struct call *c, enum order_result result)
{
    switch (result) {
    case ORDER_WRITTEN:
    case ORDER_UNKNOWN:
        json_write_null(&c->out);
        return;
    case ORDER_AWAY:
    case ORDER_LATE:
        call_fail(c, CODE_OFFLINE, OFFLINE_TEXT);
        return;
    case ORDER_UNSUPPORTED:
    case ORDER_TOO_LONG:
    case ORDER_INVALID:
        break;
    }
    call_fail(c, CODE_FAULT, NOT_SUPPORTED_TEXT);
}

static void answer_news(struct call *c, const struct ticket_news *news)
{
    if (news->e == ERR_STOPPING) {
        call_fail_unavailable(c, "Stopping");
    } else if (news->e != ERR_OK) {
        call_fail_unavailable(c, news->e == ERR_BUSY ? "Busy" : CALL_NO_STORE_TEXT);
    } else if (news->answer == COMMAND_ASK_TAKEN) {
        answer_result(c, news->result);
    } else if (news->answer == COMMAND_ASK_OFFLINE) {
        call_fail(c, CODE_OFFLINE, OFFLINE_TEXT);
    } else {
        call_fail(c, CODE_FAULT, NOT_SUPPORTED_TEXT);
    }
}

/* The second step comes with the news; or before, where the server has no more time. */
static enum call_step next_step(void *state, struct json_out *out)
{
    struct waiting *w = state;
    (void)out; /* the call's own */
    if (!w->is_asked) {
        w->is_asked = true;
        return STEP_WAIT;
    }
    struct ticket_news news;
    ticket_give_up(w->ticket, ERR_TIMEOUT);
    if (!ticket_news(w->ticket, &news)) { /* claimed this very moment */
        news = (struct ticket_news){.result = ORDER_UNKNOWN};
    }
    answer_news(w->call, &news);
    return STEP_END;
}

static bool wait_for_news(void *state, struct call_waker waker)
{
    struct waiting *w = state;
    return ticket_wait(w->ticket, waker.wake, waker.context);
}

static void close_waiting(void *state)
{
    struct waiting *w = state;
    ticket_give_up(w->ticket, ERR_TIMEOUT);
    ticket_release(w->ticket);
    free(w);
}

/* ---- the password ---- */

/* Wrong passwords count by device and account, in a table of their own kind of names. */
static bool check_password(struct call *c, const struct device *d)
{
    char device[WHO_SIZE];
    char account[WHO_SIZE];
    int64_t now_ms = clock_monotonic_ms();
    (void)snprintf(device, sizeof(device), "\1device %lld", (long long)d->id);
    (void)snprintf(account, sizeof(account), "\1user %lld", (long long)c->caller.user_id);
    if (throttle_wait_s(c->api->throttle, device, account, now_ms) > 0) {
        return false;
    }
    bool is_good =
        vault_fits(c->shard->vault, d->password_hash, bytes_of_text(call_text(c, LOCK_PASSWORD)));
    if (!is_good) {
        throttle_note_failure(c->api->throttle, device, account, now_ms);
        audit_tell_wrong_password(c, d, PASSWORD_TEXT);
    }
    return is_good;
}

/* Both sections, once it is known what is asked for. */
static void ask(struct call *c, const struct wish *wish)
{
    struct device_ref ref;
    if (directory_find_by_device_id(c->shard->directory, &c->caller, call_text(c, LOCK_DEVICE),
                                    &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return;
    }
    bool may = c->caller.role >= c->method->role;
    bool is_good = may && check_password(c, ref.info);
    struct lock_job *l = is_good ? lock_job_new(c, ref.info, wish) : NULL;
    device_ref_release(c->shard->directory, &ref);
    if (l == NULL) {
        call_fail(c, may ? CODE_PASSWORD : CODE_NO_ROLE, may ? PASSWORD_TEXT : CALL_NO_ROLE_TEXT);
        return;
    }
    struct waiting *w = mem_new(sizeof(*w));
    *w = (struct waiting){.call = c, .ticket = ticket_hold(l->ticket)};
    c->stream = (struct call_stream){next_step, close_waiting, w};
    c->stream_wait = wait_for_news;
    c->is_binding = true;
    submit(c, l);
}

static void set_lock_switch(struct call *c)
{
    bool opens = call_number(c, LOCK_OPEN, 0) != 0;
    ask(c, &(struct wish){.kind = opens ? COMMAND_UNLOCK : COMMAND_LOCK});
}

static void set_timed_unlock(struct call *c)
{
    ask(c, &(struct wish){COMMAND_TIMED_UNLOCK, call_number(c, LOCK_TIME, 0)});
}

#define WHO_PARAMS                                                                                 \
    [LOCK_DEVICE] = {.name = "DeviceID", .type = PARAM_TEXT, .required = true, .doc = "The lock"}, \
    [LOCK_PASSWORD] = {.name = "Password",                                                         \
                       .type = PARAM_SECRET,                                                       \
                       .required = true,                                                           \
                       .may_be_empty = true,                                                       \
                       .max = NAME_MAX_CHARS,                                                      \
                       .doc = "The device's password for commands"}

static const struct param_row timed_params[] = {
    WHO_PARAMS,
    [LOCK_TIME] = {.name = "FixedTime",
                   .type = PARAM_TIME,
                   .required = true,
                   .is_ahead = true,
                   .doc =
                       "When it is to open, in the enterprise's zone; of a time that comes twice "
                       "the first pass that is still ahead"},
};
static const struct param_row params[] = {
    WHO_PARAMS,
    [LOCK_OPEN] = {.name = "OpenType",
                   .type = PARAM_INT,
                   .required = true,
                   .max = 1,
                   .doc = "1 opens, 0 closes"},
};

#define COMMON(section_, name_, params_, run_)                                                     \
    .section = (section_), .name = (name_), .prefix = PREFIX_VEHICLE, .needs_enterprise = true,    \
    .where = WHERE_STORE, .role = ROLE_OPERATOR, .checks_role = true, .success = "Success",        \
    .params = (params_), .param_count = COUNT_OF(params_), .run = (run_),                          \
    .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT},                                               \
              {CODE_NO_ROLE, CALL_NO_ROLE_TEXT},                                                   \
              {CODE_PASSWORD, PASSWORD_TEXT},                                                      \
              {CODE_OFFLINE, OFFLINE_TEXT}}

static const struct api_method rows[] = {
    {
        COMMON(30, "SetLockSwitch", params, set_lock_switch),
        .doc = "Opens or closes a lock at once, or not at all: 200 means that it was written to "
               "the device's connection, and is never repeated. Nothing is kept for a device that "
               "is away. ListCommands says what became of it.",
    },
    {
        COMMON(31, "SetTimedUnlock", timed_params, set_timed_unlock),
        .doc = "Opens a lock at a time, in place of what was set before. The server keeps it and "
               "sends it within a minute behind its time, or not at all: to a device that is "
               "heard from, while the account may and the Password is the device's. CancelCommand, "
               "another Password and another enterprise end it. ListCommands says what became of "
               "it.",
    },
};

const struct method_group lock_switch_methods = {.rows = rows, .count = COUNT_OF(rows)};
