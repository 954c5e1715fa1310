import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { Button } from './Button.tsx'
import styles from './menu.module.css'

export interface MenuItem {
  text: string
  danger?: boolean
  onSelect: () => void
}

/**
 * A button that opens a list of actions. Arrow keys, Home and End move the focus in the list.
 * Escape and a choice close the list and return the focus to the button. The list also closes when
 * the focus leaves it.
 */
export function Menu({ label, items, busy = false }: { label: string; items: readonly MenuItem[]; busy?: boolean }) {
  const [open, setOpen] = useState(false)
  const list = useRef<HTMLDivElement>(null)
  const place = useRef<HTMLDivElement>(null)
  const id = useId()

  const close = () => {
    setOpen(false)
    place.current?.querySelector('button')?.focus()
  }
  const walk = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (event.key === 'Escape') close()
    else if (to !== undefined) buttons.at(to % buttons.length)?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div ref={place} className={styles.place} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
      <Button kind="quiet" icon="more" busy={busy} aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)} />
      {open && (
        <div
          ref={(element) => {
            if (element && !list.current) element.querySelector('button')?.focus()
            list.current = element
          }}
          id={id}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className={styles.list}
          onKeyDown={walk}
        >
          {items.map((item) => (
            <button
              key={item.text}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={item.danger ? styles.danger : undefined}
              onClick={() => {
                close() // first: an opening dialog remembers which element has the focus
                item.onSelect()
              }}
            >
              {item.text}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
