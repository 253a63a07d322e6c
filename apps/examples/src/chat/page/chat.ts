// The page: asks for a name and a room, then shows the room until it is left.
import { type ChatEvent, LONGEST, type Person, roomOf } from '../messages.js';
import { RoomConnection } from './room-connection.js';
import { find, View } from './view.js';

const entry = find('entry', HTMLElement);
const entryForm = find('entry-form', HTMLFormElement);
const nameInput = find('entry-name', HTMLInputElement);
const roomInput = find('entry-room', HTMLInputElement);
const chat = find('chat', HTMLDivElement);
const title = find('room', HTMLHeadingElement);
const presence = find('presence', HTMLDetailsElement);
const renameButton = find('rename', HTMLButtonElement);
const sayForm = find('say-form', HTMLFormElement);
const sayInput = find('say', HTMLTextAreaElement);
const view = new View();
const wide = matchMedia('(min-width: 40.001rem)');

let connection: RoomConnection | undefined;
let people: ReadonlyMap<number, Person> = new Map();
let you = -1;
/** What was sent and has not come back: it is not lost when it is refused. */
let unsaid = '';

function show(event: ChatEvent): void {
  view.showNotice(event.type === 'refused' ? event.reason : '');
  switch (event.type) {
    case 'refused':
      if (sayInput.value === '') sayInput.value = unsaid;
      break;
    case 'said':
      if (event.person.id === you && event.text === unsaid) unsaid = '';
      view.addMessage(event.person, event.text, event.at, event.person.id === you);
      break;
    case 'here':
      if (event.you.id !== you) meet(event.you);
      keepName(event.you.name);
      break;
    case 'people':
      showPeople(new Map(event.people.map((person) => [person.id, person])));
  }
}

/** A connection is in the room, and knows nobody there yet. */
function meet({ id, name }: Person): void {
  you = id;
  people = new Map();
  view.addEvent(`You are here as ${name}`);
}

function showPeople(now: ReadonlyMap<number, Person>): void {
  // Who was there before oneself is no news.
  const isFirst = !people.has(you);
  if (isFirst && now.size === 1)
    view.addEvent('Nobody else is. This page has an address to send them.');
  if (!isFirst) showChanges(people, now);
  people = now;
  view.showPeople(people, you);
}

function showChanges(before: ReadonlyMap<number, Person>, now: ReadonlyMap<number, Person>): void {
  for (const [id, { name }] of before) if (!now.has(id)) view.addEvent(`${name} left`);
  for (const [id, { name }] of now) {
    const old = before.get(id)?.name;
    if (old === undefined) view.addEvent(`${name} joined`);
    else if (old !== name) view.addEvent(`${old} is now ${name}`);
  }
}

/** For the next connection, and the next visit. */
function keepName(name: string): void {
  if (connection) connection.name = name;
  renameButton.textContent = name;
  try {
    localStorage.setItem('name', name);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

function enter(room: string, name: string): void {
  connection?.close();
  view.clear();
  title.textContent = room;
  document.title = `${room} · gev chat`;
  entry.hidden = true;
  chat.hidden = false;
  connection = new RoomConnection(room, name, {
    onState: (state) => view.showState(state),
    onEvent: show,
  });
  keepName(name);
  sayInput.focus();
}

entryForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const path = `/rooms/${encodeURIComponent(roomInput.value.trim())}`;
  const room = roomOf(path);
  const name = nameInput.value.trim();
  if (room === undefined || name === '') return;
  history.replaceState(null, '', `/rooms/${encodeURIComponent(room)}`);
  enter(room, name);
});

sayForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = sayInput.value.trim();
  if (text === '') return;
  if (connection?.send({ type: 'say', text })) {
    sayInput.value = '';
    unsaid = text;
  } else view.showNotice('There is no connection. It is being tried again.');
});

sayInput.addEventListener('keydown', (event) => {
  // The Enter that ends the composition of a character does not send.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sayForm.requestSubmit();
});

renameButton.addEventListener('click', () => {
  const name = prompt('Your name', connection?.name)?.trim().slice(0, LONGEST.name);
  if (name) connection?.send({ type: 'rename', name });
});

/** Beside the talk the list is open, above it the reader opens it. */
function layOut(): void {
  presence.open = wide.matches;
}

wide.addEventListener('change', layOut);
layOut();

try {
  nameInput.value = localStorage.getItem('name') ?? '';
} catch {
  // As above.
}
roomInput.value = roomOf(location.pathname) ?? 'lobby';
(nameInput.value === '' ? nameInput : roomInput).focus();
