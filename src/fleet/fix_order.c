/*
 * Fixes of different seconds are in order of GPS time, which decides nearly always. Within one
 * second:
 *
 *     1  fixes that stand at their arrival, since the tracker told no time that can be right: as
 *        they came
 *     2  positions of GPS with lock, of GPS without, of cells or Wi-Fi, reports without a position
 *     3  reports without a time of their own, which are filed under the newest fix: by arrival,
 *        and those that came in one second are equal, so that they stay as they came
 *     4  before those with alarms those without, so that none is over as soon as it is raised
 *     5  by the bytes of the packed record, without what a repeat may differ in
 *
 * What the bytes say is of no meaning. They are the same whatever came first, and that is all that
 * is wanted.
 */
#include "fleet/fix_order.h"

#include <string.h>

#include "base/check.h"
#include "base/writer.h"
#include "fleet/pack.h"

enum { RANK_ARRIVED = -1, RANK_NOWHERE = 6, RANK_UNTIMED = 8 };

/* The first one of a second has the lowest. */
static int rank(const struct fix *f)
{
    bool has_own_time = (f->has & FIX_HAS_TIME) != 0 && (f->flags & FIX_TIME_REPLACED) == 0;
    int with_alarm = f->alarms != 0;
    if ((f->has & (FIX_HAS_TIME | FIX_HAS_POSITION)) == 0) {
        return RANK_UNTIMED;
    }
    if (!has_own_time) {
        return RANK_ARRIVED;
    }
    if (!fix_has_position(f)) {
        return RANK_NOWHERE + with_alarm;
    }
    if (f->source != FIX_GPS) {
        return 4 + with_alarm;
    }
    return ((f->flags & FIX_VALID) == 0 ? 2 : 0) + with_alarm;
}

/* What a repeat has in common with the first one, packed. */
static struct bytes pack_bare(const struct fix *fix, struct bytes extras,
                              uint8_t room[PACK_REPORT_MAX])
{
    struct fix bare = *fix;
    struct writer w = writer_init(room, PACK_REPORT_MAX);
    bare.rcv_time_s = 0;
    bare.flags &= ~(uint32_t)FIX_REUPLOAD;
    bare.has &= ~(uint32_t)FIX_HAS_ALARMS_TOLD;
    bare.alarms_told = 0;
    pack_report(&w, &bare, extras);
    return writer_bytes(&w);
}

static int by_bytes(struct bytes a, struct bytes b)
{
    int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

int fix_order(const struct fix *a, struct bytes a_extras, const struct fix *b,
              struct bytes b_extras)
{
    uint8_t a_room[PACK_REPORT_MAX];
    uint8_t b_room[PACK_REPORT_MAX];
    if (a->gps_time_s != b->gps_time_s) {
        return a->gps_time_s < b->gps_time_s ? -1 : 1;
    }
    int order = rank(a) - rank(b);
    if (order == 0 && (rank(a) == RANK_UNTIMED || rank(a) == RANK_ARRIVED)) {
        return (a->rcv_time_s > b->rcv_time_s) - (a->rcv_time_s < b->rcv_time_s);
    }
    return order != 0 ? order
                      : by_bytes(pack_bare(a, a_extras, a_room), pack_bare(b, b_extras, b_room));
}

int fix_order_packed(struct bytes a, struct bytes b)
{
    struct fix x;
    struct fix y;
    struct bytes x_extras;
    struct bytes y_extras;
    check(unpack_report(a, &x, &x_extras) == ERR_OK);
    check(unpack_report(b, &y, &y_extras) == ERR_OK);
    return fix_order(&x, x_extras, &y, y_extras);
}
