export { mount } from './island.ts';
