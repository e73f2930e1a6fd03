/* The fields of a device: judged, put into the struct and shown, a kind at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/device_fields.h"
#include "base/arena.h"
#include "base/json_read.h"
#include "base/vault_testing.h"

struct rig {
    struct arena arena;
    struct shard shard; /* of the call */
    struct value values[DEVICE_PARAMS];
    struct param_fault fault;
    struct device device;
};

static int open_rig(void **state)
{
    static struct rig rig;
    memset(&rig, 0, sizeof(rig));
    rig.shard.vault = vault_testing();
    rig.device = (struct device){.id = 7, .device_id = "old", .plate = "P", .object_code = "c"};
    device_init(&rig.device);
    *state = &rig;
    return 0;
}

static int close_rig(void **state)
{
    struct rig *r = *state;
    arena_free(&r->arena);
    vault_free(r->shard.vault);
    return 0;
}

/* Reads the fields as a call would; whether their rows have nothing against them. */
static bool reads(struct rig *r, const struct param_row *rows, const char *json)
{
    struct json_value *object = NULL;
    const struct param_reading reading = {.rows = rows, .count = DEVICE_PARAMS, .arena = &r->arena};
    assert_int_equal(json_read(bytes_of_text(json), &r->arena, &object), ERR_OK);
    return params_read(&reading, object, r->values, &r->fault) == ERR_OK;
}

static void take(struct rig *r, const char *json)
{
    assert_true(reads(r, device_change_params, json));
    assert_false(device_fields_fault(r->values, false, &r->fault));
    struct call c = {.shard = &r->shard, .arena = r->arena};
    device_fields_take(&c, &r->device, r->values);
    r->arena = c.arena;
}

static void expect_shown(struct rig *r, enum device_param field, const char *text)
{
    struct json_out out = {0};
    device_field_write(&out, field, &r->device);
    struct bytes got = json_text(&out);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.at, text, got.len);
    json_free(&out);
}

/* Both tables are of the same fields; they differ in what "" says. */
static void test_the_two_tables(void **state)
{
    (void)state;
    for (enum device_param i = 0; i < DEVICE_PARAMS; i++) {
        const struct param_row *add = &device_add_params[i];
        const struct param_row *change = &device_change_params[i];
        assert_string_equal(add->name, change->name);
        assert_int_equal(add->type, change->type);
        assert_int_equal(add->max, change->max);
        assert_int_equal(add->min, change->min);
        assert_int_equal(add->may_be_null, change->may_be_null);
        assert_int_equal(add->required, i == DEVICE_ID);
        assert_int_equal(change->required, i == DEVICE_ID);
        bool is_name = i == DEVICE_PLATE || i == DEVICE_CODE;
        assert_int_equal(add->may_be_empty != change->may_be_empty, is_name);
    }
}

/* A field that is absent changes nothing, and neither does any change the identity. */
static void test_what_is_absent_stays(void **state)
{
    struct rig *r = *state;
    take(r, "{\"DeviceID\":\"new\",\"SIM\":\"1\",\"TankLitres\":60,\"UtcOffsetMinutes\":-90,"
            "\"SpeedUnit\":\"mps\",\"DeviceType\":2,\"GroupID\":5,\"Password\":\"pw\"}");
    take(r, "{\"DeviceID\":\"new\",\"Model\":\"GT06\"}");
    expect_shown(r, DEVICE_ID, "\"old\"");
    expect_shown(r, DEVICE_PLATE, "\"P\"");
    expect_shown(r, DEVICE_CODE, "\"c\"");
    expect_shown(r, DEVICE_SIM, "\"1\"");
    expect_shown(r, DEVICE_ICCID, "\"\"");
    expect_shown(r, DEVICE_TYPE, "2");
    expect_shown(r, DEVICE_PASSWORD, "true");
    expect_shown(r, DEVICE_TANK, "60.000");
    expect_shown(r, DEVICE_MODEL, "\"GT06\"");
    expect_shown(r, DEVICE_GROUP, "5");
    expect_shown(r, DEVICE_UTC_OFFSET, "-90");
    expect_shown(r, DEVICE_SPEED_UNIT, "\"mps\"");
    expect_shown(r, DEVICE_NOTE, "\"\"");
    assert_int_equal(r->device.id, 7);
}

/* What has a value for "none given" goes back to it. */
static void test_what_is_taken_back(void **state)
{
    struct rig *r = *state;
    take(r, "{\"DeviceID\":\"x\",\"UtcOffsetMinutes\":480,\"SpeedUnit\":\"kmh\","
            "\"Password\":\"pw\",\"SIM\":\"1\",\"Note\":\"n\"}");
    expect_shown(r, DEVICE_UTC_OFFSET, "480");
    take(r, "{\"DeviceID\":\"x\",\"UtcOffsetMinutes\":0}");
    expect_shown(r, DEVICE_UTC_OFFSET, "0"); /* which is a zone, too */
    assert_true(r->device.has_utc_offset);
    take(r, "{\"DeviceID\":\"x\",\"UtcOffsetMinutes\":null,\"SpeedUnit\":null,\"Password\":\"\","
            "\"SIM\":\"\",\"Note\":\" \"}");
    assert_false(r->device.has_utc_offset);
    assert_int_equal(r->device.utc_offset_min, 0);
    expect_shown(r, DEVICE_UTC_OFFSET, "null");
    expect_shown(r, DEVICE_SPEED_UNIT, "null");
    expect_shown(r, DEVICE_PASSWORD, "false");
    expect_shown(r, DEVICE_SIM, "\"\"");
    expect_shown(r, DEVICE_NOTE, "\"\"");
}

/* Litres are kept as whole millilitres. */
static void test_litres(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *json;
        uint32_t tank_ml;
        const char *shown;
    } rows[] = {
        {"{\"DeviceID\":\"x\",\"TankLitres\":0}", 0, "0.000"},
        {"{\"DeviceID\":\"x\",\"TankLitres\":\"60.5\"}", 60500, "60.500"},
        {"{\"DeviceID\":\"x\",\"TankLitres\":0.001}", 1, "0.001"},
        {"{\"DeviceID\":\"x\",\"TankLitres\":0.0009}", 0, "0.000"},
        {"{\"DeviceID\":\"x\",\"TankLitres\":1e2}", 100000, "100.000"},
        {"{\"DeviceID\":\"x\",\"TankLitres\":100000}", 100000000, "100000.000"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        take(r, rows[i].json);
        assert_int_equal(r->device.tank_ml, rows[i].tank_ml);
        expect_shown(r, DEVICE_TANK, rows[i].shown);
    }
}

/* What a row cannot say of a value its kind does; the first of several is named. */
static void test_faults(void **state)
{
    struct rig *r = *state;
    static const struct {
        const char *json;
        const char *name;
        const char *why;
    } rows[] = {
        {"{\"DeviceID\":\"-1\"}", "DeviceID", "wants " DEVICE_ID_RULE},
        {"{\"DeviceID\":\"1\",\"VehiclePlate\":\"a,b\"}", "VehiclePlate", "holds a comma"},
        {"{\"DeviceID\":\"1\",\"SpeedUnit\":\"mph\"}", "SpeedUnit", "wants knots, mps or kmh"},
        {"{\"DeviceID\":\"1\",\"SpeedUnit\":\"\",\"VehiclePlate\":\",\"}", "VehiclePlate",
         "holds a comma"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(reads(r, device_add_params, rows[i].json));
        assert_true(device_fields_fault(r->values, true, &r->fault));
        assert_string_equal(r->fault.name, rows[i].name);
        assert_string_equal(r->fault.why, rows[i].why);
    }
    assert_true(reads(r, device_add_params, "{\"DeviceID\":\"1\",\"SpeedUnit\":null}"));
    assert_false(device_fields_fault(r->values, true, &r->fault));
}

/* The identity of a device that is there may be of an older rule; its plate may not be emptied. */
static void test_faults_of_a_change(void **state)
{
    struct rig *r = *state;
    assert_true(reads(r, device_change_params, "{\"DeviceID\":\"_1\"}"));
    assert_false(device_fields_fault(r->values, false, &r->fault));
    assert_true(reads(r, device_change_params, "{\"DeviceID\":\"_1\",\"VehiclePlate\":\"\"}"));
    assert_true(device_fields_fault(r->values, false, &r->fault));
    assert_string_equal(r->fault.name, "VehiclePlate");
    assert_string_equal(r->fault.why, PARAM_MISSING);
    assert_true(reads(r, device_add_params, "{\"DeviceID\":\"1\",\"VehiclePlate\":\"\"}"));
    assert_false(device_fields_fault(r->values, true, &r->fault)); /* none given */
}

int main(void)
{
#define FIELD_TEST(f) cmocka_unit_test_setup_teardown(f, open_rig, close_rig)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_two_tables),
        FIELD_TEST(test_what_is_absent_stays),
        FIELD_TEST(test_what_is_taken_back),
        FIELD_TEST(test_litres),
        FIELD_TEST(test_faults),
        FIELD_TEST(test_faults_of_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
