/*
 * The table of protocols, made of PROTOCOL_MAP; which of them a connection speaks, and how to get
 * past bytes that are no frame of it.
 */
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

size_t protocol_index_of(struct bytes name)
{
    size_t i = 0;
    while (i < PROTOCOL_COUNT && !bytes_eq(name, table[i]->name)) {
        i++;
    }
    return i;
}

const struct protocol *protocol_find(const char *name)
{
    size_t i = protocol_index_of(bytes_of_text(name));
    return i < PROTOCOL_COUNT ? table[i] : NULL;
}

/* What every row that may be meant makes of the same bytes. */
struct claims {
    protocol_set likely;
    protocol_set undecided; /* likely, or more bytes will tell */
    size_t sure;            /* PROTOCOL_COUNT: none is */
};

static struct claims ask(const struct protocol_question *q, struct bytes first)
{
    struct claims c = {.sure = PROTOCOL_COUNT};
    for (size_t i = 0; i < PROTOCOL_COUNT && c.sure == PROTOCOL_COUNT; i++) {
        protocol_set bit = (protocol_set)1 << i;
        if ((q->allowed & bit) == 0 || (q->is_udp && table[i]->tcp_only)) {
            continue;
        }
        enum protocol_claim claim = table[i]->claims(first);
        c.sure = claim == CLAIM_YES ? i : c.sure;
        c.likely |= claim == CLAIM_LIKELY ? bit : 0;
        c.undecided |= claim == CLAIM_LIKELY || claim == CLAIM_MORE ? bit : 0;
    }
    return c;
}

static size_t first_of(protocol_set set)
{
    size_t i = 0;
    while ((set >> i & 1) == 0) {
        i++;
    }
    return i;
}

static size_t noise_len(struct bytes in)
{
    size_t n = 0;
    while (n < in.len && n < PROTOCOL_NOISE_MAX && in.at[n] != '\0' &&
           strchr("\r\n\t ", in.at[n]) != NULL) {
        n++;
    }
    return n;
}

enum err protocol_choose(const struct protocol_question *q, struct protocol_choice *out)
{
    size_t noise = noise_len(q->first);
    struct bytes first = bytes_slice(q->first, noise, PROTOCOL_FIRST_MAX);
    if (first.len == 0) {
        return ERR_MORE;
    }
    struct claims c = ask(q, first);
    *out = (struct protocol_choice){
        .index = c.sure, .noise = noise, .is_sure = c.sure < PROTOCOL_COUNT};
    if (out->is_sure) {
        return ERR_OK;
    }
    bool is_one = (c.undecided & (c.undecided - 1)) == 0;
    bool is_all = q->is_all || first.len == PROTOCOL_FIRST_MAX;
    if (c.likely == 0 || (!is_one && !is_all)) {
        return c.undecided == 0 || first.len == PROTOCOL_FIRST_MAX ? ERR_MALFORMED : ERR_MORE;
    }
    bool is_hinted = q->hint < PROTOCOL_COUNT && (c.likely >> q->hint & 1) != 0;
    out->index = is_hinted ? q->hint : first_of(c.likely);
    return ERR_OK;
}

struct session protocol_session(const struct protocol *p)
{
    return (struct session){.utc_offset_min = p->utc_offset_min};
}

enum command_fate protocol_try_command(const struct protocol *p, const struct command_request *what)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct writer w = writer_init(at, sizeof(at));
    struct session session = protocol_session(p);
    const struct device_slot slot = {0};
    struct command_note note = {0};
    if (p->command == NULL) {
        return COMMAND_IS_UNSUPPORTED;
    }
    enum command_fate fate = p->command(&session, &slot, what, &note, &w);
    explicit_bzero(at, sizeof(at)); /* a password may stand in it */
    return fate;
}

bool protocol_carries(const struct protocol *p, enum command_kind kind,
                      const struct profile *profile)
{
    const struct command_request any = {.kind = kind,
                                        .id = 1,
                                        .text = bytes_of_text("?"),
                                        .password = bytes_of_text("0"),
                                        .profile = profile};
    return protocol_try_command(p, &any) != COMMAND_IS_UNSUPPORTED;
}

/* Looks for a frame that begins within the longest one, whole. */
static bool next_frame(const struct protocol *p, struct bytes in, size_t *next)
{
    struct bytes front = bytes_slice(in, 0, 2 * (size_t)p->frame_max);
    return p->resync != NULL && p->resync(front, next) == ERR_OK;
}

enum err protocol_pass_over(const struct protocol *p, struct bytes in, enum err found, bool is_all,
                            size_t *used)
{
    bool may_grow = in.len <= p->frame_max;
    bool waits = p->resync != NULL && !is_all;
    size_t next = 0;
    if (found == ERR_MORE && may_grow && !is_all) {
        return ERR_MORE;
    }
    if (next_frame(p, in, &next)) {
        *used = found == ERR_OK && *used < next ? *used : next;
        return ERR_OK;
    }
    if (found == ERR_OK) {
        return waits ? ERR_MORE : ERR_OK;
    }
    if (may_grow && (found == ERR_MORE || waits)) {
        return ERR_MORE;
    }
    return found == ERR_MORE ? ERR_TOO_LONG : found;
}

size_t protocol_count_frames(const struct protocol *p, struct bytes in)
{
    size_t frames = 0;
    size_t used = 0;
    struct bytes frame;
    while (in.len > 0 && p->split(in, &frame, &used) == ERR_OK && used > 0) {
        in = bytes_slice(in, used, in.len - used);
        frames++;
    }
    return frames;
}
