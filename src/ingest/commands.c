/*
 * The commands that are not over, and their way to the gateway.
 *
 * A device has one command under way at a time. Its next one goes out when it has answered, or
 * command_gap_s after the last one. `sending` is committed first; only then the gateway gets the
 * order, and it tells what became of it: at most once then holds whatever fails when. An outcome
 * whose commit fails is staged again with the next batch. What a start finds in `sending` had its
 * order given, perhaps: nobody can know, so it becomes `unknown`.
 *
 * What is committed stands in `value`. The batch under way works on `staged`, which its failure
 * takes back.
 */
#include "ingest/commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "ingest/ingest_private.h"
#include "ingest/ticket.h"
#include "protocols/profile.h"

enum {
    SWEEP_EVERY_MS = 1000,
    GAP_S = 5,
    MS_PER_S = 1000,
    CLOSING_MS = 5000,
    CLOSING_STEP_US = 1000,
};

/* ---- the table ---- */

static void free_open(void *at)
{
    struct open_command *o = at;
    free(o->room);
    free(o);
}

static void free_line(void *at)
{
    struct command_line *line = at;
    g_ptr_array_unref(line->open);
    free(line);
}

void commands_init(struct ingest *in)
{
    struct commands *c = &in->commands;
    c->in = in;
    c->lines = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_line);
    c->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    c->staged = g_ptr_array_new();
    c->issuing = g_ptr_array_new_with_free_func(order_free);
    c->outcomes = g_array_new(FALSE, FALSE, sizeof(struct order_outcome));
    c->unsaved = g_array_new(FALSE, FALSE, sizeof(struct order_outcome));
    g_queue_init(&c->ready);
}

void commands_clear(struct ingest *in)
{
    struct commands *c = &in->commands;
    g_queue_clear(&c->ready);
    g_hash_table_destroy(c->by_id);
    g_hash_table_destroy(c->lines);
    g_ptr_array_unref(c->staged);
    g_ptr_array_unref(c->issuing);
    (void)g_array_free(c->outcomes, TRUE);
    (void)g_array_free(c->unsaved, TRUE);
}

struct command_line *commands_line(struct commands *c, int64_t device)
{
    return g_hash_table_lookup(c->lines, &device);
}

static bool is_registered(struct ingest *in, int64_t device)
{
    struct device_ref ref;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return false;
    }
    device_ref_release(in->options.directory, &ref);
    return true;
}

/* Whether the device was heard in this run. */
static bool was_heard(struct ingest *in, int64_t device)
{
    struct device_ref ref;
    struct live live;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return false;
    }
    tracked_live(in->options.directory, ref.tracked, &live);
    device_ref_release(in->options.directory, &ref);
    return live.heard_monotonic_ms != 0;
}

static struct command_line *line_of(struct ingest *in, int64_t device)
{
    struct command_line *line = commands_line(&in->commands, device);
    if (line == NULL) {
        line = mem_new(sizeof(*line));
        line->device = device;
        line->open = g_ptr_array_new_with_free_func(free_open);
        line->is_away = !was_heard(in, device);
        g_hash_table_insert(in->commands.lines, &line->device, line);
    }
    line->used_ms = clock_monotonic_ms();
    return line;
}

void commands_make_ready(struct commands *c, struct command_line *line)
{
    if (!line->is_ready) {
        line->is_ready = true;
        g_queue_push_tail(&c->ready, line);
    }
}

static void remove_open(struct commands *c, struct open_command *o)
{
    g_hash_table_remove(c->by_id, &o->value.id);
    (void)g_ptr_array_remove_fast(c->staged, o);
    (void)g_ptr_array_remove(o->line->open, o); /* frees it */
}

/* Takes over what is committed, with a copy of what it borrows. */
static void set_value(struct open_command *o, const struct command *value)
{
    uint8_t *room = mem_new(entity_borrowed(ENTITY_COMMAND, value) + 1);
    entity_copy(ENTITY_COMMAND, value, &o->value, room);
    free(o->room);
    o->room = room;
    o->staged = o->value;
}

void commands_apply(struct ingest *in, const struct change *change)
{
    struct commands *c = &in->commands;
    const struct command *value = &change->command;
    struct open_command *o = g_hash_table_lookup(c->by_id, &value->id);
    if (o == NULL && (value->over_s != 0 || !is_registered(in, value->device_id))) {
        return; /* what a deleted device left goes with its history */
    }
    struct command_line *line = o == NULL ? line_of(in, value->device_id) : o->line;
    if (o == NULL) {
        o = mem_new(sizeof(*o));
        o->line = line;
        o->asked_ms = c->is_running ? clock_monotonic_ms() : 0;
        set_value(o, value);
        g_ptr_array_add(line->open, o);
        g_hash_table_insert(c->by_id, &o->value.id, o);
    } else {
        set_value(o, value);
    }
    o->is_issued = o->is_issued && value->state == COMMAND_SENDING;
    line->used_ms = clock_monotonic_ms();
    if (value->over_s != 0) {
        remove_open(c, o);
    }
    commands_make_ready(c, line);
}

void commands_forget_device(struct ingest *in, int64_t device)
{
    struct commands *c = &in->commands;
    struct command_line *line = commands_line(c, device);
    if (line == NULL) {
        return;
    }
    while (line->open->len > 0) {
        remove_open(c, line->open->pdata[line->open->len - 1]);
    }
    if (line->is_ready) {
        (void)g_queue_remove(&c->ready, line);
    }
    g_hash_table_remove(c->lines, &device);
}

void commands_note_heard(struct ingest *in, int64_t device)
{
    struct commands *c = &in->commands;
    struct command_line *line = g_hash_table_size(c->lines) == 0 ? NULL : commands_line(c, device);
    if (line == NULL) {
        return;
    }
    line->heard++;
    if (line->is_away) {
        line->is_away = false;
        commands_make_ready(c, line);
    }
}

/* ---- staging ---- */

/* One change a batch: applying a first one would free what a second one borrows. */
void commands_stage(struct ingest *in, struct open_command *o)
{
    if (!o->is_staged) {
        o->is_staged = true;
        o->change = in->batch.changes.len;
        g_ptr_array_add(in->commands.staged, o);
        (void)change_add(&in->batch.changes, CHANGE_PUT_COMMAND);
    }
    in->batch.changes.at[o->change].command = o->staged;
}

void commands_end(struct ingest *in, struct open_command *o, enum command_state state,
                  int64_t now_s)
{
    o->staged.state = (uint8_t)state;
    o->staged.over_s = now_s;
    o->staged.secret_len = 0;
    commands_stage(in, o);
}

/* It went out: its record, and what ties answers to it. */
static void stage_sent(struct ingest *in, struct open_command *o, const struct order_outcome *out)
{
    const struct command_note *note = &out->note;
    if (note->shown[0] != '\0') {
        o->staged.text = arena_copy_text(&in->batch.arena, note->shown);
    }
    o->staged.state = COMMAND_SENT;
    o->staged.sent_s = out->time_s;
    o->staged.tie = note->tie;
    o->staged.message_id = note->message_id;
    o->staged.secret_len = 0;
    o->staged.over_s = note->is_unanswered ? out->time_s : 0;
    o->link = out->connection;
    o->sent_ms = clock_monotonic_ms();
    o->is_answerable = !note->is_unanswered;
    commands_stage(in, o);
    const struct device_text record = {
        .device_id = o->staged.device_id, .time_s = out->time_s, .kind = TEXT_SEND};
    (void)commands_add_record(in, &record, bytes_of_text(o->staged.text));
    int64_t gap_s = in->options.command_gap_s > 0 ? in->options.command_gap_s : GAP_S;
    o->line->pause_until_ms = note->is_unanswered ? 0 : o->sent_ms + gap_s * MS_PER_S;
}

/* It met no link: it waits again, unless it must not. */
static void stage_away(struct ingest *in, struct open_command *o, const struct order_outcome *out)
{
    o->line->is_away = o->line->heard == o->issued_heard; /* else it came meanwhile, and is bound */
    if (o->staged.hazard == COMMAND_UNLOCKS && o->staged.kind != COMMAND_TIMED_UNLOCK) {
        commands_end(in, o, COMMAND_EXPIRED, out->time_s);
        return;
    }
    o->staged.state = COMMAND_QUEUED;
    commands_stage(in, o);
}

/* What was written may never have reached the device, and never will. */
static void stage_doubt(struct ingest *in, const struct order_outcome *out)
{
    struct open_command *o = g_hash_table_lookup(in->commands.by_id, &out->command);
    if (o != NULL && o->staged.state == COMMAND_SENT) {
        commands_end(in, o, COMMAND_UNKNOWN, out->time_s);
    }
}

static void stage_outcome(struct ingest *in, const struct order_outcome *out)
{
    struct commands *c = &in->commands;
    struct open_command *o = g_hash_table_lookup(c->by_id, &out->command);
    if (out->is_doubt) {
        stage_doubt(in, out);
        return;
    }
    if (o == NULL || o->staged.state != COMMAND_SENDING) {
        return; /* its device was deleted */
    }
    commands_make_ready(c, o->line);
    switch (out->result) {
    case ORDER_WRITTEN:
        stage_sent(in, o, out);
        return;
    case ORDER_AWAY:
        stage_away(in, o, out);
        return;
    case ORDER_LATE:
        commands_end(in, o, COMMAND_EXPIRED, out->time_s);
        return;
    case ORDER_UNKNOWN:
        commands_end(in, o, COMMAND_UNKNOWN, out->time_s);
        return;
    case ORDER_UNSUPPORTED:
        o->staged.answer = "Not supported by this device";
        break;
    case ORDER_TOO_LONG:
        o->staged.answer = "Too long for this device";
        break;
    case ORDER_INVALID:
        o->staged.answer = "Not a message of this device";
        break;
    }
    commands_end(in, o, COMMAND_REFUSED, out->time_s);
}

void commands_take_outcome(struct ingest *in, const struct order_outcome *outcome)
{
    atomic_fetch_sub(&in->commands.issued, outcome->is_doubt ? 0 : 1);
    g_array_append_vals(in->commands.outcomes, outcome, 1);
    stage_outcome(in, outcome);
}

bool commands_unsaved(const struct ingest *in)
{
    return in->commands.unsaved->len > 0;
}

static void stage_unsaved(struct ingest *in)
{
    struct commands *c = &in->commands;
    GArray *again = c->unsaved;
    c->unsaved = c->outcomes; /* empty between two batches */
    c->outcomes = again;
    for (guint i = 0; i < again->len; i++) {
        stage_outcome(in, &g_array_index(again, struct order_outcome, i));
    }
}

/* ---- sending ---- */

/* The command of the line whose turn it is: the oldest, but what unlocks goes first. */
static struct open_command *next_of(struct ingest *in, const struct command_line *line)
{
    struct open_command *next = NULL;
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    for (guint i = 0; i < line->open->len; i++) {
        struct open_command *o = line->open->pdata[i];
        if (o->staged.state == COMMAND_SENDING) {
            return NULL;
        }
        bool goes_first = o->staged.hazard == COMMAND_UNLOCKS;
        if (o->staged.state == COMMAND_QUEUED && timed_may_go(in, o, now_s) &&
            (next == NULL || (goes_first && next->staged.hazard != COMMAND_UNLOCKS))) {
            next = o;
        }
    }
    return next;
}

/* Whether it may go out now. */
static bool may_go(struct ingest *in, const struct open_command *o, int64_t now_ms)
{
    int64_t now_s = clock_wall_ms() / MS_PER_S;
    if (o->line->is_away || command_is_too_late(o, now_s)) {
        return false;
    }
    if (o->staged.hazard == COMMAND_UNLOCKS) {
        return true;
    }
    return now_ms >= o->line->pause_until_ms &&
           (o->staged.hazard != COMMAND_CUTS ||
            hazard_may_cut(in, o->staged.device_id, now_s) == COMMAND_ASK_TAKEN);
}

static const struct profile *profile_of(struct ingest *in, int64_t device)
{
    struct device_ref ref;
    const struct directory *dir = in->options.directory;
    if (directory_find(in->options.directory, device, &ref) != ERR_OK) {
        return NULL;
    }
    const struct profile *profile = dialect_of(directory_profiles(dir), ref.info).profile;
    device_ref_release(in->options.directory, &ref);
    return profile;
}

/* What is to be sent, into the order, which has room for it. False: it cannot be opened. */
static bool take_text(const struct vault *vault, const struct command *c, struct order *order)
{
    if (c->secret_len > 0) {
        const struct bytes sealed = {c->secret, c->secret_len};
        return vault_unseal(vault, sealed, order->text, &order->len) == ERR_OK;
    }
    if (c->kind == COMMAND_TEXT || c->kind == COMMAND_HIGH_LEVEL) {
        order->len = strlen(c->text);
        memcpy(order->text, c->text, order->len);
    }
    return true;
}

/* NULL: its text cannot be opened any more. */
static struct order *order_new(struct ingest *in, const struct open_command *o)
{
    const struct command *c = &o->staged;
    size_t room = c->secret_len > 0 ? c->secret_len : strlen(c->text);
    struct order *order = mem_new(sizeof(*order) + room);
    order->room = room;
    if (!take_text(in->options.vault, c, order)) {
        order_free(order);
        return NULL;
    }
    order->from = in;
    order->command = c->id;
    order->device = c->device_id;
    order->deadline_s = c->deadline_s;
    order->deadline_ms = command_deadline_ms(o);
    order->is_hazardous = c->hazard != COMMAND_HARMLESS;
    order->fresh_ms = hazard_fresh_ms(in);
    order->kind = (enum command_kind)c->kind;
    if (c->kind == COMMAND_TIMED_UNLOCK) { /* from now on it is an unlock like another */
        order->kind = COMMAND_UNLOCK;
        order->ticket = ticket_new((struct bytes){order->text, order->len});
        order->len = 0;
    }
    order->profile = profile_of(in, c->device_id);
    return order;
}

void order_free(void *order)
{
    struct order *o = order;
    if (o == NULL) {
        return;
    }
    if (o->ticket != NULL) {
        ticket_give_up(o->ticket, ERR_STOPPING);
        ticket_release(o->ticket);
    }
    explicit_bzero(o->text, o->room); /* a password may stand in it */
    free(o);
}

static bool has_room(const struct commands *c)
{
    return atomic_load(&c->issued) + c->issuing->len < INGEST_ORDERS_MAX;
}

bool commands_may_issue(const struct ingest *in)
{
    return in->options.order != NULL && !atomic_load(&in->commands.is_closed) &&
           has_room(&in->commands);
}

static void send_next(struct ingest *in, struct command_line *line, int64_t now_ms)
{
    struct open_command *o = next_of(in, line);
    if (o == NULL || !may_go(in, o, now_ms)) {
        return;
    }
    struct order *order = order_new(in, o);
    if (order == NULL) {
        commands_end(in, o, COMMAND_EXPIRED, clock_wall_ms() / MS_PER_S);
        return;
    }
    g_ptr_array_add(in->commands.issuing, order);
    commands_wipe_stack();
    o->staged.state = COMMAND_SENDING;
    o->is_issued = true;
    o->issued_heard = line->heard;
    commands_stage(in, o);
}

void commands_run(struct ingest *in)
{
    struct commands *c = &in->commands;
    int64_t now_ms = clock_monotonic_ms();
    c->is_running = true;
    if (in->is_lost) {
        return;
    }
    stage_unsaved(in);
    if (now_ms - c->swept_ms >= SWEEP_EVERY_MS) {
        c->swept_ms = now_ms;
        commands_sweep(in, now_ms);
    }
    while (c->ready.length > 0 && commands_may_issue(in)) {
        struct command_line *line = g_queue_pop_head(&c->ready);
        line->is_ready = false;
        send_next(in, line, now_ms);
    }
}

unsigned commands_wait_ms(const struct ingest *in, unsigned limit_ms)
{
    bool has_work =
        commands_unsaved(in) || (in->commands.ready.length > 0 && commands_may_issue(in));
    return has_work ? 0 : limit_ms;
}

/* ---- behind the commit ---- */

static void take_back(struct commands *c)
{
    for (guint i = 0; i < c->staged->len; i++) {
        struct open_command *o = c->staged->pdata[i];
        o->staged = o->value;
        commands_make_ready(c, o->line);
    }
    for (guint i = 0; i < c->issuing->len; i++) {
        const struct order *order = c->issuing->pdata[i];
        struct open_command *o = g_hash_table_lookup(c->by_id, &order->command);
        o->is_issued = false;
    }
    g_ptr_array_set_size(c->issuing, 0);
    g_array_append_vals(c->unsaved, c->outcomes->data, c->outcomes->len);
    commands_forget_answers(c);
}

void commands_settle(struct ingest *in, bool is_committed)
{
    struct commands *c = &in->commands;
    if (!is_committed) {
        take_back(c);
    }
    for (guint i = 0; i < c->staged->len; i++) {
        ((struct open_command *)c->staged->pdata[i])->is_staged = false;
    }
    g_ptr_array_set_size(c->staged, 0);
    g_array_set_size(c->outcomes, 0);
    c->batch++;
}

/* Stopping began behind the commit: nothing was written. */
static void keep_back(struct commands *c, const struct order *order)
{
    const struct order_outcome outcome = {.command = order->command, .result = ORDER_AWAY};
    atomic_fetch_sub(&c->issued, 1);
    g_array_append_val(c->unsaved, outcome);
}

void commands_issue(struct ingest *in)
{
    struct commands *c = &in->commands;
    for (guint i = 0; i < c->issuing->len; i++) {
        struct order *order = c->issuing->pdata[i];
        if (g_hash_table_lookup(c->by_id, &order->command) == NULL) {
            continue; /* its device went in the same batch */
        }
        /* In this order: whoever closes sees it issued, or we see it closed. */
        atomic_fetch_add(&c->issued, 1);
        if (atomic_load(&c->is_closed)) {
            keep_back(c, order);
            continue;
        }
        c->issuing->pdata[i] = NULL;
        in->options.order(in->options.order_context, order);
    }
    g_ptr_array_set_size(c->issuing, 0);
}

void commands_issue_lock(struct ingest *in, int64_t id, struct ticket *ticket, int64_t deadline_ms)
{
    struct commands *c = &in->commands;
    struct open_command *o = g_hash_table_lookup(c->by_id, &id);
    check(o != NULL && o->value.state == COMMAND_SENDING);
    struct order *order = order_new(in, o);
    check(order != NULL);
    order->deadline_ms = deadline_ms;
    order->ticket = ticket_hold(ticket);
    o->is_issued = true;
    atomic_fetch_add(&c->issued, 1);
    if (atomic_load(&c->is_closed)) {
        keep_back(c, order);
        order_free(order);
        return;
    }
    in->options.order(in->options.order_context, order);
}

void commands_close(struct ingest *in)
{
    struct commands *c = &in->commands;
    int64_t until_ms = clock_monotonic_ms() + CLOSING_MS;
    atomic_store(&c->is_closed, true);
    while (atomic_load(&c->issued) > 0 && clock_monotonic_ms() < until_ms) {
        (void)usleep(CLOSING_STEP_US);
    }
}
