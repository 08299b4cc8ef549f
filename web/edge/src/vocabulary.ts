/** The names that a catalog defines. */
export interface Vocabulary {
  /** `module:action`. */
  permission: string;
  module: string;
  scope: string;
  feature: string;
  /** Names of the attributes of subjects. */
  subject: string;
  /** Names of the attributes of resources. */
  resource: string;
  /** Names of the attributes of actions. */
  action: string;
  /** Names of the attributes of the context. */
  context: string;
}

/**
 * Where `portcullis types POLICY` registers a catalog's vocabulary: the file that it writes
 * augments this interface, and from then on an unknown name does not compile.
 */
export interface Register {}

/** The registered vocabulary; any name, where none is registered. */
export type Registered = Register extends { vocabulary: infer V extends Vocabulary } ? V : Vocabulary;

/** A set of strings, in any of the forms that data has. */
export type Values = string | number | bigint | boolean | null | undefined | readonly (string | number | bigint | boolean)[];

/** Who asks: what the application knows of its user. */
export type Subject<V extends Vocabulary = Registered> = {
  /** `user`, unless given. */
  readonly type?: string;
  readonly id: string;
  /** Roles held everywhere. */
  readonly roles?: readonly string[];
  /** Roles held on one team each. */
  readonly team_roles?: Readonly<Record<string, readonly string[]>>;
  readonly groups?: readonly string[];
} & { readonly [name in V["subject"]]?: Values | Readonly<Record<string, readonly string[]>> };

/** What is asked about. An attribute that is not given is unknown; `null` and `[]` are known to be empty. */
export type Resource<V extends Vocabulary = Registered> = {
  readonly id?: string;
} & { readonly [name in V["resource"]]?: Values };

/** What else is known: attributes of the action and of the context. */
export interface Facts<V extends Vocabulary = Registered> {
  readonly action?: { readonly [name in V["action"]]?: Values };
  readonly context?: { readonly [name in V["context"]]?: Values };
}
