/* What is kept of a damaged store, and other databases in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/checkpoint.h"
#include "store/crash_testing.h"
#include "store/file_testing.h"

/* ---- another database in its place ---- */

static void back_up(struct crash *c, char file[PATH_SIZE])
{
    struct store_backup_content content;
    (void)snprintf(file, PATH_SIZE, "%s/backup.db", c->k->path);
    const struct store_backup backup = {.directory = c->k->path, .file = file};
    assert_int_equal(store_backup(&backup, &content), ERR_OK);
}

static void restore(struct crash *c, const char *file)
{
    char path[PATH_SIZE];
    char command[3 * PATH_SIZE];
    name_in(path, c->path, DATABASE);
    (void)snprintf(command, sizeof(command), "cp '%s' '%s'", file, path);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): names that this test made */
}

static void a_backup_is_another_store(void **state)
{
    struct crash *c = *state;
    char file[PATH_SIZE];
    commit_some(c, 0, 3);
    back_up(c, file);
    commit_some(c, 3, 3);
    store_close(c->k->store);
    copy(c->k->path, c->path, DATABASE);
    copy(c->k->path, c->path, WITNESS);
    for (int i = 0; i < 2; i++) { /* and again the same, when it has gone on */
        struct store *s = NULL;
        restore(c, file);
        assert_opens(c, 3);
        assert_int_equal(try_open(c->path, false, NULL, &s), ERR_OK);
        (void)kit_load(s, 1);
        assert_int_equal(kit_commit_at(s, 1, KIT_TIME_S + 7000), ERR_OK);
        store_close(s);
        assert_opens(c, 4);
    }
    open_store(c->k, 1 << 20);
}

static void a_backup_beside_the_log_of_another(void **state)
{
    struct crash *c = *state;
    char file[PATH_SIZE];
    commit_some(c, 0, 3);
    back_up(c, file);
    commit_some(c, 3, 3);
    die(c);
    restore(c, file);
    assert_refused(c, DAMAGE_OTHER_LOG);
    drop(c->path, LOG);
    assert_opens(c, 3);
    die(c);
    restore(c, file);
    assert_accepted(c, 3);
}

/* ---- keeping ---- */

/* What lies behind the damage would be taken for damage ever after. */
static void the_log_is_cut_where_it_is_bad(void **state)
{
    struct crash *c = *state;
    struct inspection found;
    commit_some(c, 0, FIXES);
    die(c);
    flip(c->path, LOG, 32 + (end_of_log(c) - 32) / FRAME / 2 * FRAME + 100);
    assert_int_equal(inspect_store(c->path, NULL, &found), ERR_CORRUPT);
    assert_int_equal(keep_and_mend(c->path, NULL, &found), ERR_OK);
    assert_int_equal(size_of(c->path, LOG), found.log.taken_bytes);
    assert_damage(c, DAMAGE_NONE);
    assert_int_equal(size_of(c->path, WITNESS), -1);
}

/* The log stays in use, by a reader of before the checkpoint. */
static sqlite3 *read_on(const struct crash *c)
{
    const struct database_options options = {
        .path = kit_file(c->k->store)->path, .cache_kib = KIT_CACHE_KIB, .read_only = true};
    sqlite3 *db = NULL;
    int64_t seq = 0;
    assert_int_equal(database_open(&options, &db), ERR_OK);
    assert_int_equal(database_run(db, "BEGIN"), ERR_OK);
    assert_int_equal(database_number(db, "SELECT max(seq) FROM journal", &seq), ERR_OK);
    return db;
}

/* What is left of the log is older than what was copied back out of it. */
static void a_log_below_its_checkpoint(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, FIXES);
    int64_t copied = (end_of_log(c) - 32) / FRAME;
    sqlite3 *reader = read_on(c);
    assert_int_equal(checkpoint_passive(kit_db(c->k->store)), ERR_OK);
    commit_some(c, FIXES, 1);
    int64_t one_more = end_of_log(c);
    commit_some(c, FIXES + 1, 2);
    assert_true(one_more > 32 + copied * FRAME);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
    for (int64_t left = copied - 1; left >= 0; left -= copied / 8) {
        die(c);
        cut(c->path, LOG, 32 + left * FRAME + 100);
        assert_damage(c, DAMAGE_LOST);
        assert_accepted(c, FIXES);
    }
    die(c);
    cut(c->path, LOG, one_more); /* here it is newer, and stays */
    assert_refused(c, DAMAGE_LOST);
    assert_accepted(c, FIXES + 1);
}

/* Whoever goes on where another was killed finds a store that is below its witness. */
static void killed_when_the_log_was_cut(void **state)
{
    struct crash *c = *state;
    char log[PATH_SIZE];
    struct inspection found;
    commit_some(c, 0, FIXES);
    assert_int_equal(checkpoint_passive(kit_db(c->k->store)), ERR_OK);
    die(c);
    flip(c->path, LOG, 32 + 6 * FRAME + 100);
    assert_int_equal(inspect_store(c->path, NULL, &found), ERR_CORRUPT);
    name_in(log, c->path, LOG);
    assert_int_equal(wal_cut(log, found.log.taken_bytes), ERR_OK);
    assert_refused(c, DAMAGE_LOST);
    assert_accepted(c, FIXES);
}

static void nothing_is_done_where_nothing_is_sound(void **state)
{
    struct crash *c = *state;
    struct store *s = NULL;
    commit_some(c, 0, FIXES);
    die(c);
    int64_t log = size_of(c->path, LOG);
    flip(c->path, LOG, 17);
    flip(c->path, DATABASE, 100); /* the kind of its first page */
    for (int i = 0; i < 2; i++) {
        assert_damage(c, DAMAGE_LOG);
        assert_int_equal(try_open(c->path, true, NULL, &s), ERR_CORRUPT);
        assert_int_equal(keep_count(c->path), 0);
        assert_int_equal(size_of(c->path, LOG), log);
        assert_int_equal(size_of(c->path, WITNESS), 32);
    }
    flip(c->path, DATABASE, 100);
    assert_accepted(c, 0);
}

/* What a copy that was killed leaves. */
static void put_part(const struct crash *c, char part[KIT_PATH_SIZE])
{
    (void)snprintf(part, KIT_PATH_SIZE, "%.100s/damaged-20260105T060000Z.part", c->path);
    assert_int_equal(mkdir(part, 0700), 0);
    copy(c->path, part, DATABASE);
}

static void a_copy_that_was_killed(void **state)
{
    struct crash *c = *state;
    char part[KIT_PATH_SIZE];
    struct stat st;
    commit_some(c, 0, 3);
    die(c);
    put_part(c, part);
    assert_int_equal(keep_count(c->path), 0);
    assert_opens(c, 3);
    assert_int_equal(stat(part, &st), -1);
    die(c);
    drop(c->path, LOG);
    put_part(c, part);
    assert_refused(c, DAMAGE_LOST);
    assert_int_equal(stat(part, &st), 0);
    assert_accepted(c, 0);
    assert_int_equal(stat(part, &st), -1);
}

static void health_is_told_while_they_lie_there(void **state)
{
    struct crash *c = *state;
    char kept[KIT_PATH_SIZE];
    struct counters counters = {0};
    struct store *s = NULL;
    commit_some(c, 0, 3);
    die(c);
    drop(c->path, LOG);
    assert_int_equal(try_open(c->path, true, &counters, &s), ERR_OK);
    assert_int_equal(counter_get(&counters, damage_kept), 1);
    store_close(s);
    assert_int_equal(try_open(c->path, false, &counters, &s), ERR_OK);
    assert_int_equal(counter_get(&counters, damage_kept), 1);
    find_kept(c->path, kept);
    kit_directory_remove(kept);
    while (counter_get(&counters, damage_kept) > 0) {
        assert_int_equal(kit_maintain(s), ERR_OK);
    }
    store_close(s);
}

/* The child's exit status: what store_open() answers where no file may be longer than so. */
static enum err accept_without_room(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {1000, 1000};
        struct store *s = NULL;
        (void)signal(SIGXFSZ, SIG_IGN);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        _exit((int)try_open(path, true, NULL, &s));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum err)WEXITSTATUS(status);
}

static void without_room_nothing_is_accepted(void **state)
{
    struct crash *c = *state;
    commit_some(c, 0, 3);
    die(c);
    drop(c->path, LOG);
    assert_int_equal(accept_without_room(c->path), ERR_IO);
    assert_refused(c, DAMAGE_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CRASH(a_backup_is_another_store),
        WITH_CRASH(a_backup_beside_the_log_of_another),
        WITH_CRASH(the_log_is_cut_where_it_is_bad),
        WITH_CRASH(a_log_below_its_checkpoint),
        WITH_CRASH(killed_when_the_log_was_cut),
        WITH_CRASH(nothing_is_done_where_nothing_is_sound),
        WITH_CRASH(a_copy_that_was_killed),
        WITH_CRASH(health_is_told_while_they_lie_there),
        WITH_CRASH(without_room_nothing_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
