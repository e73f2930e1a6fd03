/*
 * The envelope of every answer: {"Code": int, "Data": ..., "ErrMsg": string or null}, always in
 * that order. What an answer says is written between envelope_begin() and envelope_end().
 */
#include "api/envelope.h"

/* What envelope_begin() writes; Data follows. */
enum { HEAD_LEN = sizeof("{\"Code\":200,\"Data\":") - 1 };

void envelope_begin(struct call *c)
{
    c->out = (struct json_out){.at = c->out.at, .capacity = c->out.capacity};
    json_object_begin(&c->out);
    json_name(&c->out, "Code");
    json_int(&c->out, 200);
    json_name(&c->out, "Data");
}

static void write_failure(struct call *c)
{
    struct json_out *out = &c->out;
    *out = (struct json_out){.at = out->at, .capacity = out->capacity};
    json_object_begin(out);
    json_name(out, "Code");
    json_int(out, c->code);
    json_name(out, "Data");
    if (c->data_json != NULL) {
        json_raw(out, bytes_of_text(c->data_json));
    } else {
        json_write_string(out, c->data_text);
    }
    json_name(out, "ErrMsg");
    json_write_string(out, c->message[0] == '\0' ? NULL : c->message);
    json_object_end(out);
}

void envelope_end(struct call *c)
{
    if (c->code != 200) {
        write_failure(c);
        return;
    }
    if (c->file_type != NULL) {
        return;
    }
    if (c->out.after_name) {
        json_write_null(&c->out);
    }
    json_name(&c->out, "ErrMsg");
    json_write_string(&c->out, c->method == NULL ? NULL : c->method->success);
    json_object_end(&c->out);
}

struct bytes envelope_data(const struct call *c)
{
    struct bytes out = json_text(&c->out);
    return bytes_slice(out, HEAD_LEN, out.len);
}

void envelope_put_data(struct call *c, struct bytes data)
{
    if (data.len > 0) {
        json_raw(&c->out, data);
    }
}
