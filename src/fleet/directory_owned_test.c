/* What enterprises own by an id alone: found, listed, replaced, and gone with its enterprise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>

#include "fleet/directory_fixture.h"
#include "fleet/directory_owned.h"

static void put_share(struct fixture *f, int64_t enterprise_id, int64_t id, int64_t until_s)
{
    struct share_link share = {.enterprise_id = enterprise_id, .id = id, .until_s = until_s};
    entity_init(ENTITY_SHARE, &share);
    directory_apply(f->dir, &(struct change){.kind = CHANGE_PUT_SHARE, .share = share});
}

static enum err find(struct fixture *f, int64_t enterprise_id, int64_t id, struct share_link *out)
{
    const struct owned_key key = {enterprise_id, id};
    return directory_owned(f->dir, ENTITY_SHARE, key, &f->arena, out);
}

static void found_and_replaced(void **state)
{
    struct fixture *f = *state;
    struct share_link found;
    put_share(f, ACME, 7, 1);
    put_share(f, ACME, 7, 2);
    assert_int_equal(find(f, ACME, 7, &found), ERR_OK);
    assert_int_equal(found.until_s, 2);
    assert_int_equal(find(f, OTHER, 7, &found), ERR_NOT_FOUND);
    const struct owned_key key = {ACME, 7};
    struct report_job report;
    assert_int_equal(directory_owned(f->dir, ENTITY_REPORT, key, &f->arena, &report),
                     ERR_NOT_FOUND);
    const struct share_link gone = {.enterprise_id = ACME, .id = 7};
    directory_apply(f->dir, &(struct change){.kind = CHANGE_DELETE_SHARE, .share = gone});
    assert_int_equal(find(f, ACME, 7, &found), ERR_NOT_FOUND);
}

static void note_until(void *context, const void *held)
{
    GArray *seen = context;
    const struct share_link *share = held;
    (void)g_array_append_val(seen, share->until_s);
}

static void listed_in_order(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    put_share(f, OTHER, 1, 3);
    put_share(f, ACME, 9, 9);
    put_share(f, ACME, 2, 2);
    const struct share_link *all =
        directory_list_owned(f->dir, ENTITY_SHARE, ACME, &f->arena, &count);
    assert_int_equal(count, 2);
    GArray *seen = g_array_new(FALSE, FALSE, sizeof(int64_t));
    directory_see_owned(f->dir, ENTITY_SHARE, ACME, note_until, seen);
    assert_int_equal(seen->len, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].until_s, i == 0 ? 2 : 9);
        assert_int_equal(g_array_index(seen, int64_t, i), all[i].until_s);
    }
    (void)g_array_free(seen, TRUE);
    static const int64_t ids[] = {2, 9, 1};
    struct owned_key at = {0};
    struct share_link next;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(directory_owned_after(f->dir, ENTITY_SHARE, at, &f->arena, &next), ERR_OK);
        assert_int_equal(next.id, ids[i]);
        at = (struct owned_key){next.enterprise_id, next.id};
    }
    assert_int_equal(directory_owned_after(f->dir, ENTITY_SHARE, at, &f->arena, &next),
                     ERR_NOT_FOUND);
}

static void gone_with_the_enterprise(void **state)
{
    struct fixture *f = *state;
    struct share_link found;
    put_share(f, ACME, 7, 1);
    put_share(f, OTHER, 8, 1);
    put_enterprise(f->dir, (struct enterprise){.id = ACME, .deleted = true});
    assert_int_equal(find(f, ACME, 7, &found), ERR_NOT_FOUND);
    assert_int_equal(find(f, OTHER, 8, &found), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(found_and_replaced),
        WITH_DIRECTORY(listed_in_order),
        WITH_DIRECTORY(gone_with_the_enterprise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
