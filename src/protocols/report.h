#ifndef PROTOCOLS_REPORT_H
#define PROTOCOLS_REPORT_H

#include "model/extra.h"
#include "protocols/protocol.h"

/* A report while it is read: its fix, and its extra values. */
struct report {
    struct fix fix;
    struct extras extras;
};

/* An empty report, whose extra values live with the messages of `out`. */
void report_begin(struct report *r, const struct decoded *out);
/* Adds what has been read as a message of `kind`, and returns that. */
struct message *report_add(const struct report *r, enum message_kind kind, struct decoded *out)
    __attribute__((returns_nonnull));
/*
 * Adds the answer to a command: what is said, without the blanks and NULs at its end, where that is
 * a text; else its bytes in hexadecimal digits. Both are cut.
 */
struct message *report_add_answer(struct bytes said, struct decoded *out)
    __attribute__((returns_nonnull));

#endif
