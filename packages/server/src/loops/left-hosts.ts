/** Gathers the hosts of connections that ended, and tells of them once a turn. */
export class LeftHosts {
  readonly #tell: (hosts: readonly string[]) => void;
  #hosts: string[] = [];

  constructor(tell: (hosts: readonly string[]) => void) {
    this.#tell = tell;
  }

  add(host: string): void {
    if (this.#hosts.push(host) > 1) return;
    setImmediate(() => {
      const hosts = this.#hosts;
      this.#hosts = [];
      this.#tell(hosts);
    });
  }
}
