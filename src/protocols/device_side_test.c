/*
 * What simulated devices answer to commands: each that a row can write comes back as an answer that
 * is tied to it, and no answer is counted as acknowledged or hinders what is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "protocols/device_side.h"

enum { ROOM = 8192, ID = 0x30105, TIME_S = 1795396320 };

/* A simulated device, the server's session with it, and what the server knows of it. */
struct pair {
    const struct protocol *row;
    struct arena arena;
    struct session device;
    struct session server;
    struct device_slot slot;
    struct decoded decoded;
    struct command_note note;
    uint8_t at[ROOM];
};

static void decode(struct pair *p, struct bytes frame)
{
    p->decoded = (struct decoded){.arena = &p->arena};
    assert_int_equal(protocol_decode(p->row, &p->server, frame, &p->decoded), ERR_OK);
    p->slot = p->decoded.slot;
}

/* Has the server answer the frame of `d`; answers how many frames that acknowledges. */
static size_t acknowledge(struct pair *p, const struct decoded *d)
{
    uint8_t at[PROTOCOL_REPLY_MAX];
    struct writer w = writer_init(at, sizeof(at));
    size_t used = 0;
    size_t acknowledged = 0;
    p->row->reply(&p->server, &d->hint, OUTCOME_STORED, TIME_S, &w);
    assert_int_equal(p->row->device->read_ack(&p->device, writer_bytes(&w), &used, &acknowledged),
                     ERR_OK);
    assert_int_equal(used, w.len);
    return acknowledged;
}

/* Sends something; answers how many frames are acknowledged, where they are. */
static size_t send_one(struct pair *p, enum encode_kind kind, bool are_acknowledged)
{
    const struct encode_request what = {.kind = kind};
    struct writer w = writer_init(p->at, sizeof(p->at));
    assert_int_equal(p->row->device->encode(&p->device, &what, &w), ERR_OK);
    struct bytes left = writer_bytes(&w);
    size_t acknowledged = 0;
    while (left.len > 0) {
        struct bytes frame = {0};
        size_t used = 0;
        assert_int_equal(protocol_split(p->row, left, &frame, &used), ERR_OK);
        decode(p, frame);
        acknowledged += are_acknowledged ? acknowledge(p, &p->decoded) : 0;
        left = bytes_slice(left, used, SIZE_MAX);
    }
    return acknowledged;
}

/* One that has logged in. */
static struct pair *pair_new(const struct protocol *row)
{
    struct pair *p = mem_new(sizeof(*p));
    p->row = row;
    p->device = protocol_session(row);
    p->server = protocol_session(row);
    memcpy(p->device.device_id, row->device->first_id, strlen(row->device->first_id));
    assert_int_equal(send_one(p, ENCODE_LOGIN, true), row == &protocol_jt808 ? 2 : 1);
    return p;
}

static void pair_free(struct pair *p)
{
    arena_free(&p->arena);
    free(p);
}

/* The device's answer to a command; it is in p->at, and its frames are not acknowledged. */
static struct bytes answer_to(struct pair *p, const struct command_request *what,
                              const struct fix *last)
{
    uint8_t at[PROTOCOL_COMMAND_MAX];
    struct writer command = writer_init(at, sizeof(at));
    p->note = (struct command_note){0};
    assert_int_equal(p->row->command(&p->server, &p->slot, what, &p->note, &command),
                     COMMAND_IS_WRITTEN);
    struct bytes in = writer_bytes(&command);
    size_t used = 0;
    size_t acknowledged = 99;
    for (size_t n = 0; n < in.len; n++) {
        enum err e =
            p->row->device->read_ack(&p->device, bytes_slice(in, 0, n), &used, &acknowledged);
        assert_int_equal(e, ERR_MORE);
    }
    assert_int_equal(p->row->device->read_ack(&p->device, in, &used, &acknowledged), ERR_OK);
    assert_int_equal(used, in.len);
    assert_int_equal(acknowledged, 0);
    struct writer w = writer_init(p->at, sizeof(p->at));
    p->row->device->answer(&p->device, in, last, &w);
    return writer_bytes(&w);
}

/* Takes the last frame of an answer apart, and finds what it says of the command. */
static const struct message *response_of(struct pair *p, struct bytes said)
{
    const struct message *found = NULL;
    assert_true(said.len > 0);
    while (said.len > 0) {
        struct bytes frame = {0};
        size_t used = 0;
        assert_int_equal(protocol_split(p->row, said, &frame, &used), ERR_OK);
        decode(p, frame);
        said = bytes_slice(said, used, SIZE_MAX);
    }
    for (size_t i = 0; i < p->decoded.len; i++) {
        found = p->decoded.at[i].kind == MESSAGE_RESPONSE ? &p->decoded.at[i] : found;
    }
    assert_non_null(found);
    return found;
}

static struct fix plain_fix(void)
{
    struct fix f = {0};
    fix_set_time(&f, TIME_S);
    fix_set_position(&f, 285000000, 392000000, true);
    fix_set_speed_kmh_e2(&f, 4550);
    fix_set_odometer_m(&f, 123400);
    fix_set_battery_percent(&f, 87);
    fix_set_switch(&f, FIX_HAS_IGNITION, FIX_IGNITION_ON, true);
    fix_set_iccid(&f, "89860000000000000017");
    return f;
}

#define STATUS "ACC:ON; GPS:fixed; Speed:46 km/h; Battery:87%"

static const struct {
    const struct protocol *row;
    struct command_request what;
    const char *text;
    enum answer_doors doors;
} answered[] = {
    {&protocol_jt808, {.kind = COMMAND_QUERY_STATUS}, "", ANSWER_DOORS_UNTOLD},
    {&protocol_jt808,
     {.kind = COMMAND_QUERY_PARAMETERS},
     "0080=000004d2, 0081=0000, 0082=0000, 0084=00",
     ANSWER_DOORS_UNTOLD},
    {&protocol_jt808,
     {.kind = COMMAND_QUERY_ICCID},
     "ICCID:89860000000000000017",
     ANSWER_DOORS_UNTOLD},
    {&protocol_jt808, {.kind = COMMAND_LOCK}, "", ANSWER_DOORS_LOCKED},
    {&protocol_jt808, {.kind = COMMAND_UNLOCK}, "", ANSWER_DOORS_UNLOCKED},
    {&protocol_jt808,
     {.kind = COMMAND_TEXT, .text = {(const uint8_t *)"status#", 7}},
     STATUS,
     ANSWER_DOORS_UNTOLD},
    {&protocol_jt808,
     {.kind = COMMAND_TEXT, .text = {(const uint8_t *)"粤B", 4}},
     "OK",
     ANSWER_DOORS_UNTOLD},
    {&protocol_jt808,
     {.kind = COMMAND_HIGH_LEVEL, .raw = {(const uint8_t *)"\x81\x03\0", 3}},
     "8103 ok",
     ANSWER_DOORS_UNTOLD},
    {&protocol_jt808,
     {.kind = COMMAND_HIGH_LEVEL, .raw = {(const uint8_t *)"\x81\x05\x04", 3}},
     "8105 ok",
     ANSWER_DOORS_UNTOLD},
    {&protocol_gt06, {.kind = COMMAND_QUERY_STATUS}, STATUS, ANSWER_DOORS_UNTOLD},
    {&protocol_gt06,
     {.kind = COMMAND_QUERY_PARAMETERS},
     "ID:860000000000001; Zone:UTC+00:00",
     ANSWER_DOORS_UNTOLD},
    {&protocol_gt06,
     {.kind = COMMAND_QUERY_ICCID},
     "ICCID:89860000000000000017",
     ANSWER_DOORS_UNTOLD},
    {&protocol_gt06,
     {.kind = COMMAND_TEXT, .text = {(const uint8_t *)"RELAY,1#", 8}},
     "OK",
     ANSWER_DOORS_UNTOLD},
    {&protocol_teltonika, {.kind = COMMAND_QUERY_STATUS}, STATUS, ANSWER_DOORS_UNTOLD},
    {&protocol_teltonika,
     {.kind = COMMAND_QUERY_PARAMETERS},
     "ID:350000000000006; Zone:UTC+00:00",
     ANSWER_DOORS_UNTOLD},
    {&protocol_teltonika,
     {.kind = COMMAND_QUERY_ICCID},
     "ICCID:89860000000000000017",
     ANSWER_DOORS_UNTOLD},
};

static void a_command_is_answered(void **state)
{
    const struct fix last = plain_fix();
    (void)state;
    for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
        struct pair *p = pair_new(answered[i].row);
        struct command_request what = answered[i].what;
        char text[DEVICE_SAID_SIZE];
        what.id = ID;
        const struct message *m = response_of(p, answer_to(p, &what, &last));
        bytes_to_text(m->text, text, sizeof(text));
        assert_string_equal(text, answered[i].text);
        assert_int_equal(m->answer.result, ANSWER_DONE);
        assert_int_equal(m->answer.doors, answered[i].doors);
        assert_true(m->answer.tie == 0 || m->answer.tie == p->note.tie);
        assert_true(m->answer.message_id == 0 || m->answer.message_id == p->note.message_id);
        assert_string_equal(p->decoded.device_id, answered[i].row->device->first_id);
        pair_free(p);
    }
}

/* Where the answer is the last fix, it is the same one, and so no other report. */
static void a_position_is_the_last_fix(void **state)
{
    const struct fix last = plain_fix();
    const struct command_request what = {.kind = COMMAND_QUERY_STATUS, .id = ID};
    struct pair *p = pair_new(&protocol_jt808);
    (void)state;
    (void)response_of(p, answer_to(p, &what, &last));
    const struct fix *said = &p->decoded.at[0].fix;
    assert_int_equal(p->decoded.at[0].kind, MESSAGE_FIX);
    assert_int_equal(said->gps_time_s, last.gps_time_s);
    assert_int_equal(said->lat_e7, last.lat_e7);
    assert_int_equal(said->lon_e7, last.lon_e7);
    pair_free(p);
}

static void without_a_fix_what_asks_for_one_fails(void **state)
{
    const struct command_request place = {.kind = COMMAND_QUERY_STATUS, .id = ID};
    struct pair *p = pair_new(&protocol_jt808);
    (void)state;
    assert_int_equal(response_of(p, answer_to(p, &place, NULL))->answer.result, ANSWER_REFUSED);
    pair_free(p);
    p = pair_new(&protocol_gt06);
    assert_true(bytes_eq(response_of(p, answer_to(p, &place, NULL))->text, "GPS:none"));
    pair_free(p);
}

static void what_is_not_known_is_not_answered(void **state)
{
    static const struct {
        const struct protocol *row;
        const char *raw; /* a type and a content, which have no NUL */
    } rows[] = {{&protocol_jt808, "\x81\x06"},     {&protocol_jt808, "\x88\x01"},
                {&protocol_gt06, "\x8a"},          {&protocol_gt06, "\x80"}, /* without a flag */
                {&protocol_gt06, "\x80\x04zzzz"},                            /* without a text */
                {&protocol_gt06, "\x80\x09zzzzA"},                           /* cut off */
                {&protocol_gt06, "\x15\x05zzzzA"}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair *p = pair_new(rows[i].row);
        const struct session before = p->device;
        const struct command_request what = {
            .kind = COMMAND_HIGH_LEVEL, .id = ID, .raw = bytes_of_text(rows[i].raw)};
        assert_int_equal(answer_to(p, &what, NULL).len, 0);
        assert_memory_equal(&p->device, &before, sizeof(before));
        pair_free(p);
    }
}

/* The terminal of a command that is for another is not this one. */
static void a_command_of_another_terminal_is_not_answered(void **state)
{
    const struct command_request what = {.kind = COMMAND_QUERY_PARAMETERS, .id = ID};
    struct pair *p = pair_new(&protocol_jt808);
    (void)state;
    memcpy(p->device.device_id, "013800000002", sizeof("013800000002"));
    assert_int_equal(answer_to(p, &what, NULL).len, 0);
    pair_free(p);
}

static const struct protocol *const counting[] = {&protocol_jt808, &protocol_gt06};
enum { COUNTING = sizeof(counting) / sizeof(counting[0]) };
static const struct command_request parameters = {.kind = COMMAND_QUERY_PARAMETERS, .id = ID};

static void answers_do_not_count_as_acknowledged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNTING; i++) {
        struct pair *p = pair_new(counting[i]);
        assert_true(answer_to(p, &parameters, NULL).len > 0);
        assert_int_equal(send_one(p, ENCODE_HEARTBEAT, true), 1);
        (void)send_one(p, ENCODE_HEARTBEAT, false);
        const struct decoded first = p->decoded;
        assert_true(answer_to(p, &parameters, NULL).len > 0);
        (void)send_one(p, ENCODE_HEARTBEAT, false);
        const struct decoded second = p->decoded;
        assert_true(answer_to(p, &parameters, NULL).len > 0);
        size_t acknowledged = acknowledge(p, &second); /* JT/T 808 waits for the first */
        assert_int_equal(acknowledged + acknowledge(p, &first), 2);
        assert_int_equal(send_one(p, ENCODE_HEARTBEAT, true), 1);
        pair_free(p);
    }
}

/* While a frame waits, only so many are given; where none waits, as many as are asked for. */
static void a_server_that_only_asks_gets_no_more_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNTING; i++) {
        struct pair *p = pair_new(counting[i]);
        for (int n = 0; n < 70000; n++) { /* the serial runs over */
            assert_true(answer_to(p, &parameters, NULL).len > 0);
            arena_clear(&p->arena);
        }
        (void)send_one(p, ENCODE_HEARTBEAT, false);
        const struct decoded waits = p->decoded;
        for (int n = 0; n < DEVICE_QUIET_MAX; n++) {
            assert_true(answer_to(p, &parameters, NULL).len > 0);
        }
        const struct session before = p->device;
        assert_int_equal(answer_to(p, &parameters, NULL).len, 0);
        assert_memory_equal(&p->device, &before, sizeof(before));
        assert_int_equal(acknowledge(p, &waits), 1);
        assert_true(answer_to(p, &parameters, NULL).len > 0);
        assert_int_equal(send_one(p, ENCODE_HEARTBEAT, true), 1);
        pair_free(p);
    }
}

/* What Teltonika answers to a frame of data may look like the front of a command. */
static void a_frame_that_was_not_taken_is_no_command(void **state)
{
    static const struct {
        const char *in;
        size_t len;
        enum err e;
        size_t used;
        size_t acknowledged;
    } rows[] = {
        {"\0\0\0\0", 4, ERR_MORE, 0, 0},
        {"\0\0\0\0\0\0\0\1", 8, ERR_OK, 4, 0},
        {"\0\0\0\0\0\0\0\x0e", 8, ERR_MORE, 0, 0},
        {"\0\0\0\0\0\0\0\x0e\0", 9, ERR_OK, 4, 0},
        {"\0\0\0\0\0\0\0\x0e\x0c", 9, ERR_MORE, 0, 0},
        {"\0\0\0\0\xff\0\0\x0e\x0c", 9, ERR_OK, 4, 0},
        {"\0\0\0\1\0\0\0\x0e\x0c", 9, ERR_OK, 4, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct session s = protocol_session(&protocol_teltonika);
        const struct bytes in = {(const uint8_t *)rows[i].in, rows[i].len};
        size_t used = 0;
        size_t acknowledged = 0;
        assert_int_equal(protocol_teltonika.device->read_ack(&s, in, &used, &acknowledged),
                         rows[i].e);
        if (rows[i].e == ERR_OK) {
            assert_int_equal(used, rows[i].used);
            assert_int_equal(acknowledged, rows[i].acknowledged);
        }
    }
}

static void serials_are_forgotten_once(void **state)
{
    struct device_quiet q = {0};
    (void)state;
    assert_int_equal(device_quiet_take(&q, 0, UINT16_MAX), 0);
    for (unsigned n = 0; n < DEVICE_QUIET_MAX; n++) {
        assert_true(device_quiet_add(&q, (uint16_t)(UINT16_MAX - 1 + 2 * n))); /* they run over */
    }
    assert_false(device_quiet_add(&q, 1));
    assert_int_equal(device_quiet_take(&q, UINT16_MAX, 1), 0);
    assert_int_equal(device_quiet_take(&q, UINT16_MAX - 1, 1), 1);
    assert_int_equal(device_quiet_take(&q, UINT16_MAX - 1, 1), 0);
    assert_int_equal(device_quiet_take(&q, UINT16_MAX - 1, 5), 2); /* 0 and 2 */
    assert_true(device_quiet_add(&q, 9));
    assert_int_equal(device_quiet_take(&q, 0, UINT16_MAX), DEVICE_QUIET_MAX - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_answered),
        cmocka_unit_test(a_position_is_the_last_fix),
        cmocka_unit_test(without_a_fix_what_asks_for_one_fails),
        cmocka_unit_test(what_is_not_known_is_not_answered),
        cmocka_unit_test(a_command_of_another_terminal_is_not_answered),
        cmocka_unit_test(answers_do_not_count_as_acknowledged),
        cmocka_unit_test(a_server_that_only_asks_gets_no_more_answers),
        cmocka_unit_test(a_frame_that_was_not_taken_is_no_command),
        cmocka_unit_test(serials_are_forgotten_once),
    };
    return cmocka_run_group_tests_name("device_side", tests, NULL, NULL);
}
