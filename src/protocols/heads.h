#ifndef PROTOCOLS_HEADS_H
#define PROTOCOLS_HEADS_H

#include "base/bytes.h"
#include "base/err.h"

/*
 * How a sentence begins, by a form:
 *
 *     "[%N{2}*%9{10,15}*"     [3G*1234567890*000c*LK]    parts: 3G, 1234567890
 *
 * A character stands for itself, '%' and a class for characters of it:
 *
 *     %9 digit   %x hexadecimal digit   %A capital   %a letter   %N capital or digit   %[..] those
 *     %~ any but the one that follows in the form
 *
 * Behind a class, {n} and {n,m} say how many, n at least and m at most, below 100; without, it is
 * one. As many are taken as there are, and none is given back: what follows a class is not of it. A
 * form is the protocol's own, and not checked.
 */

enum { HEAD_PARTS_MAX = 6 };

struct head {
    struct bytes part[HEAD_PARTS_MAX]; /* what stands for each class, borrowed; those beyond are
                                          left out */
    size_t len;                        /* of all that the form stands for */
    size_t form;                       /* of head_read_one(): which it is */
};

/*
 * Whether `in` begins so: ERR_OK; ERR_MORE, as far as it has come; ERR_MALFORMED. ERR_OK fills
 * *out, where it is not NULL; parts that the form does not have are empty.
 */
MUST_USE enum err head_read(struct bytes in, const char *form, struct head *out);
/* The same without what it holds, of `in` from `from` on. */
MUST_USE enum err head_begins(struct bytes in, size_t from, const char *form);
/* As head_read(), for the first that fits of `forms`, behind the last of which a NULL stands. */
MUST_USE enum err head_read_one(struct bytes in, const char *const *forms, struct head *out);
/* How many bytes in front are of `set`, at most `most`. A NUL never is. */
size_t head_span(struct bytes in, const char *set, size_t most);

#endif
