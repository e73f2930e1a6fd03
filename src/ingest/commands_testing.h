#ifndef INGEST_COMMANDS_TESTING_H
#define INGEST_COMMANDS_TESTING_H

/*
 * Commands without a gateway: the tests take the orders and say what became of them. Included after
 * <cmocka.h>.
 */
#include "ingest/commands.h"
#include "ingest/ingest_testing.h"

enum { DESK_ORDERS_MAX = 512, DESK_GAP_S = 3600 };

/* Where orders come in; the rig is its first member. */
struct desk {
    struct rig *rig;
    struct order *orders[DESK_ORDERS_MAX]; /* under the rig's lock, as the next one */
    size_t count;
    enum command_state state_then; /* of the last one, in the store as the order came */
};

/* A command as it is stored. */
struct desk_command {
    enum command_state state;
    int64_t created_by;
    int64_t created_s;
    int64_t sent_s;
    int64_t answered_s;
    int64_t over_s;
    uint32_t tie;
    uint16_t message_id;
    char answer[COMMAND_ANSWER_MAX + 1];
};

static inline struct desk_command desk_stored(struct desk *d, int64_t id)
{
    struct arena arena = {0};
    struct command c;
    assert_int_equal(store_read_command(d->rig->store, id, &arena, &c), ERR_OK);
    struct desk_command stored = {
        .state = (enum command_state)c.state,
        .created_by = c.created_by,
        .created_s = c.created_s,
        .sent_s = c.sent_s,
        .answered_s = c.answered_s,
        .over_s = c.over_s,
        .tie = c.tie,
        .message_id = c.message_id,
    };
    assert_true(strlen(c.answer) <= COMMAND_ANSWER_MAX);
    memcpy(stored.answer, c.answer, strlen(c.answer));
    arena_free(&arena);
    return stored;
}

static inline void desk_take(void *context, struct order *o)
{
    struct desk *d = context;
    enum command_state state = desk_stored(d, o->command).state;
    (void)pthread_mutex_lock(&d->rig->lock);
    assert_true(d->count < DESK_ORDERS_MAX);
    d->state_then = state;
    d->orders[d->count++] = o;
    (void)pthread_cond_broadcast(&d->rig->delivered);
    (void)pthread_mutex_unlock(&d->rig->lock);
}

/* Waits for the order of that number, from 0. */
static inline const struct order *desk_order(struct desk *d, size_t number)
{
    struct timespec deadline;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += RIG_WAIT_S;
    int waited = 0;
    (void)pthread_mutex_lock(&d->rig->lock);
    while (d->count <= number && waited == 0) {
        waited = pthread_cond_timedwait(&d->rig->delivered, &d->rig->lock, &deadline);
    }
    bool arrived = d->count > number;
    const struct order *o = d->orders[arrived ? number : 0];
    (void)pthread_mutex_unlock(&d->rig->lock);
    assert_true(arrived);
    return o;
}

static inline size_t desk_count(struct desk *d)
{
    (void)pthread_mutex_lock(&d->rig->lock);
    size_t count = d->count;
    (void)pthread_mutex_unlock(&d->rig->lock);
    return count;
}

static inline enum err desk_nothing(struct job_context *job, void *arg)
{
    (void)job, (void)arg;
    return ERR_OK;
}

/* All that was pushed is committed: a later job is, and what its round began. */
static inline void desk_settle(struct desk *d)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ingest_call(d->rig->ingest, desk_nothing, NULL, NULL, RIG_CALL_MS),
                         ERR_OK);
    }
}

static inline void desk_outcome_of(struct desk *d, int64_t command, enum order_result result)
{
    const struct order_outcome outcome = {
        .command = command,
        .result = result,
        .time_s = clock_wall_ms() / 1000,
        .connection = {7, 7},
        .note = {.tie = command_tie(command, 16), .message_id = 0x8300}};
    ingest_push_outcome(d->rig->ingest, &outcome);
}

static inline void desk_outcome(struct desk *d, int64_t command, enum order_result result)
{
    desk_outcome_of(d, command, result);
    desk_settle(d);
}

struct desk_ask {
    int64_t device;
    enum command_kind kind;
    const char *text;
    enum command_answer answer;
    int64_t id;
};

static inline enum err desk_run(struct job_context *job, void *arg)
{
    struct desk_ask *a = arg;
    struct device_ref ref;
    assert_int_equal(directory_find(job->directory, a->device, &ref), ERR_OK);
    const struct command_draft draft = {
        .device = ref.info, .kind = a->kind, .text = bytes_of_text(a->text), .user_id = 5};
    a->answer = commands_ask(job, &draft, &a->id);
    device_ref_release(job->directory, &ref);
    return ERR_OK;
}

/* Asks for a text command of RIG_DEVICE; answers its id. */
static inline int64_t desk_ask(struct desk *d, const char *text)
{
    struct desk_ask a = {.device = RIG_DEVICE, .kind = COMMAND_TEXT, .text = text};
    assert_int_equal(ingest_call(d->rig->ingest, desk_run, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(a.answer, COMMAND_ASK_TAKEN);
    return a.id;
}

static inline enum command_state desk_state(struct desk *d, int64_t id)
{
    return desk_stored(d, id).state;
}

/* The device says something, over the link that all outcomes name where `is_its_link`. */
static inline struct verdict desk_say(struct desk *d, const struct message *m, bool is_its_link)
{
    struct arrival a = rig_arrival(m, 1);
    uint32_t credit_bytes = 0;
    a.protocol = PROTOCOL_gt06;
    a.connection = is_its_link ? (struct connection_ref){7, 7} : (struct connection_ref){8, 7};
    assert_int_equal(ingest_push(d->rig->ingest, &a, &credit_bytes), ERR_OK);
    return rig_wait(d->rig, ++d->rig->sent);
}

/* The device is heard. */
static inline void desk_hear(struct desk *d)
{
    const struct message m = {.kind = MESSAGE_LOGIN};
    (void)desk_say(d, &m, true);
}

static inline struct message desk_answer(const char *text, uint32_t tie, enum answer_result result)
{
    return (struct message){.kind = MESSAGE_RESPONSE,
                            .text = bytes_of_text(text),
                            .answer = {.tie = tie, .result = (uint8_t)result}};
}

/* How many records of section 29 the device has, and what the newest of them says. */
static inline size_t desk_records(struct desk *d, char newest[64])
{
    struct arena arena = {0};
    struct store_texts texts;
    assert_int_equal(store_read_texts(d->rig->store, RIG_DEVICE, 100, &arena, &texts), ERR_OK);
    (void)snprintf(newest, 64, "%s", texts.count > 0 ? texts.at[0].text : "");
    size_t count = texts.count;
    arena_free(&arena);
    return count;
}

static inline int desk_set_up(void **state)
{
    struct desk *d = mem_new(sizeof(*d));
    d->rig = rig_new();
    d->rig->options.order = desk_take;
    d->rig->options.order_context = d;
    d->rig->options.command_gap_s = DESK_GAP_S;
    d->rig->options.engine_cut_max_kmh = 20;
    rig_start(d->rig);
    rig_populate(d->rig);
    *state = d;
    return 0;
}

static inline int desk_tear_down(void **state)
{
    struct desk *d = *state;
    fault_vfs_set(&d->rig->vfs, FAULT_NONE, 0);
    rig_stop(d->rig);
    rig_free(d->rig);
    for (size_t i = 0; i < d->count; i++) {
        order_free(d->orders[i]);
    }
    free(d);
    return 0;
}

#define WITH_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

#endif
