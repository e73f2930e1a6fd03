/*
 * GET /api/export: the track of a device as a file of other programs. It is streamed as the reader
 * gives it, in steps, so that a file may be of any length. What fails before the first piece is
 * told in an envelope; behind it the connection is cut, and a GPX, KML or GeoJSON file lacks its
 * end.
 */
#include "api/export.h"

#include <glib.h>
#include <string.h>

#include "api/report_file.h"
#include "api/share.h"
#include "api/snapshot.h"
#include "api/track_file.h"
#include "base/log.h"
#include "fleet/directory_formers.h"

enum {
    WORK_A_STEP = 1024, /* GPSTimes */
    CODE_ORDER = 403,
    CODE_NO_DEVICE = 404,
    CODE_UNREADABLE = 500,
    DATE_LEN = 10,
};

struct export
{
    struct call *call;
    struct timeline *records;
    struct track_writer writer;
    struct track_subject subject;
    bool is_begun;
    bool is_long; /* a piece was handed out */
};

/* ---- what is asked for ---- */

/* Whether the fields are there that a track wants. */
static bool check_track(struct call *c)
{
    static const size_t wanted[] = {EXPORT_FORMAT, EXPORT_START, EXPORT_END};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (!call_has(c, wanted[i])) {
            call_fault(c, c->method->params[wanted[i]].name, PARAM_MISSING);
            return false;
        }
    }
    return true;
}

bool export_check(struct call *c)
{
    const char *kind = call_text(c, EXPORT_KIND);
    bool is_report = g_ascii_strcasecmp(kind, "report") == 0;
    if (kind[0] != '\0' && !is_report && g_ascii_strcasecmp(kind, "track") != 0) {
        call_fault(c, "kind", "wants track or report");
        return false;
    }
    if (is_report && !call_has(c, EXPORT_REPORT)) {
        call_fault(c, "ReportID", PARAM_MISSING);
        return false;
    }
    if (call_has(c, EXPORT_REPORT)) {
        return true;
    }
    if (!check_track(c)) {
        return false;
    }
    if (track_format_find(call_text(c, EXPORT_FORMAT)) == NULL) {
        call_fault(c, "format", "wants gpx, kml, csv or geojson");
        return false;
    }
    if (!call_has(c, EXPORT_DEVICE) && !call_has(c, EXPORT_PLATE)) {
        call_fault(c, "DeviceID", PARAM_MISSING);
        return false;
    }
    return true;
}

bool export_find(struct call *c, struct device_ref *out)
{
    struct directory *dir = c->shard->directory;
    enum err e =
        call_has(c, EXPORT_DEVICE)
            ? directory_find_history_by_device_id(dir, &c->caller, call_text(c, EXPORT_DEVICE), out)
            : directory_find_history_by_plate(dir, &c->caller, call_text(c, EXPORT_PLATE), out);
    if (e != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return false;
    }
    if (call_number(c, EXPORT_START, 0) > call_number(c, EXPORT_END, 0)) {
        call_fail(c, CODE_ORDER, EXPORT_ORDER_TEXT);
        device_ref_release(dir, out);
        return false;
    }
    return true;
}

/* ---- the file ---- */

/* The local day of a parameter, "2026-11-30". */
static const char *day_of(struct call *c, size_t param)
{
    char text[ZONE_TEXT_SIZE];
    zone_format(call_clock(c), ZONE_TIME, call_number(c, param, 0), text);
    text[DATE_LEN] = '\0';
    return arena_copy_text(&c->arena, text);
}

/* Whether a letter may stand there in the name of a file, whatever system it is saved on. */
static bool is_safe(const char *id, size_t at)
{
    return g_ascii_isalnum(id[at]) || id[at] == '_' || id[at] == '-' || (id[at] == '.' && at > 0);
}

/* "862306128008106_2026-11-29_2026-11-30.gpx". */
static const char *file_name(struct call *c, const struct device *d, const struct track_format *f)
{
    char id[DEVICE_ID_SIZE];
    size_t len = 0;
    for (; d->device_id[len] != '\0' && len < DEVICE_ID_MAX; len++) {
        id[len] = d->device_id[len];
        if (!is_safe(d->device_id, len)) {
            id[len] = '_';
        }
    }
    id[len] = '\0';
    return arena_format(&c->arena, "%s_%s_%s.%s", id, day_of(c, EXPORT_START),
                        day_of(c, EXPORT_END), f->name);
}

/* "Van 201, 2026-11-29 to 2026-11-30, Asia/Shanghai". */
static const char *title(struct call *c, const struct device *d)
{
    return arena_format(&c->arena, "%s, %s to %s, %s", d->plate, day_of(c, EXPORT_START),
                        day_of(c, EXPORT_END), zone_name(c->zone));
}

static void begin(struct export *x, struct json_out *out)
{
    struct call *c = x->call;
    const struct device *d = x->records->ref.info;
    const struct track_format *f = track_format_find(call_text(c, EXPORT_FORMAT));
    x->is_begun = true;
    call_begin_file(c, f->type, file_name(c, d, f));
    track_writer_begin(&x->writer, f, title(c, d), out);
    x->subject = (struct track_subject){
        .device_id = d->device_id,
        .name = d->plate,
        .zone = x->records->zone,
        .zone_name = zone_name(x->records->zone),
    };
    track_writer_device(&x->writer, &x->subject);
}

static enum call_step end(struct export *x)
{
    if (x->records->e != ERR_OK && x->is_long) {
        log_line(LOG_ERROR, "export_cut", "device=%s why=\"%s\"", x->records->ref.info->device_id,
                 err_text(x->records->e));
        return STEP_CUT;
    }
    if (x->records->e != ERR_OK) {
        timeline_fail(x->records);
        return STEP_END;
    }
    track_writer_device_end(&x->writer);
    track_writer_end(&x->writer);
    return STEP_END;
}

static enum call_step next_step(void *state, struct json_out *out)
{
    struct export *x = state;
    struct timeline *records = x->records;
    size_t until = records->work + WORK_A_STEP;
    if (!x->is_begun) {
        begin(x, out);
    }
    while (!records->is_over && records->work < until && out->len < CALL_PIECE_BYTES) {
        if (timeline_next(records)) {
            track_file_write(&x->writer, records);
        }
    }
    if (records->is_over) {
        return end(x);
    }
    if (out->len < CALL_PIECE_BYTES && (out->len == 0 || !x->is_long)) {
        return STEP_AGAIN;
    }
    x->is_long = true;
    return STEP_PIECE;
}

static void close_export(void *state)
{
    struct export *x = state;
    timeline_free(x->records);
}

static void get_report(struct call *c)
{
    struct report_job job;
    if (report_file_find(c, call_number(c, EXPORT_REPORT, 0), &job)) {
        report_file_begin(c, &job);
    }
}

static void get_export(struct call *c)
{
    struct device_ref ref;
    if (call_has(c, EXPORT_REPORT)) {
        get_report(c);
        return;
    }
    if (!export_find(c, &ref)) {
        return;
    }
    struct timeline *records =
        timeline_open(c, ref, call_number(c, EXPORT_START, 0), call_number(c, EXPORT_END, 0));
    if (records == NULL) {
        return;
    }
    records->takes_extras = share_tells_all(c);
    struct export *x = arena_new(&c->arena, sizeof(*x));
    x->call = c;
    x->records = records;
    c->stream = (struct call_stream){next_step, close_export, x};
}

static const struct param_row params[] = {EXPORT_PARAMS};

static const struct api_method rows[] = {
    {
        .name = "export",
        .prefix = PREFIX_NONE,
        .takes_get = true,
        .is_file = true,
        .needs_enterprise = true,
        .where = WHERE_STORE,
        .role = ROLE_VIEWER,
        .share = SHARE_PAST,
        .params = params,
        .param_count = COUNT_OF(params),
        .reply = {.shape = REPLY_STRING, .string_example = "\"device_id,name,time,...\""},
        .codes = {{CODE_ORDER,
                   EXPORT_ORDER_TEXT ". " REPORT_FILE_FOREIGN_TEXT ". " REPORT_FILE_UNLISTED_TEXT},
                  {CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT ". " REPORT_FILE_NONE_TEXT},
                  {409, REPORT_FILE_HALF_TEXT},
                  {CODE_UNREADABLE, "System error, or a bad parameter, which ErrMsg names"}},
        .check = export_check,
        .doc = "The track of one device in a range of any length as a file: the records of "
               "section 10, all of them. Times are in UTC and, in csv and geojson, in the "
               "enterprise's zone, too, which the file names. With ReportID the file of a report.",
        .run = get_export,
    },
};

const struct method_group export_methods = {.rows = rows, .count = COUNT_OF(rows)};
