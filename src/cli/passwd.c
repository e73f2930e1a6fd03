/*
 * odograph passwd: sets a user's password in a store that no server uses, for whoever can no longer
 * log in. As ChangePassword does, it ends the user's tokens.
 */
#include <sodium.h>
#include <stdio.h>

#include "api/auth.h"
#include "base/arena.h"
#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "cli/password_input.h"
#include "fleet/directory.h"
#include "store/store.h"

static const char SUMMARY[] =
    "usage: odograph passwd LOGIN --data DIR\n\n"
    "Sets the password of a user, root too, and ends the user's tokens. Reads it from the\n"
    "terminal, twice and without echo, or one line of a pipe. The server must be stopped.";

enum { CACHE_KIB = 4096, MS_PER_S = 1000 };

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "odograph passwd: %s: %s\n", what, why);
    return CLI_FAILED;
}

static void apply(void *context, const struct change *c)
{
    directory_apply(context, c);
}

static void ignore_state(void *context, int64_t device, const struct fold_state *state)
{
    (void)context, (void)device, (void)state;
}

static const char *open_failure(enum err e)
{
    switch (e) {
    case ERR_LOCKED:
        return "a server has it; stop that first, or call ChangePassword or ModifyUser";
    default:
        return err_text(e);
    }
}

static const char *input_failure(enum err e)
{
    switch (e) {
    case ERR_INVALID:
        return "the two are not the same";
    case ERR_TOO_LONG:
        return "too long";
    case ERR_END:
        return "none was given";
    case ERR_UNSUPPORTED:
        return "it holds a NUL";
    default:
        return err_text(e);
    }
}

/* Asks for the password and makes its hash. */
static int read_hash(char hash[AUTH_PASSWORD_HASH_SIZE])
{
    char password[PASSWORD_INPUT_SIZE];
    enum err e = password_input(password);
    const char *why = e != ERR_OK ? input_failure(e) : auth_password_fault(password);
    if (why == NULL) {
        auth_hash_password(password, hash);
    }
    sodium_memzero(password, sizeof(password));
    return why == NULL ? 0 : complain("the password is not changed", why);
}

/* Stores the hash, and in the same commit that it was set here. */
static enum err commit_hash(struct store *store, const struct user *u, const char *hash)
{
    struct arena arena = {0};
    struct change_list changes = {.arena = &arena};
    struct user *put = &change_add(&changes, CHANGE_PUT_USER)->user;
    *put = *u;
    put->password_hash = hash;
    put->token_generation++;
    const struct audit row = {
        .enterprise_id = u->enterprise_id,
        .time_s = clock_wall_ms() / MS_PER_S,
        .login_name = "",
        .address = "",
        .action = "odograph passwd",
        .object = arena_format(&arena, "user %s", u->login_name),
        .detail = "",
    };
    enum err e = store_add_audit(store, &changes, &row);
    if (e == ERR_OK) {
        e = store_commit(store,
                         &(struct store_batch){.changes = changes.at, .change_count = changes.len});
    }
    arena_free(&arena);
    return e;
}

static int set_password(struct store *store, struct user *u)
{
    char hash[AUTH_PASSWORD_HASH_SIZE];
    int status = read_hash(hash);
    if (status != 0) {
        return status;
    }
    enum err e = commit_hash(store, u, hash);
    if (e != ERR_OK) {
        return complain("the password is not changed", err_text(e));
    }
    (void)printf("The password of %s is changed, and the tokens it had have ended.\n",
                 u->login_name);
    return 0;
}

/* Looks for the user among all that is stored. */
static int change_password(struct store *store, const char *login)
{
    struct arena arena = {0};
    struct user u;
    struct directory *dir = directory_new();
    const struct store_loader loader = {.context = dir, .change = apply, .state = ignore_state};
    int status = CLI_FAILED;
    enum err e = store_load(store, &loader);
    if (e != ERR_OK) {
        status = complain("the store cannot be read", err_text(e));
    } else if (directory_user_by_login(dir, login, &arena, &u) != ERR_OK) {
        status = complain(login, "there is no such user");
    } else if (u.deleted) {
        status = complain(login, "this user has been deleted");
    } else {
        status = set_password(store, &u);
    }
    arena_free(&arena);
    directory_free(dir);
    return status;
}

int passwd_command(int argc, char **argv)
{
    const char *data = NULL;
    const char *login = NULL;
    const struct argument rows[] = {
        {"data", ARGUMENT_TEXT, (void *)&data, 0, 0, "DIR", "the data directory"},
        {"", ARGUMENT_PLACE, (void *)&login, 0, 0, "LOGIN", "LoginName of the user, without case"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    if (data == NULL || login == NULL) {
        (void)fprintf(stderr, "odograph passwd: %s is missing; --help tells more\n",
                      data == NULL ? "--data" : "LOGIN");
        return CLI_USAGE;
    }
    struct store *store = NULL;
    password_input_prepare();
    if (sodium_init() < 0) {
        return complain("no password can be made", "no random numbers");
    }
    if (!data_directory_has_store("passwd", data)) {
        return CLI_FAILED;
    }
    e = store_open(&(struct store_options){.directory = data, .cache_kib = CACHE_KIB}, &store);
    if (e != ERR_OK) {
        return complain(data, open_failure(e));
    }
    int status = change_password(store, login);
    store_close(store);
    return status;
}
