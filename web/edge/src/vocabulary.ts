/** The names that a catalog defines. */
export interface Vocabulary {
  /** `module:action`. */
  permission: string;
  module: string;
  scope: string;
  feature: string;
  role: string;
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

/** An id; a number is its decimal text. */
export type Id = string | number | bigint;

/** Who asks: what the application knows of its user. */
export type Subject<V extends Vocabulary = Registered> = {
  /** `user`, unless given. */
  readonly type?: string | undefined;
  readonly id: Id;
  /** Roles held everywhere. */
  readonly roles?: readonly V["role"][] | undefined;
  /** Roles held on one team each. */
  readonly team_roles?: Readonly<Record<string, readonly V["role"][]>> | undefined;
  readonly groups?: readonly string[] | undefined;
} & { readonly [name in V["subject"]]?: Values | Readonly<Record<string, readonly string[]>> };

/** A subject as OpenID AuthZEN 1.0 writes one: roles, groups and attributes are its properties. */
export interface AuthzenSubject<V extends Vocabulary = Registered> {
  readonly type: string;
  readonly id: Id;
  readonly properties?: Omit<Subject<V>, "type" | "id"> | null | undefined;
}

/**
 * What is asked about. An attribute that is not given is unknown; `null` and `[]` are known to be empty. Where no
 * vocabulary is registered it is any object, for which attributes count only the catalog says.
 */
export type Resource<V extends Vocabulary = Registered> = { readonly id?: Id | undefined } & (string extends V["resource"]
  ? { readonly [name: string]: any }
  : { readonly [name in V["resource"]]?: Values });

/** What else is known: attributes of the action and of the context. */
export interface Facts<V extends Vocabulary = Registered> {
  readonly action?: { readonly [name in V["action"]]?: Values };
  readonly context?: { readonly [name in V["context"]]?: Values };
}
