/*
 * Reads and decodes all fixes of a span of time, device by device, as readers do, and does nothing
 * with them: what any report over stored fixes costs at the least. No server may have the store.
 *
 *     read_store DIR FROM TO        (seconds since 1970, both included)
 *
 * Prints a line of JSON: devices, fixes, ms.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store.h"

enum { DEVICES_MAX = 100000 };

struct devices {
    int64_t *ids;
    size_t count;
};

static void note_device(void *context, const struct change *c)
{
    struct devices *devices = context;
    if (c->kind == CHANGE_PUT_DEVICE && devices->count < DEVICES_MAX) {
        devices->ids[devices->count++] = c->device.id;
    }
}

static void ignore_state(void *context, int64_t device, const struct fold_state *state)
{
    (void)context, (void)device, (void)state;
}

/* Adds how many fixes the span has. */
static enum err read_device(struct store *s, struct store_span span, struct arena *arena,
                            size_t *fixes)
{
    struct store_reader *r = NULL;
    struct fix fix;
    enum err e = store_read_open(s, span, arena, &r);
    if (e != ERR_OK) {
        return e;
    }
    while ((e = store_read_next(r, &fix)) == ERR_OK) {
        *fixes += fix.gps_time_s >= span.from_s;
    }
    store_read_close(r);
    arena_clear(arena);
    return e == ERR_END ? ERR_OK : e;
}

static enum err read_all(struct store *s, const struct devices *devices, struct store_span span)
{
    struct arena arena = {0};
    size_t fixes = 0;
    enum err e = ERR_OK;
    int64_t began_ms = clock_monotonic_ms();
    for (size_t i = 0; i < devices->count && e == ERR_OK; i++) {
        span.device = devices->ids[i];
        e = read_device(s, span, &arena, &fixes);
    }
    (void)printf("{\"devices\": %zu, \"fixes\": %zu, \"ms\": %lld}\n", devices->count, fixes,
                 (long long)(clock_monotonic_ms() - began_ms));
    arena_free(&arena);
    return e;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: read_store DIR FROM TO\n");
        return EXIT_FAILURE;
    }
    const struct store_span span = {.from_s = strtoll(argv[2], NULL, 10),
                                    .to_s = strtoll(argv[3], NULL, 10)};
    const struct store_options options = {.directory = argv[1], .cache_kib = 65536};
    struct devices devices = {.ids = mem_new_array(DEVICES_MAX, sizeof(*devices.ids))};
    struct store *s = NULL;
    enum err e = store_open(&options, &s);
    if (e == ERR_OK) {
        const struct store_loader loader = {
            .context = &devices, .change = note_device, .state = ignore_state};
        e = store_load(s, &loader);
        e = e == ERR_OK ? read_all(s, &devices, span) : e;
        store_close(s);
    }
    free(devices.ids);
    if (e != ERR_OK) {
        (void)fprintf(stderr, "read_store: %s\n", err_text(e));
    }
    return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
