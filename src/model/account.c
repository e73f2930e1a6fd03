/*
 * Names of what account.h numbers, as the configuration and the API write them: units that a
 * device's speeds are told in, languages, limits; and
 * numbers that name tokens.
 */
#include "model/account.h"

#include <string.h>
#include <strings.h>

static const char *const speed_units[] = {
    [SPEED_UNIT_UNSET] = "",
    [SPEED_UNIT_KNOTS] = "knots",
    [SPEED_UNIT_MPS] = "mps",
    [SPEED_UNIT_KMH] = "kmh",
};

enum { TOKEN_ID_BYTES = 6 };
enum { SPEED_UNITS = sizeof(speed_units) / sizeof(speed_units[0]) };

const char *speed_unit_name(enum speed_unit unit)
{
    return speed_units[unit];
}

enum speed_unit speed_unit_of(const char *name)
{
    size_t i = SPEED_UNITS - 1;
    while (i > 0 && strcmp(speed_units[i], name) != 0) {
        i--;
    }
    return (enum speed_unit)i;
}

static const char *const languages[] = {
    [LANGUAGE_UNSET] = "",
    [LANGUAGE_ENGLISH] = "en",
    [LANGUAGE_CHINESE] = "zh",
};
static const char *const unit_names[] = {[UNITS_KM] = "km", [UNITS_MI] = "mi"};
static const char *const limits[] = {
#define X(NAME, column, field) [LIMIT_##NAME] = (field),
    LIMIT_MAP(X)
#undef X
};

/* The place of `name` among `count` names, without case; `count` where it is none of them. */
static size_t place_of(const char *name, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && strcasecmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

const char *language_name(enum language language)
{
    return languages[language];
}

const char *units_name(enum units units)
{
    return unit_names[units];
}

const char *limit_name(enum limit limit)
{
    return limits[limit];
}

bool language_of(const char *name, enum language *out)
{
    size_t count = sizeof(languages) / sizeof(languages[0]);
    size_t at = place_of(name, languages, count);
    *out = at < count ? (enum language)at : LANGUAGE_UNSET;
    return at < count;
}

bool units_of(const char *name, enum units *out)
{
    size_t count = sizeof(unit_names) / sizeof(unit_names[0]);
    size_t at = place_of(name, unit_names, count);
    *out = at < count ? (enum units)at : UNITS_KM;
    return at < count;
}

int64_t token_id(const uint8_t hash[TOKEN_HASH_BYTES])
{
    uint64_t id = 0;
    for (size_t i = 0; i < TOKEN_ID_BYTES; i++) {
        id = id << 8 | hash[i];
    }
    return (int64_t)id + 1;
}
