#ifndef PROTOCOLS_GALILEO_GALILEO_H
#define PROTOCOLS_GALILEO_GALILEO_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the Galileosky protocol share. galileo.c finds the frame, answers it and writes
 * commands; tags.c reads the tags. Everything here is pure and may be called from any thread.
 */

enum { GALILEO_IMEI_LEN = 15 };

/*
 * Makes messages of the tags of a main packet; `device_id` takes the IMEI where they tell it. A tag
 * whose length is not known ends them: what is behind it counts as one unreadable report.
 */
void galileo_read_tags(struct bytes tags, struct decoded *out);

#endif
