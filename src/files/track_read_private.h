#ifndef FILES_TRACK_READ_PRIVATE_H
#define FILES_TRACK_READ_PRIVATE_H

#include "files/csv.h"
#include "files/track_read.h"
#include "model/extra.h"
#include "model/message.h"

/* One fix as it is put together. */
struct track_draft {
    struct fix fix;
    struct extras extras;
    char device_id[DEVICE_ID_SIZE]; /* "": the file did not say */
    int64_t rcv_time_s;             /* 0: not said */
    bool has_time;
    const char *why;      /* what is wrong; NULL: nothing. Static */
    const char *no_value; /* the name of a value that is none, which is why; NULL: it is not */
};

/* What is wrong in more than one kind of file. */
#define TRACK_LONG_ID "the DeviceID is too long"

/* Nothing yet; texts of extra values are borrowed until track_draft_give(). */
void track_draft_begin(struct track_draft *d, struct arena *arena);
/* Notes what is wrong, if nothing was before. */
void track_draft_fail(struct track_draft *d, const char *why);
/* A time: ISO 8601, local in the zone of the reading, or a number of seconds or milliseconds. */
bool track_read_time(const struct track_reading *r, struct bytes text, int64_t *time_s);
void track_draft_set_time(struct track_draft *d, const struct track_reading *r, struct bytes text);
/* Degrees; what is out of range is wrong. */
void track_draft_set_place(struct track_draft *d, struct bytes lat, struct bytes lon);
/* The value `i` of values.h; a text that is none of it is wrong. */
void track_draft_set_value(struct track_draft *d, size_t i, struct bytes text);
/* Alarms by the contract's names, between `;`. False: one of them is none, the others are set. */
bool track_draft_set_alarms(struct track_draft *d, struct bytes text);
/* Marks, between blanks; unknown ones are wrong. */
void track_draft_set_marks(struct track_draft *d, struct bytes text);
/* Hands the draft to the sink, as a fix or as the fault of that line. */
void track_draft_give(struct track_draft *d, const struct track_reading *r, uint64_t line);

/* Tells the sink that something of that name is left out. */
void track_leave_out(const struct track_reading *r, struct bytes name);
/* Notes in r->why that the line cannot be, and answers `e`. */
enum err track_fail_file(struct track_reading *r, enum err e, uint64_t line, const char *why);
/* What csv_next() said of a record: a fault that is handed out, or the end of the reading. */
bool track_goes_on(struct track_reading *r, const struct csv_reader *csv, enum err *e);

#endif
