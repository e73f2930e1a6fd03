/*
 * The checksums of 16 bits that are reflected, bit by bit: frames are short, so they need no table.
 */
#include "base/crc.h"

enum { CCITT_REFLECTED = 0x8408, IBM_REFLECTED = 0xa001, ALL_ONES = 0xffff };

static unsigned crc16(struct bytes in, unsigned polynomial, unsigned start)
{
    unsigned crc = start;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= in.at[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1U) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
        }
    }
    return crc;
}

uint16_t crc16_x25(struct bytes in)
{
    return (uint16_t)(crc16(in, CCITT_REFLECTED, ALL_ONES) ^ ALL_ONES);
}

uint16_t crc16_arc(struct bytes in)
{
    return (uint16_t)crc16(in, IBM_REFLECTED, 0);
}

uint16_t crc16_kermit(struct bytes in)
{
    return (uint16_t)crc16(in, CCITT_REFLECTED, 0);
}

uint16_t crc16_modbus(struct bytes in)
{
    return (uint16_t)crc16(in, IBM_REFLECTED, ALL_ONES);
}

uint16_t crc16_ccitt_false(struct bytes in)
{
    enum { CCITT = 0x1021, TOP = 0x8000, BYTE_BITS = 8 };
    unsigned crc = ALL_ONES;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= (unsigned)in.at[i] << BYTE_BITS;
        for (int bit = 0; bit < BYTE_BITS; bit++) {
            crc = (crc & TOP) != 0 ? crc << 1 ^ CCITT : crc << 1;
        }
    }
    return (uint16_t)(crc & ALL_ONES);
}
