import type { ReactNode } from 'react'
import type { FieldError } from '../../api/errors.ts'
import { Field } from '../../ui/Field.tsx'
import styles from './new.module.css'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  error?: FieldError
  hint?: ReactNode
  placeholder?: string
}

/**
 * An input for a query, one line that wraps. An error is underlined at its position and explained
 * below.
 */
export function QueryInput({ label, value, onChange, error, hint, placeholder }: Props) {
  return (
    <Field label={label} hint={hint} error={error && <ErrorText error={error} />}>
      {(parts) => (
        <div className={styles.query}>
          <div className={`${styles.echo} mono`} aria-hidden="true">
            <Underlined text={value} error={error} />
          </div>
          <textarea
            {...parts}
            className={`${styles.queryText} mono`}
            value={value}
            placeholder={placeholder}
            rows={1}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            onChange={(event) => onChange(event.target.value.replace(/\s*\n\s*/g, ' '))}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
              event.preventDefault()
              event.currentTarget.form?.requestSubmit()
            }}
          />
        </div>
      )}
    </Field>
  )
}

export function ErrorText({ error }: { error: FieldError }) {
  return (
    <>
      {sentence(error.message)}
      {error.suggestion && <span className={styles.suggestion}> {sentence(error.suggestion)}</span>}
    </>
  )
}

/**
 * Adds a capital and a full stop. The server's messages have neither, because they are often part
 * of longer ones.
 */
export function sentence(text: string): string {
  const trimmed = text.trim()
  const ended = /[.?!]$/.test(trimmed) ? trimmed : `${trimmed}.`
  return ended.charAt(0).toUpperCase() + ended.slice(1)
}

/**
 * An invisible copy of the text with a wavy line at the error's position; an error at the end
 * underlines a space.
 */
export function Underlined({ text, error }: { text: string; error?: FieldError }) {
  const span = errorSpan(text, error)
  if (!span) return <>{text} </>
  const [start, end] = span
  return (
    <>
      {text.slice(0, start)}
      <mark className={styles.wrong} data-error-span={`${start}-${end}`}>
        {text.slice(start, end) || '\u00a0'}
      </mark>
      {text.slice(end)}{' '}
    </>
  )
}

export function errorSpan(text: string, error?: FieldError): [number, number] | null {
  if (error?.start === undefined || error.end === undefined) return null
  const start = Math.min(Math.max(error.start, 0), text.length)
  return [start, Math.min(Math.max(error.end, start), text.length)]
}
