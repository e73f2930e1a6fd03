#ifndef PROTOCOLS_TELTONIKA_TELTONIKA_H
#define PROTOCOLS_TELTONIKA_TELTONIKA_H

#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * What the files of the Teltonika protocol share. teltonika.c finds the frame and answers it,
 * records.c reads the records of codecs 8, 8 Extended, 16 and 7, and io.c what their elements mean.
 * Everything here is pure and may be called from any thread.
 */

enum {
    TELTONIKA_FRAME_MAX = 64 * 1024,
    TELTONIKA_PREAMBLE_LEN = 8, /* four zeros and the length */
    TELTONIKA_CRC_LEN = 4
};

enum teltonika_codec {
    TELTONIKA_GH3000 = 0x07,
    TELTONIKA_8 = 0x08,
    TELTONIKA_12 = 0x0c, /* commands and their answers */
    TELTONIKA_13 = 0x0d, /* what a serial port of the tracker hears */
    TELTONIKA_14 = 0x0e, /* as 12, and names the tracker */
    TELTONIKA_16 = 0x10,
    TELTONIKA_8_EXTENDED = 0x8e
};

/* Whether the bytes behind the codec are records with positions. */
bool teltonika_has_records(unsigned codec);
/*
 * Adds a fix for each of `count` records, which `r` holds, with the second count behind them.
 * ERR_MALFORMED: they are not what the codec says; what was added does not count.
 */
MUST_USE enum err teltonika_read_records(struct reader *r, unsigned codec, size_t count,
                                         struct decoded *out);

/* A record while it is read. */
struct teltonika_record {
    struct fix fix;
    struct extras extras;
    struct cell cell; /* of the fix, once all of it came */
};

/* Takes what element `id` says; its number is the whole of `value`. */
void teltonika_read_io(unsigned id, struct bytes value, struct teltonika_record *out);

/* command.c: writes a command, as command() of struct protocol. */
enum command_fate teltonika_command(struct session *s, const struct device_slot *slot,
                                    const struct command_request *what, struct command_note *note,
                                    struct writer *out);

/* The front of a frame up to its codec, and its end; `from` is where it begins in `out`. */
size_t teltonika_begin(struct writer *out);
void teltonika_end(struct writer *out, size_t from);

/* device.c: the device's side. */
extern const struct protocol_device teltonika_device;

#endif
