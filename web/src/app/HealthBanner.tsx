import { useEffect } from 'react'
import { useQuery } from 'urql'
import { HealthDocument } from '../api/generated.ts'
import { errorText } from '../api/errors.ts'
import { Icon } from '../ui/Icon.tsx'
import styles from './app.module.css'

const every = 10_000

/**
 * Shows a banner when the server cannot be reached, or when some samples cannot be computed because
 * Temporal does not answer, no worker polls, or some shards have no worker.
 */
export function HealthBanner() {
  const [{ data, error }, ask] = useQuery({ query: HealthDocument })
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask({ requestPolicy: 'network-only' })
    }, every)
    return () => clearInterval(timer)
  }, [ask])

  const problem = error ? errorText(error) : data?.health.message
  return (
    <div role="status">
      {problem && (
        <div className={styles.banner}>
          <div className={styles.bannerInner}>
            <Icon name="warning" />
            {/* The server's text marks commands with backquotes. */}
            <span>{problem.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}</span>
          </div>
        </div>
      )}
    </div>
  )
}
