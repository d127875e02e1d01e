// Sets data-theme on <html> before the first paint: the user's choice, else the system's. It stands
// outside the bundle because it has to block rendering, and the security policy allows no inline
// scripts. web/src/shell/theme.svelte.ts changes the choice later, under the same key.
{
  let choice = null;
  try {
    choice = localStorage.getItem('stepscope.theme');
  } catch {
    // Storage is denied: the system decides.
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme =
    choice === 'light' || choice === 'dark' ? choice : dark ? 'dark' : 'light';
}
