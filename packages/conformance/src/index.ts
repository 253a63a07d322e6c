export type { Runner } from './runner.js';
