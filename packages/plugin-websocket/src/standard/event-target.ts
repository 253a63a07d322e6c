import type { StandardEvents, StandardListener } from './events.js';

type Handlers = { [Type in keyof StandardEvents]?: StandardListener<Type> | null };

/** An `EventTarget` that knows the types of these events, and has a place for one handler of each. */
export class StandardEventTarget extends EventTarget {
  readonly #handlers: Handlers = {};

  // The two are only here for their types.
  override addEventListener<Type extends keyof StandardEvents>(
    type: Type,
    listener: StandardListener<Type>,
    options?: Parameters<EventTarget['addEventListener']>[2],
  ): void {
    super.addEventListener(type, listener as (event: Event) => void, options);
  }

  override removeEventListener<Type extends keyof StandardEvents>(
    type: Type,
    listener: StandardListener<Type>,
    options?: Parameters<EventTarget['removeEventListener']>[2],
  ): void {
    super.removeEventListener(type, listener as (event: Event) => void, options);
  }

  get onopen(): StandardListener<'open'> | null {
    return this.#handlers.open ?? null;
  }

  set onopen(handler: StandardListener<'open'> | null) {
    this.#handle('open', handler);
  }

  get onmessage(): StandardListener<'message'> | null {
    return this.#handlers.message ?? null;
  }

  set onmessage(handler: StandardListener<'message'> | null) {
    this.#handle('message', handler);
  }

  get onerror(): StandardListener<'error'> | null {
    return this.#handlers.error ?? null;
  }

  set onerror(handler: StandardListener<'error'> | null) {
    this.#handle('error', handler);
  }

  get onclose(): StandardListener<'close'> | null {
    return this.#handlers.close ?? null;
  }

  set onclose(handler: StandardListener<'close'> | null) {
    this.#handle('close', handler);
  }

  /** A handler keeps the place among the listeners that the first of its type had. */
  #handle<Type extends keyof StandardEvents>(type: Type, handler: Handlers[Type]): void {
    if (!(type in this.#handlers)) {
      this.addEventListener(type, (event) => this.#handlers[type]?.call(this, event));
    }
    this.#handlers[type] = typeof handler === 'function' ? handler : null;
  }
}
