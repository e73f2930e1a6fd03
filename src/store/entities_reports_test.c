/* Reports, their schedules and shares in the store: what comes back, and what goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/entities_testing.h"

static const uint8_t two_ids[] = {5, 6};

static struct report_job full_report(void)
{
    return (struct report_job){
        .enterprise_id = 9,
        .id = INT64_MAX,
        .user_id = 3,
        .schedule_id = 4,
        .kind = REPORT_LATEST,
        .format = REPORT_XLSX,
        .devices = two_ids,
        .devices_len = sizeof(two_ids),
        .groups = two_ids,
        .groups_len = 1,
        .start_s = INT64_MIN,
        .end_s = INT64_MAX,
        .options = "{\"Kmh\":80}",
        .created_s = 5,
        .state = REPORT_CANCELLED,
        .finished_s = 6,
        .expires_s = 7,
        .done = UINT32_MAX,
        .of = 8,
        .rows = UINT32_MAX,
        .size = INT64_MAX,
        .error = "Kein Platz \"€\"",
    };
}

static void assert_same(enum entity_kind kind, const void *a, const void *b)
{
    const struct entity *row = &entity_rows[kind];
    for (size_t i = 0; i < row->column_count; i++) {
        const struct entity_column *c = &row->columns[i];
        if (c->type == ENTITY_COLUMN_INT) {
            assert_int_equal(entity_number(c, a), entity_number(c, b));
        } else {
            struct bytes x = entity_bytes(c, a);
            struct bytes y = entity_bytes(c, b);
            assert_int_equal(x.len, y.len);
            assert_memory_equal(x.at, y.at, x.len);
        }
    }
}

static void reports_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c[] = {{.kind = CHANGE_PUT_REPORT, .report = full_report()},
                         {.kind = CHANGE_PUT_REPORT, .report = {.enterprise_id = 8, .id = 1}}};
    c[1].report.user_id = 1;
    entity_init(ENTITY_REPORT, &c[1].report);
    save_and_load(k, c, 2);
    assert_int_equal(k->kept.count, 2);
    assert_int_equal(k->kept.at[0].report.id, 1);
    assert_same(ENTITY_REPORT, &k->kept.at[1].report, &c[0].report);
    c[0].kind = CHANGE_DELETE_REPORT;
    save_and_load(k, c, 1);
    assert_int_equal(k->kept.count, 1);
}

static void schedules_come_and_go(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_SCHEDULE};
    c.schedule = (struct report_schedule){
        .enterprise_id = 9,
        .id = 2,
        .user_id = 3,
        .name = "Woche \"1\"",
        .kind = REPORT_OFFLINE,
        .format = REPORT_XLSX,
        .devices = two_ids,
        .devices_len = 1,
        .groups = two_ids,
        .groups_len = sizeof(two_ids),
        .options = "{}",
        .every = EVERY_MONTH,
        .at_min = MINUTES_OF_DAY - 1,
        .at_day = DAYS_OF_MONTH,
        .mail_to = "a@example.org,b@example.org",
        .is_on = true,
        .off_reason = "gone",
        .created_s = 1,
        .next_s = 2,
        .last_due_s = 3,
        .last_run_s = 4,
        .last_report_id = 5,
        .last_error = "full",
        .tries = UINT32_MAX,
        .retry_s = 6,
        .mail_state = MAIL_FAILED,
        .mail_due_s = 7,
        .mail_tries = 8,
        .mail_retry_s = 9,
        .mail_error = "550",
    };
    const struct report_schedule saved = c.schedule;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 1);
    assert_same(ENTITY_SCHEDULE, &k->kept.at[0].schedule, &saved);
    c.kind = CHANGE_DELETE_SCHEDULE;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 0);
}

static void shares_go_with_their_enterprise(void **state)
{
    struct kit *k = *state;
    struct change c = {.kind = CHANGE_PUT_SHARE};
    c.share = (struct share_link){.enterprise_id = 9,
                                  .id = 2,
                                  .hash = {1, 2, [31] = 255},
                                  .user_id = 3,
                                  .devices = two_ids,
                                  .devices_len = sizeof(two_ids),
                                  .created_s = 4,
                                  .until_s = 5,
                                  .has_history = true,
                                  .ended_s = 6,
                                  .note = "Kunde"};
    const struct share_link saved = c.share;
    save_and_load(k, &c, 1);
    assert_int_equal(k->kept.count, 1);
    assert_same(ENTITY_SHARE, &k->kept.at[0].share, &saved);
    struct change gone = {.kind = CHANGE_PUT_ENTERPRISE};
    gone.enterprise = (struct enterprise){.id = 9, .name = "x", .zone = "UTC", .deleted = true};
    save_and_load(k, &gone, 1);
    assert_int_equal(k->kept.count, 1); /* the tombstone */
    assert_int_equal(k->kept.at[0].kind, CHANGE_PUT_ENTERPRISE);
}

int main(void)
{
    enum { OF_ROWS = 3 };
    const struct CMUnitTest tests[] = {
        TEST(reports_come_and_go),
        TEST(schedules_come_and_go),
        TEST(shares_go_with_their_enterprise),
    };
    return KIT_RUN(tests, OF_ROWS);
}
