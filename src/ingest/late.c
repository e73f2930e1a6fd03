/*
 * Late fixes. Each was stored with a durable mark (device, from) and left the state as it was. Here
 * the fold is made again, from the nearest point at or before `from` at which the store knows the
 * state, through all fixes up to the newest; the corrected state and the cleared mark are a commit
 * of their own.
 *
 *      known state        from                          newest
 *     ─────●────────────────┼─────────────────────────────┼──► time
 *          └ fold all ──────┴─────────────────► here: (time_s, time_count)
 *
 * That may take longer than anybody should wait, so it goes in slices of SLICE_US between the
 * batches, and what is folded is a place in time: all before time_s, and the first time_count fixes
 * of that second. When a batch commits further fixes of the device, those behind the place are
 * found by reading on from there; a late one before it begins the fold anew. Newer fixes go on
 * folding onto the uncorrected state meanwhile and are part of what is read.
 *
 * The marks are served in the order in which they are due, a moment after they were made, so that a
 * tracker that sends its memory in hundreds of frames does not cost as many folds.
 */
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "ingest/ingest_private.h"

enum {
    DELAY_MS = 100,       /* from a mark to its fold */
    RETRY_MS = 60000,     /* after the store failed to read */
    SLICE_US = 2000,      /* of folding at a time */
    SLICE_EVERY_MS = 100, /* at least, however busy ingest is */
    STEPS = 128,          /* folds between two looks at the clock */
    FINISHED_MAX = 64,    /* devices a commit */
};
static const int64_t TIME_MAX_S = 253402300799; /* 9999-12-31T23:59:59Z */

/* Devices whose folds got finished in a slice. */
struct finished {
    struct hand *hands[FINISHED_MAX];
    struct fold_state states[FINISHED_MAX];
    size_t count;
};

void late_init(struct late *l)
{
    g_queue_init(&l->marks);
}

static void close_reader(struct late *l)
{
    if (l->reader != NULL) {
        store_read_close(l->reader);
        l->reader = NULL;
    }
    arena_clear(&l->arena);
}

void late_clear(struct late *l)
{
    close_reader(l);
    arena_free(&l->arena);
}

/* ---- marks ---- */

/* Into the marks, behind those that are due before. */
static void put(struct late *l, struct hand *hand, int64_t delay_ms)
{
    hand->due_ms = clock_monotonic_ms() + delay_ms;
    GList *before = l->marks.tail;
    while (before != NULL && ((const struct hand *)before->data)->due_ms > hand->due_ms) {
        before = before->prev;
    }
    if (before == NULL) {
        g_queue_push_head_link(&l->marks, &hand->late_link);
    } else {
        g_queue_insert_after_link(&l->marks, before, &hand->late_link);
    }
}

void late_mark(struct ingest *in, struct hand *hand, int64_t from_s)
{
    if (!hand->is_dirty) {
        hand->is_dirty = true;
        hand->dirty_from_s = from_s;
        put(&in->late, hand, DELAY_MS);
    }
    hand->dirty_from_s = from_s < hand->dirty_from_s ? from_s : hand->dirty_from_s;
}

static void leave_current(struct late *l)
{
    close_reader(l);
    l->current = NULL;
    l->has_begun = false;
}

void late_forget(struct ingest *in, struct hand *hand)
{
    if (!hand->is_dirty) {
        return;
    }
    if (in->late.current == hand) {
        leave_current(&in->late);
    }
    g_queue_unlink(&in->late.marks, &hand->late_link);
    hand->is_dirty = false;
}

void late_note_commit(struct ingest *in, struct hand *hand, bool has_late, int64_t late_from_s)
{
    struct late *l = &in->late;
    if (l->current != hand) {
        return;
    }
    close_reader(l); /* it does not see the new ones */
    if (l->time_count == 0 || (has_late && late_from_s < l->time_s)) {
        l->has_begun = false;
    }
}

/* ---- folding ---- */

static enum err open_reader(struct ingest *in)
{
    struct late *l = &in->late;
    int64_t from_s = l->has_begun ? l->time_s : l->current->dirty_from_s;
    enum err e = store_read_open(in->options.store,
                                 (struct store_span){l->current->device, from_s, TIME_MAX_S},
                                 &l->arena, &l->reader);
    if (e != ERR_OK) {
        l->reader = NULL;
        return e;
    }
    l->skip = l->time_count;
    if (!l->has_begun) {
        l->has_begun = true;
        l->state = *store_read_start(l->reader);
        l->time_s = INT64_MIN;
        l->time_count = 0;
        l->skip = 0;
    }
    return ERR_OK;
}

static void fold_one(struct late *l, const struct fix *f)
{
    if (f->gps_time_s < l->time_s) {
        return; /* folded before the reader was opened anew */
    }
    if (f->gps_time_s == l->time_s && l->skip > 0) {
        l->skip--;
        return;
    }
    fold_step(&l->state, f);
    l->time_count = f->gps_time_s == l->time_s ? l->time_count + 1 : 1;
    l->time_s = f->gps_time_s;
}

/* Some folds of the current device. ERR_MORE: there are further ones; ERR_END: it is finished. */
static enum err fold_some(struct ingest *in)
{
    struct late *l = &in->late;
    if (l->reader == NULL) {
        enum err e = open_reader(in);
        if (e != ERR_OK) {
            return e;
        }
    }
    for (unsigned i = 0; i < STEPS; i++) {
        struct fix f;
        enum err e = store_read_next(l->reader, &f);
        if (e != ERR_OK) {
            return e;
        }
        fold_one(l, &f);
    }
    return ERR_MORE;
}

/* The device that is due first becomes the current one; false where none is. */
static bool choose(struct late *l)
{
    if (l->current == NULL && l->marks.head != NULL) {
        struct hand *first = l->marks.head->data;
        l->current = first->due_ms <= clock_monotonic_ms() ? first : NULL;
    }
    return l->current != NULL;
}

/* One step of the slice. */
static void advance(struct ingest *in, struct finished *done)
{
    struct late *l = &in->late;
    struct hand *hand = l->current;
    enum err e = fold_some(in);
    if (e == ERR_MORE) {
        return;
    }
    g_queue_unlink(&l->marks, &hand->late_link);
    if (e == ERR_END) {
        done->hands[done->count] = hand;
        done->states[done->count++] = l->state;
    } else {
        log_line(LOG_ERROR, "late_fold_failed", "device=%lld why=\"%s\"", (long long)hand->device,
                 err_text(e));
        put(l, hand, RETRY_MS);
    }
    leave_current(l);
}

/* ---- finishing ---- */

static void publish(struct ingest *in, const struct hand *hand, const struct fold_state *state)
{
    struct directory *dir = in->options.directory;
    struct device_ref ref;
    if (directory_find(dir, hand->device, &ref) != ERR_OK) {
        return;
    }
    struct live live;
    tracked_live(dir, ref.tracked, &live);
    live.state = *state;
    live.reported = live.state.current.gps_time_s > 0;
    tracked_publish(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
}

static void commit(struct ingest *in, const struct finished *done)
{
    struct store_part parts[FINISHED_MAX];
    for (size_t i = 0; i < done->count; i++) {
        parts[i] = (struct store_part){.device = done->hands[i]->device, .state = &done->states[i]};
    }
    const struct store_batch stored = {.parts = parts, .part_count = done->count};
    enum err e = ingest_commit(in, &stored);
    for (size_t i = 0; i < done->count; i++) {
        if (e == ERR_OK) {
            done->hands[i]->is_dirty = false;
            publish(in, done->hands[i], &done->states[i]);
        } else {
            put(&in->late, done->hands[i], RETRY_MS);
        }
    }
}

void late_slice(struct ingest *in, bool is_idle)
{
    struct late *l = &in->late;
    int64_t now_ms = clock_monotonic_ms();
    bool is_time = is_idle || now_ms - l->last_slice_ms >= SLICE_EVERY_MS;
    if (in->is_lost || !is_time || !choose(l)) {
        return;
    }
    l->last_slice_ms = now_ms;
    struct finished done = {.count = 0};
    int64_t until_us = clock_monotonic_us() + SLICE_US;
    while (done.count < FINISHED_MAX && choose(l) && clock_monotonic_us() < until_us) {
        advance(in, &done);
    }
    if (done.count > 0) {
        commit(in, &done);
    }
}

unsigned late_wait_ms(const struct ingest *in, unsigned limit_ms)
{
    const struct late *l = &in->late;
    if (l->current != NULL && !in->is_lost) {
        return 0;
    }
    if (l->marks.head == NULL || in->is_lost) {
        return limit_ms;
    }
    const struct hand *first = l->marks.head->data;
    int64_t wait_ms = first->due_ms - clock_monotonic_ms();
    if (wait_ms <= 0) {
        return 0;
    }
    return wait_ms < (int64_t)limit_ms ? (unsigned)wait_ms : limit_ms;
}
