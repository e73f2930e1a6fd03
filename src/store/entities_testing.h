#ifndef STORE_ENTITIES_TESTING_H
#define STORE_ENTITIES_TESTING_H

/*
 * What the tests of entities share: a store, what loading it gave, and a look into its tables.
 * Included after <cmocka.h>.
 */
#include <glib.h>
#include <stdarg.h>

#include "protocols/protocol.h"
#include "store/database.h"
#include "store/store_testing.h"

enum { KEPT_MAX = 32 };

/* What loading gave, its texts copied. */
struct kept {
    struct arena arena;
    struct change at[KEPT_MAX];
    size_t count;
};

struct kit {
    char path[KIT_PATH_SIZE];
    struct store *store;
    struct kept kept;
};

static inline int set_up(void **state)
{
    struct kit *k = mem_new(sizeof(*k));
    kit_directory_new(k->path);
    k->store = kit_open(k->path, NULL);
    *state = k;
    return 0;
}

static inline int tear_down(void **state)
{
    struct kit *k = *state;
    if (k->store != NULL) {
        store_close(k->store);
    }
    kit_directory_remove(k->path);
    arena_free(&k->kept.arena);
    free(k);
    return 0;
}

static inline void keep(void *context, const struct change *c)
{
    struct kept *kept = context;
    enum entity_kind kind = change_entity(c->kind);
    assert_true(kept->count < KEPT_MAX);
    struct change *mine = &kept->at[kept->count++];
    mine->kind = c->kind;
    entity_copy(kind, change_value(c), change_room(mine),
                arena_new(&kept->arena, entity_borrowed(kind, change_value(c))));
}

static inline void no_state(void *context, int64_t device, const struct fold_state *state)
{
    (void)context;
    (void)state;
    (void)device;
    fail();
}

/* Commits changes one by one, closes, opens and loads them into k->kept. */
static inline void save_and_load(struct kit *k, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct store_batch batch = {.changes = &changes[i], .change_count = 1};
        assert_int_equal(store_commit(k->store, &batch), ERR_OK);
    }
    store_close(k->store);
    k->store = kit_open(k->path, NULL);
    arena_clear(&k->kept.arena);
    k->kept.count = 0;
    struct store_loader loader = {.context = &k->kept, .change = keep, .state = no_state};
    assert_int_equal(store_load(k->store, &loader), ERR_OK);
}

static inline struct change fragment_of(uint32_t key, uint16_t number, const char *data)
{
    struct change c = {.kind = CHANGE_PUT_FRAGMENT};
    c.fragment = (struct waiting_fragment){
        .device_id = 1,
        .key = key,
        .number = number,
        .total = 64,
        .protocol = PROTOCOL_gt06,
        .rcv_time_s = KIT_TIME_S,
        .at = (const uint8_t *)data,
        .len = strlen(data),
    };
    return c;
}

/* ---- its tables ---- */

static inline sqlite3 *open_beside(struct kit *k)
{
    char path[KIT_PATH_SIZE + 16];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/odograph.db", k->path);
    struct database_options o = {.path = path, .cache_kib = KIT_CACHE_KIB};
    assert_int_equal(database_open(&o, &db), ERR_OK);
    return db;
}

__attribute__((format(printf, 2, 3))) static inline int64_t number_of(sqlite3 *db,
                                                                      const char *format, ...)
{
    va_list args;
    int64_t n = -1;
    va_start(args, format);
    char *sql = g_strdup_vprintf(format, args);
    va_end(args);
    assert_int_equal(database_number(db, sql, &n), ERR_OK);
    g_free(sql);
    return n;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
