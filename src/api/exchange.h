#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/answer.h"
#include "api/bodies.h"
#include "api/call.h"
#include "api/connections.h"
#include "api/downloads.h"
#include "api/framing.h"
#include "api/map_file.h"
#include "api/reaper.h"
#include "api/route.h"
#include "api/site.h"
#include "api/slots.h"
#include "api/work.h"

/* The inside of the server: server.c makes it, exchange.c and turns.c carry requests through it. */
struct api_server {
    struct api api;
    struct routes *routes;
    struct MHD_Daemon *daemon;
    struct work_pool *queries;
    struct work_pool *passwords;
    struct connections *connections;
    struct reaper *reaper;
    struct bodies *bodies;
    struct site *site;
    struct map_styles *map_styles;
    struct json_out openapi; /* written once, as the next */
    uint8_t *openapi_gzip;
    size_t openapi_gzip_len;
    char *trusted_proxy;
    char *cors_origins;
    char address[CALL_ADDRESS_SIZE];
    atomic_bool draining;
    struct live_hub *hub;  /* live streams */
    struct slots *streams; /* answers that are being streamed, by enterprise */
    atomic_uint active;    /* requests begun and not completed */
    pthread_mutex_t idle_lock;
    pthread_cond_t idle; /* active fell to 0 while draining */
};

enum exchange_state {
    EXCHANGE_READING,    /* the request is coming in */
    EXCHANGE_WAITING,    /* suspended; a pool or ingest has it, and is not done */
    EXCHANGE_AWAITING,   /* suspended too, before its job: somebody else has to answer */
    EXCHANGE_MAKING,     /* suspended too, and the first piece of the answer is under way */
    EXCHANGE_CONCLUDING, /* the outcome of its job is there, and no answer yet */
    EXCHANGE_DONE,       /* the answer is there, or its first piece */
};

enum {
    EXCHANGE_BODY_MAX = 1 << 20,
    EXCHANGE_OPEN_BODY_MAX = BODY_FIRST_BYTES, /* where no token is needed */
    EXCHANGE_SWALLOW_MAX = 16 << 20,           /* of a body that is refused anyway */
};

/*
 * One connection and the request it is at. Used by the connection's HTTP thread, and between
 * suspending and resuming by one thread of a pool, or ingest. Its memory serves request after
 * request.
 */
struct exchange {
    struct api_server *server;
    struct MHD_Connection *connection;
    struct connection *entry; /* in the table of connections */
    bool is_known;            /* it had a valid token once */
    struct call *call;
    struct route route;
    const struct site_file *file;      /* of ROUTE_FILE */
    struct map_file map;               /* of ROUTE_MAP */
    char share_token[CALL_TOKEN_SIZE]; /* of ROUTE_SHARE, from its address */
    char download[DOWNLOAD_KEY_SIZE];  /* the key of one, in its address; "": it is none */
    enum exchange_state state;
    struct framing framing;
    bool refused;     /* answered before the body was read, but for envelope_end() */
    bool is_get;      /* of a method that takes its fields in the query, too */
    bool is_redeemed; /* it is a download: what is asked for stands in `body` */
    bool is_options;  /* asked what the path takes */
    bool is_last;     /* the connection is closed behind the answer */
    bool takes_gzip;  /* the client does */
    bool is_unread;   /* the body is too long to be read on the HTTP thread; a query thread
                         reads it */
    bool is_active;
    bool is_streaming;
    bool is_cut;              /* the stream cannot go on */
    unsigned pieces_in_pool;  /* its next ones, which are not made on the HTTP thread */
    int64_t stream_group;     /* whose slot it is */
    bool queued;              /* a response was handed over */
    struct live_client *live; /* of a live stream; NULL: it is none */
    struct body body;
    size_t swallowed; /* of the body, kept or not */
    struct answer answer;
};

/* libmicrohttpd's callbacks; the context is the server. */
enum MHD_Result exchange_admit(void *context, const struct sockaddr *address, socklen_t len);
enum MHD_Result exchange_access(void *context, struct MHD_Connection *connection, const char *url,
                                const char *verb, const char *version, const char *upload,
                                size_t *upload_size, void **request);
void exchange_completed(void *context, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode code);
void exchange_connection(void *context, struct MHD_Connection *connection, void **own,
                         enum MHD_ConnectionNotificationCode code);

#endif
