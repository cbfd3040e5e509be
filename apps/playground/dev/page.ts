import { mount } from '../src/index.ts';

const place = document.querySelector<HTMLElement>('[data-island="playground"]');
if (place !== null) mount(place);
