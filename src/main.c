/* Chooses the subcommand; each is a row. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"

struct command {
    const char *name;
    const char *doc;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"serve", "receives from trackers and answers the API", serve_command},
    {"decode", "prints what the frames of a tracker say, as JSON", decode_command},
    {"simulate", "plays a fleet of trackers against a server", simulate_command},
    {"check", "verifies a data directory and prints what is in it", check_command},
    {"backup", "copies a data directory in use into one file", backup_command},
    {"passwd", "sets a user's password while the server is stopped", passwd_command},
};

static void print_help(FILE *out)
{
    (void)fputs("usage: odograph COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].doc);
    }
    (void)fputs("\nodograph COMMAND --help tells more; odograph --version prints the version.\n",
                out);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    mem_configure();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        (void)puts("odograph " ODOGRAPH_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    print_help(stderr);
    return CLI_USAGE;
}
