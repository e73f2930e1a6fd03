/*
 * Prints what the rows of protocols, trackers and profiles say, as JSON, for
 * tools/make_devices.py.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "protocols/profile.h"
#include "protocols/protocol.h"
#include "protocols/trackers.h"

static void write_member(struct json_out *out, const char *name, const char *value)
{
    json_name(out, name);
    json_write_string(out, value);
}

static void write_setup(const struct tracker_setup *row, struct json_out *out)
{
    json_object_begin(out);
    write_member(out, "models", row->models);
    json_name(out, "texts");
    json_array_begin(out);
    for (size_t i = 0; row->texts[i] != NULL; i++) {
        json_write_string(out, row->texts[i]);
    }
    json_array_end(out);
    write_member(out, "note", row->note == NULL ? "" : row->note);
    write_member(out, "source", row->source == NULL ? "" : row->source);
    json_object_end(out);
}

static void write_setups(const char *protocol, struct json_out *out)
{
    json_name(out, "setups");
    json_array_begin(out);
    for (size_t i = 0; tracker_setup_at(i) != NULL; i++) {
        if (strcmp(tracker_setup_at(i)->protocol, protocol) == 0) {
            write_setup(tracker_setup_at(i), out);
        }
    }
    json_array_end(out);
}

/* The kinds that the protocol itself, without a profile, has a way to say. */
static void write_commands(const struct protocol *p, struct json_out *out)
{
#define X(NAME, word, shown) #NAME,
    static const char *const names[] = {COMMAND_KIND_MAP(X)};
#undef X
    json_name(out, "commands");
    json_array_begin(out);
    for (size_t i = 0; i < COMMAND_KINDS; i++) {
        if (protocol_carries(p, (enum command_kind)i, NULL)) {
            json_write_string(out, names[i]);
        }
    }
    json_array_end(out);
}

static void write_protocol(const struct protocol *p, struct json_out *out)
{
    json_object_begin(out);
    write_member(out, "name", p->name);
    write_member(out, "about", p->doc);
    json_name(out, "udp");
    json_bool(out, !p->tcp_only);
    json_name(out, "clock_minutes");
    json_int(out, p->utc_offset_min);
    write_commands(p, out);
    write_setups(p->name, out);
    json_object_end(out);
}

static void write_profile(const struct profile *row, struct json_out *out)
{
#define X(name, key) key,
    static const char *const keys[] = {PROFILE_TEXT_MAP(X)};
#undef X
    json_object_begin(out);
    write_member(out, "name", row->name);
    write_member(out, "models", row->models == NULL ? "" : row->models);
    json_name(out, "sms");
    json_bool(out, row->takes_sms);
    json_name(out, "texts");
    json_object_begin(out);
    for (size_t i = 0; i < PROFILE_TEXTS; i++) {
        if (row->texts[i] != NULL) {
            write_member(out, keys[i], row->texts[i]);
        }
    }
    json_object_end(out);
    json_object_end(out);
}

int main(void)
{
    mem_configure();
    struct json_out out = {0};
    json_object_begin(&out);
    json_name(&out, "protocols");
    json_array_begin(&out);
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        write_protocol(protocol_at(i), &out);
    }
    json_array_end(&out);
    json_name(&out, "profiles");
    json_array_begin(&out);
    const struct profile *row = profiles_at(NULL, 0);
    for (size_t i = 0; row != NULL; row = profiles_at(NULL, ++i)) {
        write_profile(row, &out);
    }
    json_array_end(&out);
    json_object_end(&out);
    struct bytes text = json_text(&out);
    bool is_written = fwrite(text.at, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
    json_free(&out);
    return is_written ? 0 : 1;
}
