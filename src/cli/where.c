/*
 * odograph where: prints what the gazetteer says of a point, as section 12 of the API does of a
 * device without its time.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/reader.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/place_names_file.h"
#include "geo/gazetteer.h"

static const char SUMMARY[] =
    "usage: odograph where LAT LON [--language en|zh] [--place-names FILE]\n\n"
    "Prints how far a point of WGS-84 lies from the place that it is named after, and the names\n"
    "of that place, its district, province and country; at sea that of the sea. Exit status 1\n"
    "where nothing has a name.";

struct where_options {
    const char *lat;
    const char *lon;
    const char *language;
    const char *place_names;
};

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "odograph where: %s: %s\n", what, why);
    return CLI_USAGE;
}

static bool read_degrees(const char *text, int64_t most_e7, int32_t *out_e7)
{
    int64_t value_e7 = 0;
    if (text == NULL || !parse_decimal_e7(bytes_of_text(text), &value_e7) || value_e7 < -most_e7 ||
        value_e7 > most_e7) {
        return false;
    }
    *out_e7 = (int32_t)value_e7;
    return true;
}

static int print_place(const struct gazetteer *g, struct point at)
{
    struct arena memory = {0};
    struct gazetteer_place place;
    bool is_known = gazetteer_find(g, at, &place);
    if (is_known) {
        struct bytes text = gazetteer_text(&memory, &place);
        (void)printf("%u Meters, %.*s\n", place.distance_m, (int)text.len, (const char *)text.at);
    } else {
        (void)fputs("odograph where: nothing there has a name\n", stderr);
    }
    arena_free(&memory);
    return is_known ? 0 : CLI_FAILED;
}

static int print_where(const struct where_options *w)
{
    struct point at;
    struct gazetteer g = {NULL, GAZETTEER_EN};
    if (!read_degrees(w->lat, POLE_E7, &at.lat_e7)) {
        return complain("LAT", "wants degrees from -90 to 90");
    }
    if (!read_degrees(w->lon, TURN_E7 / 2, &at.lon_e7)) {
        return complain("LON", "wants degrees from -180 to 180");
    }
    if (!gazetteer_language_of(bytes_of_text(w->language), &g.language)) {
        return complain("--language", "wants en or zh");
    }
    struct place_names *names = NULL;
    if (place_names_file_read("where", w->place_names, &names) != ERR_OK) {
        return CLI_USAGE;
    }
    g.own = names;
    int status = print_place(&g, at);
    place_names_free(names);
    return status;
}

int where_command(int argc, char **argv)
{
    struct where_options w = {.language = "en", .place_names = ""};
    const struct argument rows[] = {
        {"", ARGUMENT_PLACE, (void *)&w.lat, 0, 0, "LAT", "latitude in degrees, south below 0"},
        {"", ARGUMENT_PLACE, (void *)&w.lon, 0, 0, "LON", "longitude in degrees, west below 0"},
        {"language", ARGUMENT_TEXT, (void *)&w.language, 0, 0, "LANGUAGE", "en or zh"},
        {"place-names", ARGUMENT_TEXT, (void *)&w.place_names, 0, 0, "FILE",
         "names of an operator, as the option place_names has them"},
    };
    enum err e = arguments_read(argc, argv, SUMMARY, rows, sizeof(rows) / sizeof(rows[0]));
    if (e != ERR_OK) {
        return e == ERR_END ? 0 : CLI_USAGE;
    }
    return print_where(&w);
}
