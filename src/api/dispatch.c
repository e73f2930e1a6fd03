/*
 * A call by its row: the token, the fields of the body, the role; then `run`, or a job whose steps
 * are `change`. Nothing here knows of connections.
 */
#include "api/dispatch.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "api/audit.h"
#include "api/auth.h"
#include "api/envelope.h"
#include "api/form.h"
#include "api/request_ids.h"
#include "api/share.h"
#include "base/json_read.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/directory_tree.h"

enum { CODE_NO_LOGIN_KEY = 4009, LOGOUT_SECTION = 5 };

/* ---- the token ---- */

static void fail_token(struct call *c, bool sent)
{
    if (c->method->answers_in_data) {
        json_write_string(&c->out, "1"); /* with Code 200, as sections 15 and 16 want it */
    } else if (sent && c->method->section == LOGOUT_SECTION) {
        call_fail(c, CODE_NO_LOGIN_KEY, "LoginKey does not exist");
    } else {
        call_fail(c, MHD_HTTP_UNAUTHORIZED, "Token invalid");
    }
}

static bool has_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/*
 * Makes c->token_hash of a header; false where that is no token. The hash is kept for the
 * connection's next request.
 */
static bool hash_token(struct call *c, const char *text)
{
    if (text != NULL && c->token[0] != '\0' && strcmp(text, c->token) == 0) {
        return true;
    }
    c->token[0] = '\0';
    if (text == NULL || !auth_hash_token(text, c->token_hash)) {
        return false;
    }
    size_t len = strlen(text);
    if (len < sizeof(c->token)) {
        memcpy(c->token, text, len + 1);
    }
    return true;
}

bool dispatch_check_token(struct call *c, const struct dispatch_headers *headers)
{
    c->shard = shards_first(c->api->shards);
    if (c->method->is_open) {
        return true;
    }
    /* A proxy may put an Authorization of its own there: where that is no token, Token counts. */
    bool sent = hash_token(c, headers->authorization) || hash_token(c, headers->token);
    const struct shard *shard = sent ? share_caller(c, c->token_hash, &c->caller) : NULL;
    if (shard == NULL) {
        fail_token(c, has_text(headers->authorization) || has_text(headers->token));
        return false;
    }
    c->shard = shard;
    return share_admits(c);
}

bool dispatch_check_hash(struct call *c)
{
    const struct shard *shard = share_caller(c, c->token_hash, &c->caller);
    c->shard = shard != NULL ? shard : shards_first(c->api->shards);
    if (shard == NULL) {
        fail_token(c, true);
    }
    return shard != NULL && share_admits(c);
}

bool dispatch_knows_token(struct call *c, const char *text)
{
    return hash_token(c, text) && share_caller(c, c->token_hash, &c->caller) != NULL;
}

/* ---- the body ---- */

/* The body behind a byte order mark and blanks. */
static struct bytes skip_blanks(struct bytes body)
{
    static const char *const blanks = " \t\r\n";
    size_t i = bytes_begin(body, "\xef\xbb\xbf") ? 3 : 0;
    while (i < body.len && body.at[i] != '\0' && strchr(blanks, body.at[i]) != NULL) {
        i++;
    }
    return bytes_slice(body, i, body.len);
}

/*
 * Reads the body as an object. What begins with '{' is JSON, whatever its type says: curl -d calls
 * everything a form.
 */
static bool read_body(struct call *c, struct bytes body, struct json_value **object)
{
    struct bytes text = skip_blanks(body);
    bool is_empty = text.len == 0;
    c->is_form = c->is_form && !is_empty && text.at[0] != '{';
    enum err e = c->is_form ? form_read(text, &c->arena, object)
                            : json_read(is_empty ? bytes_of_text("{}") : body, &c->arena, object);
    if (e == ERR_OK && (*object)->kind == JSON_KIND_OBJECT) {
        return true;
    }
    const char *why = c->is_form ? "not a form in UTF-8" : "not a JSON object";
    call_fault(c, "body", e == ERR_TOO_LONG ? "nested too deep or too long" : why);
    return false;
}

/* Reads a field that no row names into c->common; NULL, or what is wrong with it. */
static const char *read_common(struct call *c, const struct json_value *object,
                               enum common_param which)
{
    struct param_fault fault = {0};
    const struct param_reading reading = {
        .rows = &common_params[which], .count = 1, .arena = &c->arena};
    bool good = params_read(&reading, object, &c->common[which], &fault) == ERR_OK;
    return good ? NULL : fault.why;
}

/* What a request says of the enterprise that it acts in. */
struct choice {
    bool missing;    /* it names none, though the method wants one */
    const char *why; /* what is wrong with the value; NULL: nothing */
    bool unknown;    /* there is no such enterprise, or the caller may not act in it */
};

/*
 * HoldID moves root into an enterprise, and an admin into one below its own. A tree is in one
 * shard, so that only root's call goes to another.
 */
static struct choice choose_enterprise(struct call *c, const struct json_value *object)
{
    const struct value *hold_id = &c->common[COMMON_HOLD_ID];
    bool is_root = c->caller.role == ROLE_ROOT;
    bool may_choose = is_root || (call_leads(c) && !c->method->own_account);
    if (!method_takes(c->method, COMMON_HOLD_ID) || !may_choose) {
        return (struct choice){0};
    }
    const char *why = read_common(c, object, COMMON_HOLD_ID);
    if (why != NULL) {
        return (struct choice){.why = why};
    }
    if (!hold_id->present) {
        return (struct choice){.missing = is_root && c->method->needs_enterprise};
    }
    const struct shard *shard =
        is_root ? shards_of_enterprise(c->api->shards, hold_id->number) : c->shard;
    if (!directory_may_act(shard->directory, &c->caller, hold_id->number)) {
        return (struct choice){.unknown = true};
    }
    c->shard = c->method->own_account ? c->shard : shard;
    c->caller.enterprise_id = hold_id->number;
    return (struct choice){0};
}

static void fail_unknown_enterprise(struct call *c)
{
    if (c->method->answers_in_data) {
        json_write_string(&c->out, "3");
    } else if (c->method->section == 0) {
        call_fail(c, MHD_HTTP_NOT_FOUND, "This enterprise does not exist");
    } else {
        call_fault(c, "HoldID", "no such enterprise");
    }
}

static bool has_times(const struct api_method *m)
{
    for (size_t i = 0; i < m->param_count; i++) {
        if (m->params[i].type == PARAM_TIME) {
            return true;
        }
    }
    return false;
}

static void fail_param(struct call *c, const struct param_fault *fault)
{
    call_fault(c, fault->name, fault->why);
    if (c->method->missing_message != NULL && strcmp(fault->why, PARAM_MISSING) == 0) {
        call_fail(c, c->code, c->method->missing_message);
    }
}

/* The fields that no row names, HoldID aside. */
static bool read_others(struct call *c, const struct json_value *object, struct param_fault *fault)
{
    for (enum common_param which = COMMON_HOLD_ID + 1; which < COMMON_PARAMS; which++) {
        const char *why = method_takes(c->method, which) ? read_common(c, object, which) : NULL;
        if (why != NULL) {
            *fault = (struct param_fault){common_params[which].name, why};
            return false;
        }
    }
    return true;
}

/* Every required field, HoldID too, goes before any value. */
static bool check_fields(struct call *c, const struct json_value *object,
                         const struct choice *choice)
{
    const struct api_method *m = c->method;
    const struct param_reading reading = {
        .rows = m->params,
        .count = m->param_count,
        .arena = &c->arena,
        .clock = has_times(m) ? call_clock(c) : NULL,
        .now_s = call_now_s(c),
        .is_form = c->is_form,
    };
    struct param_fault fault = {.name = NULL, .why = ""};
    bool good = params_read(&reading, object, c->values, &fault) == ERR_OK;
    if (choice->missing && strcmp(fault.why, PARAM_MISSING) != 0) {
        fault = (struct param_fault){common_params[COMMON_HOLD_ID].name, PARAM_MISSING};
        good = false;
    } else if (good && choice->why != NULL) {
        fault = (struct param_fault){common_params[COMMON_HOLD_ID].name, choice->why};
        good = false;
    }
    if (!good || !read_others(c, object, &fault)) {
        fail_param(c, &fault);
        return false;
    }
    share_clip_times(c);
    return m->check == NULL || m->check(c);
}

bool dispatch_check(struct call *c, struct bytes body)
{
    struct json_value *object = NULL;
    if (!read_body(c, body, &object)) {
        return false;
    }
    struct choice choice = choose_enterprise(c, object);
    if (!check_fields(c, object, &choice)) {
        return false;
    }
    if (choice.unknown) {
        fail_unknown_enterprise(c);
        return false;
    }
    call_include_below(c);
    return c->method->is_open || c->method->checks_role || call_allows(c);
}

/* ---- running it ---- */

/* Writes the Data of a job that is done, once. */
static void write_answer(struct call *c)
{
    if (c->method->run != NULL && !c->is_written) {
        c->method->run(c);
    }
    c->is_written = true;
}

void dispatch_run(struct call *c)
{
    c->method->run(c);
    if (c->stream.state == NULL) {
        envelope_end(c);
    }
}

bool dispatch_prepare(struct call *c)
{
    bool goes_on = c->method->prepare == NULL || c->method->prepare(c);
    if (!goes_on) {
        envelope_end(c);
    }
    return goes_on;
}

/*
 * A step is committed. The answer to a RequestID must be kept before a later job runs, so it is
 * written here.
 */
static void note_step(void *arg, bool is_last)
{
    struct call *c = arg;
    if (c->method->committed != NULL) {
        c->method->committed(c);
    }
    if (is_last && c->common[COMMON_REQUEST_ID].present && c->code == MHD_HTTP_OK) {
        write_answer(c);
        request_ids_keep(c->api->request_ids, c);
    }
}

/* Whether the caller may still act in the enterprise that it acts in. */
static bool still_acts(const struct call *c, struct directory *dir)
{
    return c->method->own_account || c->caller.enterprise_id == c->caller.home_id ||
           directory_may_act(dir, &c->caller, c->caller.enterprise_id);
}

/* A step of the job, on the ingest thread. */
static enum err run_change(struct job_context *job, void *arg)
{
    struct call *c = arg;
    if (!still_acts(c, job->directory)) {
        fail_unknown_enterprise(c);
        c->is_written = true;
        return ERR_NOT_FOUND; /* there is nothing to commit */
    }
    if (request_ids_answer(c->api->request_ids, c)) {
        c->is_written = true;
        return ERR_NOT_FOUND; /* there is nothing to commit */
    }
    job->committed = note_step;
    enum err e = c->method->change(c, job);
    enum err told = e == ERR_OK || e == ERR_MORE ? audit_tell(c, job) : ERR_OK;
    return told == ERR_OK ? e : told;
}

static void free_call(void *arg)
{
    call_free(arg);
}

/* Who hears the outcome of a call, over its jobs. */
struct hearer {
    dispatch_done *done;
    void *context;
};

static enum err submit(struct call *c, struct ingest *in, job_run *run, struct hearer hearer)
{
    const struct ingest_job job = {
        .place = {0, c->caller.enterprise_id, c->caller.user_id},
        .deadline_ms = c->deadline_ms,
        .run = run,
        .arg = c,
        .free_arg = free_call,
        .done = hearer.done,
        .context = hearer.context,
    };
    return ingest_submit(in, &job);
}

static enum err run_reserve(struct job_context *job, void *arg)
{
    struct call *c = arg;
    return unique_reserve(&c->names, job);
}

/* Its names are reserved, or marked as taken: the job itself follows, in the call's own shard. */
static void go_on_reserved(void *context, enum err e, void *call)
{
    struct hearer *kept = context;
    struct hearer hearer = *kept;
    free(kept);
    if (e == ERR_OK) {
        struct call *c = call;
        e = submit(c, c->shard->ingest, run_change, hearer);
        if (e == ERR_OK) {
            return;
        }
    }
    hearer.done(hearer.context, e, call);
}

static enum err submit_reserve(struct call *c, struct hearer hearer)
{
    struct hearer *kept = mem_new(sizeof(*kept));
    *kept = hearer;
    enum err e = submit(c, shards_first(c->api->shards)->ingest, run_reserve,
                        (struct hearer){go_on_reserved, kept});
    if (e != ERR_OK) {
        free(kept);
    }
    return e;
}

enum err dispatch_submit(struct call *c, dispatch_done *done, void *context)
{
    const struct hearer hearer = {done, context};
    if (c->api->shards->unique != NULL && c->method->names != NULL) {
        c->method->names(c);
    }
    return c->names.count > 0 ? submit_reserve(c, hearer)
                              : submit(c, c->shard->ingest, run_change, hearer);
}

/* What the client hears where the job did not say it itself. */
static void fail_job(struct call *c)
{
    if (c->outcome == ERR_STOPPING) {
        call_fail_unavailable(c, "Stopping");
        return;
    }
    log_line(LOG_WARN, "job_failed", "method=%s why=\"%s\"", c->method->name, err_text(c->outcome));
    call_fail_unavailable(c, c->method->is_open ? "Storage process error" : CALL_NO_STORE_TEXT);
}

void dispatch_conclude(struct call *c)
{
    bool is_told = c->outcome == ERR_OK || c->outcome == ERR_NOT_FOUND || c->is_partly_done;
    if (c->code == MHD_HTTP_OK && !is_told) {
        fail_job(c);
    } else if (c->code == MHD_HTTP_OK) {
        write_answer(c);
    }
    envelope_end(c);
}
