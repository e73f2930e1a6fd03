/** A text with the part that was searched for in bold. */
import { findPart } from '../store/words.ts';

export function Marked({ text, part }: { text: string; part: string }) {
  const found = findPart(text, part);
  if (found === null) return <>{text}</>;
  const [from, to] = found;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}
