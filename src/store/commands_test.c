#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/entities_testing.h"

static const uint8_t secret[] = {0, 'x', 0xff};

/* A command with a value in every column. */
static struct command whole(int64_t device, int64_t id)
{
    return (struct command){
        .device_id = device,
        .id = id,
        .kind = COMMAND_TIMED_UNLOCK,
        .state = COMMAND_CANCELLED,
        .created_by = INT64_MAX,
        .created_s = KIT_TIME_S,
        .deadline_s = INT64_MAX,
        .due_s = INT64_MAX - 60,
        .sent_s = 3,
        .answered_s = 4,
        .over_s = 0,
        .hazard = COMMAND_UNLOCKS,
        .tie = UINT32_MAX,
        .message_id = UINT16_MAX,
        .text = "RELAY,1# €",
        .answer = "OK",
        .secret = secret,
        .secret_len = sizeof(secret),
    };
}

static struct command plain(int64_t device, int64_t id, enum command_state state)
{
    return (struct command){.device_id = device,
                            .id = id,
                            .state = (uint8_t)state,
                            .created_s = KIT_TIME_S + id,
                            .over_s = command_state_is_over(state) ? KIT_TIME_S : 0,
                            .text = "STATUS#",
                            .answer = ""};
}

static void every_column_comes_back(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_COMMAND, .command = whole(7, INT64_MAX)};
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 1);
    struct command read;
    assert_int_equal(store_read_command(k->store, INT64_MAX, &k->kept.arena, &read), ERR_OK);
    const struct command *both[] = {&k->kept.at[0].command, &read};
    for (size_t i = 0; i < 2; i++) {
        const struct command *r = both[i];
        assert_int_equal(r->device_id, 7);
        assert_int_equal(r->id, INT64_MAX);
        assert_int_equal(r->kind, COMMAND_TIMED_UNLOCK);
        assert_int_equal(r->state, COMMAND_CANCELLED);
        assert_int_equal(r->created_by, INT64_MAX);
        assert_int_equal(r->created_s, KIT_TIME_S);
        assert_int_equal(r->deadline_s, INT64_MAX);
        assert_int_equal(r->due_s, INT64_MAX - 60);
        assert_int_equal(r->sent_s, 3);
        assert_int_equal(r->answered_s, 4);
        assert_int_equal(r->over_s, 0);
        assert_int_equal(r->hazard, COMMAND_UNLOCKS);
        assert_int_equal(r->tie, UINT32_MAX);
        assert_int_equal(r->message_id, UINT16_MAX);
        assert_string_equal(r->text, "RELAY,1# €");
        assert_string_equal(r->answer, "OK");
        assert_int_equal(r->secret_len, sizeof(secret));
        assert_memory_equal(r->secret, secret, sizeof(secret));
    }
    assert_int_equal(store_read_command(k->store, 1, &k->kept.arena, &read), ERR_NOT_FOUND);
}

static void a_start_loads_those_that_are_not_over(void **state)
{
    struct kit *k = *state;
    struct change c[4] = {
        {.kind = CHANGE_PUT_COMMAND, .command = plain(1, 4, COMMAND_QUEUED)},
        {.kind = CHANGE_PUT_COMMAND, .command = plain(1, 5, COMMAND_SENDING)},
        {.kind = CHANGE_PUT_COMMAND, .command = plain(1, 6, COMMAND_EXPIRED)},
        {.kind = CHANGE_PUT_COMMAND, .command = plain(1, 4, COMMAND_ANSWERED)},
    };
    save_and_load(k, c, 3);
    assert_int_equal(k->kept.count, 2);
    assert_int_equal(k->kept.at[0].command.id, 4);
    assert_int_equal(k->kept.at[1].command.state, COMMAND_SENDING);
    save_and_load(k, &c[3], 1);
    assert_int_equal(k->kept.count, 1);
    assert_int_equal(k->kept.at[0].command.id, 5);
}

static void commands_are_read_by_device_newest_first(void **state)
{
    struct kit *k = *state;
    struct change c[5];
    for (int64_t i = 0; i < 5; i++) {
        enum command_state of = i == 2 ? COMMAND_REFUSED : COMMAND_QUEUED;
        c[i] = (struct change){.kind = CHANGE_PUT_COMMAND, .command = plain(1 + i / 4, i + 1, of)};
    }
    c[3].command.kind = COMMAND_QUERY_ICCID;
    save_and_load(k, c, 5);
    const int64_t devices[] = {2, 1};
    struct store_command_query q = {.devices = devices,
                                    .device_count = 2,
                                    .from_s = INT64_MIN,
                                    .to_s = INT64_MAX,
                                    .states = UINT32_MAX,
                                    .kinds = UINT32_MAX,
                                    .limit = 3};
    struct store_commands found;
    assert_int_equal(store_read_commands(k->store, &q, &k->kept.arena, &found), ERR_OK);
    assert_int_equal(found.count, 4);
    const int64_t wanted[] = {5, 4, 3, 2};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(found.at[i].id, wanted[i]);
    }
    q.states = 1U << COMMAND_REFUSED;
    assert_int_equal(store_read_commands(k->store, &q, &k->kept.arena, &found), ERR_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].id, 3);
    q.states = UINT32_MAX;
    q.kinds = 1U << COMMAND_QUERY_ICCID;
    assert_int_equal(store_read_commands(k->store, &q, &k->kept.arena, &found), ERR_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].id, 4);
    q.kinds = UINT32_MAX;
    q.from_s = KIT_TIME_S + 2; /* both ends included */
    q.to_s = KIT_TIME_S + 3;
    assert_int_equal(store_read_commands(k->store, &q, &k->kept.arena, &found), ERR_OK);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.at[1].id, 2);
    q.device_count = 0;
    assert_int_equal(store_read_commands(k->store, &q, &k->kept.arena, &found), ERR_OK);
    assert_int_equal(found.count, 0);
}

static void what_was_sent_is_told_from_what_was_answered(void **state)
{
    struct kit *k = *state;
    struct change c[2] = {{.kind = CHANGE_PUT_TEXT, .text = {1, 7, 50, "STATUS#", TEXT_SEND}},
                          {.kind = CHANGE_PUT_TEXT, .text = {1, 8, 51, "OK", TEXT_RESPOND}}};
    struct store_texts texts;
    save_and_load(k, c, 2);
    assert_int_equal(store_read_texts(k->store, 1, 9, &k->kept.arena, &texts), ERR_OK);
    assert_int_equal(texts.count, 2);
    assert_int_equal(texts.at[0].kind, TEXT_RESPOND);
    assert_int_equal(texts.at[1].kind, TEXT_SEND);
}

int main(void)
{
    enum { OF_ROWS = 4 };
    const struct CMUnitTest tests[] = {
        TEST(every_column_comes_back),
        TEST(a_start_loads_those_that_are_not_over),
        TEST(commands_are_read_by_device_newest_first),
        TEST(what_was_sent_is_told_from_what_was_answered),
    };
    return KIT_RUN(tests, OF_ROWS);
}
