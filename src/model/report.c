/* The names of reports' kinds, formats, states and rhythms. */
#include "model/report.h"

#include <string.h>
#include <strings.h>

static const char *const kinds[REPORT_KINDS] = {
#define X(NAME, name) [REPORT_##NAME] = (name),
    REPORT_MAP(X)
#undef X
};
static const char *const formats[REPORT_FORMATS] = {"csv", "xlsx"};
static const char *const states[REPORT_STATES] = {"waiting", "done", "failed", "cancelled"};
static const char *const everies[REPORT_EVERIES] = {"day", "week", "month"};

const char *report_kind_name(enum report_kind kind)
{
    return kinds[kind];
}

const char *report_format_name(enum report_format format)
{
    return formats[format];
}

const char *report_state_name(enum report_state state)
{
    return states[state];
}

const char *report_every_name(enum report_every every)
{
    return everies[every];
}

/* Where the name stands among `count`; -1: nowhere. */
static int find(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        if (strcasecmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

bool report_kind_of(const char *name, enum report_kind *out)
{
    int found = find(kinds, REPORT_KINDS, name);
    *out = found < 0 ? REPORT_MILEAGE : (enum report_kind)found;
    return found >= 0;
}

bool report_format_of(const char *name, enum report_format *out)
{
    int found = find(formats, REPORT_FORMATS, name);
    *out = found < 0 ? REPORT_CSV : (enum report_format)found;
    return found >= 0;
}

bool report_every_of(const char *name, enum report_every *out)
{
    int found = find(everies, REPORT_EVERIES, name);
    *out = found < 0 ? EVERY_DAY : (enum report_every)found;
    return found >= 0;
}
