#ifndef PROTOCOLS_FIELDS_H
#define PROTOCOLS_FIELDS_H

#include "base/clock.h"
#include "base/reader.h"
#include "protocols/protocol.h"

/*
 * Fields that trackers of many makers write alike: times and angles in decimal digits, texts.
 */

enum { FIELD_CIVIL_LEN = 6, FIELD_MAC_LEN = 6 };

/* In what order the three members of a date come; in texts the year may have four digits. */
enum date_order { DATE_YMD, DATE_DMY, DATE_YYYYMD, DATE_DMYYYY };

/*
 * Reads a date and a time of the years 2000 to 2099 from six bytes of BCD, two digits a member.
 * False where the bytes are no such time.
 */
bool field_civil_of_bcd(struct bytes bcd, enum date_order order, struct civil *c);
/* How many digits a date has. */
size_t field_date_len(enum date_order order);
/* As field_civil_of_bcd(), from the digits of a date and six of the time; of a year the last two.
 */
bool field_civil_of_digits(struct bytes date, struct bytes time, enum date_order order,
                           struct civil *c);
/*
 * The six digits of a time of day, of which the fraction of a second is cut: ".5", ".000", or the
 * three digits of milliseconds. Empty where anything else stands behind them.
 */
struct bytes field_clock(struct bytes time);
/* Sets the time of such digits, as field_clock() has them; it is UTC. */
void field_set_time(struct fix *f, struct bytes date, struct bytes time, enum date_order order);
/* Reads a date and a time of the years 2000 to 2255 from six numbers of a byte each, year first. */
bool field_civil_of_bytes(struct bytes in, struct civil *c);
/*
 * Reads a date and a time from six numbers, whatever stands between them: "2026-11-23 01:12:00",
 * "26/11/23 ...".
 */
bool field_civil_of_text(struct bytes text, struct civil *c);
/* Sets the time of six bytes, in BCD and in numbers, in UTC; nothing where they are none. */
void field_set_time_of_bcd(struct fix *f, struct bytes bcd, enum date_order order);
void field_set_time_of_bytes(struct fix *f, struct bytes in);
/* Sets the time that a clock in the zone of the session shows. */
void field_set_local_time(struct fix *f, const struct session *s, const struct civil *c);

/* Degrees * 1e7 from ddmm.mmmm as one number times 1e7: 22 30.1234' is 22301234000. */
int64_t field_angle_of_ddmm(uint64_t ddmm_e7);
/*
 * The angle of a text such as "2230.1234", with any number of decimals, and of the letter of its
 * hemisphere, which makes the angle negative where it is `negative`. False where the text is no
 * angle.
 */
bool field_angle_of_text(struct bytes ddmm, struct bytes hemisphere, const char *negative,
                         int64_t *angle_e7);

/* Degrees * 1e7 of an angle in 1/1800000 of a degree. */
int64_t field_angle_of_u32(uint32_t angle);
/*
 * Sets a place of two such angles with the flags that Concox and its relatives write: bits 0 to 9
 * the course in degrees, 10 north, 11 west, 12 whether it is valid.
 */
void field_set_flagged_place(struct fix *f, uint32_t lat, uint32_t lon, unsigned flags);

/* The big-endian number of a value of at most 8 bytes, and the same in two's complement. */
uint64_t field_number(struct bytes value);
int64_t field_signed(struct bytes value);
/* The same of IEEE 754, big-endian, of 4 and of 8 bytes. */
double field_read_f32(struct reader *r);
double field_read_f64(struct reader *r);

enum { FIELD_IMEI_LEN = 8 };
/* Reads an IMEI from eight bytes of BCD, the first digit of which is 0. False: it is none. */
bool field_imei_of_bcd(struct bytes bcd, char out[DEVICE_ID_SIZE]);
/* The check digit of an IMEI whose first 14 digits are `body` (Luhn, ISO/IEC 7812-1). */
unsigned field_luhn(uint64_t body);

/* Whether all of `in`, which may be empty, is printable ASCII. */
bool field_is_printable(struct bytes in);
/* `text` without the NULs, blanks and line ends at its end. */
struct bytes field_trimmed(struct bytes text);
/*
 * Reads "02:00:00:00:00:01", with one of `dividers` between the bytes. False where the text is no
 * MAC.
 */
bool field_mac_of_text(struct bytes text, const char *dividers, uint8_t mac[FIELD_MAC_LEN]);
/* How strong an access point is told to be: in dBm, or how much of it is lost, in dB. */
enum field_signal { FIELD_DBM, FIELD_LOSS_DB };
/* Adds `count` access points of a MAC and a byte each, as far as they are there. */
void field_read_wifi(struct reader *r, unsigned count, enum field_signal signal, struct fix *f);
/* Sets the serving cell of four numbers, where they can be one: a country, and at most 36 bits. */
void field_set_cell(struct fix *f, uint64_t mcc, uint64_t mnc, uint64_t lac, uint64_t cid);
/* Sets the number of a SIM card from ten bytes of BCD, where operators use a to e too. */
void field_set_iccid_bcd(struct fix *f, struct bytes bcd);
/* Sets the number of a SIM card from the first 20 characters of `text`. */
void field_set_iccid_text(struct fix *f, struct bytes text);

#endif
