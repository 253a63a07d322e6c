import { CloseCode, readClose, writeClose } from './close-codes.js';

/** How a WebSocket ended, as told to `onClose`. */
export interface CloseOutcome {
  /** The peer's code; without its close frame the one that was given to `fail`, else 1006. */
  readonly code: number;
  readonly reason: string;
  /** Both sides have sent a close frame. */
  readonly wasClean: boolean;
}

/**
 * The closing handshake of one connection (RFC 6455, section 7): made when the first close frame is
 * sent or received. Each method returns the payload of the close frame that has to be sent now, if
 * one has to.
 */
export class CloseMachine {
  #sent = false;
  #received = false;
  #code: number = CloseCode.abnormal;
  #reason = '';

  /** True once the peer's close frame is here: nothing of the peer counts any more. */
  get received(): boolean {
    return this.#received;
  }

  get outcome(): CloseOutcome {
    const wasClean = this.#sent && this.#received;
    return { code: this.#code, reason: this.#reason, wasClean };
  }

  /** This side wants to close. */
  begin(code: number, reason: string): Uint8Array | undefined {
    return this.#send(code, reason);
  }

  /**
   * The peer has sent a close frame: it is answered with its own code.
   *
   * @throws GevError `ERR_GEV_PROTOCOL`
   */
  receive(payload: Uint8Array): Uint8Array | undefined {
    const { code, reason } = readClose(payload);
    this.#received = true;
    this.#code = code;
    this.#reason = reason;
    return this.#send(code, '');
  }

  /** This side ends it without being asked to: the peer broke a rule, something broke here, the server stops. */
  fail(code: number, reason: string): Uint8Array | undefined {
    if (this.#sent || this.#received) return undefined;
    this.#code = code;
    this.#reason = reason;
    return this.#send(code, reason);
  }

  #send(code: number, reason: string): Uint8Array | undefined {
    if (this.#sent) return undefined;
    this.#sent = true;
    return writeClose(code, reason);
  }
}
