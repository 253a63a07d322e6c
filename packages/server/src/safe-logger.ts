import type { Logger } from '@gev/core';

/**
 * The same logger, but a line that it throws on keeps nothing from going on, such as an `onClose` or a
 * listener's next try: the process hears of that by 'uncaughtException'.
 */
export function safeLogger(logger: Logger): Logger {
  const at = (level: keyof Logger) => (fields: object, message: string) => {
    try {
      logger[level](fields, message);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
