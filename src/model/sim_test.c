/* ICCIDs: which can be one, and which are the same card. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/sim.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void what_can_be_one(void **state)
{
    static const struct {
        const char *text;
        bool is_one;
    } rows[] = {
        {"893701000000000001", true},
        {"8937010000000000017", true},
        {"89370100000000000175", true},
        {"893701000000000001758", false},
        {"89370100000000000", false},
        {"8937010000000000017f", true},
        {"8937010000000000017FFff", true},
        {"898604121018C1040199", true},
        {"898604121018c1040199", true},
        {"898604121018G1040199", false},
        {"98370100000000000175", false},
        {"7937010000000000017", false},
        {"8937010000000 00017", false},
        {"8937010000000f000017", true},
        {"", false},
        {"f", false},
        {"89ffffffffffffffffff", false},
        {"+893701000000000017", false},
        {"89370100000000000\xc3\xa4", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char key[ICCID_KEY_SIZE];
        assert_int_equal(iccid_is_valid(rows[i].text), rows[i].is_one);
        assert_int_equal(iccid_key(rows[i].text, key), rows[i].is_one);
        assert_int_equal(key[0] != '\0', rows[i].is_one);
    }
}

static bool is_same(const char *a, const char *b)
{
    char x[ICCID_KEY_SIZE];
    char y[ICCID_KEY_SIZE];
    assert_true(iccid_key(a, x));
    assert_true(iccid_key(b, y));
    return strcmp(x, y) == 0;
}

static void which_are_the_same_card(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        bool are_same;
    } rows[] = {
        {"8937010000000000018", "89370100000000000182", true}, /* 2 is its check digit */
        {"8937010000000000018", "89370100000000000183", false},
        {"89370100000000000182", "89370100000000000183", false},
        {"8937010000000000018", "8937010000000000018F", true},
        {"8937010000000000018f", "89370100000000000182ff", true},
        {"898604121018c1040199", "898604121018C1040199", true},
        {"898604121018C104019", "898604121018C1040199", false}, /* letters have no check digit */
        {"8937010000000000018", "8937010000000000019", false},
        {"8937010000000000018", "8937010000000000081", false},
        {"893701000000000001", "8937010000000000018", false},
        {"893701000000000001", "8937010000000000011", true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s and %s\n", rows[i].a, rows[i].b);
        assert_int_equal(is_same(rows[i].a, rows[i].b), rows[i].are_same);
    }
}

/* By the rule, written anew: the check digit that makes the weighted sum a multiple of ten. */
static char check_digit_of(const char *digits)
{
    size_t len = strlen(digits);
    int sum = 0;
    for (size_t i = 0; i < len; i++) {
        int weighted = (digits[i] - '0') * ((len - i) % 2 == 1 ? 2 : 1);
        sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

/* Of a thousand neighbours each is the same with its check digit, and none is another. */
static void neighbours_stay_apart(void **state)
{
    enum { NEIGHBOURS = 1000, BODY = 19 };
    static char keys[NEIGHBOURS][ICCID_KEY_SIZE];
    (void)state;
    for (int i = 0; i < NEIGHBOURS; i++) {
        char body[BODY + 2] = "8988228055509013000";
        body[16] = (char)('0' + i / 100);
        body[17] = (char)('0' + i / 10 % 10);
        body[18] = (char)('0' + i % 10);
        assert_true(iccid_key(body, keys[i]));
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(keys[i], keys[k]);
        }
        char key[ICCID_KEY_SIZE];
        body[BODY] = check_digit_of(body);
        assert_true(iccid_key(body, key));
        assert_string_equal(key, keys[i]);
    }
}

static void words_of_the_contract(void **state)
{
    (void)state;
    assert_string_equal(sms_status_word(SMS_STORED), "Stored");
    assert_string_equal(sms_type_word(SMS_STORED), "MT");
    assert_string_equal(sms_status_word(SMS_PENDING), "Pending");
    assert_string_equal(sms_status_word(SMS_DELIVERED), "Delivered");
    assert_string_equal(sms_status_word(SMS_FAILED), "Failed");
    assert_string_equal(sms_type_word(SMS_FAILED), "MT");
    assert_string_equal(sms_status_word(SMS_REPLY), "Reply");
    assert_string_equal(sms_type_word(SMS_REPLY), "MO");
}

static void a_quota_ends_at_none(void **state)
{
    struct sim_card card = {.sms_data = 1};
    (void)state;
    sim_count_sms(&card);
    assert_int_equal(card.sms_data, 0);
    sim_count_sms(&card);
    assert_int_equal(card.sms_data, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_one),       cmocka_unit_test(which_are_the_same_card),
        cmocka_unit_test(neighbours_stay_apart), cmocka_unit_test(words_of_the_contract),
        cmocka_unit_test(a_quota_ends_at_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
