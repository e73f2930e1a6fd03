/** What the pages of the documents know: the description of the API, and which method is read. */
import { computed, signal } from '@preact/signals';
import { loadFile } from '../app/api.ts';
import { type Method, methodsOf, type OpenApi } from './openapi.ts';

export const openApi = signal<OpenApi | 'loading' | 'failed'>('loading');

export const methods = computed<Method[]>(() =>
  typeof openApi.value === 'string' ? [] : methodsOf(openApi.value),
);

const hash = signal(decoded(location.hash));

/** The method that the address names behind "#"; null: the overview. */
export const shownMethod = computed<Method | null>(
  () => methods.value.find(({ name }) => name === hash.value) ?? null,
);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.slice(1));
  } catch {
    return '';
  }
}

export function followHash(): void {
  addEventListener('hashchange', () => {
    hash.value = decoded(location.hash);
  });
}

export async function loadOpenApi(): Promise<void> {
  openApi.value = 'loading';
  try {
    openApi.value = (await loadFile('/api/openapi.json', '')) as OpenApi;
  } catch {
    openApi.value = 'failed';
  }
}
