/*
 * The lock, the comparing of names, and which table a change goes to: one row of `keepers` for each
 * kind of entity that is kept here.
 */
#include "fleet/directory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"
#include "fleet/directory_private.h"

static void lock_init(struct directory *dir)
{
    /* Readers that keep coming must not hold up ingest, the only writer. */
    pthread_rwlockattr_t attributes;
    check(pthread_rwlockattr_init(&attributes) == 0);
    check(pthread_rwlockattr_setkind_np(&attributes,
                                        PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) == 0);
    check(pthread_rwlock_init(&dir->lock, &attributes) == 0);
    check(pthread_rwlockattr_destroy(&attributes) == 0);
    for (size_t i = 0; i < DIRECTORY_STRIPES; i++) {
        check(pthread_mutex_init(&dir->stripes[i], NULL) == 0);
    }
}

struct directory *directory_new(void)
{
    struct directory *dir = mem_new(sizeof(*dir));
    lock_init(dir);
    directory_accounts_init(dir);
    feeds_init(&dir->feeds);
    directory_addresses_init(dir);
    directory_preferences_init(dir);
    directory_devices_init(dir);
    directory_formers_init(dir);
    directory_orphans_init(dir);
    directory_groups_init(dir);
    directory_rules_init(dir);
    directory_events_init(dir);
    directory_sims_init(dir);
    directory_owned_init(dir);
    return dir;
}

void directory_use_profiles(struct directory *dir, const struct profiles *profiles)
{
    dir->profiles = profiles;
}

const struct profiles *directory_profiles(const struct directory *dir)
{
    return dir->profiles;
}

void directory_free(struct directory *dir)
{
    if (dir == NULL) {
        return;
    }
    directory_owned_clear(dir);
    directory_sims_clear(dir);
    directory_events_clear(dir);
    directory_rules_clear(dir);
    directory_groups_clear(dir);
    directory_orphans_clear(dir);
    directory_formers_clear(dir);
    directory_devices_clear(dir);
    directory_preferences_clear(dir);
    directory_addresses_clear(dir);
    directory_accounts_clear(dir);
    feeds_clear(&dir->feeds);
    for (size_t i = 0; i < DIRECTORY_STRIPES; i++) {
        check(pthread_mutex_destroy(&dir->stripes[i]) == 0);
    }
    check(pthread_rwlock_destroy(&dir->lock) == 0);
    free(dir);
}

void directory_lock_read(struct directory *dir)
{
    check(pthread_rwlock_rdlock(&dir->lock) == 0);
}

void directory_lock_write(struct directory *dir)
{
    check(pthread_rwlock_wrlock(&dir->lock) == 0);
}

void directory_unlock(struct directory *dir)
{
    check(pthread_rwlock_unlock(&dir->lock) == 0);
}

char *directory_folded(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    char *begin = valid;
    while (*begin != '\0' && g_unichar_isspace(g_utf8_get_char(begin))) {
        begin = g_utf8_next_char(begin);
    }
    char *end = begin + strlen(begin);
    while (end > begin && g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(end)))) {
        end = g_utf8_prev_char(end);
    }
    char *folded = g_utf8_casefold(begin, end - begin);
    g_free(valid);
    return folded;
}

char *directory_scoped_key(int64_t enterprise_id, const char *text)
{
    char *folded = directory_folded(text);
    char *key = g_strdup_printf("%" PRId64 "/%s", enterprise_id, folded);
    g_free(folded);
    return key;
}

/* ---- changes ---- */

/* How the directory keeps one kind of entity; without `put` it is the store's alone. */
struct keeper {
    void (*put)(struct directory *dir, const struct change *c);
    void (*forget)(struct directory *dir, const struct change *c); /* of a deletion */
};

static const struct keeper keepers[ENTITY_COUNT] = {
    [ENTITY_ENTERPRISE] = {.put = directory_put_enterprise},
    [ENTITY_USER] = {.put = directory_put_user},
    [ENTITY_GROUP] = {.put = directory_put_group},
    [ENTITY_DEVICE] = {.put = directory_put_device},
    [ENTITY_TOKEN] = {.put = directory_put_token, .forget = directory_forget_token},
    [ENTITY_LOGIN_ADDRESS] = {.put = directory_put_address, .forget = directory_forget_address},
    [ENTITY_FOCUS] = {.put = directory_put_focus, .forget = directory_forget_focus},
    [ENTITY_CLOCK] = {.put = directory_put_clock, .forget = directory_forget_clock},
    [ENTITY_GEOFENCE] = {.put = directory_put_geofence, .forget = directory_forget_geofence},
    [ENTITY_ALARM_RULE] = {.put = directory_put_alarm_rule, .forget = directory_forget_alarm_rule},
    [ENTITY_EVENT] = {.put = directory_put_event, .forget = directory_forget_event},
    [ENTITY_PREFERENCE] = {.put = directory_put_preference, .forget = directory_forget_preference},
    [ENTITY_TERM] = {.put = directory_put_term, .forget = directory_forget_term},
    [ENTITY_PAST] = {.put = directory_put_past, .forget = directory_forget_past},
    [ENTITY_SIM] = {.put = directory_put_sim, .forget = directory_forget_sim},
    [ENTITY_REPORT] = {.put = directory_put_owned, .forget = directory_forget_owned},
    [ENTITY_SCHEDULE] = {.put = directory_put_owned, .forget = directory_forget_owned},
    [ENTITY_SHARE] = {.put = directory_put_owned, .forget = directory_forget_owned},
};

void directory_apply(struct directory *dir, const struct change *c)
{
    enum entity_kind kind = change_entity(c->kind);
    const struct keeper *keeper = &keepers[kind];
    if (keeper->put == NULL) {
        return;
    }
    directory_lock_write(dir);
    if (change_is_deletion(c->kind)) {
        check(keeper->forget != NULL);
        keeper->forget(dir, c);
    } else {
        keeper->put(dir, c);
    }
    directory_unlock(dir);
}
