// Makes elements. Text always goes in as text: nothing that a file or a client is called becomes markup.

/** h('p.dim', {onclick}, 'text', child, [children]) */
export function h(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag || 'div');
  element.classList.add(...classes);
  return fill(element, rest);
}

const svgNames = 'http://www.w3.org/2000/svg';

export function svg(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElementNS(svgNames, tag);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function fill(element, rest) {
  for (const item of rest.flat(3)) {
    if (item === null || item === undefined || item === false) continue;
    if (item instanceof Node || typeof item !== 'object') element.append(item);
    else set(element, item);
  }
  return element;
}

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== 'list') element[key] = value;
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? '' : value);
  }
}

export function size(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit++; }
  return `${unit < 3 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

export function toast(text) {
  const element = h('div.toast', text);
  document.getElementById('toasts').append(element);
  setTimeout(() => element.remove(), 7000);
}

/** Shows a form in a dialog; submit(values) may throw, which is said in the dialog. */
export function ask(title, fields, action, submit) {
  const problem = h('p.bad', { role: 'alert' });
  const controls = fields.map(field);
  const button = h('button.main', { type: 'submit' }, action);
  const form = h('form', { method: 'dialog' }, h('h2', title), controls.map(c => c.label), problem,
    h('div.row', button, h('button', { type: 'button', onclick: () => dialog.close() }, '✕')));
  const dialog = h('dialog', { 'aria-label': title }, form);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    try {
      await submit(Object.fromEntries(controls.map(c => [c.name, c.value()])));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
    button.disabled = false;
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** {name, label, type, value, options} to a labelled control. */
export function field({ name, label, type = 'text', value = '', options, ...rest }) {
  if (type === 'checkbox') {
    const box = h('input', { type, checked: value, name, ...rest });
    return { name, label: h('label.check', box, label), value: () => box.checked };
  }
  const control = options
    ? h('select', { name, ...rest }, options.map(([key, text]) => h('option', { value: key, selected: key === value }, text)))
    : h('input', { type, value, name, ...rest });
  return { name, label: h('label', h('span', label), control), value: () => type === 'number' ? Number(control.value) : control.value };
}
