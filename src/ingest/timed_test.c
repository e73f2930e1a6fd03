/*
 * Timed unlocks: sent in their minute or never, by who may then. Their minutes begin in the past
 * here, so that no test waits for one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ingest/commands_testing.h"
#include "ingest/ingest_private.h"
#include "ingest/ticket.h"

enum { USER = 5, GROUP = 3, AT_ONCE_S = -1, LATER_S = 3600, MISSED_S = -COMMAND_TIMED_LATE_S };
enum { MINUTE_MS = COMMAND_TIMED_LATE_S * 1000 };

static const char password[] = "135790";

static void put_user(struct desk *d, struct user u)
{
    struct change c = {.kind = CHANGE_PUT_USER, .user = u};
    entity_init(ENTITY_USER, &c.user);
    assert_int_equal(rig_change(d->rig, c), ERR_OK);
}

static struct user operator_of_the_rig(void)
{
    return (struct user){
        .id = USER, .enterprise_id = RIG_ENTERPRISE, .login_name = "olga", .role = ROLE_OPERATOR};
}

static void put_lock(struct desk *d, int64_t enterprise, const char *its_password)
{
    struct change c = {.kind = CHANGE_PUT_DEVICE};
    char hash[VAULT_HASH_SIZE] = "";
    if (its_password[0] != '\0') {
        vault_hash(d->rig->options.vault, bytes_of_text(its_password), hash);
    }
    c.device = (struct device){.id = RIG_DEVICE,
                               .enterprise_id = enterprise,
                               .device_id = rig_id,
                               .plate = rig_id,
                               .object_code = rig_id,
                               .password_hash = hash};
    device_init(&c.device);
    assert_int_equal(rig_change(d->rig, c), ERR_OK);
}

/* The lock speaks JT/T 808, which can say it. */
static void hear(struct desk *d)
{
    const struct message m = {.kind = MESSAGE_LOGIN};
    struct arrival a = rig_arrival(&m, 1);
    a.protocol = PROTOCOL_jt808;
    (void)rig_send(d->rig, a);
}

/* Who may, and a lock that was heard. */
static void set_up(struct desk *d)
{
    put_user(d, operator_of_the_rig());
    put_lock(d, RIG_ENTERPRISE, password);
    hear(d);
}

struct timed_ask {
    int64_t in_s;    /* its time, from now on */
    int64_t user_id; /* 0: USER */
    enum command_answer answer;
    int64_t id;
    int steps;  /* behind the first: 1 to confirm it */
    bool fails; /* its asker was told so */
};

static enum err ask_job(struct job_context *job, void *arg)
{
    struct timed_ask *a = arg;
    struct device_ref ref;
    assert_int_equal(directory_find(job->directory, RIG_DEVICE, &ref), ERR_OK);
    const struct lock_draft draft = {.device = ref.info,
                                     .kind = COMMAND_TIMED_UNLOCK,
                                     .due_s = job->now_s + a->in_s,
                                     .user_id = a->user_id == 0 ? USER : a->user_id,
                                     .password = bytes_of_text(password)};
    if (a->id != 0) {
        commands_confirm_timed(job, a->id, !a->fails);
    } else {
        a->answer = commands_ask_lock(job, &draft, &a->id);
    }
    device_ref_release(job->directory, &ref);
    return a->steps-- > 0 && a->answer == COMMAND_ASK_TAKEN ? ERR_MORE : ERR_OK;
}

static enum command_answer try_to_ask(struct desk *d, int64_t in_s, int64_t *id)
{
    struct timed_ask a = {.in_s = in_s, .steps = 1};
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    *id = a.id;
    return a.answer;
}

static int64_t ask(struct desk *d, int64_t in_s)
{
    int64_t id = 0;
    assert_int_equal(try_to_ask(d, in_s, &id), COMMAND_ASK_TAKEN);
    return id;
}

/* It ends within a round of the sweep or two. */
static void wait_for(struct desk *d, int64_t id, enum command_state state)
{
    int64_t until_ms = clock_monotonic_ms() + (int64_t)RIG_WAIT_S * 1000;
    while (desk_state(d, id) != state) {
        assert_true(clock_monotonic_ms() < until_ms);
        desk_settle(d);
    }
}

/* Nothing of the password is left with the command. */
static void assert_no_secret(struct desk *d, int64_t id)
{
    struct arena arena = {0};
    struct command c;
    assert_int_equal(store_read_command(d->rig->store, id, &arena, &c), ERR_OK);
    assert_int_equal(c.secret_len, 0);
    arena_free(&arena);
}

static void it_goes_out_at_its_time_as_an_unlock(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t id = ask(d, AT_ONCE_S);
    const struct order *o = desk_order(d, 0);
    struct bytes its_password = ticket_password(o->ticket);
    assert_int_equal(d->state_then, COMMAND_SENDING);
    assert_int_equal(o->command, id);
    assert_int_equal(o->kind, COMMAND_UNLOCK);
    assert_true(o->is_hazardous);
    assert_int_equal(its_password.len, strlen(password));
    assert_memory_equal(its_password.at, password, its_password.len);
    assert_in_range(o->deadline_s, 1, clock_wall_ms() / 1000 + COMMAND_TIMED_LATE_S);
    assert_in_range(o->deadline_ms, 1, clock_monotonic_ms() + MINUTE_MS);
    desk_outcome(d, id, ORDER_WRITTEN);
    assert_int_equal(desk_state(d, id), COMMAND_SENT);
    assert_no_secret(d, id);
    char newest[64];
    assert_int_equal(desk_records(d, newest), 1);
    assert_string_equal(newest, "Timed unlock");
}

static void before_its_time_it_holds_up_nothing(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t id = ask(d, LATER_S);
    int64_t text = desk_ask(d, "A#");
    assert_int_equal(desk_order(d, 0)->command, text);
    desk_outcome(d, text, ORDER_AWAY);
    rig_restart(d->rig);
    hear(d);
    assert_int_equal(desk_order(d, 1)->command, text);
    desk_outcome(d, text, ORDER_WRITTEN);
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
    assert_int_equal(desk_count(d), 2);
}

static void behind_its_minute_it_expires(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t id = ask(d, MISSED_S);
    wait_for(d, id, COMMAND_EXPIRED);
    assert_no_secret(d, id);
    assert_int_equal(desk_count(d), 0);
}

/* It waits within its minute, over a restart, until the lock is heard. */
static void a_lock_that_is_away_is_waited_for_in_its_minute(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t id = ask(d, AT_ONCE_S);
    (void)desk_order(d, 0);
    desk_outcome(d, id, ORDER_AWAY);
    assert_int_equal(desk_state(d, id), COMMAND_QUEUED);
    rig_restart(d->rig);
    desk_settle(d);
    assert_int_equal(desk_count(d), 1);
    hear(d);
    const struct order *o = desk_order(d, 1);
    assert_int_equal(o->command, id);
    assert_memory_equal(ticket_password(o->ticket).at, password, strlen(password));
    desk_outcome(d, id, ORDER_WRITTEN);
    assert_int_equal(desk_state(d, id), COMMAND_SENT);
}

static void what_a_stop_found_under_way_is_unknown(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t id = ask(d, AT_ONCE_S);
    (void)desk_order(d, 0);
    rig_restart(d->rig);
    hear(d);
    wait_for(d, id, COMMAND_UNKNOWN);
    assert_no_secret(d, id);
    assert_int_equal(desk_count(d), 1);
}

/* ---- who may, at its time ---- */

static void lower_role(struct desk *d)
{
    struct user u = operator_of_the_rig();
    u.role = ROLE_VIEWER;
    put_user(d, u);
}

static void delete_user(struct desk *d)
{
    struct user u = operator_of_the_rig();
    u.deleted = true;
    put_user(d, u);
}

static void let_user_expire(struct desk *d)
{
    struct user u = operator_of_the_rig();
    u.expire_s = 1;
    put_user(d, u);
}

static void limit_user_to_a_group(struct desk *d)
{
    static const int64_t groups[] = {GROUP};
    struct user u = operator_of_the_rig();
    u.group_ids = groups;
    u.group_count = 1;
    put_user(d, u);
}

static void put_enterprise(struct desk *d, int64_t id, int64_t service_end_s)
{
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise =
        (struct enterprise){.id = id, .name = "E", .zone = "UTC", .service_end_s = service_end_s};
    assert_int_equal(rig_change(d->rig, c), ERR_OK);
}

static void end_service(struct desk *d)
{
    put_enterprise(d, RIG_ENTERPRISE, 1);
}

static void move_lock(struct desk *d)
{
    put_enterprise(d, RIG_ENTERPRISE + 1, 0);
    put_lock(d, RIG_ENTERPRISE + 1, password);
}

static void change_password(struct desk *d)
{
    put_lock(d, RIG_ENTERPRISE, "135791");
}

static void take_password(struct desk *d)
{
    put_lock(d, RIG_ENTERPRISE, "");
}

static void it_is_refused_where_its_asker_may_no_more(void **state)
{
    static const struct {
        void (*change)(struct desk *d);
        const char *answer;
    } rows[] = {
        {lower_role, "Limited authority"},      {delete_user, "Limited authority"},
        {let_user_expire, "Limited authority"}, {limit_user_to_a_group, "Limited authority"},
        {end_service, "Limited authority"},     {move_lock, "Limited authority"},
        {change_password, "Password error"},    {take_password, "Password error"},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        put_enterprise(d, RIG_ENTERPRISE, 0);
        set_up(d);
        int64_t id = ask(d, AT_ONCE_S);
        (void)desk_order(d, i);
        rows[i].change(d);
        desk_outcome(d, id, ORDER_AWAY); /* it waits again, and is judged again */
        hear(d);
        wait_for(d, id, COMMAND_REFUSED);
        assert_string_equal(desk_stored(d, id).answer, rows[i].answer);
        assert_no_secret(d, id);
        assert_int_equal(desk_count(d), i + 1);
    }
}

/* What an account of another shard asked for in the first one, where only its own ask. */
static void nobody_of_another_shard_opens_it(void **state)
{
    struct desk *d = *state;
    set_up(d);
    struct timed_ask a = {.in_s = AT_ONCE_S, .user_id = (INT64_C(1) << ID_BITS) + USER, .steps = 1};
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(a.answer, COMMAND_ASK_TAKEN);
    wait_for(d, a.id, COMMAND_REFUSED);
    assert_string_equal(desk_stored(d, a.id).answer, "Limited authority");
    assert_no_secret(d, a.id);
    assert_int_equal(desk_count(d), 0);
}

/* One who leads the enterprise above may open what is below, an operator there may not. */
static void it_is_judged_by_the_tree(void **state)
{
    static const struct {
        enum role role;
        enum command_state state;
    } rows[] = {{ROLE_ADMIN, COMMAND_SENDING}, {ROLE_OPERATOR, COMMAND_REFUSED}};
    struct desk *d = *state;
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    put_enterprise(d, RIG_ENTERPRISE, 0);
    c.enterprise = (struct enterprise){
        .id = RIG_ENTERPRISE + 1, .name = "Below", .zone = "UTC", .parent_id = RIG_ENTERPRISE};
    assert_int_equal(rig_change(d->rig, c), ERR_OK);
    put_lock(d, RIG_ENTERPRISE + 1, password);
    hear(d);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct user u = operator_of_the_rig();
        u.role = rows[i].role;
        put_user(d, u);
        int64_t id = ask(d, AT_ONCE_S);
        wait_for(d, id, rows[i].state);
        if (rows[i].state == COMMAND_SENDING) {
            desk_outcome(d, id, ORDER_WRITTEN);
        }
    }
    assert_int_equal(desk_count(d), 1);
}

/* ---- taking it back ---- */

static void a_second_one_takes_the_place_of_the_first(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t first = ask(d, LATER_S);
    int64_t second = ask(d, LATER_S);
    assert_int_equal(desk_state(d, first), COMMAND_CANCELLED);
    assert_no_secret(d, first);
    assert_int_equal(desk_state(d, second), COMMAND_QUEUED);
}

static enum err end_job(struct job_context *job, void *arg)
{
    commands_cancel_timed(job, *(const int64_t *)arg);
    return ERR_OK;
}

static void it_is_ended_with_what_it_stands_on(void **state)
{
    struct desk *d = *state;
    int64_t device = RIG_DEVICE;
    set_up(d);
    int64_t text = desk_ask(d, "A#");
    (void)desk_order(d, 0);
    int64_t id = ask(d, LATER_S);
    assert_int_equal(ingest_call(d->rig->ingest, end_job, &device, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(desk_state(d, id), COMMAND_CANCELLED);
    assert_int_equal(desk_state(d, text), COMMAND_SENDING);
    device++;
    assert_int_equal(ingest_call(d->rig->ingest, end_job, &device, NULL, RIG_CALL_MS), ERR_OK);
}

/* Its asker was told that it failed, while the commit hung: the one of before stays. */
static void what_was_given_up_is_not_sent(void **state)
{
    struct desk *d = *state;
    set_up(d);
    int64_t before = ask(d, LATER_S);
    struct timed_ask a = {.in_s = AT_ONCE_S, .steps = 1, .fails = true};
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(desk_state(d, a.id), COMMAND_CANCELLED);
    assert_no_secret(d, a.id);
    desk_settle(d);
    assert_int_equal(desk_count(d), 0);
    assert_int_equal(desk_state(d, before), COMMAND_QUEUED);
    a.fails = false;
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(desk_state(d, a.id), COMMAND_CANCELLED); /* which is over */
}

/* The server died between the two steps, while nobody was told that it is kept. */
static void what_was_not_confirmed_does_not_outlive_a_stop(void **state)
{
    struct desk *d = *state;
    set_up(d);
    struct timed_ask a = {.in_s = AT_ONCE_S};
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    assert_int_equal(desk_state(d, a.id), COMMAND_SENDING);
    desk_settle(d);
    assert_int_equal(desk_count(d), 0);
    rig_restart(d->rig);
    hear(d);
    wait_for(d, a.id, COMMAND_UNKNOWN);
    assert_no_secret(d, a.id);
    assert_int_equal(desk_count(d), 0);
}

/* ... and where the job alone ended, it does not hold up the line for ever. */
static void what_is_never_confirmed_is_cancelled(void **state)
{
    struct desk *d = *state;
    set_up(d);
    struct timed_ask a = {.in_s = LATER_S};
    assert_int_equal(ingest_call(d->rig->ingest, ask_job, &a, NULL, RIG_CALL_MS), ERR_OK);
    int64_t text = desk_ask(d, "A#");
    wait_for(d, a.id, COMMAND_CANCELLED);
    assert_no_secret(d, a.id);
    assert_int_equal(desk_order(d, 0)->command, text);
}

static void it_is_asked_for_as_a_lock_command_is(void **state)
{
    struct desk *d = *state;
    int64_t id = 0;
    put_user(d, operator_of_the_rig());
    put_lock(d, RIG_ENTERPRISE, password);
    assert_int_equal(try_to_ask(d, LATER_S, &id), COMMAND_ASK_OFFLINE);
    desk_hear(d); /* as a GT06 */
    assert_int_equal(try_to_ask(d, LATER_S, &id), COMMAND_ASK_UNSUPPORTED);
    hear(d);
    assert_int_equal(try_to_ask(d, LATER_S, &id), COMMAND_ASK_TAKEN);
    for (int i = 0; i < COMMAND_WAITING_MAX; i++) { /* beside which others have their room */
        (void)desk_ask(d, "A#");
    }
    assert_int_equal(try_to_ask(d, LATER_S, &id), COMMAND_ASK_TAKEN);
}

/* ---- clocks ---- */

/* Its minute is over when either clock says so. */
static void a_clock_that_is_set_back_makes_it_no_later(void **state)
{
    static const struct {
        int64_t due_ago_ms; /* monotonic; 0: it was not seen to be due */
        int64_t wall_s;     /* behind its time */
        bool is_late;
    } rows[] = {
        {0, -LATER_S, false},  {0, 0, false},
        {0, 59, false},        {0, 60, true},
        {0, LATER_S, true},    {MINUTE_MS - 5000, 3, false},
        {MINUTE_MS, 3, true},  {MINUTE_MS + 5000, 59, true},
        {1000, LATER_S, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t due_s = 1764500000;
        struct open_command o = {.staged = {.kind = COMMAND_TIMED_UNLOCK,
                                            .hazard = COMMAND_UNLOCKS,
                                            .due_s = due_s,
                                            .deadline_s = due_s + COMMAND_TIMED_LATE_S}};
        o.due_ms = rows[i].due_ago_ms == 0 ? 0 : clock_monotonic_ms() - rows[i].due_ago_ms;
        assert_int_equal(command_is_too_late(&o, due_s + rows[i].wall_s), rows[i].is_late);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DESK(it_goes_out_at_its_time_as_an_unlock),
        WITH_DESK(before_its_time_it_holds_up_nothing),
        WITH_DESK(behind_its_minute_it_expires),
        WITH_DESK(a_lock_that_is_away_is_waited_for_in_its_minute),
        WITH_DESK(what_a_stop_found_under_way_is_unknown),
        WITH_DESK(it_is_refused_where_its_asker_may_no_more),
        WITH_DESK(nobody_of_another_shard_opens_it),
        WITH_DESK(it_is_judged_by_the_tree),
        WITH_DESK(a_second_one_takes_the_place_of_the_first),
        WITH_DESK(it_is_ended_with_what_it_stands_on),
        WITH_DESK(what_was_given_up_is_not_sent),
        WITH_DESK(what_was_not_confirmed_does_not_outlive_a_stop),
        WITH_DESK(what_is_never_confirmed_is_cancelled),
        WITH_DESK(it_is_asked_for_as_a_lock_command_is),
        cmocka_unit_test(a_clock_that_is_set_back_makes_it_no_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
