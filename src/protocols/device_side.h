#ifndef PROTOCOLS_DEVICE_SIDE_H
#define PROTOCOLS_DEVICE_SIDE_H

#include "protocols/protocol.h"

/*
 * What the devices' sides of several rows share: the serials of frames that no answer of the server
 * covers, and what a simulated device says to a command of plain text.
 */

enum {
    DEVICE_QUIET_MAX = 8,
    DEVICE_SAID_SIZE = 192 /* of the longest answer to a text, with its NUL */
};

/*
 * Serials that were given to frames which the server does not acknowledge, while frames before them
 * wait for that. Part of what a row keeps in struct session; zeroed it is empty.
 */
struct device_quiet {
    uint16_t at[DEVICE_QUIET_MAX];
    uint8_t count;
};

/* Notes a serial. False, and nothing is noted: there are too many. */
MUST_USE bool device_quiet_add(struct device_quiet *q, uint16_t serial);
/* Forgets those of the `count` serials from `first` on, and answers how many there were. */
size_t device_quiet_take(struct device_quiet *q, uint16_t first, uint16_t count);

/*
 * What a device answers to a text, in ASCII: to "STATUS#", "PARAM#", "ICCID#" and what Teltonika
 * calls these, what it knows of itself and of `last`, the newest fix that it sent (NULL: none); to
 * any other that it has it.
 */
void device_say(struct bytes asked, const struct session *s, const struct fix *last,
                char out[DEVICE_SAID_SIZE]);

#endif
