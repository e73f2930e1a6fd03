#ifndef GEO_PLACE_NAMES_PRIVATE_H
#define GEO_PLACE_NAMES_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "geo/gazetteer.h"
#include "geo/place_names.h"

/* A name of the operator's. */
struct own_name {
    int32_t feature;
    enum gazetteer_language language;
    size_t line;       /* of the file */
    struct bytes name; /* empty: the level is left out */
    struct bytes key;  /* what it is searched by */
};

struct place_names {
    struct arena memory;    /* of all below */
    struct own_name *names; /* by feature, then language */
    size_t count;
    uint16_t *countries; /* of each province; NULL where all are as the program has them */
};

/* The operator's name, or NULL where there is none; `own` may be NULL. */
const struct own_name *own_name_find(const struct place_names *own, int32_t feature,
                                     enum gazetteer_language language);

#endif
