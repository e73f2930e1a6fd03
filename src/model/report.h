#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reports as files, and the schedules that have them made, as values: which devices, which span,
 * how it went. The rows of a report are never here: they stand in its file.
 */

/* What a report tells of. Stored by number: only add at the end. X(NAME, "as the API names it") */
#define REPORT_MAP(X)                                                                              \
    X(MILEAGE, "mileage")                                                                          \
    X(TRIPS, "trips")                                                                              \
    X(STOPS, "stops")                                                                              \
    X(DAYS, "days")                                                                                \
    X(ALARMS, "alarms")                                                                            \
    X(FENCES, "fences")                                                                            \
    X(OVERSPEED, "overspeed")                                                                      \
    X(OFFLINE, "offline")                                                                          \
    X(LATEST, "latest")

enum report_kind {
#define X(NAME, name) REPORT_##NAME,
    REPORT_MAP(X)
#undef X
        REPORT_KINDS
};

/* Stored by number, as the next two: only add at the end. */
enum report_format { REPORT_CSV, REPORT_XLSX, REPORT_FORMATS };
enum report_state {
    REPORT_WAITING, /* or being made: a start begins it anew */
    REPORT_DONE,    /* its file is there until it expires */
    REPORT_FAILED,
    REPORT_CANCELLED,
    REPORT_STATES
};
enum report_every { EVERY_DAY, EVERY_WEEK, EVERY_MONTH, REPORT_EVERIES };

/* How it is with the mail of a schedule's newest report. Stored by number: only add at the end. */
enum mail_state {
    MAIL_NONE,    /* none is wanted */
    MAIL_WAITING, /* to be sent, or sent again */
    MAIL_SENDING, /* it was being handed over when that was written down */
    MAIL_SENT,
    MAIL_FAILED,
    MAIL_STATES
};

enum {
    REPORT_OPTIONS_MAX = 4096, /* bytes, as the next two */
    REPORT_ERROR_MAX = 256,
    REPORT_MAIL_TO_MAX = 2048,
    REPORT_NAME_MAX_CHARS = 64,
    MINUTES_OF_DAY = 24 * 60,
    DAYS_OF_MONTH = 31,
};

/* "trips", "xlsx", "done", "week". */
const char *report_kind_name(enum report_kind kind);
const char *report_format_name(enum report_format format);
const char *report_state_name(enum report_state state);
const char *report_every_name(enum report_every every);
const char *mail_state_name(enum mail_state state);
/* Whether there is one of that name, without case; then it is in *out. */
bool report_kind_of(const char *name, enum report_kind *out);
bool report_format_of(const char *name, enum report_format *out);
bool report_every_of(const char *name, enum report_every *out);

/* A report that is to be made, or was. */
struct report_job {
    int64_t enterprise_id; /* whose devices it tells of */
    int64_t id;            /* ReportID */
    int64_t user_id;       /* who has it made, by whose rights */
    int64_t schedule_id;   /* 0: nobody's but that user's */
    enum report_kind kind;
    enum report_format format;
    const uint8_t *devices; /* geofence_pack_ids() of internal ids; with the next, none of both: */
    size_t devices_len;     /* all that the user may see */
    const uint8_t *groups;
    size_t groups_len;
    int64_t start_s; /* both ends count */
    int64_t end_s;
    const char *options; /* a JSON object: fields of the method that tells the same */
    int64_t created_s;
    enum report_state state;
    int64_t finished_s; /* 0: it is not */
    int64_t expires_s;  /* then row and file go; 0: not known before it is finished */
    uint32_t done;      /* of `of` devices */
    uint32_t of;
    uint32_t rows;
    int64_t size;      /* of the file, in bytes */
    const char *error; /* why it failed, for people; "" */
};

/* What is made again and again. */
struct report_schedule {
    int64_t enterprise_id;
    int64_t id; /* ScheduleID */
    int64_t user_id;
    const char *name;
    enum report_kind kind;
    enum report_format format;
    const uint8_t *devices; /* as of a report */
    size_t devices_len;
    const uint8_t *groups;
    size_t groups_len;
    const char *options;
    enum report_every every;
    uint16_t at_min;     /* minutes since midnight, in the enterprise's zone */
    uint16_t at_day;     /* of the week, 1 Monday, or of the month; 0 with EVERY_DAY */
    const char *mail_to; /* addresses, separated by commas; "": it is not mailed */
    bool is_on;
    const char *off_reason; /* why it was switched off; "" */
    int64_t created_s;
    int64_t done_s;         /* times up to that are done with: made, or from before it was on */
    int64_t last_due_s;     /* what the newest one was due at; 0: none was made, as the next */
    int64_t last_run_s;     /* when that was made */
    int64_t last_report_id; /* 0: none, or it is gone */
    const char *last_error; /* "" */
    uint32_t tries;         /* of the one that is due */
    int64_t retry_s;        /* the next try; 0: none is to come */
    enum mail_state mail_state;
    const char *mail_left; /* of mail_to, to whom it has not gone yet; the first is the next */
    uint32_t mail_tries;   /* rounds in which all that were left were tried */
    int64_t mail_retry_s;
    const char *mail_error; /* what is wrong, by address; "" */
};

#endif
