/*
 * The write-ahead log is copied back in two strokes. While commits go on, rounds of this thread
 * (PASSIVE) keep the part that is not copied small, but they never end: new frames have come
 * meanwhile, so the log is never begun anew. At 32 MB the writer itself makes a last short round
 * between two commits; then all is copied, and the next commit starts at the front of the file.
 * Neither ever waits for a reader. TRUNCATE is not used: it would wait, and give back blocks that
 * the next minute asks for again.
 */
#include "store/checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/mem.h"

struct checkpointer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sqlite3 *db; /* the thread's */
    /* Under `lock`: */
    bool requested;
    bool stopping;
    enum err result;
};

enum err checkpoint_passive(sqlite3 *db)
{
    return database_err(db,
                        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL));
}

static bool wait_for_request(struct checkpointer *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    while (!c->requested && !c->stopping) {
        check(pthread_cond_wait(&c->changed, &c->lock) == 0);
    }
    c->requested = false;
    bool go_on = !c->stopping;
    check(pthread_mutex_unlock(&c->lock) == 0);
    return go_on;
}

static void *work(void *arg)
{
    struct checkpointer *c = arg;
    while (wait_for_request(c)) {
        enum err e = checkpoint_passive(c->db);
        e = e == ERR_BUSY ? ERR_OK : e; /* the writer is at it */
        check(pthread_mutex_lock(&c->lock) == 0);
        if (e != ERR_OK && e != c->result) {
            database_log(c->db, "checkpoint_failed", e);
        }
        c->result = e;
        check(pthread_mutex_unlock(&c->lock) == 0);
    }
    return NULL;
}

/* Signals are for the thread that waits for them. */
static bool start_thread(struct checkpointer *c)
{
    sigset_t all;
    sigset_t old;
    (void)sigfillset(&all);
    check(pthread_sigmask(SIG_BLOCK, &all, &old) == 0);
    int result = pthread_create(&c->thread, NULL, work, c);
    check(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
    return result == 0;
}

enum err checkpointer_start(const struct database_options *options, struct checkpointer **out)
{
    struct checkpointer *c = mem_new(sizeof(*c));
    enum err e = database_open(options, &c->db);
    if (e != ERR_OK) {
        free(c);
        return e;
    }
    check(pthread_mutex_init(&c->lock, NULL) == 0);
    check(pthread_cond_init(&c->changed, NULL) == 0);
    check(start_thread(c));
    *out = c;
    return ERR_OK;
}

static void wake(struct checkpointer *c, bool stop)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    c->requested = true;
    c->stopping = c->stopping || stop;
    check(pthread_cond_signal(&c->changed) == 0);
    check(pthread_mutex_unlock(&c->lock) == 0);
}

void checkpointer_request(struct checkpointer *c)
{
    wake(c, false);
}

enum err checkpointer_result(struct checkpointer *c)
{
    check(pthread_mutex_lock(&c->lock) == 0);
    enum err e = c->result;
    check(pthread_mutex_unlock(&c->lock) == 0);
    return e;
}

void checkpointer_stop(struct checkpointer *c)
{
    if (c == NULL) {
        return;
    }
    wake(c, true);
    check(pthread_join(c->thread, NULL) == 0);
    (void)sqlite3_close(c->db);
    check(pthread_mutex_destroy(&c->lock) == 0);
    check(pthread_cond_destroy(&c->changed) == 0);
    free(c);
}
