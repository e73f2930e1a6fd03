/** An input of a file looks like a button: Enter presses it, too; browsers know Space alone. */
export function pressByEnter(event: KeyboardEvent & { currentTarget: HTMLInputElement }): void {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  event.currentTarget.click();
}
