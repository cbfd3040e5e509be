import { readFileSync } from 'node:fs';
import starlight from '@astrojs/starlight';
import { defineConfig, passthroughImageService } from 'astro/config';

const sidebar = JSON.parse(readFileSync(new URL('./src/content/sidebar.json', import.meta.url), 'utf8'));

/** Conditions of this repository: packages are compiled from their sources. */
const conditions = ['@halftone/source', 'module', 'browser', 'production', 'default'];

export default defineConfig({
  outDir: './dist',
  cacheDir: '../../.cache/astro',
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  image: { service: passthroughImageService() },
  build: { inlineStylesheets: 'never' },
  vite: {
    resolve: { conditions },
    worker: { format: 'es' },
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 4000, target: 'es2022' },
  },
  integrations: [
    starlight({
      title: 'Halftone',
      description: 'Mixed precision for TensorFlow.js: 16 bits where that is safe, 32 where it is not, in the browser and in Node.',
      logo: { src: './src/logo.svg' },
      favicon: '/favicon.svg',
      credits: false,
      pagefind: true,
      lastUpdated: false,
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
      customCss: ['./src/styles/site.css', './src/styles/start.css'],
      social: [{ icon: 'github', label: 'Sources', href: 'https://github.com/halftone-js/halftone' }],
      components: {
        Head: './src/components/Head.astro',
        Search: './src/components/Search.astro',
        SocialIcons: './src/components/SocialIcons.astro',
      },
      expressiveCode: {
        themes: ['github-dark', 'github-light'],
        styleOverrides: {
          borderRadius: '0.5rem',
          borderColor: 'var(--sl-color-hairline)',
          codeBackground: 'var(--halftone-code)',
          codeFontSize: '0.84375rem',
          codeLineHeight: '1.6',
          frames: { frameBoxShadowCssValue: 'none' },
        },
      },
      sidebar,
    }),
  ],
});
