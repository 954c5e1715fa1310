import { Button } from '../ui/Button.tsx'
import { useTheme, type Theme } from '../ui/theme.ts'

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const icon = { system: 'system', light: 'sun', dark: 'moon' } as const

/** A button that switches between the system's theme, light and dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useTheme()
  return <Button kind="quiet" icon={icon[theme]} aria-label={`Theme: ${theme}. Switch to ${next[theme]}`} title={`Theme: ${theme}`} onClick={() => setTheme(next[theme])} />
}
