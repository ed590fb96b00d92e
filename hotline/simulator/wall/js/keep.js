// Choices kept in this browser; a browser that refuses storage forgets them and nothing else happens.
export function kept(key) {
  try { return localStorage.getItem(`wall.${key}`); } catch { return null; }
}

export function keep(key, value) {
  try { localStorage.setItem(`wall.${key}`, value); } catch { /* private window */ }
}
