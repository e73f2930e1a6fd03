/** SIM cards: what is set of each, whether it is on, and its SMS. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { s } from '../i18n/settings_text.ts';
import { t } from '../i18n/text.ts';
import { cards } from './cards.ts';
import type { Row } from './entity.ts';
import { isDirty } from './forms.ts';
import { EntitySection } from './section.tsx';
import { messages, readMessages, type Sms, sendMessage, switchCard } from './sms.ts';

const SMS_MAX_CHARS = 1530;
const WAYS = {
  Pending: 'sms.Pending',
  Delivered: 'sms.Delivered',
  Failed: 'sms.Failed',
  Stored: 'sms.Stored',
} as const;

function Status({ row }: { row: Row }) {
  const fault = useSignal('');
  const iccid = String(row['ICCID']);
  const isOn = row['Status'] === 'Activated';
  return (
    <div class="set-more">
      <h3>{s('cards.status')}</h3>
      <div class="set-status">
        <span>{s(isOn ? 'cards.on' : 'cards.off')}</span>
        <button
          type="button"
          class="button small"
          disabled={isDirty(cards, iccid)}
          title={isDirty(cards, iccid) ? s('set.unsaved') : undefined}
          onClick={async () => {
            fault.value = await switchCard(iccid, !isOn);
          }}
        >
          {s(isOn ? 'cards.switchOff' : 'cards.switchOn')}
        </button>
      </div>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
    </div>
  );
}

function Message({ sms }: { sms: Sms }) {
  const isSent = sms.MType === 'MT';
  return (
    <li class={isSent ? 'set-sms sent' : 'set-sms'}>
      <p>{sms.Content}</p>
      <span class="under">
        {[
          sms.CreateTime,
          isSent ? s('cards.sent') : s('cards.from', { number: sms.SourceAddress || sms.SIM }),
          isSent && sms.Status !== 'Reply' ? s(WAYS[sms.Status]) : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </li>
  );
}

function Messages({ iccid }: { iccid: string }) {
  const { iccid: of, list } = messages.value;
  if (of !== iccid || list === null) return <div class="quiet" aria-busy="true" />;
  if (list === 'failed') {
    return (
      <div role="alert">
        <p>{s('set.listFailed')}</p>
        <button type="button" class="button small" onClick={() => void readMessages(iccid)}>
          {t('start.retry')}
        </button>
      </div>
    );
  }
  if (list.length === 0) return <p class="set-hint">{s('cards.noSms')}</p>;
  return (
    <ul>
      {list.map((sms: Sms, place: number) => (
        <Message key={`${sms.CreateTime} ${place}`} sms={sms} />
      ))}
    </ul>
  );
}

function SmsPart({ row }: { row: Row }) {
  const iccid = String(row['ICCID']);
  const text = useSignal('');
  const fault = useSignal('');
  const isBusy = useSignal(false);
  useEffect(() => void readMessages(iccid), [iccid]);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value || text.value.trim() === '') return;
    isBusy.value = true;
    fault.value = await sendMessage(iccid, text.value);
    isBusy.value = false;
    if (fault.value === '') text.value = '';
  };
  return (
    <div class="set-more">
      <h3>{s('cards.smsTitle')}</h3>
      <form class="line" onSubmit={(event) => void submit(event)}>
        <input
          aria-label={s('cards.smsText')}
          placeholder={s('cards.smsText')}
          maxLength={SMS_MAX_CHARS}
          autocomplete="off"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button" disabled={isBusy.value || text.value.trim() === ''}>
          {s('cards.send')}
        </button>
      </form>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      <Messages iccid={iccid} />
    </div>
  );
}

function More({ row }: { row: Row }) {
  return (
    <>
      <Status row={row} />
      <SmsPart row={row} />
    </>
  );
}

export function CardsSection() {
  return <EntitySection entity={cards} More={More} />;
}
