#ifndef PROTOCOLS_PROFILE_PRIVATE_H
#define PROTOCOLS_PROFILE_PRIVATE_H

#include "base/arena.h"
#include "protocols/profile.h"

/* What profile.c and profile_file.c share. */

enum { PROFILE_NAME_SIZE = 64 };

/* An operator's rows; they and their texts live in the arena. */
struct profiles {
    struct arena arena;
    struct profile *rows;
    size_t count;
};

#endif
