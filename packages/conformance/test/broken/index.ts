import { EventKind, OrderKind } from '@gev/core';
import type { MemoryPoller } from '../../src/memory-poller/index.js';
import {
  AlwaysHandsOver,
  GivesViews,
  HasNoMailboxOfItsOwn,
  InventsAddresses,
  IsParticularAboutStop,
  KeepsLetters,
  KeepsTheHandle,
  NeverRefuses,
  TellsTheAskedAddress,
  TurnsThePile,
} from './calls.js';
import {
  CallsEveryEndOrderly,
  DropsKind,
  DropsTags,
  ForgetsFailedPeers,
  ForgetsGenerations,
  GoesOnAfterStop,
  LosesABit,
  LosesEarlyBytes,
  ObeysStaleOrders,
  TellsAcceptsTwice,
} from './events.js';
import {
  CallsBackInsideFlush,
  HearsAnotherOrder,
  HidesTheQueue,
  ReversesOrders,
  SendsTooLate,
} from './orders.js';

/** As the constructor of a memory poller. */
export type Make = (...given: ConstructorParameters<typeof MemoryPoller>) => MemoryPoller;

/** A way to be wrong, and a part of the name of a test that must notice. */
export const BROKEN: readonly [name: string, make: Make, noticed: string][] = [
  ['changes a bit now and then', (...a) => new LosesABit(...a), 'reading'],
  ['never tells of an end', (...a) => new DropsKind(EventKind.ended, ...a), 'holds the end back'],
  ['never tells of room', (...a) => new DropsKind(EventKind.backlog, ...a), 'back-pressure'],
  ['never tells closed', (...a) => new DropsKind(EventKind.closed, ...a), 'resets'],
  ['never tells connected', (...a) => new DropsKind(EventKind.connected, ...a), 'connecting'],
  [
    'never tells a failed accept',
    (...a) => new DropsKind(EventKind.acceptFailed, ...a),
    'no handle is free',
  ],
  ['ignores pause', (...a) => new HearsAnotherOrder(OrderKind.pause, 0, ...a), 'pausing'],
  ['ignores resume', (...a) => new HearsAnotherOrder(OrderKind.resume, 0, ...a), 'pausing'],
  ['ignores shutdown', (...a) => new HearsAnotherOrder(OrderKind.shutdown, 0, ...a), 'half close'],
  [
    'closes where it should shut down',
    (...a) => new HearsAnotherOrder(OrderKind.shutdown, OrderKind.close, ...a),
    'receiving after a shutdown',
  ],
  [
    'drops what is queued at a close',
    (...a) => new HearsAnotherOrder(OrderKind.close, OrderKind.abort, ...a),
    'closes after everything queued',
  ],
  [
    'sends what is queued after an abort',
    (...a) => new HearsAnotherOrder(OrderKind.abort, OrderKind.close, ...a),
    'forgets what is queued',
  ],
  ['calls a reset an orderly end', (...a) => new CallsEveryEndOrderly(...a), 'resets'],
  ['forgets generations', (...a) => new ForgetsGenerations(...a), 'raise the generation'],
  ['obeys stale orders', (...a) => new ObeysStaleOrders(...a), 'drop orders for the generation'],
  ['reverses orders', (...a) => new ReversesOrders(...a), 'keeps the order of writes'],
  ['sends too late', (...a) => new SendsTooLate(...a), 'sends what lies in the output region'],
  ['hides the queue', (...a) => new HidesTheQueue(...a), 'back-pressure'],
  ['goes on after stop', (...a) => new GoesOnAfterStop(...a), 'delivers nothing more after stop'],
  ['calls back inside flush', (...a) => new CallsBackInsideFlush(...a), 'writing'],
  ['tells accepts twice', (...a) => new TellsAcceptsTwice(...a), 'accepting'],
  ['never refuses', (...a) => new NeverRefuses(...a), 'takes one sink, once'],
  [
    'tells the address asked for',
    (...a) => new TellsTheAskedAddress(...a),
    'the port that they got',
  ],
  ['invents addresses', (...a) => new InventsAddresses(...a), 'handles that never were'],
  ['never tells of mail', (...a) => new DropsKind(EventKind.mail, ...a), 'mail'],
  ['keeps letters', (...a) => new KeepsLetters(...a), 'in order'],
  ['turns the pile of letters', (...a) => new TurnsThePile(...a), 'several senders'],
  ['gives views of letters', (...a) => new GivesViews(...a), 'copies of what was posted'],
  ['has no mailbox of its own', (...a) => new HasNoMailboxOfItsOwn(...a), 'a mailbox of its own'],
  ['drops tags', (...a) => new DropsTags(...a), 'with its tag'],
  ['loses early bytes', (...a) => new LosesEarlyBytes(...a), 'and its bytes'],
  ['keeps the handle', (...a) => new KeepsTheHandle(...a), 'hands a connection over'],
  ['always hands over', (...a) => new AlwaysHandsOver(...a), 'and no more'],
  ['forgets failed peers', (...a) => new ForgetsFailedPeers(...a), 'reset on its way'],
  ['is particular about stop', (...a) => new IsParticularAboutStop(...a), 'stopped again'],
];
