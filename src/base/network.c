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

bool network_of_text(const char *address, struct network *out)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1) {
        *out = of_ipv4(&v4);
        return true;
    }
    if (inet_pton(AF_INET6, address, &v6) == 1) {
        *out = of_ipv6(&v6);
        return true;
    }
    return false;
}
