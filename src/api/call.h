#ifndef API_CALL_H
#define API_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "api/map_source.h"
#include "api/methods.h"
#include "api/params.h"
#include "api/shared_body.h"
#include "api/throttle.h"
#include "api/work.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/zone.h"
#include "connect/geocoder.h"
#include "connect/matcher.h"
#include "connect/sims.h"
#include "fleet/directory.h"
#include "geo/gazetteer.h"
#include "ingest/shards.h"
#include "ingest/unique.h"

/* The lanes of the thread that works with passwords. */
enum password_lane {
    LANE_KNOWN,      /* logins from where that account logged in lately */
    LANE_NEW,        /* other logins */
    LANE_MANAGEMENT, /* hashing of new passwords */
};

/*
 * What the whole process has once: the router, the caches of this room, the options. Outlives every
 * call. What an enterprise owns is reached through its shard alone.
 */
struct api {
    const struct shards *shards;
    struct downloads *downloads; /* api/downloads.h */
    struct reports *reports;     /* api/reports.h; NULL: there are none */
    struct schedules *schedules; /* api/schedules.h; the same */
    struct counters *counters;
    struct zones *zones;             /* api/zones.h */
    struct throttle *throttle;       /* api/throttle.h */
    struct share_guard *share_guard; /* api/share_guard.h */
    struct request_ids *request_ids;
    struct connect *connect; /* NULL: nobody is called; as the next ones */
    struct matcher *matcher;
    struct geocoder *geocoder;
    struct sims *sims;                /* NULL: there is no account */
    struct live_snapshots *snapshots; /* api/live_snapshot.c */
    bool is_demo;                     /* a demonstration fleet drives on roads of OpenStreetMap */
    uint64_t boot;                    /* another number in each run of the process */
    unsigned token_days;
    unsigned service_warning_days;
    unsigned sms_per_day; /* to one SIM card */
    enum gazetteer_language gazetteer_language;
    const struct place_names *place_names; /* of the operator; NULL: none */
    struct map_source map;
    int64_t started_monotonic_ms;
};

enum {
    CALL_ADDRESS_SIZE = 64,
    CALL_MESSAGE_SIZE = 192,
    CALL_PASSWORD_HASH_SIZE = 128,
    CALL_TOKEN_SIZE = 48, /* of a header whose hash is kept */
    CALL_SECRET_SIZE = 40,
    CALL_COOKIE_SIZE = 160,
    CALL_PIECE_BYTES = 60 * 1024,
    CALL_INLINE_MAX = 64, /* objects of an answer that is made on an HTTP thread */
};

enum call_step {
    STEP_AGAIN, /* there is more to do; but for the first piece nothing is written */
    STEP_PIECE, /* a piece is written, and there is more to come */
    STEP_WAIT,  /* as STEP_AGAIN, once stream_wait of the call says so */
    STEP_CUT,   /* behind a piece: it cannot go on, and the connection is cut, so that nobody takes
                   what came for all of it */
    STEP_END,   /* Data is written to its end, or call_fail() was called before any of it was */
};

/* Who is to be told that a stream that waits can go on: `wake`, on any thread. */
struct call_waker {
    void (*wake)(void *context);
    void *context;
};

/*
 * Of a stream that said STEP_WAIT, as one does for what others answer over the network. True: the
 * waker will be called, once, and nothing of the stream may be touched before. False: there is
 * something to do by now.
 */
typedef bool stream_wait(void *state, struct call_waker waker);

/*
 * An answer that takes long, or may be too long to be held. It is made in steps, between which
 * others have their turn: each `next` works for a millisecond or two, writes a piece of Data into
 * `out`, of CALL_PIECE_BYTES or a little more, or nothing yet, and says how it goes on. `close`
 * gives back what `state` holds, before the call's arena is cleared. Both run on one thread at a
 * time.
 */
struct call_stream {
    enum call_step (*next)(void *state, struct json_out *out);
    void (*close)(void *state);
    void *state; /* NULL: no stream */
};

/* Whose page calls, as its Origin says. */
enum call_page {
    PAGE_OTHER,      /* of another server, or no page */
    PAGE_OWN,        /* of this server */
    PAGE_OWN_SECURE, /* the same, over https */
};

/*
 * One request as its handler sees it: who calls, with which checked parameters, and what is
 * answered. It owns its arena, so that a job whose caller gave up can outlive the connection.
 */
struct call {
    const struct api *api;
    /*
     * Where it is done: in the shard of the caller, or of the enterprise that root chose. NULL
     * until the token is checked.
     */
    const struct shard *shard;
    const struct api_method *method;
    struct caller caller;
    const struct sim_account_options *hook; /* of sms_hook_method: whose it is */
    char token[CALL_TOKEN_SIZE]; /* the header of token_hash; "": none. Outlives the request: */
    uint8_t token_hash[TOKEN_HASH_BYTES]; /* a connection mostly sends one and the same */
    char address[CALL_ADDRESS_SIZE];      /* of the client */
    enum call_page page;                  /* by resume.h, as the next ones */
    bool has_cookie;                      /* where the method reads it */
    char secret[CALL_SECRET_SIZE];        /* of that cookie */
    bool is_form;                         /* the body is a form, as its type says */
    int64_t now_ms;                       /* wall clock */
    int64_t now_monotonic_ms;
    int64_t deadline_ms;     /* on the monotonic clock; a call that waits longer is answered 503 */
    struct fair_place place; /* on whose account it waits for a thread */
    struct throttle_claim claim;        /* of a login, given back when the password is checked */
    struct value values[PARAMS_MAX];    /* by the method's parameter rows */
    struct value common[COMMON_PARAMS]; /* those it takes beside them */
    struct arena arena;
    struct zone_clock clock;      /* of `zone`; by call_clock() */
    struct zone_clock rcv_clock;  /* for times of arrival; after call_clock() */
    struct zone *zone;            /* of the enterprise, borrowed; NULL before it was asked for */
    bool zone_is_checked;         /* in this request */
    void *own;                    /* between prepare, change and run of a method, in the arena */
    void (*own_clear)(void *own); /* gives back what `own` holds beside the arena; NULL: nothing */
    bool tells_hold;              /* rows say whose they are */
    int64_t made_id;              /* of what `change` made, for `run` */
    struct unique_list names;     /* that are reserved for it; with one shard none ever are */
    bool is_partly_done;          /* some steps of the job are committed, and `run` tells of them */
    bool is_written;              /* Data of the job is */
    bool is_binding;              /* no 503 in place of its stream, which says what it knows */
    enum err outcome;             /* of the job */
    char password_hash[CALL_PASSWORD_HASH_SIZE];

    /* The answer. */
    struct json_out out; /* the envelope as far as it is written */
    int code;
    int http_status;
    char message[CALL_MESSAGE_SIZE];   /* ErrMsg; "" is null */
    const char *data_text;             /* Data as `change` or a failure has it; NULL is null */
    const char *data_json;             /* Data of a failure as JSON; NULL: as data_text has it */
    unsigned retry_after_s;            /* 0: no such header */
    char set_cookie[CALL_COOKIE_SIZE]; /* ""; no such header */
    const char *file_type; /* Content-Type of an answer that is a file; NULL: it is an envelope */
    const char *file_name; /* of that, ASCII; in the arena */
    struct call_stream stream;
    stream_wait *stream_wait;   /* of a stream that says STEP_WAIT */
    struct shared_body *shared; /* a whole answer that others get, too; NULL: it has its own */
};

/* An empty call; `api` is borrowed. */
struct call *call_new(const struct api *api);
/* Frees it and whatever it holds. */
void call_free(struct call *c);
/* Ready for the next request; keeps its memory. */
void call_clear(struct call *c);
/* Has it be now for the call, on both of its clocks. */
void call_set_now(struct call *c);

/* ---- parameters, by their place in the method's rows ---- */

/* Whether the request had that field. */
bool call_has(const struct call *c, size_t param);
const char *call_text(const struct call *c, size_t param); /* "" where absent */
/* `absent` where the field is. */
int64_t call_number(const struct call *c, size_t param, int64_t absent);

/* The clock of the enterprise the call acts in; UTC where there is none. */
struct zone_clock *call_clock(struct call *c);
/* Seconds since 1970 on the wall clock, at which the request came. */
int64_t call_now_s(const struct call *c);
/* Writes a local time, or null for 0. */
void call_write_time(struct call *c, struct json_out *out, int64_t time_s);

/* ---- answers other than 200 ---- */

/* Code and ErrMsg, with HTTP 200. */
void call_fail(struct call *c, int code, const char *message);
/*
 * From here on the answer is a file and no envelope: what is written to c->out is its content.
 * Before its first piece the call may still fail; then that is told, in an envelope.
 */
void call_begin_file(struct call *c, const char *type, const char *name);
/* Refuses a job: notes Code and ErrMsg, and answers ERR_INVALID, so that nothing is committed. */
MUST_USE enum err call_refuse(struct call *c, int code, const char *message);
/* A bad parameter, as the method's row wants it answered. */
void call_fault(struct call *c, const char *name, const char *why);
/*
 * Whether the field is absent or holds something. Where it is "", which no name may be:
 * call_fault().
 */
bool call_has_no_empty(struct call *c, size_t param);
/* call_fault() for a job. */
MUST_USE enum err call_refuse_value(struct call *c, const char *name, const char *why);
/* HTTP status and Code alike, with Retry-After where `retry_after_s` is not 0. */
void call_fail_http(struct call *c, int status, const char *message, unsigned retry_after_s);
/* 429, with Retry-After. */
void call_fail_throttled(struct call *c, unsigned wait_s);
/* 503: stopping, or the store cannot take a write; worded as the method wants it. */
void call_fail_unavailable(struct call *c, const char *message);

/*
 * Room for `count` names that the call wants for objects of its shard, zeroed; in the arena. For
 * `names` of a method.
 */
struct unique_name *call_want_names(struct call *c, size_t count);

/* The password of a login is checked, or will not be: gives its claim back. */
void call_release_claim(struct call *c);

/*
 * Whether the caller may use the method: the role suffices, and nobody who is limited to groups
 * asks for what the row keeps for the whole enterprise.
 */
bool call_may(const struct call *c);
/* As call_may(), and answers with call_fail() and 403 where it does not. */
bool call_allows(struct call *c);
/* Whether the caller's groups hold that group (all do where it is not limited). */
bool call_sees_group(const struct call *c, int64_t group_id);

/*
 * Whether the device of an internal id is one of the enterprise and the groups of the caller; false
 * where it was deleted.
 */
bool call_sees_device(const struct call *c, struct directory *dir, int64_t device);

/*
 * Whether the caller acts as one who leads its enterprise: root, or an admin who is not limited to
 * groups.
 */
bool call_leads(const struct call *c);
/* The same of a caller. */
bool caller_leads(const struct caller *caller);
/*
 * Takes IncludeBelow: the lists of the call then go over the enterprises below, too, if the caller
 * leads. Either way its rows tell whose they are (call_write_hold()).
 */
void call_include_below(struct call *c);
/*
 * HoldID and HoldName of a row's enterprise, within an object, if the call asked for them. The rows
 * of a method need not name these two members.
 */
void call_write_hold(struct call *c, struct json_out *out, int64_t enterprise_id);

/* `weigh` of what looks at all devices of the enterprise. */
size_t call_weigh_fleet(struct call *c);

#define CALL_NO_DEVICE_TEXT "This device does not exist"               /* ErrMsg of 404 */
#define CALL_NO_STORE_TEXT  "The store cannot take this at the moment" /* of 503 */
#define CALL_NO_ROLE_TEXT   "Limited authority"                        /* ErrMsg of 403 */
#define CALL_THROTTLED_TEXT "Too many failed logins"                   /* ErrMsg of 429 */
#define CALL_CHANGED_TEXT   "Changed meanwhile" /* ErrMsg of 409 by Version */

#endif
