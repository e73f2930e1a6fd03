#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Which client an address belongs to, where clients are counted. Each IPv4 address is a client, and
 * so is each /64 of IPv6: a subscriber is given at least a /64, and could come from another address
 * of it each time.
 */
struct network {
    uint64_t bits; /* the IPv4 address, or the first half of the IPv6 one */
    uint64_t family;
};

/*
 * The client of a socket's address. An IPv4 address that came through an IPv6 socket
 * (::ffff:192.0.2.1) is an IPv4 one; every address of any other family is the same network.
 */
struct network network_of(const struct sockaddr *address);
/* Whether `address` is the host `text`, however that is spelled; an IPv4 address may be mapped. */
bool network_is_host(const struct sockaddr *address, const char *text);
/* The client of "192.0.2.1" or "2001:db8::1"; false where the text is no address. */
bool network_of_text(const char *address, struct network *out);

#endif
