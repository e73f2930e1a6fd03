/** A text to be copied as it is. */
import { copy } from '../app/clipboard.ts';
import { d } from '../i18n/docs_text.ts';

export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
      <button type="button" class="button small" onClick={() => void copy(text)}>
        {d('docs.copy')}
      </button>
    </div>
  );
}
