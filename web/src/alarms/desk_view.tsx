/** The alarm desk: what somebody has to see to, by age and kind; one or many are acknowledged. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import '../style/desk.css';
import { mayAcknowledge } from '../app/alarms.ts';
import { count, t } from '../i18n/text.ts';
import { Acknowledging } from './acknowledging.tsx';
import * as from from './desk.ts';
import { DeskBar } from './desk_bar.tsx';
import { DeskRow } from './desk_row.tsx';
import { d } from './text.ts';

const ROWS_MORE = 200;

function Nothing() {
  const { state } = from.desk.value;
  if (state === 'loading') return <p class="quiet">{t('alarms.loading')}</p>;
  if (state === 'failed') {
    return (
      <div class="quiet" role="alert">
        <p>{t('alarms.failed')}</p>
        <button type="button" class="button" onClick={from.readDesk}>
          {t('start.retry')}
        </button>
      </div>
    );
  }
  const isFiltered = from.key.value !== '' || from.group.value !== '' || from.kinds.value.size > 0;
  if (!isFiltered) return <p class="quiet">{d(`desk.none.${from.view.value}`)}</p>;
  const clear = () => {
    from.key.value = '';
    from.group.value = '';
    from.kinds.value = new Set();
  };
  return (
    <div class="quiet">
      <p>{d('desk.noMatch')}</p>
      <button type="button" class="button" onClick={clear}>
        {t('empty.filter.clear')}
      </button>
    </div>
  );
}

/** How much of a long list is here. */
function Rest() {
  const { rows, total } = from.desk.value;
  if (total <= rows.length) return null;
  const text = from.order.value === 'oldest' ? 'desk.newerRest' : 'desk.olderRest';
  return <p class="desk-rest hint">{d(text, { n: total - rows.length })}</p>;
}

export function DeskView() {
  useEffect(() => from.watchDesk(), []);
  const most = useSignal(ROWS_MORE);
  const rows = from.listed.value;
  const shown = rows.slice(0, most.value);
  const ids = from.markable.value;
  const of = from.waitingTotal.value;
  const isAll = ids.length > 0 && ids.every((id) => from.marked.value.has(id));
  return (
    <div class="desk">
      <DeskBar />
      <Rest />
      {rows.length === 0 && <Nothing />}
      {rows.length > 0 && (
        <div class="desk-scroll">
          {mayAcknowledge() && (
            <label class="desk-all">
              <input
                type="checkbox"
                checked={isAll}
                disabled={ids.length === 0}
                onChange={(event) => from.mark(ids, event.currentTarget.checked)}
              />
              {d(of > ids.length ? 'desk.allHere' : 'desk.all', { n: ids.length, of })}
            </label>
          )}
          <ul class="desk-rows" aria-label={d('desk.title')}>
            {shown.map((alarm) => (
              <DeskRow key={alarm.AlarmID} alarm={alarm} />
            ))}
          </ul>
          {rows.length > shown.length && (
            <button
              type="button"
              class="button desk-more"
              onClick={() => {
                most.value += ROWS_MORE;
              }}
            >
              {d('desk.more', { left: count(rows.length - shown.length) })}
            </button>
          )}
        </div>
      )}
      {from.markedRows.value.length > 0 && <Acknowledging />}
    </div>
  );
}
