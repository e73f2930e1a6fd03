/** A list that filters left empty says which, and how to get rid of them. */
import { fleet, groups } from '../app/fleet.ts';
import { clearFilters } from '../app/keyboard.ts';
import { query } from '../app/list.ts';
import { t } from '../i18n/text.ts';
import { stateNames } from '../store/state.ts';

function filtersNamed(): string {
  const { text, group, states } = query.value;
  const parts = [];
  if (text.trim() !== '') parts.push(t('empty.filter.search', { text: text.trim() }));
  if (states !== 0) {
    const names = stateNames(states).map((name) => t(`state.${name}`));
    parts.push(t('empty.filter.states', { names: names.join(', ') }));
  }
  if (group !== null) {
    const name = groups.value.find(([each]) => each === group)?.[1] ?? String(group);
    parts.push(t('empty.filter.group', { name }));
  }
  return parts.join(' · ');
}

export function NothingMatches() {
  return (
    <div class="empty">
      <h2>{t('empty.filter.title')}</h2>
      <p>{t('empty.filter.text', { n: fleet.size, what: filtersNamed() })}</p>
      <button type="button" class="button primary" onClick={clearFilters}>
        {t('empty.filter.clear')}
      </button>
    </div>
  );
}
