/*
 * GET /health: for load balancers (the HTTP status: 503 while nothing can be stored) and for people
 * (the reasons, the counters). Damage is no reason to send nobody here: it is told, with the status
 * "degraded", and answered 200.
 */
#include <microhttpd.h>

#include "api/pages.h"
#include "base/clock.h"

enum { MS_PER_S = 1000, REASONS_MAX = 7 };

static void write_counters(const struct counters *counters, struct json_out *out)
{
    json_name(out, "counters");
    json_object_begin(out);
#define X(name, doc)                                                                               \
    json_name(out, #name);                                                                         \
    json_int(out, (int64_t)counter_get(counters, name));
    COUNTER_MAP(X)
#undef X
    json_object_end(out);
}

/* What somebody has to look after: how many, and their texts. */
static size_t find_reasons(const struct api *api, enum err store, const char *out[REASONS_MAX])
{
    const struct counters *c = api->counters;
    const struct {
        bool holds;
        const char *text;
    } rows[REASONS_MAX] = {
        {store != ERR_OK, "nothing can be stored, for what \"store\" says"},
        {counter_get(c, upkeep_failing) > 0,
         "the store's housekeeping fails and is tried again: the log says why"},
        {counter_get(c, chunks_damaged) > 0,
         "parts of a history cannot be read: odograph check tells which"},
        {counter_get(c, damage_kept) > 0,
         "something acknowledged was lost: its damaged files are kept in the data directory"},
        {counter_get(c, witness_failing) > 0,
         "odograph.seq cannot be written: a log that gets lost would not be noticed"},
        {counter_get(c, witness_missing) > 0, "odograph.seq was gone or useless at the start: "
                                              "whether a log was lost with it nobody knows; a "
                                              "restart takes this note away"},
        {counter_get(c, blocks_unproven) > 0,
         "fixes were stored without compression, since it failed its proof: please report it"},
    };
    size_t count = 0;
    for (size_t i = 0; i < REASONS_MAX; i++) {
        if (rows[i].holds) {
            out[count++] = rows[i].text;
        }
    }
    return count;
}

static void write_reasons(const char *const reasons[REASONS_MAX], size_t count,
                          struct json_out *out)
{
    json_name(out, "reasons");
    json_array_begin(out);
    for (size_t i = 0; i < count; i++) {
        json_write_string(out, reasons[i]);
    }
    json_array_end(out);
}

/* What works, and not as it should. */
static void write_warnings(const struct api *api, struct json_out *out)
{
    const struct counters *counters = api->counters;
    json_name(out, "warnings");
    json_array_begin(out);
    if (counter_get(counters, forwards_ignored) > 0) {
        json_write_string(out, "X-Forwarded-For comes from an address that is not trusted_proxy: "
                               "all clients behind it count as one");
    }
    if (counter_get(counters, forwards_unreadable) > 0) {
        json_write_string(out, "X-Forwarded-For of trusted_proxy ends with what is no address: all "
                               "clients of it that come so count as one");
    }
    if (connect_is_failing(api->connect)) {
        json_write_string(out, "a service that is called does not answer as it should: providers "
                               "tells which");
    }
    if (geocoder_forgets(api->geocoder)) {
        json_write_string(out, "streets.cache cannot be opened or written: streets are asked for "
                               "again and again");
    }
    json_array_end(out);
}

/* Whether all shards can store: ERR_OK, or why the first that cannot does not. */
static enum err find_fault(const struct shards *shards)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < shards->count && e == ERR_OK; i++) {
        e = ingest_health(shards->at[i].ingest);
    }
    return e;
}

static size_t count_devices(const struct shards *shards)
{
    size_t count = 0;
    for (size_t i = 0; i < shards->count; i++) {
        count += directory_device_count(shards->at[i].directory);
    }
    return count;
}

int health_write(const struct api *api, struct json_out *out)
{
    enum err store = find_fault(api->shards);
    const char *reasons[REASONS_MAX];
    size_t count = find_reasons(api, store, reasons);
    json_object_begin(out);
    json_name(out, "status");
    json_write_string(out, count == 0 ? "ok" : "degraded");
    json_name(out, "store");
    json_write_string(out, err_text(store));
    write_reasons(reasons, count, out);
    json_name(out, "version");
    json_write_string(out, ODOGRAPH_VERSION);
    json_name(out, "uptime_s");
    json_int(out, (clock_monotonic_ms() - api->started_monotonic_ms) / MS_PER_S);
    json_name(out, "devices");
    json_int(out, (int64_t)count_devices(api->shards));
    write_warnings(api, out);
    json_name(out, "providers");
    connect_write(api->connect, out);
    write_counters(api->counters, out);
    json_object_end(out);
    return store == ERR_OK ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}
