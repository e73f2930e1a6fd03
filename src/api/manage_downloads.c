/*
 * AddDownload: a link to a file for who cannot send a token, such as a browser that saves it. What
 * would fail at once fails here, where a page can show why.
 */
#include <microhttpd.h>
#include <stdio.h>

#include "api/downloads.h"
#include "api/export.h"
#include "api/report_file.h"
#include "base/clock.h"
#include "base/percent.h"
#include "base/writer.h"

enum { SOON_S = DOWNLOAD_MS / 1000 };

#define TOO_MANY_TEXT "Too many links wait to be used"

/* Room for the form that is made: one text of a caller's, all of it escaped, and the rest. */
enum { FORM_ROOM = 3 * PARAM_TEXT_BYTES + 256 };
_Static_assert((int)FORM_ROOM <= (int)DOWNLOAD_FORM_MAX, "no form is too long for a link");

static void put_field(struct writer *w, const char *name, const char *text)
{
    write_text(w, w->len > 0 ? "&" : "");
    write_text(w, name);
    write_text(w, "=");
    percent_encode(w, bytes_of_text(text));
}

static void put_number(struct call *c, struct writer *w, const char *name, int64_t number)
{
    put_field(w, name, arena_format(&c->arena, "%lld", (long long)number));
}

/* Times as they were understood, whatever the clock of the enterprise is until then. */
static void put_time(struct call *c, struct writer *w, const char *name, size_t param)
{
    char text[CLOCK_ISO_SIZE];
    clock_format_iso(call_number(c, param, 0), text);
    put_field(w, name, text);
}

static void put_track(struct call *c, struct writer *w)
{
    put_field(w, "format", call_text(c, EXPORT_FORMAT));
    if (call_has(c, EXPORT_DEVICE)) {
        put_field(w, "DeviceID", call_text(c, EXPORT_DEVICE));
    } else {
        put_field(w, "VehiclePlate", call_text(c, EXPORT_PLATE));
    }
    put_time(c, w, "StartTime", EXPORT_START);
    put_time(c, w, "EndTime", EXPORT_END);
}

/* The call that the link will make. */
static struct bytes write_form(struct call *c)
{
    struct writer w = writer_init(arena_new(&c->arena, FORM_ROOM), FORM_ROOM);
    if (call_has(c, EXPORT_REPORT)) {
        put_number(c, &w, "ReportID", call_number(c, EXPORT_REPORT, 0));
    } else {
        put_track(c, &w);
    }
    if (c->common[COMMON_HOLD_ID].present) {
        put_number(c, &w, "HoldID", c->common[COMMON_HOLD_ID].number);
    }
    return writer_bytes(&w);
}

static void write_path(struct call *c, const char *key)
{
    json_object_begin(&c->out);
    json_name(&c->out, "Path");
    json_write_string(&c->out, arena_format(&c->arena, DOWNLOAD_PATH "%s", key));
    json_object_end(&c->out);
}

/* Whether there is what the link would lead to; else the call is answered. */
static bool is_there(struct call *c)
{
    struct device_ref ref;
    struct report_job job;
    if (call_has(c, EXPORT_REPORT)) {
        return report_file_find(c, call_number(c, EXPORT_REPORT, 0), &job);
    }
    bool found = export_find(c, &ref);
    if (found) {
        device_ref_release(c->shard->directory, &ref);
    }
    return found;
}

static void add_download(struct call *c)
{
    char key[DOWNLOAD_KEY_SIZE];
    if (!is_there(c)) {
        return;
    }
    const struct download what = {c->caller.user_id, c->token_hash, write_form(c)};
    if (downloads_add(c->api->downloads, &what, key) != ERR_OK) {
        call_fail_http(c, MHD_HTTP_TOO_MANY_REQUESTS, TOO_MANY_TEXT, SOON_S);
        return;
    }
    write_path(c, key);
}

static const struct param_row params[] = {EXPORT_PARAMS};

static const struct reply_member members[] = {
    {.name = "Path",
     .type = REPLY_TEXT,
     .example = "\"/download/0D4F6A8B2C3E1F5A7B9C0D2E4F6A8B1C\"",
     .doc = "Where a GET without a token gets the file: once, within 60 seconds"},
};

static const struct api_method rows[] = {
    {
        .name = "AddDownload",
        .prefix = PREFIX_MANAGE,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_OBJECT, .members = members, .count = COUNT_OF(members)},
        .codes = {{403,
                   EXPORT_ORDER_TEXT ". " REPORT_FILE_FOREIGN_TEXT ". " REPORT_FILE_UNLISTED_TEXT},
                  {404, CALL_NO_DEVICE_TEXT ". " REPORT_FILE_NONE_TEXT},
                  {409, REPORT_FILE_HALF_TEXT},
                  {429, TOO_MANY_TEXT}},
        .check = export_check,
        .doc = "A link to what `export` answers with the same fields, for who cannot send a token. "
               "It is good once, for 60 seconds, and gives what the token that asked may then "
               "see; an account may have 16 that wait.",
        .run = add_download,
    },
};

const struct method_group download_methods = {.rows = rows, .count = COUNT_OF(rows)};
