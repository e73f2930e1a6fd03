/*
 * What the API asks of commands, in a job: a new one, which is judged by the protocol that the
 * device spoke last, and the end of one that waits.
 */
#include "ingest/commands.h"

#include <sodium.h>
#include <string.h>

#include "base/check.h"
#include "ingest/ingest_private.h"
#include "protocols/secrets.h"

void commands_wipe_stack(void)
{
    enum { STACK_BYTES = 16384 }; /* as much as rows use of it */
    sodium_stackzero(STACK_BYTES);
}

/* How many commands of the device wait. */
static size_t waiting_of(struct commands *c, int64_t device)
{
    const struct command_line *line = commands_line(c, device);
    size_t count = 0;
    for (guint i = 0; line != NULL && i < line->open->len; i++) {
        const struct open_command *o = line->open->pdata[i];
        bool waits = o->value.state == COMMAND_QUEUED && o->value.kind != COMMAND_TIMED_UNLOCK;
        count += waits ? 1 : 0;
    }
    return count;
}

/* The row of the protocol that the device spoke in this run; NULL: it has said nothing yet. */
static const struct protocol *spoken(struct job_context *job, int64_t device)
{
    struct device_ref ref;
    struct live live;
    check(directory_find(job->directory, device, &ref) == ERR_OK);
    tracked_live(job->directory, ref.tracked, &live);
    device_ref_release(job->directory, &ref);
    return live.heard_monotonic_ms == 0 ? NULL : protocol_at(live.protocol);
}

/* What the row would make of the command, for a device of which nothing is known. */
static enum command_answer try_row(const struct protocol *p, const struct command_request *what)
{
    enum command_fate fate = protocol_try_command(p, what);
    commands_wipe_stack();
    switch (fate) {
    case COMMAND_IS_WRITTEN:
        return COMMAND_ASK_TAKEN;
    case COMMAND_IS_UNSUPPORTED:
        return COMMAND_ASK_UNSUPPORTED;
    case COMMAND_IS_TOO_LONG:
        return COMMAND_ASK_TOO_LONG;
    case COMMAND_IS_INVALID:
        break;
    }
    return COMMAND_ASK_INVALID;
}

/* What the row is asked for; `raw` is the room of a raw message. False: it is none. */
static bool make_request(struct job_context *job, const struct command_draft *draft,
                         uint8_t raw[COMMAND_RAW_MAX], struct command_request *out)
{
    const struct profiles *profiles = directory_profiles(job->directory);
    *out = (struct command_request){.kind = draft->kind,
                                    .id = 1,
                                    .text = draft->text,
                                    .profile = dialect_of(profiles, draft->device).profile};
    if (draft->kind != COMMAND_HIGH_LEVEL || !command_is_raw(draft->text)) {
        return true;
    }
    out->raw = (struct bytes){raw, command_raw(draft->text, raw)};
    return out->raw.len > 0;
}

/* Whether a command that must not be late may be taken now. */
static enum command_answer judge_hazard(struct job_context *job, const struct command_draft *draft,
                                        uint8_t hazard)
{
    struct ingest *in = job->commands->in;
    bool has_password = draft->device->password_hash[0] != '\0';
    if (hazard == COMMAND_CUTS) {
        return hazard_may_cut(in, draft->device->id, job->now_s);
    }
    if (hazard == COMMAND_UNLOCKS && has_password && !draft->is_admin) {
        return COMMAND_ASK_FORBIDDEN;
    }
    bool is_late = hazard == COMMAND_UNLOCKS && !hazard_is_fresh(in, draft->device->id);
    return is_late ? COMMAND_ASK_OFFLINE : COMMAND_ASK_TAKEN;
}

static enum command_answer judge(struct job_context *job, const struct command_draft *draft,
                                 uint8_t *hazard)
{
    uint8_t raw[COMMAND_RAW_MAX];
    struct command_request what;
    if (draft->text.len > COMMAND_TEXT_MAX) {
        return COMMAND_ASK_TOO_LONG;
    }
    if (!make_request(job, draft, raw, &what)) {
        return COMMAND_ASK_INVALID;
    }
    const struct protocol *p = spoken(job, draft->device->id);
    enum command_answer answer = p == NULL ? COMMAND_ASK_TAKEN : try_row(p, &what);
    if (answer != COMMAND_ASK_TAKEN) {
        return answer;
    }
    *hazard = hazard_of(job->directory, &what);
    return judge_hazard(job, draft, *hazard);
}

static struct bytes seal(struct arena *arena, const struct vault *vault, struct bytes text)
{
    uint8_t *at = arena_new(arena, text.len + VAULT_SEAL_BYTES);
    return (struct bytes){at, vault_seal(vault, text, at)};
}

/* The change that puts it; its text as it is shown, and sealed as it is sent where that is another.
 */
static void add_command(struct job_context *job, const struct command_draft *draft, uint8_t hazard,
                        int64_t id)
{
    struct arena *arena = job->changes.arena;
    const struct vault *vault = job->commands->in->options.vault;
    const struct secret_of own = {vault, draft->device->password_hash};
    struct bytes masked = secrets_masked_command(arena, draft->kind, draft->text, &own);
    bool is_masked = masked.at != draft->text.at;
    struct bytes secret = is_masked ? seal(arena, vault, draft->text) : (struct bytes){0};
    const char *text = draft->text.len == 0 ? command_kind_text(draft->kind)
                                            : (const char *)arena_copy(arena, masked).at;
    change_add(&job->changes, CHANGE_PUT_COMMAND)->command = (struct command){
        .device_id = draft->device->id,
        .id = id,
        .kind = (uint8_t)draft->kind,
        .state = COMMAND_QUEUED,
        .created_by = draft->user_id,
        .created_s = job->now_s,
        .deadline_s = job->now_s + hazard_ttl_s(job->commands->in, hazard),
        .hazard = hazard,
        .text = text,
        .answer = "",
        .secret = secret.at,
        .secret_len = secret.len,
    };
}

/* The order of checks is the contract's: what the protocol cannot carry, then who is away. */
static enum command_answer judge_lock(struct job_context *job, const struct lock_draft *draft)
{
    const struct profiles *profiles = directory_profiles(job->directory);
    bool is_timed = draft->kind == COMMAND_TIMED_UNLOCK;
    const struct command_request what = {.kind = is_timed ? COMMAND_UNLOCK : draft->kind,
                                         .id = 1,
                                         .password = draft->password,
                                         .profile = dialect_of(profiles, draft->device).profile};
    const struct protocol *p = spoken(job, draft->device->id);
    if (p == NULL) {
        return COMMAND_ASK_OFFLINE;
    }
    enum command_answer answer = try_row(p, &what);
    if (answer != COMMAND_ASK_TAKEN) {
        return answer;
    }
    struct ingest *in = job->commands->in;
    bool may_go = (is_timed || commands_may_issue(in)) && hazard_is_fresh(in, draft->device->id);
    return may_go ? COMMAND_ASK_TAKEN : COMMAND_ASK_OFFLINE;
}

/* What it needs at its time. It is `sending`, which no start sends, until its asker is told. */
static void keep_for_later(struct job_context *job, const struct lock_draft *draft,
                           struct command *c)
{
    c->due_s = draft->due_s;
    c->deadline_s = draft->due_s + COMMAND_TIMED_LATE_S;
    struct bytes secret =
        seal(job->changes.arena, job->commands->in->options.vault, draft->password);
    c->secret = secret.at;
    c->secret_len = secret.len;
}

enum command_answer commands_ask_lock(struct job_context *job, const struct lock_draft *draft,
                                      int64_t *id)
{
    enum command_answer answer = judge_lock(job, draft);
    if (answer != COMMAND_ASK_TAKEN) {
        return answer;
    }
    *id = ids_next(job->ids, ID_OF_COMMAND);
    struct command *c = &change_add(&job->changes, CHANGE_PUT_COMMAND)->command;
    *c = (struct command){
        .device_id = draft->device->id,
        .id = *id,
        .kind = (uint8_t)draft->kind,
        .state = COMMAND_SENDING,
        .created_by = draft->user_id,
        .created_s = job->now_s,
        .deadline_s = job->now_s + hazard_ttl_s(job->commands->in, COMMAND_UNLOCKS),
        .hazard = COMMAND_UNLOCKS,
        .text = command_kind_text(draft->kind),
        .answer = "",
    };
    if (draft->kind == COMMAND_TIMED_UNLOCK) {
        keep_for_later(job, draft, c);
    }
    return COMMAND_ASK_TAKEN;
}

enum command_answer commands_ask(struct job_context *job, const struct command_draft *draft,
                                 int64_t *id)
{
    uint8_t hazard = COMMAND_HARMLESS;
    if (waiting_of(job->commands, draft->device->id) >= COMMAND_WAITING_MAX) {
        return COMMAND_ASK_TOO_MANY;
    }
    enum command_answer answer = judge(job, draft, &hazard);
    if (answer == COMMAND_ASK_TAKEN) {
        *id = ids_next(job->ids, ID_OF_COMMAND);
        add_command(job, draft, hazard, *id);
    }
    return answer;
}

/* Puts the command as one that is sent, and the record of section 29. */
static enum command_answer put_sms(struct job_context *job, const struct command_draft *draft,
                                   struct bytes text, int64_t id)
{
    int64_t text_id = ids_next(job->ids, ID_OF_TEXT);
    if (text_id == 0) {
        return COMMAND_ASK_TOO_MANY;
    }
    add_command(job, draft, COMMAND_HARMLESS, id);
    struct command *c = &job->changes.at[job->changes.len - 1].command;
    c->state = COMMAND_SENT;
    c->sent_s = job->now_s;
    c->over_s = job->now_s;
    change_add(&job->changes, CHANGE_PUT_TEXT)->text =
        (struct device_text){.device_id = draft->device->id,
                             .id = text_id,
                             .time_s = job->now_s,
                             .text = (const char *)text.at,
                             .kind = TEXT_SEND};
    return COMMAND_ASK_TAKEN;
}

enum command_answer commands_ask_sms(struct job_context *job, const struct command_draft *draft,
                                     const char **text, int64_t *id)
{
    uint8_t raw[COMMAND_RAW_MAX];
    uint8_t room[COMMAND_RAW_MAX];
    struct arena *arena = job->changes.arena;
    struct command_request what;
    if (!make_request(job, draft, raw, &what)) {
        return COMMAND_ASK_INVALID;
    }
    bool takes_sms = what.profile != NULL && what.profile->takes_sms;
    bool is_harmless = hazard_of(job->directory, &what) == COMMAND_HARMLESS;
    if (!takes_sms || !is_harmless || !profile_apply(&what, room) || what.raw.len > 0 ||
        what.text.len == 0) {
        return COMMAND_ASK_UNSUPPORTED;
    }
    const struct secret_of own = {job->commands->in->options.vault, draft->device->password_hash};
    if (secrets_masked_sent(arena, what.text, &own).at != what.text.at) {
        return COMMAND_ASK_UNSUPPORTED;
    }
    struct bytes kept = arena_copy(arena, what.text);
    *text = (const char *)kept.at;
    *id = ids_next(job->ids, ID_OF_COMMAND);
    return put_sms(job, draft, kept, *id);
}

const struct command *commands_open(const struct job_context *job, int64_t id)
{
    const struct open_command *o = g_hash_table_lookup(job->commands->by_id, &id);
    return o == NULL ? NULL : &o->value;
}

enum err commands_cancel(struct job_context *job, const struct command *c)
{
    if (c->state != COMMAND_QUEUED) {
        return ERR_BUSY;
    }
    struct change *change = change_add(&job->changes, CHANGE_PUT_COMMAND);
    change->command = *c;
    change->command.state = COMMAND_CANCELLED;
    change->command.over_s = job->now_s;
    change->command.secret_len = 0;
    return ERR_OK;
}

static void cancel_waiting(struct job_context *job, int64_t device, bool are_all)
{
    const struct command_line *line = commands_line(job->commands, device);
    for (guint i = 0; line != NULL && i < line->open->len; i++) {
        const struct command *c = &((const struct open_command *)line->open->pdata[i])->value;
        if (c->state == COMMAND_QUEUED && (are_all || c->kind == COMMAND_TIMED_UNLOCK)) {
            check(commands_cancel(job, c) == ERR_OK);
        }
    }
}

void commands_confirm_timed(struct job_context *job, int64_t id, bool is_kept)
{
    const struct open_command *o = g_hash_table_lookup(job->commands->by_id, &id);
    if (o == NULL || o->value.state != COMMAND_SENDING || o->is_issued) {
        return; /* its device was deleted */
    }
    if (is_kept) {
        commands_cancel_timed(job, o->value.device_id); /* the one of before */
    }
    struct command *c = &change_add(&job->changes, CHANGE_PUT_COMMAND)->command;
    *c = o->value;
    c->state = COMMAND_QUEUED;
    if (!is_kept) {
        c->state = COMMAND_CANCELLED;
        c->over_s = job->now_s;
        c->secret_len = 0;
    }
}

void commands_cancel_waiting(struct job_context *job, int64_t device)
{
    cancel_waiting(job, device, true);
}

void commands_cancel_timed(struct job_context *job, int64_t device)
{
    cancel_waiting(job, device, false);
}
