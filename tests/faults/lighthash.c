/*
 * Passwords hashed at the least cost that libsodium allows, where the program asks for one that
 * takes a thief long: a library to be preloaded (LD_PRELOAD). Nearly every test logs in and makes
 * users; the hash took a third of its time, and no sanitizer looks into libsodium. What is checked
 * against a hash is what the hash itself says, so both kinds are understood with and without this.
 */
#include <sodium.h>

int crypto_pwhash_str(char out[crypto_pwhash_STRBYTES], const char *const password,
                      unsigned long long length, unsigned long long passes, size_t bytes)
{
    (void)passes;
    (void)bytes;
    return crypto_pwhash_str_alg(out, password, length, crypto_pwhash_OPSLIMIT_MIN,
                                 crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_ALG_ARGON2ID13);
}
