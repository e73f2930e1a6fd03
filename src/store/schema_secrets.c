/*
 * What earlier programs kept in clear becomes what a vault makes of it, inside the transaction of
 * the step, so that no crash leaves half of it.
 */
#include "store/schema_secrets.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/database.h"

/* The vault, once its key is on the disk; NULL after an error of the function. */
static struct vault *vault_of(sqlite3_context *context)
{
    struct vault *vault = sqlite3_user_data(context);
    if (vault == NULL) {
        log_line(LOG_ERROR, "passwords_in_clear",
                 "why=\"an earlier odograph wrote this store: start odograph serve once, which "
                 "hashes its passwords\"");
        sqlite3_result_error(context, "no key", -1);
        return NULL;
    }
    if (vault_keep(vault) != ERR_OK) {
        sqlite3_result_error(context, "no key file", -1);
        return NULL;
    }
    return vault;
}

static struct bytes argument(sqlite3_value *value)
{
    const uint8_t *at = sqlite3_value_blob(value); /* first: it may change the length */
    return (struct bytes){at, (size_t)sqlite3_value_bytes(value)};
}

static void hash_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    char hash[VAULT_HASH_SIZE];
    const struct vault *vault = vault_of(context);
    struct bytes password = argument(values[0]);
    (void)count;
    if (vault != NULL && password.len > 0 && password.len <= VAULT_PASSWORD_MAX) {
        vault_hash(vault, password, hash);
        sqlite3_result_text(context, hash, VAULT_HASH_SIZE - 1, SQLITE_TRANSIENT);
    } else if (vault != NULL) {
        sqlite3_result_text(context, "", 0, SQLITE_STATIC); /* nobody could ever have given it */
    }
}

static void sealed(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct vault *vault = vault_of(context);
    struct bytes text = argument(values[0]);
    (void)count;
    if (vault != NULL) {
        uint8_t *out = mem_new(text.len + VAULT_SEAL_BYTES);
        size_t len = vault_seal(vault, text, out);
        sqlite3_result_blob64(context, out, len, free);
    }
}

enum err schema_add_secrets(sqlite3 *db, struct vault *vault)
{
    static const struct {
        const char *name;
        void (*call)(sqlite3_context *context, int count, sqlite3_value **values);
    } rows[] = {{"hash_of", hash_of}, {"sealed", sealed}};
    int result = SQLITE_OK;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && result == SQLITE_OK; i++) {
        result = sqlite3_create_function_v2(db, rows[i].name, 1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                            vault, rows[i].call, NULL, NULL, NULL);
    }
    return database_err(db, result);
}
