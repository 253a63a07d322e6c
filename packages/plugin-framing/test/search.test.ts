import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { delimiter, line } from '../src/index.js';
import { coded, Drive, hex, latin1, packed, unpackAll } from './drive.js';

const refused = (message: RegExp) => coded('ERR_GEV_PROTOCOL', message);
const unsendable = (message: RegExp) => coded('ERR_GEV_HANDLER', message);

describe('line', () => {
  it('ends lines at LF and CRLF, and not at CR', () => {
    const bytes = latin1('one\ntwo\r\n\n\r\nthr\ree\r\r\n');
    assert.deepEqual(unpackAll(line(), bytes), ['one', 'two', '', '', 'thr\ree\r']);
  });

  it('keeps the line end where it is not stripped', () => {
    assert.deepEqual(unpackAll(line({ strip: false }), latin1('one\ntwo\r\n')), [
      'one\n',
      'two\r\n',
    ]);
  });

  it('writes the line end that was chosen', () => {
    assert.deepEqual(packed(line(), 'größe'), Uint8Array.from(Buffer.from('größe\n')));
    assert.deepEqual(packed(line({ newline: '\r\n' }), latin1('ok')), latin1('ok\r\n'));
    assert.deepEqual(packed(line({ strip: false }), 'ended\r\n'), latin1('ended\r\n'));
  });

  it('takes a line of maxLength, however its end is cut, and no longer one', () => {
    for (const end of ['\n', '\r\n']) {
      const drive = new Drive(line({ maxLength: 5 }));
      const whole = Array.from(latin1(`12345${end}`), (byte) => drive.receive(Uint8Array.of(byte)));
      assert.deepEqual(whole.flat(), ['12345']);
      const longer = latin1(`123456${end}`);
      assert.throws(() => unpackAll(line({ maxLength: 5 }), longer), refused(/maxLength 5/));
    }
    const endless = new Drive(line({ maxLength: 5 }));
    endless.receive(latin1('123456'));
    assert.throws(() => endless.receive(latin1('7')), refused(/maxLength 5/));
  });

  it('refuses text that is no UTF-8', () => {
    assert.throws(
      () => unpackAll(line(), hex('ff 0a')),
      (error: Error) => {
        assert.ok(error.cause instanceof TypeError);
        return refused(/not UTF-8/).code === (error as { code?: string }).code;
      },
    );
    assert.deepEqual(unpackAll(line({ encoding: 'bytes' }), hex('ff 0a')), [hex('ff')]);
  });

  it('does not pack a line that the other side would refuse', () => {
    for (const strip of [true, false]) {
      const short = line({ maxLength: 6, strip });
      const longer = unsendable(/line of [7-9] bytes cannot be sent: maxLength is 6/);
      for (const fits of ['123456', '€€', '€€'.slice(1)]) {
        assert.equal(unpackAll(short, packed(short, fits)).length, 1);
      }
      for (const over of ['1234567', '12€€', '€€€', latin1('1234567')]) {
        assert.throws(() => packed(short, over), longer);
      }
    }
    const whole = line({ maxLength: 6, strip: false });
    for (const fits of ['123456\n', '123456\r\n', latin1('123456\r\n')]) {
      assert.deepEqual(packed(whole, fits), Uint8Array.from(Buffer.from(fits)));
    }
    for (const over of ['1234567\n', '1234567\r\n', latin1('1234567\r\n')]) {
      assert.throws(() => packed(whole, over), unsendable(/7 bytes/));
    }
  });

  it('does not pack a message that would come out as another', () => {
    for (const strip of [true, false]) {
      assert.throws(() => packed(line({ strip }), 'two\nlines'), unsendable(/LF/));
      assert.throws(() => packed(line({ strip }), latin1('two\nlines\n')), unsendable(/LF/));
      assert.throws(() => packed(line({ strip }), 'ends with\r'), unsendable(/CR/));
    }
    assert.throws(() => packed(line(), 'ended\n'), unsendable(/LF/));
    assert.deepEqual(packed(line({ newline: '\r\n' }), 'CR\r'), latin1('CR\r\r\n'));
  });
});

describe('delimiter', () => {
  it('ends frames at the delimiter that gives the shortest', () => {
    const protocol = delimiter(['\n', '\r\n', '\0']);
    const bytes = latin1('one\r\ntwo\nthree\0\r\n\n');
    assert.deepEqual(
      unpackAll(protocol, bytes).map(String),
      ['one', 'two', 'three', '', ''].map((text) => String(latin1(text))),
    );
  });

  it("behaves as Netty's example: the NUL, or the line, whichever is sooner", () => {
    assert.deepEqual(unpackAll(delimiter(['\r\n', '\n']), latin1('ABC\nDEF\r\n')), [
      latin1('ABC'),
      latin1('DEF'),
    ]);
  });

  it('finds a delimiter that begins over and over', () => {
    assert.deepEqual(unpackAll(delimiter('aab'), latin1('xaaaaab')), [latin1('xaaa')]);
  });

  it('takes a frame of maxFrameLength and no more, however it is cut', () => {
    for (const bytes of ['12345::', '12345;']) {
      const drive = new Drive(delimiter(['::', ';'], { maxFrameLength: 5 }));
      const got = Array.from(latin1(bytes), (byte) => drive.receive(Uint8Array.of(byte))).flat();
      assert.deepEqual(got, [latin1('12345')]);
    }
    const create = () => delimiter(['::', ';'], { maxFrameLength: 5 });
    assert.throws(() => unpackAll(create(), latin1('123456::')), refused(/maxFrameLength 5/));
    assert.throws(() => unpackAll(create(), latin1('1234567')), refused(/maxFrameLength 5/));
  });

  it('keeps the delimiter where it is not stripped', () => {
    const protocol = delimiter([';', '::'], { strip: false });
    assert.deepEqual(unpackAll(protocol, latin1('a::b;')), [latin1('a::'), latin1('b;')]);
    assert.deepEqual(packed(protocol, 'a::'), latin1('a::'));
    assert.deepEqual(packed(protocol, 'a'), latin1('a;'));
    assert.throws(() => packed(protocol, 'a::b;'), unsendable(/delimiter/));
    assert.throws(() => packed(protocol, ';;'), unsendable(/delimiter/));
  });

  it('does not pack a frame that the other side would refuse', () => {
    for (const strip of [true, false]) {
      const short = delimiter(['::', ';'], { maxFrameLength: 6, strip });
      for (const fits of ['123456', '€€', latin1('123456')]) {
        assert.equal(unpackAll(short, packed(short, fits)).length, 1);
      }
      for (const over of ['1234567', '12€€', latin1('1234567')]) {
        assert.throws(() => packed(short, over), unsendable(/frame of [78] bytes .* is 6/));
      }
    }
    const whole = delimiter(['::', ';'], { maxFrameLength: 6, strip: false });
    for (const fits of ['123456::', '123456;', latin1('123456;')]) {
      assert.deepEqual(packed(whole, fits), Uint8Array.from(Buffer.from(fits)));
    }
    for (const over of ['1234567::', '1234567;']) {
      assert.throws(() => packed(whole, over), unsendable(/7 bytes/));
    }
  });

  it('adds the first delimiter, to bytes and text', () => {
    const protocol = delimiter([hex('00ff'), '\n']);
    assert.deepEqual(packed(protocol, hex('ab')), hex('ab 00ff'));
    assert.deepEqual(packed(protocol, 'é'), hex('c3a9 00ff'));
  });

  it('does not pack a message that would come out as another', () => {
    for (const message of ['a;b', latin1('a;b'), ';', latin1(';')]) {
      assert.throws(() => packed(delimiter([';', '\0']), message), unsendable(/delimiter/));
    }
    // Together with what follows: the end of one and the start of the other make a delimiter.
    for (const [delimiters, message] of [
      [['\n', '\r\n'], 'a\r'],
      [['abab'], 'xab'],
    ] as const) {
      assert.throws(() => packed(delimiter(delimiters), message), unsendable(/delimiter/));
      assert.throws(() => packed(delimiter(delimiters), latin1(message)), unsendable(/delimiter/));
    }
    assert.deepEqual(packed(delimiter('\r\n'), 'a\r'), latin1('a\r\r\n'));
  });

  it('keeps its delimiters, whatever becomes of the bytes that were given', () => {
    const given = latin1(';');
    const protocol = delimiter(given);
    given.fill(0);
    assert.deepEqual(packed(protocol, 'a'), latin1('a;'));
  });
});
