/*
 * A snapshot is made in steps, some devices each, and then squeezed in steps. Both forms are kept
 * for a second, counted, so that a thousand pages that come back at once cost one.
 *
 *     run ─► one of this second? ─► answered
 *       └──► rows ... rows ─► columns as one text ─► squeezed ... squeezed ─► kept, answered
 *
 * The number of its cursor is read before its first row: what changes meanwhile may be in it, and
 * comes again with the stream.
 */
#include "api/live_snapshot.h"

#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "api/live_audience.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/feed.h"

enum {
    ROWS_A_STEP = 256,
    LOOK_UPS = 200,               /* what more a large fleet needs the next snapshots look up */
    SQUEEZED_A_STEP = 128 * 1024, /* bytes of the plain text */
    KEPT_MS = 1000,
    KEPT_MAX = 16,
    WINDOW_GZIP = 15 + 16,
    MEMORY_LEVEL = 8,
    HEX = 16,
};

/* ---- cursors ---- */

void live_cursor_write(uint64_t boot, uint64_t number, char out[LIVE_CURSOR_SIZE])
{
    (void)snprintf(out, LIVE_CURSOR_SIZE, "%016" PRIx64 "-%" PRIu64, boot, number);
}

bool live_cursor_read(const char *text, uint64_t boot, uint64_t *number)
{
    char *end = NULL;
    char again[LIVE_CURSOR_SIZE];
    uint64_t told_boot = g_ascii_strtoull(text, &end, HEX);
    if (*end != '-' || told_boot != boot) {
        return false;
    }
    *number = g_ascii_strtoull(end + 1, NULL, 10);
    live_cursor_write(boot, *number, again);
    return strcmp(text, again) == 0;
}

/* ---- those of the last second ---- */

struct kept {
    char key[LIVE_KEY_SIZE];
    int64_t made_ms;          /* when it was done: one that took long is shared, too */
    uint64_t number;          /* of its cursor */
    struct shared_body *body; /* NULL: the place is free */
};

struct live_snapshots {
    pthread_mutex_t lock;
    struct kept at[KEPT_MAX];
};

struct live_snapshots *live_snapshots_new(void)
{
    struct live_snapshots *s = mem_new(sizeof(*s));
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    return s;
}

void live_snapshots_free(struct live_snapshots *s)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        shared_body_release(s->at[i].body);
    }
    check(pthread_mutex_destroy(&s->lock) == 0);
    free(s);
}

/* Forgets those that are older than a second. Under the lock. */
static void forget_old(struct live_snapshots *s, int64_t now_ms)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (s->at[i].body != NULL && now_ms - s->at[i].made_ms > KEPT_MS) {
            shared_body_release(s->at[i].body);
            s->at[i].body = NULL;
        }
    }
}

/* One for that audience from which its feed goes on, with a count; NULL: there is none. */
static struct shared_body *find_kept(struct live_snapshots *s, const struct live_audience *audience)
{
    const char *key = live_audience_key(audience);
    struct feed *feed = live_audience_feed(audience);
    struct shared_body *found = NULL;
    check(pthread_mutex_lock(&s->lock) == 0);
    forget_old(s, clock_monotonic_ms());
    for (size_t i = 0; i < KEPT_MAX && found == NULL; i++) {
        if (s->at[i].body != NULL && strcmp(s->at[i].key, key) == 0 &&
            feed_covers(feed, s->at[i].number)) {
            found = shared_body_hold(s->at[i].body);
        }
    }
    check(pthread_mutex_unlock(&s->lock) == 0);
    return found;
}

/* Keeps one where there is room, with a count of its own. */
static void keep(struct live_snapshots *s, const struct kept *made)
{
    check(pthread_mutex_lock(&s->lock) == 0);
    forget_old(s, clock_monotonic_ms());
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (s->at[i].body == NULL) {
            s->at[i] = *made;
            s->at[i].body = shared_body_hold(made->body);
            break;
        }
    }
    check(pthread_mutex_unlock(&s->lock) == 0);
}

/* ---- making one ---- */

struct making {
    struct call *call;
    struct live_audience *audience;
    uint64_t number; /* of the cursor */
    char cursor[LIVE_CURSOR_SIZE];
    struct device_ref *refs;
    size_t count;
    size_t next;           /* device; then byte of `plain` */
    struct json_out plain; /* the whole answer */
    bool is_written;       /* it is */
    bool is_squeezing;     /* z is in use */
    z_stream z;
    uint8_t *gzip;
    size_t gzip_len;
    size_t gzip_capacity;
    struct live_table table;
};

/* The answer with its envelope, since it is sent as it is. */
static void write_plain(struct making *m)
{
    struct json_out *out = &m->plain;
    json_object_begin(out);
    json_name(out, "Code");
    json_int(out, 200);
    json_name(out, "Data");
    json_object_begin(out);
    json_name(out, "cursor");
    json_write_string(out, m->cursor);
    json_name(out, "now");
    json_int(out, call_now_s(m->call));
    json_name(out, "columns");
    json_object_begin(out);
    live_table_end(&m->table, out);
    json_object_end(out);
    json_object_end(out);
    json_name(out, "ErrMsg");
    json_write_null(out);
    json_object_end(out);
    live_table_free(&m->table);
    m->table = (struct live_table){0};
    m->is_written = true;
    m->next = 0;
}

static void add_rows(struct making *m)
{
    size_t end = m->count - m->next > ROWS_A_STEP ? m->next + ROWS_A_STEP : m->count;
    while (m->next < end) {
        struct device_ref *ref = &m->refs[m->next++];
        live_table_add(&m->table, m->call, ref);
        device_ref_release(m->call->shard->directory, ref);
    }
}

/* Squeezes the next bytes; true: that was all. */
static bool squeeze(struct making *m)
{
    size_t left = m->plain.len - m->next;
    size_t len = left > SQUEEZED_A_STEP ? SQUEEZED_A_STEP : left;
    if (!m->is_squeezing) {
        check(deflateInit2(&m->z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY_LEVEL,
                           Z_DEFAULT_STRATEGY) == Z_OK);
        m->is_squeezing = true;
    }
    m->z.next_in = (const uint8_t *)m->plain.at + m->next;
    m->z.avail_in = (uInt)len;
    m->next += len;
    bool is_last = m->next == m->plain.len;
    do {
        if (m->gzip_capacity - m->gzip_len < SQUEEZED_A_STEP / 2) {
            m->gzip_capacity = m->gzip_capacity * 2 + SQUEEZED_A_STEP;
            m->gzip = mem_resize(m->gzip, m->gzip_capacity);
        }
        m->z.next_out = m->gzip + m->gzip_len;
        m->z.avail_out = (uInt)(m->gzip_capacity - m->gzip_len);
        int result = deflate(&m->z, is_last ? Z_FINISH : Z_NO_FLUSH);
        check(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        m->gzip_len = m->gzip_capacity - m->z.avail_out;
    } while (m->z.avail_out == 0);
    return is_last;
}

static enum call_step make_some(void *state, struct json_out *out)
{
    struct making *m = state;
    (void)out;
    if (m->next < m->count && !m->is_written) {
        add_rows(m);
        return STEP_AGAIN;
    }
    if (!m->is_written) {
        write_plain(m);
        return STEP_AGAIN;
    }
    if (!squeeze(m)) {
        return STEP_AGAIN;
    }
    m->call->shared = shared_body_new((uint8_t *)m->plain.at, m->plain.len, m->gzip, m->gzip_len);
    m->plain = (struct json_out){0};
    m->gzip = NULL;
    struct kept made = {
        .made_ms = clock_monotonic_ms(), .number = m->number, .body = m->call->shared};
    (void)snprintf(made.key, sizeof(made.key), "%s", live_audience_key(m->audience));
    keep(m->call->api->snapshots, &made);
    return STEP_END;
}

static void close_making(void *state)
{
    struct making *m = state;
    if (!m->is_written) {
        directory_release_all(m->call->shard->directory, m->refs + m->next, m->count - m->next);
    }
    if (m->is_squeezing) {
        (void)deflateEnd(&m->z); /* Z_DATA_ERROR where the client left early */
    }
    live_table_free(&m->table);
    json_free(&m->plain);
    free(m->gzip);
    live_audience_free(m->audience);
}

static void get_snapshot(struct call *c)
{
    struct live_audience *audience = live_audience_new(c);
    if (audience == NULL) {
        return;
    }
    c->shared = find_kept(c->api->snapshots, audience);
    if (c->shared != NULL) {
        live_audience_free(audience);
        return;
    }
    struct making *m = arena_new(&c->arena, sizeof(*m));
    m->call = c;
    m->audience = audience;
    m->number = feed_number(c->shard->directory);
    live_cursor_write(c->api->boot, m->number, m->cursor);
    m->refs = live_audience_list(audience, c, &m->count);
    live_table_begin(&m->table, c, live_audience_columns(audience));
    m->table.look_ups = LOOK_UPS;
    c->stream = (struct call_stream){make_some, close_making, m};
}

static const struct param_row params[] = {LIVE_AUDIENCE_PARAMS};

static const struct reply_member members[] = {
    {.name = "cursor",
     .type = REPLY_TEXT,
     .example = "\"8f2c90aa71b3d4e5-48\"",
     .doc = "From which a live stream goes on: its `after`"},
    {.name = "now", .type = REPLY_INT, .example = "1790000000", .doc = "Epoch seconds"},
    {.name = "columns",
     .type = REPLY_ANY,
     .example = "{\"i\":[17],\"id\":[\"862306128008106\"],\"x\":[113940838],\"y\":[22562788]}",
     .doc = "Columns of the devices, by name; all are of the same length"},
};

static const struct api_method rows[] = {
    {
        .name = "snapshot",
        .prefix = PREFIX_NONE,
        .takes_get = true,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_NOW,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_OBJECT,
                  .members = members,
                  .count = COUNT_OF(members),
                  .lists_below = true},
        .doc = "All devices as they are now, as columns of numbers; also by GET.",
        .run = get_snapshot,
    },
};

const struct method_group live_methods = {.rows = rows, .count = COUNT_OF(rows)};
