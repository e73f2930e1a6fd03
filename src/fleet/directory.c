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
    directory_addresses_init(dir);
    directory_devices_init(dir);
    directory_orphans_init(dir);
    directory_groups_init(dir);
    return dir;
}

void directory_free(struct directory *dir)
{
    if (dir == NULL) {
        return;
    }
    directory_groups_clear(dir);
    directory_orphans_clear(dir);
    directory_devices_clear(dir);
    directory_addresses_clear(dir);
    directory_accounts_clear(dir);
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

/* The counter of a kind of entity; NULL for a kind without ids of its own. */
static int64_t *last_id_of(struct directory *dir, enum change_kind kind)
{
    switch (kind) {
    case CHANGE_PUT_ENTERPRISE:
        return &dir->last_ids[0];
    case CHANGE_PUT_USER:
        return &dir->last_ids[1];
    case CHANGE_PUT_GROUP:
        return &dir->last_ids[2];
    case CHANGE_PUT_DEVICE:
        return &dir->last_ids[3];
    default:
        return NULL;
    }
}

static int64_t id_of(const struct change *c)
{
    switch (c->kind) {
    case CHANGE_PUT_ENTERPRISE:
        return c->enterprise.id;
    case CHANGE_PUT_USER:
        return c->user.id;
    case CHANGE_PUT_GROUP:
        return c->group.id;
    case CHANGE_PUT_DEVICE:
        return c->device.id;
    default:
        return 0;
    }
}

void directory_apply(struct directory *dir, const struct change *c)
{
    directory_lock_write(dir);
    int64_t *last_id = last_id_of(dir, c->kind);
    if (last_id != NULL) {
        check(id_of(c) > 0);
        *last_id = id_of(c) > *last_id ? id_of(c) : *last_id;
    }
    if (c->kind == CHANGE_PUT_DEVICE) {
        directory_devices_apply(dir, &c->device);
    } else if (c->kind == CHANGE_PUT_CLOCK || c->kind == CHANGE_DELETE_CLOCK) {
        directory_devices_apply_clock(dir, c);
    } else {
        if (c->kind == CHANGE_PUT_GROUP) {
            directory_groups_note(dir, &c->group);
        }
        directory_accounts_apply(dir, c);
        directory_orphans_note(dir, c);
    }
    directory_unlock(dir);
}

int64_t directory_next_id(struct directory *dir, enum change_kind kind)
{
    directory_lock_write(dir);
    int64_t *last_id = last_id_of(dir, kind);
    check(last_id != NULL);
    int64_t id = ++*last_id;
    directory_unlock(dir);
    return id;
}
