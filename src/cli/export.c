/*
 * odograph export: the tracks of a store as files of other programs, beside a running server. The
 * records are those that the API shows (api/timeline.h), the formats those of GET /api/export.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/track_file.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "cli/store_reading.h"
#include "files/track_format.h"

static const char SUMMARY[] =
    "usage: odograph export --data DIR [--format gpx|kml|csv|geojson] [--device ID]\n"
    "                       [--enterprise HOLDID] [--from TIME] [--to TIME] [--out DIR]\n"
    "                       [--overwrite]\n\n"
    "Writes the tracks of all devices, or of those that are named, read-only and beside a running\n"
    "server: the records that the API shows, of a span or all there are. A history that stayed\n"
    "behind when its device moved to another enterprise is not among them. With --out each device\n"
    "gets a file there, DEVICEID.FORMAT, which has its name when it is complete; until then it is\n"
    "NAME.part. A file that exists is left as it is and its device passed over, so that an export\n"
    "that was ended goes on where it was; --overwrite makes all of them anew. A device without\n"
    "records gets none. At the end a line of JSON tells how many there were. Without --out all\n"
    "goes into one file on standard output.\n"
    "TIME is \"yyyy-MM-dd HH:mm:ss\" or yyyy-MM-dd (midnight) in the zone of the enterprise, or "
    "ISO\n"
    "8601 with an offset; both ends are included. Exit status 0 when all is written, else 1.";

enum { PROGRESS_MS = 500, PIECE_BYTES = 64 * 1024, FILE_MODE = 0640 };
static const int64_t EVER_S = 253402300799; /* the end of year 9999 */

struct export_options {
    const char *data;
    const char *format;
    const char *device;
    const char *from;
    const char *to;
    const char *out;     /* NULL: standard output */
    uint64_t enterprise; /* 0: all */
    bool overwrite;
};

struct exporting {
    const struct export_options *options;
    const struct track_format *format;
    struct store_reading store;
    struct track_writer writer;
    struct json_out text;
    FILE *file;
    bool is_broken; /* what is written to cannot be */
    bool shows_progress;
    int64_t told_ms;
    /* Counted. */
    uint64_t devices; /* of all */
    uint64_t done;
    uint64_t records;
    uint64_t files;
    uint64_t kept;   /* passed over, since their files are there */
    uint64_t empty;  /* without records */
    uint64_t failed; /* that could not be read, or their files not named */
};

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "odograph export: %s: %s\n", what, why);
    return CLI_FAILED;
}

static void tell_progress(struct exporting *x, bool is_end)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!x->shows_progress || (!is_end && now_ms - x->told_ms < PROGRESS_MS)) {
        return;
    }
    x->told_ms = now_ms;
    (void)fprintf(stderr, "\rodograph export: %llu of %llu devices, %llu records%s",
                  (unsigned long long)x->done, (unsigned long long)x->devices,
                  (unsigned long long)x->records, is_end ? "\n" : "");
}

/* ---- bytes ---- */

/* Hands on what is written; false: it cannot be. */
static bool flush(struct exporting *x)
{
    struct bytes text = json_text(&x->text);
    if (text.len > 0 && fwrite(text.at, 1, text.len, x->file) != text.len) {
        x->is_broken = true;
    }
    json_drop(&x->text);
    return !x->is_broken;
}

/* ---- one device ---- */

/* The records of a device; false: they could not all be read or written. */
static bool write_records(struct exporting *x, struct timeline *records)
{
    while (!records->is_over && !x->is_broken) {
        if (timeline_next(records)) {
            track_file_write(&x->writer, records);
            x->records++;
        }
        if (json_text(&x->text).len >= PIECE_BYTES) {
            (void)flush(x);
        }
        tell_progress(x, false);
    }
    if (records->e != ERR_OK) {
        x->failed++;
        (void)complain(records->ref.info->device_id, err_text(records->e));
    }
    return records->e == ERR_OK && !x->is_broken;
}

/* The span in seconds; false: a time that the zone does not have. */
static bool read_span(const struct export_options *o, const struct zone *zone,
                      struct store_span *out)
{
    struct zone_clock clock = zone_clock_init(zone);
    out->from_s = 0;
    out->to_s = EVER_S;
    return (o->from == NULL ||
            zone_parse(&clock, bytes_of_text(o->from), ZONE_FIRST_PASS, &out->from_s) == ERR_OK) &&
           (o->to == NULL ||
            zone_parse(&clock, bytes_of_text(o->to), ZONE_LAST_PASS, &out->to_s) == ERR_OK);
}

/* One device into the file at hand. */
static bool write_device(struct exporting *x, const struct device_ref *ref, struct zone *zone)
{
    struct device_ref own;
    struct store_span span;
    if (!read_span(x->options, zone, &span) ||
        directory_find(x->store.directory, ref->info->id, &own) != ERR_OK) {
        x->failed++;
        return false;
    }
    const struct timeline_source source = {x->store.store, x->store.directory, zone};
    struct timeline *records = timeline_of(&source, own, span.from_s, span.to_s);
    records->takes_extras = true;
    const struct track_subject subject = {
        .device_id = own.info->device_id,
        .name = own.info->plate,
        .zone = zone,
        .zone_name = zone_name(zone),
    };
    track_writer_device(&x->writer, &subject);
    bool is_whole = write_records(x, records);
    track_writer_device_end(&x->writer);
    timeline_free(records);
    return is_whole;
}

/* ---- files ---- */

/* "DIR/862306128008106.gpx" and the same with ".part"; freed with free(). */
static char *path_of(const struct exporting *x, const struct device *d, const char *more)
{
    size_t size = strlen(x->options->out) + strlen(d->device_id) + strlen(x->format->name) +
                  strlen(more) + sizeof("/.");
    char *path = mem_new(size);
    (void)snprintf(path, size, "%s/%s.%s%s", x->options->out, d->device_id, x->format->name, more);
    return path;
}

static bool open_part(struct exporting *x, const char *part)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    int fd = open(part, flags, FILE_MODE);
    x->file = fd < 0 ? NULL : fdopen(fd, "w");
    return x->file != NULL;
}

/* Closes the part, and gives it its name where it is whole. */
static void end_part(struct exporting *x, const char *part, const char *path, bool is_wanted)
{
    bool is_written = flush(x) && fflush(x->file) == 0 && fsync(fileno(x->file)) == 0;
    is_written = fclose(x->file) == 0 && is_written;
    if (!is_written) {
        x->is_broken = true;
        (void)complain(part, strerror(errno));
    }
    bool is_named = is_written && is_wanted && rename(part, path) == 0;
    x->files += is_named;
    if (is_written && is_wanted && !is_named) {
        x->failed++;
        (void)complain(path, strerror(errno));
    }
    if (!is_named) {
        (void)unlink(part);
    }
}

/* A file of its own for a device. */
static void write_file(struct exporting *x, const struct device_ref *ref, struct zone *zone)
{
    char *path = path_of(x, ref->info, "");
    char *part = path_of(x, ref->info, ".part");
    uint64_t before = x->records;
    if (!x->options->overwrite && access(path, F_OK) == 0) {
        x->kept++;
    } else if (!open_part(x, part)) {
        x->is_broken = true;
        (void)complain(part, strerror(errno));
    } else {
        track_writer_begin(&x->writer, x->format, ref->info->plate, &x->text);
        bool is_whole = write_device(x, ref, zone);
        track_writer_end(&x->writer);
        x->empty += is_whole && x->records == before;
        end_part(x, part, path, is_whole && x->records > before);
    }
    free(part);
    free(path);
}

/* ---- all of them ---- */

static void take_device(struct exporting *x, const struct device_ref *ref, struct zone *zone)
{
    enum err e = store_reading_refresh(&x->store);
    if (e != ERR_OK) {
        x->is_broken = true;
        (void)complain(x->options->data, store_reading_failure(e));
        return;
    }
    if (x->options->out != NULL) {
        write_file(x, ref, zone);
    } else {
        (void)write_device(x, ref, zone);
    }
    x->done++;
    tell_progress(x, false);
}

/* Whether the device is one of those asked for. */
static bool is_wanted(const struct exporting *x, const struct device_ref *ref)
{
    return x->options->device == NULL ||
           strcmp(device_id_key(x->options->device), device_id_key(ref->info->device_id)) == 0;
}

/* The devices of an enterprise, in `arena`. */
static struct device_ref *list(struct exporting *x, int64_t enterprise, struct arena *arena,
                               size_t *count)
{
    const struct caller caller = {
        .home_id = enterprise, .enterprise_id = enterprise, .role = ROLE_ADMIN};
    return directory_list_devices(x->store.directory, &caller, arena, count);
}

static void take_enterprise(struct exporting *x, const struct enterprise *e)
{
    struct arena arena = {0};
    struct zone *zone = NULL;
    size_t count = 0;
    if (zone_find(e->zone, &zone) != ERR_OK && zone_find("UTC", &zone) != ERR_OK) {
        x->is_broken = true;
        (void)complain(e->zone, "this machine knows no time zones");
        return;
    }
    struct store_span span;
    if (read_span(x->options, zone, &span) && span.from_s > span.to_s) {
        x->is_broken = true;
        (void)complain("--to", "lies before --from");
    }
    struct device_ref *refs = list(x, e->id, &arena, &count);
    for (size_t i = 0; i < count && !x->is_broken; i++) {
        if (is_wanted(x, &refs[i])) {
            take_device(x, &refs[i], zone);
        }
    }
    directory_release_all(x->store.directory, refs, count);
    zone_release(zone);
    arena_free(&arena);
}

static void count_devices(struct exporting *x, const struct enterprise *e)
{
    struct arena arena = {0};
    size_t count = 0;
    struct device_ref *refs = list(x, e->id, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        x->devices += is_wanted(x, &refs[i]);
    }
    directory_release_all(x->store.directory, refs, count);
    arena_free(&arena);
}

/* What is asked for exists, or the reason why not. */
static int check_asked(const struct exporting *x, size_t enterprises)
{
    if (enterprises == 0 && x->options->enterprise != 0) {
        return complain("--enterprise", "there is no such enterprise");
    }
    if (x->devices == 0 && x->options->device != NULL) {
        return complain(x->options->device, "there is no such device");
    }
    return 0;
}

static int export_all(struct exporting *x)
{
    struct arena arena = {0};
    size_t count = 0;
    size_t found = 0;
    struct enterprise *all = directory_list_enterprises(x->store.directory, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_asked = x->options->enterprise == 0 || all[i].id == (int64_t)x->options->enterprise;
        if (is_asked) {
            all[found++] = all[i];
            count_devices(x, &all[i]);
        }
    }
    int status = check_asked(x, found);
    for (size_t i = 0; i < found && status == 0 && !x->is_broken; i++) {
        take_enterprise(x, &all[i]);
    }
    arena_free(&arena);
    return status;
}

static void print_counts(const struct exporting *x)
{
    (void)printf("{\"devices\":%llu,\"files\":%llu,\"kept\":%llu,\"empty\":%llu,\"failed\":%llu,"
                 "\"records\":%llu}\n",
                 (unsigned long long)x->devices, (unsigned long long)x->files,
                 (unsigned long long)x->kept, (unsigned long long)x->empty,
                 (unsigned long long)x->failed, (unsigned long long)x->records);
}

/* All into one file on standard output. */
static int export_to_output(struct exporting *x)
{
    x->file = stdout;
    track_writer_begin(&x->writer, x->format, "odograph export", &x->text);
    int status = export_all(x);
    if (status != 0) {
        return status;
    }
    if (!x->is_broken && x->failed == 0) { /* else a file that is not whole has no end */
        track_writer_end(&x->writer);
    }
    if (!flush(x) || fflush(stdout) != 0) {
        x->is_broken = true;
        return complain("standard output", strerror(errno));
    }
    return 0;
}

static int export_to_directory(struct exporting *x)
{
    struct stat st;
    if (mkdir(x->options->out, 0750) != 0 && errno != EEXIST) {
        return complain(x->options->out, strerror(errno));
    }
    if (stat(x->options->out, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return complain(x->options->out, "--out wants a directory");
    }
    int status = export_all(x);
    if (status == 0) {
        print_counts(x);
    }
    return status;
}

static int run(const struct export_options *o, const struct track_format *format)
{
    struct exporting x = {
        .options = o,
        .format = format,
        .shows_progress = isatty(STDERR_FILENO) != 0,
        .told_ms = clock_monotonic_ms(),
    };
    enum err e = store_reading_open(o->data, &x.store);
    int status = 0;
    if (e != ERR_OK) {
        status = complain(o->data, store_reading_failure(e));
    } else {
        status = o->out != NULL ? export_to_directory(&x) : export_to_output(&x);
        tell_progress(&x, true);
    }
    store_reading_close(&x.store);
    json_free(&x.text);
    return status == 0 && (x.is_broken || x.failed > 0) ? CLI_FAILED : status;
}

/* What is wrong with the options; 0: nothing. */
static int check_options(const struct export_options *o)
{
    struct zone *utc = NULL;
    struct store_span span;
    if (o->data == NULL) {
        (void)fprintf(stderr, "odograph export: --data is missing; --help tells more\n");
        return CLI_USAGE;
    }
    if (track_format_find(o->format) == NULL) {
        (void)complain("--format", "wants gpx, kml, csv or geojson");
        return CLI_USAGE;
    }
    if (zone_find("UTC", &utc) != ERR_OK) {
        return complain("UTC", "this machine knows no time zones");
    }
    bool is_good = read_span(o, utc, &span);
    zone_release(utc);
    if (!is_good) {
        (void)complain("--from, --to", "wants yyyy-MM-dd or yyyy-MM-dd HH:mm:ss");
        return CLI_USAGE;
    }
    return 0;
}

int export_command(int argc, char **argv)
{
    struct export_options o = {.format = "gpx"};
    const struct argument rows[] = {
        {"data", ARGUMENT_TEXT, (void *)&o.data, 0, 0, "DIR", "the data directory"},
        {"format", ARGUMENT_TEXT, (void *)&o.format, 0, 0, "FORMAT", "gpx, kml, csv or geojson"},
        {"device", ARGUMENT_TEXT, (void *)&o.device, 0, 0, "ID", "this device alone"},
        {"enterprise", ARGUMENT_UINT, &o.enterprise, 1, INT64_MAX, "HOLDID",
         "the devices of this enterprise alone"},
        {"from", ARGUMENT_TEXT, (void *)&o.from, 0, 0, "TIME", "first instant"},
        {"to", ARGUMENT_TEXT, (void *)&o.to, 0, 0, "TIME", "last instant"},
        {"out", ARGUMENT_TEXT, (void *)&o.out, 0, 0, "DIR", "a file a device, into this directory"},
        {"overwrite", ARGUMENT_FLAG, &o.overwrite, 0, 0, "", "files that exist, too"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    int status = check_options(&o);
    if (status != 0) {
        return status;
    }
    if (!data_directory_has_store("export", o.data)) {
        return CLI_FAILED;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* who reads it may end, which is then told */
    return run(&o, track_format_find(o.format));
}
