// Sets the chosen theme before the first paint. Without a choice the system decides (color-scheme
// in tokens.css).
try {
  const theme = localStorage.getItem('backsight:theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // If storage is forbidden, the page starts with the system's theme.
}
