#ifndef PROTOCOLS_DOLLAR_H
#define PROTOCOLS_DOLLAR_H

#include "protocols/protocol.h"

/*
 * Binary frames of H02, which begin with '$' as those of JT600 do, and which both rows tell apart
 * by this. They have no length and no checksum:
 *
 *     24 | id BCD 5 | hh mm ss | dd mm yy | lat 4 | battery | lon 5 | speed, course 3 | status 4 ..
 *
 * With an id of 8 bytes all behind it moves by 3. What tells are the time, the date, the angles and
 * the status, most bits of which are set as long as nothing happens.
 */
enum { DOLLAR_H02_LEN = 32, DOLLAR_H02_LONG_ID = 8, DOLLAR_H02_SHORT_ID = 5 };

/*
 * What H02 may claim of bytes that begin with '$' (or 'X'): CLAIM_YES, it is one; CLAIM_LIKELY, all
 * but the status fits; CLAIM_MORE; CLAIM_NO. *id_len is the length of its id where it is one or
 * likely.
 */
enum protocol_claim dollar_is_h02(struct bytes in, size_t *id_len);

#endif
