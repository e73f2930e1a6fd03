#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/network.h"

static struct network of(const char *host)
{
    struct sockaddr_storage address;
    socklen_t len;
    assert_true(address_to_socket(host, 80, &address, &len));
    return network_of((struct sockaddr *)&address);
}

static void test_which_are_one_client(void **state)
{
    (void)state;
    const struct {
        const char *a;
        const char *b;
        bool are_one;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"2001:db8:1:2::1", "2001:db8:1:2:ffff::1", true},
        {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
        {"0.0.0.0", "::", false},
        {"1.0.0.0", "100::", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct network a = of(rows[i].a);
        struct network b = of(rows[i].b);
        assert_int_equal(a.bits == b.bits && a.family == b.family, rows[i].are_one);
    }
}

static void test_other_families_are_one(void **state)
{
    (void)state;
    const struct sockaddr local = {.sa_family = AF_UNIX};
    struct network n = network_of(&local);
    assert_int_equal(n.bits, 0);
    assert_int_equal(n.family, 0);
}

static void test_of_text(void **state)
{
    (void)state;
    struct network n;
    assert_true(network_of_text("192.0.2.1", &n));
    struct network same = of("192.0.2.1");
    assert_memory_equal(&n, &same, sizeof(n));
    assert_true(network_of_text("2001:db8:1:2::9", &n));
    same = of("2001:db8:1:2::1");
    assert_memory_equal(&n, &same, sizeof(n));
    assert_false(network_of_text("", &n));
    assert_false(network_of_text("proxy.example", &n));
    assert_false(network_of_text("192.0.2.1:80", &n));
}

static void test_which_are_one_host(void **state)
{
    (void)state;
    const struct {
        const char *address;
        const char *text;
        bool is_it;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"::ffff:192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "::FFFF:192.0.2.1", true},
        {"2001:db8::7", "2001:DB8:0::7", true},
        {"2001:db8::7", "2001:db8::8", false},
        {"192.0.2.1", "192.0.2.2", false},
        {"0.0.0.0", "::", false},
        {"::", "", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sockaddr_storage address;
        socklen_t len;
        assert_true(address_to_socket(rows[i].address, 80, &address, &len));
        assert_int_equal(network_is_host((struct sockaddr *)&address, rows[i].text), rows[i].is_it);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_are_one_client),
        cmocka_unit_test(test_of_text),
        cmocka_unit_test(test_which_are_one_host),
        cmocka_unit_test(test_other_families_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
