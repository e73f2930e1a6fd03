/*
 * The zone of a tracker's clock.
 *
 * A GT06 tracker tells local times, and its login may say of which zone; the same +3:00 or +8:00 is
 * sent by trackers whose times are of that zone and by others that run on UTC. JT/T 808 wants
 * Beijing time, and terminals on UTC exist. Who knows better comes first:
 *
 *     the device's UtcOffsetMinutes > the configuration > what was learnt here > login > row
 *
 * What can be learnt. Let `lead` be what the clock showed, read as UTC, less the arrival. A clock
 * of the zone Z that is right sends lead = Z - latency, and the latency is seconds for a fix that
 * is sent at once and hours or days for one out of a memory. So a lead proves that the clock is not
 * west of it, and proves nothing else:
 *
 *            ruled out              possible: the fix waited for Z - lead
 *     ───────────────────────────┬──────────────────────────────────────────────► Z
 *                           lead - 2 min
 *
 * Ahead. Read too far west, fixes come from the future, which no latency explains. The largest lead
 * is the zone, if it is one: three fixes on two connections within -60 .. +120 s of the same
 * quarter of an hour (zones are multiples of it), and none beyond. A smaller lead later is an older
 * fix and means nothing; one that is in time as the clock is read now says that the clock is right
 * after all, and those ahead are forgotten. An example, of a clock at +8:00 read as UTC:
 *
 *     lead   7:44:10   7:59:52   7:59:57   8:00:01         the first is a fix that waited
 *     counts     -         1         2         3
 *
 * Behind. Read too far east, fixes look old, and so do those of a right clock that sends from a
 * memory, first in, first out, as slowly as it takes new ones. Lag alone is therefore no reason.
 * Only three zones are thought of, that of the login, that of the row and UTC itself, and only if
 * no lead has ever ruled them out, which the first fix of a right clock that is sent at once does
 * for good. Wanted are two spells on different connections with twelve hours between them, each of
 * 20 fixes in 20 minutes without a gap over ten, all of which would be in time in that zone. What
 * this cannot tell from a wrong zone is a tracker that was never seen to send a fix at once and
 * whose backlog stands, to the minute and across connections, at the difference of the two zones.
 *
 * Fixes that a tracker itself says it kept (FIX_REUPLOAD), and those without a lock, are not taken
 * for observations: the caller leaves them out.
 *
 * What is remembered of a change is the rule, not the number, where the login or the row says the
 * same number: a tracker that is carried into another zone and told so is then read rightly. Of two
 * changes within 30 days one was wrong, so the second is the last, until a person decides.
 *
 * For seven days after a change a fix that is sent again may be stored under the time that the rule
 * before it gave; `formers` are those rules.
 */
#include "fleet/clock_zone.h"

#include <string.h>

#include "base/check.h"
#include "base/reader.h"
#include "base/writer.h"
#include "model/account.h"

enum {
    QUARTER_S = 900,
    EARLY_MAX_S = 120,      /* a clock that is right is not further ahead */
    LATE_MAX_S = 60,        /* a fix that is sent at once is not later */
    SPELL_EARLY_MAX_S = 30, /* of a spell, which has fixes enough to be strict with */
    LEAD_MAX_S = UTC_OFFSET_MIN_MAX * 60 + EARLY_MAX_S, /* no zone explains more */
    LEAST_MIN_MIN = -(LEAD_MAX_S + EARLY_MAX_S) / 60,
    AHEAD_FIXES = 3,
    AHEAD_STALE_S = 7 * 86400,
    SPELL_FIXES = 20,
    SPELL_S = 20 * 60,
    SPELL_GAP_MAX_S = 10 * 60,
    SPELLS_APART_S = 12 * 3600,
    UNSTEADY_S = 30 * 86400,
    FORMER_S = 7 * 86400,
    CANDIDATES = 3,
    PACK_VERSION = 1,
};

/* ---- who says what ---- */

int clock_rule_offset_min(const struct clock_rule *rule, const struct clock_basis *b)
{
    if (rule->mode == CLOCK_SET) {
        return rule->offset_min;
    }
    if (b->is_configured) {
        return b->configured_min;
    }
    if (rule->mode == CLOCK_FIXED) {
        return rule->offset_min;
    }
    return rule->mode == CLOCK_TOLD && b->is_told ? b->told_min : b->row_min;
}

int clock_zone_offset_min(const struct clock_zone *z, const struct clock_basis *b)
{
    return b->is_set ? b->set_min : clock_rule_offset_min(&z->rule, b);
}

/* The rule that reads times in `offset_min`. */
static struct clock_rule rule_of(const struct clock_basis *b, int16_t offset_min)
{
    int told_min = b->is_told ? b->told_min : b->row_min;
    if (told_min == offset_min) {
        return (struct clock_rule){.mode = CLOCK_TOLD};
    }
    if (b->row_min == offset_min) {
        return (struct clock_rule){.mode = CLOCK_ROW};
    }
    return (struct clock_rule){.mode = CLOCK_FIXED, .offset_min = offset_min};
}

static bool is_between(int64_t v, int64_t min, int64_t max)
{
    return v >= min && v <= max;
}

/* The zones that may be right if the clock is now read too far east; answers how many. */
static size_t candidates_of(const struct clock_basis *b, int16_t out[CANDIDATES])
{
    size_t count = 0;
    if (b->is_told && is_between(b->told_min, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX)) {
        out[count++] = b->told_min;
    }
    out[count++] = b->row_min;
    out[count++] = 0;
    return count;
}

/* ---- observing ---- */

static void forget_evidence(struct clock_zone *z)
{
    z->ahead = (struct clock_ahead){0};
    z->spell = (struct clock_spell){0};
    z->has_second_spell = false;
    z->running = (struct clock_spell){0};
}

/* Whether a zone west of the one in use could be thought of. */
static bool is_in_question(const struct clock_basis *b, int used_min)
{
    int16_t candidates[CANDIDATES];
    size_t count = candidates_of(b, candidates);
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        found = found || candidates[i] < used_min;
    }
    return found;
}

/* What the lead rules out. */
static void note_least(struct clock_zone *z, int64_t lead_s)
{
    int64_t s = lead_s - EARLY_MAX_S;
    int16_t least_min = (int16_t)(s > 0 ? (s + 59) / 60 : s / 60); /* rounded up */
    if (!z->has_least || least_min > z->least_min) {
        z->has_least = true;
        z->least_min = least_min;
    }
    if (z->spell.count > 0 && z->spell.offset_min < z->least_min) {
        z->spell = (struct clock_spell){0};
        z->has_second_spell = false;
    }
}

/* The zone in which a fix with that lead is in time, in minutes; false where it is in none. */
static bool zone_of_lead(int64_t lead_s, int16_t *offset_min)
{
    int64_t from_s = lead_s + LATE_MAX_S;
    int64_t quarter = from_s >= 0 ? from_s / QUARTER_S : -((-from_s + QUARTER_S - 1) / QUARTER_S);
    *offset_min = (int16_t)(quarter * QUARTER_S / 60);
    return lead_s - quarter * QUARTER_S <= EARLY_MAX_S &&
           is_between(*offset_min, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX);
}

static void count_ahead(struct clock_ahead *a, const struct clock_observation *o)
{
    if (a->count == 0) {
        a->connection = o->connection;
    }
    if (a->count < AHEAD_FIXES) {
        a->count++;
    }
    a->is_twice = a->is_twice || a->connection != o->connection;
    a->last_told_s = o->told_s;
    a->last_arrival_s = o->arrival_s;
}

static void observe_ahead(struct clock_zone *z, const struct clock_observation *o, int64_t lead_s)
{
    struct clock_ahead *a = &z->ahead;
    bool is_stale = a->last_arrival_s != 0 && o->arrival_s - a->last_arrival_s > AHEAD_STALE_S;
    if (a->count > 0 && (is_stale || lead_s - a->offset_min * INT64_C(60) > EARLY_MAX_S)) {
        *a = (struct clock_ahead){0};
    }
    int16_t offset_min = 0;
    if (!zone_of_lead(lead_s, &offset_min) || (a->count > 0 && offset_min < a->offset_min)) {
        return;
    }
    a->offset_min = offset_min;
    if (a->count == 0 || o->told_s > a->last_told_s) {
        count_ahead(a, o);
    }
}

/* The candidate west of the zone in use in which the fix is in time. */
static bool find_behind(const struct clock_zone *z, const struct clock_basis *b, int64_t lead_s,
                        int16_t *offset_min)
{
    int16_t candidates[CANDIDATES];
    size_t count = candidates_of(b, candidates);
    for (size_t i = 0; i < count; i++) {
        bool is_possible = !z->has_least || candidates[i] >= z->least_min;
        if (is_possible &&
            is_between(lead_s - candidates[i] * INT64_C(60), -LATE_MAX_S, SPELL_EARLY_MAX_S)) {
            *offset_min = candidates[i];
            return true;
        }
    }
    return false;
}

static bool goes_on(const struct clock_spell *s, int16_t offset_min,
                    const struct clock_observation *o)
{
    return s->count > 0 && s->offset_min == offset_min && s->connection == o->connection &&
           is_between(o->arrival_s - s->last_arrival_s, 0, SPELL_GAP_MAX_S) &&
           o->told_s - s->last_told_s <= SPELL_GAP_MAX_S;
}

static bool is_whole(const struct clock_spell *s)
{
    return s->count >= SPELL_FIXES && s->last_arrival_s - s->first_arrival_s >= SPELL_S;
}

/* Keeps a spell that became whole: the first one as it is, of the second one only that it came. */
static void keep_spell(struct clock_zone *z)
{
    const struct clock_spell *s = &z->running;
    if (z->spell.count == 0 || z->spell.offset_min != s->offset_min) {
        z->spell = (struct clock_spell){.offset_min = s->offset_min,
                                        .count = 1,
                                        .connection = s->connection,
                                        .last_arrival_s = s->last_arrival_s};
        z->has_second_spell = false;
        return;
    }
    z->has_second_spell =
        z->has_second_spell || (z->spell.connection != s->connection &&
                                s->first_arrival_s - z->spell.last_arrival_s >= SPELLS_APART_S);
}

static void observe_behind(struct clock_zone *z, const struct clock_basis *b,
                           const struct clock_observation *o)
{
    struct clock_spell *s = &z->running;
    int16_t offset_min = 0;
    if (!find_behind(z, b, o->told_s - o->arrival_s, &offset_min)) {
        s->count = 0;
        return;
    }
    if (!goes_on(s, offset_min, o)) {
        *s = (struct clock_spell){
            .offset_min = offset_min, .connection = o->connection, .first_arrival_s = o->arrival_s};
    } else if (o->told_s <= s->last_told_s) {
        return; /* sent again */
    }
    if (s->count < SPELL_FIXES) {
        s->count++;
    }
    s->last_arrival_s = o->arrival_s;
    s->last_told_s = o->told_s;
    if (is_whole(s)) {
        keep_spell(z);
    }
}

void clock_zone_observe(struct clock_zone *z, const struct clock_basis *b,
                        const struct clock_observation *o)
{
    const int64_t lead_s = o->told_s - o->arrival_s;
    const int used_min = clock_zone_offset_min(z, b);
    const int64_t early_s = lead_s - used_min * INT64_C(60);
    if (!is_between(lead_s, -LEAD_MAX_S, LEAD_MAX_S)) {
        z->running.count = 0;
        return;
    }
    if (is_in_question(b, used_min)) {
        note_least(z, lead_s);
    }
    if (early_s > EARLY_MAX_S) {
        z->running.count = 0;
        observe_ahead(z, o, lead_s);
    } else if (early_s >= -LATE_MAX_S) {
        forget_evidence(z);
    } else {
        observe_behind(z, b, o);
    }
}

/* ---- changing ---- */

struct clock_wish clock_zone_wish(const struct clock_zone *z, const struct clock_basis *b)
{
    struct clock_wish wish = {0};
    if (z->ahead.count == AHEAD_FIXES) {
        wish = (struct clock_wish){true, z->ahead.is_twice, z->ahead.offset_min};
    } else if (z->spell.count > 0) {
        wish = (struct clock_wish){true, z->has_second_spell, z->spell.offset_min};
    }
    wish.is_one = wish.is_one && wish.offset_min != clock_zone_offset_min(z, b);
    return wish;
}

bool clock_zone_may_learn(const struct clock_zone *z, const struct clock_basis *b)
{
    return !b->is_set && !b->is_configured && !z->is_stopped;
}

static void push_former(struct clock_zone *z, struct clock_rule rule, int64_t until_s)
{
    memmove(&z->formers[1], &z->formers[0], (CLOCK_FORMERS_MAX - 1) * sizeof(z->formers[0]));
    z->formers[0] = (struct clock_former){rule, until_s};
}

void clock_zone_learn(struct clock_zone *z, const struct clock_basis *b, int16_t offset_min,
                      int64_t now_s)
{
    push_former(z, z->rule, now_s);
    z->rule = rule_of(b, offset_min);
    z->learnt_min = offset_min;
    z->is_stopped = z->learnt_s != 0 && now_s - z->learnt_s < UNSTEADY_S;
    z->learnt_s = now_s;
    forget_evidence(z);
}

void clock_zone_note_set(struct clock_zone *z, bool was_set, int16_t was_min, int64_t now_s)
{
    const struct clock_rule set = {.mode = CLOCK_SET, .offset_min = was_min};
    push_former(z, was_set ? set : z->rule, now_s);
    z->rule = (struct clock_rule){0};
    z->learnt_min = 0;
    z->is_stopped = false;
    z->learnt_s = 0;
    forget_evidence(z);
}

void clock_zone_prune(struct clock_zone *z, int64_t now_s)
{
    for (size_t i = 0; i < CLOCK_FORMERS_MAX; i++) {
        if (now_s - z->formers[i].until_s > FORMER_S) {
            z->formers[i] = (struct clock_former){0};
        }
    }
}

bool clock_zone_is_blank(const struct clock_zone *z)
{
    return z->rule.mode == CLOCK_TOLD && z->learnt_s == 0 && !z->has_least &&
           z->formers[0].until_s == 0 && z->ahead.count == 0 && z->spell.count == 0;
}

struct clock_hint clock_zone_hint(const struct clock_zone *z)
{
    if (z->is_stopped) {
        return (struct clock_hint){CLOCK_HINT_UNSTEADY, z->learnt_min};
    }
    if (z->ahead.count == AHEAD_FIXES) {
        return (struct clock_hint){CLOCK_HINT_AHEAD, z->ahead.offset_min};
    }
    if (z->spell.count > 0) {
        return (struct clock_hint){CLOCK_HINT_BEHIND, z->spell.offset_min};
    }
    if (z->rule.mode != CLOCK_TOLD) {
        return (struct clock_hint){CLOCK_HINT_LEARNT, z->learnt_min};
    }
    return (struct clock_hint){0};
}

/* ---- as bytes ---- */

/*
 *     01 | rule | learnt_min learnt_s bits | least | formers | ahead | spell
 *
 * A rule is its mode u8 and its zone. Numbers are varints, the signed ones zigzag; times and zones
 * are signed. Of `bits`, 0 says stopped, 1 that there is a least zone, 2 that the fixes ahead were
 * on two connections, 3 that there is a second spell.
 */
enum { BIT_STOPPED = 1, BIT_LEAST = 2, BIT_TWICE = 4, BIT_SECOND = 8, BITS_ALL = 15 };

static void write_rule(struct writer *w, const struct clock_rule *rule)
{
    write_u8(w, (uint8_t)rule->mode);
    write_varint_signed(w, rule->offset_min);
}

static unsigned bits_of(const struct clock_zone *z)
{
    return (z->is_stopped ? BIT_STOPPED : 0U) | (z->has_least ? BIT_LEAST : 0U) |
           (z->ahead.is_twice ? BIT_TWICE : 0U) | (z->has_second_spell ? BIT_SECOND : 0U);
}

static void write_formers(struct writer *w, const struct clock_zone *z)
{
    for (size_t i = 0; i < CLOCK_FORMERS_MAX; i++) {
        write_rule(w, &z->formers[i].rule);
        write_varint_signed(w, z->formers[i].until_s);
    }
}

struct bytes clock_zone_pack(const struct clock_zone *z, uint8_t *room)
{
    struct writer w = writer_init(room, CLOCK_ZONE_PACKED_MAX);
    write_u8(&w, PACK_VERSION);
    write_rule(&w, &z->rule);
    write_varint_signed(&w, z->learnt_min);
    write_varint_signed(&w, z->learnt_s);
    write_u8(&w, (uint8_t)bits_of(z));
    write_varint_signed(&w, z->least_min);
    write_formers(&w, z);
    write_varint_signed(&w, z->ahead.offset_min);
    write_u8(&w, z->ahead.count);
    write_varint(&w, z->ahead.connection);
    write_varint_signed(&w, z->spell.offset_min);
    write_u8(&w, z->spell.count > 0 ? 1 : 0);
    write_varint(&w, z->spell.connection);
    write_varint_signed(&w, z->spell.last_arrival_s);
    check(writer_ok(&w));
    return writer_bytes(&w);
}

/* A number of `min` to `max`; beyond them the reader fails. */
static int64_t read_within(struct reader *r, int64_t min, int64_t max)
{
    int64_t v = read_varint_signed(r);
    r->failed = r->failed || !is_between(v, min, max);
    return r->failed ? 0 : v;
}

static int16_t read_offset(struct reader *r)
{
    return (int16_t)read_within(r, UTC_OFFSET_MIN_MIN, UTC_OFFSET_MIN_MAX);
}

static uint8_t read_upto(struct reader *r, uint8_t max)
{
    uint8_t v = read_u8(r);
    r->failed = r->failed || v > max;
    return r->failed ? 0 : v;
}

static struct clock_rule read_rule(struct reader *r)
{
    struct clock_rule rule = {.mode = (enum clock_mode)read_upto(r, CLOCK_MODE_COUNT - 1)};
    rule.offset_min = read_offset(r);
    return rule;
}

static uint32_t read_connection(struct reader *r)
{
    uint64_t v = read_varint(r);
    r->failed = r->failed || v > UINT32_MAX;
    return (uint32_t)v;
}

/* All but the version. */
static void read_zone(struct reader *r, struct clock_zone *z)
{
    z->rule = read_rule(r);
    z->learnt_min = read_offset(r);
    z->learnt_s = read_within(r, INT64_MIN, INT64_MAX);
    unsigned bits = read_upto(r, BITS_ALL);
    z->is_stopped = (bits & BIT_STOPPED) != 0;
    z->has_least = (bits & BIT_LEAST) != 0;
    z->ahead.is_twice = (bits & BIT_TWICE) != 0;
    z->has_second_spell = (bits & BIT_SECOND) != 0;
    z->least_min = (int16_t)read_within(r, LEAST_MIN_MIN, UTC_OFFSET_MIN_MAX);
    for (size_t i = 0; i < CLOCK_FORMERS_MAX; i++) {
        z->formers[i].rule = read_rule(r);
        z->formers[i].until_s = read_within(r, INT64_MIN, INT64_MAX);
    }
    z->ahead.offset_min = read_offset(r);
    z->ahead.count = read_upto(r, AHEAD_FIXES);
    z->ahead.connection = read_connection(r);
    z->spell.offset_min = read_offset(r);
    z->spell.count = read_upto(r, 1);
    z->spell.connection = read_connection(r);
    z->spell.last_arrival_s = read_within(r, INT64_MIN, INT64_MAX);
}

enum err clock_zone_unpack(struct bytes packed, struct clock_zone *out)
{
    struct reader r = reader_init(packed);
    *out = (struct clock_zone){0};
    if (read_u8(&r) != PACK_VERSION) {
        return ERR_CORRUPT;
    }
    read_zone(&r, out);
    return reader_ok(&r) && reader_left(&r) == 0 ? ERR_OK : ERR_CORRUPT;
}
