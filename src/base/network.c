#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

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

void network_text(const char *address, char out[NETWORK_TEXT_SIZE])
{
    struct in6_addr ipv6 = {0};
    (void)snprintf(out, NETWORK_TEXT_SIZE, "%s", address);
    if (inet_pton(AF_INET6, address, &ipv6) != 1) {
        return;
    }
    if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
        check(inet_ntop(AF_INET, ipv6.s6_addr + MAPPED_AT, out, NETWORK_TEXT_SIZE) != NULL);
        return;
    }
    char prefix[INET6_ADDRSTRLEN];
    memset(ipv6.s6_addr + PREFIX_BYTES, 0, sizeof(ipv6.s6_addr) - PREFIX_BYTES);
    check(inet_ntop(AF_INET6, &ipv6, prefix, sizeof(prefix)) != NULL);
    (void)snprintf(out, NETWORK_TEXT_SIZE, "%s/64", prefix);
}
