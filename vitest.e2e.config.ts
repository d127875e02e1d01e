// The browser suite: every spec drives Debian's Chromium against the real binary, one spec at a
// time, for they share two cores with the server under test.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: 'build/cache/vitest-e2e',
  test: {
    include: ['tests/e2e/**/*.spec.ts'],
    fileParallelism: false,
    // For a machine that is busy with other things: what works is there in a tenth of that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000, interval: 50 } },
  },
});
