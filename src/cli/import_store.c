/*
 * Ingest without a gateway: what is handed in comes as arrivals of trackers do, one fix each, and
 * verdicts come back by which the next ones are let in.
 */
#include "cli/import_store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/manage.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/counters.h"
#include "base/mem.h"
#include "base/name_text.h"
#include "base/vault.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "fleet/directory_tree.h"
#include "ingest/ingest.h"
#include "protocols/protocol.h"
#include "store/store.h"

enum {
    QUEUE_BYTES = 8 << 20,
    CACHE_KIB = 65536,
    JOB_MS = 600000,
    UNDER_WAY_MIN = 4096,
    MS_PER_S = 1000
};

struct import_store {
    struct counters counters;
    struct vault *vault;
    struct store *store;
    struct directory *directory;
    struct unknown_trackers *unknown;
    struct ingest *ingest;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t pushed;
    uint64_t answered; /* under the lock, as the next */
    bool is_refused;   /* something was */
};

/* On the ingest thread. */
static void take_verdicts(void *context, const struct verdict *verdicts, size_t count)
{
    struct import_store *s = context;
    check(pthread_mutex_lock(&s->lock) == 0);
    for (size_t i = 0; i < count; i++) {
        s->is_refused = s->is_refused || verdicts[i].outcome != OUTCOME_STORED;
    }
    s->answered += count;
    check(pthread_cond_signal(&s->changed) == 0);
    check(pthread_mutex_unlock(&s->lock) == 0);
}

/* On the ingest thread: nothing can be stored any more, whatever anybody waits for. */
static void give_up(void *context, enum err e)
{
    (void)context;
    (void)fprintf(stderr,
                  "odograph import: the store cannot be written: %s; what is not stored yet the "
                  "same import takes again\n",
                  err_text(e));
    _exit(CLI_FAILED);
}

enum err import_store_open(const char *directory, const char *key_file, struct import_store **out)
{
    struct import_store *s = mem_new(sizeof(*s));
    *out = s;
    check(pthread_mutex_init(&s->lock, NULL) == 0);
    check(pthread_cond_init(&s->changed, NULL) == 0);
    s->directory = directory_new();
    s->unknown = unknown_new();
    /* One that is missing is not made here: nothing that is imported needs it. */
    enum err e = data_directory_open_vault(directory, key_file, &s->vault);
    const struct store_options store = {.directory = directory,
                                        .cache_kib = CACHE_KIB,
                                        .vault = s->vault,
                                        .counters = &s->counters};
    e = e == ERR_OK ? store_open(&store, &s->store) : e;
    if (e != ERR_OK) {
        return e;
    }
    const struct ingest_options ingest = {
        .store = s->store,
        .directory = s->directory,
        .unknown = s->unknown,
        .counters = &s->counters,
        .vault = s->vault,
        .queue_bytes = QUEUE_BYTES,
        .hears_nobody = true,
        .deliver = take_verdicts,
        .deliver_context = s,
        .fatal = give_up,
    };
    return ingest_start(&ingest, &s->ingest);
}

/* Waits until so few are under way. */
static void await(struct import_store *s, uint64_t under_way)
{
    check(pthread_mutex_lock(&s->lock) == 0);
    while (s->pushed - s->answered > under_way) {
        check(pthread_cond_wait(&s->changed, &s->lock) == 0);
    }
    check(pthread_mutex_unlock(&s->lock) == 0);
}

enum err import_store_close(struct import_store *s, struct import_counts *counted)
{
    bool is_whole = s->ingest != NULL;
    if (s->ingest != NULL) {
        await(s, 0);
        ingest_end_jobs(s->ingest);
        ingest_stop(s->ingest);
        is_whole = !s->is_refused;
    }
    if (s->store != NULL) {
        store_close(s->store);
    }
    counted->stored = counter_get(&s->counters, fixes_stored);
    counted->repeated = counter_get(&s->counters, fixes_repeated);
    directory_free(s->directory);
    unknown_free(s->unknown);
    vault_free(s->vault);
    check(pthread_cond_destroy(&s->changed) == 0);
    check(pthread_mutex_destroy(&s->lock) == 0);
    free(s);
    return is_whole ? ERR_OK : ERR_IO;
}

struct directory *import_store_directory(struct import_store *s)
{
    return s->directory;
}

/* ---- devices ---- */

struct addition {
    struct store *store;
    int64_t enterprise;
    const struct file_device *device;
};

static enum err check_addition(const struct job_context *job, const struct addition *a)
{
    struct enterprise e;
    struct device_ref other;
    if (directory_enterprise(job->directory, a->enterprise, job->changes.arena, &e) != ERR_OK ||
        e.deleted) {
        return ERR_NOT_FOUND;
    }
    if (directory_find_tracker(job->directory, a->device->device_id, &other) == ERR_OK) {
        device_ref_release(job->directory, &other);
        return ERR_DUPLICATE;
    }
    return directory_room(job->directory, LIMIT_DEVICES, a->enterprise, 0) > 0 ? ERR_OK : ERR_FULL;
}

/* Whether a device may have that plate, or another text as short. */
static bool is_fit(const char *text)
{
    return text[0] != '\0' && manage_plate_fault(text) == NULL &&
           name_fault(bytes_of_text(text)) == NULL;
}

/* Its name as a plate, or the DeviceID, or that and the device's id. */
static const char *free_plate(const struct job_context *job, const struct addition *a, int64_t id)
{
    const char *names[] = {a->device->name, a->device->device_id};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_fit(names[i]) &&
            !directory_plate_taken(job->directory, a->enterprise, names[i], id)) {
            return arena_copy_text(job->changes.arena, names[i]);
        }
    }
    return arena_format(job->changes.arena, "%s #%lld", a->device->device_id, (long long)id);
}

static const char *free_code(const struct job_context *job, const struct addition *a, int64_t id)
{
    const char *code = arena_format(job->changes.arena, "%06lld", (long long)id);
    for (unsigned i = 2; directory_object_code_taken(job->directory, a->enterprise, code, id);
         i++) {
        code = arena_format(job->changes.arena, "%06lld-%u", (long long)id, i);
    }
    return code;
}

/* The text, or nothing where a device of the API may not have it. */
static const char *fitting(const struct job_context *job, const char *text)
{
    return arena_copy_text(job->changes.arena, is_fit(text) ? text : "");
}

/* In the same commit: who reads the audit learns where the device came from. */
static enum err tell_audit(struct job_context *job, const struct addition *a)
{
    const struct audit row = {
        .enterprise_id = a->enterprise,
        .time_s = job->now_s,
        .login_name = "",
        .address = "",
        .action = "odograph import",
        .object = arena_format(job->changes.arena, "device %s", a->device->device_id),
        .detail = "",
    };
    return store_add_audit(a->store, &job->changes, &row);
}

static enum err add_device(struct job_context *job, void *arg)
{
    const struct addition *a = arg;
    enum err e = check_addition(job, a);
    if (e != ERR_OK) {
        return e;
    }
    int64_t id = ids_next(job->ids, ID_OF_DEVICE);
    struct device *d = &change_add(&job->changes, CHANGE_PUT_DEVICE)->device;
    *d = (struct device){
        .id = id,
        .enterprise_id = a->enterprise,
        .device_id = arena_copy_text(job->changes.arena, a->device->device_id),
        .plate = free_plate(job, a, id),
        .object_code = free_code(job, a, id),
        .sim = fitting(job, a->device->sim),
        .model = fitting(job, a->device->model),
        .type = a->device->is_person ? DEVICE_PERSON : DEVICE_VEHICLE,
        .created_s = job->now_s,
    };
    device_init(d);
    return tell_audit(job, a);
}

enum err import_store_add(struct import_store *s, int64_t enterprise, const struct file_device *d)
{
    struct addition a = {s->store, enterprise, d};
    return ingest_call(s->ingest, add_device, &a, NULL, JOB_MS);
}

/* ---- fixes ---- */

enum err import_store_take(struct import_store *s, const struct file_fix *f)
{
    uint32_t credit_bytes = 0;
    const struct message message = {.kind = MESSAGE_FIX, .fix = f->fix, .extras = f->extras};
    const struct arrival arrival = {
        .protocol = PROTOCOL_osmand, /* of those without frames; nobody is heard over it */
        .rcv_time_ms = f->rcv_time_s * MS_PER_S,
        .device_id = f->device_id,
        .messages = &message,
        .count = 1,
    };
    enum err e = ingest_push(s->ingest, &arrival, &credit_bytes);
    while (e == ERR_BUSY) {
        await(s, UNDER_WAY_MIN);
        e = ingest_push(s->ingest, &arrival, &credit_bytes);
    }
    s->pushed += e == ERR_OK;
    return e;
}
