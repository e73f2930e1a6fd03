/*
 * Whom we talk to. A proxy appends the address of its client to X-Forwarded-For, behind whatever
 * the client itself wrote there. So the last address of the last line counts, and only from the
 * proxy that the configuration names.
 */
#include "api/peer.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "base/check.h"
#include "base/log.h"
#include "base/network.h"

/* NULL where libmicrohttpd does not know it. */
static const struct sockaddr *peer_of(const struct exchange *ex)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(ex->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

static void write_address(const struct sockaddr *peer, char out[CALL_ADDRESS_SIZE])
{
    static const char mapped[] = "::ffff:";
    const void *address =
        peer->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)peer)->sin_addr;
    check(inet_ntop(peer->sa_family, address, out, CALL_ADDRESS_SIZE) != NULL);
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

/* Says once that a proxy is not named: the throttle then takes all of its clients for one. */
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

/* Says once that the named proxy's lines cannot be read: the throttle takes its clients for one. */
static void note_unreadable(const struct exchange *ex, const char *line)
{
    if (counter_add(ex->server->api.counters, forwards_unreadable, 1) == 0) {
        char shown[CALL_ADDRESS_SIZE];
        bytes_to_text(bytes_of_text(line), shown, sizeof(shown));
        log_line(
            LOG_WARN, "forwarded_for_unreadable",
            "line=\"%s\" why=\"its last item is no address: all clients of the proxy that write "
            "so count as one\"",
            shown);
    }
}

/*
 * The address of an item as proxies write it: 192.0.2.1, 192.0.2.1:4711, 2001:db8::1,
 * [2001:db8::1]:443, each in quotes or without. Not checked yet.
 */
static struct bytes address_of(struct bytes item)
{
    while (item.len > 0 && strchr(" \t\"", item.at[0]) != NULL) {
        item = bytes_slice(item, 1, item.len);
    }
    while (item.len > 0 && strchr(" \t\"", item.at[item.len - 1]) != NULL) {
        item.len--;
    }
    if (item.len > 0 && item.at[0] == '[') {
        return bytes_slice(item, 1, bytes_find(item, ']') - 1);
    }
    size_t colon = bytes_find(item, ':');
    bool has_port = colon < item.len &&
                    bytes_find(bytes_slice(item, colon + 1, item.len), ':') + colon + 1 == item.len;
    return has_port ? bytes_slice(item, 0, colon) : item;
}

void peer_client_address(const struct exchange *ex, char out[CALL_ADDRESS_SIZE])
{
    const char *forwarded = NULL;
    const struct sockaddr *peer = peer_of(ex);
    out[0] = '\0';
    if (peer == NULL) {
        return;
    }
    write_address(peer, out);
    (void)MHD_get_connection_values(ex->connection, MHD_HEADER_KIND, keep_forwarded, &forwarded);
    if (forwarded == NULL) {
        return;
    }
    if (!network_is_host(peer, ex->server->trusted_proxy)) {
        note_unnamed_proxy(ex, out);
        return;
    }
    const char *comma = strrchr(forwarded, ',');
    struct bytes item = bytes_of_text(comma == NULL ? forwarded : comma + 1);
    char told[CALL_ADDRESS_SIZE];
    struct in6_addr any;
    bytes_to_text(address_of(item), told, sizeof(told));
    if (inet_pton(AF_INET, told, &any) == 1 || inet_pton(AF_INET6, told, &any) == 1) {
        memcpy(out, told, sizeof(told));
    } else {
        note_unreadable(ex, forwarded);
    }
}
