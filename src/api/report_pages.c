/* Calls of the platform's own methods from within, page by page. */
#include "api/report_pages.h"

#include <glib.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "api/dispatch.h"
#include "api/envelope.h"
#include "api/list_page.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/json_value.h"
#include "fleet/directory_tree.h"

enum { MS_PER_S = 1000, LISTED_MAX = 50000, CODE_NO_PLATE = 4001 };

#define TOO_MANY_TEXT "has more than 50000 alarms in that time; choose a shorter one"
#define GONE_TEXT     "The account that asked for it is gone, or its time is over"
#define RIGHTS_TEXT   "The account that asked for it may not see this enterprise any more"

/* ---- who asks ---- */

static enum err account_of(const struct api *api, int64_t user_id, struct caller *out)
{
    for (size_t i = 0; i < api->shards->count; i++) {
        if (directory_caller(api->shards->at[i].directory, user_id, clock_wall_ms() / MS_PER_S,
                             out) == ERR_OK) {
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

enum err report_caller(const struct api *api, int64_t user_id, int64_t enterprise_id,
                       struct caller *out)
{
    enum err e = account_of(api, user_id, out);
    if (e != ERR_OK || out->enterprise_id == enterprise_id) {
        return e;
    }
    const struct shard *shard = shards_of_enterprise(api->shards, enterprise_id);
    if (!caller_leads(out) || !directory_may_act(shard->directory, out, enterprise_id)) {
        return ERR_FORBIDDEN;
    }
    out->enterprise_id = enterprise_id;
    return ERR_OK;
}

const char *report_caller_why(enum err e)
{
    return e == ERR_NOT_FOUND ? GONE_TEXT : RIGHTS_TEXT;
}

/* ---- the call ---- */

static const struct api_method *method_named(const char *name)
{
    const struct api_method *m = NULL;
    for (size_t i = 0; (m = methods_at(i)) != NULL; i++) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
    }
    check(false);
    return m;
}

void report_pages_init(struct report_pages *p, const struct api *api, const struct report_job *job,
                       const struct report_row *row, const struct json_value *options)
{
    *p = (struct report_pages){
        .api = api,
        .job = job,
        .row = row,
        .options = options,
        .call = call_new(api),
        .is_last = true,
        .listed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
    };
    p->method = method_named(p->row->method);
}

void report_pages_clear(struct report_pages *p)
{
    call_free(p->call);
    g_hash_table_destroy(p->listed);
    json_free(&p->text);
    arena_free(&p->arena);
}

void report_pages_of(struct report_pages *p, const char *device_id)
{
    p->device_id = device_id;
    p->plate = NULL;
    g_hash_table_remove_all(p->listed);
    p->after = NULL;
    p->index = 1;
    p->is_last = false;
}

static void put_time(struct json_out *out, const char *name, int64_t time_s)
{
    char text[CLOCK_ISO_SIZE];
    clock_format_iso(time_s, text);
    json_name(out, name);
    json_write_string(out, text);
}

/* The fields of the page to come. */
static void write_body(const struct report_pages *p, struct json_out *out)
{
    bool is_by_plate = p->row->naming == NAMING_PLATE;
    json_object_begin(out);
    for (const struct json_value *v = p->options->first; v != NULL; v = v->next) {
        json_name(out, (const char *)v->name.at);
        json_write_value(out, v);
    }
    json_name(out, "HoldID");
    json_int(out, p->job->enterprise_id);
    json_name(out, is_by_plate ? "VehiclePlate" : "DeviceIDs");
    json_array_begin(out);
    json_write_string(out, is_by_plate ? p->plate : p->device_id);
    json_array_end(out);
    if (!p->row->is_of_now) {
        put_time(out, "StartTime", p->job->start_s);
        put_time(out, "EndTime", p->job->end_s);
    }
    json_name(out, "Places");
    json_bool(out, true);
    if (p->row->paging == PAGING_AFTER && p->after != NULL) {
        json_name(out, "After");
        json_write_string(out, p->after);
    }
    if (p->row->paging == PAGING_INDEX) {
        json_name(out, "PageIndex");
        json_int(out, p->index);
    }
    json_object_end(out);
}

/* Has the method write all of its answer into p->text; false: it cannot. None of them waits. */
static bool run(struct report_pages *p)
{
    struct call *c = p->call;
    enum call_step step = STEP_END;
    dispatch_run(c);
    bool is_stream = c->stream.state != NULL;
    do {
        step = is_stream ? c->stream.next(c->stream.state, &c->out) : STEP_END;
        if (is_stream && step == STEP_END) {
            envelope_end(c);
        }
        json_append(&p->text, json_text(&c->out));
        json_drop(&c->out);
        check(step != STEP_WAIT);
    } while (step == STEP_AGAIN || step == STEP_PIECE);
    return step == STEP_END && c->code == MHD_HTTP_OK;
}

static enum err fail(const struct report_pages *p, enum err e, char why[REPORT_ERROR_MAX])
{
    const char *message = p->call->message[0] != '\0' ? p->call->message : "System error";
    (void)snprintf(why, REPORT_ERROR_MAX, "%s: %s", p->device_id, message);
    return e;
}

/* Where the method goes on, by what this page says. A cursor that cannot be kept is no end. */
static enum err note_next(struct report_pages *p, const struct json_value *data,
                          const struct json_value *rows, char why[REPORT_ERROR_MAX])
{
    const struct json_value *next = json_read_member(data, "next");
    const struct json_value *total = json_read_member(data, "total");
    p->is_last = true;
    if (p->row->paging == PAGING_AFTER && next != NULL && next->kind == JSON_KIND_STRING) {
        if (next->text.len >= sizeof(p->after_room)) {
            return fail(p, ERR_IO, why);
        }
        memcpy(p->after_room, next->text.at, next->text.len + 1);
        p->after = p->after_room;
        p->is_last = false;
    }
    if (p->row->paging == PAGING_INDEX && total != NULL && rows->count >= LIST_PAGE_SIZE_MAX) {
        int64_t all = g_ascii_strtoll((const char *)total->text.at, NULL, 10);
        if (all >= LISTED_MAX) {
            (void)snprintf(why, REPORT_ERROR_MAX, "%s %s", p->device_id, TOO_MANY_TEXT);
            return ERR_IO;
        }
        p->index++;
        p->is_last = false;
    }
    return ERR_OK;
}

/* Whether a row of a method with an index was on an earlier page of the device, too. */
static bool was_listed(struct report_pages *p, const struct json_value *row)
{
    const struct json_value *id = json_read_member(row, "AlarmID");
    if (p->row->paging != PAGING_INDEX || id == NULL || id->kind != JSON_KIND_NUMBER) {
        return false;
    }
    int64_t number = g_ascii_strtoll((const char *)id->text.at, NULL, 10);
    return !g_hash_table_add(p->listed, g_memdup2(&number, sizeof(number)));
}

/* The rows that were not there before. */
static const struct json_value *each_once(struct report_pages *p, const struct json_value *rows)
{
    struct json_value *out = arena_new(&p->arena, sizeof(*out));
    struct json_value **end = &out->first;
    *out = (struct json_value){.kind = JSON_KIND_ARRAY};
    for (const struct json_value *v = rows->first; v != NULL; v = v->next) {
        if (!was_listed(p, v)) {
            struct json_value *copy = arena_new(&p->arena, sizeof(*copy));
            *copy = *v;
            copy->next = NULL;
            *end = copy;
            end = &copy->next;
            out->count++;
        }
    }
    return out;
}

static enum err read_answer(struct report_pages *p, const struct json_value **rows,
                            char why[REPORT_ERROR_MAX])
{
    struct json_value *answer = NULL;
    if (json_read(json_text(&p->text), &p->arena, &answer) != ERR_OK) {
        return fail(p, ERR_IO, why);
    }
    const struct json_value *data = json_read_member(answer, "Data");
    const struct json_value *all = json_read_member(data, "data");
    if (all == NULL) {
        return fail(p, ERR_IO, why);
    }
    enum err e = note_next(p, data, all, why);
    *rows = e == ERR_OK && p->row->paging == PAGING_INDEX ? each_once(p, all) : all;
    return e;
}

/* ---- a page ---- */

/* The plate that the device has at the moment, in p->arena; NULL: the account sees it no more. */
static const char *plate_of(struct report_pages *p, const struct caller *caller)
{
    struct device_ref ref;
    struct directory *dir = p->call->shard->directory;
    if (directory_find_by_device_id(dir, caller, p->device_id, &ref) != ERR_OK) {
        return NULL;
    }
    const char *plate = arena_copy_text(&p->arena, ref.info->plate);
    device_ref_release(dir, &ref);
    return plate;
}

static enum err ask(struct report_pages *p, const struct json_value **rows,
                    char why[REPORT_ERROR_MAX])
{
    struct call *c = p->call;
    struct json_out body = {0};
    write_body(p, &body);
    bool is_good = dispatch_check(c, json_text(&body));
    json_free(&body);
    if (!is_good || c->caller.enterprise_id != p->job->enterprise_id) {
        return fail(p, is_good || c->code == MHD_HTTP_FORBIDDEN ? ERR_FORBIDDEN : ERR_IO, why);
    }
    return run(p) ? read_answer(p, rows, why) : fail(p, ERR_IO, why);
}

/*
 * Plates change hands while a report is made. Where that of the device is not the one any more
 * that was asked for, the rows may be another's: the page is an empty one, and comes again.
 */
static enum err ask_by_plate(struct report_pages *p, const struct caller *caller,
                             const struct json_value **rows, char why[REPORT_ERROR_MAX])
{
    static const struct json_value none = {.kind = JSON_KIND_ARRAY};
    p->plate = plate_of(p, caller);
    if (p->plate == NULL) {
        p->is_last = true;
        return ERR_END;
    }
    enum err e = ask(p, rows, why);
    bool is_open = e == ERR_OK || p->call->code == CODE_NO_PLATE;
    const char *plate = is_open ? plate_of(p, caller) : p->plate;
    if (plate == NULL || strcmp(plate, p->plate) != 0) {
        *rows = &none;
        p->is_last = false;
        return ERR_OK;
    }
    return e;
}

enum err report_pages_next(struct report_pages *p, const struct json_value **rows,
                           char why[REPORT_ERROR_MAX])
{
    struct call *c = p->call;
    struct caller caller;
    if (p->is_last) {
        return ERR_END;
    }
    arena_clear(&p->arena);
    json_drop(&p->text);
    call_clear(c);
    c->method = p->method;
    call_set_now(c);
    c->shard = shards_of_enterprise(p->api->shards, p->job->enterprise_id);
    enum err e = report_caller(p->api, p->job->user_id, p->job->enterprise_id, &caller);
    e = e == ERR_OK ? account_of(p->api, p->job->user_id, &c->caller) : e;
    if (e != ERR_OK) {
        (void)snprintf(why, REPORT_ERROR_MAX, "%s", report_caller_why(e));
        return ERR_FORBIDDEN;
    }
    return p->row->naming == NAMING_PLATE ? ask_by_plate(p, &caller, rows, why) : ask(p, rows, why);
}
