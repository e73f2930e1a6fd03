#ifndef API_TRACK_COLUMNS_H
#define API_TRACK_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/fix_columns.h"
#include "api/params.h"
#include "base/bytes.h"
#include "base/json.h"

/*
 * The columns that a call asks for, some rows long: those of fix_columns.h, and extra values by the
 * name that model/extra.h gives them, with "_INDEX" behind it where the vehicle has several; the
 * name alone is the first of them. Texts are no columns.
 */
enum { TRACK_COLUMNS_MAX = 40 };

struct track_column {
    const char *name;    /* borrowed of the call */
    unsigned extra;      /* enum extra_key; 0: it is `fix` */
    int index;           /* of the extra value; -1: the first */
    enum fix_column fix; /* where `extra` is 0 */
    struct json_out out;
};

struct track_columns {
    struct track_column at[TRACK_COLUMNS_MAX];
    size_t count;
    size_t rows; /* written so far */
    bool has_extras;
};

/* What is wrong with a list of names: one that is none, or (NULL) that they are too many. */
struct track_columns_fault {
    const char *unknown;
};

/*
 * Empty columns of these names, each once; of the usual ones where there are no names. `t` is the
 * first in any case. To be freed. False: *fault says what is wrong.
 */
bool track_columns_begin(struct track_columns *t, const struct value *names,
                         struct track_columns_fault *fault);
void track_columns_free(struct track_columns *t);
/* Adds a row: of a state, and the packed extra values of its fix. */
void track_columns_add(struct track_columns *t, const struct fold_state *state,
                       struct bytes extras);
/* Writes the rows as an object of arrays, and begins anew without any. */
void track_columns_write(struct track_columns *t, struct json_out *out);

#endif
