/*
 * libFuzzer's driver of recorded tracks: the input is a file of GPX, NMEA or CSV. Tracks that are
 * read have points, in order of time, each with a place and no second one.
 */
#include "fuzzing.h"
#include "simulate/track_file.h"

enum { INPUT_MAX = 1 << 14 };

static void expect_track(const struct track *t)
{
    const uint32_t needed = FIX_HAS_TIME | FIX_HAS_POSITION;
    check(t->count > 0);
    for (size_t i = 0; i < t->count; i++) {
        const struct fix *f = &t->fixes[i];
        check((f->has & needed) == needed);
        check(f->lat_e7 >= -900000000 && f->lat_e7 <= 900000000);
        check(f->lon_e7 >= -1800000000 && f->lon_e7 <= 1800000000);
        check(f->course_cdeg < 36000);
        check(i == 0 || t->fixes[i - 1].gps_time_s < f->gps_time_s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX) {
        return 0;
    }
    char path[FUZZ_PATH_SIZE];
    int fd = fuzz_file((struct bytes){data, size}, path);
    struct track_file file = {0};
    if (track_file_read(path, &file) == ERR_OK) {
        check(file.count > 0);
        for (size_t i = 0; i < file.count; i++) {
            expect_track(&file.tracks[i]);
        }
        track_file_clear(&file);
    }
    (void)close(fd);
    return 0;
}
