/*
 * odograph profiles: what is known of models of trackers, as a file that an operator can take over.
 */
#include <stdio.h>

#include "cli/arguments.h"
#include "cli/cli.h"
#include "protocols/profile.h"

static const char SUMMARY[] =
    "usage: odograph profiles [--profiles FILE]\n\n"
    "Prints the profiles of models, a section each, in the form of the file that the option\n"
    "profiles of [device] names: those of FILE first, then those that are built in. The first\n"
    "whose `models` fit a device's Model is its profile; the patterns of all are held against\n"
    "every command. Exit status 1 where FILE cannot be read, 2 for a wrong command line.";

enum { SECTION_MAX = 1 << 16 };

static int print_all(const struct profiles *profiles)
{
    static const char head[] = "# Profiles of odograph; odograph(1) explains the keys.\n";
    uint8_t at[SECTION_MAX];
    (void)fputs(head, stdout);
    const struct profile *row = profiles_at(profiles, 0);
    for (size_t i = 0; row != NULL; row = profiles_at(profiles, ++i)) {
        struct writer w = writer_init(at, sizeof(at));
        profile_write(row, &w);
        (void)fputc('\n', stdout);
        (void)fwrite(w.at, 1, w.len, stdout);
    }
    return fflush(stdout) == 0 ? 0 : CLI_FAILED;
}

int profiles_command(int argc, char **argv)
{
    const char *file = NULL;
    char why[PROFILE_ERROR_SIZE];
    struct profiles *profiles = NULL;
    const struct argument rows[] = {
        {"profiles", ARGUMENT_TEXT, (void *)&file, 0, 0, "FILE", "an operator's profiles"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    if (file != NULL && profiles_read(file, &profiles, why) != ERR_OK) {
        (void)fprintf(stderr, "odograph profiles: %s: %s\n", file, why);
        return CLI_FAILED;
    }
    int status = print_all(profiles);
    profiles_free(profiles);
    return status;
}
