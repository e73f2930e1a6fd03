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
