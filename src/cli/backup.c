/*
 * odograph backup: copies a store into one file, also while a server uses it. The work is in
 * store/backup.c; here are the options, the progress and the words for what went wrong.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "store/store.h"

static const char SUMMARY[] =
    "usage: odograph backup FILE --data DIR\n\n"
    "Copies all that is stored as of one instant into FILE, beside a running server too, and "
    "verifies the\n"
    "copy. FILE must not exist; it gets its name when it is complete, until then it is FILE.part. "
    "Prints a\n"
    "line of JSON: devices, fixes and bytes of the copy. To restore: stop the server, put FILE as "
    "odograph.db\n"
    "and the server's key as odograph.key into an empty directory, and serve that. Exit status 0 "
    "when the\nbackup is made, else 1.";

enum { PROGRESS_MS = 500 };

/* How far it is, for a person who looks on. */
struct progress {
    int64_t told_ms;
    bool is_told;
};

static void tell_progress(void *context, uint64_t pages, uint64_t pages_total)
{
    struct progress *p = context;
    int64_t now_ms = clock_monotonic_ms();
    bool is_end = p->is_told && pages == pages_total;
    if (now_ms - p->told_ms < PROGRESS_MS && !is_end) {
        return;
    }
    p->told_ms = now_ms;
    p->is_told = true;
    (void)fprintf(stderr, "\rodograph backup: %3u %% copied",
                  pages_total == 0 ? 100 : (unsigned)(pages * 100 / pages_total));
    (void)fputs(is_end ? ", verifying" : "", stderr);
}

static void print_content(const struct store_backup_content *content)
{
    struct json_out j = {0};
    json_object_begin(&j);
    json_name(&j, "devices");
    json_int(&j, (int64_t)content->devices);
    json_name(&j, "fixes");
    json_int(&j, (int64_t)content->fixes);
    json_name(&j, "bytes");
    json_int(&j, (int64_t)content->bytes);
    json_object_end(&j);
    struct bytes text = json_text(&j);
    (void)printf("%.*s\n", (int)text.len, (const char *)text.at);
    json_free(&j);
}

static void print_failure(enum err e, const char *directory, const char *file)
{
    bool is_of_store = e == ERR_NOT_FOUND || e == ERR_CORRUPT || e == ERR_VERSION;
    const char *hint = e == ERR_CORRUPT     ? "; no backup was made, odograph check tells more"
                       : e == ERR_DUPLICATE ? "; a backup replaces nothing, name a new file"
                       : e == ERR_IO        ? "; the line above says which"
                                            : "";
    (void)fprintf(stderr, "odograph backup: %s: %s%s\n", is_of_store ? directory : file,
                  err_text(e), hint);
}

int backup_command(int argc, char **argv)
{
    const char *directory = NULL;
    const char *file = NULL;
    const struct argument rows[] = {
        {"", ARGUMENT_PLACE, (void *)&file, 0, 0, "FILE", "the copy to be made"},
        {"data", ARGUMENT_TEXT, (void *)&directory, 0, 0, "DIR", "the data directory"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    if (directory == NULL || file == NULL) {
        (void)fprintf(stderr, "odograph backup: %s is missing; --help tells more\n",
                      file == NULL ? "FILE" : "--data");
        return CLI_USAGE;
    }
    if (!data_directory_has_store("backup", directory)) {
        return CLI_FAILED;
    }
    struct progress progress = {.told_ms = clock_monotonic_ms()};
    struct store_backup_content content;
    const struct store_backup backup = {
        .directory = directory,
        .file = file,
        .progress = isatty(STDERR_FILENO) ? tell_progress : NULL,
        .context = &progress,
    };
    e = store_backup(&backup, &content);
    if (progress.is_told) {
        (void)fprintf(stderr, "\n");
    }
    if (e != ERR_OK) {
        print_failure(e, directory, file);
        return CLI_FAILED;
    }
    print_content(&content);
    return 0;
}
