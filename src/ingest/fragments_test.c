#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hex.h"
#include "ingest/ingest_testing.h"

/*
 * Two locations of JT/T 808 2013 in one message 0704, which the tests divide: number of items,
 * kind, and each with its length. A location: alarms, status (a position, ignition on), latitude
 * and longitude in millionths, altitude, speed in tenths, course, time in the zone of China.
 */
static const char batch_hex[] =
    "0002 01"
    "001c 00000000 00000003 0221be60 0703fb20 0000 01f4 0000 261123091150"
    "001c 00000000 00000003 0221c248 0703fb20 0000 01f4 0000 261123091200";

enum { KEY = 0x07040001, BATCH_MAX = 128, OLD_S = 600 };

struct divided {
    uint8_t bytes[BATCH_MAX];
    size_t len;
};

static struct divided batch(void)
{
    struct divided d;
    assert_int_equal(hex_decode(bytes_of_text(batch_hex), d.bytes, sizeof(d.bytes), &d.len),
                     ERR_OK);
    return d;
}

static struct message fragment_of(const struct divided *d, uint32_t key, uint16_t number,
                                  uint16_t total)
{
    size_t from = d->len * (number - 1U) / total;
    size_t to = d->len * number / total;
    return (struct message){.kind = MESSAGE_FRAGMENT,
                            .fragment = {.key = key, .number = number, .total = total},
                            .text = bytes_slice((struct bytes){d->bytes, d->len}, from, to - from)};
}

/* As it arrives now, so that it does not count as old. */
static struct verdict send_at(struct rig *r, struct message m, int64_t ago_s)
{
    struct arrival a = rig_arrival(&m, 1);
    a.rcv_time_ms = clock_wall_ms() - ago_s * 1000;
    a.utc_offset_min = 480;
    struct verdict v = rig_send(r, a);
    assert_int_equal(v.outcome, OUTCOME_STORED);
    return v;
}

static void send_fragment(struct rig *r, uint32_t key, uint16_t number, uint16_t total)
{
    struct divided d = batch();
    (void)send_at(r, fragment_of(&d, key, number, total), 0);
}

static size_t waiting_rows(struct rig *r)
{
    rig_stop(r);
    struct store *s = kit_open(r->path, RIG_VFS);
    struct kit_loaded l = kit_load(s, RIG_DEVICE);
    store_close(s);
    rig_start(r);
    return l.changes - 2; /* the enterprise and the device */
}

static void fragments_are_joined_in_any_order(void **state)
{
    struct rig *r = *state;
    send_fragment(r, KEY, 3, 3);
    send_fragment(r, KEY, 1, 3);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 0);
    send_fragment(r, KEY, 2, 3);
    struct fix fixes[3];
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, 3), 2);
    assert_int_equal(fixes[1].lat_e7 - fixes[0].lat_e7, 10000);
    assert_int_equal(fixes[1].speed_kmh_e2, 5000);
    assert_counter(r, fixes_stored, 2);
    assert_counter(r, parts_expired, 0);
    assert_int_equal(waiting_rows(r), 0);
}

/* Bit 16 of the alarm word is a vibration to a VL300. */
static void joined_fragments_are_read_by_the_model_of_their_device(void **state)
{
    enum { ALARM_AT = 2 + 1 + 2, ITEM_LEN = 2 + 28, BIT_16_AT = 1 };
    struct rig *r = *state;
    struct divided d = batch();
    d.bytes[ALARM_AT + BIT_16_AT] = 1;
    d.bytes[ALARM_AT + ITEM_LEN + BIT_16_AT] = 1;
    assert_int_equal(rig_put_model(r, "VL300"), ERR_OK);
    (void)send_at(r, fragment_of(&d, KEY, 1, 2), 0);
    (void)send_at(r, fragment_of(&d, KEY, 2, 2), 0);
    struct fix fixes[3];
    assert_int_equal(kit_read(r->store, RIG_DEVICE, INT64_MAX, fixes, 3), 2);
    assert_int_equal(fixes[0].alarms, ALARM_BIT(VIBRATION));
    assert_int_equal(fixes[1].alarms, ALARM_BIT(VIBRATION));
}

static void fragments_survive_a_restart(void **state)
{
    struct rig *r = *state;
    send_fragment(r, KEY, 2, 2);
    assert_int_equal(waiting_rows(r), 1);
    send_fragment(r, KEY, 1, 2);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(waiting_rows(r), 0);
}

static void a_fragment_sent_again_is_acknowledged(void **state)
{
    struct rig *r = *state;
    send_fragment(r, KEY, 1, 2);
    uint64_t commits = counter_get(&r->counters, commits);
    send_fragment(r, KEY, 1, 2);
    assert_counter(r, commits, commits);
    send_fragment(r, KEY, 2, 2);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
}

/* Another message under the same key takes the place of the one that did not get complete. */
static void another_message_under_the_same_key(void **state)
{
    struct rig *r = *state;
    struct divided d = batch();
    struct divided other = batch();
    other.bytes[5] ^= 0x10;
    (void)send_at(r, fragment_of(&other, KEY, 1, 2), 0);
    (void)send_at(r, fragment_of(&d, KEY, 1, 2), 0);
    assert_counter(r, parts_expired, 1);
    (void)send_at(r, fragment_of(&d, KEY, 1, 3), 0);
    assert_counter(r, parts_expired, 2);
    (void)send_at(r, fragment_of(&d, KEY, 2, 3), 0);
    (void)send_at(r, fragment_of(&d, KEY, 3, 3), 0);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(waiting_rows(r), 0);
}

static void keys_and_devices_are_kept_apart(void **state)
{
    struct rig *r = *state;
    assert_int_equal(rig_put_device(r, 2, "other", false), ERR_OK);
    struct divided d = batch();
    struct message m = fragment_of(&d, KEY, 2, 2);
    struct arrival a = rig_arrival(&m, 1);
    a.rcv_time_ms = clock_wall_ms();
    a.device_id = "other";
    (void)rig_send(r, a);
    send_fragment(r, KEY, 1, 2);
    send_fragment(r, KEY + 1, 2, 2);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 0);
    send_fragment(r, KEY + 1, 1, 2);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(kit_count(r->store, 2), 0);
}

static void old_fragments_expire(void **state)
{
    struct rig *r = *state;
    struct divided d = batch();
    (void)send_at(r, fragment_of(&d, KEY, 1, 3), OLD_S + 5);
    (void)send_at(r, fragment_of(&d, KEY + 1, 1, 3), OLD_S - 60);
    (void)rig_send(r, rig_arrival(NULL, 0));
    assert_counter(r, parts_expired, 1);
    assert_int_equal(waiting_rows(r), 1);
}

static void bad_fragments_are_left_out(void **state)
{
    struct rig *r = *state;
    static uint8_t text[MESSAGE_TEXT_MAX + 1];
    static const struct message_fragment bad[] = {
        {.number = 1, .total = 1},
        {.number = 0, .total = 2},
        {.number = 3, .total = 2},
        {.number = 1, .total = MESSAGE_FRAGMENTS_MAX + 1},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct message m = {.kind = MESSAGE_FRAGMENT, .fragment = bad[i], .text = {text, 1}};
        (void)send_at(r, m, 0);
    }
    struct message m = {.kind = MESSAGE_FRAGMENT, .fragment = {.number = 1, .total = 2}};
    m.text = (struct bytes){text, sizeof(text)};
    (void)send_at(r, m, 0);
    assert_int_equal(waiting_rows(r), 0);
    m.text.len = MESSAGE_TEXT_MAX;
    m.fragment =
        (struct message_fragment){.number = MESSAGE_FRAGMENTS_MAX, .total = MESSAGE_FRAGMENTS_MAX};
    (void)send_at(r, m, 0);
    assert_int_equal(waiting_rows(r), 1);
}

/* The verdict on fragment `number` of two. */
static enum outcome outcome_of(struct rig *r, const struct divided *d, uint16_t number)
{
    struct message m = fragment_of(d, KEY, number, 2);
    struct arrival a = rig_arrival(&m, 1);
    a.rcv_time_ms = clock_wall_ms();
    a.utc_offset_min = 480;
    return rig_send(r, a).outcome;
}

/* The last fragment of what nobody can read is not taken: the device may send it right yet. */
static void what_cannot_be_joined_is_refused(void **state)
{
    struct rig *r = *state;
    struct divided d = batch();
    d.bytes[2 + 1] = 0xff; /* an item longer than the message */
    assert_int_equal(outcome_of(r, &d, 1), OUTCOME_STORED);
    assert_int_equal(outcome_of(r, &d, 2), OUTCOME_REFUSED);
    assert_int_equal(outcome_of(r, &d, 2), OUTCOME_REFUSED);
    assert_counter(r, frames_bad, 2);
    assert_counter(r, reports_unreadable, 0);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 0);
    assert_int_equal(waiting_rows(r), 1);
    assert_int_equal(outcome_of(r, &d, 2), OUTCOME_REFUSED);
    struct divided right = batch();
    assert_int_equal(outcome_of(r, &right, 1), OUTCOME_STORED); /* another under the same key */
    assert_int_equal(outcome_of(r, &right, 2), OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(waiting_rows(r), 0);
}

/* All the fragments come in one commit: those before the last one stay all the same. */
static void what_cannot_be_joined_at_once_is_refused(void **state)
{
    struct rig *r = *state;
    struct divided d = batch();
    d.bytes[2 + 1] = 0xff;
    struct message both[] = {fragment_of(&d, KEY, 1, 2), fragment_of(&d, KEY, 2, 2)};
    struct arrival a = rig_arrival(both, 2);
    a.rcv_time_ms = clock_wall_ms();
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_REFUSED);
    assert_int_equal(waiting_rows(r), 1);
}

/* Its fragments are acknowledged, so that what is readable is kept and the rest is counted. */
static void good_items_of_a_joined_message_are_kept(void **state)
{
    struct rig *r = *state;
    struct divided d = batch();
    d.bytes[d.len - 28 - 1] = 0x0d; /* the length of the last item: too short ... */
    d.len -= 28 - 0x0d;             /* ... for a location */
    assert_int_equal(outcome_of(r, &d, 2), OUTCOME_STORED);
    assert_int_equal(outcome_of(r, &d, 1), OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 1);
    assert_counter(r, fixes_stored, 1);
    assert_counter(r, reports_unreadable, 1);
    assert_counter(r, frames_bad, 0);
    assert_int_equal(waiting_rows(r), 0);
}

enum { DEVICE_BYTES = 256 * 1024 };

/* A device holds a quarter of a megabyte at most: the oldest message makes room. */
static void a_device_is_bounded(void **state)
{
    enum { MANY = 80 };
    struct rig *r = *state;
    static uint8_t text[MESSAGE_TEXT_MAX];
    for (uint32_t i = 0; i < MANY; i++) {
        struct message m = {.kind = MESSAGE_FRAGMENT,
                            .fragment = {.key = i, .number = 1, .total = 2},
                            .text = {text, sizeof(text)}};
        (void)send_at(r, m, 0);
    }
    size_t kept = waiting_rows(r);
    assert_in_range(kept, DEVICE_BYTES / (MESSAGE_TEXT_MAX + 384), DEVICE_BYTES / MESSAGE_TEXT_MAX);
    assert_counter(r, parts_expired, MANY - kept);
}

/* What it takes to remember a message counts too, however short what came of it. */
static void short_fragments_are_bounded(void **state)
{
    enum { MANY = 400, PIECE = 24 };
    struct rig *r = *state;
    static uint8_t text[1];
    for (uint32_t i = 0; i < MANY; i++) {
        struct message m = {.kind = MESSAGE_FRAGMENT,
                            .fragment = {.key = i, .number = 1, .total = MESSAGE_FRAGMENTS_MAX},
                            .text = {text, sizeof(text)}};
        (void)send_at(r, m, 0);
    }
    size_t kept = waiting_rows(r);
    size_t most = DEVICE_BYTES / ((size_t)MESSAGE_FRAGMENTS_MAX * PIECE);
    assert_in_range(kept, most / 2, most);
    assert_counter(r, parts_expired, MANY - kept);
}

static void a_failed_commit_undoes_fragments(void **state)
{
    struct rig *r = *state;
    send_fragment(r, KEY, 1, 2);
    struct divided d = batch();
    fault_vfs_set(&r->vfs, FAULT_NO_SPACE, 0);
    struct message last = fragment_of(&d, KEY, 2, 2);
    struct message first = fragment_of(&d, KEY + 1, 1, 2);
    struct message both[2] = {last, first};
    struct arrival a = rig_arrival(both, 2);
    a.rcv_time_ms = clock_wall_ms();
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_REFUSED);
    fault_vfs_set(&r->vfs, FAULT_NONE, 0);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 0);
    assert_int_equal(rig_send(r, a).outcome, OUTCOME_STORED);
    assert_int_equal(kit_count(r->store, RIG_DEVICE), 2);
    assert_int_equal(waiting_rows(r), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RIG(fragments_are_joined_in_any_order),
        WITH_RIG(joined_fragments_are_read_by_the_model_of_their_device),
        WITH_RIG(fragments_survive_a_restart),
        WITH_RIG(a_fragment_sent_again_is_acknowledged),
        WITH_RIG(another_message_under_the_same_key),
        WITH_RIG(keys_and_devices_are_kept_apart),
        WITH_RIG(old_fragments_expire),
        WITH_RIG(bad_fragments_are_left_out),
        WITH_RIG(what_cannot_be_joined_is_refused),
        WITH_RIG(what_cannot_be_joined_at_once_is_refused),
        WITH_RIG(good_items_of_a_joined_message_are_kept),
        WITH_RIG(a_device_is_bounded),
        WITH_RIG(short_fragments_are_bounded),
        WITH_RIG(a_failed_commit_undoes_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
