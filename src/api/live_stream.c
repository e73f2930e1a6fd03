/*
 * Between libmicrohttpd and the hub. Its rules: a reader that has nothing suspends the connection
 * and answers 0; a suspended connection is not watched, so that a client which vanished is noticed
 * when the next frame is written, at the latest the heartbeat.
 *
 * A stream is no request under way: a stop does not wait for it, and it holds none of the slots of
 * answers. It has a deadline for what it was handed; while it is suspended it has none.
 */
#include "api/live_stream.h"

#include "api/dispatch.h"
#include "api/envelope.h"
#include "api/live_hub.h"
#include "api/live_snapshot.h"
#include "base/clock.h"

enum {
    LIVE_EVERY = LIVE_AUDIENCE_PARAM_COUNT,
    LIVE_AFTER,
    LIVE_ONCE,
};
enum { STREAM_BLOCK_BYTES = 32768, TAKE_MS = 60000, RETRY_AFTER_S = 5 };

static void suspend(void *owner)
{
    struct exchange *ex = owner;
    connection_work(ex->entry);
    MHD_suspend_connection(ex->connection);
}

static void resume(void *owner)
{
    struct exchange *ex = owner;
    MHD_resume_connection(ex->connection);
}

static ssize_t read_live(void *context, uint64_t position, char *out, size_t size)
{
    struct exchange *ex = context;
    (void)position;
    ssize_t len = live_read(ex->live, out, size);
    if (len == 0) {
        return 0; /* it may be another thread's by now */
    }
    connection_answer(ex->entry, clock_monotonic_ms() + TAKE_MS);
    return len > 0 ? len : MHD_CONTENT_READER_END_OF_STREAM;
}

static struct live_client *join(struct exchange *ex)
{
    struct call *c = ex->call;
    struct live_wish wish = {
        .call = c,
        .audience = live_audience_new(c),
        .has_after = call_text(c, LIVE_AFTER)[0] != '\0',
        .every_s = (unsigned)call_number(c, LIVE_EVERY, 1),
        .once = call_number(c, LIVE_ONCE, 0) != 0,
        .owner = ex,
        .suspend = suspend,
        .resume = resume,
    };
    if (wish.audience == NULL) {
        return NULL;
    }
    wish.is_after_known = live_cursor_read(call_text(c, LIVE_AFTER), c->api->boot, &wish.after);
    wish.packs = ex->takes_gzip && !wish.once; /* which would lack the end of its gzip */
    struct live_client *client = live_join(ex->server->hub, &wish);
    if (client == NULL) {
        call_fail_http(c, MHD_HTTP_SERVICE_UNAVAILABLE, "Too many live streams", RETRY_AFTER_S);
    }
    ex->answer.gzip = client != NULL && wish.packs;
    return client;
}

struct MHD_Response *live_stream_begin(struct exchange *ex)
{
    struct call *c = ex->call;
    c->now_monotonic_ms = clock_monotonic_ms();
    if (!dispatch_check(c, (struct bytes){ex->body.at, ex->body.len})) {
        return NULL;
    }
    ex->live = join(ex);
    body_clear(&ex->body, ex->server->bodies);
    return ex->live == NULL ? NULL
                            : MHD_create_response_from_callback(
                                  MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_live, ex, NULL);
}

void live_stream_end(struct exchange *ex)
{
    if (ex->live != NULL) {
        live_leave(ex->live);
        ex->live = NULL;
    }
}

static const struct param_row params[] = {
    LIVE_AUDIENCE_PARAMS,
    [LIVE_EVERY] = {.name = "every",
                    .type = PARAM_INT,
                    .min = 1,
                    .max = LIVE_EVERY_MAX_S,
                    .doc = "Seconds between two frames, at least; 1 unless given"},
    [LIVE_AFTER] = {.name = "after",
                    .type = PARAM_TEXT,
                    .max = LIVE_CURSOR_SIZE,
                    .doc = "Cursor of a snapshot, or id of an event: the stream goes on behind it"},
    [LIVE_ONCE] = {.name = "once",
                   .type = PARAM_BOOL,
                   .doc = "One frame, then the end: behind proxies that hold streams back"},
};

const struct api_method live_stream_method = {
    .name = "live",
    .prefix = PREFIX_NONE,
    .takes_get = true,
    .is_stream = true,
    .needs_enterprise = true,
    .where = WHERE_INLINE,
    .role = ROLE_VIEWER,
    .share = SHARE_NOW,
    .params = params,
    .param_count = COUNT_OF(params),
    .reply = {.lists_below = true},
    .doc = "What changes, as events of text/event-stream, as long as the client listens.",
};
