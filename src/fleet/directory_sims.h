#ifndef FLEET_DIRECTORY_SIMS_H
#define FLEET_DIRECTORY_SIMS_H

#include "fleet/directory.h"

/* The SIM cards of a directory. Any thread, as directory.h says. */

/*
 * The card of that ICCID, compared by iccid_key(), of whatever enterprise of the shard; a copy, in
 * `arena`. ERR_NOT_FOUND.
 */
MUST_USE enum err directory_sim(struct directory *dir, const char *iccid, struct arena *arena,
                                struct sim_card *out);
/*
 * How others call a card. The first that is not "" and names one counts: the ICCID, compared by
 * iccid_key(); the IMSI; the phone number, compared by its digits.
 */
struct sim_names {
    const char *iccid;
    const char *imsi;
    const char *sim;
};
/*
 * The card of the enterprise that has one of the names; a copy, in `arena`. Of an IMSI or a phone
 * number that several cards have, none. ERR_NOT_FOUND.
 */
MUST_USE enum err directory_match_sim(struct directory *dir, int64_t enterprise_id,
                                      const struct sim_names *names, struct arena *arena,
                                      struct sim_card *out);
/* The cards of an enterprise by id, oldest first, copied into `arena`. */
struct sim_card *directory_list_sims(struct directory *dir, int64_t enterprise_id,
                                     struct arena *arena, size_t *count);
/* Those of the caller's enterprise, and of each below it where the caller includes them. */
struct sim_card *directory_list_sims_seen(struct directory *dir, const struct caller *caller,
                                          struct arena *arena, size_t *count);
/* How many cards are in the device with that internal id. */
size_t directory_sims_in(struct directory *dir, int64_t device_id);
/* Those cards by id, copied into `arena`. */
struct sim_card *directory_list_sims_in(struct directory *dir, int64_t device_id,
                                        struct arena *arena, size_t *count);
/*
 * Goes from `at`, of which enterprise and id are read and set alone, to the next card in order of
 * both, of all enterprises, and says in which device that is (0: in none). False: there is none.
 */
bool directory_next_sim(struct directory *dir, struct sim_card *at, int64_t *device_id);
/*
 * The first card behind `after`, of which enterprise and id count, in the same order; a copy, in
 * `arena`. ERR_NOT_FOUND: that was the last one.
 */
MUST_USE enum err directory_sim_after(struct directory *dir, const struct sim_card *after,
                                      struct arena *arena, struct sim_card *out);
/* The card of that enterprise and id, as directory_sim() gives one. */
MUST_USE enum err directory_sim_by_id(struct directory *dir, const struct sim_card *like,
                                      struct arena *arena, struct sim_card *out);
/* Whether the card's operator said all of that then: its `imei`, at its `state_s`. */
bool directory_sim_is_told(struct directory *dir, const struct sim_card *like);
/* The device that the card of that enterprise and id is in; 0: it is in none, or unknown. */
int64_t directory_device_of_sim(struct directory *dir, const struct sim_card *like);

#endif
