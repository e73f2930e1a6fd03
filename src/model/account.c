/*
 * Names of the units that a device's speeds are told in, as the configuration and the API write
 * them. The units themselves stand in account.h.
 */
#include "model/account.h"

#include <string.h>

static const char *const speed_units[] = {
    [SPEED_UNIT_UNSET] = "",
    [SPEED_UNIT_KNOTS] = "knots",
    [SPEED_UNIT_MPS] = "mps",
    [SPEED_UNIT_KMH] = "kmh",
};

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
