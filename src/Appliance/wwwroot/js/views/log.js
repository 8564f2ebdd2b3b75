// The log, as it goes on.
import { get, query } from '../api.js';
import { field, h } from '../dom.js';
import { t } from '../i18n.js';
import { listen } from '../live.js';

export function log() {
  const lines = h('div.log.card', { tabIndex: 0, role: 'log', 'aria-label': t('nav.log') });
  const contains = field({ name: 'contains', label: t('log.contains'), type: 'search' });
  const level = field({ name: 'level', label: t('log.level'), value: 'information', options: ['information', 'warning', 'error'].map(name => [name, t(`log.${name}`)]) });
  const draw = async () => {
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    const shown = await get('/api/logs' + query({ limit: 500, level: level.value(), contains: contains.value() }));
    lines.replaceChildren(...shown.map(line => h(`div.${{ error: 'bad', critical: 'bad', warning: 'warn' }[line.level] ?? 'line'}`,
      `${new Date(line.at).toLocaleTimeString()} ${line.category}: ${line.text}`)));
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  };
  contains.label.addEventListener('input', draw);
  level.label.addEventListener('change', draw);
  draw();
  return { element: h('div', h('h1', t('nav.log')), h('div.row', contains.label, level.label), lines), leave: listen(topic => { if (topic === 'logs') draw(); }) };
}
