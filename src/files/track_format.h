#ifndef FILES_TRACK_FORMAT_H
#define FILES_TRACK_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "base/zone.h"
#include "files/values.h"
#include "model/fix.h"

/*
 * Tracks as files of other programs: GPX, KML, CSV and GeoJSON. A writer holds no more than the
 * piece under way, so that a file may be of any length; what is written stands in a buffer that its
 * owner takes and drops between two calls (json_text(), json_drop()).
 *
 *     begin  (device  record ...  device_end) ...  end
 *
 * A file that lacks its end is not well-formed, but for CSV, whose rows count by themselves.
 */

/* One device, and the clock of its local times. */
struct track_subject {
    const char *device_id;
    const char *name;      /* its plate */
    struct zone *zone;     /* borrowed until device_end */
    const char *zone_name; /* the same in words */
};

/* One record: a report, and what is shown with it. Everything is borrowed for the call. */
struct track_record {
    const struct fix *report;
    struct bytes extras;     /* of it, packed */
    const struct fix *shown; /* whose place, speed and course are shown: report, or with what it
                                lacks from before */
    uint64_t odometer_m_e2;
    const char *status; /* StatusDes; "" where the format does not tell it */
};

struct track_writer {
    const struct track_format *format;
    struct json_out *out; /* borrowed */
    const char *title;    /* of the file */
    const struct track_subject *subject;
    struct zone_clock clock;
    int64_t last_s;       /* of the record before, of this device; INT64_MIN: none */
    enum place_kind kind; /* of that */
    bool has_segment;     /* one is open */
};

/* A format: how it is named, and how it is written. */
struct track_format {
    const char *name;  /* "gpx", and the ending of its files */
    const char *type;  /* Content-Type */
    bool tells_status; /* record.status is looked at */
    void (*begin)(struct track_writer *w);
    void (*device)(struct track_writer *w);
    void (*record)(struct track_writer *w, const struct track_record *r);
    void (*device_end)(struct track_writer *w);
    void (*end)(struct track_writer *w);
};

enum { TRACK_GAP_S = 300 /* behind a longer one a new segment begins */ };

/* The formats: four of them. NULL behind the last. */
const struct track_format *track_format_at(size_t i);
/* The format of that name, without case; NULL: there is none. */
const struct track_format *track_format_find(const char *name);

/* Begins a file into `out`, both borrowed until track_writer_end(). */
void track_writer_begin(struct track_writer *w, const struct track_format *format,
                        const char *title, struct json_out *out);
void track_writer_device(struct track_writer *w, const struct track_subject *subject);
/* A record whose `shown` has a position, not older than the one before of the device. */
void track_writer_record(struct track_writer *w, const struct track_record *r);
void track_writer_device_end(struct track_writer *w);
void track_writer_end(struct track_writer *w);

#endif
