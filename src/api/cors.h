#ifndef API_CORS_H
#define API_CORS_H

#include <stdbool.h>

/*
 * Origins whose pages may call the API from a browser (the WHATWG's Fetch Standard, section 3.2):
 * "SCHEME://HOST[:PORT]", blanks between them. The token is in a header that a page has to set
 * itself, so that an origin gets no right but to read what it asks for.
 */

/* NULL, or what is wrong with the list. */
const char *cors_fault(const char *origins);
/* Whether the list holds the origin that a request names. */
bool cors_allows(const char *origins, const char *origin);

#endif
