import './playground.css';
import { Playground } from './page/playground.ts';

/**
 * Puts the playground into an element of a page.
 *
 * Settings come from the query string and go there. TensorFlow.js is loaded, in a worker, when a visitor trains. What stands in
 * the element for readers without JavaScript is replaced. Attributes of the element say what happens:
 * `data-state` (idle, preparing, training, paused, stopped, done, lost, failed), `data-step`, `data-run`, `data-backend`, `data-codec`.
 *
 * @param element - a block of the page; the playground lives as long as it does
 */
export function mount(element: HTMLElement): void {
  new Playground(element);
}
