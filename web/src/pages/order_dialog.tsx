/**
 * The second step of a command that could do harm: which vehicle, where it is and how fast, and
 * what it takes to go on. It follows the vehicle while it is open.
 */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isGiving, leave, order, type Question, question, slotAsked } from '../app/commands.ts';
import { isPlate } from '../app/danger.ts';
import { fleet, now, tick } from '../app/fleet.ts';
import { type LockOrder, type Order, orderName } from '../app/orders.ts';
import { dangerAt, wantsPlate } from '../app/question.ts';
import { zone } from '../i18n/choice.ts';
import * as f from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { useModal } from '../parts/modal.ts';
import { Segments } from '../parts/segments.tsx';
import { AskedFields } from './order_fields.tsx';
import { AskedVehicle } from './order_vehicle.tsx';

const IN_AN_HOUR_S = 3600;

export interface Answers {
  lock: Signal<LockOrder>;
  password: Signal<string>;
  /** As a field of date and time has it: yyyy-MM-ddTHH:mm. */
  time: Signal<string>;
  plate: Signal<string>;
}

function useAnswers(asked: Question): Answers {
  const first = asked.kind === 'lock' ? asked.offers[0] : undefined;
  return {
    lock: useSignal<LockOrder>(first ?? 'lock'),
    password: useSignal(''),
    time: useSignal(
      f
        .dateTime(now.peek() + IN_AN_HOUR_S)
        .slice(0, 16)
        .replace(' ', 'T'),
    ),
    plate: useSignal(''),
  };
}

function orderOf(asked: Question, { lock, password, time }: Answers): Order {
  if (asked.kind !== 'lock') return asked.order;
  const kind = lock.value;
  if (kind !== 'timed') return { kind, password: password.value };
  return { kind, password: password.value, time: `${time.value.replace('T', ' ')}:00` };
}

function Offers({ asked, lock }: { asked: Question; lock: Signal<LockOrder> }) {
  if (asked.kind !== 'lock' || asked.offers.length < 2) return null;
  return (
    <Segments
      label={t('command.what')}
      value={lock.value}
      choices={asked.offers.map((kind) => [kind, t(`command.${kind}`)] as const)}
      onChoose={(kind) => {
        lock.value = kind;
      }}
    />
  );
}

function Buttons({ isOff, name, onLeave }: { isOff: boolean; name: string; onLeave: () => void }) {
  return (
    <div class="dialog-actions">
      <button type="button" class="button" onClick={onLeave}>
        {t('add.cancel')}
      </button>
      <button type="submit" class="button danger primary" disabled={isOff}>
        {isGiving.value ? t('command.giving') : name}
      </button>
    </div>
  );
}

function Asked({ asked }: { asked: Question }) {
  const dialog = useModal();
  const answers = useAnswers(asked);
  useEffect(() => {
    dialog.current?.querySelector('input')?.focus();
  }, []);
  tick.value;
  now.value;
  const slot = slotAsked(asked);
  const plate = fleet.texts.plate[slot] ?? '';
  const danger = slot < 0 ? '' : dangerAt(slot);
  const needsPlate = wantsPlate(asked, danger);
  const isFree = slot >= 0 && (!needsPlate || isPlate(answers.plate.value, plate));
  const close = () => dialog.current?.close();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isFree || isGiving.value) return;
    const what = orderOf(asked, answers);
    answers.password.value = '';
    await order(asked.id, what);
    close();
  };
  const name = orderName(orderOf(asked, answers));
  const isText = asked.kind === 'text';
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="order-title"
      onClose={() => leave(asked.number)}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="order-title">{isText ? t('command.text') : name}</h2>
        {isText && <code class="answer">{name}</code>}
        {slot < 0 ? (
          <p class="fault">{t('drawer.gone')}</p>
        ) : (
          <AskedVehicle slot={slot} danger={danger} />
        )}
        <Offers asked={asked} lock={answers.lock} />
        <AskedFields asked={asked} answers={answers} plate={needsPlate ? plate : ''} />
        {asked.kind === 'lock' && answers.lock.value === 'timed' && (
          <p class="hint">{t('command.zone', { zone: zone.value })}</p>
        )}
        <Buttons
          isOff={!isFree || isGiving.value}
          name={isText ? t('command.sendNow') : name}
          onLeave={close}
        />
      </form>
    </dialog>
  );
}

export function OrderDialog() {
  const asked = question.value;
  return asked && <Asked key={asked.number} asked={asked} />;
}
