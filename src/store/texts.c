/*
 * The last texts of a device, and SMS of a SIM card, for readers: any thread reads them on a
 * connection of the pool. Changes save them (entities.c), and retention deletes them (expire.c).
 */
#include "store/read_pool.h"
#include "store/store_private.h"

enum err store_read_texts(struct store *s, int64_t device, size_t limit, struct arena *arena,
                          struct store_texts *out)
{
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = tables_read_texts(pooled->tables, device, limit, arena, out);
        read_pool_give(s->pool, pooled);
    }
    return e;
}

enum err store_read_sms(struct store *s, const struct sms_query *query, struct arena *arena,
                        struct store_sms *out)
{
    struct pooled_tables *pooled = NULL;
    enum err e = read_pool_take(s->pool, &pooled);
    if (e == ERR_OK) {
        e = tables_read_sms(pooled->tables, query, arena, out);
        read_pool_give(s->pool, pooled);
    }
    return e;
}
