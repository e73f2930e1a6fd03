#ifndef API_REPORT_ASKED_H
#define API_REPORT_ASKED_H

#include <stdbool.h>

#include "api/call.h"
#include "api/device_choice.h"
#include "model/report.h"

#define REPORT_NO_GROUP_TEXT "This group does not exist" /* ErrMsg of 404 */

/*
 * What AddReport and the schedules are asked for: which report, of which devices, how. The fields
 * are the first of their methods.
 */
enum {
    ASKED_DEVICES,
    ASKED_GROUPS,
    ASKED_KIND,
    ASKED_FORMAT,
    ASKED_STOP_MINUTES,
    ASKED_KMH,
    ASKED_MINUTES,
    ASKED_ALARM_TYPE,
    ASKED_POLYGONS,
    ASKED_LANGUAGE,
    ASKED_SEPARATOR,
    ASKED_COUNT
};

enum { ASKED_STOP_MINUTES_MAX = 1440, ASKED_KMH_MAX = 1000, ASKED_MINUTES_MAX = 525600 };
enum { ASKED_POLYGONS_MAX = 300, ASKED_WORD_MAX = 16 };

/* `needed`: whether Report and Format are required. */
#define ASKED_FIELDS(needed)                                                                       \
    DEVICE_CHOICE_PARAMS,                                                                          \
        [ASKED_KIND] = {.name = "Report",                                                          \
                        .type = PARAM_TEXT,                                                        \
                        .max = ASKED_WORD_MAX,                                                     \
                        .required = (needed),                                                      \
                        .doc = "mileage, trips, stops, days, alarms, fences, overspeed, offline "  \
                               "or latest"},                                                       \
        [ASKED_FORMAT] = {.name = "Format",                                                        \
                          .type = PARAM_TEXT,                                                      \
                          .max = ASKED_WORD_MAX,                                                   \
                          .required = (needed),                                                    \
                          .doc = "csv or xlsx"},                                                   \
        [ASKED_STOP_MINUTES] = {.name = "StopMinutes",                                             \
                                .type = PARAM_INT,                                                 \
                                .min = 1,                                                          \
                                .max = ASKED_STOP_MINUTES_MAX,                                     \
                                .doc = "Of trips and stops, as GetTrips has it"},                  \
        [ASKED_KMH] = {.name = "Kmh",                                                              \
                       .type = PARAM_DECIMAL,                                                      \
                       .min = 1,                                                                   \
                       .max = ASKED_KMH_MAX,                                                       \
                       .doc = "Of overspeed, as GetOverspeed has it"},                             \
        [ASKED_MINUTES] = {.name = "Minutes",                                                      \
                           .type = PARAM_INT,                                                      \
                           .min = 1,                                                               \
                           .max = ASKED_MINUTES_MAX,                                               \
                           .doc = "Of offline, as GetOffline has it"},                             \
        [ASKED_ALARM_TYPE] = {.name = "AlarmType",                                                 \
                              .type = PARAM_LIST,                                                  \
                              .doc = "Of alarms, as ListAlarms has it"},                           \
        [ASKED_POLYGONS] = {.name = "PolygonIDs",                                                  \
                            .type = PARAM_IDS,                                                     \
                            .max = ASKED_POLYGONS_MAX,                                             \
                            .doc = "Of fences, as GetFenceVisits has it"},                         \
        [ASKED_LANGUAGE] = {.name = "Language",                                                    \
                            .type = PARAM_TEXT,                                                    \
                            .max = ASKED_WORD_MAX,                                                 \
                            .doc = "Of headings and places: en or zh; the enterprise's unless "    \
                                   "given"},                                                       \
        [ASKED_SEPARATOR] = {                                                                      \
            .name = "Separator",                                                                   \
            .type = PARAM_TEXT,                                                                    \
            .max = ASKED_WORD_MAX,                                                                 \
            .doc = "Of csv: , or ; and with the latter decimals stand behind a comma; , unless "   \
                   "given"}
#define ASKED_PARAMS ASKED_FIELDS(true)

/* What came of them; borrows from the arena of the call. */
struct report_asked {
    enum report_kind kind;
    enum report_format format;
    struct bytes devices;
    struct bytes groups;
    const char *options;
};

/* The `check` of these fields: false, it called call_fault(). */
bool report_asked_check(struct call *c);
/*
 * Reads them, by what the caller may see; false: a device or group is named that it does not see,
 * or the options are too long; the call is answered.
 */
bool report_asked_read(struct call *c, struct report_asked *out);
/* Whether the group is there, in the enterprise of the call, and the caller sees it. */
bool report_sees_group(struct call *c, int64_t id);

#endif
