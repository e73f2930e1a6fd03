/*
 * Days of a zone. A day begins when its date first shows: at 01:00 where the clock is set forward
 * at midnight, and at the first of two midnights where it is set back. It may have 23 or 25 hours,
 * and a date may be left out (Samoa, 2011-12-30), so the next one is that of the noon after.
 */
#include "api/midnights.h"

enum {
    DAY_S = 86400,
    SHORT_DAY_S = DAY_S - 2 * 3600,
    TO_NOON_OF_NEXT_S = DAY_S + DAY_S / 2,
    DAYS_AT_ENDS = 3,
};

/* When the date that shows at `time_s` began. */
static int64_t date_began_s(struct zone_clock *clock, int64_t time_s)
{
    char date[ZONE_TEXT_SIZE];
    int64_t began_s = time_s;
    zone_format(clock, ZONE_DATE, time_s, date);
    return zone_parse(clock, bytes_of_text(date), ZONE_FIRST_PASS, &began_s) == ERR_OK ? began_s
                                                                                       : time_s;
}

int64_t *midnights_make(struct zone_clock *clock, int64_t from_s, int64_t to_s, struct arena *arena,
                        size_t *day_count)
{
    size_t most = (size_t)((to_s - from_s) / SHORT_DAY_S) + DAYS_AT_ENDS;
    int64_t *midnights = arena_new_array(arena, most, sizeof(*midnights));
    size_t count = 0;
    midnights[0] = date_began_s(clock, from_s);
    while (midnights[count] <= to_s && count + 1 < most) {
        int64_t next_s = date_began_s(clock, midnights[count] + TO_NOON_OF_NEXT_S);
        bool is_later = next_s > midnights[count];
        midnights[count + 1] = is_later ? next_s : midnights[count] + DAY_S;
        count++;
    }
    *day_count = count;
    return midnights;
}
