/*
 * The version of an object is a fingerprint of its members as JSON: SipHash, 52 of its bits, so
 * that a double holds the number. What a row does not show (passwords) is not in it; whoever knew
 * the other fields could else try passwords against it.
 */
#include "api/version.h"

#include <sodium.h>

#include "base/reader.h"

enum { SPARE_BITS = 11, CODE_CHANGED = 409 };

static int64_t fingerprint(struct bytes text)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = {0};
    uint8_t hash[crypto_shorthash_BYTES];
    (void)crypto_shorthash(hash, text.at, text.len, key);
    struct reader r = reader_init((struct bytes){hash, sizeof(hash)});
    return (int64_t)(read_u64be(&r) >> SPARE_BITS) | 1; /* never 0 */
}

void version_write(struct call *c, version_members *write, const void *object)
{
    size_t begin = json_text(&c->out).len;
    write(c, object, &c->out);
    struct bytes text = json_text(&c->out);
    int64_t version = fingerprint(bytes_slice(text, begin, text.len));
    json_name(&c->out, "Version");
    json_int(&c->out, version);
}

void version_write_object(struct call *c, version_members *write, const void *object)
{
    json_object_begin(&c->out);
    version_write(c, write, object);
    json_object_end(&c->out);
}

void version_write_row(struct call *c, version_members *write, const void *object,
                       int64_t enterprise_id)
{
    json_object_begin(&c->out);
    version_write(c, write, object);
    call_write_hold(c, &c->out, enterprise_id);
    json_object_end(&c->out);
}

int64_t version_of(struct call *c, version_members *write, const void *object)
{
    struct json_out out = {0};
    json_object_begin(&out);
    json_drop(&out);
    write(c, object, &out);
    int64_t version = fingerprint(json_text(&out));
    json_free(&out);
    return version;
}

enum err version_check(struct call *c, version_members *write, const void *object)
{
    const struct value *named = &c->common[COMMON_VERSION];
    if (!named->present || named->number == version_of(c, write, object)) {
        return ERR_OK;
    }
    return call_refuse(c, CODE_CHANGED, CALL_CHANGED_TEXT);
}
