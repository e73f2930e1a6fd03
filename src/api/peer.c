/*
 * Whom we talk to. A proxy appends the address of its client to X-Forwarded-For, so that what the
 * client itself wrote there stands before it: of the last line the last address counts, and only
 * from the proxy that the configuration names.
 */
#include "api/peer.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"

static void peer_address(const struct exchange *ex, char out[CALL_ADDRESS_SIZE])
{
    static const char mapped[] = "::ffff:";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    out[0] = '\0';
    if (info == NULL || info->client_addr == NULL) {
        return;
    }
    const void *address =
        info->client_addr->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)info->client_addr)
                  ->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)info->client_addr)
                  ->sin_addr;
    check(inet_ntop(info->client_addr->sa_family, address, out, CALL_ADDRESS_SIZE) != NULL);
    if (g_str_has_prefix(out, mapped)) {
        memmove(out, out + sizeof(mapped) - 1, strlen(out) - sizeof(mapped) + 2);
    }
}

/* Keeps the last X-Forwarded-For line: what a proxy adds comes behind what the client sent. */
static enum MHD_Result keep_forwarded(void *context, enum MHD_ValueKind kind, const char *name,
                                      const char *value)
{
    const char **last = context;
    (void)kind;
    if (g_ascii_strcasecmp(name, "X-Forwarded-For") == 0 && value != NULL) {
        *last = value;
    }
    return MHD_YES;
}

/* Says once that a proxy is not named: then all of its clients are one to the throttle. */
static void note_unnamed_proxy(const struct exchange *ex, const char *peer)
{
    const char *named = ex->server->trusted_proxy;
    if (counter_add(ex->server->api.counters, forwards_ignored, 1) == 0) {
        log_line(LOG_WARN, "forwarded_for_ignored",
                 "address=%s trusted_proxy=\"%s\" why=\"X-Forwarded-For comes from an address that "
                 "is not trusted_proxy: all clients behind it count as one\"",
                 peer, named);
    }
}

void peer_client_address(const struct exchange *ex, char out[CALL_ADDRESS_SIZE])
{
    const char *forwarded = NULL;
    peer_address(ex, out);
    (void)MHD_get_connection_values(ex->connection, MHD_HEADER_KIND, keep_forwarded, &forwarded);
    if (forwarded == NULL || out[0] == '\0') {
        return;
    }
    if (strcmp(out, ex->server->trusted_proxy) != 0) {
        note_unnamed_proxy(ex, out);
        return;
    }
    const char *comma = strrchr(forwarded, ',');
    const char *last = comma == NULL ? forwarded : comma + 1;
    last += strspn(last, " ");
    char told[CALL_ADDRESS_SIZE];
    struct in6_addr any;
    bytes_to_text((struct bytes){(const uint8_t *)last, strcspn(last, " ")}, told, sizeof(told));
    if (inet_pton(AF_INET, told, &any) == 1 || inet_pton(AF_INET6, told, &any) == 1) {
        memcpy(out, told, sizeof(told));
    }
}
