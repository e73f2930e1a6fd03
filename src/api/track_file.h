#ifndef API_TRACK_FILE_H
#define API_TRACK_FILE_H

#include "api/timeline.h"
#include "files/track_format.h"

/*
 * The records of a timeline written into a file. They are those of sections 9 and 10 of the same
 * span, one a GPSTime.
 */

/* Writes the record at hand. After timeline_next(); extra values as far as
 * the timeline takes_extras. */
void track_file_write(struct track_writer *w, struct timeline *t);

#endif
