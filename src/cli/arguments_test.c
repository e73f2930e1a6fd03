#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/arguments.h"

enum { WORDS_MAX = 8, SAID_SIZE = 1024 };

/* What a command line was read as. */
struct reading {
    enum err e;
    const char *place;
    const char *text;
    uint64_t number;
    bool flag;
    char said[SAID_SIZE];      /* on standard error */
    char words[WORDS_MAX][64]; /* the texts point into them */
};

static void read_words(const char *const *words, struct reading *r)
{
    *r = (struct reading){.number = 1};
    const struct argument rows[] = {
        {"", ARGUMENT_PLACE, (void *)&r->place, 0, 0, "FILE", "a place"},
        {"text", ARGUMENT_TEXT, (void *)&r->text, 0, 0, "WORD", "a text"},
        {"number", ARGUMENT_UINT, &r->number, 1, 64, "N", "a number"},
        {"flag", ARGUMENT_FLAG, &r->flag, 0, 0, "", "a flag"},
    };
    char *argv[WORDS_MAX + 1] = {r->words[0]};
    int argc = 1;
    (void)snprintf(r->words[0], sizeof(r->words[0]), "play");
    for (; words[argc - 1] != NULL; argc++) {
        (void)snprintf(r->words[argc], sizeof(r->words[argc]), "%s", words[argc - 1]);
        argv[argc] = r->words[argc];
    }
    FILE *said = tmpfile();
    assert_non_null(said);
    (void)fflush(stderr);
    int old = dup(STDERR_FILENO);
    assert_true(old >= 0 && dup2(fileno(said), STDERR_FILENO) >= 0);
    r->e = arguments_read(argc, argv, "usage", rows, sizeof(rows) / sizeof(rows[0]));
    (void)fflush(stderr);
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    (void)close(old);
    rewind(said);
    r->said[fread(r->said, 1, SAID_SIZE - 1, said)] = '\0';
    (void)fclose(said);
}

#define READ(r, ...) read_words((const char *const[]){__VA_ARGS__, NULL}, r)

static void values_stand_behind_a_blank_or_an_equals_sign(void **state)
{
    (void)state;
    struct reading r;
    READ(&r, "--text", "a", "here", "--number", "64", "--flag");
    assert_int_equal(r.e, ERR_OK);
    assert_string_equal(r.text, "a");
    assert_string_equal(r.place, "here");
    assert_int_equal(r.number, 64);
    assert_true(r.flag);
    assert_string_equal(r.said, "");
    READ(&r, "--text=b=c", "--number=2");
    assert_int_equal(r.e, ERR_OK);
    assert_string_equal(r.text, "b=c");
    assert_int_equal(r.number, 2);
    READ(&r, "--text=");
    assert_int_equal(r.e, ERR_OK);
    assert_string_equal(r.text, "");
    READ(&r, "--text", "-1");
    assert_string_equal(r.text, "-1");
    READ(&r, "-33.9");
    assert_string_equal(r.place, "-33.9");
    READ(&r, "-.5");
    assert_string_equal(r.place, "-.5");
}

static void what_is_wrong_is_said_as_it_was_typed(void **state)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *says;
    } wrong[] = {
        {{"--number", "0"}, "odograph play: --number 0: wants a number from 1 to 64"},
        {{"--number=65"}, "odograph play: --number 65: wants a number from 1 to 64"},
        {{"--number", "many"}, "odograph play: --number many: wants a number"},
        {{"--number"}, "odograph play: --number: wants a value"},
        {{"--text", "--flag"}, "odograph play: --text: wants a value"},
        {{"--flag=1"}, "odograph play: --flag=1: takes no value"},
        {{"--nothing"}, "odograph play: --nothing: no such option"},
        {{"--tex"}, "odograph play: --tex: no such option"},
        {{"--texts", "a"}, "odograph play: --texts: no such option"},
        {{"-x"}, "odograph play: -x: no such option"},
        {{"-."}, "odograph play: -.: no such option"},
        {{"-"}, "odograph play: -: no such option"},
        {{"--1"}, "odograph play: --1: no such option"},
        {{"--"}, "odograph play: --: no such option"},
        {{"here", "there"}, "odograph play: there: one word too many"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct reading r;
        read_words(wrong[i].words, &r);
        assert_int_equal(r.e, ERR_INVALID);
        assert_memory_equal(r.said, wrong[i].says, strlen(wrong[i].says));
        assert_non_null(strstr(r.said, "; odograph play --help tells more\n"));
    }
}

static void words_without_a_name_in_any_number(void **state)
{
    struct argument_places places = {.count = 0};
    bool flag = false;
    const struct argument rows[] = {
        {"", ARGUMENT_PLACES, &places, 0, 0, "FILE...", "places"},
        {"flag", ARGUMENT_FLAG, &flag, 0, 0, "", "a flag"},
    };
    char words[][8] = {"play", "one", "--flag", "two", "three"};
    char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};
    (void)state;
    assert_int_equal(arguments_read(5, argv, "usage", rows, 2), ERR_OK);
    assert_int_equal(places.count, 3);
    assert_string_equal(places.at[0], "one");
    assert_string_equal(places.at[2], "three");
    assert_true(flag);
    places.count = ARGUMENT_PLACES_MAX;
    assert_int_equal(arguments_read(2, argv, "usage", rows, 2), ERR_INVALID);
    assert_int_equal(places.count, ARGUMENT_PLACES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_without_a_name_in_any_number),
        cmocka_unit_test(values_stand_behind_a_blank_or_an_equals_sign),
        cmocka_unit_test(what_is_wrong_is_said_as_it_was_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
