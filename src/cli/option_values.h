#ifndef CLI_OPTION_VALUES_H
#define CLI_OPTION_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"

enum option_type {
    OPTION_TEXT,
    OPTION_NUMBER,  /* of one, two, four or eight bytes */
    OPTION_WORD,    /* one of `words`; kept as its place among them */
    OPTION_HOST,    /* a numeric address, or nothing */
    OPTION_ADDRESS, /* ADDR:PORT */
    OPTION_ORIGINS, /* of web pages, as cors.h has them */
    OPTION_URL,     /* of a provider, or nothing */
    OPTION_STYLE,   /* of a map, as map_source.h has it, or nothing; as the next ones */
    OPTION_RASTER,
    OPTION_BOUNDS,
    OPTION_PROTOCOLS, /* names with commas between them, or nothing: all; kept as protocol_set */
};

/* One option: all that the file, the help and the manual say of it, and where its value goes. */
struct option_row {
    const char *section;
    const char *key;
    enum option_type type;
    size_t offset; /* in struct options */
    size_t size;
    uint64_t min; /* OPTION_NUMBER: the range of what is written ... */
    uint64_t max;
    uint64_t unit; /* ... and what one of it is; 0: 1 */
    const char *initial;
    const char *words; /* OPTION_WORD: with a blank between them */
    const char *doc;
};

/*
 * Reads `value` as the row says, into the member of `o` that the row names; texts are copied into
 * `o->texts`. NULL; else what is wrong with the value, a text that lives as long as `o`, and the
 * member is as it was.
 */
const char *option_set(struct options *o, const struct option_row *row, const char *value);

#endif
