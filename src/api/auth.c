/*
 * Tokens and passwords, by libsodium: random digits, BLAKE2b for what is looked up, argon2id for
 * what people choose.
 */
#include "api/auth.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum { ARGON2_PASSES = 2, ARGON2_BYTES = 19 * 1024 * 1024 };

static void hash_digits(const char digits[AUTH_TOKEN_SIZE], uint8_t hash[TOKEN_HASH_BYTES])
{
    check(crypto_generichash(hash, TOKEN_HASH_BYTES, (const uint8_t *)digits, AUTH_TOKEN_DIGITS,
                             NULL, 0) == 0);
}

/* 32 digits in either case as upper-case ones; false where other characters stand there. */
static bool read_digits(const char *text, char out[AUTH_TOKEN_SIZE])
{
    for (size_t i = 0; i < AUTH_TOKEN_DIGITS; i++) {
        if (!g_ascii_isxdigit(text[i])) {
            return false;
        }
        out[i] = g_ascii_toupper(text[i]);
    }
    out[AUTH_TOKEN_DIGITS] = '\0';
    return true;
}

/* 16 bytes as upper-case digits. */
static void write_digits(const uint8_t bytes[AUTH_TOKEN_DIGITS / 2], char out[AUTH_TOKEN_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < AUTH_TOKEN_DIGITS / 2; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[AUTH_TOKEN_DIGITS] = '\0';
}

static void make_digits(char out[AUTH_TOKEN_SIZE])
{
    uint8_t random[AUTH_TOKEN_DIGITS / 2];
    randombytes_buf(random, sizeof(random));
    write_digits(random, out);
}

void auth_make_token(char out[AUTH_TOKEN_SIZE], uint8_t hash[TOKEN_HASH_BYTES])
{
    make_digits(out);
    hash_digits(out, hash);
}

/* Another function than hash_digits(): the secret must not lead to what is stored. */
static void derive(const char secret[AUTH_TOKEN_SIZE], char token[AUTH_TOKEN_SIZE])
{
    static const uint8_t key[] = "odograph: the token of a secret";
    uint8_t bytes[AUTH_TOKEN_DIGITS / 2];
    check(crypto_generichash(bytes, sizeof(bytes), (const uint8_t *)secret, AUTH_TOKEN_DIGITS, key,
                             sizeof(key)) == 0);
    write_digits(bytes, token);
}

void auth_make_secret(char secret[AUTH_TOKEN_SIZE], char token[AUTH_TOKEN_SIZE],
                      uint8_t hash[TOKEN_HASH_BYTES])
{
    make_digits(secret);
    derive(secret, token);
    hash_digits(token, hash);
}

bool auth_token_of_secret(const char *secret, char token[AUTH_TOKEN_SIZE],
                          uint8_t hash[TOKEN_HASH_BYTES])
{
    char digits[AUTH_TOKEN_SIZE];
    if (secret == NULL || !read_digits(secret, digits) || secret[AUTH_TOKEN_DIGITS] != '\0') {
        return false;
    }
    derive(digits, token);
    hash_digits(token, hash);
    return true;
}

bool auth_hash_token(const char *text, uint8_t hash[TOKEN_HASH_BYTES])
{
    static const char bearer[] = "Bearer ";
    if (text == NULL) {
        return false;
    }
    text += strspn(text, " \t");
    if (g_ascii_strncasecmp(text, bearer, sizeof(bearer) - 1) == 0) {
        text += sizeof(bearer) - 1;
        text += strspn(text, " \t");
    }
    char digits[AUTH_TOKEN_SIZE];
    if (!read_digits(text, digits)) {
        return false;
    }
    text += AUTH_TOKEN_DIGITS;
    if (text[strspn(text, " \t")] != '\0') {
        return false;
    }
    hash_digits(digits, hash);
    return true;
}

void auth_hash_password(const char *password, char out[AUTH_PASSWORD_HASH_SIZE])
{
    check(AUTH_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);
    check(crypto_pwhash_str(out, password, strlen(password), ARGON2_PASSES, ARGON2_BYTES) == 0);
}

bool auth_password_matches(const char *hash, const char *password)
{
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

const char *auth_password_fault(const char *password)
{
    glong characters = g_utf8_strlen(password, -1);
    bool fits = characters >= AUTH_PASSWORD_MIN && characters <= AUTH_PASSWORD_MAX;
    return fits ? NULL : "a password has 6 to 128 characters";
}
