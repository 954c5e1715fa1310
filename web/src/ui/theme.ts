import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const key = 'backsight:theme' // also read by public/theme.js

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => (document.documentElement.dataset.theme as Theme | undefined) ?? 'system')
  return [
    theme,
    (next) => {
      if (next === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = next
      try {
        if (next === 'system') localStorage.removeItem(key)
        else localStorage.setItem(key, next)
      } catch {
        // If storage is forbidden, the choice lasts until the page is closed.
      }
      setTheme(next)
    },
  ]
}
