/** Names of types to their messages when nothing more is known. */
export type AnyMessages = Record<string, Record<string, unknown>>;

/** The names in a map of types. */
export type TypeName<Messages extends object> = keyof Messages & string;

/** Where Google's common types are. They come by imports, as a rule for fields of other messages. */
export const COMMON = 'google.protobuf.';

/** The names that a peer may send where nobody has said which: all but Google's common types. */
export type Receivable<Messages extends object> = Exclude<
  TypeName<Messages>,
  `${typeof COMMON}${string}`
>;

/**
 * A message with the name of its type: for a map of types the union over them, which `type` tells
 * apart.
 *
 * @typeParam Messages an interface from full type names (`users.User`) to their messages
 */
export type TypedMessage<Messages extends object = AnyMessages> = {
  [Type in TypeName<Messages>]: { readonly type: Type; readonly message: Messages[Type] };
}[TypeName<Messages>];

/** A message that is encoded already; the payload must not change until the handler has returned. */
export interface RawMessage<Type extends string = string> {
  readonly type: Type;
  readonly payload: Uint8Array;
}
