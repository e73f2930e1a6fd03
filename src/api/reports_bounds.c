/* How many reports there are, and whether there may be one more. */
#include "api/reports.h"

struct reports_count reports_count(struct directory *dir, int64_t enterprise_id, int64_t user_id,
                                   struct arena *arena)
{
    size_t count = 0;
    struct reports_count n = {0};
    const struct report_job *all =
        directory_list_owned(dir, ENTITY_REPORT, enterprise_id, arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool waits = all[i].state == REPORT_WAITING;
        bool is_own = all[i].user_id == user_id && all[i].schedule_id == 0;
        n.under_way += waits && is_own ? 1 : 0;
        n.kept += is_own ? 1 : 0;
        n.waiting_of_enterprise += waits ? 1 : 0;
        n.bytes_of_enterprise += all[i].size;
    }
    n.kept_of_enterprise = count;
    return n;
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
