/**
 * Who uses a page: with a mouse, or by keys alone. A story is told once, and done by either; what
 * can be done by one alone is told as such.
 */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

export interface Hand {
  readonly isMouse: boolean;
  press(button: Locator): Promise<void>;
  /** Puts a text in the place of what is in a field. */
  write(field: Locator, text: string): Promise<void>;
  /** Of a list of choices, by what is read there. */
  choose(list: Locator, label: string): Promise<void>;
  check(box: Locator): Promise<void>;
  /** Chooses a file in the browser's own dialog, which `input` opens. */
  give(input: Locator, name: string, text: string): Promise<void>;
}

const fileOf = (name: string, text: string) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});

export class Mouse implements Hand {
  readonly isMouse = true;

  press(button: Locator): Promise<void> {
    return button.click();
  }

  write(field: Locator, text: string): Promise<void> {
    return field.fill(text);
  }

  async choose(list: Locator, label: string): Promise<void> {
    await list.selectOption({ label });
  }

  check(box: Locator): Promise<void> {
    return box.check();
  }

  /** A click on what is around the input. */
  async give(input: Locator, name: string, text: string): Promise<void> {
    const chooser = input.page().waitForEvent('filechooser');
    await input.locator('..').click();
    await (await chooser).setFiles(fileOf(name, text));
  }
}

/** More than any page of ours has between two things that one does. */
const TABS_MAX = 200;

export class Keys implements Hand {
  readonly isMouse = false;
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** By Tab, or back by Shift and Tab; a key presses nothing that is disabled. */
  private async reach(what: Locator): Promise<void> {
    await what.waitFor();
    const keyTo = () =>
      what.evaluate((found) => {
        const at = document.activeElement ?? document.body;
        if (found === at && !found.matches(':disabled')) return '';
        const isBehind = found.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING;
        return at !== document.body && isBehind ? 'Shift+Tab' : 'Tab';
      });
    for (let presses = 0; presses < TABS_MAX; presses++) {
      const key = await keyTo();
      if (key === '') return;
      await this.page.keyboard.press(key);
    }
    assert.fail(`no key leads to ${what}`);
  }

  async press(button: Locator): Promise<void> {
    await this.reach(button);
    await this.page.keyboard.press('Enter');
  }

  async write(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text);
  }

  /** A list takes the choice that begins with what is typed. */
  async choose(list: Locator, label: string): Promise<void> {
    await this.reach(list);
    await this.page.keyboard.type(label);
    const shown = await list.evaluate(
      (found) => (found as HTMLSelectElement).selectedOptions[0]?.text,
    );
    assert.equal(shown, label);
  }

  async check(box: Locator): Promise<void> {
    await this.reach(box);
    await this.page.keyboard.press('Space');
    assert.ok(await box.isChecked());
  }

  async give(input: Locator, name: string, text: string): Promise<void> {
    await this.reach(input);
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.keyboard.press('Enter');
    await (await chooser).setFiles(fileOf(name, text));
  }
}
