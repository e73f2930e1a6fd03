#ifndef PROTOCOLS_SMS_TEXT_H
#define PROTOCOLS_SMS_TEXT_H

#include "protocols/profile.h"
#include "protocols/protocol.h"

/*
 * What trackers write in an SMS about where and how they are, by templates of their profile
 * (struct profile, `reports`): a text with places for values, which may stand anywhere in the SMS.
 *
 *     lat:{lat} long:{lon} speed:{kmh} T:{time}
 *
 *     a letter      itself, without case
 *     a blank       blanks and line ends, or none
 *     *             anything, as little as possible
 *     {lat} {lon}   decimal degrees; N, S, E, W or a sign before them, or such a letter behind
 *     {kmh} {knots} speed
 *     {course}      degrees
 *     {time}        year, month, day, hour, minute and maybe second, by the tracker's clock
 *     {percent}     of its battery
 *     {volts}       of its battery
 */

enum { SMS_TEMPLATE_MAX = 255 }; /* bytes */

/*
 * Whether it is a template: it has a place, none twice, and letters that tell its texts from
 * others; of latitude and longitude it has both or none.
 */
bool sms_template_is_valid(struct bytes template);

/*
 * Adds to `out` what the first template of the row that fits says, a report or, without a place, a
 * heartbeat. `s` says in which zone the tracker's clock is; NULL: nobody knows, and a time in the
 * text is passed over. Without a time the SMS's own, `sent_s`, counts. False: none fits, or a value
 * is out of its range.
 */
bool sms_text_read(const struct profile *row, const struct session *s, struct bytes text,
                   int64_t sent_s, struct decoded *out);

#endif
