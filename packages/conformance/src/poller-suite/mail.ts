import assert from 'node:assert/strict';
import { EventKind, type Poller } from '@gev/core';
import type { Runner } from '../runner.js';
import { PollerDriver } from './driver.js';
import { Random } from './random.js';
import { assertSameBytes, bytesOf, inScene, type Scene } from './scene.js';
import type { PollerTarget } from './target.js';

const SIZES = [0, 1, 70_000, 2 * 1024 * 1024, 3];
const MANY = 3000;
const ROUND_TRIPS = 20;

export function mailTests({ describe, it }: Runner, target: PollerTarget): void {
  describe('mail', () => {
    it('delivers letters of any size, in order', inScene(target, deliversInOrder));
    it('gives copies of what was posted', inScene(target, givesCopies));
    it('keeps letters that came before the start', inScene(target, keepsEarlyLetters));
    it('gives at once what was posted before, told of or not', inScene(target, givesAtOnce));
    it('delivers what is posted to itself, also inside a batch', inScene(target, toItself));
    it('keeps the order of each of several senders', inScene(target, severalSenders));
    it('gives every poller a mailbox of its own', inScene(target, mailboxesDiffer));
    it(
      'starves no connection with one row a batch',
      inScene(target, leavesConnectionsTheirTurn, { batch: 1 }),
    );
    it(
      'is not starved by connections with one row a batch',
      inScene(target, hasItsTurn, { batch: 1 }),
    );
    it('takes nothing but bytes', inScene(target, takesOnlyBytes));
    it('drops the letters of a poller that was stopped', inScene(target, dropsAfterStop));
  });
}

/** Another poller of the same kind, which gathers its letters. */
class Receiver extends PollerDriver {
  readonly poller: Poller;
  readonly letters: Uint8Array[] = [];

  constructor(poller: Poller) {
    super(poller);
    this.poller = poller;
    this.onRow = (row) => {
      if (row.kind === EventKind.mail) this.letters.push(...poller.receive());
    };
  }
}

async function withReceiver(
  scene: Scene,
  body: (receiver: Receiver) => Promise<void>,
): Promise<void> {
  const receiver = new Receiver(scene.target.create());
  try {
    await body(receiver);
  } finally {
    receiver.stop();
  }
  assert.deepEqual(receiver.invariants.faults, []);
}

function deliversInOrder(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    receiver.poller.start(receiver);
    const random = new Random(61);
    const sent = SIZES.map((size) => random.bytes(size));
    for (const letter of sent) assert(scene.poller.post(receiver.poller.mailbox, letter));
    await scene.until(() => receiver.letters.length >= sent.length, 'the letters arrive');
    for (const [index, letter] of sent.entries()) {
      assertSameBytes(receiver.letters[index]!, letter, `letter ${index}`);
    }
    assert.deepEqual(receiver.poller.receive(), []);
  });
}

function givesCopies(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    receiver.poller.start(receiver);
    const around = bytesOf('..before..');
    scene.poller.post(receiver.poller.mailbox, around.subarray(2, 8));
    around.fill(0);
    await scene.until(() => receiver.letters.length === 1, 'the letter arrives');
    assertSameBytes(receiver.letters[0]!, bytesOf('before'), 'the letter');
    assert.equal(receiver.letters[0]!.buffer.byteLength, 6, "the letter is the receiver's own");
  });
}

function keepsEarlyLetters(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    scene.poller.post(receiver.poller.mailbox, bytesOf('early'));
    receiver.poller.start(receiver);
    await scene.until(() => receiver.letters.length === 1, 'the early letter arrives');
  });
}

/** Who stops asks once more, and must miss nothing. */
function givesAtOnce(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    receiver.poller.start(receiver);
    const sent = ['last', 'words'];
    for (const word of sent) scene.poller.post(receiver.poller.mailbox, bytesOf(word));
    const got = receiver.poller.receive().map((letter) => new TextDecoder().decode(letter));
    assert.deepEqual(got, sent);
    scene.poller.post(receiver.poller.mailbox, bytesOf('more'));
    await scene.until(() => receiver.letters.length > 0, 'a letter after them arrives');
    assertSameBytes(receiver.letters[0]!, bytesOf('more'), 'the letter after them');
  });
}

async function toItself(scene: Scene): Promise<void> {
  const { poller, driver } = scene;
  const letters: string[] = [];
  driver.onRow = (row) => {
    if (row.kind !== EventKind.mail) return;
    for (const letter of poller.receive()) letters.push(new TextDecoder().decode(letter));
    if (letters.length < 3) poller.post(poller.mailbox, bytesOf(`${letters.length}`));
  };
  poller.post(poller.mailbox, bytesOf('0'));
  await scene.until(() => letters.length === 3, 'letters to itself arrive');
  assert.deepEqual(letters, ['0', '1', '2']);
}

function severalSenders(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    receiver.poller.start(receiver);
    const other = scene.target.create();
    const senders = [scene.poller, other];
    for (let number = 0; number < MANY; number += 1) {
      for (const [index, sender] of senders.entries()) {
        sender.post(receiver.poller.mailbox, Uint8Array.of(index, number >> 8, number & 255));
      }
    }
    await scene.until(() => receiver.letters.length === 2 * MANY, 'all letters arrive');
    other.stop();
    const last = [-1, -1];
    for (const [sender, high, low] of receiver.letters) {
      const number = high! * 256 + low!;
      assert.equal(number, last[sender!]! + 1, `the order of sender ${sender}`);
      last[sender!] = number;
    }
  });
}

function mailboxesDiffer(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    const numbers = [scene.poller.mailbox, receiver.poller.mailbox];
    assert(numbers.every((number) => Number.isSafeInteger(number) && number > 0));
    assert.notEqual(numbers[0], numbers[1]);
  });
}

/** Every letter is answered by the next, so that one waits at any time. */
async function leavesConnectionsTheirTurn(scene: Scene): Promise<void> {
  const { poller, driver } = scene;
  const pair = await scene.pair();
  let letters = 0;
  driver.onRow = (row) => {
    if (row.kind !== EventKind.mail) return;
    letters += poller.receive().length;
    poller.post(poller.mailbox, bytesOf('next'));
  };
  poller.post(poller.mailbox, bytesOf('first'));
  for (let count = 1; count <= ROUND_TRIPS; count += 1) {
    await scene.roundTrip(pair);
    await scene.until(() => letters >= count, 'letters go on');
  }
  driver.onRow = undefined;
  poller.receive();
}

/** Every read is answered by more bytes, so that some wait at any time. */
async function hasItsTurn(scene: Scene): Promise<void> {
  const { poller, driver } = scene;
  const { peer, handle } = await scene.pair();
  let letters = 0;
  driver.onRow = (row) => {
    if (row.kind === EventKind.mail) letters += poller.receive().length;
    if (row.kind === EventKind.data && letters < ROUND_TRIPS)
      peer.write(new Uint8Array(row.length));
  };
  peer.write(new Uint8Array(2 * poller.memory.readSize));
  await scene.untilReceived({ peer, handle }, 1);
  for (let count = 1; count <= ROUND_TRIPS; count += 1) {
    poller.post(poller.mailbox, bytesOf('meanwhile'));
    await scene.until(() => letters === count, 'the letter is told of');
  }
}

async function takesOnlyBytes({ poller }: Scene): Promise<void> {
  const wrong = ['text', undefined, null, 7, [1, 2], {}, new ArrayBuffer(4), new Uint16Array(2)];
  for (const bytes of wrong) {
    const post = () => poller.post(poller.mailbox, bytes as Uint8Array);
    assert.throws(post, { code: 'ERR_GEV_INVALID_OPTION' }, String(bytes));
  }
  assert.deepEqual(poller.receive(), []);
}

function dropsAfterStop(scene: Scene): Promise<void> {
  return withReceiver(scene, async (receiver) => {
    const { mailbox } = receiver.poller;
    const told = scene.target.knowsMailboxes ?? true;
    assert.equal(scene.poller.post(mailbox, bytesOf('before')), true);
    receiver.stop();
    assert.equal(scene.poller.post(mailbox, bytesOf('after')), !told);
    assert.deepEqual(receiver.poller.receive(), []);
    // The sender is none the worse for it.
    await toItself(scene);
    assert.deepEqual(receiver.poller.receive(), []);
  });
}
