#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "protocols/protocol.h"

enum { OUT_SIZE = 8192, ARGS_MAX = 8 };

/* "GET /?id=7 HTTP/1.1" and "GET /?id=8 HTTP/1.1", each with its empty line. */
#define SEVEN "474554202f3f69643d3720485454502f312e310d0a0d0a"
#define EIGHT "474554202f3f69643d3820485454502f312e310d0a0d0a"
#define SAID(id)                                                                                   \
    "{\"protocol\":\"osmand\",\"type\":\"heartbeat\",\"device_id\":\"" id "\","                    \
    "\"ack\":\"485454502f312e3120323030204f4b0d0a436f6e74656e742d4c656e6774683a20300d0a0d0a\"}\n"

/* Redirects descriptor `fd` to `file`; answers what it was. */
static int redirect(int fd, FILE *file)
{
    int old = dup(fd);
    assert_true(old >= 0);
    assert_true(dup2(fileno(file), fd) >= 0);
    return old;
}

static void restore(int fd, int old)
{
    assert_true(dup2(old, fd) >= 0);
    assert_int_equal(close(old), 0);
}

/* Runs the command with `words` (up to a NULL) behind its name and `input` to read. */
static int run(const char *const *words, const char *input, char out[OUT_SIZE])
{
    char copies[ARGS_MAX][256];
    char *argv[ARGS_MAX + 1] = {NULL};
    int argc = 0;
    for (; words[argc] != NULL; argc++) {
        (void)snprintf(copies[argc], sizeof(copies[argc]), "%s", words[argc]);
        argv[argc] = copies[argc];
    }
    FILE *in = tmpfile();
    FILE *said = tmpfile();
    assert_non_null(in);
    assert_non_null(said);
    assert_true(fputs(input, in) >= 0);
    rewind(in);
    (void)fflush(stdout);
    int old_in = redirect(STDIN_FILENO, in);
    int old_out = redirect(STDOUT_FILENO, said);
    int status = decode_command(argc, argv);
    (void)fflush(stdout);
    restore(STDOUT_FILENO, old_out);
    restore(STDIN_FILENO, old_in);
    rewind(said);
    size_t len = fread(out, 1, OUT_SIZE - 1, said);
    out[len] = '\0';
    (void)fclose(said);
    (void)fclose(in);
    return status;
}

#define RUN(out, input, ...) run((const char *const[]){"decode", __VA_ARGS__, NULL}, input, out)

static void test_arguments_are_one_session(void **state)
{
    (void)state;
    static const char both[] = SEVEN EIGHT;
    char out[OUT_SIZE];
    assert_int_equal(RUN(out, "", SEVEN, EIGHT), 0);
    assert_string_equal(out, SAID("7") SAID("8"));
    assert_int_equal(RUN(out, "", "--protocol", "osmand", both), 0);
    assert_string_equal(out, SAID("7") SAID("8"));
}

static void test_lines_of_standard_input(void **state)
{
    (void)state;
    char out[OUT_SIZE];
    assert_int_equal(RUN(out, SEVEN "\r\n\n# a remark\n  \n" EIGHT, "-"), 0);
    assert_string_equal(out, SAID("7") SAID("8"));
}

static void test_a_file_holds_a_session(void **state)
{
    (void)state;
    char out[OUT_SIZE];
    char path[] = "/tmp/odograph-decode-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, EIGHT "\n" SEVEN "\n", 2 * sizeof(EIGHT)), 2 * sizeof(EIGHT));
    assert_int_equal(close(fd), 0);
    assert_int_equal(RUN(out, "", "--session", path), 0);
    assert_string_equal(out, SAID("8") SAID("7"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(RUN(out, "", "--session", path), CLI_FAILED);
    assert_string_equal(out, "");
}

static void test_a_bad_frame_fails_and_the_rest_is_read(void **state)
{
    (void)state;
    char out[OUT_SIZE];
    assert_int_equal(RUN(out, "", SEVEN, "4745", "0g", "", EIGHT), CLI_FAILED);
    assert_string_equal(out,
                        SAID("7") "{\"error\":\"more bytes needed\",\"frame\":\"4745\"}\n"
                                  "{\"error\":\"not hexadecimal\",\"frame\":\"0g\"}\n"
                                  "{\"error\":\"not hexadecimal\",\"frame\":\"\"}\n" SAID("8"));
    assert_int_equal(RUN(out, "", "--protocol", "gt06", "78780d"), CLI_FAILED);
}

static void test_help_names_every_protocol(void **state)
{
    (void)state;
    char out[OUT_SIZE];
    assert_int_equal(RUN(out, "", "--help"), 0);
    assert_non_null(strstr(out, "usage: odograph decode"));
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        char row[64];
        (void)snprintf(row, sizeof(row), "    %s ", protocol_at(i)->name);
        assert_non_null(strstr(out, row));
    }
}

static void test_wrong_command_lines(void **state)
{
    (void)state;
    static const char *const wrong[][ARGS_MAX] = {
        {"decode", NULL},
        {"decode", "--nothing", SEVEN},
        {"decode", "--protocol"},
        {"decode", "--protocol", "osmand"},
        {"decode", "--protocol", "none", SEVEN},
        {"decode", "--protocol", "osmand", "--protocol", "osmand", SEVEN},
        {"decode", "--session"},
        {"decode", "--session", "/dev/null", SEVEN},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char out[OUT_SIZE];
        assert_int_equal(run(wrong[i], "", out), CLI_USAGE);
        assert_string_equal(out, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments_are_one_session),
        cmocka_unit_test(test_lines_of_standard_input),
        cmocka_unit_test(test_a_file_holds_a_session),
        cmocka_unit_test(test_a_bad_frame_fails_and_the_rest_is_read),
        cmocka_unit_test(test_help_names_every_protocol),
        cmocka_unit_test(test_wrong_command_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
