/*
 * What time brings to commands: those that waited too long expire, and of those that were sent no
 * answer is waited for any more.
 *
 * The wall clock says when a command expires. Where lateness hurts the monotonic clock says so,
 * too, so that a clock that is set back makes nothing late; and such a command does not outlive the
 * run in which it was asked for. A timed unlock does: timed.c says when it goes.
 */
#include "base/clock.h"
#include "ingest/ingest_private.h"

enum {
    ANSWER_WAIT_S = 3600, /* behind that no answer is waited for */
    ANSWER_WAIT_MS = 3600 * 1000,
    LINE_KEPT_MS = 60000,    /* behind its last command, for repeats of answers */
    CONFIRM_WAIT_MS = 10000, /* longer than its asker waits */
    MS_PER_S = 1000,
};

int64_t command_deadline_ms(const struct open_command *o)
{
    const struct command *c = &o->staged;
    if (c->kind == COMMAND_TIMED_UNLOCK) {
        return timed_deadline_ms(o);
    }
    return c->hazard == COMMAND_HARMLESS ? INT64_MAX
                                         : o->asked_ms + (c->deadline_s - c->created_s) * MS_PER_S;
}

bool command_is_too_late(const struct open_command *o, int64_t now_s)
{
    bool is_timed = o->staged.kind == COMMAND_TIMED_UNLOCK;
    bool is_left = o->staged.hazard != COMMAND_HARMLESS && !is_timed && o->asked_ms == 0;
    return is_left || now_s >= o->staged.deadline_s ||
           clock_monotonic_ms() >= command_deadline_ms(o);
}

/* By the monotonic clock, of one that was sent in an earlier run by the wall clock. */
static bool is_answer_due(const struct open_command *o, int64_t now_s)
{
    return o->sent_ms != 0 ? clock_monotonic_ms() - o->sent_ms <= ANSWER_WAIT_MS
                           : now_s - o->staged.sent_s <= ANSWER_WAIT_S;
}

static void sweep_waiting(struct ingest *in, struct open_command *o, int64_t now_s)
{
    if (o->staged.kind == COMMAND_TIMED_UNLOCK && timed_end(in, o, now_s)) {
        return;
    }
    if (command_is_too_late(o, now_s)) {
        commands_end(in, o, COMMAND_EXPIRED, now_s);
    }
}

/* A timed unlock of this run that its job has not confirmed: it never will, some time later. */
static void sweep_unconfirmed(struct ingest *in, struct open_command *o, int64_t now_s)
{
    if (clock_monotonic_ms() - o->asked_ms > CONFIRM_WAIT_MS) {
        commands_end(in, o, COMMAND_CANCELLED, now_s);
    }
}

static void sweep_command(struct ingest *in, struct open_command *o, int64_t now_s)
{
    bool is_unissued = o->staged.state == COMMAND_SENDING && !o->is_issued;
    if (is_unissued && o->staged.kind == COMMAND_TIMED_UNLOCK && o->asked_ms != 0) {
        sweep_unconfirmed(in, o, now_s);
    } else if (is_unissued) {
        commands_end(in, o, COMMAND_UNKNOWN, now_s);
    } else if (o->staged.state == COMMAND_QUEUED) {
        sweep_waiting(in, o, now_s);
    } else if (o->staged.state == COMMAND_SENT && !is_answer_due(o, now_s)) {
        o->staged.over_s = now_s;
        commands_stage(in, o);
    }
}

/* Every line once a second: there are as many as devices that commands wait for. */
void commands_sweep(struct ingest *in, int64_t now_ms)
{
    struct commands *c = &in->commands;
    GHashTableIter at;
    gpointer value = NULL;
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    g_hash_table_iter_init(&at, c->lines);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        struct command_line *line = value;
        for (guint i = 0; i < line->open->len; i++) {
            sweep_command(in, line->open->pdata[i], now_s);
        }
        if (line->open->len > 0) {
            commands_make_ready(c, line);
        } else if (!line->is_ready && now_ms - line->used_ms > LINE_KEPT_MS) {
            g_hash_table_iter_remove(&at);
        }
    }
}
