#ifndef API_SERVER_H
#define API_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "api/map_source.h"
#include "api/site.h"
#include "base/counters.h"
#include "base/err.h"
#include "geo/gazetteer.h"
#include "ingest/shards.h"

/*
 * The HTTP side: the Open REST API, the management calls, /health, /api/openapi.json and the pages.
 */
struct api_server;

/* A second name for a method: the configuration's [aliases] OtherName = OurName. */
struct api_alias {
    const char *name;
    const char *method;
};

struct api_options {
    const char *host;            /* numeric address */
    uint16_t port;               /* 0: any free one */
    const struct shards *shards; /* outlives the server */
    struct counters *counters;
    struct connect *connect;   /* outlives the server, which stops it; NULL: nobody is called */
    struct matcher *matcher;   /* NULL: tracks are corrected by themselves alone */
    struct geocoder *geocoder; /* NULL: there are no street addresses */
    struct sims *sims;         /* operators of SIM cards; NULL: there are none */
    const struct api_alias *aliases;
    size_t alias_count;
    const char
        *reports_directory; /* of files of reports; made where missing; NULL: there are none */
    unsigned token_days;    /* a token's life */
    unsigned service_warning_days; /* 0: no warning (code 4000) */
    unsigned sms_per_day;          /* to one SIM card */
    const char *trusted_proxy;     /* address whose X-Forwarded-For is believed, and whose number of
                                      connections is not limited; "" none */
    const char *cors_origins;      /* as cors.h has them; "" none */
    unsigned http_threads;
    unsigned query_threads;
    unsigned connections_max;         /* at a time */
    unsigned connections_per_address; /* of them, an IPv6 /64 being one address; 0: no limit */
    bool demo;                        /* the login page names the demo's login */
    const struct site_files *site;    /* the pages; NULL or empty: none */
    const char *frame_ancestors;      /* as site.h has them; "" none */
    struct map_source map;            /* of the operator; its texts outlive the server */
    uint16_t device_port;             /* named to people; 0: unknown */
    enum gazetteer_language gazetteer_language; /* of names of places, unless a call names one */
    const struct place_names *place_names;      /* of the operator; outlive the server; or NULL */
};

/* Binds, checks the aliases (ERR_INVALID names a bad one in the log) and starts the threads. */
MUST_USE enum err api_server_start(const struct api_options *options, struct api_server **out);
/* The address in use, "ADDR:PORT". */
const char *api_server_address(const struct api_server *s);
/* New requests are answered 503 + Retry-After from now on. */
void api_server_drain(struct api_server *s);
/* Ends requests in flight, the shards' jobs and the threads. Call before ingest_stop(). */
void api_server_stop(struct api_server *s);
/* After ingest_stop(): a job whose caller was told that its time is over may still run until then.
 */
void api_server_free(struct api_server *s);

/*
 * For the first start of an empty data directory: makes the account root with `password`;
 * ERR_INVALID where that is none (6 to 128 characters). And, for the demo, an enterprise with the
 * user demo/demo; answers ERR_DUPLICATE where they exist already.
 */
MUST_USE enum err api_make_root(struct ingest *in, const char *password);
MUST_USE enum err api_make_demo(struct ingest *in, int64_t *enterprise_id);

#endif
