#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <stdint.h>

#include "base/bytes.h"

/* CRC-16/X-25 ("CRC-ITU" of the GT06 documents): reflected 0x1021, start and final XOR 0xffff. */
uint16_t crc16_x25(struct bytes in);
/* CRC-16/ARC ("IBM"): reflected 0x8005, start 0. */
uint16_t crc16_arc(struct bytes in);
/* CRC-16/KERMIT: reflected 0x1021, start 0. */
uint16_t crc16_kermit(struct bytes in);
/* CRC-16/MODBUS: reflected 0x8005, start 0xffff. */
uint16_t crc16_modbus(struct bytes in);
/* CRC-16/CCITT-FALSE: 0x1021, not reflected, start 0xffff. */
uint16_t crc16_ccitt_false(struct bytes in);

#endif
