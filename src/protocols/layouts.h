#ifndef PROTOCOLS_LAYOUTS_H
#define PROTOCOLS_LAYOUTS_H

#include "protocols/fields.h"
#include "protocols/report.h"
#include "protocols/words.h"

/*
 * What the words of a sentence say, as a description: where its time, its place and its values
 * stand. A word that is missing, empty or nonsense sets nothing.
 *
 *     $GPRMC,030405.000,A,2333.0312,S,04637.9986,W,29.16,180.0,020126,,,A*68
 *
 *     {.when = {9, 1, DATE_DMY}, .where = {3, 2, layout_place_angles},
 *      .rows = {{7, word_set_knots}, {8, word_set_course}}}
 */

/* A value of the fix. */
struct layout_row {
    uint8_t at; /* the word */
    void (*set)(struct fix *f, struct bytes word);
};

/* An extra value: a text, or a number of digits alone. */
struct layout_extra {
    uint8_t at;  /* the word */
    uint8_t key; /* enum extra_key */
    uint8_t index;
    uint8_t more;    /* words that follow, and say the same of the next index each */
    bool is_decimal; /* the number is a decimal in the unit of the extra value */
    int32_t low;     /* the least and the most that is kept; both 0: any number */
    int32_t high;
};

/* Where the time stands, whose six digits fractions of a second may follow. */
struct layout_time {
    uint8_t date; /* both 0: nowhere. The same word: the time follows in it */
    uint8_t time;
    enum date_order order;
};

/* Sets the place that begins at a word; false where there is none. */
typedef bool layout_place(struct fix *f, const struct words *w, size_t at, bool is_valid);

/* Where the place stands, and how it is written. */
struct layout_where {
    uint8_t lat;        /* its first word */
    uint8_t valid;      /* the word that tells whether it is valid */
    layout_place *read; /* NULL: nowhere */
};

enum { LAYOUT_ROWS_MAX = 12, LAYOUT_EXTRAS_MAX = 4 };

/* Rows behind the last one are zero. */
struct layout {
    struct layout_time when;
    uint8_t years_max; /* of a clock that is set, such as 79; 0: all */
    struct layout_where where;
    bool (*is_valid)(struct bytes word); /* NULL: the word is "A" */
    struct layout_row rows[LAYOUT_ROWS_MAX];
    struct layout_extra extras[LAYOUT_EXTRAS_MAX];
};

/*
 * Reads the words by a layout, all of whose places count from `from` on, into *r. False: the layout
 * has a place, and the words have none; what else they say is set.
 */
bool layout_read(const struct layout *l, const struct words *w, size_t from, struct report *r);

/* As `is_valid`: the word is "1". */
bool layout_is_one(struct bytes word);

/* Four words: degrees and minutes, and the letter of the side, twice (word_set_angles()). */
layout_place layout_place_angles;
/* Two words: signed degrees. */
layout_place layout_place_degrees;
/* Four words: degrees, and a letter, S or W of which turn what has no sign. */
layout_place layout_place_sided;

/* What a word stands for that is one of few. */
struct keyword {
    const char *word;
    alarm_set alarms;
    enum fix_has has; /* a switch that it turns, of fix_set_switch(): on, or off */
    enum fix_flag on;
    enum fix_flag off;
    bool goes_on; /* the word is only how it begins */
};

struct keywords {
    const struct keyword *rows;
    size_t count;
    bool ignores_case; /* of those that do not go on */
};

/* The members `rows` and `count` from the array `table`. */
#define KEYWORDS(table) .rows = (table), .count = sizeof(table) / sizeof((table)[0])

/* Sets what `word` stands for. */
void keywords_read(const struct keywords *k, struct bytes word, struct fix *f);
/* The alarms that any of them stands for, to be told. */
alarm_set keywords_alarms(const struct keywords *k);

#endif
