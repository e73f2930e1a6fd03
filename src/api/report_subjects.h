#ifndef API_REPORT_SUBJECTS_H
#define API_REPORT_SUBJECTS_H

#include <stddef.h>

#include "fleet/directory.h"
#include "model/report.h"

/* One device of a report. */
struct report_subject {
    int64_t id; /* internal */
    const char *device_id;
};

struct report_subjects {
    struct report_subject *at;
    size_t count;
};

/*
 * The devices that a report is about and its account may see at the moment, in order of DeviceID;
 * in `arena`. ERR_NOT_FOUND: it names some, and none of them is left; ERR_CORRUPT.
 */
MUST_USE enum err report_subjects(struct directory *dir, const struct caller *caller,
                                  const struct report_job *job, struct arena *arena,
                                  struct report_subjects *out);

#endif
