#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/crc.h"

/* What the catalogues of checksums tell of these digits. */
static void sums_what_others_do(void **state)
{
    static const struct {
        uint16_t (*sum)(struct bytes in);
        uint16_t want;
        uint16_t of_nothing;
    } cases[] = {
        {crc16_x25, 0x906e, 0x0000},         {crc16_arc, 0xbb3d, 0x0000},
        {crc16_kermit, 0x2189, 0x0000},      {crc16_modbus, 0x4b37, 0xffff},
        {crc16_ccitt_false, 0x29b1, 0xffff},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cases[i].sum(bytes_of_text("123456789")), cases[i].want);
        assert_int_equal(cases[i].sum((struct bytes){0}), cases[i].of_nothing);
    }
}

/* One bit after the other, as the polynomial has it. */
static unsigned step(unsigned crc, unsigned polynomial, bool is_reflected)
{
    enum { TOP = 0x8000 };
    if (is_reflected) {
        return (crc & 1U) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
    }
    return ((crc & TOP) != 0 ? crc << 1 ^ polynomial : crc << 1) & UINT16_MAX;
}

static void sums_every_byte(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        const uint8_t at[] = {(uint8_t)byte};
        unsigned arc = byte;
        unsigned kermit = byte;
        unsigned ccitt = UINT16_MAX ^ byte << 8;
        for (int bit = 0; bit < 8; bit++) {
            arc = step(arc, 0xa001, true);
            kermit = step(kermit, 0x8408, true);
            ccitt = step(ccitt, 0x1021, false);
        }
        assert_int_equal(crc16_arc((struct bytes){at, 1}), arc);
        assert_int_equal(crc16_kermit((struct bytes){at, 1}), kermit);
        assert_int_equal(crc16_ccitt_false((struct bytes){at, 1}), ccitt);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_what_others_do),
        cmocka_unit_test(sums_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
