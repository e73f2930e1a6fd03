#ifndef PROTOCOLS_PATTERNS_H
#define PROTOCOLS_PATTERNS_H

#include "protocols/profile.h"

/*
 * Which texts cut an engine or unlock, whatever they pretend to be: those that the patterns of any
 * profile match, as the sender may know the tracker better than its row in the directory does.
 */
enum profile_matches { PROFILE_MATCHES_CUT = 1 << 0, PROFILE_MATCHES_UNLOCK = 1 << 1 };

/* Bytes; a longer text matches everything. A command has fewer, and so has an SMS of ten parts. */
enum { PATTERNS_TEXT_MAX = 3072 };

/* The set of enum profile_matches of a text, as it would go to a tracker; what it matches. */
unsigned profiles_match(const struct profiles *p, struct bytes text);
/* The same of a raw message: of its bytes, and of the texts in it. */
unsigned profiles_match_raw(const struct profiles *p, struct bytes raw);

#endif
