#ifndef PROTOCOLS_LOGIN78_H
#define PROTOCOLS_LOGIN78_H

#include "base/bytes.h"
#include "base/err.h"

/*
 * The logins of GT06 and of Topin begin alike, and both rows tell them apart by this:
 *
 *     78 78 0d 01 | IMEI, BCD 8 | serial u16 | CRC-16/X-25 | 0d 0a     GT06
 *     78 78 0d 01 | IMEI, BCD 8 | version u8 | 0d 0a                   Topin
 */
enum { LOGIN78_TOPIN_LEN = 15 };

/*
 * Whether `in`, which begins with 78 78, is such a login of Topin: ERR_OK; ERR_MORE: more bytes
 * will tell; ERR_MALFORMED: it is none. Where its end stands in a frame of GT06 whose checksum is
 * right, it is one of GT06.
 */
MUST_USE enum err login78_is_topin(struct bytes in);

#endif
