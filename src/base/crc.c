/*
 * Checksums of 16 bits, half a byte at a time: what the low or the high four bits of a remainder
 * come to is in a table of 16.
 */
#include "base/crc.h"

enum { ALL_ONES = 0xffff, NIBBLE_BITS = 4, NIBBLE = 0x0f };

/* Of 0x1021, reflected. */
static const uint16_t ccitt_reflected[] = {0x0000, 0x1081, 0x2102, 0x3183, 0x4204, 0x5285,
                                           0x6306, 0x7387, 0x8408, 0x9489, 0xa50a, 0xb58b,
                                           0xc60c, 0xd68d, 0xe70e, 0xf78f};

/* Of 0x8005, reflected. */
static const uint16_t ibm_reflected[] = {0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00,
                                         0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
                                         0x5000, 0x9c01, 0x8801, 0x4400};

static unsigned crc16(struct bytes in, const uint16_t table[NIBBLE + 1], unsigned start)
{
    unsigned crc = start;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= in.at[i];
        crc = crc >> NIBBLE_BITS ^ table[crc & NIBBLE];
        crc = crc >> NIBBLE_BITS ^ table[crc & NIBBLE];
    }
    return crc;
}

uint16_t crc16_x25(struct bytes in)
{
    return (uint16_t)(crc16(in, ccitt_reflected, ALL_ONES) ^ ALL_ONES);
}

uint16_t crc16_arc(struct bytes in)
{
    return (uint16_t)crc16(in, ibm_reflected, 0);
}

uint16_t crc16_kermit(struct bytes in)
{
    return (uint16_t)crc16(in, ccitt_reflected, 0);
}

uint16_t crc16_modbus(struct bytes in)
{
    return (uint16_t)crc16(in, ibm_reflected, ALL_ONES);
}

/* Of 0x1021 as it is: the high bits leave first. */
static const uint16_t ccitt[] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7,
                                 0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef};

uint16_t crc16_ccitt_false(struct bytes in)
{
    enum { BYTE_BITS = 8, HIGH_AT = 12 };
    unsigned crc = ALL_ONES;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= (unsigned)in.at[i] << BYTE_BITS;
        crc = (crc << NIBBLE_BITS ^ ccitt[crc >> HIGH_AT]) & ALL_ONES;
        crc = (crc << NIBBLE_BITS ^ ccitt[crc >> HIGH_AT]) & ALL_ONES;
    }
    return (uint16_t)crc;
}
