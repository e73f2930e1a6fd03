/* Geofences: who may make, change and see them, what is a shape, and who is inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/fleet_testing.h"
#include "base/clock.h"

#define ADD      "manage/AddGeofence"
#define MODIFY   "manage/ModifyGeofence"
#define DELETE   "manage/DeleteGeofence"
#define LIST     "manage/ListGeofences"
#define REGION   "vehicle/GetVehicleRegion"
#define INSIDE   "vehicle/IsInGeofence"
#define NO_FENCE FAILS(404, "This geofence does not exist")

/* A circle of 500 m around where fleet_fix() is, and what else a call says. */
#define CIRCLE(name, more)                                                                         \
    "{'RegionName':'" name "','Shape':'circle','Points':[[13.4,52.5]],'Radius':500" more "}"
#define MADE(id) ANSWERS("{'PolygonID':" #id "}")
#define ROW(id, name, points, more)                                                                \
    "{'PolygonID':" #id ",'RegionName':'" name "','Shape':'circle'," points                        \
    ",'Radius':500.00,'Coordsys':'wgs84','AlarmOn':'both','DwellSeconds':0,"                       \
    "'HysteresisMeters':null," more "}"
#define NO_POINTS             "'Points':null,'Holes':null"
#define FOR_ALL               "'DeviceIDs':[],'GroupIDs':[],'AppliesTo':'all'"
#define BAD(text)             "{'Code':500,'Data':null,'ErrMsg':'" text "'}"
#define BAD_POINT(data, text) "{'Code':500,'Data':" data ",'ErrMsg':'" text "'}"

static void test_what_is_made_is_listed(void **state)
{
    static const struct row rows[] = {
        {OLGA, ADD, CIRCLE(" Hof ", ""), MADE(1)},
        {ANNA, ADD,
         CIRCLE("Nord", ",'AlarmOn':'ENTER','DwellSeconds':60,'HysteresisMeters':20,"
                        "'DeviceIDs':'100','GroupIDs':[1]"),
         MADE(2)},
        {BERTA, ADD, CIRCLE("Hof", ""), MADE(3)},
        {VERA, LIST, "{'Key':'HOF'}", PAGE(1, ROW(1, "Hof", NO_POINTS, FOR_ALL))},
        {ROOT, LIST, "{'HoldID':2}", PAGE(1, ROW(3, "Hof", NO_POINTS, FOR_ALL))},
        {OLGA, LIST, "{'Key':'nord','Geometry':true}",
         PAGE(1, "{'PolygonID':2,'RegionName':'Nord','Shape':'circle',"
                 "'Points':[[13.4000000,52.5000000]],'Holes':[],'Radius':500.00,"
                 "'Coordsys':'wgs84','AlarmOn':'enter','DwellSeconds':60,'HysteresisMeters':20,"
                 "'DeviceIDs':['100'],'GroupIDs':[1],'AppliesTo':'listed'}")},
        {ANNA, LIST, "{'PageIndex':2,'PageSize':1}", "...{'total':2,'data':[{'PolygonID':2,"},
        {ANNA, LIST, "{'Geometry':'all'}", BAD("Geometry: neither false, simplified nor true")},
        {NOBODY, LIST, "{}", NO_TOKEN_ROW},
    };
    TRY_ROWS(*state, rows);
}

static void test_what_is_no_shape(void **state)
{
    static const struct row rows[] = {
        {OLGA, ADD, "{'RegionName':'x','Shape':'square','Points':[[1,1]]}",
         BAD("Shape: neither polygon, circle nor corridor")},
        {OLGA, ADD, "{'RegionName':'x','Shape':'circle','Points':[[1,1]]}",
         "...'Data':null,'ErrMsg':'Radius: the radius is not more than 0"},
        {OLGA, ADD, "{'RegionName':'x','Shape':'circle','Points':[[1,91]],'Radius':5}",
         BAD_POINT("{'Point':0}", "Points: latitude beyond 90 or longitude beyond 180 degrees")},
        {OLGA, ADD, "{'RegionName':'x','Shape':'polygon','Points':[[1,1],[2,1],'x',[1,2]]}",
         BAD_POINT("{'Point':2}", "Points: holds what is no [longitude, latitude]")},
        {OLGA, ADD, "{'RegionName':'x','Shape':'polygon','Points':[]}",
         "...'Data':{'Point':0},'ErrMsg':'Points: fewer points than the shape needs"},
        {OLGA, ADD, CIRCLE("x", ",'AppliesTo':'some'"),
         BAD("AppliesTo: neither all, listed nor none")},
        {OLGA, ADD, CIRCLE("x", ",'AppliesTo':'listed'"),
         BAD("AppliesTo: listed, though nothing is")},
        {OLGA, ADD, CIRCLE("x", ",'AppliesTo':'none'"),
         BAD("AppliesTo: none, though nothing that was listed is deleted")},
        {OLGA, ADD, CIRCLE("x", ",'AppliesTo':'none','GroupIDs':[1]"),
         BAD("AppliesTo: none, though something is listed")},
        {OLGA, ADD, CIRCLE("x", ",'AppliesTo':'all','GroupIDs':[1]"),
         BAD("AppliesTo: all, though devices or groups are listed")},
        {OLGA, ADD, "{'RegionName':'x','Shape':'polygon','Points':[[1,1],[2,1]]}",
         "...'Data':{'Point':"},
        {OLGA, ADD, "{'RegionName':'x','Shape':'polygon','Points':[[0,0],[2,2],[2,0],[0,2]]}",
         "...'Data':{'Point':2},'ErrMsg':'Points: the line from this point crosses"},
        {OLGA, ADD,
         "{'RegionName':'x','Shape':'polygon','Points':[[0,0],[2,0],[2,2],[0,2]],"
         "'Holes':[[[5,5],[6,5],[6,6]]]}",
         "...,'Hole':0},'ErrMsg':'Holes: the hole lies outside"},
        {OLGA, ADD, "{'RegionName':'x','Shape':'polygon','Points':'1,1'}",
         BAD("Points: wrong kind of value")},
        {OLGA, ADD, "{'Shape':'circle','Points':[[1,1]],'Radius':5}",
         BAD("RegionName: value missing")},
        {OLGA, ADD, CIRCLE("x", ",'Coordsys':'bd09'"), BAD("Coordsys: neither wgs84 nor gcj02")},
        {OLGA, ADD, CIRCLE("x", ",'AlarmOn':'never'"),
         BAD("AlarmOn: neither enter, leave, both nor none")},
        {OLGA, ADD, CIRCLE("x", ",'DeviceIDs':'900'"), NO_DEVICE},
        {OLGA, ADD, CIRCLE("x", ",'GroupIDs':[3]"), NO_GROUP},
        {ANNA, LIST, "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

static void test_who_may_change_them(void **state)
{
    enum { LOWER = VERA | GRETA | NILS };
    static const struct row rows[] = {
        {OLGA, ADD, CIRCLE("Hof", ""), MADE(1)},
        {LOWER, ADD, CIRCLE("x", ""), NO_ROLE},
        {LOWER, MODIFY, "{'PolygonID':1,'RegionName':'x'}", NO_ROLE},
        {LOWER, DELETE, "{'PolygonID':1}", NO_ROLE},
        {BERTA, MODIFY, "{'PolygonID':1,'RegionName':'x'}", NO_FENCE},
        {BERTA | VERA, DELETE, "{'PolygonID':9}", NO_FENCE},
        {BERTA, DELETE, "{'PolygonID':1}", NO_FENCE},
        {OLGA, MODIFY, "{'PolygonID':1,'RegionName':''}", BAD("RegionName: value missing")},
        {OLGA, MODIFY, "{'PolygonID':1,'RegionName':'Yard'}", DONE_ROW},
        {OLGA, MODIFY, "{'PolygonID':1,'Version':5,'RegionName':'x'}",
         FAILS(409, "Changed meanwhile")},
        {OLGA, MODIFY, "{'PolygonID':1,'Radius':0}",
         "...'ErrMsg':'Radius: the radius is not more than 0"},
        {OLGA, MODIFY, "{'PolygonID':1,'AlarmOn':'none','DeviceIDs':['100','200']}", DONE_ROW},
        {OLGA, MODIFY, "{'PolygonID':1,'Shape':'corridor','Points':[[13,52],[14,52]]}", DONE_ROW},
        {ANNA, LIST, "{'Geometry':'true'}",
         PAGE(1, "{'PolygonID':1,'RegionName':'Yard','Shape':'corridor',"
                 "'Points':[[13.0000000,52.0000000],[14.0000000,52.0000000]],'Holes':[],"
                 "'Radius':500.00,'Coordsys':'wgs84','AlarmOn':'none','DwellSeconds':0,"
                 "'HysteresisMeters':null,'DeviceIDs':['100','200'],'GroupIDs':[],'AppliesTo':'"
                 "listed'}")},
        {OLGA, DELETE, "{'PolygonID':1}", DONE_ROW},
        {OLGA, DELETE, "{'PolygonID':1}", NO_FENCE},
        {ANNA, LIST, "{}", PAGE(0, "")},
    };
    TRY_ROWS(*state, rows);
}

/* What all of its devices and groups left is for nobody, until somebody says otherwise. */
static void test_nobody_is_not_everybody(void **state)
{
#define GONE "'DeviceIDs':[],'GroupIDs':[],'AppliesTo':'none'"
    static const struct row rows[] = {
        {OLGA, ADD, CIRCLE("Hof", ",'DeviceIDs':'100','GroupIDs':[2]"), MADE(1)},
        {ANNA, "manage/DeleteDevice", "{'DeviceID':'100'}", DONE_ROW},
        {VERA, LIST, "{}", "...'DeviceIDs':[],'GroupIDs':[2],'AppliesTo':'listed'}"},
        {ANNA, "manage/DeleteGroup", "{'GroupID':2}", DONE_ROW},
        {VERA, LIST, "{}", PAGE(1, ROW(1, "Hof", NO_POINTS, GONE))},
        {OLGA, MODIFY, "{'PolygonID':1,'RegionName':'Yard'," GONE "}", DONE_ROW},
        {OLGA, MODIFY, "{'PolygonID':1,'DeviceIDs':[],'GroupIDs':[]}", DONE_ROW},
        {OLGA, MODIFY, "{'PolygonID':1,'DeviceIDs':''}", DONE_ROW},
        {VERA, LIST, "{}", PAGE(1, ROW(1, "Yard", NO_POINTS, GONE))},
        {OLGA, MODIFY, "{'PolygonID':1,'AppliesTo':'listed'}",
         BAD("AppliesTo: listed, though nothing is")},
        {OLGA, MODIFY, "{'PolygonID':1,'AppliesTo':'none','DeviceIDs':'200'}",
         BAD("AppliesTo: none, though something is listed")},
        {OLGA, MODIFY, "{'PolygonID':1,'AppliesTo':'all'}", DONE_ROW},
        {VERA, LIST, "{}", PAGE(1, ROW(1, "Yard", NO_POINTS, FOR_ALL))},
        {OLGA, MODIFY, "{'PolygonID':1,'DeviceIDs':'200','AppliesTo':'Listed'}", DONE_ROW},
        {VERA, LIST, "{}", "...'DeviceIDs':['200'],'GroupIDs':[],'AppliesTo':'listed'}"},
        {OLGA, MODIFY, "{'PolygonID':1,'DeviceIDs':''}", DONE_ROW},
        {VERA, LIST, "{}", PAGE(1, ROW(1, "Yard", NO_POINTS, FOR_ALL))},
    };
#undef GONE
    TRY_ROWS(*state, rows);
}

/* Who is limited to north sees what is for all, for north, or for a device there. */
static void test_limited_users_see_their_own(void **state)
{
    static const struct row rows[] = {
        {OLGA, ADD, CIRCLE("all", ""), MADE(1)},
        {OLGA, ADD, CIRCLE("north", ",'GroupIDs':[1,2]"), MADE(2)},
        {OLGA, ADD, CIRCLE("south", ",'GroupIDs':[2],'DeviceIDs':'200'"), MADE(3)},
        {OLGA, ADD, CIRCLE("car", ",'DeviceIDs':'100,200'"), MADE(4)},
        {NILS, LIST, "{}",
         PAGE(3, ROW(1, "all", NO_POINTS,
                     FOR_ALL) "," ROW(2, "north", NO_POINTS,
                                      "'DeviceIDs':[],'GroupIDs':[1],'AppliesTo':'"
                                      "listed'") "," ROW(4, "car", NO_POINTS,
                                                         "'DeviceIDs':['100'],'GroupIDs'"
                                                         ":[],'AppliesTo':'listed'"))},
        {OLGA, LIST, "{'PageSize':1}", "...'total':4,"},
    };
    TRY_ROWS(*state, rows);
}

static void test_a_simplified_ring_keeps_its_corners(void **state)
{
    static const struct row rows[] = {
        {OLGA, ADD,
         "{'RegionName':'x','Shape':'polygon','Points':[[0,0],[0.5,0.0001],[1,0],[1,1],"
         "[0.5,1.0001],[0,1]]}",
         MADE(1)},
        {OLGA, LIST, "{'Geometry':'simplified'}",
         "...'Points':[[0.0000000,0.0000000],[1.0000000,0.0000000],[1.0000000,1.0000000],"
         "[0.0000000,1.0000000]],'Holes':[]"},
    };
    TRY_ROWS(*state, rows);
}

/* GCJ-02 is told as it was drawn, and lies some hundred metres away. */
static void test_coordinates_of_chinese_maps(void **state)
{
    static const struct row rows[] = {
        {OLGA, ADD,
         "{'RegionName':'x','Shape':'circle','Points':[[116.4074,39.9042]],'Radius':100,"
         "'Coordsys':'GCJ02'}",
         MADE(1)},
        {OLGA, LIST, "{'Geometry':true}",
         "...'Points':[[116.4074000,39.9042000]],'Holes':[],'Radius':100.00,'Coordsys':'gcj02'"},
    };
    TRY_ROWS(*state, rows);
}

/* ---- former versions ---- */

enum { FORMERS = 100, FORMER_POINTS = 10000 }; /* a million points, the most that there may be */

/* What one geofence was like in former days: a saw, with the teeth upwards. */
static enum err add_formers(struct job_context *job, void *arg)
{
    struct point *points = arena_new_array(job->changes.arena, FORMER_POINTS, sizeof(*points));
    const struct shape_ring ring = {points, FORMER_POINTS};
    (void)arg;
    for (int32_t i = 0; i < FORMER_POINTS; i++) {
        points[i] = (struct point){i == 0 ? 0 : 2000 + i % 2 * 1000, 10 * i};
    }
    struct bytes rings = geofence_pack_rings(job->changes.arena, &ring, 1);
    for (int64_t i = 0; i < FORMERS; i++) {
        change_add(&job->changes, CHANGE_PUT_GEOFENCE)->geofence =
            (struct geofence){.enterprise_id = ONE,
                              .id = 900,
                              .from_s = i * 100,
                              .until_s = i * 100 + 100,
                              .name = "saw",
                              .rings = rings.at,
                              .rings_len = rings.len};
    }
    return ERR_OK;
}

/* No more can become former ones by a change; by a deletion they can. */
static void test_the_last_one_can_be_deleted(void **state)
{
    struct fleet *f = *state;
    static const struct row rows[] = {
        {OLGA, MODIFY, "{'PolygonID':1,'Radius':600}",
         "...'Code':403,'Data':null,'ErrMsg':'The limit of points of what an enterprise"},
        {OLGA, MODIFY, "{'PolygonID':1,'RegionName':'Yard'}", DONE_ROW},
        {OLGA, DELETE, "{'PolygonID':1}", DONE_ROW},
        {OLGA, LIST, "{}", PAGE(0, "")},
    };
    static const struct row first[] = {{OLGA, ADD, CIRCLE("Hof", ""), MADE(1)}};
    TRY_ROWS(f, first);
    assert_int_equal(ingest_call(f->p->shard.ingest, add_formers, NULL, NULL, FLEET_JOB_MS),
                     ERR_OK);
    TRY_ROWS(f, rows);
}

/* ---- who is inside ---- */

static void test_who_is_inside(void **state)
{
    struct fleet *f = *state;
    int64_t now_s = clock_wall_ms() / 1000;
    const struct message fix = fleet_fix(now_s - 60);
    fleet_report(f, "100", &fix, 1);
    static const struct row rows[] = {
        {OLGA, ADD, CIRCLE("Hof", ""), MADE(1)},
        {OLGA, ADD, "{'RegionName':'far','Shape':'circle','Points':[[1,1]],'Radius':5}", MADE(2)},
        {OLGA, ADD, CIRCLE("south", ",'GroupIDs':[2]"), MADE(3)},
        /* A later job comes behind the slice in which standing vehicles adopt it. */
        {OLGA, MODIFY, "{'PolygonID':2,'RegionName':'away'}", DONE_ROW},
        {OLGA, MODIFY, "{'PolygonID':2,'RegionName':'far'}", DONE_ROW},
        {VERA, REGION, "{'VehiclePlates':''}",
         "...{'total':1,'data':[{'VehicleNum':'N 1','RegionName':'Hof','InRegionTime':'"},
        {NILS, REGION, "{'VehiclePlate':'n 1,S 1'}", "...{'total':1,"},
        {VERA, REGION, "{'VehiclePlates':'S 1'}", PAGE(0, "")},
        {BERTA, REGION, "{'VehiclePlates':'N 1'}", PAGE(0, "")},
        {VERA, REGION, "{}", BAD("VehiclePlates: value missing")},
        {VERA, INSIDE, "{'VehiclePlate':'N 1','PolygonID':1}",
         "...{'data':{'VehiclePlate':'N 1','InFence':1,'IsOnline':1,'GPSFlag':1,'GPSTime':'"},
        {VERA, INSIDE, "{'VehiclePlate':'N 1','PolygonID':'2'}", "...'InFence':0,"},
        {VERA, INSIDE, "{'VehiclePlate':'S 1','PolygonID':1}",
         ANSWERS("{'data':{'VehiclePlate':'S 1','InFence':0,'IsOnline':0,'GPSFlag':0,"
                 "'GPSTime':null}}")},
        {VERA, INSIDE, "{'VehiclePlate':'N 1','PolygonID':9}", NO_FENCE},
        {NILS, INSIDE, "{'VehiclePlate':'S 1','PolygonID':1}", NO_DEVICE},
        {BERTA, INSIDE, "{'VehiclePlate':'E 1','PolygonID':1}", NO_FENCE},
        {VERA, INSIDE, "{'VehiclePlate':'N 1'}", BAD("PolygonID: value missing")},
    };
    TRY_ROWS(f, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET_TEST(test_what_is_made_is_listed),
        FLEET_TEST(test_what_is_no_shape),
        FLEET_TEST(test_who_may_change_them),
        FLEET_TEST(test_nobody_is_not_everybody),
        FLEET_TEST(test_limited_users_see_their_own),
        FLEET_TEST(test_a_simplified_ring_keeps_its_corners),
        FLEET_TEST(test_coordinates_of_chinese_maps),
        FLEET_TEST(test_the_last_one_can_be_deleted),
        FLEET_TEST(test_who_is_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
