/*
 * A block: fixes as columns, a column for each member of struct fix that is not 0 in all of them.
 *
 *     version | count | length | columns ... | CRC-32 of all before it, lowest byte first
 *        1      1..2     1..3      length                       4
 *
 * Count and length are varints (LEB128), the columns bits, the lowest of a byte first. In front of
 * them, in 6 bits, stands how many members are told of. Then comes for each of these, in the order
 * of their columns in FIX_MAP, a bit whether it is there, for those that are a bit whether it
 * varies, and for those that do not, their value (a number as in codes.c). A member that varies is
 * a column as in column.c; before the columns of arrival and original time a bit says whether their
 * difference from gps_time_s is meant.
 *
 * Four fixes, ten seconds apart and each received two seconds later, in 39 bytes:
 *
 *     01              version
 *     04              fixes
 *     20              bytes of columns
 *     c6 20 60 ca 81 f5 82 86 20 f0 81 00 00 1a 9c e0 1e 90 90 b6 1f 41 0e c0 90 df 87 38 d0 70 fd
 * 07 e2 89 d6 b0     CRC-32
 *
 *     6                                  the members up to the sixth, lon_e7
 *     1 1    1795396800 .. 810 .. 820 ..    gps_time_s: LAST, scale 10, centre 1, FIXED; 69 bits
 *     1 1 1  2 2 2 2                        rcv_time_s less gps_time_s: ZERO, FIXED; 27 bits
 *     1 0    3                              has: TIME POSITION
 *     1 0    1                              flags: VALID
 *     1 1    527245600 527248000 ..         lat_e7: LAST, scale 100, FIXED 24 25 0; 88 bits
 *     1 0    134050000                      lon_e7
 *
 * Version, count, length and checksum stand there in every version, so that damage is never taken
 * for a newer one.
 *
 *     1  columns
 *     2  `count` records of pack_report() instead, see chunk_prove(), none with extra values
 *     3  columns, zeros up to the next byte, and the columns of extra values (chunk_extras.c)
 *     4  as 2, some with extra values
 *
 * A block costs 11 to 14 bytes and its first values; every further fix what changed in it: with all
 * that a tracker sends some 3 to 6 bytes. What a number here means never changes: a new meaning
 * takes a new version.
 */
#include "store/chunk.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/wrap.h"
#include "base/writer.h"
#include "fleet/pack.h"
#include "store/chunk_extras.h"

enum version { COLUMNS = 1, RECORDS = 2, COLUMNS_EXTRAS = 3, RECORDS_EXTRAS = 4, NEWEST = 4 };
enum { HEADING_MAX = 1 + 2 + 4 };
enum { CHECKSUM_BYTES = 4, PRESENT_BITS = 6 };

/* Members that are numbers of the machine; beside them there are bytes, the lowest first. */
#define NUMBER_MAP(X)                                                                              \
    X(uint8_t)                                                                                     \
    X(int8_t)                                                                                      \
    X(uint16_t)                                                                                    \
    X(int16_t)                                                                                     \
    X(uint32_t)                                                                                    \
    X(int32_t)                                                                                     \
    X(uint64_t)                                                                                    \
    X(int64_t)

enum width {
#define X(type) AS_##type,
    NUMBER_MAP(X)
#undef X
        AS_bytes6,
    AS_bytes8
};

/* What a column may be foretold by. */
enum aid { ALONE, BESIDE_TIME, ALONG_TIME };

/*
 * The columns of struct fix as FIX_MAP numbers them, those that most trackers send first. Numbers
 * of 64 bits without a sign go as those with one.
 */
static const struct member {
    uint16_t offset;
    uint8_t width;
    uint8_t aid;
    uint8_t usual; /* enum prediction */
} members[] = {
#define COLUMN(place, type, column, aid, usual)                                                    \
    [column] = {(uint16_t)offsetof(struct fix, place), AS_##type, aid, PREDICT_##usual},
#define BY_HAND(place, type, name, column, aid, usual) COLUMN(place, type, column, aid, usual)
#define NUMBER(member, type, has, bit, kept, column, usual, ...)                                   \
    COLUMN(member, type, column, ALONE, usual)
    FIX_MAP(NUMBER, BY_HAND, COLUMN)
#undef NUMBER
#undef BY_HAND
#undef COLUMN
};

enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

#define ONE(...) 1,
_Static_assert(MEMBER_COUNT == sizeof((char[]){FIX_MAP(ONE, ONE, ONE)}),
               "the columns are numbered from 0 on");
#undef ONE
_Static_assert((int)CHUNK_FIXES_MAX <= (int)COLUMN_VALUES_MAX, "a block's columns have room");
_Static_assert(FIX_TEMPERATURES_MAX == 8, "a column for every temperature");
_Static_assert(FIX_WIFI_MAX == 4, "two columns for every access point");
_Static_assert(FIX_ICCID_SIZE == 24, "three columns of eight characters");
_Static_assert(sizeof(struct fix) % sizeof(uint64_t) == 0, "can be compared in words");
_Static_assert(MEMBER_COUNT < 1 << PRESENT_BITS, "their number fits");

enum { FIX_WORDS = sizeof(struct fix) / sizeof(uint64_t) };

struct buffer {
    uint8_t *at;
    size_t capacity;
};

struct chunk_codec {
    struct column_coder *coder;
    struct extras_coder *extras; /* NULL: there were none so far */
    int64_t times_s[CHUNK_FIXES_MAX];
    int64_t values[CHUNK_FIXES_MAX];
    int64_t beside[CHUNK_FIXES_MAX];
    struct buffer block; /* that was encoded */
    struct buffer body;  /* that is decoded, with zeros behind it */
    uint64_t unproven;
    struct fixes proof; /* what a block was decoded to */
};

struct chunk_codec *chunk_codec_new(void)
{
    struct chunk_codec *c = mem_new(sizeof(*c));
    c->coder = column_coder_new();
    return c;
}

void chunk_codec_free(struct chunk_codec *c)
{
    if (c != NULL) {
        extras_coder_free(c->extras);
        column_coder_free(c->coder);
        free(c->block.at);
        free(c->body.at);
        fixes_clear(&c->proof);
        free(c);
    }
}

static void reserve(struct buffer *b, size_t size)
{
    if (b->capacity < size) {
        b->capacity = size;
        b->at = mem_resize(b->at, size);
    }
}

static struct extras_coder *extras_coder_of(struct chunk_codec *c)
{
    if (c->extras == NULL) {
        c->extras = extras_coder_new(c->coder);
    }
    return c->extras;
}

/* ---- members ---- */

#define X(type)                                                                                    \
    static void gather_##type(const uint8_t *at, size_t count, int64_t *values)                    \
    {                                                                                              \
        for (size_t i = 0; i < count; i++, at += sizeof(struct fix)) {                             \
            type v;                                                                                \
            memcpy(&v, at, sizeof(v));                                                             \
            values[i] = (int64_t)v;                                                                \
        }                                                                                          \
    }                                                                                              \
    static bool scatter_##type(const int64_t *values, size_t count, uint8_t *at)                   \
    {                                                                                              \
        int64_t beyond = 0;                                                                        \
        for (size_t i = 0; i < count; i++, at += sizeof(struct fix)) {                             \
            type v = (type)values[i];                                                              \
            memcpy(at, &v, sizeof(v));                                                             \
            beyond |= values[i] ^ (int64_t)v;                                                      \
        }                                                                                          \
        return beyond == 0;                                                                        \
    }
NUMBER_MAP(X)
#undef X

static void gather_bytes(const uint8_t *at, unsigned len, size_t count, int64_t *values)
{
    for (size_t i = 0; i < count; i++, at += sizeof(struct fix)) {
        uint64_t v = 0;
        for (unsigned byte = 0; byte < len; byte++) {
            v |= (uint64_t)at[byte] << 8 * byte;
        }
        values[i] = (int64_t)v;
    }
}

static bool scatter_bytes(const int64_t *values, unsigned len, size_t count, uint8_t *at)
{
    bool is_inside = true;
    for (size_t i = 0; i < count; i++, at += sizeof(struct fix)) {
        uint64_t v = (uint64_t)values[i];
        for (unsigned byte = 0; byte < len; byte++) {
            at[byte] = (uint8_t)(v >> 8 * byte);
        }
        is_inside = is_inside && (len == sizeof(v) || v >> 8 * len == 0);
    }
    return is_inside;
}

/* The values of one member of all fixes. */
static void gather(const struct member *m, const struct fix *fixes, size_t count, int64_t *values)
{
    const uint8_t *at = (const uint8_t *)fixes + m->offset;
    switch ((enum width)m->width) {
#define X(type)                                                                                    \
    case AS_##type:                                                                                \
        gather_##type(at, count, values);                                                          \
        break;
        NUMBER_MAP(X)
#undef X
    case AS_bytes6:
        gather_bytes(at, 6, count, values);
        break;
    case AS_bytes8:
        gather_bytes(at, 8, count, values);
        break;
    }
}

/* The way back. False where a value is beyond its member. */
static bool scatter(const struct member *m, const int64_t *values, size_t count, struct fix *fixes)
{
    uint8_t *at = (uint8_t *)fixes + m->offset;
    switch ((enum width)m->width) {
#define X(type)                                                                                    \
    case AS_##type:                                                                                \
        return scatter_##type(values, count, at);
        NUMBER_MAP(X)
#undef X
    case AS_bytes6:
        return scatter_bytes(values, 6, count, at);
    case AS_bytes8:
        return scatter_bytes(values, 8, count, at);
    }
    return false;
}

/* ---- encoding ---- */

/* The bits of struct fix in which the fixes are not all the same. */
static void find_changes(const struct fix *fixes, size_t count, uint64_t *changed)
{
    uint64_t first[FIX_WORDS];
    uint64_t all[FIX_WORDS] = {0};
    memcpy(first, fixes, sizeof(first));
    for (size_t i = 1; i < count; i++) {
        uint64_t now[FIX_WORDS];
        memcpy(now, &fixes[i], sizeof(now));
        for (size_t word = 0; word < FIX_WORDS; word++) {
            all[word] |= now[word] ^ first[word];
        }
    }
    memcpy(changed, all, sizeof(all));
}

/* Writes the values of a member that are not all the same. */
static void write_varying(struct chunk_codec *c, struct bit_writer *w, const struct member *m,
                          size_t count, int level)
{
    const int64_t *times_s = m->aid == ALONG_TIME ? c->times_s : NULL;
    struct column alone = {c->values, times_s, count, (enum prediction)m->usual};
    if (m->aid != BESIDE_TIME) {
        struct column_plan plan = column_plan(c->coder, &alone, level > 0);
        column_write(c->coder, w, &alone, &plan);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        c->beside[i] = wrap_minus(c->values[i], c->times_s[i]);
    }
    struct column beside = {c->beside, NULL, count, (enum prediction)m->usual};
    struct column_plan plan = column_plan(c->coder, &beside, level > 0);
    struct column_plan alone_plan = {.bits = UINT64_MAX};
    if (level > 0) {
        alone_plan = column_plan(c->coder, &alone, level > 0);
    }
    bool is_beside = plan.bits <= alone_plan.bits;
    bits_put(w, is_beside, 1);
    if (is_beside) {
        column_write(c->coder, w, &beside, &plan);
    } else {
        column_write(c->coder, w, &alone, &alone_plan);
    }
}

static void write_columns(struct chunk_codec *c, struct bit_writer *w, const struct fix *fixes,
                          size_t count, int level)
{
    struct fix changed;
    uint64_t words[FIX_WORDS];
    int64_t first[MEMBER_COUNT];
    int64_t change[MEMBER_COUNT];
    size_t present = 0;
    find_changes(fixes, count, words);
    memcpy(&changed, words, sizeof(changed));
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        gather(&members[i], fixes, 1, &first[i]);
        gather(&members[i], &changed, 1, &change[i]);
        present = first[i] != 0 || change[i] != 0 ? i + 1 : present;
    }
    bits_put(w, present, PRESENT_BITS);
    gather(&members[0], fixes, count, c->times_s);
    for (size_t i = 0; i < present; i++) {
        bool is_there = first[i] != 0 || change[i] != 0;
        bits_put(w, is_there, 1);
        if (!is_there) {
            continue;
        }
        bits_put(w, change[i] != 0, 1);
        if (change[i] == 0) {
            codes_write_number(w, first[i]);
            continue;
        }
        gather(&members[i], fixes, count, c->values);
        write_varying(c, w, &members[i], count, level);
    }
}

/* The heading before, and the checksum behind, a body that stands in c->block. */
static struct bytes close_block(struct chunk_codec *c, uint8_t version, size_t count, size_t len)
{
    uint8_t *body = c->block.at + HEADING_MAX;
    uint8_t heading[HEADING_MAX];
    struct writer h = writer_init(heading, sizeof(heading));
    write_u8(&h, version);
    write_varint(&h, count);
    write_varint(&h, len);
    check(writer_ok(&h));
    uint8_t *block = body - h.len;
    memcpy(block, heading, h.len);
    uint32_t crc = (uint32_t)crc32_z(0, block, h.len + len);
    struct writer end = writer_init(body + len, CHECKSUM_BYTES);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        write_u8(&end, (uint8_t)(crc >> shift));
    }
    return (struct bytes){block, h.len + len + CHECKSUM_BYTES};
}

static struct bytes encode_columns(struct chunk_codec *c, const struct fix_run *run, int level)
{
    size_t body_max =
        MEMBER_COUNT * (COLUMN_HEADING_MAX + COLUMN_VALUE_MAX * run->count) + BITS_SLACK;
    struct bytes extras = {0};
    if (fix_run_has_extras(run)) {
        extras = extras_encode(extras_coder_of(c), run, level > 0);
    }
    reserve(&c->block, HEADING_MAX + body_max + extras.len + CHECKSUM_BYTES);
    struct bit_writer body = {.at = c->block.at + HEADING_MAX};
    write_columns(c, &body, run->at, run->count, level);
    size_t body_len = bits_align(&body);
    check(body_len <= body_max);
    if (extras.len > 0) {
        memcpy(body.at + body_len, extras.at, extras.len);
    }
    return close_block(c, extras.len > 0 ? COLUMNS_EXTRAS : COLUMNS, run->count,
                       body_len + extras.len);
}

static struct bytes encode_records(struct chunk_codec *c, const struct fix_run *run)
{
    bool has_extras = fix_run_has_extras(run);
    size_t body_max = run->count * (has_extras ? PACK_REPORT_MAX : PACK_FIX_MAX);
    reserve(&c->block, HEADING_MAX + body_max + CHECKSUM_BYTES);
    struct writer body = writer_init(c->block.at + HEADING_MAX, body_max);
    for (size_t i = 0; i < run->count; i++) {
        pack_report(&body, &run->at[i], fix_run_extras(run, i));
    }
    check(writer_ok(&body));
    return close_block(c, has_extras ? RECORDS_EXTRAS : RECORDS, run->count, body.len);
}

static bool is_same(const struct fix *a, const struct fix *b)
{
    return a->gps_time_s == b->gps_time_s && a->rcv_time_s == b->rcv_time_s &&
           a->flags == b->flags && fix_is_repeat(a, b);
}

struct bytes chunk_prove(struct chunk_codec *c, struct bytes block, const struct fix_run *run)
{
    fixes_reset(&c->proof);
    enum err e = chunk_decode(c, block, run->count, &c->proof);
    struct fix_run proof = fixes_run(&c->proof);
    bool is_proven = e == ERR_OK && proof.count == run->count;
    for (size_t i = 0; i < run->count && is_proven; i++) {
        is_proven = is_same(&proof.at[i], &run->at[i]) &&
                    bytes_same(fix_run_extras(&proof, i), fix_run_extras(run, i));
    }
    if (is_proven) {
        return block;
    }
    c->unproven++;
    log_line(LOG_ERROR, "columns_unproven", "fixes=%zu first=%lld", run->count,
             (long long)run->at[0].gps_time_s);
    return encode_records(c, run);
}

uint64_t chunk_unproven(const struct chunk_codec *c)
{
    return c->unproven;
}

struct bytes chunk_encode(struct chunk_codec *c, const struct fix_run *run, int level)
{
    check(run->count > 0 && run->count <= CHUNK_FIXES_MAX);
    return chunk_prove(c, encode_columns(c, run, level), run);
}

/* ---- decoding ---- */

struct block {
    uint8_t version;
    size_t count;
    struct bytes body;
    struct bytes checked; /* what the checksum is of */
    uint32_t crc;
};

/* The next block by its lengths and its checksum, which stay in every version. */
static enum err next_block(struct reader *r, struct block *b)
{
    size_t from = r->pos;
    b->version = read_u8(r);
    uint64_t count = read_varint(r);
    uint64_t len = read_varint(r);
    b->body = read_bytes(r, len <= SIZE_MAX ? (size_t)len : SIZE_MAX);
    b->checked = bytes_slice(r->in, from, r->pos - from);
    b->crc = read_u32le(r);
    b->count = (size_t)count;
    if (!reader_ok(r) || crc32_z(0, b->checked.at, b->checked.len) != b->crc) {
        return ERR_CORRUPT;
    }
    if (b->version > NEWEST) {
        return ERR_VERSION;
    }
    return b->version != 0 && count > 0 && count <= CHUNK_FIXES_MAX ? ERR_OK : ERR_CORRUPT;
}

static bool read_varying(struct chunk_codec *c, struct bit_reader *r, const struct member *m,
                         size_t count)
{
    uint64_t is_beside = 0;
    const int64_t *times_s = m->aid == ALONG_TIME ? c->times_s : NULL;
    if ((m->aid == BESIDE_TIME && !bits_get(r, 1, &is_beside)) ||
        !column_read(c->coder, r, times_s, c->values, count)) {
        return false;
    }
    for (size_t i = 0; is_beside != 0 && i < count; i++) {
        c->values[i] = wrap_plus(c->values[i], c->times_s[i]);
    }
    return true;
}

/* One member of all fixes. */
static bool read_member(struct chunk_codec *c, struct bit_reader *r, const struct member *m,
                        size_t count, struct fix *out)
{
    uint64_t is_there = 0;
    uint64_t varies = 0;
    bool sound = bits_get(r, 1, &is_there) && (is_there == 0 || bits_get(r, 1, &varies));
    if (!sound || is_there == 0) {
        return sound;
    }
    if (varies != 0) {
        return read_varying(c, r, m, count) && scatter(m, c->values, count, out);
    }
    int64_t v = 0;
    sound = codes_read_number(r, &v);
    for (size_t i = 0; i < count; i++) {
        c->values[i] = v;
    }
    return sound && scatter(m, c->values, count, out);
}

/* Members that others rely on: counts of arrays, numbers of names, a text with an end. */
static bool is_fix(const struct fix *f)
{
    return f->temperature_count <= FIX_TEMPERATURES_MAX && f->wifi_count <= FIX_WIFI_MAX &&
           f->source <= FIX_WIFI && f->lock < FIX_LOCK_COUNT &&
           f->iccid[sizeof(f->iccid) - 1] == '\0';
}

/* The columns of struct fix. */
static bool read_members(struct chunk_codec *c, struct bit_reader *r, size_t count, struct fix *out)
{
    uint64_t present = 0;
    memset(out, 0, count * sizeof(*out));
    memset(c->times_s, 0, count * sizeof(*c->times_s));
    bool sound = bits_get(r, PRESENT_BITS, &present) && present <= MEMBER_COUNT;
    for (size_t i = 0; sound && i < present; i++) {
        sound = read_member(c, r, &members[i], count, out);
        if (i == 0) {
            gather(&members[0], out, count, c->times_s);
        }
    }
    for (size_t i = 0; sound && i < count; i++) {
        sound = is_fix(&out[i]);
    }
    return sound;
}

/* For `out` has room behind its own. */
static enum err read_columns(struct chunk_codec *c, const struct block *b, struct fixes *out)
{
    struct bytes body = b->body;
    reserve(&c->body, body.len + BITS_SLACK);
    if (body.len > 0) {
        memcpy(c->body.at, body.at, body.len);
    }
    memset(c->body.at + body.len, 0, BITS_SLACK);
    struct bit_reader r = {.at = c->body.at, .end = body.len * 8};
    bool sound = read_members(c, &r, b->count, out->at + out->count);
    if (sound && b->version == COLUMNS_EXTRAS) {
        r.pos += (8U - (r.pos & 7U)) & 7U; /* the end is at a whole byte too */
        sound = extras_decode(extras_coder_of(c), &r, b->count, out);
    }
    return sound && r.end - r.pos < 8 ? ERR_OK : ERR_CORRUPT;
}

/* For `out` has room behind its own. */
static enum err read_records(const struct block *b, struct fixes *out)
{
    struct reader r = reader_init(b->body);
    struct bytes record = {0};
    int64_t time_s = 0;
    bool has_extras = false;
    for (size_t i = 0; i < b->count; i++) {
        struct bytes extras = {0};
        if (!pack_next(&r, &record, &time_s) ||
            unpack_report(record, &out->at[out->count + i], &extras) != ERR_OK) {
            return ERR_CORRUPT;
        }
        if (extras.len > 0) {
            fixes_extras(out)[out->count + i] = arena_copy(&out->arena, extras);
            has_extras = true;
        }
    }
    return reader_left(&r) == 0 && has_extras == (b->version == RECORDS_EXTRAS) ? ERR_OK
                                                                                : ERR_CORRUPT;
}

enum err chunk_count(struct bytes data, size_t *count)
{
    struct reader r = reader_init(data);
    *count = 0;
    while (reader_left(&r) > 0) {
        struct block b;
        enum err e = next_block(&r, &b);
        if (e != ERR_OK) {
            return e;
        }
        *count += b.count;
    }
    return ERR_OK;
}

static enum err read_block(struct chunk_codec *c, const struct block *b, struct fixes *out)
{
    fixes_reserve(out, b->count);
    bool is_records = b->version == RECORDS || b->version == RECORDS_EXTRAS;
    enum err e = is_records ? read_records(b, out) : read_columns(c, b, out);
    out->count += e == ERR_OK ? b->count : 0;
    return e;
}

enum err chunk_decode(struct chunk_codec *c, struct bytes data, size_t most, struct fixes *out)
{
    struct reader r = reader_init(data);
    size_t before = out->count;
    enum err e = ERR_OK;
    while (e == ERR_OK && reader_left(&r) > 0) {
        struct block b;
        e = next_block(&r, &b);
        if (e == ERR_OK && b.count > most - (out->count - before)) {
            e = ERR_TOO_LONG;
        }
        e = e == ERR_OK ? read_block(c, &b, out) : e;
    }
    if (e != ERR_OK) {
        fixes_cut(out, before);
    }
    return e;
}
