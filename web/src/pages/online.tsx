/** The online monitor (fun=1): a table that can be watched. */
import { fleet, isEmpty, shown, tick } from '../app/fleet.ts';
import { list } from '../app/list.ts';
import { mapIsImpossible } from '../app/page.ts';
import { isPhone } from '../app/screen.ts';
import { me } from '../app/session.ts';
import { zone } from '../i18n/choice.ts';
import { t } from '../i18n/text.ts';
import { health } from '../parts/live_state.tsx';
import { NothingMatches } from '../parts/nothing_matches.tsx';
import { Table } from '../table/table.tsx';
import { EmptyFleet } from './empty_fleet.tsx';
import { Skeleton } from './skeleton.tsx';
import { Toolbar } from './toolbar.tsx';

function Body() {
  tick.value;
  if (shown.value === 'nothing') return <Skeleton />;
  if (isEmpty.value) return <EmptyFleet />;
  if (list.value.count === 0) return <NothingMatches />;
  return <Table />;
}

/** How many vehicles are shown. */
function countText(): string {
  const { count } = list.value;
  if (count === fleet.size) return t('table.count', { n: count });
  return t('table.countOf', { n: count, all: fleet.size });
}

function Footer() {
  return (
    <footer class="foot">
      {shown.value !== 'nothing' && <span>{countText()}</span>}
      <span>{t('table.zone', { zone: zone.value })}</span>
      <span>{me.value?.Map['Attribution']}</span>
    </footer>
  );
}

export function Online() {
  tick.value;
  return (
    <main class={`page is-${health.value}`}>
      {mapIsImpossible.value && (
        <p class="no-map" role="status">
          {t('map.impossible')}
        </p>
      )}
      {!isEmpty.value && <Toolbar />}
      <Body />
      {!isEmpty.value && !isPhone.value && <Footer />}
    </main>
  );
}
