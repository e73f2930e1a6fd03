#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/engine_testing.h"

/* ---- the order of one second ---- */

/* `count` fixes of one time that tell their order by the odometer, in one commit. */
static void stand(struct kit *k, int64_t time_s, uint32_t count)
{
    struct fix *fixes = mem_new_array(count, sizeof(*fixes));
    for (uint32_t i = 0; i < count; i++) {
        fixes[i] = fix_at(k, time_s);
        fixes[i].odometer_m = 1000 + i;
        fixes[i].has |= FIX_HAS_ODOMETER;
    }
    commit(k, 1, fixes, count);
    free(fixes);
}

/* Late fixes divide a row that ends amid a second; the next rows go on with that second. */
static void a_second_over_many_rows_keeps_its_order(void **state)
{
    enum { BEFORE = 100, LATE = 1200 };
    struct kit *k = *state;
    int64_t second_s = KIT_TIME_S + INT64_C(10) * BEFORE;
    drive(k, 1, 0, BEFORE);
    stand(k, second_s, 900);
    seal_all(k);
    stand(k, second_s, 600);
    seal_all(k);
    stand(k, second_s, 300);
    drive(k, 1, BEFORE + 1, 600);
    seal_all(k);
    int64_t rows = rows_of(k, "track_chunk");
    for (int64_t i = 0; i < LATE; i++) {
        commit_at(k, 1, KIT_TIME_S + 1 + i % BEFORE * 10);
        if (i % 100 == 99) {
            seal_all(k);
            assert_history(k, 1);
        }
    }
    assert_true(rows_of(k, "track_chunk") > rows);
    assert_all(k, 97);
    for (int64_t i = 0; i < LATE; i++) { /* and of that second itself, which go behind */
        commit_at(k, 1, second_s);
    }
    seal_all(k);
    assert_all(k, 97);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KIT(a_second_over_many_rows_keeps_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
