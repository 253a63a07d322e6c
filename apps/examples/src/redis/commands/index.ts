import type { Command } from '../command.js';
import { CLIENT } from './client.js';
import { COMMAND } from './command.js';
import { CONFIG } from './config.js';
import { CONNECTION_COMMANDS } from './connection.js';
import { COUNTER_COMMANDS } from './counters.js';
import { EXPIRY_COMMANDS } from './expiry.js';
import { HELLO } from './hello.js';
import { INFO } from './info.js';
import { KEY_COMMANDS } from './keys.js';
import { SET } from './set.js';
import { STRING_COMMANDS } from './strings.js';

/** Every command that there is. */
export const COMMANDS: readonly Command[] = [
  ...CONNECTION_COMMANDS,
  HELLO,
  CLIENT,
  SET,
  ...STRING_COMMANDS,
  ...COUNTER_COMMANDS,
  ...KEY_COMMANDS,
  ...EXPIRY_COMMANDS,
  INFO,
  COMMAND,
  CONFIG,
];
