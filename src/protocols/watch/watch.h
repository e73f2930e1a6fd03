#ifndef PROTOCOLS_WATCH_WATCH_H
#define PROTOCOLS_WATCH_WATCH_H

#include "protocols/layouts.h"

/* What the files of the watch protocol share. Pure; any thread. */

/* A type of content. */
struct watch_kind {
    const char *type;
    const char *answer; /* "": none */
    enum message_kind kind;
    const struct layout *layout; /* NULL: nothing is read */
    uint8_t words_min;           /* of the layout: with fewer, nothing is read */
    bool goes_on;                /* more may stand behind the type */
    bool ignores_case;
    bool is_kept;   /* the answer says that what came is stored */
    bool is_marked; /* a first word of 0 says that nothing follows */
    bool is_place;  /* a position, with what the layout does not say */
    bool is_stored; /* by the watch, before it could send it */
};

/* report.c: adds what words of a type say, which they begin with. NULL: it is not known. */
const struct watch_kind *watch_read(struct words *w, struct decoded *out);

#endif
