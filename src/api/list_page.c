/*
 * Pages of the lists that management calls answer: which items are on the page that was asked
 * for, and the object around them.
 */
#include "api/list_page.h"

#include <glib.h>

const char *list_key_folded(struct call *c, const char *text)
{
    char *folded = g_utf8_casefold(text, -1);
    const char *copy = arena_copy_text(&c->arena, folded);
    g_free(folded);
    return copy;
}

struct list_page list_page_of(const struct call *c, size_t first_param)
{
    int64_t size = call_number(c, first_param + PAGE_PARAM_SIZE, LIST_PAGE_SIZE_MAX);
    size = size > LIST_PAGE_SIZE_MAX ? LIST_PAGE_SIZE_MAX : size;
    int64_t first = (call_number(c, first_param + PAGE_PARAM_INDEX, 1) - 1) * size;
    return (struct list_page){.first = first, .end = first + size};
}

struct list_page list_page_begin(struct call *c, size_t first_param, size_t total)
{
    json_object_begin(&c->out);
    json_name(&c->out, "total");
    json_int(&c->out, (int64_t)total);
    json_name(&c->out, "data");
    json_array_begin(&c->out);
    return list_page_of(c, first_param);
}

bool list_page_takes(struct list_page *page)
{
    int64_t at = page->at++;
    return at >= page->first && at < page->end;
}

void list_page_end(struct call *c)
{
    json_array_end(&c->out);
    json_object_end(&c->out);
}
