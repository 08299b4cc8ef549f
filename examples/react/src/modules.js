/** Returns the module that one is below. */
export function parentOf(module) {
  return module.includes(".") ? module.slice(0, module.lastIndexOf(".")) : undefined;
}

/** Returns the offers that are not open yet: one that has been bought is a module like any other. */
export function stillLocked(offers, modules) {
  return offers.filter((offer) => !modules.some(({ module }) => module === offer.module));
}
