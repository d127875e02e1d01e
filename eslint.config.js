// Lints the web half: types are checked, `any` is refused, style attributes too.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

export default defineConfig(
  { ignores: ['build/', 'node_modules/', 'examples/', 'tests/data/'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['warn', 'error'] }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Numbers in text are what this product is about.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['web/src/**', 'plugins/*/web/**'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "SvelteAttribute[key.name='style']",
          message: 'The content security policy drops style attributes: say style:name={value}.',
        },
      ],
      'svelte/no-at-html-tags': 'error',
      // Data is raw state, replaced as a whole; a plain Map beside it is meant to be one.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/require-each-key': 'error',
    },
  },
  {
    // Plain scripts, and settings of the tools, whose types tsc checks (tests/e2e/tsconfig.json).
    files: ['**/*.js', '*.config.ts'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  {
    // What runs in a page.
    files: ['web/public/*.js', 'bench/*/probe.js'],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['tests/e2e/**'],
    languageOptions: { globals: globals.node },
  },
);
