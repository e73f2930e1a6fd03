#ifndef FLEET_DIRECTORY_RULES_PRIVATE_H
#define FLEET_DIRECTORY_RULES_PRIVATE_H

#include <glib.h>

#include "fleet/directory_private.h"
#include "fleet/directory_rules.h"
#include "fleet/rulebook.h"

/* What directory_rules.c and directory_rules_over.c share; nobody else includes it. */

/* All of it is under the directory's lock; what ingest alone may ask, it reads without. */
struct directory_rules {
    GHashTable *books;       /* enterprise -> struct rulebook, owned */
    GHashTable *terms;       /* device -> GArray of struct device_term by until_s, owned */
    GHashTable *held;        /* device -> what is made of them (directory_rules.c), owned */
    struct fold_rules plain; /* of the device that was asked for last, ... */
    struct fold_term plain_term;
};

#endif
