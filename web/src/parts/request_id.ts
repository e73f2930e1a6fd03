/** The RequestID of a form that adds something. */
import { useRef } from 'preact/hooks';
import { newRequestId } from '../app/setup.ts';

/**
 * Says by which ID something is sent: by the same one as long as it is the same, so that what got
 * lost on its way back is not added twice; once it is another, by another one.
 */
export function useRequestId(): (sent: string) => string {
  const last = useRef({ sent: '', id: '' });
  return (sent) => {
    if (last.current.id === '' || last.current.sent !== sent) {
      last.current = { sent, id: newRequestId() };
    }
    return last.current.id;
  };
}
