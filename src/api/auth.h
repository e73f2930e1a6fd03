#ifndef API_AUTH_H
#define API_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/account.h"

/*
 * Tokens and passwords. A token is 32 upper-case hexadecimal digits from the system's random
 * numbers; only its BLAKE2b hash is kept. A password is kept as argon2id (19 MiB, 2 passes), which
 * takes tens of milliseconds: only on the thread of WHERE_PASSWORD, or at start.
 */
enum {
    AUTH_TOKEN_DIGITS = 32,
    AUTH_TOKEN_SIZE = AUTH_TOKEN_DIGITS + 1,
    AUTH_PASSWORD_MIN = 6, /* characters */
    AUTH_PASSWORD_MAX = 128,
    AUTH_PASSWORD_HASH_SIZE = 128,
};

/* A new token and its hash. */
void auth_make_token(char out[AUTH_TOKEN_SIZE], uint8_t hash[TOKEN_HASH_BYTES]);
/*
 * A secret for a browser's cookie, and the token that it stands for. Whoever has the secret can
 * make the token again, and nobody the secret of the token.
 */
void auth_make_secret(char secret[AUTH_TOKEN_SIZE], char token[AUTH_TOKEN_SIZE],
                      uint8_t hash[TOKEN_HASH_BYTES]);
/* The token of a secret, and its hash; false where `secret` (may be NULL) is no such thing. */
bool auth_token_of_secret(const char *secret, char token[AUTH_TOKEN_SIZE],
                          uint8_t hash[TOKEN_HASH_BYTES]);
/*
 * The hash of a token as a client sends it: the digits in either case, blanks around them and
 * "Bearer " before them allowed. False where `text` (may be NULL) is no such thing.
 */
bool auth_hash_token(const char *text, uint8_t hash[TOKEN_HASH_BYTES]);

/* argon2id of a password, as text. */
void auth_hash_password(const char *password, char out[AUTH_PASSWORD_HASH_SIZE]);
bool auth_password_matches(const char *hash, const char *password);
/* Whether a new password has the length asked for; NULL, or what is wrong with it. */
const char *auth_password_fault(const char *password);

#endif
