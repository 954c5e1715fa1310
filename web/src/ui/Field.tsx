import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react'
import styles from './field.module.css'

interface Parts {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/**
 * Connects a control with its label and its hint or error. The error replaces the hint and is
 * announced.
 */
export function Field({ label, hint, error, children }: { label: ReactNode; hint?: ReactNode; error?: ReactNode; children: (parts: Parts) => ReactNode }) {
  const id = useId()
  const note = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': hint || error ? note : undefined, 'aria-invalid': error ? true : undefined })}
      <div id={note} className={error ? styles.error : styles.hint} aria-live="polite">
        {error || hint}
      </div>
    </div>
  )
}

export function TextInput({ mono = false, className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { mono?: boolean }) {
  return <input type="text" spellCheck={false} autoComplete="off" {...rest} className={[styles.input, mono && 'mono', className].filter(Boolean).join(' ')} />
}

export function Select(props: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select {...props} className={styles.select} />
}
