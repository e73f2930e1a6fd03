#ifndef SIMULATE_DEMO_FLEET_H
#define SIMULATE_DEMO_FLEET_H

#include <stddef.h>

#include "model/account.h"
#include "protocols/protocol.h"
#include "simulate/workday.h"

/* Who the vehicles of the demonstration fleet are, as rows. */

enum { DEMO_VEHICLES = 60, DEMO_REGIONS = 2 };

/* Their groups: name, what users see. */
#define DEMO_GROUP_MAP(X)                                                                          \
    X(DELIVERIES, "City deliveries")                                                               \
    X(TRUCKS, "Trucks and cranes")                                                                 \
    X(COLD, "Cold chain")                                                                          \
    X(SERVICE, "Service and taxis")                                                                \
    X(COURIERS, "Couriers")                                                                        \
    X(ASSETS, "Trailers and assets")

enum demo_group {
#define X(NAME, name) GROUP_##NAME,
    DEMO_GROUP_MAP(X)
#undef X
        DEMO_GROUPS
};

/* What is special about one. */
enum demo_trait {
    TRAIT_PLAIN,
    TRAIT_SILENT,    /* it was registered, and never reported */
    TRAIT_LOST,      /* it has not reported since the day before it was registered */
    TRAIT_UNPLUGGED, /* its tracker has lost the vehicle's supply: an alarm that goes on */
    TRAIT_CELLS,     /* it stands in a hall, and is found by cells alone */
    TRAIT_LOCK,      /* a padlock on another one's load */
    TRAIT_PANIC,     /* it calls for help soon after a start */
};

/* What is fitted to it. */
enum demo_gear {
    GEAR_FUEL = 1,  /* a fuel sensor */
    GEAR_TRUCK = 2, /* a supply of 24 V */
    GEAR_COLD = 4,  /* a temperature sensor in its cold store */
};

struct demo_vehicle {
    const char *device_id;
    const char *plate;
    const char *model;
    uint8_t protocol;     /* enum protocol_index */
    uint8_t type;         /* enum device_type */
    uint8_t group;        /* enum demo_group */
    uint8_t trait;        /* enum demo_trait */
    uint8_t gear;         /* enum demo_gear */
    uint16_t tank_l;      /* 0: none */
    uint16_t interval_s;  /* between reports with the ignition on */
    struct worker worker; /* a load has that of the vehicle that carries it */
};

/* The row at `index` (below DEMO_VEHICLES). */
struct demo_vehicle demo_vehicle(size_t index);
const char *demo_group_name(enum demo_group group);

#endif
