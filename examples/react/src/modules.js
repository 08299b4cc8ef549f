/** Returns the visible modules as a tree: each with the modules directly below it. */
export function nested(modules) {
  const roots = [];
  const byId = new Map();
  for (const one of modules) {
    const node = { ...one, below: [] };
    byId.set(one.module, node);
    const parent = byId.get(parentOf(one.module));
    (parent?.below ?? roots).push(node);
  }
  return roots;
}

export function parentOf(module) {
  return module.includes(".") ? module.slice(0, module.lastIndexOf(".")) : undefined;
}

/** Returns the offers that are not open yet: one that has been bought is a module like any other. */
export function stillLocked(offers, modules) {
  return offers.filter((offer) => !modules.some(({ module }) => module === offer.module));
}
