// Words of the page. English is what is there when a language lacks a word.

const names = { en: 'English', de: 'Deutsch', zh: '简体中文' };
let words = {};

export const languages = Object.entries(names);

export function language() {
  const wanted = localStorage.getItem('language') ?? navigator.language.slice(0, 2);
  return wanted in names ? wanted : 'en';
}

export async function load() {
  const read = async name => (await fetch(`i18n/${name}.json`)).json();
  words = { ...await read('en'), ...(language() === 'en' ? {} : await read(language())) };
  document.documentElement.lang = language();
}

/** The words of a key, with {name} in them replaced. */
export const t = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

export function choose(name) {
  localStorage.setItem('language', name);
  location.reload();
}
