#ifndef PROTOCOLS_QUECLINK_H
#define PROTOCOLS_QUECLINK_H

#include "protocols/protocol.h"

/* What the text and the binary protocol of Queclink have in common: models and commands. Pure. */

/* In which layout a family of models reports. */
enum queclink_family { QUECLINK_VEHICLE, QUECLINK_HAND, QUECLINK_HAND_500, QUECLINK_HAND_320 };

/* A family, and the password that its models have from the factory. */
struct queclink_model {
    const char *type; /* the first digits of a version */
    enum queclink_family family;
    const char *password;
};

/* The model by the version of a frame or what is kept of it; one without a name: not known. */
const struct queclink_model *queclink_model_of(struct bytes version);

/* As command() of struct protocol; the slot holds the version of the device as text. */
enum command_fate queclink_command(struct session *s, const struct device_slot *slot,
                                   const struct command_request *what, struct command_note *note,
                                   struct writer *out);

#endif
