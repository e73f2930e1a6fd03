/* TraceDevice: what a device says and is told, while somebody sets it up. */
#include "api/call.h"
#include "api/members.h"
#include "base/clock.h"
#include "protocols/protocol.h"

enum { TRACE_DEVICE, TRACE_SECONDS, TRACE_AFTER };
enum { CODE_FULL = 403, CODE_NO_DEVICE = 404, SECONDS_MAX = 3600, MS_PER_S = 1000 };

#define FULL_TEXT "Too many devices are traced, or too many users trace this one"

static void write_frame(struct call *c, const struct trace_frame *f)
{
    json_object_begin(&c->out);
    json_name(&c->out, "Number");
    json_int(&c->out, f->number);
    json_name(&c->out, "Time");
    call_write_time(c, &c->out, f->time_s);
    member_text(c, "Direction", f->direction == TRACE_IN ? "in" : "out");
    member_text(c, "Protocol", protocol_at(f->protocol)->name);
    member_text(c, "Hex", f->hex);
    member_text(c, "Decoded", f->decoded);
    json_object_end(&c->out);
}

static void write_frames(struct call *c, struct traces *traces, const struct trace_wish *wish)
{
    size_t count = 0;
    int64_t after = call_number(c, TRACE_AFTER, 0);
    const struct trace_frame *at = traces_read(traces, wish, after, &c->arena, &count);
    json_object_begin(&c->out);
    json_name(&c->out, "frames");
    json_array_begin(&c->out);
    for (size_t i = 0; i < count; i++) {
        write_frame(c, &at[i]);
    }
    json_array_end(&c->out);
    json_name(&c->out, "next");
    json_int(&c->out, count > 0 ? at[count - 1].number : after);
    json_object_end(&c->out);
}

static void trace_device(struct call *c)
{
    struct device_ref ref;
    struct directory *dir = c->shard->directory;
    struct traces *traces = shards_first(c->api->shards)->traces;
    if (directory_find_by_device_id(dir, &c->caller, call_text(c, TRACE_DEVICE), &ref) != ERR_OK) {
        call_fail(c, CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT);
        return;
    }
    int64_t now_ms = clock_monotonic_ms();
    const struct trace_wish wish = {
        .device = ref.info->id,
        .device_id = ref.info->device_id,
        .enterprise_id = ref.info->enterprise_id,
        .user_id = c->caller.user_id,
        .now_ms = now_ms,
        .until_ms = now_ms + call_number(c, TRACE_SECONDS, 0) * MS_PER_S,
    };
    if (traces_wish(traces, &wish) == ERR_OK) {
        write_frames(c, traces, &wish);
    } else {
        call_fail(c, CODE_FULL, FULL_TEXT);
    }
    device_ref_release(dir, &ref);
}

static const struct param_row params[] = {
    [TRACE_DEVICE] = {.name = "DeviceID",
                      .type = PARAM_TEXT,
                      .required = true,
                      .doc = "The device that is traced"},
    [TRACE_SECONDS] = {.name = "Seconds",
                       .type = PARAM_INT,
                       .max = SECONDS_MAX,
                       .required = true,
                       .doc = "So long from now on, unless the call is made again; 0: the caller "
                              "wants no more of it"},
    [TRACE_AFTER] = {.name = "After",
                     .type = PARAM_INT,
                     .max = INT64_MAX,
                     .doc = "Frames behind this Number alone: `next` of the call before"},
};

static const struct reply_member members[] = {
    {.name = "frames",
     .type = REPLY_OBJECTS,
     .example = "[{\"Number\":1,\"Time\":\"2025-03-04 07:14:49\",\"Direction\":\"in\","
                "\"Protocol\":\"gt06\",\"Hex\":\"78780513000106b9520d0a\","
                "\"Decoded\":\"{\\\"type\\\":\\\"heartbeat\\\"}\"}]",
     .doc =
         "The oldest first. Direction in or out; Hex as it was on the line, without what unlocks "
         "and with passwords as 2a (an asterisk); Decoded as odograph decode prints it, a line a "
         "message"},
    {.name = "next", .type = REPLY_INT, .example = "1", .doc = "After of the next call"},
};

static const struct api_method rows[] = {{
    .name = "TraceDevice",
    .prefix = PREFIX_MANAGE,
    .needs_enterprise = true,
    .where = WHERE_INLINE,
    .role = ROLE_OPERATOR,
    .params = params,
    .param_count = COUNT_OF(params),
    .reply = {.shape = REPLY_OBJECT, .members = members, .count = COUNT_OF(members)},
    .codes = {{CODE_NO_DEVICE, CALL_NO_DEVICE_TEXT}, {CODE_FULL, FULL_TEXT}},
    .doc =
        "Frames of a device and what is sent to it, for whoever sets it up: the newest 512, from "
        "the first call on and until ten minutes behind the last user's time.",
    .run = trace_device,
}};

const struct method_group device_trace_methods = {.rows = rows, .count = COUNT_OF(rows)};
