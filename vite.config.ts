// Builds the page into build/web, which CMake embeds into the binary; `npm run dev` serves it live
// in front of a running stepscope (STEPSCOPE_URL, by default the one on port 6006).
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const repo = fileURLToPath(new URL('.', import.meta.url));
const engine = process.env['STEPSCOPE_URL'] ?? 'http://127.0.0.1:6006';

export const alias = { $web: `${repo}web/src`, $plugins: `${repo}plugins` };

export default defineConfig({
  root: `${repo}web`,
  // Relative addresses, so that the same build works below any --path_prefix.
  base: './',
  cacheDir: `${repo}build/cache/vite`,
  plugins: [svelte({ configFile: `${repo}svelte.config.js` })],
  resolve: { alias },
  build: {
    outDir: `${repo}build/web`,
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no data: scripts or styles, and every file gets a hash.
    assetsInlineLimit: 0,
    // The browser must not fetch what the embedded table does not hold.
    sourcemap: false,
  },
  server: {
    fs: { allow: [repo] },
    // The Host header stays the page's own: the engine refuses a request whose Origin is another.
    proxy: { '/api': { target: engine, ws: true }, '/data': engine },
  },
});
