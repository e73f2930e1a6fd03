/** The drawer's tab of commands: those of its model, a text, its lock, and what became of them. */
import { useSignal } from '@preact/signals';
import { ask, isGiving, order } from '../app/commands.ts';
import { type Details, detailsFor } from '../app/device.ts';
import { fleet } from '../app/fleet.ts';
import { lockOrders, nameOf, type Order, QUERIES } from '../app/orders.ts';
import { t } from '../i18n/text.ts';
import { CommandRecords } from './command_records.tsx';

const TEXT_CHARS = 512;

function Quick({ id, found }: { id: string; found: Details }) {
  const queries = found.Commands.includes('query') ? QUERIES : [];
  if (queries.length + found.NamedCommands.length === 0) return null;
  return (
    <section class="command-part">
      <h3>{t('command.quick')}</h3>
      <div class="buttons">
        {queries.map((query) => (
          <button
            type="button"
            key={query}
            class="button"
            disabled={isGiving.value}
            onClick={() => void order(id, { kind: 'query', query })}
          >
            {t(`command.query.${query}`)}
          </button>
        ))}
        {found.NamedCommands.map((name) => (
          <button
            type="button"
            key={name}
            class={name === 'restore' ? 'button' : 'button danger'}
            onClick={() => ask({ kind: 'engine', id, order: { kind: 'named', name } })}
          >
            {nameOf(name)}…
          </button>
        ))}
      </div>
    </section>
  );
}

function Lock({ id, found }: { id: string; found: Details }) {
  const offers = lockOrders(found);
  if (offers.length === 0) return null;
  return (
    <section class="command-part">
      <h3>{t('command.locks')}</h3>
      <div class="buttons">
        {offers.map((kind) => (
          <button
            type="button"
            key={kind}
            class="button"
            onClick={() => ask({ kind: 'lock', id, offers: [kind] })}
          >
            {t(`command.${kind}`)}…
          </button>
        ))}
      </div>
    </section>
  );
}

function Text({ id, found }: { id: string; found: Details }) {
  const text = useSignal('');
  const isRaw = useSignal(false);
  const bySms = useSignal(false);
  if (!found.Commands.includes('text')) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    const kind = isRaw.value ? 'highlevel' : 'text';
    const what: Order = { kind, text: text.value.trim(), bySms: bySms.value };
    ask({ kind: 'text', id, order: what });
  };
  return (
    <form class="command-part" onSubmit={submit}>
      <h3>{t('command.text')}</h3>
      <div class="line">
        <input
          required
          maxLength={TEXT_CHARS}
          spellcheck={false}
          autocomplete="off"
          aria-label={t('command.text')}
          placeholder={t(isRaw.value ? 'command.hintRaw' : 'command.hintText')}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button">
          {t('command.send')}
        </button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={isRaw.value}
          onChange={(event) => {
            isRaw.value = event.currentTarget.checked;
          }}
        />
        {t('command.raw')}
      </label>
      {found.ICCIDs.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={bySms.value}
            onChange={(event) => {
              bySms.value = event.currentTarget.checked;
            }}
          />
          {t('command.bySms')}
        </label>
      )}
    </form>
  );
}

export function DrawerCommands({ slot }: { slot: number }) {
  const id = fleet.texts.id[slot] ?? '';
  const found = detailsFor(id);
  if (found === 'loading') return <p class="quiet">{t('drawer.reading')}</p>;
  if (found === 'failed') return <p class="quiet">{t('drawer.failed')}</p>;
  const takesNone = found.Commands.length === 0;
  return (
    <>
      {takesNone && <p class="quiet">{t('command.none', { protocol: found.Protocol ?? '' })}</p>}
      {!takesNone && !found.Connected && <p class="quiet">{t('command.away')}</p>}
      <Quick id={id} found={found} />
      <Lock id={id} found={found} />
      <Text id={id} key={id} found={found} />
      <CommandRecords />
    </>
  );
}
