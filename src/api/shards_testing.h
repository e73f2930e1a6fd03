#ifndef API_SHARDS_TESTING_H
#define API_SHARDS_TESTING_H

/*
 * Two shards in one process, behind one device port and one API. Included after cmocka.h, by tests
 * alone.
 */
#include <semaphore.h>

#include "api/auth.h"
#include "api/testing.h"
#include "base/check.h"
#include "ingest/unique.h"

enum { SHARDS = 2, JOB_MS = 120000, TEXT_MAX = 512 };

/* The ids that the second shard makes lie behind this one. */
static const int64_t second_ids = INT64_C(1) << ID_BITS;

struct pair {
    struct platform *p; /* its shards are those below */
    struct shard at[SHARDS];
    char *directories[SHARDS];
    struct gateway *gateway;
};

/* ---- taking up and down ---- */

/* The second shard's enterprise with an admin. */
static inline enum err populate(struct job_context *job, void *arg)
{
    struct change *e = change_add(&job->changes, CHANGE_PUT_ENTERPRISE);
    e->enterprise = (struct enterprise){.id = ids_next(job->ids, ID_OF_ENTERPRISE),
                                        .name = "Two",
                                        .zone = "UTC",
                                        .created_s = job->now_s};
    struct change *u = change_add(&job->changes, CHANGE_PUT_USER);
    u->user = (struct user){.id = ids_next(job->ids, ID_OF_USER),
                            .enterprise_id = e->enterprise.id,
                            .login_name = "Berta",
                            .password_hash = arg,
                            .role = ROLE_ADMIN,
                            .created_s = job->now_s};
    return ERR_OK;
}

static inline void open_port(struct pair *w)
{
    struct gateway_options options = {
        .host = "127.0.0.1",
        .idle_timeout_s = 3600,
        .login_timeout_s = 3600,
        .connections_max = 100,
        .credit_bytes = 64 * 1024,
        .counters = &w->p->counters,
    };
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        options.utc_offset_min[i] = GATEWAY_OFFSET_UNSET;
    }
    assert_int_equal(gateway_new(&options, &w->gateway), ERR_OK);
}

/* What is there before the two are served as one platform. */
static inline void make_accounts(struct pair *w)
{
    char hash[AUTH_PASSWORD_HASH_SIZE];
    auth_hash_password("secret-1", hash);
    assert_int_equal(api_make_root(w->at[0].ingest, "root-password"), ERR_OK);
    assert_int_equal(ingest_call(w->at[1].ingest, populate, hash, NULL, JOB_MS), ERR_OK);
}

/* Anna is admin of One, in the first shard; Berta of Two. */
static inline int open_pair(void **state)
{
    struct pair *w = mem_new(sizeof(*w));
    w->p = mem_new(sizeof(*w->p));
    w->p->shards = (struct shards){.at = w->at, .count = SHARDS, .unique = unique_new()};
    open_port(w);
    struct unknown_trackers *unknown = unknown_new();
    for (uint32_t i = 0; i < SHARDS; i++) {
        w->at[i] = (struct shard){.id = i, .unknown = unknown};
        w->directories[i] = shard_open(w->p, &w->at[i], w->gateway);
    }
    w->at[0].traces = traces_new();
    make_accounts(w);
    assert_int_equal(unique_start(w->p->shards.unique, &w->p->shards), ERR_OK);
    api_open(w->p);
    make_fleet(w->p);
    gateway_run(w->gateway, &w->p->shards);
    *state = w;
    return 0;
}

static inline int close_pair(void **state)
{
    struct pair *w = *state;
    gateway_stop_reading(w->gateway);
    api_server_stop(w->p->api);
    for (size_t i = 0; i < SHARDS; i++) {
        ingest_stop(w->at[i].ingest);
    }
    api_server_free(w->p->api);
    gateway_free(w->gateway, 1000);
    for (size_t i = 0; i < SHARDS; i++) {
        shard_close(&w->at[i], w->directories[i]);
    }
    unique_free(w->p->shards.unique);
    unknown_free(w->at[0].unknown);
    traces_free(w->at[0].traces);
    free(w->p);
    free(w);
    return 0;
}

/* ---- devices ---- */

static inline void add_device(struct pair *w, const char *name, const char *device_id)
{
    char body[TEXT_MAX];
    log_in(w->p, name, "secret-1");
    (void)snprintf(body, sizeof(body), "{\"DeviceID\":\"%s\",\"VehiclePlate\":\"%s\"}", device_id,
                   device_id);
    assert_true(g_str_has_prefix(call(w->p, "manage/AddDevice", body), "{\"Code\":200"));
}

/* ---- one shard held up ---- */

struct blocker {
    struct ingest *ingest;
    sem_t holds;
    sem_t go_on;
    pthread_t thread;
};

static inline enum err hold(struct job_context *job, void *arg)
{
    struct blocker *b = arg;
    (void)job;
    check(sem_post(&b->holds) == 0);
    check(sem_wait(&b->go_on) == 0);
    return ERR_OK;
}

static inline void *run_blocker(void *arg)
{
    struct blocker *b = arg;
    return ingest_call(b->ingest, hold, b, NULL, JOB_MS) == ERR_OK ? NULL : b;
}

/* The shard commits nothing more before blocker_end(). */
static inline void blocker_begin(struct blocker *b, const struct shard *shard)
{
    b->ingest = shard->ingest;
    assert_int_equal(sem_init(&b->holds, 0, 0), 0);
    assert_int_equal(sem_init(&b->go_on, 0, 0), 0);
    assert_int_equal(pthread_create(&b->thread, NULL, run_blocker, b), 0);
    assert_int_equal(sem_wait(&b->holds), 0);
}

static inline void blocker_end(struct blocker *b)
{
    void *failed = NULL;
    assert_int_equal(sem_post(&b->go_on), 0);
    assert_int_equal(pthread_join(b->thread, &failed), 0);
    assert_null(failed);
    assert_int_equal(sem_destroy(&b->holds), 0);
    assert_int_equal(sem_destroy(&b->go_on), 0);
}

#define PAIR_TEST(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)

#endif
