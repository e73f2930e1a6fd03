/*
 * Timed unlocks: held here, since no lock of ours holds one itself, and sent at their time or
 * never.
 *
 *                    FixedTime                      + 60 s
 *     ──── queued ───────┼──────────────────────────────┼──── expired
 *             │          │ as soon as the device is     │
 *             │          │ heard and the asker may:     │
 *             │          └─► sending, as a lock command
 *             └─► cancelled: replaced, taken back, another password, another enterprise
 *
 * Before it is queued it is committed as `sending`, and only then its asker is bound to hear that
 * it is kept (api/lock_switch.c). Where the server dies in between, or the asker gave up, it stays
 * that and is never sent: nothing opens behind a caller who heard that it failed.
 *
 * The wall clock says what time it is, whatever it was set to meanwhile: who was set over the whole
 * minute finds the command expired, and who is set back waits for the time to come. Once the minute
 * has begun the monotonic clock counts it, too, so that a clock that is set back within it makes
 * the lock open no later.
 *
 * At its time everything is asked again that was asked when it was taken: whether the account may,
 * whether its password is the device's, whether the device was heard lately. The gateway then
 * judges it as any lock command that was just asked for.
 */
#include <string.h>

#include "base/clock.h"
#include "fleet/directory_tree.h"
#include "ingest/ingest_private.h"

enum { MS_PER_S = 1000 };

/* ---- its minute ---- */

/* Whether the wall clock says that it is time; when that was first seen is kept. */
static bool is_due(struct open_command *o, int64_t now_s)
{
    if (now_s < o->staged.due_s) {
        o->due_ms = 0;
    } else if (o->due_ms == 0) {
        o->due_ms = clock_monotonic_ms();
    }
    return o->due_ms != 0;
}

int64_t timed_deadline_ms(const struct open_command *o)
{
    return o->due_ms == 0 ? INT64_MAX : o->due_ms + (int64_t)COMMAND_TIMED_LATE_S * MS_PER_S;
}

/* ---- who may ---- */

/* Whether the account could ask for it now. */
static bool may_ask(struct ingest *in, const struct command *c, const struct device *d,
                    int64_t now_s)
{
    struct directory *dir = in->options.directory;
    struct caller caller;
    struct device_ref ref;
    if (directory_asker(dir, in->options.shard, c->created_by, now_s, &caller) != ERR_OK) {
        return false;
    }
    if (caller.role < ROLE_OPERATOR || !directory_may_act(dir, &caller, d->enterprise_id)) {
        return false;
    }
    caller.enterprise_id = d->enterprise_id;
    if (directory_find_by_device_id(dir, &caller, d->device_id, &ref) != ERR_OK) {
        return false;
    }
    bool is_it = ref.info->id == d->id;
    device_ref_release(dir, &ref);
    return is_it;
}

/* Whether its password is still that of the device. */
static bool has_right_password(const struct vault *vault, const struct command *c,
                               const struct device *d)
{
    uint8_t password[VAULT_PASSWORD_MAX];
    const struct bytes sealed = {c->secret, c->secret_len};
    size_t len = 0;
    bool is_right = sealed.len <= sizeof(password) + VAULT_SEAL_BYTES &&
                    vault_unseal(vault, sealed, password, &len) == ERR_OK &&
                    vault_fits(vault, d->password_hash, (struct bytes){password, len});
    explicit_bzero(password, sizeof(password));
    return is_right;
}

/* Why it is not sent any more; NULL: it is. */
static const char *objection(struct ingest *in, const struct command *c, int64_t now_s)
{
    struct device_ref ref;
    if (directory_find(in->options.directory, c->device_id, &ref) != ERR_OK) {
        return "";
    }
    const char *why = NULL;
    if (!may_ask(in, c, ref.info, now_s)) {
        why = "Limited authority";
    } else if (!has_right_password(in->options.vault, c, ref.info)) {
        why = "Password error";
    }
    device_ref_release(in->options.directory, &ref);
    return why;
}

bool timed_end(struct ingest *in, struct open_command *o, int64_t now_s)
{
    const char *why = is_due(o, now_s) ? objection(in, &o->staged, now_s) : NULL;
    if (why != NULL) {
        o->staged.answer = why;
        commands_end(in, o, COMMAND_REFUSED, now_s);
    }
    return why != NULL;
}

bool timed_may_go(struct ingest *in, struct open_command *o, int64_t now_s)
{
    const struct command *c = &o->staged;
    return c->kind != COMMAND_TIMED_UNLOCK ||
           (is_due(o, now_s) && hazard_is_fresh(in, c->device_id) &&
            objection(in, c, now_s) == NULL);
}
