#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stdint.h>

#include "base/bytes.h"

/* CRC-16/X-25 ("CRC-ITU" of the GT06 documents): reflected 0x1021, start and final XOR 0xffff. */
uint16_t crc16_x25(struct bytes in);

#endif
