#ifndef SIMULATE_TRACK_FILE_H
#define SIMULATE_TRACK_FILE_H

#include <stddef.h>

#include "base/err.h"
#include "model/fix.h"

/* One recorded track: fixes by time. */
struct track {
    struct fix *fixes;
    size_t count;
};

/* The tracks of one file: a GPX or NMEA file has one, a CSV file has one for each id. */
struct track_file {
    struct track *tracks;
    size_t count;
};

/*
 * Reads a GPX file (trkpt with time; ele, speed in m/s and course where given), an NMEA log (RMC
 * with a good checksum; others passed over) or a CSV `lon,lat,time[,id]` (time in seconds since
 * 1970 or ISO 8601; a header line is passed over), chosen by what the file begins with. Points
 * without a time or out of range are left out; points of one track are put in order of time,
 * doubles of one second dropped. ERR_IO: cannot be read, errno says why; ERR_TOO_LONG;
 * ERR_MALFORMED: none of the three; ERR_NOT_FOUND: no usable point in it. `out` is to be cleared
 * with track_file_clear() only after ERR_OK.
 */
MUST_USE enum err track_file_read(const char *path, struct track_file *out);
void track_file_clear(struct track_file *t);

#endif
