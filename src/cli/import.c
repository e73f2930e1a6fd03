/*
 * odograph import: tracks of other programs and platforms into a store, while no server has it. The
 * files are read twice. What is wrong with one of them as a whole, or with the devices that they
 * are of, ends the import before anything is changed; a line that is wrong is named and passed
 * over.
 */
#include <glib.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/data_directory.h"
#include "cli/import_files.h"
#include "cli/import_store.h"
#include "model/message.h"

static const char SUMMARY[] =
    "usage: odograph import FILE... --data DIR [--device ID] [--zone ZONE]\n"
    "                       [--enterprise HOLDID] [--create] [--key-file FILE]\n\n"
    "Reads tracks into a store. The server must be stopped. A FILE is, by what it begins with:\n"
    "  GPX 1.0 or 1.1; its points are of the device --device, or of the one that odograph export\n"
    "    wrote into it;\n"
    "  CSV with a first line of names: device_id (or --device), lat, lon, and time_utc or time, "
    "and\n"
    "    any other column of odograph export --format csv, such as speed_kmh, course_deg,\n"
    "    altitude_m, ignition, fuel_l;\n"
    "  tc_devices and tc_positions of a Traccar data base, both, as CSV with a first line of "
    "names\n"
    "    (psql: \\copy tc_positions to tc_positions.csv csv header).\n"
    "Times without an offset are in ZONE, an IANA name, UTC unless given; numbers are seconds "
    "since\n"
    "1970. Devices that are not registered end the import before anything is changed; with "
    "--create\n"
    "they are added to the enterprise --enterprise. What is stored already is found and not "
    "stored\n"
    "twice, so that an import that was ended is simply begun again. A line that is wrong is named\n"
    "and passed over; a file that is wrong as a whole changes nothing. At the end a line of JSON\n"
    "tells what was read, stored and repeated, and what is not carried over. Exit status 0, too,\n"
    "where lines were passed over; else 1.";

enum {
    PROGRESS_MS = 500,
    LOOK_EVERY = 1024, /* fixes */
    FAULTS_TOLD = 20,
    DEVICES_TOLD = 10,
    LEFT_OUT_MAX = 1000, /* names */
    MS_PER_S = 1000,
    PERCENT = 100,
};

struct import_options {
    struct argument_places files;
    const char *data;
    const char *device;
    const char *zone;
    const char *key_file;
    uint64_t enterprise;
    bool create;
};

/* A device of the files; all texts are owned. */
struct wanted_device {
    char *device_id;
    char *name;
    char *sim;
    char *model;
    bool is_person;
    uint64_t fixes;
};

struct importing {
    const struct import_options *options;
    struct import_files files;
    struct import_store *store;
    GHashTable *devices;            /* device_id_key() -> struct wanted_device, owned */
    GHashTable *left_out;           /* name -> how often, owned */
    const struct import_file *file; /* under way, and ... */
    uint64_t bytes;                 /* ... what was read before it */
    bool shows_progress;
    bool is_taking; /* the second time */
    int64_t told_ms;
    enum err e; /* why no more can be taken */
    uint64_t read;
    uint64_t broken;
    uint64_t created;
};

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "odograph import: %s: %s\n", what, why);
    return CLI_FAILED;
}

/* ---- progress ---- */

static void tell_progress(struct importing *m)
{
    int64_t now_ms = clock_monotonic_ms();
    if (!m->shows_progress || m->file == NULL || now_ms - m->told_ms < PROGRESS_MS) {
        return;
    }
    m->told_ms = now_ms;
    uint64_t bytes = m->bytes + (uint64_t)ftello(m->file->file);
    (void)fprintf(stderr, "\rodograph import: %s %3" PRIu64 " %%, %" PRIu64 " fixes",
                  m->is_taking ? "taking" : "checking",
                  m->files.bytes == 0 ? PERCENT : bytes * PERCENT / m->files.bytes, m->read);
}

static void begin_file(void *context, const struct import_file *file, uint64_t bytes)
{
    struct importing *m = context;
    m->file = file;
    m->bytes = bytes;
}

/* ---- the first time: what is there ---- */

static void free_device(void *at)
{
    struct wanted_device *d = at;
    free(d->device_id);
    free(d->name);
    free(d->sim);
    free(d->model);
    free(d);
}

static struct wanted_device *wanted(struct importing *m, const char *device_id)
{
    struct wanted_device *d = g_hash_table_lookup(m->devices, device_id_key(device_id));
    if (d == NULL) {
        d = mem_new(sizeof(*d));
        d->device_id = mem_copy_text(device_id);
        (void)g_hash_table_insert(m->devices, mem_copy_text(device_id_key(device_id)), d);
    }
    return d;
}

static void note_device(void *context, const struct file_device *told)
{
    struct wanted_device *d = wanted(context, told->device_id);
    if (d->name == NULL) {
        d->name = mem_copy_text(told->name);
        d->sim = mem_copy_text(told->sim);
        d->model = mem_copy_text(told->model);
        d->is_person = told->is_person;
    }
}

static void note_fix(void *context, const struct file_fix *f)
{
    struct importing *m = context;
    wanted(m, f->device_id)->fixes++;
    if (++m->read % LOOK_EVERY == 0) {
        tell_progress(m);
    }
}

static void note_fault(void *context, uint64_t line, const char *why)
{
    struct importing *m = context;
    if (m->broken++ < FAULTS_TOLD) {
        (void)fprintf(stderr, "odograph import: %s:%" PRIu64 ": %s; passed over\n", m->file->path,
                      line, why);
    }
}

static void note_left_out(void *context, const char *name)
{
    struct importing *m = context;
    uint64_t *count = g_hash_table_lookup(m->left_out, name);
    if (count == NULL && g_hash_table_size(m->left_out) < LEFT_OUT_MAX) {
        count = mem_new(sizeof(*count));
        (void)g_hash_table_insert(m->left_out, mem_copy_text(name), count);
    }
    if (count != NULL) {
        (*count)++;
    }
}

/* ---- the second time: all of it ---- */

static void take_fix(void *context, const struct file_fix *f)
{
    struct importing *m = context;
    if (m->e == ERR_OK) {
        m->e = import_store_take(m->store, f);
    }
    if (++m->read % LOOK_EVERY == 0) {
        tell_progress(m);
    }
}

static void pass_over_fault(void *context, uint64_t line, const char *why)
{
    (void)context, (void)line, (void)why; /* told the first time */
}

static void pass_over_name(void *context, const char *name)
{
    (void)context, (void)name;
}

static enum err read_files(struct importing *m, const struct track_sink *sink)
{
    m->read = 0;
    const struct import_reading how = {
        .device_id = m->options->device,
        .zone = m->options->zone,
        .now_s = clock_wall_ms() / MS_PER_S,
        .sink = sink,
        .progress = begin_file,
        .context = m,
    };
    return import_files_read(&m->files, &how);
}

/* ---- devices ---- */

/* Whether the device is registered, and where the import may be. */
static bool is_registered(struct importing *m, const struct wanted_device *d, bool *is_elsewhere)
{
    struct directory *dir = import_store_directory(m->store);
    struct device_ref ref;
    if (directory_find_tracker(dir, d->device_id, &ref) != ERR_OK) {
        return false;
    }
    *is_elsewhere =
        m->options->enterprise != 0 && ref.info->enterprise_id != (int64_t)m->options->enterprise;
    device_ref_release(dir, &ref);
    return true;
}

/* Says which devices stand in the way; how many. */
static size_t count_strangers(struct importing *m)
{
    GHashTableIter at;
    gpointer value = NULL;
    size_t count = 0;
    g_hash_table_iter_init(&at, m->devices);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct wanted_device *d = value;
        bool is_elsewhere = false;
        bool is_there = d->fixes == 0 || is_registered(m, d, &is_elsewhere);
        if ((is_there || m->options->create) && !is_elsewhere) {
            continue;
        }
        if (count++ < DEVICES_TOLD) {
            (void)complain(d->device_id, is_elsewhere
                                             ? "this device is another enterprise's"
                                             : "this device is not registered; --create adds it");
        }
    }
    return count;
}

static const char *or_nothing(const char *text)
{
    return text == NULL ? "" : text;
}

static const char *add_failure(enum err e)
{
    return e == ERR_FULL        ? "the enterprise may not have more devices"
           : e == ERR_NOT_FOUND ? "there is no such enterprise"
                                : err_text(e);
}

static enum err create_device(struct importing *m, const struct wanted_device *d)
{
    const struct file_device told = {
        .device_id = d->device_id,
        .name = or_nothing(d->name),
        .sim = or_nothing(d->sim),
        .model = or_nothing(d->model),
        .is_person = d->is_person,
    };
    enum err e = import_store_add(m->store, (int64_t)m->options->enterprise, &told);
    m->created += e == ERR_OK;
    return e;
}

static enum err create_devices(struct importing *m)
{
    GHashTableIter at;
    gpointer value = NULL;
    g_hash_table_iter_init(&at, m->devices);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const struct wanted_device *d = value;
        bool is_elsewhere = false;
        if (d->fixes == 0 || is_registered(m, d, &is_elsewhere)) {
            continue;
        }
        enum err e = create_device(m, d);
        if (e != ERR_OK) {
            (void)complain(d->device_id, add_failure(e));
            return e;
        }
    }
    return ERR_OK;
}

/* Whether the enterprise of --create is there. */
static bool has_enterprise(struct importing *m)
{
    struct arena arena = {0};
    struct enterprise e;
    bool found = m->options->enterprise == 0 ||
                 (directory_enterprise(import_store_directory(m->store),
                                       (int64_t)m->options->enterprise, &arena, &e) == ERR_OK &&
                  !e.deleted);
    arena_free(&arena);
    return found;
}

/* ---- the whole ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_left_out(const struct importing *m, struct json_out *out)
{
    guint count = 0;
    gpointer *names = g_hash_table_get_keys_as_array(m->left_out, &count);
    qsort(names, count, sizeof(*names), compare_names);
    json_object_begin(out);
    for (guint i = 0; i < count; i++) {
        const uint64_t *times = g_hash_table_lookup(m->left_out, names[i]);
        struct json_out name = {0};
        json_write_string(&name, names[i]);
        struct bytes text = json_text(&name); /* escaped, and in quotes, which are ours below */
        json_name_sized(out, (const char *)text.at + 1, text.len - 2);
        json_int(out, (int64_t)*times);
        json_free(&name);
    }
    json_object_end(out);
    g_free(names);
}

static void print_result(const struct importing *m, const struct import_counts *counted)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"read", m->read},
        {"stored", counted->stored},
        {"repeated", counted->repeated},
        {"broken", m->broken},
        {"devices", g_hash_table_size(m->devices)},
        {"created", m->created},
    };
    struct json_out out = {0};
    json_object_begin(&out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_name(&out, rows[i].name);
        json_int(&out, (int64_t)rows[i].value);
    }
    json_name(&out, "left_out");
    write_left_out(m, &out);
    json_object_end(&out);
    struct bytes text = json_text(&out);
    (void)printf("%.*s\n", (int)text.len, (const char *)text.at);
    json_free(&out);
}

/* Into the store that is open; 0: all is handed in. */
static int take_all(struct importing *m)
{
    static const char none[] = "nothing is changed";
    const struct track_sink sink = {
        .context = m, .fix = take_fix, .fault = pass_over_fault, .left_out = pass_over_name};
    if (!has_enterprise(m)) {
        return complain("--enterprise", "there is no such enterprise");
    }
    size_t strangers = count_strangers(m);
    if (strangers > 0) {
        char why[64];
        (void)snprintf(why, sizeof(why), "%zu devices stand in the way", strangers);
        return complain(none, why);
    }
    if (create_devices(m) != ERR_OK) {
        return CLI_FAILED;
    }
    m->is_taking = true;
    enum err e = read_files(m, &sink);
    e = e == ERR_OK ? m->e : e;
    return e == ERR_OK ? 0 : complain("not all is taken", err_text(e));
}

static const char *open_failure(enum err e)
{
    switch (e) {
    case ERR_LOCKED:
        return "a server has it; stop that first";
    case ERR_FORBIDDEN:
        return "its passwords were made with another key: name that with --key-file, as serve has "
               "it";
    default:
        return err_text(e);
    }
}

static int import_checked(struct importing *m)
{
    enum err e = import_store_open(m->options->data, m->options->key_file, &m->store);
    int status = e == ERR_OK ? take_all(m) : complain(m->options->data, open_failure(e));
    struct import_counts counted = {0};
    e = import_store_close(m->store, &counted);
    if (status == 0 && e != ERR_OK) {
        status = complain("not all is stored", "begin the same import again");
    }
    if (m->shows_progress) {
        (void)fputc('\n', stderr);
    }
    if (status == 0) {
        print_result(m, &counted);
    }
    return status;
}

static int import_files(struct importing *m)
{
    const struct track_sink sink = {.context = m,
                                    .fix = note_fix,
                                    .device = note_device,
                                    .fault = note_fault,
                                    .left_out = note_left_out};
    const struct argument_places *places = &m->options->files;
    if (import_files_open(places->at, places->count, &m->files) != ERR_OK ||
        read_files(m, &sink) != ERR_OK) {
        return complain("nothing is changed", "a file cannot be read");
    }
    if (m->broken > FAULTS_TOLD) {
        (void)fprintf(stderr, "odograph import: %" PRIu64 " lines more are passed over\n",
                      m->broken - FAULTS_TOLD);
    }
    return import_checked(m);
}

static int run(const struct import_options *o)
{
    struct importing m = {
        .options = o,
        .devices = g_hash_table_new_full(g_str_hash, g_str_equal, free, free_device),
        .left_out = g_hash_table_new_full(g_str_hash, g_str_equal, free, free),
        .shows_progress = isatty(STDERR_FILENO) != 0,
        .told_ms = clock_monotonic_ms(),
    };
    int status = import_files(&m);
    import_files_close(&m.files);
    g_hash_table_destroy(m.devices);
    g_hash_table_destroy(m.left_out);
    return status;
}

/* What is missing; NULL: nothing. */
static const char *missing(const struct import_options *o)
{
    if (o->data == NULL || o->files.count == 0) {
        return o->data == NULL ? "--data is missing" : "FILE is missing";
    }
    return o->create && o->enterprise == 0 ? "--create wants --enterprise" : NULL;
}

int import_command(int argc, char **argv)
{
    struct import_options o = {.zone = "UTC"};
    const struct argument rows[] = {
        {"", ARGUMENT_PLACES, &o.files, 0, 0, "FILE...", "what is to be imported"},
        {"data", ARGUMENT_TEXT, (void *)&o.data, 0, 0, "DIR", "the data directory"},
        {"device", ARGUMENT_TEXT, (void *)&o.device, 0, 0, "ID",
         "whose the fixes are of a file that does not say"},
        {"zone", ARGUMENT_TEXT, (void *)&o.zone, 0, 0, "ZONE", "of times without an offset"},
        {"enterprise", ARGUMENT_UINT, &o.enterprise, 1, INT64_MAX, "HOLDID",
         "all devices must be of this enterprise"},
        {"create", ARGUMENT_FLAG, &o.create, 0, 0, "", "add devices that are not registered"},
        {"key-file", ARGUMENT_TEXT, (void *)&o.key_file, 0, 0, "FILE",
         "the key of passwords, where serve has one outside DIR"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    if (missing(&o) != NULL) {
        (void)fprintf(stderr, "odograph import: %s; --help tells more\n", missing(&o));
        return CLI_USAGE;
    }
    if (!data_directory_has_store("import", o.data)) {
        return CLI_FAILED;
    }
    if (sodium_init() < 0) {
        return complain("the store cannot be opened", "no random numbers");
    }
    return run(&o);
}
