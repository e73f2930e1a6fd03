/*
 * The bounds of single temperature sensors in an alarm rule: five bytes each, the sensor's number,
 * then the lower and the upper bound, big-endian.
 */
#include "model/alarm_rule.h"

#include "base/reader.h"
#include "base/writer.h"

void rule_temperature_pack(const struct rule_temperature *t, uint8_t out[RULE_TEMPERATURE_BYTES])
{
    struct writer w = writer_init(out, RULE_TEMPERATURE_BYTES);
    write_u8(&w, t->sensor);
    write_u16be(&w, (uint16_t)t->min_c_e2);
    write_u16be(&w, (uint16_t)t->max_c_e2);
}

bool rule_temperature_at(const struct alarm_rule *rule, size_t i, struct rule_temperature *out)
{
    struct bytes all = {rule->temperatures, rule->temperatures_len};
    size_t from = i * RULE_TEMPERATURE_BYTES;
    struct reader r = reader_init(bytes_slice(all, from, RULE_TEMPERATURE_BYTES));
    out->sensor = read_u8(&r);
    out->min_c_e2 = (int16_t)read_u16be(&r);
    out->max_c_e2 = (int16_t)read_u16be(&r);
    return reader_ok(&r);
}
