#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

static void reads_both_families(void **state)
{
    struct address a;
    (void)state;
    assert_int_equal(address_parse("127.0.0.1:9881", &a), ERR_OK);
    assert_string_equal(a.host, "127.0.0.1");
    assert_int_equal(a.port, 9881);
    assert_int_equal(address_parse("[::1]:0", &a), ERR_OK);
    assert_string_equal(a.host, "::1");
    assert_int_equal(a.port, 0);
    assert_int_equal(address_parse("0.0.0.0:65535", &a), ERR_OK);
    assert_int_equal(a.port, 65535);
}

static void refuses_the_rest(void **state)
{
    static const char *const bad[] = {
        "",
        "127.0.0.1",
        "127.0.0.1:",
        ":80",
        "localhost:80",
        "1.2.3.4:x1",
        "127.0.0.1:65536",
        "256.0.0.1:80",
        "[]:80",
        "11111111111111111111111111111111111111111111111111111111111111111111111111:80",
    };
    struct address a;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(address_parse(bad[i], &a), ERR_INVALID);
        assert_non_null(address_fault(bad[i]));
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    assert_null(address_fault("127.0.0.1:0"));
    assert_null(address_fault("[::1]:65535"));
    assert_non_null(strstr(address_fault("127.0.0.1"), "and a port"));
    assert_non_null(strstr(address_fault("127.0.0.1:65536"), "from 0 to 65535"));
    assert_non_null(strstr(address_fault("127.0.0.1:"), "from 0 to 65535"));
    assert_non_null(strstr(address_fault("localhost:80"), "numeric"));
}

static void becomes_what_connect_wants(void **state)
{
    struct sockaddr_storage at;
    socklen_t len = 0;
    (void)state;
    assert_true(address_to_socket("127.0.0.2", 9881, &at, &len));
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&at;
    assert_int_equal(len, sizeof(*v4));
    assert_int_equal(v4->sin_family, AF_INET);
    assert_int_equal(ntohl(v4->sin_addr.s_addr), 0x7f000002);
    assert_int_equal(ntohs(v4->sin_port), 9881);
    assert_true(address_to_socket("::1", 65535, &at, &len));
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&at;
    assert_int_equal(len, sizeof(*v6));
    assert_int_equal(v6->sin6_family, AF_INET6);
    assert_int_equal(v6->sin6_addr.s6_addr[15], 1);
    assert_int_equal(ntohs(v6->sin6_port), 65535);
    assert_false(address_to_socket("localhost", 1, &at, &len));
    assert_false(address_to_socket("", 1, &at, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(becomes_what_connect_wants),
        cmocka_unit_test(reads_both_families),
        cmocka_unit_test(refuses_the_rest),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
