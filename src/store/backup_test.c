/* Copies of a store in use: of one instant, complete or not there at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

#include "store/database.h"
#include "store/fault_vfs.h"
#include "store/store_testing.h"

#define VFS_NAME "copy-faults"

enum { PATH_SIZE = KIT_PATH_SIZE + 64, BIG_TEXT = 100000, BIG_TEXTS = 100, FIXES = 20 };

/* A store with device 1 registered and FIXES fixes, and a directory for its copies. */
struct kit {
    char path[KIT_PATH_SIZE];
    char copies[KIT_PATH_SIZE];
    char file[PATH_SIZE];
    char part[PATH_SIZE];
    struct store *store;
    struct store_backup backup;
    struct store_backup_content content;
    size_t steps;
    uint64_t last_pages;
};

static int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    c.device = (struct device){.id = 1, .enterprise_id = 1, .device_id = "000123"};
    device_init(&c.device);
    struct store_batch batch = {.changes = &c, .change_count = 1};
    kit_directory_new(k->path);
    kit_directory_new(k->copies);
    (void)snprintf(k->file, sizeof(k->file), "%s/backup.db", k->copies);
    (void)snprintf(k->part, sizeof(k->part), "%s/backup.db.part", k->copies);
    k->store = kit_open(k->path, NULL);
    (void)kit_load(k->store, 1);
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    for (int64_t i = 0; i < FIXES; i++) {
        assert_int_equal(kit_commit_at(k->store, 1, KIT_TIME_S + 10 * i), ERR_OK);
    }
    k->backup = (struct store_backup){.directory = k->path, .file = k->file};
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kit *k = *state;
    if (k->store != NULL) {
        store_close(k->store);
    }
    kit_directory_remove(k->path);
    kit_directory_remove(k->copies);
    free(k);
    return 0;
}

static size_t files_in(const char *path)
{
    DIR *d = opendir(path);
    size_t n = 0;
    assert_non_null(d);
    for (const struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
        n += entry->d_name[0] != '.';
    }
    assert_int_equal(closedir(d), 0);
    return n;
}

/* A store that is made of the copy, as the manual says, has so many fixes of device 1. */
static void assert_restores(const struct kit *k, size_t fixes)
{
    char path[KIT_PATH_SIZE];
    char database[PATH_SIZE];
    kit_directory_new(path);
    (void)snprintf(database, sizeof(database), "%s/" DATABASE_FILE, path);
    assert_int_equal(rename(k->file, database), 0);
    struct store *s = kit_open(path, NULL);
    struct kit_loaded l = kit_load(s, 1);
    assert_int_equal(l.changes, 1);
    assert_int_equal(l.states, 1);
    assert_int_equal(kit_count(s, 1), fixes);
    assert_int_equal(kit_commit_at(s, 1, KIT_TIME_S + 100000), ERR_OK);
    assert_int_equal(kit_count(s, 1), fixes + 1);
    store_close(s);
    kit_directory_remove(path);
}

static void assert_fails(struct kit *k, enum err e)
{
    size_t files = files_in(k->copies);
    assert_int_equal(store_backup(&k->backup, &k->content), e);
    assert_int_equal(files_in(k->copies), files);
}

static void beside_a_server_and_without_one(void **state)
{
    struct kit *k = *state;
    struct stat st;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_backup(&k->backup, &k->content), ERR_OK);
        assert_int_equal(k->content.devices, 1);
        assert_int_equal(k->content.fixes, FIXES);
        assert_int_equal(files_in(k->copies), 1);
        assert_int_equal(stat(k->file, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(st.st_size, k->content.bytes);
        assert_restores(k, FIXES);
        if (k->store != NULL) {
            store_close(k->store);
            k->store = NULL;
        }
    }
}

/* ---- one instant ---- */

static void add_texts(struct kit *k)
{
    char *text = mem_new(BIG_TEXT + 1);
    memset(text, 'x', BIG_TEXT);
    struct change changes[BIG_TEXTS];
    for (size_t i = 0; i < BIG_TEXTS; i++) {
        changes[i] = (struct change){.kind = CHANGE_PUT_TEXT};
        changes[i].text = (struct device_text){.device_id = 1, .time_s = KIT_TIME_S, .text = text};
    }
    struct store_batch batch = {.changes = changes, .change_count = BIG_TEXTS};
    assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    free(text);
}

/* The server goes on: commits, checkpoints. */
static void commit_meanwhile(void *context, uint64_t pages, uint64_t pages_total)
{
    struct kit *k = context;
    assert_true(pages > k->last_pages && pages <= pages_total);
    k->last_pages = pages;
    k->steps++;
    for (int64_t i = 0; i < FIXES; i++) {
        int64_t at_s = KIT_TIME_S + 1000 * (int64_t)k->steps + i;
        assert_int_equal(kit_commit_at(k->store, 1, at_s), ERR_OK);
    }
    assert_int_equal(kit_maintain(k->store), ERR_OK);
}

static void commits_meanwhile_are_not_in_it(void **state)
{
    struct kit *k = *state;
    add_texts(k);
    k->backup.progress = commit_meanwhile;
    k->backup.context = k;
    assert_int_equal(store_backup(&k->backup, &k->content), ERR_OK);
    assert_true(k->steps > 2);
    assert_int_equal(k->last_pages * 16384, k->content.bytes);
    assert_int_equal(k->content.fixes, FIXES);
    assert_int_equal(kit_count(k->store, 1), FIXES + FIXES * k->steps);
    assert_restores(k, FIXES);
}

/* ---- nothing is overwritten ---- */

static void write_file(const char *path, const char *content)
{
    FILE *f = fopen(path, "wx");
    assert_non_null(f);
    assert_true(fputs(content, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void assert_content(const char *path, const char *content)
{
    char text[16] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    (void)fread(text, 1, sizeof(text) - 1, f);
    assert_int_equal(fclose(f), 0);
    assert_string_equal(text, content);
}

static void a_file_that_exists(void **state)
{
    struct kit *k = *state;
    write_file(k->file, "mine");
    assert_fails(k, ERR_DUPLICATE);
    assert_content(k->file, "mine");
    assert_int_equal(unlink(k->file), 0);
    assert_int_equal(symlink("nowhere", k->file), 0);
    assert_fails(k, ERR_DUPLICATE);
    k->backup.file = k->copies;
    assert_fails(k, ERR_DUPLICATE);
}

static void ignore_line(void *context, const struct store_check_line *line)
{
    (void)context;
    (void)line;
}

/* SQLite reads FILE-wal and FILE-journal as parts of FILE, whoever they are of. */
static void a_name_beside_a_database(void **state)
{
    static const char *const endings[] = {"-wal", "-journal", "-shm"};
    struct kit *k = *state;
    for (size_t i = 0; i < 3; i++) {
        char beside[PATH_SIZE + 16];
        char inside[KIT_PATH_SIZE + 32];
        enum err want = i < 2 ? ERR_DUPLICATE : ERR_OK; /* the last is made anew by whoever opens */
        (void)snprintf(beside, sizeof(beside), "%s%s", k->file, endings[i]);
        (void)snprintf(inside, sizeof(inside), "%s/odograph.db%s", k->path, endings[i]);
        write_file(beside, "of another");
        k->backup.file = k->file;
        assert_int_equal(store_backup(&k->backup, &k->content), want);
        assert_content(beside, "of another");
        assert_int_equal(unlink(beside), 0);
        k->backup.file = inside;
        assert_int_equal(store_backup(&k->backup, &k->content), ERR_DUPLICATE);
        (void)snprintf(beside, sizeof(beside), "%s/%s", k->copies, endings[i]);
        k->backup.file = beside; /* a name like others */
        assert_int_equal(store_backup(&k->backup, &k->content), ERR_OK);
    }
    assert_int_equal(store_check(k->path, ignore_line, NULL), ERR_OK);
}

static void make_the_file(void *context, uint64_t pages, uint64_t pages_total)
{
    const struct kit *k = context;
    if (pages == pages_total) {
        write_file(k->file, "mine");
    }
}

static void a_file_that_appears(void **state)
{
    struct kit *k = *state;
    k->backup.progress = make_the_file;
    k->backup.context = k;
    assert_int_equal(store_backup(&k->backup, &k->content), ERR_DUPLICATE);
    assert_int_equal(files_in(k->copies), 1);
    assert_content(k->file, "mine");
}

/* What a killed backup left is taken over; what another one writes is let alone. */
static void a_part_that_exists(void **state)
{
    struct kit *k = *state;
    write_file(k->part, "half");
    int fd = open(k->part, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_fails(k, ERR_LOCKED);
    assert_content(k->part, "half");
    assert_int_equal(close(fd), 0);
    assert_int_equal(store_backup(&k->backup, &k->content), ERR_OK);
    assert_int_equal(files_in(k->copies), 1);
    assert_restores(k, FIXES);
}

static void a_part_that_is_no_file(void **state)
{
    struct kit *k = *state;
    char other[PATH_SIZE];
    (void)snprintf(other, sizeof(other), "%s/other", k->copies);
    write_file(other, "mine");
    assert_int_equal(symlink(other, k->part), 0);
    assert_fails(k, ERR_IO);
    assert_content(other, "mine");
    assert_int_equal(unlink(k->part), 0);
    assert_int_equal(mkfifo(k->part, 0600), 0);
    assert_fails(k, ERR_LOCKED);
}

/* ---- what fails ---- */

static void nothing_there(void **state)
{
    struct kit *k = *state;
    k->backup.directory = k->copies;
    assert_fails(k, ERR_NOT_FOUND);
    k->backup.directory = k->path;
    (void)snprintf(k->file, sizeof(k->file), "%s/none/backup.db", k->copies);
    assert_fails(k, ERR_IO);
}

/* The fault at every write of a copy in turn; answers how many there are. */
static uint64_t fail_every_write(struct kit *k, struct fault_vfs *vfs, enum fault fault)
{
    uint64_t after = 0;
    fault_vfs_set(vfs, fault, after);
    enum err e = store_backup(&k->backup, &k->content);
    while (e != ERR_OK) {
        assert_int_equal(e, fault == FAULT_WRITE_IO ? ERR_IO : ERR_FULL);
        assert_int_equal(files_in(k->copies), 0);
        fault_vfs_set(vfs, fault, ++after);
        e = store_backup(&k->backup, &k->content);
    }
    return after;
}

static void every_write_of_the_copy_fails(void **state)
{
    static const enum fault faults[] = {FAULT_NO_SPACE, FAULT_SHORT, FAULT_WRITE_IO};
    struct kit *k = *state;
    struct fault_vfs vfs;
    fault_vfs_register(&vfs, VFS_NAME, NULL);
    k->backup.vfs = VFS_NAME;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        assert_true(fail_every_write(k, &vfs, faults[i]) > 3);
        assert_restores(k, FIXES);
    }
    fault_vfs_unregister(&vfs);
}

static void a_damaged_store(void **state)
{
    struct kit *k = *state;
    char path[PATH_SIZE];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/" DATABASE_FILE, k->path);
    struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
    assert_int_equal(database_open(&o, &db), ERR_OK);
    assert_int_equal(database_run(db, "UPDATE journal SET batch = x'00' WHERE seq = 4"), ERR_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_fails(k, ERR_CORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(beside_a_server_and_without_one),
        TEST(commits_meanwhile_are_not_in_it),
        TEST(a_file_that_exists),
        TEST(a_name_beside_a_database),
        TEST(a_file_that_appears),
        TEST(a_part_that_exists),
        TEST(a_part_that_is_no_file),
        TEST(nothing_there),
        TEST(every_write_of_the_copy_fails),
        TEST(a_damaged_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
