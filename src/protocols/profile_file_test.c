/*
 * Files of profiles: what is taken, what is refused and with which words; the built-in ones come
 * back the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "protocols/profile.h"

static struct profiles *parse(const char *text)
{
    char why[PROFILE_ERROR_SIZE] = "";
    struct profiles *p = NULL;
    if (profiles_parse(bytes_of_text(text), &p, why) != ERR_OK) {
        fail_msg("%s", why);
    }
    return p;
}

static void test_a_file(void **state)
{
    (void)state;
    struct profiles *p = parse("# own\n[Mine]\nmodels = AB 12; XY\nstatus = ?ST#\n"
                               "restore=hex:81 05 65\ncommand.reboot = RESET#\n"
                               "command.far = hex:8105\ncut_patterns = OFF,*\n"
                               "alarm.3 = Low battery alarm; SOS alarm\nmemory_bit_31 = true\n"
                               "reports = at {lat},{lon}; bat {percent}%\nsms_commands = true\n"
                               "[Other]\n");
    const struct profile *row = profile_of_model(p, bytes_of_text("ab-12 v3"));
    assert_non_null(row);
    assert_string_equal(row->name, "Mine");
    assert_string_equal(row->texts[PROFILE_STATUS], "?ST#");
    assert_string_equal(row->named, "reboot=RESET#\nfar=hex:8105");
    assert_int_equal(row->alarms.count, 1);
    assert_int_equal(row->alarms.rows[0].key, 3);
    assert_int_equal(row->alarms.rows[0].alarms, ALARM_BIT(LOW_BATTERY) | ALARM_BIT(SOS));
    assert_true(row->has_memory_bit);
    assert_string_equal(row->reports, "at {lat},{lon}; bat {percent}%");
    assert_true(row->takes_sms);
    assert_null(profile_of_model(p, bytes_of_text("AB 123")));
    assert_string_equal(profiles_at(p, 1)->name, "Other");
    assert_string_equal(profiles_at(p, 2)->name, profiles_at(NULL, 0)->name);
    profiles_free(p);
}

static void test_an_operators_row_goes_first(void **state)
{
    (void)state;
    struct profiles *p = parse("[Own VL300]\nmodels = VL300\n");
    const struct profile *row = profile_of_model(p, bytes_of_text("VL300"));
    assert_string_equal(row->name, "Own VL300");
    assert_int_equal(row->alarms.count, 0);
    profiles_free(p);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"[A]\nmodel = x\n", "[A] model: no such key"},
        {"[A]\nstatus = hex:8\n", "[A] status: wants a text, or hex: and pairs of digits"},
        {"[A]\nstatus =\n", "[A] status: wants a text, or hex: and pairs of digits"},
        {"[A]\nalarm.32 = SOS alarm\n", "[A] alarm.32: wants a bit from 0 to 31"},
        {"[A]\nalarm.x = SOS alarm\n", "[A] alarm.x: wants a bit from 0 to 31"},
        {"[A]\nalarm.1 = Alien alarm\n",
         "[A] alarm.1: wants alarm types, such as Low battery alarm"},
        {"[A]\ncut_patterns = *\n",
         "[A] cut_patterns: wants patterns with two letters or digits at least, a ; between"},
        {"[A]\ncut_patterns = OFF;;ON\n",
         "[A] cut_patterns: wants patterns with two letters or digits at least, a ; between"},
        {"[A]\ncut_patterns = A1#B2\n",
         "[A] cut_patterns: wants patterns with two letters or digits at least, a ; between"},
        {"[A]\ncommand.a b = X1\n", "[A] command.a b: wants a name of 0-9 A-Z a-z _ -"},
        {"[A]\ncommand.ab = hex:zz\n", "[A] command.ab: wants a text, or hex: and pairs of digits"},
        {"[A]\nmemory_bit_31 = yes\n", "[A] memory_bit_31: wants true or false"},
        {"[A]\nsms_commands = 1\n", "[A] sms_commands: wants true or false"},
        {"[A]\nreports = at {lat}\n",
         "[A] reports: wants templates such as lat:{lat} lon:{lon}, a ; between"},
        {"[A]\nreports = bat {percent}; {volts}\n",
         "[A] reports: wants templates such as lat:{lat} lon:{lon}, a ; between"},
        {"[A]\nstatus = a\x01\n", "[A] status: holds control characters"},
        {"[A]\nstatus = a\xff\n", "[A] status: wants at most 1024 bytes of UTF-8"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char why[PROFILE_ERROR_SIZE] = "";
        struct profiles *p = NULL;
        assert_int_equal(profiles_parse(bytes_of_text(rows[i].text), &p, why), ERR_INVALID);
        assert_null(p);
        assert_string_equal(why, rows[i].why);
    }
    char why[PROFILE_ERROR_SIZE] = "";
    struct profiles *p = NULL;
    assert_int_equal(profiles_parse(bytes_of_text("status = x\n"), &p, why), ERR_INVALID);
    assert_true(why[0] != '\0');
    assert_int_equal(profiles_read("/nowhere/profiles.ini", &p, why), ERR_IO);
    assert_true(why[0] != '\0');
}

static void assert_same_text(const char *a, const char *b)
{
    assert_string_equal(a == NULL ? "" : a, b == NULL ? "" : b);
}

static void assert_same(const struct profile *a, const struct profile *b)
{
    assert_same_text(a->name, b->name);
    assert_same_text(a->models, b->models);
    for (size_t i = 0; i < PROFILE_TEXTS; i++) {
        assert_same_text(a->texts[i], b->texts[i]);
    }
    assert_same_text(a->named, b->named);
    assert_same_text(a->cuts, b->cuts);
    assert_same_text(a->unlocks, b->unlocks);
    assert_same_text(a->reports, b->reports);
    assert_int_equal(a->takes_sms, b->takes_sms);
    assert_int_equal(a->has_memory_bit, b->has_memory_bit);
    assert_int_equal(a->alarms.count, b->alarms.count);
    for (size_t i = 0; i < a->alarms.count; i++) {
        assert_int_equal(a->alarms.rows[i].key, b->alarms.rows[i].key);
        assert_int_equal(a->alarms.rows[i].alarms, b->alarms.rows[i].alarms);
    }
}

static void test_what_is_written_reads_back(void **state)
{
    (void)state;
    static uint8_t at[1 << 16];
    struct writer w = writer_init(at, sizeof(at) - 1);
    size_t count = 0;
    for (; profiles_at(NULL, count) != NULL; count++) {
        profile_write(profiles_at(NULL, count), &w);
    }
    static const struct alarm_row alarm = {5, ALARM_BIT(SOS) | ALARM_BIT(REMOVAL)};
    const struct profile own = {.name = "own",
                                .named = "a=B1\nc=hex:8105",
                                .unlocks = "OPEN",
                                .alarms = {.rows = &alarm, .count = 1}};
    profile_write(&own, &w);
    assert_true(writer_ok(&w));
    at[w.len] = '\0';
    struct profiles *p = parse((const char *)at);
    for (size_t i = 0; i < count; i++) {
        assert_same(profiles_at(p, i), profiles_at(NULL, i));
    }
    assert_same(profiles_at(p, count), &own);
    profiles_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file),
        cmocka_unit_test(test_an_operators_row_goes_first),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
