#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "api/call.h"
#include "files/track_format.h"

/*
 * What `export` and AddDownload are asked for: the track of a device as a file, or that of a report
 * that was made. Its parameters are the first of their methods.
 */
enum {
    EXPORT_KIND,
    EXPORT_FORMAT,
    EXPORT_DEVICE,
    EXPORT_PLATE,
    EXPORT_START,
    EXPORT_END,
    EXPORT_REPORT,
    EXPORT_PARAM_COUNT
};

/* The rows of these parameters. */
#define EXPORT_PARAMS                                                                              \
    [EXPORT_KIND] = {.name = "kind",                                                               \
                     .type = PARAM_TEXT,                                                           \
                     .doc = "What is exported: track or report; unless given, report with "        \
                            "ReportID and track without"},                                         \
    [EXPORT_FORMAT] = {.name = "format",                                                           \
                       .type = PARAM_TEXT,                                                         \
                       .doc = "Of a track, which wants it: gpx, kml, csv or geojson"},             \
    [EXPORT_DEVICE] = {.name = "DeviceID", .type = PARAM_TEXT, .doc = "One device, ..."},          \
    [EXPORT_PLATE] = {.name = "VehiclePlate", .type = PARAM_TEXT, .doc = "... or its plate"},      \
    [EXPORT_START] = {.name = "StartTime",                                                         \
                      .type = PARAM_TIME,                                                          \
                      .doc = "First instant, inclusive; of a track, which wants it"},              \
    [EXPORT_END] = {.name = "EndTime",                                                             \
                    .type = PARAM_TIME,                                                            \
                    .ends_range = true,                                                            \
                    .doc = "Last instant, inclusive; of a track, which wants it"},                 \
    [EXPORT_REPORT] = {.name = "ReportID",                                                         \
                       .type = PARAM_INT,                                                          \
                       .min = 1,                                                                   \
                       .max = INT64_MAX,                                                           \
                       .doc = "A report of the own account that is done"}

/* Judges the parameters beyond their rows; false: it called call_fault(). */
bool export_check(struct call *c);
/* The device asked for. False: the call is answered that there is none, or that the times are
   turned round. Released by who asked. */
bool export_find(struct call *c, struct device_ref *out);

#define EXPORT_ORDER_TEXT "startTime should not be greater than end time" /* ErrMsg of 403 */

#endif
