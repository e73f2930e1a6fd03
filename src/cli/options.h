#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/server.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "cli/providers.h"
#include "cli/sim_sections.h"
#include "gateway/gateway.h"
#include "ingest/ingest.h"
#include "store/store.h"

enum { OPTIONS_ALIASES_MAX = 128 };

/*
 * The server's configuration, filled from the rows of options.c, the file, the command line. Each
 * room has a struct of its own in it. Some members of these are no options, but say where the other
 * rooms are and what to call: the caller fills them. It must not be moved, as it points into
 * itself.
 */
struct options {
    const char *http; /* addresses, checked by their rows; texts live in `texts`, or for ever */
    const char *device;
    enum log_level log_level;
    const char *key_file; /* "": odograph.key in the directory of the store */
    const char *profiles; /* a file of profiles; "": none */
    struct store_options store;
    struct ingest_options ingest;
    struct gateway_options gateway;
    struct api_options api;
    struct providers_options providers;
    struct sim_sections sims;
    const char *place_names_file; /* "": none; its names are read by whoever serves */
    struct api_alias aliases[OPTIONS_ALIASES_MAX]; /* those of `api` */
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
MUST_USE enum err options_check(struct options *o, const char *path);
/*
 * The same of the ports of protocols and the device port, once that is what the command line says.
 */
MUST_USE enum err options_check_ports(struct options *o, const char *path);
/* Prints a commented configuration file with every option at its default. */
void options_print(void);

#endif
