#ifndef FLEET_DIRECTORY_FIXTURE_H
#define FLEET_DIRECTORY_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fleet/directory.h"

/* A directory with two enterprises, for the tests of the directory. */

enum { NOW_S = 1700000000, ACME = 1, OTHER = 2 };

struct fixture {
    struct directory *dir;
    struct arena arena;
};

static inline void put_enterprise(struct directory *dir, struct enterprise e)
{
    e.name = e.name == NULL ? "Acme" : e.name;
    e.zone = "Asia/Shanghai";
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_ENTERPRISE, .enterprise = e});
}

static inline void put_user(struct directory *dir, struct user u)
{
    u.password_hash = "hash";
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_USER, .user = u});
}

static inline void put_device(struct directory *dir, struct device d)
{
    device_init(&d);
    directory_apply(dir, &(struct change){.kind = CHANGE_PUT_DEVICE, .device = d});
}

static inline void apply_token(struct directory *dir, enum change_kind kind, struct token t)
{
    directory_apply(dir, &(struct change){.kind = kind, .token = t});
}

static inline int set_up(void **state)
{
    struct fixture *f = mem_new(sizeof(*f));
    f->dir = directory_new();
    put_enterprise(f->dir, (struct enterprise){.id = ACME});
    put_enterprise(f->dir, (struct enterprise){.id = OTHER, .name = "Other"});
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    directory_free(f->dir);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static const struct caller acme_admin = {.user_id = 1, .enterprise_id = ACME, .role = ROLE_ADMIN};
static const struct caller other_admin = {.user_id = 2, .enterprise_id = OTHER, .role = ROLE_ADMIN};

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
