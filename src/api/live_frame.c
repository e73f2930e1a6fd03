/*
 * The text of frames.
 *
 *     event: meta      names, groups, what is gone
 *     data: {...}
 *
 *     event: a         alarms
 *     data: {...}
 *
 *     event: d         what trackers reported
 *     id: BOOT-NUMBER
 *     data: {...}
 *
 * The id stands at the last event alone: who loses the connection before it gets all of them again.
 *
 * Squeezed, a connection has one head of gzip (RFC 1952), and each frame is blocks of raw deflate
 * with a state of their own, ended by a full flush: so the same bytes fit into every connection,
 * and browsers, which stop at a second gzip member, read on.
 */
#include "api/live_frame.h"

#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "api/live_snapshot.h"
#include "api/manage.h"
#include "api/share.h"
#include "base/check.h"
#include "base/mem.h"

enum { WINDOW_RAW = -15, MEMORY_LEVEL = 8, GZIP_HEAD = 10, FLUSH_BYTES = 64, ALARMS_TOLD = 1000 };

static const uint8_t gzip_head[GZIP_HEAD] = {0x1f, 0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, 0xff};

struct live_frame *live_frame_hold(struct live_frame *f)
{
    atomic_fetch_add_explicit(&f->holders, 1, memory_order_relaxed);
    return f;
}

void live_frame_release(struct live_frame *f)
{
    if (f != NULL && atomic_fetch_sub_explicit(&f->holders, 1, memory_order_acq_rel) == 1) {
        free(f); /* one allocation */
    }
}

void live_writer_init(struct live_writer *w, const struct call *c,
                      const struct live_audience *audience)
{
    *w = (struct live_writer){.audience = audience};
    w->call = call_new(c->api);
    w->call->method = c->method;
    w->call->shard = c->shard;
    live_audience_lend(audience, &w->call->caller);
    w->feed = live_audience_feed(audience);
}

void live_writer_clear(struct live_writer *w)
{
    call_free(w->call);
    live_table_free(&w->state);
    live_table_free(&w->people);
    json_free(&w->out);
}

/* ---- making a frame of what is written ---- */

/* Squeezes `plain` into `out`, of `room` bytes; answers how many there are. */
static size_t pack(struct bytes plain, uint8_t *out, size_t room)
{
    z_stream z = {0};
    check(deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_RAW, MEMORY_LEVEL,
                       Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_in = plain.at;
    z.avail_in = (uInt)plain.len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    check(deflate(&z, Z_FULL_FLUSH) == Z_OK && z.avail_in == 0 && z.avail_out > 0);
    size_t len = room - z.avail_out;
    (void)deflateEnd(&z); /* Z_DATA_ERROR, since it was never finished */
    return len;
}

static struct live_frame *make_frame(struct live_writer *w, uint64_t upto, bool packs,
                                     bool is_first)
{
    struct bytes plain = json_text(&w->out);
    packs = packs && plain.len > 0;
    size_t head = is_first ? GZIP_HEAD : 0;
    size_t room = packs ? head + compressBound(plain.len) + FLUSH_BYTES : 0;
    struct live_frame *f = mem_new(sizeof(*f) + plain.len + room);
    uint8_t *at = (uint8_t *)(f + 1);
    atomic_init(&f->holders, 1);
    f->upto = upto;
    if (plain.len > 0) {
        memcpy(at, plain.at, plain.len);
    }
    f->plain = (struct bytes){at, plain.len};
    if (packs) {
        uint8_t *packed = at + plain.len;
        memcpy(packed, gzip_head, head);
        f->packed = (struct bytes){packed, head + pack(plain, packed + head, room - head)};
    }
    json_drop(&w->out);
    arena_clear(&w->call->arena);
    return f;
}

/* ---- pieces of text ---- */

static void put(struct live_writer *w, const char *text)
{
    w->out.filled = 0; /* between events there are no commas */
    json_raw(&w->out, bytes_of_text(text));
    w->out.filled = 0;
}

static void put_id(struct live_writer *w, uint64_t upto)
{
    char cursor[LIVE_CURSOR_SIZE];
    live_cursor_write(w->call->api->boot, upto, cursor);
    put(w, "id: ");
    put(w, cursor);
    put(w, "\n");
}

/* Begins an event, `upto` of its id; 0: it has none. */
static void begin_event(struct live_writer *w, const char *name, uint64_t upto)
{
    put(w, "event: ");
    put(w, name);
    put(w, "\n");
    if (upto != 0) {
        put_id(w, upto);
    }
    put(w, "data: ");
    json_object_begin(&w->out);
    json_name(&w->out, "now");
    json_int(&w->out, w->call->now_ms / 1000);
}

static void end_event(struct live_writer *w)
{
    json_object_end(&w->out);
    put(w, "\n\n");
}

/* What time it is, for all of a frame. */
static void begin_frame(struct live_writer *w)
{
    struct call *c = w->call;
    call_set_now(c);
    c->zone_is_checked = false; /* it may be another one by now */
}

static void write_groups(struct live_writer *w)
{
    struct call *c = w->call;
    size_t count = 0;
    const struct group *groups =
        directory_list_seen(c->shard->directory, ENTITY_GROUP, &c->caller, &c->arena, &count);
    json_name(&w->out, "groups");
    json_array_begin(&w->out);
    for (size_t i = 0; i < count; i++) {
        if (live_audience_has_group(w->audience, groups[i].id)) {
            json_array_begin(&w->out);
            json_int(&w->out, groups[i].id);
            json_write_string(&w->out, groups[i].name);
            json_array_end(&w->out);
        }
    }
    json_array_end(&w->out);
}

/* Whether a device is there, and shown. */
static bool is_shown(struct live_writer *w, int64_t device_id)
{
    struct directory *dir = w->call->shard->directory;
    struct device_ref ref;
    if (directory_find(dir, device_id, &ref) != ERR_OK) {
        return false;
    }
    bool is = live_audience_takes(w->audience, &ref);
    device_ref_release(dir, &ref);
    return is;
}

/* The devices that a user marked, of those in the enterprise. */
static void write_focus(struct live_writer *w, int64_t user_id)
{
    struct call *c = w->call;
    size_t count = 0;
    const int64_t *ids = directory_list_focus(c->shard->directory, user_id, &c->arena, &count);
    json_name(&w->out, "focus");
    json_array_begin(&w->out);
    for (size_t i = 0; i < count; i++) {
        if (is_shown(w, ids[i])) {
            json_int(&w->out, ids[i]);
        }
    }
    json_array_end(&w->out);
}

/* ---- news ---- */

/* What of the news concerns the audience. */
struct told {
    int64_t *gone;
    size_t gone_count;
};

/* Puts a device that changed where it belongs. */
static void sort_device(struct live_writer *w, const struct feed_device *d, struct told *told)
{
    struct directory *dir = w->call->shard->directory;
    struct device_ref ref;
    bool is_there = !d->is_gone && directory_find(dir, d->id, &ref) == ERR_OK;
    if (is_there && live_audience_takes(w->audience, &ref)) {
        live_table_add(&w->state, w->call, &ref);
        if (d->is_renamed) {
            live_table_add(&w->people, w->call, &ref);
        }
    } else if ((!is_there || d->is_renamed) && caller_is_shown(&w->call->caller, d->id)) {
        told->gone[told->gone_count++] = d->id; /* it may have been shown before */
    }
    if (is_there) {
        device_ref_release(dir, &ref);
    }
}

static void write_meta(struct live_writer *w, const struct feed_news *news, const struct told *told,
                       uint64_t id)
{
    begin_event(w, "meta", id);
    if (w->people.rows > 0) {
        json_name(&w->out, "devices");
        json_object_begin(&w->out);
        live_table_end(&w->people, &w->out);
        json_object_end(&w->out);
    }
    if (told->gone_count > 0) {
        json_name(&w->out, "gone");
        json_array_begin(&w->out);
        for (size_t i = 0; i < told->gone_count; i++) {
            json_int(&w->out, told->gone[i]);
        }
        json_array_end(&w->out);
    }
    if (news->has_groups) {
        write_groups(w);
    }
    if (news->has_fences) {
        json_name(&w->out, "fences");
        json_int(&w->out, (int64_t)news->fences);
    }
    end_event(w);
}

/* The alarms of devices that are shown, in place. */
static size_t pick_alarms(struct live_writer *w, const struct feed_news *news,
                          struct feed_alarm *picked)
{
    size_t count = 0;
    for (size_t i = 0; i < news->alarm_count; i++) {
        if (is_shown(w, news->alarms[i].device_id)) {
            picked[count++] = news->alarms[i];
        }
    }
    return count;
}

static void write_alarm(struct live_writer *w, const struct feed_alarm *a)
{
    json_object_begin(&w->out);
    json_name(&w->out, "i");
    json_int(&w->out, a->device_id);
    json_name(&w->out, "AlarmID");
    json_int(&w->out, a->id);
    json_name(&w->out, "kind");
    json_int(&w->out, a->kind);
    json_name(&w->out, "on");
    json_int(&w->out, a->on_s);
    json_name(&w->out, "off");
    if (a->off_s != 0) {
        json_int(&w->out, a->off_s);
    } else {
        json_write_null(&w->out);
    }
    json_name(&w->out, "acknowledged");
    json_bool(&w->out, a->is_acknowledged);
    json_object_end(&w->out);
}

/* Too many at once are read as a list by who wants them. */
static void write_alarms(struct live_writer *w, const struct feed_alarm *alarms, size_t count,
                         bool is_lost, uint64_t id)
{
    begin_event(w, "a", id);
    if (is_lost || count > ALARMS_TOLD) {
        json_name(&w->out, "reload");
        json_bool(&w->out, true);
    } else {
        json_name(&w->out, "alarms");
        json_array_begin(&w->out);
        for (size_t i = 0; i < count; i++) {
            write_alarm(w, &alarms[i]);
        }
        json_array_end(&w->out);
    }
    end_event(w);
}

static void write_reset(struct live_writer *w, uint64_t upto)
{
    char cursor[LIVE_CURSOR_SIZE];
    live_cursor_write(w->call->api->boot, upto, cursor);
    begin_event(w, "reset", upto);
    json_name(&w->out, "cursor");
    json_write_string(&w->out, cursor);
    end_event(w);
}

static void write_news(struct live_writer *w, const struct feed_news *news,
                       const struct live_frame_wish *wish)
{
    struct arena *arena = &w->call->arena;
    struct told told = {.gone = arena_new_array(arena, news->device_count, sizeof(*told.gone))};
    struct feed_alarm *alarms = arena_new_array(arena, news->alarm_count, sizeof(*alarms));
    live_column_set columns = live_audience_columns(w->audience);
    live_table_begin(&w->people, w->call, live_columns_of_device());
    live_table_begin(&w->state, w->call, live_columns_of_state(columns));
    for (size_t i = 0; i < news->device_count; i++) {
        sort_device(w, &news->devices[i], &told);
    }
    size_t alarm_count = pick_alarms(w, news, alarms);
    bool has_rows = w->state.rows > 0 || wish->always;
    bool has_alarms = alarm_count > 0 || news->alarms_are_lost;
    if (w->people.rows > 0 || told.gone_count > 0 || news->has_groups || news->has_fences) {
        write_meta(w, news, &told, has_rows || has_alarms ? 0 : news->upto);
    }
    if (has_alarms) {
        write_alarms(w, alarms, alarm_count, news->alarms_are_lost, has_rows ? 0 : news->upto);
    }
    if (has_rows) {
        begin_event(w, "d", news->upto);
        live_table_end(&w->state, &w->out);
        end_event(w);
    }
}

struct live_frame *live_frame_news(struct live_writer *w, const struct live_frame_wish *wish)
{
    begin_frame(w);
    struct feed_news news =
        feed_read(w->call->shard->directory, w->feed, wish->since, &w->call->arena);
    if (!share_tells_all(w->call)) {
        news.alarm_count = 0;
        news.alarms_are_lost = false;
        news.has_groups = false;
        news.has_fences = false;
    }
    if (news.is_lost) {
        write_reset(w, news.upto);
    } else {
        write_news(w, &news, wish);
    }
    return make_frame(w, news.upto, wish->packs, false);
}

/* ---- the other ones ---- */

struct live_frame *live_frame_heartbeat(struct live_writer *w, uint64_t upto, bool packs)
{
    begin_frame(w);
    put(w, ": ");
    json_object_begin(&w->out);
    json_name(&w->out, "now");
    json_int(&w->out, w->call->now_ms / 1000);
    end_event(w);
    return make_frame(w, upto, packs, false);
}

struct live_frame *live_frame_focus(struct live_writer *w, int64_t user_id, uint64_t upto,
                                    bool packs)
{
    begin_frame(w);
    begin_event(w, "meta", 0);
    write_focus(w, user_id);
    end_event(w);
    return make_frame(w, upto, packs, false);
}

struct live_frame *live_frame_reset(struct live_writer *w, uint64_t upto, bool packs)
{
    begin_frame(w);
    write_reset(w, upto);
    return make_frame(w, upto, packs, false);
}

/* Of its own call, since the writer's has what others share. */
static void write_who(struct live_writer *w, const struct live_hello *hello)
{
    struct call *c = w->call;
    struct enterprise e = {.name = "", .zone = "UTC"};
    (void)!directory_enterprise(c->shard->directory, c->caller.enterprise_id, &c->arena, &e);
    json_name(&w->out, "v");
    json_int(&w->out, 1);
    json_name(&w->out, "zone");
    json_write_string(&w->out, e.zone);
    json_name(&w->out, "role");
    json_write_string(&w->out, manage_role_text(c->caller.role));
    json_name(&w->out, "hold");
    json_int(&w->out, share_tells_all(c) ? c->caller.enterprise_id : 0);
    json_name(&w->out, "every");
    json_int(&w->out, hello->every_s);
    json_name(&w->out, "fences");
    json_int(&w->out, share_tells_all(c) ? (int64_t)feed_fences(w->feed) : 0);
    write_groups(w);
    write_focus(w, hello->user_id);
}

struct live_frame *live_frame_hello(struct live_writer *w, const struct live_hello *hello)
{
    begin_frame(w);
    begin_event(w, "hello", 0);
    write_who(w, hello);
    end_event(w);
    if (hello->is_reset) {
        write_reset(w, hello->upto);
    }
    return make_frame(w, hello->upto, hello->packs, true);
}
