/** What came of a call that was tried. */
import { d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';

export const SHOWN_MAX = 100_000;

interface Answer {
  text: string;
  isCut: boolean;
  tookMs: number;
}

export type Outcome = Answer | { fault: string } | 'sending' | null;

export function Shown({ outcome }: { outcome: Outcome }) {
  if (outcome === null || outcome === 'sending') return null;
  if ('fault' in outcome) {
    return (
      <p class="fault" role="alert">
        {outcome.fault}
      </p>
    );
  }
  return (
    <div role="status">
      <p class="under">
        {d('docs.took', { n: outcome.tookMs })} {outcome.isCut && d('docs.cut', { n: SHOWN_MAX })}
      </p>
      <CodeBlock text={outcome.text} label={d('docs.answer')} />
    </div>
  );
}
