/*
 * What lies in a box, and what has a name. Everything has a rank by its importance. Each cell of a
 * grid lists the ranks of what lies in it, ascending; of the cells that a box meets the least ranks
 * are kept in a heap, greatest on top, and a cell is left at its first rank beyond the top:
 *
 *     cell 0   3  17  250  ..        limit 3:  {3, 8, 17}, the cells left at 250 and 30
 *     cell 1   8  30  ..
 *
 * The names are one text in the order of ranks, a line each, as keys. A search looks for the key in
 * it from the beginning until enough is found, first as a whole name; it takes 2 ms where nothing
 * is.
 */
#include <string.h>

#include "geo/gazetteer.h"
#include "geo/gazetteer_private.h"
#include "geo/place_names_private.h"
#include "geo/search_key.h"

enum { CITY_SIZE = 100 }; /* 100,000 people */

const char *gazetteer_kind_word(enum gazetteer_kind kind)
{
    static const char *const words[] = {
#define X(name, word) [GAZETTEER_##name] = (word),
        GAZETTEER_KIND_MAP(X)
#undef X
    };
    return words[kind];
}

/* ---- an entry of a feature ---- */

static enum gazetteer_kind kind_of(int32_t feature)
{
    const struct gazetteer_node *node = gazetteer_place_nodes + (feature & FEATURE_NUMBER);
    switch (feature_kind_of(feature)) {
    case FEATURE_COUNTRY:
        return GAZETTEER_COUNTRY;
    case FEATURE_SEA:
        return GAZETTEER_SEA;
    case FEATURE_PLACE:
        return node->size >= CITY_SIZE || (node->flags & GAZETTEER_SEAT) ? GAZETTEER_CITY
                                                                         : GAZETTEER_TOWN;
    default:
        return GAZETTEER_PROVINCE;
    }
}

static int32_t province_of(uint32_t place)
{
    uint32_t province = place_province(place);
    const struct gazetteer_province *p = gazetteer_provinces + province;
    if (p->is_told_by_district) {
        return feature(FEATURE_DISTRICT, gazetteer_place_nodes[place].district);
    }
    return p->region != GAZETTEER_NONE ? feature(FEATURE_REGION, p->region)
                                       : feature(FEATURE_PROVINCE, province);
}

static int32_t country_of_region(const struct place_names *own, uint32_t region)
{
    if (own == NULL || own->countries == NULL) {
        return feature(FEATURE_COUNTRY, gazetteer_region_countries[region]);
    }
    for (uint32_t i = 0; i < gazetteer_provinces_count; i++) {
        if (gazetteer_provinces[i].region == region) {
            return province_country(own, i);
        }
    }
    return FEATURE_NOTHING;
}

/* Fills `out`; false where the operator says that it has no name. */
static bool fill_entry(const struct gazetteer *g, int32_t of, struct gazetteer_entry *out)
{
    uint32_t number = (uint32_t)of & FEATURE_NUMBER;
    int32_t province = FEATURE_NOTHING;
    int32_t country = FEATURE_NOTHING;
    switch (feature_kind_of(of)) {
    case FEATURE_PLACE:
        province = province_of(number);
        country = province_country(g->own, place_province(number));
        break;
    case FEATURE_PROVINCE:
        country = province_country(g->own, number);
        break;
    case FEATURE_REGION:
        country = country_of_region(g->own, number);
        break;
    default:
        break;
    }
    struct gazetteer in_english = {g->own, GAZETTEER_EN};
    bool has_own = own_name_find(g->own, of, g->language) != NULL;
    struct bytes name = feature_name(g, of);
    *out = (struct gazetteer_entry){
        .name = name.len > 0 || has_own ? name : feature_name(&in_english, of),
        .province = feature_name(g, province),
        .country = feature_name(g, country),
        .at = feature_point(of),
        .kind = kind_of(of),
    };
    return out->name.len > 0;
}

/* ---- in a box ---- */

/* The least ranks so far, the greatest of them on top. */
struct least {
    uint32_t ranks[GAZETTEER_ENTRIES_MAX];
    size_t count;
    size_t limit;
    bool places_only;
};

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t kept = *a;
    *a = *b;
    *b = kept;
}

static void sink(struct least *l, size_t count)
{
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child >= count) {
            return;
        }
        child += child + 1 < count && l->ranks[child + 1] > l->ranks[child];
        if (l->ranks[child] <= l->ranks[at]) {
            return;
        }
        swap(&l->ranks[at], &l->ranks[child]);
        at = child;
    }
}

static bool is_beyond(const struct least *l, uint32_t rank)
{
    return l->count == l->limit && rank > l->ranks[0];
}

static void keep(struct least *l, uint32_t rank)
{
    if (l->count == l->limit) {
        l->ranks[0] = rank;
        sink(l, l->count);
        return;
    }
    size_t at = l->count++;
    l->ranks[at] = rank;
    while (at > 0 && l->ranks[(at - 1) / 2] < l->ranks[at]) {
        swap(&l->ranks[(at - 1) / 2], &l->ranks[at]);
        at = (at - 1) / 2;
    }
}

static void sort_least(struct least *l)
{
    for (size_t count = l->count; count > 1; count--) {
        swap(&l->ranks[0], &l->ranks[count - 1]);
        sink(l, count - 1);
    }
}

static void keep_of_cell(struct least *l, uint32_t cell, const struct box *box)
{
    for (uint32_t i = gazetteer_cell_begins[cell]; i < gazetteer_cell_begins[cell + 1]; i++) {
        uint32_t rank = gazetteer_cell_ranks[i];
        if (is_beyond(l, rank)) {
            return;
        }
        int32_t of = (int32_t)gazetteer_ranks[rank];
        if (l->places_only && feature_kind_of(of) != FEATURE_PLACE) {
            continue;
        }
        struct point at = feature_point(of);
        if (box_has(box, (struct fine_point){at.lat_e7, at.lon_e7})) {
            keep(l, rank);
        }
    }
}

static uint32_t column_of(int64_t lon_e7)
{
    return (uint32_t)((lon_e7 + TURN_E7 / 2) % TURN_E7) >> GAZETTEER_CELL_BITS;
}

static uint32_t row_of(int64_t lat_e7)
{
    int64_t north_e7 = lat_e7 < -POLE_E7 ? 0 : lat_e7 + POLE_E7;
    return (uint32_t)(north_e7 > 2 * (int64_t)POLE_E7 ? 2 * (int64_t)POLE_E7 : north_e7) >>
           GAZETTEER_CELL_BITS;
}

/* How many columns of cells the box meets, from that of its west on. */
static uint32_t columns_met(const struct box *box)
{
    uint32_t first = column_of(box->west_e7);
    uint32_t last = column_of((int64_t)box->west_e7 + box->width_e7);
    if ((int64_t)box->width_e7 >= TURN_E7 - (1 << GAZETTEER_CELL_BITS)) {
        return GAZETTEER_COLUMNS;
    }
    return (last + GAZETTEER_COLUMNS - first) % GAZETTEER_COLUMNS + 1;
}

/* Fills `l`, least rank first. */
static void keep_in_box(struct least *l, const struct box *box)
{
    if (l->limit == 0 || box->south_e7 > box->north_e7) {
        return;
    }
    uint32_t first = column_of(box->west_e7);
    uint32_t columns = columns_met(box);
    for (uint32_t row = row_of(box->south_e7); row <= row_of(box->north_e7); row++) {
        for (uint32_t i = 0; i < columns; i++) {
            uint32_t column = (first + i) % GAZETTEER_COLUMNS;
            keep_of_cell(l, row * GAZETTEER_COLUMNS + column, box);
        }
    }
    sort_least(l);
}

static size_t entries_limit(size_t limit)
{
    return limit < GAZETTEER_ENTRIES_MAX ? limit : GAZETTEER_ENTRIES_MAX;
}

size_t gazetteer_in_box(const struct gazetteer *g, const struct box *box,
                        struct gazetteer_entry *out, size_t limit)
{
    struct least l = {.limit = entries_limit(limit)};
    keep_in_box(&l, box);
    size_t count = 0;
    for (size_t i = 0; i < l.count; i++) {
        count += fill_entry(g, (int32_t)gazetteer_ranks[l.ranks[i]], out + count);
    }
    return count;
}

size_t gazetteer_labels(const struct place_names *own, const struct box *box,
                        struct gazetteer_label *out, size_t limit)
{
    const struct gazetteer english = {own, GAZETTEER_EN};
    const struct gazetteer chinese = {own, GAZETTEER_ZH};
    struct least l = {.limit = entries_limit(limit), .places_only = true};
    keep_in_box(&l, box);
    size_t count = 0;
    for (size_t i = 0; i < l.count; i++) {
        int32_t of = (int32_t)gazetteer_ranks[l.ranks[i]];
        struct gazetteer_label label = {
            .name = feature_name(&english, of),
            .chinese = feature_name(&chinese, of),
            .at = feature_point(of),
            .size = gazetteer_place_nodes[of & FEATURE_NUMBER].size,
        };
        if (label.name.len == 0) {
            label.name = label.chinese;
        }
        out[count] = label;
        count += label.name.len > 0;
    }
    return count;
}

/* ---- by name ---- */

struct search {
    const struct gazetteer *g;
    struct bytes key;
    struct gazetteer_entry *out;
    int32_t found[GAZETTEER_ENTRIES_MAX];
    size_t count;
    size_t limit;
};

/* Whether a word begins behind this byte. */
static bool ends_word(uint8_t c)
{
    return c < 0x80 && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z');
}

/* Whether a find counts: `before` is the byte before it. Chinese is written without blanks. */
static bool is_at_word(struct bytes key, uint8_t before)
{
    return key.at[0] >= 0x80 || ends_word(before);
}

static void take(struct search *s, int32_t feature)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->found[i] == feature) {
            return;
        }
    }
    if (s->count < s->limit && fill_entry(s->g, feature, s->out + s->count)) {
        s->found[s->count++] = feature;
    }
}

static bool key_is_in(struct bytes key, struct bytes text)
{
    for (size_t at = 0; at + key.len <= text.len; at++) {
        if (memcmp(text.at + at, key.at, key.len) == 0 &&
            (at == 0 || is_at_word(key, text.at[at - 1]))) {
            return true;
        }
    }
    return false;
}

static void search_own(struct search *s)
{
    const struct place_names *own = s->g->own;
    for (size_t i = 0; own != NULL && i < own->count && s->count < s->limit; i++) {
        if (feature_kind_of(own->names[i].feature) != FEATURE_DISTRICT &&
            key_is_in(s->key, own->names[i].key)) {
            take(s, own->names[i].feature);
        }
    }
}

/* The rank whose line holds the byte. */
static uint32_t rank_at(size_t at)
{
    uint32_t low = 0;
    uint32_t high = gazetteer_ranks_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (gazetteer_search_begins[middle] <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Takes the lines that have `wanted`: the key at a word, or as a whole name with its ends. */
static void search_built_in(struct search *s, struct bytes wanted, bool is_whole)
{
    const uint8_t *text = gazetteer_search_text;
    size_t size = gazetteer_search_text_count;
    for (size_t at = 1; at < size && s->count < s->limit;) {
        const uint8_t *hit =
            memmem(text + at - is_whole, size - at + is_whole, wanted.at, wanted.len);
        if (hit == NULL) {
            return;
        }
        at = (size_t)(hit - text) + is_whole;
        if (!is_whole && !is_at_word(s->key, text[at - 1])) {
            at++;
            continue;
        }
        uint32_t rank = rank_at(at);
        take(s, (int32_t)gazetteer_ranks[rank]);
        at = gazetteer_search_begins[rank + 1] + 1;
    }
}

/* The key as a whole name of a line: between these bytes. */
static struct bytes whole_name(struct arena *a, struct bytes key, uint8_t before, uint8_t behind)
{
    uint8_t *out = arena_new(a, key.len + 2);
    out[0] = before;
    memcpy(out + 1, key.at, key.len);
    out[key.len + 1] = behind;
    return (struct bytes){out, key.len + 2};
}

size_t gazetteer_search(const struct gazetteer *g, struct bytes key, struct gazetteer_entry *out,
                        size_t limit)
{
    struct arena memory = {0};
    struct search s = {
        .g = g,
        .key = search_key(&memory, key),
        .out = out,
        .limit = limit < GAZETTEER_ENTRIES_MAX ? limit : GAZETTEER_ENTRIES_MAX,
    };
    if (s.key.len > 0) {
        search_own(&s);
        search_built_in(&s, whole_name(&memory, s.key, '\n', '\t'), true);
        search_built_in(&s, whole_name(&memory, s.key, '\t', '\n'), true);
        search_built_in(&s, s.key, false);
    }
    arena_free(&memory);
    return s.count;
}
