/*
 * Uses of tokens on their way into the store. Most calls only compare what is kept of the token
 * with now. Several at once may each find it stale; the job looks again, so that one of them
 * writes.
 */
#include "api/token_use.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum { JOB_MS = 10000 };

/* One use. */
struct token_use {
    uint8_t hash[TOKEN_HASH_BYTES];
    char address[CALL_ADDRESS_SIZE];
    int64_t time_s;
};

static enum err write_use(struct job_context *job, void *arg)
{
    const struct token_use *use = arg;
    struct token t;
    if (!directory_token_is_stale(job->directory, use->hash, use->address, use->time_s) ||
        directory_token(job->directory, use->hash, job->changes.arena, &t) != ERR_OK) {
        return ERR_NOT_FOUND; /* there is nothing to commit */
    }
    t.last_s = use->time_s;
    t.last_address = use->address;
    change_add(&job->changes, CHANGE_PUT_TOKEN)->token = t;
    return ERR_OK;
}

static void end_use(void *context, enum err e, void *arg)
{
    (void)context, (void)e;
    free(arg);
}

void token_use_note(const struct shard *shard, const uint8_t hash[TOKEN_HASH_BYTES],
                    const char *address, int64_t now_s)
{
    if (!directory_token_is_stale(shard->directory, hash, address, now_s)) {
        return;
    }
    struct token_use *use = mem_new(sizeof(*use));
    memcpy(use->hash, hash, sizeof(use->hash));
    (void)g_strlcpy(use->address, address, sizeof(use->address));
    use->time_s = now_s;
    const struct ingest_job job = {
        .deadline_ms = clock_monotonic_ms() + JOB_MS,
        .run = write_use,
        .arg = use,
        .free_arg = free,
        .done = end_use,
    };
    if (ingest_submit(shard->ingest, &job) != ERR_OK) {
        free(use);
    }
}
