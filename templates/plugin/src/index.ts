export { template } from './template.js';
