#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * One long option of a subcommand: "--name VALUE" or "--name=VALUE", or "--name" alone for
 * ARGUMENT_FLAG. ARGUMENT_PLACE is a word without a name, which may be a negative number; its
 * target is NULL until the word came, and several such rows take theirs in their order.
 */
enum argument_type {
    ARGUMENT_FLAG,   /* bool */
    ARGUMENT_TEXT,   /* const char *, borrowed from argv */
    ARGUMENT_PLACE,  /* the same */
    ARGUMENT_PLACES, /* struct argument_places: words without a name, as many as there are */
    ARGUMENT_UINT    /* uint64_t between min and max */
};

enum { ARGUMENT_PLACES_MAX = 256 };
struct argument_places {
    const char *at[ARGUMENT_PLACES_MAX];
    size_t count;
};

struct argument {
    const char *name; /* without its dashes; "" of ARGUMENT_PLACE and ARGUMENT_PLACES */
    enum argument_type type;
    void *target;
    uint64_t min;
    uint64_t max;
    const char *value_name; /* for the help: "FILE" */
    const char *doc;
};

/*
 * Reads argv[1..] into the targets; argv[0] is the subcommand. ERR_INVALID after saying on standard
 * error what is wrong; ERR_END after printing the help that "--help" asked for: `summary`, then a
 * line an option.
 */
MUST_USE enum err arguments_read(int argc, char **argv, const char *summary,
                                 const struct argument *rows, size_t count);

#endif
