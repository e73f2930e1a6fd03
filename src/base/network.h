#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Whom an address counts as where clients are counted. An IPv4 address is one client. Of IPv6 it is
 * the /64: a subscriber is given at least that much, and could come from another address each time.
 */
struct network {
    uint64_t bits; /* the IPv4 address, or the first half of the IPv6 one */
    uint64_t family;
};

/*
 * Of a socket's address. An IPv4 address that came through an IPv6 socket (::ffff:192.0.2.1) is an
 * IPv4 one; every address of any other family is the same network.
 */
struct network network_of(const struct sockaddr *address);
/* Whether `address` is the host `text`, whatever its spelling; an IPv4 one may be mapped. */
bool network_is_host(const struct sockaddr *address, const char *text);
/* Of "192.0.2.1" or "2001:db8::1"; false for what is no address. */
bool network_of_text(const char *address, struct network *out);

#endif
