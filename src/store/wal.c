/* clang-format off */
/*
 * The write-ahead log (SQLite, "Database File Format", section 4), all numbers big-endian:
 *
 *     0                32                 32 + 24 + 16384
 *     ├── header ──────┼── frame 1 ───────┼── frame 2 ───────┼── ...
 *
 *     header   0  377f0682; 377f0683: checksums are of big-endian words
 *              4  2d e2 18 (3007000), the format
 *              8  size of a page
 *             12  number of the round: the log begins anew at its front when all is copied back
 *             16  two salts, others in every round
 *             24  checksum of the 24 bytes before, two words
 *
 *     frame    0  number of the page
 *              4  pages of the database after the commit that ends here; 0: none does
 *              8  the salts of the header
 *             16  checksum of the 8 bytes at 0 and the page, begun with that of the frame before
 *             24  the page
 *
 * SQLite takes a frame with a bad checksum for the end of the log: so one wrong bit undoes every
 * commit behind it, and nobody is told. What lies behind the end is not always damage, though. A
 * power cut leaves parts of the commit that was under way; a transaction that was undone leaves
 * hundreds of frames that were good; and behind all of that stand those of earlier rounds.
 *
 * A frame is genuine if it has the header's salts and its checksum follows from that which stands
 * in the frame before, be that one good or bad. The log is damaged if, at or behind the first frame
 * that is not genuine, one with a commit has a genuine one right behind it: whoever wrote that one
 * had synced the commit before, and it was acknowledged. What was undone holds no commit, and its
 * frames follow from what has been written over.
 *
 *     1  2  3c 4  5c 6x 7c 8  9c    c commit, x bad: 8 follows from 7, so 6 was synced: damaged
 *     1  2  3c 4  5c 6x 7c          the commit that was under way: a power cut can leave this
 *     1  2  3c 4  5c 6x 7  8  9     5 has overwritten what 6 followed from: was undone
 *
 * A header that is bad hides everything. Then the salts are those of the first frame that follows
 * from the one before it, and it is damage unless every page up to the last commit stands in the
 * database as well: that is when a round begins, and a power cut may tear its header.
 */
/* clang-format on */
#include "store/wal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/reader.h"

enum {
    HEADER_BYTES = 32,
    SUMMED_OF_HEADER = 24,
    SALTS_AT = 16,
    FRAME_BYTES = 24, /* before its page */
    SUMMED_OF_FRAME = 8,
    SALT_BYTES = 8,
    FORMAT = 3007000,
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    PAGE_USUAL = 16384,
    WALKS_MAX = 16, /* of one that is written to meanwhile */
};

#define MAGIC UINT32_C(0x377f0682) /* or with the lowest bit set */

struct sum {
    uint32_t a;
    uint32_t b;
};

struct header {
    uint8_t raw[HEADER_BYTES];
    bool is_good;
    bool is_big; /* checksums of big-endian words */
    uint32_t page_bytes;
    struct sum stored;
};

struct frame {
    uint32_t page_number;
    uint32_t pages_after; /* 0: no commit */
    uint8_t salts[SALT_BYTES];
    struct sum stored;
};

/* A log being walked. */
struct log {
    int fd;
    struct header header;
    uint64_t frames;
    uint32_t page_bytes;
    uint8_t salts[SALT_BYTES];
    bool is_big;
    uint8_t at[FRAME_BYTES + PAGE_MAX]; /* the frame that was read last */
};

/* ---- the words ---- */

static uint32_t word(const uint8_t *at, bool is_big)
{
    return is_big ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
                  : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static struct sum sum_add(struct sum s, const uint8_t *at, size_t len, bool is_big)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        s.a += word(at + i, is_big) + s.b;
        s.b += word(at + i + 4, is_big) + s.a;
    }
    return s;
}

static bool same_sum(struct sum x, struct sum y)
{
    return x.a == y.a && x.b == y.b;
}

static struct sum read_sum(struct reader *r)
{
    uint32_t a = read_u32be(r);
    return (struct sum){a, read_u32be(r)};
}

/* ---- reading ---- */

/* What is there of `len` bytes; the rest is zeroed. */
static enum err read_at(int fd, uint8_t *at, size_t len, uint64_t offset)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, at + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno != EINTR) {
            return ERR_IO;
        }
        if (n == 0) {
            break;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    memset(at + done, 0, len - done);
    return ERR_OK;
}

static bool is_page_size(uint32_t bytes)
{
    return bytes >= PAGE_MIN && bytes <= PAGE_MAX && (bytes & (bytes - 1)) == 0;
}

static struct header header_of(const uint8_t raw[HEADER_BYTES])
{
    struct header h = {0};
    memcpy(h.raw, raw, HEADER_BYTES);
    struct reader r = reader_init((struct bytes){h.raw, HEADER_BYTES});
    uint32_t magic = read_u32be(&r);
    uint32_t format = read_u32be(&r);
    h.page_bytes = read_u32be(&r);
    read_skip(&r, 4 + SALT_BYTES);
    h.stored = read_sum(&r);
    h.is_big = (magic & 1) != 0;
    h.is_good = (magic & ~UINT32_C(1)) == MAGIC && format == FORMAT && is_page_size(h.page_bytes) &&
                same_sum(sum_add((struct sum){0}, h.raw, SUMMED_OF_HEADER, h.is_big), h.stored);
    h.page_bytes = is_page_size(h.page_bytes) ? h.page_bytes : PAGE_USUAL;
    return h;
}

static void set_page_bytes(struct log *l, uint32_t page_bytes, uint64_t file_bytes)
{
    l->page_bytes = page_bytes;
    l->frames = (file_bytes - HEADER_BYTES) / (FRAME_BYTES + page_bytes);
}

static uint64_t end_of(const struct log *l, uint64_t frames)
{
    return HEADER_BYTES + frames * (FRAME_BYTES + (uint64_t)l->page_bytes);
}

/* What stands before the page of frame `number`, which counts from 1. */
static enum err read_frame(struct log *l, uint64_t number, struct frame *out)
{
    enum err e = read_at(l->fd, l->at, FRAME_BYTES, end_of(l, number - 1));
    struct reader r = reader_init((struct bytes){l->at, FRAME_BYTES});
    out->page_number = read_u32be(&r);
    out->pages_after = read_u32be(&r);
    memcpy(out->salts, read_bytes(&r, SALT_BYTES).at, SALT_BYTES);
    out->stored = read_sum(&r);
    return e;
}

static enum err read_page(struct log *l, uint64_t number)
{
    return read_at(l->fd, l->at + FRAME_BYTES, l->page_bytes, end_of(l, number - 1) + FRAME_BYTES);
}

/* Whether the frame that was read last follows from the one whose checksum is `before`. */
static enum err follows(struct log *l, uint64_t number, struct sum before, bool *out)
{
    struct frame f;
    enum err e = read_frame(l, number, &f);
    e = e == ERR_OK ? read_page(l, number) : e;
    struct sum s = sum_add(before, l->at, SUMMED_OF_FRAME, l->is_big);
    s = sum_add(s, l->at + FRAME_BYTES, l->page_bytes, l->is_big);
    *out = f.page_number != 0 && same_sum(s, f.stored);
    return e;
}

/* ---- with its header ---- */

/* Frame `number`, behind one with the checksum `before`: itself, and whether it is genuine. */
static enum err judge(struct log *l, uint64_t number, struct sum before, struct frame *out,
                      bool *is_genuine)
{
    *is_genuine = false;
    enum err e = read_frame(l, number, out);
    if (e == ERR_OK && memcmp(out->salts, l->salts, SALT_BYTES) == 0) {
        e = follows(l, number, before, is_genuine);
    }
    return e;
}

static enum err walk_frames(struct log *l, struct wal_report *out)
{
    struct sum before = l->header.stored;
    bool is_sound = true;
    bool is_behind_commit = false; /* that is not taken */
    for (uint64_t n = 1; n <= l->frames; n++) {
        struct frame f;
        bool is_genuine = false;
        enum err e = judge(l, n, before, &f, &is_genuine);
        if (e != ERR_OK) {
            return e;
        }
        if (is_sound && !is_genuine) {
            is_sound = false;
            out->bad_frame = n;
        }
        if (is_behind_commit && is_genuine) {
            return ERR_CORRUPT;
        }
        if (is_sound && f.pages_after != 0) {
            out->taken = n;
            out->taken_bytes = end_of(l, n);
        }
        is_behind_commit = !is_sound && f.pages_after != 0;
        before = f.stored;
    }
    return ERR_OK;
}

/* ---- without ---- */

/* Looks for a frame that follows from the one before it, and takes the salts that it has. */
static enum err find_salts(struct log *l, uint64_t *found)
{
    struct frame last = {.stored = l->header.stored};
    bool is_found = false;
    *found = 0;
    for (uint64_t n = 1; n <= l->frames && *found == 0; n++) {
        struct frame f;
        enum err e = read_frame(l, n, &f);
        if (e == ERR_OK && (n == 1 || memcmp(f.salts, last.salts, SALT_BYTES) == 0)) {
            e = follows(l, n, last.stored, &is_found);
        }
        if (e != ERR_OK) {
            return e;
        }
        *found = is_found ? n : 0;
        memcpy(l->salts, f.salts, SALT_BYTES);
        last = f;
    }
    return ERR_OK;
}

/* The last commit of the round, and with it the size of the database. 0: there is none. */
static enum err find_last_commit(struct log *l, uint64_t *number, uint32_t *pages)
{
    *number = 0;
    for (uint64_t n = 1; n <= l->frames; n++) {
        struct frame f;
        enum err e = read_frame(l, n, &f);
        if (e != ERR_OK) {
            return e;
        }
        if (memcmp(f.salts, l->salts, SALT_BYTES) != 0) {
            break;
        }
        if (f.pages_after != 0) {
            *number = n;
            *pages = f.pages_after;
        }
    }
    return ERR_OK;
}

/* Whether the page of frame `number` stands in the database so. */
static bool is_in_database(struct log *l, int database, uint64_t number, uint32_t page_number)
{
    size_t len = l->page_bytes;
    uint8_t *page = mem_new(len);
    bool is_same = read_page(l, number) == ERR_OK &&
                   read_at(database, page, len, (uint64_t)(page_number - 1) * len) == ERR_OK &&
                   memcmp(page, l->at + FRAME_BYTES, len) == 0;
    free(page);
    return is_same;
}

/* Marks a page as seen; false where it is already. */
static bool note_page(uint8_t *seen, uint32_t page_number)
{
    uint8_t bit = (uint8_t)(1U << (page_number % 8));
    bool is_new = (seen[page_number / 8] & bit) == 0;
    seen[page_number / 8] |= bit;
    return is_new;
}

/* Whether of each page what was last committed stands in the database. */
static enum err is_copied_back(struct log *l, int database, bool *out)
{
    uint64_t last = 0;
    uint32_t pages = 0;
    struct stat st;
    enum err e = fstat(database, &st) == 0 ? find_last_commit(l, &last, &pages) : ERR_IO;
    if (e != ERR_OK || (uint64_t)st.st_size / l->page_bytes < pages) {
        *out = false;
        return e;
    }
    uint8_t *seen = mem_new(pages / 8 + 1);
    *out = true;
    for (uint64_t n = last; n > 0 && e == ERR_OK && *out; n--) {
        struct frame f;
        e = read_frame(l, n, &f);
        bool is_wanted = e == ERR_OK && f.page_number <= pages && note_page(seen, f.page_number);
        *out = !is_wanted || (f.page_number != 0 && is_in_database(l, database, n, f.page_number));
    }
    free(seen);
    return e;
}

/* The size of a page that the database tells (its header, bytes 16 and 17). */
static uint32_t page_bytes_of(int database)
{
    uint8_t raw[2];
    if (read_at(database, raw, sizeof(raw), 16) != ERR_OK) {
        return PAGE_USUAL;
    }
    uint32_t bytes = (uint32_t)raw[0] << 8 | raw[1];
    return bytes == 1 ? PAGE_MAX : is_page_size(bytes) ? bytes : PAGE_USUAL;
}

/* What a header says of pages and words may be what is bad: every way is tried. */
static enum err find_round(struct log *l, uint64_t file_bytes, uint32_t page_bytes, uint64_t *found)
{
    enum err e = ERR_OK;
    *found = 0;
    for (int i = 0; i < 4 && e == ERR_OK && *found == 0; i++) {
        set_page_bytes(l, (i & 2) == 0 ? page_bytes : l->header.page_bytes, file_bytes);
        l->is_big = ((i & 1) != 0) != l->header.is_big;
        e = find_salts(l, found);
    }
    return e;
}

static enum err walk_headless(struct log *l, uint64_t file_bytes, const char *database)
{
    int fd = open(database, O_RDONLY | O_CLOEXEC);
    uint64_t found = 0;
    bool is_copied = false;
    enum err e = find_round(l, file_bytes, fd < 0 ? PAGE_USUAL : page_bytes_of(fd), &found);
    if (e == ERR_OK && (found == 1 || found == 2) &&
        fd >= 0) { /* else its first ones are bad too */
        e = is_copied_back(l, fd, &is_copied);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return e == ERR_OK && found > 0 && !is_copied ? ERR_CORRUPT : e;
}

/* ---- the whole ---- */

static enum err walk_once(int fd, const char *database, struct wal_report *out,
                          struct header *header)
{
    struct stat st;
    uint8_t raw[HEADER_BYTES];
    *out = (struct wal_report){0};
    if (fstat(fd, &st) != 0 || read_at(fd, raw, HEADER_BYTES, 0) != ERR_OK) {
        return ERR_IO;
    }
    *header = header_of(raw);
    if (st.st_size < HEADER_BYTES) {
        return ERR_OK;
    }
    struct log *l = mem_new(sizeof(*l));
    l->fd = fd;
    l->header = *header;
    l->is_big = header->is_big;
    memcpy(l->salts, raw + SALTS_AT, SALT_BYTES);
    set_page_bytes(l, header->page_bytes, (uint64_t)st.st_size);
    enum err e =
        header->is_good ? walk_frames(l, out) : walk_headless(l, (uint64_t)st.st_size, database);
    out->frames = l->frames;
    free(l);
    return e;
}

/* A writer changes what is read: what was bad then is good the next time, or the round another. */
static enum err walk_until_sure(int fd, const char *database, struct wal_report *out)
{
    struct header header;
    struct wal_report last;
    enum err e = walk_once(fd, database, out, &header);
    for (int i = 1; e == ERR_CORRUPT && i < WALKS_MAX; i++) {
        struct header again;
        last = *out;
        e = walk_once(fd, database, out, &again);
        if (e == ERR_CORRUPT && out->bad_frame == last.bad_frame &&
            memcmp(header.raw, again.raw, HEADER_BYTES) == 0) {
            return ERR_CORRUPT;
        }
        header = again;
    }
    return e == ERR_CORRUPT ? ERR_OK : e;
}

enum err wal_walk(const char *path, const char *database, struct wal_report *out)
{
    *out = (struct wal_report){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err e = fd >= 0 ? walk_until_sure(fd, database, out) : errno == ENOENT ? ERR_OK : ERR_IO;
    if (e == ERR_IO) {
        log_line(LOG_ERROR, "log_unreadable", "path=\"%s\" why=\"%s\"", path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return e;
}

enum err wal_cut(const char *path, uint64_t bytes)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? ERR_OK : ERR_IO;
    }
    bool is_cut = ftruncate(fd, (off_t)bytes) == 0 && fsync(fd) == 0;
    return close(fd) == 0 && is_cut ? ERR_OK : ERR_IO;
}
