// Unit tests of the web half, next to what they test. Models run in plain Node; a test of a
// component says `// @vitest-environment happy-dom` in its first line.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { alias } from './vite.config';

export default defineConfig({
  cacheDir: 'build/cache/vitest',
  plugins: [svelte()],
  resolve: { alias, conditions: ['browser'] },
  test: {
    include: ['web/src/**/*.test.ts', 'plugins/*/web/**/*.test.ts'],
    restoreMocks: true,
  },
});
