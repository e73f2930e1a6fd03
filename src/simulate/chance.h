#ifndef SIMULATE_CHANCE_H
#define SIMULATE_CHANCE_H

#include <stdint.h>

/*
 * Chance that is the same in every run: numbers made of a state, or of what they are about.
 */

/* The next number of a sequence; moves the state on. */
static inline uint64_t chance_next(uint64_t *state)
{
    /* splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014) */
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* From `low` to `high`, both included. */
static inline int chance_between(uint64_t *state, int low, int high)
{
    return low + (int)(chance_next(state) % (uint64_t)(high - low + 1));
}

/* The state of a sequence about `what` of `whom`: no two pairs have the same one. */
static inline uint64_t chance_about(uint32_t whom, uint32_t what)
{
    uint64_t state = (uint64_t)whom << 32 | what;
    return chance_next(&state);
}

#endif
