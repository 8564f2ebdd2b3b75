// What happens, as it happens: one connection for the whole page, which the browser makes again when it breaks.

import { get } from './api.js';

const topics = ['boots', 'images', 'uploads', 'downloads', 'extractions', 'storage', 'logs'];
const listeners = new Set();
export const state = { boots: [], images: [], uploads: [], downloads: [], extractions: [], storage: null, logs: [] };
let source = null;

/** The browser tries again by itself, but not after an answer that is none: too many viewers, or no session any more. */
async function connectAgain(ended) {
  if (ended !== source || ended.readyState !== EventSource.CLOSED) return;
  try { await get('/api/session'); } catch (error) { if (error.final) return; }
  setTimeout(() => { if (source === ended) connect(); }, 10000);
}

export function connect() {
  source?.close();
  source = new EventSource('/api/events');
  source.onerror = ({ target }) => connectAgain(target);
  for (const topic of topics) {
    source.addEventListener(topic, event => {
      state[topic] = JSON.parse(event.data);
      listeners.forEach(listener => listener(topic));
    });
  }
}

export function disconnect() {
  source?.close();
  source = null;
}

/** Calls back with each topic that changes, until the returned function is called. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
