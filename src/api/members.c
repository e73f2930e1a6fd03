/* Members of rows that several lists have. */
#include "api/members.h"

void member_text(struct call *c, const char *name, const char *text)
{
    json_name(&c->out, name);
    json_write_string(&c->out, text);
}

void member_int(struct call *c, const char *name, int64_t v)
{
    json_name(&c->out, name);
    json_int(&c->out, v);
}

void member_time(struct call *c, const char *name, int64_t time_s)
{
    json_name(&c->out, name);
    call_write_time(c, &c->out, time_s);
}

bool members_check_range(struct call *c, size_t start_param, size_t end_param)
{
    bool is_range = call_number(c, start_param, INT64_MIN) <= call_number(c, end_param, INT64_MAX);
    if (!is_range) {
        call_fault(c, "EndTime", "before StartTime");
    }
    return is_range;
}
