/*
 * Logs that SQLite wrote, damaged in every way; and SQLite as the judge of what that costs: it
 * opens the damaged copy, and the commits that it still finds are counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/rounds_testing.h"
#include "store/database.h"
#include "store/store_testing.h"
#include "store/wal.h"

enum {
    PAGE = 512,
    FRAME = 24 + PAGE,
    HEADER = 32,
    COMMITS = 12,
    BLOB = 700, /* two or three pages a commit */
    PATH_SIZE = KIT_PATH_SIZE + 64,
};

/* A file in memory. */
struct image {
    uint8_t *at;
    size_t len;
};

struct kit {
    char directory[KIT_PATH_SIZE];
    char database[PATH_SIZE]; /* the one that is written */
    char log[PATH_SIZE];
    char copy[PATH_SIZE]; /* the one that is damaged */
    char copy_log[PATH_SIZE];
    sqlite3 *db;
    struct image base; /* of the database */
    struct image whole;
    int64_t commits; /* in `whole` */
};

/* ---- files ---- */

static struct image load(const char *path)
{
    struct image m = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    m.len = (size_t)lseek(fd, 0, SEEK_END);
    m.at = mem_new(m.len);
    assert_int_equal(pread(fd, m.at, m.len, 0), m.len);
    assert_int_equal(close(fd), 0);
    return m;
}

static void save(const char *path, const uint8_t *at, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, at, len), len);
    assert_int_equal(close(fd), 0);
}

/* ---- writing a log ---- */

static void run(struct kit *k, const char *sql)
{
    assert_int_equal(database_run(k->db, sql), ERR_OK);
}

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->directory);
    (void)snprintf(k->database, PATH_SIZE, "%s/a.db", k->directory);
    (void)snprintf(k->log, PATH_SIZE, "%s/a.db-wal", k->directory);
    (void)snprintf(k->copy, PATH_SIZE, "%s/b.db", k->directory);
    (void)snprintf(k->copy_log, PATH_SIZE, "%s/b.db-wal", k->directory);
    const struct database_options o = {.path = k->database, .cache_kib = 64};
    assert_int_equal(database_open(&o, &k->db), ERR_OK);
    run(k, "PRAGMA synchronous=OFF;" /* the same bytes, sooner */
           "PRAGMA page_size=512; PRAGMA journal_mode=WAL; CREATE TABLE t(x BLOB);"
           "PRAGMA wal_checkpoint(TRUNCATE)");
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    assert_int_equal(sqlite3_close(k->db), SQLITE_OK);
    kit_directory_remove(k->directory);
    free(k->base.at);
    free(k->whole.at);
    free(k);
    return 0;
}

static void commit(struct kit *k, int count)
{
    for (int i = 0; i < count; i++) {
        run(k, "INSERT INTO t VALUES(randomblob(700))");
        k->commits++;
    }
}

/* Frames that were good, of a transaction that did not fit into the cache and was undone. */
static void undo_much(struct kit *k)
{
    run(k, "PRAGMA cache_size=5; PRAGMA cache_spill=5; BEGIN");
    for (int i = 0; i < 40; i++) {
        run(k, "INSERT INTO t VALUES(randomblob(700))");
    }
    run(k, "ROLLBACK; PRAGMA cache_size=-64");
}

static void take(struct kit *k)
{
    free(k->base.at);
    free(k->whole.at);
    k->base = load(k->database);
    k->whole = load(k->log);
}

static uint64_t frames_of(const struct kit *k)
{
    return (k->whole.len - HEADER) / FRAME;
}

/* ---- the judge ---- */

static void remove_shared_memory(const struct kit *k)
{
    char path[PATH_SIZE + 8];
    (void)snprintf(path, sizeof(path), "%s-shm", k->copy);
    (void)unlink(path);
}

/* Commits that SQLite finds in the copy. */
static int64_t surviving(struct kit *k)
{
    const struct database_options o = {.path = k->copy, .cache_kib = 64, .read_only = true};
    sqlite3 *db = NULL;
    int64_t count = 0;
    remove_shared_memory(k);
    assert_int_equal(database_open(&o, &db), ERR_OK);
    if (database_number(db, "SELECT count(*) FROM t", &count) != ERR_OK) {
        count = 0;
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return count;
}

static enum err walk(struct kit *k, const uint8_t *at, size_t len, struct wal_report *out)
{
    save(k->copy, k->base.at, k->base.len);
    save(k->copy_log, at, len);
    return wal_walk(k->copy_log, k->copy, out);
}

/* What is cut behind what SQLite takes is the same to it. */
static void assert_taken(struct kit *k, const struct wal_report *report, int64_t count)
{
    assert_true(report->taken <= report->frames);
    assert_int_equal(truncate(k->copy_log, (off_t)report->taken_bytes), 0);
    assert_int_equal(surviving(k), count);
}

enum harm { CUT, FLIPPED, FLIPPED_MARK };

/*
 * The log damaged so. Three commits lost and more are always noticed; one never is, since that is
 * what a power cut can do; of two it depends on whether the mark of the one is hit.
 */
static void judge(struct kit *k, const uint8_t *at, size_t len, enum harm harm)
{
    struct wal_report report;
    enum err e = walk(k, at, len, &report);
    int64_t count = surviving(k);
    int64_t lost = k->commits - count;
    assert_true(lost >= 0);
    if (harm == CUT || (harm == FLIPPED && lost < 2)) {
        assert_int_equal(e, ERR_OK);
    } else if (lost > 2) {
        assert_int_equal(e, ERR_CORRUPT);
    }
    assert_taken(k, &report, count);
}

/*
 * Whether a byte of the log is tried. Those of a kind are alike: all of the log's header and of the
 * first frames' headers, some of every other frame's header and of its page, others in each frame.
 */
static bool is_tried(size_t at)
{
    size_t n = at < HEADER ? 0 : (at - HEADER) / FRAME;
    size_t in_frame = at < HEADER ? 0 : (at - HEADER) % FRAME;
    if (in_frame < 24) {
        return n < 2 || (in_frame + n) % rounds_step(12) == 0;
    }
    return (in_frame + n * 37) % rounds_step(n < 2 ? 61 : 241) == 0;
}

/* One bit is another, of each kind of byte in turn. */
static void flip_everywhere(struct kit *k)
{
    struct wal_report report;
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_OK);
    assert_int_equal(surviving(k), k->commits);
    for (size_t at = 0; at < k->whole.len; at++) {
        if (!is_tried(at)) {
            continue;
        }
        k->whole.at[at] ^= (uint8_t)(1U << (at % 8));
        size_t in_frame = at < HEADER ? 0 : (at - HEADER) % FRAME;
        judge(k, k->whole.at, k->whole.len, in_frame >= 4 && in_frame < 8 ? FLIPPED_MARK : FLIPPED);
        k->whole.at[at] ^= (uint8_t)(1U << (at % 8));
    }
}

/* ---- whole logs ---- */

static void a_log_that_is_sound(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, COMMITS);
    take(k);
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_OK);
    assert_int_equal(report.frames, frames_of(k));
    assert_int_equal(report.taken, frames_of(k));
    assert_int_equal(report.taken_bytes, k->whole.len);
    assert_true(report.frames >= 2 * (uint64_t)COMMITS);
}

static void a_log_that_is_none(void **state)
{
    struct kit *k = *state;
    struct wal_report report = {.frames = 7};
    uint8_t noise[5 * FRAME];
    assert_int_equal(wal_walk(k->copy_log, k->copy, &report), ERR_OK);
    assert_int_equal(report.frames, 0);
    for (size_t i = 0; i < sizeof(noise); i++) {
        noise[i] = (uint8_t)(i * i * 7 + i / 3);
    }
    take(k);
    assert_int_equal(walk(k, noise, 0, &report), ERR_OK);
    assert_int_equal(walk(k, noise, HEADER - 1, &report), ERR_OK);
    assert_int_equal(walk(k, noise, sizeof(noise), &report), ERR_OK);
    assert_int_equal(report.taken_bytes, 0);
    memset(noise, 0, sizeof(noise)); /* grown, but never written */
    assert_int_equal(walk(k, noise, sizeof(noise), &report), ERR_OK);
    assert_int_equal(report.taken_bytes, 0);
    assert_int_equal(wal_cut(k->copy_log, 40), ERR_OK);
    struct stat st;
    assert_int_equal(stat(k->copy_log, &st), 0);
    assert_int_equal(st.st_size, 40);
    assert_int_equal(unlink(k->copy_log), 0);
    assert_int_equal(wal_cut(k->copy_log, 0), ERR_OK);
    assert_int_equal(mkdir(k->copy_log, 0700), 0);
    assert_int_equal(wal_walk(k->copy_log, k->copy, &report), ERR_IO);
}

/* ---- bits ---- */

static void no_bit_changes_unseen(void **state)
{
    struct kit *k = *state;
    commit(k, COMMITS);
    take(k);
    flip_everywhere(k);
}

/* Where it is, and which frame it is told to be. */
static void the_bad_frame_is_told(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, COMMITS);
    take(k);
    for (uint64_t n = 1; n + 9 < frames_of(k); n++) {
        size_t at = HEADER + (size_t)(n - 1) * FRAME + 24 + 300;
        k->whole.at[at] ^= 4;
        assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
        assert_int_equal(report.bad_frame, n);
        assert_true(report.taken < n);
        k->whole.at[at] ^= 4;
    }
}

static void every_bit_of_the_header(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, COMMITS);
    take(k);
    for (size_t bit = 0; bit < 8 * (size_t)HEADER; bit++) {
        k->whole.at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
        assert_int_equal(report.bad_frame, 0);
        assert_int_equal(report.taken_bytes, 0);
        k->whole.at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    memset(k->whole.at, 0, HEADER + 24); /* and that of the first frame */
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
}

/* ---- the other byte order ---- */

static uint32_t big(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put_big(uint8_t *at, uint32_t v)
{
    for (int i = 3; i >= 0; i--, v >>= 8) {
        at[i] = (uint8_t)v;
    }
}

static void add_big(uint32_t sum[2], const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        sum[0] += big(at + i) + sum[1];
        sum[1] += big(at + i + 4) + sum[0];
    }
}

/* As a machine writes it whose words are big-endian. */
static void make_big(struct kit *k)
{
    uint8_t *at = k->whole.at;
    uint32_t sum[2] = {0, 0};
    at[3] |= 1;
    add_big(sum, at, 24);
    put_big(at + 24, sum[0]);
    put_big(at + 28, sum[1]);
    for (uint64_t n = 0; n < frames_of(k); n++) {
        uint8_t *frame = at + HEADER + n * FRAME;
        add_big(sum, frame, 8);
        add_big(sum, frame + 24, PAGE);
        put_big(frame + 16, sum[0]);
        put_big(frame + 20, sum[1]);
    }
}

static void the_other_byte_order(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, COMMITS);
    take(k);
    make_big(k);
    flip_everywhere(k);
    for (size_t bit = 0; bit < 8 * (size_t)HEADER; bit++) {
        k->whole.at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
        k->whole.at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
}

/* ---- what a power cut leaves ---- */

static void cut_anywhere(void **state)
{
    struct kit *k = *state;
    commit(k, COMMITS);
    undo_much(k);
    commit(k, 1);
    take(k);
    for (size_t len = 0; len < k->whole.len; len++) {
        if (is_tried(len)) {
            judge(k, k->whole.at, len, CUT);
        }
    }
    for (size_t from = HEADER; from < k->whole.len; from += 256) { /* grown, but not written */
        uint8_t *at = mem_new(k->whole.len);
        memcpy(at, k->whole.at, from);
        judge(k, at, k->whole.len, CUT);
        free(at);
    }
}

/* Of the last commit any frames are on the disk, the others are what stood there before. */
static void assert_last_commit_torn(struct kit *k, const struct image *before)
{
    struct wal_report report;
    struct image after;
    take(k);
    after = k->whole;
    assert_int_equal(walk(k, before->at, before->len, &report), ERR_OK);
    size_t from = report.taken_bytes;
    assert_int_equal(walk(k, after.at, after.len, &report), ERR_OK);
    size_t frames = (report.taken_bytes - from) / FRAME;
    assert_in_range(frames, 2, 8);
    for (unsigned there = 0; there < 1U << frames; there++) {
        uint8_t *at = mem_new(after.len);
        memcpy(at, before->at, before->len);
        for (size_t i = 0; i < frames; i++) {
            size_t len = (there >> i & 1) != 0 ? FRAME : 0;
            memcpy(at + from + i * FRAME, after.at + from + i * FRAME, len);
        }
        judge(k, at, after.len, CUT);
        free(at);
    }
}

static void a_commit_under_way(void **state)
{
    struct kit *k = *state;
    commit(k, COMMITS);
    struct image before = load(k->log); /* behind it nothing */
    run(k, "INSERT INTO t VALUES(randomblob(2000))");
    k->commits++;
    assert_last_commit_torn(k, &before);
    free(before.at);
    undo_much(k);
    before = load(k->log); /* behind it what was undone */
    run(k, "INSERT INTO t VALUES(randomblob(2000))");
    k->commits++;
    assert_last_commit_torn(k, &before);
    free(before.at);
    run(k, "PRAGMA wal_checkpoint(PASSIVE)");
    commit(k, 2);
    before = load(k->log); /* behind it an earlier round */
    run(k, "INSERT INTO t VALUES(randomblob(2000))");
    k->commits++;
    assert_last_commit_torn(k, &before);
    free(before.at);
}

/* ---- what lies behind the end ---- */

static void what_was_undone(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, 6);
    undo_much(k);
    commit(k, 5);
    take(k);
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_OK);
    assert_true(report.frames > report.taken + 30);
    flip_everywhere(k);
}

static void what_an_earlier_round_left(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, 20);
    undo_much(k);
    run(k, "PRAGMA wal_checkpoint(PASSIVE)");
    commit(k, 6);
    take(k);
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_OK);
    assert_true(report.frames > report.taken + 30);
    flip_everywhere(k);
}

/* Another round is about to begin, and its header is there by half. */
static void a_torn_header(void **state)
{
    struct kit *k = *state;
    struct wal_report report;
    commit(k, COMMITS);
    take(k);
    k->whole.at[15]++;
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
    run(k, "PRAGMA wal_checkpoint(PASSIVE)");
    take(k);
    k->whole.at[15]++;
    assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_OK);
    assert_int_equal(surviving(k), COMMITS);
    for (size_t at = PAGE + 8; at < k->base.len; at += PAGE) { /* not all of it is copied back */
        k->base.at[at] ^= 1;
        assert_int_equal(walk(k, k->whole.at, k->whole.len, &report), ERR_CORRUPT);
        k->base.at[at] ^= 1;
    }
    assert_int_equal(unlink(k->copy), 0);
    assert_int_equal(wal_walk(k->copy_log, k->copy, &report), ERR_CORRUPT);
}

/* ---- beside a writer ---- */

struct walker {
    const struct kit *k;
    atomic_bool is_done;
    atomic_uint walks;
    atomic_uint alarms;
};

static void *walk_on(void *arg)
{
    struct walker *w = arg;
    while (!atomic_load(&w->is_done)) {
        struct wal_report report;
        enum err e = wal_walk(w->k->log, w->k->database, &report);
        atomic_fetch_add(&w->alarms, e != ERR_OK);
        atomic_fetch_add(&w->walks, 1);
    }
    return NULL;
}

static void beside_a_writer(void **state)
{
    struct kit *k = *state;
    struct walker w = {.k = k};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, walk_on, &w), 0);
    for (int i = 0; i < 40 || atomic_load(&w.walks) < 40; i++) {
        commit(k, 30);
        undo_much(k);
        if (i % 3 == 2) {
            run(k, "PRAGMA wal_checkpoint(PASSIVE); DELETE FROM t");
        }
    }
    atomic_store(&w.is_done, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&w.alarms), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_log_that_is_sound),
        TEST(a_log_that_is_none),
        TEST(no_bit_changes_unseen),
        TEST(the_bad_frame_is_told),
        TEST(every_bit_of_the_header),
        TEST(the_other_byte_order),
        TEST(cut_anywhere),
        TEST(a_commit_under_way),
        TEST(what_was_undone),
        TEST(what_an_earlier_round_left),
        TEST(a_torn_header),
        TEST(beside_a_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
