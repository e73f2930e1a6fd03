/*
 * Power cuts while the engine works: at every sync the image of the disk (fault_vfs.h) is kept, and
 * afterwards a store is opened on each. It has every fix that was acknowledged by then exactly
 * once, those of the commit under way all or not at all, and once everything is sealed there its
 * states are what folding its fixes from the first on gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "base/rounds_testing.h"
#include "store/checkpoint.h"
#include "store/engine_testing.h"
#include "store/fault_vfs.h"
#include "store/file_testing.h"

#define VFS_NAME       "power"
#define IMAGE_VFS_NAME "image"

enum { LIMIT_BYTES = 8192, PATH_SIZE = KIT_PATH_SIZE + 64, SETTLE_EVERY = 5, LOOK_EVERY = 3 };

struct power {
    struct kit k;
    struct fault_vfs vfs;
    struct fault_vfs image_vfs;
    char image[KIT_PATH_SIZE];
    char kept[KIT_PATH_SIZE]; /* images by their number */
    bool is_keeping;          /* with the VFS held, as ... */
    size_t kept_count;        /* ... this */
    size_t looked_at;         /* of them */
    size_t total;             /* images ever */
    int64_t fresh;            /* device of the commit under way; 0: none */
    struct model before;      /* it without that commit */
};

/* ---- images ---- */

static void copy_file(const char *from, const char *to, const char *name)
{
    char path[PATH_SIZE];
    char data[65536];
    (void)snprintf(path, sizeof(path), "%s/%s", from, name);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        return; /* nothing of it was on the disk yet */
    }
    (void)snprintf(path, sizeof(path), "%s/%s", to, name);
    int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(out >= 0);
    ssize_t n = read(in, data, sizeof(data));
    for (; n > 0; n = read(in, data, sizeof(data))) {
        assert_int_equal(write(out, data, (size_t)n), n);
    }
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
}

static void keep_image(void *context)
{
    struct power *p = context;
    char path[PATH_SIZE];
    if (!p->is_keeping) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/%zu", p->kept, p->kept_count++);
    assert_int_equal(mkdir(path, 0700), 0);
    copy_file(p->image, path, "odograph.db");
    copy_file(p->image, path, "odograph.db-wal");
    copy_file(p->k.path, path, "odograph.seq"); /* never synced: at its newest it says most */
}

/* ---- looking at them ---- */

/* All fixes from keep_from_s on, in order, and of what is older a part. */
static bool has_history(struct kit *k, int64_t device, const struct model *m)
{
    struct fix *read = mem_new_array(FIXES_MAX, sizeof(*read));
    size_t count = kit_read(k->store, device, INT64_MAX, read, FIXES_MAX);
    size_t at = 0;
    bool sound = count <= m->count;
    for (size_t i = 0; i < m->count && sound; i++) {
        bool is_here = at < count && kit_same_fix(&read[at], &m->fixes[i]);
        at += is_here;
        sound = is_here || m->fixes[i].gps_time_s < k->keep_from_s;
    }
    free(read);
    return sound && at == count;
}

/* The history that the device has in the image: with the commit under way or without. */
static const struct model *find_history(struct power *p, struct kit *image, int64_t device)
{
    const struct model *m = &p->k.models[device];
    image->keep_from_s = p->k.keep_from_s;
    if (has_history(image, device, m)) {
        return m;
    }
    return device == p->fresh && has_history(image, device, &p->before) ? &p->before : NULL;
}

/* The live state, and those amid what is kept. */
static void assert_settled(struct kit *image, int64_t device, const struct model *m)
{
    struct folding wanted = {0};
    for (size_t i = 0; i < m->count; i += m->count / 8 + 1) {
        int64_t time_s = m->fixes[i].gps_time_s;
        struct fold_state is;
        if (time_s >= image->keep_from_s) {
            assert_int_equal(store_read_state(image->store, device, time_s, &is), ERR_OK);
            assert_same_state(&is, fold_on(&wanted, m, time_s));
        }
    }
    assert_same_state(&image->models[device].live, fold_on(&wanted, m, INT64_MAX));
}

static void look_at(struct power *p, size_t number)
{
    struct kit image = {.vfs = IMAGE_VFS_NAME};
    const struct model *found[DEVICES];
    (void)snprintf(image.path, sizeof(image.path), "%.200s/%zu", p->kept, number);
    image.models = mem_new_array(DEVICES, sizeof(*image.models));
    open_store(&image, LIMIT_BYTES);
    for (int64_t d = 1; d < DEVICES; d++) {
        found[d] = find_history(p, &image, d);
        assert_non_null(found[d]);
    }
    if (p->total++ % SETTLE_EVERY == 0) {
        seal_all(&image);
        for (int64_t d = 1; d < DEVICES; d++) {
            assert_settled(&image, d, found[d]);
            assert_ptr_equal(find_history(p, &image, d), found[d]);
        }
    }
    assert_int_equal(counter_get(&image.counters, chunks_damaged), 0);
    store_close(image.store);
    kit_directory_remove(image.path);
    free(image.models);
}

/*
 * Some of those of the last call, and of the background meanwhile: each third by default, so that
 * it is in turn one of before a sync and one of behind it.
 */
static void look_at_all(struct power *p)
{
    assert_int_equal(pthread_mutex_lock(&p->vfs.lock), 0);
    size_t count = p->kept_count;
    assert_int_equal(pthread_mutex_unlock(&p->vfs.lock), 0);
    for (; p->looked_at < count; p->looked_at += rounds_step(LOOK_EVERY)) {
        look_at(p, p->looked_at);
    }
    p->fresh = 0;
}

/* ---- the work ---- */

static void cut_commit(struct power *p, int64_t device, const struct fix *fixes, size_t count)
{
    p->fresh = device;
    p->before = p->k.models[device];
    commit(&p->k, device, fixes, count);
    look_at_all(p);
}

static void cut_drive(struct power *p, int64_t device, int64_t from, size_t count)
{
    struct fix fixes[50];
    for (size_t i = 0; i < count; i++) {
        fixes[i] = fix_at(&p->k, KIT_TIME_S + (from + (int64_t)i) * 10);
    }
    cut_commit(p, device, fixes, count);
}

static void cut_maintain(struct power *p)
{
    maintain(&p->k);
    look_at_all(p);
}

static void cut_checkpoint(struct power *p)
{
    enum err e = checkpoint_passive(kit_db(p->k.store));
    assert_true(e == ERR_OK || e == ERR_BUSY);
    look_at_all(p);
}

static int begin(void **state, bool leaks)
{
    struct power *p = mem_new(sizeof(*p));
    kit_directory_new(p->k.path);
    kit_directory_new(p->image);
    kit_directory_new(p->kept);
    fault_vfs_register(&p->vfs, VFS_NAME, p->image);
    fault_vfs_register(&p->image_vfs, IMAGE_VFS_NAME, NULL);
    fault_vfs_set(&p->vfs, FAULT_SYNC_QUICK, 0);
    fault_vfs_set(&p->image_vfs, FAULT_SYNC_QUICK, 0);
    p->k.models = mem_new_array(DEVICES, sizeof(*p->k.models));
    p->k.seed = 1;
    p->k.keep_from_s = INT64_MIN;
    p->k.vfs = VFS_NAME;
    open_store(&p->k, LIMIT_BYTES);
    fault_vfs_watch(&p->vfs, leaks, keep_image, p);
    *state = p;
    return 0;
}

static int begin_strict(void **state)
{
    return begin(state, false);
}

static int begin_leaking(void **state)
{
    return begin(state, true);
}

static int end(void **state)
{
    struct power *p = *state;
    store_close(p->k.store);
    look_at_all(p); /* those of the closing too */
    assert_true(p->total > 5);
    fault_vfs_unregister(&p->vfs);
    fault_vfs_unregister(&p->image_vfs);
    kit_directory_remove(p->k.path);
    kit_directory_remove(p->image);
    kit_directory_remove(p->kept);
    free(p->k.models);
    free(p);
    return 0;
}

static void keep_images(struct power *p, bool is_keeping)
{
    assert_int_equal(pthread_mutex_lock(&p->vfs.lock), 0);
    p->is_keeping = is_keeping;
    assert_int_equal(pthread_mutex_unlock(&p->vfs.lock), 0);
}

static void while_sealing(void **state)
{
    struct power *p = *state;
    keep_images(p, true);
    for (int64_t i = 0; i < 30; i++) {
        for (int64_t d = 1; d < DEVICES; d++) {
            cut_drive(p, d, i * 20, 20);
        }
        if (i % 3 == 0) {
            cut_maintain(p);
        }
        if (i % 7 == 0) {
            cut_checkpoint(p);
        }
    }
    assert_true(counter_get(&p->k.counters, fixes_sealed) > 1200);
    assert_true(rows_of(&p->k, "track_chunk") >= 3);
}

/* What is due, one transaction after the other. */
static void cut_settle(struct power *p)
{
    struct store *s = p->k.store;
    while (s->late.head != NULL) {
        ((struct tail *)s->late.head->data)->due_ms = 0;
        cut_maintain(p);
    }
}

static void while_late_fixes_are_merged(void **state)
{
    struct power *p = *state;
    for (int64_t i = 0; i < 26; i++) {
        cut_drive(p, 1, 100 + i * 50, 50);
    }
    keep_images(p, true);
    for (int64_t i = 0; i < 16; i++) {
        struct fix late[3];
        for (int64_t n = 0; n < 3; n++) {
            late[n] = fix_at(&p->k, KIT_TIME_S + 37 * ((i * 89 + n * 150) % 360) + 3);
        }
        cut_commit(p, 1, late, 3);
        cut_drive(p, 2, i * 20, 20);
        if (i % 4 == 3) {
            cut_settle(p);
            cut_checkpoint(p);
        }
    }
    cut_settle(p);
    assert_live(&p->k, 1);
    assert_true(rows_of(&p->k, "track_chunk") >= 2);
}

/* Rows that are left as they are, with a shift before them. */
static void while_refolds_end_early(void **state)
{
    struct power *p = *state;
    struct track_state sealed;
    for (int64_t i = 0; i < 80; i++) {
        cut_drive(p, 1, i * 50, 50);
    }
    seal_all(&p->k);
    keep_images(p, true);
    for (int64_t i = 0; i < 6; i++) {
        struct fix late = fix_at(&p->k, KIT_TIME_S + (5 - i) * 6000 + 3);
        fix_set_position(&late, late.lat_e7, late.lon_e7 + 20000, true);
        cut_commit(p, 1, &late, 1);
        cut_drive(p, 2, i * 20, 20);
        cut_settle(p);
    }
    assert_states(&p->k, 1, 101);
    assert_live(&p->k, 1);
    arena_clear(&p->k.store->scratch);
    assert_int_equal(track_read_state(p->k.store->tables, 1, &p->k.store->scratch, &sealed),
                     ERR_OK);
    assert_true(sealed.folded.shifts.len > 0);
}

static void while_old_fixes_go(void **state)
{
    struct power *p = *state;
    for (int64_t i = 0; i < 32; i++) {
        for (int64_t d = 1; d < DEVICES; d++) {
            cut_drive(p, d, i * 50, 50);
        }
    }
    keep_images(p, true);
    for (int64_t days = 1; days <= 3; days++) {
        p->k.keep_from_s = KIT_TIME_S + 4000 * days;
        p->k.store->trickle.expire_due_ms = 0;
        do {
            cut_maintain(p);
        } while (p->k.store->trickle.is_expiring);
        cut_drive(p, 1, 1600 + 50 * days, 50);
        cut_checkpoint(p);
    }
    assert_true(counter_get(&p->k.counters, fixes_expired) > 1000);
}

#define TEST(name)                                                                                 \
    {#name, name, begin_strict, end, NULL},                                                        \
    {                                                                                              \
#name "_leaking", name, begin_leaking, end, NULL                                           \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(while_sealing),
        TEST(while_late_fixes_are_merged),
        TEST(while_refolds_end_early),
        TEST(while_old_fixes_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
