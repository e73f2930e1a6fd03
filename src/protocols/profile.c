/*
 * Profiles of models, one row each. A model is written in many ways, so it is compared without case
 * and dividers; the first row with which it begins wins. `odograph profiles` prints the rows in the
 * form of an operator's file (profile_file.c), so that what is added can start from what is there.
 *
 * Patterns stand with the maker whose trackers take them, and are held against the texts to all.
 *
 * Source: the vectors' facts of locks, sections 1 to 4; AOVX's V and G series protocol.
 */
#include "protocols/profile.h"

#include <string.h>

#include "protocols/profile_private.h"
#include "protocols/protocol.h"

static const struct alarm_row aovx_v_rows[] = {
    {1, ALARM_BIT(OVERSPEED)}, {7, ALARM_BIT(LOW_BATTERY)}, {8, ALARM_BIT(POWER_OFF)},
    {15, ALARM_BIT(REMOVAL)},  {16, ALARM_BIT(VIBRATION)},  {28, ALARM_BIT(DISPLACEMENT)},
};
static const struct alarm_row aovx_rows[] = {{16, ALARM_BIT(DISPLACEMENT)}};

/* Answers by SMS to WHERE# and STATUS#. */
static const char concox_reports[] =
    "Lat:{lat},Lon:{lon},Course:{course},Speed:{kmh} km/h,DateTime:{time};"
    "Lat:{lat},Lon:{lon},Course:{course},Speed:{knots},DateTime:{time};"
    "Battery:{volts}V";

static const struct profile built_in[] = {
    {
        .name = "AOVX V",
        .models = "AOVX V; VL300",
        .alarms = ALARM_TABLE(aovx_v_rows),
        .has_memory_bit = true,
    },
    {
        .name = "AOVX",
        .models = "AOVX ; GL100; AL300",
        .alarms = ALARM_TABLE(aovx_rows),
        .has_memory_bit = true,
    },
    {
        .name = "JT/T 808",
        .cuts = "hex:8105F0",
        .unlocks = "hex:8500; ELOCK",
    },
    {
        .name = "G10LS",
        .models = "G10LS; W15L",
        .texts = {[PROFILE_CUT] = "hex:810564", [PROFILE_RESTORE] = "hex:810565"},
        .cuts = "hex:810564",
    },
    {
        .name = "Concox",
        .models = "VL03; VL103; JM VL03; JM VL103",
        .texts = {[PROFILE_STATUS] = "STATUS#",
                  [PROFILE_PARAMETERS] = "PARAM#",
                  [PROFILE_ICCID] = "ICCID#",
                  [PROFILE_CUT] = "RELAY,1#",
                  [PROFILE_RESTORE] = "RELAY,0#"},
        .cuts = "RELAY,1; DYD",
        .reports = concox_reports,
        .takes_sms = true,
    },
    {
        .name = "MiCODUS",
        .models = "MV501; ML208; MICODUS",
        .texts = {[PROFILE_STATUS] = "STATUS#",
                  [PROFILE_PARAMETERS] = "PARAM#",
                  [PROFILE_CUT] = "RELAY,2#",
                  [PROFILE_RESTORE] = "RELAY,0#"},
        .cuts = "RELAY,1; RELAY,2; SPEED",
        .reports = concox_reports,
        .takes_sms = true,
    },
    {
        .name = "Topflytech",
        .models = "T8808; TOPFLY",
        .cuts = "RELAY,*,1",
    },
    {
        .name = "Coban",
        .models = "GPS105; BN 311; COBAN",
        .cuts = "STOP*",
        .reports = "lat:{lat} long:{lon} speed:{kmh} T:{time}; bat:{percent}%",
        .takes_sms = true,
    },
    {
        .name = "GPS103",
        .models = "GPS102; GPS103; GPS303; GPS304; GPS305; GPS306",
        .texts = {[PROFILE_CUT] = "STOP", [PROFILE_RESTORE] = "RESUME"},
        .cuts = "STOP; 109",
    },
    {
        .name = "TK103",
        .models = "TK103; TK102; TK116",
        .texts = {[PROFILE_CUT] = "AV010", [PROFILE_RESTORE] = "AV011"},
        .cuts = "AV010; *TURNOFF*",
    },
    {
        .name = "Meitrack",
        .models = "MEITRACK; MVT100; MVT340; MVT380; MVT600; MVT800; T333; T366; T399; T622; T633",
        .texts = {[PROFILE_CUT] = "C01,0,12222", [PROFILE_RESTORE] = "C01,0,02222"},
        .cuts = "C01,*,1*",
    },
    {
        .name = "Totem",
        .models = "TOTEM; AT03; AT05; AT06; AT07; AT09",
        .texts = {[PROFILE_CUT] = "000000,025,C,1", [PROFILE_RESTORE] = "000000,025,C,0"},
        .cuts = "*,025,*,1",
    },
    {
        .name = "Castel",
        .models = "CASTEL; PT 690; MPIP",
        .texts = {[PROFILE_CUT] = "hex:458301", [PROFILE_RESTORE] = "hex:458300"},
        .cuts = "hex:458301",
    },
    {
        .name = "Xexun",
        .models = "XEXUN; XT 008; XT 009",
        .cuts = "POWERCAR* 11",
    },
    {
        .name = "Suntech",
        .models = "SUNTECH; ST300; ST310; ST340; ST350; ST390; ST600",
        .texts = {[PROFILE_CUT] = "Enable1", [PROFILE_RESTORE] = "Disable1"},
        .cuts = "ENABLE1; 4,1",
    },
    {
        .name = "SinoTrack",
        .models = "ST 901; ST 902; ST 905; ST 906; SINOTRACK",
        .texts = {[PROFILE_CUT] = "S20,1,1", [PROFILE_RESTORE] = "S20,1,0"},
        .cuts = "940*",
    },
    {
        .name = "Teltonika",
        .models = "FMB; FMC; FMM; TELTONIKA",
        .cuts = "SETDIGOUT",
    },
    {
        .name = "H02",
        .models = "H02; H06; H08; LK209; CJ720; CJ730",
        .texts = {[PROFILE_CUT] = "S20,1,1", [PROFILE_RESTORE] = "S20,1,0"},
        .cuts = "S20",
    },
    {
        .name = "JT600",
        .models = "JT600",
        .texts = {[PROFILE_CUT] = "S07,0", [PROFILE_RESTORE] = "S07,1"},
        .cuts = "S07,0",
    },
    {
        .name = "JT701",
        .models = "JT701; JT705",
        .texts =
            {[PROFILE_STATUS] = "P01", [PROFILE_PARAMETERS] = "P04,0", [PROFILE_ICCID] = "P68,2,0"},
        .unlocks = "P43; P44; P52; P41; P42; P59",
    },
};
enum { BUILT_IN = sizeof(built_in) / sizeof(built_in[0]) };

const struct profile *profiles_at(const struct profiles *p, size_t index)
{
    size_t own = p == NULL ? 0 : p->count;
    if (index < own) {
        return &p->rows[index];
    }
    return index - own < BUILT_IN ? &built_in[index - own] : NULL;
}

/* ---- models ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* As the rows write it. */
static uint8_t plain_of(uint8_t c)
{
    bool is_divider = c == '_' || c == '-';
    bool is_small = c >= 'a' && c <= 'z';
    return (uint8_t)(is_divider ? ' ' : is_small ? c - 'a' + 'A' : c);
}

/* Whether `model` begins with `row`, and no number of the row goes on in it. */
static bool begins(struct bytes model, struct bytes row)
{
    size_t n = 0;
    while (n < row.len && n < model.len && plain_of(model.at[n]) == plain_of(row.at[n])) {
        n++;
    }
    bool goes_on = n > 0 && n < model.len && is_digit(model.at[n - 1]) && is_digit(model.at[n]);
    return row.len > 0 && n == row.len && !goes_on;
}

/* Of an item of a list: a blank before it goes, one behind it is part of it. */
static bool has_model(const struct profile *row, struct bytes model)
{
    struct bytes rest = bytes_of_text(row->models == NULL ? "" : row->models);
    while (rest.len > 0) {
        size_t len = bytes_find(rest, ';');
        size_t blanks = 0;
        while (blanks < len && rest.at[blanks] == ' ') {
            blanks++;
        }
        if (begins(model, bytes_slice(rest, blanks, len - blanks))) {
            return true;
        }
        rest = bytes_slice(rest, len + 1, SIZE_MAX);
    }
    return false;
}

const struct profile *profile_of_model(const struct profiles *p, struct bytes model)
{
    const struct profile *row = profiles_at(p, 0);
    for (size_t i = 0; row != NULL && !has_model(row, model); i++) {
        row = profiles_at(p, i + 1);
    }
    return row;
}

struct dialect dialect_of(const struct profiles *p, const struct device *d)
{
    return (struct dialect){.speed_unit = d->speed_unit,
                            .profile = profile_of_model(p, bytes_of_text(d->model))};
}

bool dialect_set(struct session *s, struct dialect dialect)
{
    bool is_change =
        s->device_speed_unit != (uint8_t)dialect.speed_unit || s->profile != dialect.profile;
    s->device_speed_unit = (uint8_t)dialect.speed_unit;
    s->profile = dialect.profile;
    return is_change;
}

/* ---- what a profile says in place of a command ---- */

/* The text of an operator's own name; empty where there is none. */
static struct bytes named_text(const struct profile *row, struct bytes name)
{
    struct bytes rest = bytes_of_text(row->named == NULL ? "" : row->named);
    while (rest.len > 0) {
        struct bytes line = bytes_slice(rest, 0, bytes_find(rest, '\n'));
        size_t len = bytes_find(line, '=');
        char key[PROFILE_NAME_SIZE];
        bytes_to_text(bytes_slice(line, 0, len), key, sizeof(key));
        if (len < sizeof(key) && bytes_eq_nocase(name, key)) {
            return bytes_slice(line, len + 1, SIZE_MAX);
        }
        rest = bytes_slice(rest, line.len + 1, SIZE_MAX);
    }
    return (struct bytes){0};
}

/* The text that a name stands for. */
static struct bytes text_of_name(const struct profile *row, struct bytes name)
{
    static const char *const keys[PROFILE_TEXTS] = {
#define X(name, key) [PROFILE_##name] = (key),
        PROFILE_TEXT_MAP(X)
#undef X
    };
    for (size_t i = 0; i < PROFILE_TEXTS; i++) {
        bool is_locks = i == PROFILE_LOCK || i == PROFILE_UNLOCK; /* they have calls of their own */
        if (!is_locks && row->texts[i] != NULL && bytes_eq_nocase(name, keys[i])) {
            return bytes_of_text(row->texts[i]);
        }
    }
    return named_text(row, name);
}

struct bytes profile_name_at(const struct profile *p, size_t index)
{
    static const struct {
        enum profile_text text;
        const char *key;
    } engine[] = {{PROFILE_CUT, "cut"}, {PROFILE_RESTORE, "restore"}};
    for (size_t i = 0; i < sizeof(engine) / sizeof(engine[0]); i++) {
        if (p->texts[engine[i].text] != NULL && index-- == 0) {
            return bytes_of_text(engine[i].key);
        }
    }
    struct bytes rest = bytes_of_text(p->named == NULL ? "" : p->named);
    while (rest.len > 0) {
        struct bytes line = bytes_slice(rest, 0, bytes_find(rest, '\n'));
        if (index-- == 0) {
            return bytes_slice(line, 0, bytes_find(line, '='));
        }
        rest = bytes_slice(rest, line.len + 1, SIZE_MAX);
    }
    return (struct bytes){0};
}

/* What the profile says in place of the command; empty: nothing. */
static struct bytes text_for(const struct command_request *what)
{
    static const uint8_t texts[COMMAND_KINDS] = {
        [COMMAND_QUERY_STATUS] = PROFILE_STATUS, [COMMAND_QUERY_PARAMETERS] = PROFILE_PARAMETERS,
        [COMMAND_QUERY_ICCID] = PROFILE_ICCID,   [COMMAND_LOCK] = PROFILE_LOCK,
        [COMMAND_UNLOCK] = PROFILE_UNLOCK,
    };
    switch (what->kind) {
    case COMMAND_HIGH_LEVEL:
        return what->raw.len > 0 ? (struct bytes){0} : text_of_name(what->profile, what->text);
    case COMMAND_QUERY_STATUS:
    case COMMAND_QUERY_PARAMETERS:
    case COMMAND_QUERY_ICCID:
    case COMMAND_LOCK:
    case COMMAND_UNLOCK: {
        const char *text = what->profile->texts[texts[what->kind]];
        return bytes_of_text(text == NULL ? "" : text);
    }
    case COMMAND_TEXT:
    case COMMAND_TIMED_UNLOCK:
    case COMMAND_KINDS:
        break;
    }
    return (struct bytes){0};
}

/* Whether a password may stand in a text: nothing of it can end a statement or a frame. */
static bool is_plain_password(struct bytes password)
{
    for (size_t i = 0; i < password.len; i++) {
        uint8_t c = plain_of(password.at[i]);
        if (!is_digit(c) && (c < 'A' || c > 'Z')) {
            return false;
        }
    }
    return password.len > 0;
}

/* The text with the password in it, in `room`; false where it cannot be. */
static bool fill_password(struct bytes *text, struct bytes password, uint8_t *room)
{
    size_t at = 0;
    while (at < text->len && !bytes_begin(bytes_slice(*text, at, SIZE_MAX), PROFILE_PASSWORD)) {
        at++;
    }
    if (at == text->len) {
        return true; /* it has no place for one */
    }
    struct writer w = writer_init(room, COMMAND_RAW_MAX);
    write_bytes(&w, bytes_slice(*text, 0, at));
    write_bytes(&w, password);
    write_bytes(&w, bytes_slice(*text, at + strlen(PROFILE_PASSWORD), SIZE_MAX));
    *text = writer_bytes(&w);
    return is_plain_password(password) && writer_ok(&w);
}

bool profile_apply(struct command_request *what, uint8_t room[COMMAND_RAW_MAX])
{
    struct bytes text = what->profile == NULL ? (struct bytes){0} : text_for(what);
    if (text.len == 0) {
        return true;
    }
    if (command_is_raw(text)) {
        size_t len = command_raw(text, room);
        what->raw = (struct bytes){room, len};
        what->kind = COMMAND_HIGH_LEVEL;
        return len > 0;
    }
    if (!fill_password(&text, what->password, room)) {
        return false;
    }
    what->text = text;
    what->kind = COMMAND_TEXT;
    return true;
}
