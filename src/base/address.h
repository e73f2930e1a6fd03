#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

enum { ADDRESS_HOST_SIZE = 64 };

struct address {
    char host[ADDRESS_HOST_SIZE]; /* numeric */
    uint16_t port;
};

/*
 * Reads "ADDR:PORT" with a numeric IPv4 address or an IPv6 one, bare or in brackets
 * ("[::1]:9881"). ERR_INVALID for anything else.
 */
MUST_USE enum err address_parse(const char *text, struct address *out);

/*
 * What address_parse() minds in `text`, in words for the person who wrote it; NULL: nothing.
 * Static.
 */
const char *address_fault(const char *text);

/*
 * Makes of a numeric address, of either family, what bind(2) and connect(2) take; false where
 * `host` is no such address.
 */
bool address_to_socket(const char *host, uint16_t port, struct sockaddr_storage *out,
                       socklen_t *len);

#endif
