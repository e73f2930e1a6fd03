/*
 * The table of protocols, made of PROTOCOL_MAP; which of them a connection speaks, and how to get
 * past bytes that are no frame of it.
 */
#include "protocols/protocol.h"

#include <string.h>

#include "base/check.h"
#include "protocols/framing.h"

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

/* Whether all of it may be text. A binary frame that is cut must not become whole by an end. */
static bool is_text(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.at[i] < ' ' && strchr("\t\r\n", in.at[i]) == NULL) {
            return false;
        }
    }
    return memchr(in.at, 0, in.len) == NULL;
}

/* Copies `in` with the row's datagram_end behind it. */
static struct bytes end_datagram(const struct protocol *p, struct bytes in, uint8_t *at)
{
    memcpy(at, in.at, in.len);
    size_t len = strlen(p->datagram_end);
    check(len <= DATAGRAM_END_MAX);
    memcpy(at + in.len, p->datagram_end, len);
    return (struct bytes){at, in.len + len};
}

enum protocol_claim protocol_claims(const struct protocol *p, struct bytes first)
{
    return p->claims != NULL ? p->claims(first) : framing_rule_claim(p->rule, first);
}

/* What the row makes of the bytes that a connection, or a datagram, begins with. */
static enum protocol_claim claim(const struct protocol *p, bool is_udp, struct bytes first)
{
    uint8_t at[PROTOCOL_FIRST_MAX + DATAGRAM_END_MAX];
    enum protocol_claim c = protocol_claims(p, first);
    return c == CLAIM_MORE && is_udp && p->datagram_end != NULL && is_text(first)
               ? protocol_claims(p, end_datagram(p, first, at))
               : c;
}

static struct claims ask(const struct protocol_question *q, struct bytes first)
{
    struct claims c = {.sure = PROTOCOL_COUNT};
    for (size_t i = 0; i < PROTOCOL_COUNT && c.sure == PROTOCOL_COUNT; i++) {
        protocol_set bit = (protocol_set)1 << i;
        if ((q->allowed & bit) == 0 || (q->is_udp && table[i]->tcp_only)) {
            continue;
        }
        enum protocol_claim one = claim(table[i], q->is_udp, first);
        c.sure = one == CLAIM_YES ? i : c.sure;
        c.likely |= one == CLAIM_LIKELY ? bit : 0;
        c.undecided |= one == CLAIM_LIKELY || one == CLAIM_MORE ? bit : 0;
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

/* ---- frames ---- */

enum err protocol_split(const struct protocol *p, struct bytes in, struct bytes *frame,
                        size_t *used)
{
    return p->rule != NULL ? framing_rule_split(p->rule, in, frame, used)
                           : p->split(in, frame, used);
}

enum err protocol_resync(const struct protocol *p, struct bytes in, size_t *skip)
{
    if (p->rule != NULL) {
        return framing_rule_resync(p->rule, in, skip);
    }
    return p->resync != NULL ? p->resync(in, skip) : ERR_MORE;
}

bool protocol_can_resync(const struct protocol *p)
{
    return p->rule != NULL || p->resync != NULL;
}

enum err protocol_decode(const struct protocol *p, struct session *s, struct bytes frame,
                         struct decoded *out)
{
    struct session before = *s;
    enum err e = p->rule != NULL ? framing_rule_check(p->rule, frame) : ERR_OK;
    memcpy(out->device_id, s->device_id, sizeof(out->device_id));
    e = e == ERR_OK ? p->decode(s, frame, out) : e;
    e = e == ERR_OK ? decoded_finish(out) : e;
    if (e != ERR_OK) {
        out->len = 0;
        *s = before;
    }
    return e;
}

/* Looks for a frame that begins within the longest one, whole. */
static bool next_frame(const struct protocol *p, struct bytes in, size_t *next)
{
    struct bytes front = bytes_slice(in, 0, 2 * (size_t)p->frame_max);
    return protocol_resync(p, front, next) == ERR_OK;
}

enum err protocol_pass_over(const struct protocol *p, struct bytes in, enum err found, bool is_all,
                            size_t *used)
{
    bool may_grow = in.len <= p->frame_max;
    bool waits = protocol_can_resync(p) && !is_all;
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

enum err protocol_split_datagram(const struct protocol *p, struct arena *arena, struct bytes in,
                                 struct bytes *frame, size_t *used)
{
    enum err e = protocol_split(p, in, frame, used);
    if (e != ERR_MORE || p->datagram_end == NULL || in.len > p->frame_max || !is_text(in)) {
        return e;
    }
    struct bytes whole = end_datagram(p, in, arena_new(arena, in.len + DATAGRAM_END_MAX));
    e = protocol_split(p, whole, frame, used);
    if (e != ERR_OK || *used < in.len) {
        return ERR_MORE;
    }
    *used = in.len;
    return ERR_OK;
}

size_t protocol_count_frames(const struct protocol *p, struct bytes in)
{
    size_t frames = 0;
    size_t used = 0;
    struct bytes frame;
    while (in.len > 0 && protocol_split(p, in, &frame, &used) == ERR_OK && used > 0) {
        in = bytes_slice(in, used, in.len - used);
        frames++;
    }
    return frames;
}
