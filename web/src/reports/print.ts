/** Printing: a sheet of the rows in the order shown, made only while it is printed. */
import { signal } from '@preact/signals';

export const isPrinting = signal(false);

/** The browser's own way to print shows the same; the answer ends it. */
export function followPrinting(): () => void {
  const begin = () => {
    isPrinting.value = true;
  };
  const end = () => {
    isPrinting.value = false;
  };
  addEventListener('beforeprint', begin);
  addEventListener('afterprint', end);
  return () => {
    removeEventListener('beforeprint', begin);
    removeEventListener('afterprint', end);
    end();
  };
}

/** Once the sheet is in the document. */
export function printReport(): void {
  isPrinting.value = true;
  requestAnimationFrame(() => window.print());
}
