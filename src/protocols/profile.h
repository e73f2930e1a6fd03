#ifndef PROTOCOLS_PROFILE_H
#define PROTOCOLS_PROFILE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "model/account.h"

struct session;

/*
 * What the model of a tracker tells a decoder, and its frames may leave out: the same bits and
 * items mean one thing to one maker and another thing to the next.
 */
enum profile {
    PROFILE_NONE,   /* as the standard says */
    PROFILE_AOVX,   /* AOVX, the G and A series */
    PROFILE_AOVX_V, /* AOVX, the V series */
};

/*
 * The profile of a model, as an operator or a tracker writes it: "VL300", "aovx gl100-la". Case
 * does not count, and a blank, '_' and '-' are the same.
 */
enum profile profile_of_model(struct bytes model);

/* How the frames of a device are to be read, by what is known of it. */
struct dialect {
    enum speed_unit speed_unit;
    enum profile profile;
};

/* The dialect of a device, by what somebody set. */
struct dialect dialect_of(const struct device *d);
/* Puts the dialect into the session. True: that changes the session. */
bool dialect_set(struct session *s, struct dialect dialect);

#endif
