#ifndef BASE_VAULT_TESTING_H
#define BASE_VAULT_TESTING_H

/* A vault for tests, whose key is the same everywhere. */
#include "base/vault.h"

static inline struct vault *vault_testing(void)
{
    static const uint8_t key[VAULT_KEY_BYTES] = {0x0d, 0x06, 0x7a, 0x91};
    return vault_new(key);
}

#endif
