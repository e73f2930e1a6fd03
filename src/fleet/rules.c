/* Which rules were valid when. */
#include "fleet/rules.h"

#include "fleet/fences.h"

const struct fold_rules fold_default_rules = {0};

const struct fold_term *fold_rules_at(const struct fold_rules *rules, int64_t time_s)
{
    static const struct fold_term nothing = {.from_s = INT64_MIN};
    size_t at = rules->term_count;
    while (at > 0 && rules->terms[at - 1].from_s > time_s) {
        at--;
    }
    return at == 0 ? &nothing : &rules->terms[at - 1];
}

struct fences *fold_rules_fences(const struct fold_rules *rules, const struct fold_term *term)
{
    return term->enterprise_id == 0 ? rules->fences : term->fences;
}

int64_t fold_rules_next_change_s(const struct fold_rules *rules, int64_t after_s)
{
    struct fences *fences = fold_rules_fences(rules, fold_rules_at(rules, after_s));
    int64_t next_s = fences == NULL ? INT64_MAX : fences_next_change_s(fences, after_s);
    for (size_t i = rules->term_count; i > 0 && rules->terms[i - 1].from_s > after_s; i--) {
        next_s = rules->terms[i - 1].from_s < next_s ? rules->terms[i - 1].from_s : next_s;
    }
    return next_s;
}
