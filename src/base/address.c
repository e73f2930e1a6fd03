/*
 * Addresses as people write them, "192.0.2.1:9881" or "[::1]:9881": read, judged, and turned into
 * those of sockets. They are numeric: no name is ever looked up.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

static bool is_numeric(const char *host)
{
    struct in6_addr any;
    return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

/* Reads what is behind the last colon. */
static bool read_port(const char *text, uint64_t *port)
{
    const char *colon = strrchr(text, ':');
    return colon != NULL && parse_u64(bytes_of_text(colon + 1), port) && *port <= UINT16_MAX;
}

enum err address_parse(const char *text, struct address *out)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;
    if (!read_port(text, &port)) {
        return ERR_INVALID;
    }
    struct bytes host = {(const uint8_t *)text, (size_t)(colon - text)};
    if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']') {
        host = bytes_slice(host, 1, host.len - 2);
    }
    if (host.len >= sizeof(out->host)) {
        return ERR_INVALID;
    }
    bytes_to_text(host, out->host, sizeof(out->host));
    out->port = (uint16_t)port;
    return is_numeric(out->host) ? ERR_OK : ERR_INVALID;
}

const char *address_fault(const char *text)
{
    struct address any;
    uint64_t port;
    if (address_parse(text, &any) == ERR_OK) {
        return NULL;
    }
    if (strchr(text, ':') == NULL) {
        return "wants an address and a port, as 127.0.0.1:8080";
    }
    if (!read_port(text, &port)) {
        return "wants a port from 0 to 65535 behind the colon";
    }
    return "wants a numeric address before the port, as 127.0.0.1 or [::1], 0.0.0.0 for all";
}

bool address_to_socket(const char *host, uint16_t port, struct sockaddr_storage *out,
                       socklen_t *len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    *out = (struct sockaddr_storage){0};
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *len = sizeof(*v4);
        return true;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    *len = sizeof(*v6);
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}
