/** Returns what a path answers, or nothing: then the page keeps what it has. */
export async function fetched(path) {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
