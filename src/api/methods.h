#ifndef API_METHODS_H
#define API_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/params.h"
#include "base/err.h"
#include "ingest/ingest.h"
#include "model/account.h"

struct call; /* api/call.h: one request as its handler sees it */
struct call_waker;

/* Where a method lives: /api/user/, /api/vehicle/ (and /api/asset/), /api/manage/. */
enum method_prefix { PREFIX_USER, PREFIX_VEHICLE, PREFIX_MANAGE, PREFIX_NONE /* /api/ itself */ };

/* Which thread runs it. */
enum method_where {
    WHERE_INLINE,   /* `run` on the HTTP thread: answered from the directory, never waits */
    WHERE_STORE,    /* `run` on a query thread: reads the store, or all there is of something */
    WHERE_JOB,      /* `change` on the ingest thread; `prepare` before it on a query thread */
    WHERE_PASSWORD, /* as WHERE_JOB, with `prepare` on the one thread for passwords */
};

/* How a bad parameter is answered. */
enum method_fault {
    FAULT_500, /* Code 500, the field named */
    FAULT_401, /* Code 401, "Dangerous value in parameters ..." */
};

enum reply_type {
    REPLY_TEXT,
    REPLY_INT,
    REPLY_NUMBER,
    REPLY_BOOL,
    REPLY_FLAG, /* a bool that the document prints as 0 or 1 */
    REPLY_TIME,
    REPLY_IDS,
    REPLY_TEXTS,           /* an array of texts */
    REPLY_ARRAYS,          /* an array of arrays */
    REPLY_OBJECTS,         /* an array of objects */
    REPLY_OBJECT_OF_TEXTS, /* an object whose members are texts */
    REPLY_ERRORS,          /* of AddDevices */
    REPLY_HINT,            /* of ListDevices */
    REPLY_MAP,             /* of GetMe */
    REPLY_ANY,             /* any value, null too */
    REPLY_SMS              /* of section 36 */
};

/* One member of a reply's object. */
struct reply_member {
    const char *name;
    enum reply_type type;
    bool nullable;
    bool optional;       /* it may not be there */
    const char *example; /* as JSON */
    const char *doc;
};

/* The shape of Data. */
enum reply_shape {
    REPLY_NULL,
    REPLY_STRING, /* `string_example` */
    REPLY_OBJECT, /* the members */
    REPLY_DATA,   /* {"data": the members} */
    REPLY_PAGE,   /* {"total", "data": [the members]} */
    REPLY_SPANS,  /* {"data": [the members], "next", "done", "of"}: spans.h */
    REPLY_LIST,   /* [the members], without anything around it */
    REPLY_NAMES   /* an array of texts, null among them; `string_example` is the whole of it */
};

/* The member `correct_path` of a PAGE. */
enum reply_path {
    PATH_NONE,
    PATH_WHERE_EMPTY, /* [], with nothing found alone */
    PATH_ALWAYS,      /* places of GCJ-02, or null */
};

struct reply_row {
    enum reply_shape shape;
    const char *string_example; /* as JSON */
    const struct reply_member *members;
    size_t count;
    enum reply_path path;
    bool lists_below;    /* takes IncludeBelow; then rows of a PAGE tell whose they are */
    bool may_be_nothing; /* of DATA: {"total": 0, "data": []} where there is nothing to show */
};

/* A code that a method answers beside 200 and those that every method has. */
struct code_row {
    int code; /* 0 ends the list */
    const char *text;
};
enum { METHOD_CODES_MAX = 10 };

/*
 * One API method. The row is the whole truth about it: the router, the parameter check, the role
 * check, GET /api/openapi.json and the tests all read it.
 */
struct api_method {
    const char *name;
    int section; /* of the published document; 0: a management call */
    enum method_prefix prefix;
    enum method_where where;
    enum method_fault fault;
    enum role role;        /* least role that may call */
    bool is_open;          /* needs no token */
    bool checks_role;      /* the handler asks call_allows(), after the existence of its object */
    bool whole_enterprise; /* not for users limited to groups */
    bool needs_enterprise; /* root has to name one by HoldID */
    bool own_hold_id;      /* HoldID is a field of its own, not the choice of an enterprise */
    bool own_account;      /* acts on the caller's account, which HoldID does not move */
    bool takes_get;        /* GET, too, with its fields in the query */
    bool reads_cookie;     /* of resume.h */
    bool takes_patch;      /* PATCH, too */
    bool is_stream;        /* answered by live_stream.h as long as the client listens */
    bool is_file;          /* answers a file, where it does not fail: call_begin_file() */
    bool tells_point;      /* Data of a failure may be an object: {"Point": index} */
    bool answers_in_data;  /* sections 15 and 16: "1" for a bad token, "-1" for a store failure */
    size_t body_max;       /* bytes; 0: 1 MiB, or 4 KiB where it needs no token */
    const char *success;   /* ErrMsg of 200, as the document prints it; NULL: null */
    const char *missing_message; /* ErrMsg where a required field is missing; NULL: the usual */
    const struct param_row *params;
    size_t param_count;
    struct reply_row reply;
    struct code_row codes[METHOD_CODES_MAX + 1];
    const char *doc; /* one sentence */

    /*
     * Judges the values beyond their rows' bounds, on the HTTP thread, before any object is looked
     * for; may be NULL. False: it called call_fault().
     */
    bool (*check)(struct call *c);
    /*
     * For WHERE_INLINE, and for a job that is done: how many objects the answer is made of. Where
     * they are more than CALL_INLINE_MAX it is made on a query thread. NULL: always few.
     */
    size_t (*weigh)(struct call *c);
    /*
     * On the HTTP thread, before the call is queued: whether it may be queued. Sets c->place where
     * the call does not wait on the account of its enterprise. May be NULL. False: answered
     * already.
     */
    bool (*admit)(struct call *c);
    /*
     * Answers the call: writes Data to c->out, or calls call_fail(). Of a job, after its commit, on
     * an HTTP or query thread; there NULL is null.
     */
    void (*run)(struct call *c);
    /* Before `change`, on a thread that may work for long; may be NULL. False: answered already. */
    bool (*prepare)(struct call *c);
    /*
     * Of a job, behind `prepare` and on its thread: whether somebody else has to answer over the
     * network before `change`. True: the waker will be called, once, and nothing of the call may be
     * touched before. NULL: there is never anybody.
     */
    bool (*await)(struct call *c, struct call_waker waker);
    /*
     * Of a job that makes or renames what is unique on the platform, where there are several
     * shards: lists the names in call_want_names(), which it need not call where the request has
     * none. They are reserved before the job, and `change` asks unique_is_taken() which of them are
     * taken. NULL: there are never any.
     */
    void (*names)(struct call *c);
    /*
     * A step of the job, on the ingest thread (job_run of ingest.h): checks against the directory
     * as it then is and appends what changes. Where it refuses, call_refuse() says what the client
     * hears; ERR_NOT_FOUND leaves that to `run`.
     */
    enum err (*change)(struct call *c, struct job_context *job);
    /* A step of the job is committed, on the ingest thread; may be NULL. */
    void (*committed)(struct call *c);
};

/* The rows of one group of methods; each group is a file. */
struct method_group {
    const struct api_method *rows;
    size_t count;
};

extern const struct method_group login_methods;
extern const struct method_group resume_methods;
extern const struct method_group token_methods;
extern const struct method_group move_methods;
extern const struct method_group status_methods;
extern const struct method_group history_methods;
extern const struct method_group trace_methods;
extern const struct method_group area_methods;
extern const struct method_group address_methods;
extern const struct method_group mileage_methods;
extern const struct method_group plate_methods;
extern const struct method_group enterprise_methods;
extern const struct method_group user_methods;
extern const struct method_group group_methods;
extern const struct method_group device_methods;
extern const struct method_group tracker_methods;
extern const struct method_group trip_methods;
extern const struct method_group track_methods;
extern const struct method_group current_alarm_methods;
extern const struct method_group alarm_methods;
extern const struct method_group fence_record_methods;
extern const struct method_group manage_alarm_methods;
extern const struct method_group fence_visit_methods;
extern const struct method_group geofence_methods;
extern const struct method_group rule_methods;
extern const struct method_group region_methods;
extern const struct method_group place_methods;
extern const struct method_group command_methods;
extern const struct method_group device_message_methods;
extern const struct method_group manage_command_methods;
extern const struct method_group lock_event_methods;
extern const struct method_group lock_switch_methods;
extern const struct method_group audit_methods;
extern const struct method_group device_trace_methods;
extern const struct method_group sim_methods;
extern const struct method_group manage_sim_methods;
extern const struct method_group own_methods;
extern const struct method_group live_methods;
extern const struct method_group one_device_methods;
extern const struct method_group export_methods; /* the first row is `export` itself */
extern const struct method_group download_methods;
extern const struct method_group report_methods;

/* GET /api/live, which is in no group: its answer is no envelope. */
extern const struct api_method live_stream_method;
/* /hooks/sms/..., which is in none either: operators call it, and its path has no name. */
extern const struct api_method sms_hook_method;

/* The groups above, in the order of the OpenAPI document. */
extern const struct method_group *const method_groups[];
extern const size_t method_group_count;

/* Fields that no row names, since the kind of the method says that it takes them. */
enum common_param {
    COMMON_HOLD_ID,       /* the enterprise that the call acts in: of nearly all */
    COMMON_VERSION,       /* of every Modify... of the management calls: version.h */
    COMMON_REQUEST_ID,    /* of every Add... of them: request_ids.h */
    COMMON_INCLUDE_BELOW, /* of lists: call_include_below() */
    COMMON_PARAMS
};
extern const struct param_row common_params[COMMON_PARAMS];
bool method_takes(const struct api_method *m, enum common_param which);

/* Every row of every group by a running number; NULL behind the last. */
const struct api_method *methods_at(size_t index);

enum { METHOD_PATH_SIZE = 128 };
/* The path of a method, "/api/user/GetLoginToken", and what stands before its name. */
void method_path(const struct api_method *m, char out[METHOD_PATH_SIZE]);
const char *method_prefix_path(enum method_prefix prefix);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
