/*
 * A store whose secrets were made with another key than this server has: its file was lost, or is
 * that of another server. Nobody could say of any password whether it is right, and what waits
 * sealed could never be sent. So the start is refused, unless somebody says that the key is lost:
 * then these passwords and commands are given up, in one commit, and the next start finds nothing
 * of them.
 */
#include "base/clock.h"
#include "base/log.h"
#include "ingest/ingest_private.h"

enum { MS_PER_S = 1000 };

bool lost_key_is_foreign(const struct ingest *in, const struct device *d)
{
    return d->password_hash[0] != '\0' && !d->deleted &&
           !vault_is_own(in->options.vault, d->password_hash);
}

static bool is_sealed_by_another(const struct ingest *in, const struct command *c)
{
    uint8_t text[COMMAND_TEXT_MAX];
    const struct bytes sealed = {c->secret, c->secret_len};
    size_t len = 0;
    if (sealed.len == 0) {
        return false;
    }
    bool is_own = sealed.len <= sizeof(text) + VAULT_SEAL_BYTES &&
                  vault_unseal(in->options.vault, sealed, text, &len) == ERR_OK;
    explicit_bzero(text, sizeof(text));
    return !is_own;
}

/* The device without a password. */
static void give_up_password(struct ingest *in, struct change_list *changes, int64_t id)
{
    struct device_ref ref;
    if (directory_find(in->options.directory, id, &ref) == ERR_OK) {
        struct device *d = &change_add(changes, CHANGE_PUT_DEVICE)->device;
        *d = device_copy(changes->arena, ref.info);
        d->password_hash = "";
        device_ref_release(in->options.directory, &ref);
    }
}

/* The end of a command that waits; of one that was under way nobody knows more than before. */
static void give_up_command(struct change_list *changes, const struct command *c)
{
    struct command *end = &change_add(changes, CHANGE_PUT_COMMAND)->command;
    *end = *c;
    end->state = c->state == COMMAND_QUEUED ? COMMAND_EXPIRED : COMMAND_UNKNOWN;
    end->over_s = clock_wall_ms() / MS_PER_S;
    end->secret_len = 0;
}

static size_t give_up_commands(struct ingest *in, struct change_list *changes)
{
    GHashTableIter at;
    gpointer value = NULL;
    size_t count = 0;
    g_hash_table_iter_init(&at, in->commands.by_id);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct open_command *o = value;
        if (is_sealed_by_another(in, &o->value)) {
            give_up_command(changes, &o->value);
            count++;
        }
    }
    return count;
}

static void log_refusal(const struct ingest *in, size_t devices, size_t commands)
{
    log_line(LOG_ERROR, "key_lost",
             "file=\"%s\" devices=%zu commands=%zu why=\"%s: the passwords of so many devices were "
             "made with another key; put the key file of this store there, or start with "
             "--accept-lost-key, and set them again\"",
             vault_path(in->options.vault), devices, commands,
             vault_is_new(in->options.vault) ? "the file is missing" : "it is another file");
}

static enum err commit(struct ingest *in, const struct change_list *changes)
{
    const struct store_batch batch = {.changes = changes->at, .change_count = changes->len};
    enum err e = store_commit(in->options.store, &batch);
    for (size_t i = 0; i < changes->len && e == ERR_OK; i++) {
        if (changes->at[i].kind == CHANGE_PUT_COMMAND) {
            commands_apply(in, &changes->at[i]);
        } else {
            directory_apply(in->options.directory, &changes->at[i]);
        }
    }
    return e;
}

enum err lost_key_settle(struct ingest *in, const GArray *devices)
{
    struct arena arena = {0};
    struct change_list changes = {.arena = &arena};
    enum err e = ERR_OK;
    for (guint i = 0; i < devices->len; i++) {
        give_up_password(in, &changes, g_array_index(devices, int64_t, i));
    }
    size_t commands = give_up_commands(in, &changes);
    if (changes.len > 0 && !in->options.accept_lost_key) {
        log_refusal(in, devices->len, commands);
        e = ERR_FORBIDDEN;
    } else if (changes.len > 0) {
        e = commit(in, &changes);
        log_line(LOG_WARN, "passwords_given_up", "devices=%u commands=%zu result=\"%s\"",
                 devices->len, commands, err_text(e));
    }
    arena_free(&arena);
    return e;
}
