import { describe, expect, it } from 'vitest';
import { checkClose, isWireCode, readClose, writeClose } from '../src/close-codes.js';
import { CloseMachine } from '../src/close-machine.js';
import { closeCodeOf } from '../src/violation.js';

const VALID = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const INVALID = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

describe('close codes', () => {
  it.each(VALID)('%i may be sent and received', (code) => {
    expect(isWireCode(code)).toBe(true);
    expect(readClose(writeClose(code, 'why'))).toEqual({ code, reason: 'why' });
    checkClose(code, '');
  });

  it.each(INVALID)('%i may not', (code) => {
    expect(isWireCode(code)).toBe(false);
    expect(() => readClose(Uint8Array.of(code >> 8, code & 0xff))).toThrow(String(code));
    expect(() => checkClose(code, '')).toThrow('the close code');
  });

  it('no code is 1005, one byte is a violation, a bad reason is invalid data', () => {
    expect(readClose(new Uint8Array(0))).toEqual({ code: 1005, reason: '' });
    const codes = [[3], [3, 232, 0xff]].map((bytes) => {
      try {
        return readClose(Uint8Array.from(bytes)).code;
      } catch (error) {
        return closeCodeOf(error);
      }
    });
    expect(codes).toEqual([1002, 1007]);
  });

  it('cuts a reason at the border of a character, and refuses a long one of the user', () => {
    const payload = writeClose(1002, `${'x'.repeat(122)}é`);
    expect(payload.length).toBe(124);
    expect(readClose(payload).reason).toBe('x'.repeat(122));
    expect(() => checkClose(1000, 'x'.repeat(124))).toThrow('close reason');
  });
});

describe('CloseMachine', () => {
  it('this side first', () => {
    const machine = new CloseMachine();
    expect(machine.begin(1001, 'later')).toEqual(writeClose(1001, 'later'));
    expect(machine.outcome).toEqual({ code: 1006, reason: '', wasClean: false });
    expect(machine.receive(writeClose(1001, ''))).toBeUndefined();
    expect(machine.outcome).toEqual({ code: 1001, reason: '', wasClean: true });
  });

  it('the peer first', () => {
    const machine = new CloseMachine();
    expect(machine.receive(writeClose(4001, 'bye'))).toEqual(writeClose(4001));
    expect(machine.outcome).toEqual({ code: 4001, reason: 'bye', wasClean: true });
    expect(machine.begin(1000, '')).toBeUndefined();
    expect(machine.received).toBe(true);
  });

  it('a fault is told once, and is no clean end', () => {
    const machine = new CloseMachine();
    expect(machine.fail(1002, 'bad')).toEqual(writeClose(1002, 'bad'));
    expect(machine.fail(1011, 'worse')).toBeUndefined();
    expect(machine.outcome).toEqual({ code: 1002, reason: 'bad', wasClean: false });
  });
});
