#ifndef FLEET_ROLL_H
#define FLEET_ROLL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Items in order, each once, for lists that are read as a whole: the next item lies beside the one
 * before. Items are borrowed. Not for several threads at once.
 */
struct roll;

/* Below 0, 0, above 0: `a` comes before `b`, is the same item, comes behind it. */
typedef int roll_compare(const void *a, const void *b);

/* An empty one; and its end, NULL is fine. */
struct roll *roll_new(roll_compare *compare);
void roll_free(struct roll *r);
size_t roll_count(const struct roll *r);
/* Takes an item in; one that is there already stays. */
void roll_insert(struct roll *r, void *item);
/* Takes it out, if it is there. */
void roll_remove(struct roll *r, const void *item);

/* A place between two changes. */
struct roll_place {
    size_t run;
    size_t at;
};
/* In front of the first item / of the first one behind `before`, which need not be there. */
struct roll_place roll_first(void);
struct roll_place roll_behind(const struct roll *r, const void *before);
/* The item there, and goes on to the next; NULL behind the last. */
void *roll_next(const struct roll *r, struct roll_place *place);

#endif
