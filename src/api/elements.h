#ifndef API_ELEMENTS_H
#define API_ELEMENTS_H

#include "api/call.h"

/*
 * The objects that one call adds, each for itself: AddDevices, AddSIMs. Those that cannot be added
 * are answered by their place, with why. They are read in `prepare`, added in steps of the job, and
 * c->own is the struct elements between.
 */
struct element {
    const char *why; /* NULL where it is good so far */
    size_t change;   /* its number among the changes of the step that adds it */
    struct value *values;
};

/* How each of them is read. */
struct element_kind {
    const struct param_row *rows; /* as of the call that adds one */
    size_t count;
    /* Judges the values beyond their rows' bounds; true: it filled *fault. */
    bool (*has_fault)(struct call *c, const struct value *values, struct param_fault *fault);
};

struct elements {
    const struct element_kind *kind;
    struct element *at;
    size_t count;
    size_t next;      /* the first that no step has looked at */
    size_t committed; /* in front of it all is stored that is good; ... */
    size_t added;     /* ... so many */
};

/*
 * Reads the array of objects that is parameter `param` into c->own; in the call's arena. `kind` is
 * kept.
 */
void elements_read(struct call *c, size_t param, const struct element_kind *kind);
/* Wants for each of them the name that is its value `value`, at its own place. */
void elements_want_names(struct call *c, enum name_kind kind, size_t value);
/*
 * Looks at the next ones until the job pauses: `add` answers why that at `i` is not added, or NULL.
 * ERR_MORE, ERR_OK: these were the last.
 */
MUST_USE enum err elements_step(struct call *c, struct job_context *job,
                                const char *(*add)(void *context, size_t i), void *context);
/* `committed` of the method. */
void elements_note_committed(struct call *c);
/*
 * The values of the element that made the change of that number, in the step that is not committed
 * yet; *from is 0 at its beginning, and changes are asked for in order. NULL: none did.
 */
const struct value *elements_of_change(const struct elements *all, size_t change, size_t *from);
/* `weigh` of the method. */
size_t elements_weigh(struct call *c);
/* `run` of the method: {"added", "errors"}. */
void elements_answer(struct call *c);

/* What that answers, for openapi.json. */
enum { ELEMENTS_MEMBERS = 2 };
extern const struct reply_member elements_members[ELEMENTS_MEMBERS];

#endif
