import type { Registered, VisibleModule, Vocabulary } from "./index.js";

/** A visible module with those below it. */
export interface ModuleNode<V extends Vocabulary = Registered> extends VisibleModule<V> {
  readonly children: readonly ModuleNode<V>[];
}

/** Returns modules as a tree: one whose parent is not visible is at the top. */
export function moduleTree<V extends Vocabulary = Registered>(modules: readonly VisibleModule<V>[]): readonly ModuleNode<V>[] {
  const roots: ModuleNode<V>[] = [];
  const below = new Map<string, ModuleNode<V>[]>();
  // Catalog order: a module comes before those below it.
  for (const one of modules) {
    const children: ModuleNode<V>[] = [];
    const dot = one.module.lastIndexOf(".");
    (below.get(one.module.slice(0, Math.max(dot, 0))) ?? roots).push({ ...one, children });
    below.set(one.module, children);
  }
  return roots;
}
