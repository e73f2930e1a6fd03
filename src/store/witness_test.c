/* The number of the last commit, kept outside the database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/database.h"
#include "store/file_testing.h"
#include "store/store_private.h"
#include "store/store_testing.h"
#include "store/witness.h"

enum { PATH_SIZE = KIT_PATH_SIZE + 32, FILE_BYTES = 32, NOBODY = 65534 };

struct kit {
    char directory[KIT_PATH_SIZE];
    char path[PATH_SIZE]; /* of the witness */
    struct store *store;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->directory);
    (void)snprintf(k->path, sizeof(k->path), "%s/" WITNESS_FILE, k->directory);
    k->store = kit_open(k->directory, NULL);
    (void)kit_load(k->store, 1);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    if (k->store != NULL) {
        store_close(k->store);
    }
    kit_directory_remove(k->directory);
    free(k);
    return 0;
}

static struct witness_note read_it(const struct kit *k)
{
    struct witness_note note;
    assert_int_equal(witness_read(k->directory, &note), ERR_OK);
    return note;
}

static void read_bytes_of(const char *path, uint8_t out[FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, out, FILE_BYTES), FILE_BYTES);
    assert_int_equal(close(fd), 0);
}

static void write_bytes_to(const char *path, const uint8_t *at, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, at, len), len);
    assert_int_equal(close(fd), 0);
}

static void reopen(struct kit *k)
{
    store_close(k->store);
    k->store = kit_open(k->directory, NULL);
    (void)kit_load(k->store, 1);
}

/* ---- what it says ---- */

static void it_follows_the_commits(void **state)
{
    struct kit *k = *state;
    struct witness_note first = read_it(k);
    struct witness_note own;
    assert_int_equal(first.seq, 0);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + (int64_t)i), ERR_OK);
        struct witness_note note = read_it(k);
        assert_int_equal(note.seq, i);
        assert_true(witness_is_of(&note, &first));
        assert_int_equal(witness_look(kit_db(k->store), &own), ERR_OK);
        assert_int_equal(own.seq, i);
        assert_true(witness_is_of(&note, &own));
    }
    reopen(k);
    struct witness_note note = read_it(k);
    assert_int_equal(note.seq, 3);
    assert_true(witness_is_of(&note, &first));
}

static bool is_missed(const struct kit *k)
{
    return counter_get(k->store->counters, witness_missing) != 0;
}

/* Whether something was lost with it is not known: somebody hears of it, until the next start. */
static void its_loss_is_told(void **state)
{
    struct kit *k = *state;
    assert_false(is_missed(k));
    assert_int_equal(witness_remove(k->directory), ERR_OK);
    reopen(k);
    assert_false(is_missed(k)); /* of no commit */
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(witness_remove(k->directory), ERR_OK);
    reopen(k);
    assert_true(is_missed(k));
    reopen(k);
    assert_false(is_missed(k));
}

/* So are damaged ones, and those of another store. */
static void a_useless_one_is_told(void **state)
{
    struct kit *k = *state;
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    write_bytes_to(k->path, (const uint8_t *)"no witness", 10);
    reopen(k);
    assert_true(is_missed(k));
    assert_int_equal(database_run(kit_db(k->store), "UPDATE store SET id=randomblob(16)"), ERR_OK);
    reopen(k);
    assert_true(is_missed(k));
}

static void a_change_alone_counts(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_GROUP};
    c.group = (struct group){.id = 1, .enterprise_id = 1, .name = "North"};
    const struct store_batch changes = {.changes = &c, .change_count = 1};
    const struct store_batch nothing = {0};
    assert_int_equal(store_commit(k->store, &changes), ERR_OK);
    assert_int_equal(read_it(k).seq, 1);
    assert_int_equal(store_commit(k->store, &nothing), ERR_OK);
    assert_int_equal(read_it(k).seq, 1);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(read_it(k).seq, 2);
    reopen(k);
    assert_int_equal(kit_count(k->store, 1), 1);
    assert_int_equal(store_commit(k->store, &changes), ERR_OK);
    assert_int_equal(read_it(k).seq, 3);
}

/* The bytes as witness.c draws them. */
static void the_format(void **state)
{
    struct kit *k = *state;
    uint8_t at[FILE_BYTES];
    struct stat st;
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    read_bytes_of(k->path, at);
    assert_memory_equal(at, "ODSQ\0\0\0\0\0\0\0\1", 12);
    struct witness_note note = read_it(k);
    assert_memory_equal(at + 12, note.id, WITNESS_ID_BYTES);
    assert_int_equal(stat(k->path, &st), 0);
    assert_int_equal(st.st_size, FILE_BYTES);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* ---- what is none ---- */

static void no_bit_is_believed_that_changed(void **state)
{
    struct kit *k = *state;
    uint8_t at[FILE_BYTES];
    struct witness_note note;
    read_bytes_of(k->path, at);
    for (size_t bit = 0; bit < 8 * (size_t)FILE_BYTES; bit++) {
        at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        write_bytes_to(k->path, at, FILE_BYTES);
        assert_int_equal(witness_read(k->directory, &note), ERR_CORRUPT);
        at[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    for (size_t len = 0; len < FILE_BYTES; len++) {
        write_bytes_to(k->path, at, len);
        assert_int_equal(witness_read(k->directory, &note), ERR_CORRUPT);
    }
    write_bytes_to(k->path, at, FILE_BYTES);
    assert_int_equal(witness_read(k->directory, &note), ERR_OK);
    assert_int_equal(witness_remove(k->directory), ERR_OK);
    assert_int_equal(witness_remove(k->directory), ERR_OK);
    assert_int_equal(witness_read(k->directory, &note), ERR_NOT_FOUND);
    assert_int_equal(mkdir(k->path, 0700), 0);
    assert_int_equal(witness_read(k->directory, &note), ERR_IO);
    assert_int_equal(rmdir(k->path), 0);
}

static enum err read_as_nobody(const struct kit *k)
{
    pid_t child = fork();
    if (child == 0) {
        struct witness_note note;
        bool is_nobody = setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
        _exit(is_nobody ? (int)witness_read(k->directory, &note) : 255);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum err)WEXITSTATUS(status);
}

static void somebody_elses(void **state)
{
    struct kit *k = *state;
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(chmod(k->directory, 0755), 0);
    assert_int_equal(read_as_nobody(k), ERR_FORBIDDEN);
    assert_int_equal(chmod(k->path, 0644), 0);
    assert_int_equal(read_as_nobody(k), ERR_OK);
}

/* ---- whose it is ---- */

static void zeros_are_nobodys(void **state)
{
    struct witness_note a = {.seq = 1};
    struct witness_note b = {.seq = 1};
    (void)state;
    assert_false(witness_is_of(&a, &b));
    a.id[15] = b.id[15] = 1;
    assert_true(witness_is_of(&a, &b));
    b.id[0] = 1;
    assert_false(witness_is_of(&a, &b));
}

static void look_alone(const struct kit *k, struct witness_note *out)
{
    const struct database_options o = {.path = kit_file(k->store)->path,
                                       .cache_kib = KIT_CACHE_KIB,
                                       .read_only = true,
                                       .alone = true};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(witness_look(db, out), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Even if the log gets lost, the database knows whose witness it is. */
static void the_id_is_in_the_database(void **state)
{
    struct kit *k = *state;
    struct witness_note note = read_it(k);
    struct witness_note own;
    look_alone(k, &own);
    assert_true(witness_is_of(&note, &own));
}

static void a_copy_gets_an_id_of_its_own(void **state)
{
    struct kit *k = *state;
    struct witness_note first = read_it(k);
    struct witness_note own;
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(database_run(kit_db(k->store), "UPDATE store SET id=x''"), ERR_OK);
    reopen(k);
    assert_false(is_missed(k)); /* nothing was said of it before */
    struct witness_note second = read_it(k);
    assert_false(witness_is_of(&first, &second));
    assert_int_equal(second.seq, 1);
    look_alone(k, &own);
    assert_true(witness_is_of(&second, &own));
    reopen(k);
    struct witness_note third = read_it(k);
    assert_true(witness_is_of(&second, &third));
}

/* Files of before there were ids, and of before there were tables. */
static void what_has_no_id(void **state)
{
    struct kit *k = *state;
    struct witness_note note = {.seq = 7};
    sqlite3 *db = NULL;
    assert_int_equal(database_open(&(struct database_options){.path = ":memory:"}, &db), ERR_OK);
    assert_int_equal(witness_look(db, &note), ERR_OK);
    assert_int_equal(note.seq, 0);
    assert_int_equal(database_run(db, "CREATE TABLE journal(seq INTEGER PRIMARY KEY, batch BLOB);"
                                      "INSERT INTO journal VALUES(5, x'')"),
                     ERR_OK);
    assert_int_equal(witness_look(db, &note), ERR_OK);
    assert_int_equal(note.seq, 5);
    assert_false(witness_is_of(&note, &note));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_non_null(k->store);
}

/* ---- when it cannot be written ---- */

static void set_file_limit(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_write_that_fails(void **state)
{
    struct kit *k = *state;
    struct witness *w = kit_file(k->store)->witness;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_true(witness_write(w, 1));
    set_file_limit(0);
    bool is_written = witness_write(w, 2);
    bool is_written_again = witness_write(w, 3);
    set_file_limit(RLIM_INFINITY);
    assert_false(is_written);
    assert_false(is_written_again);
    assert_int_equal(read_it(k).seq, 1);
    assert_true(witness_write(w, 4));
    assert_int_equal(read_it(k).seq, 4);
    (void)signal(SIGXFSZ, before);
}

/* A commit is one all the same; /health tells, until it can be written again. */
static void a_commit_without_its_witness(void **state)
{
    struct kit *k = *state;
    char missing[PATH_SIZE];
    (void)snprintf(missing, sizeof(missing), "%s/missing", k->directory);
    witness_close(kit_file(k->store)->witness);
    assert_int_equal(witness_open(kit_db(k->store), missing, &kit_file(k->store)->witness), ERR_OK);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S), ERR_OK);
    assert_int_equal(counter_get(k->store->counters, witness_failing), 1);
    assert_int_equal(mkdir(missing, 0700), 0);
    assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + 1), ERR_OK);
    assert_int_equal(counter_get(k->store->counters, witness_failing), 0);
    struct witness_note note;
    assert_int_equal(witness_read(missing, &note), ERR_OK);
    assert_int_equal(note.seq, 2);
    assert_int_equal(kit_count(k->store, 1), 2);
}

/* ---- beside a writer ---- */

struct reading {
    const struct kit *k;
    atomic_bool is_done;
    atomic_uint reads;
    atomic_uint bad;
};

static void *read_on(void *arg)
{
    struct reading *r = arg;
    uint64_t last = 0;
    while (!atomic_load(&r->is_done)) {
        struct witness_note note = {.seq = 0};
        enum err e = witness_read(r->k->directory, &note);
        atomic_fetch_add(&r->bad, e != ERR_OK || note.seq < last);
        atomic_fetch_add(&r->reads, 1);
        last = note.seq;
    }
    return NULL;
}

static void it_is_read_whole(void **state)
{
    struct kit *k = *state;
    struct reading r = {.k = k};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    for (uint64_t i = 1; i < 20000 || atomic_load(&r.reads) < 1000; i++) {
        assert_true(witness_write(kit_file(k->store)->witness, i << 24 | i));
    }
    atomic_store(&r.is_done, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&r.bad), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_follows_the_commits),
        TEST(its_loss_is_told),
        TEST(a_useless_one_is_told),
        TEST(a_change_alone_counts),
        TEST(the_format),
        TEST(no_bit_is_believed_that_changed),
        TEST(somebody_elses),
        TEST(zeros_are_nobodys),
        TEST(the_id_is_in_the_database),
        TEST(a_copy_gets_an_id_of_its_own),
        TEST(what_has_no_id),
        TEST(a_write_that_fails),
        TEST(a_commit_without_its_witness),
        TEST(it_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
