/*
 * libFuzzer's driver of what is imported: the input is a file of GPX, CSV or a table of Traccar,
 * behind a table of devices. Fixes that come out of it are such that ingest takes them as they are.
 */
#include "base/mem.h"
#include "files/track_read.h"
#include "fuzzing.h"
#include "model/extra.h"
#include "model/message.h"

enum { INPUT_MAX = 1 << 14 };
static const int64_t NOW_S = 1790000000;
static const int64_t OLDEST_S = 1104537600;
static const char DEVICES[] = "id,uniqueid\n1,100\n2,200\n";

static void expect_fix(void *context, const struct file_fix *f)
{
    const struct fix *fix = &f->fix;
    (void)context;
    check(device_id_is_valid(bytes_of_text(f->device_id)));
    check((fix->has & FIX_HAS_TIME) != 0);
    check(fix->gps_time_s >= OLDEST_S && fix->gps_time_s <= NOW_S + 600);
    check(f->rcv_time_s >= fix->gps_time_s - 600);
    check(fix->lat_e7 >= -900000000 && fix->lat_e7 <= 900000000);
    check(fix->lon_e7 >= -1800000000 && fix->lon_e7 <= 1800000000);
    check(fix->course_cdeg < 36000 && fix->speed_kmh_e2 <= 200000);
    check(f->extras.len == 0 || extras_are_sound(f->extras));
}

static void expect_device(void *context, const struct file_device *d)
{
    (void)context;
    check(device_id_is_valid(bytes_of_text(d->device_id)));
    check(strlen(d->name) + strlen(d->sim) + strlen(d->model) < INPUT_MAX);
}

static void expect_fault(void *context, uint64_t line, const char *why)
{
    (void)context;
    check(line > 0 && why[0] != '\0');
}

static void expect_name(void *context, const char *name)
{
    (void)context;
    check(strlen(name) < TRACK_NAME_SIZE);
}

static enum err read_file(struct track_reading *r, struct bytes in)
{
    char path[FUZZ_PATH_SIZE];
    int fd = fuzz_file(in, path);
    enum err e = ERR_UNSUPPORTED;
    r->file = fopen(path, "rb");
    check(r->file != NULL);
    switch (track_kind_of(r->file)) {
    case TRACK_GPX:
        e = gpx_read(r);
        break;
    case TRACK_CSV:
        e = csv_tracks_read(r);
        break;
    case TRACK_TRACCAR_DEVICES:
        e = traccar_read_devices(r);
        break;
    case TRACK_TRACCAR_POSITIONS:
        e = traccar_read_positions(r);
        break;
    case TRACK_UNKNOWN:
        break;
    }
    (void)fclose(r->file);
    (void)close(fd);
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct track_sink sink = {NULL, expect_fix, expect_device, expect_fault, expect_name};
    struct track_reading r = {.sink = &sink, .now_s = NOW_S};
    if (size > INPUT_MAX || zone_find("Europe/Berlin", &r.zone) != ERR_OK) {
        return 0;
    }
    check(read_file(&r, bytes_of_text(DEVICES)) == ERR_OK);
    enum err e = read_file(&r, (struct bytes){data, size});
    check(e == ERR_OK || e == ERR_UNSUPPORTED || r.why[0] != '\0');
    traccar_devices_free(r.traccar);
    zone_release(r.zone);
    return 0;
}
