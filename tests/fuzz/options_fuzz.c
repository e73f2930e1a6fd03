/*
 * libFuzzer's driver of the configuration: the input is a file. What it complains of goes nowhere.
 * Options that are read keep to what `odograph serve --print-config` says of them.
 */
#include "api/cors.h"
#include "cli/options.h"
#include "fuzzing.h"
#include "gateway/gateway.h"
#include "model/account.h"

enum { INPUT_MAX = 1 << 12 };

static void expect_in_bounds(const struct options *o)
{
    const struct gateway_options *g = &o->gateway;
    check(g->login_timeout_s >= 1 && g->login_timeout_s <= 3600);
    check(g->credit_bytes >= 16384 && o->ingest.queue_bytes <= 1073741824);
    check(o->store.tail_bytes >= 1 << 20 && o->store.tail_bytes <= UINT64_C(65536) << 20);
    check(o->api.http_threads >= 1 && o->api.http_threads <= 64);
    check(o->log_level <= LOG_ERROR);
    check(strlen(o->http) > 0 && strlen(o->device) > 0);
    check(cors_fault(o->api.cors_origins) == NULL);
    check(o->store.directory != NULL && o->api.trusted_proxy != NULL);
    check(o->api.alias_count <= OPTIONS_ALIASES_MAX);
    for (size_t i = 0; i < o->api.alias_count; i++) {
        check(o->aliases[i].name != NULL && o->aliases[i].method != NULL);
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        check(g->utc_offset_min[i] == GATEWAY_OFFSET_UNSET ||
              (g->utc_offset_min[i] >= UTC_OFFSET_MIN_MIN &&
               g->utc_offset_min[i] <= UTC_OFFSET_MIN_MAX));
        check(g->speed_unit[i] <= SPEED_UNIT_KMH);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX) {
        return 0;
    }
    char path[FUZZ_PATH_SIZE];
    int fd = fuzz_file((struct bytes){data, size}, path);
    FILE *nowhere = fopen("/dev/null", "we");
    check(nowhere != NULL);
    FILE *kept = stderr;
    stderr = nowhere;
    struct options o;
    options_init(&o);
    enum err e = options_read_file(&o, path);
    e = e == ERR_OK ? options_check(&o, path) : e;
    stderr = kept;
    (void)fclose(nowhere);
    (void)close(fd);
    if (e == ERR_OK) {
        expect_in_bounds(&o);
    }
    options_clear(&o);
    return 0;
}
