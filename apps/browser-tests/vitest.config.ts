import { defineConfig } from 'vitest/config';
import { vitestSettings } from './src/vitest-settings.mjs';

export default defineConfig(vitestSettings);
