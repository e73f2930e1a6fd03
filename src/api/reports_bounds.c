/* How many reports there are, and whether there may be one more. */
#include "api/reports.h"

struct counting {
    int64_t user_id;
    struct reports_count n;
};

static void count_one(void *context, const void *held)
{
    struct counting *c = context;
    const struct report_job *job = held;
    bool waits = job->state == REPORT_WAITING;
    bool is_own = job->user_id == c->user_id && job->schedule_id == 0;
    c->n.under_way += waits && is_own ? 1 : 0;
    c->n.kept += is_own ? 1 : 0;
    c->n.waiting_of_enterprise += waits ? 1 : 0;
    c->n.kept_of_enterprise++;
    c->n.bytes_of_enterprise += job->size;
}

struct reports_count reports_count(struct directory *dir, int64_t enterprise_id, int64_t user_id)
{
    struct counting c = {.user_id = user_id};
    directory_see_owned(dir, ENTITY_REPORT, enterprise_id, count_one, &c);
    return c.n;
}

const char *reports_refusal(const struct reports_count *count)
{
    if (count->under_way >= REPORTS_UNDER_WAY_MAX) {
        return REPORTS_TEXT_UNDER_WAY;
    }
    if (count->kept >= REPORTS_KEPT_MAX) {
        return REPORTS_TEXT_KEPT;
    }
    if (count->waiting_of_enterprise >= REPORTS_WAITING_MAX) {
        return REPORTS_TEXT_WAITING;
    }
    bool is_full = count->kept_of_enterprise >= REPORTS_OF_ENTERPRISE_MAX ||
                   count->bytes_of_enterprise >= REPORTS_BYTES_MAX;
    return is_full ? REPORTS_TEXT_ROOM : NULL;
}
