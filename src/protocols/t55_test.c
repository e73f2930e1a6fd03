/* T55: what the vectors do not show: claims. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/protocol.h"

#define IMEI "123456789012345"

static void test_claims(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_claim claim;
    } rows[] = {
        {"$", CLAIM_MORE},           {"$GPRMC", CLAIM_YES},        {"$$B16", CLAIM_NO},
        {"$PUBX", CLAIM_MORE},       {"$ID,", CLAIM_YES},          {"QZE,", CLAIM_YES},
        {"IMEI ", CLAIM_YES},        {"imei:", CLAIM_NO},          {"GET /", CLAIM_NO},
        {"STT;", CLAIM_NO},          {"12345", CLAIM_MORE},        {"12345$G", CLAIM_YES},
        {"x/12345/$G", CLAIM_YES},   {"12345#", CLAIM_NO},         {IMEI "\r\n", CLAIM_LIKELY},
        {IMEI "\r\n$GP", CLAIM_YES}, {IMEI "\r\nimei:", CLAIM_NO}, {"12345\r", CLAIM_NO},
        {"HELLO!\r", CLAIM_NO}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(protocol_t55.claims(bytes_of_text(rows[i].text)), rows[i].claim);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
