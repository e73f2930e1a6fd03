/*
 * CRC-16/X-25, the frame check sequence of ITU-T X.25, bit by bit: frames are short, so it needs no
 * table.
 */
#include "base/crc.h"

enum { POLYNOMIAL_REFLECTED = 0x8408 };

uint16_t crc16_x25(struct bytes in)
{
    unsigned crc = 0xffff;
    for (size_t i = 0; i < in.len; i++) {
        crc ^= in.at[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1U) != 0 ? crc >> 1 ^ POLYNOMIAL_REFLECTED : crc >> 1;
        }
    }
    return (uint16_t)(crc ^ 0xffffU);
}
