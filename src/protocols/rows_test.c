/*
 * Rows that share one test program: how a connection is told, what is refused and answered, where
 * the next frame begins, and commands. What frames say is in their vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
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

/* Of a GB100. */
#define GL200_HEARTBEAT "2b484244ff204501020209560000000000000207ea0b17010c010007ec750d0a"

static const struct claim_case claim_cases[] = {
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
    {"gt02", "hex:68", CLAIM_MORE},
    {"gt02", "hex:686825000008600000000000020001", CLAIM_MORE},
    {"gt02", "hex:68682500000860000000000002000110", CLAIM_YES},
    {"gt02", "hex:68680d000008600000000000020001110d0a", CLAIM_NO},
    {"gt02", "hex:68680c", CLAIM_NO},
    {"gt02", "hex:7979", CLAIM_NO},
    {"anytrek", "hex:7878", CLAIM_MORE},
    {"anytrek", "hex:78783500", CLAIM_MORE},
    {"anytrek", "hex:7878350030", CLAIM_YES},
    {"anytrek", "hex:7878350031", CLAIM_NO},
    {"anytrek", "hex:78780d01", CLAIM_NO},
    {"topin", "hex:78780d01", CLAIM_MORE},
    {"topin", "hex:78780d0108600000000000020b0d0a", CLAIM_YES},
    {"topin", "hex:78780d0108600000000000020b00", CLAIM_NO},
    {"topin", "hex:787801300d0a", CLAIM_NO},
    {"gt06", "hex:7878", CLAIM_LIKELY},
    {"gt06", "hex:78783500", CLAIM_NO},
    {"gt06", "hex:78780d01", CLAIM_LIKELY},
    {"gt06", "hex:78780d0108600000000000020b0d0a", CLAIM_NO},
    {"gt06", "hex:78781101", CLAIM_YES},
    {"gt06", "hex:78780d010860000000000137000d0a060d0a", CLAIM_YES},
    {"topin", "hex:78780d010860000000000137000d0a060d0a", CLAIM_NO},
    {"xexun2", "hex:fa", CLAIM_MORE},
    {"xexun2", "hex:faaf", CLAIM_YES},
    {"xexun2", "hex:fafa", CLAIM_NO},
    {"xexun3", "hex:fc0049", CLAIM_MORE},
    {"xexun3", "hex:fc004903", CLAIM_YES},
    {"xexun3", "hex:fc004904", CLAIM_NO},
    {"minifinder", "!", CLAIM_MORE},
    {"minifinder", "!1", CLAIM_MORE},
    {"minifinder", "!1,", CLAIM_YES},
    {"minifinder", "!2", CLAIM_NO},
    {"minifinder", "!D;", CLAIM_NO},
    {"minifinder", "hex:2100", CLAIM_NO},
    {"castel", "hex:4040", CLAIM_MORE},
    {"castel", "hex:40401f00", CLAIM_YES},
    {"castel", "hex:40401e00", CLAIM_NO},
    {"castel",
     "hex:"
     "24243100544553543030303100000000000000000000000040010000000000000000000000000000000000000"
     "0922d0d0a",
     CLAIM_YES},
    {"castel",
     "hex:"
     "24243100544553543030303100000000000000000000000040010000000000000000000000000000000000000"
     "0922d0d",
     CLAIM_MORE},
    {"castel", "$$A27,8", CLAIM_NO},
    {"totem", "$$0", CLAIM_MORE},
    {"totem", "$$0108AA86000000000000", CLAIM_MORE},
    {"totem", "$$0108AA860000000000002", CLAIM_YES},
    {"totem", "$$BA860000000000002", CLAIM_MORE},
    {"totem", "$$BA860000000000002|", CLAIM_YES},
    {"totem", "$$B28,860000", CLAIM_NO},
    {"totem", "$GPRMC", CLAIM_NO},
    {"meitrack", "$$0108AA86000000", CLAIM_NO},
    {"t55", "$", CLAIM_MORE},
    {"t55", "$GPRMC", CLAIM_YES},
    {"t55", "$$B16", CLAIM_NO},
    {"t55", "$PUBX", CLAIM_MORE},
    {"t55", "$ID,", CLAIM_YES},
    {"t55", "QZE,", CLAIM_YES},
    {"t55", "IMEI ", CLAIM_YES},
    {"t55", "imei:", CLAIM_NO},
    {"t55", "GET /", CLAIM_NO},
    {"t55", "STT;", CLAIM_NO},
    {"t55", "12345", CLAIM_MORE},
    {"t55", "12345$G", CLAIM_YES},
    {"t55", "x/12345/$G", CLAIM_YES},
    {"t55", "12345#", CLAIM_NO},
    {"t55",
     "123456789012345"
     "\r\n",
     CLAIM_LIKELY},
    {"t55",
     "123456789012345"
     "\r\n$GP",
     CLAIM_YES},
    {"t55",
     "123456789012345"
     "\r\nimei:",
     CLAIM_NO},
    {"t55", "12345\r", CLAIM_NO},
    {"t55", "HELLO!\r", CLAIM_NO},
    {"gl200binary", "+", CLAIM_MORE},
    {"gl200binary", "hex:2b00", CLAIM_YES},
    {"gl200binary", "+HBD", CLAIM_MORE},
    {"gl200binary", "hex:2b484244ff", CLAIM_YES},
    {"gl200binary", "+ACK:", CLAIM_NO},
    {"gl200binary", "+RESP", CLAIM_NO},
    {"xexun", "260529", CLAIM_MORE},
    {"xexun", "260529131112,+3706", CLAIM_MORE},
    {"xexun", "260529131112,+37060000000,GPRMC,", CLAIM_YES},
    {"xexun", "GNRMC,", CLAIM_YES},
    {"xexun", "GPGGA,", CLAIM_NO},
    {"xexun", "260529131112,1,GPGGA,", CLAIM_NO},
    {"xexun", "26052913111;", CLAIM_NO},
};

static void test_claims(void **state)
{
    (void)state;
    assert_claims(CASES(claim_cases));
}

/* What never ends is waited for up to the longest frame, and no further. */
static void test_endless(void **state)
{
    static const struct {
        const char *row;
        const char *begin;
        char then;
    } cases[] = {
        {"t55", "$GPRMC,", '1'}, {"t55", "", '\n'},
        {"wialon", "#D#", '1'},  {"wialon", "", '\n'},
        {"suntech", "", '\r'},   {"xexun", "GPRMC,", '1'},
        {"gps103", "", ';'},     {"gl200text", "+RESP:GT", 'A'},
        {"meitrack", "", '\n'},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct protocol *p = protocol_find(cases[i].row);
        assert_non_null(p);
        struct bytes frame = {0};
        size_t used = 0;
        size_t len = (size_t)p->frame_max + 1;
        uint8_t *at = mem_new(len);
        memset(at, cases[i].then, len);
        memcpy(at, cases[i].begin, strlen(cases[i].begin));
        print_message("# %s %s\n", cases[i].row, cases[i].begin);
        enum err found = protocol_split(p, (struct bytes){at, len}, &frame, &used);
        assert_true(found != ERR_OK);
        enum err e = protocol_pass_over(p, (struct bytes){at, len}, found, false, &used);
        assert_true(e == ERR_TOO_LONG || e == ERR_MALFORMED);
        free(at);
    }
}

/* What a datagram says up to its end, of each row that may leave its end out; NULL: it is cut. */
static void test_datagrams(void **state)
{
    static const struct {
        const char *row;
        const char *said;
        const char *frame;
    } cases[] = {
        {"h02", "*HQ,1234567890,V0", "*HQ,1234567890,V0#"},
        {"h02", "hex:2412345678900708090503265230000006", NULL},
        {"h02", "*HQ,1234567890,V0#*HQ,1234567890,V0", "*HQ,1234567890,V0#"},
        {"gps103", "imei:123456789012345,help me,1", "imei:123456789012345,help me,1"},
        {"tk103", "(" TK103_ID "BR00", "(" TK103_ID "BR00)"},
        {"tk103", "(" TK103_ID "BR00$", NULL},
        {"t55", "$PGID,123456789012345*0F", "$PGID,123456789012345*0F"},
        {"t55", "$PGID,1\r\n$PGID,2", "$PGID,1"},
        {"suntech", "ALV;6789012345", "ALV;6789012345"},
        {"gl200text", "+ACK:GTHBD,060228,123456789012345,gv300,20260102030405,0007",
         "+ACK:GTHBD,060228,123456789012345,gv300,20260102030405,0007"},
        {"meitrack", "$$F28,123456789012345,AAA,1*B7", NULL}, /* its length says more */
        {"meitrack", "$$F24,123456789012345,AA*34", "$$F24,123456789012345,AA*34\r\n"},
        {"wialon", "#P#", "#P#"},
        {"jt600", "(7941000001,@JT", "(7941000001,@JT)"},
        {"watch", "[3G*1234567890*0002*LK", NULL}, /* over TCP alone */
    };
    protocol_set seen = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t at[SAID_MAX];
        struct arena arena = {0};
        struct bytes in = said_bytes(cases[i].said, at);
        struct bytes frame = {0};
        size_t used = 0;
        size_t index = protocol_index_of(bytes_of_text(cases[i].row));
        print_message("# %s %s\n", cases[i].row, cases[i].said);
        enum err e = protocol_split_datagram(protocol_at(index), &arena, in, &frame, &used);
        assert_int_equal(e, cases[i].frame == NULL ? ERR_MORE : ERR_OK);
        assert_true(cases[i].frame == NULL || bytes_eq(frame, cases[i].frame));
        assert_true(cases[i].frame == NULL || used <= in.len);
        seen |= (protocol_set)1 << index;
        arena_free(&arena);
    }
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        assert_true(protocol_at(i)->datagram_end == NULL || (seen >> i & 1) != 0);
    }
}

static void test_faults(void **state)
{
    static const struct fault_case cases[] = {
        {"minifinder", "!1,12345678901234;", ERR_MALFORMED},
        {"minifinder", "!D,1/2/26,1:2:3,,13,0,0,1,0,0;", ERR_MALFORMED},
        {"ruptela", "hex:" RUPTELA_BAD, ERR_CHECKSUM},
        {"galileo", "hex:" GALILEO_FRONT "00e3c8", ERR_CHECKSUM},
        {"tk103", "(12$)", ERR_MORE}, /* the bracket stands within a text */
        {"gl200binary", "hex:2b484244ff204501020209560000000000000207ea0b17010c010007ec740d0a",
         ERR_CHECKSUM},
        {"watch", "[3G*1234567890*LK]", ERR_MALFORMED},
        {"watch", "[3G*1234567890*0001*TK,[3G*1234567890*0002*LK]", ERR_MORE},
        {"gt02",
         "hex:68682500000a600000000000020001101a0b17010c000269fb200c3b1a803600b4000000000000070d0a",
         ERR_MALFORMED},
        {"anytrek", "hex:7878350030008600000000000016009a01511a0b", ERR_MORE},
        {"topin", "hex:78780d01aaaaaaaaaaaaaaaaaa0d0a", ERR_MALFORMED},
        {"xexun2", "hex:faaf0014000386000000000000200001ffff01faaf", ERR_CHECKSUM},
        {"xexun2", "hex:faaf0014faaf", ERR_MALFORMED},
        {"xexun3", "hex:fc000b0320010860000000000002f358cf", ERR_CHECKSUM},
        {"castel", "hex:40401f000454455354303030310000000000000000000000001003d2000d0a",
         ERR_CHECKSUM},
        {"totem", "$$0025BB86000000000000230", ERR_CHECKSUM},
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
        {"gt02", "hex:68682568680d0000086000000000000200011a0d0a", 3},
        {"anytrek",
         "hex:"
         "78787878350030008600000000000016009a01511a0b17010c00c920fb6902801a3b0c36000000000000fffff"
         "fff00780040e201000000000000000d0a",
         2},
        {"topin", "hex:78781510787801300d0a", 4},
        {"xexun2", "hex:faaf00faaf0014000386000000000000200001fffe01faaf", 3},
        {"xexun3", "hex:fc0020fc000b0320010860000000000002f359cf", 3},
        {"castel", "hex:40402f0040401f000454455354303030310000000000000000000000001003d3000d0a", 4},
        {"totem", "$$0040AA$$0025BB8600000000000023B", 8},
        {"wialon", "#SD#1\r\n#P#\r\n", 7},
        {"wialon", "#SD#1\r\n#T#1;4;a;\r\nabc", 0}, /* one byte of the picture is missing */
        {"wialon", "#SD#1\r\n#T#1;4;a;\r\nabcd", 7},
        {"minifinder", "!D,1/2/26,!5,17,A;", 10},
        {"minifinder", "!D,1/2/26,!5,17,A", 0},
        {"eelink", "hex:6767120400676703000400090027", 5},
        {"eelink", "hex:6767120400676703000400090027676703", 5},
        {"eelink", "hex:676712040067670300040009002712", 0}, /* no head behind it */
        {"eelink", "hex:676712040067670300040009", 0},
        {"eelink", "hex:6700454c0013ea050123456789012345676703000400090027", 2},
        {"eelink", "hex:6700454c0013ea060123456789012345676703000400090027", 16},
        {"gl200text", "+ACK:G+RESP:GTTOUTRIT,06,", 0},
        {"gl200text", "+ACK:G+RESP:GTTOUTRIT,06$", 6},
        {"gl200binary",
         "hex:2b484244ff2f2b484244ff204501020209560000000000000207ea0b17010c010007ec750d0a", 6},
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
        {"gt02", NULL, "hex:68680d0000086000000000000200011a0d0a", OUTCOME_UNREGISTERED, 1767323045,
         "hex:54681a0d0a"},
        {"gt02", NULL, "hex:68680d0000086000000000000200011a0d0a", OUTCOME_REFUSED, 1767323045, ""},
        {"gt02", NULL,
         "hex:686825000008600000000000020001101a0b17010c000269fb200c3b1a803600b4000000000000070d0a",
         OUTCOME_STORED, 1767323045, ""},
        {"anytrek", NULL,
         "hex:"
         "7878350030008600000000000016009a01511a0b17010c00c920fb6902801a3b0c36001400000000ffffffff0"
         "0780040e201000000000000000d0a",
         OUTCOME_UNREGISTERED, 1767323045, ""},
        {"topin", NULL, "hex:78780d0108600000000000020b0d0a", OUTCOME_UNREGISTERED, 1767323045,
         "hex:78780d01440d0a"},
        {"topin", NULL, "hex:78780d0108600000000000020b0d0a", OUTCOME_REFUSED, 1767323045, ""},
        {"topin", "hex:78780d0108600000000000020b0d0a",
         "hex:787812101a0b17010c00990269fb200c3b1a803614000d0a", OUTCOME_UNREGISTERED, 1767323045,
         ""},
        {"topin", "hex:78780d0108600000000000020b0d0a",
         "hex:787812101a0b17010c00990269fb200c3b1a803614000d0a", OUTCOME_REFUSED, 1767323045, ""},
        {"topin", "hex:78780d0108600000000000020b0d0a", "hex:787801300d0a", OUTCOME_UNREGISTERED,
         1767323045, "hex:7878073007ea01020304050d0a"},
        {"xexun2", NULL, "hex:faaf001400038600000000000020000cfd23010009056b0392e016805700faaf",
         OUTCOME_REFUSED, 1767323045, ""},
        {"xexun2", NULL, "hex:faaf0007000186000000000000200002ff654f4bfaaf", OUTCOME_STORED,
         1767323045, ""},
        {"xexun3", NULL, "hex:fc000b0320010860000000000002f359cf", OUTCOME_UNREGISTERED, 1767323045,
         ""},
        {"xexun3", NULL, "hex:fc000d03210108600000000000024f4b6a66cf", OUTCOME_STORED, 1767323045,
         ""},
        {"castel", NULL, "hex:40401f000454455354303030310000000000000000000000001003d3000d0a",
         OUTCOME_UNREGISTERED, 1767323045,
         "hex:40401f0004544553543030303100000000000000000000000090031f8c0d0a"},
        {"castel", NULL, "hex:40401f000454455354303030310000000000000000000000001003d3000d0a",
         OUTCOME_REFUSED, 1767323045, ""},
        {"totem", NULL, "$$0025BB8600000000000023B", OUTCOME_UNREGISTERED, 1767323045,
         "$$0014AA000207"},
        {"totem", NULL, "$$0025BB8600000000000023B", OUTCOME_REFUSED, 1767323045, ""},
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

static const char heard_comma[] = "(123456789012345,ZC03,050326,070809,$OK$)";
static const char heard_plain[] = "(" TK103_ID "BP00HSO)";
static const char heard_indexed[] = "[ZJ*123456789012345*0012*0002*LK]";
static const struct command_case command_cases[] = {
    {"ruptela", NULL, COMMAND_TEXT, " coords", COMMAND_IS_WRITTEN, 7, true,
     "hex:00086c20636f6f7264739637"},
    {"ruptela", NULL, COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, 7, true,
     "hex:00086c20636f6f7264739637"},
    {"ruptela", NULL, COMMAND_QUERY_PARAMETERS, "", COMMAND_IS_WRITTEN, 3, true, "hex:00016717b9"},
    {"ruptela", NULL, COMMAND_TEXT, "00097500000002000000019bd7", COMMAND_IS_WRITTEN, 0, true,
     "hex:00097500000002000000019bd7"},
    {"ruptela", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
    {"ruptela", NULL, COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"galileo", "hex:" GALILEO_HEAD, COMMAND_TEXT, "Out 1,1", COMMAND_IS_WRITTEN, 0, false,
     "hex:01210003313233343536373839303132333435040000e011000000e1074f757420312c31acc5"},
    {"galileo", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
    {"galileo", NULL, COMMAND_QUERY_ICCID, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"gl200binary", "hex:" GL200_HEARTBEAT, COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, 0, true,
     "AT+GTRTO=gb100,1,,,,,,0011$"},
    {"gl200binary", NULL, COMMAND_QUERY_PARAMETERS, "", COMMAND_IS_WRITTEN, 0, true,
     "AT+GTRTO=,8,,,,,,0011$"},
    {"gl200binary", NULL, COMMAND_TEXT, "AT+GTRTO=gb100,3,,,,,,0001", COMMAND_IS_WRITTEN, 0, true,
     "AT+GTRTO=gb100,3,,,,,,0001$"},
    {"gl200binary", NULL, COMMAND_TEXT, "AT$GT", COMMAND_IS_INVALID, 0, false, ""},
    {"gl200binary", NULL, COMMAND_TEXT, "+LGN++RSP.R", COMMAND_IS_INVALID, 0, false, ""},
    {"minifinder", NULL, COMMAND_TEXT, "123456LOC", COMMAND_IS_WRITTEN, 0, true, "123456LOC"},
    {"minifinder", NULL, COMMAND_TEXT, "!1,123456789012345;", COMMAND_IS_INVALID, 0, false, ""},
    {"minifinder", NULL, COMMAND_QUERY_STATUS, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"gl200binary", NULL, COMMAND_LOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"tk103", heard_plain, COMMAND_TEXT, "*turnoff*", COMMAND_IS_INVALID, 0, false, ""},
    {"tk103", heard_plain, COMMAND_TEXT, "AV010)(", COMMAND_IS_INVALID, 0, false, ""},
    {"tk103", heard_comma, COMMAND_TEXT, "*turnoff*", COMMAND_IS_WRITTEN, 0, true,
     "[begin]sms2,*turnoff*,[end]"},
    {"watch", heard_indexed, COMMAND_TEXT, "CR]", COMMAND_IS_INVALID, 0, false, ""},
    {"topin", NULL, COMMAND_HIGH_LEVEL, "hex:4101", COMMAND_IS_WRITTEN, 0, true,
     "hex:78780241010d0a"},
    {"topin", NULL, COMMAND_TEXT, "1", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"xexun2", "hex:faaf0007000186000000000000200002ff654f4bfaaf", COMMAND_TEXT, "reset",
     COMMAND_IS_WRITTEN, 0, false, "hex:faaf0007000186000000000000200005fddc7265736574faaf"},
    {"xexun2", NULL, COMMAND_QUERY_STATUS, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"xexun3", "hex:fc000b0320010860000000000002f359cf", COMMAND_TEXT, "of=1", COMMAND_IS_WRITTEN,
     0, false, "hex:fc000f03210108600000000000026f663d314ee3cf"},
    {"castel", "hex:404021000c544553543030303100000000000000000000000042060000adfe0d0a",
     COMMAND_HIGH_LEVEL, "hex:458301", COMMAND_IS_WRITTEN, 0, false,
     "hex:404020000c544553543030303100000000000000000000000045830146070d0a"},
    {"castel", "hex:40401f000454455354303030310000000000000000000000001003d3000d0a",
     COMMAND_HIGH_LEVEL, "hex:458301", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"castel", NULL, COMMAND_TEXT, "stop", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"totem", NULL, COMMAND_TEXT, "000000,025,C,1", COMMAND_IS_WRITTEN, 0, true,
     "$$0024CF000000,025,C,16A"},
    {"totem", NULL, COMMAND_QUERY_STATUS, "", COMMAND_IS_WRITTEN, 0, true, "$$0020CF000000,01218"},
    {"totem", NULL, COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
    {"xexun", NULL, COMMAND_TEXT, "powercar123456 11", COMMAND_IS_WRITTEN, 0, true,
     "powercar123456 11"},
    {"xexun", NULL, COMMAND_TEXT, "", COMMAND_IS_INVALID, 0, false, ""},
    {"xexun", NULL, COMMAND_TEXT, "GPRMC,011200", COMMAND_IS_INVALID, 0, false, ""},
    {"xexun", NULL, COMMAND_UNLOCK, "", COMMAND_IS_UNSUPPORTED, 0, false, ""},
};

static void test_commands(void **state)
{
    (void)state;
    assert_commands(CASES(command_cases));
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
        assert_int_equal(protocol_split(kit.row, in, &frame, &used), ERR_OK);
        assert_int_equal(used, cases[i].used);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_datagrams),
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
