/*
 * Reading the histories of many devices for spans. A device is read in windows of a week, so that
 * no more than the compressed fixes of one are held:
 *
 *     needed         StartTime                        EndTime
 *     before  ├──────────┼─────────────┬─────────────────┼──┤ · · · · · · · ┤
 *                 window 1                window 2         an hour, then what is left of
 *                                                          a week, where a trip goes on
 *
 * The walk goes on over the windows with its own state; of each further window only what lies
 * behind the last one counts. A page that follows another begins where the last row did, not at the
 * range's begin: what is told does not depend on it.
 *
 * Nothing is written before the first row, so that a store that fails can be told by a Code; behind
 * it the page ends early, and the next one fails. But a client hears something once reading takes
 * long: a first piece that is not there within seconds is given up.
 */
#include "api/spans.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/midnights.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store.h"

enum {
    DAY_S = 86400,
    WINDOW_S = 7 * DAY_S,
    READ_ON_FIRST_S = 3600,
    READ_ON_S = 7 * DAY_S, /* behind the range; a trip that goes on for longer is told as open */
    AHEAD_S = 600,         /* a fix may be so much later than its arrival */
    DST_S = 3600,
    ROWS_MAX = 1000,             /* of a page */
    FIXES_A_STEP = 4096,         /* a millisecond */
    FIXES_OF_OPENING = 1024,     /* what opening a window costs */
    FIXES_A_PAGE = 4000000,      /* a second; no further device is begun then */
    FIXES_BEFORE_HEAD = 2000000, /* the head is written then, whatever comes */
    CURSOR_SIZE = DEVICE_ID_SIZE + 24,
    CODE_UNREADABLE = 500,
};

struct spans {
    struct spans_query query;
    struct call *call;
    struct device_choice devices;
    int64_t now_s;

    size_t at;       /* the device at hand, by number; those before are done */
    int64_t after_s; /* rows of it that start up to here are told */
    bool is_walking; /* it is begun */
    struct walk walk;
    struct store_reader *reader; /* of the window; NULL: none */
    struct arena arena;          /* of the reader */
    int64_t window_to_s;
    int64_t taken_to_s; /* fixes up to here are of windows before */
    int64_t horizon_s;  /* no window goes further */

    size_t rows;
    size_t fixes;             /* read for this page */
    bool is_begun;            /* Data is */
    bool is_over;             /* the page is, though not all may be told */
    bool is_cut;              /* ... and the next page could begin nowhere else than this one did */
    struct spans_cursor next; /* of what is told and done; device_id NULL: nothing yet */
    enum err e;
};

/* ---- the cursor as text: TIME/DEVICEID ---- */

bool spans_read_cursor(const char *text, struct spans_cursor *out)
{
    char *end = NULL;
    out->time_s = g_ascii_strtoll(text, &end, 10);
    out->device_id = end + 1;
    return end != text && *end == '/' && end[1] != '\0';
}

void spans_write_cursor(const struct spans_cursor *cursor, struct json_out *out)
{
    char text[CURSOR_SIZE];
    (void)snprintf(text, sizeof(text), "%" G_GINT64_FORMAT "/%s", cursor->time_s,
                   cursor->device_id);
    json_write_string(out, text);
}

/* ---- writing ---- */

static const struct device *device_at(const struct spans *s)
{
    return s->devices.refs[s->at].info;
}

static void begin_data(struct spans *s)
{
    if (!s->is_begun) {
        json_object_begin(&s->call->out);
        json_name(&s->call->out, "data");
        json_array_begin(&s->call->out);
        s->is_begun = true;
    }
}

static void end_data(struct spans *s)
{
    struct json_out *out = &s->call->out;
    begin_data(s);
    json_array_end(out);
    json_name(out, "next");
    if (s->at < s->devices.count && !s->is_cut) {
        spans_write_cursor(&s->next, out);
    } else {
        json_write_null(out);
    }
    json_name(out, "done");
    json_int(out, (int64_t)s->at);
    json_name(out, "of");
    json_int(out, (int64_t)s->devices.count);
    json_object_end(out);
}

static void tell(void *context, const struct span *span)
{
    struct spans *s = context;
    if (s->is_over || span->start.time_s <= s->after_s) {
        return;
    }
    begin_data(s);
    s->query.write_row(s->call, device_at(s), span);
    s->next = (struct spans_cursor){device_at(s)->device_id, span->start.time_s};
    s->rows++;
    s->is_over = s->rows == ROWS_MAX;
}

/* ---- a device ---- */

static void close_window(struct spans *s)
{
    if (s->reader != NULL) {
        store_read_close(s->reader);
        s->reader = NULL;
    }
    arena_clear(&s->arena);
}

static enum err open_window(struct spans *s, int64_t from_s)
{
    const struct range *range = &s->query.walk.range;
    int64_t to_s = from_s + WINDOW_S - 1;
    if (to_s > range->to_s && from_s <= range->to_s) {
        to_s = range->to_s + READ_ON_FIRST_S;
    }
    s->taken_to_s = from_s - 1;
    s->window_to_s = to_s < s->horizon_s ? to_s : s->horizon_s;
    s->fixes += FIXES_OF_OPENING;
    return store_read_open(s->call->shard->store,
                           (struct store_span){device_at(s)->id, from_s, s->window_to_s}, &s->arena,
                           &s->reader);
}

static void fail(struct spans *s, enum err e)
{
    log_line(LOG_ERROR, "spans_failed", "device=%s why=\"%s\"", device_at(s)->device_id,
             err_text(e));
    s->e = e;
    s->is_over = true;
    s->is_cut = s->is_begun && s->next.device_id == NULL;
}

static void leave_device(struct spans *s)
{
    close_window(s);
    s->is_walking = false;
    s->after_s = INT64_MIN;
    s->at++;
    if (s->at < s->devices.count) {
        s->next = (struct spans_cursor){device_at(s)->device_id, s->query.walk.range.from_s - 1};
        s->is_over = s->is_over || s->fixes >= FIXES_A_PAGE;
    }
}

/* Whether a state is of a time behind the range: all that was in it has expired. */
static bool is_behind(const struct spans *s, const struct fold_state *state)
{
    return state->current.gps_time_s > s->query.walk.range.to_s;
}

static void begin_device(struct spans *s)
{
    const struct walk_options *walk = &s->query.walk;
    int64_t from_s = s->after_s > walk->range.from_s ? s->after_s : walk->range.from_s;
    from_s = walk_needs_from_s(walk, from_s);
    if (from_s > s->horizon_s) {
        leave_device(s);
        return;
    }
    enum err e = open_window(s, from_s);
    if (e != ERR_OK) {
        fail(s, e);
        return;
    }
    s->taken_to_s = INT64_MIN;
    s->is_walking = true;
    if (is_behind(s, store_read_start(s->reader))) {
        leave_device(s);
        return;
    }
    struct walk_options own = *walk;
    own.tank_ml = device_at(s)->tank_ml;
    walk_begin(&s->walk, &own, store_read_start(s->reader));
}

static void end_device(struct spans *s)
{
    walk_end(&s->walk, s->now_s < s->horizon_s ? s->now_s : s->horizon_s);
    if (!s->is_over) {
        leave_device(s);
    }
}

/* The window is at its end: the next one, or the device's end. */
static void next_window(struct spans *s)
{
    close_window(s);
    if (s->window_to_s >= s->horizon_s) {
        end_device(s);
        return;
    }
    enum err e = open_window(s, s->window_to_s + 1);
    if (e != ERR_OK) {
        fail(s, e);
    }
}

/* A fix of the window; those of windows before, or that came in between, are passed over. */
static void take(struct spans *s, const struct fix *fix)
{
    if (fix->gps_time_s > s->taken_to_s &&
        fix->gps_time_s >= s->walk.legs.state.current.gps_time_s) {
        walk_take(&s->walk, fix);
    }
}

static void walk_on(struct spans *s, size_t until)
{
    struct fix fix;
    while (s->fixes < until && !s->is_over && s->call->out.len < CALL_PIECE_BYTES) {
        if (walk_is_done(&s->walk)) {
            end_device(s);
            return;
        }
        enum err e = store_read_next(s->reader, &fix);
        if (e == ERR_END) {
            next_window(s);
            return;
        }
        if (e != ERR_OK) {
            fail(s, e);
            return;
        }
        s->fixes++;
        take(s, &fix);
    }
}

/* ---- the stream ---- */

static bool is_at_end(const struct spans *s)
{
    return s->is_over || s->at == s->devices.count;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct spans *s = state;
    bool was_begun = s->is_begun;
    size_t rows = s->rows;
    size_t until = s->fixes + FIXES_A_STEP;
    while (!is_at_end(s) && s->fixes < until && out->len < CALL_PIECE_BYTES) {
        if (s->is_walking) {
            walk_on(s, until);
        } else {
            begin_device(s);
        }
    }
    if (s->e != ERR_OK && !s->is_begun) {
        call_fail(s->call, CODE_UNREADABLE, "System error");
        return STEP_END;
    }
    if (is_at_end(s)) {
        end_data(s);
        return STEP_END;
    }
    if (s->fixes > FIXES_BEFORE_HEAD) {
        begin_data(s);
    }
    return s->rows > rows || s->is_begun != was_begun ? STEP_PIECE : STEP_AGAIN;
}

static void close_spans(void *state)
{
    struct spans *s = state;
    close_window(s);
    arena_free(&s->arena);
    device_choice_release(s->call, &s->devices);
    free(s);
}

/* ---- the call ---- */

bool spans_check(struct call *c)
{
    struct spans_cursor cursor;
    if (call_number(c, SPANS_START, 0) > call_number(c, SPANS_END, 0)) {
        call_fault(c, "EndTime", "before StartTime");
        return false;
    }
    if (call_has(c, SPANS_AFTER) && !spans_read_cursor(call_text(c, SPANS_AFTER), &cursor)) {
        call_fault(c, "After", "no such page");
        return false;
    }
    return true;
}

bool spans_is_too_much(const struct range *range, size_t devices)
{
    int64_t days = (range->to_s - range->from_s - DST_S - 1) / DAY_S + 1;
    return devices > 0 && days > SPANS_DEVICE_DAYS_MAX / (int64_t)devices;
}

/* Goes to the device and time behind which the page begins. */
static void go_behind(struct spans *s, const char *after)
{
    struct spans_cursor cursor;
    s->after_s = INT64_MIN;
    if (*after == '\0' || !spans_read_cursor(after, &cursor)) {
        return;
    }
    s->at = device_choice_from(&s->devices, cursor.device_id);
    if (s->at < s->devices.count && strcmp(device_at(s)->device_id, cursor.device_id) == 0) {
        s->after_s = cursor.time_s;
    }
}

void spans_begin(const struct spans_query *query)
{
    struct call *c = query->call;
    struct range range = {call_number(c, SPANS_START, 0), call_number(c, SPANS_END, 0)};
    struct device_choice devices = device_choice_make(c, SPANS_DEVICES);
    if (spans_is_too_much(&range, devices.count)) {
        device_choice_release(c, &devices);
        call_fault(c, "EndTime", SPANS_TEXT_TOO_MANY);
        return;
    }
    struct spans *s = mem_new(sizeof(*s));
    s->query = *query;
    s->call = c;
    s->devices = devices;
    s->now_s = call_now_s(c);
    s->horizon_s = range.to_s + READ_ON_S;
    if (s->horizon_s > s->now_s + AHEAD_S) {
        s->horizon_s = s->now_s + AHEAD_S;
    }
    struct walk_options *walk = &s->query.walk;
    walk->range = range;
    walk->sink = (struct span_sink){s, tell};
    if (walk->kind == WALK_DAYS && devices.count > 0) {
        walk->midnights =
            midnights_make(call_clock(c), range.from_s, range.to_s, &c->arena, &walk->day_count);
    }
    go_behind(s, call_text(c, SPANS_AFTER));
    c->stream = (struct call_stream){next_step, close_spans, s};
}
