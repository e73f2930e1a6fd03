#ifndef FILES_TRACK_FORMAT_PRIVATE_H
#define FILES_TRACK_FORMAT_PRIVATE_H

#include "files/track_format.h"

/* The formats, a file each. */
extern const struct track_format gpx_format;
extern const struct track_format kml_format;
extern const struct track_format csv_format;
extern const struct track_format geojson_format;

enum { DEGREE_DECIMALS = 7, KILOMETRE_DECIMALS = 5 /* of centimetres */ };

/* Whether a segment ends before the record: the device was silent, or what places are changed. */
bool track_breaks_before(const struct track_writer *w, const struct track_record *r, bool by_kind);
/* "2020-07-26 00:02:07+08:00" as ISO 8601: the local time with its offset. */
void track_put_local(struct track_writer *w, int64_t time_s);
/* The alarms that the report itself told, between "; ". */
enum { TRACK_ALARMS_SIZE = 1024 };
void track_alarms(const struct fix *report, char out[TRACK_ALARMS_SIZE]);

/* What of the report's flags a file tells, in words between blanks: "heartbeat power_save". */
enum { TRACK_MARKS_SIZE = 96 };
void track_marks(const struct fix *report, char out[TRACK_MARKS_SIZE]);
/* Sets what such a word says; false: there is no such word. */
bool track_mark_read(struct fix *f, struct bytes word);

#endif
