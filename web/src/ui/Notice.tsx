import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import styles from './notice.module.css'

/** A message that stays visible: an error or a warning. */
export function Notice({ kind, children }: { kind: 'danger' | 'warning'; children: ReactNode }) {
  return (
    <div className={`${styles.notice} ${styles[kind]}`} role={kind === 'danger' ? 'alert' : 'status'}>
      <Icon name="warning" />
      <div>{children}</div>
    </div>
  )
}
