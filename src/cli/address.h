#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

#include <stdint.h>

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

#endif
