#ifndef API_REPORTS_H
#define API_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "api/report_make.h"
#include "fleet/directory_owned.h"
#include "model/report.h"

/*
 * Who makes the reports. A report is asked for by committing it as REPORT_WAITING, whoever does;
 * threads of their own find it in the directory, make its file, and commit what became of it. A
 * server that was stopped meanwhile begins it anew. Cancelled or deleted, it ends at its next page.
 * An enterprise has one under way at a time, so that another's come in between.
 *
 * Files lie in one directory, named by the id of their report. What belongs to no report that is
 * done goes: the files of deleted and expired ones, and what was left half. Any thread.
 */
struct reports;

enum {
    REPORTS_UNDER_WAY_MAX = 3, /* of an account */
    REPORTS_KEPT_MAX = 50,     /* of an account, whatever became of them */
    REPORTS_OF_ENTERPRISE_MAX = 500,
    REPORTS_WAITING_MAX = 20, /* of an enterprise */
    REPORT_KEPT_S = 7 * 86400,
};
/* What the finished reports of an enterprise may take of the disk. */
#define REPORTS_BYTES_MAX (INT64_C(2) << 30)

/*
 * Starts the threads; makes the directory where there is none. NULL: it cannot, which is logged.
 * `api` outlives it.
 */
struct reports *reports_start(const struct api *api, const char *directory);
/* Ends the threads, and what they make: a start begins it anew. NULL is fine, as for the next. */
void reports_stop(struct reports *r);
/* When nobody calls any more. */
void reports_free(struct reports *r);
/* Something was committed: they look at once. */
void reports_wake(struct reports *r);
/* The same of what was cancelled or deleted, whose file goes at once, too. */
void reports_note_left(struct reports *r);
/* How far a report is that is under way now; false: it is not. */
bool reports_progress(struct reports *r, struct owned_key key, struct report_made *out);
/* The path of the file of a report that is done; in `arena`. */
const char *reports_path(const struct reports *r, const struct report_job *job,
                         struct arena *arena);

/* What an account, by itself, and its enterprise have; schedules have bounds of their own. */
struct reports_count {
    size_t under_way;
    size_t kept;
    size_t waiting_of_enterprise;
    size_t kept_of_enterprise;
    int64_t bytes_of_enterprise;
};
struct reports_count reports_count(struct directory *dir, int64_t enterprise_id, int64_t user_id);
/* Why no further one may be asked for; NULL: it may. */
const char *reports_refusal(const struct reports_count *count);

#define REPORTS_TEXT_UNDER_WAY                                                                     \
    "This account has 3 reports under way: wait for one of them, or cancel it"
#define REPORTS_TEXT_KEPT    "This account keeps 50 reports: delete some of them"
#define REPORTS_TEXT_WAITING "Twenty reports of this enterprise wait: try again later"
#define REPORTS_TEXT_ROOM    "The reports of this enterprise have no room left: delete some of them"

#endif
