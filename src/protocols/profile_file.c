/*
 * Files of profiles, INI: a section a profile. What `odograph profiles` prints is such a file.
 *
 *     [MiCODUS]
 *     models = MV501; ML208           how its models begin
 *     status = STATUS#                texts of commands: status, parameters, iccid, cut, restore,
 *     cut = RELAY,2#                  lock, unlock; {password} stands for the password
 *     restore = hex:810565            or a raw message, in digits
 *     command.reboot = RESET#         a name of the operator's own for a high-level command
 *     cut_patterns = RELAY,1; RELAY,2 which texts cut, and which unlock: patterns.h
 *     unlock_patterns = P43
 *     reports = lat:{lat} lon:{lon}   what it writes in an SMS: sms_text.h
 *     sms_commands = true             it takes its commands by SMS, too
 *     alarm.7 = Low battery alarm     a bit of the alarm word of JT/T 808; several: A; B
 *     memory_bit_31 = true            bit 31 of its status: the location is from memory
 *
 * A key that is not known, a value that cannot be one, and a section without a name end the start:
 * a pattern that was mistyped would protect nothing.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "protocols/profile_private.h"
#include "protocols/sms_text.h"

enum {
    FILE_BYTES_MAX = 1 << 20,
    ROWS_MAX = 1000,
    VALUE_MAX = 1024,
    ALARM_BITS = 32,
};

static const char alarm_key[] = "alarm.";
static const char named_key[] = "command.";
static const char *const text_keys[PROFILE_TEXTS] = {
#define X(name, key) [PROFILE_##name] = (key),
    PROFILE_TEXT_MAP(X)
#undef X
};

/* What is being read. */
struct reading {
    GKeyFile *file;
    struct profiles *out;
    const char *section;
    struct alarm_row alarms[ALARM_BITS];
    size_t alarm_count;
    char *why; /* of PROFILE_ERROR_SIZE */
};

static enum err refuse(struct reading *r, const char *key, const char *wants)
{
    (void)g_snprintf(r->why, PROFILE_ERROR_SIZE, "[%s] %s: %s", r->section, key, wants);
    return ERR_INVALID;
}

/* The types of a list of alarm texts; 0: one is none. */
static alarm_set alarms_of(const char *list)
{
    alarm_set set = 0;
    char **items = g_strsplit(list, ";", -1);
    for (size_t i = 0; items[i] != NULL; i++) {
        const char *item = g_strstrip(items[i]);
        int type = 0;
        while (type < ALARM_COUNT &&
               g_ascii_strcasecmp(alarm_text((enum alarm_type)type), item) != 0) {
            type++;
        }
        if (type == ALARM_COUNT) {
            set = 0;
            break;
        }
        set |= UINT32_C(1) << type;
    }
    g_strfreev(items);
    return set;
}

static enum err take_alarm(struct reading *r, const char *key, const char *value)
{
    guint64 bit = 0;
    alarm_set set = alarms_of(value);
    if (!g_ascii_string_to_unsigned(key + sizeof(alarm_key) - 1, 10, 0, ALARM_BITS - 1, &bit,
                                    NULL)) {
        return refuse(r, key, "wants a bit from 0 to 31");
    }
    if (set == 0) {
        return refuse(r, key, "wants alarm types, such as Low battery alarm");
    }
    r->alarms[r->alarm_count++] = (struct alarm_row){(uint16_t)bit, set};
    return ERR_OK;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    bool is_one = len > 0 && len < PROFILE_NAME_SIZE;
    for (size_t i = 0; i < len; i++) {
        is_one = is_one && (g_ascii_isalnum(name[i]) || strchr("_-", name[i]) != NULL);
    }
    return is_one;
}

static enum err take_named(struct reading *r, struct profile *row, const char *key,
                           const char *value)
{
    const char *name = key + sizeof(named_key) - 1;
    if (!is_name(name)) {
        return refuse(r, key, "wants a name of 0-9 A-Z a-z _ -");
    }
    row->named = row->named == NULL
                     ? arena_format(&r->out->arena, "%s=%s", name, value)
                     : arena_format(&r->out->arena, "%s\n%s=%s", row->named, name, value);
    return ERR_OK;
}

/* Whether a text is one that can be sent. */
static bool is_command(const char *value)
{
    uint8_t raw[COMMAND_RAW_MAX];
    struct bytes text = bytes_of_text(value);
    return text.len > 0 && (!command_is_raw(text) || command_raw(text, raw) > 0);
}

/* Whether a pattern has something to match, in one statement; what ends that may stand behind. */
static bool is_pattern(const char *item)
{
    size_t letters = 0;
    size_t len = strcspn(item, "#()");
    for (size_t i = 0; i < len; i++) {
        letters += g_ascii_isalnum(item[i]) ? 1 : 0;
    }
    return letters >= 2 && strspn(item + len, "#)") == strlen(item + len) && is_command(item);
}

static bool are_patterns(const char *value)
{
    bool are = true;
    char **items = g_strsplit(value, ";", -1);
    for (size_t i = 0; items[i] != NULL; i++) {
        are = are && is_pattern(g_strstrip(items[i]));
    }
    g_strfreev(items);
    return are;
}

static enum err take_reports(struct reading *r, struct profile *row, const char *key,
                             const char *value)
{
    bool are = true;
    char **items = g_strsplit(value, ";", -1);
    for (size_t i = 0; items[i] != NULL; i++) {
        are = are && sms_template_is_valid(bytes_of_text(g_strstrip(items[i])));
    }
    g_strfreev(items);
    if (!are) {
        return refuse(r, key, "wants templates such as lat:{lat} lon:{lon}, a ; between");
    }
    row->reports = arena_copy_text(&r->out->arena, value);
    return ERR_OK;
}

static enum err take_patterns(struct reading *r, const char *key, const char *value,
                              const char **out)
{
    if (!are_patterns(value)) {
        return refuse(r, key, "wants patterns with two letters or digits at least, a ; between");
    }
    *out = arena_copy_text(&r->out->arena, value);
    return ERR_OK;
}

static enum err take_text(struct reading *r, struct profile *row, const char *key,
                          const char *value)
{
    size_t i = 0;
    while (i < PROFILE_TEXTS && strcmp(text_keys[i], key) != 0) {
        i++;
    }
    if (i == PROFILE_TEXTS) {
        return refuse(r, key, "no such key");
    }
    if (!is_command(value)) {
        return refuse(r, key, "wants a text, or hex: and pairs of digits");
    }
    row->texts[i] = arena_copy_text(&r->out->arena, value);
    return ERR_OK;
}

static enum err take_flag(struct reading *r, const char *key, const char *value, bool *out)
{
    *out = strcmp(value, "true") == 0;
    bool is_word = *out || strcmp(value, "false") == 0;
    return is_word ? ERR_OK : refuse(r, key, "wants true or false");
}

static enum err take_value(struct reading *r, struct profile *row, const char *key,
                           const char *value)
{
    if (strcmp(key, "models") == 0) {
        row->models = arena_copy_text(&r->out->arena, value);
        return ERR_OK;
    }
    if (strcmp(key, "cut_patterns") == 0) {
        return take_patterns(r, key, value, &row->cuts);
    }
    if (strcmp(key, "unlock_patterns") == 0) {
        return take_patterns(r, key, value, &row->unlocks);
    }
    if (strcmp(key, "reports") == 0) {
        return take_reports(r, row, key, value);
    }
    if (strcmp(key, "sms_commands") == 0) {
        return take_flag(r, key, value, &row->takes_sms);
    }
    if (strcmp(key, "memory_bit_31") == 0) {
        return take_flag(r, key, value, &row->has_memory_bit);
    }
    if (g_str_has_prefix(key, alarm_key)) {
        return take_alarm(r, key, value);
    }
    if (g_str_has_prefix(key, named_key)) {
        return is_command(value) ? take_named(r, row, key, value)
                                 : refuse(r, key, "wants a text, or hex: and pairs of digits");
    }
    return take_text(r, row, key, value);
}

static bool has_controls(const char *value)
{
    while (*value != '\0' && !g_ascii_iscntrl(*value)) {
        value++;
    }
    return *value != '\0';
}

static enum err take_key(struct reading *r, struct profile *row, const char *key, const char *value)
{
    if (strlen(value) > VALUE_MAX || !g_utf8_validate(value, -1, NULL)) {
        return refuse(r, key, "wants at most 1024 bytes of UTF-8");
    }
    if (has_controls(value)) {
        return refuse(r, key, "holds control characters");
    }
    return take_value(r, row, key, value);
}

static enum err take_section(struct reading *r, const char *section, struct profile *row)
{
    enum err e = ERR_OK;
    r->section = section;
    r->alarm_count = 0;
    row->name = arena_copy_text(&r->out->arena, section);
    char **keys = g_key_file_get_keys(r->file, section, NULL, NULL);
    for (size_t i = 0; e == ERR_OK && keys != NULL && keys[i] != NULL; i++) {
        char *value = g_key_file_get_value(r->file, section, keys[i], NULL);
        e = r->alarm_count < ALARM_BITS ? take_key(r, row, keys[i], value)
                                        : refuse(r, keys[i], "more alarms than bits");
        g_free(value);
    }
    g_strfreev(keys);
    if (r->alarm_count > 0) {
        size_t size = r->alarm_count * sizeof(r->alarms[0]);
        struct alarm_row *rows = arena_new(&r->out->arena, size);
        memcpy(rows, r->alarms, size);
        row->alarms = (struct alarm_table){.rows = rows, .count = r->alarm_count};
    }
    return e;
}

static enum err take_sections(struct reading *r)
{
    gsize count = 0;
    enum err e = ERR_OK;
    char **sections = g_key_file_get_groups(r->file, &count);
    if (count > ROWS_MAX) {
        r->section = "file";
        e = refuse(r, "sections", "1000 at most");
    }
    r->out->rows = arena_new_array(&r->out->arena, count + 1, sizeof(*r->out->rows));
    memset(r->out->rows, 0, (count + 1) * sizeof(*r->out->rows));
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        e = take_section(r, sections[i], &r->out->rows[i]);
    }
    r->out->count = count;
    g_strfreev(sections);
    return e;
}

enum err profiles_parse(struct bytes text, struct profiles **out, char why[PROFILE_ERROR_SIZE])
{
    GError *error = NULL;
    *out = NULL;
    if (text.len > FILE_BYTES_MAX) {
        (void)g_snprintf(why, PROFILE_ERROR_SIZE, "longer than 1 MiB");
        return ERR_INVALID;
    }
    struct reading r = {.file = g_key_file_new(), .out = mem_new(sizeof(*r.out)), .why = why};
    const char *at = text.len == 0 ? "" : (const char *)text.at;
    enum err e = ERR_INVALID;
    if (g_key_file_load_from_data(r.file, at, text.len, G_KEY_FILE_NONE, &error)) {
        e = take_sections(&r);
    } else {
        (void)g_snprintf(why, PROFILE_ERROR_SIZE, "%s", error->message);
        g_error_free(error);
    }
    g_key_file_free(r.file);
    if (e != ERR_OK) {
        profiles_free(r.out);
        return e;
    }
    *out = r.out;
    return ERR_OK;
}

enum err profiles_read(const char *path, struct profiles **out, char why[PROFILE_ERROR_SIZE])
{
    char *text = NULL;
    gsize len = 0;
    GError *error = NULL;
    *out = NULL;
    if (!g_file_get_contents(path, &text, &len, &error)) {
        (void)g_snprintf(why, PROFILE_ERROR_SIZE, "%s", error->message);
        g_error_free(error);
        return ERR_IO;
    }
    enum err e = profiles_parse((struct bytes){(const uint8_t *)text, len}, out, why);
    g_free(text);
    return e;
}

void profiles_free(struct profiles *p)
{
    if (p != NULL) {
        arena_free(&p->arena);
        free(p);
    }
}

/* ---- writing ---- */

static void write_key(struct writer *out, const char *key, const char *value)
{
    if (value != NULL) {
        write_text(out, key);
        write_text(out, " = ");
        write_text(out, value);
        write_text(out, "\n");
    }
}

static void write_named(struct writer *out, const char *named)
{
    char **lines = g_strsplit(named == NULL ? "" : named, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        char *text = strchr(lines[i], '=');
        if (text != NULL) {
            *text = '\0';
            write_text(out, named_key);
            write_key(out, lines[i], text + 1);
        }
    }
    g_strfreev(lines);
}

static void write_alarm(struct writer *out, const struct alarm_row *row)
{
    char key[32];
    const char *divider = "";
    (void)g_snprintf(key, sizeof(key), "%s%u = ", alarm_key, row->key);
    write_text(out, key);
    for (int type = 0; type < ALARM_COUNT; type++) {
        if ((row->alarms >> type & 1U) != 0) {
            write_text(out, divider);
            write_text(out, alarm_text((enum alarm_type)type));
            divider = "; ";
        }
    }
    write_text(out, "\n");
}

void profile_write(const struct profile *row, struct writer *out)
{
    write_text(out, "[");
    write_text(out, row->name);
    write_text(out, "]\n");
    write_key(out, "models", row->models);
    for (size_t i = 0; i < PROFILE_TEXTS; i++) {
        write_key(out, text_keys[i], row->texts[i]);
    }
    write_named(out, row->named);
    write_key(out, "cut_patterns", row->cuts);
    write_key(out, "unlock_patterns", row->unlocks);
    write_key(out, "reports", row->reports);
    write_key(out, "sms_commands", row->takes_sms ? "true" : NULL);
    for (size_t i = 0; i < row->alarms.count; i++) {
        write_alarm(out, &row->alarms.rows[i]);
    }
    write_key(out, "memory_bit_31", row->has_memory_bit ? "true" : NULL);
}
