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
    check(o->login_timeout_s >= 1 && o->login_timeout_s <= 3600);
    check(o->credit_bytes >= 16384 && o->queue_bytes <= 1073741824);
    check(o->http_threads >= 1 && o->http_threads <= 64);
    check(strcmp(o->registration, "open") == 0 || strcmp(o->registration, "closed") == 0);
    check(cors_fault(o->cors_origins) == NULL);
    check(memchr(o->http, '\0', sizeof(o->http)) != NULL);
    check(memchr(o->data_directory, '\0', sizeof(o->data_directory)) != NULL);
    check(o->alias_count <= OPTIONS_ALIASES_MAX);
    for (size_t i = 0; i < o->alias_count; i++) {
        check(o->aliases[i].name != NULL && o->aliases[i].method != NULL);
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        check(o->utc_offset_min[i] == GATEWAY_OFFSET_UNSET ||
              (o->utc_offset_min[i] >= -900 && o->utc_offset_min[i] <= 900));
        check(o->speed_unit[i] <= SPEED_UNIT_KMH);
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
