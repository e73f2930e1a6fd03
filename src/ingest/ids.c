/*
 * Counters of ids, and how far they are reserved. With the first device of a fresh store:
 *
 *     ids_next() ──► 1          last 1, upto 0
 *     ids_reserve()             {device, upto 1024} goes with the commit that has the device
 *     committed                 last 1, upto 1024: the next 1,023 need no further row
 *     a start                   last 1024, upto 1024
 */
#include "ingest/ids.h"

#include "base/check.h"

static const enum id_width widths[ID_KINDS] = {
#define X(NAME, width) [ID_OF_##NAME] = (width),
    ID_MAP(X)
#undef X
};

static int64_t highest_of(enum id_kind kind)
{
    return widths[kind] == ID_NARROW ? INT32_MAX : (INT64_C(1) << ID_BITS) - 1;
}

void ids_init(struct ids *ids, uint32_t shard)
{
    check(shard < SHARDS_MAX);
    *ids = (struct ids){.base = (int64_t)shard << ID_BITS};
}

void ids_load(struct ids *ids, const struct id_range *range)
{
    ids->last[range->kind] = range->upto;
    ids->upto[range->kind] = range->upto;
}

int64_t ids_next(struct ids *ids, enum id_kind kind)
{
    if (ids->last[kind] >= highest_of(kind)) {
        check(widths[kind] == ID_NARROW); /* a million a second would take twelve days */
        return 0;
    }
    ids->last[kind]++;
    return (widths[kind] == ID_NARROW ? 0 : ids->base) + ids->last[kind];
}

void ids_reserve(const struct ids *ids, struct change_list *changes)
{
    for (enum id_kind kind = ID_NONE + 1; kind < ID_KINDS; kind++) {
        int64_t upto = ids->last[kind] + IDS_AT_ONCE - 1;
        if (ids->last[kind] > ids->upto[kind]) {
            change_add(changes, CHANGE_PUT_IDS)->ids = (struct id_range){
                .kind = kind, .upto = upto < highest_of(kind) ? upto : highest_of(kind)};
        }
    }
}

void ids_note_committed(struct ids *ids, const struct id_range *range)
{
    ids->upto[range->kind] = range->upto;
}
