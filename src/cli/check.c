/*
 * odograph check: verifies a data directory and prints a line of JSON for each device, with what is
 * stored of it. The work is in store/check.c, which logs whatever is damaged.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "store/store.h"

static const char SUMMARY[] = "usage: odograph check --data DIR\n\n"
                              "Verifies all that is stored, read-only, beside a running server "
                              "too, and prints a line of JSON\n"
                              "a device: DeviceID, fixes and events stored, odometer_km, time of "
                              "the first and the last\n"
                              "fix, and fixes by what the way to them was (ways): counted, or why "
                              "not. Exit status\n"
                              "0 when everything is sound, 1 when something is damaged or missing.";

static void name_time(struct json_out *j, const char *name, int64_t time_s)
{
    char text[CLOCK_ISO_SIZE];
    clock_format_iso(time_s, text);
    json_name(j, name);
    json_write_string(j, text);
}

static void name_ways(struct json_out *j, const struct store_check_line *row)
{
    static const char *const names[] = {
#define X(name, text) [WAY_##name] = (text),
        FOLD_WAY_MAP(X)
#undef X
    };
    json_name(j, "ways");
    json_object_begin(j);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        json_name(j, names[i]);
        json_int(j, (int64_t)row->ways[i]);
    }
    json_object_end(j);
}

static void print_line(void *context, const struct store_check_line *line)
{
    struct json_out *j = context;
    json_drop(j);
    *j = (struct json_out){.at = j->at, .capacity = j->capacity};
    json_object_begin(j);
    json_name(j, "DeviceID");
    json_write_string(j, line->device_id);
    json_name(j, "device");
    json_int(j, line->device);
    json_name(j, "deleted");
    json_bool(j, line->deleted);
    json_name(j, "fixes");
    json_int(j, (int64_t)line->fixes);
    json_name(j, "events");
    json_int(j, (int64_t)line->events);
    json_name(j, "odometer_km");
    json_decimal(j, (int64_t)line->odometer_m_e2, 5);
    if (line->fixes > 0) {
        name_time(j, "first_time", line->first_time_s);
        name_time(j, "last_time", line->last_time_s);
        name_ways(j, line);
    }
    json_object_end(j);
    struct bytes text = json_text(j);
    (void)printf("%.*s\n", (int)text.len, (const char *)text.at);
}

int check_command(int argc, char **argv)
{
    const char *directory = NULL;
    const struct argument rows[] = {
        {"data", ARGUMENT_TEXT, (void *)&directory, 0, 0, "DIR", "the data directory"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    if (directory == NULL) {
        (void)fprintf(stderr, "odograph check: --data is missing; --help tells more\n");
        return CLI_USAGE;
    }
    if (!data_directory_has_store("check", directory)) {
        return CLI_FAILED;
    }
    struct json_out j = {0};
    e = store_check(directory, print_line, &j);
    json_free(&j);
    if (e != ERR_OK) {
        (void)fprintf(stderr, "odograph check: %s: %s\n", directory, err_text(e));
        return CLI_FAILED;
    }
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        (void)fprintf(stderr, "odograph check: all is sound, but not all of it could be printed\n");
        return CLI_FAILED;
    }
    return 0;
}
