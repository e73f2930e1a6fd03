#include "protocols/protocol.h"

#include <string.h>

#include "base/check.h"

static const struct protocol *const table[PROTOCOL_COUNT] = {
#define X(name) [PROTOCOL_##name] = &protocol_##name,
    PROTOCOL_MAP(X)
#undef X
};

const struct protocol *protocol_at(size_t index)
{
    check(index < PROTOCOL_COUNT);
    return table[index];
}

const struct protocol *protocol_find(const char *name)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            return table[i];
        }
    }
    return NULL;
}

enum err protocol_detect(struct bytes first, bool is_udp, size_t *index)
{
    bool undecided = false;
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        if (is_udp && table[i]->tcp_only) {
            continue;
        }
        enum err e = table[i]->claims(first);
        if (e == ERR_OK) {
            *index = i;
            return ERR_OK;
        }
        undecided = undecided || e == ERR_MORE;
    }
    return undecided ? ERR_MORE : ERR_MALFORMED;
}

struct session protocol_session(const struct protocol *p)
{
    return (struct session){.utc_offset_min = p->utc_offset_min};
}
