/*
 * libFuzzer's driver of journal batches. Where the first byte is even the others get a checksum
 * that is right, so that what is behind it is reached; else they are taken as they would come from
 * the disk. A batch whose parts can all be read must come back when it is packed anew.
 */
#include <zlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/writer.h"
#include "fleet/pack.h"
#include "fuzzing.h"
#include "store/journal.h"

enum { INPUT_MAX = 1 << 14, PARTS_MAX = 64 };

struct batch {
    struct arena arena;
    struct store_part parts[PARTS_MAX];
    size_t count;
    uint64_t seq;
};

/* The fixes of a part; false where one of them cannot be unpacked. */
static bool read_fixes(struct batch *b, const struct journal_part *from, struct store_part *to)
{
    struct fix *fixes = arena_new_array(&b->arena, from->count, sizeof(*fixes));
    struct bytes *extras = arena_new_array(&b->arena, from->count, sizeof(*extras));
    struct reader r = reader_init(from->fixes);
    struct bytes body = {0};
    int64_t time_s = 0;
    for (size_t i = 0; i < from->count; i++) {
        check(pack_next(&r, &body, &time_s));
        if (unpack_report(body, &fixes[i], &extras[i]) != ERR_OK) {
            return false;
        }
        check(fixes[i].gps_time_s == time_s);
    }
    check(reader_ok(&r) && reader_left(&r) == 0);
    to->fixes = fixes;
    to->extras = extras;
    to->count = from->count;
    return true;
}

static bool read_part(struct batch *b, const struct journal_part *from)
{
    struct store_part *to = &b->parts[b->count];
    struct fold_state *state = arena_new(&b->arena, sizeof(*state));
    *to = (struct store_part){.device = from->device,
                              .state = state,
                              .has_late = from->dirty,
                              .late_from_s = from->dirty_from_s};
    if (b->count + 1 == PARTS_MAX || unpack_state(from->state, state) != ERR_OK ||
        !read_fixes(b, from, to)) {
        return false;
    }
    b->count++;
    return true;
}

/* Whether every part of it is read. */
static bool read_batch(struct batch *b, struct bytes in)
{
    struct journal_cursor c;
    struct journal_part part;
    if (journal_open(in, &c) != ERR_OK) {
        return false;
    }
    b->seq = c.seq;
    enum err e = journal_next(&c, &part);
    bool is_good = true;
    while (e == ERR_OK) {
        is_good = is_good && read_part(b, &part);
        e = journal_next(&c, &part);
    }
    return is_good && e == ERR_END;
}

static void expect_back(const struct batch *b)
{
    struct journal_buffer buffer = {0};
    struct batch *again = mem_new(sizeof(*again));
    uint64_t seq = b->seq > 0 ? b->seq : 1;
    check(read_batch(again, journal_pack(&buffer, seq, b->parts, b->count)));
    check(again->seq == seq && again->count == b->count);
    for (size_t i = 0; i < b->count; i++) {
        const struct store_part *x = &b->parts[i];
        const struct store_part *y = &again->parts[i];
        check(x->device == y->device && x->has_late == y->has_late &&
              x->late_from_s == y->late_from_s && x->count == y->count);
        check(memcmp(x->fixes, y->fixes, x->count * sizeof(*x->fixes)) == 0);
        for (size_t k = 0; k < x->count; k++) {
            check(bytes_same(x->extras[k], y->extras[k]));
        }
    }
    arena_free(&again->arena);
    free(again);
    journal_buffer_clear(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    size_t len = size - 1;
    uint8_t *in = mem_new(len + sizeof(uint32_t));
    memcpy(in, data + 1, len);
    if (data[0] % 2 == 0) {
        uint32_t crc = (uint32_t)crc32_z(0, in, len);
        for (unsigned shift = 0; shift < 32; shift += 8) {
            in[len++] = (uint8_t)(crc >> shift);
        }
    }
    struct batch *b = mem_new(sizeof(*b));
    if (read_batch(b, (struct bytes){in, len})) {
        expect_back(b);
    }
    arena_free(&b->arena);
    free(b);
    free(in);
    return 0;
}
