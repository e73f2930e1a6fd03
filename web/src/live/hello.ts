/** The first words of a stream, kept as they would be said now: `meta` changes some of them. */
const CHANGED_BY_META = ['now', 'groups', 'fences', 'focus'];

export class Hello {
  private said: Record<string, unknown> | null = null;

  take(name: string, data: string): void {
    if (name === 'hello') this.said = parse(data);
    if (name !== 'meta' || this.said === null) return;
    const meta = parse(data) ?? {};
    for (const field of CHANGED_BY_META) {
      if (field in meta) this.said[field] = meta[field];
    }
  }

  /** null: none came yet. */
  text(): string | null {
    return this.said === null ? null : JSON.stringify(this.said);
  }
}

function parse(data: string): Record<string, unknown> | null {
  const value: unknown = JSON.parse(data);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
