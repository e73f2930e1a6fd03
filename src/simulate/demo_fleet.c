/*
 * The rows of the demonstration fleet, and how its vehicles work. Times are UTC, an hour behind the
 * clocks of both regions in winter.
 */
#include "simulate/demo_fleet.h"

enum { NEUBRANDENBURG, LIECHTENSTEIN }; /* the DEMO_REGIONS, as data/roads.xz has them */
enum { HOUR_S = 3600, MINUTE_S = 60 };
enum { INTERVAL_S = 20, INTERVAL_LOCK_S = 300, INTERVAL_PHONE_S = 30 };

enum job_name {
    JOB_NONE,
    JOB_DELIVERY,
    JOB_DELIVERY_LATE,
    JOB_TRUCK,
    JOB_TRUCK_LATE,
    JOB_SERVICE,
    JOB_COURIER,
    JOB_COURIER_LATE,
    JOB_NIGHT,
    JOB_DAWN,
    JOB_TAXI_EARLY,
    JOB_TAXI_LATE,
    JOB_TAXI_NIGHT,
    JOB_CRANE_1, /* one of the cranes works at any hour */
    JOB_CRANE_2,
    JOB_CRANE_3,
    JOB_POOL,
};

#define HOURS(h)             ((int32_t)((h)*HOUR_S))
#define STAYS(low_s, high_s) .stay_min_s = (low_s), .stay_max_s = (high_s)
#define DELIVERY(begin_h)                                                                          \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = HOURS(1.5), .length_s = HOURS(12),                  \
        STAYS(2 * MINUTE_S, 8 * MINUTE_S), .idling_percent = 25, .speed_max_kmh = 115,             \
        .pace_percent = 97                                                                         \
    }
#define TRUCK(begin_h)                                                                             \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = HOURS(2), .length_s = HOURS(12),                    \
        STAYS(8 * MINUTE_S, 30 * MINUTE_S), .idling_percent = 20, .rests_on_sunday = true,         \
        .speed_max_kmh = 84, .pace_percent = 94                                                    \
    }
#define COURIER(begin_h)                                                                           \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = HOURS(1), .length_s = HOURS(12),                    \
        STAYS(2 * MINUTE_S, 7 * MINUTE_S), .idling_percent = 40, .speed_max_kmh = 60,              \
        .pace_percent = 95                                                                         \
    }
#define TAXI(begin_h)                                                                              \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = HOURS(0.4), .length_s = HOURS(9.5),                 \
        STAYS(1 * MINUTE_S, 5 * MINUTE_S), .idling_percent = 60, .speed_max_kmh = 138,             \
        .pace_percent = 104                                                                        \
    }
#define CRANE(begin_h)                                                                             \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = 5 * MINUTE_S, .length_s = HOURS(9),                 \
        STAYS(HOURS(9.3), HOURS(9.6)), .idling_percent = 100, .speed_max_kmh = 78,                 \
        .pace_percent = 88                                                                         \
    }

#define NIGHT(begin_h, stay_s)                                                                     \
    {                                                                                              \
        .begin_s = HOURS(begin_h), .spread_s = HOURS(2), .length_s = HOURS(9.5),                   \
        STAYS(1 * MINUTE_S, stay_s), .idling_percent = 30, .speed_max_kmh = 86, .pace_percent = 96 \
    }

/* Many are out at any hour: a demonstration is looked at from every zone. */
static const struct job_kind jobs[] = {
    [JOB_NONE] = {.begin_s = 0},
    [JOB_DELIVERY] = DELIVERY(5),
    [JOB_DELIVERY_LATE] = DELIVERY(13.5),
    [JOB_TRUCK] = TRUCK(2.5),
    [JOB_TRUCK_LATE] = TRUCK(14.5),
    [JOB_SERVICE] = {.begin_s = HOURS(6.5),
                     .spread_s = HOURS(1),
                     .length_s = HOURS(8.5),
                     STAYS(15 * MINUTE_S, 50 * MINUTE_S),
                     .rests_on_sunday = true,
                     .speed_max_kmh = 120,
                     .pace_percent = 100},
    [JOB_COURIER] = COURIER(8),
    [JOB_COURIER_LATE] = COURIER(15),
    [JOB_NIGHT] = NIGHT(17, 15 * MINUTE_S),
    [JOB_DAWN] = NIGHT(22.5, 5 * MINUTE_S),
    [JOB_TAXI_EARLY] = TAXI(4.5),
    [JOB_TAXI_LATE] = TAXI(12.5),
    [JOB_TAXI_NIGHT] = TAXI(20.5),
    [JOB_CRANE_1] = CRANE(0),
    [JOB_CRANE_2] = CRANE(8),
    [JOB_CRANE_3] = CRANE(16),
    [JOB_POOL] = {.begin_s = HOURS(9),
                  .spread_s = HOURS(4),
                  .length_s = HOURS(1),
                  STAYS(30 * MINUTE_S, 60 * MINUTE_S),
                  .rests_on_sunday = true,
                  .speed_max_kmh = 110,
                  .pace_percent = 98},
};

struct row {
    const char *device_id;
    const char *plate;
    const char *model;
    uint8_t protocol;
    uint8_t type;
    uint8_t group;
    uint8_t region;
    uint8_t depot;
    uint8_t job;
    uint8_t trait;
    uint8_t gear;
    uint16_t tank_l;
    uint8_t carrier; /* of a load: the number of the row that carries it, from 1, and works */
};

#define WHO(id, name, make)      .device_id = (id), .plate = (name), .model = (make)
#define IS(p, t, g)              .protocol = PROTOCOL_##p, .type = DEVICE_##t, .group = GROUP_##g
#define WORKS(where, from, name) .region = (where), .depot = (from), .job = JOB_##name

static const struct row rows[DEMO_VEHICLES] = {
    {WHO("013801000001", "NB-OD 101", "Transit"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 0, DELIVERY), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000002", "NB-OD 102", "Sprinter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 1, DELIVERY_LATE), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000003", "NB-OD 103", "Transit"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 2, DELIVERY), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000004", "NB-OD 104", "Sprinter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 0, DELIVERY_LATE), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000005", "NB-OD 105", "Transit"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 1, DELIVERY), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000006", "NB-OD 106", "Sprinter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 2, DELIVERY_LATE), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000007", "NB-OD 107", "Transit"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 0, DELIVERY), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000008", "NB-OD 108", "Sprinter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 1, DELIVERY_LATE), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000009", "NB-OD 109", "Transit"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 2, DELIVERY), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("013801000010", "NB-OD 110", "Sprinter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 0, DAWN), .gear = GEAR_FUEL, .tank_l = 70},
    {WHO("860000000100001", "FL 20101", "Vito"), IS(gt06, VEHICLE, DELIVERIES),
     WORKS(LIECHTENSTEIN, 0, DELIVERY)},
    {WHO("860000000100002", "FL 20102", "Vito"), IS(gt06, VEHICLE, DELIVERIES),
     WORKS(LIECHTENSTEIN, 1, DELIVERY_LATE)},
    {WHO("860000000100003", "FL 20103", "Vito"), IS(gt06, VEHICLE, DELIVERIES),
     WORKS(LIECHTENSTEIN, 2, DELIVERY)},
    {WHO("860000000100004", "FL 20104", "Vito"), IS(gt06, VEHICLE, DELIVERIES),
     WORKS(LIECHTENSTEIN, 0, DELIVERY_LATE)},
    {WHO("860000000100005", "FL 20105", "Vito"), IS(gt06, VEHICLE, DELIVERIES),
     WORKS(LIECHTENSTEIN, 1, DELIVERY)},
    {WHO("013801000011", "NB-OD 111", "e-Crafter"), IS(jt808, VEHICLE, DELIVERIES),
     WORKS(NEUBRANDENBURG, 3, DAWN)},
    {WHO("013801000012", "NB-TR 21", "FH 460"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 1, TRUCK), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000013", "NB-TR 22", "Actros"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, TRUCK_LATE), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000014", "NB-TR 23", "FH 460"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 1, TRUCK), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000015", "NB-TR 24", "Actros"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, TRUCK_LATE), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000016", "NB-TR 25", "FH 460"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 1, NIGHT), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000017", "NB-TR 26", "Actros"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, NIGHT), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000018", "FL 30101", "TGX 18"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(LIECHTENSTEIN, 0, TRUCK), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000019", "FL 30102", "TGX 18"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(LIECHTENSTEIN, 5, TRUCK_LATE), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000020", "FL 30103", "TGX 18"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(LIECHTENSTEIN, 0, TRUCK), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000021", "FL 30104", "TGX 18"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(LIECHTENSTEIN, 5, DAWN), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 390},
    {WHO("013801000022", "NB-KR 7", "LTM 1060 crane"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, CRANE_1), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 400},
    {WHO("013801000023", "NB-KR 8", "LTM 1060 crane"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, CRANE_2), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 400},
    {WHO("013801000024", "NB-KR 9", "LTM 1060 crane"), IS(jt808, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 4, CRANE_3), .gear = GEAR_FUEL | GEAR_TRUCK, .tank_l = 400},
    {WHO("860000000100006", "NB-TR 31", "Atego"), IS(gt06, VEHICLE, TRUCKS),
     WORKS(NEUBRANDENBURG, 1, TRUCK_LATE), .trait = TRAIT_LOST},
    {WHO("013801000025", "NB-FR 41", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(NEUBRANDENBURG, 2, DELIVERY_LATE), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD,
     .tank_l = 100},
    {WHO("013801000026", "NB-FR 42", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(NEUBRANDENBURG, 2, DELIVERY), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD, .tank_l = 100},
    {WHO("013801000027", "NB-FR 43", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(NEUBRANDENBURG, 2, TRUCK), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD, .tank_l = 100},
    {WHO("013801000028", "NB-FR 44", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(NEUBRANDENBURG, 2, DAWN), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD, .tank_l = 100},
    {WHO("013801000029", "FL 30201", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(LIECHTENSTEIN, 2, DELIVERY_LATE), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD,
     .tank_l = 100},
    {WHO("013801000030", "FL 30202", "Daily 70C reefer"), IS(jt808, VEHICLE, COLD),
     WORKS(LIECHTENSTEIN, 2, DAWN), .gear = GEAR_FUEL | GEAR_TRUCK | GEAR_COLD, .tank_l = 100},
    {WHO("860000000100007", "NB-SV 51", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 5, SERVICE)},
    {WHO("860000000100008", "NB-SV 52", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 5, SERVICE)},
    {WHO("860000000100009", "NB-SV 53", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 5, SERVICE)},
    {WHO("860000000100010", "NB-SV 54", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 5, SERVICE)},
    {WHO("860000000100011", "FL 40101", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(LIECHTENSTEIN, 3, SERVICE)},
    {WHO("860000000100012", "FL 40102", "Caddy"), IS(gt06, VEHICLE, SERVICE),
     WORKS(LIECHTENSTEIN, 3, SERVICE)},
    {WHO("013801000031", "NB-TX 61", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 0, TAXI_EARLY), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("013801000032", "FL 40201", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(LIECHTENSTEIN, 0, TAXI_EARLY), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("013801000033", "NB-TX 63", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 0, TAXI_LATE), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("013801000034", "FL 40203", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(LIECHTENSTEIN, 0, TAXI_LATE), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("013801000035", "NB-TX 65", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 0, TAXI_NIGHT), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("013801000036", "FL 40205", "E-Class"), IS(jt808, VEHICLE, SERVICE),
     WORKS(LIECHTENSTEIN, 0, TAXI_NIGHT), .gear = GEAR_FUEL, .tank_l = 66},
    {WHO("860000000100013", "NB-PK 71", "Golf"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 6, POOL)},
    {WHO("860000000100014", "NB-PK 72", "Golf"), IS(gt06, VEHICLE, SERVICE),
     WORKS(NEUBRANDENBURG, 6, POOL)},
    {WHO("9000001001", "Courier Emma", "phone"), IS(osmand, PERSON, COURIERS),
     WORKS(NEUBRANDENBURG, 0, COURIER_LATE), .trait = TRAIT_PANIC},
    {WHO("9000001002", "Courier Felix", "phone"), IS(osmand, PERSON, COURIERS),
     WORKS(NEUBRANDENBURG, 0, COURIER)},
    {WHO("9000001003", "Courier Clara", "phone"), IS(osmand, PERSON, COURIERS),
     WORKS(LIECHTENSTEIN, 0, COURIER)},
    {WHO("9000001004", "Courier David", "phone"), IS(osmand, PERSON, COURIERS),
     WORKS(LIECHTENSTEIN, 0, COURIER)},
    {WHO("013801000037", "Trailer NB-AN 81", "Curtainsider"), IS(jt808, ASSET, ASSETS),
     WORKS(NEUBRANDENBURG, 4, NONE), .trait = TRAIT_UNPLUGGED},
    {WHO("860000000100015", "Trailer NB-AN 82", "Curtainsider"), IS(gt06, ASSET, ASSETS),
     WORKS(NEUBRANDENBURG, 1, NONE)},
    {WHO("013801000038", "Generator G-3", "80 kVA"), IS(jt808, ASSET, ASSETS),
     WORKS(LIECHTENSTEIN, 6, NONE), .trait = TRAIT_CELLS},
    {WHO("013801000039", "Compressor K-1", "M27"), IS(jt808, ASSET, ASSETS),
     WORKS(NEUBRANDENBURG, 6, NONE), .trait = TRAIT_SILENT},
    {WHO("7000000101", "Padlock 1", "JT701D"), IS(jt600, ASSET, ASSETS), .trait = TRAIT_LOCK,
     .carrier = 17},
    {WHO("7000000102", "Padlock 2", "JT701D"), IS(jt600, ASSET, ASSETS), .trait = TRAIT_LOCK,
     .carrier = 23},
};

static uint16_t interval_of(const struct row *r)
{
    return r->protocol == PROTOCOL_osmand ? INTERVAL_PHONE_S
           : r->trait == TRAIT_LOCK       ? INTERVAL_LOCK_S
                                          : INTERVAL_S;
}

struct demo_vehicle demo_vehicle(size_t index)
{
    const struct row *r = &rows[index];
    const struct row *driven = r->carrier > 0 ? &rows[r->carrier - 1] : r;
    return (struct demo_vehicle){
        .device_id = r->device_id,
        .plate = r->plate,
        .model = r->model,
        .protocol = r->protocol,
        .type = r->type,
        .group = r->group,
        .trait = r->trait,
        .gear = r->gear,
        .tank_l = r->tank_l,
        .interval_s = interval_of(r),
        .worker = {.number = (uint32_t)(driven - rows),
                   .region = driven->region,
                   .depot = driven->depot,
                   .job = &jobs[driven->job]},
    };
}

const char *demo_group_name(enum demo_group group)
{
    static const char *const names[] = {
#define X(NAME, name) [GROUP_##NAME] = (name),
        DEMO_GROUP_MAP(X)
#undef X
    };
    return names[group];
}
