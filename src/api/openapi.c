/*
 * GET /api/openapi.json: OpenAPI 3.1 (JSON Schema 2020-12) out of the rows of methods.h. Requests
 * take more than their schemas say (a number for a text, a text for a number, any case of a name);
 * the document describes what a new client should send.
 */
#include <glib.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "api/exchange.h"
#include "api/openapi_schemas.h"
#include "api/pages.h"
#include "api/share.h"
#include "base/check.h"
#include "files/track_format.h"
#include "map/base_tiles.h"
#include "map/label_tiles.h"

enum {
    PATH_SIZE = 128,
    KIB = 1 << 10,
    MIB = 1 << 20,
    MS_PER_S = 1000,
    CODE_CONFLICT = 409,
    COMMON_CODES_MAX = 8,
};

/* Names of components beside the methods': what X takes is XRequest. */
#define REQUEST_SUFFIX "Request"
#define FAILURE        "Failure"

static void write_introduction(struct json_out *out)
{
    char *text = g_strdup_printf(
        "The Open REST API of a GPS fleet. Log in with user/GetLoginToken and send the token as "
        "Authorization: TOKEN (or Bearer TOKEN) with every other call. Every answer is an "
        "envelope of Code, Data and ErrMsg with HTTP status 200; other statuses are 400 (it is "
        "ambiguous where the body ends; the connection is closed), 404 (no such path), 405, 413 "
        "(body over %d MiB, or over %d KiB where no token is needed), 429 (too many failed "
        "logins) and 503 (stopping, too much under way, or the store cannot take a write; "
        "Retry-After says when again), with the same envelope. A head has %d seconds to come, a "
        "body %d and another for each %d bytes; a connection is closed after %d seconds of rest. "
        "/api/asset/ answers as /api/vehicle/. Paths and field names are matched without regard "
        "to case. Times are local to the enterprise's zone: yyyy-MM-dd HH:mm:ss, yyyy-MM-dd, "
        "yyyy/M/d H:mm:ss or ISO 8601 with an offset. A list is a text with commas between "
        "its items, or an array of texts without commas; [] is \"\". A bool may also be \"true\", "
        "\"false\", 0 or 1; null is as good as absent, but where a field's type names it. The "
        "account root names the enterprise it "
        "acts in with a body field HoldID in any call. A body may be a form, too, where repeated "
        "names of a list unite; what begins with { is JSON whatever its type says. OPTIONS is "
        "answered for any path; which origins a browser may call from, the server's cors_origins "
        "says. A map is drawn of GET /map/style-light.json and /map/style-dark.json (?lang=en or "
        "zh), and of the Mapbox Vector Tiles /tiles/base/Z/X/Y (zoom 0 to %d) and "
        "/tiles/labels/Z/X/Y (zoom %d to %d) that these name: no envelopes, and 401 without a "
        "token, 204 where a tile is empty. The token of a share (AddShare) is answered by the "
        "methods "
        "whose x-share says now, or history where the share shows it; by no other one.",
        EXCHANGE_BODY_MAX / MIB, EXCHANGE_OPEN_BODY_MAX / KIB, HEAD_MS / MS_PER_S,
        BODY_MS / MS_PER_S, BODY_RATE, IDLE_MS / MS_PER_S, BASE_ZOOM_MAX, LABEL_ZOOM_MIN,
        LABEL_ZOOM_MAX);
    openapi_member(out, "description", text);
    g_free(text);
}

/* ---- what a method answers beside its success ---- */

/* The codes of a method other than 200. */
struct codes {
    struct code_row at[METHOD_CODES_MAX + COMMON_CODES_MAX];
    size_t count;
};

static bool has_code(const struct codes *codes, int code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->at[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Writes a code that every method of its kind has, unless the row words it itself. */
static void add_common(struct codes *codes, bool applies, int code, const char *text)
{
    if (applies && !has_code(codes, code)) {
        codes->at[codes->count++] = (struct code_row){.code = code, .text = text};
    }
}

static struct codes codes_of(const struct api_method *m)
{
    static const char bad_field[] = "A bad parameter, which ErrMsg names";
    bool is_limited = m->role > ROLE_VIEWER || m->whole_enterprise;
    bool chooses = m->section == 0 && method_takes(m, COMMON_HOLD_ID);
    struct codes codes = {0};
    for (size_t i = 0; m->codes[i].code != 0; i++) {
        codes.at[codes.count++] = m->codes[i];
    }
    add_common(&codes, method_takes(m, COMMON_VERSION), CODE_CONFLICT, CALL_CHANGED_TEXT);
    add_common(&codes, m->fault == FAULT_401, 401,
               "Token invalid, or a bad parameter, which ErrMsg names");
    add_common(&codes, !m->is_open && !m->answers_in_data, 401, "Token invalid");
    add_common(&codes, m->fault == FAULT_500, 500, bad_field);
    bool refuses_share = !m->is_open && (m->share == SHARE_REFUSED || m->share == SHARE_PAST);
    add_common(&codes, (is_limited && !m->answers_in_data) || refuses_share, 403,
               CALL_NO_ROLE_TEXT);
    add_common(&codes, m->share == SHARE_NOW || m->share == SHARE_PAST, MHD_HTTP_TOO_MANY_REQUESTS,
               SHARE_BUSY_TEXT);
    add_common(&codes, chooses, 404, "This enterprise does not exist");
    return codes;
}

static void write_code(int code, const char *text, struct json_out *out)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "%d", code);
    openapi_member(out, name, text);
}

static void write_codes(const struct api_method *m, const struct codes *codes, struct json_out *out)
{
    json_name(out, "x-codes");
    json_object_begin(out);
    write_code(200, "Done", out);
    for (size_t i = 0; i < codes->count; i++) {
        const struct code_row *row = &codes->at[i];
        char text[CALL_MESSAGE_SIZE];
        bool adds_version = row->code == CODE_CONFLICT && method_takes(m, COMMON_VERSION) &&
                            strcmp(row->text, CALL_CHANGED_TEXT) != 0;
        (void)snprintf(text, sizeof(text), "%s%s", row->text,
                       adds_version ? ", or: " CALL_CHANGED_TEXT : "");
        write_code(row->code, text, out);
    }
    json_object_end(out);
}

/* A schema that stands among the components, as the content of one type. */
static void write_content(const char *type, const char *component, struct json_out *out)
{
    char reference[PATH_SIZE];
    int len = snprintf(reference, sizeof(reference), "#/components/schemas/%s", component);
    check(len > 0 && (size_t)len < sizeof(reference));
    json_name(out, type);
    json_object_begin(out);
    json_name(out, "schema");
    json_object_begin(out);
    openapi_member(out, "$ref", reference);
    json_object_end(out);
    json_object_end(out);
}

/* Answers whose HTTP status is not 200; the same envelope, with Code as the status. */
static const struct failure {
    int status;
    const char *name;
    const char *text;
} failures[] = {
    {MHD_HTTP_BAD_REQUEST, "Ambiguous",
     "More than one Content-Length or Transfer-Encoding, or one that is not plain; the connection "
     "is closed"},
    {MHD_HTTP_CONTENT_TOO_LARGE, "TooLarge",
     "The body is over 1 MiB, or over 4 KiB where no token is needed"},
    {MHD_HTTP_TOO_MANY_REQUESTS, "TooMany",
     "Too many failed logins, links that wait, or calls by one shared link; Retry-After says when "
     "again"},
    {MHD_HTTP_SERVICE_UNAVAILABLE, "Unavailable",
     "Stopping, too much under way, or the store cannot take a write; Retry-After says when again"},
};

static void write_failure_reference(const struct failure *f, struct json_out *out)
{
    char status[16];
    char reference[PATH_SIZE];
    (void)snprintf(status, sizeof(status), "%d", f->status);
    (void)snprintf(reference, sizeof(reference), "#/components/responses/%s", f->name);
    json_name(out, status);
    json_object_begin(out);
    openapi_member(out, "$ref", reference);
    json_object_end(out);
}

static void write_envelope(const struct api_method *m, const struct codes *codes,
                           struct json_out *out)
{
    json_object_begin(out);
    json_name(out, "anyOf");
    json_array_begin(out);
    if (!m->is_stream && !m->is_file) {
        openapi_success(m, out);
    }
    const char *with_point = m->tells_point ? "object" : NULL;
    const char *data_type = m->reply.shape == REPLY_STRING ? "string" : with_point;
    openapi_failure(codes->at, codes->count, data_type, out);
    json_array_end(out);
    json_object_end(out);
}

/* What a stream answers where it does not fail. */
static void write_events(struct json_out *out)
{
    json_name(out, "text/event-stream");
    json_object_begin(out);
    json_name(out, "schema");
    json_object_begin(out);
    openapi_member(out, "type", "string");
    openapi_member(out, "description",
                   "Events hello, d, a, meta and reset, each with data in JSON; see docs/live.md");
    json_object_end(out);
    json_object_end(out);
}

/* What a file is, where it does not fail. */
static void write_files(struct json_out *out)
{
    for (size_t i = 0; track_format_at(i) != NULL; i++) {
        json_name(out, track_format_at(i)->type);
        json_object_begin(out);
        json_name(out, "schema");
        json_object_begin(out);
        openapi_member(out, "type", "string");
        json_object_end(out);
        json_object_end(out);
    }
}

/* What its answer is. */
static const char *answer_text(const struct api_method *m)
{
    if (m->is_file) {
        return "The file; or the envelope of a failure";
    }
    return m->is_stream ? "Events; or the envelope of a failure"
                        : "The envelope, whatever its Code";
}

static void write_answer(const struct api_method *m, const struct codes *codes,
                         struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "description", answer_text(m));
    json_name(out, "content");
    json_object_begin(out);
    json_name(out, "application/json");
    json_object_begin(out);
    json_name(out, "schema");
    write_envelope(m, codes, out);
    if (!m->is_stream && !m->is_file) {
        json_name(out, "example");
        openapi_write_example(m, out);
    }
    json_object_end(out);
    if (m->is_stream) {
        write_events(out);
    }
    if (m->is_file) {
        write_files(out);
    }
    json_object_end(out);
    json_object_end(out);
}

static void write_response(const struct api_method *m, const struct codes *codes,
                           struct json_out *out)
{
    json_name(out, "responses");
    json_object_begin(out);
    json_name(out, "200");
    write_answer(m, codes, out);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        bool always = failures[i].status != MHD_HTTP_TOO_MANY_REQUESTS;
        if (always || has_code(codes, failures[i].status)) {
            write_failure_reference(&failures[i], out);
        }
    }
    json_object_end(out);
}

/* ---- the document ---- */

static const char *tag_of(const struct api_method *m)
{
    static const char *const names[] = {[PREFIX_USER] = "user",
                                        [PREFIX_VEHICLE] = "vehicle",
                                        [PREFIX_MANAGE] = "manage",
                                        [PREFIX_NONE] = "live"};
    return names[m->prefix];
}

/* Objects and arrays of arrays have no place in a form. */
static bool fits_form(const struct api_method *m)
{
    for (size_t i = 0; i < m->param_count; i++) {
        if (m->params[i].type == PARAM_OBJECTS || m->params[i].type == PARAM_ARRAYS) {
            return false;
        }
    }
    return true;
}

static void write_request(const struct api_method *m, struct json_out *out)
{
    char component[PATH_SIZE];
    (void)snprintf(component, sizeof(component), "%s" REQUEST_SUFFIX, m->name);
    json_name(out, "requestBody");
    json_object_begin(out);
    json_name(out, "content");
    json_object_begin(out);
    write_content("application/json", component, out);
    if (fits_form(m)) {
        write_content("application/x-www-form-urlencoded", component, out);
    }
    json_object_end(out);
    json_object_end(out);
}

static void write_operation(const struct api_method *m, bool is_get, struct json_out *out)
{
    const struct codes codes = codes_of(m);
    static const char *const roles[] = {"viewer", "operator", "admin", "root"};
    static const char *const shares[] = {"refused", "now", "history", "now"};
    char id[PATH_SIZE];
    (void)snprintf(id, sizeof(id), "%s%s", m->name, is_get ? "ByGet" : "");
    json_name(out, is_get ? "get" : "post");
    json_object_begin(out);
    openapi_member(out, "operationId", id);
    openapi_member(out, "summary", m->doc);
    json_name(out, "tags");
    json_array_begin(out);
    json_write_string(out, tag_of(m));
    json_array_end(out);
    if (m->section != 0) {
        openapi_bound(out, "x-section", m->section);
    }
    if (m->is_open) {
        json_name(out, "security");
        json_array_begin(out);
        json_array_end(out);
    } else {
        openapi_member(out, "x-role", roles[m->role]);
        openapi_member(out, "x-share", shares[m->share]);
    }
    if (m->where == WHERE_JOB || (m->where == WHERE_PASSWORD && !m->is_open)) {
        json_name(out, "x-changes");
        json_bool(out, true);
    }
    if (is_get) {
        json_name(out, "parameters");
        openapi_query(m, out);
    } else {
        write_request(m, out);
    }
    write_codes(m, &codes, out);
    write_response(m, &codes, out);
    json_object_end(out);
}

static void write_method(const struct api_method *m, struct json_out *out)
{
    char path[METHOD_PATH_SIZE];
    method_path(m, path);
    json_name(out, path);
    json_object_begin(out);
    write_operation(m, false, out);
    if (m->takes_get) {
        write_operation(m, true, out);
    }
    json_object_end(out);
}

static void write_method_schemas(const struct api_method *m, struct json_out *out)
{
    char component[PATH_SIZE];
    (void)snprintf(component, sizeof(component), "%s" REQUEST_SUFFIX, m->name);
    if (!m->is_stream && !m->is_file) {
        json_name(out, m->name);
        openapi_data(&m->reply, out);
    }
    json_name(out, component);
    openapi_request(m, out);
}

/*
 * What each method takes, and its Data; the operations refer to them, which keeps the nesting low.
 */
static void write_schemas(struct json_out *out)
{
    json_name(out, "schemas");
    json_object_begin(out);
    for (size_t i = 0; methods_at(i) != NULL; i++) {
        write_method_schemas(methods_at(i), out);
    }
    write_method_schemas(&live_stream_method, out);
    json_name(out, FAILURE);
    openapi_failure(NULL, 0, "string", out);
    json_object_end(out);
}

static void write_components(struct json_out *out)
{
    json_name(out, "components");
    json_object_begin(out);
    json_name(out, "securitySchemes");
    json_object_begin(out);
    json_name(out, "token");
    json_object_begin(out);
    openapi_member(out, "type", "apiKey");
    openapi_member(out, "in", "header");
    openapi_member(out, "name", "Authorization");
    json_object_end(out);
    json_object_end(out);
    write_schemas(out);
    json_name(out, "responses");
    json_object_begin(out);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        json_name(out, failures[i].name);
        json_object_begin(out);
        openapi_member(out, "description", failures[i].text);
        json_name(out, "content");
        json_object_begin(out);
        write_content("application/json", FAILURE, out);
        json_object_end(out);
        json_object_end(out);
    }
    json_object_end(out);
    json_object_end(out);
    json_name(out, "security");
    json_array_begin(out);
    json_object_begin(out);
    json_name(out, "token");
    json_array_begin(out);
    json_array_end(out);
    json_object_end(out);
    json_array_end(out);
}

void openapi_write(struct json_out *out)
{
    json_object_begin(out);
    openapi_member(out, "openapi", "3.1.0");
    json_name(out, "info");
    json_object_begin(out);
    openapi_member(out, "title", "odograph Open REST API");
    openapi_member(out, "version", ODOGRAPH_VERSION);
    write_introduction(out);
    json_object_end(out);
    write_components(out);
    json_name(out, "paths");
    json_object_begin(out);
    for (size_t i = 0; methods_at(i) != NULL; i++) {
        write_method(methods_at(i), out);
    }
    write_method(&live_stream_method, out);
    json_object_end(out);
    json_object_end(out);
}
