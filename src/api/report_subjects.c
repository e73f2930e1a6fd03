/* Which devices a report is about: looked for anew each time, by what its account may see then. */
#include "api/report_subjects.h"
#include "base/order.h"

#include <stdlib.h>

/* A set of ids, in order. */
struct id_set {
    int64_t *at;
    size_t count;
};

static enum err read_set(const uint8_t *at, size_t len, struct arena *arena, struct id_set *out)
{
    enum err e = geofence_unpack_ids((struct bytes){at, len}, arena, &out->at, &out->count);
    if (e == ERR_OK && out->count > 0) {
        qsort(out->at, out->count, sizeof(*out->at), order_int64);
    }
    return e;
}

static bool is_in(const struct id_set *set, int64_t id)
{
    return set->count > 0 &&
           bsearch(&id, set->at, set->count, sizeof(*set->at), order_int64) != NULL;
}

enum err report_subjects(struct directory *dir, const struct caller *caller,
                         const struct report_job *job, struct arena *arena,
                         struct report_subjects *out)
{
    struct id_set devices;
    struct id_set groups;
    size_t seen = 0;
    out->count = 0;
    enum err e = read_set(job->devices, job->devices_len, arena, &devices);
    e = e == ERR_OK ? read_set(job->groups, job->groups_len, arena, &groups) : e;
    if (e != ERR_OK) {
        return e;
    }
    bool all = devices.count == 0 && groups.count == 0;
    struct device_ref *refs = directory_list_devices(dir, caller, arena, &seen);
    out->at = arena_new_array(arena, seen, sizeof(*out->at));
    for (size_t i = 0; i < seen; i++) {
        if (all || is_in(&devices, refs[i].info->id) || is_in(&groups, refs[i].group_id)) {
            out->at[out->count++] = (struct report_subject){
                refs[i].info->id, arena_copy_text(arena, refs[i].info->device_id)};
        }
    }
    directory_release_all(dir, refs, seen);
    return all || out->count > 0 ? ERR_OK : ERR_NOT_FOUND;
}
