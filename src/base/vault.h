#ifndef BASE_VAULT_H
#define BASE_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

/*
 * The key of this server, and what is made with it: hashes of passwords that are only ever
 * compared, and sealed texts that are sent later. The key is in a file of its own, never in the
 * store, so that nobody learns a password from a store or a copy of it. vault.c says how.
 *
 * A vault does not change once the start is over; any thread may use it. A NULL vault knows no
 * password: nothing fits, and nothing can be hashed or sealed.
 */
struct vault;

enum {
    VAULT_KEY_BYTES = 32,
    VAULT_HASH_SIZE = 113, /* of a hash as text, with its NUL */
    VAULT_PASSWORD_MAX = 256,
    VAULT_SEAL_BYTES = 40, /* by so much a sealed text is longer */
};

/* ---- the key ---- */

/* A vault with that key, which is in memory alone. */
struct vault *vault_new(const uint8_t key[VAULT_KEY_BYTES]);
/*
 * A vault with the key of that file; where there is none, with a new one, which vault_keep() writes
 * there. Says why not in one log line: ERR_FORBIDDEN: this user may not read it, or others may;
 * ERR_INVALID: it holds no key; ERR_IO.
 */
MUST_USE enum err vault_open(const char *path, struct vault **out);
/*
 * Makes sure that the key is on the disk: before anything is kept that was made with it. Only while
 * one thread has the vault. After a log line: ERR_FORBIDDEN, ERR_DUPLICATE (somebody made the file
 * meanwhile), ERR_FULL, ERR_IO.
 */
MUST_USE enum err vault_keep(struct vault *v);
/* Whether vault_open() found no file. */
bool vault_is_new(const struct vault *v);
/* The file of the key; "" where there is none. */
const char *vault_path(const struct vault *v);
/* Wipes the key; NULL is fine. */
void vault_free(struct vault *v);

/* ---- passwords ---- */

/* The hash of a password of 1 to VAULT_PASSWORD_MAX bytes, as text. Never the same twice. */
void vault_hash(const struct vault *v, struct bytes password, char out[VAULT_HASH_SIZE]);
/* Whether a hash was made with this key. */
bool vault_is_own(const struct vault *v, const char *hash);
/* Whether that is the password that was hashed; "" has none. In a time that does not tell. */
bool vault_fits(const struct vault *v, const char *hash, struct bytes password);
/*
 * Where the password of the hash begins in `text`, at `from` or later, and how long it is.
 * False: it is not there.
 */
bool vault_find(const struct vault *v, const char *hash, struct bytes text, size_t from,
                struct bytes *found);

/* ---- texts ---- */

/* Seals a text into `out`, which has text.len + VAULT_SEAL_BYTES bytes; answers how many. */
size_t vault_seal(const struct vault *v, struct bytes text, uint8_t *out);
/*
 * Opens what was sealed into `out`, which has sealed.len - VAULT_SEAL_BYTES bytes, and sets *len.
 * Whoever uses it wipes it (explicit_bzero). ERR_CORRUPT: another key, or it is damaged.
 */
MUST_USE enum err vault_unseal(const struct vault *v, struct bytes sealed, uint8_t *out,
                               size_t *len);

#endif
