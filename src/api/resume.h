#ifndef API_RESUME_H
#define API_RESUME_H

#include "api/call.h"

/*
 * How a browser stays logged in: a cookie holds a secret, of which Resume makes the token again
 * (auth.h). No other call reads it, and the cookie's path sees to it that no other is sent it. Both
 * setting and reading it want a page of this very server: its Origin is the Host of the request.
 */

#define RESUME_COOKIE "odograph_resume"

/* Notes whose page calls, by the headers Origin and Host; both may be NULL. */
void resume_note_origin(struct call *c, const char *origin, const char *host);
/* Notes the cookie of the request; NULL: there is none. */
void resume_note_cookie(struct call *c, const char *secret);
/* The answer sets the cookie to a secret, for the life of a token. */
void resume_set_cookie(struct call *c, const char *secret);
/* The answer ends the cookie. */
void resume_drop_cookie(struct call *c);

#endif
