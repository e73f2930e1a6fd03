#ifndef PROTOCOLS_PROFILE_H
#define PROTOCOLS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/writer.h"
#include "model/account.h"
#include "model/command.h"
#include "protocols/alarm_table.h"

struct session;

/*
 * What the model of a tracker tells, and its frames may leave out: what the bits of a word mean to
 * its maker, and by which texts it takes commands. One row a family of models. Some are built in;
 * an operator's file adds others, which go before them.
 */

/* The texts of a profile, by their key. */
#define PROFILE_TEXT_MAP(X)                                                                        \
    X(STATUS, "status")                                                                            \
    X(PARAMETERS, "parameters")                                                                    \
    X(ICCID, "iccid")                                                                              \
    X(CUT, "cut")                                                                                  \
    X(RESTORE, "restore")                                                                          \
    X(LOCK, "lock")                                                                                \
    X(UNLOCK, "unlock")

enum profile_text {
#define X(name, key) PROFILE_##name,
    PROFILE_TEXT_MAP(X)
#undef X
        PROFILE_TEXTS
};

/* Stands in a text for the password that unlocks. */
#define PROFILE_PASSWORD "{password}"

/* Texts are never changed; NULL is none. Lists have a ';' between their items. */
struct profile {
    const char *name;
    const char *models;               /* how the models begin, as people and trackers write them */
    const char *texts[PROFILE_TEXTS]; /* commands; with COMMAND_RAW_MARK a message in digits */
    const char *named;                /* further ones: lines "NAME=TEXT" */
    const char *cuts;                 /* patterns of texts that cut an engine (patterns.h) ... */
    const char *unlocks;              /* ... and that unlock, or get at what does */
    const char *reports;              /* templates of what it writes in an SMS (sms_text.h) */
    struct alarm_table alarms;        /* of the alarm word of JT/T 808; no rows: as the standard */
    bool takes_sms;                   /* it obeys its commands by SMS, too */
    bool has_memory_bit;              /* bit 31 of its status: the location is from memory */
};

/* Rows of an operator before those that are built in; immutable, any thread. NULL: these alone. */
struct profiles;

/* The row at `index`, operators' first; NULL behind the last. */
const struct profile *profiles_at(const struct profiles *p, size_t index);
/*
 * The profile of a model, as an operator or a tracker writes it: "VL300", "aovx gl100-la"; NULL:
 * none. Case does not count, and a blank, '_' and '-' are the same. The first row of which one
 * beginning fits.
 */
const struct profile *profile_of_model(const struct profiles *p, struct bytes model);

/* How the frames of a device are to be read, by what is known of it. */
struct dialect {
    enum speed_unit speed_unit;
    const struct profile *profile; /* NULL: none */
};

/* The dialect of a device, by what somebody set. */
struct dialect dialect_of(const struct profiles *p, const struct device *d);
/* Puts the dialect into the session. True: that changes the session. */
bool dialect_set(struct session *s, struct dialect dialect);

/*
 * Puts what the profile of a request names in its place: the text of a query, of LOCK and UNLOCK,
 * or of a high-level text that is a name ("cut", "restore", "lock", ..., or an operator's own). A
 * text of digits becomes the raw message. `room` holds what is made; the rest is borrowed. Nothing
 * changes where the profile names nothing. False: the password cannot stand in its text.
 */
MUST_USE bool profile_apply(struct command_request *what, uint8_t room[COMMAND_RAW_MAX]);

/*
 * The name at `index` among those that a high-level text may be and no other call stands for: "cut"
 * and "restore" where the profile has their texts, then the operator's own in their order. Borrowed
 * from the profile; empty: there is none so far.
 */
struct bytes profile_name_at(const struct profile *p, size_t index);

/* ---- profile_file.c ---- */

enum { PROFILE_ERROR_SIZE = 256 };
/*
 * Reads a file of profiles, in the form that profiles_write() has. ERR_IO, ERR_INVALID: `why` says
 * what is wrong, in one line. Free with profiles_free().
 */
MUST_USE enum err profiles_read(const char *path, struct profiles **out,
                                char why[PROFILE_ERROR_SIZE]);
/* The same of a text. */
MUST_USE enum err profiles_parse(struct bytes text, struct profiles **out,
                                 char why[PROFILE_ERROR_SIZE]);
/* NULL is fine. */
void profiles_free(struct profiles *p);
/* Writes a row as a section of such a file. */
void profile_write(const struct profile *row, struct writer *out);

#endif
