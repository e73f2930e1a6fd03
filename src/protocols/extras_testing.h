#ifndef PROTOCOLS_EXTRAS_TESTING_H
#define PROTOCOLS_EXTRAS_TESTING_H

/* What the tests of decoders ask of extra values. Included after <cmocka.h>. */
#include "model/message.h"

/* The value of a message by its key and index; its id is 0 where there is none. */
static inline struct extra extra_of(const struct message *m, enum extra_key key, unsigned index)
{
    struct extras_reader r = extras_begin(m->extras);
    struct extra e;
    while (extras_next(&r, &e)) {
        if (extra_key_of(&e) == (unsigned)key && extra_index_of(&e) == index) {
            return e;
        }
    }
    assert_true(reader_ok(&r.in));
    return (struct extra){0};
}

static inline void assert_extra(const struct message *m, enum extra_key key, unsigned index,
                                int64_t number)
{
    struct extra e = extra_of(m, key, index);
    assert_int_not_equal(e.id, 0);
    assert_false(e.is_text);
    assert_int_equal(e.number, number);
}

static inline void assert_extra_text(const struct message *m, enum extra_key key, unsigned index,
                                     const char *text)
{
    struct extra e = extra_of(m, key, index);
    assert_true(e.is_text);
    assert_true(bytes_eq(e.text, text));
}

static inline void assert_no_extra(const struct message *m, enum extra_key key, unsigned index)
{
    assert_int_equal(extra_of(m, key, index).id, 0);
}

#endif
