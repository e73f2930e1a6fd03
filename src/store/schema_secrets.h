#ifndef STORE_SCHEMA_SECRETS_H
#define STORE_SCHEMA_SECRETS_H

#include <sqlite3.h>

#include "base/err.h"
#include "base/vault.h"

/*
 * Gives the steps of the schema two functions: hash_of(password) and sealed(text), which is a blob
 * as well. They write the key to its file first. Without a vault they fail, with words for who
 * reads the log. database_err().
 */
MUST_USE enum err schema_add_secrets(sqlite3 *db, struct vault *vault);

#endif
