/*
 * Which client an address counts as. IPv4 addresses come in two forms, plain and mapped into IPv6
 * (::ffff:192.0.2.1, RFC 4291, section 2.5.5.2); both are taken for the same.
 */
#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { PREFIX_BYTES = 8, MAPPED_AT = 12 };

static struct network of_ipv4(const void *address)
{
    uint32_t bits;
    memcpy(&bits, address, sizeof(bits));
    return (struct network){.bits = bits, .family = AF_INET};
}

static struct network of_ipv6(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        return of_ipv4(address->s6_addr + MAPPED_AT);
    }
    struct network n = {.family = AF_INET6};
    memcpy(&n.bits, address->s6_addr, PREFIX_BYTES);
    return n;
}

struct network network_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return of_ipv4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        return of_ipv6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    }
    return (struct network){0};
}

/* An IPv4 address in the form that an IPv6 socket gives it. */
static struct in6_addr mapped(const void *v4)
{
    struct in6_addr out = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(out.s6_addr + MAPPED_AT, v4, sizeof(struct in_addr));
    return out;
}

static bool host_of_text(const char *text, struct in6_addr *out)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        *out = mapped(&v4);
        return true;
    }
    return inet_pton(AF_INET6, text, out) == 1;
}

bool network_is_host(const struct sockaddr *address, const char *text)
{
    struct in6_addr named;
    struct in6_addr own = {0};
    if (!host_of_text(text, &named)) {
        return false;
    }
    if (address->sa_family == AF_INET) {
        own = mapped(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    } else if (address->sa_family == AF_INET6) {
        own = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    }
    return memcmp(&own, &named, sizeof(own)) == 0;
}

bool network_of_text(const char *address, struct network *out)
{
    struct in6_addr host;
    bool is_host = host_of_text(address, &host);
    if (is_host) {
        *out = of_ipv6(&host);
    }
    return is_host;
}
