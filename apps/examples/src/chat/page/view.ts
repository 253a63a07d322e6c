import type { Person } from '../messages.js';

/** Messages that stay on the page. */
const MOST_LINES = 500;

/** Pixels from the end within which a reader follows what comes. */
const NEAR_END = 80;

/** Milliseconds after which a name is shown again over the next message of the same person. */
const PAUSE = 5 * 60_000;

/** An element of the page, which has to be there. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no #${id}`);
}

/** What is seen of a room. Everything that comes from others is set as text, never as HTML. */
export class View {
  readonly #log = find('log', HTMLOListElement);
  readonly #people = find('people', HTMLUListElement);
  readonly #count = find('count', HTMLSpanElement);
  readonly #status = find('status', HTMLSpanElement);
  readonly #notice = find('notice', HTMLParagraphElement);
  /** The reader is at the end, and stays there when more comes or the place gets smaller. */
  #follows = true;
  #last: { readonly person: Person; readonly at: number } | undefined = undefined;

  constructor() {
    this.#log.addEventListener('scroll', () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#log;
      this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_END;
    });
    new ResizeObserver(() => this.#follow()).observe(this.#log);
  }

  showState(state: 'connecting' | 'online' | 'offline'): void {
    this.#status.dataset['state'] = state;
    this.#status.textContent = state;
  }

  showNotice(text: string): void {
    this.#notice.textContent = text;
  }

  showPeople(people: ReadonlyMap<number, Person>, you: number): void {
    this.#count.textContent = String(people.size);
    const sorted = [...people.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
    this.#people.replaceChildren(
      ...sorted.map((person) => {
        const item = coloured(document.createElement('li'), person);
        item.textContent = person.id === you ? `${person.name} (you)` : person.name;
        return item;
      }),
    );
  }

  addEvent(text: string): void {
    const item = document.createElement('li');
    item.className = 'event';
    item.textContent = text;
    this.#last = undefined;
    this.#add(item, false);
  }

  addMessage(person: Person, text: string, at: number, isOwn: boolean): void {
    const item = coloured(document.createElement('li'), person);
    item.className = isOwn ? 'said own' : 'said';
    const before = this.#last;
    const isSame = before?.person.id === person.id && before.person.name === person.name;
    if (isSame && at - before.at < PAUSE) item.classList.add('more');
    this.#last = { person, at };
    const name = document.createElement('b');
    name.textContent = person.name;
    const time = document.createElement('time');
    time.dateTime = new Date(at).toISOString();
    time.textContent = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const by = document.createElement('span');
    by.className = 'by';
    by.append(name, ' ', time);
    const body = document.createElement('span');
    body.className = 'text';
    body.dir = 'auto';
    body.textContent = text;
    item.append(by, body);
    this.#add(item, isOwn);
  }

  clear(): void {
    this.#log.replaceChildren();
    this.#last = undefined;
    this.showNotice('');
  }

  #add(item: HTMLElement, isOwn: boolean): void {
    this.#log.append(item);
    while (this.#log.childElementCount > MOST_LINES) this.#log.firstElementChild?.remove();
    if (isOwn) this.#follows = true;
    this.#follow();
  }

  #follow(): void {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

/** Two of one name have two colours: neighbours in number are far apart on the wheel. */
function coloured(element: HTMLElement, { id }: Person): HTMLElement {
  element.style.setProperty('--hue', String(Math.round((id * 137.508) % 360)));
  return element;
}
