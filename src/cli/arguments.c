#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

static void print_help(const char *summary, const struct argument *rows, size_t count)
{
    (void)printf("%s\n\n", summary);
    for (size_t i = 0; i < count; i++) {
        char head[48];
        bool is_place = rows[i].type == ARGUMENT_PLACE;
        (void)snprintf(head, sizeof(head), "%s%s%s%s", is_place ? "" : "--", rows[i].name,
                       is_place ? "" : " ",
                       rows[i].type == ARGUMENT_FLAG ? "" : rows[i].value_name);
        (void)printf("  %-24s %s\n", head, rows[i].doc);
    }
}

static enum err complain(const char *name, const char *why)
{
    (void)fprintf(stderr, "odograph: %s: %s; --help tells more\n", name, why);
    return ERR_INVALID;
}

static enum err set_value(const struct argument *row, const char *value)
{
    uint64_t number;
    if (row->type == ARGUMENT_TEXT) {
        *(const char **)row->target = value;
        return ERR_OK;
    }
    if (!parse_u64(bytes_of_text(value), &number) || number < row->min || number > row->max) {
        char why[96];
        (void)snprintf(why, sizeof(why), "wants a number from %llu to %llu",
                       (unsigned long long)row->min, (unsigned long long)row->max);
        return complain(row->name, why);
    }
    *(uint64_t *)row->target = number;
    return ERR_OK;
}

static const struct argument *find_row(const char *word, const struct argument *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type == ARGUMENT_PLACE && word[0] != '-' && word[0] != '\0' &&
            *(const char **)rows[i].target == NULL) {
            return &rows[i];
        }
        if (strncmp(word, "--", 2) == 0 && strcmp(word + 2, rows[i].name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
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
            return complain(argv[i], "no such option");
        }
        if (row->type == ARGUMENT_PLACE) {
            *(const char **)row->target = argv[i];
            continue;
        }
        if (row->type == ARGUMENT_FLAG) {
            *(bool *)row->target = true;
            continue;
        }
        if (i + 1 == argc) {
            return complain(argv[i], "wants a value");
        }
        enum err e = set_value(row, argv[++i]);
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}
