/* What becomes of a store whose passwords another key made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/commands_testing.h"

#define SECRET "47110815"

static const uint8_t other_key[VAULT_KEY_BYTES] = {1};

static void put_password(struct rig *r)
{
    char hash[VAULT_HASH_SIZE];
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    device_init(&c.device);
    vault_hash(r->options.vault, bytes_of_text(SECRET), hash);
    c.device.id = RIG_DEVICE;
    c.device.enterprise_id = RIG_ENTERPRISE;
    c.device.device_id = c.device.plate = c.device.object_code = rig_id;
    c.device.password_hash = hash;
    assert_int_equal(rig_change(r, c), ERR_OK);
}

static bool password_fits(struct rig *r)
{
    struct device_ref ref;
    assert_int_equal(directory_find(r->directory, RIG_DEVICE, &ref), ERR_OK);
    bool fits = vault_fits(r->options.vault, ref.info->password_hash, bytes_of_text(SECRET));
    device_ref_release(r->directory, &ref);
    return fits;
}

/* Stops, and starts with that vault, which the rig takes over. */
static enum err start_with(struct rig *r, struct vault *vault, bool accept)
{
    rig_stop(r);
    vault_free(r->options.vault);
    r->options.vault = vault;
    r->options.accept_lost_key = accept;
    enum err e = rig_try_start(r);
    r->options.accept_lost_key = false;
    return e;
}

static void what_was_sealed_goes_out_with_its_key(void **state)
{
    struct desk *d = *state;
    put_password(d->rig);
    (void)desk_ask(d, "PWD," SECRET "#");
    assert_int_equal(start_with(d->rig, vault_testing(), false), ERR_OK);
    assert_true(password_fits(d->rig));
    desk_hear(d);
    const struct order *o = desk_order(d, 0);
    assert_true(bytes_eq((struct bytes){o->text, o->len}, "PWD," SECRET "#"));
    desk_outcome(d, o->command, ORDER_WRITTEN);
}

static void another_key_is_refused_or_gives_them_up(void **state)
{
    struct desk *d = *state;
    put_password(d->rig);
    int64_t sealed = desk_ask(d, "PWD," SECRET "#");
    int64_t plain = desk_ask(d, "STATUS#");
    assert_int_equal(start_with(d->rig, vault_new(other_key), false), ERR_FORBIDDEN);
    assert_int_equal(start_with(d->rig, vault_testing(), false), ERR_OK); /* nothing was changed */
    assert_true(password_fits(d->rig));
    assert_int_equal(desk_state(d, sealed), COMMAND_QUEUED);
    assert_int_equal(start_with(d->rig, vault_new(other_key), true), ERR_OK);
    assert_false(password_fits(d->rig));
    assert_int_equal(desk_state(d, sealed), COMMAND_EXPIRED);
    assert_int_equal(desk_state(d, plain), COMMAND_QUEUED);
    assert_int_equal(start_with(d->rig, vault_new(other_key), false), ERR_OK); /* once is enough */
    assert_int_equal(start_with(d->rig, vault_testing(), false), ERR_OK);
    assert_false(password_fits(d->rig)); /* it is gone */
}

static void a_store_without_passwords_takes_any_key(void **state)
{
    struct desk *d = *state;
    (void)desk_ask(d, "STATUS#");
    assert_int_equal(start_with(d->rig, vault_new(other_key), false), ERR_OK);
}

static void passwords_of_deleted_devices_hold_nobody_up(void **state)
{
    struct desk *d = *state;
    put_password(d->rig);
    assert_int_equal(rig_put_device(d->rig, RIG_DEVICE, rig_id, true), ERR_OK);
    assert_int_equal(start_with(d->rig, vault_new(other_key), false), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(what_was_sealed_goes_out_with_its_key),
        WITH_DESK(another_key_is_refused_or_gives_them_up),
        WITH_DESK(a_store_without_passwords_takes_any_key),
        WITH_DESK(passwords_of_deleted_devices_hold_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
