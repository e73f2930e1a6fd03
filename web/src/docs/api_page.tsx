/** /docs: the list of methods, and the one that is read. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type DocsKey, d } from '../i18n/docs_text.ts';
import { MethodView } from './method_view.tsx';
import { type Method, matching } from './openapi.ts';
import { Overview } from './overview.tsx';
import { loadOpenApi, methods, openApi, shownMethod } from './state.ts';

const TAGS = ['user', 'vehicle', 'manage', 'live'] as const;

function Link({ method }: { method: Method }) {
  const isShown = shownMethod.value?.name === method.name;
  return (
    <li>
      <a href={`#${method.name}`} aria-current={isShown ? 'true' : undefined}>
        <span>{method.name}</span>
        {method.section > 0 && <i>{method.section}</i>}
      </a>
    </li>
  );
}

function List() {
  const query = useSignal('');
  const found = matching(methods.value, query.value);
  return (
    <nav class="docs-list" aria-label={d('docs.method')}>
      <input
        type="search"
        placeholder={d('docs.find')}
        aria-label={d('docs.find')}
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
        }}
      />
      <div class="docs-links">
        <a href="#overview" aria-current={shownMethod.value === null ? 'true' : undefined}>
          {d('docs.overview')}
        </a>
        {TAGS.map((tag) => {
          const own = found.filter((method) => method.tag === tag);
          if (own.length === 0) return null;
          return (
            <section key={tag}>
              <h2>{d(`docs.of.${tag}` as DocsKey)}</h2>
              <ul>
                {own.map((method) => (
                  <Link key={method.name} method={method} />
                ))}
              </ul>
            </section>
          );
        })}
        {found.length === 0 && methods.value.length > 0 && <p>{d('docs.none')}</p>}
      </div>
    </nav>
  );
}

function Text() {
  if (openApi.value === 'loading') return <p role="status">{d('docs.loading')}</p>;
  if (openApi.value === 'failed') {
    return (
      <div role="alert">
        <p>{d('docs.failed')}</p>
        <button type="button" class="button" onClick={() => void loadOpenApi()}>
          {d('docs.again')}
        </button>
      </div>
    );
  }
  const method = shownMethod.value;
  if (method === null) return <Overview document={openApi.value} />;
  return <MethodView key={method.name} method={method} />;
}

export function ApiPage() {
  const host = useRef<HTMLElement>(null);
  const name = shownMethod.value?.name ?? '';
  useEffect(() => void loadOpenApi(), []);
  useEffect(() => host.current?.scrollTo(0, 0), [name]);
  return (
    <div class="docs-columns">
      <List />
      <main class="docs-text" ref={host}>
        <Text />
      </main>
    </div>
  );
}
