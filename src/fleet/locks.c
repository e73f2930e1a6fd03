/*
 * Events of locks. A padlock tells its state with every report, so a state counts when it differs
 * from the one before; what happens at an instant counts each time.
 *
 *     10:00  Locked & Pole/Rope in Lock      event, nothing was known
 *     10:30  Locked & Pole/Rope in Lock      -
 *     10:31  Unlocked by card                event; the state before it is over
 *     10:31  Unlocked & Pole/Rope out Lock   event
 *
 * Of a device with several locks the fix has the event of the first, and its extra values have them
 * all by number. Number 0 there is the device's own lock: a second thing that the report says.
 */
#include "fleet/locks.h"

static bool is_state(enum fix_lock event)
{
    switch (event) {
    case FIX_LOCK_OFF:
    case FIX_LOCK_ON:
    case FIX_LOCK_UNLOCKED_IN:
    case FIX_LOCK_UNLOCKED_OUT:
    case FIX_LOCK_LOCKED_IN:
    case FIX_LOCK_LOCKED_OUT:
    case FIX_LOCK_SEALED:
    case FIX_LOCK_UNSEALED:
        return true;
    default:
        return false;
    }
}

/* Whether it ends the state before it: the next report may tell the same state as something new. */
static bool opens(enum fix_lock event)
{
    return event == FIX_LOCK_UNLOCKED_BY_CARD || event == FIX_LOCK_UNLOCKED_BY_PASSWORD ||
           event == FIX_LOCK_UNLOCKED_BY_COMMAND || event == FIX_LOCK_UNLOCKED_BY_BLUETOOTH;
}

/* Whether what is told of a lock is an event. */
static bool take(struct locks *locks, size_t lock, enum fix_lock event)
{
    if (event == FIX_LOCK_NONE) {
        return false;
    }
    if (!is_state(event)) {
        locks->state[lock] = opens(event) ? FIX_LOCK_NONE : locks->state[lock];
        return true;
    }
    bool is_new = locks->state[lock] != (uint8_t)event;
    locks->state[lock] = (uint8_t)event;
    return is_new;
}

static enum fix_lock event_of_text(struct bytes text)
{
    for (int i = FIX_LOCK_NONE + 1; i < FIX_LOCK_COUNT; i++) {
        if (bytes_eq(text, fix_lock_text((enum fix_lock)i))) {
            return (enum fix_lock)i;
        }
    }
    return FIX_LOCK_NONE;
}

/* How many numbered locks the extra values tell of. */
static size_t count_numbered(struct bytes extras)
{
    size_t count = 0;
    struct extra e;
    struct extras_reader r = extras_begin(extras);
    while (extras_next(&r, &e)) {
        count += extra_key_of(&e) == EXTRA_LOCK_EVENT && e.is_text && extra_index_of(&e) > 0;
    }
    return count;
}

size_t locks_step(struct locks *locks, const struct fix *fix, struct bytes extras,
                  struct lock_event out[LOCK_EVENTS_MAX])
{
    size_t count = 0;
    size_t numbered = count_numbered(extras);
    enum fix_lock own = numbered == 0 ? (enum fix_lock)fix->lock : FIX_LOCK_NONE;
    if (take(locks, 0, own)) {
        out[count++] = (struct lock_event){(uint8_t)own, 0};
    }
    struct extra e;
    struct extras_reader r = extras_begin(extras);
    while (extras_next(&r, &e) && count < LOCK_EVENTS_MAX) {
        if (extra_key_of(&e) != EXTRA_LOCK_EVENT || !e.is_text) {
            continue;
        }
        unsigned lock = extra_index_of(&e);
        enum fix_lock event = event_of_text(e.text);
        if (take(locks, lock, event)) {
            uint8_t number = (uint8_t)(numbered > 1 ? lock : 0);
            out[count++] = (struct lock_event){(uint8_t)event, number};
        }
    }
    return count;
}
