#ifndef PROTOCOLS_WIALON_WIALON_H
#define PROTOCOLS_WIALON_WIALON_H

#include "protocols/protocol.h"

/*
 * What the files of the Wialon IPS protocol share. Everything here is pure and may be called from
 * any thread.
 */

enum { WIALON_LINE_MAX = 65536, WIALON_FRAME_MAX = 2 * 65536 };

/* What is wrong with a body, as answers tell it. */
enum wialon_fault {
    WIALON_FINE = 1,
    WIALON_NO_STRUCTURE = -1,
    WIALON_NO_TIME = 0,
    WIALON_NO_PLACE = 10,
    WIALON_SHORT_CHECKSUM = 13, /* of SD */
    WIALON_CHECKSUM = 16        /* of D */
};

/*
 * body.c: adds the report of a body of SD (`is_short`) or D, without its checksum. Anything but
 * WIALON_FINE: there is none.
 */
enum wialon_fault wialon_read_body(struct bytes body, bool is_short, bool is_stored,
                                   struct decoded *out);

/* device.c: the device's side. */
extern const struct protocol_device wialon_device;

#endif
