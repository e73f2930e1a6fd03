/** What was asked of the vehicle, the newest first, and how it went. */
import { type Command, cancel, records } from '../app/commands.ts';
import { say } from '../app/notice.ts';
import { nameOf } from '../app/orders.ts';
import { type TextKey, t } from '../i18n/text.ts';

const STATES = [
  'queued',
  'sending',
  'sent',
  'answered',
  'refused',
  'unknown',
  'expired',
  'cancelled',
];

function stateName(state: string): string {
  return STATES.includes(state) ? t(`command.state.${state}` as TextKey) : state;
}

function title({ Kind, Text }: Command): string {
  if (Kind === 'lock' || Kind === 'unlock' || Kind === 'timed') return t(`command.${Kind}`);
  return nameOf(Text);
}

/** Who asked for it and when; when it went out, and was answered. */
function Times({ row }: { row: Command }) {
  const clock = (time: string) =>
    time.slice(0, 10) === row.CreatedTime.slice(0, 10) ? time.slice(11) : time;
  const parts = [[row.CreatedTime, row.CreatedBy].filter(Boolean).join(' ')];
  if (row.FixedTime !== null) parts.push(t('command.for', { time: row.FixedTime }));
  if (row.SentTime !== null) parts.push(t('command.sentAt', { time: clock(row.SentTime) }));
  if (row.AnsweredTime !== null) {
    parts.push(t('command.answeredAt', { time: clock(row.AnsweredTime) }));
  }
  return <span class="under">{parts.join(' · ')}</span>;
}

async function takeBack(row: Command): Promise<void> {
  say(t(await cancel(row)));
}

function Row({ row }: { row: Command }) {
  return (
    <li class="command-row">
      <div class="command-text">
        <b>{title(row)}</b>
        <span class={`command-state ${row.State}`}>{stateName(row.State)}</span>
        <Times row={row} />
        {row.Answer !== '' && <code class="answer">{row.Answer}</code>}
      </div>
      {row.State === 'queued' && (
        <button type="button" class="button small" onClick={() => void takeBack(row)}>
          {t('command.cancel')}
        </button>
      )}
    </li>
  );
}

export function CommandRecords() {
  const found = records.value;
  const words = typeof found === 'string' ? found : found.length === 0 ? 'nothing' : '';
  const texts = {
    loading: 'drawer.reading',
    failed: 'drawer.failed',
    nothing: 'command.noRecords',
  } as const;
  return (
    <section>
      <h3 class="section-title">{t('command.records')}</h3>
      {words !== '' && <p class="quiet">{t(texts[words])}</p>}
      {typeof found !== 'string' && (
        <ul class="command-list">
          {found.map((row) => (
            <Row key={row.CommandID} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}
