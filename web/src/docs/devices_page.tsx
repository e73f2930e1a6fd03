/** /docs/devices: how to point which tracker here, with the address of this server filled in. */
import { type Signal, useSignal } from '@preact/signals';
import { isOutOfReach } from '../app/reach.ts';
import { trackerAddress } from '../app/site.ts';
import { type DocsKey, d } from '../i18n/docs_text.ts';
import { findProtocols, profiles } from './devices.ts';
import { ProtocolCard } from './protocol_card.tsx';

function Input({ text, value }: { text: DocsKey; value: Signal<string> }) {
  return (
    <label class="docs-field">
      {d(text)}
      <input
        value={value.value}
        autocomplete="off"
        onInput={(event) => {
          value.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

function Profiles() {
  return (
    <section>
      <h2>{d('docs.dev.profiles')}</h2>
      <p>{d('docs.dev.profilesText')}</p>
      <table class="docs-table">
        <thead>
          <tr>
            <th>{d('docs.dev.profile')}</th>
            <th>{d('docs.dev.models')}</th>
            <th>{d('docs.dev.command')}</th>
            <th>{d('docs.dev.text')}</th>
          </tr>
        </thead>
        <tbody>
          {profiles.flatMap(({ name, models, texts }) =>
            Object.entries(texts).map(([what, text]) => (
              <tr key={`${name} ${what}`}>
                <td>{name}</td>
                <td>{models.join(', ')}</td>
                <td>{what}</td>
                <td>
                  <code>{text}</code>
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  );
}

/** The port is behind the last colon; an IPv6 address has others. */
function addressParts(): [host: string, port: string] {
  const address = trackerAddress();
  const at = address.endsWith(']') ? -1 : address.lastIndexOf(':');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

export function DevicesPage() {
  const [ownHost, ownPort] = addressParts();
  const host = useSignal(ownHost);
  const port = useSignal(ownPort);
  const apn = useSignal('');
  const id = useSignal('');
  const query = useSignal('');
  const values = { host: host.value, port: port.value, apn: apn.value, id: id.value };
  const found = findProtocols(query.value);
  return (
    <main class="docs-text docs-devices">
      <h1>{d('docs.dev.title')}</h1>
      <p>{d('docs.dev.intro')}</p>
      <div class="docs-inputs">
        <Input text="docs.dev.server" value={host} />
        <Input text="docs.dev.port" value={port} />
        <Input text="docs.dev.apn" value={apn} />
        <Input text="docs.dev.id" value={id} />
      </div>
      {isOutOfReach(host.value) && (
        <p class="docs-note" role="status">
          {d('docs.dev.outOfReach')}
        </p>
      )}
      <ol class="docs-steps">
        <li>{d('docs.dev.step1')}</li>
        <li>{d('docs.dev.step2')}</li>
        <li>{d('docs.dev.step3')}</li>
      </ol>
      <p class="under">{d('docs.dev.note')}</p>
      <input
        type="search"
        class="docs-find"
        placeholder={d('docs.dev.find')}
        aria-label={d('docs.dev.find')}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      {found.length === 0 && <p role="status">{d('docs.dev.none')}</p>}
      {found.map((protocol) => (
        <ProtocolCard key={protocol.name} protocol={protocol} values={values} />
      ))}
      <Profiles />
    </main>
  );
}
