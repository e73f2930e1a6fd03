/** The audit: who did what, and from where; searched, of some days, page by page. */
import { useEffect } from 'preact/hooks';
import { onLiveAgain } from '../app/live_again.ts';
import { me } from '../app/session.ts';
import { zone } from '../i18n/choice.ts';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { Icon } from '../parts/icon.tsx';
import { IconButton } from '../parts/icon_button.tsx';
import {
  AUDIT_ROWS,
  audit,
  auditPage,
  beginAudit,
  type Entry,
  filter,
  readAudit,
  setFilter,
  turnAudit,
} from './audit.ts';
import { Scroll } from './scroll.tsx';

function DayField({ id, label, name }: { id: string; label: string; name: 'from' | 'to' }) {
  return (
    <label class="set-day" for={id}>
      {label}
      <input
        id={id}
        type="date"
        value={filter.value[name]}
        onInput={(event) => setFilter({ [name]: event.currentTarget.value })}
      />
    </label>
  );
}

function Bar() {
  return (
    <div class="set-bar">
      <input
        id="set-search"
        class="set-search"
        type="search"
        aria-label={s('audit.search')}
        placeholder={s('audit.search')}
        autocomplete="off"
        value={filter.value.key}
        onInput={(event) => setFilter({ key: event.currentTarget.value })}
      />
      <DayField id="audit-from" label={s('audit.from')} name="from" />
      <DayField id="audit-to" label={s('audit.to')} name="to" />
    </div>
  );
}

function Line({ entry }: { entry: Entry }) {
  return (
    <tr>
      <td class="set-time">{entry.Time}</td>
      <td>{entry.LoginName || s('audit.server')}</td>
      <td>
        <code>{entry.Action}</code>
      </td>
      <td>{entry.Object}</td>
      <td class="set-detail">{entry.Detail}</td>
      <td>{entry.Address}</td>
    </tr>
  );
}

function Pages({ shown, total }: { shown: number; total: number }) {
  const page = auditPage.value;
  const from = (page - 1) * AUDIT_ROWS;
  return (
    <div class="set-pager">
      <span>{s('set.range', { from: from + 1, to: from + shown, of: total })}</span>
      <IconButton label={s('set.before')} off={page <= 1} onClick={() => turnAudit(page - 1)}>
        <Icon name="left" />
      </IconButton>
      <IconButton
        label={s('set.after')}
        off={from + shown >= total}
        onClick={() => turnAudit(page + 1)}
      >
        <Icon name="right" />
      </IconButton>
      <span class="space" />
      <span>{t('table.zone', { zone: zone.value })}</span>
    </div>
  );
}

function Entries() {
  const found = audit.value;
  if (found === null) return <div class="quiet" aria-busy="true" />;
  if (found === 'failed') {
    return (
      <div class="quiet" role="alert">
        <p>{s('set.listFailed')}</p>
        <button type="button" class="button" onClick={() => void readAudit()}>
          {t('start.retry')}
        </button>
      </div>
    );
  }
  if (found.rows.length === 0) return <p class="quiet">{s('audit.nothing')}</p>;
  return (
    <>
      <Scroll label={s('section.audit')}>
        <table class="set-table plain audit">
          <thead>
            <tr>
              <th scope="col">{s('audit.time')}</th>
              <th scope="col">{s('audit.who')}</th>
              <th scope="col">{s('audit.action')}</th>
              <th scope="col">{s('audit.object')}</th>
              <th scope="col">{s('audit.detail')}</th>
              <th scope="col">{s('audit.address')}</th>
            </tr>
          </thead>
          <tbody>
            {found.rows.map((entry, place) => (
              <Line key={`${entry.Time} ${place}`} entry={entry} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pages shown={found.rows.length} total={found.total} />
    </>
  );
}

export function AuditSection() {
  useEffect(beginAudit, [me.value?.HoldID]);
  useEffect(
    () =>
      onLiveAgain(() => {
        if (audit.peek() === 'failed') void readAudit();
      }),
    [],
  );
  return (
    <div class="set-list">
      <Bar />
      <Entries />
    </div>
  );
}
