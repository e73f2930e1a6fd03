/*
 * libFuzzer's driver of what is read before SQLite opens a store. The first byte is the way: 0 the
 * log as it comes from the disk; 1 with checksums and salts that are right, but of the frames that
 * two more bytes name, a bit for each of eight, so that what is behind them is reached; 2 the
 * witness; 3 the witness with a checksum that is right. Before a log, a byte says how long its
 * database is, in units of 64 bytes.
 */
#include <fcntl.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "fuzzing.h"
#include "store/wal.h"
#include "store/witness.h"

enum {
    HEADER = 32,
    FRAME = 24,
    SALTS_AT = 16,
    SALTS = 8,
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    UNIT = 64,
    WITNESS = 32,
};

/* ---- the log ---- */

struct sum {
    uint32_t a;
    uint32_t b;
};

/* As the format has it, and not as wal.c does. */
static struct sum add(struct sum s, const uint8_t *at, size_t len, bool is_big)
{
    for (size_t i = 0; i < len; i += 4) {
        struct reader r = reader_init((struct bytes){at + i, 4});
        uint32_t x = is_big ? read_u32be(&r) : read_u32le(&r);
        if (i % 8 == 0) {
            s.a += x + s.b;
        } else {
            s.b += x + s.a;
        }
    }
    return s;
}

static void put(uint8_t *at, struct sum s)
{
    struct writer w = writer_init(at, 8);
    write_u32be(&w, s.a);
    write_u32be(&w, s.b);
}

/* Frames in `bad_sums` and `bad_salts` keep what they have. */
static void repair(uint8_t *log, size_t len, uint8_t bad_sums, uint8_t bad_salts)
{
    if (len < HEADER) {
        return;
    }
    struct reader r = reader_init((struct bytes){log + 8, 4});
    uint32_t page = read_u32be(&r);
    bool is_big = (log[3] & 1) != 0;
    struct sum s = add((struct sum){0, 0}, log, HEADER - 8, is_big);
    put(log + HEADER - 8, s);
    if (page < PAGE_MIN || page > PAGE_MAX || (page & (page - 1)) != 0) {
        return;
    }
    for (size_t n = 0; HEADER + (n + 1) * (FRAME + page) <= len; n++) {
        uint8_t *at = log + HEADER + n * (FRAME + page);
        if ((bad_salts >> n % 8 & 1) == 0) {
            memcpy(at + 8, log + SALTS_AT, SALTS);
        }
        s = add(add(s, at, 8, is_big), at + FRAME, page, is_big);
        if ((bad_sums >> n % 8 & 1) == 0) {
            put(at + FRAME - 8, s);
        }
    }
}

static void walk(struct bytes log, struct bytes database)
{
    char log_path[FUZZ_PATH_SIZE];
    char database_path[FUZZ_PATH_SIZE];
    struct wal_report report;
    struct wal_report again;
    int log_fd = fuzz_file(log, log_path);
    int database_fd = fuzz_file(database, database_path);
    enum err e = wal_walk(log_path, database_path, &report);
    check(e == ERR_OK || e == ERR_CORRUPT);
    check(report.taken <= report.frames && report.taken_bytes <= log.len);
    check(report.bad_frame <= report.frames);
    check((report.taken == 0) == (report.taken_bytes == 0));
    if (report.taken_bytes > 0) { /* what is left when it is cut there is sound, and all of it */
        check(wal_cut(log_path, report.taken_bytes) == ERR_OK);
        check(wal_walk(log_path, database_path, &again) == ERR_OK);
        check(again.taken == report.taken && again.frames == report.taken);
    }
    (void)close(log_fd);
    (void)close(database_fd);
}

static void try_log(struct reader *r, bool is_repaired)
{
    uint8_t bad_sums = is_repaired ? read_u8(r) : 0;
    uint8_t bad_salts = is_repaired ? read_u8(r) : 0;
    size_t len = (size_t)read_u8(r) * UNIT;
    if (!reader_ok(r)) {
        return;
    }
    struct bytes database = read_bytes(r, len < reader_left(r) ? len : reader_left(r));
    len = reader_left(r);
    struct bytes in = read_bytes(r, len);
    uint8_t *log = mem_new(len + 1);
    if (len > 0) {
        memcpy(log, in.at, len);
    }
    if (is_repaired) {
        repair(log, len, bad_sums, bad_salts);
    }
    walk((struct bytes){log, len}, database);
    free(log);
}

/* ---- the witness ---- */

static void try_witness(struct bytes in, bool is_repaired)
{
    char directory[] = "/tmp/odograph-fuzz-XXXXXX";
    char path[sizeof(directory) + sizeof("/" WITNESS_FILE)];
    uint8_t file[2 * WITNESS] = {0};
    struct witness_note note = {.seq = 0};
    size_t len = in.len < sizeof(file) ? in.len : sizeof(file);
    if (len > 0) {
        memcpy(file, in.at, len);
    }
    if (is_repaired) {
        struct writer w = writer_init(file + WITNESS - 4, 4);
        write_u32be(&w, (uint32_t)crc32_z(0, file, WITNESS - 4));
    }
    struct reader r = reader_init((struct bytes){file, sizeof(file)});
    bool is_one = len >= WITNESS && memcmp(read_bytes(&r, 4).at, "ODSQ", 4) == 0;
    uint64_t seq = is_one ? read_u64be(&r) : 0;
    check(mkdtemp(directory) != NULL);
    (void)snprintf(path, sizeof(path), "%s/" WITNESS_FILE, directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, file, len) == (ssize_t)len);
    (void)close(fd);
    enum err e = witness_read(directory, &note);
    check(e == ERR_CORRUPT || (e == ERR_OK && is_one && note.seq == seq));
    check(!is_one || !is_repaired || e == ERR_OK);
    (void)unlink(path);
    (void)rmdir(directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_init((struct bytes){data, size});
    uint8_t way = read_u8(&r) % 4;
    if (way < 2) {
        try_log(&r, way == 1);
    } else {
        try_witness(read_bytes(&r, reader_left(&r)), way == 3);
    }
    return 0;
}
