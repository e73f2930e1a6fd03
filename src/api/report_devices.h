#ifndef API_REPORT_DEVICES_H
#define API_REPORT_DEVICES_H

#include "api/call.h"
#include "api/report_subjects.h"

/*
 * Which devices the file of a report tells of: a list beside it, PATH.devices, which goes with it.
 * A report is read long after it was made, and its account may see fewer devices by then.
 */

/* The path of the list of a file, in `arena`. */
const char *report_devices_path(const char *file_path, struct arena *arena);
/* Writes the list, in place of one that is there. ERR_FULL, or ERR_IO: errno says why. */
MUST_USE enum err report_devices_write(const char *path, const struct report_subjects *subjects);
/*
 * Whether the caller may see each device of the list at the moment: ERR_OK, or ERR_FORBIDDEN. Who
 * is not limited to groups may read whatever was made of the enterprise; to who is, ERR_NOT_FOUND
 * says that there is no list that can be read, as beside files of versions that wrote none.
 */
MUST_USE enum err report_devices_judge(struct call *c, const char *path);

#endif
