#ifndef API_REPORT_FILE_H
#define API_REPORT_FILE_H

#include <stdbool.h>

#include "api/call.h"
#include "model/report.h"

/* The file of a report as an answer. */

/*
 * The report of the own account that has a file, in the arena of the call. False: there is none of
 * that id (404), it has no file (409), or it tells of devices that the account may not see any more
 * (403); the call is answered.
 */
bool report_file_find(struct call *c, int64_t id, struct report_job *out);
/* Answers the call with its file, streamed. */
void report_file_begin(struct call *c, const struct report_job *job);

#define REPORT_FILE_NONE_TEXT "This report does not exist" /* ErrMsg of 404 */
#define REPORT_FILE_FOREIGN_TEXT                                                                   \
    "This report tells of vehicles that this account may not see any more: make it again" /* 403   \
                                                                                           */
#define REPORT_FILE_UNLISTED_TEXT                                                                  \
    "This report has no list of its vehicles, as those of earlier versions: make it again" /* 403  \
                                                                                            */
#define REPORT_FILE_HALF_TEXT "This report has no file: it is not done, or failed" /* of 409 */

#endif
