/*
 * Passwords of locks are short: six digits are tried in a second by any hash, however slow it is
 * made. What protects them is a key that is not where the hash is. So they are hashed with one,
 * fast enough to be compared on any thread, and a hash that is slow on purpose would protect no
 * better.
 *
 *     key file: 64 hexadecimal digits
 *        ├─ id           tells hashes of another key
 *        ├─ subkey HASH  BLAKE2b, 32 bytes, of salt and password
 *        ├─ subkey PAD   BLAKE2b of the salt: hides how long the password is
 *        └─ subkey SEAL  XSalsa20-Poly1305 (crypto_secretbox) with a nonce of its own
 *
 *     hash:     4 id | 16 salt | 2 length ^ pad | 2 sum ^ pad | 32 BLAKE2b     in hexadecimal
 * digits sealed:  24 nonce | 16 tag | the text, encrypted
 *
 * The length and the sum of the password's bytes are there so that it can be found in what a device
 * says, and masked: of a text only those places are hashed that have this sum. Without the key they
 * are random bytes.
 *
 * Source: libsodium 1.0.18, key derivation, generic hashing, secret-key authenticated encryption.
 */
#include "base/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hex.h"
#include "base/key_file.h"
#include "base/mem.h"

enum { SUBKEY_ID, SUBKEY_HASH, SUBKEY_PAD, SUBKEY_SEAL, SUBKEYS };
enum { ID_BYTES = 4, SALT_BYTES = 16, HINT_BYTES = 4, MAC_BYTES = 32 };
enum {
    SALT_AT = ID_BYTES,
    HINT_AT = SALT_AT + SALT_BYTES,
    MAC_AT = HINT_AT + HINT_BYTES,
    HASH_BYTES = MAC_AT + MAC_BYTES,
};
static const char context[crypto_kdf_CONTEXTBYTES] = {'o', 'd', 'o', 'g', 'r', 'a', 'p', 'h'};

_Static_assert(VAULT_KEY_BYTES == crypto_kdf_KEYBYTES, "the key of crypto_kdf");
_Static_assert(VAULT_HASH_SIZE == 2 * HASH_BYTES + 1, "in hexadecimal digits");
_Static_assert(VAULT_SEAL_BYTES == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
               "nonce and tag");
_Static_assert(crypto_secretbox_KEYBYTES == VAULT_KEY_BYTES, "subkeys are of one length");

/* In memory that is locked, and left out of core files. */
struct vault {
    uint8_t key[VAULT_KEY_BYTES];
    uint8_t subkeys[SUBKEYS][VAULT_KEY_BYTES];
    char *path; /* "": none */
    bool is_new;
    bool is_kept;
};

/* ---- the key ---- */

static struct vault *make(const char *path)
{
    check(sodium_init() >= 0);
    struct vault *v = sodium_malloc(sizeof(*v));
    check(v != NULL);
    *v = (struct vault){.path = mem_copy_text(path)};
    return v;
}

static void derive(struct vault *v)
{
    for (unsigned i = 0; i < SUBKEYS; i++) {
        check(crypto_kdf_derive_from_key(v->subkeys[i], VAULT_KEY_BYTES, i, context, v->key) == 0);
    }
}

struct vault *vault_new(const uint8_t key[VAULT_KEY_BYTES])
{
    struct vault *v = make("");
    memcpy(v->key, key, VAULT_KEY_BYTES);
    v->is_kept = true;
    derive(v);
    return v;
}

enum err vault_open(const char *path, struct vault **out)
{
    struct vault *v = make(path);
    enum err e = key_file_read(path, v->key);
    if (e == ERR_NOT_FOUND) {
        crypto_kdf_keygen(v->key);
        v->is_new = true;
        e = ERR_OK;
    }
    if (e != ERR_OK) {
        vault_free(v);
        return e;
    }
    v->is_kept = !v->is_new;
    derive(v);
    *out = v;
    return ERR_OK;
}

enum err vault_keep(struct vault *v)
{
    enum err e = v->is_kept ? ERR_OK : key_file_make(v->path, v->key);
    v->is_kept = e == ERR_OK;
    return e;
}

bool vault_is_new(const struct vault *v)
{
    return v->is_new;
}

const char *vault_path(const struct vault *v)
{
    return v->path;
}

void vault_free(struct vault *v)
{
    if (v != NULL) {
        free(v->path);
        sodium_free(v); /* wipes it */
    }
}

/* ---- passwords ---- */

/* A hash as it is worked with. */
struct hash {
    uint8_t at[HASH_BYTES];
    size_t len;   /* of the password */
    uint16_t sum; /* of its bytes */
};

static uint16_t sum_of(struct bytes text)
{
    unsigned sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        sum += text.at[i];
    }
    return (uint16_t)sum;
}

/* Length and sum, both of 16 bits, under the pad of the salt; the same way back. */
static void pad_hint(const struct vault *v, const uint8_t *salt, uint8_t hint[HINT_BYTES])
{
    uint8_t pad[crypto_generichash_BYTES];
    check(crypto_generichash(pad, sizeof(pad), salt, SALT_BYTES, v->subkeys[SUBKEY_PAD],
                             VAULT_KEY_BYTES) == 0);
    for (size_t i = 0; i < HINT_BYTES; i++) {
        hint[i] ^= pad[i];
    }
}

static void make_mac(const struct vault *v, const uint8_t *salt, struct bytes password,
                     uint8_t out[MAC_BYTES])
{
    crypto_generichash_state state;
    check(crypto_generichash_init(&state, v->subkeys[SUBKEY_HASH], VAULT_KEY_BYTES, MAC_BYTES) ==
          0);
    check(crypto_generichash_update(&state, salt, SALT_BYTES) == 0);
    check(crypto_generichash_update(&state, password.at, password.len) == 0);
    check(crypto_generichash_final(&state, out, MAC_BYTES) == 0);
    sodium_memzero(&state, sizeof(state));
}

void vault_hash(const struct vault *v, struct bytes password, char out[VAULT_HASH_SIZE])
{
    uint8_t at[HASH_BYTES];
    check(v != NULL && password.len > 0 && password.len <= VAULT_PASSWORD_MAX);
    uint16_t sum = sum_of(password);
    memcpy(at, v->subkeys[SUBKEY_ID], ID_BYTES);
    randombytes_buf(at + SALT_AT, SALT_BYTES);
    uint8_t hint[HINT_BYTES] = {(uint8_t)(password.len >> 8), (uint8_t)password.len,
                                (uint8_t)(sum >> 8), (uint8_t)sum};
    pad_hint(v, at + SALT_AT, hint);
    memcpy(at + HINT_AT, hint, HINT_BYTES);
    make_mac(v, at + SALT_AT, password, at + MAC_AT);
    hex_encode((struct bytes){at, sizeof(at)}, out);
}

/* False: it is no hash, or none of this key. */
static bool read_hash(const struct vault *v, const char *text, struct hash *out)
{
    size_t len = 0;
    uint8_t hint[HINT_BYTES];
    if (v == NULL || text[0] == '\0' ||
        hex_decode(bytes_of_text(text), out->at, HASH_BYTES, &len) != ERR_OK || len != HASH_BYTES ||
        memcmp(out->at, v->subkeys[SUBKEY_ID], ID_BYTES) != 0) {
        return false;
    }
    memcpy(hint, out->at + HINT_AT, HINT_BYTES);
    pad_hint(v, out->at + SALT_AT, hint);
    out->len = (size_t)(hint[0] << 8 | hint[1]);
    out->sum = (uint16_t)(hint[2] << 8 | hint[3]);
    return out->len > 0 && out->len <= VAULT_PASSWORD_MAX;
}

bool vault_is_own(const struct vault *v, const char *hash)
{
    struct hash h;
    return read_hash(v, hash, &h);
}

static bool is_mac_of(const struct vault *v, const struct hash *h, struct bytes password)
{
    uint8_t mac[MAC_BYTES];
    make_mac(v, h->at + SALT_AT, password, mac);
    return sodium_memcmp(mac, h->at + MAC_AT, MAC_BYTES) == 0;
}

bool vault_fits(const struct vault *v, const char *hash, struct bytes password)
{
    struct hash h;
    return read_hash(v, hash, &h) && is_mac_of(v, &h, password);
}

bool vault_find(const struct vault *v, const char *hash, struct bytes text, size_t from,
                struct bytes *found)
{
    struct hash h;
    if (!read_hash(v, hash, &h) || from > text.len || text.len - from < h.len) {
        return false;
    }
    struct bytes window = bytes_slice(text, from, h.len);
    uint16_t sum = sum_of(window);
    const uint8_t *end = text.at + text.len;
    for (;;) {
        if (sum == h.sum && is_mac_of(v, &h, window)) {
            *found = window;
            return true;
        }
        if (window.at + window.len == end) {
            return false;
        }
        sum = (uint16_t)(sum - window.at[0] + window.at[h.len]);
        window.at++;
    }
}

/* ---- texts ---- */

size_t vault_seal(const struct vault *v, struct bytes text, uint8_t *out)
{
    check(v != NULL);
    randombytes_buf(out, crypto_secretbox_NONCEBYTES);
    check(crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, text.at, text.len, out,
                                v->subkeys[SUBKEY_SEAL]) == 0);
    return text.len + VAULT_SEAL_BYTES;
}

enum err vault_unseal(const struct vault *v, struct bytes sealed, uint8_t *out, size_t *len)
{
    if (v == NULL || sealed.len < VAULT_SEAL_BYTES ||
        crypto_secretbox_open_easy(out, sealed.at + crypto_secretbox_NONCEBYTES,
                                   sealed.len - crypto_secretbox_NONCEBYTES, sealed.at,
                                   v->subkeys[SUBKEY_SEAL]) != 0) {
        return ERR_CORRUPT;
    }
    *len = sealed.len - VAULT_SEAL_BYTES;
    return ERR_OK;
}
