#ifndef API_LIST_PAGE_H
#define API_LIST_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"

/* Pages of the lists that management calls answer. */

/*
 * The page of a list that PageIndex? and PageSize? (places `first_param` and the next) choose, and
 * how many items match. Counts each item that matches; writes those on the page:
 *
 *     struct list_page page = list_page_begin(c, 0, matching);
 *     for (...) if (matches(item) && list_page_takes(&page)) write(item);
 *     list_page_end(c);
 */
struct list_page {
    int64_t first;
    int64_t end;
    int64_t at;
};

/* What the page takes, by the same parameters. */
struct list_page list_page_of(const struct call *c, size_t first_param);
/* Writes {"total", "data": [ and answers what the page takes. */
struct list_page list_page_begin(struct call *c, size_t first_param, size_t total);
/* Whether the next matching item is on the page. */
bool list_page_takes(struct list_page *page);
/* Ends both. */
void list_page_end(struct call *c);

/* `text` without case, for searching; in the call's arena. */
const char *list_key_folded(struct call *c, const char *text);

/* The rows of PageIndex?, PageSize? and Key? that every list has, in this order. */
#define LIST_PAGE_PARAMS                                                                           \
    {.name = "PageIndex",                                                                          \
     .type = PARAM_INT,                                                                            \
     .min = 1,                                                                                     \
     .max = LIST_PAGE_INDEX_MAX,                                                                   \
     .doc = "Page, from 1"},                                                                       \
        {.name = "PageSize",                                                                       \
         .type = PARAM_INT,                                                                        \
         .min = 1,                                                                                 \
         .max = LIST_PAGE_INDEX_MAX,                                                               \
         .doc = "Rows of a page, at most 1000; all 1000 unless given"},                            \
    {                                                                                              \
        .name = "Key", .type = PARAM_TEXT, .doc = "Part of a name, without case"                   \
    }
enum { LIST_PAGE_INDEX_MAX = 1000000000, LIST_PAGE_SIZE_MAX = 1000 };
enum { PAGE_PARAM_INDEX, PAGE_PARAM_SIZE, PAGE_PARAM_KEY };

#endif
