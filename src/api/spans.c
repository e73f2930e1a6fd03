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
#include "fleet/directory_rules.h"
#include "store/store.h"

enum {
    DAY_S = 86400,
    WINDOW_S = 7 * DAY_S,
    READ_ON_FIRST_S = 3600,
    READ_ON_S = 7 * DAY_S, /* behind the range; a trip that goes on for longer is told as open */
    AHEAD_S = 600,         /* a fix may be so much later than its arrival */
    DST_S = 3600,
    FIXES_A_STEP = 4096,         /* a millisecond */
    FIXES_OF_OPENING = 1024,     /* what opening a window costs */
    FIXES_A_PAGE = 4000000,      /* a second; no further device is begun then */
    FIXES_BEFORE_HEAD = 2000000, /* the head is written then, whatever comes */
    CURSOR_SIZE = DEVICE_ID_SIZE + 24,
    CODE_UNREADABLE = 500,
};

struct spans {
    struct spans_query query;
    struct spans_page page;
    int64_t now_s;

    bool is_walking; /* the device at hand is begun */
    struct walk walk;
    struct store_reader *reader; /* of the window; NULL: none */
    struct arena arena;          /* of the reader */
    struct arena own;            /* of the device: its terms */
    int64_t window_to_s;
    int64_t taken_to_s; /* fixes up to here are of windows before */
    int64_t horizon_s;  /* no window goes further */
    size_t fixes;       /* read for this page */
    enum err e;
};

/* ---- the cursor as text: TIME/DEVICEID ---- */

static bool read_cursor(const char *text, struct spans_cursor *out)
{
    char *end = NULL;
    out->time_s = g_ascii_strtoll(text, &end, 10);
    out->device_id = end + 1;
    return end != text && *end == '/' && end[1] != '\0';
}

static void write_cursor(const struct spans_cursor *cursor, struct json_out *out)
{
    char text[CURSOR_SIZE];
    (void)snprintf(text, sizeof(text), "%" G_GINT64_FORMAT "/%s", cursor->time_s,
                   cursor->device_id);
    json_write_string(out, text);
}

/* ---- pages ---- */

static bool is_too_much(const struct range *range, size_t devices)
{
    int64_t days = (range->to_s - range->from_s - DST_S - 1) / DAY_S + 1;
    return devices > 0 && days > SPANS_DEVICE_DAYS_MAX / (int64_t)devices;
}

/* Goes to the device and time behind which the page begins. */
static void go_behind(struct spans_page *page, const char *after)
{
    struct spans_cursor cursor;
    page->after_s = INT64_MIN;
    if (*after == '\0' || !read_cursor(after, &cursor)) {
        return;
    }
    page->at = device_choice_from(&page->devices, cursor.device_id);
    if (page->at < page->devices.count &&
        strcmp(spans_page_device(page)->device_id, cursor.device_id) == 0) {
        page->after_s = cursor.time_s;
    }
}

bool spans_page_open(struct spans_page *page, struct call *c)
{
    *page = (struct spans_page){
        .call = c,
        .range = {call_number(c, SPANS_START, 0), call_number(c, SPANS_END, 0)},
        .devices = device_choice_make(c, SPANS_DEVICES),
    };
    if (is_too_much(&page->range, page->devices.count)) {
        spans_page_close(page);
        call_fault(c, "EndTime", SPANS_TEXT_TOO_MANY);
        return false;
    }
    go_behind(page, call_text(c, SPANS_AFTER));
    return true;
}

void spans_page_close(struct spans_page *page)
{
    device_choice_release(page->call, &page->devices);
}

bool spans_page_is_done(const struct spans_page *page)
{
    return page->is_over || page->at == page->devices.count;
}

const struct device *spans_page_device(const struct spans_page *page)
{
    return page->devices.refs[page->at].info;
}

void spans_page_begin(struct spans_page *page)
{
    if (!page->is_begun) {
        json_object_begin(&page->call->out);
        json_name(&page->call->out, "data");
        json_array_begin(&page->call->out);
        page->is_begun = true;
    }
}

void spans_page_end(struct spans_page *page)
{
    struct json_out *out = &page->call->out;
    spans_page_begin(page);
    json_array_end(out);
    json_name(out, "next");
    if (page->at < page->devices.count && !page->is_cut) {
        write_cursor(&page->next, out);
    } else {
        json_write_null(out);
    }
    json_name(out, "done");
    json_int(out, (int64_t)page->at);
    json_name(out, "of");
    json_int(out, (int64_t)page->devices.count);
    json_object_end(out);
}

void spans_page_note(struct spans_page *page, int64_t start_s)
{
    page->next = (struct spans_cursor){spans_page_device(page)->device_id, start_s};
    page->rows++;
}

void spans_page_leave(struct spans_page *page)
{
    page->after_s = INT64_MIN;
    page->at++;
    if (page->at < page->devices.count) {
        page->next =
            (struct spans_cursor){spans_page_device(page)->device_id, page->range.from_s - 1};
    }
}

/* ---- rows ---- */

static void tell(void *context, const struct span *span)
{
    struct spans *s = context;
    struct spans_page *page = &s->page;
    if (page->is_over || span->start.time_s <= page->after_s) {
        return;
    }
    spans_page_begin(page);
    s->query.write_row(page->call, spans_page_device(page), span);
    spans_page_note(page, span->start.time_s);
    page->is_over = page->rows == SPANS_ROWS_MAX;
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
    return store_read_open(
        s->page.call->shard->store,
        (struct store_span){spans_page_device(&s->page)->id, from_s, s->window_to_s}, &s->arena,
        &s->reader);
}

static void fail(struct spans *s, enum err e)
{
    log_line(LOG_ERROR, "spans_failed", "device=%s why=\"%s\"",
             spans_page_device(&s->page)->device_id, err_text(e));
    s->e = e;
    s->page.is_over = true;
    s->page.is_cut = s->page.is_begun && s->page.next.device_id == NULL;
}

static void leave_device(struct spans *s)
{
    close_window(s);
    s->is_walking = false;
    spans_page_leave(&s->page);
    s->page.is_over = s->page.is_over || s->fixes >= FIXES_A_PAGE;
}

/* Whether a state is of a time behind the range: all that was in it has expired. */
static bool is_behind(const struct spans *s, const struct fold_state *state)
{
    return state->current.gps_time_s > s->query.walk.range.to_s;
}

static void begin_device(struct spans *s)
{
    const struct walk_options *walk = &s->query.walk;
    int64_t from_s = s->page.after_s > walk->range.from_s ? s->page.after_s : walk->range.from_s;
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
    arena_clear(&s->own);
    own.rules =
        directory_terms(s->page.call->shard->directory, spans_page_device(&s->page)->id, &s->own);
    walk_begin(&s->walk, &own, store_read_start(s->reader));
}

static void end_device(struct spans *s)
{
    walk_end(&s->walk, s->now_s < s->horizon_s ? s->now_s : s->horizon_s);
    if (!s->page.is_over) {
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
    const struct fix *fix = NULL;
    while (s->fixes < until && !s->page.is_over && s->page.call->out.len < CALL_PIECE_BYTES) {
        if (walk_is_done(&s->walk)) {
            end_device(s);
            return;
        }
        enum err e = store_read_here(s->reader, &fix);
        if (e == ERR_END) {
            next_window(s);
            return;
        }
        if (e != ERR_OK) {
            fail(s, e);
            return;
        }
        s->fixes++;
        take(s, fix);
    }
}

/* ---- the stream ---- */

static enum call_step next_step(void *state, struct json_out *out)
{
    struct spans *s = state;
    bool was_begun = s->page.is_begun;
    size_t rows = s->page.rows;
    size_t until = s->fixes + FIXES_A_STEP;
    while (!spans_page_is_done(&s->page) && s->fixes < until && out->len < CALL_PIECE_BYTES) {
        if (s->is_walking) {
            walk_on(s, until);
        } else {
            begin_device(s);
        }
    }
    if (s->e != ERR_OK && !s->page.is_begun) {
        call_fail(s->page.call, CODE_UNREADABLE, "System error");
        return STEP_END;
    }
    if (spans_page_is_done(&s->page)) {
        spans_page_end(&s->page);
        return STEP_END;
    }
    if (s->fixes > FIXES_BEFORE_HEAD) {
        spans_page_begin(&s->page);
    }
    return s->page.rows > rows || s->page.is_begun != was_begun ? STEP_PIECE : STEP_AGAIN;
}

static void close_spans(void *state)
{
    struct spans *s = state;
    close_window(s);
    arena_free(&s->arena);
    arena_free(&s->own);
    spans_page_close(&s->page);
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
    if (call_has(c, SPANS_AFTER) && !read_cursor(call_text(c, SPANS_AFTER), &cursor)) {
        call_fault(c, "After", "no such page");
        return false;
    }
    return true;
}

void spans_begin(const struct spans_query *query)
{
    struct call *c = query->call;
    struct spans_page page;
    if (!spans_page_open(&page, c)) {
        return;
    }
    struct spans *s = mem_new(sizeof(*s));
    s->query = *query;
    s->page = page;
    s->now_s = call_now_s(c);
    s->horizon_s = page.range.to_s + READ_ON_S;
    if (s->horizon_s > s->now_s + AHEAD_S) {
        s->horizon_s = s->now_s + AHEAD_S;
    }
    struct walk_options *walk = &s->query.walk;
    walk->range = page.range;
    walk->sink = (struct span_sink){s, tell};
    if (walk->kind == WALK_DAYS && page.devices.count > 0) {
        walk->midnights = midnights_make(call_clock(c), page.range.from_s, page.range.to_s,
                                         &c->arena, &walk->day_count);
    }
    c->stream = (struct call_stream){next_step, close_spans, s};
}
