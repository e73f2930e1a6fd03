/* Sections 30 and 31: who may, in which order it is judged, and that a guesser is told nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "api/throttle.h"
#include "protocols/protocol.h"

#define SWITCH         "vehicle/SetLockSwitch"
#define MODIFY         "manage/ModifyDevice"
#define LIST           "manage/ListCommands"
#define TIMED          "vehicle/SetTimedUnlock"
#define CANCEL         "manage/CancelCommand"
#define AUDIT          "manage/ListAudit"
#define AT(word, time) "{'DeviceID':'100','Password':'" word "','FixedTime':'" time "'}"
#define FAR            "2999-01-01 00:00:00"
#define KEPT           "{'Code':200,'Data':null,'ErrMsg':'Success'}"
#define ASK(id, word)  "{'DeviceID':'" id "','Password':'" word "','OpenType':'1'}"
#define WRONG          FAILS(4005, "Password error")
#define AWAY           FAILS(4010, "Device is offline")
#define SET_PASSWORD                                                                               \
    {                                                                                              \
        ANNA, MODIFY, "{'DeviceID':'100','Password':'135790'}", "...'Code':200"                    \
    }

static void speak(struct fleet *f, uint8_t protocol)
{
    uint32_t credit_bytes = 0;
    const struct message m = {.kind = MESSAGE_LOGIN};
    const struct arrival a = {.protocol = protocol,
                              .rcv_time_ms = INT64_C(1795396320000),
                              .device_id = "100",
                              .messages = &m,
                              .count = 1};
    assert_int_equal(ingest_push(f->p->shard.ingest, &a, &credit_bytes), ERR_OK);
    assert_int_equal(ingest_call(f->p->shard.ingest, change_nothing, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
}

static void test_the_order_of_checks(void **state)
{
    static const struct row rows[] = {
        {NOBODY, SWITCH, ASK("100", "135790"), NO_TOKEN_ROW},
        {OLGA, SWITCH, "{'DeviceID':'100','Password':'x'}", FAILS(500, "OpenType: value missing")},
        {OLGA, SWITCH, "{'DeviceID':'100','OpenType':1}", FAILS(500, "Password: value missing")},
        {OLGA, SWITCH, "{'DeviceID':'100','Password':'x','OpenType':2}", "...'Code':500"},
        {BERTA, SWITCH, ASK("100", "135790"), NO_DEVICE},
        {VERA, SWITCH, ASK("100", "x"), FAILS(4001, "Limited authority")},
        {OLGA, SWITCH, ASK("100", ""), WRONG},
        {OLGA, SWITCH, ASK("100", "135790"), WRONG},
        SET_PASSWORD,
        {OLGA, SWITCH, ASK("100", "13579"), WRONG},
        {OLGA, SWITCH, ASK("100", "1357900"), WRONG},
        {OLGA | ANNA, SWITCH, ASK("100", "135790"), AWAY},
        {OLGA, LIST, "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_what_the_protocol_cannot_carry_goes_before_who_is_away(void **state)
{
    static const struct row rows[] = {
        SET_PASSWORD,
        {OLGA, SWITCH, ASK("100", "135790"), FAILS(500, "Not supported by this device")},
    };
    static const struct row carried[] = {
        {OLGA, SWITCH, ASK("100", "135790"), AWAY}, /* as nobody writes it here */
        {OLGA, LIST, "{}", PAGE(0, "")},
    };
    speak(*state, PROTOCOL_gt06);
    TRY_ROWS(*state, rows);
    speak(*state, PROTOCOL_jt808);
    TRY_ROWS(*state, carried);
}

static void test_wrong_passwords_are_throttled_by_account(void **state)
{
    static const struct row set[] = {SET_PASSWORD};
    static const struct row wrong[] = {{OLGA, SWITCH, ASK("100", "1"), WRONG}};
    static const struct row rows[] = {
        {OLGA, SWITCH, ASK("100", "135790"), WRONG},
        {ANNA, SWITCH, ASK("100", "135790"), AWAY},
    };
    TRY_ROWS(*state, set);
    for (unsigned i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        TRY_ROWS(*state, wrong);
    }
    TRY_ROWS(*state, rows);
}

static void test_the_order_of_checks_of_a_timed_unlock(void **state)
{
    static const struct row rows[] = {
        {NOBODY, TIMED, AT("135790", FAR), NO_TOKEN_ROW},
        {OLGA, TIMED, "{'DeviceID':'100','Password':'x'}", FAILS(500, "FixedTime: value missing")},
        {BERTA, TIMED, AT("x", "soon"), FAILS(500, "FixedTime: not a time")},
        {BERTA, TIMED, AT("x", "2020-01-01 00:00:00"), FAILS(500, "FixedTime: in the past")},
        {OLGA, TIMED, AT("x", "2037-03-29 02:30:00"),
         FAILS(500, "FixedTime: a local time that never comes")},
        {BERTA, TIMED, AT("135790", FAR), NO_DEVICE},
        {VERA, TIMED, AT("x", FAR), FAILS(4001, "Limited authority")},
        {OLGA, TIMED, AT("", FAR), WRONG},
        SET_PASSWORD,
        {OLGA, TIMED, AT("13579", FAR), WRONG},
        {OLGA | ANNA | NILS, TIMED, AT("135790", FAR), AWAY},
        {OLGA, LIST, "{}", PAGE(0, "")},
    };
    static const struct row unsupported[] = {
        {OLGA, TIMED, AT("135790", FAR), FAILS(500, "Not supported by this device")},
    };
    TRY_ROWS(*state, rows);
    speak(*state, PROTOCOL_gt06);
    TRY_ROWS(*state, unsupported);
}

static void test_a_timed_unlock_is_kept_listed_and_ended(void **state)
{
    static const struct row rows[] = {
        SET_PASSWORD,
        {OLGA, TIMED, AT("135790", FAR), KEPT},
        {OLGA, LIST, "{'Kind':'timed'}",
         "...'Kind':'timed','Text':'Timed unlock','State':'queued','CreatedBy':'olga',"},
        {OLGA, LIST, "{}", "...'FixedTime':'2999-01-01 00:00:00','SentTime':null,"},
        {ANNA, AUDIT, "{}",
         "...'Action':'SetTimedUnlock','Object':'device 100','Detail':'DeviceID: 100, Password: "
         "******, FixedTime: 2999-01-01 00:00:00'"},
        {NILS, TIMED, AT("135790", FAR), KEPT}, /* in its place */
        {OLGA, LIST, "{'State':'cancelled'}", "...'total':1,"},
        {OLGA, LIST, "{'State':'queued'}", "...'total':1,"},
        {OLGA, CANCEL, "{'CommandID':2}", DONE_ROW},
        {OLGA, CANCEL, "{'CommandID':1}", FAILS(409, "This command waits no more")},
        {OLGA, LIST, "{'State':'cancelled'}", "...'total':2,"},
        {OLGA, TIMED, AT("135790", FAR), KEPT},
        {ANNA, MODIFY, "{'DeviceID':'100','Note':'x'}", "...'Code':200"},
        {OLGA, LIST, "{'State':'queued'}", "...'total':1,"},
        SET_PASSWORD,
        {OLGA, LIST, "{'State':'queued'}", PAGE(0, "")},
    };
    speak(*state, PROTOCOL_jt808);
    TRY_ROWS(*state, rows);
}

static void test_a_guesser_of_the_one_has_guessed_at_the_other(void **state)
{
    static const struct row set[] = {SET_PASSWORD};
    static const struct row wrong[] = {{OLGA, TIMED, AT("1", FAR), WRONG}};
    static const struct row rows[] = {
        {OLGA, SWITCH, ASK("100", "135790"), WRONG},
        {OLGA, TIMED, AT("135790", FAR), WRONG},
    };
    TRY_ROWS(*state, set);
    for (unsigned i = 0; i < THROTTLE_ACCOUNT_FAILURES; i++) {
        TRY_ROWS(*state, wrong);
    }
    TRY_ROWS(*state, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_the_order_of_checks),
        FLEET_TEST(test_what_the_protocol_cannot_carry_goes_before_who_is_away),
        FLEET_TEST(test_wrong_passwords_are_throttled_by_account),
        FLEET_TEST(test_the_order_of_checks_of_a_timed_unlock),
        FLEET_TEST(test_a_timed_unlock_is_kept_listed_and_ended),
        FLEET_TEST(test_a_guesser_of_the_one_has_guessed_at_the_other),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
