/*
 * The operator's names of places. A line says a point and what is there:
 *
 *     25.03,121.56  country   zh  中国台湾             a name of that level in a language
 *     44.95,34.10   province  en  -                   it has none, and is left out
 *     25.03,121.56  country   in  39.90,116.40        all its provinces are that country's
 *     44.95,34.10   province  in  50.45,30.52         the province is that country's
 *
 * Levels are place, sea, district, province and country, as gazetteer_find() tells them there. So
 * a line stays right whatever the numbers are that the gazetteer gives to things.
 */
#include "geo/place_names.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/reader.h"
#include "geo/gazetteer_private.h"
#include "geo/place_names_private.h"
#include "geo/search_key.h"

enum { PLACE_REACH_M = 3000 };

enum level { LEVEL_PLACE, LEVEL_SEA, LEVEL_DISTRICT, LEVEL_PROVINCE, LEVEL_COUNTRY, LEVEL_COUNT };

/* What is being read. */
struct reading {
    struct place_names *names;
    struct place_names_fault fault;
};

static bool refuse(struct reading *r, const char *why)
{
    r->fault.why = why;
    return false;
}

/* ---- the parts of a line ---- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct bytes trimmed(struct bytes b)
{
    while (b.len > 0 && is_blank(b.at[0])) {
        b = bytes_slice(b, 1, b.len);
    }
    while (b.len > 0 && (is_blank(b.at[b.len - 1]) || b.at[b.len - 1] == '\r')) {
        b.len--;
    }
    return b;
}

/* The next word of the line, which is left behind it and its blanks. */
static struct bytes take_word(struct bytes *line)
{
    size_t len = 0;
    while (len < line->len && !is_blank(line->at[len])) {
        len++;
    }
    struct bytes word = bytes_slice(*line, 0, len);
    *line = trimmed(bytes_slice(*line, len, line->len));
    return word;
}

/* "LAT,LON" in degrees. */
static bool read_point(struct bytes word, struct point *out)
{
    size_t comma = bytes_find(word, ',');
    int64_t lat_e7 = 0;
    int64_t lon_e7 = 0;
    if (!parse_decimal_e7(bytes_slice(word, 0, comma), &lat_e7) ||
        !parse_decimal_e7(bytes_slice(word, comma + 1, word.len), &lon_e7) || lat_e7 < -POLE_E7 ||
        lat_e7 > POLE_E7 || lon_e7 < -TURN_E7 / 2 || lon_e7 > TURN_E7 / 2) {
        return false;
    }
    *out = (struct point){(int32_t)lat_e7, (int32_t)lon_e7};
    return true;
}

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] < 0x20 || name.at[i] == 0x7F) {
            return false;
        }
    }
    return name.len > 0 && name.len <= PLACE_NAME_MAX_BYTES &&
           g_utf8_validate((const char *)name.at, (gssize)name.len, NULL);
}

/* ---- what a line says ---- */

/* The feature that is told at a level; FEATURE_NOTHING where there is none to be named. */
static int32_t feature_at(const struct gazetteer_found *f, enum level level)
{
    int32_t place = f->is_sea || f->distance_m > PLACE_REACH_M ? FEATURE_NOTHING : f->place;
    const int32_t features[LEVEL_COUNT] = {
        [LEVEL_PLACE] = place,          [LEVEL_SEA] = f->is_sea ? f->place : FEATURE_NOTHING,
        [LEVEL_DISTRICT] = f->district, [LEVEL_PROVINCE] = f->province,
        [LEVEL_COUNTRY] = f->country,
    };
    bool is_no_district = features[level] == feature(FEATURE_DISTRICT, 0);
    return is_no_district ? FEATURE_NOTHING : features[level];
}

static bool find_feature(struct reading *r, const struct gazetteer_found *f, struct bytes word,
                         int32_t *out)
{
    static const char *const words[LEVEL_COUNT] = {"place", "sea", "district", "province",
                                                   "country"};
    size_t level = 0;
    while (level < LEVEL_COUNT && !bytes_eq(word, words[level])) {
        level++;
    }
    if (level == LEVEL_COUNT) {
        return refuse(r, "the second word is none of place, sea, district, province, country");
    }
    *out = feature_at(f, (enum level)level);
    return *out != FEATURE_NOTHING ||
           refuse(r, "there is no such level there, or no place within 3 km");
}

static bool add_name(struct reading *r, int32_t feature, enum gazetteer_language language,
                     struct bytes name)
{
    struct place_names *n = r->names;
    if (!is_name(name)) {
        return refuse(r, "the name is empty, longer than 120 bytes, or no text in UTF-8");
    }
    if (n->count == PLACE_NAMES_MAX) {
        return refuse(r, "more than 20000 names");
    }
    struct own_name *own = n->names + n->count++;
    own->feature = feature;
    own->language = language;
    own->line = r->fault.line;
    if (!bytes_eq(name, "-")) {
        own->name = arena_copy(&n->memory, name);
        own->key = search_key(&n->memory, name);
    }
    return true;
}

/* Whether a province is that feature or, as the program has it, lies in it. */
static bool is_in(uint32_t province, int32_t whole)
{
    const struct gazetteer_province *p = gazetteer_provinces + province;
    return whole == feature(FEATURE_PROVINCE, province) ||
           whole == feature(FEATURE_COUNTRY, p->country) ||
           (p->region != GAZETTEER_NONE && whole == feature(FEATURE_REGION, p->region));
}

static void set_countries(struct place_names *n, int32_t whole, uint16_t country)
{
    uint32_t count = gazetteer_provinces_count;
    if (n->countries == NULL) {
        n->countries = arena_new_array(&n->memory, count, sizeof *n->countries);
        for (uint32_t i = 0; i < count; i++) {
            n->countries[i] = gazetteer_provinces[i].country;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        n->countries[i] = is_in(i, whole) ? country : n->countries[i];
    }
}

/*
 * Moves the provinces that `part` names, a level that is told at a place, into the country at the
 * point. Where districts are told as provinces there is no polygon that could be moved alone.
 */
static bool move(struct reading *r, const struct gazetteer_found *told, int32_t part,
                 struct bytes where)
{
    struct point at;
    if (!read_point(where, &at)) {
        return refuse(r, "after \"in\" comes LAT,LON");
    }
    int32_t country = gazetteer_locate(NULL, at).country;
    enum feature_kind kind = feature_kind_of(part);
    if (country == FEATURE_NOTHING) {
        return refuse(r, "the second point lies in no country");
    }
    if (kind == FEATURE_DISTRICT && part == told->province) {
        return refuse(r, "this province can be in another country only with its country");
    }
    if (kind != FEATURE_COUNTRY && kind != FEATURE_REGION && kind != FEATURE_PROVINCE) {
        return refuse(r, "a country or a province can be in a country, nothing else");
    }
    set_countries(r->names, part, (uint16_t)(country & FEATURE_NUMBER));
    return true;
}

static bool read_line(struct reading *r, struct bytes line)
{
    line = trimmed(line);
    if (line.len == 0 || line.at[0] == '#') {
        return true;
    }
    struct point at;
    if (!read_point(take_word(&line), &at)) {
        return refuse(r, "the first word is not LAT,LON in degrees");
    }
    struct bytes level = take_word(&line);
    struct bytes word = take_word(&line);
    int32_t feature = FEATURE_NOTHING;
    struct gazetteer_found found = gazetteer_locate(NULL, at);
    if (!find_feature(r, &found, level, &feature)) {
        return false;
    }
    if (bytes_eq(word, "in")) {
        return move(r, &found, feature, line);
    }
    enum gazetteer_language language = GAZETTEER_EN;
    if (!gazetteer_language_of(word, &language)) {
        return refuse(r, "the third word is none of en, zh, in");
    }
    return add_name(r, feature, language, line);
}

/* ---- the whole ---- */

static int by_feature(const void *a, const void *b)
{
    const struct own_name *x = a;
    const struct own_name *y = b;
    if (x->feature != y->feature) {
        return x->feature < y->feature ? -1 : 1;
    }
    return (x->language > y->language) - (x->language < y->language);
}

/* Reads them behind a byte order mark, which editors of Windows put before UTF-8. */
static bool read_lines(struct reading *r, struct bytes text)
{
    for (size_t at = bytes_begin(text, "\xEF\xBB\xBF") ? 3 : 0; at < text.len;) {
        struct bytes rest = bytes_slice(text, at, text.len);
        size_t len = bytes_find(rest, '\n');
        r->fault.line++;
        if (!read_line(r, bytes_slice(rest, 0, len))) {
            return false;
        }
        at += len + 1;
    }
    return true;
}

/* Sorts the names; a line that says again what another said is a mistake of one of them. */
static bool settle_names(struct reading *r)
{
    struct place_names *n = r->names;
    if (n->count > 0) {
        qsort(n->names, n->count, sizeof *n->names, by_feature);
    }
    for (size_t i = 1; i < n->count; i++) {
        const struct own_name *pair = n->names + i - 1;
        if (by_feature(pair, pair + 1) == 0) {
            r->fault.line = pair[0].line > pair[1].line ? pair[0].line : pair[1].line;
            return refuse(r, "an earlier line names the same in the same language");
        }
    }
    return true;
}

enum err place_names_read(struct bytes text, struct place_names **out,
                          struct place_names_fault *fault)
{
    if (text.len > PLACE_NAMES_FILE_MAX_BYTES) {
        *fault = (struct place_names_fault){0, "the file is larger than 1 MiB"};
        return ERR_TOO_LONG;
    }
    struct reading r = {.names = mem_new(sizeof(struct place_names))};
    r.names->names = arena_new_array(&r.names->memory, PLACE_NAMES_MAX, sizeof(struct own_name));
    if (!read_lines(&r, text) || !settle_names(&r)) {
        *fault = r.fault;
        place_names_free(r.names);
        return ERR_MALFORMED;
    }
    *out = r.names;
    return ERR_OK;
}

void place_names_free(struct place_names *n)
{
    if (n != NULL) {
        arena_free(&n->memory);
        free(n);
    }
}

const struct own_name *own_name_find(const struct place_names *own, int32_t feature,
                                     enum gazetteer_language language)
{
    if (own == NULL || own->count == 0) {
        return NULL;
    }
    struct own_name wanted = {.feature = feature, .language = language};
    return bsearch(&wanted, own->names, own->count, sizeof wanted, by_feature);
}
