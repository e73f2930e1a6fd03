/*
 * A store and its directory, for commands that read beside a running server.
 */
#include "cli/store_reading.h"

#include "base/clock.h"

enum { MOMENT_MS = 30000 };

static void apply(void *context, const struct change *c)
{
    directory_apply(context, c);
}

static void pass_over(void *context, const struct change *c)
{
    (void)context, (void)c;
}

/* The newest fix of a device bounds what is read of it. */
static void take_state(void *context, int64_t device, const struct fold_state *state)
{
    struct directory *dir = context;
    struct device_ref ref;
    struct live live;
    if (directory_find(dir, device, &ref) != ERR_OK) {
        return; /* deleted, or new since the opening */
    }
    live_init(&live);
    fold_state_copy(&live.state, state);
    live.reported = state->current.gps_time_s > 0;
    tracked_publish(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
}

static enum err open_moment(struct store_reading *r,
                            void (*change)(void *context, const struct change *c))
{
    const struct store_loader loader = {
        .context = r->directory, .change = change, .state = take_state};
    enum err e = store_open_to_read(r->path, &r->store);
    r->opened_ms = clock_monotonic_ms();
    return e == ERR_OK ? store_load(r->store, &loader) : e;
}

enum err store_reading_open(const char *path, struct store_reading *out)
{
    *out = (struct store_reading){.path = path, .directory = directory_new()};
    return open_moment(out, apply);
}

static void close_moment(struct store_reading *r)
{
    if (r->store != NULL) {
        store_close(r->store);
        r->store = NULL;
    }
}

void store_reading_close(struct store_reading *r)
{
    close_moment(r);
    directory_free(r->directory);
}

enum err store_reading_refresh(struct store_reading *r)
{
    if (clock_monotonic_ms() - r->opened_ms < MOMENT_MS) {
        return ERR_OK;
    }
    close_moment(r);
    return open_moment(r, pass_over);
}

const char *store_reading_failure(enum err e)
{
    return e == ERR_VERSION
               ? "another version of odograph made it: start the server of this one on it once, or "
                 "use that version"
               : err_text(e);
}
