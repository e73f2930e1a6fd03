/*
 * Rows that share one test program: how a connection is told, what is refused and answered, where
 * the next frame begins, and commands. What frames say is in their vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols/row_testing.h"

/* One record of 123456789012345, with five elements; and with a wrong checksum. */
#define RUPTELA_FRONT                                                                              \
    "003200007048860ddf790100016a18a50000000f11604720989ac00460235a0b002a08070205012"              \
    "0fb011d316a0141000004af00"
#define RUPTELA_RECORD RUPTELA_FRONT "2d70"
#define RUPTELA_BAD    RUPTELA_FRONT "2d71"

#define GALILEO_FRONT "011780019a0210033132333435363738393031323334350407"
#define GALILEO_HEAD  GALILEO_FRONT "00e3c9"

#define TK103_ID "056789012345"

static void test_claims(void **state)
{
    static const struct claim_case cases[] = {
        {"ruptela", "hex:00", CLAIM_MORE},
        {"ruptela", "hex:0032", CLAIM_MORE},
        {"ruptela", "hex:003200007048860ddf79", CLAIM_MORE},
        {"ruptela", "hex:003200007048860ddf7901", CLAIM_LIKELY},
        {"ruptela", "hex:003200007048860ddf7908", CLAIM_NO}, /* no type */
        {"ruptela", "hex:000f33", CLAIM_NO},                 /* a login of Teltonika */
        {"ruptela", "hex:00000000", CLAIM_NO},               /* its data */
        {"ruptela", "hex:01170003", CLAIM_MORE},             /* or Galileosky */
        {"ruptela", "hex:0117000331", CLAIM_MORE},
        {"ruptela", "hex:0117000331323334353637", CLAIM_NO},
        {"ruptela", "hex:0117800103", CLAIM_NO},
        {"ruptela", "A", CLAIM_NO},
        {"ruptela", "hex:" RUPTELA_RECORD, CLAIM_YES},
        {"ruptela", "hex:" RUPTELA_BAD, CLAIM_LIKELY},
        {"galileo", "hex:01", CLAIM_MORE},
        {"galileo", "hex:011780", CLAIM_MORE},
        {"galileo", "hex:01178001", CLAIM_LIKELY},
        {"galileo", "hex:010000", CLAIM_NO},
        {"galileo", "hex:0146000300", CLAIM_NO}, /* Ruptela: no digits behind an IMEI's tag */
        {"galileo", "hex:0146000331", CLAIM_LIKELY},
        {"galileo", "hex:01460000", CLAIM_NO},
        {"galileo", "hex:07e10300", CLAIM_NO}, /* a photo names nobody */
        {"galileo", "hex:" GALILEO_HEAD, CLAIM_YES},
        {"tk103", "(", CLAIM_MORE},
        {"tk103", "(0567", CLAIM_MORE},
        {"tk103", "(" TK103_ID "BR0", CLAIM_MORE},
        {"tk103", "(" TK103_ID "BR00", CLAIM_YES},
        {"tk103", "(" TK103_ID "CR00", CLAIM_MORE}, /* the id may have 15 characters */
        {"tk103", "(" TK103_ID "CR00000)", CLAIM_NO},
        {"tk103", "(SOMEDEVICE01BR00", CLAIM_YES},
        {"tk103", "(123456789012345,", CLAIM_MORE},
        {"tk103", "(123456789012345,DW31", CLAIM_YES},
        {"tk103", "(123456789012345,XY31", CLAIM_NO},
        {"tk103", "(8000012345,P45", CLAIM_NO},
        {"tk103", "(7941000001,1,001", CLAIM_NO},
        {"tk103", "[3G*", CLAIM_NO},
        {"watch", "[", CLAIM_MORE},
        {"watch", "[3G*12345", CLAIM_MORE},
        {"watch", "[3G*1234567890*", CLAIM_YES},
        {"watch", "[ZJ*123456789012345*", CLAIM_YES},
        {"watch", "[3G*123456789*", CLAIM_NO},
        {"watch", "[3G*1234567890123456", CLAIM_NO},
        {"watch", "[M1,", CLAIM_NO},
        {"watch", "[3g*", CLAIM_NO},
        {"watch", "(3G*", CLAIM_NO},
        {"xexun", "260529", CLAIM_MORE},
        {"xexun", "260529131112,+3706", CLAIM_MORE},
        {"xexun", "260529131112,+37060000000,GPRMC,", CLAIM_YES},
        {"xexun", "GNRMC,", CLAIM_YES},
        {"xexun", "GPGGA,", CLAIM_NO},
        {"xexun", "260529131112,1,GPGGA,", CLAIM_NO},
        {"xexun", "26052913111;", CLAIM_NO},
    };
    (void)state;
    assert_claims(CASES(cases));
}

static void test_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"ruptela", "hex:" RUPTELA_BAD, ERR_CHECKSUM},
        {"galileo", "hex:" GALILEO_FRONT "00e3c8", ERR_CHECKSUM},
        {"tk103", "(12$)", ERR_MORE}, /* the bracket stands within a text */
        {"watch", "[3G*1234567890*LK]", ERR_MALFORMED},
        {"watch", "[3G*1234567890*0001*TK,[3G*1234567890*0002*LK]", ERR_MORE},
        {"xexun", "GPRMC,1,A,2230.0,N,11400.0,E,0,0,231126,,,A*23,F,,imei:86,\n", ERR_MALFORMED},
    };
    (void)state;
    assert_faults(CASES(cases));
}

static void test_resyncs(void **state)
{
    static const struct resync_case cases[] = {
        {"ruptela", "hex:" RUPTELA_BAD RUPTELA_RECORD, 54},
        {"ruptela", "hex:" RUPTELA_BAD RUPTELA_FRONT "2d", 0},
        {"galileo", "hex:0120000301" GALILEO_HEAD, 5},
        {"tk103", "(12(34(" TK103_ID "BP00HSO)", 6},
        {"watch", "[3G*1234567890*0001*TK,[3G*1234567890*0002*LK]", 23},
    };
    (void)state;
    assert_resyncs(CASES(cases));
}

#define ALARM_OF_WATCH "[3G*1234567890*0002*AL,050326,070809,V,0,N,0,E]"

static void test_replies(void **state)
{
    static const struct reply_case cases[] = {
        {"ruptela", NULL, "hex:" RUPTELA_RECORD, OUTCOME_STORED, 0, "hex:0002640113bc"},
        {"ruptela", NULL, "hex:" RUPTELA_RECORD, OUTCOME_REFUSED, 0, "hex:000264000235"},
        {"ruptela", NULL, "hex:" RUPTELA_RECORD, OUTCOME_UNREGISTERED, 0, ""},
        {"galileo", NULL, "hex:" GALILEO_HEAD, OUTCOME_UNREGISTERED, 0, "hex:02e3c9"},
        {"galileo", NULL, "hex:" GALILEO_HEAD, OUTCOME_REFUSED, 0, ""},
        {"tk103", NULL, "(" TK103_ID "BP00HSO)", OUTCOME_UNREGISTERED, 0, "(" TK103_ID "AP01HSO)"},
        {"tk103", NULL, "(" TK103_ID "BO012)", OUTCOME_UNREGISTERED, 0, ""},
        {"tk103", NULL, "(" TK103_ID "BO012)", OUTCOME_STORED, 0, "(" TK103_ID "AS012)"},
        {"watch", NULL, "[3G*1234567890*0002*LK]", OUTCOME_UNREGISTERED, 0,
         "[3G*1234567890*0002*LK]"},
        {"watch", NULL, "[3G*1234567890*0002*LK]", OUTCOME_REFUSED, 0, ""},
        {"watch", NULL, ALARM_OF_WATCH, OUTCOME_UNREGISTERED, 0, ""},
        {"watch", NULL, ALARM_OF_WATCH, OUTCOME_STORED, 0, "[3G*1234567890*0002*AL]"},
    };
    (void)state;
    assert_replies(CASES(cases));
}

/* Of frames that carry less than a whole report. */
static void test_replies_by_type(void **state)
{
    static const struct {
        uint8_t type;
        enum outcome outcome;
        const char *want;
    } cases[] = {
        {0x44, OUTCOME_STORED, "hex:0002640113bc"},
        {0x09, OUTCOME_STORED, "hex:00026d01c4a4"},
        {0x0f, OUTCOME_UNREGISTERED, "hex:00027301cb25"},
        {0x10, OUTCOME_REFUSED, "hex:00027401862d"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct row_kit kit = {0};
        const struct reply_hint hint = {{cases[i].type}};
        row_kit_begin(&kit, "ruptela");
        kit.out = writer_init(kit.written, sizeof(kit.written));
        kit.row->reply(&kit.session, &hint, cases[i].outcome, 0, &kit.out);
        assert_written(&kit, cases[i].want);
    }
}

static void test_commands(void **state)
{
    static const char comma[] = "(123456789012345,ZC03,050326,070809,$OK$)";
    static const char plain[] = "(" TK103_ID "BP00HSO)";
    static const char indexed[] = "[ZJ*123456789012345*0012*0002*LK]";
    static const struct command_case cases[] = {
        {"ruptela", NULL, COMMAND_TEXT, " coords", COMMAND_IS_WRITTEN, 7, true,
         "hex:00086c20636f6f7264739637"},
        {"ruptela", NULL, COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, 7, true,
         "hex:00086c20636f6f7264739637"},
        {"ruptela", NULL, COMMAND_QUERY_PARAMETERS, "", COMMAND_IS_WRITTEN, 3, true,
         "hex:00016717b9"},
        {"ruptela", NULL, COMMAND_TEXT, "00097500000002000000019bd7", COMMAND_IS_WRITTEN, 0, true,
         "hex:00097500000002000000019bd7"},
        {"ruptela", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
        {"ruptela", NULL, COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
        {"galileo", "hex:" GALILEO_HEAD, COMMAND_TEXT, "Out 1,1", COMMAND_IS_WRITTEN, 0, false,
         "hex:01210003313233343536373839303132333435040000e011000000e1074f757420312c31acc5"},
        {"galileo", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
        {"galileo", NULL, COMMAND_QUERY_ICCID, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
        {"tk103", plain, COMMAND_TEXT, "*turnoff*", COMMAND_IS_INVALID, 0, false, ""},
        {"tk103", plain, COMMAND_TEXT, "AV010)(", COMMAND_IS_INVALID, 0, false, ""},
        {"tk103", comma, COMMAND_TEXT, "*turnoff*", COMMAND_IS_WRITTEN, 0, true,
         "[begin]sms2,*turnoff*,[end]"},
        {"watch", indexed, COMMAND_TEXT, "CR]", COMMAND_IS_INVALID, 0, false, ""},
        {"xexun", NULL, COMMAND_TEXT, "powercar123456 11", COMMAND_IS_WRITTEN, 0, true,
         "powercar123456 11"},
        {"xexun", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
        {"xexun", NULL, COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    };
    (void)state;
    assert_commands(CASES(cases));
}

/* An answer finds its command by the word of both. */
static void test_answers_find_their_commands(void **state)
{
    static const struct {
        const char *row;
        const char *heard;
        const char *text;
        const char *want;
        const char *answer;
        size_t at; /* which of its messages is the answer */
    } cases[] = {
        {"tk103", "(" TK103_ID "BP00HSO)", "AV010", "(" TK103_ID "AV010)", "(" TK103_ID "BV01)", 0},
        {"tk103", "(" TK103_ID "BP00HSO)", "AP00", "(" TK103_ID "AP00)",
         "(" TK103_ID "BP04260305A5230.0000N01315.0000E036.0070809270.0001000000L00000000)", 1},
        {"watch", "[3G*0123456789*0002*LK]", "UPLOAD,600", "[3G*0123456789*000a*UPLOAD,600]",
         "[3G*0123456789*0006*UPLOAD]", 0},
        {"watch", "[ZJ*123456789012345*0012*0002*LK]", "CR", "[ZJ*123456789012345*0001*0002*CR]",
         "[ZJ*123456789012345*0013*0002*CR]", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct row_kit kit = {0};
        struct command_note note = {0};
        const struct command_request what = {
            .kind = COMMAND_TEXT, .id = 1, .text = bytes_of_text(cases[i].text)};
        row_kit_begin(&kit, cases[i].row);
        assert_int_equal(row_kit_decode(&kit, cases[i].heard), ERR_OK);
        kit.out = writer_init(kit.written, sizeof(kit.written));
        assert_int_equal(kit.row->command(&kit.session, &kit.decoded.slot, &what, &note, &kit.out),
                         COMMAND_IS_WRITTEN);
        assert_false(note.is_unaddressed);
        assert_written(&kit, cases[i].want);
        assert_int_equal(row_kit_decode(&kit, cases[i].answer), ERR_OK);
        const struct message *m = &kit.decoded.at[cases[i].at];
        assert_int_equal(m->kind, MESSAGE_RESPONSE);
        assert_int_not_equal(note.message_id, 0);
        assert_int_equal(m->answer.message_id, note.message_id);
        row_kit_free(&kit);
    }
}

/* Where a frame ends: not at a bracket within a text. */
static void test_a_text_may_hold_brackets(void **state)
{
    static const struct {
        const char *row;
        const char *said;
        size_t used;
    } cases[] = {
        {"tk103", "x(123456789012345,ZC03,050326,070809,$a) b$)(", 44},
        {"watch", "[3G*1234567890*0001*TK,[a]][3G*1234567890*0002*LK]", 27},
        {"galileo", "hex:" GALILEO_HEAD "0102", 28},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct row_kit kit = {0};
        struct bytes frame = {0};
        size_t used = 0;
        row_kit_begin(&kit, cases[i].row);
        struct bytes in = said_bytes(cases[i].said, kit.said);
        assert_int_equal(kit.row->split(in, &frame, &used), ERR_OK);
        assert_int_equal(used, cases[i].used);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_resyncs),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_replies_by_type),
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_answers_find_their_commands),
        cmocka_unit_test(test_a_text_may_hold_brackets),
    };
    return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
