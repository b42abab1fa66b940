// Lint for what TypeScript does not catch: forgotten promises, unreachable cases, and what the page's policy bans.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/** @type {import('eslint').Linter.RulesRecord} */
const typed = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

/** @type {import('eslint').Linter.RulesRecord} */
const rules = {
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  // noUncheckedIndexedAccess makes `array[i]!` the plain way to read inside a counted loop.
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/prefer-for-of': 'off',
  // A line of prose beside an empty body says enough.
  '@typescript-eslint/no-empty-function': 'off',
  // A module of constants and functions typed by an interface or by a type alias is the same to a reader.
  '@typescript-eslint/consistent-type-definitions': 'off',
  eqeqeq: 'error',
  // The debug ladder (src/workers/engine/debug.ts) speaks through `console.debug`.
  'no-console': ['error', { allow: ['debug'] }],
  'no-restricted-globals': [
    'error',
    {
      name: 'RTCPeerConnection',
      message: 'Nothing leaves the page: the content policy cannot stop WebRTC, so the code must.',
    },
  ],
};

const typescript = [js.configs.recommended, ts.configs.strict, ts.configs.stylistic];
const parserOptions = { projectService: true, tsconfigRootDir: import.meta.dirname };

export default defineConfig(
  globalIgnores([
    'dist/',
    'dist-*/',
    '.cache/',
    'node_modules/',
    'test-data/',
    'public/',
    'test-results/',
    'playwright-report/',
  ]),
  { files: ['**/*.ts'], extends: typescript, languageOptions: { parserOptions }, rules: { ...rules, ...typed } },
  {
    files: ['**/*.svelte'],
    // Without type information, which costs seconds a component here: svelte-check knows the types and the browser's globals.
    extends: [...typescript, svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { ...rules, 'no-undef': 'off', 'svelte/no-at-html-tags': 'error', 'svelte/prefer-svelte-reactivity': 'off' },
  },
  // Sets and maps in the page's state are values, replaced whole ($state.raw).
  { files: ['**/*.svelte.ts'], rules: { 'svelte/prefer-svelte-reactivity': 'off' } },
  // The command line and the tests' reports speak through the console.
  { files: ['src/cli/**/*.ts', 'tests/**/*.ts', 'e2e/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // TypeScript checks these files too (bin/tsconfig.json) and knows Node's globals.
    files: ['bin/**/*.mjs', '*.config.js'],
    extends: [js.configs.recommended],
    rules: { 'no-undef': 'off' },
  },
);
