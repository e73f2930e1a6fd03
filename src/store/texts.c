#include "store/store_private.h"
#include "store/visitor.h"

enum err store_read_texts(struct store *s, int64_t device, size_t limit, struct arena *arena,
                          struct store_texts *out)
{
    struct visitor *v = NULL;
    enum err e = visitors_take(s->visitors, &v);
    if (e == ERR_OK) {
        e = tables_read_texts(v->tables, device, limit, arena, out);
        visitors_give(s->visitors, v);
    }
    return e;
}
