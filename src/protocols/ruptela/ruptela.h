#ifndef PROTOCOLS_RUPTELA_RUPTELA_H
#define PROTOCOLS_RUPTELA_RUPTELA_H

#include "base/reader.h"
#include "protocols/framing.h"
#include "protocols/report.h"

/*
 * What the files of the Ruptela protocol share. ruptela.c finds the frame, reads its records and
 * answers it, io.c reads their elements, command.c writes commands. Everything here is pure and may
 * be called from any thread.
 */

enum { RUPTELA_FRAME_MAX = 8192 };

/* A record while it is read. */
struct ruptela_record {
    struct report report;
    uint8_t texts[3][16]; /* halves of texts that come in two elements; see io.c */
};

/* Takes what element `id` says; its number is the whole of `value`, of 1 to 8 bytes. */
void ruptela_read_io(unsigned id, struct bytes value, struct ruptela_record *out);
/* Adds the texts whose halves came. */
void ruptela_finish_io(struct ruptela_record *out);

/* A frame of either direction: what stands between length and checksum is counted and summed. */
extern const struct framing ruptela_form;
/* Writes a frame to a tracker: length, type and payload, checksum. */
void ruptela_write(struct writer *out, unsigned type, struct bytes payload);

/* command.c: as command() of struct protocol. */
enum command_fate ruptela_command(struct session *s, const struct device_slot *slot,
                                  const struct command_request *what, struct command_note *note,
                                  struct writer *out);

#endif
