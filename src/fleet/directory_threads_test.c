/*
 * The directory as the server uses it: one writer that renames, deletes, publishes and hands out
 * tokens, and readers that list and look up meanwhile. Built with -fsanitize=thread it looks for
 * races; without, for torn states and for names that were freed too early.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/directory.h"
#include "model/message.h"

enum { DEVICES = 64, ROUNDS = 3000, READERS = 3, NOW_S = 1700000000 };

struct shared {
    struct directory *dir;
    atomic_bool done;
    atomic_uint wrong; /* cmocka's asserts work on the main thread alone */
};

static void put_device(struct directory *dir, int64_t id, int round, bool deleted)
{
    char device_id[DEVICE_ID_SIZE];
    char plate[32];
    (void)snprintf(device_id, sizeof(device_id), "%d", (int)id);
    (void)snprintf(plate, sizeof(plate), "plate %d round %d", (int)id, round);
    struct device d = {.id = id,
                       .enterprise_id = 1,
                       .device_id = device_id,
                       .plate = plate,
                       .object_code = device_id,
                       .deleted = deleted};
    device_init(&d);
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_DEVICE, .device = d});
}

static void publish(struct directory *dir, int64_t id, int round)
{
    struct device_ref ref;
    if (directory_find(dir, id, &ref) != ERR_OK) {
        return;
    }
    struct live live = {.reported = true, .heard_wall_ms = round};
    live.state.odometer_m_e2 = (uint64_t)round;
    live.state.counter_m = (uint64_t)round;
    fix_set_position(&live.state.current, round, -round, true);
    for (int i = 0; i < round % FIX_WIFI_MAX; i++) {
        fix_add_wifi(&live.state.current, (const uint8_t[6]){1}, -round % INT8_MAX);
    }
    tracked_publish(dir, ref.tracked, &live);
    device_ref_release(dir, &ref);
}

static void put_token(struct directory *dir, int round)
{
    struct change c = {.kind = CHANGE_PUT_TOKEN};
    c.token = (struct token){
        .user_id = 1, .created_s = NOW_S, .expires_s = NOW_S + round % 3, .last_address = ""};
    c.token.hash[0] = (uint8_t)round;
    directory_apply(dir, &c);
}

static void write_rounds(struct shared *s)
{
    for (int round = 1; round <= ROUNDS; round++) {
        int64_t id = round % DEVICES + 1;
        put_device(s->dir, id, round, round % 7 == 0);
        for (int64_t i = 1; i <= DEVICES; i += 5) {
            publish(s->dir, i, round);
        }
        put_token(s->dir, round);
    }
}

static void read_one(struct shared *s, const struct device_ref *ref)
{
    char begin[32];
    (void)snprintf(begin, sizeof(begin), "plate %d round ", (int)ref->info->id);
    struct live live;
    tracked_live(s->dir, ref->tracked, &live);
    bool torn = live.state.odometer_m_e2 != live.state.counter_m ||
                live.heard_wall_ms != (int64_t)live.state.counter_m ||
                (live.reported && !tracked_has_position(s->dir, ref->tracked));
    if (torn || tracked_id(ref->tracked) != ref->info->id ||
        strncmp(ref->info->plate, begin, strlen(begin)) != 0) {
        atomic_fetch_add(&s->wrong, 1);
    }
}

static void read_round(struct shared *s, struct arena *arena, uint8_t seed)
{
    const struct caller caller = {.enterprise_id = 1};
    size_t count = 0;
    struct device_ref *list = directory_list_devices(s->dir, &caller, arena, &count);
    for (size_t i = 0; i < count; i++) {
        read_one(s, &list[i]);
    }
    directory_release_all(s->dir, list, count);
    struct device_ref ref;
    if (directory_find_by_plate(s->dir, &caller, "plate 1 round 0", &ref) == ERR_OK) {
        read_one(s, &ref);
    }
    device_ref_release(s->dir, &ref);
    struct caller found;
    uint8_t hash[TOKEN_HASH_BYTES] = {seed};
    enum err e = directory_authenticate(s->dir, hash, NOW_S + 1, &found);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        atomic_fetch_add(&s->wrong, 1);
    }
    (void)directory_list_users(s->dir, 0, arena, &count);
    (void)directory_is_focus(s->dir, 1, 1);
    arena_clear(arena);
}

static void *read_until_done(void *shared)
{
    struct shared *s = shared;
    struct arena arena = {0};
    uint8_t seed = 0;
    do {
        read_round(s, &arena, seed++);
    } while (!atomic_load(&s->done));
    arena_free(&arena);
    return NULL;
}

static void readers_beside_the_writer(void **state)
{
    (void)state;
    static struct shared s;
    s.dir = directory_new();
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise = (struct enterprise){.id = 1, .name = "e", .zone = "UTC"};
    directory_apply(s.dir, &c);
    c = (struct change){.kind = CHANGE_PUT_USER};
    c.user = (struct user){.id = 1, .enterprise_id = 1, .login_name = "u", .password_hash = "h"};
    directory_apply(s.dir, &c);
    for (int64_t id = 1; id <= DEVICES; id++) {
        put_device(s.dir, id, 0, false);
    }
    pthread_t readers[READERS];
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&readers[i], NULL, read_until_done, &s), 0);
    }
    write_rounds(&s);
    atomic_store(&s.done, true);
    for (size_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    }
    assert_int_equal(atomic_load(&s.wrong), 0);
    directory_free(s.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_beside_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
