#ifndef PROTOCOLS_WORDS_H
#define PROTOCOLS_WORDS_H

#include "base/bytes.h"
#include "base/err.h"
#include "model/fix.h"
#include "protocols/protocol.h"

/*
 * Sentences: what many protocols write as words with a divider between them. A word is borrowed,
 * and has no blanks around it. Setters set nothing where the word is empty or says no number.
 */

enum { WORDS_MAX = 160 };

/* Not initialised beyond `count`. */
struct words {
    struct bytes at[WORDS_MAX];
    size_t count;
};

/*
 * Cuts `text` at each divider. Words beyond WORDS_MAX are left out. A word that is empty has its
 * place in `text`, too, unless that is empty.
 */
void words_cut(struct bytes text, char divider, struct words *out);
/* The word at `n`; empty where there is none. */
struct bytes word_at(const struct words *w, size_t n);
/* `text` without the blanks around it. */
struct bytes word_trimmed(struct bytes text);

/* The number of a word of at most 18 digits; `otherwise` where it is none. */
uint64_t word_number(struct bytes word, uint64_t otherwise);
/* The same of at most 16 hexadecimal digits. */
uint64_t word_hex(struct bytes word, uint64_t otherwise);
/* The same of a decimal, with or without a sign, times 10^7 cut to times `scale`. */
int64_t word_decimal(struct bytes word, int64_t scale, int64_t otherwise);
/* Whether all characters are digits; an empty word is not. */
bool word_is_digits(struct bytes word);
/* Whether all characters are hexadecimal digits; an empty word is not. */
bool word_is_hex(struct bytes word);
/* Whether the word is one character of `letters`. */
bool word_is_one_of(struct bytes word, const char *letters);
/* Whether the word is a decimal. */
bool word_is_decimal(struct bytes word);

/* Speeds. */
void word_set_kmh(struct fix *f, struct bytes word);
void word_set_knots(struct fix *f, struct bytes word);
/* Decimals of the unit that the parameter names. */
void word_set_course(struct fix *f, struct bytes degrees);
void word_set_altitude(struct fix *f, struct bytes metres);
/* A decimal, and a whole number. */
void word_set_hdop(struct fix *f, struct bytes word);
void word_set_satellites(struct fix *f, struct bytes word);
/* Of the battery, and volts of the supply and of the battery. */
void word_set_percent(struct fix *f, struct bytes percent);
void word_set_power(struct fix *f, struct bytes volts);
void word_set_battery(struct fix *f, struct bytes volts);
/* Odometers, of metres and of kilometres. */
void word_set_metres(struct fix *f, struct bytes word);
void word_set_km(struct fix *f, struct bytes word);
/* Degrees Celsius of the first sensor. */
void word_set_celsius(struct fix *f, struct bytes word);
/* The signal, 0 to 31. */
void word_set_csq(struct fix *f, struct bytes word);
/* Switches, which the word 1 turns on and 0 off. */
void word_set_ignition(struct fix *f, struct bytes word);
void word_set_charging(struct fix *f, struct bytes word);
void word_set_door(struct fix *f, struct bytes word);
/* Sensor 0 is the first. */
void word_set_temperature(struct fix *f, unsigned sensor, struct bytes celsius);
/* An access point; nothing where one of both words is none. */
void word_add_wifi(struct fix *f, struct bytes mac, struct bytes dbm);
/* Signed degrees. False where one of both is none. */
bool word_set_degrees(struct fix *f, struct bytes lat, struct bytes lon, bool is_valid);
/*
 * Degrees and minutes as ddmm.mmmm, each followed by the letter of its hemisphere: four words.
 * False where one of both is no angle.
 */
bool word_set_angles(struct fix *f, const struct bytes at[4], bool is_valid);

enum { WORD_ANGLE_SIZE = 48 };
/*
 * The way back, for the device's side: the size of an angle as "5230.00000", with `digits` digits
 * of its degrees.
 */
void word_print_angle(char out[WORD_ANGLE_SIZE], int32_t angle_e7, int digits);

/*
 * Finds the first line of `in`, which ends with LF or CR LF; blanks at its end are no part of it.
 * Line ends in front are passed over. ERR_MORE, ERR_TOO_LONG as split().
 */
MUST_USE enum err words_line(struct bytes in, size_t len_max, struct bytes *line, size_t *used);
/*
 * As resync() of a protocol of lines: the next line behind the first one where `begins` answers
 * ERR_OK (NULL: any) and `split` finds a whole frame, of those that begin before `len_max`.
 */
MUST_USE enum err
words_next_line(struct bytes in, size_t len_max, enum err (*begins)(struct bytes in),
                enum err (*split)(struct bytes in, struct bytes *frame, size_t *used),
                size_t *skip);

/*
 * The seconds of the day of a word that begins with hhmmss; UINT32_MAX where it does not.
 */
uint32_t word_day_s(struct bytes word);

/*
 * Writes a text in which %0 to %9 stand for `holes[0]` to `holes[9]`, as many as it names, and all
 * else for itself: "(%0AS01%1)".
 */
void word_write(struct writer *out, const char *form, const struct bytes *holes);
/*
 * Whether a frame is answered that fared so: data once it is stored, and what only keeps the link
 * alive for nobody's device, too.
 */
bool word_is_answered(enum outcome outcome, bool is_alive);

/*
 * The commands of a protocol, which are texts: those of its queries (NULL: it has none), how long
 * they may be, and what of a text is refused.
 */
enum { WORD_ALIASES_MAX = 2 };

struct word_commands {
    size_t len_max;
    const char *status;
    const char *parameters;
    const char *iccid;
    const char *refused; /* characters that would end a frame; NULL: none */
    enum protocol_claim (*claims)(struct bytes first); /* a text that the protocol takes for a frame
                                                          is refused; NULL: none is */
    const char *refused_word; /* a first word that is refused, too, without case; NULL: none */
    struct {
        const char *text; /* without case */
        const char *code;
    } aliases[WORD_ALIASES_MAX]; /* whole texts that stand for others */
    const char *form;            /* of word_command_write(): %0 the device, %1 the text */
    char id_end; /* what ends the word by which an answer finds its command; NUL: none does */
    bool is_unanswered; /* as in struct command_note */
    bool is_unaddressed;
    bool refuses_bytes; /* a raw message is none of its texts */
};

/*
 * The text that a request stands for, by the profile of its model and by `known`: printable ASCII,
 * borrowed or made in `room`. What a record shows goes into `note`.
 */
enum command_fate words_of_command(const struct command_request *asked,
                                   const struct word_commands *known, uint8_t room[COMMAND_RAW_MAX],
                                   struct command_note *note, struct bytes *text);
/* The same, written as `known.form` to the device `id`. */
enum command_fate word_command_write(const struct command_request *asked,
                                     const struct word_commands *known, struct bytes id,
                                     struct command_note *note, struct writer *out);
/* The fate of a command that has been written. */
enum command_fate word_command_fate(const struct writer *out);

/*
 * The raw message that a request of a protocol stands for which knows no other: at most `len_max`
 * bytes, borrowed or made in `room`. Without one it is COMMAND_IS_UNSUPPORTED.
 */
enum command_fate bytes_of_command(const struct command_request *asked, size_t len_max,
                                   uint8_t room[COMMAND_RAW_MAX], struct bytes *raw);

/*
 * A number that stands for a word of at most 16 characters, such as S20 or AV01, without case: by
 * it an answer finds its command. 0: the word is empty or longer.
 */
uint16_t word_command_id(struct bytes word);

/*
 * Keeps what of a word there is room for, for a hint or a slot, whose bytes are zero before; and
 * the way back, borrowed. What is kept ends with its room, or before the first NUL.
 */
void word_keep(char *out, size_t room, struct bytes word);
struct bytes word_kept(const char *at, size_t room);

#endif
