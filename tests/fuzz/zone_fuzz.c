/*
 * libFuzzer's driver of times as text. The first byte chooses a zone, the second which of two
 * passes is meant, the others are the text. A time that is read must come back when it is written
 * and read again, of the same pass. The whole input is a zone's name as well.
 */
#include "base/clock.h"
#include "base/zone.h"
#include "fuzzing.h"

enum { INPUT_MAX = 256 };
/* 0001-01-01 and the end of 9999, beyond which times are written as the nearest end. */
static const int64_t FIRST_S = INT64_C(-62135596800);
static const int64_t LAST_S = INT64_C(253402300799);

static void find_by_name(struct bytes in)
{
    char *name = fuzz_text(in);
    struct zone *zone = NULL;
    if (zone_find(name, &zone) == ERR_OK) {
        check(strcmp(zone_name(zone), name) == 0);
        struct zone_clock clock = zone_clock_init(zone);
        char text[ZONE_TEXT_SIZE];
        zone_format(&clock, ZONE_TIME, 1767225600, text);
        zone_release(zone);
    }
    free(name);
}

static void read_iso(struct bytes in)
{
    int64_t time_s = 0;
    int64_t again_s = 0;
    char text[CLOCK_ISO_SIZE];
    if (clock_parse_iso(in, &time_s) && time_s >= FIRST_S && time_s <= LAST_S) {
        clock_format_iso(time_s, text);
        check(clock_parse_iso(bytes_of_text(text), &again_s) && again_s == time_s);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"UTC",          "Asia/Shanghai",    "Europe/Berlin",
                                        "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe",
                                        "Pacific/Apia", "Africa/Casablanca"};
    static struct zone *zones[sizeof(names) / sizeof(names[0])];
    if (size < 2 || size > INPUT_MAX) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        check(zones[i] != NULL || zone_find(names[i], &zones[i]) == ERR_OK);
    }
    struct bytes in = {data + 2, size - 2};
    const struct zone *zone = zones[data[0] % (sizeof(names) / sizeof(names[0]))];
    find_by_name((struct bytes){data, size});
    read_iso(in);
    struct zone_clock clock = zone_clock_init(zone);
    enum zone_pass pass = data[1] % 2 == 0 ? ZONE_FIRST_PASS : ZONE_LAST_PASS;
    int64_t time_s = 0;
    if (zone_parse(&clock, in, pass, &time_s) == ERR_OK) {
        char text[ZONE_TEXT_SIZE];
        char text_again[ZONE_TEXT_SIZE];
        int64_t again_s = 0;
        zone_format(&clock, ZONE_TIME, time_s, text);
        check(zone_parse(&clock, bytes_of_text(text), pass, &again_s) == ERR_OK);
        zone_format(&clock, ZONE_TIME, again_s, text_again);
        check(strcmp(text, text_again) == 0);
    }
    return 0;
}
