#ifndef API_REPORT_KINDS_H
#define API_REPORT_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "files/sheet.h"
#include "model/report.h"

/*
 * What each kind of report is made of: the method that answers the same rows to a page, and how its
 * members are shown in a file. A new kind is a row in report_kinds.c.
 */

/* The fields beside devices and times that a kind takes; a set of bits. */
enum report_option {
    OPTION_STOP_MINUTES = 1 << 0,
    OPTION_KMH = 1 << 1,
    OPTION_MINUTES = 1 << 2,
    OPTION_ALARM_TYPE = 1 << 3,
    OPTION_POLYGONS = 1 << 4,
};

/* How the method goes on where there is more. */
enum report_paging { PAGING_NONE, PAGING_AFTER, PAGING_INDEX };

/* How the method is asked for one device. */
enum report_naming { NAMING_DEVICE_IDS, NAMING_PLATE };

struct report_column {
    const char *member;  /* of a row of the method */
    const char *heading; /* in English */
    const char *heading_zh;
    enum sheet_type type;
};

struct report_row {
    const char *method;
    const char *title; /* in English */
    const char *title_zh;
    enum report_paging paging;
    enum report_naming naming;
    bool is_of_now; /* it has no times */
    bool adds_days; /* what the days of the device add up to stands in its row, too */
    unsigned options;
    const struct report_column *columns;
    size_t column_count;
};

/* The row of a kind. */
const struct report_row *report_row_of(enum report_kind kind);

#endif
