/*
 * A batch, version 2, or 3 where a fix of it has extra values. Numbers are varints, signed ones
 * zigzag; the checksum is CRC-32 (ISO 3309, as zlib computes it) over all before it, little-endian.
 * `seq` is the number of its row, so that no row is taken for one that is sealed; version 1 was
 * without it.
 *
 *     version | seq | parts | part ... | crc32
 *        1      1..5   1..3                4
 *
 *     part:  device | dirty | [dirty_from] | state length | state | fixes | record ...
 *             1..5      1        5               1          70      1        30
 *
 * A commit of one ordinary fix of one device is 1 + 3 + 1 + 4 + 1 + 1 + 70 + 1 + 30 + 4 = 116
 * bytes; in a commit of 1,000 devices each takes 107. The state is that of the device after all of
 * its fixes, so that loading copies and never computes.
 */
#include "store/journal.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/check.h"
#include "base/mem.h"
#include "base/writer.h"
#include "fleet/pack.h"
#include "store/fixes.h"

enum { FIRST_VERSION = 1, BATCH_VERSION = 2, EXTRAS_VERSION = 3 };
enum { CHECKSUM_BYTES = 4, BUFFER_KEPT = 4 << 20 };
/* The longest of what a part holds beside its state and its fixes: six varints. */
enum { PART_MAX = 6 * 10 };

void journal_buffer_clear(struct journal_buffer *b)
{
    free(b->at);
    *b = (struct journal_buffer){0};
}

/* A writer with room for `room` bytes behind what is there. */
static struct writer begin(struct journal_buffer *b, size_t room)
{
    if (b->capacity - b->len < room) {
        b->capacity = (b->len + room) * 2;
        b->at = mem_resize(b->at, b->capacity);
    }
    return writer_init(b->at + b->len, b->capacity - b->len);
}

static void end(struct journal_buffer *b, const struct writer *w)
{
    b->len += w->len;
}

static void pack_part(struct journal_buffer *b, const struct store_part *part)
{
    const struct bytes none = {0};
    uint8_t room[PACK_STATE_MAX];
    struct bytes state = part->packed_state;
    if (state.len == 0) {
        struct writer s = writer_init(room, sizeof(room));
        pack_state(&s, part->state);
        state = writer_bytes(&s);
    }
    struct writer w = begin(b, PART_MAX + PACK_STATE_MAX);
    write_varint_signed(&w, part->device);
    write_u8(&w, part->has_late ? 1 : 0);
    if (part->has_late) {
        write_varint_signed(&w, part->late_from_s);
    }
    write_varint(&w, state.len);
    write_bytes(&w, state);
    write_varint(&w, part->count);
    end(b, &w);
    for (size_t i = 0; i < part->count; i++) {
        w = begin(b, PACK_REPORT_MAX);
        pack_report(&w, &part->fixes[i], part->extras == NULL ? none : part->extras[i]);
        end(b, &w);
    }
}

static bool have_extras(const struct store_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fix_run run = {parts[i].fixes, parts[i].extras, parts[i].count};
        if (fix_run_has_extras(&run)) {
            return true;
        }
    }
    return false;
}

struct bytes journal_pack(struct journal_buffer *b, uint64_t seq, const struct store_part *parts,
                          size_t count)
{
    if (b->capacity > BUFFER_KEPT) {
        journal_buffer_clear(b);
    }
    b->len = 0;
    struct writer w = begin(b, PART_MAX);
    write_u8(&w, have_extras(parts, count) ? EXTRAS_VERSION : BATCH_VERSION);
    write_varint(&w, seq);
    write_varint(&w, count);
    end(b, &w);
    for (size_t i = 0; i < count; i++) {
        pack_part(b, &parts[i]);
    }
    uint32_t crc = (uint32_t)crc32_z(0, b->at, b->len);
    w = begin(b, CHECKSUM_BYTES);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        write_u8(&w, (uint8_t)(crc >> shift));
    }
    end(b, &w);
    return (struct bytes){b->at, b->len};
}

/* What stands before the parts. */
static enum err read_heading(struct journal_cursor *c)
{
    uint8_t version = read_u8(&c->in);
    c->seq = version >= BATCH_VERSION ? read_varint(&c->in) : 0;
    c->left = read_varint(&c->in);
    if (version < FIRST_VERSION || version > EXTRAS_VERSION) {
        return ERR_VERSION;
    }
    return reader_ok(&c->in) && (version < BATCH_VERSION || c->seq > 0) ? ERR_OK : ERR_CORRUPT;
}

enum err journal_open(struct bytes batch, struct journal_cursor *out)
{
    if (batch.len < CHECKSUM_BYTES) {
        return ERR_CORRUPT;
    }
    struct bytes content = bytes_slice(batch, 0, batch.len - CHECKSUM_BYTES);
    struct reader sum = reader_init(bytes_slice(batch, content.len, CHECKSUM_BYTES));
    if (read_u32le(&sum) != (uint32_t)crc32_z(0, content.at, content.len)) {
        return ERR_CORRUPT;
    }
    out->in = reader_init(content);
    return read_heading(out);
}

struct journal_cursor journal_begin(struct bytes batch)
{
    struct journal_cursor c = {
        .in = reader_init(bytes_slice(batch, 0, batch.len - CHECKSUM_BYTES)),
    };
    check(read_heading(&c) == ERR_OK);
    return c;
}

/* Passes over `count` records and answers them. */
static struct bytes take_records(struct reader *r, uint64_t count)
{
    size_t from = r->pos;
    struct bytes body = {0};
    int64_t time_s = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!pack_next(r, &body, &time_s)) {
            r->failed = true;
            return (struct bytes){0};
        }
    }
    return bytes_slice(r->in, from, r->pos - from);
}

enum err journal_next(struct journal_cursor *c, struct journal_part *out)
{
    struct reader *r = &c->in;
    if (c->left == 0) {
        return reader_left(r) == 0 ? ERR_END : ERR_CORRUPT;
    }
    c->left--;
    *out = (struct journal_part){.device = read_varint_signed(r)};
    uint8_t dirty = read_u8(r);
    out->dirty = dirty == 1;
    out->dirty_from_s = out->dirty ? read_varint_signed(r) : 0;
    out->state = read_bytes(r, (size_t)read_varint(r));
    uint64_t count = read_varint(r);
    out->fixes = take_records(r, count);
    out->count = (size_t)count;
    return reader_ok(r) && dirty <= 1 ? ERR_OK : ERR_CORRUPT;
}
