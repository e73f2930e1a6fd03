#ifndef CLI_PROVIDERS_H
#define CLI_PROVIDERS_H

#include <stdint.h>

#include "base/err.h"
#include "cli/sim_sections.h"
#include "connect/geocoder.h"
#include "connect/mail.h"
#include "connect/matcher.h"
#include "connect/sims.h"

/* The services that an operator has us call. */

struct providers_options {
    const char *geocoder_url; /* "" none */
    const char *matcher_url;  /* "" none */
    const char *smtp_url;     /* "" none; else the next one is an address */
    const char *smtp_from;
    const char *smtp_user; /* "" none, as the next one */
    const char *smtp_password;
    const char *smtp_ca_file; /* "" none */
    uint64_t geocoder_cache_bytes;
    unsigned geocoder_cache_days;
    unsigned geocoder_per_s;
    unsigned smtp_reply_s;
    uint8_t geocoder; /* enum geocoder_kind */
    uint8_t matcher;  /* enum matcher_kind */
};

struct providers {
    struct connect *connect; /* NULL: there is none */
    struct geocoder *geocoder;
    struct matcher *matcher;
    struct sims *sims;
    struct mailer *mailer;
};

/*
 * Starts calling where there is somebody to call; `directory` is that of the data, `accounts`
 * outlives it.
 */
MUST_USE enum err providers_start(const struct providers_options *options,
                                  const struct sim_sections *accounts, const struct shards *shards,
                                  const char *directory, struct providers *out);
/* Ends what is under way; before ingest is stopped, since answers are stored. */
void providers_stop(struct providers *p);
/* When nobody asks any more: ends what is left, and frees it. Also where nothing was started. */
void providers_free(struct providers *p);

#endif
