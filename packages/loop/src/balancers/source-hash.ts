import type { Address, LoadBalancer } from '@gev/core';

/**
 * All connections of one peer's host to one loop, whatever their ports and the loads: rendezvous
 * hashing over the ids of the loops, so that a loop that goes away moves only its own peers, and
 * comes back to the same ones. Right where connections of one client share state.
 *
 * A unix peer counts by its path; clients that bound none are all one host, and share one loop.
 * The hash is not keyed: who owns many addresses can choose those that meet in one loop.
 */
export function sourceHash(): LoadBalancer {
  return {
    name: 'source-hash',
    pick(loops, peer) {
      const host = hashOf(hostOf(peer));
      let picked = 0;
      let highest = weight(host, loops[0]!.id);
      for (let index = 1; index < loops.length; index += 1) {
        const other = weight(host, loops[index]!.id);
        if (other < highest) continue;
        // Equal weights are decided by the id, so that the order of the loops does not matter.
        if (other === highest && loops[index]!.id > loops[picked]!.id) continue;
        picked = index;
        highest = other;
      }
      return picked;
    },
  };
}

function hostOf(peer: Address): string {
  return peer.transport === 'tcp' ? peer.host : peer.path;
}

/** FNV-1a over UTF-16 units: addresses are ASCII. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

function weight(host: number, id: number): number {
  return mix(host ^ mix(id + 1));
}

/** The finalizer of MurmurHash3: every bit of `value` changes half the bits. An unsigned number. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
