#ifndef API_REPORT_MAKE_H
#define API_REPORT_MAKE_H

#include "api/call.h"
#include "model/report.h"

/* How far a report is, and what became of it. */
struct report_made {
    uint32_t done; /* of `of` devices */
    uint32_t of;
    uint32_t rows;
    char why[REPORT_ERROR_MAX]; /* for people, where it failed */
    int system_error;           /* errno where the file could not be written; 0: it is not that */
};

struct report_making {
    const struct api *api;
    const struct report_job *job;
    const char *directory;    /* of files of reports; what is packed lies there for a while, too */
    const char *path;         /* of the file to be made */
    const char *devices_path; /* of the list of the devices in it */
    /* Whether it is to go on; asked before each page. Whoever asks may look at `made`. */
    bool (*goes_on)(void *context, const struct report_made *made);
    void *context;
};

enum {
    REPORT_ROWS_MAX = 2000000,
    REPORT_BYTES_MAX = 512 << 20,
    REPORT_SPARE_BYTES = 256 << 20, /* of the disk, which reports leave to the store */
};

/*
 * Makes the file of a report: the rows of all its devices that its account may see, one device
 * after the other. On a thread that may work for long; memory does not grow with the rows. ERR_END:
 * it is not to go on; ERR_FULL, ERR_FORBIDDEN, ERR_IO: out->why says why. Then there is no file.
 */
MUST_USE enum err report_make(const struct report_making *making, struct report_made *out);

/* The name that a browser saves the file of a report by: "trips_2026-11-01_2026-11-30.csv". */
const char *report_file_name(struct zone_clock *clock, const struct report_job *job,
                             struct arena *arena);

#endif
