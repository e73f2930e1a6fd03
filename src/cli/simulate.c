/* odograph simulate: devices of a protocol replaying a track against a device port. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/reader.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/limits.h"
#include "cli/sim_client.h"
#include "cli/sim_source.h"

static const char SUMMARY[] =
    "usage: odograph simulate --address ADDR:PORT [options]\n\n"
    "Simulated trackers drive against a device port. A progress line a second goes to standard\n"
    "error; the last line of standard output is JSON: sent, acknowledged, the latency from a "
    "fix's\n"
    "first sending to its acknowledgement, errors. Exit status 0 when every fix was acknowledged.";

enum { DEFAULT_FIXES = 1000 };

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
};

static enum err read_options(int argc, char **argv, struct simulate_options *o)
{
    *o = (struct simulate_options){
        .protocol = "jt808",
        .devices = 1,
        .interval_s = 10,
        .burst = 1,
        .window = 64,
        .seed = 1,
        .give_up_s = 30,
    };
    const struct argument rows[] = {
        {"address", ARGUMENT_TEXT, &o->address, 0, 0, "ADDR:PORT", "the device port"},
        {"protocol", ARGUMENT_TEXT, &o->protocol, 0, 0, "NAME", "jt808 (default), gt06 or osmand"},
        {"devices", ARGUMENT_UINT, &o->devices, 1, 200000, "N", "how many (1)"},
        {"first-id", ARGUMENT_TEXT, &o->first_id, 0, 0, "ID",
         "number of the first device (jt808: 013800000001), the others count on from it"},
        {"track", ARGUMENT_TEXT, &o->track, 0, 0, "FILE",
         "GPX, NMEA or CSV lon,lat,time[,id] to replay; without it, synthetic drives"},
        {"once", ARGUMENT_FLAG, &o->once, 0, 0, "",
         "each device drives its track to the end and stops there"},
        {"rate", ARGUMENT_UINT, &o->rate, 1, 10000000, "N",
         "fixes a second, all devices together; without it as fast as they are acknowledged"},
        {"realtime", ARGUMENT_FLAG, &o->realtime, 0, 0, "",
         "each fix when its time comes, beginning now"},
        {"fixes", ARGUMENT_UINT, &o->fixes, 1, 1000000000, "N", "fixes of each device"},
        {"duration", ARGUMENT_UINT, &o->duration_s, 1, 1000000, "S", "seconds to run"},
        {"interval", ARGUMENT_UINT, &o->interval_s, 1, 86400, "S",
         "seconds between the fixes of a synthetic drive (10)"},
        {"start", ARGUMENT_TEXT, &o->start, 0, 0, "TIME",
         "GPS time of the first fixes, ISO 8601; else so long ago that none lies in the future"},
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

static int complain(const char *why)
{
    (void)fprintf(stderr, "odograph simulate: %s; --help tells more\n", why);
    return CLI_USAGE;
}

/* The DeviceID of the first device: told, or one that suits the protocol. */
static const char *first_device_id(const struct simulate_options *o)
{
    if (o->first_id != NULL) {
        return o->first_id;
    }
    return strcmp(o->protocol, "jt808") == 0 ? "013800000001" : "860000000000001";
}

/* DeviceIDs count up from the first in as many digits. */
static enum err name_devices(const struct simulate_options *o, const struct protocol *p,
                             struct sim_device *devices)
{
    const char *first = first_device_id(o);
    uint64_t number;
    size_t digits = strlen(first);
    if (!parse_u64(bytes_of_text(first), &number) || digits > 16) {
        return ERR_INVALID;
    }
    for (uint64_t i = 0; i < o->devices; i++) {
        devices[i].protocol = p;
        (void)snprintf(devices[i].device_id, sizeof(devices[i].device_id), "%0*" PRIu64,
                       (int)digits, number + i);
    }
    return ERR_OK;
}

/*
 * When the first fix is taken: told, now, or so long ago that none of `span_s` lies in the future.
 */
static enum err start_time(const struct simulate_options *o, int64_t span_s, int64_t *start_s)
{
    int64_t now_s = clock_wall_ms() / 1000;
    *start_s = now_s;
    if (o->start != NULL) {
        return clock_parse_iso(bytes_of_text(o->start), start_s) ? ERR_OK : ERR_INVALID;
    }
    if (!o->realtime) {
        *start_s = now_s - span_s;
    }
    return ERR_OK;
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

/* The longest time that `fixes` of a device take. */
static int64_t longest_span_s(const struct simulate_options *o, const struct track_file *file,
                              uint64_t fixes)
{
    int64_t span_s = 0;
    for (size_t i = 0; o->once && i < file->count; i++) {
        const struct track *t = &file->tracks[i];
        int64_t this_s = t->fixes[t->count - 1].gps_time_s - t->fixes[0].gps_time_s;
        span_s = this_s > span_s ? this_s : span_s;
    }
    /* A parked drive reports every ten minutes. */
    return o->once ? span_s : (int64_t)(fixes * (o->interval_s > 600 ? o->interval_s : 600));
}

/* Runs the devices from one of the two sources. */
static enum err run_source(const struct simulate_options *o, struct sim_options *sim,
                           uint64_t fixes, struct sim_result *result)
{
    struct track_file file = {0};
    struct track_source tracks = {0};
    struct drive_source drives = {0};
    int64_t start_s;
    enum err e = o->track != NULL ? track_file_read(o->track, &file) : ERR_OK;
    e = e != ERR_OK ? e : start_time(o, longest_span_s(o, &file, fixes), &start_s);
    if (e != ERR_OK) {
        track_file_clear(&file);
        return e;
    }
    if (o->track != NULL) {
        track_source_init(&tracks, &file, sim->device_count, start_s, fixes);
        tracks.once = o->once;
        sim->source = track_source_use(&tracks);
    } else {
        drive_source_init(&drives, sim->device_count, o->seed, start_s, fixes);
        drive_source_set_interval(&drives, sim->device_count, (unsigned)o->interval_s);
        sim->source = drive_source_use(&drives);
    }
    e = sim_run(sim, result);
    track_source_clear(&tracks);
    drive_source_clear(&drives);
    track_file_clear(&file);
    return e;
}

/* Holds the options to each other and fills what follows from them. */
static int settle_options(const struct simulate_options *o, struct address *address,
                          const struct protocol **protocol)
{
    if (o->address == NULL || address_parse(o->address, address) != ERR_OK) {
        return complain("--address wants ADDR:PORT with a numeric address");
    }
    *protocol = protocol_find(o->protocol);
    if (*protocol == NULL) {
        return complain("--protocol: no such protocol");
    }
    if (o->once && (o->track == NULL || o->fixes > 0)) {
        return complain("--once goes with --track and without --fixes");
    }
    if (o->realtime && o->rate > 0) {
        return complain("--realtime and --rate exclude each other");
    }
    return 0;
}

/* Fixes of each device; 0: without end. */
static uint64_t fixes_each(const struct simulate_options *o)
{
    if (o->fixes > 0 || o->realtime || o->once) {
        return o->fixes;
    }
    bool paced = o->duration_s > 0 && o->rate > 0;
    return paced ? o->duration_s * o->rate / o->devices + 1 : DEFAULT_FIXES;
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
    int status = settle_options(&o, &address, &p);
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
    e = name_devices(&o, p, devices);
    if (e == ERR_OK) {
        e = run_source(&o, &sim, fixes_each(&o), &result);
    }
    free(devices);
    if (e != ERR_OK) {
        return complain(err_text(e));
    }
    print_result(&result);
    if (result.acknowledged == 0) {
        (void)fprintf(
            stderr,
            "odograph simulate: nothing was acknowledged; does a server answer at %s, and "
            "are %s and those after it registered there?\n",
            o.address, first_device_id(&o));
    }
    return result.acknowledged == result.sent && result.sent > 0 ? 0 : CLI_FAILED;
}
