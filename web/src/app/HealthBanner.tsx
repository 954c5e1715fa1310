import { useEffect } from 'react'
import { useQuery } from 'urql'
import { HealthDocument } from '../api/generated.ts'
import { errorText } from '../api/errors.ts'
import { Icon } from '../ui/Icon.tsx'
import styles from './app.module.css'

const every = 10_000

/** Says when nothing will move: no worker polls, or the server is gone. Silent while all is well. */
export function HealthBanner() {
  const [{ data, error }, ask] = useQuery({ query: HealthDocument })
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask({ requestPolicy: 'network-only' })
    }, every)
    return () => clearInterval(timer)
  }, [ask])

  const problem = error ? errorText(error) : data && !data.health.workerPolling ? data.health.message || 'No worker is polling, so no sample will be computed.' : null
  return (
    <div role="status">
      {problem && (
        <div className={styles.banner}>
          <div className={styles.bannerInner}>
            <Icon name="warning" />
            <span>
              {problem}
              {!error && (
                <>
                  {' '}
                  Start one with <code>backsight worker</code>; what is planned goes on where it was.
                </>
              )}
            </span>
          </div>
        </div>
      )}
    </div>
  )
}
