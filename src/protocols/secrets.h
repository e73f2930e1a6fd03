#ifndef PROTOCOLS_SECRETS_H
#define PROTOCOLS_SECRETS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "model/command.h"
#include "model/secret.h"

/*
 * `text`, which went to a tracker or came from one, with SECRET_MASK in the place of every password
 * that it tells: behind the words of locks that carry one (P43, P44, P52, ELOCK) and behind a name
 * such as PWD or PASSWORD. `text` itself where it tells none; else made in `arena`. Any thread.
 */
struct bytes secrets_masked(struct arena *arena, struct bytes text);
/* The same without the password of a device either (secret_masked()). */
struct bytes secrets_masked_of(struct arena *arena, struct bytes text, const struct secret_of *own);
/*
 * The same of a text that somebody sends to the device. Where it has a password all digits that are
 * long enough for one are masked: else the mask would tell who sends thousands of numbers in one
 * text which of them it is.
 */
struct bytes secrets_masked_sent(struct arena *arena, struct bytes text,
                                 const struct secret_of *own);
/* The same of a command to that device, where that is a raw message within its digits. */
struct bytes secrets_masked_command(struct arena *arena, enum command_kind kind, struct bytes text,
                                    const struct secret_of *own);

#endif
