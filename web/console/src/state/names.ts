import type { Outline, OutlinedModule, OutlinedPermission, OutlinedRole } from "@portcullis/author";

/** What people call the things of a policy. */
export class Names {
  readonly outline: Outline;
  readonly #roles: ReadonlyMap<string, OutlinedRole>;
  readonly #modules: ReadonlyMap<string, OutlinedModule>;
  readonly #permissions: ReadonlyMap<string, OutlinedPermission>;
  readonly #everything: ReadonlySet<string>;

  constructor(outline: Outline) {
    this.outline = outline;
    this.#roles = new Map(outline.roles.map((role) => [role.id, role]));
    this.#modules = new Map(outline.modules.map((module) => [module.id, module]));
    this.#permissions = new Map(outline.permissions.map((permission) => [permission.name, permission]));
    this.#everything = new Set(outline.scopes.filter(({ everything }) => everything).map(({ id }) => id));
  }

  role(id: string): string {
    return this.#roles.get(id)?.label ?? titled(id);
  }

  roleOf(id: string): OutlinedRole | undefined {
    return this.#roles.get(id);
  }

  module(id: string): string {
    return this.#modules.get(id)?.label ?? titled(id.slice(id.lastIndexOf(".") + 1));
  }

  moduleOf(id: string): OutlinedModule | undefined {
    return this.#modules.get(id);
  }

  /** Names a module with all above it. */
  path(id: string): string {
    const parent = this.#modules.get(id)?.parent;
    return parent === undefined ? this.module(id) : `${this.path(parent)} › ${this.module(id)}`;
  }

  /** Names a permission within its module. */
  action(name: string): string {
    return this.#permissions.get(name)?.label ?? titled(name.slice(name.lastIndexOf(":") + 1));
  }

  permission(name: string): string {
    const module = this.#permissions.get(name)?.module ?? name.slice(0, Math.max(name.lastIndexOf(":"), 0));
    return module ? `${this.path(module)} › ${this.action(name)}` : name;
  }

  permissionOf(name: string): OutlinedPermission | undefined {
    return this.#permissions.get(name);
  }

  scope(id: string): string {
    return titled(id);
  }

  /** Names scopes; of those beside one that takes everything nothing is said, for they add nothing. */
  scopes(ids: readonly string[]): readonly string[] {
    const all = ids.filter((id) => this.#everything.has(id));
    return (all.length > 0 ? all : ids).map((id) => this.scope(id));
  }

  /** Says whether a scope takes everything, so that another adds nothing. */
  takesEverything(scope: string): boolean {
    return this.#everything.has(scope);
  }

  subject({ type, id }: { readonly type?: string; readonly id: string }): string {
    return type === undefined || type === "user" ? id : `${type}:${id}`;
  }
}

/** Writes an id as a label: `ai-metrics` as `Ai metrics`. */
export function titled(id: string): string {
  const words = id.replaceAll(/[-_.]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
