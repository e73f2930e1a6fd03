/*
 * Chooses the subcommand by the first word of the command line. Each is a row here and a file of
 * cli/, with a help of its own.
 */
#include <stdbool.h>
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
    {"export", "writes the tracks of a data directory in use as GPX, KML, CSV or GeoJSON",
     export_command},
    {"import",
     "reads tracks of GPX and CSV files and of a Traccar data base while the server is "
     "stopped",
     import_command},
    {"profiles", "prints what is known of models of trackers, in the form of a file of profiles",
     profiles_command},
    {"passwd", "sets a user's password while the server is stopped", passwd_command},
    {"where", "prints the names of the place at a point", where_command},
};

static void print_help(FILE *out)
{
    (void)fputs("usage: odograph COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].doc);
    }
    (void)fputs("\nodograph help COMMAND tells more; odograph version prints the version.\n", out);
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    mem_configure();
    bool wants_help = is_one_of(name, "help", "--help", "-h");
    if (wants_help && argc < 3) {
        print_help(stdout);
        return 0;
    }
    if (is_one_of(name, "version", "--version", "-V")) {
        (void)puts("odograph " ODOGRAPH_VERSION);
        return 0;
    }
    const struct command *command = find_command(wants_help ? argv[2] : name);
    if (command != NULL && wants_help) {
        char help[] = "--help";
        char *asked[] = {argv[2], help, NULL};
        return command->run(2, asked);
    }
    if (command != NULL) {
        return command->run(argc - 1, argv + 1);
    }
    name = wants_help ? argv[2] : name;
    if (argc > 1) {
        (void)fprintf(stderr, "odograph: %s: no such command; odograph help lists them\n", name);
    } else {
        print_help(stderr);
    }
    return CLI_USAGE;
}
