/*
 * A list of traces, few enough to be looked through. What is asked for each frame is whether there
 * are any at all: a number that is read without the lock.
 */
#include "fleet/traces.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

struct interest {
    int64_t user_id; /* 0: nobody's */
    int64_t until_ms;
};

struct trace {
    int64_t device;
    int64_t enterprise_id;
    char device_id[DEVICE_ID_SIZE];
    struct interest users[TRACE_USERS_MAX];
    bool runs;
    int64_t ended_ms;
    int64_t last_number;
    size_t bytes;
    GQueue frames; /* struct trace_frame, owned, their texts behind them; the oldest first */
};

struct traces {
    pthread_mutex_t lock;
    atomic_int running;
    GPtrArray *all; /* struct trace, owned */
};

static void free_frames(struct trace *trace)
{
    g_queue_clear_full(&trace->frames, free);
    trace->bytes = 0;
}

static void free_trace(void *at)
{
    free_frames(at);
    free(at);
}

struct traces *traces_new(void)
{
    struct traces *t = mem_new(sizeof(*t));
    check(pthread_mutex_init(&t->lock, NULL) == 0);
    t->all = g_ptr_array_new_with_free_func(free_trace);
    return t;
}

void traces_free(struct traces *t)
{
    if (t == NULL) {
        return;
    }
    (void)g_ptr_array_free(t->all, TRUE);
    check(pthread_mutex_destroy(&t->lock) == 0);
    free(t);
}

bool traces_run(const struct traces *t)
{
    return t != NULL && atomic_load_explicit(&t->running, memory_order_relaxed) > 0;
}

static void lock(struct traces *t)
{
    check(pthread_mutex_lock(&t->lock) == 0);
}

static void unlock(struct traces *t)
{
    check(pthread_mutex_unlock(&t->lock) == 0);
}

/* Under the lock. NULL: there is none. */
static struct trace *find(struct traces *t, const struct trace_subject *who)
{
    for (guint i = 0; i < t->all->len; i++) {
        struct trace *trace = g_ptr_array_index(t->all, i);
        bool is_it = who->device != 0 ? trace->device == who->device
                                      : strcmp(device_id_key(trace->device_id),
                                               device_id_key(who->device_id)) == 0;
        if (is_it) {
            return trace;
        }
    }
    return NULL;
}

bool traces_want(struct traces *t, const struct trace_subject *who)
{
    lock(t);
    const struct trace *trace = find(t, who);
    bool wants = trace != NULL && trace->runs;
    unlock(t);
    return wants;
}

/* ---- frames ---- */

static size_t cost_of(const struct trace_frame *f)
{
    return sizeof(*f) + strlen(f->hex) + strlen(f->decoded) + 2;
}

/* A text of at most TRACE_TEXT_MAX bytes behind the frame. */
static char *put_text(char *to, const char *text, const char **at)
{
    size_t len = strnlen(text, TRACE_TEXT_MAX);
    const char *end = text + len;
    (void)g_utf8_validate(text, (gssize)len, &end);
    len = (size_t)(end - text);
    memcpy(to, text, len);
    to[len] = '\0';
    *at = to;
    return to + len + 1;
}

static struct trace_frame *frame_copy(const struct trace_frame *frame, int64_t number)
{
    size_t hex_len = strnlen(frame->hex, TRACE_TEXT_MAX);
    size_t decoded_len = strnlen(frame->decoded, TRACE_TEXT_MAX);
    struct trace_frame *copy = mem_new(sizeof(*copy) + hex_len + decoded_len + 2);
    *copy = *frame;
    copy->number = number;
    (void)put_text(put_text((char *)(copy + 1), frame->hex, &copy->hex), frame->decoded,
                   &copy->decoded);
    return copy;
}

void traces_note(struct traces *t, const struct trace_subject *who, const struct trace_frame *frame)
{
    lock(t);
    struct trace *trace = find(t, who);
    if (trace != NULL && trace->runs) {
        struct trace_frame *copy = frame_copy(frame, ++trace->last_number);
        trace->bytes += cost_of(copy);
        g_queue_push_tail(&trace->frames, copy);
        while (trace->frames.length > TRACE_FRAMES_MAX || trace->bytes > TRACE_BYTES_MAX) {
            struct trace_frame *oldest = g_queue_pop_head(&trace->frames);
            trace->bytes -= cost_of(oldest);
            free(oldest);
        }
    }
    unlock(t);
}

/* Copies those behind `after` to `at`, which has room for all; answers how many. */
static size_t copy_frames(const struct trace *trace, int64_t after, struct arena *arena,
                          struct trace_frame *at)
{
    size_t count = 0;
    for (const GList *l = trace->frames.head; l != NULL; l = l->next) {
        const struct trace_frame *f = l->data;
        if (f->number <= after) {
            continue;
        }
        at[count] = *f;
        at[count].hex = arena_copy_text(arena, f->hex);
        at[count++].decoded = arena_copy_text(arena, f->decoded);
    }
    return count;
}

struct trace_frame *traces_read(struct traces *t, const struct trace_wish *wish, int64_t after,
                                struct arena *arena, size_t *count)
{
    const struct trace_subject who = {.device = wish->device};
    struct trace_frame *at = NULL;
    *count = 0;
    lock(t);
    const struct trace *trace = find(t, &who);
    if (trace != NULL && trace->enterprise_id == wish->enterprise_id) {
        at = arena_new_array(arena, trace->frames.length, sizeof(*at));
        *count = copy_frames(trace, after, arena, at);
    }
    unlock(t);
    return at;
}

/* ---- beginning and end ---- */

static bool is_wanted(struct trace *trace, int64_t now_ms)
{
    bool is = false;
    for (size_t i = 0; i < TRACE_USERS_MAX; i++) {
        struct interest *user = &trace->users[i];
        user->user_id = user->until_ms > now_ms ? user->user_id : 0;
        is = is || user->user_id != 0;
    }
    return is;
}

/* Lets it run or ends it, by who wants it. */
static void settle(struct traces *t, struct trace *trace, int64_t now_ms)
{
    bool runs = is_wanted(trace, now_ms);
    if (runs != trace->runs) {
        atomic_fetch_add(&t->running, runs ? 1 : -1);
        trace->ended_ms = now_ms;
    }
    trace->runs = runs;
}

static void expire(struct traces *t, int64_t now_ms)
{
    for (guint i = t->all->len; i > 0; i--) {
        struct trace *trace = g_ptr_array_index(t->all, i - 1);
        settle(t, trace, now_ms);
        if (!trace->runs && now_ms - trace->ended_ms >= TRACE_KEPT_MS) {
            (void)g_ptr_array_remove_index(t->all, i - 1);
        }
    }
}

void traces_expire(struct traces *t, int64_t now_monotonic_ms)
{
    lock(t);
    expire(t, now_monotonic_ms);
    unlock(t);
}

/* Makes room for one more of the enterprise: what is over goes first. */
static bool make_room(struct traces *t, int64_t enterprise_id)
{
    guint of_enterprise = 0;
    guint over = t->all->len;
    for (guint i = 0; i < t->all->len; i++) {
        const struct trace *trace = g_ptr_array_index(t->all, i);
        bool is_own = trace->enterprise_id == enterprise_id;
        of_enterprise += is_own && trace->runs ? 1 : 0;
        over = !trace->runs ? i : over;
    }
    if (of_enterprise >= TRACES_OF_ENTERPRISE_MAX) {
        return false;
    }
    if (t->all->len < TRACES_MAX) {
        return true;
    }
    if (over == t->all->len) {
        return false;
    }
    (void)g_ptr_array_remove_index(t->all, over);
    return true;
}

/* The trace of the device, which has none of another enterprise's frames. NULL: no room. */
static struct trace *trace_for(struct traces *t, const struct trace_wish *wish)
{
    const struct trace_subject who = {.device = wish->device};
    struct trace *trace = find(t, &who);
    if (trace != NULL && trace->enterprise_id != wish->enterprise_id) {
        free_frames(trace);
        memset(trace->users, 0, sizeof(trace->users));
        trace->enterprise_id = wish->enterprise_id;
    }
    if (trace == NULL && make_room(t, wish->enterprise_id)) {
        trace = mem_new(sizeof(*trace));
        *trace = (struct trace){.device = wish->device, .enterprise_id = wish->enterprise_id};
        g_queue_init(&trace->frames);
        g_ptr_array_add(t->all, trace);
    }
    if (trace != NULL) {
        (void)g_strlcpy(trace->device_id, wish->device_id, sizeof(trace->device_id));
    }
    return trace;
}

/* The place of that user, or a free one; NULL: there is none. */
static struct interest *interest_of(struct trace *trace, int64_t user_id)
{
    struct interest *found = NULL;
    for (size_t i = 0; i < TRACE_USERS_MAX; i++) {
        struct interest *user = &trace->users[i];
        if (user->user_id == user_id || (user->user_id == 0 && found == NULL)) {
            found = user;
        }
        if (user->user_id == user_id) {
            break;
        }
    }
    return found;
}

enum err traces_wish(struct traces *t, const struct trace_wish *wish)
{
    const struct trace_subject who = {.device = wish->device};
    enum err e = ERR_OK;
    lock(t);
    expire(t, wish->now_ms);
    bool wants = wish->until_ms > wish->now_ms;
    struct trace *trace = wants ? trace_for(t, wish) : find(t, &who);
    struct interest *user = trace == NULL ? NULL : interest_of(trace, wish->user_id);
    if (wants && user == NULL) {
        e = ERR_FULL;
    } else if (user != NULL) {
        *user = (struct interest){wants ? wish->user_id : 0, wish->until_ms};
        settle(t, trace, wish->now_ms);
    }
    unlock(t);
    return e;
}
