/*
 * What every handler uses: its parameters, the clock and the zone of its enterprise, and the ways
 * to refuse a call.
 */
#include "api/call.h"

#include <microhttpd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/envelope.h"
#include "api/zones.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/directory_tree.h"

enum { RETRY_AFTER_S = 5, OUT_KEPT_BYTES = 65536, STORE_ERROR_CODE = 4011, MS_PER_S = 1000 };

struct call *call_new(const struct api *api)
{
    struct call *c = mem_new(sizeof(*c));
    c->api = api;
    call_clear(c);
    return c;
}

static void close_stream(struct call *c)
{
    if (c->stream.state != NULL) {
        c->stream.close(c->stream.state);
    }
}

/* Whether a password may stand in the fields of a call. */
static bool may_hold_secret(const struct api_method *m)
{
    bool may = m != NULL && m->change != NULL;
    for (size_t i = 0; m != NULL && i < m->param_count && !may; i++) {
        may = m->params[i].type == PARAM_SECRET;
    }
    return may;
}

static void wipe_arena(struct call *c)
{
    if (may_hold_secret(c->method)) {
        arena_wipe(&c->arena);
    }
}

void call_free(struct call *c)
{
    close_stream(c);
    call_release_claim(c);
    unique_end(&c->names);
    if (c->own_clear != NULL) {
        c->own_clear(c->own);
    }
    shared_body_release(c->shared);
    json_free(&c->out);
    wipe_arena(c);
    arena_free(&c->arena);
    free(c);
}

void call_release_claim(struct call *c)
{
    if (c->claim.account != 0) {
        throttle_release(c->api->throttle, &c->claim);
    }
}

struct unique_name *call_want_names(struct call *c, size_t count)
{
    c->names = (struct unique_list){
        .unique = c->api->shards->unique,
        .shard = c->shard->id,
        .at = arena_new_array(&c->arena, count, sizeof(*c->names.at)),
        .count = count,
    };
    return c->names.at;
}

void call_clear(struct call *c)
{
    close_stream(c);
    call_release_claim(c);
    unique_end(&c->names);
    if (c->own_clear != NULL) {
        c->own_clear(c->own);
    }
    shared_body_release(c->shared);
    c->shared = NULL;
    wipe_arena(c);
    arena_clear(&c->arena);
    if (c->out.capacity > OUT_KEPT_BYTES) {
        json_free(&c->out);
    }
    c->stream = (struct call_stream){0};
    c->is_binding = false;
    c->shard = NULL;
    c->method = NULL;
    c->caller = (struct caller){0};
    c->hook = NULL;
    for (enum common_param which = 0; which < COMMON_PARAMS; which++) {
        c->common[which] = (struct value){0};
    }
    c->zone_is_checked = false;
    c->own = NULL;
    c->own_clear = NULL;
    c->tells_hold = false;
    c->made_id = 0;
    c->is_written = false;
    c->is_partly_done = false;
    c->outcome = ERR_OK;
    c->code = MHD_HTTP_OK;
    c->http_status = MHD_HTTP_OK;
    c->message[0] = '\0';
    c->data_text = NULL;
    c->data_json = NULL;
    c->retry_after_s = 0;
    c->file_type = NULL;
    c->file_name = NULL;
    c->page = PAGE_OTHER;
    c->has_cookie = false;
    sodium_memzero(c->secret, sizeof(c->secret));
    sodium_memzero(c->set_cookie, sizeof(c->set_cookie));
    envelope_begin(c);
}

/* ---- parameters ---- */

bool call_has(const struct call *c, size_t param)
{
    check(param < c->method->param_count);
    return c->values[param].present;
}

const char *call_text(const struct call *c, size_t param)
{
    check(param < c->method->param_count);
    const char *text = c->values[param].text;
    return text == NULL ? "" : text;
}

int64_t call_number(const struct call *c, size_t param, int64_t absent)
{
    return call_has(c, param) ? c->values[param].number : absent;
}

/* UTC where this machine does not know it (any more). */
static struct zone *find_zone(const struct call *c, const char *name)
{
    struct zone *zone = zones_find(c->api->zones, name);
    if (zone == NULL) {
        zone = zones_find(c->api->zones, "UTC");
    }
    check(zone != NULL);
    return zone;
}

/* The clock that the connection's last request left serves again where the zone is the same. */
struct zone_clock *call_clock(struct call *c)
{
    if (c->zone_is_checked) {
        return &c->clock;
    }
    struct enterprise e;
    int64_t id = c->caller.enterprise_id;
    bool found = id != 0 && directory_enterprise(c->shard->directory, id, &c->arena, &e) == ERR_OK;
    const char *name = found ? e.zone : "UTC";
    if (c->zone == NULL || strcmp(zone_name(c->zone), name) != 0) {
        c->zone = find_zone(c, name);
        c->clock = zone_clock_init(c->zone);
        c->rcv_clock = c->clock;
    }
    c->zone_is_checked = true;
    return &c->clock;
}

void call_set_now(struct call *c)
{
    c->now_ms = clock_wall_ms();
    c->now_monotonic_ms = clock_monotonic_ms();
}

int64_t call_now_s(const struct call *c)
{
    return c->now_ms / MS_PER_S;
}

void call_write_time(struct call *c, struct json_out *out, int64_t time_s)
{
    char text[ZONE_TEXT_SIZE];
    if (time_s == 0) {
        json_write_null(out);
        return;
    }
    zone_format(call_clock(c), ZONE_TIME, time_s, text);
    json_write_string(out, text);
}

/* ---- answers other than 200 ---- */

void call_fail(struct call *c, int code, const char *message)
{
    c->code = code;
    (void)snprintf(c->message, sizeof(c->message), "%s", message);
}

void call_begin_file(struct call *c, const char *type, const char *name)
{
    c->file_type = type;
    c->file_name = name;
    c->out = (struct json_out){.at = c->out.at, .capacity = c->out.capacity};
}

enum err call_refuse(struct call *c, int code, const char *message)
{
    call_fail(c, code, message);
    return ERR_INVALID;
}

void call_fault(struct call *c, const char *name, const char *why)
{
    bool dangerous = c->method->fault == FAULT_401;
    c->code = dangerous ? MHD_HTTP_UNAUTHORIZED : MHD_HTTP_INTERNAL_SERVER_ERROR;
    (void)snprintf(c->message, sizeof(c->message), "%s%s: %s",
                   dangerous ? "Dangerous value in parameters or parameter value missed: " : "",
                   name, why);
}

bool call_has_no_empty(struct call *c, size_t param)
{
    bool is_empty = call_has(c, param) && call_text(c, param)[0] == '\0';
    if (is_empty) {
        call_fault(c, c->method->params[param].name, PARAM_MISSING);
    }
    return !is_empty;
}

enum err call_refuse_value(struct call *c, const char *name, const char *why)
{
    call_fault(c, name, why);
    return ERR_INVALID;
}

void call_fail_http(struct call *c, int status, const char *message, unsigned retry_after_s)
{
    call_fail(c, status, message);
    c->http_status = status;
    c->retry_after_s = retry_after_s;
}

void call_fail_throttled(struct call *c, unsigned wait_s)
{
    counter_add(c->api->counters, logins_throttled, 1);
    call_fail_http(c, MHD_HTTP_TOO_MANY_REQUESTS, CALL_THROTTLED_TEXT, wait_s);
}

void call_fail_unavailable(struct call *c, const char *message)
{
    call_fail_http(c, MHD_HTTP_SERVICE_UNAVAILABLE, message, RETRY_AFTER_S);
    if (c->method != NULL && c->method->is_open) {
        c->code = STORE_ERROR_CODE;
    }
    c->data_text = c->method != NULL && c->method->answers_in_data ? "-1" : NULL;
}

bool call_sees_group(const struct call *c, int64_t group_id)
{
    if (c->caller.share.id != 0) {
        return false;
    }
    for (size_t i = 0; i < c->caller.group_count; i++) {
        if (c->caller.group_ids[i] == group_id) {
            return true;
        }
    }
    return c->caller.group_count == 0;
}

bool call_sees_device(const struct call *c, struct directory *dir, int64_t device)
{
    struct device_ref ref;
    if (directory_find(dir, device, &ref) != ERR_OK) {
        return false;
    }
    bool sees = directory_sees(dir, &c->caller, &ref);
    device_ref_release(dir, &ref);
    return sees;
}

bool call_may(const struct call *c)
{
    bool limited = c->method->whole_enterprise && c->caller.group_count > 0;
    return c->caller.role >= c->method->role && !limited;
}

bool call_allows(struct call *c)
{
    if (call_may(c)) {
        return true;
    }
    call_fail(c, MHD_HTTP_FORBIDDEN, CALL_NO_ROLE_TEXT);
    return false;
}

bool caller_leads(const struct caller *caller)
{
    return caller->role == ROLE_ROOT || (caller->role == ROLE_ADMIN && caller->group_count == 0);
}

bool call_leads(const struct call *c)
{
    return caller_leads(&c->caller);
}

void call_include_below(struct call *c)
{
    c->tells_hold = c->caller.share.id == 0 && method_takes(c->method, COMMON_INCLUDE_BELOW) &&
                    c->common[COMMON_INCLUDE_BELOW].number != 0;
    c->caller.includes_below = c->tells_hold && call_leads(c);
}

void call_write_hold(struct call *c, struct json_out *out, int64_t enterprise_id)
{
    char name[HOLD_NAME_SIZE];
    if (!c->tells_hold) {
        return;
    }
    directory_hold_name(c->shard->directory, enterprise_id, name);
    json_name(out, "HoldID");
    json_int(out, enterprise_id);
    json_name(out, "HoldName");
    json_write_string(out, name);
}

size_t call_weigh_fleet(struct call *c)
{
    return directory_fleet_size(c->shard->directory, &c->caller);
}
