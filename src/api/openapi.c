/*
 * GET /api/openapi.json: OpenAPI 3.1 (JSON Schema 2020-12) out of the rows of methods.h. Requests
 * take more than their schemas say (a number for a text, a text for a number, any case of a name);
 * the document describes what a new client should send.
 */
#include <glib.h>
#include <microhttpd.h>
#include <stdio.h>

#include "api/exchange.h"
#include "api/openapi_schemas.h"
#include "api/pages.h"

enum { PATH_SIZE = 128, KIB = 1 << 10, MIB = 1 << 20, MS_PER_S = 1000, CODE_CONFLICT = 409 };

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
        "acts in with a body field HoldID in any call.",
        EXCHANGE_BODY_MAX / MIB, EXCHANGE_OPEN_BODY_MAX / KIB, HEAD_MS / MS_PER_S,
        BODY_MS / MS_PER_S, BODY_RATE, IDLE_MS / MS_PER_S);
    openapi_member(out, "description", text);
    g_free(text);
}

/* ---- what a method answers beside its success ---- */

static bool has_code(const struct api_method *m, int code)
{
    for (size_t i = 0; m->codes[i].code != 0; i++) {
        if (m->codes[i].code == code) {
            return true;
        }
    }
    return false;
}

static void write_code(int code, const char *text, struct json_out *out)
{
    char name[16];
    (void)snprintf(name, sizeof(name), "%d", code);
    openapi_member(out, name, text);
}

/* One of the row's own; what a taken name answers, a Modify answers to an old version, too. */
static void write_row_code(const struct api_method *m, const struct code_row *row,
                           struct json_out *out)
{
    char text[CALL_MESSAGE_SIZE];
    bool has_version = row->code == CODE_CONFLICT && method_takes(m, COMMON_VERSION);
    (void)snprintf(text, sizeof(text), "%s%s", row->text,
                   has_version ? ", or: " CALL_CHANGED_TEXT : "");
    write_code(row->code, text, out);
}

/* One that every method of its kind has, unless the row words it itself. */
static void write_common_code(const struct api_method *m, int code, const char *text,
                              struct json_out *out)
{
    if (!has_code(m, code)) {
        write_code(code, text, out);
    }
}

static void write_codes(const struct api_method *m, struct json_out *out)
{
    bool is_limited = m->role > ROLE_VIEWER || m->whole_enterprise;
    json_name(out, "x-codes");
    json_object_begin(out);
    write_code(200, "Done", out);
    for (size_t i = 0; m->codes[i].code != 0; i++) {
        write_row_code(m, &m->codes[i], out);
    }
    if (method_takes(m, COMMON_VERSION)) {
        write_common_code(m, CODE_CONFLICT, CALL_CHANGED_TEXT, out);
    }
    if (m->fault == FAULT_401) {
        write_common_code(m, 401, "Token invalid, or a bad parameter, which ErrMsg names", out);
    } else {
        if (!m->is_open && !m->answers_in_data) {
            write_common_code(m, 401, "Token invalid", out);
        }
        write_common_code(m, 500, "A bad parameter, which ErrMsg names", out);
    }
    if (is_limited && !m->answers_in_data) {
        write_common_code(m, 403, CALL_NO_ROLE_TEXT, out);
    }
    if (m->prefix == PREFIX_MANAGE && method_takes(m, COMMON_HOLD_ID)) {
        write_common_code(m, 404, "This enterprise does not exist", out);
    }
    json_object_end(out);
}

static void write_content(struct json_out *out)
{
    json_name(out, "content");
    json_object_begin(out);
    json_name(out, "application/json");
    json_object_begin(out);
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
    {MHD_HTTP_TOO_MANY_REQUESTS, "TooMany", "Too many failed logins; Retry-After says when again"},
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

static void write_response(const struct api_method *m, struct json_out *out)
{
    json_name(out, "responses");
    json_object_begin(out);
    json_name(out, "200");
    json_object_begin(out);
    openapi_member(out, "description", "The envelope, whatever its Code");
    write_content(out);
    json_name(out, "schema");
    openapi_envelope(m, out);
    json_name(out, "example");
    openapi_write_example(m, out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        bool always = failures[i].status != MHD_HTTP_TOO_MANY_REQUESTS;
        if (always || has_code(m, failures[i].status)) {
            write_failure_reference(&failures[i], out);
        }
    }
    json_object_end(out);
}

/* ---- the document ---- */

static const char *prefix_of(const struct api_method *m)
{
    static const char *const names[] = {
        [PREFIX_USER] = "user", [PREFIX_VEHICLE] = "vehicle", [PREFIX_MANAGE] = "manage"};
    return names[m->prefix];
}

static void write_method(const struct api_method *m, struct json_out *out)
{
    static const char *const roles[] = {"viewer", "operator", "admin", "root"};
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "/api/%s/%s", prefix_of(m), m->name);
    json_name(out, path);
    json_object_begin(out);
    json_name(out, "post");
    json_object_begin(out);
    openapi_member(out, "operationId", m->name);
    openapi_member(out, "summary", m->doc);
    json_name(out, "tags");
    json_array_begin(out);
    json_write_string(out, prefix_of(m));
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
    }
    json_name(out, "requestBody");
    json_object_begin(out);
    write_content(out);
    json_name(out, "schema");
    openapi_request(m, out);
    json_object_end(out);
    json_object_end(out);
    json_object_end(out);
    write_codes(m, out);
    write_response(m, out);
    json_object_end(out);
    json_object_end(out);
}

/* The Data of each method; the envelopes refer to them, which keeps the nesting low. */
static void write_schemas(struct json_out *out)
{
    json_name(out, "schemas");
    json_object_begin(out);
    for (size_t i = 0; methods_at(i) != NULL; i++) {
        json_name(out, methods_at(i)->name);
        openapi_data(&methods_at(i)->reply, out);
    }
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
    json_object_end(out);
    json_object_end(out);
}
