/*
 * The audit: rows that are numbered within their enterprise, so that each enterprise has a bound of
 * its own. Changes save them (entities.c), and they expire (expire.c). With three rows at most:
 *
 *     1 2 3      4 is added, and 1 goes, in one commit      2 3 4
 */
#include "store/read_pool.h"
#include "store/store_private.h"

enum err store_read_audit(struct store *s, const struct store_audit_query *query)
{
    struct pooled_tables *pooled = NULL;
    const struct audit_walk walk = {query->enterprise_id, query->context, query->take};
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = tables_walk_audit(pooled->tables, &walk);
        read_pool_give(s->pool, pooled);
    }
    return e;
}

static bool note_number(void *context, const struct audit *a)
{
    *(int64_t *)context = a->number;
    return false;
}

/* The newest number that the enterprise has in the list, or else in the store; 0: none. */
static enum err last_number(struct store *s, const struct change_list *changes,
                            int64_t enterprise_id, int64_t *number)
{
    *number = 0;
    for (size_t i = changes->len; i > 0; i--) {
        const struct change *c = &changes->at[i - 1];
        if (c->kind == CHANGE_PUT_AUDIT && c->audit.enterprise_id == enterprise_id) {
            *number = c->audit.number;
            return ERR_OK;
        }
    }
    const struct store_audit_query query = {enterprise_id, number, note_number};
    return store_read_audit(s, &query);
}

enum err store_add_audit(struct store *s, struct change_list *changes, const struct audit *a)
{
    int64_t last = 0;
    enum err e = last_number(s, changes, a->enterprise_id, &last);
    if (e != ERR_OK) {
        return e;
    }
    struct audit *put = &change_add(changes, CHANGE_PUT_AUDIT)->audit;
    *put = *a;
    put->number = last + 1;
    if (last >= AUDIT_ROWS_MAX) {
        change_add(changes, CHANGE_DELETE_AUDIT)->audit =
            (struct audit){.enterprise_id = a->enterprise_id, .number = last + 1 - AUDIT_ROWS_MAX};
    }
    return ERR_OK;
}
