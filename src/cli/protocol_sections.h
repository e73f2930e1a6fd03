#ifndef CLI_PROTOCOL_SECTIONS_H
#define CLI_PROTOCOL_SECTIONS_H

#include "cli/options.h"

/* The sections [protocol.NAME] of the configuration: what holds for all devices of a protocol. */

/*
 * Reads a key of the section of `name`. NULL; else what is wrong, a text that lives as long as `o`,
 * and nothing has changed.
 */
const char *protocol_sections_set(struct options *o, const char *name, const char *key,
                                  const char *value);
/*
 * The section of a protocol that has a port and is not spoken, a text that lives as long as `o`;
 * NULL: none is.
 */
const char *protocol_sections_check(struct options *o);
/* Prints them, commented, for a configuration file. */
void protocol_sections_print(void);

#endif
