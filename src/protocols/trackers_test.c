/* The rows on pointing trackers here: whose they are, and what may stand in their texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/protocol.h"
#include "protocols/trackers.h"

enum { SMS_MAX = 160 };

static void test_every_row_is_of_a_protocol(void **state)
{
    (void)state;
    for (size_t i = 0; tracker_setup_at(i) != NULL; i++) {
        const struct tracker_setup *row = tracker_setup_at(i);
        print_message("# %s: %s\n", row->protocol, row->models);
        assert_non_null(protocol_find(row->protocol));
        assert_true(row->models[0] != '\0');
        assert_true(row->texts[0] != NULL || row->note != NULL);
    }
}

static void test_every_protocol_has_a_row(void **state)
{
    (void)state;
    bool has[PROTOCOL_COUNT] = {false};
    for (size_t i = 0; tracker_setup_at(i) != NULL; i++) {
        for (size_t p = 0; p < PROTOCOL_COUNT; p++) {
            has[p] = has[p] || strcmp(protocol_at(p)->name, tracker_setup_at(i)->protocol) == 0;
        }
    }
    for (size_t p = 0; p < PROTOCOL_COUNT; p++) {
        print_message("# %s\n", protocol_at(p)->name);
        assert_true(has[p]);
    }
}

/* A text names the server, or belongs to one that does; it fits into an SMS. */
static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; tracker_setup_at(i) != NULL; i++) {
        const struct tracker_setup *row = tracker_setup_at(i);
        bool names_server = row->texts[0] == NULL;
        for (size_t t = 0; row->texts[t] != NULL; t++) {
            print_message("# %s\n", row->texts[t]);
            assert_true(t < TRACKER_TEXTS_MAX);
            assert_true(strlen(row->texts[t]) <= SMS_MAX);
            names_server = names_server || (strstr(row->texts[t], "{host}") != NULL &&
                                            strstr(row->texts[t], "{port}") != NULL);
        }
        assert_true(names_server);
        assert_true(row->source == NULL || row->texts[0] != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_of_a_protocol),
        cmocka_unit_test(test_every_protocol_has_a_row),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
