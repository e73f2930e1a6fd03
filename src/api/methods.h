#ifndef API_METHODS_H
#define API_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "api/params.h"
#include "base/err.h"
#include "ingest/ingest.h"
#include "model/account.h"

struct call; /* api/call.h: one request as its handler sees it */

/* Where a method lives: /api/user/, /api/vehicle/ (and /api/asset/), /api/manage/. */
enum method_prefix { PREFIX_USER, PREFIX_VEHICLE, PREFIX_MANAGE };

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
    REPLY_HINT             /* of ListDevices */
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
    REPLY_SPANS   /* {"data": [the members], "next", "done", "of"}: spans.h */
};

struct reply_row {
    enum reply_shape shape;
    const char *string_example; /* as JSON */
    const struct reply_member *members;
    size_t count;
    bool adds_empty_path; /* of a PAGE: with nothing found, "correct_path": [] behind `data` */
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
    int section; /* of the published document; 0: a management call */
    const char *name;
    enum method_prefix prefix;
    enum method_where where;
    enum role role;        /* least role that may call */
    bool is_open;          /* needs no token */
    bool checks_role;      /* the handler asks call_allows(), after the existence of its object */
    bool whole_enterprise; /* not for users limited to groups */
    bool needs_enterprise; /* root has to name one by HoldID */
    bool own_hold_id;      /* HoldID is a field of its own, not the choice of an enterprise */
    bool own_account;      /* acts on the caller's account, which HoldID does not move */
    bool tells_point;      /* Data of a failure may be an object: {"Point": index} */
    bool answers_in_data;  /* sections 15 and 16: "1" for a bad token, "-1" for a store failure */
    enum method_fault fault;
    const char *success;         /* ErrMsg of 200, as the document prints it; NULL: null */
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
extern const struct method_group status_methods;
extern const struct method_group history_methods;
extern const struct method_group area_methods;
extern const struct method_group mileage_methods;
extern const struct method_group plate_methods;
extern const struct method_group enterprise_methods;
extern const struct method_group user_methods;
extern const struct method_group group_methods;
extern const struct method_group device_methods;
extern const struct method_group tracker_methods;
extern const struct method_group trip_methods;
extern const struct method_group current_alarm_methods;
extern const struct method_group alarm_methods;
extern const struct method_group fence_record_methods;
extern const struct method_group manage_alarm_methods;
extern const struct method_group fence_visit_methods;
extern const struct method_group geofence_methods;
extern const struct method_group rule_methods;
extern const struct method_group region_methods;

/* The groups above, in the order of the OpenAPI document. */
extern const struct method_group *const method_groups[];
extern const size_t method_group_count;

/* Fields that no row names, since the kind of the method says that it takes them. */
enum common_param {
    COMMON_HOLD_ID,    /* the enterprise that root acts in: of nearly all */
    COMMON_VERSION,    /* of every Modify... of the management calls: version.h */
    COMMON_REQUEST_ID, /* of every Add... of them: request_ids.h */
    COMMON_PARAMS
};
extern const struct param_row common_params[COMMON_PARAMS];
bool method_takes(const struct api_method *m, enum common_param which);

/* Every row of every group by a running number; NULL behind the last. */
const struct api_method *methods_at(size_t index);

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
