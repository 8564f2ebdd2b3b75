// The first screen: what is booting now, what can be booted, how much room is left.
import { h, size } from '../dom.js';
import { t } from '../i18n.js';
import { listen, state } from '../live.js';
import { can } from '../session.js';
import { timeline } from '../timeline.js';
import { chooseFiles } from '../uploads.js';
import { download } from './images.js';

const shownBoots = 8;

export function home() {
  const boots = h('section.card');
  const images = h('section.card');
  const room = h('section.card');
  const draw = {
    boots: () => boots.replaceChildren(h('h1', t('home.booting')), bootList()),
    images: () => images.replaceChildren(h('h2', t('home.bootable')), imageList(), actions()),
    storage: () => room.replaceChildren(h('h2', t('home.room')), ...roomBar()),
  };
  Object.values(draw).forEach(action => action());
  return {
    element: h('div.grid', boots, h('div', images, room)),
    leave: listen(topic => draw[topic]?.()),
  };
}

function bootList() {
  if (state.boots.length === 0) return h('p.dim', t('home.noBoots'));
  return h('ul.list', state.boots.slice(0, shownBoots).map(boot => h('li', bootCard(boot))));
}

/** Boots whose steps are unfolded: cards are made anew whenever a boot goes on. */
const opened = new Set();

export function bootCard(boot) {
  const key = `${boot.mac_address} ${boot.began}`;
  const tone = { problem: 'bad', waiting: 'warn' }[boot.state] ?? 'good';
  return [
    h('div.row.between',
      h('span.title', boot.address ?? boot.mac_address),
      h('span.small.dim', `${boot.mac_address} · ${boot.firmware} · ${size(boot.bytes)}`)),
    timeline(boot),
    h(`p.${tone}`, t(`boot.${boot.state}`), ': ', boot.text),
    boot.remedy ? h('p.remedy', h('strong', t('boot.try'), ' '), boot.remedy) : null,
    h('details', { open: opened.has(key), ontoggle: event => opened[event.target.open ? 'add' : 'delete'](key) }, h('summary.small', t('boot.steps', { count: boot.steps.length })),
      h('table', boot.steps.map(step => h('tr',
        h('td', `${step.at.toFixed(1)} s`), h('td', step.step), h('td', step.what), h('td', step.bytes ? size(step.bytes) : ''))))),
  ];
}

function imageList() {
  const shown = state.images.filter(image => image.enabled);
  if (shown.length === 0) return h('p.dim', t('home.noImages'));
  return h('ul.list', shown.map(image => h('li',
    h('div.title', image.name),
    h('div.small.dim', [image.group, image.kind, size(image.size)].filter(Boolean).join(' · ')),
    image.problem ? h('div.small.bad', image.problem) : null)));
}

function actions() {
  if (!can('operator')) return '';
  return h('p.row', h('button.main', { onclick: chooseFiles }, t('upload.action')), h('button', { onclick: download }, t('download.action')));
}

function roomBar() {
  const { free = 0, total = 0, folder = '' } = state.storage ?? {};
  if (total === 0) return [h('p.dim', t('home.noStorage', { folder }))];
  return [
    h('progress', { max: total, value: total - free, 'aria-label': t('home.room') }),
    h('p', t('home.free', { free: size(free), total: size(total) })),
  ];
}
