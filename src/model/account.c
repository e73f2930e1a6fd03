/* Names of the units that a device's speeds are told in. */
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

struct device device_copy(struct arena *arena, const struct device *d)
{
    struct device copy = *d;
    copy.device_id = arena_copy_text(arena, d->device_id);
    copy.plate = arena_copy_text(arena, d->plate);
    copy.object_code = arena_copy_text(arena, d->object_code);
    copy.sim = arena_copy_text(arena, d->sim);
    copy.iccid = arena_copy_text(arena, d->iccid);
    copy.model = arena_copy_text(arena, d->model);
    copy.command_password = arena_copy_text(arena, d->command_password);
    return copy;
}
