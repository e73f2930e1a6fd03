/* Commands to bytes: to the terminal they are for, over the link it is on, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hex.h"
#include "gateway/gateway_testing.h"
#include "ingest/commands.h"

enum { SECOND_DEVICE = 3 };
static const char second_id[] = "013912345679";

struct asking {
    int64_t device;
    const char *text;
    enum command_answer answer;
    int64_t id;
};

static enum err ask_in_job(struct job_context *job, void *arg)
{
    struct asking *a = arg;
    struct device_ref ref;
    assert_int_equal(directory_find(job->directory, a->device, &ref), ERR_OK);
    const struct command_draft draft = {
        .device = ref.info, .kind = COMMAND_TEXT, .text = bytes_of_text(a->text)};
    a->answer = commands_ask(job, &draft, &a->id);
    device_ref_release(job->directory, &ref);
    return ERR_OK;
}

/* Asks for a text command; answers its id. */
static int64_t ask(struct site *s, int64_t device, const char *text)
{
    struct asking a = {.device = device, .text = text};
    assert_int_equal(ingest_call(s->rig->ingest, ask_in_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(a.answer, COMMAND_ASK_TAKEN);
    return a.id;
}

static enum command_state state_of(struct site *s, int64_t id)
{
    struct arena arena = {0};
    struct command c;
    assert_int_equal(store_read_command(s->rig->store, id, &arena, &c), ERR_OK);
    arena_free(&arena);
    return (enum command_state)c.state;
}

/* Waits for a frame and answers it in hexadecimal digits; valid until the next call. */
static const char *next_frame(struct client *c)
{
    static char hex[2 * sizeof(c->in) + 1];
    struct bytes frame;
    size_t used = 0;
    while (c->in_len == 0 ||
           protocol_split(c->protocol, (struct bytes){c->in, c->in_len}, &frame, &used) != ERR_OK) {
        assert_true(client_read(c) > 0);
    }
    hex_encode((struct bytes){c->in, used}, hex);
    memmove(c->in, c->in + used, c->in_len - used);
    c->in_len -= used;
    return hex;
}

/* Two terminals on one link: each command has the id of its own. */
static void each_terminal_of_a_link_gets_its_own(void **state)
{
    struct site *s = *state;
    assert_int_equal(rig_put_device(s->rig, SECOND_DEVICE, second_id, false), ERR_OK);
    struct client first = client_open(s, SOCK_STREAM, &protocol_jt808, rig_id);
    client_send_fix(&first, 20);
    client_await(&first, 1);
    struct client second = first; /* the same socket */
    bytes_to_text(bytes_of_text(second_id), second.session.device_id,
                  sizeof(second.session.device_id));
    client_send_fix(&second, 10);
    client_await(&second, 1);
    int64_t ids[] = {ask(s, RIG_DEVICE, "A#"), 0};
    const char *frame = next_frame(&first);
    assert_non_null(strstr(frame, "8300"));
    assert_non_null(strstr(frame, rig_id));
    ids[1] = ask(s, SECOND_DEVICE, "B#");
    frame = next_frame(&first);
    assert_non_null(strstr(frame, second_id));
    assert_non_null(strstr(frame, "4223")); /* B# */
    wait_for(state_of(s, ids[0]) == COMMAND_SENT);
    wait_for(state_of(s, ids[1]) == COMMAND_SENT);
    client_close(&first);
}

static void a_device_that_went_is_waited_for(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    client_close(&c);
    wait_for(site_counter(s, devices_connected) == 0);
    int64_t id = ask(s, GT06_DEVICE, "A#");
    wait_for(state_of(s, id) == COMMAND_QUEUED);
    c = client_open(s, SOCK_STREAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    const char *frame = next_frame(&c);
    assert_int_equal(strncmp(frame, "78780c8006", 10), 0);
    wait_for(state_of(s, id) == COMMAND_SENT);
    client_close(&c);
}

/* A datagram's frame names no device, and another may have the address by now. */
static void what_must_not_be_late_goes_to_nobody_else(void **state)
{
    struct site *s = *state;
    struct client c = client_open(s, SOCK_DGRAM, &protocol_gt06, gt06_id);
    client_say(&c, ENCODE_LOGIN, NULL, 0);
    client_await(&c, 1);
    int64_t id = ask(s, GT06_DEVICE, "P43,123456");
    wait_for(state_of(s, id) == COMMAND_REFUSED);
    int64_t harmless = ask(s, GT06_DEVICE, "A#");
    (void)next_frame(&c);
    wait_for(state_of(s, harmless) == COMMAND_SENT);
    client_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SITE(each_terminal_of_a_link_gets_its_own),
        WITH_SITE(a_device_that_went_is_waited_for),
        WITH_SITE(what_must_not_be_late_goes_to_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
