/*
 * odograph simulate: devices of a protocol that drive, or replay a track, against a device port.
 * Here are the options and the report at the end; the devices are in simulate/.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/reader.h"
#include "base/writer.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/limits.h"
#include "simulate/client.h"
#include "simulate/failure.h"
#include "simulate/source.h"

static const char SUMMARY[] =
    "usage: odograph simulate --address ADDR:PORT [options]\n\n"
    "Simulated trackers drive against a device port. A progress line a second goes to standard\n"
    "error; the last line of standard output is JSON: sent, acknowledged, the latency from a "
    "fix's\n"
    "first sending to its acknowledgement, errors. Exit status 0 when every fix was acknowledged.";

enum { DEFAULT_FIXES = 1000, NAMES_SIZE = 512, ID_DIGITS_MAX = 16 };

/* The devices are of all protocols that have a device's side, in turn. */
static const char mixed[] = "mixed";

struct simulate_options {
    const char *address;
    const char *protocol;
    const char *track;
    const char *first_id;
    const char *start;
    uint64_t devices;
    uint64_t rate;
    uint64_t fixes;
    uint64_t duration_s;
    uint64_t interval_s;
    uint64_t burst;
    uint64_t window;
    uint64_t seed;
    uint64_t give_up_s;
    bool once;
    bool realtime;
    bool udp;
    bool quiet;
    bool ids;
};

/*
 * The next protocol that has a device's side, after `from` of them; NULL: there is none. The first
 * is the default.
 */
static const struct protocol *simulated(size_t from)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        const struct protocol *p = protocol_at(i);
        if (p->device != NULL && from-- == 0) {
            return p;
        }
    }
    return NULL;
}

/* Their names, as "jt808 (default), gt06 or mixed" where `mark` is " (default)". */
static void list_names(const char *mark, char out[NAMES_SIZE])
{
    struct writer w = writer_init((uint8_t *)out, NAMES_SIZE - 1);
    const struct protocol *p = simulated(0);
    for (size_t i = 1; p != NULL; i++) {
        const struct protocol *next = simulated(i);
        write_text(&w, p->name);
        write_text(&w, i == 1 ? mark : "");
        write_text(&w, next == NULL ? " or " : ", ");
        p = next;
    }
    write_text(&w, mixed);
    out[w.len] = '\0';
}

static enum err read_options(int argc, char **argv, struct simulate_options *o)
{
    char names[NAMES_SIZE];
    char first_id[128];
    const struct protocol *first = simulated(0);
    check(first != NULL && first->device != NULL);
    list_names(" (default)", names);
    (void)snprintf(first_id, sizeof(first_id),
                   "number of the first device (%s: %s), the others count on from it", first->name,
                   first->device->first_id);
    *o = (struct simulate_options){
        .protocol = first->name,
        .devices = 1,
        .interval_s = 10,
        .burst = 1,
        .window = 64,
        .seed = 1,
        .give_up_s = 30,
    };
    const struct argument rows[] = {
        {"ids", ARGUMENT_FLAG, &o->ids, 0, 0, "",
         "print the DeviceIDs of the devices, a line each, and send nothing"},
        {"address", ARGUMENT_TEXT, &o->address, 0, 0, "ADDR:PORT", "the device port"},
        {"protocol", ARGUMENT_TEXT, &o->protocol, 0, 0, "NAME", names},
        {"devices", ARGUMENT_UINT, &o->devices, 1, 200000, "N", "how many (1)"},
        {"first-id", ARGUMENT_TEXT, &o->first_id, 0, 0, "ID", first_id},
        {"track", ARGUMENT_TEXT, &o->track, 0, 0, "FILE",
         "GPX, NMEA or CSV lon,lat,time[,id] to replay; without it, synthetic drives"},
        {"once", ARGUMENT_FLAG, &o->once, 0, 0, "",
         "each device drives its track to the end and stops there"},
        {"rate", ARGUMENT_UINT, &o->rate, 1, 10000000, "N",
         "fixes a second, all devices together; without it as fast as they are acknowledged"},
        {"realtime", ARGUMENT_FLAG, &o->realtime, 0, 0, "",
         "each fix when its time comes, beginning now"},
        {"fixes", ARGUMENT_UINT, &o->fixes, 1, 1000000000, "N",
         "fixes of each device (1000, or as many as --rate takes in --duration)"},
        {"duration", ARGUMENT_UINT, &o->duration_s, 1, 1000000, "S", "seconds to run"},
        {"interval", ARGUMENT_UINT, &o->interval_s, 1, 86400, "S",
         "seconds between the fixes of a synthetic drive (10)"},
        {"start", ARGUMENT_TEXT, &o->start, 0, 0, "TIME",
         "GPS time of the first fixes, ISO 8601; else such that the last is taken now"},
        {"burst", ARGUMENT_UINT, &o->burst, 1, 64, "N", "fixes in one frame (1)"},
        {"window", ARGUMENT_UINT, &o->window, 1, 4096, "N",
         "unacknowledged fixes a device may have (64)"},
        {"udp", ARGUMENT_FLAG, &o->udp, 0, 0, "", "over UDP instead of TCP"},
        {"seed", ARGUMENT_UINT, &o->seed, 0, UINT32_MAX, "N", "of the synthetic drives (1)"},
        {"give-up", ARGUMENT_UINT, &o->give_up_s, 1, 86400, "S",
         "stop after so long without an acknowledgement (30)"},
        {"quiet", ARGUMENT_FLAG, &o->quiet, 0, 0, "", "no progress lines"},
    };
    return arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
}

/* `what` is the option that is wrong, with its value where it has one. */
static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "odograph simulate: %s%s%s; odograph simulate --help tells more\n", what,
                  what[0] == '\0' ? "" : ": ", why);
    return CLI_USAGE;
}

static int complain_of(const char *option, const char *value, const char *why)
{
    char what[128];
    (void)snprintf(what, sizeof(what), "%s %s", option, value);
    return complain(what, why);
}

static bool is_mixed(const struct simulate_options *o)
{
    return strcmp(o->protocol, mixed) == 0;
}

static size_t count_simulated(void)
{
    size_t count = 0;
    while (simulated(count) != NULL) {
        count++;
    }
    return count;
}

/* Whether a login of that device can be written. */
static bool can_name(const struct sim_device *d)
{
    uint8_t at[1024];
    struct writer w = writer_init(at, sizeof(at));
    struct session session = protocol_session(d->protocol);
    const struct encode_request login = {.kind = ENCODE_LOGIN};
    memcpy(session.device_id, d->device_id, sizeof(d->device_id));
    return d->protocol->device->encode(&session, &login, &w) == ERR_OK && writer_ok(&w);
}

/* The DeviceID that is `number` on from the first, in as many digits; false: it is none. */
static bool name_device(const char *first, uint64_t number, struct sim_device *d)
{
    uint64_t from = 0;
    size_t digits = strlen(first);
    if (digits > ID_DIGITS_MAX || !parse_u64(bytes_of_text(first), &from)) {
        return false;
    }
    (void)snprintf(d->device_id, sizeof(d->device_id), "%0*" PRIu64, (int)digits, from + number);
    return strlen(d->device_id) == digits;
}

/* DeviceIDs count up from the first. */
static int name_devices(const struct simulate_options *o, const struct protocol *p,
                        struct sim_device *devices)
{
    const char *first = o->first_id != NULL ? o->first_id : p->device->first_id;
    struct sim_device any;
    if (!name_device(first, 0, &any)) {
        return complain_of("--first-id", first, "wants up to 16 digits");
    }
    for (uint64_t i = 0; i < o->devices; i++) {
        devices[i].protocol = p;
        if (!name_device(first, i, &devices[i])) {
            return complain_of("--first-id", first, "so many devices need a digit more");
        }
    }
    if (!can_name(&devices[0]) || !can_name(&devices[o->devices - 1])) {
        return complain_of("--first-id", first, "the protocol has no room for such a DeviceID");
    }
    return 0;
}

/*
 * The protocols take turns. Their first DeviceIDs may be near to each other: in steps of ten none
 * meets another's.
 */
static int name_mixed(const struct simulate_options *o, struct sim_device *devices)
{
    enum { STEP = 10 };
    size_t protocols = count_simulated();
    check(protocols > 0);
    if (o->first_id != NULL || o->udp) {
        return complain(o->udp ? "--udp" : "--first-id", "does not go with mixed protocols");
    }
    for (uint64_t i = 0; i < o->devices; i++) {
        const struct protocol *p = simulated(i % protocols);
        check(p != NULL && p->device != NULL);
        devices[i].protocol = p;
        if (!name_device(p->device->first_id, i * STEP, &devices[i])) {
            return complain("--devices", "so many devices of mixed protocols have no DeviceIDs");
        }
    }
    return 0;
}

static void print_result(const struct sim_result *r)
{
    struct json_out j = {0};
    json_object_begin(&j);
    json_name(&j, "sent");
    json_int(&j, (int64_t)r->sent);
    json_name(&j, "acknowledged");
    json_int(&j, (int64_t)r->acknowledged);
    json_name(&j, "resent");
    json_int(&j, (int64_t)r->resent);
    json_name(&j, "errors");
    json_int(&j, (int64_t)r->errors);
    json_name(&j, "elapsed_s");
    json_decimal(&j, (int64_t)(r->elapsed_s * 1000), 3);
    json_name(&j, "ack_p50_ms");
    json_decimal(&j, (int64_t)(r->ack_p50_ms * 1000), 3);
    json_name(&j, "ack_p99_ms");
    json_decimal(&j, (int64_t)(r->ack_p99_ms * 1000), 3);
    json_name(&j, "ack_max_ms");
    json_decimal(&j, (int64_t)(r->ack_max_ms * 1000), 3);
    json_object_end(&j);
    struct bytes text = json_text(&j);
    (void)printf("%.*s\n", (int)text.len, (const char *)text.at);
    json_free(&j);
}

static void print_ids(const struct sim_device *devices, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        (void)printf("%s\n", devices[i].device_id);
    }
}

/* Why a track cannot be replayed. */
static int complain_of_track(const char *path, enum err e)
{
    const char *why = e == ERR_IO          ? strerror(errno)
                      : e == ERR_TOO_LONG  ? "larger than 256 MiB"
                      : e == ERR_NOT_FOUND ? "no positions with a time in it; wants GPX, NMEA or "
                                             "CSV lon,lat,time[,id]"
                                           : "begins as GPX does, but is no XML";
    return complain_of("--track", path, why);
}

/*
 * When the last fix of a device is taken: now, or, where a paced run sends its fixes no slower than
 * the drive takes them, at the end of the run.
 */
static int64_t end_time_s(const struct simulate_options *o, uint64_t fixes)
{
    int64_t now_s = clock_wall_ms() / 1000;
    bool is_quick = o->rate > 0 && o->duration_s <= fixes * o->interval_s;
    return now_s + (is_quick ? (int64_t)o->duration_s : 0);
}

/* What a run is made of, once the options are read. */
struct plan {
    const struct simulate_options *options;
    struct sim_options *sim;
    uint64_t fixes;  /* of each device; 0: without end */
    int64_t start_s; /* where the options say when the first are taken */
    bool is_dated;   /* they do */
    struct sim_result *result;
};

/*
 * Runs synthetic drives. To try when they end would take long for very many fixes. These begin so
 * long ago that none can lie in the future: even a parked drive reports every ten minutes.
 */
static enum err run_drives(const struct plan *p)
{
    enum { TRIED_MAX = 500000, PARKED_INTERVAL_S = 600 };
    const struct simulate_options *o = p->options;
    struct drive_source drives;
    bool is_tried = !p->is_dated && p->fixes <= TRIED_MAX / o->devices;
    int64_t start_s = p->start_s;
    if (!p->is_dated && !is_tried) {
        uint64_t longest_s = o->interval_s > PARKED_INTERVAL_S ? o->interval_s : PARKED_INTERVAL_S;
        start_s -= (int64_t)(p->fixes * longest_s);
    }
    drive_source_init(&drives, o->devices, o->seed, start_s, p->fixes);
    drive_source_set_interval(&drives, o->devices, (unsigned)o->interval_s);
    if (is_tried) {
        drive_source_end_at(&drives, o->devices, end_time_s(o, p->fixes));
    }
    p->sim->source = drive_source_use(&drives);
    enum err e = sim_run(p->sim, p->result);
    drive_source_clear(&drives);
    return e;
}

static enum err run_tracks(const struct plan *p, const struct track_file *file)
{
    const struct simulate_options *o = p->options;
    struct track_source tracks;
    track_source_init(&tracks, file, o->devices, p->start_s, p->fixes);
    tracks.once = o->once;
    if (!p->is_dated) {
        track_source_end_at(&tracks, o->devices, p->start_s);
    }
    p->sim->source = track_source_use(&tracks);
    enum err e = sim_run(p->sim, p->result);
    track_source_clear(&tracks);
    return e;
}

/* Runs the devices from one of the two sources; answers an exit status. */
static int run_source(const struct simulate_options *o, struct sim_options *sim, uint64_t fixes,
                      struct sim_result *result)
{
    struct track_file file = {0};
    struct plan plan = {
        .options = o,
        .sim = sim,
        .fixes = fixes,
        .start_s = clock_wall_ms() / 1000,
        .is_dated = o->start != NULL || o->realtime,
        .result = result,
    };
    if (o->start != NULL && !clock_parse_iso(bytes_of_text(o->start), &plan.start_s)) {
        return complain_of("--start", o->start, "wants a time as 2026-01-05T06:00:00Z");
    }
    enum err e = o->track != NULL ? track_file_read(o->track, &file) : ERR_OK;
    if (e != ERR_OK) {
        return complain_of_track(o->track, e);
    }
    e = o->track != NULL ? run_tracks(&plan, &file) : run_drives(&plan);
    track_file_clear(&file);
    return e == ERR_OK ? 0 : complain("", err_text(e));
}

/* Holds the options to each other and fills what follows from them. */
static int resolve_options(const struct simulate_options *o, struct address *address,
                           const struct protocol **protocol)
{
    char names[NAMES_SIZE];
    static const char nowhere[] = "127.0.0.1:1";
    const char *to = o->address == NULL && o->ids ? nowhere : o->address;
    if (to == NULL) {
        return complain("--address", "is missing; it wants the device port, as 127.0.0.1:9881");
    }
    if (address_parse(to, address) != ERR_OK) {
        return complain_of("--address", to, address_fault(to));
    }
    if (address->port == 0) {
        return complain_of("--address", to, "wants a port from 1 to 65535");
    }
    *protocol = protocol_find(o->protocol);
    if (!is_mixed(o) && (*protocol == NULL || (*protocol)->device == NULL)) {
        char why[sizeof("wants ") + NAMES_SIZE];
        list_names("", names);
        (void)snprintf(why, sizeof(why), "wants %s", names);
        return complain_of("--protocol", o->protocol, why);
    }
    if (o->once && (o->track == NULL || o->fixes > 0)) {
        return complain("--once", "goes with --track and without --fixes");
    }
    if (o->realtime && o->rate > 0) {
        return complain("--realtime", "does not go with --rate");
    }
    return 0;
}

/* How many fixes each device sends; 0: without end. */
static uint64_t fixes_each(const struct simulate_options *o)
{
    if (o->fixes > 0 || o->realtime || o->once) {
        return o->fixes;
    }
    bool paced = o->duration_s > 0 && o->rate > 0;
    return paced ? o->duration_s * o->rate / o->devices + 1 : DEFAULT_FIXES;
}

/* Tells what was not acknowledged, and why, as far as that is known. */
static void explain(const struct simulate_options *o, const struct sim_options *sim,
                    const struct sim_result *r, const char *first_id)
{
    if (r->failure != 0) {
        sim_failure_tell(sim, r->failure);
    }
    if (r->acknowledged == 0) {
        (void)fprintf(
            stderr,
            "odograph simulate: nothing was acknowledged; does a server answer at %s, and "
            "are %s and those after it registered there?\n",
            o->address, first_id);
    } else if (r->unanswered > 0) {
        (void)fprintf(stderr,
                      "odograph simulate: of %" PRIu64 " of %" PRIu64
                      " devices nothing was acknowledged. Are they registered?\n",
                      r->unanswered, o->devices);
    }
}

int simulate_command(int argc, char **argv)
{
    struct simulate_options o;
    struct address address;
    const struct protocol *p;
    enum err e = read_options(argc, argv, &o);
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    int status = resolve_options(&o, &address, &p);
    if (status != 0) {
        return status;
    }
    limits_raise_open_files();
    struct sim_device *devices = mem_new_array(o.devices, sizeof(*devices));
    struct sim_options sim = {
        .host = address.host,
        .port = address.port,
        .udp = o.udp,
        .devices = devices,
        .device_count = o.devices,
        .rate_per_s = (double)o.rate,
        .burst = (unsigned)o.burst,
        .window = (unsigned)(o.window > o.burst ? o.window : o.burst),
        .duration_s = (unsigned)o.duration_s,
        .give_up_s = (unsigned)o.give_up_s,
        .progress = !o.quiet,
    };
    struct sim_result result = {0};
    status = is_mixed(&o) ? name_mixed(&o, devices) : name_devices(&o, p, devices);
    if (status == 0 && o.ids) {
        print_ids(devices, o.devices);
    } else if (status == 0) {
        status = run_source(&o, &sim, fixes_each(&o), &result);
    }
    if (status == 0 && !o.ids) {
        print_result(&result);
        explain(&o, &sim, &result, devices[0].device_id);
    }
    free(devices);
    if (status != 0 || o.ids) {
        return status;
    }
    return result.acknowledged == result.sent && result.sent > 0 ? 0 : CLI_FAILED;
}
