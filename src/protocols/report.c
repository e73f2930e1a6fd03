/*
 * What a decoder puts together before it is a message.
 */
#include "protocols/report.h"

#include "base/hex.h"
#include "protocols/fields.h"

void report_begin(struct report *r, const struct decoded *out)
{
    r->fix = (struct fix){0};
    extras_init(&r->extras, out->arena);
}

struct message *report_add(const struct report *r, enum message_kind kind, struct decoded *out)
{
    struct message *m = decoded_add(out, kind);
    m->fix = r->fix;
    m->extras = extras_pack(&r->extras);
    return m;
}

struct message *report_add_answer(struct bytes said, struct decoded *out)
{
    enum { BYTES_MAX = MESSAGE_TEXT_MAX / 2 };
    struct message *m = decoded_add(out, MESSAGE_RESPONSE);
    struct bytes text = bytes_slice(field_trimmed(said), 0, BYTES_MAX);
    if (text.len > 0 && field_is_printable(text)) {
        m->text = arena_copy(out->arena, text);
        return m;
    }
    char *hex = arena_new(out->arena, MESSAGE_TEXT_MAX + 1);
    hex_encode(bytes_slice(said, 0, BYTES_MAX), hex);
    m->text = bytes_of_text(hex);
    return m;
}
