/*
 * Peers that were not understood, or that named no device. They are noted for ListUnknownDevices
 * and, now and then, for the log: whoever sets up a tracker sees that it reaches the port, and what
 * it says.
 */
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "gateway/gateway_private.h"

enum { LOGGED_BYTES = 32 };

void stranger_note(struct gateway *g, const char *address, uint8_t protocol, struct bytes said)
{
    struct unknown_tracker seen = {.protocol = protocol};
    bytes_to_text(bytes_of_text(address), seen.address, sizeof(seen.address));
    seen.frame_len = said.len < UNKNOWN_FRAME_MAX ? said.len : UNKNOWN_FRAME_MAX;
    if (seen.frame_len > 0) {
        memcpy(seen.frame, said.at, seen.frame_len);
    }
    struct unknown_line line =
        unknown_note(shards_first(g->shards)->unknown, &seen, clock_wall_ms() / 1000);
    if (!line.is_due) {
        return;
    }
    char hex[2 * LOGGED_BYTES + 1];
    hex_encode(bytes_slice(said, 0, LOGGED_BYTES), hex);
    log_line(LOG_INFO, "tracker_not_understood",
             "address=%s protocol=%s len=%zu begins=%s left_out=%llu", address,
             protocol == PROTOCOL_UNKNOWN ? "?" : protocol_at(protocol)->name, said.len, hex,
             (unsigned long long)line.left_out);
}

void stranger_note_link(struct link *link, struct bytes said)
{
    if (link->has_spoken) {
        return;
    }
    link->is_noted = true;
    stranger_note(link->gateway, link_address(link), link->protocol, said);
}

void stranger_note_end(struct link *link)
{
    if (link->is_udp || link->is_noted || !link->gateway->reading) {
        return;
    }
    struct bytes left = {link->stream.partial, link->stream.partial_len};
    if (held_first(link->stream.held, &left)) {
        stranger_note(link->gateway, link_address(link), link->protocol, left);
    } else if (left.len > 0) {
        stranger_note_link(link, left);
    }
}
