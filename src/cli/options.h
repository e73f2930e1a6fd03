#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/server.h"
#include "base/address.h"
#include "base/arena.h"
#include "base/err.h"
#include "protocols/protocol.h"

enum { OPTIONS_TEXT_SIZE = 256, OPTIONS_ALIASES_MAX = 128 };

/* The server's configuration, filled from the rows of options.c, the file, the command line. */
struct options {
    char data_directory[OPTIONS_TEXT_SIZE];
    char http[OPTIONS_TEXT_SIZE];
    char device[OPTIONS_TEXT_SIZE];
    char log_level[OPTIONS_TEXT_SIZE];
    char trusted_proxy[OPTIONS_TEXT_SIZE];
    char cors_origins[OPTIONS_TEXT_SIZE];
    char registration[OPTIONS_TEXT_SIZE];
    uint64_t open_enterprise;
    uint64_t idle_timeout_s;
    uint64_t login_timeout_s;
    uint64_t connections_max;
    uint64_t credit_bytes;
    uint64_t queue_bytes;
    uint64_t cache_kib;
    uint64_t tail_mib;
    uint64_t seal_after_s;
    uint64_t retention_days;
    uint64_t token_days;
    uint64_t service_warning_days;
    uint64_t http_threads;
    uint64_t query_threads;
    uint64_t http_connections_max;
    uint64_t connections_per_address;
    int16_t utc_offset_min[PROTOCOL_COUNT];        /* GATEWAY_OFFSET_UNSET: the protocol's own */
    uint8_t speed_unit[PROTOCOL_COUNT];            /* enum speed_unit; UNSET: likewise */
    struct api_alias aliases[OPTIONS_ALIASES_MAX]; /* their texts live in `texts` */
    size_t alias_count;
    struct arena texts;
};

/* The defaults. Clear with options_clear(). */
void options_init(struct options *o);
void options_clear(struct options *o);
/*
 * Reads an INI file over what is there. ERR_INVALID or ERR_IO after a line on standard error that
 * says which key of which file is wrong and what it wants.
 */
MUST_USE enum err options_read_file(struct options *o, const char *path);
/*
 * Whether the options agree with one another; else ERR_INVALID after a line that names the file and
 * says what to set.
 */
MUST_USE enum err options_check(const struct options *o, const char *path);
/* Prints a commented configuration file with every option at its default. */
void options_print(void);

#endif
