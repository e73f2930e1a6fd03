#ifndef API_PARAMS_H
#define API_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/zone.h"

/*
 * The fields of a request, read as Json.NET reads them (the contract's part 1): names without case,
 * a number for a text, a text for a number or bool, null absent (unless the row takes it as a
 * value), unknown ones passed over, the last of a repeated one counts.
 */
enum param_type {
    PARAM_TEXT,    /* a text of at most `max` characters (0: 4 KiB); blanks at its ends cut */
    PARAM_SECRET,  /* a text taken as it is, blanks too */
    PARAM_LIST,    /* items between commas in one text, or an array of texts without commas */
    PARAM_INT,     /* `min` .. `max` */
    PARAM_DECIMAL, /* `min` .. `max` in whole units; `number` holds it times 10^7 */
    PARAM_BOOL,
    PARAM_TIME,    /* `number` holds seconds since 1970 */
    PARAM_IDS,     /* an array of positive whole numbers, at most `max` of them */
    PARAM_OBJECTS, /* an array of objects, at most `max` of them */
    PARAM_ARRAYS,  /* an array of arrays, at most `max` of them; `first` as of OBJECTS */
    PARAM_JSON,    /* any value, of at most `max` bytes; `text` holds it as JSON without blanks */
};

enum {
    PARAMS_MAX = 20, /* of one method */
    PARAM_TEXT_BYTES = 4096,
    PARAM_LIST_BYTES = 256 * 1024,
    PARAM_LIST_ITEMS = 10000,
};

struct param_row {
    const char *name;
    int64_t min;
    int64_t max;
    const char *doc; /* one sentence */
    enum param_type type;
    bool required;
    bool may_be_empty; /* "" is a value of its own; otherwise it counts as absent */
    bool may_be_null;  /* null is a value of its own: present, and is_null */
    bool is_private;   /* the audit tells that it was there, and not what it held */
    bool is_name;      /* a TEXT that is kept as a name, and must look like one: name_fault */
    bool ends_range; /* a TIME that ends a range: a clock set back has it twice, the later counts */
    bool is_ahead;   /* a TIME at which something is to happen: in the future, and one that comes */
};

/* What a field held; zeroed where `present` is not set. */
struct value {
    bool present;
    bool is_null;                   /* present as null, where the row allows it */
    const char *text;               /* TEXT, SECRET, JSON, and the text of an empty TIME */
    int64_t number;                 /* INT, DECIMAL, TIME, BOOL */
    const char *const *items;       /* LIST */
    const int64_t *numbers;         /* IDS */
    const struct json_value *first; /* OBJECTS: the first of `count` siblings */
    size_t count;                   /* of items, numbers or objects */
};

/* The fault of a required field that is absent. */
#define PARAM_MISSING "value missing"

/* The first fault found, for the ErrMsg. */
struct param_fault {
    const char *name;
    const char *why; /* static */
};

/*
 * Reads `object` by `count` rows into as many values; texts live in `arena` and are NUL-terminated.
 * Every required field is looked for before any value is judged. ERR_INVALID fills *fault.
 */
struct param_reading {
    const struct param_row *rows;
    size_t count;
    struct arena *arena;
    struct zone_clock *clock; /* of local times */
    int64_t now_s;            /* for times that are ahead */
    bool is_form;             /* repeated names of a list or of IDs unite */
};
MUST_USE enum err params_read(const struct param_reading *reading, const struct json_value *object,
                              struct value *values, struct param_fault *fault);

/* Reads a number times 10^7, with an exponent too, below 10^9; false where it is none. */
bool param_number_e7(const struct json_value *v, int64_t *out);

#endif
