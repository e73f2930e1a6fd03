/* The rows of the kinds of reports, held against the methods they ask; and the bounds of reports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "api/methods.h"
#include "api/report_kinds.h"
#include "api/reports.h"

static const struct api_method *method_named(const char *name)
{
    const struct api_method *m = NULL;
    for (size_t i = 0; (m = methods_at(i)) != NULL && strcmp(m->name, name) != 0;) {
        i++;
    }
    return m;
}

static bool has_member(const struct api_method *m, const char *name)
{
    for (size_t i = 0; m != NULL && i < m->reply.count; i++) {
        if (strcmp(m->reply.members[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Members that a file has though the method lacks them: report_make.c. */
static bool is_added(const char *name)
{
    return strcmp(name, "DeviceID") == 0 || strcmp(name, "Place") == 0;
}

/* What the days of a device add up to is of the method that tells these. */
static void assert_member(const struct report_row *row, const struct api_method *m,
                          const struct report_column *c)
{
    bool is_of_days = row->adds_days && has_member(method_named("GetDays"), c->member);
    if (!has_member(m, c->member) && !is_added(c->member) && !is_of_days) {
        fail_msg("%s has no %s", m->name, c->member);
    }
    assert_true(c->heading[0] != '\0' && c->heading_zh[0] != '\0');
}

static void columns_are_members(void **state)
{
    (void)state;
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        const struct report_row *row = report_row_of((enum report_kind)kind);
        const struct api_method *m = method_named(row->method);
        assert_non_null(m);
        assert_in_range(row->column_count, 2, SHEET_COLUMNS_MAX);
        for (size_t i = 0; i < row->column_count; i++) {
            assert_member(row, m, &row->columns[i]);
        }
    }
}

/* Whatever tells of a place in a row has its names and both coordinates in the file. */
static void places_have_coordinates(void **state)
{
    (void)state;
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        const struct report_row *row = report_row_of((enum report_kind)kind);
        size_t names = 0;
        size_t degrees = 0;
        for (size_t i = 0; i < row->column_count; i++) {
            names += strstr(row->columns[i].member, "Place") != NULL;
            degrees += row->columns[i].type == SHEET_DEGREES;
        }
        assert_int_equal(degrees, 2 * names);
        bool tells_place = row->adds_days || has_member(method_named(row->method), "Lon");
        assert_int_equal(tells_place, names == 1);
    }
}

static void bounds(void **state)
{
    (void)state;
    struct reports_count n = {0};
    assert_null(reports_refusal(&n));
    n.under_way = REPORTS_UNDER_WAY_MAX;
    assert_string_equal(reports_refusal(&n), REPORTS_TEXT_UNDER_WAY);
    n = (struct reports_count){.kept = REPORTS_KEPT_MAX};
    assert_string_equal(reports_refusal(&n), REPORTS_TEXT_KEPT);
    n = (struct reports_count){.waiting_of_enterprise = REPORTS_WAITING_MAX};
    assert_string_equal(reports_refusal(&n), REPORTS_TEXT_WAITING);
    n = (struct reports_count){.kept_of_enterprise = REPORTS_OF_ENTERPRISE_MAX};
    assert_string_equal(reports_refusal(&n), REPORTS_TEXT_ROOM);
    n = (struct reports_count){.bytes_of_enterprise = REPORTS_BYTES_MAX};
    assert_string_equal(reports_refusal(&n), REPORTS_TEXT_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_members),
        cmocka_unit_test(places_have_coordinates),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
