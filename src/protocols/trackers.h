#ifndef PROTOCOLS_TRACKERS_H
#define PROTOCOLS_TRACKERS_H

#include <stddef.h>

/*
 * How a tracker is told where to report, a row a family of models. The rows are for people alone:
 * tools/make_devices.py makes docs/devices.md and the page /docs/devices of them. In a text {host}
 * and {port} stand for the address of the server, {apn} for the access point of the SIM card's
 * operator, {id} for the tracker's number.
 */
enum { TRACKER_TEXTS_MAX = 5 };

struct tracker_setup {
    const char *protocol;                     /* the name of its row in protocol.h */
    const char *models;                       /* as people call them */
    const char *texts[TRACKER_TEXTS_MAX + 1]; /* what is sent to it by SMS, in this order, or set in
                                                 its tool; NULL behind the last, may be none */
    const char *note;                         /* whole sentences; NULL: nothing is to be said */
    const char *source;                       /* the document that the texts are of; NULL: they are
                                                 commonly told, or there are none */
};

/* The row at `index`, those of a protocol one behind the other; NULL behind the last. */
const struct tracker_setup *tracker_setup_at(size_t index);

#endif
