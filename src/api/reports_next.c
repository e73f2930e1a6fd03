/*
 * Which report comes next, as the directory has it: the oldest one of the next enterprise that has
 * any waiting and none under way.
 */
#include "api/reports_private.h"
#include "base/check.h"

void reports_lock(struct reports *r)
{
    check(pthread_mutex_lock(&r->lock) == 0);
}

void reports_unlock(struct reports *r)
{
    check(pthread_mutex_unlock(&r->lock) == 0);
}

/* What is known of the slots for a while, so that nobody waits for a search among many reports. */
struct survey {
    int64_t busy[REPORT_THREADS]; /* enterprises; 0: the slot is free */
    int64_t last_enterprise;
    bool stopping;
};

static struct survey survey_slots(struct reports *r)
{
    struct survey survey = {0};
    reports_lock(r);
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        survey.busy[i] = r->slots[i].is_taken ? r->slots[i].key.enterprise_id : 0;
    }
    survey.last_enterprise = r->last_enterprise;
    survey.stopping = r->stopping;
    reports_unlock(r);
    return survey;
}

static bool is_busy(const struct survey *survey, int64_t enterprise_id)
{
    bool is_busy = false;
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        is_busy = is_busy || survey->busy[i] == enterprise_id;
    }
    return is_busy;
}

/* The first one of a shard behind `after` that waits, of an enterprise that is not busy; alone in
   `arena`. */
static bool find_in(const struct survey *survey, struct directory *dir, struct owned_key after,
                    struct arena *arena, struct report_job *out)
{
    while (directory_owned_after(dir, ENTITY_REPORT, after, arena, out) == ERR_OK) {
        if (out->state == REPORT_WAITING && !is_busy(survey, out->enterprise_id)) {
            return true;
        }
        after = (struct owned_key){out->enterprise_id, out->id};
        arena_clear(arena);
    }
    return false;
}

/* The same of all shards: first behind the enterprise whose report was begun last. */
static bool find_waiting(const struct reports *r, const struct survey *survey, struct arena *arena,
                         struct report_job *out)
{
    const struct owned_key from[] = {{survey->last_enterprise, INT64_MAX}, {0, 0}};
    bool found = false;
    for (size_t i = 0; i < 2 * r->api->shards->count && !found; i++) {
        struct directory *dir = r->api->shards->at[i % r->api->shards->count].directory;
        found = find_in(survey, dir, from[i / r->api->shards->count], arena, out);
    }
    return found;
}

/* Takes a report, unless another thread took one of that enterprise meanwhile. */
static bool claim(struct report_slot *slot, const struct report_job *job)
{
    struct reports *r = slot->reports;
    reports_lock(r);
    bool is_free = !r->stopping;
    for (size_t i = 0; i < REPORT_THREADS; i++) {
        const struct report_slot *other = &r->slots[i];
        is_free = is_free && !(other->is_taken && other->key.enterprise_id == job->enterprise_id);
    }
    if (is_free) {
        slot->is_taken = true;
        slot->key = (struct owned_key){job->enterprise_id, job->id};
        slot->made = (struct report_made){0};
        r->last_enterprise = job->enterprise_id;
    }
    reports_unlock(r);
    return is_free;
}

bool reports_take(struct report_slot *slot, struct arena *arena, struct report_job *out)
{
    struct survey survey = survey_slots(slot->reports);
    while (!survey.stopping && find_waiting(slot->reports, &survey, arena, out)) {
        if (claim(slot, out)) {
            return true;
        }
        arena_clear(arena);
        survey = survey_slots(slot->reports);
    }
    return false;
}
