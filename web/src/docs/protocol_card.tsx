/** One protocol: which trackers speak it, how they are pointed here, what they report. */
import { type DocsKey, d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';
import { filledIn, type Protocol, type Setup, zoneText } from './devices.ts';

type Filled = Record<string, string>;

function SetupView({ setup, values }: { setup: Setup; values: Filled }) {
  return (
    <section class="setup">
      <h3>{setup.models}</h3>
      {setup.texts.map((text) => (
        <CodeBlock key={text} text={filledIn(text, values)} label={setup.models} />
      ))}
      {setup.note !== '' && <p>{filledIn(setup.note, values)}</p>}
      {setup.texts.length > 0 && (
        <p class="under">
          {setup.source === ''
            ? d('docs.dev.told')
            : d('docs.dev.source', { source: setup.source })}
        </p>
      )}
    </section>
  );
}

function Words({ title, words }: { title: DocsKey; words: string[] }) {
  if (words.length === 0) return null;
  return (
    <>
      <dt>{d(title)}</dt>
      <dd>{words.join(', ')}</dd>
    </>
  );
}

export function ProtocolCard({ protocol, values }: { protocol: Protocol; values: Filled }) {
  const zone = zoneText(protocol.clockMinutes);
  return (
    <article class="protocol-card" id={protocol.name}>
      <h2>{protocol.name}</h2>
      <p class="under">
        {protocol.about} · {d(protocol.udp ? 'docs.dev.both' : 'docs.dev.tcp')} ·{' '}
        {d('docs.dev.clock', { zone })}
      </p>
      {protocol.setups.map((setup) => (
        <SetupView key={setup.models} setup={setup} values={values} />
      ))}
      <dl>
        <Words title="docs.dev.reports" words={protocol.reports} />
        <Words title="docs.dev.alarms" words={protocol.alarms} />
        <Words title="docs.dev.accepts" words={protocol.accepts} />
      </dl>
    </article>
  );
}
