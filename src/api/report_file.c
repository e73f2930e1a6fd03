/* Sends the file of a report in pieces. A file that ends early cuts the connection. */
#include "api/report_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <unistd.h>

#include "api/report_devices.h"
#include "api/reports.h"
#include "base/log.h"

enum { PIECE_BYTES = 48 * 1024 };

#define CSV_TYPE  "text/csv; charset=utf-8"
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

struct sending {
    int fd;
    int64_t id;
    int64_t left; /* bytes */
};

bool report_file_find(struct call *c, int64_t id, struct report_job *out)
{
    const struct owned_key key = {c->caller.enterprise_id, id};
    if (directory_owned(c->shard->directory, ENTITY_REPORT, key, &c->arena, out) != ERR_OK ||
        out->user_id != c->caller.user_id || c->api->reports == NULL) {
        call_fail(c, MHD_HTTP_NOT_FOUND, REPORT_FILE_NONE_TEXT);
        return false;
    }
    if (out->state != REPORT_DONE ||
        access(reports_path(c->api->reports, out, &c->arena), R_OK) != 0) {
        call_fail(c, MHD_HTTP_CONFLICT, REPORT_FILE_HALF_TEXT);
        return false;
    }
    const char *path = reports_path(c->api->reports, out, &c->arena);
    enum err e = report_devices_judge(c, report_devices_path(path, &c->arena));
    if (e != ERR_OK) {
        call_fail(c, MHD_HTTP_FORBIDDEN,
                  e == ERR_NOT_FOUND ? REPORT_FILE_UNLISTED_TEXT : REPORT_FILE_FOREIGN_TEXT);
    }
    return e == ERR_OK;
}

static enum call_step next_piece(void *state, struct json_out *out)
{
    struct sending *s = state;
    uint8_t room[PIECE_BYTES];
    ssize_t got = s->left > 0 ? read(s->fd, room, sizeof(room)) : 0;
    if (s->left > 0 && got <= 0) {
        log_line(LOG_ERROR, "report_cut", "report=%" PRId64, s->id);
        return STEP_CUT;
    }
    json_append(out, (struct bytes){room, (size_t)got});
    s->left -= got;
    return s->left > 0 ? STEP_PIECE : STEP_END;
}

static void close_file(void *state)
{
    const struct sending *s = state;
    (void)close(s->fd);
}

void report_file_begin(struct call *c, const struct report_job *job)
{
    int fd = open(reports_path(c->api->reports, job, &c->arena), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        call_fail(c, MHD_HTTP_CONFLICT, REPORT_FILE_HALF_TEXT);
        return;
    }
    struct sending *s = arena_new(&c->arena, sizeof(*s));
    *s = (struct sending){fd, job->id, job->size};
    call_begin_file(c, job->format == REPORT_XLSX ? XLSX_TYPE : CSV_TYPE,
                    report_file_name(call_clock(c), job, &c->arena));
    c->stream = (struct call_stream){next_piece, close_file, s};
}
