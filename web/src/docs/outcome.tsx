/** What came of a call that was tried. */
import { useEffect, useRef } from 'preact/hooks';
import { d } from '../i18n/docs_text.ts';
import { CodeBlock } from './code_block.tsx';
import { isOfLogin } from './token.ts';

export const SHOWN_MAX = 100_000;

interface Answer {
  text: string;
  isCut: boolean;
  tookMs: number;
}

export type Outcome = Answer | { fault: string } | 'sending' | null;

/** `isLogin`: what is answered may be a token, which the calls behind it go out with. */
export function Shown({ outcome, isLogin }: { outcome: Outcome; isLogin: boolean }) {
  const host = useRef<HTMLDivElement & HTMLParagraphElement>(null);
  // it stands below a form that may fill the screen
  useEffect(() => host.current?.scrollIntoView({ block: 'nearest' }), [outcome]);
  if (outcome === null || outcome === 'sending') return null;
  if ('fault' in outcome) {
    return (
      <p class="fault" role="alert" ref={host}>
        {outcome.fault}
      </p>
    );
  }
  return (
    <div role="status" ref={host}>
      {isLogin && isOfLogin.value && <p class="hint">{d('docs.tryTaken')}</p>}
      <p class="under">
        {d('docs.took', { n: outcome.tookMs })} {outcome.isCut && d('docs.cut', { n: SHOWN_MAX })}
      </p>
      <CodeBlock text={outcome.text} label={d('docs.answer')} />
    </div>
  );
}
