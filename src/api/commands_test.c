/* Sections 29 and 37 to 41, ListCommands and CancelCommand: who may, and what is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "ingest/commands.h"
#include "protocols/protocol.h"

#define SEND         "vehicle/SendTextCommand"
#define HIGH         "vehicle/SendHighLevelCommand"
#define STATUS       "vehicle/SendQueryStatusCommand"
#define LIST         "manage/ListCommands"
#define CANCEL       "manage/CancelCommand"
#define MESSAGES     "vehicle/GetDeviceMessages"
#define TAKEN        "{'Code':200,'Data':null,'ErrMsg':'OK'}"
#define NO_AUTHORITY FAILS(4001, "Limited authority")
#define NO_COMMAND   FAILS(404, "This command does not exist")
#define LATE         FAILS(409, "This command waits no more")

/* A frame of a device that speaks GT06, with an answer in it or none. */
static void speak_gt06(struct fleet *f, const char *device_id, const char *text)
{
    uint32_t credit_bytes = 0;
    const struct message m = {.kind = text[0] == '\0' ? MESSAGE_LOGIN : MESSAGE_RESPONSE,
                              .text = bytes_of_text(text)};
    const struct arrival a = {.protocol = PROTOCOL_gt06,
                              .rcv_time_ms = INT64_C(1795396320000),
                              .device_id = device_id,
                              .messages = &m,
                              .count = 1};
    assert_int_equal(ingest_push(f->p->shard.ingest, &a, &credit_bytes), ERR_OK);
    assert_int_equal(ingest_call(f->p->shard.ingest, change_nothing, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
}

static void test_who_may_send(void **state)
{
    static const struct row rows[] = {
        {NOBODY, SEND, "{'DeviceID':'100','TextCommand':'x'}", NO_TOKEN_ROW},
        {ANNA | OLGA | GRETA | NILS, SEND, "{'DeviceID':'00100','TextCommand':'x'}", TAKEN},
        {ROOT, SEND, "{'HoldID':1,'DeviceID':'100','TextCommand':'x'}", TAKEN},
        {ROOT, SEND, "{'DeviceID':'100','TextCommand':'x'}", FAILS(500, "HoldID: value missing")},
        {VERA, SEND, "{'DeviceID':'100','TextCommand':'x'}", NO_AUTHORITY},
        {VERA | ANNA, SEND, "{'DeviceID':'900','TextCommand':'x'}", NO_DEVICE},
        {BERTA, SEND, "{'DeviceID':'100','TextCommand':'x'}", NO_DEVICE},
        {NILS | GRETA, SEND, "{'DeviceID':'200','TextCommand':'x'}", NO_DEVICE},
        {NILS, SEND, "{'DeviceID':'300','TextCommand':'x'}", NO_DEVICE},
        {OLGA, SEND, "{'DeviceID':'100'}", FAILS(500, "TextCommand: value missing")},
        {OLGA, SEND, "{'TextCommand':'x'}", FAILS(500, "DeviceID: value missing")},
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'a\\tb'}",
         FAILS(500, "TextCommand: holds control characters")},
        {OLGA, "asset/SendQueryICCIDCommand", "{'DeviceID':'200'}", TAKEN},
        {OLGA, "vehicle/SendQueryParameterCommand", "{'DeviceID':'200'}", TAKEN},
        {OLGA, STATUS, "{'DeviceID':'200'}", TAKEN},
        {VERA, STATUS, "{'DeviceID':'200'}", NO_AUTHORITY},
        {OLGA, LIST, "{'DeviceIDs':'200'}",
         "...'DeviceID':'200','Kind':'query','Text':'Query status','State':'queued',"
         "'CreatedBy':'olga','CreatedTime':"},
        {OLGA, LIST, "{'DeviceIDs':'200','Key':'100'}", PAGE(0, "")},
        {OLGA, LIST, "{'DeviceIDs':'200','Kind':'QUERY','State':'queued'}", "...'total':3,"},
        {OLGA, LIST, "{'DeviceIDs':'200','PageSize':1,'PageIndex':3}",
         "...'total':3,'data':[{'CommandID':6,'DeviceID':'200','Kind':'query','Text':"
         "'Query ICCID','State':"},
        {OLGA, LIST, "{'Kind':'text'}", "...'total':5,"},
        {OLGA, LIST, "{'State':'sent'}", PAGE(0, "")},
        {OLGA, LIST, "{'EndTime':'2020-01-01'}", PAGE(0, "")},
        {NILS, LIST, "{}", "...'total':5,"},
        {BERTA, LIST, "{'DeviceIDs':'100,200'}", PAGE(0, "")},
        {VERA, LIST, "{}", NO_ROLE},
        {OLGA, LIST, "{'State':'x'}", FAILS(500, "State: no state of a command")},
        {OLGA, LIST, "{'Kind':'x'}", FAILS(500, "Kind: no kind of command")},
        {OLGA, LIST, "{'StartTime':'2021-01-01','EndTime':'2020-01-01'}",
         FAILS(500, "EndTime: before StartTime")},
        {VERA | OLGA, MESSAGES, "{'DeviceID':'100'}", "{'Code':200,'Data':[],'ErrMsg':'Ok'}"},
    };
    TRY_ROWS(*state, rows);
}

static void test_who_may_cancel(void **state)
{
    static const struct row rows[] = {
        {OLGA, SEND, "{'DeviceID':'200','TextCommand':'x'}", TAKEN},
        {VERA, CANCEL, "{'CommandID':1}", NO_ROLE},
        {BERTA | NILS | GRETA, CANCEL, "{'CommandID':1}", NO_COMMAND},
        {OLGA, CANCEL, "{'CommandID':2}", NO_COMMAND},
        {OLGA, CANCEL, "{}", FAILS(500, "CommandID: value missing")},
        {ANNA, CANCEL, "{'CommandID':1}", DONE_ROW},
        {ANNA, CANCEL, "{'CommandID':1}", LATE},
        {ANNA, LIST, "{}", "...'State':'cancelled','CreatedBy':'olga',"},
    };
    TRY_ROWS(*state, rows);
}

static void test_a_device_has_a_bounded_number_that_wait(void **state)
{
    static const struct row one = {OLGA, SEND, "{'DeviceID':'100','TextCommand':'x'}", TAKEN};
    static const struct row rows[] = {
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'x'}",
         FAILS(500, "Too many commands are waiting for this device")},
        {OLGA, SEND, "{'DeviceID':'200','TextCommand':'x'}", TAKEN},
        {OLGA, CANCEL, "{'CommandID':5}", DONE_ROW},
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'x'}", TAKEN},
    };
    for (size_t i = 0; i < COMMAND_WAITING_MAX; i++) {
        try_row(*state, &one, i);
    }
    TRY_ROWS(*state, rows);
}

/* What the protocol cannot carry is told at the call, once the device has spoken. */
static void test_what_the_protocol_cannot_carry(void **state)
{
    static const struct row before[] = {
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'größe'}", TAKEN},
        {OLGA, HIGH, "{'DeviceID':'100','TextCommand':'hex:8'}",
         FAILS(500, "TextCommand: not a message of this device")},
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'hex:8'}", TAKEN},
    };
    static const struct row after[] = {
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'größe'}",
         FAILS(500, "TextCommand: not a message of this device")},
        {OLGA, HIGH, "{'DeviceID':'100','TextCommand':'HEX:80 01'}", TAKEN},
        {OLGA, STATUS, "{'DeviceID':'100'}", TAKEN},
    };
    struct fleet *f = *state;
    TRY_ROWS(f, before);
    speak_gt06(f, "100", "");
    TRY_ROWS(f, after);
    char *body = g_strdup_printf("{'DeviceID':'100','TextCommand':'%0241d'}", 0);
    const struct row too_long = {OLGA, SEND, body,
                                 FAILS(500, "TextCommand: too long for this device")};
    try_row(f, &too_long, 0);
    g_free(body);
}

static void test_answers_are_records_with_their_passwords_masked(void **state)
{
    struct fleet *f = *state;
    static const struct row password[] = {
        {ANNA, "manage/ModifyDevice", "{'DeviceID':'100','Password':'4711'}", DONE_ROW},
        {OLGA, SEND, "{'DeviceID':'100','TextCommand':'UNLOCK,4711#'}", TAKEN},
        {OLGA, LIST, "{}", "...'Text':'UNLOCK,******#','State':'queued',"},
    };
    static const struct row rows[] = {
        {VERA, MESSAGES, "{'DeviceID':'100'}",
         "{'Code':200,'Data':[{'RecID':2,'MsgType':'Respond','MsgBody':'second','SendTime':"
         "'2026-11-23 02:12:00'},{'RecID':1,'MsgType':'Respond','MsgBody':'PWD:******',"
         "'SendTime':'2026-11-23 02:12:00'}],'ErrMsg':'Ok'}"},
        {BERTA, MESSAGES, "{'DeviceID':'100'}", NO_DEVICE},
        {NILS, MESSAGES, "{'DeviceID':'200'}", NO_DEVICE},
        {NOBODY, MESSAGES, "{'DeviceID':'100'}", NO_TOKEN_ROW},
        {VERA, MESSAGES, "{}", FAILS(500, "DeviceID: value missing")},
    };
    TRY_ROWS(f, password);
    speak_gt06(f, "100", "PWD:4711");
    speak_gt06(f, "100", "second");
    TRY_ROWS(f, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_who_may_send),
        FLEET_TEST(test_who_may_cancel),
        FLEET_TEST(test_a_device_has_a_bounded_number_that_wait),
        FLEET_TEST(test_what_the_protocol_cannot_carry),
        FLEET_TEST(test_answers_are_records_with_their_passwords_masked),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
