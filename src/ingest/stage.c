/*
 * The batch: arrivals become stages (a copy of the live state for each device they touch), changes
 * and verdicts; one commit makes them durable; then the copies are published and the verdicts go
 * out. A commit that fails drops the copies and answers OUTCOME_REFUSED, so that the trackers keep
 * what they sent.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/writer.h"
#include "fleet/pack.h"
#include "ingest/events.h"

enum {
    VERDICTS_MAX = 8192,
    FIXES_MAX = 8192,
    CHANGES_MAX = 16384, /* a fix that crosses many geofences has as many events */
    JOINED_DEPTH_MAX = 1,
    ARRAY_FIRST = 64
};

void batch_init(struct batch *b)
{
    *b = (struct batch){.newcomers = g_hash_table_new(g_str_hash, g_str_equal),
                        .sims = g_hash_table_new(g_int64_hash, g_int64_equal)};
    b->changes.arena = &b->arena;
}

void batch_free(struct batch *b)
{
    g_hash_table_destroy(b->newcomers);
    g_hash_table_destroy(b->sims);
    arena_free(&b->arena);
    free(b->stages);
    free(b->parts);
    free(b->verdicts);
}

bool batch_is_full(const struct batch *b)
{
    return b->verdict_count >= VERDICTS_MAX || b->fixes + b->waiting >= FIXES_MAX ||
           b->changes.len >= CHANGES_MAX;
}

/* Room for one more element of an array that is kept from batch to batch. */
static void *grown(void *at, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return at;
    }
    *capacity = *capacity == 0 ? ARRAY_FIRST : *capacity * 2;
    return mem_resize(at, *capacity * size);
}

/* ---- stages ---- */

/* All of it but `live` is set. */
static struct stage *add_stage(struct ingest *in, struct active_device *active)
{
    struct batch *b = &in->batch;
    b->stages = grown(b->stages, b->stage_count, &b->stage_capacity, sizeof(*b->stages));
    struct stage *s = &b->stages[b->stage_count++];
    memset(s, 0, offsetof(struct stage, live));
    s->active = active;
    active->stage = b->stage_count;
    return s;
}

struct stage *batch_stage(struct ingest *in, struct device_ref ref)
{
    struct active_device *active = ingest_active_device(in, ref.info->id);
    if (active->stage != 0) {
        device_ref_release(in->options.directory, &ref);
        return &in->batch.stages[active->stage - 1];
    }
    struct stage *s = add_stage(in, active);
    s->ref = ref;
    tracked_live(in->options.directory, ref.tracked, &s->live);
    return s;
}

struct stage *batch_stage_newcomer(struct ingest *in, int64_t device)
{
    struct stage *s = add_stage(in, ingest_active_device(in, device));
    live_init(&s->live);
    return s;
}

/* ---- taking ---- */

/* Where the messages of one arrival go. */
struct target {
    struct ingest *in;
    const struct intake_head *head;
    size_t stage;
    unsigned depth;  /* of joining: a joined message holds no fragments */
    bool is_refused; /* some of it could not be taken */
};

static void take_message(struct target *t, const struct intake_message *m);

/*
 * All fragments are there: what they say together. ERR_MALFORMED, ERR_TOO_LONG: nothing; ERR_FULL:
 * some of it could not be taken.
 */
static enum err take_joined(const struct target *t, uint32_t key, const struct bytes *texts,
                            size_t count)
{
    const struct protocol *p = protocol_at(t->head->protocol);
    if (p->join == NULL) {
        return ERR_OK;
    }
    struct session session = protocol_session(p);
    session.utc_offset_min = t->head->utc_offset_min;
    (void)dialect_set(&session, directory_dialect(t->in->options.directory, t->head->device_id));
    struct decoded out = {.arena = &t->in->batch.arena};
    memcpy(session.device_id, t->head->device_id, sizeof(session.device_id));
    memcpy(out.device_id, t->head->device_id, sizeof(out.device_id));
    enum err e = p->join(&session, key, texts, count, &out);
    if (e != ERR_OK) {
        counter_add(t->in->options.counters, frames_bad, 1);
        return e;
    }
    t->in->batch.unreadable += out.unreadable;
    struct target joined = *t;
    joined.depth++;
    joined.is_refused = false;
    for (size_t i = 0; i < out.len; i++) {
        const struct message *m = &out.at[i];
        take_message(&joined, &(struct intake_message){.kind = m->kind,
                                                       .is_local_time = m->is_local_time,
                                                       .fix = &m->fix,
                                                       .extras = m->extras,
                                                       .fragment = m->fragment,
                                                       .answer = m->answer,
                                                       .text = m->text});
    }
    return joined.is_refused ? ERR_FULL : ERR_OK;
}

/*
 * Where nothing can be read of a whole message, its last fragment is not taken, so that its device
 * still has it; the others stay until they expire.
 */
static void take_fragment(struct target *t, const struct intake_message *m)
{
    if (t->depth >= JOINED_DEPTH_MAX) {
        return;
    }
    const struct waiting_fragment fragment = {
        .device_id = t->in->batch.stages[t->stage].active->device,
        .key = m->fragment.key,
        .number = m->fragment.number,
        .total = m->fragment.total,
        .protocol = t->head->protocol,
        .rcv_time_s = t->head->rcv_time_ms / 1000,
        .at = m->text.at,
        .len = m->text.len,
    };
    struct bytes *texts = NULL;
    if (fragments_take(t->in, &fragment, &texts) == ERR_OK) {
        bool is_taken = take_joined(t, fragment.key, texts, fragment.total) == ERR_OK;
        t->is_refused = t->is_refused || !is_taken;
        fragments_end(t->in, &fragment, is_taken);
    }
}

static void take_message(struct target *t, const struct intake_message *m)
{
    switch (m->kind) {
    case MESSAGE_FIX:
        stage_fix(t->in, t->stage, t->head, m);
        break;
    case MESSAGE_HEARTBEAT:
        stage_heartbeat(t->in, t->stage, t->head, m);
        break;
    case MESSAGE_RESPONSE:
        t->is_refused = !commands_take_answer(t->in, t->stage, t->head, m) || t->is_refused;
        break;
    case MESSAGE_FRAGMENT:
        take_fragment(t, m);
        break;
    case MESSAGE_LOGIN:
    case MESSAGE_OTHER:
        break;
    }
}

/* Valid until the next call. */
static struct verdict *add_verdict(struct ingest *in, const struct intake_head *head,
                                   size_t record_len, int64_t device)
{
    struct batch *b = &in->batch;
    b->verdicts = grown(b->verdicts, b->verdict_count, &b->verdict_capacity, sizeof(*b->verdicts));
    struct verdict *v = &b->verdicts[b->verdict_count++];
    *v = (struct verdict){
        .connection = head->connection,
        .device = device,
        .outcome = device == 0 ? OUTCOME_UNREGISTERED : OUTCOME_STORED,
        .wants_reply = head->wants_reply,
        .wants_close = head->wants_close,
        .hint = head->hint,
        .slot = head->slot,
        .quiet_ms = head->quiet_ms,
        .credit_bytes = (uint32_t)queue_cost(record_len),
    };
    return v;
}

/* Drops what an unregistered device says; whether there were fixes. */
static bool refuse(struct batch *b, struct intake_cursor *c)
{
    uint64_t before = b->refused;
    struct intake_message m;
    while (intake_next(c, &m)) {
        b->refused += m.kind == MESSAGE_FIX ? 1 : 0;
    }
    return b->refused > before;
}

/* The stage that an arrival goes to, by index: what is staged may move. */
static enum err find_stage(struct ingest *in, const struct intake_cursor *c, size_t *stage)
{
    struct device_ref ref;
    if (directory_find_tracker(in->options.directory, c->head->device_id, &ref) != ERR_OK) {
        return newcomer_take(in, c, stage);
    }
    *stage = (size_t)(batch_stage(in, ref) - in->batch.stages);
    return ERR_OK;
}

/* A device that is told of later than it spoke may have spoken again meanwhile. */
static void note_heard(struct ingest *in, struct stage *s, const struct intake_head *head)
{
    struct live *live = &s->live;
    int64_t heard_ms = clock_monotonic_ms() - (int64_t)head->quiet_ms;
    if (head->quiet_ms > 0 && live->heard_monotonic_ms > heard_ms) {
        return;
    }
    live->heard_wall_ms = head->rcv_time_ms;
    live->heard_monotonic_ms = heard_ms;
    live->protocol = head->protocol;
    if (head->quiet_ms == 0) {
        silence_note_heard(&in->silences, heard_ms);
    }
    events_heard(in, s, head->rcv_time_ms / 1000);
    s->is_heard = true;
    commands_note_heard(in, s->active->device);
}

void batch_take(struct ingest *in, struct bytes record)
{
    struct intake_cursor c = intake_begin(record);
    struct target t = {.in = in, .head = c.head};
    if (find_stage(in, &c, &t.stage) != ERR_OK) {
        bool refuses_fixes = refuse(&in->batch, &c);
        add_verdict(in, c.head, record.len, 0)->refuses_fixes = refuses_fixes;
        return;
    }
    if (!in->options.hears_nobody) {
        note_heard(in, &in->batch.stages[t.stage], c.head);
    }
    struct intake_message m;
    while (intake_next(&c, &m)) {
        take_message(&t, &m);
    }
    struct verdict *v =
        add_verdict(in, c.head, record.len, in->batch.stages[t.stage].active->device);
    v->outcome = t.is_refused ? OUTCOME_REFUSED : v->outcome;
}

/* ---- finishing ---- */

static struct bytes packed_state(struct arena *a, const struct fold_state *state)
{
    uint8_t room[PACK_STATE_MAX];
    struct writer w = writer_init(room, sizeof(room));
    pack_state(&w, state);
    check(writer_ok(&w));
    return arena_copy(a, writer_bytes(&w));
}

/* What of the stages is to be stored: only heard of is nothing. */
static size_t collect_parts(struct batch *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->stage_count; i++) {
        struct stage *s = &b->stages[i];
        if (s->count == 0 && !s->has_new_rules) {
            continue;
        }
        s->packed = packed_state(&b->arena, &s->live.state);
        b->parts = grown(b->parts, count, &b->part_capacity, sizeof(*b->parts));
        b->parts[count++] = (struct store_part){
            .device = s->active->device,
            .fixes = s->fixes,
            .extras = s->extras,
            .count = s->count,
            .state = &s->live.state,
            .packed_state = s->packed,
            .has_late = s->has_late,
            .has_new_rules = s->has_new_rules,
            .late_from_s = s->late_from_s,
        };
    }
    return count;
}

static void publish_live(struct directory *dir, const struct stage *s)
{
    if (s->packed.len > 0) {
        tracked_publish_packed(dir, s->ref.tracked, &s->live, s->packed);
    } else {
        tracked_publish(dir, s->ref.tracked, &s->live);
    }
}

static void publish(struct ingest *in, struct stage *s)
{
    struct directory *dir = in->options.directory;
    if (s->ref.tracked != NULL || directory_find(dir, s->active->device, &s->ref) == ERR_OK) {
        publish_live(dir, s);
        clocks_publish(in, s);
    }
}

static void count_batch(struct ingest *in)
{
    const struct batch *b = &in->batch;
    struct counters *counters = in->options.counters;
    counter_add(counters, fixes_stored, b->fixes);
    counter_add(counters, fixes_repeated, b->repeated);
    counter_add(counters, fixes_late, b->late);
    counter_add(counters, fixes_refused, b->refused);
    counter_add(counters, times_replaced, b->replaced);
    counter_add(counters, times_moved, b->moved);
    counter_add(counters, parts_expired, b->expired);
    counter_add(counters, reports_unreadable, b->unreadable);
}

static void publish_batch(struct ingest *in)
{
    struct batch *b = &in->batch;
    ingest_apply(in, b->changes.at, b->changes.len);
    for (size_t i = 0; i < b->stage_count; i++) {
        publish(in, &b->stages[i]);
    }
    count_batch(in);
}

static void refuse_all(struct batch *b)
{
    for (size_t i = 0; i < b->verdict_count; i++) {
        if (b->verdicts[i].device != 0) {
            b->verdicts[i].outcome = OUTCOME_REFUSED;
        }
    }
}

static void clear(struct ingest *in)
{
    struct batch *b = &in->batch;
    for (size_t i = 0; i < b->stage_count; i++) {
        struct stage *s = &b->stages[i];
        s->active->stage = 0;
        if (s->prints != NULL) {
            g_hash_table_destroy(s->prints);
        }
        ingest_drop_active_device(in, s->active->device);
        device_ref_release(in->options.directory, &s->ref);
    }
    b->stage_count = 0;
    b->verdict_count = 0;
    b->changes = (struct change_list){.arena = &b->arena};
    b->fixes = 0;
    b->waiting = 0;
    b->repeated = 0;
    b->late = 0;
    b->refused = 0;
    b->replaced = 0;
    b->moved = 0;
    b->expired = 0;
    b->unreadable = 0;
    g_hash_table_remove_all(b->newcomers);
    g_hash_table_remove_all(b->sims);
    arena_clear(&b->arena);
}

enum err batch_finish(struct ingest *in)
{
    struct batch *b = &in->batch;
    stage_waiting(in);
    size_t part_count = collect_parts(b); /* which may move b->parts */
    clocks_collect(b);
    if (b->changes.len > 0) {
        ids_reserve(&in->ids, &b->changes);
    }
    const struct store_batch stored = {
        .part_count = part_count,
        .parts = b->parts,
        .changes = b->changes.at,
        .change_count = b->changes.len,
    };
    bool is_empty = stored.part_count == 0 && stored.change_count == 0;
    enum err e = is_empty ? ERR_OK : ingest_commit(in, &stored);
    bool is_committed = e == ERR_OK;
    if (is_committed) {
        publish_batch(in);
    } else {
        refuse_all(b);
        adopt_again(in);
        quota_again(in);
    }
    binding_settle(in, is_committed);
    fragments_finish(in, is_committed);
    commands_settle(in, is_committed);
    if (b->verdict_count > 0) {
        /* Room first: a connection that waits for it is resumed by its verdicts. */
        queue_release(in->queue);
        in->options.deliver(in->options.deliver_context, b->verdicts, b->verdict_count);
    }
    if (is_committed) {
        commands_issue(in); /* behind the verdicts, which bind devices to their links */
    }
    clear(in);
    return e;
}
