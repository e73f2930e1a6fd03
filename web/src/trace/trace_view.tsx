/** The commissioning of a tracker beside its vehicle: its frames as they come, and its rules. */
import { useEffect, useRef } from 'preact/hooks';
import '../style/trace.css';
import { d } from '../alarms/text.ts';
import { copy } from '../app/clipboard.ts';
import { go } from '../app/navigation.ts';
import { count } from '../i18n/text.ts';
import {
  type Frame,
  frames,
  startTrace,
  stopTrace,
  textOfTrace,
  traced,
  traceFault,
} from './trace.ts';

function FrameRow({ frame }: { frame: Frame }) {
  return (
    <li class={frame.isOut ? 'trace-frame out' : 'trace-frame'}>
      <span class="trace-head">
        <b>{d(frame.isOut ? 'trace.out' : 'trace.in')}</b> {frame.time} · {frame.protocol}
      </span>
      {frame.decoded !== '' && <code class="trace-text">{frame.decoded}</code>}
      <code class="trace-hex">{frame.hex}</code>
    </li>
  );
}

/** The newest is in sight, unless somebody scrolled back. */
function Frames() {
  const host = useRef<HTMLUListElement>(null);
  const isAtEnd = useRef(true);
  const shown = frames.value;
  useEffect(() => {
    if (isAtEnd.current) host.current?.scrollTo(0, host.current.scrollHeight);
  }, [shown]);
  return (
    <ul
      class="trace-frames"
      ref={host}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keys
      tabIndex={0}
      aria-label={d('trace.frames')}
      onScroll={({ currentTarget: list }) => {
        isAtEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
      }}
    >
      {shown.map((frame) => (
        <FrameRow key={frame.number} frame={frame} />
      ))}
    </ul>
  );
}

function Buttons({ id, isOn }: { id: string; isOn: boolean }) {
  return (
    <div class="buttons">
      <button
        type="button"
        class={isOn ? 'button' : 'button primary'}
        onClick={() => (isOn ? stopTrace() : startTrace(id))}
      >
        {d(isOn ? 'trace.stop' : 'trace.start')}
      </button>
      {frames.value.length > 0 && (
        <>
          <button type="button" class="button" onClick={() => void copy(textOfTrace())}>
            {d('trace.copy')} ({count(frames.value.length)})
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              frames.value = [];
            }}
          >
            {d('trace.clear')}
          </button>
        </>
      )}
    </div>
  );
}

export function TraceView({ id }: { id: string }) {
  useEffect(() => {
    frames.value = [];
    return stopTrace;
  }, [id]);
  const isOn = traced.value === id;
  const fault = traceFault.value;
  return (
    <section class="command-part trace">
      <h3>{d('trace.title')}</h3>
      <p class="under">{d('trace.about')}</p>
      <Buttons id={id} isOn={isOn} />
      {fault !== '' && (
        <p class="fault" role="alert">
          {d(`trace.${fault}`)}
        </p>
      )}
      {isOn && fault === '' && frames.value.length === 0 && (
        <p class="under" role="status">
          {d('trace.waiting')}
        </p>
      )}
      {frames.value.length > 0 && <Frames />}
      <button
        type="button"
        class="bare link trace-rules"
        onClick={() => go({ page: 'settings', set: 'rules', item: `device.${id}` })}
      >
        {d('trace.rules')}
      </button>
    </section>
  );
}
