#ifndef API_DOWNLOADS_H
#define API_DOWNLOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "model/account.h"

/*
 * Links to files, for who cannot send a token: a browser that saves one. A link is good once and
 * for a minute, and holds what was asked for and whose token asked; what that token may is found
 * when the link is used. Links are kept in memory and under a hash of their key: a restart forgets
 * them. Any thread.
 */
struct downloads;

enum {
    DOWNLOAD_KEY_SIZE = 33,   /* 32 digits and a NUL */
    DOWNLOAD_MS = 60000,      /* from its making to its use */
    DOWNLOADS_OF_USER = 16,   /* that wait at a time, ... */
    DOWNLOADS_MAX = 4096,     /* ... and of all */
    DOWNLOAD_FORM_MAX = 32768 /* bytes */
};
#define DOWNLOAD_PATH "/download/"

/* None yet. */
struct downloads *downloads_new(void);
/* Forgets them all. */
void downloads_free(struct downloads *d);

/* What a link stands for; borrowed. */
struct download {
    int64_t user_id;
    const uint8_t *token_hash; /* TOKEN_HASH_BYTES */
    struct bytes form;         /* the fields of the call, as a form has them */
};

/*
 * Makes a link; its key is in `key`. ERR_FULL: too many of the user, or of all, wait; ERR_TOO_LONG:
 * the form is.
 */
MUST_USE enum err downloads_add(struct downloads *d, const struct download *what,
                                char key[DOWNLOAD_KEY_SIZE]);
/*
 * Uses a link up: whose token asked, and for what, in `arena`. False: there is none of that key
 * (any more).
 */
bool downloads_take(struct downloads *d, const char *key, uint8_t token_hash[TOKEN_HASH_BYTES],
                    struct arena *arena, struct bytes *form);
/* Whether a path has the form of a link; then its key is in `key`, else "". */
bool download_find(const char *path, char key[DOWNLOAD_KEY_SIZE]);

#endif
