#ifndef PROTOCOLS_FRAMING_H
#define PROTOCOLS_FRAMING_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/writer.h"
#include "protocols/protocol.h"

/*
 * Where a frame begins and ends, by description. A protocol names what its frames have. Everything
 * else (escapes, forms without a length) is the protocol's own code.
 */

enum { FRAMING_MARK_MAX = 4, FRAMING_SUM_BUDGET = 4 };

/* A mark of bytes: a head, or an end. */
struct framing_mark {
    uint8_t at[FRAMING_MARK_MAX];
    uint8_t len; /* 0: none */
};

/*
 * A frame that tells its length:
 *
 *     78 78   0d      01 ...........  8c dd     0d 0a
 *     head    length  what it says    checksum  end
 *             `- counts all bytes of the frame but the `uncounted`
 */
struct framing {
    struct framing_mark head;
    bool is_head_choice; /* the head is one byte, any of these; the first is the one written */
    struct framing_mark end;
    uint8_t length_at;    /* where the length stands */
    uint8_t length_width; /* its bytes: 1, 2 or 4 */
    uint8_t uncounted;    /* bytes of the whole frame that it does not count */
    uint16_t length_mask; /* its bits that are a length; 0: all */
    bool is_little;       /* length and checksum are little-endian, else big-endian */
    uint8_t sum_from;     /* the first byte that the checksum covers; it stands before the end */
    uint16_t (*sum)(struct bytes covered); /* a checksum of two bytes; NULL: none */
    uint32_t len_min;                      /* of a whole frame */
    uint32_t len_max;
};

/* Whether `in` begins with the head: ERR_OK, ERR_MORE where it may, ERR_MALFORMED. */
MUST_USE enum err framing_claims(const struct framing *f, struct bytes in);
/*
 * The length of the frame that `in` begins with. ERR_MORE: it is not all there; ERR_TOO_LONG: it
 * would be longer than any; ERR_MALFORMED: it begins or ends otherwise, or tells a length that no
 * frame has.
 */
MUST_USE enum err framing_len(const struct framing *f, struct bytes in, size_t *len);
/* The checksum that a whole frame, as framing_len() finds it, tells; and whether it is right. */
uint16_t framing_sum(const struct framing *f, struct bytes frame);
bool framing_is_sound(const struct framing *f, struct bytes frame);
/*
 * Looks for a whole and sound frame, in one of `count` forms, behind the first byte of `in`: ERR_OK
 * and *skip = how many bytes lie before it; ERR_MORE: none in what has come. It looks no further
 * than the longest frame reaches, and sums up at most FRAMING_SUM_BUDGET times as much: only on
 * purpose would somebody send many heads with an end mark where their length says.
 */
MUST_USE enum err framing_resync(const struct framing *forms, size_t count, struct bytes in,
                                 size_t *skip);
/*
 * Writes the head and room for the length; what the frame carries is written next. Answers where in
 * `out` the frame begins, for framing_end(), which fills the length and writes checksum and end.
 */
size_t framing_begin(const struct framing *f, struct writer *out);
void framing_end(const struct framing *f, struct writer *out, size_t from);

/*
 * A frame between two marks of one byte each, which may be equal. The frame holds them nowhere
 * else.
 */
struct framing_pair {
    uint8_t first;
    uint8_t last;
};

struct framing_pairs {
    const struct framing_pair *rows;
    size_t count;
    size_t noise_max; /* stray bytes before a frame; more is no stream of this protocol */
    size_t len_max;
};

/*
 * How many bytes stand before the first frame. Where two equal marks follow each other the second
 * one begins it.
 */
size_t framing_noise(const struct framing_pairs *p, struct bytes in);
/* Finds the first frame of `in`, as split() of struct protocol. */
MUST_USE enum err framing_split(const struct framing_pairs *p, struct bytes in, struct bytes *frame,
                                size_t *used);

/*
 * How the frames of a protocol are found: by forms that tell their length, or by the protocol's own
 * code where only that finds an end. Each function is given at least one byte.
 */
struct framing_rule {
    uint8_t first;    /* with noise_max: the byte that each frame begins with */
    size_t noise_max; /* stray bytes before a frame; more is no stream of this protocol */
    size_t len_max;
    /* Of what else stands before a frame: how many bytes that are; may be NULL. */
    size_t (*lost)(struct bytes in);
    /* The forms, of which the first whose head fits is meant; NULL: len_of() finds the end. */
    const struct framing *forms;
    size_t form_count;
    /*
     * What else stands at the front of a frame that has a form: ERR_OK, ERR_MORE where it may yet,
     * ERR_MALFORMED; may be NULL.
     */
    enum err (*fits)(struct bytes in);
    /* As split() answers, but for ERR_OK with a length that has not come yet. */
    enum err (*len_of)(struct bytes in, size_t *len);
    /*
     * Whether `in` begins as a frame does, asked by resync() before a length that is searched; may
     * be NULL.
     */
    enum err (*begins)(struct bytes in);
    /*
     * Whether what follows a frame begins as one does, asked by resync() where there is something;
     * may be NULL. For frames without a checksum.
     */
    enum err (*begins_behind)(struct bytes in);
    /* Whether a whole frame has the checksum that it tells, beside that of a form; may be NULL. */
    bool (*is_sound)(struct bytes frame);
    /*
     * What ends a frame and is no part of it: of these characters as many as `tail_max` are taken
     * with it, if they have come. NULL: nothing.
     */
    const char *tail;
    size_t tail_max;
};

/* The members `forms` and `form_count` of a rule, from the array `rows`. */
#define FRAMING_FORMS(rows) .forms = (rows), .form_count = sizeof(rows) / sizeof((rows)[0])

/* As split() and resync() of struct protocol; resync() is bounded as framing_resync() is. */
MUST_USE enum err framing_rule_split(const struct framing_rule *rule, struct bytes in,
                                     struct bytes *frame, size_t *used);
MUST_USE enum err framing_rule_resync(const struct framing_rule *rule, struct bytes in,
                                      size_t *skip);
/*
 * The length of the frame that `in` begins with, ERR_OK even where that has not come yet; else as
 * split() answers.
 */
MUST_USE enum err framing_rule_len(const struct framing_rule *rule, struct bytes in, size_t *len);
/* Whether `frame` is one, and all of it: ERR_MALFORMED, ERR_CHECKSUM. It may be empty. */
MUST_USE enum err framing_rule_check(const struct framing_rule *rule, struct bytes frame);
/*
 * The claim of a protocol whose heads another may begin with, too: sure by the checksum of a whole
 * frame, likely by its head.
 */
enum protocol_claim framing_rule_claim(const struct framing_rule *rule, struct bytes first);

#endif
