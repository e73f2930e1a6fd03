#ifndef PROTOCOLS_EELINK_EELINK_H
#define PROTOCOLS_EELINK_EELINK_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the Eelink protocol share. eelink.c finds the frame, answers it and writes
 * commands; package.c reads what a package says. Everything here is pure.
 */

enum eelink_type {
    EELINK_LOGIN = 0x01,
    EELINK_OLD_GPS = 0x02,
    EELINK_HEARTBEAT = 0x03,
    EELINK_OLD_ALARM = 0x04,
    EELINK_OLD_STATE = 0x05,
    EELINK_OLD_SMS = 0x06,
    EELINK_OLD_OBD = 0x07,
    EELINK_LOCATION = 0x12,
    EELINK_WARNING = 0x14,
    EELINK_REPORT = 0x15,
    EELINK_MESSAGE = 0x16,
    EELINK_OBD_FAULT = 0x19,
    EELINK_ANSWER = 0x80,
    EELINK_BROADCAST = 0x81
};

/* Adds what the content of a package of `type` says. ERR_MALFORMED: it is cut off. */
MUST_USE enum err eelink_read(unsigned type, struct reader *r, struct decoded *out);

#endif
