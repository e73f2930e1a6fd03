/* Root at work in the data directory of another user. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/crash_testing.h"
#include "store/owner.h"

enum { NOBODY = 65534 };

static bool is_nobodys(const char *directory, const char *name)
{
    char path[PATH_SIZE + 256];
    struct stat st;
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return lstat(path, &st) == 0 && st.st_uid == NOBODY && st.st_gid == NOBODY;
}

/* Everything in a directory is nobody's; answers how many files that are. */
static size_t assert_nobodys(const char *directory)
{
    size_t count = 0;
    DIR *dir = opendir(directory);
    assert_non_null(dir);
    const struct dirent *entry = readdir(dir);
    for (; entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            assert_true(is_nobodys(directory, entry->d_name));
            count++;
        }
    }
    (void)closedir(dir);
    return count;
}

static void give_away(const struct crash *c)
{
    assert_int_equal(chown(c->path, NOBODY, NOBODY), 0);
    for (int i = 0; i < FILES; i++) {
        char path[PATH_SIZE];
        name_in(path, c->path, i);
        assert_true(chown(path, NOBODY, NOBODY) == 0 || errno == ENOENT);
    }
}

/* The database, its log and index, the lock and the witness, while the store is open. */
static void a_new_store_is_the_directorys(void **state)
{
    struct crash *c = *state;
    struct store *s = NULL;
    give_away(c);
    assert_int_equal(try_open(c->path, false, NULL, &s), ERR_OK);
    assert_int_equal(assert_nobodys(c->path), 5);
    store_close(s);
    assert_int_equal(assert_nobodys(c->path), 3);
}

/* As after a backup was restored: there is the database alone. */
static void a_restored_store_is_the_databases(void **state)
{
    struct crash *c = *state;
    struct store *s = NULL;
    char path[PATH_SIZE];
    commit_some(c, 0, 3);
    store_close(c->k->store);
    copy(c->k->path, c->path, DATABASE);
    name_in(path, c->path, DATABASE);
    assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    assert_int_equal(try_open(c->path, false, NULL, &s), ERR_OK);
    assert_int_equal(assert_nobodys(c->path), 5);
    store_close(s);
    open_store(c->k, 1 << 20);
}

static void what_is_kept_is_theirs_too(void **state)
{
    struct crash *c = *state;
    struct store *s = NULL;
    char kept[KIT_PATH_SIZE];
    commit_some(c, 0, FIXES);
    die(c);
    drop(c->path, LOG);
    give_away(c);
    assert_int_equal(try_open(c->path, true, NULL, &s), ERR_OK);
    store_close(s);
    find_kept(c->path, kept);
    assert_true(assert_nobodys(c->path) >= 4);
    assert_true(assert_nobodys(kept) >= 2);
}

/* A name that leads elsewhere gives nothing away. */
static void a_link_is_not_followed_to_give(void **state)
{
    struct crash *c = *state;
    char target[PATH_SIZE];
    char name[PATH_SIZE];
    struct stat st;
    (void)snprintf(target, sizeof(target), "%s/mine", c->k->path);
    (void)snprintf(name, sizeof(name), "%s/odograph.lock", c->path);
    int fd = open(target, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(symlink(target, name), 0);
    give_away(c);
    fd = owner_open(c->path, name, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_uid, 0);
    assert_int_equal(owner_give_folder(c->path, name), ENOTDIR);
    assert_int_equal(owner_give_file(c->path, name), ELOOP);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(link(target, name), 0);
    assert_int_equal(owner_give_file(c->path, name), EPERM);
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_uid, 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(owner_give_file(c->path, target), 0);
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_uid, NOBODY);
}

/* Anybody: what is made is one's own, and what is there is opened. */
static void what_is_there_is_opened(void **state)
{
    (void)state;
    char path[KIT_PATH_SIZE];
    char file[PATH_SIZE];
    struct stat st;
    kit_directory_new(path);
    name_in(file, path, WITNESS);
    for (int i = 0; i < 2; i++) {
        int fd = owner_open(path, file, O_RDWR | O_CLOEXEC);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_size, i);
        assert_int_equal(st.st_uid, geteuid());
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(write(fd, "x", 1), 1);
        assert_int_equal(close(fd), 0);
    }
    assert_int_equal(owner_open(path, file, O_RDWR | O_EXCL | O_CLOEXEC), -1);
    kit_directory_remove(path);
}

/* Only root can give files away. */
int main(void)
{
    enum { FOR_ALL = 1 };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there_is_opened),     WITH_CRASH(a_new_store_is_the_directorys),
        WITH_CRASH(a_restored_store_is_the_databases), WITH_CRASH(what_is_kept_is_theirs_too),
        WITH_CRASH(a_link_is_not_followed_to_give),
    };
    size_t count = geteuid() == 0 ? sizeof(tests) / sizeof(tests[0]) : FOR_ALL;
    return _cmocka_run_group_tests("owner", tests, count, NULL, NULL);
}
