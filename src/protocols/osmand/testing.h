#ifndef PROTOCOLS_OSMAND_TESTING_H
#define PROTOCOLS_OSMAND_TESTING_H

/* What the tests of the OsmAnd protocol share; include cmocka before. */

#include "protocols/fix_testing.h"
#include "protocols/osmand/osmand.h"

static const struct protocol *const osmand = &protocol_osmand;

/* Decodes `text` in a session, and answers what reply() says to it at `outcome`, its first line, in
 * `line`. */
static inline void answer_in(struct session *s, const char *text, enum outcome outcome,
                             struct decoded *d, char line[64])
{
    static const size_t LINE_SIZE = 64;
    uint8_t out[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(out, sizeof(out));
    assert_int_equal(osmand->decode(s, bytes_of_text(text), d), ERR_OK);
    assert_true(d->wants_reply);
    osmand->reply(s, &d->hint, outcome, 0, &w);
    assert_true(writer_ok(&w));
    struct bytes reply = writer_bytes(&w);
    bytes_to_text(bytes_slice(reply, 0, bytes_find(reply, '\r')), line, LINE_SIZE);
}

/* answer_in() a session that is new. */
static inline void answer(const char *text, enum outcome outcome, struct decoded *d, char line[64])
{
    struct session s = protocol_session(osmand);
    answer_in(&s, text, outcome, d, line);
}

#endif
