/*
 * Which protocol a connection speaks: told by its first bytes (protocol_choose()), of those that
 * its port has. Where several
 * begin alike, what the host spoke last is a hint, and a later frame that only another protocol
 * can read corrects the choice.
 */
#include <string.h>

#include "gateway/gateway_private.h"

/* The place of a host among those that spoke. Hosts may share one: it is but a hint. */
static uint8_t *past_protocol(const struct link *link)
{
    struct gateway *g = link->gateway;
    const char *address = link_address(link);
    const char *port = strrchr(address, ':');
    uint64_t hash = g->secret;
    for (const char *at = address; *at != '\0' && at != port; at++) {
        hash = (hash ^ (uint8_t)*at) * UINT64_C(0x100000001b3); /* FNV-1a */
    }
    return &g->past_protocols[(hash ^ (hash >> 32)) % PAST_HOSTS];
}

static void begin(struct link *link, const struct protocol_choice *choice)
{
    const struct gateway *g = link->gateway;
    link->protocol = (uint8_t)choice->index;
    link->is_unsure = !choice->is_sure;
    link->session = protocol_session(protocol_at(choice->index));
    link->session.speed_unit = g->options.speed_unit[choice->index];
    if (g->options.utc_offset_min[choice->index] != GATEWAY_OFFSET_UNSET) {
        link->session.utc_offset_min = g->options.utc_offset_min[choice->index];
    }
}

enum err choice_make(struct link *link, struct bytes in, bool is_all, size_t *noise)
{
    const struct protocol_question q = {.first = in,
                                        .is_udp = link->is_udp,
                                        .is_all = is_all,
                                        .allowed = link_listener(link)->allowed,
                                        .hint = *past_protocol(link)};
    struct protocol_choice choice = {0};
    enum err e = protocol_choose(&q, &choice);
    if (e == ERR_OK) {
        begin(link, &choice);
        *noise = choice.noise;
    }
    return e;
}

enum err choice_mend(struct link *link, struct bytes bad)
{
    struct protocol_choice choice = {0};
    if (!link->is_unsure || link->is_udp || link->device_count > 0) {
        return ERR_NOT_FOUND;
    }
    const struct protocol_question q = {.first = bad,
                                        .allowed = link_listener(link)->allowed &
                                                   ~((protocol_set)1 << link->protocol),
                                        .hint = PROTOCOL_UNKNOWN};
    if (protocol_choose(&q, &choice) != ERR_OK || !choice.is_sure || choice.noise > 0) {
        return ERR_NOT_FOUND;
    }
    if (link->in_flight > 0) {
        return ERR_BUSY;
    }
    begin(link, &choice);
    return ERR_OK;
}

void choice_note(struct link *link)
{
    if (!link->has_spoken) {
        *past_protocol(link) = link->protocol;
    }
}
