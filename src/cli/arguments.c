/*
 * The command line of a subcommand, read by the rows that the subcommand gives; its help is printed
 * from the same rows.
 */
#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

static bool is_nameless(const struct argument *row)
{
    return row->type == ARGUMENT_PLACE || row->type == ARGUMENT_PLACES;
}

static void print_help(const char *summary, const struct argument *rows, size_t count)
{
    (void)printf("%s\n\n", summary);
    for (size_t i = 0; i < count; i++) {
        char head[48];
        bool has_no_name = is_nameless(&rows[i]);
        (void)snprintf(head, sizeof(head), "%s%s%s%s", has_no_name ? "" : "--", rows[i].name,
                       has_no_name ? "" : " ",
                       rows[i].type == ARGUMENT_FLAG ? "" : rows[i].value_name);
        (void)printf("  %-24s %s\n", head, rows[i].doc);
    }
}

static enum err complain(const char *command, const char *word, const char *why)
{
    (void)fprintf(stderr, "odograph %s: %s: %s; odograph %s --help tells more\n", command, word,
                  why, command);
    return ERR_INVALID;
}

static enum err set_value(const char *command, const struct argument *row, const char *value)
{
    uint64_t number;
    if (row->type == ARGUMENT_TEXT) {
        *(const char **)row->target = value;
        return ERR_OK;
    }
    if (!parse_u64(bytes_of_text(value), &number) || number < row->min || number > row->max) {
        char word[96];
        char why[96];
        (void)snprintf(word, sizeof(word), "--%s %s", row->name, value);
        (void)snprintf(why, sizeof(why), "wants a number from %llu to %llu",
                       (unsigned long long)row->min, (unsigned long long)row->max);
        return complain(command, word, why);
    }
    *(uint64_t *)row->target = number;
    return ERR_OK;
}

/* `word` up to its "=", if it has one, is "--" and the name. */
static bool is_named(const char *word, const char *name)
{
    size_t len = strcspn(word, "=");
    return len == strlen(name) + 2 && strncmp(word, "--", 2) == 0 &&
           strncmp(word + 2, name, len - 2) == 0;
}

/* Whether it may stand without a name: no option, but "-25.5" may. */
static bool is_place(const char *word)
{
    const char *digits = word[0] == '-' ? word + 1 : word;
    return (word[0] != '-' && word[0] != '\0') || (digits[0] >= '0' && digits[0] <= '9') ||
           (digits[0] == '.' && digits[1] >= '0' && digits[1] <= '9');
}

/* Whether a row without a name takes another word. */
static bool has_room(const struct argument *row)
{
    const struct argument_places *places = row->target;
    return row->type == ARGUMENT_PLACE ? *(const char **)row->target == NULL
                                       : places->count < ARGUMENT_PLACES_MAX;
}

static void take_place(const struct argument *row, const char *word)
{
    struct argument_places *places = row->target;
    if (row->type == ARGUMENT_PLACE) {
        *(const char **)row->target = word;
    } else {
        places->at[places->count++] = word;
    }
}

static const struct argument *find_row(const char *word, const struct argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_nameless(&rows[i]) && is_place(word) && has_room(&rows[i])) {
            return &rows[i];
        }
        if (!is_nameless(&rows[i]) && is_named(word, rows[i].name)) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Reads the option that argv[*at] begins; its value is behind "=" or the next word. */
static enum err read_option(int argc, char **argv, int *at, const struct argument *row)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    if (row->type == ARGUMENT_FLAG) {
        *(bool *)row->target = true;
        return equals == NULL ? ERR_OK : complain(argv[0], word, "takes no value");
    }
    if (equals != NULL) {
        return set_value(argv[0], row, equals + 1);
    }
    if (*at + 1 == argc || strncmp(argv[*at + 1], "--", 2) == 0) {
        return complain(argv[0], word, "wants a value");
    }
    *at += 1;
    return set_value(argv[0], row, argv[*at]);
}

enum err arguments_read(int argc, char **argv, const char *summary, const struct argument *rows,
                        size_t count)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(summary, rows, count);
            return ERR_END;
        }
        const struct argument *row = find_row(argv[i], rows, count);
        if (row == NULL) {
            return complain(argv[0], argv[i],
                            argv[i][0] == '-' ? "no such option" : "one word too many");
        }
        if (is_nameless(row)) {
            take_place(row, argv[i]);
            continue;
        }
        enum err e = read_option(argc, argv, &i, row);
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}
