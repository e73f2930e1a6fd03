/* The values of options: each type has a setter, which checks what is written and keeps it. */
#include "cli/option_values.h"

#include <glib.h>
#include <string.h>

#include "api/cors.h"
#include "api/map_source.h"
#include "base/address.h"
#include "base/check.h"
#include "base/network.h"
#include "base/reader.h"
#include "connect/connect.h"

static void store_number(struct options *o, const struct option_row *row, uint64_t number)
{
    void *target = (char *)o + row->offset;
    const uint8_t as_u8 = (uint8_t)number;
    const uint16_t as_u16 = (uint16_t)number;
    const uint32_t as_u32 = (uint32_t)number;
    const void *from = row->size == sizeof(as_u8)    ? (const void *)&as_u8
                       : row->size == sizeof(as_u16) ? (const void *)&as_u16
                       : row->size == sizeof(as_u32) ? (const void *)&as_u32
                                                     : (const void *)&number;
    check(row->size <= sizeof(number));
    memcpy(target, from, row->size);
}

/* Each setter answers what is wrong with the value, or NULL. */
static const char *set_number(struct options *o, const struct option_row *row, const char *value)
{
    uint64_t number;
    if (!parse_u64(bytes_of_text(value), &number) || number < row->min || number > row->max) {
        return arena_format(&o->texts, "wants a number from %llu to %llu",
                            (unsigned long long)row->min, (unsigned long long)row->max);
    }
    store_number(o, row, number * (row->unit == 0 ? 1 : row->unit));
    return NULL;
}

static const char *set_word(struct options *o, const struct option_row *row, const char *value)
{
    char **words = g_strsplit(row->words, " ", -1);
    uint64_t at = 0;
    while (words[at] != NULL && strcmp(words[at], value) != 0) {
        at++;
    }
    bool is_word = words[at] != NULL;
    g_strfreev(words);
    if (!is_word) {
        return row->doc;
    }
    store_number(o, row, at);
    return NULL;
}

static const char *set_text(struct options *o, const struct option_row *row, const char *value)
{
    const char *copy = arena_copy_text(&o->texts, value);
    memcpy((char *)o + row->offset, &copy, sizeof(copy));
    return NULL;
}

static const char *set_host(struct options *o, const struct option_row *row, const char *value)
{
    struct network any;
    bool is_host = value[0] == '\0' || network_of_text(value, &any);
    return is_host ? set_text(o, row, value) : "wants a numeric address";
}

static const char *set_address(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = address_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_url(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = value[0] == '\0' ? NULL : provider_url_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_origins(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = cors_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_style(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = value[0] == '\0' ? NULL : map_style_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_raster(struct options *o, const struct option_row *row, const char *value)
{
    const char *why = value[0] == '\0' ? NULL : map_raster_fault(value);
    return why == NULL ? set_text(o, row, value) : why;
}

static const char *set_bounds(struct options *o, const struct option_row *row, const char *value)
{
    struct map_bounds any;
    bool are_bounds = value[0] == '\0' || map_bounds_read(value, &any);
    return are_bounds ? set_text(o, row, value)
                      : "wants degrees as 73.5 18.1 134.8 53.6: west, south, east, north";
}

/* "gt06, h02": the comma may have blanks around it. */
static const char *set_protocols(struct options *o, const struct option_row *row, const char *value)
{
    char **names = g_strsplit(value, ",", -1);
    protocol_set set = 0;
    const char *why = NULL;
    for (size_t i = 0; names[i] != NULL && why == NULL && value[0] != '\0'; i++) {
        size_t index = protocol_index_of(bytes_of_text(g_strstrip(names[i])));
        if (index == PROTOCOL_COUNT) {
            why = arena_format(&o->texts,
                               "\"%.64s\" is no protocol; odograph(1) lists them, and they stand "
                               "with commas between them",
                               names[i]);
        } else {
            set |= (protocol_set)1 << index;
        }
    }
    g_strfreev(names);
    if (why == NULL) {
        store_number(o, row, set);
    }
    return why;
}

const char *option_set(struct options *o, const struct option_row *row, const char *value)
{
    switch (row->type) {
    case OPTION_NUMBER:
        return set_number(o, row, value);
    case OPTION_WORD:
        return set_word(o, row, value);
    case OPTION_HOST:
        return set_host(o, row, value);
    case OPTION_ORIGINS:
        return set_origins(o, row, value);
    case OPTION_URL:
        return set_url(o, row, value);
    case OPTION_ADDRESS:
        return set_address(o, row, value);
    case OPTION_STYLE:
        return set_style(o, row, value);
    case OPTION_RASTER:
        return set_raster(o, row, value);
    case OPTION_BOUNDS:
        return set_bounds(o, row, value);
    case OPTION_PROTOCOLS:
        return set_protocols(o, row, value);
    case OPTION_TEXT:
        break;
    }
    return set_text(o, row, value);
}
