/* What is to be done of schedules, and what the steps leave behind. */
#include "api/schedule_steps.h"

#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/reports.h"
#include "base/check.h"
#include "fleet/directory_owned.h"

enum { OWNER = 2, HOLD = 1, SCHEDULE_ID = 4 };
static const int64_t HOUR_S = 3600;
static const int64_t DAY_S = 86400;

/* 2026-11-30 06:00:00 UTC, a Monday. */
static const int64_t T0 = INT64_C(1796018400);

struct stage {
    struct directory *dir;
    struct arena arena;
    struct ids ids;
    struct zone *zone;
    struct zone_clock clock;
    const char *mail_bar; /* of the server */
    int64_t now_s;
};

static void put_owner(struct stage *t, enum role role, bool deleted)
{
    struct change c = {.kind = CHANGE_PUT_USER};
    c.user = (struct user){.id = OWNER,
                           .enterprise_id = HOLD,
                           .login_name = "olga",
                           .password_hash = "",
                           .role = role,
                           .deleted = deleted};
    directory_apply(t->dir, &c);
}

static void put_schedule(struct stage *t, const struct report_schedule *s)
{
    struct change c = {.kind = CHANGE_PUT_SCHEDULE, .schedule = *s};
    directory_apply(t->dir, &c);
}

/* Daily at 07:00 UTC, made and on since T0. */
static struct report_schedule daily(void)
{
    struct report_schedule s = {
        .enterprise_id = HOLD,
        .id = SCHEDULE_ID,
        .user_id = OWNER,
        .kind = REPORT_TRIPS,
        .options = "{\"StopMinutes\":5}",
        .at_min = 7 * 60,
        .mail_to = "",
        .is_on = true,
        .created_s = T0,
        .done_s = T0,
    };
    entity_init(ENTITY_SCHEDULE, &s);
    return s;
}

static void begin(struct stage *t, const struct report_schedule *s)
{
    *t = (struct stage){.dir = directory_new(), .now_s = T0};
    ids_init(&t->ids, 0);
    check(zone_find("UTC", &t->zone) == ERR_OK);
    t->clock = zone_clock_init(t->zone);
    struct change c = {.kind = CHANGE_PUT_ENTERPRISE};
    c.enterprise = (struct enterprise){.id = HOLD, .name = "One", .zone = "UTC"};
    directory_apply(t->dir, &c);
    put_owner(t, ROLE_ADMIN, false);
    put_schedule(t, s);
}

static void finish(struct stage *t)
{
    directory_free(t->dir);
    arena_free(&t->arena);
    zone_release(t->zone);
}

static struct report_schedule schedule_now(struct stage *t)
{
    struct report_schedule s;
    assert_int_equal(directory_owned(t->dir, ENTITY_SCHEDULE, (struct owned_key){HOLD, SCHEDULE_ID},
                                     &t->arena, &s),
                     ERR_OK);
    return s;
}

/* Its newest report; false: there is none any more. */
static bool report_now(struct stage *t, struct report_job *out)
{
    struct owned_key key = {HOLD, schedule_now(t).last_report_id};
    return directory_owned(t->dir, ENTITY_REPORT, key, &t->arena, out) == ERR_OK;
}

static size_t reports_now(struct stage *t)
{
    size_t count = 0;
    (void)directory_list_owned(t->dir, ENTITY_REPORT, HOLD, &t->arena, &count);
    return count;
}

static void end_report(struct stage *t, enum report_state state, const char *error)
{
    struct change c = {.kind = CHANGE_PUT_REPORT};
    assert_true(report_now(t, &c.report));
    c.report.state = state;
    c.report.error = error;
    c.report.finished_s = t->now_s;
    directory_apply(t->dir, &c);
}

/* What is wanted at a time; where it is a step, that is done. */
static enum schedule_wish live(struct stage *t, int64_t now_s)
{
    struct report_schedule s = schedule_now(t);
    struct report_job report;
    bool has_report = report_now(t, &report);
    int64_t due_s = 0;
    t->now_s = now_s;
    const char *bar = t->mail_bar != NULL ? t->mail_bar : schedule_mail_bar(t->dir, 0, &s, now_s);
    struct schedule_view v = {&s, has_report ? &report : NULL, &t->clock, now_s, bar};
    enum schedule_wish wish = schedule_wish_of(&v, &due_s);
    struct job_context job = {
        .directory = t->dir, .ids = &t->ids, .changes = {.arena = &t->arena}, .now_s = now_s};
    schedule_step(&job, 0, &v, wish, due_s);
    for (size_t i = 0; i < job.changes.len; i++) {
        directory_apply(t->dir, &job.changes.at[i]);
    }
    return wish;
}

static void test_a_day_goes_by(void **state)
{
    struct stage t;
    struct report_job report;
    const struct report_schedule s = daily();
    (void)state;
    begin(&t, &s);
    assert_int_equal(live(&t, T0), SCHEDULE_RESTS);
    assert_int_equal(live(&t, T0 + HOUR_S - 1), SCHEDULE_RESTS);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    assert_true(report_now(&t, &report));
    assert_int_equal(report.state, REPORT_WAITING);
    assert_int_equal(report.user_id, OWNER);
    assert_int_equal(report.schedule_id, SCHEDULE_ID);
    assert_int_equal(report.kind, REPORT_TRIPS);
    assert_string_equal(report.options, "{\"StopMinutes\":5}");
    assert_int_equal(report.start_s, T0 - 6 * HOUR_S - DAY_S);
    assert_int_equal(report.end_s, T0 - 6 * HOUR_S - 1);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_WAITS);
    end_report(&t, REPORT_DONE, "");
    assert_int_equal(live(&t, T0 + 2 * HOUR_S), SCHEDULE_RESTS);
    assert_int_equal(schedule_now(&t).last_due_s, T0 + HOUR_S);
    /* Three days later: once, and that of the last day. */
    assert_int_equal(live(&t, T0 + 3 * DAY_S), SCHEDULE_RUNS);
    assert_int_equal(schedule_now(&t).last_due_s, T0 + HOUR_S + 2 * DAY_S);
    assert_int_equal(reports_now(&t), 2);
    assert_int_equal(live(&t, T0 + 3 * DAY_S), SCHEDULE_WAITS);
    finish(&t);
}

/* A clock was ten years ahead, made its report, and is right again: so is the schedule. */
static void test_clock_that_was_far_ahead(void **state)
{
    struct stage t;
    const struct report_schedule s = daily();
    (void)state;
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + 3650 * (int64_t)DAY_S), SCHEDULE_RUNS);
    end_report(&t, REPORT_DONE, "");
    assert_int_equal(live(&t, T0), SCHEDULE_CORRECTS);
    assert_int_equal(schedule_now(&t).done_s, T0 + HOUR_S - DAY_S);
    assert_int_equal(live(&t, T0), SCHEDULE_RESTS);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    assert_int_equal(reports_now(&t), 2);
    finish(&t);
}

static void test_one_that_is_off(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    (void)state;
    s.is_on = false;
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + 9 * DAY_S), SCHEDULE_RESTS);
    finish(&t);
}

/* Without its owner it is switched off, and says why; it makes nothing. */
static void test_owner_is_gone(void **state)
{
    static const struct {
        enum role role;
        bool deleted;
    } rows[] = {{ROLE_ADMIN, true}, {ROLE_VIEWER, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage t;
        const struct report_schedule s = daily();
        begin(&t, &s);
        put_owner(&t, rows[i].role, rows[i].deleted);
        assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
        assert_int_equal(reports_now(&t), 0);
        assert_false(schedule_now(&t).is_on);
        assert_string_not_equal(schedule_now(&t).off_reason, "");
        assert_int_equal(live(&t, T0 + 2 * DAY_S), SCHEDULE_RESTS);
        finish(&t);
    }
}

/* Who is no admin any more has reports made, and mails none. */
static void test_owner_is_no_admin(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    (void)state;
    s.mail_to = "a@x";
    begin(&t, &s);
    put_owner(&t, ROLE_OPERATOR, false);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    assert_int_equal(reports_now(&t), 1);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_FAILED);
    finish(&t);
}

/* The rights of the moment count for what was put off, too, and so does the switch. */
static void test_owner_changes_while_mail_waits(void **state)
{
    static const struct {
        enum role role;
        bool deleted;
        bool is_off;
        const char *error;
    } rows[] = {
        {ROLE_OPERATOR, false, false, "its account is no admin any more, and mails no reports"},
        {ROLE_VIEWER, false, false, "its account may not schedule reports here any more"},
        {ROLE_ADMIN, true, false, "its account was deleted, or may not log in any more"},
        {ROLE_ADMIN, false, true, "its schedule was switched off"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stage t;
        struct report_schedule s = daily();
        s.mail_to = "a@x,b@x";
        begin(&t, &s);
        assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
        end_report(&t, REPORT_DONE, "");
        put_owner(&t, rows[i].role, rows[i].deleted);
        s = schedule_now(&t);
        s.is_on = !rows[i].is_off;
        put_schedule(&t, &s);
        assert_int_equal(live(&t, T0 + HOUR_S), rows[i].is_off ? SCHEDULE_MAILS : SCHEDULE_MAY_NOT);
        assert_int_equal(schedule_now(&t).mail_state, MAIL_FAILED);
        assert_string_equal(schedule_now(&t).mail_left, "");
        char *errors = g_strdup_printf("a@x: %s; b@x: %s", rows[i].error, rows[i].error);
        assert_string_equal(schedule_now(&t).mail_error, errors);
        g_free(errors);
        assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RESTS);
        finish(&t);
    }
}

static void test_report_that_fails(void **state)
{
    struct stage t;
    struct report_job report;
    struct report_schedule s = daily();
    (void)state;
    s.mail_to = "a@x";
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    end_report(&t, REPORT_FAILED, "no space left");
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_FAILED);
    assert_string_equal(schedule_now(&t).last_error, "no space left");
    assert_int_equal(live(&t, T0 + HOUR_S + 299), SCHEDULE_WAITS);
    assert_int_equal(live(&t, T0 + HOUR_S + 300), SCHEDULE_RUNS);
    assert_int_equal(reports_now(&t), 1);
    assert_true(report_now(&t, &report));
    assert_int_equal(report.end_s, T0 - 6 * HOUR_S - 1);
    assert_int_equal(schedule_now(&t).last_due_s, T0 + HOUR_S);
    end_report(&t, REPORT_DONE, "");
    assert_string_equal(schedule_now(&t).last_error, "");
    assert_int_equal(live(&t, T0 + 2 * HOUR_S), SCHEDULE_MAILS);
    finish(&t);
}

/* It is tried for a day, or until the next one is due; then the mail says so, too. */
static void test_report_that_always_fails(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    (void)state;
    s.every = EVERY_MONTH;
    s.at_day = 30;
    s.mail_to = "a@x";
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    unsigned tries = 1;
    int64_t now_s = T0 + HOUR_S;
    while (schedule_now(&t).mail_state == MAIL_WAITING) {
        end_report(&t, REPORT_FAILED, "no space left");
        assert_int_equal(live(&t, now_s), SCHEDULE_FAILED);
        if (schedule_now(&t).retry_s != 0) {
            now_s = schedule_now(&t).retry_s;
            assert_int_equal(live(&t, now_s), SCHEDULE_RUNS);
            tries++;
        }
    }
    assert_in_range(tries, 8, 20);
    assert_in_range(now_s, T0 + DAY_S, T0 + 2 * DAY_S);
    assert_int_equal(live(&t, now_s + DAY_S), SCHEDULE_RESTS);
    assert_string_equal(schedule_now(&t).mail_error, "a@x: no space left");
    finish(&t);
}

static void test_report_that_is_taken_away(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    struct change c = {.kind = CHANGE_DELETE_REPORT};
    (void)state;
    s.mail_to = "a@x";
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    end_report(&t, REPORT_CANCELLED, "");
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_FAILED);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_FAILED);
    assert_int_equal(live(&t, T0 + 2 * HOUR_S), SCHEDULE_RESTS);
    assert_int_equal(live(&t, T0 + HOUR_S + DAY_S), SCHEDULE_RUNS);
    assert_true(report_now(&t, &c.report));
    directory_apply(t.dir, &c);
    assert_int_equal(live(&t, T0 + HOUR_S + DAY_S), SCHEDULE_FAILED);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_FAILED);
    finish(&t);
}

/* Where the enterprise has no room it waits for some, and says so. */
static void test_no_room(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    struct change c = {.kind = CHANGE_PUT_REPORT};
    (void)state;
    s.mail_to = "a@x";
    begin(&t, &s);
    c.report.enterprise_id = HOLD;
    entity_init(ENTITY_REPORT, &c.report);
    for (int64_t id = 1001; id <= 1000 + REPORTS_OF_ENTERPRISE_MAX; id++) {
        c.report.id = id;
        directory_apply(t.dir, &c);
    }
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    assert_int_equal(reports_now(&t), REPORTS_OF_ENTERPRISE_MAX);
    assert_string_equal(schedule_now(&t).last_error, REPORTS_TEXT_ROOM);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_WAITING);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_WAITS);
    c.kind = CHANGE_DELETE_REPORT;
    directory_apply(t.dir, &c);
    assert_int_equal(live(&t, T0 + 2 * HOUR_S), SCHEDULE_RUNS);
    assert_string_equal(schedule_now(&t).last_error, "");
    assert_int_equal(schedule_now(&t).last_due_s, T0 + HOUR_S);
    end_report(&t, REPORT_DONE, "");
    assert_int_equal(live(&t, T0 + 2 * HOUR_S), SCHEDULE_MAILS);
    finish(&t);
}

/* A message is sent once it is noted; what a start finds noted is not sent again. */
static void test_message_of_an_earlier_run(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    (void)state;
    s.mail_to = "a@x,b@x";
    begin(&t, &s);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_WAITS);
    end_report(&t, REPORT_DONE, "");
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_MAILS);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_SENDING);
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_FORGETS);
    assert_string_equal(schedule_now(&t).mail_left, "b@x");
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_MAILS);
    finish(&t);
}

static void test_nobody_sends_mail(void **state)
{
    struct stage t;
    struct report_schedule s = daily();
    (void)state;
    s.mail_to = "a@x";
    begin(&t, &s);
    t.mail_bar = "nobody sends any";
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_RUNS);
    end_report(&t, REPORT_DONE, "");
    assert_int_equal(live(&t, T0 + HOUR_S), SCHEDULE_MAY_NOT);
    assert_int_equal(schedule_now(&t).mail_state, MAIL_FAILED);
    assert_string_equal(schedule_now(&t).mail_error, "a@x: nobody sends any");
    finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_goes_by),
        cmocka_unit_test(test_clock_that_was_far_ahead),
        cmocka_unit_test(test_one_that_is_off),
        cmocka_unit_test(test_owner_is_gone),
        cmocka_unit_test(test_owner_is_no_admin),
        cmocka_unit_test(test_owner_changes_while_mail_waits),
        cmocka_unit_test(test_report_that_fails),
        cmocka_unit_test(test_report_that_always_fails),
        cmocka_unit_test(test_report_that_is_taken_away),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_message_of_an_earlier_run),
        cmocka_unit_test(test_nobody_sends_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
