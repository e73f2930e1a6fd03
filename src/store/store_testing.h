#ifndef STORE_STORE_TESTING_H
#define STORE_STORE_TESTING_H

/*
 * What the tests of the store share: a directory of their own, short ways to commit and to read.
 * Included after <cmocka.h>.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "fleet/fix_fixture.h"
#include "fleet/fix_order.h"
#include "store/store.h"

#define NO_EXTRAS ((struct bytes){0})

enum { KIT_PATH_SIZE = 256, KIT_CACHE_KIB = 1024 };

static inline void kit_directory_new(char path[KIT_PATH_SIZE])
{
    (void)snprintf(path, KIT_PATH_SIZE, "/tmp/odograph-store-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline int kit_unlink(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void kit_directory_remove(const char *path)
{
    assert_int_equal(nftw(path, kit_unlink, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline struct store *kit_open(const char *directory, const char *vfs)
{
    struct store_options o = {.directory = directory, .vfs = vfs, .cache_kib = KIT_CACHE_KIB};
    struct store *s = NULL;
    assert_int_equal(store_open(&o, &s), ERR_OK);
    return s;
}

/* One slice of housekeeping, of a caller that asks for nothing. */
static inline enum err kit_maintain(struct store *s)
{
    const struct store_upkeep upkeep = {.is_idle = false};
    return store_maintain(s, &upkeep);
}

/* The state after `fix`, as far as a test needs one. */
static inline struct fold_state kit_state(const struct fix *fix, uint64_t odometer_m_e2)
{
    return (struct fold_state){.current = *fix, .odometer_m_e2 = odometer_m_e2};
}

/* Commits fixes of one device; the odometer becomes 100 times the newest time's seconds. */
static inline enum err kit_commit(struct store *s, int64_t device, const struct fix *fixes,
                                  size_t count)
{
    struct fold_state state = kit_state(&fixes[count - 1], (uint64_t)fixes[count - 1].gps_time_s);
    struct store_part part = {.device = device, .fixes = fixes, .count = count, .state = &state};
    struct store_batch batch = {.parts = &part, .part_count = 1};
    return store_commit(s, &batch);
}

static inline enum err kit_commit_at(struct store *s, int64_t device, int64_t time_s)
{
    struct fix fix = kit_fix(time_s);
    return kit_commit(s, device, &fix, 1);
}

/* Whether one fix is a repeat. */
static inline bool kit_has_repeat(struct store *s, int64_t device, const struct fix *fix,
                                  struct bytes extras)
{
    struct store_candidate c = {.device = device, .fix = *fix, .extras = extras};
    store_find_repeats(s, &c, 1);
    return c.is_repeat;
}

/* Which of the fixes of a commit come late, as ingest decides it. Zeroed but for the first two. */
struct kit_order {
    struct store *store;
    int64_t device;
    struct fix last; /* the last one of this commit that was folded */
    struct bytes last_extras;
    bool has_folded;
};

/* Whether a fix comes late behind a newest one of `newest_s`; else it is the last one folded. */
static inline bool kit_is_late(struct kit_order *o, int64_t newest_s, const struct fix *fix,
                               struct bytes extras)
{
    struct store_candidate c = {.device = o->device, .fix = *fix, .extras = extras};
    bool is_late = fix->gps_time_s < newest_s;
    if (fix->gps_time_s == newest_s && o->has_folded) {
        is_late = fix_order(fix, extras, &o->last, o->last_extras) < 0;
    } else if (fix->gps_time_s == newest_s) {
        store_find_repeats(o->store, &c, 1);
        is_late = c.is_overtaken;
    }
    if (!is_late) {
        o->last = *fix;
        o->last_extras = extras;
        o->has_folded = true;
    }
    return is_late;
}

/* Reads up to `capacity` fixes until to_s into `out`; answers how many there are. */
static inline size_t kit_read(struct store *s, int64_t device, int64_t to_s, struct fix *out,
                              size_t capacity)
{
    struct arena arena = {0};
    struct store_reader *r = NULL;
    struct fix fix;
    size_t n = 0;
    assert_int_equal(store_read_open(s, (struct store_span){device, 0, to_s}, &arena, &r), ERR_OK);
    enum err e = store_read_next(r, &fix);
    for (; e == ERR_OK; e = store_read_next(r, &fix)) {
        if (n < capacity) {
            out[n] = fix;
        }
        n++;
    }
    assert_int_equal(e, ERR_END);
    store_read_close(r);
    arena_free(&arena);
    return n;
}

static inline size_t kit_count(struct store *s, int64_t device)
{
    return kit_read(s, device, INT64_MAX, NULL, 0);
}

/* What loading gave: how many changes and states, and the last of each. */
struct kit_loaded {
    size_t changes;
    size_t states;
    int64_t device; /* whose state is kept; set before loading */
    struct fold_state state;
};

static inline void kit_note_change(void *context, const struct change *c)
{
    struct kit_loaded *l = context;
    (void)c;
    l->changes++;
}

static inline void kit_note_state(void *context, int64_t device, const struct fold_state *state)
{
    struct kit_loaded *l = context;
    l->states++;
    if (device == l->device) {
        l->state = *state;
    }
}

static inline struct kit_loaded kit_load(struct store *s, int64_t device)
{
    struct kit_loaded l = {.device = device};
    struct store_loader loader = {.context = &l, .change = kit_note_change, kit_note_state};
    assert_int_equal(store_load(s, &loader), ERR_OK);
    return l;
}

#endif
