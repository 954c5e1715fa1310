import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react'
import styles from './announcer.module.css'

const Announce = createContext<(message: string) => void>(() => {})

/** Returns a function that announces a result: briefly on the page, and to screen readers. */
export function useAnnounce(): (message: string) => void {
  return useContext(Announce)
}

const shownFor = 4_000

export function Announcer({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState('')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const announce = useCallback((text: string) => {
    clearTimeout(timer.current)
    setMessage(text)
    timer.current = setTimeout(() => setMessage(''), shownFor)
  }, [])
  return (
    <Announce value={announce}>
      {children}
      <div className={styles.place} role="status" aria-live="polite">
        {message && <div className={styles.toast}>{message}</div>}
      </div>
    </Announce>
  )
}
