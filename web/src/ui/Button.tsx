import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link } from '../router/router.tsx'
import styles from './button.module.css'
import { Icon, type IconName } from './Icon.tsx'

interface Look {
  kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  icon?: IconName
  children?: ReactNode
}

/**
 * A button. One with an icon and no children requires an aria-label. A busy button can be focused
 * but does nothing.
 */
export function Button({ kind = 'plain', icon, children, busy = false, className, onClick, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & Look & { busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classes(kind, !children, className)}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

export function ButtonLink({ kind = 'plain', icon, children, href }: Look & { href: string }) {
  return (
    <Link href={href} className={classes(kind, !children)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  )
}

function classes(kind: string, iconOnly: boolean, more?: string): string {
  return [styles.button, styles[kind], iconOnly && styles.iconOnly, more].filter(Boolean).join(' ')
}
