// Draws a boot from left to right: each step where it happened, as long as it took.
import { svg } from './dom.js';
import { t } from './i18n.js';

const width = 1000;
const failures = new Set(['Missing', 'Unreadable', 'Aborted', 'AddressRefused', 'NoLoader']);

export function timeline(boot) {
  const end = Math.max(...boot.steps.map(step => step.until), 1);
  const at = seconds => Math.round(seconds / end * (width - 8));
  const marks = boot.steps.map(step => svg(`rect.${kind(step)}`, {
    x: at(step.at), y: 4, height: 16, rx: 2, width: Math.max(at(step.until) - at(step.at), 6),
  }, svg('title', {}, `${step.at.toFixed(1)} s ${step.step} ${step.what}`)));
  return svg('svg.timeline', { viewBox: `0 0 ${width} 24`, preserveAspectRatio: 'none', role: 'img', 'aria-label': t('boot.timeline', { seconds: end.toFixed(1) }) },
    svg('rect.track', { x: 0, y: 10, width, height: 4, rx: 2 }), ...marks);
}

function kind(step) {
  if (failures.has(step.step)) return 'fail';
  return step.step.startsWith('Address') ? 'address' : 'step';
}
