/*
 * What devices answer, and to which command.
 *
 * An answer with a number is to the command that carried it, however late within an hour and on
 * whatever link. One without is to the oldest command on the same link that still expects one, sent
 * within the last minute; where there is none it is a record alone. A device that misses our
 * acknowledgement says the same again: that adds no record and changes nothing.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "ingest/ingest_private.h"
#include "protocols/secrets.h"

enum { UNNUMBERED_WAIT_MS = 60000, REPEAT_MS = 60000, MS_PER_S = 1000 };

/* ---- records of section 29 ---- */

static void say_no_text_ids(struct ingest *in)
{
    if (!in->said_no_text_ids) {
        in->said_no_text_ids = true;
        log_line(LOG_ERROR, "text_ids_used_up", "why=\"all numbers below 2^31 are given\"");
    }
}

bool commands_add_record(struct ingest *in, const struct device_text *record, struct bytes text)
{
    struct batch *b = &in->batch;
    int64_t id = ids_next(&in->ids, ID_OF_TEXT);
    if (id == 0) {
        say_no_text_ids(in);
        return false;
    }
    struct change *c = change_add(&b->changes, CHANGE_PUT_TEXT);
    c->text = *record;
    c->text.id = id;
    c->text.text = (const char *)arena_copy(&b->arena, text).at;
    return true;
}

/* ---- repeats ---- */

/* FNV-1a, 64 bits. */
static uint64_t print_of(struct bytes text)
{
    uint64_t print = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.len; i++) {
        print = (print ^ text.at[i]) * UINT64_C(1099511628211);
    }
    return print;
}

static bool is_repeat(const struct command_line *line, const struct answer_seen *answer)
{
    for (size_t i = 0; i < ANSWERS_SEEN; i++) {
        const struct answer_seen *seen = &line->seen[i];
        if (seen->at_ms != 0 && answer->at_ms - seen->at_ms < REPEAT_MS &&
            seen->tie == answer->tie && seen->print == answer->print) {
            return true;
        }
    }
    return false;
}

static void note_seen(struct command_line *line, const struct answer_seen *answer)
{
    line->seen[line->next_seen] = *answer;
    line->next_seen = (line->next_seen + 1) % ANSWERS_SEEN;
}

static void forget_batch(struct command_line *line, uint64_t batch)
{
    for (size_t i = 0; i < ANSWERS_SEEN; i++) {
        if (line->seen[i].batch == batch) {
            line->seen[i].at_ms = 0;
        }
    }
}

void commands_forget_answers(struct commands *c)
{
    GHashTableIter at;
    gpointer value = NULL;
    g_hash_table_iter_init(&at, c->lines);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        forget_batch(value, c->batch);
    }
}

/* ---- tying ---- */

static bool is_to_number(const struct open_command *o, const struct message_answer *answer)
{
    return o->staged.tie == answer->tie &&
           (answer->message_id == 0 || o->staged.message_id == answer->message_id);
}

static bool is_to_order(const struct open_command *o, const struct message_answer *answer,
                        struct connection_ref link, int64_t now_ms)
{
    return o->is_answerable && o->link.slot == link.slot && o->link.generation == link.generation &&
           now_ms - o->sent_ms <= UNNUMBERED_WAIT_MS &&
           (answer->message_id == 0 || o->staged.message_id == answer->message_id);
}

/* The command of the line that the answer is to; NULL: none that is open. */
static struct open_command *find_asked(const struct command_line *line,
                                       const struct message_answer *answer,
                                       struct connection_ref link, int64_t now_ms)
{
    for (guint i = 0; i < line->open->len; i++) {
        struct open_command *o = line->open->pdata[i];
        bool is_its =
            answer->tie != 0 ? is_to_number(o, answer) : is_to_order(o, answer, link, now_ms);
        if (o->staged.state == COMMAND_SENT && is_its) {
            return o;
        }
    }
    return NULL;
}

/* At most COMMAND_ANSWER_MAX bytes of a text, which end with a character. */
static const char *kept_answer(struct arena *arena, struct bytes text)
{
    size_t len = text.len < COMMAND_ANSWER_MAX ? text.len : COMMAND_ANSWER_MAX;
    while (len < text.len && len > 0 && (text.at[len] & 0xc0U) == 0x80U) {
        len--;
    }
    return (const char *)arena_copy(arena, bytes_slice(text, 0, len)).at;
}

/* Whether the device says of its doors what the command did not want. */
static bool is_disobeyed(const struct open_command *o, const struct message_answer *answer)
{
    bool unlocks = o->staged.kind == COMMAND_UNLOCK || o->staged.kind == COMMAND_TIMED_UNLOCK;
    return (unlocks && answer->doors == ANSWER_DOORS_LOCKED) ||
           (o->staged.kind == COMMAND_LOCK && answer->doors == ANSWER_DOORS_UNLOCKED);
}

/* The device answered the command: it may be over, and the next one may go out. */
static void answer_command(struct ingest *in, struct open_command *o,
                           const struct message_answer *answer, struct bytes text)
{
    o->line->pause_until_ms = 0;
    commands_make_ready(&in->commands, o->line);
    if (answer->result == ANSWER_RECEIVED) {
        return;
    }
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    bool is_refused = answer->result == ANSWER_REFUSED || is_disobeyed(o, answer);
    o->staged.state = is_refused ? COMMAND_REFUSED : COMMAND_ANSWERED;
    o->staged.answered_s = now_s;
    o->staged.over_s = now_s;
    o->staged.answer = kept_answer(&in->batch.arena, text);
    commands_stage(in, o);
}

/* Does to the commands of the line what the answer says. False: it is a repeat. */
static bool take_for_line(struct ingest *in, struct command_line *line,
                          const struct intake_head *head, const struct intake_message *m,
                          struct bytes text)
{
    int64_t now_ms = clock_monotonic_ms();
    const struct answer_seen seen = {.at_ms = now_ms,
                                     .tie = m->answer.tie,
                                     .print = print_of(text),
                                     .batch = in->commands.batch};
    struct open_command *o = find_asked(line, &m->answer, head->connection, now_ms);
    bool is_new = o != NULL && m->answer.tie == 0;
    if (!is_new && is_repeat(line, &seen)) {
        return false;
    }
    note_seen(line, &seen);
    if (o != NULL) {
        answer_command(in, o, &m->answer, text);
    }
    return true;
}

bool commands_take_answer(struct ingest *in, size_t stage, const struct intake_head *head,
                          const struct intake_message *m)
{
    const struct stage *s = &in->batch.stages[stage];
    int64_t device = s->active->device;
    const char *hash = s->ref.info == NULL ? "" : s->ref.info->password_hash;
    const struct secret_of own = {in->options.vault, hash};
    struct bytes text = secrets_masked_of(&in->batch.arena, m->text, &own);
    struct command_line *line = commands_line(&in->commands, device);
    if (line != NULL && !take_for_line(in, line, head, m, text)) {
        return true;
    }
    if (text.len == 0) {
        return true;
    }
    const struct device_text record = {
        .device_id = device, .time_s = head->rcv_time_ms / MS_PER_S, .kind = TEXT_RESPOND};
    return commands_add_record(in, &record, text);
}
