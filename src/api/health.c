/* GET /health: for load balancers (the HTTP status) and for people (the counters). */
#include <microhttpd.h>

#include "api/pages.h"
#include "base/clock.h"

enum { MS_PER_S = 1000 };

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

/* What works, and not as it should. */
static void write_warnings(const struct counters *counters, struct json_out *out)
{
    json_name(out, "warnings");
    json_array_begin(out);
    if (counter_get(counters, forwards_ignored) > 0) {
        json_write_string(out, "X-Forwarded-For comes from an address that is not trusted_proxy: "
                               "all clients behind it count as one");
    }
    json_array_end(out);
}

int health_write(const struct api *api, struct json_out *out)
{
    enum err store = ingest_health(api->ingest);
    json_object_begin(out);
    json_name(out, "status");
    json_write_string(out, store == ERR_OK ? "ok" : "degraded");
    json_name(out, "store");
    json_write_string(out, err_text(store));
    json_name(out, "version");
    json_write_string(out, ODOGRAPH_VERSION);
    json_name(out, "uptime_s");
    json_int(out, (clock_monotonic_ms() - api->started_monotonic_ms) / MS_PER_S);
    json_name(out, "devices");
    json_int(out, (int64_t)directory_device_count(api->directory));
    write_warnings(api->counters, out);
    write_counters(api->counters, out);
    json_object_end(out);
    return store == ERR_OK ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}
