#ifndef CLI_SIM_SECTIONS_H
#define CLI_SIM_SECTIONS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "connect/sim_account.h"

/* The sections [sim.NAME] of the configuration: accounts with those who run SIM cards. */

struct sim_sections {
    struct sim_account_options at[SIM_ACCOUNTS_MAX];
    size_t count;
};

/* Where the fault of a section is: its name, a key of it, and why. Texts live in the arena. */
struct sim_section_fault {
    const char *section;
    const char *key;
    const char *why;
};

/*
 * Takes one key of the section of an account, and begins the account with its first. NULL; else
 * what is wrong, in `texts` or static. A key that ends with _file names a file whose text counts.
 */
const char *sim_sections_set(struct sim_sections *s, struct arena *texts, const char *account,
                             const char *key, const char *value);
/* Judges the accounts as wholes, and fills in what follows. ERR_INVALID fills *fault. */
MUST_USE enum err sim_sections_check(struct sim_sections *s, struct arena *texts,
                                     struct sim_section_fault *fault);
/* Prints an example of each type, commented out. */
void sim_sections_print(void);

#endif
