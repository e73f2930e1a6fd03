#ifndef MODEL_SECRET_H
#define MODEL_SECRET_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/vault.h"

/* What stands for a password wherever a text is kept or shown. */
#define SECRET_MASK "******"

/* The password of a device: what its hash was made with, and the hash; "": it has none. */
struct secret_of {
    const struct vault *vault;
    const char *hash;
};

/*
 * `text` with SECRET_MASK in place of the password wherever that
 * stands in it: makers write it in front of words, behind them and between commas. One of less than
 * 4 characters counts only where no letter or digit touches it. In `arena`, or `text` itself where
 * nothing is masked, as with a hash of another key.
 */
struct bytes secret_masked(struct arena *arena, struct bytes text, const struct secret_of *own);

#endif
